/// Why a replica broke a limit: who drew how much then, what each has to do with it, and what would have been without them.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/study/why/actors.hpp"
#include "sim/study/why/violations.hpp"

namespace evsweep {

/// The replica again without somebody: the controller reacts, all others come and go as they did.
struct WithoutActor {
    std::optional<std::string> failure{};
    double value = 0.0;        ///< at the same place and instant; NaN: no solution
    bool holds_there = false;  ///< the limit, there and then
    double minutes = 0.0;      ///< of this kind of violation in the whole replica
};

/// Somebody who drew power, and what that has to do with the value.
struct ActorShare {
    Actor actor;
    double share = 0.0;      ///< Shapley's, in the unit of the value: how it moved from nobody to all
    double error = 0.0;      ///< its standard error
    double unchanged = 0.0;  ///< the value without it while all others draw what they did; NaN: no solution
    std::optional<WithoutActor> rerun{};
};

/// What a controller did with a vehicle at the instant.
struct VehicleDecision {
    std::uint32_t vehicle = 0;
    std::string controller;
    double p_kw = 0.0;
    double soc = 0.0, target_soc = 0.0;
    double missing_kwh = 0.0;           ///< from the grid, to its target
    std::optional<double> departs_h{};  ///< stated; hours after the instant; none of what never leaves
    std::optional<double> laxity_h{};   ///< how long it could still wait and be full in time at its rating
};

/// The replica at the same instant under another controller.
struct OtherController {
    std::string controller;
    std::optional<std::string> failure{};
    double value = 0.0;    ///< at the same place and instant
    double minutes = 0.0;  ///< of this kind of violation
};

/// Vehicles that would have had to stand idle at the instant, so that the limit holds while all others draw what they did: as few
/// as possible, those who push most first.
struct EnoughVehicles {
    std::size_t count = 0;
    double p_kw = 0.0;
};

/// The hour around the instant.
struct ExplainedHour {
    std::vector<double> time_h;  ///< since the start of the study
    std::vector<double> value;
    std::vector<std::string> parts;                        ///< who pushes most: "vehicle 12", "vehicles at bus 15"
    bool is_by_bus = false;                                ///< where single vehicles do too little to be seen
    std::vector<std::vector<double>> part_kw;              ///< [part][step]
    std::vector<double> vehicles_kw, loads_kw, fed_in_kw;  ///< of all others: drawn, drawn, and >= 0 by generators
};

struct Explanation {
    std::optional<std::string> problem{};  ///< why there is none; the rest is then as far as it is known
    Violation violation;                   ///< as it was found again
    LimitPlace place{};
    LimitValue limit{};
    double tolerance = 0.0;
    std::size_t recorded_numbers = 0;              ///< of the replica, that the replay was compared with
    std::vector<std::string> different_numbers{};  ///< those that are not the same to the last bit
    double nobody = 0.0;                           ///< the value while nobody draws
    double all = 0.0;                              ///< with all, in the load flow of that instant by itself
    std::size_t orders = 0, failed_orders = 0;
    std::vector<ActorShare> actors{};        ///< who pushed most towards the violation first
    std::optional<EnoughVehicles> enough{};  ///< none: the limit would be broken without them, too
    std::optional<WithoutActor> without_vehicles{};
    std::vector<VehicleDecision> decisions{};
    std::vector<OtherController> others{};
    ExplainedHour hour{};
    std::size_t runs = 0;  ///< of the replica, in all

    /// How much an actor pushed towards the violation, in the unit of the value.
    [[nodiscard]] double push(double share) const { return limit.is_lower ? -share : share; }
    [[nodiscard]] bool holds(double value) const { return limit.excess(value) <= tolerance; }
};

/// What it will cost, told before it is spent.
struct ExplanationCost {
    std::size_t runs = 0;        ///< of one replica, that are to come
    double first_seconds = 0.0;  ///< that the run so far took
    std::size_t threads = 1;
};

struct ExplanationOptions {
    std::size_t reruns = 10;  ///< at most so many actors are left out of the whole replica
    std::size_t orders = 0;   ///< random orders; 0: by the size of the feeder
    std::size_t threads = 1;
    bool is_quick = false;  ///< only the load flow of the instant
    bool keeps_hour = true;
    std::vector<RecordedNumber> recorded{};  ///< of the result, to compare with; empty: nothing is recorded
    std::function<void(const ExplanationCost&)> announce{};
};

/// Runs the replica of the violation again, and then without whom it takes. `violation` need not say where and when. The result
/// does not depend on the number of threads.
[[nodiscard]] Explanation explain(const LoadedStudy& study, const Violation& violation, const ExplanationOptions& options);

}  // namespace evsweep
