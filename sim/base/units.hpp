/// The units that texts may use, and how "5.4 kW" becomes a number of the one unit that its dimension has.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace evsweep {

/// The decimal number that opens a text, and what follows it.
struct NumberAndRest {
    std::string mantissa;  ///< sign, digits and point
    long exponent = 0;     ///< of ten
    std::string rest;      ///< trimmed
};

[[nodiscard]] std::string trimmed(std::string_view text);
/// Splits "12.66e3 kV"; nothing where the text does not open with a plain decimal number.
[[nodiscard]] std::optional<NumberAndRest> split_number(std::string_view text);
/// The double nearest to mantissa * 10^(exponent + shift); nothing on overflow and underflow.
[[nodiscard]] std::optional<double> to_double(const NumberAndRest& number, int shift = 0);
/// A whole text as one decimal number; nothing otherwise.
[[nodiscard]] std::optional<double> parse_number(std::string_view text);

/// Either a number of `unit` or what is wrong with the text.
struct QuantityText {
    std::optional<double> value;
    std::string problem;
    std::string hint;
};
/// Reads a quantity whose dimension has the unit `unit` (kW, kvar, kVA, kWh, V, A, ohm, S, pu, deg, h, 1, currency/kWh).
[[nodiscard]] QuantityText parse_quantity(std::string_view text, std::string_view unit);

/// For people: what has units ("a power"), and which ("kW (also W, MW)").
[[nodiscard]] std::vector<std::pair<std::string, std::string>> unit_texts();

}  // namespace evsweep
