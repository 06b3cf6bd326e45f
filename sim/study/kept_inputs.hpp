/// The inputs of a study inside its result: all that it takes to run it again, in any folder.
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "evsweep/input_files.hpp"

namespace evsweep {

class ResultFile;
struct StudyResult;

/// What a result kept of the study that it is of.
struct KeptInputs {
    std::string scenario;                ///< name of the scenario file
    std::vector<std::string> overrides;  ///< `path=value`, in their order
    std::map<std::string, InputText> files;
    std::string version, revision, instruction_set;  ///< that made the result
};

/// Writes the group /inputs.
void write_inputs(ResultFile& file, const StudyResult& result);

/// Reads it back. Throws FileError where the file holds none, or is damaged.
[[nodiscard]] KeptInputs read_kept_inputs(const std::filesystem::path& result);

/// As one text, and back, to pass from one process to another.
[[nodiscard]] std::string packed(const KeptInputs& inputs);
[[nodiscard]] KeptInputs unpacked(const std::string& text);

}  // namespace evsweep
