#include "sim/network/relays/device_control_load_flow.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/contracts.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

namespace {

template <class Rows>
std::size_t place_named(const Rows& rows, const std::string& id) {
    const auto found = std::find_if(rows.begin(), rows.end(), [&](const auto& row) { return row.id == id; });
    EVSWEEP_EXPECTS(found != rows.end(), "a relay's device is in the feeder: " + id);
    return static_cast<std::size_t>(found - rows.begin());
}

/// Conductors of the bus at an end that the row itself touches there.
std::vector<std::size_t> touched_by(const Feeder& feeder, const FeederRow& row, bool is_below) {
    const NetworkModel& model = feeder.model();
    const std::size_t k = row.branch.index() + 1;
    const Link& link = model.links[k];
    const std::vector<CoilEquations> coils = coils_of(link, model.initial.tap);
    const CoilEquations& e = coils[(row.is_transformer ? link.fixed.size() : 0) + row.part];
    const Block& ends = is_below ? e.m : e.n;
    std::vector<std::size_t> touched;
    for (Eigen::Index c = 0; c < ends.cols(); ++c)
        if (!ends.col(c).isZero(0.0)) touched.push_back(static_cast<std::size_t>(c));
    return touched;
}

InjectionPower nominal_of(const LoadPoint& load) { return {-load.p_kw, -load.q_kvar}; }

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
    for (const InjectionControlRow& row : feeder.injection_controls())
        control.add(make_injection_relay(row, nominal_of(feeder.loads()[place_named(feeder.loads(), row.load)])));
    return control;
}

ControlledLoadFlow::ControlledLoadFlow(LoadFlow& load_flow, const Calendar& calendar)
    : load_flow_(load_flow), calendar_(calendar) {
    for (const RegulatorRow& row : load_flow.feeder().regulators()) regulators_.push_back(place_of(row));
    for (const CapacitorControlRow& row : load_flow.feeder().capacitor_controls()) capacitors_.push_back(place_of(row));
    for (const InjectionControlRow& row : load_flow.feeder().injection_controls()) injections_.push_back(place_of(row));
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
    place.row = feeder.find_row(row.element);
    EVSWEEP_EXPECTS(place.row, "the branch that a capacitor control watches is in the feeder: " + row.element);
    place.end = row.at_to_end ? End::to : End::from;
    const bool is_below = row.at_to_end == place.row->runs_down;
    place.bus = is_below ? BusId(place.row->branch.index() + 1) : feeder.branch(place.row->branch).parent;
    const std::size_t first = feeder.site().first_conductor[place.bus.index()];
    if (row.conductor) {
        const auto conductor = feeder.find_conductor(place.bus, *row.conductor);
        EVSWEEP_EXPECTS(conductor, "the branch that a capacitor control watches has the conductor: " + row.element);
        place.wires = {conductor->index() - first};
    } else {
        place.wires = touched_by(feeder, *place.row, is_below);
    }
    if (row.across)
        place.across = {*row.across};
    else
        for (const std::size_t r : place.wires) place.across.push_back({feeder.site().conductor[first + r], {}});
    return place;
}

ControlledLoadFlow::InjectionPlace ControlledLoadFlow::place_of(const InjectionControlRow& row) const {
    const Feeder& feeder = load_flow_.feeder();
    InjectionPlace place;
    place.load = place_named(feeder.loads(), row.load);
    const LoadPoint& load = feeder.loads()[place.load];
    place.present = place.available = nominal_of(load);
    for (const std::uint32_t port : load.ports) {
        const auto drawn = load_flow_.places().find(port);
        EVSWEEP_EXPECTS(drawn, "a controlled injection has a place: " + row.load);
        place.places.push_back(*drawn);
    }
    for (const WatchedVoltage& seen : row.watched) place.watched.push_back(place_of(seen));
    return place;
}

ControlledLoadFlow::Watched ControlledLoadFlow::place_of(const WatchedVoltage& seen) const {
    const Feeder& feeder = load_flow_.feeder();
    const auto bus = feeder.find_bus(seen.bus);
    EVSWEEP_EXPECTS(bus && seen.rated.value() > 0.0, "a controlled injection watches a voltage of the feeder: " + seen.bus);
    Watched place;
    const auto take = [&](const std::optional<Conductor>& wire, std::uint32_t& conductor, double& pu) {
        conductor = static_cast<std::uint32_t>(feeder.conductors());
        if (!wire) return;
        const auto found = feeder.find_conductor(*bus, *wire);
        EVSWEEP_EXPECTS(found, "a controlled injection watches conductors that its bus has: " + seen.bus);
        conductor = static_cast<std::uint32_t>(found->index());
        pu = feeder.site().base_v[conductor] / seen.rated.value();
    };
    take(seen.across.plus, place.plus, place.pu_per_plus);
    take(seen.across.minus, place.minus, place.pu_per_minus);
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

/// A winding of one coil gives V j* of that coil; one of several, what its transformer gives to the conductors that it touches.
double ControlledLoadFlow::forward_kw(std::size_t transformer, std::size_t winding) const {
    const Feeder& feeder = load_flow_.feeder();
    const FeederTransformer& t = feeder.transformers()[transformer];
    const auto& coils = t.windings[winding].coils;
    if (coils.size() == 1 && !feeder.is_balanced()) {
        const Complex v = load_flow_.coil_voltage(transformer, winding, 0);
        return (v * std::conj(load_flow_.coil_current(transformer, winding, 0))).real() / 1000.0;
    }
    const FeederRow& row = *feeder.find_row(t.id);
    const bool is_below = t.bus[winding].index() == t.link;
    double kw = 0.0;
    for (const Complex power : load_flow_.end_powers(row, is_below == row.runs_down ? End::to : End::from)) kw -= power.real();
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
    if (!place.row) return seen;
    const CapacitorControlRow& control_row = load_flow_.feeder().capacitor_controls()[control];
    std::vector<double> volts_seen, amperes_seen;
    for (const Terminals& across : place.across) volts_seen.push_back(volts(place.bus, across));
    const auto currents = load_flow_.end_currents(*place.row, place.end);
    const auto powers = load_flow_.end_powers(*place.row, place.end);
    for (const std::size_t r : place.wires) {
        amperes_seen.push_back(std::abs(currents[r]));
        seen.power_kva += powers[r];
    }
    if (!volts_seen.empty()) seen.voltage_v = of_several(control_row.of_voltages, volts_seen);
    if (!amperes_seen.empty()) seen.current_a = of_several(control_row.of_currents, amperes_seen);
    return seen;
}

void ControlledLoadFlow::set_tap(std::size_t regulator, double tap) {
    const RegulatorRow& row = load_flow_.feeder().regulators()[regulator];
    load_flow_.set_tap(regulators_[regulator].transformer, row.tap_winding.value_or(row.winding), tap);
}

void ControlledLoadFlow::set_steps(std::size_t control, int steps_on) {
    load_flow_.set_steps(capacitors_[control].shunt, steps_on);
}

InjectionReading ControlledLoadFlow::see_injection(std::size_t control) const {
    const InjectionPlace& place = injections_[control];
    InjectionReading seen{{}, place.present, place.available};
    const std::size_t earth = load_flow_.feeder().conductors();
    const auto at = [&](std::uint32_t c, double pu) { return c == earth ? Complex() : load_flow_.voltage(c) * pu; };
    for (const Watched& watched : place.watched)
        seen.voltage_pu.push_back(std::abs(at(watched.plus, watched.pu_per_plus) - at(watched.minus, watched.pu_per_minus)));
    return seen;
}

void ControlledLoadFlow::set_injection(std::size_t control, const InjectionPower& power) {
    InjectionPlace& place = injections_[control];
    change(place, place.present, power, load_flow_.power());
}

void ControlledLoadFlow::replace_injection(std::size_t control, const InjectionPower& available, const InjectionPower& given,
                                           PortPower& power) {
    injections_[control].available = available;
    change(injections_[control], available, given, power);
}

/// In equal parts at its places.
void ControlledLoadFlow::change(InjectionPlace& place, const InjectionPower& from, const InjectionPower& to, PortPower& power) {
    const double part = 1.0 / static_cast<double>(place.places.size());
    for (const std::uint32_t at : place.places) {
        power.p[at] -= (to.p_kw - from.p_kw) * part;
        power.q[at] -= (to.q_kvar - from.q_kvar) * part;
    }
    place.present = to;
}

/// A column per control that gives; no numbers in one that does not settle.
std::vector<double> ControlledLoadFlow::voltage_slopes(std::span<const std::size_t> controls) const {
    VoltageSlopes slopes(load_flow_);
    const std::size_t n = controls.size();
    std::vector<double> rows(n * n, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t j = 0; j < n; ++j) {
        if (!slopes.follow(injections_[controls[j]].places)) return rows;
        for (std::size_t i = 0; i < n; ++i) rows[i * n + j] = slope_of(controls[i], slopes);
    }
    return rows;
}

/// d|u| = Re(conj(u) du) / |u|, of the voltage that counts.
double ControlledLoadFlow::slope_of(std::size_t control, const VoltageSlopes& slopes) const {
    const std::size_t earth = load_flow_.feeder().conductors();
    const SweepState<double>& solved = load_flow_.all();
    std::vector<double> size, slope;
    for (const Watched& seen : injections_[control].watched) {
        Complex u, du;
        if (seen.plus != earth) {
            u += Complex(solved.v_re[seen.plus], solved.v_im[seen.plus]) * seen.pu_per_plus;
            du += slopes.change(seen.plus) * seen.pu_per_plus;
        }
        if (seen.minus != earth) {
            u -= Complex(solved.v_re[seen.minus], solved.v_im[seen.minus]) * seen.pu_per_minus;
            du -= slopes.change(seen.minus) * seen.pu_per_minus;
        }
        size.push_back(std::abs(u));
        slope.push_back((std::conj(u) * du).real() / size.back());
    }
    const OfSeveral which = load_flow_.feeder().injection_controls()[control].voltage;
    if (which == OfSeveral::mean) return of_several(which, slope);
    const auto at = std::find(size.begin(), size.end(), of_several(which, size));
    return slope[static_cast<std::size_t>(at - size.begin())];
}

SettledLoadFlow settle(LoadFlow& load_flow, const PortPower& power, const Calendar& calendar, const SettleOptions& options) {
    load_flow.draw(power);
    ControlledLoadFlow network(load_flow, calendar);
    DeviceControl control = make_device_control(load_flow.feeder());
    const Settled devices = settle(control, network, options);
    return {network.result(), devices};
}

}  // namespace evsweep
