/// What every registered demand must hold, with all settings that it declares for its trials.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "evsweep/demand.hpp"
#include "evsweep/plugins.hpp"

using namespace evsweep;

namespace {

const Duration step = std::chrono::minutes(1);

/// Two buses; these loads at the second.
FeederSite with_loads(const std::vector<std::string>& ids) {
    FeederSite site;
    site.bus = {"source", "village"};
    for (const std::string& id : ids) site.loads.push_back({id, BusId(1), 2.0, {}});
    return site;
}

/// The demand of a trial; the site outlives it. Monday 2025-01-06, 12:00.
std::unique_ptr<Demand> made(const std::string& name, const Trial& trial, const FeederSite& site, Duration horizon) {
    Issues issues;
    Reader reader{.issues = issues, .step = step};
    const Node node = trial.settings.empty() ? Node{} : parse_yaml(std::string(trial.settings), "case.yaml", issues);
    const auto configured = read_plugin<Demand>(node, "base_load.variation", reader, name);
    for (const auto& issue : issues.list()) FAIL(name << ": give it least_settings; " << to_text(issue));
    Demand::Context context;
    context.feeder = &site;
    context.calendar =
        Calendar(LocalTime(std::chrono::sys_days(std::chrono::January / 6 / 2025).time_since_epoch() + std::chrono::hours(12)));
    context.step = step;
    context.horizon = horizon;
    context.issues = &issues;
    auto demand = configured->make(context);
    for (const auto& issue : issues.list()) FAIL(to_text(issue));
    return demand;
}

LoadFactors drawn(const Demand& demand, std::uint32_t replica) {
    LoadFactors factors;
    demand.draw(Rng(5, replica), factors);
    return factors;
}

/// The factors of one load, mark after mark.
std::vector<double> column(const LoadFactors& factors, std::size_t load) {
    std::vector<double> list;
    for (std::size_t at = load; at < factors.factor.size(); at += factors.loads) list.push_back(factors.factor[at]);
    return list;
}

template <class Check>
void for_each_trial(Check&& check) {
    for (const auto& [name, plugin] : plugins<Demand>())
        for (const Trial& trial : plugin.trials) {
            CAPTURE(name, trial.settings);
            check(name, trial);
        }
}

const std::vector<std::string> ids{"a", "b", "c", "d"};

}  // namespace

TEST_CASE("every demand gives each load a factor that is none below 0, over any horizon", "[contract]") {
    const FeederSite site = with_loads(ids);
    for_each_trial([&](const std::string& name, const Trial& trial) {
        for (const int minutes : {1, 100, 1440, 3 * 1440 + 7}) {
            const Duration horizon = std::chrono::minutes(minutes);
            const LoadFactors factors = drawn(*made(name, trial, site, horizon), 0);
            REQUIRE(factors.every > Duration::zero());
            REQUIRE(factors.every % step == Duration::zero());
            REQUIRE(factors.loads == ids.size());
            const auto marks = static_cast<std::size_t>((horizon + factors.every - Duration(1)) / factors.every);
            REQUIRE(factors.factor.size() == marks * ids.size());
            CHECK(factors.at(Instant(horizon - step)).size() == ids.size());
            CHECK(
                std::all_of(factors.factor.begin(), factors.factor.end(), [](double f) { return f >= 0.0 && std::isfinite(f); }));
        }
    });
}

TEST_CASE("every demand draws a replica's load from its random numbers alone, and another for other replicas", "[contract]") {
    const FeederSite site = with_loads(ids);
    for_each_trial([&](const std::string& name, const Trial& trial) {
        const auto demand = made(name, trial, site, one_day);
        const LoadFactors first = drawn(*demand, 3);
        CHECK(drawn(*demand, 4).factor != first.factor);
        CHECK(drawn(*demand, 3).factor == first.factor);
        CHECK(drawn(*made(name, trial, site, one_day), 3).factor == first.factor);
    });
}

TEST_CASE("under every demand a load's factors do not depend on what other loads there are", "[contract]") {
    const FeederSite site = with_loads(ids), other = with_loads({"z", "c", "a"});
    for_each_trial([&](const std::string& name, const Trial& trial) {
        const LoadFactors all = drawn(*made(name, trial, site, one_day), 2);
        const LoadFactors some = drawn(*made(name, trial, other, one_day), 2);
        CHECK(column(some, 1) == column(all, 2));
        CHECK(column(some, 2) == column(all, 0));
    });
}

TEST_CASE("every demand describes itself", "[contract]") {
    CHECK_FALSE(plugins<Demand>().empty());
    for (const auto& [name, plugin] : plugins<Demand>()) {
        CAPTURE(name);
        CHECK_FALSE(plugin.summary.empty());
        for (const auto& field : plugin.fields()) CHECK_FALSE(field.help.empty());
    }
}
