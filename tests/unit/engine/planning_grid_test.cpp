// What planning controllers are told of the grid, against load flows that are solved for the same powers by hand.
#include "sim/engine/planning_grid.hpp"

#include <catch2/catch.hpp>
#include <chrono>
#include <cmath>
#include <limits>

#include "evsweep/contracts.hpp"
#include "tests/bench/feeders.hpp"

using namespace evsweep;
using namespace std::chrono_literals;
using enum Conductor;

namespace {

/// A charger wired so at this bus.
struct Charger {
    std::string bus;
    Wiring wiring{};
};

/// A feeder, chargers, and a base load that falls by a tenth each hour.
struct World {
    World(const Feeder& on, const std::vector<Charger>& chargers) : feeder(on) {
        for (const Charger& charger : chargers) {
            connectors.bus.push_back(feeder.find_bus(charger.bus).value());
            connectors.wiring.push_back(charger.wiring);
        }
        scenario.time.step = 1h;
        scenario.time.duration = 5h;
        const Profile falling{1h, false, {1.0, 0.9, 0.8, 0.7, 0.6}};
        scenario.base_load.other = "falling";
        scenario.base_load.profiles["falling"] = falling;
        for (const LoadPoint& load : feeder.loads()) scenario.base_load.profiles[load.profile] = falling;
        base.emplace(scenario, feeder);
        network.emplace(feeder, places_of(connectors));
        ports.emplace(*network, connectors);
        grid.emplace(scenario, *base, *ports);
    }
    World(const World&) = delete;

    /// The exact load flow with powers by connector.
    [[nodiscard]] LoadFlow solved(std::size_t step, const std::vector<double>& p_kw, const std::vector<double>& q_kvar) const {
        LoadFlow flow(ports->network(), {.tolerance_pu = 1e-12});
        for (std::size_t l = 0; l < feeder.loads().size(); ++l)
            flow.power().add(feeder.loads()[l], base->scale(step, l), ports->network()->places());
        for (std::size_t c = 0; c < p_kw.size(); ++c) {
            const auto places = ports->places(ConnectorId(c));
            for (const auto place : places) {
                flow.power().p[place] += p_kw[c] / static_cast<double>(places.size());
                flow.power().q[place] += q_kvar[c] / static_cast<double>(places.size());
            }
        }
        REQUIRE(flow.solve().status == LoadFlowStatus::converged);
        return flow;
    }
    /// The same powers by place.
    [[nodiscard]] std::vector<double> by_place(const std::vector<double>& by_connector) const {
        std::vector<double> sum(grid->places(), 0.0);
        for (std::size_t c = 0; c < by_connector.size(); ++c) sum[grid->place_of_connector()[c]] += by_connector[c];
        return sum;
    }

    const Feeder& feeder;
    Connectors connectors;
    Scenario scenario;
    std::optional<BaseDemand> base;
    std::optional<ChargingNetwork> network;
    std::optional<ChargingPorts> ports;
    std::optional<PlanningGrid> grid;
};

std::vector<std::string> names(std::span<const GridElement> elements) {
    std::vector<std::string> list;
    for (const GridElement& e : elements) list.push_back(e.name);
    return list;
}

bool contains(const std::vector<std::string>& list, const std::string& name) {
    return std::find(list.begin(), list.end(), name) != list.end();
}

bool same_bits(const LinearGrid& a, const LinearGrid& b) {
    const auto same = [](const LinearRows& x, const LinearRows& y) {
        return x.value == y.value && x.per_kw == y.per_kw && x.per_kvar == y.per_kvar;
    };
    return same(a.voltage, b.voltage) && same(a.along, b.along) && same(a.across, b.across) && same(a.source, b.source) &&
           same(a.loss, b.loss) && a.loss_curvature == b.loss_curvature;
}

const std::vector<Charger> on_cigre_mv{{"3"}, {"5"}, {"14"}, {"5"}};

}  // namespace

TEST_CASE("a planning grid names what has limits, and gives chargers with the same wires one place", "[planning_grid]") {
    World world(bench::feeder_of("feeders/cigre_mv.yaml"), on_cigre_mv);
    world.scenario.limits = {PerUnit(0.97), PerUnit(1.03)};
    const PlanningGrid grid(world.scenario, *world.base, *world.ports);
    CHECK(grid.places() == 3);
    const auto place = grid.place_of_connector();
    CHECK(std::vector(place.begin(), place.end()) == std::vector<std::uint32_t>{0, 1, 2, 1});
    CHECK(grid.voltages().size() == 14);  // without the source
    CHECK(grid.voltages().front().name == "voltage at bus 1");
    CHECK(grid.voltages().front().lowest == 0.97);
    CHECK(grid.voltages().front().highest == 1.03);
    const auto loadings = names(grid.loadings());
    CHECK(loadings.size() == 12 + 2 + 2);  // lines, and transformers by current and by power
    CHECK(contains(loadings, "current in line L3-8"));
    CHECK(contains(loadings, "current in transformer T0-12"));
    CHECK(loadings[14] == "power of transformer T0-1");
    for (const GridElement& e : grid.loadings()) {
        CHECK(e.highest == 1.0);
        CHECK(e.lowest == -std::numeric_limits<double>::infinity());
    }
}

TEST_CASE("conductors are told apart where there are several; lines without a rating are not told of", "[planning_grid]") {
    World world(bench::feeder_of("feeders/ieee13.yaml"), {{"634", {{a, {}}}}});
    const auto voltages = names(world.grid->voltages());
    CHECK(contains(voltages, "voltage at bus 634.a"));
    CHECK(contains(voltages, "voltage at bus 634.c"));
    for (const std::string& name : names(world.grid->loadings()))
        CHECK((name.rfind("current in transformer ", 0) == 0 || name.rfind("power of transformer ", 0) == 0));
}

TEST_CASE("a planning grid tells what the load flow of that step finds, and how powers of places change it", "[planning_grid]") {
    const auto& [file, chargers] = GENERATE(table<std::string, std::vector<Charger>>(
        {{"feeders/cigre_mv.yaml", on_cigre_mv},
         {"feeders/ieee13.yaml", {{"634", {{b, {}}}}, {"671"}, {"680", {{a, b}}}, {"634", {{b, {}}}}, {"646", {{b, c}}}}},
         {"feeders/ieee37.yaml", {{"701", {{a, b}, {b, c}, {c, a}}}, {"729", {{b, c}}}}}}));
    World world(bench::feeder_of(file), chargers);
    std::vector<double> p, q;
    for (std::size_t k = 0; k < chargers.size(); ++k)
        p.push_back(30.0 - 7.0 * static_cast<double>(k)), q.push_back(5.0 - 2.0 * p[k] / 7.0);
    LinearGrid grid;
    REQUIRE(world.grid->linearise(Instant(2h + 30min), world.by_place(p), world.by_place(q), grid));
    const LoadFlow flow = world.solved(2, p, q);
    CHECK(grid.p_kw == world.by_place(p));
    CHECK(grid.q_kvar == world.by_place(q));
    CHECK(grid.loss.value[0] == Approx(flow.loss_kw()).epsilon(1e-9));
    CHECK(grid.source.value[0] == Approx(flow.source_kw()).epsilon(1e-11));
    // The highest loading of conductors is the one that results tell.
    const FeederSite& site = world.feeder.site();
    double highest = 0.0, told = 0.0;
    for (std::size_t k = 0; k < site.conductor.size(); ++k) highest = std::max(highest, flow.current_a()[k] / site.rating_a[k]);
    for (std::size_t row = 0; row < grid.along.value.size(); ++row)
        if (world.grid->loadings()[row].name.rfind("current", 0) == 0) told = std::max(told, grid.along.value[row]);
    CHECK(told == Approx(highest).epsilon(1e-10));
    const double h = 2.0;  // kW at one connector
    for (std::size_t connector = 0; connector < chargers.size(); ++connector) {
        const std::size_t place = world.grid->place_of_connector()[connector];
        const auto moved = [&](double by) {
            auto there = p;
            there[connector] += by;
            return world.solved(2, there, q);
        };
        const LoadFlow up = moved(h), down = moved(-h), up2 = moved(2 * h), down2 = moved(-2 * h);
        std::size_t row = 0;
        double largest = 0.0;
        for (const double entry : grid.voltage.per_kw) largest = std::max(largest, std::abs(entry));
        for (std::size_t k = 0; k < site.supply.size(); ++k) {
            if (!FeederSite::is_held_to_band(site.supply[k])) continue;
            const auto v = [k](const LoadFlow& f) { return f.supply_pu()[k]; };
            CHECK(grid.voltage.value[row] == Approx(v(flow)).epsilon(1e-11));
            const double slope = (8 * (v(up) - v(down)) - (v(up2) - v(down2))) / (12 * h);
            CHECK(std::abs(grid.voltage.per_kw[row * grid.places + place] - slope) <
                  1e-6 * std::max(std::abs(slope), 1e-3 * largest));
            ++row;
        }
        const auto loss = [](const LoadFlow& f) { return f.loss_kw(); };
        const double slope = (8 * (loss(up) - loss(down)) - (loss(up2) - loss(down2))) / (12 * h);
        CHECK(grid.loss.per_kw[place] == Approx(slope).epsilon(1e-6));
    }
}

TEST_CASE("beyond the study the last step stands, before it the first", "[planning_grid]") {
    World world(bench::feeder_of("feeders/cigre_mv.yaml"), on_cigre_mv);
    const std::vector<double> nothing(3, 0.0);
    LinearGrid first, before, last, beyond;
    REQUIRE(world.grid->linearise(Instant(0h), nothing, nothing, first));
    REQUIRE(world.grid->linearise(Instant(-3h), nothing, nothing, before));
    REQUIRE(world.grid->linearise(Instant(4h + 59min), nothing, nothing, last));
    REQUIRE(world.grid->linearise(Instant(48h), nothing, nothing, beyond));
    CHECK(same_bits(first, before));
    CHECK(same_bits(last, beyond));
    CHECK(first.source.value[0] > 1.5 * last.source.value[0]);
}

TEST_CASE("an answer does not depend on what was asked before", "[planning_grid]") {
    World world(bench::feeder_of("feeders/ieee13.yaml"), {{"634", {{b, {}}}}, {"671"}});
    const std::vector<double> p{20.0, 50.0}, q{-5.0, 3.0}, nothing(2, 0.0), huge(2, 1e7);
    LinearGrid alone, again, other;
    REQUIRE(world.grid->linearise(Instant(1h), p, q, alone));
    REQUIRE(world.grid->linearise(Instant(3h), nothing, nothing, other));
    CHECK_FALSE(world.grid->linearise(Instant(1h), huge, huge, other));
    DeviceState moved = world.feeder.initial_devices();
    moved.tap[1] = 1.1;
    world.grid->stand_as(moved);
    REQUIRE(world.grid->linearise(Instant(1h), p, q, other));
    world.grid->stand_as(world.feeder.initial_devices());
    REQUIRE(world.grid->linearise(Instant(1h), p, q, again));
    CHECK(same_bits(alone, again));
    CHECK_FALSE(same_bits(alone, other));
}

TEST_CASE("a planning grid stands as the devices of the replica do", "[planning_grid]") {
    World world(bench::feeder_of("feeders/ieee13.yaml"), {{"671"}});
    LoadFlow replica = world.solved(0, {0.0}, {0.0});
    replica.set_tap(0, 1, 1.03125);
    replica.set_steps(0, 0);
    REQUIRE(replica.solve().status == LoadFlowStatus::converged);
    LinearGrid before, after;
    REQUIRE(world.grid->linearise(Instant(0h), std::vector{0.0}, std::vector{0.0}, before));
    world.grid->stand_as(replica.devices());
    REQUIRE(world.grid->linearise(Instant(0h), std::vector{0.0}, std::vector{0.0}, after));
    CHECK(after.source.value[1] == Approx(replica.source_kvar()).epsilon(1e-9));
    CHECK(after.source.value[1] != Approx(before.source.value[1]).epsilon(1e-3));
}

TEST_CASE("powers that are no numbers, or more than the feeder can carry, have no linear grid", "[planning_grid]") {
    World world(bench::feeder_of("feeders/cigre_mv.yaml"), on_cigre_mv);
    LinearGrid grid;
    const std::vector<double> nothing(3, 0.0), too_much(3, 1e6), no_number{0.0, std::nan(""), 0.0};
    CHECK_FALSE(world.grid->linearise(Instant(1h), no_number, nothing, grid));
    CHECK_FALSE(world.grid->linearise(Instant(1h), nothing, no_number, grid));
    CHECK_FALSE(world.grid->linearise(Instant(1h), too_much, nothing, grid));
    CHECK(world.grid->linearise(Instant(1h), nothing, nothing, grid));
    CHECK_THROWS_WITH(world.grid->linearise(Instant(1h), std::vector{0.0}, nothing, grid),
                      "broken promise: there is one power for each place of the grid");
}

TEST_CASE("a planning grid without chargers has rows without columns", "[planning_grid]") {
    World world(bench::feeder_of("feeders/cigre_mv.yaml"), {});
    LinearGrid grid;
    CHECK(world.grid->places() == 0);
    REQUIRE(world.grid->linearise(Instant(1h), {}, {}, grid));
    CHECK(grid.voltage.value.size() == 14);
    CHECK(grid.voltage.per_kw.empty());
}

TEST_CASE("a planning grid serves one replica's charging points after another's, each as if they were alone", "[planning_grid]") {
    World all(bench::feeder_of("feeders/ieee13.yaml"),
              {{"634", {{b, {}}}}, {"671"}, {"680", {{a, b}}}, {"646", {{b, c}}}, {"675", {{c, {}}}}});
    World few(bench::feeder_of("feeders/ieee13.yaml"), {{"675", {{c, {}}}}, {"646", {{b, c}}}, {"675", {{c, {}}}}});
    const ChargingPorts ports(*all.network, few.connectors);
    const std::vector<double> p{40.0, -10.0}, q{5.0, 0.0};
    const std::vector<double> p_all{5.0, 6.0, 7.0, 8.0, 9.0}, q_all(5, 1.0);
    LinearGrid first, moved, back, fresh, own;
    REQUIRE(all.grid->linearise(Instant(1h), p_all, q_all, first));
    all.grid->serve(ports);
    CHECK(all.grid->places() == 2);
    CHECK(all.grid->place_of_connector()[0] == all.grid->place_of_connector()[2]);
    REQUIRE(all.grid->linearise(Instant(1h), p, q, moved));
    PlanningGrid alone(all.scenario, *all.base, ports);
    REQUIRE(alone.linearise(Instant(1h), p, q, fresh));
    CHECK(same_bits(moved, fresh));
    all.grid->serve(*all.ports);
    REQUIRE(all.grid->linearise(Instant(1h), p_all, q_all, back));
    CHECK(same_bits(first, back));
    // In a network of their own these charging points find the same rows but for rounding: nothing is lost by the reduction.
    REQUIRE(few.grid->linearise(Instant(1h), p, q, own));
    REQUIRE(own.voltage.per_kw.size() == moved.voltage.per_kw.size());
    for (std::size_t k = 0; k < own.voltage.per_kw.size(); ++k)
        CHECK(moved.voltage.per_kw[k] == Approx(own.voltage.per_kw[k]).epsilon(1e-7).margin(1e-12));
    CHECK(moved.loss.value[0] == Approx(own.loss.value[0]).epsilon(1e-9));
}
