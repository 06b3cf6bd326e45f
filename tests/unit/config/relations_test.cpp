#include <catch2/catch.hpp>

#include "places.hpp"
#include "sim/config/scenario_reader.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

namespace {

/// What is said about a scenario with this time section, and these lines after it.
Texts error_texts(const std::string& time, const std::string& lines = {}, const std::string& csv = {}) {
    const test::Folder folder("relations");
    folder.write("feeder.yaml", "");
    folder.write("x.csv", csv);
    Issues issues;
    const auto file = folder.write("s.yaml", "time: {" + time + "}\n" + lines +
                                                 "feeder: {file: feeder.yaml}\npopulation: {}\ncontrollers: {test_drip: {}}\n"
                                                 "outputs: {test_log: {}}\n");
    const auto scenario = read_scenario(file, {}, issues);
    CHECK(scenario.has_value() == !issues.has_errors());
    return folder.local(test::texts(issues));
}

const std::string noon = "start: 2025-01-06 12:00";

Calendar at_noon() { return Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12)); }

}  // namespace

TEST_CASE("the control step divides the duration and the warm-up") {
    CHECK(error_texts(noon + ", step: 7 min") ==
          Texts{"s.yaml:1:7: time.duration: 24 h, the default, is not a whole number of control steps; "
                "the control step is 7 min"});
    CHECK(error_texts(noon + ", step: 15 min, warm_up: 20 min") ==
          Texts{"s.yaml:1:56: time.warm_up: 20 min is not a whole number of control steps; the control step is 15 min"});
    CHECK(error_texts(noon + ", step: 7 min, duration: 24 h") ==
          Texts{"s.yaml:1:56: time.duration: 24 h is not a whole number of control steps; the control step is 7 min"});
    CHECK(error_texts(noon + ", step: 15 min, warm_up: 30 min, duration: 1 h") == Texts{});
}

TEST_CASE("the warm-up leaves something to count") {
    CHECK(error_texts(noon + ", warm_up: 24 h") ==
          Texts{"s.yaml:1:42: time.warm_up: leaves nothing of the duration; must be less than 24 h"});
}

TEST_CASE("the grid has an end") {
    CHECK(error_texts(noon + ", step: 1 ms, duration: 24 h") ==
          Texts{"s.yaml:1:39: time.step: makes more than 10,000,000 control steps; take a longer step or a shorter duration"});
    CHECK(error_texts(noon + ", step: 0 s") == Texts{"s.yaml:1:39: time.step: 0 ms is out of range; must be > 0 ms"});
}

TEST_CASE("profiles and prices change on control steps") {
    CHECK(error_texts(noon + ", step: 30 min", "prices: {buy: {every: 15 min, values: [0.2 $/kWh]}}\n") ==
          Texts{"s.yaml:2:23: prices.buy.every: 15 min is not a whole number of control steps; the control step is 30 min"});
    CHECK(error_texts(noon + ", step: 30 min", "base_load: {profiles: {day: {every: 45 min, values: [1]}}}\n") ==
          Texts{"s.yaml:2:37: base_load.profiles.day.every: 45 min is not a whole number of control steps; the control step is "
                "30 min"});
    CHECK(
        error_texts("start: 2025-01-06 12:10, step: 30 min", "prices: {buy: {every: 1 h, values: [0.2 $/kWh]}}\n") ==
        Texts{
            "s.yaml:1:15: time.start: 12:10 is not a whole number of control steps after midnight; the control step is 30 min"});
    CHECK(error_texts("start: 2025-01-06 12:10, step: 30 min") == Texts{});
    CHECK(error_texts(noon, "prices: {buy: {every: 1 h, interpolation: linear, values: [0.2 $/kWh]}}\n") ==
          Texts{"s.yaml:2:43: prices.buy.interpolation: a price does not change between its marks; use hold"});
    CHECK(
        error_texts(noon + ", step: 30 min",
                    "prices: {buy: {every: 1 h, values: [0.2 $/kWh]}, day_ahead: {every: 15 min, interpolation: linear, values: "
                    "[0.2 $/kWh]}}\n") ==
        Texts{"s.yaml:2:69: prices.day_ahead.every: 15 min is not a whole number of control steps; the control step is 30 min",
              "s.yaml:2:92: prices.day_ahead.interpolation: a price does not change between its marks; use hold"});
}

TEST_CASE("prices are in one currency") {
    CHECK(error_texts(noon, "prices: {buy: {every: 12 h, values: [0.2 $/kWh, 9 ct/kWh]}, currency: $}\n") == Texts{});
    CHECK(error_texts(noon, "prices: {buy: {every: 12 h, values: [0.2 $/kWh, 0.3 EUR/kWh]}}\n") ==
          Texts{"s.yaml:2:15: prices.buy: prices are in 'EUR' but the currency is '$'; use one currency"});
    CHECK(error_texts(noon,
                      "prices: {buy: {every: 12 h, values: [0.2 $/kWh]}, day_ahead: {every: 12 h, values: [0.2 EUR/kWh]}, "
                      "fee: 3 ct/kWh}\n") ==
          Texts{"s.yaml:2:62: prices.day_ahead: prices are in 'EUR' but the currency is '$'; use one currency"});
    CHECK(error_texts(noon, "prices: {buy: {every: 12 h, values: [0.2 $/kWh]}, fee: 0.03 EUR/kWh}\n") ==
          Texts{"s.yaml:2:56: prices.fee: is in 'EUR' but the prices are in '$'; use one currency"});
    Issues issues;
    const test::Folder folder("currency");
    folder.write("feeder.yaml", "");
    const auto file = folder.write("s.yaml",
                                   "time: {start: 2025-01-06}\nfeeder: {file: feeder.yaml}\npopulation: {}\n"
                                   "controllers: {test_drip: {low: 0.1 EUR/kWh, high: 20 ct/kWh, top: 0.3 $/kWh}}\n"
                                   "prices: {buy: {every: 1 h, values: [0.3 $/kWh]}}\n");
    (void)read_scenario(file, {}, issues);
    const Texts said = folder.local(test::texts(issues));
    CHECK(std::count(said.begin(), said.end(),
                     "s.yaml:4:32: controllers.test_drip.low: is in 'EUR' but the prices are in '$'; use one currency") == 1);
    CHECK(std::count_if(said.begin(), said.end(), [](const auto& text) { return text.find("use one currency") != text.npos; }) ==
          1);
}

TEST_CASE("a profile comes from a list or from a column of a file, not both and not neither") {
    const auto profile = [](const std::string& text, const std::string& csv = "h,a\n0,1\n") {
        return error_texts(noon, "base_load: {profiles: {d: {every: 1 h" + text + "}}}\n", csv);
    };
    CHECK(profile("") ==
          Texts{"s.yaml:2:27: base_load.profiles.d.values: is missing; give `values: [...]`, or `file:` and `column:`"});
    CHECK(profile(", values: []") ==
          Texts{"s.yaml:2:48: base_load.profiles.d.values: expected a list of at least one number, found a list"});
    CHECK(profile(", values: [1], file: x.csv, column: a") ==
          Texts{"s.yaml:2:59: base_load.profiles.d.file: contradicts `values`; give one of them"});
    CHECK(profile(", file: x.csv") == Texts{"s.yaml:2:27: base_load.profiles.d.column: is missing; name a column of the file"});
    CHECK(profile(", values: [1], column: a") ==
          Texts{"s.yaml:2:61: base_load.profiles.d.column: has no file; name the CSV file in `file`"});
    CHECK(profile(", file: x.csv, column: b") ==
          Texts{"s.yaml:2:46: base_load.profiles.d.file: file 'x.csv' has no column 'b'; known: h, a"});
    CHECK(profile(", file: x.csv, column: a") == Texts{});
    CHECK(profile(", values: [1, nan, .nan, inf]") ==
          Texts{"s.yaml:2:52: base_load.profiles.d.values[1]: 'nan' is not a share; write e.g. `0.95` or `95 %`",
                "s.yaml:2:57: base_load.profiles.d.values[2]: '.nan' is not a share; write e.g. `0.95` or `95 %`",
                "s.yaml:2:63: base_load.profiles.d.values[3]: 'inf' is not a share; write e.g. `0.95` or `95 %`"});
    CHECK(profile(", file: x.csv, column: a", "h,a\n0,1\n1,nan\n2,\n") ==
          Texts{"x.csv:3:3: base_load.profiles.d.file: 'nan' is not a share; write e.g. `0.95` or `95 %`",
                "x.csv:4:3: base_load.profiles.d.file: '' is not a share; write e.g. `0.95` or `95 %`"});
    CHECK(error_texts(noon, "prices: {buy: {every: 1 h, unit: EUR/MWh, values: [80, nan]}}\n") ==
          Texts{"s.yaml:2:56: prices.buy.values[1]: 'nan' is not a price of energy; write e.g. `0.22 $/kWh`"});
    CHECK(profile(", file: x.csv, column: a", "h,a\n") ==
          Texts{"s.yaml:2:46: base_load.profiles.d.file: file 'x.csv' has no rows; is it the right file?"});
    CHECK(profile(", file: x.csv, column: a", "# note\nh;\"a\"\r\n0;1\r\n\r\n1; no\r\n2;3 kW\r\n") ==
          Texts{"x.csv:5:3: base_load.profiles.d.file: 'no' is not a share; write e.g. `0.95` or `95 %`",
                "x.csv:6:3: base_load.profiles.d.file: 'kW' is not a share; expected a plain number or %"});
    CHECK(profile(", file: x.csv, column: a", "h,a\n0,1\n1\n") ==
          Texts{"x.csv:3:1: base_load.profiles.d.file: the row has no cell in column 'a'; the row has 1 cells"});
}

TEST_CASE("a held profile keeps each value until the next mark, counted from midnight, and repeats") {
    const Profile profile{std::chrono::hours(6), false, {1.0, 2.0, 3.0, 4.0}};
    const auto at = [&](int minutes) { return profile.at(Instant(std::chrono::minutes(minutes)), at_noon()); };
    CHECK(at(0) == 3.0);           // noon
    CHECK(at(6 * 60 - 1) == 3.0);  // 17:59
    CHECK(at(6 * 60) == 4.0);      // 18:00
    CHECK(at(12 * 60) == 1.0);     // midnight
    CHECK(at(24 * 60) == 3.0);     // noon
    CHECK(at(-12 * 60) == 1.0);    // midnight before the start
    CHECK(at(-12 * 60 - 1) == 4.0);
}

TEST_CASE("a linear profile meets its marks, lies on the chord between them and closes its circle") {
    const Profile profile{std::chrono::hours(12), true, {1.0, 3.0}};
    const auto at = [&](double hours) { return profile.at(Instant(from_hours(hours)), at_noon()); };
    CHECK(at(0) == 3.0);
    CHECK(at(6) == 2.0);
    CHECK(at(9) == 1.5);
    CHECK(at(12) == 1.0);
    CHECK(at(15) == 1.5);
}

TEST_CASE("a recorded year of prices reads from its CSV file") {
    const std::filesystem::path file = test::shared_dir() / "data/prices/de_lu_day_ahead_2024_hourly.csv";
    if (!std::filesystem::exists(file)) {
        WARN("skipped: no reference data at " << file);
        return;
    }
    const test::Folder folder("prices");
    folder.write("feeder.yaml", "");
    Issues issues;
    const auto scenario = read_scenario(
        folder.write("s.yaml", "time: {start: 2024-01-01}\nprices: {buy: {every: 1 h, unit: EUR/MWh, file: " + file.string() +
                                   ", column: price_eur_per_mwh}}\nfeeder: {file: feeder.yaml}\npopulation: {}\n"
                                   "controllers: {test_drip: {}}\noutputs: {test_log: {}}\n"),
        {}, issues);
    REQUIRE(test::texts(issues) == Texts{});
    CHECK(scenario->prices->buy.values.size() == 8784);  // a leap year
    CHECK(scenario->prices->buy.values[0] == Approx(0.1e-3));
    CHECK(scenario->prices->buy.values[1] == Approx(0.01e-3));
    CHECK(scenario->prices->currency == "EUR");
}
