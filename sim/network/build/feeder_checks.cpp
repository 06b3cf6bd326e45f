#include "sim/network/build/feeder_checks.hpp"

#include <fmt/format.h>

#include <Eigen/Eigenvalues>
#include <algorithm>
#include <cmath>
#include <complex>
#include <set>

#include "sim/network/build/feeder_bounds.hpp"

namespace evsweep {
namespace {

/// Nominal voltages closer than this count as equal: files write 12.66 and 12660.
constexpr double same_base = 1e-6;

/// "a, b and c"-like text of conductors.
std::string text_of(const std::vector<Conductor>& conductors) {
    std::string text;
    for (const Conductor c : conductors) text += std::string(text.empty() ? "" : ", ") + std::string(name_of(c));
    return text;
}

bool has(const BusRow& bus, Conductor conductor) {
    return std::find(bus.conductors.begin(), bus.conductors.end(), conductor) != bus.conductors.end();
}

class RowChecks {
   public:
    RowChecks(const FeederDescription& description, Issues& issues) : description_(description), issues_(issues) {}

    CheckedRows run() {
        check_bounds(description_, issues_);
        buses();
        for (const BranchRow& row : description_.branches) branch(row);
        for (const TransformerRow& row : description_.transformers) transformer(row);
        for (const LoadRow& row : description_.loads) load(row);
        for (const ShuntRow& row : description_.shunts) shunt(row);
        sources();
        return std::move(checked_);
    }

   private:
    void buses() {
        if (description_.buses.empty()) issues_.error(description_.at, "buses", "the feeder has no bus", "list its buses");
        for (std::size_t i = 0; i < description_.buses.size(); ++i) {
            const BusRow& row = description_.buses[i];
            const std::string path = "bus " + row.id;
            if (row.id.empty()) issues_.error(row.at, "buses", "a bus has no id", "name it");
            if (!checked_.bus.emplace(row.id, i).second)
                issues_.error(row.at, path, fmt::format("duplicate id; first used {}", first_place(row.id)),
                              "rename one of them");
            const double nominal = row.nominal.value();
            if (nominal <= 0.0)
                issues_.error(row.at, path, fmt::format("nominal voltage {} V is not positive", nominal),
                              "give the line-to-line voltage");
            bus_conductors(row, path);
            names_.push_back(row.id);
        }
    }

    void bus_conductors(const BusRow& row, const std::string& path) {
        if (has(row, Conductor::earth))
            return issues_.error(row.at, path, "has the earth among its conductors", "list its phases, e.g. abcn");
        if (row.conductors.empty()) return issues_.error(row.at, path, "has no conductor", "list its phases, e.g. abc");
        std::set<Conductor> seen;
        for (const Conductor c : row.conductors)
            if (!seen.insert(c).second)
                issues_.error(row.at, path, fmt::format("has conductor {} twice", name_of(c)), "list it once");
        const bool split = has(row, Conductor::s1) || has(row, Conductor::s2);
        if (split && (has(row, Conductor::a) || has(row, Conductor::b) || has(row, Conductor::c)))
            issues_.error(row.at, path, "has phases and legs of a split-phase secondary", "make them two buses");
        const bool balanced = has(row, Conductor::balanced);
        if (balanced && row.conductors.size() > 1)
            issues_.error(row.at, path, "has other conductors beside the balanced one", "list its phases, e.g. abc");
        const bool first_balanced = has(description_.buses.front(), Conductor::balanced);
        if (balanced != first_balanced)
            issues_.error(row.at, path,
                          fmt::format("is {} and bus {} is {}", balanced ? "balanced" : "given by phases",
                                      description_.buses.front().id, first_balanced ? "balanced" : "given by phases"),
                          "give the phases of all buses or of none");
    }

    std::string first_place(const std::string& bus) const {
        const Position& at = description_.buses[checked_.bus.at(bus)].at;
        return at.line > 0 ? fmt::format("in line {}", at.line) : "above";
    }

    bool known_bus(const std::string& bus, const Position& at, const std::string& path) {
        if (checked_.bus.count(bus) > 0) return true;
        issues_.error(at, path, "unknown bus '" + bus + "'", did_you_mean(bus, names_));
        return false;
    }

    void unique(std::set<std::string>& seen, const std::string& id, const Position& at, const std::string& path) {
        if (id.empty())
            issues_.error(at, path, "the id is empty", "name it");
        else if (!seen.insert(id).second)
            issues_.error(at, path, "duplicate id", "rename one of them");
    }

    const BusRow& bus_row(const std::string& id) const { return description_.buses[checked_.bus.at(id)]; }

    /// Whether a known bus has all these conductors.
    bool known_conductors(const std::string& bus, const std::vector<Conductor>& conductors, const Position& at,
                          const std::string& path) {
        for (const Conductor c : conductors) {
            if (has(bus_row(bus), c)) continue;
            issues_.error(at, path, fmt::format("bus {} has no conductor {}", bus, name_of(c)),
                          "it has " + text_of(bus_row(bus).conductors));
            return false;
        }
        return true;
    }

    bool known_terminals(const std::string& bus, const std::vector<Terminals>& terminals, const Position& at,
                         const std::string& path) {
        if (terminals.empty()) return issues_.error(at, path, "is not connected", "name its phases"), false;
        bool good = true;
        for (const Terminals& t : terminals) {
            std::vector<Conductor> ends;
            if (t.plus) ends.push_back(*t.plus);
            if (t.minus) ends.push_back(*t.minus);
            if (ends.empty() || t.plus == t.minus)
                issues_.error(at, path, "is connected to the same place at both ends",
                              "name two conductors, or one and the earth"),
                    good = false;
            else
                good = known_conductors(bus, ends, at, path) && good;
        }
        return good;
    }

    void branch(const BranchRow& row) {
        const std::string path = "branch " + row.id;
        unique(branch_ids_, row.id, row.at, path);
        const bool from = known_bus(row.from, row.at, path);
        const bool to = known_bus(row.to, row.at, path);
        checked_.all_ends_known = checked_.all_ends_known && from && to;
        branch_values(row, path);
        const bool wired = from && to && branch_conductors(row, path);
        if (!wired || !row.closed) return;
        if (row.from == row.to) {
            issues_.error(row.at, path, fmt::format("closed branches form a loop: {0} - {0}", row.from),
                          "a branch joins two different buses");
            return;
        }
        branch_bases(row, path);
        checked_.closed.push_back({&row, nullptr, checked_.bus.at(row.from), checked_.bus.at(row.to)});
    }

    bool branch_conductors(const BranchRow& row, const std::string& path) {
        const auto& to = row.to_conductors.empty() ? row.conductors : row.to_conductors;
        if (to.size() != row.conductors.size()) {
            issues_.error(row.at, path,
                          fmt::format("has {} conductors at one end and {} at the other", row.conductors.size(), to.size()),
                          "a line has the same number at both ends");
            return false;
        }
        const auto wires = [](std::vector<Conductor> ends) {
            std::erase(ends, Conductor::earth);
            return ends;
        };
        const bool at_from = known_conductors(row.from, wires(row.conductors), row.at, path);
        return known_conductors(row.to, wires(to), row.at, path) && at_from && ends_at_buses(row, to, path);
    }

    /// Some conductor of it leads from the one bus to the other.
    bool ends_at_buses(const BranchRow& row, const std::vector<Conductor>& to, const std::string& path) {
        for (std::size_t i = 0; i < to.size(); ++i)
            if (row.conductors[i] != Conductor::earth && to[i] != Conductor::earth) return true;
        issues_.error(row.at, path, fmt::format("none of its conductors leads from bus {} to bus {}", row.from, row.to),
                      "all are earthed at one end; make it a shunt at the bus of the other end");
        return false;
    }

    void branch_bases(const BranchRow& row, const std::string& path) {
        const double from = bus_row(row.from).nominal.value();
        const double to = bus_row(row.to).nominal.value();
        if (row.kind == BranchKind::transformer || std::abs(from - to) <= same_base * std::max(from, to)) return;
        issues_.error(row.at, path,
                      fmt::format("joins bus {} of {} V to bus {} of {} V without a transformer", row.from, from, row.to, to),
                      "make it a transformer or correct a nominal voltage");
    }

    void branch_values(const BranchRow& row, const std::string& path) {
        const std::size_t n = row.conductors.size();
        if (row.kind == BranchKind::transformer && (n != 1 || row.conductors.front() != Conductor::balanced)) {
            issues_.error(row.at, path, "is a transformer by phases without windings", "give its windings");
            return;
        }
        if (n == 0 || row.series_ohm.size() != n * n || (!row.shunt_s.empty() && row.shunt_s.size() != n * n)) {
            issues_.error(row.at, path, fmt::format("its impedance is not a matrix of {0} x {0}", n),
                          "give one value per pair of phases");
            return;
        }
        branch_impedance(row, path);
        branch_limits(row, path);
    }

    void branch_impedance(const BranchRow& row, const std::string& path) {
        const std::size_t n = row.conductors.size();
        for (std::size_t i = 0; i < n; ++i) {
            const std::complex<double> z = row.series_ohm[i * (n + 1)];
            if (z.real() < 0.0)
                issues_.error(row.at, path, fmt::format("its resistance {} ohm is negative", z.real()), "check the sign");
            if (z.imag() < 0.0)
                issues_.warning(row.at, path, fmt::format("its reactance {} ohm is negative", z.imag()),
                                "right for a series capacitor only");
            if (row.closed && z == 0.0 && row.kind != BranchKind::switch_)
                issues_.error(row.at, path, fmt::format("a closed {} has zero impedance", kind_name(row.kind)),
                              fmt::format("make it a switch, merge buses {} and {}, or give its impedance", row.from, row.to));
            for (std::size_t j = 0; j < i; ++j) symmetric(row, i, j, path);
        }
        if (n > 1 && !issues_.has_errors()) passive(row, path);
    }

    /// No currents may draw energy from a line: the real part of its matrix has no negative eigenvalue.
    void passive(const BranchRow& row, const std::string& path) {
        const auto n = static_cast<Eigen::Index>(row.conductors.size());
        Eigen::MatrixXd r(n, n);
        for (Eigen::Index i = 0; i < n * n; ++i) r(i / n, i % n) = row.series_ohm[static_cast<std::size_t>(i)].real();
        const double lowest = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(r, Eigen::EigenvaluesOnly).eigenvalues().minCoeff();
        if (lowest < -1e-3 * r.cwiseAbs().maxCoeff())
            issues_.warning(row.at, path, fmt::format("its resistance is negative for some currents ({:.4g} ohm)", lowest),
                            "check the signs of its positive- and zero-sequence values");
    }

    /// A matrix of passive conductors is symmetric.
    void symmetric(const BranchRow& row, std::size_t i, std::size_t j, const std::string& path) {
        const std::size_t n = row.conductors.size();
        const auto differ = [&](const std::vector<std::complex<double>>& m) {
            return !m.empty() && std::abs(m[i * n + j] - m[j * n + i]) > 1e-6 * std::abs(m[i * n + i]);
        };
        if (differ(row.series_ohm) || differ(row.shunt_s))
            issues_.error(
                row.at, path,
                fmt::format("its matrix is not symmetric in {} and {}", name_of(row.conductors[i]), name_of(row.conductors[j])),
                "mutual impedances are the same both ways");
    }

    static const char* kind_name(BranchKind kind) {
        if (kind == BranchKind::transformer) return "transformer";
        return kind == BranchKind::switch_ ? "switch" : "line";
    }

    void transformer(const TransformerRow& row) {
        const std::string path = "transformer " + row.id;
        unique(branch_ids_, row.id, row.at, path);
        if (row.windings.size() < 2 || row.windings.size() > 3)
            return issues_.error(row.at, path, fmt::format("has {} windings", row.windings.size()), "2 or 3 are known");
        transformer_values(row, path);
        std::set<std::string> ends;
        bool wired = true;
        for (const WindingRow& w : row.windings) {
            const bool known = known_bus(w.bus, row.at, path);
            wired = known && known_terminals(w.bus, w.coils, row.at, path) && wired;
            ends.insert(w.bus);
            if (!known) checked_.all_ends_known = false;
            if (w.coils.size() == row.windings.front().coils.size()) continue;
            issues_.error(row.at, path, "its windings have different numbers of coils", "one coil per phase in every winding");
            wired = false;
        }
        if (wired && ends.size() < 2) {
            issues_.error(row.at, path, "has all its windings at one bus", "its windings stand at two or three buses");
            wired = false;
        }
        if (wired && ends.size() == 3 && row.windings.front().coils.size() > 3) {
            issues_.error(row.at, path, fmt::format("has {} coils per winding at three buses", row.windings.front().coils.size()),
                          "three are known, one per phase");
            wired = false;
        }
        if (!wired || !row.closed) return;
        const std::string& from = row.windings.front().bus;
        const std::string& to = *std::find_if(ends.begin(), ends.end(), [&](const std::string& bus) { return bus != from; });
        checked_.closed.push_back({nullptr, &row, checked_.bus.at(from), checked_.bus.at(to)});
    }

    void transformer_values(const TransformerRow& row, const std::string& path) {
        const auto need = [&](bool holds, const std::string& problem, const std::string& hint) {
            if (!holds) issues_.error(row.at, path, problem, hint);
        };
        need(!(row.rated.value() <= 0.0), fmt::format("rated power {} kVA is not positive", row.rated.value()),
             "give its rated power");
        const std::size_t pairs = row.windings.size() == 2 ? 1 : 3;
        need(row.reactance.size() == pairs, fmt::format("has {} reactances", row.reactance.size()),
             fmt::format("{} are needed, one per pair of windings", pairs));
        for (const double y : {row.no_load_loss, row.magnetising_current, row.stray})
            need(!(y < 0.0), "its no-load loss, magnetising current or stray admittance is negative", "give a share of 1");
        need(!row.rating || !(row.rating->value() <= 0.0), "its rating is not positive", "leave it out where there is no limit");
        for (const WindingRow& w : row.windings) {
            need(!(w.rated.value() <= 0.0), fmt::format("rated voltage {} V is not positive", w.rated.value()),
                 "give the voltage across one coil");
            need(!(w.resistance < 0.0), "its resistance is negative", "check the sign");
            need(!(w.tap <= 0.0), fmt::format("tap {} is not positive", w.tap), "1 is the nominal tap");
            need(w.taps.min > 0.0 && w.taps.max >= w.taps.min && w.taps.steps >= 0, "its taps have no range",
                 "e.g. 0.9 to 1.1 in 32 steps");
        }
    }

    void branch_limits(const BranchRow& row, const std::string& path) {
        if (row.tap <= 0.0)
            issues_.error(row.at, path, fmt::format("tap ratio {} is not positive", row.tap), "1 is the nominal ratio");
        if (row.rating && row.rating->value() <= 0.0)
            issues_.error(row.at, path, fmt::format("rating {} A is not positive", row.rating->value()),
                          "leave it out where there is no limit");
        if (row.rated_power && row.rated_power->value() <= 0.0)
            issues_.error(row.at, path, fmt::format("rated power {} kVA is not positive", row.rated_power->value()),
                          "leave it out where there is no limit");
    }

    void load(const LoadRow& row) {
        const std::string path = "load " + row.id;
        unique(load_ids_, row.id, row.at, path);
        if (known_bus(row.bus, row.at, path)) known_terminals(row.bus, row.terminals, row.at, path);
        for (const PowerLaw* law : {&row.response.active, &row.response.reactive}) {
            const double sum = law->z + law->i + law->p + law->e;
            if (!(std::abs(sum - 1.0) > 1e-6)) continue;
            issues_.error(row.at, path, fmt::format("the shares of constant impedance, current and power sum to {}", sum),
                          "they must sum to 1");
            break;
        }
        if (row.response.linear) load_limits(*row.response.linear, row.at, path);
        if (row.rated.value() < 0.0)
            issues_.error(row.at, path, fmt::format("rated voltage {} V is negative", row.rated.value()),
                          "leave it out for the bus's own");
    }

    void load_limits(const LinearOutside& limits, const Position& at, const std::string& path) {
        if (!(limits.low >= 0.0 && limits.min >= 0.0 && limits.max >= 0.0))
            return issues_.error(at, path, "a limit of the voltages between which its law holds is negative",
                                 "low, min and max are 0 or more, in pu");
        const double from = std::max(limits.low, limits.min);
        if (!(limits.max > from))
            issues_.warning(
                at, path,
                fmt::format("its law holds at no voltage, for it holds from {} to {} pu; it is an impedance", from, limits.max),
                "give a max above min and low if that is not meant");
    }

    void shunt(const ShuntRow& row) {
        const std::string path = "shunt " + row.id;
        unique(shunt_ids_, row.id, row.at, path);
        if (known_bus(row.bus, row.at, path)) known_terminals(row.bus, row.terminals, row.at, path);
        if (row.steps < 1 || row.steps_on < 0 || row.steps_on > row.steps)
            issues_.error(row.at, path, fmt::format("has {} of {} steps on", row.steps_on, row.steps), "give 1 step or more");
    }

    void sources() {
        const auto& sources = description_.sources;
        if (sources.empty())
            issues_.error(description_.at, "source", "the feeder has no source", "name the bus that is held at a fixed voltage");
        for (const SourceRow& row : sources) {
            const bool known = known_bus(row.bus, row.at, "source");
            source_voltage(row, row.voltage);
            for (const PerUnit voltage : row.voltages) source_voltage(row, voltage);
            if (known) source_conductors(row);
            source_impedance(row, known);
            if (known && sources.size() == 1) checked_.source = &row;
        }
        if (sources.size() < 2) return;
        std::string buses;
        for (const SourceRow& row : sources) buses += (buses.empty() ? "" : ", ") + row.bus;
        issues_.error(sources[1].at, "source", fmt::format("the feeder has {} sources, at buses {}", sources.size(), buses),
                      "keep one; a radial feeder is fed from one bus");
    }

    void source_voltage(const SourceRow& row, PerUnit voltage) {
        if (voltage.value() <= 0.0)
            issues_.error(row.at, "source", fmt::format("voltage {} pu is not positive", voltage.value()), "1 pu is nominal");
        if (voltage.value() > 10.0)
            issues_.error(row.at, "source", fmt::format("voltage {} pu is far from nominal", voltage.value()),
                          "1 pu is nominal; is it in percent or volts?");
    }

    void source_conductors(const SourceRow& row) {
        if (row.voltages.empty() && row.angles.empty()) return;
        const std::size_t n = bus_row(row.bus).conductors.size();
        if (row.voltages.size() != n || row.angles.size() != n)
            issues_.error(row.at, "source",
                          fmt::format("has {} voltages and {} angles, and bus {} has {} conductors", row.voltages.size(),
                                      row.angles.size(), row.bus, n),
                          "give one of each per conductor, or one of each for all");
        else if (row.voltages.front() != row.voltage || has(bus_row(row.bus), Conductor::balanced))
            issues_.error(row.at, "source", "its voltages by conductor do not agree with its voltage",
                          "the first of them is `voltage`; a balanced feeder has one only");
    }

    void source_impedance(const SourceRow& row, bool known) {
        if (row.series_ohm.empty() || !known) return;
        const std::size_t n = bus_row(row.bus).conductors.size();
        if (row.series_ohm.size() != n * n)
            issues_.error(row.at, "source", fmt::format("its impedance is not a matrix of {0} x {0}", n),
                          "give one value per pair of conductors of its bus");
        else
            for (std::size_t i = 0; i < n; ++i)
                if (row.series_ohm[i * (n + 1)].real() < 0.0)
                    return issues_.warning(row.at, "source", "its resistance is negative",
                                           "check its short-circuit powers of one and of three phases");
    }

    const FeederDescription& description_;
    Issues& issues_;
    CheckedRows checked_;
    std::vector<std::string> names_;
    std::set<std::string> branch_ids_, load_ids_, shunt_ids_;
};

}  // namespace

CheckedRows check_rows(const FeederDescription& description, Issues& issues) { return RowChecks(description, issues).run(); }

void check_feeder_rows(const FeederDescription& description, Issues& issues) {
    (void)check_rows(description, issues);
    check_controls(description, issues);
}

}  // namespace evsweep
