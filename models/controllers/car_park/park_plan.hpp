/// The cheapest plan of a car park's day, with what proves that there is none cheaper.
#pragma once

#include <cstdint>

#include "controllers/car_park/park_schedule.hpp"
#include "solvers/linear_program/linear_program.hpp"

namespace evsweep {

/// What a plan knows of the sun. `none`: it plans as if there were none; `expected`: the day's forecast; `perfect`: what it will
/// be.
enum class SunKnowledge : std::uint8_t { none, expected, perfect };

/// Which of its means a car park has. All choices are ranges of the same programme's columns.
struct ParkMeans {
    bool returns_energy = false;  ///< vehicles discharge (V2G)
    bool offers_reserves = false;
    SunKnowledge sun = SunKnowledge::perfect;
    bool firm = false;  ///< reserves are sold only as far as they can be delivered, and made up until the vehicle leaves
};

/// A plan; `schedule` is empty unless the status is `optimal` or `unproven`. Certificate: see `LinearCertificate`.
struct ParkPlan {
    LinearStatus status = LinearStatus::failed;
    ParkSchedule schedule{};
    std::vector<std::vector<double>> import_kw{}, export_kw{};  ///< by charger, then by step of the day
    double cost = 0.0;                                          ///< with the sun that it was made for
    LinearCertificate certificate{};
    double relaxed_cost =
        0.0;  ///< of the relaxation that lets a vehicle charge and discharge, a charger import and export, at once
    int iterations = 0, nodes = 0;
    LinearBasis basis{};  ///< where the plan of a like day may begin
};

/// Makes the plan of a sound day (`is_sound`); README.md has the model. There is always one, since what is not served has a
/// price, but many choices that bind may end in `unproven` or `failed`. `start`: a basis to begin from.
[[nodiscard]] ParkPlan make_park_plan(const ParkDay& day, const ParkMeans& means, const LinearOptions& options = {},
                                      const LinearBasis* start = nullptr);

}  // namespace evsweep
