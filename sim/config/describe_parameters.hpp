/// Parameters by their name, wherever sections and plug-ins have them, for people who know a key and not where it belongs.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evsweep/schema.hpp"

namespace evsweep {

/// A section or a plug-in, and what it may be given.
struct ParameterOwner {
    std::string name;  ///< e.g. "section time", "behaviour sessions"
    std::vector<FieldInfo> fields;
};

/// A parameter of this name, or of this path inside its owner, at every place where there is one; those that are alike once. None
/// where there is none.
[[nodiscard]] std::optional<std::string> describe_parameter(const std::vector<ParameterOwner>& owners, const std::string& name,
                                                            int width);
/// Their names.
[[nodiscard]] std::vector<std::string> parameter_names(const std::vector<ParameterOwner>& owners);

/// The table of fields, and below it one for every field that holds sections, headed by its path.
[[nodiscard]] std::string fields_tables(const std::vector<FieldInfo>& fields, const std::string& path, int width);

}  // namespace evsweep
