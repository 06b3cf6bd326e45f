// Charging points that stand where a recording says: rule recorded.
#include <catch2/catch.hpp>

#include "unit/models/behaviours/behaviour_fixture.hpp"
#include "unit/models/behaviours/session_files.hpp"

using namespace evsweep;
using enum Conductor;
using Catch::Contains;

namespace {

const std::string header = "station_id,plug_in_local,plug_out_local,energy_kwh,bus,phases\n";

/// Stays of one charging point each, at a bus and between phases.
std::string table(const std::vector<std::pair<std::string, std::string>>& places) {
    std::string text = header;
    for (std::size_t k = 0; k < places.size(); ++k)
        text +=
            "S" + std::to_string(k) + ",2025-01-06 14:00,2025-01-06 18:00,9.5," + places[k].first + "," + places[k].second + "\n";
    return text;
}

std::string settings(const TemporaryFile& file, const std::string& placement = "{rule: recorded}") {
    return "behaviour: sessions\nfile: " + file.path().string() +
           "\nlayout: workplace\ncolumns: {bus: bus, phases: phases}\nplacement: " + placement +
           "\ncapacity: 60 kWh\ncharge_rating: 7 kW\n";
}

struct PhasesFixture : BehaviourFixture {
    PhasesFixture() {
        horizon = std::chrono::hours(12);  // as long as the recorded day
        feeder = make_site({{"head", "", 0.0, {a, b, c}}, {"corner", "", 1.0, {a, b, c}}, {"house", "", 1.0, {b, n}}}, 400.0);
    }
};

}  // namespace

TEST_CASE("rule recorded puts every charging point at the bus that the recording names", "[behaviours]") {
    const TemporaryFile file(table({{"5", ""}, {"2", ""}, {"5", ""}}));
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(12);
    const Connectors points = fixture.draw(settings(file)).connectors;
    CHECK(fixture.issue_texts() == "");
    REQUIRE(points.size() == 3);
    CHECK(points.bus == std::vector<BusId>{BusId(4), BusId(1), BusId(4)});
}

TEST_CASE("rule recorded wires charging points between the phases that the recording names", "[behaviours]") {
    const TemporaryFile file(table({{"corner", "ca"}, {"corner", "b"}, {"house", "b"}, {"corner", "abc"}, {"corner", ""}}));
    PhasesFixture fixture;
    const Connectors points = fixture.draw(settings(file)).connectors;
    CHECK(fixture.issue_texts() == "");
    REQUIRE(points.size() == 5);
    CHECK(points.wiring.at(0) == Wiring{{c, a}});
    CHECK(points.wiring.at(1) == Wiring{{b, {}}});
    CHECK(points.wiring.at(2) == Wiring{{b, n}});
    CHECK(points.wiring.at(3) == Wiring{{a, {}}, {b, {}}, {c, {}}});
}

TEST_CASE("places that the feeder does not have are refused at their rows, all at once", "[behaviours]") {
    const TemporaryFile file(table({{"cornr", "a"}, {"house", "ca"}, {"corner", "a"}}));
    PhasesFixture fixture;
    CHECK_FALSE(fixture.try_make(settings(file)));
    const std::string texts = fixture.issue_texts();
    CHECK_THAT(texts, Contains(":2:"));
    CHECK_THAT(texts, Contains("unknown bus 'cornr'; did you mean 'corner'?"));
    CHECK_THAT(texts, Contains(":3:"));
    CHECK_THAT(texts, Contains("phases 'ca' are not at bus house (bn)"));
}

TEST_CASE("at a balanced feeder a recording names no phases, or all three", "[behaviours]") {
    const TemporaryFile file(table({{"5", "a"}, {"", "abc"}}));
    BehaviourFixture fixture;
    CHECK_FALSE(fixture.try_make(settings(file)));
    CHECK_THAT(fixture.issue_texts(),
               Contains(":2:") && Contains("phases 'a' are not at bus 5: the feeder is balanced; leave the cell "
                                           "empty, or write abc"));
    CHECK_THAT(fixture.issue_texts(), Contains(":3:") && Contains("the bus of a charging point is empty"));
    const TemporaryFile three(table({{"5", "abc"}, {"2", ""}}), "three.csv");
    BehaviourFixture other;
    other.horizon = std::chrono::hours(12);
    CHECK(other.draw(settings(three)).connectors.bus == std::vector<BusId>{BusId(4), BusId(1)});
    CHECK(other.issue_texts() == "");
}

TEST_CASE("at a balanced feeder a recording needs no column of phases", "[behaviours]") {
    const TemporaryFile file(
        "station_id,plug_in_local,plug_out_local,energy_kwh,bus\nS,2025-01-06 14:00,2025-01-06 18:00,9.5,5\n");
    BehaviourFixture fixture;
    fixture.horizon = std::chrono::hours(12);
    const Connectors points =
        fixture
            .draw("behaviour: sessions\nfile: " + file.path().string() +
                  "\nlayout: workplace\nplacement: {rule: recorded}\ncapacity: 60 kWh\ncharge_rating: 7 kW\n")
            .connectors;
    CHECK(fixture.issue_texts() == "");
    CHECK(points.bus == std::vector<BusId>{BusId(4)});
}

TEST_CASE("rule recorded needs a recording, and wires of its own", "[behaviours]") {
    BehaviourFixture fixture;
    CHECK_FALSE(fixture.try_make(
        "vehicles: 3\narrival: 18 h\ndeparture: 7 h\ninitial_soc: 0.3\ntarget_soc: 0.9\ncapacity: 40 kWh\ncharge_rating: 7 "
        "kW\nplacement: {rule: recorded}\n"));
    CHECK_THAT(fixture.issue_texts(), Contains("rule recorded needs a recording that tells places"));
    const TemporaryFile file(table({{"5", ""}}));
    BehaviourFixture other;
    CHECK_FALSE(other.try_make(settings(file, "{rule: recorded, connection: single_phase}")));
    CHECK_THAT(other.issue_texts(), Contains("placement.connection: is for the recording to say"));
}
