/// When relays are content, as the description says it, on voltages and currents of the dense reference.
#pragma once

#include <algorithm>
#include <cmath>
#include <complex>
#include <map>
#include <string>
#include <vector>

#include "unit/network/unbalanced_reference.hpp"

namespace evsweep::testing {

template <class Row>
const Row* row_named(const std::vector<Row>& rows, const std::string& id) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const Row& row) { return row.id == id; });
    return found == rows.end() ? nullptr : &*found;
}

/// The bus at which a capacitor control looks.
inline std::string watched_bus(const FeederDescription& d, const CapacitorControlRow& r) {
    if (const auto* b = row_named(d.branches, r.element)) return r.at_to_end ? b->to : b->from;
    return row_named(d.transformers, r.element)->windings[r.at_to_end ? 1 : 0].bus;
}

/// The conductors that the element of a capacitor control touches there.
inline std::vector<Conductor> watched_wires(const FeederDescription& d, const CapacitorControlRow& r) {
    std::vector<Conductor> wires;
    const auto add = [&](const std::optional<Conductor>& wire) {
        if (wire && *wire != Conductor::earth && std::count(wires.begin(), wires.end(), *wire) == 0) wires.push_back(*wire);
    };
    if (const auto* b = row_named(d.branches, r.element)) {
        for (const Conductor wire : r.at_to_end && !b->to_conductors.empty() ? b->to_conductors : b->conductors) add(wire);
        return wires;
    }
    const auto* t = row_named(d.transformers, r.element);
    const std::string at = watched_bus(d, r);
    for (const WindingRow& w : t->windings)
        for (const Terminals& coil : w.coils)
            if (w.bus == at) add(coil.plus), add(coil.minus);
    return wires;
}

struct CapacitorView {
    double volts = 0.0;  ///< behind the ratio, as the current
    double amperes = 0.0;
    std::complex<double> kva;
};

class CapacitorRule {
   public:
    CapacitorRule(const FeederDescription& d, const DenseFeeder& dense, const CapacitorControlRow& r)
        : d_(d), dense_(dense), r_(r) {}

    [[nodiscard]] CapacitorView see(const DenseFeeder::Voltages& v) const {
        const std::string at = watched_bus(d_, r_);
        std::vector<Conductor> wires = watched_wires(d_, r_);
        if (r_.conductor) wires = {*r_.conductor};
        const auto volts = [&](const std::optional<Conductor>& wire) { return wire ? v.at({at, *wire}) : 0.0; };
        const auto amperes = amperes_there(v);
        CapacitorView seen;
        std::vector<double> all_volts, all_amperes;
        for (const Conductor wire : wires) {
            const auto current = amperes.count(wire) > 0 ? amperes.at(wire) : 0.0;
            all_volts.push_back(std::abs(volts(wire)) / r_.pt_ratio);
            all_amperes.push_back(std::abs(current) / r_.ct_ratio);
            seen.kva += volts(wire) * std::conj(current) / 1000.0;
        }
        seen.volts = together(r_.of_voltages, all_volts);
        seen.amperes = together(r_.of_currents, all_amperes);
        const bool is_balanced = wires.front() == Conductor::balanced;  // amperes of a phase, powers of all three
        if (is_balanced) seen.amperes /= std::sqrt(3.0);
        if (r_.across) seen.volts = std::abs(volts(r_.across->plus) - volts(r_.across->minus)) / r_.pt_ratio;
        return seen;
    }

    /// Whether it would switch, by more than a hair.
    [[nodiscard]] bool is_content(const DenseFeeder::Voltages& v) const {
        constexpr double hair = 1e-7;
        const ShuntRow& bank = *row_named(d_.shunts, r_.capacitor);
        const bool may_add = bank.steps_on<bank.steps, may_drop = bank.steps_on> 0;
        const CapacitorView seen = see(v);
        const auto above = [&](double x, double limit) { return x > limit + hair * (1.0 + std::abs(limit)); };
        if (r_.voltage_override && r_.signal != CapacitorSignal::voltage) {
            if (!may_drop && above(r_.lowest_v, seen.volts)) return false;
            if (may_drop && above(seen.volts, r_.highest_v)) return false;
            if (!may_drop && seen.volts < r_.lowest_v) return true;
            if (may_drop && seen.volts > r_.highest_v) return true;
        }
        switch (r_.signal) {
            case CapacitorSignal::voltage:
                return !(may_add && above(r_.on, seen.volts)) && !(may_drop && above(seen.volts, r_.off));
            case CapacitorSignal::current:
                return !(may_add && above(seen.amperes, r_.on)) && !(may_drop && above(r_.off, seen.amperes));
            case CapacitorSignal::reactive_power:
                return !(may_add && above(seen.kva.imag(), r_.on)) && !(may_drop && above(r_.off, seen.kva.imag()));
            case CapacitorSignal::power_factor: {
                if (std::abs(seen.kva) < 1e-6) return true;  // nothing has no power factor
                const double axis = seen.kva.imag() < 0.0 ? 2.0 - factor(seen.kva) : factor(seen.kva);
                const double kvar = std::abs(bank.q.value()) * (may_drop ? 0.5 / bank.steps : r_.least_share);
                return !(may_add && above(on_axis(r_.on), axis) && above(seen.kva.imag(), kvar)) &&
                       !(may_drop && above(axis, on_axis(r_.off)));
            }
            case CapacitorSignal::time: {  // it is midnight
                const bool shall_be_on = r_.on <= r_.off ? r_.on <= 0.0 && r_.off > 0.0 : r_.off > 0.0;
                return shall_be_on ? !may_add : !may_drop;
            }
        }
        return false;
    }

   private:
    static double factor(std::complex<double> s) { return std::abs(s) > 0.0 ? std::abs(s.real()) / std::abs(s) : 1.0; }
    static double together(OfSeveral which, std::vector<double> values) {
        std::sort(values.begin(), values.end());
        double sum = 0.0;
        for (const double value : values) sum += value;
        if (which == OfSeveral::mean) return sum / static_cast<double>(values.size());
        return which == OfSeveral::highest ? values.back() : values.front();
    }
    static double on_axis(double setting) { return setting < 0.0 ? 2.0 + setting : setting; }

    /// Into the element, by conductor.
    [[nodiscard]] std::map<Conductor, std::complex<double>> amperes_there(const DenseFeeder::Voltages& v) const {
        std::map<Conductor, std::complex<double>> amperes;
        const std::string at = watched_bus(d_, r_);
        if (const auto* b = row_named(d_.branches, r_.element)) {
            const auto currents = dense_.branch_amperes(*b, r_.at_to_end ? 1 : 0, v);
            const auto& wires = r_.at_to_end && !b->to_conductors.empty() ? b->to_conductors : b->conductors;
            for (std::size_t i = 0; i < wires.size(); ++i) amperes[wires[i]] += currents[i];
            return amperes;
        }
        return dense_.transformer_amperes(*row_named(d_.transformers, r_.element), at, v);
    }

    const FeederDescription& d_;
    const DenseFeeder& dense_;
    const CapacitorControlRow& r_;
};

class RegulatorRule {
   public:
    RegulatorRule(const FeederDescription& d, const DenseFeeder& dense, const RegulatorRow& r)
        : dense_(dense), r_(r), t_(*row_named(d.transformers, r.transformer)) {}

    [[nodiscard]] bool is_content(const DenseFeeder::Voltages& v) const {
        if (r_.on_reverse == ReversePower::ignore || !r_.bus.empty()) return is_content(v, false);
        const double kw = forward_kw(v), threshold = r_.reverse_threshold.value();
        if (kw > threshold) return is_content(v, false);
        if (kw < -threshold) return is_content(v, true);
        return is_content(v, false) || is_content(v, true);  // whichever way it looked before
    }

   private:
    using Complex = std::complex<double>;

    [[nodiscard]] bool is_content(const DenseFeeder::Voltages& v, bool backward) const {
        const WindingRow& seen = t_.windings[r_.winding];
        const WindingRow& tapped = t_.windings[r_.tap_winding.value_or(r_.winding)];
        const double step = (tapped.taps.max - tapped.taps.min) / tapped.taps.steps;
        if (backward && r_.on_reverse == ReversePower::neutral) return std::abs(tapped.tap - 1.0) < 0.5001 * step;
        const RelaySetting& want = backward ? r_.reverse : r_.forward;
        const Terminals& coil = seen.coils[r_.coil];
        const auto volts = [&](const std::optional<Conductor>& wire) { return wire ? v.at({seen.bus, *wire}) : 0.0; };
        const Complex local = (volts(coil.plus) - volts(coil.minus)) / r_.pt_ratio;
        const Complex amperes = -dense_.coil_amperes(t_, r_.winding, r_.coil, v);
        double read = std::abs(local - Complex(want.r_v, want.x_v) * amperes / r_.ct_primary.value());
        if (backward) read /= tapped.tap;
        if (!r_.bus.empty()) {
            const Conductor wire = r_.bus_conductor.value_or(dense_.bus(r_.bus).conductors.front());
            read = std::abs(v.at({r_.bus, wire})) / r_.bus_pt_ratio.value_or(r_.pt_ratio);
        }
        double boost = want.set_v - read;
        bool is_outside = std::abs(boost) > 0.5 * want.band_v + 1e-5;
        if (r_.limit_v && std::abs(local) > *r_.limit_v) boost = *r_.limit_v - std::abs(local), is_outside = boost < -1e-5;
        if (!is_outside) return true;
        const double taps = boost * r_.pt_ratio / seen.rated.value() / step;  // wanted
        if (std::abs(taps) < 0.5001) return true;
        const bool is_across = r_.tap_winding.value_or(r_.winding) != r_.winding;
        const bool goes_up = (taps > 0.0) != (is_across || backward);
        return goes_up ? tapped.tap >= tapped.taps.max - 1e-9 : tapped.tap <= tapped.taps.min + 1e-9;
    }

    /// Out of the winding into the feeder; of one coil without what its iron draws.
    [[nodiscard]] double forward_kw(const DenseFeeder::Voltages& v) const {
        const WindingRow& seen = t_.windings[r_.winding];
        double watts = 0.0;
        if (seen.coils.size() == 1) {
            const auto volts = [&](const std::optional<Conductor>& wire) { return wire ? v.at({seen.bus, *wire}) : 0.0; };
            const Complex u = volts(seen.coils[0].plus) - volts(seen.coils[0].minus);
            return -(u * std::conj(dense_.coil_amperes(t_, r_.winding, 0, v))).real() / 1000.0;
        }
        for (const auto& [wire, amperes] : dense_.transformer_amperes(t_, seen.bus, v))
            watts -= (v.at({seen.bus, wire}) * std::conj(amperes)).real();
        return watts / 1000.0;
    }

    const DenseFeeder& dense_;
    const RegulatorRow& r_;
    const TransformerRow& t_;
};

}  // namespace evsweep::testing
