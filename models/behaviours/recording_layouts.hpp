/// The layouts of published recordings, each a row of one table: which columns mean what, in which units and formats.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/recording_columns.hpp"

namespace evsweep {

/// The names of layouts; `recording_layouts.cpp` says what they are.
enum class Layout { acn, acn_json, acn_csv, elaad, dundee, boulder, palo_alto, simbev, emobpy, trondheim, workplace };
[[nodiscard]] std::vector<std::pair<std::string, Layout>> names_of(Layout);

/// Whose recordings have the layout, and which columns, formats, units and clocks it takes for granted.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> meanings_of(Layout);

/// Which clock times without a zone of their own are by.
enum class StampClock { local, utc };
[[nodiscard]] std::vector<std::pair<std::string, StampClock>> names_of(StampClock);

enum class DecimalMark { point, comma };
[[nodiscard]] std::vector<std::pair<std::string, DecimalMark>> names_of(DecimalMark);

/// What a row is: a whole stay; or a step of a time series, so that a stay is a run of rows at one charging point.
enum class RowKind { stay, step };

/// How the tables of one publisher are to be read.
struct RecordingLayout {
    RecordingColumns columns;
    std::map<std::string, CellFilter> filter{};
    StampClock times = StampClock::local;
    std::string zone{};  ///< whose clock is local; empty: not known
    DecimalMark decimal = DecimalMark::point;
    RowKind rows = RowKind::stay;
};
[[nodiscard]] const RecordingLayout& layout_of(Layout layout);

/// The layouts all of whose columns a table has, by name; for hints.
[[nodiscard]] std::vector<std::string> layouts_that_fit(const std::vector<std::string>& header);

}  // namespace evsweep
