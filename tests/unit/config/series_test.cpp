#include <catch2/catch.hpp>

#include "evsweep/scenario.hpp"
#include "evsweep/series.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

const Calendar monday{std::chrono::local_days(std::chrono::year(2025) / 1 / 6)};

/// A series in kW as it stands in a scenario in this folder, from a Monday midnight on.
ReadValue<Series<"kW">> series(const Folder& folder, const std::string& text) {
    Issues issues;
    const Node root = parse_yaml("x: " + text, folder.path() / "f.yaml", issues);
    TimeSettings time;
    time.start = monday;
    Reader reader{.issues = issues, .time = &time};
    ReadValue<Series<"kW">> result;
    if (const Node* node = root.find("x")) result.value = Value<Series<"kW">>::read(*node, "x", reader);
    result.issues = folder.local(texts(issues));
    return result;
}

Instant at_h(double h) { return Instant(from_hours(h)); }

}  // namespace

TEST_CASE("a series is a number that always holds", "[series]") {
    const auto read = test::read<Series<"kW">>("45 kW");
    REQUIRE(read.value);
    CHECK(read.issues.empty());
    CHECK(read.value->at(at_h(0.0), monday) == 45.0);
    CHECK(read.value->at(at_h(1000.0), monday) == 45.0);
    CHECK(Value<Series<"kW">>::text(*read.value) == "45 kW");
    CHECK(test::read<Series<"kW">>("45").issues == Texts{"f.yaml:1:4: x: needs a unit; write e.g. `45 kW`"});
}

TEST_CASE("a series is a list or a column of a file, laid into the scenario's time", "[series]") {
    const Folder folder("series");
    folder.write("caps.csv", "time,cap\n00:00,45\n06:00,45\n12:00,15\n18:00,45\n");
    for (const std::string text :
         {"{every: 6 h, unit: kW, values: [45, 45, 15, 45]}", "{file: caps.csv, column: cap, every: 6 h, unit: kW}"}) {
        const auto read = series(folder, text);
        INFO(text);
        CHECK(read.issues.empty());
        REQUIRE(read.value);
        CHECK(read.value->at(at_h(11.99), monday) == 45.0);
        CHECK(read.value->at(at_h(12.0), monday) == 15.0);
        CHECK(read.value->at(at_h(24.0 + 17.0), monday) == 15.0);  // the next day is like the first
        CHECK(Value<Series<"kW">>::out_of(at_least(20.0), *read.value) == 15.0);
        CHECK(!Value<Series<"kW">>::out_of(at_least(10.0), *read.value));
    }
}

TEST_CASE("a series differs by day", "[series]") {
    const Folder folder("series");
    const auto read = series(folder, "{weekday: {every: 24 h, values: [45 kW]}, weekend: {every: 24 h, values: [30 kW]}}");
    CHECK(read.issues.empty());
    REQUIRE(read.value);
    CHECK(read.value->at(at_h(0.0), monday) == 45.0);
}

TEST_CASE("what is wrong with a series is told at its place", "[series]") {
    const Folder folder("series");
    folder.write("caps.csv", "time,cap\n00:00,45\n12:00,many\n");
    CHECK(series(folder, "{file: caps.csv, column: cap, every: 12 h, unit: kW}").issues.size() == 1);
    CHECK_THAT(series(folder, "{file: caps.csv, column: cap, every: 12 h, unit: kW}").issues.front(),
               Catch::StartsWith("caps.csv:3:"));
    CHECK_THAT(series(folder, "{every: 12 h, values: [4 kW, 5 kWh]}").issues.front(), Catch::Contains("f.yaml:1:"));
    CHECK_THAT(series(folder, "{every: 7 h, values: [4 kW, 5 kW]}").issues.front(), Catch::Contains("lacks values from"));
    CHECK_THAT(series(folder, "{values: [4 kW, 5 kW]}").issues.front(), Catch::Contains("x.every: is missing"));
    CHECK_THAT(series(folder, "[4 kW, 5 kW]").issues.front(), Catch::Contains("expected"));
}
