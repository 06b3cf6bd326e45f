/// The controller `round_robin`: one step of power after the other to each in turn, as long as the limits go.
#include "controllers/heuristics/fair_shares.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct RoundRobinParams : heuristic::Settings {
    Kilowatts increment{0.5};
};

/// Rounds of steps end where water-filling by whole steps does, with the rest in the order of the queue; so that is how it is
/// worked out.
class RoundRobin final : public Controller {
   public:
    static constexpr std::string_view name = "round_robin";
    static constexpr Trial trials[] = {{""}, {"{limit: 20 kW, limited: charging}", false}, {"{limit: 3150 kW}", false}};
    static const Schema<RoundRobinParams>& schema() {
        static const Schema<RoundRobinParams> schema = [] {
            Schema<RoundRobinParams> s(
                "Power in equal steps to each in turn, in the order of arrival, until limits of sites and feeder are used up "
                "(ties: "
                "the lower charging point first)");
            heuristic::declare_settings(s);
            s.optional("increment", &RoundRobinParams::increment, "of power, in one turn of one vehicle", above(0.001));
            return s;
        }();
        return schema;
    }

    RoundRobin(const RoundRobinParams& params, const Context& context)
        : period_(params.period), room_(params, context), roster_(context), shares_(params.increment.value(), room_.rows()) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = true, .on_unplug = true}; }

    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        const Duration now = seen.now.time_since_epoch();
        roster_.update(seen, room_, [now](ConnectorId) { return static_cast<double>(now.count()); });
        shares_.share(turn, now % period_ == Duration::zero(), seen, roster_, room_, setpoints, heuristic::FullPower{roster_});
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        return {{"ties", static_cast<double>(shares_.ties())},
                {"turns_without_room", static_cast<double>(room_.turns_without_room())}};
    }

   private:
    Duration period_;
    heuristic::ChargingRoom room_;
    heuristic::Roster roster_;
    heuristic::FairShares shares_;
};

const bool registered = add_plugin<Controller, RoundRobin>();

}  // namespace

}  // namespace evsweep
