/// Parameters of the agent `grid_operator`.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/grid_operator/least_power.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// When a grid operator curtails: by what it measures, or by the clock.
enum class CurtailBy { feeder_head, loading, voltage, clock };
[[nodiscard]] inline std::vector<std::pair<std::string, CurtailBy>> names_of(CurtailBy) {
    return {{"feeder_head", CurtailBy::feeder_head},
            {"loading", CurtailBy::loading},
            {"voltage", CurtailBy::voltage},
            {"clock", CurtailBy::clock}};
}

/// What is capped: each charging point by itself, or all of a site together.
enum class CapPer { charging_point, site };
[[nodiscard]] inline std::vector<std::pair<std::string, CapPer>> names_of(CapPer) {
    return {{"charging_point", CapPer::charging_point}, {"site", CapPer::site}};
}

struct GridOperatorParams {
    CurtailBy by = CurtailBy::feeder_head;
    std::optional<Kilowatts> above{};
    Fraction loading{1.0};
    std::string branch;
    PerUnit voltage{0.9};
    TimeOfDay from{std::chrono::hours(17)};
    TimeOfDay until{std::chrono::hours(20)};
    CapPer per = CapPer::charging_point;
    Kilowatts reduce_to{least_power_kw};
    std::vector<std::string> groups;
    Duration period = std::chrono::minutes(1);
    Duration delay{};
    Duration least_duration = std::chrono::minutes(15);
    Fraction release{0.05};

    [[nodiscard]] static const Schema<GridOperatorParams>& schema();
};

}  // namespace evsweep
