// Which places charging points get: nobody moves when one more comes, and nobody is favoured.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <set>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;
using Catch::Contains;

namespace {

using Counts = std::vector<std::size_t>;

const std::string night =
    "\narrival: 18 h\ndeparture: 7 h\ninitial_soc: 0.3\ntarget_soc: 0.9\ncapacity: 40 kWh\ncharge_rating: 7.4 kW\n";

std::string placed(const std::string& rule, const std::string& more = {}) { return "placement: {" + rule + "}\n" + more + night; }
std::string vehicles(std::size_t count) { return "vehicles: " + std::to_string(count); }

/// Five buses of 0, 100, 50, 150 and 200 kW, and a load of its own at each of the last four but two at the mall.
struct Town : BehaviourFixture {
    Town() {
        const auto add = [this](const char* id, std::size_t bus) { feeder.loads.push_back({id, BusId(bus), 50.0, {}}); };
        add("baker", 1);
        add("butcher", 2);
        add("", 3);
        add("", 3);
        add("school", 4);
    }
    std::vector<BusId> buses(const std::string& yaml, std::uint32_t replica = 0) { return draw(yaml, replica).connectors.bus; }
    Counts by_bus(const std::string& yaml, std::uint32_t replica = 0) {
        Counts count(feeder.bus.size(), 0);
        for (const BusId bus : buses(yaml, replica)) ++count[bus.index()];
        return count;
    }
};

bool begins_with(const std::vector<BusId>& whole, const std::vector<BusId>& part) {
    return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

/// Four deviations of a count of `n` draws with probability `p`.
double four_deviations(double n, double p) { return 4.0 * std::sqrt(n * p * (1.0 - p)); }

}  // namespace

TEST_CASE("one more charging point moves nobody, by any rule", "[behaviours]") {
    Town town;
    std::vector<BusId> before[5];
    for (std::size_t n = 0; n <= 40; ++n) {
        const std::string percent = std::to_string(10 * n) + " %";
        const std::vector<BusId> now[] = {
            town.buses(placed("rule: round_robin, buses: [1, mall, 3]", vehicles(n)), 3),
            town.buses(placed("rule: proportional", vehicles(n)), 3),
            town.buses(placed("rule: class, class: residential", vehicles(n)), 3),
            town.buses(placed("rule: counts, counts: {1: 3, mall: 2, 5: 5}", "penetration: " + percent), 3),
            town.buses(placed("rule: loads, share: " + std::to_string(static_cast<double>(n) / 40.0)), 3)};
        for (std::size_t rule = 0; rule < 5; ++rule) {
            INFO("rule " << rule << ", " << n << " vehicles");
            CHECK((rule == 4 || now[rule].size() == n));
            CHECK(begins_with(now[rule], before[rule]));
            before[rule] = now[rule];
        }
    }
}

TEST_CASE("a list is taken in turn as it is, whatever the seed and the replica", "[behaviours]") {
    Town town;
    const std::string yaml = placed("rule: round_robin, buses: [5, mall, 2]", vehicles(4));
    CHECK(town.buses(yaml, 9) == std::vector<BusId>{BusId(4), BusId(3), BusId(1), BusId(4)});
    CHECK(town.make(yaml)->places().drawn == PlaceDraw::fixed);
}

TEST_CASE("counts are kept at 100 % and in whole rounds above, and shared out by lot below", "[behaviours]") {
    Town town;
    const std::string counts = "rule: counts, counts: {mall: 4, 2: 6}";
    for (std::uint32_t replica = 0; replica < 20; ++replica) {
        CHECK(town.by_bus(placed(counts), replica) == Counts{0, 6, 0, 4, 0});
        CHECK(town.by_bus(placed(counts, "penetration: 200 %"), replica) == Counts{0, 12, 0, 8, 0});
        const Counts more = town.by_bus(placed(counts, "penetration: 150 %"), replica);
        CHECK(more[1] + more[3] == 15);
        CHECK(more[1] >= 6);
        CHECK(more[3] >= 4);
    }
    double at_mall = 0.0;
    for (std::uint32_t replica = 0; replica < 2000; ++replica)
        at_mall += static_cast<double>(town.by_bus(placed(counts, "penetration: 10 %"), replica)[3]);
    CHECK(std::abs(at_mall - 800.0) < four_deviations(2000.0, 0.4));
}

TEST_CASE("by load every charging point is at a bus as often as that bus has load, and all together nearly in proportion",
          "[behaviours]") {
    Town town;
    const double share[] = {0.0, 0.2, 0.1, 0.3, 0.4};
    const auto behaviour = town.make(placed("rule: proportional", vehicles(600)));
    std::map<std::size_t, Counts> of_vehicle;
    for (std::uint32_t replica = 0; replica < 3000; ++replica) {
        Population population;
        behaviour->draw(Rng(1, replica), population);
        Counts count(5, 0);
        for (std::size_t i = 0; i < 600; ++i) ++count[population.connectors.bus[i].index()];
        for (std::size_t b = 0; b < 5; ++b)
            REQUIRE(std::abs(static_cast<double>(count[b]) - 600.0 * share[b]) <= 3.0);  // found with another program
        for (const std::size_t i : {0U, 1U, 7U, 599U}) {
            of_vehicle[i].resize(5);
            ++of_vehicle[i][population.connectors.bus[i].index()];
        }
    }
    for (const auto& [i, count] : of_vehicle)
        for (std::size_t b = 0; b < 5; ++b) {
            INFO("vehicle " << i << " at bus " << b);
            CHECK(std::abs(static_cast<double>(count[b]) - 3000.0 * share[b]) <= four_deviations(3000.0, share[b]));
        }
}

TEST_CASE("no bus of a class and no load is favoured by its place in the file", "[behaviours]") {
    Town town;
    Counts by_class(5, 0);
    Counts by_loads(5, 0);
    const auto in_class = town.make(placed("rule: class, class: residential", vehicles(4)));  // three buses
    const auto at_loads = town.make(placed("rule: loads, share: 20 %"));                      // one of five loads
    for (std::uint32_t replica = 0; replica < 3000; ++replica) {
        Population one;
        Population other;
        in_class->draw(Rng(1, replica), one);
        at_loads->draw(Rng(1, replica), other);
        std::set<BusId> of_three(one.connectors.bus.begin(), one.connectors.bus.begin() + 3);
        REQUIRE(of_three.size() == 3);  // in turn
        ++by_class[one.connectors.bus[3].index()];
        REQUIRE(other.connectors.size() == 1);
        ++by_loads[other.connectors.bus[0].index()];
    }
    for (const std::size_t b : {0U, 1U, 4U})
        CHECK(std::abs(static_cast<double>(by_class[b]) - 1000.0) < four_deviations(3000.0, 1.0 / 3.0));
    for (const std::size_t b : {1U, 2U, 4U})
        CHECK(std::abs(static_cast<double>(by_loads[b]) - 600.0) < four_deviations(3000.0, 0.2));
    CHECK(std::abs(static_cast<double>(by_loads[3]) - 1200.0) < four_deviations(3000.0, 0.4));  // two without a name
}

TEST_CASE("places are drawn for every replica, or once for the study where that is asked for", "[behaviours]") {
    for (const std::string rule : {"rule: proportional", "rule: class, class: residential", "rule: loads, share: 60 %",
                                   "rule: counts, counts: {1: 3, mall: 2, 5: 5}"}) {
        INFO(rule);
        Town town;
        const bool is_counted = rule.find("share") != std::string::npos || rule.find("counts") != std::string::npos;
        const std::string more = is_counted ? (rule.find("counts") != std::string::npos ? "penetration: 70 %" : "") : vehicles(4);
        const std::string once = placed(rule + ", redraw: study", more);
        std::set<std::vector<BusId>> drawn;
        for (std::uint32_t replica = 0; replica < 20; ++replica) {
            drawn.insert(town.buses(placed(rule, more), replica));
            CHECK(town.buses(once, replica) == town.buses(once, 0));
        }
        CHECK(drawn.size() > 3);
        CHECK(town.make(placed(rule, more))->places().drawn == PlaceDraw::per_replica);
        CHECK(town.make(once)->places().drawn == PlaceDraw::per_study);
        std::set<std::vector<BusId>> of_seeds;
        for (town.seed = 1; town.seed <= 10; ++town.seed) of_seeds.insert(town.buses(once));
        CHECK(of_seeds.size() > 2);
    }
}

TEST_CASE("places that no draw can change are reported as fixed", "[behaviours]") {
    Town town;
    CHECK(town.make(placed("rule: counts, counts: {mall: 4, 2: 6}"))->places().drawn == PlaceDraw::fixed);
    CHECK(town.make(placed("rule: class, class: residential", vehicles(6)))->places().drawn == PlaceDraw::fixed);
    CHECK(town.make(placed("rule: loads"))->places().drawn == PlaceDraw::fixed);
}

TEST_CASE("a behaviour names all places that any replica uses, and every replica has the same zones", "[behaviours]") {
    Town town;
    const auto behaviour = town.make(placed("rule: loads, share: 40 %"));
    const auto& possible = behaviour->places().possible;
    CHECK(possible.size() == 4);  // two of the five loads are at one bus
    for (std::uint32_t replica = 0; replica < 30; ++replica) {
        Population population;
        behaviour->draw(Rng(1, replica), population);
        CHECK(population.zones == std::vector<std::string>{"bus 2", "bus 3", "bus mall", "bus 5"});
        for (std::size_t c = 0; c < population.connectors.size(); ++c) {
            const ChargingPlace place = population.connectors.place(ConnectorId(c));
            CHECK(std::find(possible.begin(), possible.end(), place) != possible.end());
            CHECK(population.zones[population.connectors.zone[c]] == "bus " + town.feeder.bus[place.bus.index()]);
        }
    }
    CHECK(town.make(placed("rule: loads, share: 40 %, redraw: study"))->places().possible.size() <= 2);
}

TEST_CASE("a load more in the file leaves the lots of the others as they were", "[behaviours]") {
    Town town;
    Town larger;
    larger.feeder.loads.insert(larger.feeder.loads.begin(), {"newcomer", BusId(0), 10.0, {}});
    for (std::uint32_t replica = 0; replica < 20; ++replica) {
        std::vector<BusId> with = larger.buses(placed("rule: loads"), replica);
        REQUIRE(with.size() == 6);
        with.erase(std::find(with.begin(), with.end(), BusId(0)));
        CHECK(with == town.buses(placed("rule: loads"), replica));
    }
}

TEST_CASE("a group says in words how it gets its places", "[behaviours]") {
    Town town;
    CHECK(town.make(placed("rule: loads, share: 40 %"))->places().how == "2 charging points, one each at 2 of 5 loads");
    CHECK(town.make(placed("rule: proportional", vehicles(1)))->places().how ==
          "1 charging point in proportion to the load of 4 buses");
    CHECK(town.make(placed("rule: class, class: residential", vehicles(7)))->places().how ==
          "7 charging points in turn over 3 buses of class 'residential'");
    CHECK(town.make(placed("rule: counts, counts: {mall: 4, 2: 6}", "penetration: 50 %"))->places().how ==
          "5 charging points at 5 of 10 points counted by bus");
}

TEST_CASE("the former name of the rule is taken, and said to be one") {
    Town town;
    CHECK(town.make(placed("rule: load", vehicles(3)))->places().how == "3 charging points in proportion to the load of 4 buses");
    CHECK_THAT(town.issue_texts(), Catch::Contains("placement.rule: 'load' is now called 'proportional'; write that"));
}
