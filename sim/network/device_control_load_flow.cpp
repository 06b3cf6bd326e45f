#include "sim/network/device_control_load_flow.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

template <class Rows>
std::size_t place_named(const Rows& rows, const std::string& id) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
    EVSWEEP_EXPECTS(found != rows.end(), "a relay's device is in the feeder: " + id);
    return static_cast<std::size_t>(found - rows.begin());
}

/// Conductors of `bus` that `other` has as well; all of them where it has none of them (behind a centre tap, say).
std::vector<std::size_t> common_rows(const Feeder& feeder, BusId bus, BusId other) {
    const FeederSite& site = feeder.site();
    std::vector<std::size_t> common, all;
    for (std::size_t c = site.first_conductor[bus.index()]; c < site.first_conductor[bus.index() + 1]; ++c) {
        all.push_back(c - site.first_conductor[bus.index()]);
        if (feeder.find_conductor(other, site.conductor[c])) common.push_back(all.back());
    }
    return common.empty() ? all : common;
}

}  // namespace

DeviceControl make_device_control(const Feeder& feeder) {
    DeviceControl control;
    for (const RegulatorRow& row : feeder.regulators()) {
        const FeederTransformer& transformer = feeder.transformers()[place_named(feeder.transformers(), row.transformer)];
        const WindingRow& tapped = transformer.windings[row.tap_winding.value_or(row.winding)];
        control.add(RegulatorRelay(row, transformer.windings[row.winding], tapped));
    }
    for (const CapacitorControlRow& row : feeder.capacitor_controls())
        control.add(CapacitorRelay(row, feeder.shunts()[place_named(feeder.shunts(), row.capacitor)]));
    return control;
}

ControlledLoadFlow::ControlledLoadFlow(LoadFlow& load_flow, const Calendar& calendar)
    : load_flow_(load_flow), calendar_(calendar) {
    for (const RegulatorRow& row : load_flow.feeder().regulators()) regulators_.push_back(place_of(row));
    for (const CapacitorControlRow& row : load_flow.feeder().capacitor_controls()) capacitors_.push_back(place_of(row));
}

ControlledLoadFlow::RegulatorPlace ControlledLoadFlow::place_of(const RegulatorRow& row) const {
    const Feeder& feeder = load_flow_.feeder();
    RegulatorPlace place{place_named(feeder.transformers(), row.transformer), {}};
    if (row.bus.empty()) return place;
    const auto bus = feeder.find_bus(row.bus);
    EVSWEEP_EXPECTS(bus, "the bus that a regulator watches is in the feeder: " + row.bus);
    const std::size_t first = feeder.site().first_conductor[bus->index()];
    place.watched = row.bus_conductor ? feeder.find_conductor(*bus, *row.bus_conductor) : ConductorId(first);
    EVSWEEP_EXPECTS(place.watched, "the bus that a regulator watches has the conductor: " + row.bus);
    return place;
}

ControlledLoadFlow::CapacitorPlace ControlledLoadFlow::place_of(const CapacitorControlRow& row) const {
    const Feeder& feeder = load_flow_.feeder();
    CapacitorPlace place;
    place.shunt = place_named(feeder.shunts(), row.capacitor);
    if (row.signal == CapacitorSignal::time && !row.voltage_override) return place;
    place.branch = feeder.find_branch(row.element);
    EVSWEEP_EXPECTS(place.branch, "the branch that a capacitor control watches is in the feeder: " + row.element);
    const FeederBranch& branch = feeder.branch(*place.branch);
    place.end = row.at_to_end ? End::to : End::from;
    place.bus = row.at_to_end ? branch.to : branch.from;
    const std::size_t first = feeder.site().first_conductor[place.bus.index()];
    if (row.conductor) {
        const auto conductor = feeder.find_conductor(place.bus, *row.conductor);
        EVSWEEP_EXPECTS(conductor, "the branch that a capacitor control watches has the conductor: " + row.element);
        place.rows = {conductor->index() - first};
    } else {
        place.rows = common_rows(feeder, place.bus, row.at_to_end ? branch.from : branch.to);
    }
    if (row.across)
        place.across = {*row.across};
    else
        for (const std::size_t r : place.rows) place.across.push_back({feeder.site().conductor[first + r], {}});
    return place;
}

bool ControlledLoadFlow::solve() {
    result_ = load_flow_.solve();
    return result_.status == LoadFlowStatus::converged;
}

/// The coil that a regulator sees: the first of those with the highest or lowest voltage, where that is what it looks for.
std::size_t ControlledLoadFlow::seen_coil(std::size_t transformer, const RegulatorRow& row) const {
    if (row.sees == SeenCoil::given) return row.coil;
    std::size_t seen = 0;
    const auto volts = [&](std::size_t coil) { return std::abs(load_flow_.coil_voltage(transformer, row.winding, coil)); };
    const std::size_t coils = load_flow_.feeder().transformers()[transformer].windings[row.winding].coils.size();
    for (std::size_t coil = 1; coil < coils; ++coil)
        if (row.sees == SeenCoil::highest ? volts(coil) > volts(seen) : volts(coil) < volts(seen)) seen = coil;
    return seen;
}

RegulatorReading ControlledLoadFlow::see_regulator(std::size_t regulator) const {
    const RegulatorRow& row = load_flow_.feeder().regulators()[regulator];
    const RegulatorPlace& place = regulators_[regulator];
    RegulatorReading seen;
    const std::size_t coil = seen_coil(place.transformer, row);
    seen.voltage_v = load_flow_.coil_voltage(place.transformer, row.winding, coil);
    seen.local_v = std::abs(seen.voltage_v);
    seen.current_a = load_flow_.coil_current(place.transformer, row.winding, coil);
    if (row.on_reverse != ReversePower::ignore) seen.forward_kw = forward_kw(place.transformer, row.winding);
    const FeederTransformer& transformer = load_flow_.feeder().transformers()[place.transformer];
    seen.tap = load_flow_.devices().tap[transformer.first_tap + row.tap_winding.value_or(row.winding)];
    if (place.watched) {
        const std::size_t c = place.watched->index();
        seen.voltage_v = load_flow_.voltage(c) * load_flow_.feeder().site().base_v[c];
    }
    return seen;
}

/// A winding of one coil gives V j* of that coil; one of several, what leaves it by the conductors that it touches.
double ControlledLoadFlow::forward_kw(std::size_t transformer, std::size_t winding) const {
    const Feeder& feeder = load_flow_.feeder();
    const FeederTransformer& t = feeder.transformers()[transformer];
    const auto& coils = t.windings[winding].coils;
    if (coils.size() == 1 && !feeder.is_balanced()) {
        const Complex v = load_flow_.coil_voltage(transformer, winding, 0);
        return (v * std::conj(load_flow_.coil_current(transformer, winding, 0))).real() / 1000.0;
    }
    const BranchId b(t.link - 1);
    const auto powers = load_flow_.end_powers(b, t.bus[winding] == feeder.branch(b).from ? End::from : End::to);
    const std::size_t first = feeder.site().first_conductor[t.bus[winding].index()];
    double kw = 0.0;
    for (std::size_t r = 0; r < powers.size(); ++r) {
        const Conductor wire = feeder.site().conductor[first + r];
        const bool touched = std::any_of(coils.begin(), coils.end(),
                                         [&](const Terminals& coil) { return coil.plus == wire || coil.minus == wire; });
        if (touched) kw -= powers[r].real();
    }
    return kw;
}

double ControlledLoadFlow::volts(BusId bus, const Terminals& across) const {
    const Feeder& feeder = load_flow_.feeder();
    const auto at = [&](std::optional<Conductor> wire) -> Complex {
        if (!wire) return 0.0;
        const auto c = feeder.find_conductor(bus, *wire);
        EVSWEEP_EXPECTS(c, "a capacitor control looks at conductors that its bus has");
        return load_flow_.voltage(c->index()) * feeder.site().base_v[c->index()];
    };
    return std::abs(at(across.plus) - at(across.minus));
}

CapacitorReading ControlledLoadFlow::see_capacitor(std::size_t control, Instant now) const {
    const CapacitorPlace& place = capacitors_[control];
    CapacitorReading seen;
    seen.steps_on = load_flow_.devices().steps_on[place.shunt];
    seen.clock = calendar_.time_of_day(now);
    if (!place.branch) return seen;
    for (const Terminals& across : place.across)
        seen.voltage_v += volts(place.bus, across) / static_cast<double>(place.across.size());
    const auto currents = load_flow_.end_currents(*place.branch, place.end);
    const auto powers = load_flow_.end_powers(*place.branch, place.end);
    for (const std::size_t r : place.rows) {
        seen.current_a += std::abs(currents[r]) / static_cast<double>(place.rows.size());
        seen.power_kva += powers[r];
    }
    return seen;
}

void ControlledLoadFlow::set_tap(std::size_t regulator, double tap) {
    const RegulatorRow& row = load_flow_.feeder().regulators()[regulator];
    load_flow_.set_tap(regulators_[regulator].transformer, row.tap_winding.value_or(row.winding), tap);
}

void ControlledLoadFlow::set_steps(std::size_t control, int steps_on) {
    load_flow_.set_steps(capacitors_[control].shunt, steps_on);
}

SettledLoadFlow settle(LoadFlow& load_flow, const PortPower& power, const Calendar& calendar, const SettleOptions& options) {
    load_flow.draw(power);
    ControlledLoadFlow network(load_flow, calendar);
    DeviceControl control = make_device_control(load_flow.feeder());
    const Settled devices = settle(control, network, options);
    return {network.result(), devices};
}

}  // namespace evsweep
