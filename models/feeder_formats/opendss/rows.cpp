// Buses, source, lines and transformers of the description.
#include "feeder_formats/opendss/rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evsweep::opendss {
namespace {

using Complex = std::complex<double>;
/// Total series impedance (ohm) at the circuit's frequency. The reactance follows the frequency, and the part of the
/// earth's return changes with its logarithm (Carson), as OpenDSS has it.
std::vector<Complex> series_of(const Line& line, const LineData& data, double frequency) {
    const double length = line.length / line.convert;
    const double times = frequency / data.frequency;
    double earth = 0.0;
    if (times != 1.0 && data.xg != 0.0)
        earth = 0.5 * data.xg / std::log(658.5 * std::sqrt(data.rho / data.frequency)) * std::log(times);
    std::vector<Complex> ohm;
    for (const Complex z : data.z)
        ohm.emplace_back((z.real() + data.rg * (times - 1.0)) * length, (z.imag() - earth) * length * times);
    return ohm;
}

std::vector<Complex> shunt_of(const Line& line, const LineData& data, double frequency) {
    std::vector<Complex> siemens;
    if (std::all_of(data.c.begin(), data.c.end(), [](double c) { return c == 0.0; })) return siemens;
    const double omega = 2.0 * std::numbers::pi * frequency;
    for (const double c : data.c) siemens.emplace_back(0.0, omega * c * 1e-9 * line.length / line.convert);
    return siemens;
}

std::optional<Kilometres> length_of(const Line& line) {
    const LengthUnit unit = line.unit != LengthUnit::none ? line.unit : line.has_code ? line.code_unit : LengthUnit::none;
    if (unit == LengthUnit::none) return std::nullopt;
    return Kilometres(line.length * conversion(unit, LengthUnit::kilometre));
}

bool is_earth(const std::vector<Conductor>& conductors) {
    return std::all_of(conductors.begin(), conductors.end(), [](Conductor c) { return c == Conductor::earth; });
}

/// Series impedance between two nodes that sources hold; different sources do not couple.
Complex mutual_impedance(const SourceNode& at, const SourceNode& other) {
    if (at.source != other.source) return 0.0;
    return impedance_of(*at.source)[at.place * static_cast<std::size_t>(at.source->phases) + other.place];
}

/// The larger root of a x^2 + b x + c.
double larger_root(double a, double b, double c) {
    const double square = b * b - 4.0 * a * c;
    return a == 0.0 || square < 0.0 ? 0.0 : (-b + std::sqrt(square)) / (2.0 * a);
}

}  // namespace

std::string listed(std::vector<std::string> names) {
    constexpr std::size_t most = 50;
    const bool is_long = names.size() > most;
    names.resize(std::min(names.size(), most));
    return fmt::format("{}", fmt::join(names, ", ")) + (is_long ? ", ..." : "");
}

std::vector<Complex> impedance_of(const Source& s) {
    const auto n = static_cast<std::size_t>(s.phases);
    const double ohm_base = s.base_kv * s.base_kv / s.base_mva;
    std::vector<Complex> z(n * n);
    if (s.ideal) {
        for (std::size_t i = 0; i < n; ++i) z[i * (n + 1)] = s.pu_ideal * ohm_base;
        return z;
    }
    Complex first(s.r1, s.x1);
    Complex zero(s.r0, s.x0);
    if (s.given == Source::Given::ohm) {
        if (s.pu_z1) first = *s.pu_z1 * ohm_base, zero = s.pu_z0.value_or(0.0) * ohm_base;
        if (n == 1) zero = first;
    } else {
        const double factor = n == 1 ? 1.0 : std::numbers::sqrt3;
        const double mva3 = s.given == Source::Given::mva ? s.mva3 : std::numbers::sqrt3 * s.base_kv * s.isc3 / 1000.0;
        const double isc1 = s.given == Source::Given::mva ? s.mva1 * 1000.0 / (factor * s.base_kv) : s.isc1;
        const double x1 = s.base_kv * s.base_kv / mva3 / std::sqrt(1.0 + 1.0 / (s.x1r1 * s.x1r1));
        const double r1 = x1 / s.x1r1;
        first = {r1, x1};
        const double fault = 3.0 * s.base_kv * 1000.0 / factor / isc1;  // three times the impedance that a fault to earth sees
        const double r0 = larger_root(1.0 + s.x0r0 * s.x0r0, 4.0 * (r1 + x1 * s.x0r0), 4.0 * (r1 * r1 + x1 * x1) - fault * fault);
        zero = {r0, r0 * s.x0r0};
    }
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) z[i * n + j] = i == j ? (2.0 * first + zero) / 3.0 : (zero - first) / 3.0;
    return z;
}

void Rows::add_buses() {
    for (const Bus& bus : network_.buses()) {
        if (!bus.reached || bus.nodes.empty()) continue;
        BusRow row;
        row.id = bus.name;
        row.nominal = Volts(bus.nominal);
        row.at = bus.at;
        row.conductors.clear();
        for (const int node : bus.nodes)
            if (const auto c = network_.conductor(bus.name, node)) row.conductors.push_back(*c);
        if (bus.split && bus.nodes.count(3) > 0)
            reader_.error(bus.at, "bus " + bus.name, "has a node 3 at a split-phase secondary", "its legs are nodes 1 and 2");
        const auto place = circuit_.coordinates.find(bus.name);
        if (place != circuit_.coordinates.end()) row.x = place->second.x, row.y = place->second.y;
        feeder_.buses.push_back(std::move(row));
    }
}

/// All sources together are the one that feeds the bus of the first.
void Rows::add_source() {
    const Terminal& end = plan_.sources.front().ends.front();
    std::map<int, SourceNode> held;
    for (const auto& placed : plan_.sources)
        if (!hold_nodes(placed, held)) return;
    const Bus& bus = network_.bus(end.bus);
    for (const int node : bus.nodes)
        if (held.count(node) == 0)
            return reader_.error(plan_.sources.front().element->at, source_path(*plan_.sources.front().element),
                                 fmt::format("holds no voltage at node {} of its bus {}", node, bus.name),
                                 "give each of its nodes a source; a node without one needs a bus of its own");
    const auto base = [&](const SourceNode& at) {
        return at.source->pu * volts_across(at.source->base_kv, at.source->phases, false) * std::numbers::sqrt3 / bus.nominal;
    };
    const SourceNode& first = held.begin()->second;
    SourceRow row;
    row.bus = end.bus;
    row.at = first.source->at;
    row.voltage = PerUnit(base(first));
    // A phase of a description lags or leads by its place; a single phase of OpenDSS stands at the angle itself.
    const double turn[] = {0.0, 120.0, -120.0};
    row.angle = Degrees(first.angle() + turn[held.begin()->first - 1]);
    const bool is_one = std::all_of(held.begin(), held.end(), [&](const auto& entry) {
        return entry.second.source == first.source && static_cast<int>(entry.second.place) == entry.first - held.begin()->first;
    });
    for (const auto& [node, at] : held) {
        if (!is_one) row.voltages.emplace_back(base(at)), row.angles.emplace_back(at.angle());
        for (const auto& [other_node, other] : held) row.series_ohm.push_back(mutual_impedance(at, other));
    }
    feeder_.sources.push_back(std::move(row));
}

std::string Rows::source_path(const Source& source) const {
    return &source == plan_.sources.front().element ? "circuit." + circuit_.name : "vsource." + source.name;
}

/// Notes what a source holds at each of its nodes; false where it cannot be part of the one source of a feeder.
bool Rows::hold_nodes(const Placed<Source>& placed, std::map<int, SourceNode>& held) {
    const Source& s = *placed.element;
    const Terminal& end = placed.ends.front();
    const auto refuse = [&](const std::string& problem, const std::string& hint) {
        reader_.error(s.at, source_path(s), problem, hint);
        return false;
    };
    if (end.bus != plan_.sources.front().ends.front().bus)
        return refuse(fmt::format("stands at bus {}, and the first source at bus {}; a second source elsewhere is not supported",
                                  end.bus, plan_.sources.front().ends.front().bus),
                      "a feeder is fed from one bus");
    if (s.phases != 1 && s.phases != 3)
        return refuse(fmt::format("has {} phases", s.phases), "only three-phase and single-phase sources are supported");
    for (std::size_t k = 0; k < end.nodes.size(); ++k) {
        const int node = end.nodes[k];
        if (node < 1 || node > 3)
            return refuse(fmt::format("has a conductor at node {} of bus {}", node, end.bus), "sources hold nodes 1, 2 and 3");
        if (!held.emplace(node, SourceNode{&s, k}).second)
            return refuse(fmt::format("holds node {} of bus {}, and so does another source", node, end.bus),
                          "a node has one voltage; give each source nodes of its own");
    }
    return true;
}

std::vector<Conductor> Rows::conductors(const Terminal& end, const Position& at, const std::string& path) {
    std::vector<Conductor> all;
    for (const int node : end.nodes) {
        const auto c = node == 0 ? std::optional(Conductor::earth) : network_.conductor(end.bus, node);
        if (!c)
            reader_.error(at, path, fmt::format("has a conductor at node {} of bus {}", node, end.bus),
                          "conductors of lines go to nodes 1 to 4, or to the earth at node 0");
        else if (node == 0)
            all.push_back(*c);
        else if (std::find(all.begin(), all.end(), *c) != all.end())
            reader_.error(at, path, fmt::format("has two conductors at node {} of bus {}", node, end.bus),
                          "agree its phases and nodes");
        else
            all.push_back(*c);
    }
    return all;
}

void Rows::add_lines() {
    for (const auto& placed : plan_.lines)
        if (network_.reaches(placed.ends[0]) && network_.reaches(placed.ends[1])) add_line(placed);
}

/// A line's conductors between the nodes that are fed.
CoupledConductors Rows::fed_conductors(const Placed<Line>& placed, const LineData& data, const Line& measured) {
    const Terminal& from = placed.ends[0];
    const Terminal& to = placed.ends[1];
    const CoupledConductors all{from.nodes, to.nodes, series_of(measured, data, circuit_.frequency),
                                shunt_of(measured, data, circuit_.frequency)};
    const CoupledConductors joined = joined_parallel(all);
    if (joined.from.size() < all.from.size())
        reader_.note("line", measured.at, "has conductors between the same two nodes, which are taken as one");
    std::vector<bool> floats;
    for (std::size_t i = 0; i < joined.from.size(); ++i)
        floats.push_back(network_.floats(from.bus, joined.from[i]) || network_.floats(to.bus, joined.to[i]));
    return without_floating(joined, floats);
}

void Rows::add_line(const Placed<Line>& placed) {
    const Line& line = *placed.element;
    BranchRow row;
    row.id = "line." + line.name;
    row.from = placed.ends[0].bus;
    row.to = placed.ends[1].bus;
    Line measured = line;
    const bool is_geometric = !line.geometry.empty() || !line.spacing.empty();
    if (is_geometric) measured.length *= line.unit == LengthUnit::none ? 1.0 : metres_of(line.unit), measured.convert = 1.0;
    const LineData data = is_geometric ? geometric_data(line, circuit_, reader_) : static_cast<const LineData&>(line);
    const std::size_t conductors_there = placed.ends[0].nodes.size();
    if (data.z.size() != conductors_there * conductors_there) return;  // already reported
    const CoupledConductors fed = fed_conductors(placed, data, measured);
    if (fed.from.empty()) return;
    if (!std::all_of(fed.z.begin(), fed.z.end(), [](Complex z) { return std::isfinite(std::abs(z)); }))
        return reader_.error(line.at, row.id, "has conductors in parallel or without a feed, and its matrices cannot be reduced",
                             "check its nodes and impedances");
    row.conductors = conductors({row.from, fed.from}, line.at, row.id);
    row.to_conductors = conductors({row.to, fed.to}, line.at, row.id);
    row.series_ohm = fed.z;
    row.shunt_s = fed.y;
    if (data.ampacity && !line.ampacity) row.rating = Amperes(*data.ampacity);
    const bool ideal = std::all_of(row.series_ohm.begin(), row.series_ohm.end(), [](Complex z) { return z == 0.0; });
    row.kind = line.is_switch || ideal ? BranchKind::switch_ : BranchKind::line;
    if (line.ampacity && *line.ampacity > 0.0) row.rating = Amperes(*line.ampacity);
    row.length = length_of(line);
    row.closed = placed.closed;
    row.at = line.at;
    const bool charges = std::any_of(row.shunt_s.begin(), row.shunt_s.end(), [](Complex y) { return y != 0.0; });
    if (!row.closed && charges)
        reader_.note("open lines", row.at,
                     "are open at both ends; in OpenDSS their charging stays connected at the end that was not opened",
                     "disable line." + line.name + " to open both ends there");
    if (is_earth(row.conductors) || is_earth(row.to_conductors)) return earth_by(row);
    if (row.to_conductors == row.conductors) row.to_conductors.clear();
    feeder_.branches.push_back(std::move(row));
}

/// A line of one conductor to the earth is a shunt at its other end.
void Rows::earth_by(const BranchRow& line) {
    const bool at_from = is_earth(line.to_conductors);
    const auto& wires = at_from ? line.conductors : line.to_conductors;
    if (!line.closed || is_earth(wires)) return;
    if (wires.size() > 1 || line.series_ohm.front() == 0.0)
        return reader_.error(line.at, line.id,
                             fmt::format("leads to the earth with all its conductors, which is only supported for one conductor "
                                         "with an impedance, and it has {}",
                                         wires.size()),
                             "connect its far end to nodes of a bus, or make it a reactor to earth");
    const Complex siemens = 1.0 / line.series_ohm.front() + (line.shunt_s.empty() ? 0.0 : 0.5 * line.shunt_s.front());
    constexpr double at_volts = 1000.0;
    ShuntRow row;
    row.id = line.id;
    row.bus = at_from ? line.from : line.to;
    row.p = Kilowatts(siemens.real() * at_volts);  // V^2/1000
    row.q = Kilovars(-siemens.imag() * at_volts);
    row.terminals = {{wires.front(), {}}};
    row.rated = Volts(at_volts);
    row.at = line.at;
    feeder_.shunts.push_back(std::move(row));
}

void Rows::add_transformers() {
    for (const auto& placed : plan_.transformers) {
        const Transformer& t = *placed.element;
        if (!std::all_of(placed.ends.begin(), placed.ends.end(), [&](const Terminal& end) { return network_.reaches(end); }))
            continue;
        TransformerRow row;
        row.id = "transformer." + t.name;
        row.at = t.at;
        row.closed = placed.closed;
        row.rated = KilovoltAmperes(t.windings.front().kva);
        row.rating = KilovoltAmperes(t.normal_kva.value_or(1.1 * t.windings.front().kva));
        row.reactance = {t.xhl};
        if (t.windings.size() == 3) row.reactance = {t.xhl, t.xht, t.xlt};
        row.no_load_loss = t.no_load_loss;
        row.magnetising_current = t.magnetising;
        row.stray = t.anti_float / 2.0;  // half of it at each end of a coil
        for (std::size_t w = 0; w < t.windings.size(); ++w) {
            const Winding& winding = t.windings[w];
            WindingRow coil_row;
            coil_row.bus = placed.ends[w].bus;
            for (const CoilNodes& coil : coils_of(placed, w))
                coil_row.coils.push_back(terminals(coil_row.bus, coil.plus, coil.minus));
            coil_row.rated = Volts(volts_across(winding.kv, t.phases, winding.delta));
            coil_row.resistance = winding.r;
            coil_row.tap = winding.tap;
            coil_row.taps = {winding.min_tap, winding.max_tap, winding.taps};
            row.windings.push_back(std::move(coil_row));
            add_neutral(placed, w);
        }
        feeder_.transformers.push_back(std::move(row));
    }
}

/// What stands between the neutral of a wye and earth, as a shunt at that node.
void Rows::add_neutral(const Placed<Transformer>& transformer, std::size_t winding) {
    const Winding& w = transformer.element->windings[winding];
    const Terminal& end = transformer.ends[winding];
    const int node = end.nodes.back();
    if (w.delta || w.neutral_r < 0.0 || node == 0 || transformer.element->phases == 1) return;
    constexpr double solid = 1e6;  // siemens
    const Complex ohm(w.neutral_r, w.neutral_x);
    const Complex siemens = ohm == 0.0 ? solid : 1.0 / ohm;
    constexpr double at_volts = 1000.0;
    ShuntRow row;
    row.id = fmt::format("transformer.{}.neutral{}", transformer.element->name, winding + 1);
    row.bus = end.bus;
    row.p = Kilowatts(siemens.real() * at_volts);  // V^2/1000
    row.q = Kilovars(-siemens.imag() * at_volts);
    row.terminals = {terminals(end.bus, node, 0)};
    row.rated = Volts(at_volts);
    row.at = transformer.element->at;
    feeder_.shunts.push_back(std::move(row));
}

/// Lists what the source does not reach: it has no voltage in OpenDSS either.
void Rows::report_dead() {
    std::vector<std::string> names;
    for (const Bus& bus : network_.buses())
        if (!bus.reached) names.push_back(bus.name);
    if (names.empty()) return;
    std::size_t loads = 0;
    for (const auto& load : plan_.loads) loads += network_.reaches(load.ends.front()) ? 0 : 1;
    reader_.warning(circuit_.at, "buses",
                    fmt::format("{} are not reached from the source and left out: {}", names.size(), listed(names)),
                    loads > 0 ? fmt::format("{} loads there go with them", loads) : "they carry no load");
}

void Rows::report_floating() {
    std::vector<std::string> names;
    for (const Bus& bus : network_.buses())
        for (const int node : bus.floating) names.push_back(fmt::format("{}.{}", bus.name, node));
    if (names.empty()) return;
    reader_.warning(circuit_.at, "nodes",
                    fmt::format("{} have no voltage but what the charging of lines gives them, which is not reported: {}",
                                names.size(), listed(names)),
                    "what they do to the other conductors of their own lines is kept");
}

FeederDescription describe(Circuit& circuit, PropertyReader& reader) {
    FeederDescription feeder;
    feeder.name = circuit.name;
    feeder.note = "OpenDSS circuit " + circuit.name;
    feeder.at = circuit.at;
    for (const SwitchControl& control : circuit.switch_controls.objects()) {
        const bool closed = control.closed.value_or(control.normal_closed.value_or(true));
        if (control.enabled && !closed) circuit.open.insert(control.element);
    }
    calculate_lines(circuit);
    const Plan plan = make_plan(circuit, reader);
    const Network network(plan, circuit, reader);
    if (plan.sources.empty()) return feeder;
    Rows rows(circuit, reader, plan, network, feeder);
    rows.report_dead();
    rows.report_floating();
    rows.add_buses();
    rows.add_source();
    rows.add_lines();
    rows.add_reactors();
    rows.add_transformers();
    rows.add_capacitors();
    rows.add_loads();
    rows.add_generators();
    rows.add_pv_systems();
    rows.add_storages();
    rows.add_controls();
    rows.add_allocation();
    return feeder;
}

}  // namespace evsweep::opendss
