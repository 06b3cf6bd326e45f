/// How one value is read from a document and written back: the leaf rules that every schema shares.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "evsweep/document.hpp"
#include "evsweep/quantity.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

struct TimeSettings;

/// What reading needs besides the node itself.
struct Reader {
    Issues& issues;
    /// Unit of a `Variate` while a distribution's parameters are read, e.g. "h"; empty elsewhere.
    std::string variate_unit{};
    /// The control step, for defaults that have to fit it; 0 where it is not known.
    Duration step{};
    const TimeSettings* time = nullptr;  ///< of the scenario, in which series are placed; null where it is not known
};

/// Limits of a numeric value, in the value's own unit.
struct Range {
    double min = -1e300;
    double max = 1e300;
    bool open_min = false;
    bool open_max = false;
    [[nodiscard]] bool contains(double value) const;
    /// "[0, 1]", ">= 0", "" where there is no limit.
    [[nodiscard]] std::string text() const;
};
[[nodiscard]] inline Range at_least(double min_value) { return {.min = min_value}; }
[[nodiscard]] inline Range above(double min_value) { return {.min = min_value, .open_min = true}; }
[[nodiscard]] inline Range between(double min_value, double max_value) { return {.min = min_value, .max = max_value}; }
[[nodiscard]] inline Range above_up_to(double min_value, double max_value) {
    return {.min = min_value, .max = max_value, .open_min = true};
}

/// A number in the unit of the attribute that a distribution serves (h, kWh, kW, 1).
struct Variate {
    double value = 0.0;
    std::string unit{};  ///< as read, so that it can be written back; empty for defaults
    friend auto operator<=>(const Variate& a, const Variate& b) { return a.value <=> b.value; }
    friend bool operator==(const Variate& a, const Variate& b) { return a.value == b.value; }
};

/// A file named in a document; relative names count from the folder of the file that names them.
struct FilePath {
    std::filesystem::path path;  ///< resolved
    Position at{};
    std::shared_ptr<InputFiles> files{};  ///< where its text comes from; none: the disk
    friend bool operator==(const FilePath& a, const FilePath& b) { return a.path == b.path; }
};

/// Reads "5.4 kW" as a number of `unit`; reports and returns nothing on a missing, foreign or malformed unit.
[[nodiscard]] std::optional<double> read_quantity(const Node& node, std::string_view path, std::string_view unit, Reader& reader);
[[nodiscard]] std::optional<double> read_number(const Node& node, std::string_view path, Reader& reader);
/// Reports "expected X, found Y" at the node.
void report_expected(const Node& node, std::string_view path, std::string_view expected, Reader& reader);
/// The shortest text that reads back to the same double.
[[nodiscard]] std::string number_text(double value);
/// Duration as "15 min", "24 h", "60 s", "250 ms": the largest unit that is exact.
[[nodiscard]] std::string duration_text(Duration value);

/// The rules of one type: `read`, `type` (for people), `unit`, `text` (reads back to the same value).
/// `in_range` returns the offending number, if any. Specialise it to let a schema hold a new type.
template <class T>
struct Value;

template <UnitLabel Unit>
struct Value<Quantity<Unit>> {
    using Q = Quantity<Unit>;
    static std::optional<Q> read(const Node& node, std::string_view path, Reader& reader) {
        auto number = read_quantity(node, path, Q::unit(), reader);
        return number ? std::optional<Q>(Q(*number)) : std::nullopt;
    }
    static std::string type() { return Q::unit() == "1" ? "share" : "quantity"; }
    static std::string unit() { return std::string(Q::unit()); }
    static std::string text(Q q) { return Q::unit() == "1" ? number_text(q.value()) : number_text(q.value()) + " " + unit(); }
    static std::optional<double> out_of(const Range& range, Q q) {
        return range.contains(q.value()) ? std::nullopt : std::optional(q.value());
    }
};

/// Declares `Value<T>` whose functions live in sim/config.
template <class T>
struct PlainValue {
    static std::optional<T> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type();
    static std::string unit();
    static std::string text(const T& value);
    static std::optional<double> out_of(const Range& range, const T& value);
};
template <>
struct Value<double> : PlainValue<double> {};
template <>
struct Value<int> : PlainValue<int> {};
template <>
struct Value<std::uint64_t> : PlainValue<std::uint64_t> {};
template <>
struct Value<bool> : PlainValue<bool> {};
template <>
struct Value<std::string> : PlainValue<std::string> {};
template <>
struct Value<Duration> : PlainValue<Duration> {};  ///< range in milliseconds
template <>
struct Value<TimeOfDay> : PlainValue<TimeOfDay> {};  ///< "HH:MM[:SS]"
template <>
struct Value<Calendar> : PlainValue<Calendar> {};  ///< "YYYY-MM-DD HH:MM[:SS]"
template <>
std::string PlainValue<Calendar>::text(const Calendar& value);  // declared before it is used, wherever that is
template <>
struct Value<Variate> : PlainValue<Variate> {};
template <>
struct Value<FilePath> : PlainValue<FilePath> {};  ///< must exist and be readable

/// Names of an enumeration, found by ADL: `names_of(E) -> std::vector<std::pair<std::string, E>>`; and, where there is a function
/// `former_names_of(E)` like it, names that are still taken, with a warning.
template <class E>
requires std::is_enum_v<E>
struct Value<E> {
    static std::optional<E> read(const Node& node, std::string_view path, Reader& reader) {
        std::vector<std::string> known;
        for (const auto& [name, value] : names_of(E{})) {
            if (node.is_scalar() && node.scalar == name) return value;
            known.push_back(name);
        }
        if constexpr (requires { former_names_of(E{}); })
            for (const auto& [name, value] : former_names_of(E{}))
                if (node.is_scalar() && node.scalar == name) {
                    reader.issues.warning(node.at, std::string(path), "'" + name + "' is now called '" + text(value) + "'",
                                          "write that");
                    return value;
                }
        if (!node.is_scalar()) {
            report_expected(node, path, type(), reader);
        } else {
            reader.issues.error(node.at, std::string(path), "unknown choice '" + node.scalar + "'",
                                did_you_mean(node.scalar, known));
        }
        return std::nullopt;
    }
    static std::string type() {
        std::string text = "one of";
        for (const auto& [name, value] : names_of(E{})) text += (text == "one of" ? " " : " | ") + name;
        return text;
    }
    static std::string unit() { return {}; }
    static std::string text(E e) {
        for (const auto& [name, value] : names_of(E{}))
            if (value == e) return name;
        return {};
    }
    static std::optional<double> out_of(const Range&, E) { return std::nullopt; }
};

/// An absent value is written as "none"; `none` or `~` in the text makes it absent.
template <class T>
struct Value<std::optional<T>> {
    static std::optional<std::optional<T>> read(const Node& node, std::string_view path, Reader& reader) {
        if (node.is_null() || (node.is_scalar() && !node.quoted && node.scalar == "none")) return std::optional<T>();
        std::optional<std::optional<T>> result;
        if (auto value = Value<T>::read(node, path, reader)) result.emplace(std::move(*value));
        return result;
    }
    static std::string type() { return Value<T>::type(); }
    static std::string unit() { return Value<T>::unit(); }
    static std::string text(const std::optional<T>& value) { return value ? Value<T>::text(*value) : "none"; }
    static std::optional<double> out_of(const Range& range, const std::optional<T>& value) {
        return value ? Value<T>::out_of(range, *value) : std::nullopt;
    }
};

/// A sequence `[a, b, c]`.
template <class T>
struct Value<std::vector<T>> {
    static std::optional<std::vector<T>> read(const Node& node, std::string_view path, Reader& reader) {
        if (!node.is_sequence()) return report_expected(node, path, type(), reader), std::nullopt;
        std::vector<T> values;
        bool complete = true;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            auto value = Value<T>::read(node.items[i], std::string(path) + "[" + std::to_string(i) + "]", reader);
            if (value)
                values.push_back(std::move(*value));
            else
                complete = false;
        }
        return complete ? std::optional(std::move(values)) : std::nullopt;
    }
    static std::string type() { return "list of " + Value<T>::type(); }
    static std::string unit() { return Value<T>::unit(); }
    static std::string text(const std::vector<T>& values) {
        std::string text = "[";
        for (const auto& v : values) text += (text.size() > 1 ? ", " : "") + Value<T>::text(v);
        return text + "]";
    }
    static std::optional<double> out_of(const Range& range, const std::vector<T>& values) {
        for (const auto& v : values)
            if (auto bad = Value<T>::out_of(range, v)) return bad;
        return std::nullopt;
    }
};

/// A map `{name: value}`.
template <class T>
struct Value<std::map<std::string, T>> {
    static std::optional<std::map<std::string, T>> read(const Node& node, std::string_view path, Reader& reader) {
        if (!node.is_map()) return report_expected(node, path, type(), reader), std::nullopt;
        std::map<std::string, T> values;
        bool complete = true;
        for (const auto& [key, item] : node.entries) {
            auto value = Value<T>::read(item, std::string(path) + "." + key.scalar, reader);
            if (value)
                values.emplace(key.scalar, std::move(*value));
            else
                complete = false;
        }
        return complete ? std::optional(std::move(values)) : std::nullopt;
    }
    static std::string type() { return "map of name to " + Value<T>::type(); }
    static std::string unit() { return Value<T>::unit(); }
    static std::string text(const std::map<std::string, T>& values) {
        std::string text = "{";
        for (const auto& [name, v] : values) text += (text.size() > 1 ? ", " : "") + name + ": " + Value<T>::text(v);
        return text + "}";
    }
    static std::optional<double> out_of(const Range& range, const std::map<std::string, T>& values) {
        for (const auto& [name, v] : values)
            if (auto bad = Value<T>::out_of(range, v)) return bad;
        return std::nullopt;
    }
};

}  // namespace evsweep
