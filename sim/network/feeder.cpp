#include "sim/network/feeder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "sim/network/feeder_checks.hpp"
#include "sim/network/sweep_order.hpp"

namespace evsweep {
namespace {

using Complex = std::complex<double>;

/// Names joined by a separator; long lists are cut, for a meshed feeder would fill pages.
std::string joined(const std::vector<std::string>& names, const char* separator) {
    constexpr std::size_t most = 30;
    const std::size_t shown = std::min(names.size(), most);
    std::string text = fmt::format("{}", fmt::join(names.begin(), names.begin() + static_cast<std::ptrdiff_t>(shown), separator));
    return shown == names.size() ? text : fmt::format("{}{}... ({} in all)", text, separator, names.size());
}

double series_base_ohm(Volts nominal, std::size_t phases) {
    // 1 kVA per conductor: line-to-line voltage for the three-phase total of the equivalent, line-to-earth otherwise.
    const double v2 = nominal.value() * nominal.value();
    return v2 / 1000.0 / (phases == 3 ? 3.0 : 1.0);
}

}  // namespace

/// Turns checked rows into a feeder, step by step.
class FeederBuilder {
   public:
    FeederBuilder(const FeederDescription& description, const BuildOptions& options, Issues& issues)
        : description_(description), options_(options), issues_(issues), rows_(check_rows(description, issues)) {}

    std::optional<Feeder> run() {
        check_phases();
        if (options_.source_voltage && !(options_.source_voltage->value() > 0.0))
            issues_.error(description_.at, "source", "the voltage asked for is not positive", "1 pu is nominal");
        find_order();
        if (issues_.has_errors()) return std::nullopt;
        feeder_.name_ = description_.name;
        feeder_.note_ = description_.note;
        size_columns();
        for (std::size_t k = 0; k < order_.nodes.size(); ++k) add_bus(k);
        for (std::size_t k = 1; k < order_.nodes.size(); ++k) add_branch(k);
        for (const LoadRow& row : description_.loads) add_load(row);
        for (const ShuntRow& row : description_.shunts) add_shunt(row);
        finish_shunts();
        return std::move(feeder_);
    }

   private:
    const BusRow& bus_row(std::size_t node) const { return description_.buses[node]; }
    /// The closed branch that feeds sweep bus `k`.
    const BranchRow& feeding(std::size_t k) const { return *rows_.closed[order_.feeding_edge[order_.nodes[k]]]; }
    std::size_t block() const { return feeder_.phases_ * feeder_.phases_; }

    void check_phases() {
        if (!rows_.closed.empty()) feeder_.phases_ = static_cast<std::size_t>(std::max(0, rows_.closed.front()->phases));
        for (const BranchRow* row : rows_.closed) {
            const std::string path = "branch " + row->id;
            if (row->phases != 1 && row->phases != 3)
                issues_.error(row->at, path, fmt::format("has {} phases", row->phases), "1 (balanced equivalent) or 3 are known");
            else if (static_cast<std::size_t>(row->phases) != feeder_.phases_)
                issues_.error(row->at, path, fmt::format("has {} phases and others have {}", row->phases, feeder_.phases_),
                              "all branches of a feeder have the same number");
        }
    }

    void find_order() {
        if (description_.buses.empty()) return;
        FeederGraph graph;
        graph.nodes = description_.buses.size();
        for (const BranchRow* row : rows_.closed) graph.edges.emplace_back(rows_.bus.at(row->from), rows_.bus.at(row->to));
        order_ = find_sweep_order(graph, rows_.source ? rows_.bus.at(rows_.source->bus) : 0);
        report_loops();
        // Without a source, or with an end that nobody knows, an island would be a mere consequence.
        if (rows_.source && rows_.all_ends_known && rows_.bus.size() == description_.buses.size()) report_islands();
    }

    void report_loops() {
        for (const FeederLoop& loop : order_.loops) {
            std::vector<std::string> buses, branches;
            for (std::size_t node : loop.nodes) buses.push_back(bus_row(node).id);
            buses.push_back(buses.front());
            for (std::size_t edge : loop.edges) branches.push_back(rows_.closed[edge]->id);
            const BranchRow& closing = *rows_.closed[loop.edges.back()];
            issues_.error(closing.at, "branch " + closing.id, "closed branches form a loop: " + joined(buses, " - "),
                          "open one of the branches " + joined(branches, ", "));
        }
        if (order_.loop_count > order_.loops.size())
            issues_.error(description_.at, "branches",
                          fmt::format("closed branches form {} more loops", order_.loop_count - order_.loops.size()),
                          "a feeder must be radial");
    }

    void report_islands() {
        for (const auto& island : order_.islands) {
            std::vector<std::string> buses;
            for (std::size_t node : island) buses.push_back(bus_row(node).id);
            issues_.error(bus_row(island.front()).at, "bus " + buses.front(),
                          fmt::format("not connected to the source at bus {}: {} {}", rows_.source->bus,
                                      buses.size() == 1 ? "bus" : "buses", joined(buses, ", ")),
                          "close a branch to them, or remove them");
        }
    }

    void size_columns() {
        const std::size_t n = order_.nodes.size();
        sweep_bus_.assign(description_.buses.size(), 0);
        for (std::size_t k = 0; k < n; ++k) sweep_bus_[order_.nodes[k]] = k;
        feeder_.parent_.assign(n, 0);
        feeder_.branches_.resize(n - 1);
        feeder_.ratio_.assign(n, 1.0);
        feeder_.half_shunt_.assign((n - 1) * block(), 0.0);
        feeder_.device_shunt_.assign(n * block(), 0.0);
        for (auto* column : {&feeder_.series_re_, &feeder_.series_im_, &feeder_.shunt_re_, &feeder_.shunt_im_})
            column->assign(n * block(), 0.0);
        feeder_.ratio_abs_.assign(n, 1.0);
        const double degree = std::numbers::pi / 180.0;
        feeder_.ratio_[0] = std::polar(1.0, rows_.source->angle.value() * degree);
        feeder_.source_voltage_pu_ = options_.source_voltage.value_or(rows_.source->voltage).value();
    }

    void add_bus(std::size_t k) {
        const BusRow& row = bus_row(order_.nodes[k]);
        feeder_.site_.bus.push_back(row.id);
        feeder_.site_.bus_class.push_back(row.bus_class);
        feeder_.site_.load_kw.push_back(0.0);
        feeder_.site_.nominal_v.push_back(row.nominal.value());
    }

    BusId sweep_bus(const std::string& name) const { return BusId(sweep_bus_[rows_.bus.at(name)]); }

    void add_branch(std::size_t k) {
        const BranchRow& row = feeding(k);
        const std::size_t parent = sweep_bus_[order_.parent[order_.nodes[k]]];
        FeederBranch branch{sweep_bus(row.from), sweep_bus(row.to), BusId(parent), row.kind, std::abs(row.series_ohm[0])};
        const bool runs_down = branch.from == branch.parent;
        // An ideal transformer at the `from` end, V_from = t V', and the impedance between V' and the `to` end.
        const Complex t = std::polar(row.tap, row.shift.value() * std::numbers::pi / 180.0);
        const Complex above = feeder_.ratio_[parent];
        feeder_.ratio_[k] = runs_down ? above / t : above * t;
        const double frame2 = std::norm(feeder_.ratio_[branch.to.index()]);
        feeder_.ratio_abs_[k] = std::abs(feeder_.ratio_[k]);
        feeder_.parent_[k] = static_cast<std::uint32_t>(parent);
        const Volts nominal = bus_row(rows_.bus.at(row.to)).nominal;
        const double base_ohm = series_base_ohm(nominal, feeder_.phases_);
        for (std::size_t e = 0; e < block(); ++e) {
            const Complex z = row.series_ohm[e] / (base_ohm * frame2);
            feeder_.series_re_[k * block() + e] = z.real();
            feeder_.series_im_[k * block() + e] = z.imag();
            if (!row.shunt_s.empty()) feeder_.half_shunt_[(k - 1) * block() + e] = 0.5 * row.shunt_s[e] * base_ohm * frame2;
        }
        feeder_.branches_[k - 1] = branch;
        feeder_.site_.branch.push_back(row.id);
        feeder_.site_.rating_a.push_back(rating_a(row, nominal));
    }

    static double rating_a(const BranchRow& row, Volts nominal) {
        if (row.rating) return row.rating->value();
        if (row.rated_power) return row.rated_power->value() * 1000.0 / (std::sqrt(3.0) * nominal.value());
        return std::numeric_limits<double>::infinity();
    }

    void add_load(const LoadRow& row) {
        const BusId bus = sweep_bus(row.bus);
        feeder_.site_.load_kw[bus.index()] += row.p.value();
        feeder_.loads_.push_back({row.id, bus, row.p.value(), row.q.value(), row.share_z, row.share_i, row.share_p, row.profile,
                                  feeder_.site_.bus_class[bus.index()]});
    }

    void add_shunt(const ShuntRow& row) {
        const std::size_t k = sweep_bus(row.bus).index();
        const auto phases = static_cast<double>(feeder_.phases_);
        // Power P + jQ at 1 pu is the admittance P - jQ; the sweep's voltage is V / ratio.
        const Complex y = Complex(row.p.value(), -row.q.value()) * (std::norm(feeder_.ratio_[k]) / phases);
        for (std::size_t phase = 0; phase < feeder_.phases_; ++phase)
            feeder_.device_shunt_[k * block() + phase * (feeder_.phases_ + 1)] += y;
    }

    /// Admittance to earth per bus: its devices and its end of every branch.
    void finish_shunts() {
        std::vector<Complex> total = feeder_.device_shunt_;
        for (std::size_t k = 1; k < order_.nodes.size(); ++k) {
            for (std::size_t e = 0; e < block(); ++e) {
                const Complex half = feeder_.half_shunt_[(k - 1) * block() + e];
                total[k * block() + e] += half;
                total[feeder_.parent_[k] * block() + e] += half;
            }
        }
        for (std::size_t e = 0; e < total.size(); ++e) {
            feeder_.shunt_re_[e] = total[e].real();
            feeder_.shunt_im_[e] = total[e].imag();
            feeder_.has_shunts_ = feeder_.has_shunts_ || total[e] != 0.0;
        }
    }

    const FeederDescription& description_;
    const BuildOptions& options_;
    Issues& issues_;
    CheckedRows rows_;
    SweepOrder order_;
    std::vector<std::size_t> sweep_bus_;  // by position in the description
    Feeder feeder_;
};

std::optional<BusId> Feeder::find_bus(std::string_view name) const {
    const auto found = std::find(site_.bus.begin(), site_.bus.end(), name);
    if (found == site_.bus.end()) return std::nullopt;
    return BusId(static_cast<std::size_t>(found - site_.bus.begin()));
}

SweepNetwork Feeder::sweep_network() const { return {parent_, series_re_, series_im_, shunt_re_, shunt_im_, ratio_abs_}; }

std::span<const Complex> Feeder::half_shunt(BranchId b) const {
    const std::size_t block = phases_ * phases_;
    return std::span(half_shunt_).subspan(b.index() * block, block);
}

std::span<const Complex> Feeder::device_shunt(BusId bus) const {
    const std::size_t block = phases_ * phases_;
    return std::span(device_shunt_).subspan(bus.index() * block, block);
}

std::optional<Feeder> build_feeder(const FeederDescription& description, const BuildOptions& options, Issues& issues) {
    Issues found;  // so that earlier problems of the caller do not hide a good feeder
    auto feeder = FeederBuilder(description, options, found).run();
    for (const Issue& issue : found.list()) issues.add(issue);
    return feeder;
}

}  // namespace evsweep
