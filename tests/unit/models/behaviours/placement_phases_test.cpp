#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "unit/models/behaviours/behaviour_fixture.hpp"

using namespace evsweep;
using enum Conductor;
using Catch::Contains;

namespace {

const std::string night = R"(
arrival: 18 h
departure: 7 h
initial_soc: 0.3
target_soc: 0.9
capacity: 40 kWh
charge_rating: 7.4 kW
)";

/// A street whose houses hang on different phases, with a split-phase service at its end.
struct Street : BehaviourFixture {
    Street() {
        feeder = make_site({{"head", "", 0.0, {a, b, c}},
                            {"1", "house", 2.0, {a, b, c}},
                            {"2", "house", 2.0, {a, b, c, n}},
                            {"3", "house", 2.0, {c, a}},
                            {"4", "flat", 4.0, {b}},
                            {"5", "house", 3.0, {s1, s2}}},
                           400.0);
        const auto add = [this](const char* id, std::size_t bus, double p_kw, std::vector<Terminals> terminals) {
            feeder.loads.push_back({id, BusId(bus), p_kw, std::move(terminals)});
        };
        add("one", 1, 2.0, {{b, {}}});
        add("two", 2, 2.0, {{a, n}, {b, n}, {c, n}});
        add("three", 3, 2.0, {{c, a}});
        add("sun", 3, -3.0, {{a, {}}});
        add("four", 4, 4.0, {{b, {}}});
        add("five", 5, 3.0, {{s1, {}}, {{}, s2}});
    }
    Connectors wired(const std::string& placement, std::uint32_t replica = 0) {
        return draw("placement: {" + placement + "}\n" + night, replica).connectors;
    }
    std::string refused(const std::string& placement) {
        CHECK_FALSE(try_make("placement: {" + placement + "}\n" + night));
        return issue_texts();
    }
};

/// `count` charging points at one bus.
std::string at(const std::string& buses, int count, const std::string& more) {
    return "rule: counts, counts: {" + buses + ": " + std::to_string(count) + "}, " + more;
}

}  // namespace

TEST_CASE("where nothing is said of phases nothing is wired", "[behaviours]") {
    Street street;
    CHECK(street.wired("rule: counts, counts: {1: 2}").wiring.empty());
}

TEST_CASE("a phase that is asked for is taken, against the neutral where there is one", "[behaviours]") {
    Street street;
    CHECK(street.wired(at("1", 1, "connection: single_phase, phase: b")).wiring[0] == Wiring{{b, {}}});
    CHECK(street.wired(at("2", 1, "connection: single_phase, phase: b")).wiring[0] == Wiring{{b, n}});
    CHECK(street.wired(at("2", 1, "connection: two_phase, phase: c")).wiring[0] == Wiring{{c, n}, {a, n}});
    CHECK(street.wired(at("3", 1, "connection: between_phases, phase: c")).wiring[0] == Wiring{{c, a}});
    CHECK(street.wired(at("2", 1, "connection: three_phase")).wiring[0] == Wiring{{a, n}, {b, n}, {c, n}});
    CHECK(street.wired(at("5", 1, "connection: split_phase")).wiring[0] == Wiring{{s1, s2}});
}

TEST_CASE("phases in turn go round those that the bus has", "[behaviours]") {
    Street street;
    const auto wiring = street.wired(at("1", 5, "connection: single_phase, phase: round_robin")).wiring;
    std::string phases;
    for (const Wiring& w : wiring) phases += name_of(w.at(0).plus.value());
    CHECK(phases == "abcab");
}

TEST_CASE("drawn phases use all phases about alike, differ from replica to replica, and stay where there are more") {
    const std::string placement = at("1", 900, "connection: single_phase, phase: random");
    const auto first = Street().wired(placement, 0).wiring;
    CHECK(first != Street().wired(placement, 7).wiring);
    CHECK(first == Street().wired(placement, 0).wiring);
    for (const Conductor phase : {a, b, c}) {
        const auto count = std::count(first.begin(), first.end(), Wiring{{phase, {}}});
        CHECK(std::abs(static_cast<double>(count) - 300.0) < 4.0 * std::sqrt(900.0 * 2.0 / 9.0));  // four deviations
    }
    const auto fewer = Street().wired(at("1", 90, "connection: single_phase, phase: random")).wiring;
    CHECK(std::equal(fewer.begin(), fewer.end(), first.begin()));
}

TEST_CASE("phases that are drawn once for the study are the same in every replica and follow the seed") {
    const std::string placement = at("1", 90, "connection: single_phase, redraw: study");
    const auto first = Street().wired(placement, 0).wiring;
    CHECK(first == Street().wired(placement, 7).wiring);
    Street other;
    other.seed = 2;
    CHECK(first != other.wired(placement).wiring);
}

TEST_CASE("chargers of a bus that are wired like its loads begin with any of them and then take turns") {
    Street street;
    street.feeder.loads.push_back({"annexe", BusId(1), 1.0, {{a, {}}}});  // beside "one", which is on b
    std::size_t on_a_first = 0;
    for (std::uint32_t replica = 0; replica < 400; ++replica) {
        const auto wiring = street.wired(at("1", 3, "connection: single_phase, phase: load"), replica).wiring;
        CHECK(wiring[0] != wiring[1]);
        CHECK(wiring[0] == wiring[2]);
        on_a_first += wiring[0] == Wiring{{a, {}}} ? 1 : 0;
    }
    CHECK(std::abs(static_cast<double>(on_a_first) - 200.0) < 4.0 * std::sqrt(400.0 / 4.0));
}

TEST_CASE("vehicles at loads are wired as their house is", "[behaviours]") {
    Street street;
    const auto connectors = street.wired("rule: loads, connection: single_phase");
    REQUIRE(connectors.size() == 5);  // the sun is no house
    for (std::size_t i = 0; i < connectors.size(); ++i) {
        const std::string bus = street.feeder.bus[connectors.bus[i].index()];
        const Wiring& w = connectors.wiring[i];
        INFO("bus " << bus);
        REQUIRE(w.size() == 1);
        if (bus == "1" || bus == "4") CHECK(w == Wiring{{b, {}}});
        if (bus == "2") CHECK(w[0].minus == n);
        if (bus == "3") CHECK(w == Wiring{{c, a}});
        if (bus == "5") CHECK((w == Wiring{{s1, {}}} || w == Wiring{{{}, s2}}));
    }
}

TEST_CASE("a house on one phase may have a charger on three where its bus has them", "[behaviours]") {
    Street street;
    street.feeder.loads.resize(2);  // the houses "one" and "two"
    CHECK(street.wired("rule: loads, class: house, connection: three_phase").wiring[0].size() == 3);
}

TEST_CASE("a smaller share of the loads is part of a larger one, with the same days", "[behaviours]") {
    BehaviourFixture fixture;
    std::vector<SiteBus> houses{{"head", "", 0.0, {a, b, c}}};
    for (int i = 1; i <= 55; ++i) houses.push_back({"h" + std::to_string(i), "", 1.0, {a}});
    fixture.feeder = make_site(houses, 400.0);
    for (std::size_t i = 1; i <= 55; ++i) fixture.feeder.loads.push_back({"load", BusId(i), 1.0, {{a, {}}}});
    std::vector<BusId> before;
    for (const int percent : {0, 20, 40, 60, 100}) {
        const auto population = fixture.draw("placement: {rule: loads, share: " + std::to_string(percent) +
                                             " %, connection: single_phase}\n" + night);
        const auto& now = population.connectors.bus;
        CHECK(now.size() == static_cast<std::size_t>(std::lround(0.55 * percent)));
        REQUIRE(std::equal(before.begin(), before.end(), now.begin()));
        CHECK(std::set<BusId>(now.begin(), now.end()).size() == now.size());  // one each
        before = now;
    }
    CHECK_FALSE(std::is_sorted(before.begin(), before.end()));
}

TEST_CASE("what a feeder has no wires for is refused with all buses and their conductors", "[behaviours]") {
    CHECK_THAT(Street().refused("rule: counts, counts: {1: 1, 3: 1, 4: 1, 5: 1}, connection: single_phase, phase: c"),
               Contains("population.homes.placement.connection: single_phase with phase: c does not fit at bus 4 (b), 5 (s1s2); "
                        "place charging points elsewhere"));
    CHECK_THAT(Street().refused("rule: counts, counts: {1: 1, 3: 1, 4: 1}, connection: three_phase"),
               Contains("three_phase does not fit at bus 3 (ca), 4 (b); "));
    CHECK_THAT(
        Street().refused(at("head", 1, "connection: single_phase, phase: load")),
        Contains("single_phase with phase: load does not fit at bus head (abc); place charging points where such loads are"));
    CHECK_THAT(Street().refused("rule: counts, counts: {1: 1}, phase: a"),
               Contains("population.homes.placement.phase: needs a connection that leaves a choice"));
    CHECK_THAT(Street().refused("rule: counts, counts: {1: 1}, share: 0.5"),
               Contains("population.homes.placement.share: does not belong to this rule; remove it, or use rule: loads"));
    CHECK_THAT(Street().refused("rule: loads, class: barn"), Contains("the feeder has no loads at buses of class 'barn'"));
    BehaviourFixture balanced;
    CHECK_FALSE(balanced.try_make("placement: {rule: counts, counts: {2: 1}, connection: single_phase}\n" + night));
    CHECK_THAT(balanced.issue_texts(), Contains("the feeder is balanced and has no phases to choose from; remove it"));
}

TEST_CASE("groups that say nothing of phases stay unwired beside those that do", "[behaviours]") {
    Street street;
    Population population;
    const Rng rng(1, 0);
    street.make("placement: {rule: counts, counts: {1: 2}}\n" + night, "first")->draw(rng, population);
    street.make("placement: {rule: counts, counts: {4: 1}, connection: single_phase}\n" + night, "second")->draw(rng, population);
    REQUIRE(population.connectors.wiring.size() == 3);
    CHECK(population.connectors.wiring[1].empty());
    CHECK(population.connectors.wiring[2] == Wiring{{b, {}}});
}
