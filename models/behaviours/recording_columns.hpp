/// What the columns of a recording mean: our names for what stands where, with units and formats.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/schema.hpp"

namespace evsweep {

/// Where one thing stands in the rows of a table. Empty: nowhere.
struct ColumnChoice {
    /// Columns whose cells are joined by a blank. "a|b": the cell of b where that of a is empty or there is no a. "@file": the
    /// name of the file, without folder and ending.
    std::vector<std::string> names;
    std::string unit;                  ///< of numbers; empty: the usual one
    std::vector<std::string> formats;  ///< of times, the first that fits; none: as ISO 8601 has it

    [[nodiscard]] bool is_given() const { return !names.empty(); }
    [[nodiscard]] std::string text() const;  ///< "Start Date + Start Time"
};
/// A name, a list of names, or {column, unit, format}.
template <>
struct Value<ColumnChoice> {
    static std::optional<ColumnChoice> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "column"; }
    static std::string unit() { return {}; }
    static std::string text(const ColumnChoice& choice);
    static std::optional<double> out_of(const Range&, const ColumnChoice&) { return std::nullopt; }
};

/// The meanings that a recording can have.
struct RecordingColumns {
    ColumnChoice plug_in;
    ColumnChoice plug_out;
    ColumnChoice duration;
    ColumnChoice energy;
    ColumnChoice initial_soc;
    ColumnChoice station;
    ColumnChoice stated_departure;
    ColumnChoice claimed;
    ColumnChoice bus;
    ColumnChoice phases;
    static const Schema<RecordingColumns>& schema();
    /// All of them, with our names.
    [[nodiscard]] std::vector<std::pair<std::string, const ColumnChoice*>> list() const;
};

/// `own` in place of `usual`, where it gives something. A plug-out and a duration stand for one another.
[[nodiscard]] RecordingColumns overridden_by(RecordingColumns usual, const RecordingColumns& own);

/// One value, or a list of them.
struct CellTexts {
    std::vector<std::string> list;
};
/// The rows that are kept: whose cell in a column is one of some values, or none of them.
struct CellFilter {
    CellTexts only;
    CellTexts except;
    /// Numbers are compared as numbers.
    [[nodiscard]] bool keeps(std::string_view cell) const;
};
template <>
struct Value<CellTexts> {
    static std::optional<CellTexts> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "text or list"; }
    static std::string unit() { return {}; }
    static std::string text(const CellTexts& texts);
    static std::optional<double> out_of(const Range&, const CellTexts&) { return std::nullopt; }
};
/// A value, a list of values, or {except: ...}.
template <>
struct Value<CellFilter> {
    static std::optional<CellFilter> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "text, list or {except: ...}"; }
    static std::string unit() { return {}; }
    static std::string text(const CellFilter& filter);
    static std::optional<double> out_of(const Range&, const CellFilter&) { return std::nullopt; }
};

/// One file, or a list of them.
struct FileList {
    std::vector<FilePath> files;
};
template <>
struct Value<FileList> {
    static std::optional<FileList> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "file or list of files"; }
    static std::string unit() { return {}; }
    static std::string text(const FileList& list);
    static std::optional<double> out_of(const Range&, const FileList&) { return std::nullopt; }
};

}  // namespace evsweep
