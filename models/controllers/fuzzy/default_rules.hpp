/// The default rule base inside the binary, so that the controller `fuzzy` works from any folder.
#pragma once

#include <string_view>

namespace evsweep {

/// The text of rules/default.fll, character by character (a test holds the two together).
extern const std::string_view default_rules;

}  // namespace evsweep
