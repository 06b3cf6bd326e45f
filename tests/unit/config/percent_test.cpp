#include <algorithm>
#include <catch2/catch.hpp>

#include "sim/config/scenario_reader.hpp"
#include "unit/config/support.hpp"

using namespace evsweep;
using test::Texts;

namespace {

/// What is said about a scenario with these settings.
Texts issue_texts(const std::vector<std::string>& settings) {
    const test::Folder folder("percent");
    folder.write("feeder.yaml", "");
    Issues issues;
    const auto file = folder.write("s.yaml",
                                   "time: {start: 2025-01-06}\nfeeder: {file: feeder.yaml}\npopulation: {}\n"
                                   "controllers: {test_drip: {}}\noutputs: {test_log: {}}\n"
                                   "prices: {buy: {every: 1 h, values: [0.3 EUR/kWh]}}\n");
    (void)read_scenario(file, settings, issues);
    return folder.local(test::texts(issues));
}

}  // namespace

TEST_CASE("a plain number that is probably meant in percent is refused, and both ways to write it are offered") {
    CHECK(issue_texts({"base_load.scale=80"}) ==
          Texts{"--set: base_load.scale: 80 is 8000 %; did you mean `80 %`? if not, write `8000 %`"});
    CHECK(issue_texts({"prices.sell_share=60"}) ==
          Texts{"--set: prices.sell_share: 60 is 6000 %; did you mean `60 %`? if not, write `6000 %`"});
    const Texts all = issue_texts({"population.homes={behaviour: test_fleet, penetration: 2}"});
    CHECK(std::count(all.begin(), all.end(),
                     "--set: population.homes.penetration: 2 is 200 %; did you mean `2 %`? if not, write `200 %`") == 1);
    const auto of_classes = [](const std::string& shares) {
        const Texts said = issue_texts({"population.homes={behaviour: test_fleet, classes: {" + shares + "}}"});
        return std::count(said.begin(), said.end(),
                          "--set: population.homes.classes.big.share: 60 is 6000 %; did you mean `60 %`? if not, write `6000 %`");
    };
    CHECK(of_classes("small: {share: 40 %}, big: {share: 60}") == 1);
    CHECK(of_classes("small: {share: 40}, big: {share: 60}") == 0);  // 40 to 60
}

TEST_CASE("shares that say what they mean are taken") {
    CHECK(issue_texts({"base_load.scale=8000 %", "prices.sell_share=60 %"}) == Texts{});
    CHECK(issue_texts({"base_load.scale=1.5", "prices.sell_share=1.1"}) == Texts{});
}
