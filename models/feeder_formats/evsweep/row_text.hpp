/// Rows of `key: value` on one line, as YAML or JSON.
#pragma once

#include <complex>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/time.hpp"
#include "feeder_formats/evsweep/feeder_text.hpp"

namespace evsweep {

/// A text as a value; quoted where it has to be.
[[nodiscard]] std::string string_text(const std::string& text, TextStyle style);

enum class ComplexPart { real, imaginary };
/// One part of a square matrix, rows up to the diagonal where it is symmetric: "0.3 | 0.1 0.3".
[[nodiscard]] std::string matrix_text(const std::vector<std::complex<double>>& matrix, ComplexPart part);

/// One map in braces, put together key by key.
class RowText {
   public:
    explicit RowText(TextStyle style) : style_(style) {}

    /// A value that is written as it is.
    RowText& raw(std::string_view key, const std::string& value);
    RowText& text(std::string_view key, const std::string& value) { return raw(key, string_text(value, style_)); }
    RowText& number(std::string_view key, double value);
    /// A number with its unit, or several.
    RowText& quantity(std::string_view key, const std::string& numbers, std::string_view unit);
    RowText& quantity(std::string_view key, double value, std::string_view unit);
    RowText& duration(std::string_view key, Duration value);
    RowText& numbers(std::string_view key, const std::vector<double>& values);
    RowText& texts(std::string_view key, const std::vector<std::string>& values);
    RowText& flag(std::string_view key, bool value) { return raw(key, value ? "true" : "false"); }

    [[nodiscard]] TextStyle style() const { return style_; }
    [[nodiscard]] std::string str() const { return "{" + inside_ + "}"; }

   private:
    TextStyle style_;
    std::string inside_;
};

}  // namespace evsweep
