/// Section `sites` of a scenario.
#include <catch2/catch.hpp>

#include "sim/base/tree_builder.hpp"
#include "sim/config/sites.hpp"

using namespace evsweep;

namespace {

struct ReadSites {
    std::vector<SiteChoice> sites;
    std::vector<std::string> complaints;
    std::vector<Setting> resolved;
};

ReadSites read(const std::string& yaml) {
    Issues issues;
    ReadSites result;
    const Node node = parse_yaml(yaml, "s.yaml", issues);
    result.sites = read_sites(node, {"homes", "offices"}, issues, result.resolved);
    for (const Issue& issue : issues.list()) result.complaints.push_back(to_text(issue));
    return result;
}

}  // namespace

TEST_CASE("sites are read with what they name and taken down as resolved") {
    const ReadSites read_ =
        read("car_park: {groups: [offices], limit: 110 kW}\nhouses: {per: bus, limit: 24 kW, base_load: included, below: b7}\n");
    REQUIRE(read_.complaints == std::vector<std::string>{});
    REQUIRE(read_.sites.size() == 2);
    CHECK(read_.sites[0].label == "car_park");
    CHECK(read_.sites[0].groups == std::vector<std::string>{"offices"});
    CHECK(read_.sites[0].limit.value() == 110.0);
    CHECK(read_.sites[0].base_load == CountedLoad::excluded);
    CHECK(read_.sites[1].per == SitePer::bus);
    CHECK(read_.sites[1].below == "b7");
    CHECK(read_.sites[1].base_load == CountedLoad::included);
    CHECK(read_.resolved.front().path == "sites.car_park.limit");
    CHECK(read_.resolved.front().value == "110 kW");
}

TEST_CASE("all that is wrong with sites is reported with its place") {
    const ReadSites read_ = read(
        "a: {limit: 0 kW}\nb: {limit: 10}\nc: {limit: 5 kW, groups: [office]}\nd: {limit: 5 kW, base_laod: included}\ne: {}\n");
    REQUIRE(read_.complaints.size() == 5);
    CHECK(read_.complaints[0].find("s.yaml:1:12: sites.a.limit: ") == 0);
    CHECK(read_.complaints[1].find("sites.b.limit") != std::string::npos);
    CHECK(read_.complaints[2] ==
          "s.yaml:3:26: sites.c.groups: there is no group 'office' of the population; did you mean 'offices'?");
    CHECK(read_.complaints[3].find("did you mean 'base_load'?") != std::string::npos);
    CHECK(read_.complaints[4].find("sites.e.limit: is missing") != std::string::npos);
    CHECK(read_.sites.empty());
}
