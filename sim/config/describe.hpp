/// What a scenario may say, for people: every section and plug-in from its schema.
#pragma once

#include <optional>
#include <string>

namespace evsweep {

inline constexpr int default_width = 100;  ///< columns of a comfortable terminal

/// All scenario sections and all registered plug-ins, grouped by interface, one line each, within `width` columns
/// where words allow.
[[nodiscard]] std::string describe_all(int width = default_width);

/// The parameters of one section or plug-in (of every one that bears the name), or nothing where none does.
[[nodiscard]] std::optional<std::string> describe(const std::string& name, int width = default_width);

/// The hint that follows a name that `describe` does not know.
[[nodiscard]] std::string describe_hint(const std::string& name);

}  // namespace evsweep
