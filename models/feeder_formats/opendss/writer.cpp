// Source, lines, loads and shunts; the order of the script.
#include "feeder_formats/opendss/writer.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <set>
#include <utility>

#include "evsweep/connections.hpp"

namespace evsweep::opendss {
namespace {

using Complex = std::complex<double>;

constexpr double frequency_hz = 60.0;
/// Ohm that stand for none, which OpenDSS does not know: 1 kA changes a voltage by 0.1 mV.
constexpr double no_ohm = 1e-7;

/// Where a single phase of a symmetrical source stands, in degrees.
double turn_of(const std::vector<Conductor>& conductors) {
    if (conductors.size() > 1) return 0.0;
    return conductors.front() == Conductor::b ? -120.0 : conductors.front() == Conductor::c ? 120.0 : 0.0;
}

/// Whether all diagonal members are alike and all others, too.
bool is_symmetrical(const std::vector<Complex>& matrix, std::size_t n) {
    for (std::size_t i = 0; i < n * n; ++i) {
        const Complex wanted = i % (n + 1) == 0 ? matrix.front() : matrix[1];
        if (std::abs(matrix[i] - wanted) > 1e-12 * std::abs(matrix.front())) return false;
    }
    return true;
}

/// A balanced value stands in each of three phases.
std::vector<Complex> by_phases(const std::vector<Complex>& matrix, const std::vector<Conductor>& conductors) {
    if (conductors.empty() || conductors.front() != Conductor::balanced || matrix.size() != 1) return matrix;
    const Complex z = matrix.front();
    return {z, 0.0, 0.0, 0.0, z, 0.0, 0.0, 0.0, z};
}

std::vector<double> parts(Complex z) { return {z.real(), z.imag()}; }

/// Lines of a comment; no character of the text can end it.
std::string comment(const std::string& text) {
    std::string lines;
    std::string line;
    for (const char c : text + "\n") {
        const bool ends = c == '\n' || c == '\r' || c == '\v' || c == '\f';
        if (!ends) line += c;
        if (ends && !line.empty()) lines += "! " + std::exchange(line, {}) + "\n";
    }
    return lines;
}

}  // namespace

Writer::Writer(const FeederDescription& feeder, Issues& issues) : feeder_(feeder), issues_(issues) {
    for (const BusRow& row : feeder.buses) buses_.emplace(row.id, &row);
    for (const RegulatorRow& row : feeder.regulators) regulated_.insert(row.transformer);
    for (const CapacitorControlRow& row : feeder.capacitor_controls) switched_.insert(row.capacitor);
    for (const InjectionControlRow& row : feeder.injection_controls) controlled_.emplace(row.load, &row);
}

std::string Writer::script() {
    script_ = comment(feeder_.name.empty() ? "feeder" : feeder_.name) + comment(feeder_.note) + comment("written by evsweep") +
              fmt::format("Clear\nSet DefaultBaseFrequency={}\n", frequency_hz);
    each("source", feeder_.sources, &Writer::source);
    each("profiles", feeder_.profiles, &Writer::profile);
    each("lines, switches and transformers", feeder_.branches, &Writer::branch);
    each("transformers", feeder_.transformers, &Writer::transformer);
    each("regulators", feeder_.regulators, &Writer::regulator);
    each("capacitors and reactors", feeder_.shunts, &Writer::shunt);
    each("their controls", feeder_.capacitor_controls, &Writer::capacitor_control);
    each("loads", feeder_.loads, &Writer::load);
    for (const InjectionControlRow& row : feeder_.injection_controls) injection_control(row);
    voltage_bases();
    coordinates();
    if (!inverters_.empty()) script_ += "Set MaxControlIter=100\n";
    if (holds_) script_ += "Set MaxIterations=500\n";
    for (int solve = 0; solve < solves_; ++solve) script_ += "Solve\n";
    report_losses();
    return std::move(script_);
}

double Writer::rated_across(const std::string& bus, const Terminals& terminals, Volts rated) const {
    return (rated.value() > 0.0 ? rated : nominal_across(bus_row(bus).nominal, terminals)).value();
}

/// A source of one phase, or of three with one voltage; the first one is the circuit.
ObjectText Writer::ideal_source(const std::string& at, const std::vector<Conductor>& conductors, double phase_kv, double pu,
                                double angle_deg) {
    const bool single = conductors.size() == 1 && conductors.front() != Conductor::balanced;
    const std::string title = feeder_.name.empty() ? "feeder" : feeder_.name;
    ObjectText object = sources_++ == 0 ? ObjectText("Circuit", names_.of("circuit", title))
                                        : ObjectText("Vsource", names_.of("vsource", fmt::format("source_{}", sources_)));
    object.word("bus1", at + nodes_of(conductors))
        .number("phases", single ? 1 : 3)
        .number("basekv", phase_kv * (single ? 1.0 : std::numbers::sqrt3))
        .number("pu", pu)
        .number("angle", angle_deg);
    return object;
}

void Writer::source(const SourceRow& row) {
    const auto& conductors = bus_row(row.bus).conductors;
    const auto is_phase = [](Conductor c) { return c <= Conductor::c; };
    if (!std::all_of(conductors.begin(), conductors.end(), is_phase))
        return refuse(row.at, "source", "stands at conductors " + name_of(conductors),
                      "OpenDSS has sources of phases a, b and c");
    const std::string nodes = nodes_of(conductors);
    const double phase_kv = bus_row(row.bus).nominal.value() / 1000.0 / std::numbers::sqrt3;
    auto ohm = by_phases(row.series_ohm, conductors);
    const std::size_t n = nodes == ".1.2.3" ? 3 : conductors.size();
    if (ohm.empty()) ohm.assign(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
        if (ohm[i * (n + 1)] == 0.0) ohm[i * (n + 1)] = Complex(no_ohm, no_ohm);
    const auto held = [&](const std::string& at, const std::vector<Conductor>& at_conductors, std::size_t i) {
        const double pu = row.voltages.empty() ? row.voltage.value() : row.voltages[i].value();
        const double own = row.angles.empty() ? row.angle.value() + turn_of(at_conductors) : row.angles[i].value();
        return ideal_source(at, at_conductors, phase_kv, pu, own);
    };
    const bool is_one = row.voltages.empty() && (n == 1 || nodes == ".1.2.3");
    if (is_one && is_symmetrical(ohm, n)) {
        const Complex mutual = n == 1 ? Complex(0.0) : ohm[1];
        return add(held(bus(row.bus), conductors, 0)
                       .numbers("Z1", parts(ohm.front() - mutual))
                       .numbers("Z0", parts(ohm.front() + 2.0 * mutual)));
    }
    const std::string behind = names_.of("bus", row.bus + "_source");
    for (std::size_t i = 0; i < (is_one ? 1 : n); ++i)
        add(held(behind, is_one ? conductors : std::vector{conductors[i]}, i)
                .numbers("Z1", {no_ohm, no_ohm})
                .numbers("Z0", {no_ohm, no_ohm}));
    add(ObjectText("Line", names_.of("line", "source"))
            .number("phases", static_cast<double>(n))
            .word("bus1", behind + nodes)
            .word("bus2", bus(row.bus) + nodes)
            .word("rmatrix", matrix_of(ohm, Part::real, 1.0))
            .word("xmatrix", matrix_of(ohm, Part::imaginary, 1.0))
            .word("cmatrix", matrix_of(std::vector<Complex>(n * n), Part::real, 1.0))
            .number("length", 1)
            .word("units", "none"));
}

void Writer::branch(const BranchRow& row) {
    if (row.kind == BranchKind::transformer) return balanced_transformer(row);
    line(row);
}

void Writer::line(const BranchRow& row) {
    auto ohm = by_phases(row.series_ohm, row.conductors);
    const auto siemens = by_phases(row.shunt_s, row.conductors);
    const auto& to = row.to_conductors.empty() ? row.conductors : row.to_conductors;
    if (std::any_of(siemens.begin(), siemens.end(), [](Complex y) { return y.real() != 0.0; }))
        return refuse(row.at, "branch " + row.id, "has a shunt conductance, which lines of OpenDSS do not have",
                      "set its g to 0");
    const auto n = static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(ohm.size()))));
    if (std::all_of(ohm.begin(), ohm.end(), [](Complex z) { return z == 0.0; }))
        for (std::size_t i = 0; i < n; ++i) ohm[i * (n + 1)] = Complex(no_ohm, no_ohm);
    const double km = row.length && row.length->value() > 0.0 ? row.length->value() : 1.0;
    constexpr double to_nanofarad = 1e9 / (2.0 * std::numbers::pi * frequency_hz);
    ObjectText object("Line", names_.of("line", row.id));
    object.number("phases", static_cast<double>(n))
        .word("bus1", bus(row.from) + nodes_of(row.conductors))
        .word("bus2", bus(row.to) + nodes_of(to))
        .word("rmatrix", matrix_of(ohm, Part::real, 1.0 / km))
        .word("xmatrix", matrix_of(ohm, Part::imaginary, 1.0 / km))
        .word("cmatrix", siemens.empty() ? matrix_of(std::vector<Complex>(n * n), Part::real, 1.0)
                                         : matrix_of(siemens, Part::imaginary, to_nanofarad / km))
        .number("length", km)
        .word("units", row.length ? "km" : "none");
    if (row.rating) object.number("normamps", row.rating->value());
    add(object.closed(row.closed));
}

void Writer::load(const LoadRow& row) {
    if (const auto control = controlled_.find(row.id); control != controlled_.end()) {
        const auto* hold = std::get_if<HoldVoltage>(&control->second->law);
        return hold ? generator(row, *control->second, *hold) : inverter(row, *control->second);
    }
    const std::string& name = names_.of("load", row.id);
    if (const auto wiring = wiring_of(row.terminals)) return load_part(row, name, *wiring, 1.0);
    const double share = 1.0 / static_cast<double>(row.terminals.size());
    for (const Terminals& t : row.terminals) load_part(row, names_.of("load", name + name_of(t)), wiring_of(t), share);
}

void Writer::load_part(const LoadRow& row, const std::string& name, const Wiring& wiring, double share) {
    ObjectText object("Load", name);
    object.number("phases", wiring.phases)
        .word("bus1", bus(row.bus) + wiring.nodes)
        .word("conn", wiring.connection())
        .number("kV", wiring.kv(rated_across(row.bus, row.terminals.front(), row.rated)))
        .number("kW", row.p.value() * share)
        .number("kvar", row.q.value() * share);
    add_law(row, object);
    add_profile(row, object);
    add(object);
}

void Writer::add_profile(const LoadRow& row, ObjectText& object) {
    const auto is_own = [&](const ProfileRow& profile) { return profile.id == row.profile; };
    if (std::any_of(feeder_.profiles.begin(), feeder_.profiles.end(), is_own))
        object.word("daily", names_.of("loadshape", row.profile));
    else if (!row.profile.empty() && missing_profiles_.insert(row.profile).second)
        issues_.warning(row.at, "load " + row.id, "follows profile '" + row.profile + "', which the feeder file does not hold",
                        "the written load follows none; scenarios may define it");
}

/// The models of OpenDSS: 1 PQ, 2 Z, 3 and 7 constant P and quadratic Q, 4 exponents, 5 I, 8 ZIPV.
void Writer::add_law(const LoadRow& row, ObjectText& object) {
    const auto& [active, reactive, linear, cut_off, holds_current_below] = row.response;
    if (holds_current_below > 0.0)
        return refuse(row.at, "load " + row.id, "holds its current at low voltage", "loads of OpenDSS do not");
    const bool at_rated = linear && linear->at_rated_power;
    const bool has_exponent = active.e != 0.0 || reactive.e != 0.0;
    const auto exponent_of = [](const PowerLaw& law) { return law.e == 1.0 ? law.exponent : 2.0 * law.z + law.i; };
    const auto is_one = [](const PowerLaw& law) { return law.z == 1.0 || law.i == 1.0 || law.p == 1.0 || law.e == 1.0; };
    if (has_exponent || at_rated) {
        if (!is_one(active) || !is_one(reactive) || cut_off > 0.0)
            return refuse(row.at, "load " + row.id, "mixes an exponent with other shares, or has a cut-off",
                          "OpenDSS has no such load");
        object.number("model", 4).number("CVRwatts", exponent_of(active)).number("CVRvars", exponent_of(reactive));
    } else if (cut_off == 0.0 && is_one(active) && active == reactive) {
        object.number("model", active.p == 1.0 ? 1 : active.z == 1.0 ? 2 : 5);
    } else {
        object.number("model", 8).numbers("ZIPV", {active.z, active.i, active.p, reactive.z, reactive.i, reactive.p, cut_off});
    }
    if (linear && linear->q_at_rated_voltage) {
        if (active.p != 1.0 || reactive.p != 1.0 || linear->low > 0.0 || cut_off > 0.0)
            return refuse(row.at, "load " + row.id, "has reactive power at rated voltage outside limits of another law",
                          "OpenDSS has it for constant power with low: 0 pu");
        object.number("model", 6);
    }
    const LinearOutside never{.low = 0.01, .min = 0.05, .max = 20.0};
    const LinearOutside limits = linear.value_or(never);
    object.number("vminpu", limits.min).number("vmaxpu", limits.max).number("vlowpu", limits.low);
}

void Writer::shunt(const ShuntRow& row) {
    const std::string& name = names_.of("capacitor", row.id);
    if (row.terminals.size() == 1 || wiring_of(row.terminals)) return shunt_part(row, name, row.terminals, 1.0);
    if (switched_.count(row.id) > 0)
        return refuse(row.at, "shunt " + row.id, "is switched, and OpenDSS has no bank that is connected like it",
                      "make it a wye or a delta");
    const double share = 1.0 / static_cast<double>(row.terminals.size());
    for (const Terminals& t : row.terminals) shunt_part(row, names_.of("capacitor", name + name_of(t)), {t}, share);
}

/// A capacitor, or else a reactor of the impedance that its present steps have.
void Writer::shunt_part(const ShuntRow& row, const std::string& name, const std::vector<Terminals>& terminals, double share) {
    const Wiring wiring = *wiring_of(terminals);
    const double kv = wiring.kv(rated_across(row.bus, terminals.front(), row.rated));
    const bool is_capacitor = row.p == Kilowatts() && row.q < Kilovars();
    if (!is_capacitor) {
        if (switched_.count(row.id) > 0)
            return refuse(row.at, "shunt " + row.id, "is switched and is no capacitor", "OpenDSS switches capacitors only");
        if (row.steps_on == 0) return;
        const double each = share * row.steps_on / row.steps / static_cast<double>(terminals.size());
        const double volts = rated_across(row.bus, terminals.front(), row.rated);
        const Complex drawn(row.p.value() * each, -row.q.value() * each);
        const Complex ohm = volts * volts / 1000.0 / drawn;
        ObjectText reactor("Reactor", name);
        add_place(row, terminals, wiring, reactor);
        return add(reactor.number("kV", kv).number("R", ohm.real()).number("X", ohm.imag()));
    }
    ObjectText object("Capacitor", name);
    add_place(row, terminals, wiring, object);
    std::vector<std::string> states(static_cast<std::size_t>(row.steps), "0");
    std::fill_n(states.begin(), row.steps_on, "1");
    add(object.number("kV", kv).number("kvar", -row.q.value() * share).number("numsteps", row.steps).words("states", states));
}

/// A single one between two conductors has a second bus.
void Writer::add_place(const ShuntRow& row, const std::vector<Terminals>& terminals, const Wiring& wiring, ObjectText& object) {
    const Terminals& first = terminals.front();
    object.number("phases", wiring.phases);
    if (terminals.size() > 1 || !first.minus)
        object.word("bus1", bus(row.bus) + wiring.nodes).word("conn", wiring.connection());
    else
        object.word("bus1", bus(row.bus) + wiring_of(Terminals{first.plus, {}}).nodes)
            .word("bus2", bus(row.bus) + wiring_of(Terminals{first.minus, {}}).nodes);
}

void Writer::profile(const ProfileRow& row) {
    std::vector<double> values = row.values, q_values = row.q_values, times;
    if (row.linear) {  // between points at times of their own, which end where they begin
        for (std::size_t i = 0; i <= row.values.size(); ++i) times.push_back(static_cast<double>(i) * hours(row.every));
        values.push_back(values.front());
        if (!q_values.empty()) q_values.push_back(q_values.front());
    }
    ObjectText object("LoadShape", names_.of("loadshape", row.id));
    object.number("npts", static_cast<double>(values.size())).number("interval", row.linear ? 0.0 : hours(row.every));
    if (row.linear) object.numbers("hour", times);
    object.numbers("mult", values);
    if (!q_values.empty()) object.numbers("qmult", q_values);
    add(object);
}

void Writer::voltage_bases() {
    std::set<double, std::greater<>> bases;
    for (const BusRow& row : feeder_.buses) {
        const bool is_split = has_conductor(row.conductors, Conductor::s1) || has_conductor(row.conductors, Conductor::s2);
        bases.insert(row.nominal.value() / 1000.0 * (is_split ? std::numbers::sqrt3 / 2.0 : 1.0));
    }
    headline("solution");
    script_ += fmt::format("Set VoltageBases=[{}]\nCalcVoltageBases\n", fmt::join(bases, " "));
}

void Writer::coordinates() {
    for (const BusRow& row : feeder_.buses)
        if (row.x && row.y) script_ += fmt::format("SetBusXY bus={} x={} y={}\n", bus(row.id), *row.x, *row.y);
}

/// What has no effect on the load flow, and no place in a script.
void Writer::report_losses() {
    const auto has_class = [](const BusRow& row) { return !row.bus_class.empty(); };
    const auto first = std::find_if(feeder_.buses.begin(), feeder_.buses.end(), has_class);
    if (first != feeder_.buses.end())
        issues_.warning(first->at, "buses",
                        fmt::format("{} have a class, which OpenDSS does not know: the script is without them",
                                    std::count_if(feeder_.buses.begin(), feeder_.buses.end(), has_class)),
                        "give the profiles of classes to the loads themselves");
    if (const auto& renamed = names_.renamed(); !renamed.empty())
        issues_.warning(feeder_.at, "names",
                        fmt::format("{} have characters that OpenDSS does not take, or occur twice when case does not count, and "
                                    "are written otherwise",
                                    renamed.size()),
                        fmt::format("e.g. '{}' is written as '{}'", renamed.front().first, renamed.front().second));
}

}  // namespace evsweep::opendss
