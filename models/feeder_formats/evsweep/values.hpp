/// What single values of the project's feeder file look like: phases, terminals, matrices, lists of rows.
#pragma once

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/connections.hpp"
#include "evsweep/of_several.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

[[nodiscard]] inline std::vector<std::pair<std::string, OfSeveral>> names_of(OfSeveral) {
    return {{"mean", OfSeveral::mean}, {"highest", OfSeveral::highest}, {"lowest", OfSeveral::lowest}};
}

namespace feeder_file {

/// Conductors written as one word: "abc", "bn", "s1s2".
struct PhasesText {
    std::vector<Conductor> conductors;
};

/// One pair of ends: "ab", "a" (to earth), "0s2" (from earth).
struct TerminalsText {
    Terminals terminals;
};

/// A square matrix, row-major.
struct SquareMatrix {
    std::size_t size = 0;
    std::vector<double> values;
};
/// Reads "0.3 ohm" or "0.3 | 0.1 0.3 ohm": rows, all of them full or up to the diagonal, and one unit for all.
[[nodiscard]] std::optional<SquareMatrix> read_matrix(const Node& node, std::string_view path, std::string_view unit,
                                                      Reader& reader);

/// A matrix over the phases of a line, all in one unit.
template <UnitLabel Unit>
struct Matrix : SquareMatrix {};
using OhmMatrix = Matrix<"ohm">;
using SiemensMatrix = Matrix<"S">;
using OhmPerKmMatrix = Matrix<"ohm/km">;
using SiemensPerKmMatrix = Matrix<"S/km">;
using OhmsPerKm = Quantity<"ohm/km">;
using SiemensPerKm = Quantity<"S/km">;

/// An impedance as a share of the rated one, or in ohm.
struct ShareOrOhms {
    double value = 0.0;
    bool in_ohm = false;
};

/// "8 %" or "[8 %, 4 %, 2 %]".
struct Shares {
    std::vector<Fraction> values;
};

/// A row with where it was found.
template <class T>
struct Placed {
    T row;
    Position at;
    std::string path;  ///< e.g. "lines[3]"
};

/// The rows of one section. A row that cannot be read is reported and left out; the others are kept, so that what is wrong
/// with them is found too. One row may stand alone, without the list.
template <class T>
struct RowList {
    std::vector<Placed<T>> rows;
};

}  // namespace feeder_file

template <>
struct Value<feeder_file::PhasesText> {
    static std::optional<feeder_file::PhasesText> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "phases"; }
    static std::string unit() { return {}; }
    static std::string text(const feeder_file::PhasesText& phases) { return name_of(phases.conductors); }
    static std::optional<double> out_of(const Range&, const feeder_file::PhasesText&) { return std::nullopt; }
};

template <>
struct Value<feeder_file::TerminalsText> {
    static std::optional<feeder_file::TerminalsText> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "ends"; }
    static std::string unit() { return {}; }
    static std::string text(const feeder_file::TerminalsText& ends) { return name_of(ends.terminals); }
    static std::optional<double> out_of(const Range&, const feeder_file::TerminalsText&) { return std::nullopt; }
};

template <UnitLabel Unit>
struct Value<feeder_file::Matrix<Unit>> {
    static std::optional<feeder_file::Matrix<Unit>> read(const Node& node, std::string_view path, Reader& reader) {
        auto matrix = feeder_file::read_matrix(node, path, Unit.view(), reader);
        if (!matrix) return std::nullopt;
        return feeder_file::Matrix<Unit>{std::move(*matrix)};
    }
    static std::string type() { return "matrix"; }
    static std::string unit() { return std::string(Unit.view()); }
    static std::string text(const feeder_file::Matrix<Unit>&) { return {}; }
    /// The range holds for the diagonal.
    static std::optional<double> out_of(const Range& range, const feeder_file::Matrix<Unit>& matrix) {
        for (std::size_t i = 0; i < matrix.values.size(); i += matrix.size + 1)
            if (!range.contains(matrix.values[i])) return matrix.values[i];
        return std::nullopt;
    }
};

template <>
struct Value<feeder_file::ShareOrOhms> {
    static std::optional<feeder_file::ShareOrOhms> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "share or ohm"; }
    static std::string unit() { return {}; }
    static std::string text(const feeder_file::ShareOrOhms& z) { return number_text(z.value) + (z.in_ohm ? " ohm" : ""); }
    static std::optional<double> out_of(const Range& range, const feeder_file::ShareOrOhms& z) {
        return range.contains(z.value) ? std::nullopt : std::optional(z.value);
    }
};

template <>
struct Value<feeder_file::Shares> {
    static std::optional<feeder_file::Shares> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "share or list of share"; }
    static std::string unit() { return {}; }
    static std::string text(const feeder_file::Shares& shares) { return Value<std::vector<Fraction>>::text(shares.values); }
    static std::optional<double> out_of(const Range& range, const feeder_file::Shares& shares) {
        return Value<std::vector<Fraction>>::out_of(range, shares.values);
    }
};

template <class T>
struct PartsOf<feeder_file::RowList<T>> : PartsOf<T> {};

template <class T>
struct Value<feeder_file::RowList<T>> {
    static std::optional<feeder_file::RowList<T>> read(const Node& node, std::string_view path, Reader& reader) {
        feeder_file::RowList<T> list;
        const auto add = [&](const Node& item, std::string place) {
            if (auto row = Value<T>::read(item, place, reader)) list.rows.push_back({std::move(*row), item.at, std::move(place)});
        };
        if (node.is_map()) return add(node, std::string(path)), list;
        if (!node.is_sequence() && !node.is_null()) report_expected(node, path, "a list of rows", reader);
        for (std::size_t i = 0; i < node.items.size(); ++i) add(node.items[i], std::string(path) + "[" + std::to_string(i) + "]");
        return list;
    }
    static std::string type() { return "list of section"; }
    static std::string unit() { return {}; }
    static std::string text(const feeder_file::RowList<T>&) { return "[]"; }
    static std::optional<double> out_of(const Range&, const feeder_file::RowList<T>&) { return std::nullopt; }
};

}  // namespace evsweep
