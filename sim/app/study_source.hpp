/// What a study is read from: a scenario file, or the result of an earlier run, which holds all of its inputs.
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/input_files.hpp"

namespace evsweep {

struct StudySource {
    std::filesystem::path scenario;
    std::vector<std::string> overrides;  ///< those of the result, then the user's
    std::shared_ptr<InputFiles> files;
    std::string instruction_set;       ///< that the result was made with, where this machine has it; empty: not known
    std::optional<std::string> doubt;  ///< why its numbers may differ from the result's
};

/// Reports a result that cannot be read.
[[nodiscard]] std::optional<StudySource> study_source(const std::filesystem::path& file,
                                                      const std::vector<std::string>& overrides);

}  // namespace evsweep
