/// One replica of a study under one controller, run again by itself and looked at from close by.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "sim/network/device_state.hpp"
#include "sim/study/run_ensemble.hpp"
#include "sim/study/why/limits_watched.hpp"

namespace evsweep {

/// What a replica had of one kind of limit.
struct LimitTally {
    bool is_broken = false;
    LimitPlace place{};  ///< where it was furthest beyond the limit, or closest to it
    Instant at{};
    double value = 0.0;     ///< there and then; NaN where no step has a solution
    double share = 0.0;     ///< how far beyond the limit, as a share of LimitValue::permitted
    std::size_t steps = 0;  ///< with any value beyond the limit; steps without a solution count apart
};

/// The network and the fleet at one control instant, as the load flow had them.
struct Moment {
    Instant at{};
    std::vector<double> port_kw, port_kvar;  ///< by place (DrawingPlaces)
    DeviceState devices;
    std::vector<double> p_kw, q_kvar, soc, target_soc, stated_departure_ms;  ///< by connector
};

/// The time around an instant, step by step.
struct Hour {
    std::vector<Instant> at;
    std::vector<double> value;                 ///< at the place asked for
    std::vector<std::vector<double>> p_kw;     ///< [step][connector]
    std::vector<std::vector<double>> base_kw;  ///< [step][bus]: what loads ask for at rated voltage
};

/// What is to be kept of a replay.
struct ReplayRequest {
    std::optional<LimitKind> capture{};  ///< the moment at which this kind is worst
    std::optional<LimitPlace> place{};   ///< whose values are kept from `from` to `to`
    Instant from{}, to{};
    std::optional<Instant> moment{};  ///< the state at this instant is kept
    bool keeps_fleet = false;         ///< powers by connector and bus are kept from `from` to `to`, too
};

struct Replay {
    std::optional<std::string> failure;
    std::array<LimitTally, limit_kinds> limits{};  ///< by LimitKind; of `unsolved` the steps, and the first of them
    std::optional<Moment> moment{};                ///< as captured
    Hour hour{};
    std::vector<std::optional<Recorded>> recorded{};  ///< of the outputs
    double seconds = 0.0;

    [[nodiscard]] const LimitTally& of(LimitKind kind) const { return limits[static_cast<std::size_t>(kind)]; }
    /// The value of the hour at an instant; NaN where there is none.
    [[nodiscard]] double value_at(Instant at) const;
};

/// A study whose only alternative is this one; the rest is shared.
[[nodiscard]] LoadedStudy under_one(const LoadedStudy& study, const std::string& controller);
/// The outputs that a replay records, ready to run: `keeps`, those of the scenario, else none.
enum class ReplayOutputs { of_scenario, none };
[[nodiscard]] StudyOutputs outputs_for_replay(LoadedStudy& study, ReplayOutputs keeps);

/// `study` has one alternative. What a replica finds does not depend on who looks.
[[nodiscard]] Replay replay(const LoadedStudy& study, const StudyOutputs& outputs, ReplicaId replica,
                            const ReplayRequest& request);

}  // namespace evsweep
