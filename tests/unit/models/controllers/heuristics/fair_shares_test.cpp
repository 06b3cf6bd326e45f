/// Water levels under random sites that overlap, against raising everybody by a hair at a time.
#include <catch2/catch.hpp>
#include <random>

#include "unit/models/controllers/heuristics/hand_day.hpp"

using namespace evsweep;
using namespace evsweep::heuristic_days;

namespace {

/// Sites with the vehicles that stand in them.
struct SomeSites {
    std::vector<double> limit_kw;
    std::vector<std::vector<std::size_t>> members;
};

/// By small steps in turn: who would break a limit stops for ever. It shares nothing with the controller.
std::vector<double> raised_by_hairs(const SomeSites& limits, std::size_t vehicles, double most_kw, double hair_kw) {
    std::vector<double> kw(vehicles, 0.0);
    std::vector<bool> has_stopped(vehicles, false);
    const auto fits = [&](std::size_t v) {
        if (kw[v] + hair_kw > most_kw) return false;
        for (std::size_t s = 0; s < limits.members.size(); ++s) {
            const auto& in = limits.members[s];
            if (std::find(in.begin(), in.end(), v) == in.end()) continue;
            double sum = hair_kw;
            for (const std::size_t other : in) sum += kw[other];
            if (sum > limits.limit_kw[s]) return false;
        }
        return true;
    };
    for (bool any = true; any;) {
        any = false;
        for (std::size_t v = 0; v < vehicles; ++v) {
            if (has_stopped[v]) continue;
            has_stopped[v] = !fits(v);
            if (!has_stopped[v]) kw[v] += hair_kw, any = true;
        }
    }
    return kw;
}

}  // namespace

TEST_CASE("under sites that overlap anyhow balanced finds the levels of raising everybody by a hair at a time") {
    constexpr std::size_t vehicles = 7;
    constexpr double hair_kw = 0.002;
    for (unsigned seed = 1; seed <= 30; ++seed) {
        std::mt19937 random(seed);
        Fleet fleet;
        for (std::size_t v = 0; v < vehicles; ++v) fleet.add(needing(30.0, 0.0, 5.0));
        auto& connectors = fleet.population.connectors;
        for (std::size_t v = 0; v < vehicles; ++v) {
            connectors.minimum_power[v] = 0.0;
            connectors.groups.push_back("v" + std::to_string(v));
            connectors.group.push_back(static_cast<std::uint32_t>(v));
            connectors.number.push_back(0);
        }
        SomeSites limits;
        std::vector<SitePlan> sites;
        for (int s = 0; s < 4; ++s) {
            SitePlan plan = village("site" + std::to_string(s), 3.0 + static_cast<double>(random() % 3000) / 100.0);
            limits.limit_kw.push_back(plan.site.limit_kw);
            limits.members.emplace_back();
            for (std::size_t v = 0; v < vehicles; ++v) {
                if (random() % 2 == 0) continue;
                plan.groups.push_back(connectors.groups[v]);
                limits.members.back().push_back(v);
            }
            if (plan.groups.empty()) {  // a site that names no group would have all
                limits.limit_kw.pop_back();
                limits.members.pop_back();
                continue;
            }
            sites.push_back(std::move(plan));
        }
        const Day day = play("balanced", "{step: 0 kW}", hours_of(1.0), fleet, sites);
        REQUIRE_FALSE(day.run.outcome.failure);
        const std::vector<double> expected = raised_by_hairs(limits, vehicles, 10.0, hair_kw);
        for (std::size_t v = 0; v < vehicles; ++v) {
            CAPTURE(seed, v);
            CHECK(day.powers[0][v] == Approx(expected[v]).margin(vehicles * hair_kw));
        }
    }
}
