/// The limits that replicas of a study broke: what a result knows of them, and what a replica shows that is run again.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/study/study_result.hpp"
#include "sim/study/why/replay.hpp"

namespace evsweep {

/// One replica that broke one kind of limit under one controller, at its worst.
struct Violation {
    LimitKind kind = LimitKind::low_voltage;
    std::string controller;
    ReplicaId replica;
    std::string element{};           ///< "bus 18"; empty: not recorded, and found when the replica is run again
    std::optional<double> time_h{};  ///< since the start; none: likewise
    double value = 0.0;              ///< in the unit of the kind; NaN: there is none
    double share = 0.0;              ///< how far beyond the limit, as a share of LimitValue::permitted
    double minutes = 0.0;            ///< beyond the limit in the replica, steps without a solution included; NaN: not known
};

/// What a result knows.
struct KnownViolations {
    std::vector<Violation> list;     ///< the worst first
    std::vector<std::string> notes;  ///< what else there is to say, a sentence each
    bool are_recorded = false;       ///< false: the study recorded nothing from which violations would follow
    std::size_t replicas = 0;        ///< finished
    std::string calendar_start{};    ///< as StudyResult
    std::vector<double> clock_changes{};
    double duration_h = 0.0;  ///< of a replica; 0: not known
};

/// From numbers per replica. Where steps without a solution alone broke a limit, that is a violation of kind `unsolved` only.
[[nodiscard]] KnownViolations known_violations(const StudyResult& result);
/// From replicas that were run again; `controllers` as `replays`. The numbers are exact, and all elements known.
[[nodiscard]] KnownViolations found_violations(const LoadedStudy& study, ReplicaId replica,
                                               const std::vector<std::string>& controllers, const std::vector<Replay>& replays);

/// Numbers that a result holds of one replica under one controller.
struct RecordedNumber {
    std::string output, variable;
    double value = 0.0;
};
[[nodiscard]] std::vector<RecordedNumber> recorded_numbers(const StudyResult& result, const std::string& controller,
                                                           ReplicaId replica);
/// The same of a replay with the outputs of the scenario.
[[nodiscard]] std::vector<RecordedNumber> replayed_numbers(const LoadedStudy& study, const StudyOutputs& outputs, Replay& replay);

/// How a replay compares with what was recorded, bit by bit.
struct ReplayCheck {
    std::size_t compared = 0;
    std::vector<std::string> different;  ///< names of numbers
};
[[nodiscard]] ReplayCheck compare(const std::vector<RecordedNumber>& recorded, const std::vector<RecordedNumber>& replayed);

/// As one text, and back, to pass from one process to another.
[[nodiscard]] std::string packed(const KnownViolations& known);
[[nodiscard]] KnownViolations unpacked_violations(const std::string& text);
[[nodiscard]] std::string packed(const std::vector<RecordedNumber>& numbers);
[[nodiscard]] std::vector<RecordedNumber> unpacked_numbers(const std::string& text);

}  // namespace evsweep
