/// Parameters of the controller `predictive_voltage`.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/schema.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// `neighbours`: each charger plans from its own measurement and the messages of others; `all`: one problem with the true values
/// of all, the bound of the method.
enum class PlanKnowledge { neighbours, all };
[[nodiscard]] inline std::vector<std::pair<std::string, PlanKnowledge>> names_of(PlanKnowledge) {
    return {{"neighbours", PlanKnowledge::neighbours}, {"all", PlanKnowledge::all}};
}

/// `safe`: of the way to its own optimum each charger goes a share that makes simultaneous moves of all a descent; `none`: all of
/// it.
enum class PlanDamping { safe, none };
[[nodiscard]] inline std::vector<std::pair<std::string, PlanDamping>> names_of(PlanDamping) {
    return {{"safe", PlanDamping::safe}, {"none", PlanDamping::none}};
}

struct PredictiveVoltageParams {
    PlanKnowledge knowledge = PlanKnowledge::neighbours;
    Duration period = std::chrono::minutes(1);
    int horizon = 5;
    double smoothing = 1e-9;  ///< pu^2/kvar^2
    int rounds = 5;
    std::optional<int> reach{};
    PlanDamping damping = PlanDamping::safe;
    Duration trust = std::chrono::minutes(3);
    double slope_factor = 1.0;  ///< on the reactive slopes of the members' model

    static const Schema<PredictiveVoltageParams>& schema();
};

}  // namespace evsweep
