/// A recording as rows of cells, whatever kind of file holds it: a table (CSV), or the objects of a list (JSON).
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/values.hpp"

namespace evsweep {

/// The text of a cell, without blanks and quotes around it, and where it begins.
struct RecordCell {
    std::string text;
    int line = 0;
    int column = 1;
};

struct RecordRow {
    int line = 0;
    std::vector<RecordCell> cells;  ///< of the wanted columns, in their order; empty where a column is not there
    std::string problem{};          ///< what makes it no row; empty where it is one
};

struct RecordTable {
    std::shared_ptr<const std::string> file;
    int header_line = 1;
    std::vector<std::string> header;  ///< the names of all columns
    std::vector<RecordRow> rows;
    bool is_json = false;  ///< members may be absent from some or all of its rows
    [[nodiscard]] std::size_t count_of(const std::string& name) const;
};

/// Reads the `wanted` columns of a file. Names in JSON are paths, "userInputs[last].requestedDeparture"; a file that begins with
/// a bracket is JSON. Nothing (reported) where the file is neither.
[[nodiscard]] std::optional<RecordTable> read_record_table(const FilePath& file, const std::vector<std::string>& wanted,
                                                           std::string_view path, Issues& issues);

/// The same from JSON text: the objects of its list, or of the list that is a member of its object.
[[nodiscard]] std::optional<RecordTable> read_json_records(std::string_view text, const FilePath& file,
                                                           const std::vector<std::string>& wanted, std::string_view path,
                                                           Issues& issues);

}  // namespace evsweep
