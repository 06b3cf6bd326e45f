/// How a line of a table (CSV) is split into cells, the same way for every reader.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

namespace evsweep {

/// A cell as it stands, with quotes and blanks.
struct TextCell {
    std::string_view text;
    std::size_t column = 1;  ///< of its first character, from 1
};

/// Comma, or semicolon or tab where the header has no comma.
[[nodiscard]] char separator_of(std::string_view header);
/// The cells of one line; a quoted cell may hold the separator.
[[nodiscard]] std::vector<TextCell> split_cells(std::string_view line, char separator);

}  // namespace evsweep
