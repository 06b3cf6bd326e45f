/// Random loads, shunts and relays on a random network.
#pragma once

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "unit/network/random_circuit.hpp"
#include "unit/network/relay_rules.hpp"

namespace evsweep::testing {

class RandomDevices {
   public:
    using enum Conductor;

    explicit RandomDevices(RandomCircuit& circuit) : d_(circuit.d), circuit_(circuit), dice_(circuit.dice) {
        for (const BusRow& row : d_.buses) ++buses_in_[circuit_.spot.at(row.id).zone];
        stress_ = dice_.chance(0.03) ? dice_.draw(2.0, 5.0) : dice_.draw(0.3, 1.2);
        has_jumps = dice_.chance(0.06);
        for (std::size_t i = 0; i < d_.buses.size(); ++i) {
            const BusRow row = d_.buses[i];
            for (std::size_t k = dice_.pick(3); k > 0; --k) add_load(row);
            if (dice_.chance(0.3)) add_shunt(row);
        }
        if (dice_.chance(0.5)) add_regulators();
        if (dice_.chance(0.5)) add_capacitor_controls();
    }

    bool has_jumps = false;  ///< loads may jump with their voltage, so that several solutions exist, or none

   private:
    [[nodiscard]] const Spot& spot(const BusRow& row) const { return circuit_.spot.at(row.id); }

    /// Pairs of conductors at a bus; only between phases where nothing ties them to earth, but for a few.
    std::vector<Terminals> terminals_at(const BusRow& row, bool may_hold_floats) {
        const auto wires = RandomCircuit::phases_of(row);
        const std::optional<Conductor> other = RandomCircuit::has(row, n) && dice_.chance(0.8) ? std::optional(n) : std::nullopt;
        const bool floats = spot(row).floats && !(may_hold_floats && dice_.chance(0.03));
        std::vector<std::vector<Terminals>> kinds;
        if (!floats) {
            kinds.push_back({{dice_.among(wires), other}});
            kinds.push_back({});
            for (const Conductor wire : wires) kinds.back().push_back({wire, other});
            if (row.conductors.front() >= s1) kinds.push_back({{std::nullopt, wires.back()}});  // from earth
        }
        if (wires.size() > 1) {
            kinds.push_back({{wires[0], wires[1]}});
            if (wires.size() > 2) kinds.push_back({{wires[0], wires[1]}, {wires[1], wires[2]}, {wires[2], wires[0]}});
            if (wires.size() > 2) kinds.push_back({{wires[2], wires[1]}, {wires[0], wires[1]}});
        }
        return kinds.empty() ? std::vector<Terminals>{} : dice_.among(kinds);
    }

    PowerLaw law() {
        switch (dice_.pick(6)) {
            case 0:
                return {.z = 1.0, .p = 0.0};
            case 1:
                return {.i = 1.0, .p = 0.0};
            case 2: {
                const double z = dice_.draw(-0.3, 0.8), i = dice_.draw(-0.2, 0.5);
                return {.z = z, .i = i, .p = 1.0 - z - i};
            }
            case 3:
                return {.p = 0.0, .e = 1.0, .exponent = dice_.draw(0.4, 2.6)};
            case 4:
                return {.z = 0.2, .i = 0.1, .p = 0.3, .e = 0.4, .exponent = dice_.draw(0.4, 2.6)};
            default:
                return {};
        }
    }

    VoltageResponse response() {
        VoltageResponse r;
        if (dice_.chance(0.6)) r.active = law(), r.reactive = dice_.chance(0.5) ? r.active : law();
        if (dice_.chance(0.4)) {
            LinearOutside limits{dice_.draw(0.0, 0.7), dice_.draw(0.85, 0.99), dice_.draw(1.01, 1.1), false};
            if (dice_.chance(0.1)) limits.low = dice_.draw(0.85, 1.02);
            if (dice_.chance(0.1)) limits.max = dice_.among<double>({0.0, 0.9, 0.97});
            if (dice_.chance(0.1)) std::swap(limits.min, limits.max);
            if (!has_jumps && limits.low > limits.min) limits.low = 0.5;
            if (!has_jumps && (limits.max <= limits.min || limits.max <= limits.low)) limits.max = limits.min + 0.1;
            limits.at_rated_power = has_jumps && dice_.chance(0.5);
            limits.q_at_rated_voltage = has_jumps && dice_.chance(0.3);
            r.linear = limits;
        }
        if (has_jumps && dice_.chance(0.1)) r.cut_off = dice_.draw(0.5, 0.97);
        return r;
    }

    void add_load(const BusRow& row) {
        LoadRow load;
        load.id = "D" + row.id + "_" + std::to_string(d_.loads.size());
        load.bus = row.id;
        load.terminals = terminals_at(row, true);
        if (load.terminals.empty()) return;
        const double share = static_cast<double>(load.terminals.size()) / 3.0;
        const double kva = stress_ * spot(row).kva * dice_.draw(0.05, 0.5) * (spot(row).kva < 500.0 ? 1.0 : share) /
                           static_cast<double>(buses_in_[spot(row).zone]);
        const double angle = dice_.draw(-0.3, 0.7);
        const double sign = dice_.chance(0.12) ? -1.0 : 1.0;
        load.p = Kilowatts(sign * kva * std::cos(angle));
        load.q = Kilovars(kva * std::sin(angle));
        load.rated = Volts(dice_.chance(0.3) ? 0.0 : dice_.draw(0.97, 1.03) * rated_across(row, load.terminals.front(), 0.0));
        load.response = response();
        d_.loads.push_back(load);
    }

    void add_shunt(const BusRow& row) {
        ShuntRow shunt;
        shunt.id = "C" + row.id;
        shunt.bus = row.id;
        shunt.terminals = terminals_at(row, false);
        if (shunt.terminals.empty()) return;
        const double kva = spot(row).kva * dice_.draw(0.02, 0.12);
        shunt.q = Kilovars(dice_.chance(0.85) ? -kva : kva);
        shunt.p = Kilowatts(dice_.chance(0.2) ? 0.05 * kva : 0.0);
        shunt.rated = Volts(dice_.chance(0.3) ? 0.0 : dice_.draw(0.97, 1.03) * rated_across(row, shunt.terminals.front(), 0.0));
        shunt.steps = 1 + static_cast<int>(dice_.pick(4));
        shunt.steps_on = static_cast<int>(dice_.pick(static_cast<std::size_t>(shunt.steps) + 1));
        d_.shunts.push_back(shunt);
    }

    static Duration seconds(double s) { return from_hours(s / 3600.0); }

    RelaySetting setting() {
        RelaySetting s;
        s.set_v = 120.0 * dice_.draw(0.97, 1.04);
        s.band_v = dice_.draw(1.0, 4.0);
        if (dice_.chance(0.3)) s.r_v = dice_.draw(0.0, 4.0), s.x_v = dice_.draw(-2.0, 4.0);
        s.delay = seconds(dice_.among<double>({15.0, 30.0, 45.0}));
        return s;
    }

    void add_regulators() {
        for (const TransformerRow& t : d_.transformers) {
            if (!t.closed || dice_.chance(0.5)) continue;
            RegulatorRow r;
            r.id = "R" + t.id;
            r.transformer = t.id;
            r.winding = dice_.pick(t.windings.size());
            r.coil = dice_.pick(t.windings.front().coils.size());
            const WindingRow& seen = t.windings[r.winding];
            const bool at_three = t.windings.size() == 3 && t.windings[1].bus != t.windings[2].bus;
            if (!at_three && dice_.chance(0.25)) r.tap_winding = dice_.pick(t.windings.size());
            r.pt_ratio = seen.rated.value() / 120.0;
            r.ct_primary = Amperes(1000.0 * t.rated.value() / seen.rated.value());
            r.forward = setting();
            r.on_reverse = dice_.among<ReversePower>({ReversePower::ignore, ReversePower::regulate, ReversePower::neutral});
            r.reverse = setting();
            r.reverse_threshold = Kilowatts(t.rated.value() * dice_.draw(0.0, 0.1));
            if (dice_.chance(0.2)) r.limit_v = dice_.draw(121.0, 127.0);
            r.max_steps = 1 + static_cast<int>(dice_.pick(16));
            r.inverse_time = dice_.chance(0.2);
            if (dice_.chance(0.2)) watch_a_bus(r, seen);
            d_.regulators.push_back(r);
        }
    }

    void watch_a_bus(RegulatorRow& r, const WindingRow& seen) {
        const BusRow& watched = dice_.among(d_.buses);
        if (circuit_.spot.at(watched.id).zone != circuit_.spot.at(seen.bus).zone) return;
        r.bus = watched.id;
        if (dice_.chance(0.7)) r.bus_conductor = dice_.among(RandomCircuit::phases_of(watched));
        if (dice_.chance(0.5)) r.bus_pt_ratio = DenseFeeder::base(watched) / 120.0;
    }

    /// Thresholds lie around what is seen before any relay acts.
    void add_capacitor_controls() {
        const DenseFeeder before(d_);
        const auto v = before.find();
        for (const ShuntRow& shunt : d_.shunts) {
            if (shunt.id.front() != 'C' || dice_.chance(0.4) || !v) continue;
            CapacitorControlRow r;
            r.id = "K" + shunt.id;
            r.capacitor = shunt.id;
            r.signal = static_cast<CapacitorSignal>(dice_.pick(5));
            r.delay_on = seconds(dice_.among<double>({15.0, 30.0, 60.0}));
            r.delay_off = seconds(dice_.among<double>({15.0, 30.0, 60.0}));
            r.at_to_end = dice_.chance(0.4);
            r.of_voltages = dice_.among<OfSeveral>({OfSeveral::mean, OfSeveral::highest, OfSeveral::lowest});
            r.of_currents = dice_.among<OfSeveral>({OfSeveral::mean, OfSeveral::highest, OfSeveral::lowest});
            if (dice_.chance(0.3)) r.least_share = dice_.draw(0.2, 0.9);
            r.pt_ratio = dice_.draw(1.0, 100.0);
            r.ct_ratio = dice_.draw(1.0, 100.0);
            if (!choose_element(r)) continue;
            const CapacitorView seen = CapacitorRule(d_, before, r).see(*v);
            if (dice_.chance(0.3)) {
                r.voltage_override = true;
                r.lowest_v = seen.volts * dice_.draw(0.95, 1.01);
                r.highest_v = seen.volts * dice_.draw(1.01, 1.06);
            }
            set_thresholds(r, seen);
            d_.capacitor_controls.push_back(r);
        }
    }

    bool choose_element(CapacitorControlRow& r) {
        std::vector<std::string> elements;
        for (const BranchRow& row : d_.branches)
            if (row.closed) elements.push_back(row.id);
        for (const TransformerRow& t : d_.transformers)
            if (t.closed) elements.push_back(t.id);
        if (elements.empty()) return false;
        r.element = dice_.among(elements);
        const auto wires = watched_wires(d_, r);
        if (wires.empty()) return false;
        if (dice_.chance(0.5)) r.conductor = dice_.among(wires);
        if (wires.size() > 1 && dice_.chance(0.2)) r.across = Terminals{wires[0], wires[1]};
        return true;
    }

    void set_thresholds(CapacitorControlRow& r, const CapacitorView& seen) {
        const double dead = dice_.draw(0.02, 0.4);
        switch (r.signal) {
            case CapacitorSignal::voltage:
                r.on = seen.volts * dice_.draw(0.97, 1.01);
                r.off = r.on * dice_.draw(1.01, 1.05);
                break;
            case CapacitorSignal::current:
                r.on = seen.amperes * dice_.draw(0.7, 1.3);
                r.off = r.on * (1.0 - dead);
                break;
            case CapacitorSignal::reactive_power:
                r.on = seen.kva.imag() + std::abs(seen.kva) * dice_.draw(-0.3, 0.3);
                r.off = r.on - std::abs(seen.kva) * dead;
                break;
            case CapacitorSignal::power_factor:
                r.on = dice_.draw(0.8, 0.99);
                r.off = -dice_.draw(0.8, 0.99);
                break;
            case CapacitorSignal::time:
                r.on = dice_.draw(0.0, 24.0);
                r.off = dice_.draw(0.0, 24.0);
                break;
        }
    }

    FeederDescription& d_;
    RandomCircuit& circuit_;
    Dice& dice_;
    std::map<std::size_t, std::size_t> buses_in_;
    double stress_ = 1.0;
};

}  // namespace evsweep::testing
