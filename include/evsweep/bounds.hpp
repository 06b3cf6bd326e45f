/// How large a number of each unit may be: one table for every reader and for feeders that no text reader has checked.
#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace evsweep {

/// The largest size of a number of one unit, and why nobody needs a larger one.
struct Bound {
    std::string_view unit;  ///< as Quantity has it; empty: a plain number
    double most = 0.0;
    std::string_view most_text;
    std::string_view reason;
};

/// Products and quotients of a few bounded numbers stay far from the ends of a double.
inline constexpr std::array<Bound, 17> bounds{{
    {"kW", 1e9, "1e9 kW", "all power stations of a continent give less"},
    {"kvar", 1e9, "1e9 kvar", "all power stations of a continent give less"},
    {"kVA", 1e9, "1e9 kVA", "all power stations of a continent give less"},
    {"kWh", 1e12, "1e12 kWh", "a continent needs less in a month"},
    {"V", 1e7, "1e7 V", "no line has more than 1.2 million volts"},
    {"A", 1e9, "1e9 A", "no short circuit has so much; leave a rating out where there is no limit"},
    {"ohm", 1e12, "1e12 ohm", "that is no connection; leave it out"},
    {"S", 1e9, "1e9 S", "that is no impedance; make it a switch"},
    {"ohm/km", 1e12, "1e12 ohm/km", "that is no connection; leave it out"},
    {"S/km", 1e9, "1e9 S/km", "that is no impedance; make it a switch"},
    {"km", 1e5, "1e5 km", "the earth is 40,000 km around"},
    {"pu", 1e6, "1e6 pu", "per-unit values are near 1"},
    {"deg", 1e6, "1e6 deg", "a turn is 360 degrees"},
    {"h", 1e6, "1e6 h", "no study lasts longer than 100 years"},
    {"1", 1e9, "1e9", "shares are near 1"},
    {"currency/kWh", 1e9, "1e9 per kWh", "no energy costs as much"},
    {"", 1e15, "1e15", "no number here needs to be larger"},
}};

/// What is smaller, and not 0, is a slip: its square would vanish among the doubles.
inline constexpr double least_size = 1e-100;

/// What is wrong with a number, and what to do.
struct BoundFault {
    std::string problem;
    std::string hint;
};

/// Nothing where `value`, a number of `unit`, is finite and of a size that things have.
[[nodiscard]] inline std::optional<BoundFault> bound_fault(double value, std::string_view unit) {
    const Bound* bound = &bounds.back();
    for (const Bound& known : bounds)
        if (known.unit == unit) bound = &known;
    const double size = std::abs(value);
    if (size == 0.0 || (size >= least_size && size <= bound->most)) return std::nullopt;
    if (!std::isfinite(value)) return BoundFault{"is not finite", "give a number"};
    std::array<char, 32> digits;
    const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
    std::string text(digits.data(), end);
    if (!unit.empty() && unit != "1") text += " " + std::string(unit);
    if (size < least_size) return BoundFault{text + " is too small for a number", "write 0"};
    return BoundFault{text + " is too large", "at most " + std::string(bound->most_text) + ": " + std::string(bound->reason)};
}

}  // namespace evsweep
