#include "evsweep/values.hpp"

#include <array>
#include <charconv>
#include <cmath>

#include "evsweep/bounds.hpp"
#include "sim/base/clock_text.hpp"
#include "sim/base/text_file.hpp"
#include "sim/base/units.hpp"

namespace evsweep {

namespace {

constexpr double no_limit = 1e300;

std::string found_text(const Node& node) {
    switch (node.kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::sequence:
            return "a list";
        case Node::Kind::map:
            return "a map";
        case Node::Kind::scalar:
            break;
    }
    constexpr std::size_t longest = 60;
    return "'" + (node.scalar.size() > longest ? node.scalar.substr(0, longest) + "..." : node.scalar) + "'";
}

std::string noun_of(std::string_view unit) {
    if (unit == "1") return "a number or a share in %";
    return unit.empty() ? "a number" : "a quantity in " + std::string(unit);
}

void report(const Node& node, std::string_view path, std::string problem, std::string hint, Reader& reader) {
    reader.issues.error(node.at, std::string(path), std::move(problem), std::move(hint));
}

/// A whole number of type T; reports what is wrong otherwise.
template <class T>
std::optional<T> read_whole(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_scalar() || node.quoted) return report_expected(node, path, "a whole number", reader), std::nullopt;
    const std::string& text = node.scalar;
    const auto number = split_number(text);
    const bool is_plain = number && number->rest.empty() && text.find_first_of(".eE") == std::string::npos;
    if (!is_plain) return report_expected(node, path, "a whole number", reader), std::nullopt;
    T value{};
    const auto result = std::from_chars(number->mantissa.data(), number->mantissa.data() + number->mantissa.size(), value);
    if (result.ec == std::errc()) {
        if (result.ptr == number->mantissa.data() + number->mantissa.size()) return value;
    } else if (result.ec == std::errc::result_out_of_range) {
        return report(node, path, "'" + text + "' is too large", {}, reader), std::nullopt;
    }
    return report(node, path, "'" + text + "' is negative", "write a whole number from 0", reader), std::nullopt;
}

std::optional<double> bad_number(const Range& range, double value) {
    return range.contains(value) ? std::nullopt : std::optional(value);
}

/// Whether a text stands for itself when written without quotes.
bool is_plain_text(const std::string& text) {
    if (text.empty() || trimmed(text) != text || text == "~" || text == "none" || text == "null") return false;
    if (std::string_view("-?:,[]{}#&*!|>'\"%@`").find(text.front()) != std::string_view::npos) return false;
    if (text.find(": ") != std::string::npos || text.find(" #") != std::string::npos || text.back() == ':') return false;
    return text.find_first_of(",[]{}\n\t\\") == std::string::npos;
}

std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (c == '\n') {
            result += "\\n";
            continue;
        }
        result += c;
    }
    return result + "\"";
}

}  // namespace

bool Range::contains(double value) const {
    if (!(value >= min && value <= max)) return false;
    return !(open_min && value == min) && !(open_max && value == max);
}

std::string Range::text() const {
    const bool below = max < no_limit;
    const bool above = min > -no_limit;
    if (above && below) return (open_min ? "(" : "[") + number_text(min) + ", " + number_text(max) + (open_max ? ")" : "]");
    if (above) return (open_min ? "> " : ">= ") + number_text(min);
    return below ? (open_max ? "< " : "<= ") + number_text(max) : std::string();
}

void report_expected(const Node& node, std::string_view path, std::string_view expected, Reader& reader) {
    std::string hint;
    if (node.is_scalar() && node.quoted && parse_number(node.scalar)) hint = "remove the quotes";
    report(node, path, "expected " + std::string(expected) + ", found " + found_text(node), hint, reader);
}

std::optional<double> read_number(const Node& node, std::string_view path, Reader& reader) {
    const auto value = node.is_scalar() && !node.quoted ? parse_number(node.scalar) : std::nullopt;
    if (!value) return report_expected(node, path, "a number", reader), std::nullopt;
    auto fault = bound_fault(*value, "");
    if (!fault) return value;
    report(node, path, std::move(fault->problem), std::move(fault->hint), reader);
    return std::nullopt;
}

std::optional<double> read_quantity(const Node& node, std::string_view path, std::string_view unit, Reader& reader) {
    const bool is_quoted_number = node.quoted && parse_number(node.scalar).has_value();
    if (!node.is_scalar() || is_quoted_number) return report_expected(node, path, noun_of(unit), reader), std::nullopt;
    auto text = parse_quantity(node.scalar, unit);
    if (!text.value) report(node, path, std::move(text.problem), std::move(text.hint), reader);
    return text.value;
}

std::string number_text(double value) {
    std::array<char, 64> buffer;
    const double size = std::abs(value);
    const bool is_common = size == 0.0 || (size >= 1e-5 && size < 1e15);
    const auto format = is_common ? std::chars_format::fixed : std::chars_format::general;
    const auto result = std::to_chars(buffer.data(), buffer.data() + buffer.size(), value, format);
    return std::string(buffer.data(), result.ptr);
}

template <>
std::optional<double> PlainValue<double>::read(const Node& node, std::string_view path, Reader& reader) {
    return read_number(node, path, reader);
}
template <>
std::string PlainValue<double>::type() {
    return "number";
}
template <>
std::string PlainValue<double>::unit() {
    return {};
}
template <>
std::string PlainValue<double>::text(const double& value) {
    return number_text(value);
}
template <>
std::optional<double> PlainValue<double>::out_of(const Range& range, const double& value) {
    return bad_number(range, value);
}

template <>
std::optional<int> PlainValue<int>::read(const Node& node, std::string_view path, Reader& reader) {
    return read_whole<int>(node, path, reader);
}
template <>
std::string PlainValue<int>::type() {
    return "whole number";
}
template <>
std::string PlainValue<int>::unit() {
    return {};
}
template <>
std::string PlainValue<int>::text(const int& value) {
    return std::to_string(value);
}
template <>
std::optional<double> PlainValue<int>::out_of(const Range& range, const int& value) {
    return bad_number(range, static_cast<double>(value));
}

template <>
std::optional<std::uint64_t> PlainValue<std::uint64_t>::read(const Node& node, std::string_view path, Reader& reader) {
    return read_whole<std::uint64_t>(node, path, reader);
}
template <>
std::string PlainValue<std::uint64_t>::type() {
    return "whole number";
}
template <>
std::string PlainValue<std::uint64_t>::unit() {
    return {};
}
template <>
std::string PlainValue<std::uint64_t>::text(const std::uint64_t& value) {
    return std::to_string(value);
}
template <>
std::optional<double> PlainValue<std::uint64_t>::out_of(const Range& range, const std::uint64_t& value) {
    return bad_number(range, static_cast<double>(value));
}

template <>
std::optional<bool> PlainValue<bool>::read(const Node& node, std::string_view path, Reader& reader) {
    if (node.is_scalar() && !node.quoted && (node.scalar == "true" || node.scalar == "false")) return node.scalar == "true";
    return report_expected(node, path, "true or false", reader), std::nullopt;
}
template <>
std::string PlainValue<bool>::type() {
    return "true | false";
}
template <>
std::string PlainValue<bool>::unit() {
    return {};
}
template <>
std::string PlainValue<bool>::text(const bool& value) {
    return value ? "true" : "false";
}
template <>
std::optional<double> PlainValue<bool>::out_of(const Range&, const bool&) {
    return std::nullopt;
}

template <>
std::optional<std::string> PlainValue<std::string>::read(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_scalar()) return report_expected(node, path, "a text", reader), std::nullopt;
    return node.scalar;
}
template <>
std::string PlainValue<std::string>::type() {
    return "text";
}
template <>
std::string PlainValue<std::string>::unit() {
    return {};
}
template <>
std::string PlainValue<std::string>::text(const std::string& value) {
    return is_plain_text(value) ? value : quoted(value);
}
template <>
std::optional<double> PlainValue<std::string>::out_of(const Range&, const std::string&) {
    return std::nullopt;
}

template <>
std::optional<Duration> PlainValue<Duration>::read(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_scalar()) return report_expected(node, path, "a duration", reader), std::nullopt;
    auto duration = parse_duration(node.scalar);
    if (!duration.value) report(node, path, std::move(duration.problem), std::move(duration.hint), reader);
    return duration.value;
}
template <>
std::string PlainValue<Duration>::type() {
    return "duration";
}
template <>
std::string PlainValue<Duration>::unit() {
    return {};
}
template <>
std::string PlainValue<Duration>::text(const Duration& value) {
    return duration_text(value);
}
template <>
std::optional<double> PlainValue<Duration>::out_of(const Range& range, const Duration& value) {
    return bad_number(range, static_cast<double>(value.count()));
}

template <>
std::optional<TimeOfDay> PlainValue<TimeOfDay>::read(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_scalar()) return report_expected(node, path, "a clock time", reader), std::nullopt;
    const auto clock = parse_clock(trimmed(node.scalar));
    if (clock && *clock <= one_day) return TimeOfDay{*clock};
    return report(node, path, "'" + node.scalar + "' is not a clock time", "write e.g. `18:30`", reader), std::nullopt;
}
template <>
std::string PlainValue<TimeOfDay>::type() {
    return "clock time";
}
template <>
std::string PlainValue<TimeOfDay>::unit() {
    return {};
}
template <>
std::string PlainValue<TimeOfDay>::text(const TimeOfDay& value) {
    return clock_text(value.since_midnight);
}
template <>
std::optional<double> PlainValue<TimeOfDay>::out_of(const Range&, const TimeOfDay&) {
    return std::nullopt;
}

template <>
std::optional<Calendar> PlainValue<Calendar>::read(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_scalar()) return report_expected(node, path, "a date and time", reader), std::nullopt;
    const auto calendar = parse_calendar(trimmed(node.scalar));
    if (calendar) return calendar;
    return report(node, path, "'" + node.scalar + "' is not a date and time", "write e.g. `2025-01-06 12:00`", reader),
           std::nullopt;
}
template <>
std::string PlainValue<Calendar>::type() {
    return "date and time";
}
template <>
std::string PlainValue<Calendar>::unit() {
    return {};
}
template <>
std::string PlainValue<Calendar>::text(const Calendar& value) {
    return calendar_text(value);
}
template <>
std::optional<double> PlainValue<Calendar>::out_of(const Range&, const Calendar&) {
    return std::nullopt;
}

template <>
std::optional<Variate> PlainValue<Variate>::read(const Node& node, std::string_view path, Reader& reader) {
    const auto value =
        reader.variate_unit.empty() ? read_number(node, path, reader) : read_quantity(node, path, reader.variate_unit, reader);
    return value ? std::optional(Variate{*value, reader.variate_unit}) : std::nullopt;
}
template <>
std::string PlainValue<Variate>::type() {
    return "quantity";
}
template <>
std::string PlainValue<Variate>::unit() {
    return "of the attribute";
}
template <>
std::string PlainValue<Variate>::text(const Variate& value) {
    return value.unit.empty() || value.unit == "1" ? number_text(value.value) : number_text(value.value) + " " + value.unit;
}
template <>
std::optional<double> PlainValue<Variate>::out_of(const Range& range, const Variate& value) {
    return bad_number(range, value.value);
}

template <>
std::optional<FilePath> PlainValue<FilePath>::read(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_scalar() || node.scalar.empty()) return report_expected(node, path, "a file name", reader), std::nullopt;
    const auto file = resolved_file(node.scalar, node.at);
    if (!check_readable_file(file, reader.issues, node.at, path)) return std::nullopt;
    return FilePath{file, node.at, reader.issues.shared_files()};
}
template <>
std::string PlainValue<FilePath>::type() {
    return "file";
}
template <>
std::string PlainValue<FilePath>::unit() {
    return {};
}
template <>
std::string PlainValue<FilePath>::text(const FilePath& value) {
    return Value<std::string>::text(value.path.string());
}
template <>
std::optional<double> PlainValue<FilePath>::out_of(const Range&, const FilePath&) {
    return std::nullopt;
}

}  // namespace evsweep
