/// Numbers that know their unit, so that the unit reaches type checks, error texts and result files.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <string_view>

namespace evsweep {

/// A unit's label as a template argument: `Quantity<"kW">`.
template <std::size_t Length>
struct UnitLabel {
    char text[Length]{};
    consteval UnitLabel(const char (&label)[Length]) { std::copy_n(label, Length, text); }
    [[nodiscard]] constexpr std::string_view view() const { return {text, Length - 1}; }
};

/// One number in one unit; quantities of different units do not mix.
template <UnitLabel Unit>
class Quantity {
   public:
    constexpr Quantity() = default;
    constexpr explicit Quantity(double value) : value_(value) {}

    /// The bare number, in `unit()`.
    [[nodiscard]] constexpr double value() const { return value_; }
    [[nodiscard]] static constexpr std::string_view unit() { return Unit.view(); }

    friend constexpr auto operator<=>(Quantity, Quantity) = default;
    friend constexpr Quantity operator+(Quantity a, Quantity b) { return Quantity(a.value_ + b.value_); }
    friend constexpr Quantity operator-(Quantity a, Quantity b) { return Quantity(a.value_ - b.value_); }
    friend constexpr Quantity operator-(Quantity a) { return Quantity(-a.value_); }
    friend constexpr Quantity operator*(double factor, Quantity a) { return Quantity(factor * a.value_); }
    friend constexpr Quantity operator*(Quantity a, double factor) { return Quantity(a.value_ * factor); }
    friend constexpr Quantity operator/(Quantity a, double factor) { return Quantity(a.value_ / factor); }
    friend constexpr double operator/(Quantity a, Quantity b) { return a.value_ / b.value_; }
    constexpr Quantity& operator+=(Quantity other) { return value_ += other.value_, *this; }
    constexpr Quantity& operator-=(Quantity other) { return value_ -= other.value_, *this; }

   private:
    double value_ = 0.0;
};

using Kilowatts = Quantity<"kW">;
using Kilovars = Quantity<"kvar">;
using KilovoltAmperes = Quantity<"kVA">;
using KilowattHours = Quantity<"kWh">;
using Volts = Quantity<"V">;
using Amperes = Quantity<"A">;
using Ohms = Quantity<"ohm">;
using Kilometres = Quantity<"km">;
using Siemens = Quantity<"S">;
using PerUnit = Quantity<"pu">;
using Degrees = Quantity<"deg">;
using Hours = Quantity<"h">;
/// A share of one; text may say `0.95` or `95 %`.
using Fraction = Quantity<"1">;
/// Money per energy in the scenario's one currency; text may say `0.22 $/kWh` or `80 EUR/MWh`.
using Price = Quantity<"currency/kWh">;

}  // namespace evsweep
