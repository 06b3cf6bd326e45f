#include <catch2/catch.hpp>
#include <vector>

#include "evsweep/contracts.hpp"
#include "sim/fleet/generator_state.hpp"

using namespace evsweep;

namespace {

/// A charging point between two generators of 10 and 4 kW, which follow one row each.
Population two_sources() {
    Population p;
    for (const double rating : {10.0, 0.0, 4.0}) {
        p.connectors.bus.emplace_back(1);
        p.connectors.charge_rating.push_back(Kilowatts(rating > 0.0 ? 0.0 : 7.0));
        p.connectors.discharge_rating.push_back(Kilowatts(rating));
        p.connectors.apparent_rating.push_back(KilovoltAmperes(12.0));
    }
    p.connectors.kind = {ResourceKind::generation, ResourceKind::vehicle, ResourceKind::generation};
    p.connectors.availability = {0, 0, 1};
    p.availability = {{0.0, 0.5, 1.0, 1.0}, {0.25, 0.25, 0.25, 0.25}};
    return p;
}

Instant at_h(double h) { return Instant(from_hours(h)); }

}  // namespace

TEST_CASE("generators feed in what is available, and no more than their limit", "[generators]") {
    const Population population = two_sources();
    ChargingState points(population);
    GeneratorState generators(population, points);
    REQUIRE(generators.members().size() == 2);
    CHECK(generators.generated_kw() == 0.0);
    generators.begin_step(0, at_h(0.0));
    CHECK(points.p_kw()[0] == 0.0);
    CHECK(points.p_kw()[2] == -1.0);
    generators.begin_step(1, at_h(1.0));
    CHECK(points.p_kw()[0] == -5.0);
    CHECK(points.p_min_kw()[0] == -5.0);
    CHECK(generators.available_kw()[0] == 5.0);
    generators.limit(ConnectorId(0), -2.0, 3.0, at_h(1.5));
    CHECK(points.p_kw()[0] == -2.0);
    CHECK(points.q_kvar()[0] == 3.0);
    CHECK(points.p_min_kw()[0] == -5.0);
    CHECK(generators.generated_kw() == 3.0);
    CHECK(generators.curtailed_kw() == 3.0);
    generators.limit(ConnectorId(0), -7.0, 0.0, at_h(1.75));  // beyond what there is: no limit for now
    CHECK(points.p_kw()[0] == -5.0);
    generators.begin_step(2, at_h(2.0));  // and one in the next step
    CHECK(points.p_kw()[0] == -7.0);
    CHECK(generators.curtailed_kw() == 3.0);
    CHECK(points.plugged_in().empty());
    CHECK(points.p_kw()[1] == 0.0);
}

TEST_CASE("the energy of generators is the integral of their powers", "[generators]") {
    const Population population = two_sources();
    ChargingState points(population);
    GeneratorState generators(population, points);
    generators.begin_step(0, at_h(0.0));
    generators.begin_step(1, at_h(1.0));
    generators.limit(ConnectorId(0), -2.0, 3.0, at_h(1.5));
    generators.begin_step(2, at_h(2.0));
    const GeneratorEnergy energy = generators.energy(at_h(2.25));
    // 1 kW all the time; 5 kW for half an hour, then 2 kW, of 5 kW and then of 10 kW
    CHECK(energy.generated_kwh == Approx(2.25 + 5.0 * 0.5 + 2.0 * 0.75).epsilon(1e-14));
    CHECK(energy.curtailed_kwh == Approx(3.0 * 0.5 + 8.0 * 0.25).epsilon(1e-14));
    std::vector<double> kwh(3, 100.0), kvarh(3, 0.0);
    generators.add_net_kwh(at_h(2.25), kwh);
    generators.add_net_kvarh(at_h(2.25), kvarh);
    CHECK(kwh[0] == Approx(100.0 - 4.0).epsilon(1e-14));
    CHECK(kwh[1] == 100.0);
    CHECK(kwh[2] == Approx(100.0 - 2.25).epsilon(1e-14));
    CHECK(kvarh[0] == Approx(3.0 * 0.75).epsilon(1e-14));
    CHECK(points.energy(at_h(2.25)).discharged_kwh == 0.0);  // of batteries
}

TEST_CASE("what is available changes where a row does", "[generators]") {
    const Population population = two_sources();
    ChargingState points(population);
    const GeneratorState generators(population, points);
    CHECK(generators.changes_at(0));
    CHECK(generators.changes_at(1));
    CHECK(generators.changes_at(2));
    CHECK_FALSE(generators.changes_at(3));
    const Population nobody;
    ChargingState nothing(nobody);
    CHECK_FALSE(GeneratorState(nobody, nothing).changes_at(0));
}

TEST_CASE("only generators are limited", "[generators]") {
    const Population population = two_sources();
    ChargingState points(population);
    GeneratorState generators(population, points);
    CHECK_THROWS_AS(generators.limit(ConnectorId(1), -1.0, 0.0, at_h(0.0)), ContractViolation);
    CHECK_THROWS_AS(points.feed_in(ConnectorId(1), -1.0, 0.0, -1.0), ContractViolation);
}
