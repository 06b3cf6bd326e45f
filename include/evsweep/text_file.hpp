/// Reading the text files that a document names, the same way for every plug-in.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evsweep/values.hpp"

namespace evsweep {

/// The whole text of a file, without a byte order mark; nothing (reported under `path`) where it cannot be read as UTF-8.
[[nodiscard]] std::optional<std::string> read_text(const FilePath& file, std::string_view path, Issues& issues);
/// The same without a word of why there is none, for whoever reports it otherwise.
[[nodiscard]] std::optional<std::string> read_text(const FilePath& file);

}  // namespace evsweep
