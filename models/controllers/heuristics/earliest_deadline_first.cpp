/// The controller `earliest_deadline_first`: full power in the order of stated departures, as far as the limits go.
#include "controllers/heuristics/sorted_controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct DeadlineParams : heuristic::Settings {};

struct DepartureView {
    std::span<const double> stated_ms;
};

/// When a vehicle is going to leave, as it says.
struct DeadlineKey {
    explicit DeadlineKey(Exchange& exchange) : departure(exchange.subscribe(signals::stated_departure)) {}
    static Duration every(const DeadlineParams&) { return {}; }
    [[nodiscard]] DepartureView at(const Turn& turn, const Connection&) const { return {turn[departure]}; }
    static double of(const DepartureView& seen, ConnectorId c) { return seen.stated_ms[c.index()]; }

    Subscription<"ms", Extent::connector, Form::present> departure;
};

class EarliestDeadlineFirst final : public heuristic::SortedController<DeadlineParams, DeadlineKey> {
   public:
    static constexpr std::string_view name = "earliest_deadline_first";
    static constexpr Trial trials[] = {{""}, {heuristic::tight_trial, false}, {heuristic::head_trial, false}};
    static const Schema<DeadlineParams>& schema() {
        static const Schema<DeadlineParams> schema = [] {
            Schema<DeadlineParams> s(
                "Full power in the order of stated departures, as far as limits of sites and feeder go (ties: the lower charging "
                "point first)");
            heuristic::declare_settings(s);
            return s;
        }();
        return schema;
    }
    using SortedController::SortedController;
};

const bool registered = add_plugin<Controller, EarliestDeadlineFirst>();

}  // namespace

}  // namespace evsweep
