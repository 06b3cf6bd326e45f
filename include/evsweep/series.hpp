/// Parameters of plug-ins that vary in time: a number that always holds, or a series in the scenario's time.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/profile.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// A parameter of this unit by time, given as one number, as a list of numbers or as a column of a CSV file.
template <UnitLabel Unit>
struct Series {
    Profile profile{one_day, false, {0.0}};
    std::string text = "0";  ///< as it was given
    Series() = default;
    Series(Quantity<Unit> always)  // NOLINT(google-explicit-constructor): a number that always holds
        : profile{one_day, false, {always.value()}}, text(Value<Quantity<Unit>>::text(always)) {}
    [[nodiscard]] double at(Instant t, const Calendar& calendar) const { return profile.at(t, calendar); }
};

/// A series that has been read.
struct SeriesRead {
    Profile profile;
    std::string text;
};
/// Reads a number in `unit`, or a section like those of `base_load.profiles`, and places it in the scenario's time
/// (Reader::time). Reports every problem at its place, in the scenario or in the CSV file.
[[nodiscard]] std::optional<SeriesRead> read_series(const Node& node, std::string_view path, std::string_view unit,
                                                    Reader& reader);
/// The parameters of such a section.
[[nodiscard]] std::vector<FieldInfo> series_fields();

template <UnitLabel Unit>
struct Value<Series<Unit>> {
    static std::optional<Series<Unit>> read(const Node& node, std::string_view path, Reader& reader) {
        auto read = read_series(node, path, Quantity<Unit>::unit(), reader);
        if (!read) return std::nullopt;
        Series<Unit> series;
        series.profile = std::move(read->profile);
        series.text = std::move(read->text);
        return series;
    }
    static std::string type() { return Value<Quantity<Unit>>::type() + ", or a series of them"; }
    static std::string unit() { return Value<Quantity<Unit>>::unit(); }
    static std::string text(const Series<Unit>& series) { return series.text; }
    static std::optional<double> out_of(const Range& range, const Series<Unit>& series) {
        const auto& values = series.profile.values;
        const auto bad = std::find_if(values.begin(), values.end(), [&](double value) { return !range.contains(value); });
        return bad == values.end() ? std::nullopt : std::optional(*bad);
    }
};

template <UnitLabel Unit>
struct PartsOf<Series<Unit>> {
    static std::vector<FieldInfo> list() { return series_fields(); }
};

}  // namespace evsweep
