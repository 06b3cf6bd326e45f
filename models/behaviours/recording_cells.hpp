/// What stands in one cell of a recording: times, energies, yes or no.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "behaviours/recording_layouts.hpp"
#include "evsweep/text_cells.hpp"
#include "evsweep/time_format.hpp"

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

/// In the first of the formats that fits; without formats "YYYY-MM-DD HH:MM" (or with T between them), with seconds ":SS" and up
/// to three digits of them after a point, and with an offset behind them or not.
[[nodiscard]] CellValue<ClockStamp> parse_time(std::string_view text, const std::vector<std::string>& formats);

/// What numbers of a column are: how many kWh (or kW, or ms) one of them is.
struct NumberForm {
    double factor = 1.0;
    std::string unit{};  ///< that cells may repeat
    DecimalMark decimal = DecimalMark::point;
};
/// How energies in `unit` are written; nothing for a unit that is none. Powers are units of energy where a row is a step.
[[nodiscard]] std::optional<NumberForm> energy_form(const std::string& unit, RowKind rows, DecimalMark decimal);
/// How durations in `unit`, e.g. "min" or "15 min", are written.
[[nodiscard]] std::optional<NumberForm> duration_form(const std::string& unit, DecimalMark decimal);

/// A number from 0 on, times its factor, with or without its unit.
[[nodiscard]] CellValue<double> parse_amount(std::string_view text, const NumberForm& form);
/// "[h:]mm:ss", with any number of hours.
[[nodiscard]] CellValue<Duration> parse_span(std::string_view text);
/// "1", "true", "yes", "t", "y", "1.0" in any case, or their opposites.
[[nodiscard]] CellValue<bool> parse_truth(std::string_view text);

/// The number that a whole text is, digits only.
[[nodiscard]] std::optional<int> parse_digits(std::string_view text);

}  // namespace evsweep
