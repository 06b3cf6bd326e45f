/// Where the time and the memory of a run went, as people read it.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "sim/study/study_result.hpp"

namespace evsweep {

/// The most memory this process has held so far.
[[nodiscard]] double peak_memory_mb();

[[nodiscard]] double seconds_of(std::chrono::nanoseconds spent);

/// `count` per `per`; 0 where there is nothing to divide by.
[[nodiscard]] double ratio(double count, double per);

/// The profile as it stands when writing the result has taken `spent` so far, with the memory held until now.
[[nodiscard]] StudyProfile with_writing(StudyProfile profile, std::chrono::nanoseconds spent);

/// Tables of activities, rates and how long decisions took, memory and the instruction set in use; several lines that end in
/// '\n'.
[[nodiscard]] std::string profile_table(const StudyProfile& profile, std::string_view instruction_set);

}  // namespace evsweep
