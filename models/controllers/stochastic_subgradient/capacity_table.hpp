/// Capacities of stations by slot, as a CSV file tells them: `day,slot` and a column of kvar for every station.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/values.hpp"

namespace evsweep {

/// Whole days of slots without gaps.
struct CapacityTable {
    std::shared_ptr<const std::string> file;
    std::vector<std::string> stations;  ///< by column, as the header names them
    std::vector<Position> header_at;    ///< by column
    int first_day = 0;                  ///< its number in the file
    std::size_t slots_per_day = 0;
    std::vector<std::vector<double>> kvar;  ///< [column][row]

    [[nodiscard]] std::size_t rows() const { return kvar.empty() ? 0 : kvar.front().size(); }
    [[nodiscard]] std::size_t days() const { return slots_per_day == 0 ? 0 : rows() / slots_per_day; }
    /// The column of a station.
    [[nodiscard]] std::optional<std::size_t> column_of(std::string_view station) const;
};

/// Reads the file; every problem is reported at its place under `path`, and then nothing is returned: no header, no stations or
/// one twice, rows that are missing or out of order, days that are cut short, cells that are empty, no numbers or below 0.
[[nodiscard]] std::shared_ptr<const CapacityTable> read_capacity_table(const FilePath& file, std::string_view path,
                                                                       Issues& issues);

}  // namespace evsweep
