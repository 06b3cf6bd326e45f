#include "sim/network/feeder_checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <complex>
#include <set>

namespace evsweep {
namespace {

/// Nominal voltages closer than this count as equal: files write 12.66 and 12660.
constexpr double same_base = 1e-6;

bool is_finite(std::complex<double> z) { return std::isfinite(z.real()) && std::isfinite(z.imag()); }

class RowChecks {
   public:
    RowChecks(const FeederDescription& description, Issues& issues) : description_(description), issues_(issues) {}

    CheckedRows run() {
        buses();
        for (const BranchRow& row : description_.branches) branch(row);
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
            if (!std::isfinite(nominal) || nominal <= 0.0)
                issues_.error(row.at, path, fmt::format("nominal voltage {} V is not positive", nominal),
                              "give the line-to-line voltage");
            names_.push_back(row.id);
        }
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

    void branch(const BranchRow& row) {
        const std::string path = "branch " + row.id;
        unique(branch_ids_, row.id, row.at, path);
        const bool from = known_bus(row.from, row.at, path);
        const bool to = known_bus(row.to, row.at, path);
        checked_.all_ends_known = checked_.all_ends_known && from && to;
        branch_values(row, path);
        if (!from || !to || !row.closed) return;
        if (row.from == row.to) {
            issues_.error(row.at, path, fmt::format("closed branches form a loop: {0} - {0}", row.from),
                          "a branch joins two different buses");
            return;
        }
        branch_bases(row, path);
        checked_.closed.push_back(&row);
    }

    void branch_bases(const BranchRow& row, const std::string& path) {
        const double from = description_.buses[checked_.bus.at(row.from)].nominal.value();
        const double to = description_.buses[checked_.bus.at(row.to)].nominal.value();
        if (row.kind == BranchKind::transformer || std::abs(from - to) <= same_base * std::max(from, to)) return;
        issues_.error(row.at, path,
                      fmt::format("joins bus {} of {} V to bus {} of {} V without a transformer", row.from, from, row.to, to),
                      "make it a transformer or correct a nominal voltage");
    }

    void branch_values(const BranchRow& row, const std::string& path) {
        const auto entries = static_cast<std::size_t>(row.phases) * static_cast<std::size_t>(row.phases);
        if (row.series_ohm.size() != entries || (!row.shunt_s.empty() && row.shunt_s.size() != entries)) {
            issues_.error(row.at, path, fmt::format("its impedance is not a matrix of {0} x {0}", row.phases),
                          "give one value per pair of phases");
            return;
        }
        if (!std::all_of(row.series_ohm.begin(), row.series_ohm.end(), is_finite) ||
            !std::all_of(row.shunt_s.begin(), row.shunt_s.end(), is_finite))
            issues_.error(row.at, path, "its impedance or shunt admittance is not finite", "give a number");
        else
            branch_impedance(row, path);
        branch_limits(row, path);
    }

    void branch_impedance(const BranchRow& row, const std::string& path) {
        for (int phase = 0; phase < row.phases; ++phase) {
            const std::complex<double> z = row.series_ohm[static_cast<std::size_t>(phase * (row.phases + 1))];
            if (z.real() < 0.0)
                issues_.error(row.at, path, fmt::format("its resistance {} ohm is negative", z.real()), "check the sign");
            if (z.imag() < 0.0)
                issues_.warning(row.at, path, fmt::format("its reactance {} ohm is negative", z.imag()),
                                "right for a series capacitor only");
            if (row.closed && z == 0.0)
                issues_.error(row.at, path, fmt::format("a closed {} has zero impedance", kind_name(row.kind)),
                              fmt::format("merge buses {} and {}, or give its impedance", row.from, row.to));
        }
    }

    static const char* kind_name(BranchKind kind) {
        if (kind == BranchKind::transformer) return "transformer";
        return kind == BranchKind::switch_ ? "switch" : "line";
    }

    void branch_limits(const BranchRow& row, const std::string& path) {
        if (!std::isfinite(row.tap) || row.tap <= 0.0)
            issues_.error(row.at, path, fmt::format("tap ratio {} is not positive", row.tap), "1 is the nominal ratio");
        if (!std::isfinite(row.shift.value()))
            issues_.error(row.at, path, "its phase shift is not finite", "give the angle in degrees");
        if (row.rating && !(row.rating->value() > 0.0))
            issues_.error(row.at, path, fmt::format("rating {} A is not positive", row.rating->value()),
                          "leave it out where there is no limit");
        if (row.rated_power && !(row.rated_power->value() > 0.0))
            issues_.error(row.at, path, fmt::format("rated power {} kVA is not positive", row.rated_power->value()),
                          "leave it out where there is no limit");
    }

    void load(const LoadRow& row) {
        const std::string path = "load " + row.id;
        unique(load_ids_, row.id, row.at, path);
        known_bus(row.bus, row.at, path);
        if (!std::isfinite(row.p.value()) || !std::isfinite(row.q.value()))
            issues_.error(row.at, path, "its power is not finite", "give a number");
        const double sum = row.share_z + row.share_i + row.share_p;
        if (!(std::abs(sum - 1.0) <= 1e-6))
            issues_.error(row.at, path, fmt::format("the shares of constant impedance, current and power sum to {}", sum),
                          "they must sum to 1");
    }

    void shunt(const ShuntRow& row) {
        const std::string path = "shunt " + row.id;
        unique(shunt_ids_, row.id, row.at, path);
        known_bus(row.bus, row.at, path);
        if (!std::isfinite(row.p.value()) || !std::isfinite(row.q.value()))
            issues_.error(row.at, path, "its power is not finite", "give a number");
    }

    void sources() {
        const auto& sources = description_.sources;
        if (sources.empty())
            issues_.error(description_.at, "source", "the feeder has no source", "name the bus that is held at a fixed voltage");
        for (const SourceRow& row : sources) {
            const bool known = known_bus(row.bus, row.at, "source");
            if (!std::isfinite(row.voltage.value()) || row.voltage.value() <= 0.0)
                issues_.error(row.at, "source", fmt::format("voltage {} pu is not positive", row.voltage.value()),
                              "1 pu is nominal");
            if (!std::isfinite(row.angle.value()))
                issues_.error(row.at, "source", "its angle is not finite", "give the angle in degrees");
            if (known && sources.size() == 1) checked_.source = &row;
        }
        if (sources.size() < 2) return;
        std::string buses;
        for (const SourceRow& row : sources) buses += (buses.empty() ? "" : ", ") + row.bus;
        issues_.error(sources[1].at, "source", fmt::format("the feeder has {} sources, at buses {}", sources.size(), buses),
                      "keep one; a radial feeder is fed from one bus");
    }

    const FeederDescription& description_;
    Issues& issues_;
    CheckedRows checked_;
    std::vector<std::string> names_;
    std::set<std::string> branch_ids_, load_ids_, shunt_ids_;
};

}  // namespace

CheckedRows check_rows(const FeederDescription& description, Issues& issues) { return RowChecks(description, issues).run(); }

}  // namespace evsweep
