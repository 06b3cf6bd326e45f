/// A controller that only tests know: it plans, remarks and makes trouble as its settings say.
#pragma once

#include <string>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep::test {

enum class Trouble { none, when_made, when_it_decides, bug_when_made };
[[nodiscard]] inline std::vector<std::pair<std::string, Trouble>> names_of(Trouble) {
    return {{"none", Trouble::none},
            {"when_made", Trouble::when_made},
            {"when_it_decides", Trouble::when_it_decides},
            {"bug_when_made", Trouble::bug_when_made}};
}

struct PlannerParams {
    Trouble trouble = Trouble::none;
    int remarks = 0;
    static const Schema<PlannerParams>& schema() {
        static const auto schema = Schema<PlannerParams>("Charges at full power and tells of it.")
                                       .optional("trouble", &PlannerParams::trouble, "what goes wrong")
                                       .optional("remarks", &PlannerParams::remarks,
                                                 "how many remarks in every replica with an odd number", at_least(0));
        return schema;
    }
};

/// Remarks k = 0, 1, ... at k hours: "limit k was not kept by 0.k kW in replica r"; trouble comes in replicas 2, 5, 8, ...
class Planner final : public Controller {
   public:
    static constexpr std::string_view name = "test_planner";
    static const Schema<PlannerParams>& schema() { return PlannerParams::schema(); }
    Planner(const PlannerParams& params, const Context& context)
        : params_(params),
          replica_(context.rng.replica()),
          grid_(context.exchange.use(services::linear_grid)),
          arrivals_(context.exchange.use(services::arrivals)),
          foresight_(context.exchange.use(services::foresight)) {
        if (params.trouble == Trouble::when_made) throw PartyError("it plans for 2 h, and the study has 1 h; ask for less");
        if (params.trouble == Trouble::bug_when_made) throw std::logic_error("a bug");
    }
    [[nodiscard]] Cadence cadence() const override { return {.period = {}, .on_plug_in = true}; }
    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        const bool is_served = turn[grid_].places() > 0 && &turn[arrivals_] != &turn[foresight_];
        if (!is_served) throw PartyError("it plans with a grid and two fleets, and has them not");
        if (params_.trouble == Trouble::when_it_decides && replica_ % 3 == 2)
            throw PartyError("the forecast has no numbers; look at base_load");
        for (ConnectorId c : seen.arrived) setpoints.set(c, Kilowatts(seen.admissible_kw(c, 1e3)));
    }
    [[nodiscard]] std::vector<Remark> remarks() const override {
        std::vector<Remark> list;
        for (int k = 0; replica_ % 2 == 1 && k < params_.remarks; ++k)
            list.push_back({Instant(std::chrono::hours(k)), "limit " + std::to_string(k) + " was not kept by 0." +
                                                                std::to_string(k) + " kW in replica " +
                                                                std::to_string(replica_)});
        return list;
    }

   private:
    PlannerParams params_;
    std::uint32_t replica_;
    Use<GridModel> grid_;
    Use<const Population> arrivals_, foresight_;
};

}  // namespace evsweep::test
