#include "sim/network/build/feeder_builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <utility>

#include "sim/network/build/rated_voltage_check.hpp"
#include "sim/network/build/supply_voltages.hpp"

namespace evsweep {
namespace {

using Index = Eigen::Index;
using Complex = std::complex<double>;

constexpr double unlimited = std::numeric_limits<double>::infinity();

/// Amperes that a conductor at a winding's bus may carry when the transformer carries its rating.
double rated_amperes(const TransformerRow& row, const WindingRow& winding) {
    const double coil_kva = row.rating.value_or(row.rated).value() / static_cast<double>(winding.coils.size());
    const bool ring =
        winding.coils.size() == 3 && winding.coils[0].plus && winding.coils[0].minus && *winding.coils[0].minus != Conductor::n;
    const double halves =
        row.windings.size() == 3 && row.windings[1].bus == row.windings[2].bus && winding.bus == row.windings[1].bus ? 2.0 : 1.0;
    return coil_kva * 1000.0 / (winding.rated.value() * halves) * (ring ? std::sqrt(3.0) : 1.0);
}

/// What a transformer may carry, in kVA.
double rated_power(const ClosedRow& row, Volts to_nominal) {
    if (row.transformer) return row.transformer->rating.value_or(row.transformer->rated).value();
    if (row.branch->kind != BranchKind::transformer) return unlimited;
    if (row.branch->rating) return row.branch->rating->value() * std::sqrt(3.0) * to_nominal.value() / 1000.0;
    return row.branch->rated_power ? row.branch->rated_power->value() : unlimited;
}

/// Source voltages: as the row has them, else a, b and c a third of a turn apart, earth for a neutral. A balanced feeder's source
/// is at angle 0.
BlockVector source_voltages(const BusRow& bus, const SourceRow& row, double pu) {
    BlockVector v(static_cast<Index>(bus.conductors.size()));
    for (std::size_t i = 0; i < row.voltages.size(); ++i)
        v(static_cast<Index>(i)) =
            std::polar(pu * (row.voltages[i].value() / row.voltage.value()), row.angles[i].value() * std::numbers::pi / 180.0);
    if (!row.voltages.empty()) return v;
    const double third = 2.0 * std::numbers::pi / 3.0;
    const double angle = row.angle.value() * std::numbers::pi / 180.0;
    for (std::size_t i = 0; i < bus.conductors.size(); ++i) {
        Complex& e = v(static_cast<Index>(i));
        switch (bus.conductors[i]) {
            case Conductor::balanced:
                e = pu;
                break;
            case Conductor::a:
            case Conductor::s1:
                e = std::polar(pu, angle);
                break;
            case Conductor::b:
                e = std::polar(pu, angle - third);
                break;
            case Conductor::c:
                e = std::polar(pu, angle + third);
                break;
            case Conductor::s2:
                e = -std::polar(pu, angle);
                break;
            case Conductor::n:
            case Conductor::earth:
                e = 0.0;
        }
    }
    return v;
}

}  // namespace

FeederBuilder::FeederBuilder(const FeederDescription& description, const BuildOptions& options, Issues& issues)
    : description_(description), options_(options), issues_(issues), rows_(check_rows(description, issues)) {
    check_controls(description, issues);
    check_rated_voltages(description, rows_, issues);
}

std::optional<Feeder> FeederBuilder::run() {
    if (options_.source_voltage && !(options_.source_voltage->value() > 0.0))
        issues_.error(description_.at, "source", "the voltage asked for is not positive", "1 pu is nominal");
    bundle_rows();
    find_order();
    if (issues_.has_errors()) return std::nullopt;
    feeder_.name_ = description_.name;
    feeder_.note_ = description_.note;
    number_buses();
    if (issues_.has_errors()) return std::nullopt;
    for (std::size_t k = 0; k < node_.size(); ++k) add_bus(k);
    add_source();
    for (std::size_t k = 1; k < node_.size(); ++k) add_link(k);
    close_loops();
    for (const LoadRow& row : description_.loads) add_load(row);
    for (const ShuntRow& row : description_.shunts) add_shunt(row);
    find_supplies();
    feeder_.regulators_ = description_.regulators;
    feeder_.capacitor_controls_ = description_.capacitor_controls;
    for (const InjectionControlRow& row : description_.injection_controls) add_injection_control(row);
    feeder_.profiles_ = description_.profiles;
    std::sort(feeder_.rows_.begin(), feeder_.rows_.end(),
              [](const FeederRow& one, const FeederRow& other) { return one.id < other.id; });
    if (!issues_.has_errors()) fold();
    if (issues_.has_errors()) return std::nullopt;
    return std::move(feeder_);
}

void FeederBuilder::add_bus(std::size_t k) {
    const BusRow& row = row_of(k);
    FeederSite& site = feeder_.site_;
    std::string name = row.id;
    if (end_of_[k])
        for (name += "'"; rows_.bus.count(name) > 0 || std::count(site.bus.begin(), site.bus.end(), name) > 0;) name += "'";
    site.bus.push_back(name);
    site.bus_class.push_back(row.bus_class);
    site.load_kw.push_back(0.0);
    site.nominal_v.push_back(row.nominal.value());
    site.x.push_back(row.x.value_or(std::numeric_limits<double>::quiet_NaN()));
    site.y.push_back(row.y.value_or(std::numeric_limits<double>::quiet_NaN()));
    for (const Conductor c : row.conductors) {
        site.conductor.push_back(c);
        site.bus_of_conductor.push_back(static_cast<std::uint32_t>(k));
        site.base_v.push_back(base_volts(row));
        site.rating_a.push_back(unlimited);
    }
    model_->first_conductor.push_back(static_cast<std::uint32_t>(site.conductor.size()));
    site.first_conductor = model_->first_conductor;
}

void FeederBuilder::add_source() {
    const BusRow& bus = row_of(0);
    const SourceRow& row = *rows_.source;
    model_->source = source_voltages(bus, row, options_.source_voltage.value_or(row.voltage).value());
    const auto n = static_cast<Index>(bus.conductors.size());
    model_->source_z = Block::Zero(n, n);
    const double ohm = base_volts(bus) * base_volts(bus) / 1000.0;
    for (std::size_t e = 0; e < row.series_ohm.size(); ++e) model_->source_z.data()[e] = row.series_ohm[e] / ohm;
    if (feeder_.is_balanced()) feeder_.rotation_[0] = std::polar(1.0, row.angle.value() * std::numbers::pi / 180.0);
}

void FeederBuilder::add_link(std::size_t k) {
    const Bundle& bundle = bundles_[bundle_[k]];
    const std::size_t parent = model_->parent[k];
    FeederBranch branch;
    branch.parent = BusId(parent);
    branch.rated_kva = 0.0;  // of units side by side, and of the phases of a bank: the sum
    std::vector<std::string> names;
    for (const ClosedRow* row : bundle.rows) {
        const bool runs_down = row->to == node_[k];
        const LinkEnds ends{row_of(parent), row_of(k), runs_down};
        if (row == bundle.rows.front()) {
            branch.from = BusId(runs_down ? parent : k);
            branch.to = BusId(runs_down ? k : parent);
            branch.kind = row->branch ? row->branch->kind : BranchKind::transformer;
        }
        names.push_back(row->id());
        branch.rated_kva += rated_power(*row, (runs_down ? ends.child : ends.parent).nominal);
        const Link& link = model_->links[k];
        feeder_.rows_.push_back({row->id(), BranchId(k - 1), row->transformer ? link.transformers.size() : link.fixed.size(),
                                 row->transformer != nullptr, runs_down});
        rate(*row, ends, k);
        if (row->transformer) {
            add_transformer(*row, ends, k);
            continue;
        }
        model_->links[k].fixed.push_back(equations_of(*row->branch, ends));
        branch.series_ohm = std::abs(row->branch->series_ohm[0]);
        const Complex shift = std::polar(1.0, -row->branch->shift.value() * std::numbers::pi / 180.0);
        feeder_.rotation_[k] = feeder_.rotation_[parent] * (runs_down ? shift : std::conj(shift));
    }
    feeder_.site_.branch.push_back(joined(names, "+"));
    feeder_.site_.branch_kind.push_back(branch.kind);
    find_conductors_above(k);
    note_unfed(k);
    if (branch.kind != BranchKind::transformer) {
        for (const Conductor c : row_of(k).conductors)
            if (const auto place = place_of(row_of(parent), c))
                branch.mates.push_back(model_->first_conductor[parent] + static_cast<std::uint32_t>(*place));
        if (branch.mates.size() != row_of(k).conductors.size()) branch.mates.clear();
    }
    feeder_.branches_.push_back(std::move(branch));
}

void FeederBuilder::add_transformer(const ClosedRow& row, const LinkEnds& ends, std::size_t k) {
    FeederTransformer transformer;
    transformer.id = row.id();
    transformer.windings = row.transformer->windings;
    transformer.link = static_cast<std::uint32_t>(k);
    transformer.place = model_->links[k].transformers.size();
    transformer.first_tap = model_->initial.tap.size();
    for (const WindingRow& w : transformer.windings) {
        model_->initial.tap.push_back(w.tap);
        transformer.bus.push_back(w.bus == ends.child.id ? BusId(k) : BusId(model_->parent[k]));
    }
    model_->links[k].transformers.push_back(transformer_of(*row.transformer, ends, transformer.first_tap));
    feeder_.transformers_.push_back(std::move(transformer));
}

/// The parent's conductors that the link touches at all.
void FeederBuilder::find_conductors_above(std::size_t k) {
    const std::size_t parent = model_->parent[k];
    const std::vector<CoilEquations> coils = coils_of(model_->links[k], model_->initial.tap);
    for (std::size_t c = 0; c < model_->conductors_of(parent); ++c) {
        const auto col = static_cast<Index>(c);
        const bool touched = std::any_of(coils.begin(), coils.end(), [&](const CoilEquations& e) {
            return !e.n.col(col).isZero(0.0) || (e.shunt_parent.size() > 0 && !e.shunt_parent.col(col).isZero(0.0));
        });
        if (touched) model_->up.push_back(model_->first_conductor[parent] + static_cast<std::uint32_t>(c));
    }
    model_->first_up.push_back(static_cast<std::uint32_t>(model_->up.size()));
}

/// The least of what the rows allow, by conductor of the lower bus.
void FeederBuilder::rate(const ClosedRow& row, const LinkEnds& ends, std::size_t k) {
    const auto allow = [&](const std::optional<Conductor>& conductor, double amperes) {
        if (!conductor) return;
        if (const auto place = place_of(ends.child, *conductor)) {
            double& rating = feeder_.site_.rating_a[model_->first_conductor[k] + static_cast<std::size_t>(*place)];
            rating = std::min(rating, amperes);
        }
    };
    if (row.transformer) {
        for (const WindingRow& w : row.transformer->windings) {
            if (w.bus != ends.child.id) continue;
            for (const Terminals& coil : w.coils)
                for (const auto& end : {coil.plus, coil.minus}) allow(end, rated_amperes(*row.transformer, w));
        }
        return;
    }
    const BranchRow& branch = *row.branch;
    double amperes = unlimited;
    const double to_nominal = (ends.parent_is_from ? ends.child : ends.parent).nominal.value();
    if (branch.rating)
        amperes = branch.rating->value();
    else if (branch.rated_power)
        amperes = branch.rated_power->value() * 1000.0 / (std::sqrt(3.0) * to_nominal);
    const auto& at_child = ends.parent_is_from && !branch.to_conductors.empty() ? branch.to_conductors : branch.conductors;
    for (const Conductor c : at_child) allow(c, amperes);
}

void FeederBuilder::fold() {
    feeder_.model_ = model_;
    auto folded = std::make_shared<const FoldedNetwork>(*feeder_.model_, feeder_.model_->initial);
    feeder_.folded_ = folded;
    if (folded->error() == FoldError::none) return;
    const std::size_t k = folded->error_bus();
    if (folded->error() == FoldError::floating)
        issues_.error(row_of(k).at, "bus " + row_of(k).id,
                      "its voltage to earth is not determined: it hangs on ungrounded windings only",
                      "give the transformer a stray admittance, or connect something to earth");
    else if (k == 0)
        issues_.error(description_.at, "branches", "a loop has no impedance, so its current is not determined",
                      "open one of its switches or give it an impedance");
    else
        issues_.error(row_of(k).at, "bus " + row_of(k).id,
                      "a branch without impedance lies parallel to another, so their currents are not determined",
                      "give branch " + feeder_.site_.branch[k - 1] + " an impedance");
}

}  // namespace evsweep
