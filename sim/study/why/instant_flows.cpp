#include "sim/study/why/instant_flows.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "sim/network/unbalance.hpp"

namespace evsweep {

namespace {

/// Shares are small parts of small differences of voltages, so these are solved closer than those of a study.
constexpr double instant_tolerance_pu = 1e-11;

}  // namespace

InstantGame::InstantGame(const LoadedStudy& study, const StudyLimits& limits, const Moment& moment, const LimitPlace& place,
                         const std::vector<Actor>& actors)
    : limits_(limits),
      place_(place),
      options_{instant_tolerance_pu, study.scenario.load_flow.max_iterations, study.scenario.load_flow.collapse.value()},
      network_(std::make_shared<const SweptNetwork>(*study.feeder, study.network->swept()->places(),
                                                    study.feeder->folded_with(moment.devices))),
      actors_(&actors) {
    std::map<std::vector<PlacePower>, std::uint32_t> known;
    for (std::size_t a = 0; a < actors.size(); ++a) {
        if (actors[a].draws.empty()) continue;
        player_.push_back(a);
        alike_.push_back(known.try_emplace(actors[a].draws, static_cast<std::uint32_t>(known.size())).first->second);
    }
}

double InstantGame::value(const LoadFlow& flow) const {
    const double scale = limits_.scale(place_);
    if (unit_of(place_.kind) == "pu") return scale * flow.supply_pu()[place_.element];
    if (place_.kind != LimitKind::unbalance) return scale * flow.current_a()[place_.element];
    const auto voltages = phase_voltages(flow, BusId(place_.element));
    return voltages ? scale * iec_unbalance(*voltages) : std::numeric_limits<double>::quiet_NaN();
}

InstantFlows::InstantFlows(const InstantGame& game) : game_(game) {
    flows_.reserve(lanes());
    for (std::size_t l = 0; l < lanes(); ++l) flows_.emplace_back(game.network(), game.options());
}

void InstantFlows::add(std::size_t lane, std::uint32_t player, double sign) {
    PortPower& power = flows_[lane].power();
    for (const PlacePower& draw : game_.actor(player).draws) {
        power.p[draw.place] += sign * draw.p_kw;
        power.q[draw.place] += sign * draw.q_kvar;
    }
}

std::vector<double> InstantFlows::solve(std::size_t lanes) {
    std::vector<LoadFlow*> flows;
    for (std::size_t l = 0; l < lanes; ++l) {
        flows_[l].expect(LoadFlow::Questions::everything);
        flows.push_back(&flows_[l]);
    }
    std::vector<LoadFlowResult> results(lanes);
    solver_.solve(flows, results);
    std::vector<double> values;
    for (std::size_t l = 0; l < lanes; ++l)
        values.push_back(results[l].status == LoadFlowStatus::converged ? game_.value(flows_[l])
                                                                        : std::numeric_limits<double>::quiet_NaN());
    return values;
}

void InstantFlows::walk(std::span<const PlayerOrder> orders, std::span<std::vector<double>> values) {
    for (std::size_t first = 0; first < orders.size(); first += lanes()) {
        const std::size_t count = std::min(lanes(), orders.size() - first);
        walk_side_by_side(orders.subspan(first, count), values.subspan(first, count));
    }
}

/// Every walk begins from a flat start with nobody, so that it does not depend on those before it.
void InstantFlows::walk_side_by_side(std::span<const PlayerOrder> orders, std::span<std::vector<double>> values) {
    const std::size_t count = orders.size();
    for (std::size_t l = 0; l < count; ++l) {
        flows_[l].power().clear();
        flows_[l].restart();
        values[l].clear();
    }
    for (std::size_t come = 0; come <= game_.players(); ++come) {
        for (std::size_t l = 0; l < count && come > 0; ++l) add(l, orders[l][come - 1], 1.0);
        const std::vector<double> found = solve(count);
        for (std::size_t l = 0; l < count; ++l) values[l].push_back(found[l]);
    }
}

double InstantFlows::with_all() {
    flows_[0].power().clear();
    flows_[0].restart();
    for (std::uint32_t player = 0; player < game_.players(); ++player) add(0, player, 1.0);
    return solve(1).front();
}

std::vector<double> InstantFlows::without(std::span<const std::uint32_t> absent) {
    std::vector<double> values;
    for (std::size_t first = 0; first < absent.size(); first += lanes()) {
        const std::size_t count = std::min(lanes(), absent.size() - first);
        for (std::size_t l = 0; l < count; ++l) {
            flows_[l].power().clear();
            flows_[l].restart();
            for (std::uint32_t player = 0; player < game_.players(); ++player)
                if (player != absent[first + l]) add(l, player, 1.0);
        }
        for (const double value : solve(count)) values.push_back(value);
    }
    return values;
}

}  // namespace evsweep
