/// Sites of a scenario against its feeder, population and base load, and in a run.
#include <catch2/catch.hpp>

#include <fstream>

#include "places.hpp"
#include "scratch.hpp"
#include "sim/study/site_check.hpp"
#include "sim/study/study.hpp"

using namespace evsweep;

namespace {

struct Loaded {
    std::optional<LoadedStudy> study;
    std::vector<std::string> said;
    [[nodiscard]] bool says(const std::string& words) const {
        return std::any_of(said.begin(), said.end(),
                           [&](const std::string& text) { return text.find(words) != std::string::npos; });
    }
};

/// The 33-bus study with these settings over it: 600 vehicles at buses 1 to 15.
Loaded load_with(std::vector<std::string> overrides) {
    Issues issues;
    Loaded loaded;
    loaded.study = load_study(test::source_dir() / "scenarios/ieee33/evms_study.yaml", overrides, issues);
    for (const Issue& issue : issues.list()) loaded.said.push_back(to_text(issue));
    return loaded;
}

}  // namespace

TEST_CASE("a site per bus has the charging points of each bus, and one below a bus those behind it") {
    const Loaded loaded =
        load_with({"sites.houses.per=bus", "sites.houses.limit=100 kW", "sites.end.below=10", "sites.end.limit=1 MW"});
    REQUIRE(loaded.study);
    const auto& plans = loaded.study->sites;
    REQUIRE(plans.size() == 16);
    CHECK(plans.front().site.name == "houses.1");
    CHECK(plans.back().site.name == "end");
    const Population fleet = loaded.study->draw(ReplicaId(0));
    const std::vector<Site> sites = sites_of(plans, fleet.connectors);
    std::size_t points = 0;
    for (std::size_t s = 0; s < 15; ++s) points += sites[s].connectors.size();
    CHECK(points == 600);
    for (const ConnectorId c : sites.back().connectors) {
        const std::string& bus = loaded.study->feeder->site().bus[fleet.connectors.bus[c.index()].index()];
        CHECK(std::stoi(bus) >= 10);
    }
    CHECK(sites.back().connectors.size() == 6 * 40);  // buses 10 to 15 of the main line
}

TEST_CASE("an unknown bus of a site is reported with what it may mean") {
    const Loaded loaded =
        load_with({"sites.x.limit=10 kW", "sites.x.buses=[1, 111]", "sites.y.limit=10 kW", "sites.y.below=nowhere"});
    CHECK_FALSE(loaded.study);
    CHECK(loaded.says("sites.x.buses: the feeder has no bus '111'"));
    CHECK(loaded.says("sites.y.below: the feeder has no bus 'nowhere'"));
}

TEST_CASE("a site where nothing can charge is refused") {
    const Loaded loaded = load_with({"sites.x.limit=10 kW", "sites.x.buses=[30]"});
    CHECK_FALSE(loaded.study);
    CHECK(loaded.says("sites.x: no charging point can stand there"));
}

TEST_CASE("a site whose base load alone is above its limit is warned of with place and time") {
    const Loaded loaded = load_with({"sites.x.limit=1 MW", "sites.x.base_load=included"});
    REQUIRE(loaded.study);
    CHECK(loaded.says("sites.x: at 'x' the base load alone is above the limit of 1000 kW for 24 h"));
    CHECK(loaded.says("no controller can keep that"));
    CHECK_FALSE(load_with({"sites.x.limit=1 MW"}).says("base load alone"));
}

TEST_CASE("a run judges sites under a controller that does not know them") {
    const test::ScratchFolder folder;
    std::ofstream(folder / "study.yaml") << "extends: " << (test::source_dir() / "scenarios/ieee33/evms_study.yaml").string()
                                         << R"(
study: {replicas: 2}
sites: {all: {limit: 1 MW}}
controllers: {evms: ~, first_come_first_served: {}}
outputs: {series: ~, voltages: ~, traces: ~, events: ~}
)";
    Issues issues;
    Loaded loaded{load_study(folder / "study.yaml", {}, issues), {}};
    REQUIRE(loaded.study);
    const StudyResult result = run_study(*loaded.study, {});
    REQUIRE(result.failures.empty());
    const auto mean_of = [&](std::size_t controller, const std::string& name) {
        for (const VariableResult& row : result.controllers[controller].variables)
            if (row.variable.name == name) return row.values.read().front();
        return -1.0;
    };
    CHECK(mean_of(0, "site_violation") == 1.0);  // 600 vehicles of 5.4 kW come in one evening
    CHECK(mean_of(0, "site_excess_max_kw") > 100.0);
    CHECK(mean_of(1, "site_violation") == 0.0);
    CHECK(mean_of(1, "site_load_max_pct") == Approx(100.0));
}
