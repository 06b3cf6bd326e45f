/// Reads back from a result file what the comparison table needs.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "sim/study/study_result.hpp"

namespace evsweep {

class ResultReader;

/// A study read back, or why it could not be: `file: problem; hint`.
struct ReadSummary {
    std::optional<StudyResult> result;
    std::string problem;
};

/// Reads heading, provenance, scenario, numbers per replica, failures and unsolved steps. Bands, traces and the feeder stay
/// in the file; so do numbers of more than 65,536 replicas, which are read column by column when they are asked for: that may
/// throw FileError.
[[nodiscard]] ReadSummary read_summary(const std::filesystem::path& path);

/// What the notes on the array at `path` say of the variable `name`. Throws FileError.
[[nodiscard]] Variable variable_in(const ResultReader& reader, const std::string& path, const std::string& name);

}  // namespace evsweep
