#include "feeder_formats/evsweep/row_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>

#include "evsweep/text_check.hpp"
#include "evsweep/values.hpp"

namespace evsweep {
namespace {

/// Whether YAML takes a text for itself, in a list or map too. Cautious: quotes never hurt.
bool stands_for_itself(const std::string& text) {
    const auto is_plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               std::string_view("_./+-").find(c) != std::string_view::npos;
    };
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_plain) || text.front() == '-') return false;
    return text != "null" && text != "Null" && text != "NULL" && text != "none";
}

std::string quoted(const std::string& text) {
    Issues ignored;
    const bool is_utf8 = check_text(text, std::make_shared<const std::string>(), ignored);
    std::string result = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\')
            (result += '\\') += c;
        else if (c == '\n')
            result += "\\n";
        else if (byte < 0x20U || byte == 0x7FU || (byte >= 0x80U && !is_utf8))  // a byte of no UTF-8 text is taken for Latin-1
            result += fmt::format("\\u{:04x}", byte);
        else
            result += c;
    }
    return result + "\"";
}

template <class Values, class Text>
std::string list_of(const Values& values, const Text& text) {
    constexpr std::size_t per_line = 24;
    std::string result = "[";
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (i > 0) result += i % per_line == 0 ? ",\n      " : ", ";
        result += text(values[i]);
    }
    return result + "]";
}

}  // namespace

std::string string_text(const std::string& text, TextStyle style) {
    return style == TextStyle::yaml && stands_for_itself(text) ? text : quoted(text);
}

std::string matrix_text(const std::vector<std::complex<double>>& matrix, ComplexPart part) {
    const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(matrix.size()))));
    const auto at = [&](std::size_t i, std::size_t j) {
        const std::complex<double> z = matrix[i * n + j];
        return part == ComplexPart::real ? z.real() : z.imag();
    };
    bool symmetric = true;
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < i; ++j) symmetric = symmetric && at(i, j) == at(j, i);
    std::string text;
    for (std::size_t i = 0; i < n; ++i) {
        if (i > 0) text += " | ";
        for (std::size_t j = 0; j < (symmetric ? i + 1 : n); ++j) text += (j > 0 ? " " : "") + number_text(at(i, j));
    }
    return text;
}

RowText& RowText::raw(std::string_view key, const std::string& value) {
    if (!inside_.empty()) inside_ += ", ";
    inside_ += style_ == TextStyle::json ? fmt::format("\"{}\": {}", key, value) : fmt::format("{}: {}", key, value);
    return *this;
}

RowText& RowText::number(std::string_view key, double value) { return raw(key, number_text(value)); }

RowText& RowText::quantity(std::string_view key, const std::string& numbers, std::string_view unit) {
    const std::string text = numbers + " " + std::string(unit);
    return raw(key, style_ == TextStyle::json ? quoted(text) : text);
}

RowText& RowText::quantity(std::string_view key, double value, std::string_view unit) {
    return quantity(key, number_text(value), unit);
}

RowText& RowText::duration(std::string_view key, Duration value) {
    return raw(key, style_ == TextStyle::json ? quoted(duration_text(value)) : duration_text(value));
}

RowText& RowText::numbers(std::string_view key, const std::vector<double>& values) {
    return raw(key, list_of(values, number_text));
}

RowText& RowText::texts(std::string_view key, const std::vector<std::string>& values) {
    return raw(key, list_of(values, [this](const std::string& value) { return string_text(value, style_); }));
}

}  // namespace evsweep
