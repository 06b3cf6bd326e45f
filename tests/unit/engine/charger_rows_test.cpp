// What planning controllers are told of the voltages at chargers: against differences of exact load flows, and against the
// nodal impedances of an independent calculation.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <sstream>

#include "sim/engine/place_hops.hpp"
#include "sim/engine/planning_grid.hpp"
#include "tests/bench/feeders.hpp"
#include "tests/places.hpp"

using namespace evsweep;
using namespace std::chrono_literals;
using enum Conductor;

namespace {

/// Chargers between two phases of the feeder of the voltage support study, or on all three of them, under a constant base load.
struct World {
    explicit World(const std::vector<std::pair<std::string, Wiring>>& chargers)
        : feeder(bench::feeder_of("voltage_support_37/feeder.yaml")) {
        for (const auto& [bus, wiring] : chargers) {
            connectors.bus.push_back(feeder.find_bus(bus).value());
            connectors.wiring.push_back(wiring);
        }
        scenario.time.step = 1h;
        scenario.time.duration = 1h;
        for (const LoadPoint& load : feeder.loads()) scenario.base_load.profiles[load.profile] = {1h, false, {0.6}};
        base.emplace(scenario, feeder);
        network.emplace(feeder, places_of(connectors));
        ports.emplace(*network, connectors);
        grid.emplace(scenario, *base, *ports);
    }
    World(const World&) = delete;

    /// Voltages of the metering points while chargers draw this, by place.
    [[nodiscard]] std::vector<double> voltages(const std::vector<double>& p_kw, const std::vector<double>& q_kvar) const {
        LoadFlow flow(ports->network(), {.tolerance_pu = 1e-12, .max_iterations = 300});
        for (std::size_t l = 0; l < feeder.loads().size(); ++l)
            flow.power().add(feeder.loads()[l], base->scale(0, l), ports->network()->places());
        for (std::size_t c = 0; c < p_kw.size(); ++c)
            for (const auto place : ports->places(ConnectorId(c))) {
                flow.power().p[place] += p_kw[c] / static_cast<double>(ports->places(ConnectorId(c)).size());
                flow.power().q[place] += q_kvar[c] / static_cast<double>(ports->places(ConnectorId(c)).size());
            }
        REQUIRE(flow.solve().status == LoadFlowStatus::converged);
        std::vector<double> found;
        for (std::size_t point = 0; point < ports->metering_points(); ++point) found.push_back(ports->voltage_pu(point, flow));
        return found;
    }

    const Feeder& feeder;
    Connectors connectors;
    Scenario scenario;
    std::optional<BaseDemand> base;
    std::optional<ChargingNetwork> network;
    std::optional<ChargingPorts> ports;
    std::optional<PlanningGrid> grid;
};

struct Sample {
    std::string voltage_at, drawn_at;
    double pu_per_kw = 0.0, pu_per_kvar = 0.0;
};

std::vector<Sample> samples(const std::filesystem::path& file) {
    std::ifstream text(file);
    std::vector<Sample> list;
    std::string line;
    std::getline(text, line);
    while (std::getline(text, line)) {
        std::replace(line.begin(), line.end(), ',', ' ');
        std::istringstream cells(line);
        Sample& s = list.emplace_back();
        cells >> s.voltage_at >> s.drawn_at >> s.pu_per_kw >> s.pu_per_kvar;
    }
    return list;
}

const std::vector<std::pair<std::string, Wiring>> stations{{"701", {{c, a}}}, {"722", {{b, c}}}, {"738", {{a, b}}},
                                                           {"741", {{c, a}}}, {"728", {{a, b}}}, {"742", {{b, c}}}};

}  // namespace

TEST_CASE("rows of chargers are the derivative of what their meters show") {
    auto chargers = stations;
    chargers.push_back({"713", {{a, b}, {b, c}, {c, a}}});
    World world(chargers);
    const std::size_t n = chargers.size();
    std::vector<double> p(n, 5.0);
    std::vector<double> q(n, -2.0);
    LinearGrid grid;
    REQUIRE(world.grid->linearise(Instant{}, p, q, grid));
    const std::vector<double> at = world.voltages(p, q);
    constexpr double h = 20.0;
    for (std::size_t place = 0; place < n; ++place) {
        CHECK(grid.charger_voltage.value[place] == Approx(at[place]).epsilon(1e-9));
        for (auto [power, slope] : {std::pair(&p, &grid.charger_voltage.per_kw), std::pair(&q, &grid.charger_voltage.per_kvar)}) {
            const double before = (*power)[place];
            (*power)[place] = before + h;
            const auto above = world.voltages(p, q);
            (*power)[place] = before - h;
            const auto below = world.voltages(p, q);
            (*power)[place] = before;
            for (std::size_t row = 0; row < n; ++row)
                CHECK(std::abs((*slope)[row * n + place] - (above[row] - below[row]) / (2.0 * h)) < 1e-9);
        }
    }
}

TEST_CASE("rows at nominal voltages are the nodal impedances seen between phases") {
    const auto file = test::shared_dir() / "data/voltage_support_37/sensitivity_sample.csv";
    if (!std::filesystem::exists(file)) {
        WARN("skipped: " << file << " is not there");
        return;
    }
    World world(stations);
    LinearRows rows;
    REQUIRE(world.grid->linearise_nominal(rows));
    const std::vector<std::string> names{"701ca", "722bc", "738ab", "741ca", "728ab", "742bc"};
    const auto list = samples(file);
    REQUIRE(list.size() == 36);
    double largest = 0.0;
    double worst = 0.0;
    for (const Sample& s : list) {
        const auto place = [&](const std::string& name) {
            return static_cast<std::size_t>(std::find(names.begin(), names.end(), name) - names.begin());
        };
        const std::size_t entry = place(s.voltage_at) * names.size() + place(s.drawn_at);
        largest = std::max({largest, std::abs(s.pu_per_kw), std::abs(s.pu_per_kvar)});
        worst = std::max({worst, std::abs(rows.per_kw[entry] - s.pu_per_kw), std::abs(rows.per_kvar[entry] - s.pu_per_kvar)});
    }
    CHECK(worst <= 1e-8 * largest);
    CHECK(rows.value == std::vector<double>(6, 1.0));
}

TEST_CASE("rows at nominal voltages do not depend on what was asked before") {
    World world(stations);
    LinearRows first;
    REQUIRE(world.grid->linearise_nominal(first));
    LinearGrid grid;
    REQUIRE(world.grid->linearise(Instant{}, std::vector<double>(6, 7.0), std::vector<double>(6, 2.0), grid));
    LinearRows again;
    REQUIRE(world.grid->linearise_nominal(again));
    CHECK(first.per_kw == again.per_kw);
    CHECK(first.per_kvar == again.per_kvar);
}

TEST_CASE("charging points are one step apart where no other lies between them") {
    const Feeder& feeder = bench::feeder_of("voltage_support_37/feeder.yaml");
    std::vector<BusId> bus;
    for (const char* name : {"713", "714", "720", "718", "701", "713"}) bus.push_back(feeder.find_bus(name).value());
    const auto hops = place_hops(feeder, bus);
    const std::vector<std::uint32_t> from_713{0, 1, 1, 2, 1, 0};  // 704 is a fork without a charger; 718 hangs on 714, 701 on 702
    CHECK(std::vector(hops.begin(), hops.begin() + 6) == from_713);
    for (std::size_t one = 0; one < 6; ++one)
        for (std::size_t two = 0; two < 6; ++two) CHECK(hops[one * 6 + two] == hops[two * 6 + one]);
}
