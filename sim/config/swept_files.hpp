/// Which files a pattern of a sweep finds.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace evsweep {

/// Whether `name` is what `pattern` says: `*` stands for any characters, `?` for one.
[[nodiscard]] bool matches_pattern(const std::string& name, const std::string& pattern);

/// Files in the pattern's folder whose names match its last part, sorted by name, with that folder before them. Names that begin
/// with a dot are passed over unless the pattern does, too. Empty where there is none.
[[nodiscard]] std::vector<std::filesystem::path> files_matching(const std::filesystem::path& pattern);

}  // namespace evsweep
