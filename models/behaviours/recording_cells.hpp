/// What stands in one cell of a recording: times, energies, yes or no.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/text_cells.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// A cell with the column of its first character, counted from 1. Blanks and quotes around its text are taken off.
struct RecordingCell {
    std::string_view text;
    int column = 1;
};

[[nodiscard]] std::vector<RecordingCell> recording_cells(std::string_view line, char separator);

/// What was understood of a cell; where nothing was, what to do about it.
template <class T>
struct CellValue {
    std::optional<T> value;
    std::string hint{};
};

/// "YYYY-MM-DD HH:MM" (or with T between them), with seconds ":SS" and up to three digits of them after a point.
[[nodiscard]] CellValue<std::chrono::local_time<Duration>> parse_time(std::string_view text);
/// A number of kWh from 0 on, with or without its unit.
[[nodiscard]] CellValue<double> parse_energy(std::string_view text);
/// "1", "true", "yes", "t", "y", "1.0" in any case, or their opposites.
[[nodiscard]] CellValue<bool> parse_truth(std::string_view text);

/// The number that a whole text is, digits only.
[[nodiscard]] std::optional<int> parse_digits(std::string_view text);

}  // namespace evsweep
