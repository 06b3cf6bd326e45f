// The voltages that chargers see: rows around a solved load flow, and around the nominal voltages of an unloaded feeder.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "sim/network/sweep/linear_load_flow.hpp"
#include "sim/network/sweep/load_slopes.hpp"

namespace evsweep {

namespace {

using Complex = LinearLoadFlow::Complex;

/// A phasor of this size at the nearest angle that is a multiple of 30 degrees, as the windings of transformers make them.
Complex nominal_phasor(double size, Complex near) {
    constexpr double step = std::numbers::pi / 6.0;
    return std::polar(size, step * std::round(std::arg(near) / step));
}

Complex across(const LoadFlow& solved, const LinearLoadFlow::ChargerPair& pair) {
    return solved.swept_voltage(pair.plus) - solved.swept_voltage(pair.minus);  // 0 V at the earth
}

}  // namespace

void LinearLoadFlow::write_chargers(const LoadFlow& solved, LinearRows& rows) {
    charger_weight_.resize(chargers_.size());
    for (std::size_t place = 0; place < chargers_.size(); ++place) {
        const auto& pairs = chargers_[place];
        charger_weight_[place].clear();
        rows.value[place] = 0.0;
        for (const ChargerPair& pair : pairs) {
            const Complex u = across(solved, pair);
            const double size = std::abs(u);
            const double share = 1.0 / (pair.nominal_pu * static_cast<double>(pairs.size()));
            charger_weight_[place].push_back(size > 0.0 ? std::conj(u) / size * share : Complex());
            rows.value[place] += size * share;
        }
    }
}

void LinearLoadFlow::write_charger_column(std::size_t column, LinearRows& rows) const {
    for (std::size_t place = 0; place < chargers_.size(); ++place) {
        double change = 0.0;
        for (std::size_t k = 0; k < chargers_[place].size(); ++k) {
            const ChargerPair& pair = chargers_[place][k];
            change += (charger_weight_[place][k] * (change_at(pair.plus) - change_at(pair.minus))).real();
        }
        entry(rows, place, column) = change;
    }
}

bool LinearLoadFlow::linearise_nominal(const LoadFlow& unloaded, LinearRows& rows) {
    make_room(unloaded);
    find_slopes(unloaded);
    take_nominal_voltages(unloaded);
    rows.value.assign(places(), 1.0);
    rows.per_kw.assign(places() * places(), 0.0);
    rows.per_kvar.assign(places() * places(), 0.0);
    for (std::size_t column = 0; column < columns(); ++column) {
        if (column % kernel_->width == 0 && !follow_columns(column)) return false;
        show_column(column);
        write_charger_column(column, rows);
    }
    return std::all_of(rows.per_kw.begin(), rows.per_kw.end(), [](double x) { return std::isfinite(x); });
}

/// Currents are those that powers draw at nominal voltages, and voltages are seen along these.
void LinearLoadFlow::take_nominal_voltages(const LoadFlow& unloaded) {
    charger_weight_.resize(chargers_.size());
    for (std::size_t place = 0; place < chargers_.size(); ++place) {
        charger_weight_[place].clear();
        for (std::size_t k = 0; k < chargers_[place].size(); ++k) {
            const ChargerPair& pair = chargers_[place][k];
            const Complex u = nominal_phasor(pair.nominal_pu, across(unloaded, pair));
            PlaceSlope& slope = place_slopes_[drawn_together_[place][k]];
            slope.per_kw = 1.0 / std::conj(u);
            slope.per_kvar = Complex(0.0, -1.0) / std::conj(u);
            const double share = 1.0 / (pair.nominal_pu * static_cast<double>(chargers_[place].size()));
            charger_weight_[place].push_back(std::conj(u) / pair.nominal_pu * share);
        }
    }
}

}  // namespace evsweep
