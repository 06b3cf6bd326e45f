/// The controller `least_laxity_first`: who can wait least is served first, at any power that the limits leave.
#include "controllers/heuristics/ranked.hpp"
#include "controllers/heuristics/sorted_controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct LaxityFirstParams : heuristic::RankedSettings {};

/// The latest instant at which full power from then on is just enough: laxity is that less the time of day, which is the same for
/// all, so it orders them alike; and it stays as it is while a vehicle waits.
struct LatestStartKey : heuristic::NeedKey {
    using NeedKey::NeedKey;
    static double of(const ChargingView& seen, ConnectorId c) { return seen.stated_departure_ms[c.index()] - needed_ms(seen, c); }
};

class LeastLaxityFirst final : public heuristic::SortedController<LaxityFirstParams, LatestStartKey> {
   public:
    static constexpr std::string_view name = "least_laxity_first";
    static constexpr Trial trials[] = {{""}, {heuristic::tight_trial, false}, {heuristic::head_trial, false}};
    static const Schema<LaxityFirstParams>& schema() {
        static const Schema<LaxityFirstParams> schema = [] {
            Schema<LaxityFirstParams> s(
                "Who can wait least first, at full power as far as limits of sites and feeder go (ties: the lower charging point "
                "first)");
            heuristic::declare_settings(s);
            heuristic::declare_ranking(s);
            return s;
        }();
        return schema;
    }
    using SortedController::SortedController;
};

const bool registered = add_plugin<Controller, LeastLaxityFirst>();

}  // namespace

}  // namespace evsweep
