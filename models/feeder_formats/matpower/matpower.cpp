/// MATPOWER case files (.m, version 2): the statements are worked out by a small reader, and no code is executed.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <string>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "feeder_formats/matpower/program.hpp"

namespace evsweep {
namespace {

using matpower::Case;
using matpower::Table;

// Columns of the case format (MATPOWER manual, appendix B).
namespace bus_column {
constexpr std::size_t id = 1, type = 2, pd = 3, qd = 4, gs = 5, bs = 6, va = 9, base_kv = 10;
}
namespace gen_column {
constexpr std::size_t bus = 1, pg = 2, qg = 3, qmax = 4, qmin = 5, vg = 6, status = 8;
}
namespace branch_column {
constexpr std::size_t from = 1, to = 2, r = 3, x = 4, b = 5, rate_a = 6, ratio = 9, shift = 10, status = 11;
}
constexpr double pq_bus = 1, pv_bus = 2, reference_bus = 3, isolated_bus = 4;
constexpr double kilo = 1000.0;
constexpr double most_kvar = 1e9;  ///< evsweep/bounds.hpp

/// Turns the tables of a case, per unit on baseMVA, into rows with units.
class CaseRows {
   public:
    CaseRows(const Case& c, Issues& issues, Position whole) : case_(c), issues_(issues) {
        feeder_.name = c.name;
        feeder_.note = "MATPOWER case " + c.name;
        feeder_.at = std::move(whole);
    }

    FeederDescription run() {
        const auto base = case_.scalars.find("baseMVA");
        if (base == case_.scalars.end() || !(base->second > 0.0) || !std::isfinite(base->second))
            issues_.error(feeder_.at, "baseMVA", "is missing or not positive", "set mpc.baseMVA to a number");
        else
            base_mva_ = base->second;
        if (const Table* bus = table("bus", bus_column::base_kv))
            for (std::size_t row = 0; row < bus->rows(); ++row) add_bus(*bus, row);
        if (const Table* gen = table("gen", gen_column::status))
            for (std::size_t row = 0; row < gen->rows(); ++row) add_generator(*gen, row);
        if (const Table* branch = table("branch", branch_column::status))
            for (std::size_t row = 0; row < branch->rows(); ++row) add_branch(*branch, row);
        for (const auto& [bus, held] : held_) hold(bus, held);
        for (const auto& [bus, at] : pv_at_)
            if (held_.count(bus) == 0)
                issues_.warning(at, "bus " + bus, "is of type 2 and has no generator in service: it is taken as type 1");
        join_references();
        for (const auto& [bus, at] : unfed_)
            issues_.error(at, "bus " + bus, "a reference bus without a generator in service",
                          "its voltage is that of its generator");
        tell_origin();
        return std::move(feeder_);
    }

   private:
    /// How the tables were taken, for people.
    void tell_origin() {
        const auto add = [](std::vector<std::string>& list, std::size_t n, const char* text) {
            if (n > 0) list.push_back(fmt::format("{}: {}", text, n));
        };
        FeederOrigin& origin = feeder_.origin;
        add(origin.assumed, injecting_, "generators that inject Pg and Qg as they stand in the table");
        add(origin.assumed, rated_, "branches that may carry rateA at nominal voltage, as a current");
        add(origin.left_out, generators_off_, "generators out of service");
        origin.left_out.emplace_back("Vmin and Vmax of buses, Pmin and Pmax, rateB and rateC, angle limits, costs");
    }

    const Table* table(const std::string& name, std::size_t columns) {
        const auto found = case_.tables.find(name);
        if (found == case_.tables.end()) {
            issues_.error(feeder_.at, name, "is missing", "a case has the tables bus, gen and branch");
            return nullptr;
        }
        if (found->second.rows() > 0 && found->second.columns < columns) {
            issues_.error(found->second.at.front(), name,
                          fmt::format("has {} columns, and {} are needed", found->second.columns, columns),
                          "see the case format");
            return nullptr;
        }
        return &found->second;
    }

    /// A bus number as a name; reports what is not a whole number.
    std::string bus_name(double number, const Position& at, const std::string& path) {
        if (number == std::floor(number) && std::abs(number) < 1e15) return fmt::format("{:.0f}", number);
        issues_.error(at, path, fmt::format("bus number {} is not a whole number", number));
        return "?";
    }

    void add_bus(const Table& t, std::size_t row) {
        using namespace bus_column;
        const Position& at = t.at[row];
        BusRow bus;
        bus.id = bus_name(t(row, id), at, "bus");
        bus.nominal = Volts(t(row, base_kv) * kilo);
        bus.at = at;
        const double kind = t(row, type);
        if (kind != pq_bus && kind != pv_bus && kind != reference_bus && kind != isolated_bus)
            issues_.error(at, "bus " + bus.id, fmt::format("type {} is not one of 1, 2, 3, 4", kind));
        if (kind == isolated_bus) {
            issues_.warning(at, "bus " + bus.id, "is isolated (type 4) and left out");
            isolated_.insert(bus.id);
            return;
        }
        type_.emplace(bus.id, kind);
        volts_.emplace(bus.id, bus.nominal.value());
        angle_.emplace(bus.id, t(row, va));
        if (kind == reference_bus) unfed_.emplace(bus.id, at);
        if (kind == pv_bus) pv_at_.emplace(bus.id, at);
        if (t(row, pd) != 0.0 || t(row, qd) != 0.0)
            feeder_.loads.push_back(constant_power("D" + bus.id, bus.id, t(row, pd), t(row, qd), at));
        if (t(row, gs) != 0.0 || t(row, bs) != 0.0)  // MW drawn and Mvar injected at 1 pu
            feeder_.shunts.push_back(shunt("S" + bus.id, bus.id, t(row, gs), t(row, bs), at));
        feeder_.buses.push_back(std::move(bus));
    }

    static ShuntRow shunt(std::string id, const std::string& bus, double mw_drawn, double mvar_injected, const Position& at) {
        ShuntRow row;
        row.id = std::move(id);
        row.bus = bus;
        row.p = Kilowatts(mw_drawn * kilo);
        row.q = Kilovars(-mvar_injected * kilo);
        row.at = at;
        return row;
    }

    static LoadRow constant_power(std::string id, const std::string& bus, double mw, double mvar, const Position& at) {
        LoadRow load;
        load.id = std::move(id);
        load.bus = bus;
        load.p = Kilowatts(mw * kilo);
        load.q = Kilovars(mvar * kilo);
        load.at = at;
        return load;
    }

    /// The reference bus's generator gives the source voltage, those at buses of type 2 hold theirs; others inject what they are
    /// set to. Where several are at one bus, the Vg of the last counts, as in MATPOWER's runpf.
    void add_generator(const Table& t, std::size_t row) {
        using namespace gen_column;
        if (!(t(row, status) > 0.0)) {
            ++generators_off_;
            return;
        }
        const Position& at = t.at[row];
        const std::string name = bus_name(t(row, gen_column::bus), at, "gen");
        const auto kind = type_.find(name);
        if (isolated_.count(name) > 0) return;
        if (kind != type_.end() && kind->second == pv_bus) {
            held_[name].push_back({row, &t});
        } else if (kind != type_.end() && kind->second == reference_bus) {
            if (unfed_.erase(name) > 0)
                feeder_.sources.push_back({name, PerUnit(t(row, vg)), Degrees(angle_.at(name)), {}, {}, {}, at});
            else
                replace_voltage(name, PerUnit(t(row, vg)), at);
        } else {
            const std::string id = unique("G" + name, generators_);
            ++injecting_;
            feeder_.loads.push_back(constant_power(id, name, -t(row, pg), -t(row, qg), at));
        }
    }

    struct HeldBy {
        std::size_t row = 0;
        const Table* gen = nullptr;
    };

    /// A further generator at a reference bus.
    void replace_voltage(const std::string& bus, PerUnit voltage, const Position& at) {
        const auto is_there = [&](const SourceRow& source) { return source.bus == bus; };
        SourceRow& source = *std::find_if(feeder_.sources.begin(), feeder_.sources.end(), is_there);
        if (source.voltage != voltage) tell_other_voltage(bus, source.voltage, voltage, at);
        source.voltage = voltage;
    }

    void tell_other_voltage(const std::string& bus, PerUnit before, PerUnit now, const Position& at) {
        issues_.warning(at, "bus " + bus,
                        fmt::format("has generators with Vg {} and {}; it is held at {}, the last of them", before.value(),
                                    now.value(), now.value()),
                        "agree Vg");
    }

    /// The generators of a bus of type 2 are one: their powers and limits add up.
    void hold(const std::string& bus, const std::vector<HeldBy>& generators) {
        using namespace gen_column;
        HoldVoltage law;
        double pg_sum = 0.0, qg_sum = 0.0, low = 0.0, high = 0.0;
        for (const auto& [row, t] : generators) {
            const PerUnit set((*t)(row, vg));
            if (row != generators.front().row && set != law.set) tell_other_voltage(bus, law.set, set, t->at[row]);
            law.set = set;
            pg_sum += (*t)(row, pg), qg_sum += (*t)(row, qg), low += (*t)(row, qmin), high += (*t)(row, qmax);
        }
        const Position& at = generators.front().gen->at[generators.front().row];
        const std::string id = unique("G" + bus, generators_);
        feeder_.loads.push_back(constant_power(id, bus, -pg_sum, -qg_sum, at));
        law.q_min = limit(low);
        law.q_max = limit(high);
        if (law.q_min == law.q_max)
            issues_.warning(at, "bus " + bus, "is to be held (type 2) by generators that can only give one reactive power",
                            "widen Qmin and Qmax, or make it type 1");
        InjectionControlRow control;
        control.id = id;
        control.load = id;
        control.law = law;
        control.at = at;
        feeder_.injection_controls.push_back(std::move(control));
    }

    /// Mvar as kvar; no limit is the largest that there may be.
    static Kilovars limit(double mvar) {
        return Kilovars(std::isnan(mvar) ? mvar : std::clamp(mvar * kilo, -most_kvar, most_kvar));
    }

    /// Reference buses that are held at one voltage are one bus electrically: the first is the source, and a switch without
    /// impedance leads to each other one. Others are refused.
    void join_references() {
        auto& sources = feeder_.sources;
        for (std::size_t i = 1; i < sources.size(); ++i) {
            const SourceRow& first = sources.front();
            const SourceRow& other = sources[i];
            if (other.voltage != first.voltage || other.angle != first.angle || volts_[other.bus] != volts_[first.bus]) {
                issues_.error(other.at, "bus " + other.bus,
                              "is a reference at another voltage, angle or baseKV than bus " + first.bus,
                              "a feeder has one source: make the bus type 1, or agree Vg, Va and baseKV");
                continue;
            }
            BranchRow tie;
            tie.id = unique(first.bus + "-" + other.bus, branches_);
            tie.from = first.bus;
            tie.to = other.bus;
            tie.kind = BranchKind::switch_;
            tie.series_ohm = {0.0};
            tie.at = other.at;
            feeder_.branches.push_back(std::move(tie));
        }
        if (sources.size() > 1) sources.erase(sources.begin() + 1, sources.end());
    }

    static std::string unique(const std::string& name, std::set<std::string>& taken) {
        std::string id = name;
        for (int copy = 2; !taken.insert(id).second; ++copy) id = name + "#" + std::to_string(copy);
        return id;
    }

    void add_branch(const Table& t, std::size_t row) {
        using namespace branch_column;
        BranchRow branch;
        branch.at = t.at[row];
        branch.from = bus_name(t(row, from), branch.at, "branch");
        branch.to = bus_name(t(row, to), branch.at, "branch");
        branch.id = unique(branch.from + "-" + branch.to, branches_);
        // A bus that is unknown or has no voltage is reported when the rows are put together; until then any voltage will do.
        const auto found = volts_.find(branch.to);
        const double volts = found == volts_.end() || !(found->second > 0.0) ? 1.0 : found->second;
        const double base_ohm = volts * volts / (base_mva_ * 1e6);
        branch.series_ohm = {{t(row, r) * base_ohm, t(row, x) * base_ohm}};
        branch.shunt_s = {{0.0, t(row, b) / base_ohm}};
        if (t(row, rate_a) != 0.0) {
            ++rated_;
            branch.rating = Amperes(t(row, rate_a) * 1e6 / (std::sqrt(3.0) * volts));
        }
        if (t(row, ratio) != 0.0 || t(row, shift) != 0.0) branch.kind = BranchKind::transformer;
        if (t(row, ratio) != 0.0) branch.tap = t(row, ratio);
        branch.shift = Degrees(t(row, shift));
        branch.closed = t(row, status) > 0.0;
        feeder_.branches.push_back(std::move(branch));
    }

    const Case& case_;
    Issues& issues_;
    FeederDescription feeder_;
    double base_mva_ = 1.0;
    std::map<std::string, double> type_, volts_, angle_;
    std::map<std::string, Position> pv_at_;
    std::map<std::string, Position> unfed_;            // reference buses that no generator feeds yet
    std::map<std::string, std::vector<HeldBy>> held_;  // in-service generators by buses of type 2
    std::set<std::string> isolated_, generators_, branches_;
    std::size_t injecting_ = 0, rated_ = 0, generators_off_ = 0;
};

class Matpower final : public FeederFormat {
   public:
    struct Params {};
    static constexpr std::string_view name = "matpower";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema(
            "MATPOWER case file (.m, version 2), with the unit conversions of distribution cases.");
        return schema;
    }
    Matpower(const Params&, const Context&) {}

    bool recognises(const SourceText& source) const override {
        return source.path.extension() == ".m" && source.text.find("baseMVA") != std::string::npos;
    }

    std::optional<FeederDescription> read(const SourceText& source, Issues& issues) const override {
        Issues found;
        const Case c = matpower::read_case(source.text, source.path, found);
        std::optional<FeederDescription> feeder;
        // Tables with problems of their own would only cause more.
        if (!found.has_errors())
            feeder = CaseRows(c, found, {std::make_shared<const std::string>(source.path.string()), 0, 0}).run();
        for (const Issue& issue : found.list()) issues.add(issue);
        return found.has_errors() ? std::nullopt : std::move(feeder);
    }
};

const bool registered = add_plugin<FeederFormat, Matpower>();

}  // namespace
}  // namespace evsweep
