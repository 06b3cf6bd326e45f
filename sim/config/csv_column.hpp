/// One column of a CSV file, cell by cell with its place.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/values.hpp"

namespace evsweep {

struct CsvCell {
    std::string text;
    Position at;
};

/// The cells under the header `column`. Separators are commas (or semicolons or tabs, where the header has no comma);
/// lines that are empty or begin with '#' are passed over. Reports an unknown column (at the scenario's place),
/// short rows and a file without rows. Of `most` rows at most.
[[nodiscard]] std::optional<std::vector<CsvCell>> csv_column(const FilePath& file, const std::string& column,
                                                             std::string_view path, Issues& issues,
                                                             std::size_t most = std::numeric_limits<std::size_t>::max());

/// The names in the header of such a file; reports a file that cannot be read or is empty.
[[nodiscard]] std::vector<std::string> csv_header(const FilePath& file, std::string_view path, Issues& issues);

}  // namespace evsweep
