// A feeder written in the project's own format and read back is the same feeder, to the last bit.
#include "feeder_formats/evsweep/feeder_text.hpp"
#include "places.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "unit/models/feeder_formats/evsweep/random_feeder.hpp"
#include "unit/models/feeder_formats/evsweep/same_feeder.hpp"

namespace {

using namespace evsweep;
namespace fs = std::filesystem;

std::string content(const fs::path& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::optional<std::string> content_if_there(const fs::path& path) {
    std::error_code ignored;
    return fs::is_regular_file(path, ignored) ? std::optional(content(path)) : std::nullopt;
}

std::unique_ptr<FeederFormat> format(const std::string& name) {
    Issues issues;
    Reader reader{issues};
    return plugins<FeederFormat>().at(name).configure(Node::make_map({}), "", reader)->make({content_if_there});
}

void check_round_trip(const FeederDescription& feeder, TextStyle style) {
    const std::string text = feeder_text(feeder, style);
    const SourceText source{style == TextStyle::json ? "f.json" : "f.yaml", text};
    const auto own = format("evsweep");
    Issues issues;
    CHECK(own->recognises(source));
    const auto again = own->read(source, issues);
    for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    CHECK(issues.list().empty());
    if (!again) UNSCOPED_INFO(text);
    REQUIRE(again);
    test::check_same(feeder, *again);
    CHECK(feeder_text(*again, style) == text);
}

TEST_CASE("a random feeder, written and read back, has the same numbers to the last bit", "[feeder_text]") {
    const auto style = GENERATE(TextStyle::yaml, TextStyle::json);
    for (unsigned seed = 0; seed < 300; ++seed) {
        INFO("seed " << seed);
        check_round_trip(test::RandomFeeder(seed).draw(), style);
    }
}

TEST_CASE("every feeder of the repository survives the way through YAML and JSON", "[feeder_text]") {
    const auto own = format("evsweep");
    std::size_t feeders = 0;
    for (const auto& entry : fs::recursive_directory_iterator(test::source_dir() / "scenarios")) {
        if (entry.path().extension() != ".yaml") continue;
        const SourceText source{entry.path(), content(entry.path())};
        if (!own->recognises(source) || source.text.find("\ngenerators:") != std::string::npos) continue;  // a transmission grid
        Issues issues;
        const auto feeder = own->read(source, issues);
        INFO(entry.path());
        REQUIRE(feeder);
        check_round_trip(*feeder, TextStyle::yaml);
        check_round_trip(*feeder, TextStyle::json);
        ++feeders;
    }
    CHECK(feeders >= 4);
}

const std::string matpower_case = R"(function mpc = c
mpc.version = '2';
mpc.baseMVA = 10;
mpc.bus = [
 1 3 0 0 0 0 1 1 0 110 1 1.1 0.9;
 2 1 0 0 0 0.3 1 1 0 20 1 1.1 0.9;
 3 1 1.7 0.3 0 0 1 1 0 20 1 1.1 0.9;
];
mpc.gen = [1 0 0 10 -10 1.03 10 1 10 0];
mpc.branch = [
 1 2 0.01 0.12 0 25 0 0 1.025 30 1 -360 360;
 2 3 0.013 0.027 0.0007 7 0 0 0 0 1 -360 360;
];
)";

TEST_CASE("a MATPOWER case with a transformer before a line keeps their order", "[feeder_text]") {
    Issues issues;
    const auto feeder = format("matpower")->read({"c.m", matpower_case}, issues);
    REQUIRE(feeder);
    REQUIRE(feeder->branches.front().kind == BranchKind::transformer);
    check_round_trip(*feeder, TextStyle::yaml);
    check_round_trip(*feeder, TextStyle::json);
}

TEST_CASE("feeders of other formats survive the way through YAML and JSON", "[feeder_text]") {
    const fs::path data = test::shared_dir() / "data";
    const std::pair<const char*, const char*> files[] = {{"opendss", "opendss/13Bus/IEEE13Nodeckt.dss"},
                                                         {"opendss", "opendss/37Bus/ieee37.dss"},
                                                         {"opendss", "opendss/123Bus/IEEE123Master.dss"},
                                                         {"opendss", "opendss/LVTestCase/Master.dss"},
                                                         {"opendss", "opendss/8500-Node/Master.dss"}};
    for (const auto& [name, file] : files) {
        INFO(file);
        if (!fs::exists(data / file)) {
            WARN("skipped: " << data / file << " is not there");
            continue;
        }
        Issues issues;
        const auto feeder = format(name)->read({data / file, content(data / file)}, issues);
        for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
        REQUIRE(feeder);
        check_round_trip(*feeder, TextStyle::yaml);
        check_round_trip(*feeder, TextStyle::json);
    }
}

TEST_CASE("a small feeder reads like one that a person wrote", "[feeder_text]") {
    FeederDescription f;
    f.name = "two buses";
    for (const char* id : {"1", "2"}) f.buses.push_back({id, Volts(4160.0), "", {}, {}, *conductors_of("abc"), {}});
    BranchRow line;
    line.id = "1-2";
    line.from = "1";
    line.to = "2";
    line.conductors = *conductors_of("bc");
    line.series_ohm = {{0.3, 1.0}, {0.1, 0.4}, {0.1, 0.4}, {0.25, 1.1}};
    f.branches = {line};
    LoadRow load;
    load.id = load.bus = "2";
    load.p = Kilowatts(90.0);
    load.terminals = {{Conductor::b, Conductor::c}};
    load.response.active = load.response.reactive = {0.0, 1.0, 0.0};
    f.loads = {load};
    f.sources = {{"1", PerUnit(1.05), {}, {}, {}}};
    CHECK(feeder_text(f, TextStyle::yaml) == R"(name: "two buses"
phases: abc
source: {bus: 1, voltage: 1.05 pu}
buses:
  - {id: 1, nominal: 4160 V}
  - {id: 2, nominal: 4160 V}
lines:
  - {from: 1, to: 2, phases: bc, r: 0.3 | 0.1 0.25 ohm, x: 1 | 0.4 1.1 ohm}
loads:
  - {bus: 2, p: 90 kW, phases: bc, connection: delta, zip: [0, 1, 0]}
)");
}

}  // namespace
