#include "feeder_formats/evsweep/feeder.hpp"

#include <cmath>
#include <complex>
#include <map>

namespace evsweep::feeder_file {
namespace {

using ComplexMatrix = std::vector<std::complex<double>>;

/// real + j imaginary, either of which may be absent; empty where both are.
template <class Real, class Imaginary>
ComplexMatrix joined(const std::optional<Real>& real, const std::optional<Imaginary>& imaginary, double factor = 1.0) {
    ComplexMatrix matrix(real ? real->values.size() : imaginary ? imaginary->values.size() : 0);
    for (std::size_t i = 0; i < matrix.size(); ++i)
        matrix[i] = {real ? real->values[i] * factor : 0.0, imaginary ? imaginary->values[i] * factor : 0.0};
    return matrix;
}

/// The matrix over the equal phases of a transposed line; a balanced feeder knows the positive sequence only.
ComplexMatrix from_sequence(std::complex<double> positive, std::complex<double> zero, const std::vector<Conductor>& conductors) {
    if (has_conductor(conductors, Conductor::balanced)) return {positive};
    const std::size_t n = conductors.size();
    ComplexMatrix matrix(n * n, (zero - positive) / 3.0);
    for (std::size_t i = 0; i < n; ++i) matrix[i * (n + 1)] = (zero + 2.0 * positive) / 3.0;
    return matrix;
}

class Translation {
   public:
    Translation(const FeederFile& file, const std::set<std::string>& codes, Issues& issues)
        : file_(file), code_names_(codes), issues_(issues) {
        feeder_.name = file.name;
        feeder_.note = file.note;
    }

    FeederDescription run() {
        for (const auto& placed : file_.buses.rows) bus(placed);
        for (const auto& placed : file_.linecodes.rows) code(placed);
        for (const auto& placed : file_.lines.rows) line(placed.row, placed.at, placed.path);
        for (const auto& placed : file_.switches.rows) line(placed.row.branch, placed.at, placed.path);
        for (const auto& [either, at, path] : file_.transformers.rows) {
            if (either.plain) transformer(*either.plain, at);
            if (either.wound) transformer(*either.wound, at);
        }
        for (const auto& placed : file_.loads.rows) load(placed.row, placed.at, placed.path);
        for (const auto& placed : file_.shunts.rows) shunt(placed.row, placed.at, placed.path);
        for (const auto& placed : file_.capacitors.rows) shunt(placed.row.shunt, placed.at, placed.path);
        for (const auto& placed : file_.regulators.rows) regulator(placed.row, placed.at);
        for (const auto& placed : file_.capacitor_controls.rows) control(placed.row, placed.at);
        for (const auto& placed : file_.generator_controls.rows)
            feeder_.injection_controls.push_back(row_of(placed.row, placed.at));
        for (const auto& placed : file_.inverter_controls.rows)
            feeder_.injection_controls.push_back(row_of(placed.row, placed.at));
        for (const auto& [t, at, path] : file_.profiles.rows)
            feeder_.profiles.push_back({t.id, t.every, t.values, t.q_values, t.linear, at});
        for (const auto& placed : file_.source.rows) source(placed.row, placed.at, placed.path);
        return std::move(feeder_);
    }

   private:
    void bus(const Placed<BusLine>& placed) {
        const BusLine& t = placed.row;
        BusRow row{t.id, t.nominal, t.bus_class, t.x, t.y, {Conductor::balanced}, placed.at};
        if (t.phases || file_.phases) row.conductors = t.phases ? t.phases->conductors : file_.phases->conductors;
        buses_.emplace(t.id, row);
        feeder_.buses.push_back(std::move(row));
    }

    void code(const Placed<LinecodeLine>& placed) {
        if (codes_.emplace(placed.row.id, &placed.row).second) return;
        issues_.error(placed.at, placed.path + ".id", "line code '" + placed.row.id + "' is there twice", "rename one of them");
    }

    /// Its conductors, or none where it is not known; then that is reported when the rows are put together.
    const std::vector<Conductor>* conductors_at(const std::string& bus) const {
        const auto found = buses_.find(bus);
        return found == buses_.end() ? nullptr : &found->second.conductors;
    }

    // Lines

    void line(const BranchLine& t, const Position& at, const std::string& path) {
        BranchRow row = branch(t, at);
        row.kind = t.kind;
        row.length = t.length;
        row.rated_power = t.power;
        const LinecodeLine* code = nullptr;
        if (!t.code.empty() && !(code = find_code(t.code, at, path))) return;
        if (!line_conductors(t, row, path)) return;
        const std::size_t n = row.conductors.size();
        if (code) {
            if (!by_code(*code, t.length->value(), row, path)) return;
        } else {
            row.series_ohm = joined(t.r, t.x);
            if (t.b || t.g) row.shunt_s = joined(t.g, t.b);
            if (row.series_ohm.empty()) row.series_ohm.assign(n * n, 0.0);
        }
        const std::size_t size = row.series_ohm.size();
        if (size == n * n) return feeder_.branches.push_back(std::move(row));
        if (!conductors_at(t.from) || !conductors_at(t.to)) return;  // another problem, that is reported elsewhere
        const std::string side = std::to_string(static_cast<std::size_t>(std::lround(std::sqrt(static_cast<double>(size)))));
        issues_.error(at, path, "its matrices are " + side + " x " + side + " and its phases are " + name_of(row.conductors),
                      "give one value per pair of phases, or say which phases it has");
    }

    template <class Line>
    static BranchRow branch(const Line& t, const Position& at) {
        BranchRow row;
        row.id = t.id.empty() ? t.from + "-" + t.to : t.id;
        row.from = t.from;
        row.to = t.to;
        row.rating = t.rating;
        row.tap = t.tap;
        row.shift = t.shift;
        row.closed = !t.open;
        row.at = at;
        return row;
    }

    const LinecodeLine* find_code(const std::string& name, const Position& at, const std::string& path) {
        const auto found = codes_.find(name);
        if (found != codes_.end()) return found->second;
        if (code_names_.count(name) == 0)
            issues_.error(at, path + ".code", "unknown line code '" + name + "'",
                          did_you_mean(name, {code_names_.begin(), code_names_.end()}));
        return nullptr;
    }

    bool by_code(const LinecodeLine& code, double km, BranchRow& row, const std::string& path) {
        if (!row.rating) row.rating = code.rating;
        if (!code.is_sequence()) {
            row.series_ohm = joined(code.r, code.x, km);
            row.shunt_s = joined(code.g, code.b, km);
            return true;
        }
        if (!knows_no_neutral(row.conductors, row.at, path + ".code")) return false;
        const std::complex<double> z1(code.r1->value(), code.x1->value());
        const std::complex<double> z0(code.r0->value(), code.x0->value());
        row.series_ohm = from_sequence(z1 * km, z0 * km, row.conductors);
        if (!code.b1) return true;
        const double b1 = code.b1->value();
        row.shunt_s = from_sequence({0.0, b1 * km}, {0.0, (code.b0 ? code.b0->value() : b1) * km}, row.conductors);
        return true;
    }

    bool knows_no_neutral(const std::vector<Conductor>& conductors, const Position& at, const std::string& path) {
        if (!has_conductor(conductors, Conductor::n)) return true;
        issues_.error(at, path, "sequence values say nothing about a neutral", "give matrices over " + name_of(conductors));
        return false;
    }

    /// As given, or what both buses have, in the order of the `from` bus.
    bool line_conductors(const BranchLine& t, BranchRow& row, const std::string& path) {
        const auto* from = conductors_at(t.from);
        const auto* to = conductors_at(t.to);
        if (t.to_phases) row.to_conductors = t.to_phases->conductors;
        if (t.phases) return row.conductors = t.phases->conductors, true;
        if (!from || !to) return true;
        row.conductors.clear();
        for (const Conductor c : *from)
            if (has_conductor(*to, c)) row.conductors.push_back(c);
        if (!row.conductors.empty()) return true;
        issues_.error(row.at, path, "its buses have no phase in common: " + name_of(*from) + " and " + name_of(*to),
                      "give its `phases`, and `to_phases` for their names at the other end");
        return false;
    }

    // Transformers

    void transformer(const TransformerLine& t, const Position& at) {
        BranchRow row = branch(t, at);
        row.kind = BranchKind::transformer;
        // An unknown bus is reported when the rows are put together; until then any voltage will do.
        const auto found = buses_.find(t.to);
        const double volts = found == buses_.end() ? 1.0 : found->second.nominal.value();
        const double base_ohm = t.power ? volts * volts / (t.power->value() * 1000.0) : 1.0;
        const auto ohms = [&](ShareOrOhms z) { return z.in_ohm ? z.value : z.value * base_ohm; };
        row.series_ohm = {{ohms(t.r), ohms(t.x)}};
        if (t.b || t.g) row.shunt_s = joined(t.g, t.b);
        row.length = t.length;
        row.rated_power = t.power;
        feeder_.branches.push_back(std::move(row));
    }

    void transformer(const WoundLine& t, const Position& at) {
        TransformerRow row;
        for (const auto& winding : t.windings.rows) row.windings.push_back(wound(winding));
        const bool has_ends = !row.windings.empty();
        row.id = !t.id.empty() || !has_ends ? t.id : row.windings.front().bus + "-" + row.windings.back().bus;
        row.rated = t.power;
        if (t.x)
            for (const Fraction x : t.x->values) row.reactance.push_back(x.value());
        else
            row.reactance.assign(row.windings.size() == 3 ? 3 : 1, 0.0);
        row.no_load_loss = t.no_load_loss.value();
        row.magnetising_current = t.magnetising.value();
        row.stray = t.stray.value();
        row.rating = t.rating;
        row.closed = !t.open;
        row.at = at;
        feeder_.transformers.push_back(std::move(row));
    }

    WindingRow wound(const Placed<WindingLine>& placed) {
        const WindingLine& t = placed.row;
        WindingRow row;
        row.bus = t.bus;
        row.coils = ends(t.bus, t.coils, t.connection, std::nullopt, placed.at, placed.path);
        const auto found = buses_.find(t.bus);
        if (t.rated)
            row.rated = *t.rated;
        else if (found != buses_.end() && !row.coils.empty())
            row.rated = nominal_across(found->second.nominal, row.coils.front());
        row.resistance = t.r.value();
        row.tap = t.tap;
        row.taps = {t.taps.min, t.taps.max, t.taps.steps};
        return row;
    }

    /// Pairs of ends: one by one, or by connection and phases, or a star of all phases.
    std::vector<Terminals> ends(const std::string& bus, const std::optional<std::vector<TerminalsText>>& listed,
                                std::optional<Connection> connection, const std::optional<PhasesText>& phases, const Position& at,
                                const std::string& path) {
        std::vector<Terminals> pairs;
        if (listed) {
            for (const TerminalsText& t : *listed) pairs.push_back(t.terminals);
            return pairs;
        }
        const auto* here = conductors_at(bus);
        if (!here) return {{Conductor::balanced, {}}};
        const auto& chosen = phases ? phases->conductors : *here;
        pairs = connection == Connection::delta ? delta(chosen) : star(chosen, *here);
        if (pairs.empty() && connection == Connection::delta)
            issues_.error(at, path, "phases " + name_of(chosen) + " make no delta", "a delta has two or three phases");
        else if (pairs.empty())
            issues_.error(at, path, name_of(chosen) + " is no phase", "name its phases, e.g. a");
        return pairs;
    }

    // Loads and shunts

    /// The id as written, or a free one made from the bus.
    static std::string name_for(const std::string& id, const std::string& bus, std::set<std::string>& taken) {
        std::string name = id.empty() ? bus : id;
        for (int copy = 2; id.empty() && taken.count(name) > 0; ++copy) name = bus + "#" + std::to_string(copy);
        taken.insert(name);
        return name;
    }

    static PowerLaw law(const std::optional<std::vector<double>>& zip, const std::optional<double>& exponent) {
        if (!zip) return exponent ? PowerLaw{0.0, 0.0, 0.0, 1.0, *exponent} : PowerLaw{};
        return {(*zip)[0], (*zip)[1], (*zip)[2], zip->size() == 4 ? (*zip)[3] : 0.0, exponent.value_or(0.0)};
    }

    void load(const LoadLine& t, const Position& at, const std::string& path) {
        LoadRow row;
        row.id = name_for(t.id, t.bus, loads_);
        row.bus = t.bus;
        row.p = t.p;
        row.q = t.q;
        row.terminals = ends(t.bus, t.terminals, t.connection, t.phases, at, path);
        row.rated = t.rated;
        row.response.active = row.response.reactive = law(t.zip, t.exponent);
        if (t.zip_q || t.exponent_q) row.response.reactive = law(t.zip_q, t.exponent_q);
        if (const auto& v = t.linear_outside)
            row.response.linear =
                LinearOutside{v->low.value(), v->min.value(), v->max.value(), v->at_rated_power, v->q_at_rated_voltage};
        row.response.cut_off = t.cut_off.value();
        row.response.holds_current_below = t.holds_current_below.value();
        row.profile = t.profile;
        row.at = at;
        feeder_.loads.push_back(std::move(row));
    }

    void shunt(const ShuntLine& t, const Position& at, const std::string& path) {
        ShuntRow row;
        row.id = name_for(t.id, t.bus, shunts_);
        row.bus = t.bus;
        row.p = t.p;
        row.q = t.q;
        row.terminals = ends(t.bus, t.terminals, t.connection, t.phases, at, path);
        row.rated = t.rated;
        row.steps = t.steps;
        row.steps_on = t.steps_on.value_or(t.steps);
        row.at = at;
        feeder_.shunts.push_back(std::move(row));
    }

    // Relays

    template <class Line>
    static RelaySetting setting(const Line& t) {
        return {t.set.value(), t.band.value(), t.r.value(), t.x.value(), t.delay};
    }

    void regulator(const RegulatorLine& t, const Position& at) {
        RegulatorRow row;
        row.id = t.id;
        row.transformer = t.transformer;
        row.winding = static_cast<std::size_t>(t.winding) - 1;
        row.coil = static_cast<std::size_t>(t.coil) - 1;
        if (t.tap_winding) row.tap_winding = static_cast<std::size_t>(*t.tap_winding) - 1;
        row.bus = t.bus;
        row.bus_pt_ratio = t.bus_pt;
        if (t.phase) row.bus_conductor = t.phase->conductors.front();
        row.pt_ratio = t.pt;
        row.ct_primary = t.ct;
        row.forward = setting(t);
        row.sees = t.sees;
        row.on_reverse = t.on_reverse;
        if (t.reverse) row.reverse = setting(*t.reverse);
        row.reverse_threshold = t.reverse_threshold;
        if (t.limit) row.limit_v = t.limit->value();
        row.tap_delay = t.tap_delay;
        row.max_steps = t.max_steps;
        row.inverse_time = t.inverse_time;
        row.at = at;
        feeder_.regulators.push_back(std::move(row));
    }

    void control(const CapacitorControlLine& t, const Position& at) {
        CapacitorControlRow row;
        row.id = t.id;
        row.capacitor = t.capacitor;
        row.signal = t.signal;
        row.element = t.element;
        row.at_to_end = t.end == BranchEnd::to;
        if (t.phase) row.conductor = t.phase->conductors.front();
        if (t.across) row.across = t.across->terminals;
        row.on = t.on;
        row.off = t.off;
        row.pt_ratio = t.pt;
        row.ct_ratio = t.ct;
        row.voltage_override = t.voltage_override;
        row.lowest_v = t.lowest.value();
        row.highest_v = t.highest.value();
        row.delay_on = t.delay_on;
        row.delay_off = t.delay_off;
        row.dead_time = t.dead_time;
        row.of_voltages = t.of_voltages;
        row.of_currents = t.of_currents;
        row.least_share = t.least_share;
        row.at = at;
        feeder_.capacitor_controls.push_back(std::move(row));
    }

    void source(const SourceLine& t, const Position& at, const std::string& path) {
        SourceRow row{t.bus,
                      t.voltage,
                      t.angle,
                      joined(t.r, t.x),
                      t.voltages.value_or(std::vector<PerUnit>{}),
                      t.angles.value_or(std::vector<Degrees>{}),
                      at,
                      t.earthed};
        const auto* here = conductors_at(t.bus);
        if (t.is_sequence() && here && knows_no_neutral(*here, at, path))
            row.series_ohm = from_sequence({t.r1->value(), t.x1->value()}, {t.r0->value(), t.x0->value()}, *here);
        feeder_.sources.push_back(std::move(row));
    }

    const FeederFile& file_;
    const std::set<std::string>& code_names_;
    Issues& issues_;
    FeederDescription feeder_;
    std::map<std::string, BusRow> buses_;
    std::map<std::string, const LinecodeLine*> codes_;
    std::set<std::string> loads_, shunts_;
};

}  // namespace

FeederDescription describe_feeder(const FeederFile& file, const std::set<std::string>& codes, Issues& issues) {
    return Translation(file, codes, issues).run();
}

}  // namespace evsweep::feeder_file
