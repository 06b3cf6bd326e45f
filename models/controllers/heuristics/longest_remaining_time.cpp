/// The controller `longest_remaining_time`: who needs full power for longest is served first.
#include "controllers/heuristics/ranked.hpp"
#include "controllers/heuristics/sorted_controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct RemainingTimeParams : heuristic::RankedSettings {};

/// Time at full power until the target, negative, so that the longest comes first.
struct RemainingTimeKey : heuristic::NeedKey {
    using NeedKey::NeedKey;
    static double of(const ChargingView& seen, ConnectorId c) { return -needed_ms(seen, c); }
};

class LongestRemainingTime final : public heuristic::SortedController<RemainingTimeParams, RemainingTimeKey> {
   public:
    static constexpr std::string_view name = "longest_remaining_time";
    static constexpr Trial trials[] = {{""}, {heuristic::tight_trial, false}, {heuristic::head_trial, false}};
    static const Schema<RemainingTimeParams>& schema() {
        static const Schema<RemainingTimeParams> schema = [] {
            Schema<RemainingTimeParams> s(
                "Who needs full power for longest first, as far as limits of sites and feeder go (ties: the lower charging point "
                "first)");
            heuristic::declare_settings(s);
            heuristic::declare_ranking(s);
            return s;
        }();
        return schema;
    }
    using SortedController::SortedController;
};

const bool registered = add_plugin<Controller, LongestRemainingTime>();

}  // namespace

}  // namespace evsweep
