/// The cells of a row by their meaning, as a choice of columns finds them.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "behaviours/recording_columns.hpp"
#include "behaviours/recording_table.hpp"

namespace evsweep {

/// Which columns of a table are wanted for a choice and its filter, and how cells come out of a row.
class RowColumns {
   public:
    RowColumns(const RecordingColumns& columns, const std::map<std::string, CellFilter>& filter);

    /// Names of all columns that are wanted, each once.
    [[nodiscard]] const std::vector<std::string>& wanted() const { return wanted_; }

    /// The text of a choice in a row, at the place of its first cell; empty where a part of it is.
    [[nodiscard]] RecordCell cell(const ColumnChoice& choice, const RecordRow& row, const std::string& file_stem) const;
    /// Whether the filter keeps a row.
    [[nodiscard]] bool keeps(const RecordRow& row) const;

    /// Reports the columns that a table lacks or has twice; whether there are none.
    [[nodiscard]] bool check(const RecordTable& table, bool has_layout, std::string_view path, Issues& issues) const;

   private:
    void want(const std::string& name);
    [[nodiscard]] std::size_t index_of(std::string_view name) const;
    [[nodiscard]] RecordCell part(const std::string& name, const RecordRow& row, const std::string& file_stem) const;

    const RecordingColumns& columns_;
    const std::map<std::string, CellFilter>& filter_;
    std::vector<std::string> wanted_;
};

}  // namespace evsweep
