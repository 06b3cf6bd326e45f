// Branches outside of the tree: loops, and conductors that only they feed.
#include <fmt/format.h>

#include <algorithm>
#include <complex>
#include <utility>

#include "sim/network/build/fed_conductors.hpp"
#include "sim/network/build/feeder_builder.hpp"

namespace evsweep {
namespace {

using Index = Eigen::Index;

/// A dense matrix of this size is inverted whenever a tap moves: a second or two.
constexpr std::size_t most_loop_ends = 1000;

/// The conductors of a bus that a row touches.
std::vector<Conductor> conductors_at(const ClosedRow& row, const std::string& bus) {
    std::vector<Conductor> touched;
    if (row.branch) {
        const BranchRow& branch = *row.branch;
        return branch.to == bus && !branch.to_conductors.empty() ? branch.to_conductors : branch.conductors;
    }
    for (const WindingRow& winding : row.transformer->windings) {
        if (winding.bus != bus) continue;
        for (const Terminals& coil : winding.coils)
            for (const auto& end : {coil.plus, coil.minus})
                if (end) touched.push_back(*end);
    }
    return touched;
}

}  // namespace

BusRow FeederBuilder::loop_row(const Bundle& bundle) const {
    BusRow row = description_.buses[bundle.to];
    std::erase_if(row.conductors, [&](Conductor c) { return !brings(bundle, bundle.to, c); });
    return row;
}

/// A star point of its own need not be fed: whether its voltage is determined shows when it is folded.
void FeederBuilder::note_unfed(std::size_t k) {
    std::vector<bool> fed(model_->conductors_of(k), false);
    for (const CoilEquations& e : coils_of(model_->links[k], model_->initial.tap))
        for (Index c = 0; c < e.m.cols(); ++c)
            if (!e.m.col(c).isZero(0.0)) fed[static_cast<std::size_t>(c)] = true;
    for (std::uint32_t c = 0; c < fed.size(); ++c)
        if (!fed[c] && row_of(k).conductors[c] != Conductor::n) unfed_.push_back(model_->first_conductor[k] + c);
}

/// Joins the ends of branches outside of the tree to their buses. Some of them feed what the tree does not.
void FeederBuilder::close_loops() {
    std::vector<std::size_t> opened;  // by loop end
    for (std::size_t k = 0; k < node_.size(); ++k) {
        if (!end_of_[k]) continue;
        close_loop(k);
        opened.resize(model_->loop_ends.size(), *end_of_[k]);
    }
    if (model_->loop_ends.size() > most_loop_ends)
        return issues_.error(description_.at, "branches",
                             fmt::format("{} branches lie outside of a tree, with {} conductors", opened_.size(), opened.size()),
                             fmt::format("a network may have {} conductors that close loops at the most", most_loop_ends));
    if (opened_.empty()) {
        for (const std::uint32_t c : unfed_) report_unfed(c);
        return;
    }
    FedConductors found = find_fed_conductors(*model_, feeder_.site_.conductor);
    for (const std::uint32_t c : unfed_)
        if (found.is_fed[c] == 0) report_unfed(c);
    model_->held = std::move(found.held);
    std::vector<std::size_t> loops;
    for (std::size_t l = 0; l < opened.size(); ++l)
        if (found.is_loop[l] != 0 && (loops.empty() || loops.back() != opened[l])) loops.push_back(opened[l]);
    report_loops(loops);
}

void FeederBuilder::close_loop(std::size_t k) {
    const std::size_t main = sweep_bus_[node_[k]];
    const std::complex<double> turn = feeder_.rotation_[k] / feeder_.rotation_[main];
    for (std::uint32_t c = 0; c < model_->conductors_of(k); ++c) {
        const auto place = static_cast<std::uint32_t>(*place_of(row_of(main), row_of(k).conductors[c]));
        model_->loop_ends.push_back(
            {model_->first_conductor[k] + c, model_->first_conductor[main] + place, turn.real(), turn.imag()});
    }
}

/// Loops are solved as such, which the user should know.
void FeederBuilder::report_loops(const std::vector<std::size_t>& loops) {
    constexpr std::size_t most_told = 3;
    for (std::size_t i = 0; i < std::min(loops.size(), most_told); ++i) report_loop(loops[i]);
    if (loops.size() > most_told)
        issues_.warning(description_.at, "branches", fmt::format("closed branches form {} more loops", loops.size() - most_told),
                        "they are solved closed, too");
}

void FeederBuilder::report_loop(std::size_t opened) {
    const FeederLoop loop = loop_of(order_, graph_, opened_[opened]);
    std::vector<std::string> buses, branches;
    for (const std::size_t node : loop.nodes) buses.push_back(description_.buses[node].id);
    buses.push_back(buses.front());
    for (const std::size_t edge : loop.edges) branches.push_back(bundles_[edge].rows.front()->id());
    const ClosedRow& closing = *bundles_[opened_[opened]].rows.front();
    issues_.warning(closing.at(), "branch " + closing.id(), "closed branches form a loop: " + joined(buses, " - "),
                    "it is solved closed; open one of the branches " + joined(branches, ", ") + " if that is not meant");
}

void FeederBuilder::report_unfed(std::uint32_t conductor) {
    const std::size_t k = feeder_.site_.bus_of_conductor[conductor];
    const BusRow& bus = row_of(k);
    issues_.error(bus.at, "bus " + bus.id,
                  fmt::format("nothing feeds its conductor {}", name_of(feeder_.site_.conductor[conductor])),
                  "branch " + feeder_.site_.branch[k - 1] + " leads to it from bus " + row_of(model_->parent[k]).id);
}

/// Whether some row of a bundle touches a conductor at one of its ends.
bool FeederBuilder::brings(const Bundle& bundle, std::size_t node, Conductor conductor) const {
    const BusRow& bus = description_.buses[node];
    return std::any_of(bundle.rows.begin(), bundle.rows.end(), [&](const ClosedRow* row) {
        const std::vector<Conductor> touched = conductors_at(*row, bus.id);
        return std::find(touched.begin(), touched.end(), conductor) != touched.end();
    });
}

}  // namespace evsweep
