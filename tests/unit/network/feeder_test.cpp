#include "sim/network/feeder.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <limits>

#include "unit/network/descriptions.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;

/// What a user reads of a refused feeder, one problem per entry.
std::vector<std::string> refusal(const FeederDescription& description, const BuildOptions& options = {}) {
    Issues issues;
    CHECK_FALSE(build_feeder(description, options, issues).has_value());
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    return texts;
}

using Texts = std::vector<std::string>;

TEST_CASE("buses are numbered depth-first from the source with children in file order", "[feeder]") {
    auto d = buses(6);
    // 3 is the source; 3-5 comes first in the file, then 3-1, and 1 feeds 6 before 2.
    d.sources[0].bus = "3";
    d.branches = {line("3", "5"), line("1", "3"), line("1", "6"), line("2", "1"), line("5", "4")};
    const Feeder feeder = built(d);
    CHECK(feeder.site().bus == Texts{"3", "5", "4", "1", "6", "2"});
    CHECK(feeder.site().branch == Texts{"L3_5", "L5_4", "L1_3", "L1_6", "L2_1"});
    std::vector<std::size_t> parent;
    for (std::size_t b = 0; b < feeder.branches(); ++b) parent.push_back(feeder.branch(BranchId(b)).parent.index());
    CHECK(parent == std::vector<std::size_t>{0, 1, 0, 3, 3});
    CHECK(feeder.find_bus("6") == BusId(4));
    CHECK_FALSE(feeder.find_bus("7"));
}

TEST_CASE("a feeder knows the loads, classes and ratings of its buses and branches", "[feeder]") {
    auto d = buses(3);
    d.branches = {line("1", "2"), line("2", "3")};
    d.branches[1].rating = Amperes(145.0);
    d.buses[2].bus_class = "residential";
    d.loads = {load("3", 40.0, 30.0), load("3", 2.0, 1.0)};
    d.loads[1].id = "extra";
    const Feeder feeder = built(d);
    CHECK(feeder.site().load_kw == std::vector<double>{0.0, 0.0, 42.0});
    CHECK(feeder.loads()[1].bus_class == "residential");
    CHECK(feeder.loads()[1].bus == BusId(2));
    CHECK(std::isinf(feeder.site().rating_a[0]));
    CHECK(feeder.site().rating_a[2] == 145.0);
}

TEST_CASE("the rating of a transformer is its rated current at the `to` side", "[feeder]") {
    auto d = buses(2);
    d.buses[1].nominal = Volts(400.0);
    d.branches = {line("1", "2")};
    d.branches[0].kind = BranchKind::transformer;
    d.branches[0].rated_power = KilovoltAmperes(400.0);
    CHECK(built(d).site().rating_a[1] == Approx(577.350269).epsilon(1e-9));  // 400 kVA / (sqrt 3 * 400 V)
}

TEST_CASE("a loop is reported as its buses and solved", "[feeder]") {
    auto d = buses(9);
    d.branches = {line("1", "2"), line("2", "3"), line("3", "4"), line("4", "5"), line("5", "6"),
                  line("6", "7"), line("3", "8"), line("8", "9"), line("9", "3")};
    d.branches.back().at = {std::make_shared<const std::string>("f.yaml"), 12, 5};
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);
    REQUIRE(feeder);
    CHECK(to_text(issues.list().at(0))
              .find("branch L9_3: closed branches form a loop: 3 - 8 - 9 - 3; it is solved "
                    "closed; open one of the branches L3_8, L8_9, L9_3 if that is not meant") != std::string::npos);
    CHECK(feeder->branches() == 9);
    CHECK(feeder->site().bus.back() == "3'");
    d.branches.back().closed = false;
    CHECK(built(d).branches() == 8);
}

TEST_CASE("a branch from a bus to itself is refused, and parallel branches are one", "[feeder]") {
    auto d = buses(2);
    d.branches = {line("1", "2"), line("2", "1"), line("2", "2")};
    CHECK(refusal(d) == Texts{"branch L2_2: closed branches form a loop: 2 - 2; a branch joins two different buses"});
    d.branches.pop_back();
    CHECK(built(d).site().branch == Texts{"L1_2+L2_1"});
    d.branches[0].kind = d.branches[1].kind = BranchKind::switch_;
    d.branches[0].series_ohm = {0.0};
    CHECK(built(d).site().branch == Texts{"L1_2+L2_1"});  // the whole current takes the switch
    d.branches[1].series_ohm = {0.0};
    CHECK(refusal(d) == Texts{"bus 2: a branch without impedance lies parallel to another, so their currents are not "
                              "determined; give branch L1_2+L2_1 an impedance"});
}

TEST_CASE("an island is refused with all its buses", "[feeder]") {
    auto d = buses(5);
    d.branches = {line("1", "2"), line("3", "4")};
    CHECK(refusal(d) == Texts{"bus 3: not connected to the source at bus 1: buses 3, 4; close a branch to them, or remove them",
                              "bus 5: not connected to the source at bus 1: bus 5; close a branch to them, or remove them"});
}

TEST_CASE("a feeder has exactly one source", "[feeder]") {
    auto d = buses(2);
    d.branches = {line("1", "2")};
    d.sources.push_back({"2", PerUnit(1.0), Degrees(0.0), {}});
    CHECK(refusal(d) == Texts{"source: the feeder has 2 sources, at buses 1, 2; keep one; a radial feeder is fed from one bus"});
    d.sources.clear();
    CHECK(refusal(d) == Texts{"source: the feeder has no source; name the bus that is held at a fixed voltage"});
}

TEST_CASE("a closed line without impedance is refused; a switch may have none", "[feeder]") {
    auto d = buses(3);
    d.branches = {line("1", "2", 0.0), line("2", "3", 0.0)};
    d.branches[1].kind = BranchKind::switch_;
    CHECK(refusal(d) == Texts{"branch L1_2: a closed line has zero impedance; make it a switch, merge buses 1 and 2, or give its "
                              "impedance"});
    d.branches = {line("1", "2"), line("2", "3"), line("1", "3", 0.0)};
    d.branches[2].closed = false;
    CHECK(built(d).branches() == 2);
}

TEST_CASE("different voltage bases need a transformer", "[feeder]") {
    auto d = buses(2);
    d.buses[1].nominal = Volts(400.0);
    d.branches = {line("1", "2")};
    CHECK(refusal(d) == Texts{"branch L1_2: joins bus 1 of 1000 V to bus 2 of 400 V without a transformer; make it a transformer "
                              "or correct a nominal voltage"});
    d.branches[0].kind = BranchKind::transformer;
    CHECK(built(d).buses() == 2);
}

TEST_CASE("unknown buses are named with what was probably meant", "[feeder]") {
    auto d = buses(2);
    d.buses[1].id = "station";
    d.branches = {line("1", "staton")};
    d.loads = {load("statoin", 1.0)};
    CHECK(refusal(d) == Texts{"branch L1_staton: unknown bus 'staton'; did you mean 'station'?",
                              "load Dstatoin: unknown bus 'statoin'; did you mean 'station'?"});
}

TEST_CASE("duplicate ids are refused", "[feeder]") {
    auto d = buses(3);
    d.buses[2].id = "2";
    d.branches = {line("1", "2"), line("1", "2")};
    d.branches[1].closed = false;
    d.loads = {load("2", 1.0), load("2", 1.0)};
    d.shunts = {shunt("C", "2", 0.0, -5.0), shunt("C", "2", 0.0, -5.0)};
    CHECK(refusal(d) == Texts{"bus 2: duplicate id; first used above; rename one of them",
                              "branch L1_2: duplicate id; rename one of them", "load D2: duplicate id; rename one of them",
                              "shunt C: duplicate id; rename one of them"});
}

TEST_CASE("numbers that no feeder can have are refused, all at once", "[feeder]") {
    const double nan = std::nan("");
    auto d = buses(3);
    d.buses[2].nominal = Volts(-1.0);
    d.branches = {line("1", "2", {-0.1, 0.2}), line("2", "3", {nan, 0.2})};
    d.branches[0].tap = 0.0;
    d.branches[0].rating = Amperes(-3.0);
    d.loads = {load("2", nan)};
    d.loads[0].response.active.z = 0.5;
    d.sources[0].voltage = PerUnit(0.0);
    CHECK(refusal(d) ==
          Texts{"branch L2_3: its impedance is not finite; give a number", "load D2: its power is not finite; give a number",
                "bus 3: nominal voltage -1 V is not positive; give the line-to-line voltage",
                "branch L1_2: its resistance -0.1 ohm is negative; check the sign",
                "branch L1_2: tap ratio 0 is not positive; 1 is the nominal ratio",
                "branch L1_2: rating -3 A is not positive; leave it out where there is no limit",
                "branch L2_3: joins bus 2 of 1000 V to bus 3 of -1 V without a transformer; make it a transformer or correct a "
                "nominal voltage",
                "load D2: the shares of constant impedance, current and power sum to 1.5; they must sum to 1",
                "source: voltage 0 pu is not positive; 1 pu is nominal"});
}

TEST_CASE("a source's voltage that may be in percent or volts is refused", "[feeder]") {
    auto d = buses(2);
    d.branches = {line("1", "2")};
    d.sources[0].voltage = PerUnit(102.0);
    CHECK(refusal(d) == Texts{"source: voltage 102 pu is far from nominal; 1 pu is nominal; is it in percent or volts?"});
}

TEST_CASE("no number of a description may be infinite or of a size that nothing has", "[feeder]") {
    struct Place {
        const char* row;
        std::function<void(FeederDescription&, double)> put;
    };
    const std::vector<Place> places{
        {"bus 2", [](auto& d, double x) { d.buses[1].nominal = Volts(x); }},
        {"bus 2", [](auto& d, double x) { d.buses[1].x = x; }},
        {"branch L1_2",
         [](auto& d, double x) {
             d.branches[0].series_ohm[0] = {x, 0.1};
         }},
        {"branch L1_2",
         [](auto& d, double x) {
             d.branches[0].series_ohm[0] = {0.1, x};
         }},
        {"branch L1_2",
         [](auto& d, double x) {
             d.branches[0].shunt_s = {{0.0, x}};
         }},
        {"branch L1_2", [](auto& d, double x) { d.branches[0].rating = Amperes(x); }},
        {"branch L1_2", [](auto& d, double x) { d.branches[0].rated_power = KilovoltAmperes(x); }},
        {"branch L1_2", [](auto& d, double x) { d.branches[0].length = Kilometres(x); }},
        {"branch L1_2", [](auto& d, double x) { d.branches[0].tap = x; }},
        {"branch L1_2", [](auto& d, double x) { d.branches[0].shift = Degrees(x); }},
        {"load D2", [](auto& d, double x) { d.loads[0].p = Kilowatts(x); }},
        {"load D2", [](auto& d, double x) { d.loads[0].q = Kilovars(x); }},
        {"load D2", [](auto& d, double x) { d.loads[0].rated = Volts(x); }},
        {"load D2", [](auto& d, double x) { d.loads[0].response.active.exponent = x; }},
        {"shunt C", [](auto& d, double x) { d.shunts[0].q = Kilovars(x); }},
        {"source", [](auto& d, double x) { d.sources[0].voltage = PerUnit(x); }},
        {"source", [](auto& d, double x) { d.sources[0].angle = Degrees(x); }},
        {"source",
         [](auto& d, double x) {
             d.sources[0].series_ohm = {{x, x}};
         }},
        {"profile day",
         [](auto& d, double x) {
             d.profiles[0].values = {1.0, x};
         }},
    };
    auto good = buses(2);
    good.branches = {line("1", "2")};
    good.loads = {load("2", 1.0)};
    good.shunts = {shunt("C", "2", 0.0, -5.0)};
    good.profiles = {{.id = "day", .values = {1.0}}};
    Issues none;
    REQUIRE(build_feeder(good, {}, none));
    const double infinity = std::numeric_limits<double>::infinity();
    for (const double bad : {std::nan(""), infinity, -infinity, 1e300, -1e300, 1e16, 1e-310}) {
        for (const Place& place : places) {
            auto d = good;
            place.put(d, bad);
            const Texts issue_texts = refusal(d);
            REQUIRE(!issue_texts.empty());
            INFO(place.row << " with " << bad);
            CHECK(issue_texts.front().rfind(std::string(place.row) + ": its ", 0) == 0);
        }
    }
}

TEST_CASE("a line whose sequence values make it give energy, and loads of another voltage, are warned of", "[feeder]") {
    const auto warnings_of = [](const FeederDescription& d) {
        Issues issues;
        REQUIRE(build_feeder(d, {}, issues));
        Texts list;
        for (const auto& issue : issues.list()) list.push_back(to_text(issue));
        return list;
    };
    auto d = buses(2);
    const std::vector<Conductor> abc{Conductor::a, Conductor::b, Conductor::c};
    for (auto& bus : d.buses) bus.conductors = abc;
    d.branches = {line("1", "2")};
    d.branches[0].conductors = abc;
    const double r1 = -0.1, r0 = 0.5;  // eigenvalues of the matrix: r1 twice, and r0
    const std::complex<double> self((2.0 * r1 + r0) / 3.0, 0.2), mutual((r0 - r1) / 3.0, 0.05);
    d.branches[0].series_ohm = {self, mutual, mutual, mutual, self, mutual, mutual, mutual, self};
    CHECK(warnings_of(d) ==
          Texts{"warning: branch L1_2: its resistance is negative for some currents (-0.1 ohm); check the signs "
                "of its positive- and zero-sequence values"});
    d.branches[0].series_ohm[0] = d.branches[0].series_ohm[4] = d.branches[0].series_ohm[8] = {0.5, 0.2};
    d.loads = {load("2", 10.0), load("2", 10.0), load("2", 10.0)};
    for (std::size_t i = 0; i < 3; ++i) {
        d.loads[i].id = "D" + std::to_string(i);
        d.loads[i].terminals = {{Conductor::a, {}}};
        d.loads[i].response.active = {.z = 1.0, .i = 0.0, .p = 0.0};
        d.loads[i].rated = Volts(1000.0);  // phase to phase, where phase to earth is meant
    }
    d.loads[2].rated = Volts(560.0);
    CHECK(warnings_of(d) ==
          Texts{"warning: load D0: is rated for 1000 V where 577.4 V are nominal (and so are 1 more); its power "
                "depends on that ratio; is the voltage that of its connection?"});
}

TEST_CASE("an empty description is refused", "[feeder]") {
    CHECK(refusal({}) == Texts{"buses: the feeder has no bus; list its buses",
                               "source: the feeder has no source; name the bus that is held at a fixed voltage"});
}

TEST_CASE("branches and loads on conductors that their bus does not have are refused", "[feeder]") {
    auto d = buses(3);
    d.branches = {line("1", "2"), line("2", "3")};
    d.branches[1].conductors = {Conductor::a, Conductor::b, Conductor::c};
    CHECK(refusal(d).front() == "branch L2_3: its impedance is not a matrix of 3 x 3; give one value per pair of phases");
    d.branches[1].series_ohm.assign(9, 1.0);
    CHECK(refusal(d).front() == "branch L2_3: bus 2 has no conductor a; it has balanced");
    d.buses[1].conductors = {Conductor::a, Conductor::b};
    CHECK(refusal(d).front() == "bus 2: is given by phases and bus 1 is balanced; give the phases of all buses or of none");
    make_three_phase(d);
    d.branches[0].conductors = {Conductor::a, Conductor::b};
    d.branches[0].series_ohm = {1.0, 0.1, 0.1, 1.0};
    d.loads = {load("3", 5.0)};
    CHECK(refusal(d) == Texts{"load D3: bus 3 has no conductor balanced; it has a, b, c"});
    d.loads.clear();
    CHECK(refusal(d) == Texts{"bus 2: nothing feeds its conductor c; branch L1_2 leads to it from bus 1"});
}

TEST_CASE("a warning does not stop a feeder, nor do earlier problems of others", "[feeder]") {
    auto d = buses(2);
    d.branches = {line("1", "2", {0.1, -0.2})};
    Issues issues;
    issues.error({}, "elsewhere", "is wrong");
    CHECK(build_feeder(d, {}, issues).has_value());
    CHECK(to_text(issues.list().at(1)).find("reactance -0.2 ohm is negative; right for a series capacitor only") !=
          std::string::npos);
}

TEST_CASE("of many loops the first three are reported, and all are solved", "[feeder]") {
    auto d = buses(8);
    for (int i = 1; i <= 8; ++i)
        for (int j = i + 1; j <= 8; ++j) d.branches.push_back(line(std::to_string(i), std::to_string(j)));
    Issues issues;
    const auto feeder = build_feeder(d, {}, issues);  // 28 branches and a tree of 7 leave 21 loops
    REQUIRE(feeder);
    CHECK(feeder->branches() == 28);
    REQUIRE(issues.list().size() == 4);
    CHECK(to_text(issues.list().back()).find("closed branches form 18 more loops; they are solved closed, too") !=
          std::string::npos);
}

TEST_CASE("more loops than can be solved at once are refused", "[feeder]") {
    auto d = buses(47);
    for (int i = 1; i <= 47; ++i)
        for (int j = i + 1; j <= 47; ++j) d.branches.push_back(line(std::to_string(i), std::to_string(j)));
    CHECK(refusal(d) == Texts{"branches: 1035 branches lie outside of a tree, with 1035 conductors; a network may have 1000 "
                              "conductors that close loops at the most"});
}

}  // namespace
