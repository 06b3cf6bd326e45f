/// Reading text files whole, with errors in the user's words.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "evsweep/text_file.hpp"

namespace evsweep {

/// No text file of a study is longer; what is, is taken for a mistake.
inline constexpr std::size_t largest_text_file = 64U << 20U;

/// The file that `name` means where it is written at `at`: relative names count from the folder of that file.
[[nodiscard]] std::filesystem::path resolved_file(const std::string& name, const Position& at);

/// Whether `file` is a readable file; reports at (at, path) what is wrong otherwise.
[[nodiscard]] bool check_readable_file(const std::filesystem::path& file, Issues& issues, const Position& at,
                                       std::string_view path);

/// The content of `file` without a byte order mark; nothing where it is missing, no file, unreadable, UTF-16 or larger than
/// `largest_text_file`, with the reason reported at (at, path).
[[nodiscard]] std::optional<std::string> read_text_file(const std::filesystem::path& file, Issues& issues, const Position& at,
                                                        std::string_view path);

}  // namespace evsweep
