// Transformers and the relays that move taps and switch capacitors.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "evsweep/connections.hpp"
#include "feeder_formats/opendss/writer.hpp"

namespace evsweep::opendss {
namespace {

constexpr double to_percent = 100.0;
/// Percent that stand for no reactance, which OpenDSS does not know.
constexpr double no_reactance = 1e-6;

/// Whether the coils of a delta go to the next phase (1) or to the one before (-1); 0: they are no delta of three.
int turn_of(const std::vector<Terminals>& coils) {
    const std::size_t n = coils.size();
    const auto goes = [&](std::size_t step) {
        for (std::size_t i = 0; i < n; ++i)
            if (!coils[i].minus || coils[i].minus != coils[(i + step) % n].plus) return false;
        return n == 3;
    };
    return goes(1) ? 1 : goes(2) ? -1 : 0;
}

/// One coil; OpenDSS gives the neutral of a wye a stray admittance more, and so it is a delta where its other end is no earth.
Wiring wiring_of_coil(const Terminals& coil) {
    Wiring wiring = wiring_of(coil);
    wiring.delta = coil.plus && coil.minus;
    return wiring;
}

/// One object for all coils of a winding, whichever way round its delta goes; none where it takes one for each.
std::optional<Wiring> wiring_of_winding(const WindingRow& winding) {
    if (winding.coils.size() == 1) return wiring_of_coil(winding.coils.front());
    if (turn_of(winding.coils) == 0) {
        const auto wiring = wiring_of(winding.coils);
        return wiring && !wiring->delta ? wiring : std::nullopt;
    }
    std::vector<Conductor> nodes;
    for (const Terminals& coil : winding.coils) nodes.push_back(*coil.plus);
    return Wiring{3, nodes_of(nodes), true, 1.0};
}

/// What LeadLag has to be for all deltas of a transformer to go as they do; none where no value does that.
std::optional<const char*> lead_of(const TransformerRow& row, const std::vector<Wiring>& wirings) {
    int turn = 0;
    for (const WindingRow& w : row.windings) {
        const int own = turn_of(w.coils);
        if (own != 0 && turn != 0 && own != turn) return std::nullopt;
        turn = own != 0 ? own : turn;
    }
    if (turn == 0) return "Lag";
    if (wirings[0].delta == wirings[1].delta) return turn == 1 ? std::optional("Lag") : std::nullopt;
    const auto kv = [&](std::size_t w) { return wirings[w].kv(row.windings[w].rated.value()); };
    const std::size_t high = kv(0) >= kv(1) ? 0 : 1;
    return wirings[high].delta == (turn == 1) ? "Lead" : "Lag";
}

double reactance_of(double pu) { return pu == 0.0 ? no_reactance : pu * to_percent; }

void add_seconds(ObjectText& object, const char* key, Duration time) { object.number(key, hours(time) * 3600.0); }

}  // namespace

/// The transformer of a balanced feeder; its shift is that of a connection.
void Writer::balanced_transformer(const BranchRow& row) {
    const double shift = row.shift.value();
    if (shift != 0.0 && std::abs(shift) != 30.0)
        return refuse(row.at, "branch " + row.id, fmt::format("shifts by {} degrees", shift),
                      "transformers of OpenDSS shift by 0 or 30 degrees");
    if (std::any_of(row.shunt_s.begin(), row.shunt_s.end(), [](auto y) { return y != 0.0; }))
        return refuse(row.at, "branch " + row.id, "is a transformer with charging", "set its b to 0");
    const double from_v = bus_row(row.from).nominal.value();
    const double to_v = bus_row(row.to).nominal.value();
    const double kva = row.rated_power ? row.rated_power->value() : 1000.0;
    const auto pu = row.series_ohm.front() / (to_v * to_v / (kva * 1000.0));
    const bool low_lags = (shift > 0.0) == (from_v >= to_v);
    ObjectText object("Transformer", names_.of("transformer", row.id));
    object.number("phases", 3)
        .number("windings", 2)
        .words("buses", {bus(row.from) + ".1.2.3", bus(row.to) + ".1.2.3"})
        .words("conns", {shift == 0.0 ? "wye" : "delta", "wye"})
        .numbers("kVs", {from_v / 1000.0, to_v / 1000.0})
        .numbers("kVAs", {kva, kva})
        .numbers("taps", {row.tap, 1.0})
        .number("XHL", reactance_of(pu.imag()))
        .numbers("%Rs", {pu.real() * to_percent / 2.0, pu.real() * to_percent / 2.0})
        .word("LeadLag", low_lags ? "Lag" : "Lead")
        .number("ppm_antifloat", 0);
    if (row.rated_power) object.number("normhkva", kva);
    add(object.closed(row.closed));
}

/// As one unit where its windings are wyes and deltas of OpenDSS, else as units of one phase, which are the same network for any
/// connection.
void Writer::transformer(const TransformerRow& row) {
    const std::string& name = names_.of("transformer", row.id);
    const std::size_t coils = row.windings.front().coils.size();
    std::vector<Wiring> together;
    for (const WindingRow& w : row.windings)
        if (const auto wiring = wiring_of_winding(w)) together.push_back(*wiring);
    if (together.size() == row.windings.size())
        if (const auto lead = lead_of(row, together)) return transformer_unit(row, name, together, 1.0, *lead);
    if (regulated_.count(row.id) > 0)
        return refuse(row.at, "transformer " + row.id, "is regulated and no transformer of OpenDSS is connected like it",
                      "regulate a wye-wye transformer behind it");
    for (std::size_t i = 0; i < coils; ++i) {
        std::vector<Wiring> wirings;
        for (const WindingRow& w : row.windings) wirings.push_back(wiring_of_coil(w.coils[i]));
        transformer_unit(row, names_.of("transformer", fmt::format("{}_{}", name, i + 1)), wirings,
                         1.0 / static_cast<double>(coils), "Lag");
    }
}

void Writer::transformer_unit(const TransformerRow& row, const std::string& name, const std::vector<Wiring>& wirings,
                              double share, const char* lead) {
    ObjectText object("Transformer", name);
    object.number("phases", wirings.front().phases).number("windings", static_cast<double>(wirings.size())).word("LeadLag", lead);
    for (std::size_t w = 0; w < wirings.size(); ++w) {
        const WindingRow& winding = row.windings[w];
        object.number("wdg", static_cast<double>(w + 1))
            .word("bus", bus(winding.bus) + wirings[w].nodes)
            .word("conn", wirings[w].connection())
            .number("kV", wirings[w].kv(winding.rated.value()))
            .number("kVA", row.rated.value() * share)
            .number("%R", winding.resistance * to_percent)
            .number("MaxTap", winding.taps.max)
            .number("MinTap", winding.taps.min)
            .number("NumTaps", winding.taps.steps)
            .number("tap", winding.tap);
    }
    static constexpr const char* keys[] = {"XHL", "XHT", "XLT"};
    for (std::size_t i = 0; i < row.reactance.size(); ++i) object.number(keys[i], reactance_of(row.reactance[i]));
    object.number("%noloadloss", row.no_load_loss * to_percent)
        .number("%imag", row.magnetising_current * to_percent)
        .number("ppm_antifloat", row.stray * 2e6)
        .number("normhkva", row.rating.value_or(row.rated).value() * share);
    add(object.closed(row.closed));
}

void Writer::regulator(const RegulatorRow& row) {
    ObjectText object("RegControl", names_.of("regcontrol", row.id));
    object.word("transformer", names_.of("transformer", row.transformer)).number("winding", static_cast<double>(row.winding + 1));
    if (row.tap_winding) object.number("tapwinding", static_cast<double>(*row.tap_winding + 1));
    object.number("vreg", row.forward.set_v)
        .number("band", row.forward.band_v)
        .number("ptratio", row.pt_ratio)
        .number("CTprim", row.ct_primary.value())
        .number("R", row.forward.r_v)
        .number("X", row.forward.x_v)
        .word("ptphase", row.sees == SeenCoil::given     ? std::to_string(row.coil + 1)
                         : row.sees == SeenCoil::highest ? "max"
                                                         : "min")
        .number("maxtapchange", row.max_steps)
        .word("inversetime", row.inverse_time ? "yes" : "no");
    add_seconds(object, "delay", row.forward.delay);
    add_seconds(object, "tapdelay", row.tap_delay);
    if (row.limit_v) object.number("vlimit", *row.limit_v);
    if (!row.bus.empty()) {
        object.word("bus", bus(row.bus) + nodes_of({row.bus_conductor.value_or(bus_row(row.bus).conductors.front())}));
        if (row.bus_pt_ratio) object.number("remoteptratio", *row.bus_pt_ratio);
    }
    if (row.on_reverse != ReversePower::ignore) {
        object.word("reversible", "yes")
            .number("revvreg", row.reverse.set_v)
            .number("revband", row.reverse.band_v)
            .number("revR", row.reverse.r_v)
            .number("revX", row.reverse.x_v)
            .number("revThreshold", row.reverse_threshold.value())
            .word("revNeutral", row.on_reverse == ReversePower::neutral ? "yes" : "no");
        add_seconds(object, "revDelay", row.reverse.delay);
    }
    add(object);
}

void Writer::capacitor_control(const CapacitorControlRow& row) {
    static constexpr const char* signals[] = {"voltage", "current", "kvar", "pf", "time"};
    const bool is_transformer =
        std::any_of(feeder_.transformers.begin(), feeder_.transformers.end(), [&](const auto& t) { return t.id == row.element; });
    const auto branch =
        std::find_if(feeder_.branches.begin(), feeder_.branches.end(), [&](const auto& b) { return b.id == row.element; });
    if (row.across && row.across->minus)
        return refuse(row.at, row.id, "sees the voltage between two phases", "let it see a phase to earth");
    const std::string kind =
        is_transformer || (branch != feeder_.branches.end() && branch->kind == BranchKind::transformer) ? "transformer" : "line";
    ObjectText object("CapControl", names_.of("capcontrol", row.id));
    object.word("capacitor", names_.of("capacitor", row.capacitor))
        .word("element", kind + "." + names_.of(kind, row.element))
        .number("terminal", row.at_to_end ? 2 : 1)
        .word("type", signals[static_cast<std::size_t>(row.signal)])
        .number("ONsetting", row.on)
        .number("OFFsetting", row.off)
        .number("PTratio", row.pt_ratio)
        .number("CTratio", row.ct_ratio)
        .word("VoltOverride", row.voltage_override ? "yes" : "no")
        .number("Vmin", row.lowest_v)
        .number("Vmax", row.highest_v);
    const auto phase_of = [&](std::optional<Conductor> seen, OfSeveral of) -> std::string {
        if (!seen) return of == OfSeveral::mean ? "avg" : of == OfSeveral::highest ? "max" : "min";
        if (branch == feeder_.branches.end()) return nodes_of({*seen}).substr(1);
        const auto& ends = row.at_to_end && !branch->to_conductors.empty() ? branch->to_conductors : branch->conductors;
        return fmt::format("{}", std::find(ends.begin(), ends.end(), *seen) - ends.begin() + 1);
    };
    if (row.signal == CapacitorSignal::current) object.word("CTphase", phase_of(row.conductor, row.of_currents));
    if (row.signal == CapacitorSignal::voltage || row.voltage_override)
        object.word("PTphase", phase_of(row.across ? row.across->plus : row.conductor, row.of_voltages));
    add_seconds(object, "Delay", row.delay_on);
    add_seconds(object, "DelayOFF", row.delay_off);
    add_seconds(object, "DeadTime", row.dead_time);
    if (row.signal == CapacitorSignal::power_factor) object.number("pctMinkvar", row.least_share * to_percent);
    add(object);
}

/// A Generator of model 3 holds the mean of the magnitudes across its own phases, at constant power whatever they are.
void Writer::generator(const LoadRow& row, const InjectionControlRow& control, const HoldVoltage& hold) {
    const auto wiring = wiring_of(row.terminals);
    const auto& response = row.response;
    const bool is_plain = response.active == PowerLaw{} && response.reactive == PowerLaw{} && response.cut_off == 0.0 &&
                          !response.linear && response.holds_current_below == 0.0;
    if (!wiring || !is_plain || !control.watched.empty() || control.voltage != OfSeveral::mean)
        return refuse(control.at, "injection control " + control.id, "holds a voltage as no Generator of OpenDSS does",
                      "OpenDSS has wye or delta generators of constant power that hold the mean across their own phases");
    ObjectText object("Generator", names_.of("generator", row.id));
    object.number("phases", wiring->phases)
        .word("bus1", bus(row.bus) + wiring->nodes)
        .word("conn", wiring->connection())
        .number("kV", wiring->kv(rated_across(row.bus, row.terminals.front(), row.rated)))
        .number("kW", -row.p.value())
        .number("kvar", -row.q.value())
        .number("model", 3)
        .number("Vpu", hold.set.value())
        .number("Maxkvar", hold.q_max.value())
        .number("Minkvar", hold.q_min.value());
    add_profile(row, object);
    add(object);
    holds_ = true;
}

void Writer::injection_control(const InjectionControlRow& row) {
    if (std::holds_alternative<HoldVoltage>(row.law)) return;  // part of its generator
    const auto load =
        std::find_if(feeder_.loads.begin(), feeder_.loads.end(), [&](const LoadRow& l) { return l.id == row.load; });
    if (load == feeder_.loads.end() || inverters_.count(row.load) == 0) return;  // already reported
    if (const auto* slope = std::get_if<SlopeVoltVar>(&row.law)) return slope_control(row, *slope, *load);
    inverter_control(row, std::get<InverterCurves>(row.law), *load);
}

}  // namespace evsweep::opendss
