/// The controller `first_come_first_served`: full power in the order of arrival, as far as the limits go.
#include "controllers/heuristics/sorted_controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct ArrivalParams : heuristic::Settings {};

/// When a vehicle came.
struct ArrivalKey {
    explicit ArrivalKey(Exchange&) {}
    static Duration every(const ArrivalParams&) { return {}; }
    static const Connection& at(const Turn&, const Connection& seen) { return seen; }
    static double of(const Connection& seen, ConnectorId) { return static_cast<double>(seen.now.time_since_epoch().count()); }
};

class FirstComeFirstServed final : public heuristic::SortedController<ArrivalParams, ArrivalKey> {
   public:
    static constexpr std::string_view name = "first_come_first_served";
    static constexpr Trial trials[] = {{""}, {heuristic::tight_trial, false}, {heuristic::head_trial, false}};
    static const Schema<ArrivalParams>& schema() {
        static const Schema<ArrivalParams> schema = [] {
            Schema<ArrivalParams> s(
                "Full power in the order of arrival, as far as limits of sites and feeder go (ties: the lower charging point "
                "first)");
            heuristic::declare_settings(s);
            return s;
        }();
        return schema;
    }
    using SortedController::SortedController;
};

const bool registered = add_plugin<Controller, FirstComeFirstServed>();

}  // namespace

}  // namespace evsweep
