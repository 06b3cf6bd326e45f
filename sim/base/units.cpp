#include "sim/base/units.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <numbers>
#include <vector>

#include "evsweep/bounds.hpp"
#include "evsweep/contracts.hpp"
#include "sim/base/clock_text.hpp"

namespace evsweep {

namespace {

/// value in the family's unit = number * 10^shift * factor / divisor
struct UnitToken {
    std::string_view token;
    int shift = 0;
    double divisor = 1.0;
};

struct UnitFamily {
    std::string_view unit;
    std::string_view noun;
    std::string_view expected;
    std::vector<UnitToken> tokens;
};

const std::vector<UnitFamily>& families() {
    static const std::vector<UnitFamily> table{
        {"kW", "a power", "kW (also W, MW)", {{"kW"}, {"W", -3}, {"MW", 3}}},
        {"kvar", "a reactive power", "kvar (also var, Mvar)", {{"kvar"}, {"var", -3}, {"Mvar", 3}}},
        {"kVA", "an apparent power", "kVA (also VA, MVA)", {{"kVA"}, {"VA", -3}, {"MVA", 3}}},
        {"kWh", "an energy", "kWh (also Wh, MWh)", {{"kWh"}, {"Wh", -3}, {"MWh", 3}}},
        {"1/s", "a rate", "/s (also /min, %/s, %/min)", {{"/s"}, {"1/s"}, {"/min", 0, 60.0}, {"%/s", -2}, {"%/min", -2, 60.0}}},
        {"V", "a voltage", "V (also kV)", {{"V"}, {"kV", 3}}},
        {"A", "a current", "A (also kA)", {{"A"}, {"kA", 3}}},
        {"ohm", "an impedance", "ohm (also mohm)", {{"ohm"}, {"mohm", -3}}},
        {"S", "an admittance", "S (also mS, uS)", {{"S"}, {"mS", -3}, {"uS", -6}}},
        {"ohm/km",
         "an impedance per length",
         "ohm/km (also mohm/km, ohm/mi)",
         {{"ohm/km"}, {"mohm/km", -3}, {"ohm/mi", 0, 1.609344}}},
        {"S/km",
         "an admittance per length",
         "S/km (also uS/km, uS/mi)",
         {{"S/km"}, {"mS/km", -3}, {"uS/km", -6}, {"uS/mi", -6, 1.609344}}},
        {"km", "a length", "km (also m, mi, ft)", {{"km"}, {"m", -3}, {"mi", 0, 1.0 / 1.609344}, {"ft", 0, 1.0 / 0.0003048}}},
        {"pu", "a per-unit value", "pu (also %)", {{"pu"}, {"%", -2}}},
        {"deg", "an angle", "deg (also rad)", {{"deg"}, {"rad", 0, std::numbers::pi / 180.0}}},
        {"h",
         "a time",
         "h (also min, s, ms, or a clock time like 18:30)",
         {{"h"}, {"min", 0, 60.0}, {"s", 0, 3600.0}, {"ms", 0, 3'600'000.0}}},
        {"Hz", "a frequency", "Hz (also mHz, kHz)", {{"Hz"}, {"mHz", -3}, {"kHz", 3}}},
        {"1", "a share", "a plain number or %", {{""}, {"%", -2}}},
    };
    return table;
}

/// Shift of a price's unit, e.g. `$/kWh`, `EUR/MWh`, `ct/kWh`; nothing where it is not a price's unit.
std::optional<int> price_shift(std::string_view token) {
    const std::size_t slash = token.find('/');
    if (slash == 0 || slash == std::string_view::npos || slash > 8) return std::nullopt;
    const std::string_view money = token.substr(0, slash);
    const std::string_view energy = token.substr(slash + 1);
    if (energy != "kWh" && energy != "MWh") return std::nullopt;
    if (money.find_first_of("0123456789 .,+-") != std::string_view::npos) return std::nullopt;
    return (money == "ct" ? -2 : 0) + (energy == "MWh" ? -3 : 0);
}

QuantityText no_quantity(std::string problem, std::string hint) { return {std::nullopt, std::move(problem), std::move(hint)}; }

/// The number in its family's unit, if things have such sizes.
QuantityText scaled(const NumberAndRest& number, const UnitToken& token, std::string_view text, std::string_view unit) {
    const auto value = to_double(number, token.shift);
    if (!value) return no_quantity("'" + std::string(text) + "' is too large or too small for a number", {});
    if (auto fault = bound_fault(*value / token.divisor, unit))
        return no_quantity(std::move(fault->problem), std::move(fault->hint));
    return {*value / token.divisor, {}, {}};
}

/// "3,5": said as what it is, for what follows the comma would be lost or taken for something else.
bool has_decimal_comma(std::string_view text) {
    const std::size_t comma = text.find(',');
    const auto is_digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    return comma != std::string_view::npos && comma > 0 && is_digit(comma - 1) && is_digit(comma + 1);
}

QuantityText parse_price(const NumberAndRest& number, std::string_view text) {
    if (number.rest.empty()) return no_quantity("needs a unit", "write e.g. `" + std::string(text) + " $/kWh`");
    const auto shift = price_shift(number.rest);
    if (!shift) return no_quantity("'" + number.rest + "' is not a price of energy", "expected e.g. $/kWh, ct/kWh or EUR/MWh");
    return scaled(number, {number.rest, *shift}, text, "currency/kWh");
}

QuantityText not_a_number(std::string_view text, std::string_view noun, std::string_view unit) {
    const std::string example = unit == "1"              ? "0.95` or `95 %"
                                : unit == "currency/kWh" ? "0.22 $/kWh"
                                                         : "5.4 " + std::string(unit);
    return no_quantity("'" + std::string(text) + "' is not " + std::string(noun), "write e.g. `" + example + "`");
}

}  // namespace

std::string trimmed(std::string_view text) {
    constexpr std::string_view blank = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blank);
    if (first == std::string_view::npos) return {};
    return std::string(text.substr(first, text.find_last_not_of(blank) - first + 1));
}

std::optional<NumberAndRest> split_number(std::string_view text) {
    const auto is_digit = [&](std::size_t i) { return i < text.size() && text[i] >= '0' && text[i] <= '9'; };
    std::size_t i = !text.empty() && (text[0] == '+' || text[0] == '-') ? 1 : 0;
    const std::size_t first = i;
    while (is_digit(i)) ++i;
    const std::size_t whole = i - first;
    std::size_t decimals = 0;
    if (i < text.size() && text[i] == '.') {
        ++i;
        while (is_digit(i)) ++i, ++decimals;
    }
    if (whole + decimals == 0) return std::nullopt;
    if (whole > 1 && text[first] == '0') return std::nullopt;  // 017 is octal to some and decimal to others
    NumberAndRest number;
    number.mantissa = std::string(text.substr(text[0] == '+' ? 1 : 0, i - (text[0] == '+' ? 1 : 0)));
    if (i + 1 < text.size() && (text[i] == 'e' || text[i] == 'E')) {
        std::size_t j = i + 1;
        if (text[j] == '+' || text[j] == '-') ++j;
        const std::size_t digits = j;
        while (is_digit(j)) ++j;
        if (j == digits) return std::nullopt;
        const std::string_view exponent = text.substr(text[i + 1] == '+' ? i + 2 : i + 1, j - i - (text[i + 1] == '+' ? 2 : 1));
        if (std::from_chars(exponent.data(), exponent.data() + exponent.size(), number.exponent).ec != std::errc())
            number.exponent = text[i + 1] == '-' ? -1'000'000 : 1'000'000;
        i = j;
    }
    number.rest = trimmed(text.substr(i));
    return number;
}

std::optional<double> to_double(const NumberAndRest& number, int shift) {
    const std::string text = number.mantissa + "e" + std::to_string(number.exponent + shift);
    double value = 0.0;
    const auto result = std::from_chars(text.data(), text.data() + text.size(), value);
    if (result.ec == std::errc() && result.ptr == text.data() + text.size() && std::isfinite(value)) return value;
    const bool is_zero = number.mantissa.find_first_of("123456789") == std::string::npos;
    return is_zero ? std::optional(0.0) : std::nullopt;
}

std::optional<double> parse_number(std::string_view text) {
    const auto number = split_number(text);
    return number && number->rest.empty() ? to_double(*number) : std::nullopt;
}

QuantityText parse_quantity(std::string_view raw, std::string_view unit) {
    const std::string text = trimmed(raw);
    if (unit == "h") {
        if (const auto clock = parse_clock(text)) return {static_cast<double>(clock->count()) / 3'600'000.0, {}, {}};
    }
    const auto number = split_number(text);
    if (has_decimal_comma(text))
        return no_quantity("'" + text + "' has a comma inside", "write a decimal point, and no mark for thousands");
    if (unit == "currency/kWh") return number ? parse_price(*number, text) : not_a_number(text, "a price of energy", unit);
    for (const auto& family : families()) {
        if (family.unit != unit) continue;
        if (!number) return not_a_number(text, family.noun, unit);
        for (const auto& token : family.tokens)
            if (token.token == number->rest) return scaled(*number, token, text, unit);
        if (number->rest.empty()) return no_quantity("needs a unit", "write e.g. `" + text + " " + std::string(unit) + "`");
        return no_quantity("'" + number->rest + "' is not " + std::string(family.noun),
                           "expected " + std::string(family.expected));
    }
    throw ContractViolation("broken promise: '" + std::string(unit) + "' is a unit that texts can use");
}

std::vector<std::pair<std::string, std::string>> unit_texts() {
    std::vector<std::pair<std::string, std::string>> texts;
    for (const UnitFamily& family : families()) texts.emplace_back(family.noun, family.expected);
    texts.emplace_back("a price", "currency/kWh, e.g. $/kWh (also per MWh, and ct/kWh)");
    return texts;
}

}  // namespace evsweep
