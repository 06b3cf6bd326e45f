/// What is wrong with a text before any grammar is applied: bytes that no text file has.
#pragma once

#include <memory>
#include <string>

#include "evsweep/issues.hpp"

namespace evsweep {

/// Reports the first control character, byte that is not UTF-8, tab in an indentation or endless line.
/// Returns whether the text is fit to be parsed.
[[nodiscard]] bool check_text(const std::string& text, const std::shared_ptr<const std::string>& file, Issues& issues);

}  // namespace evsweep
