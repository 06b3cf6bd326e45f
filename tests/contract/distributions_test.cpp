/// What every registered distribution must hold, as its own least settings make it: values are in hours here.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/rng.hpp"

using namespace evsweep;

namespace {

/// A distribution of hours as a scenario would choose it; nothing where it is refused, with the reasons in `issues`.
std::unique_ptr<Distribution> configured(const std::string& yaml, Issues& issues) {
    Reader reader{issues, "h"};
    const auto choice = read_plugin<Distribution>(parse_yaml(yaml, "contract.yaml", issues), "attribute", reader);
    return choice ? choice->make({}) : nullptr;
}

/// `{a: 1}` of a plug-in becomes the choice `{distribution: NAME, a: 1}`.
std::string choice_of(const std::string& name, const std::string& least_settings) {
    const std::string start = "{" + std::string(Distribution::kind) + ": " + name;
    return least_settings.empty() ? start + "}" : start + ", " + least_settings.substr(1);
}

/// Every registered distribution, made from its least settings. A newcomer that cannot be made so fails here.
std::vector<std::pair<std::string, std::unique_ptr<Distribution>>> all_distributions() {
    std::vector<std::pair<std::string, std::unique_ptr<Distribution>>> all;
    for (const auto& [name, plugin] : plugins<Distribution>()) {
        Issues issues;
        auto made = configured(choice_of(name, plugin.least_settings), issues);
        std::string reasons;
        for (const Issue& issue : issues.list()) reasons += "\n  " + to_text(issue);
        if (!made)
            FAIL("distribution '" + name + "' cannot be made from its least settings '" + plugin.least_settings +
                 "'. Declare in its class `static constexpr std::string_view least_settings = \"{...}\"`, with values in hours, "
                 "e.g. as in models/distributions/weibull.cpp." +
                 reasons);
        all.emplace_back(name, std::move(made));
    }
    return all;
}

/// The rarest probabilities that Rng gives (an odd multiple of 2^-53), and a grid between them.
std::vector<double> probabilities() {
    std::vector<double> u{0x1p-53, 1e-12, 1e-9, 1e-6};
    for (int k = 1; k < 1000; ++k) u.push_back(k / 1000.0);
    u.insert(u.end(), {1.0 - 1e-6, 1.0 - 1e-9, 1.0 - 1e-12, 1.0 - 0x1p-53});
    return u;
}

constexpr std::size_t draw_count = 200'000;

std::vector<double> draws_of(const Distribution& distribution) {
    std::vector<double> draws(draw_count);
    Rng(7, 1).uniforms(Purpose("contract"), 0, 0, draws);
    distribution.quantiles(draws);
    return draws;
}

}  // namespace

TEST_CASE("quantiles are numbers that never fall while the probability rises", "[distributions]") {
    for (const auto& [name, distribution] : all_distributions()) {
        INFO(name);
        std::vector<double> values = probabilities();
        distribution->quantiles(values);
        CHECK(std::all_of(values.begin(), values.end(), [](double value) { return std::isfinite(value); }));
        CHECK(std::is_sorted(values.begin(), values.end()));
    }
}

TEST_CASE("a probability has the same quantile alone and among others, at every call and in every instance", "[distributions]") {
    const auto twins = all_distributions();
    std::size_t k = 0;
    for (const auto& [name, distribution] : all_distributions()) {
        INFO(name);
        const std::vector<double> u = probabilities();
        std::vector<double> together = u, again = u, of_twin = u, alone;
        distribution->quantiles(together);
        for (const double probability : u) alone.push_back(distribution->quantile(probability));
        distribution->quantiles(again);
        twins[k++].second->quantiles(of_twin);
        CHECK(alone == together);
        CHECK(again == together);
        CHECK(of_twin == together);
    }
}

TEST_CASE("no value lies outside the stated range", "[distributions]") {
    for (const auto& [name, distribution] : all_distributions()) {
        INFO(name);
        CHECK(distribution->lowest() <= distribution->highest());
        for (const double probability : probabilities()) {
            INFO(probability);
            CHECK(distribution->quantile(probability) >= distribution->lowest());
            CHECK(distribution->quantile(probability) <= distribution->highest());
        }
    }
}

TEST_CASE("the stated mean is that of draws within five standard errors", "[distributions]") {
    // By the central limit theorem one right sampler in two million is farther away.
    for (const auto& [name, distribution] : all_distributions()) {
        INFO(name);
        const auto draws = draws_of(*distribution);
        double sum = 0.0, squares = 0.0;
        for (const double draw : draws) sum += draw;
        const double mean = sum / draw_count;
        for (const double draw : draws) squares += (draw - mean) * (draw - mean);
        const double standard_error = std::sqrt(squares) / draw_count;
        const double stated = distribution->mean();
        if (!std::isnan(stated)) CHECK(std::abs(mean - stated) <= 5.0 * standard_error + 1e-9 * std::abs(stated));
    }
}

TEST_CASE("the share of draws below a quantile is its probability within five standard errors", "[distributions]") {
    for (const auto& [name, distribution] : all_distributions()) {
        auto draws = draws_of(*distribution);
        std::sort(draws.begin(), draws.end());
        for (const double probability : {0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99}) {
            INFO(name << " at " << probability);
            const double value = distribution->quantile(probability);
            const auto share = [&](auto end) { return static_cast<double>(end - draws.begin()) / draw_count; };
            const double margin = 5.0 * std::sqrt(probability * (1.0 - probability) / draw_count);
            // Several probabilities may have one value: then its draws lie on both sides.
            CHECK(share(std::lower_bound(draws.begin(), draws.end(), value)) <= probability + margin);
            CHECK(share(std::upper_bound(draws.begin(), draws.end(), value)) >= probability - margin);
        }
    }
}

TEST_CASE("resolved parameters make the same distribution again", "[distributions]") {
    for (const auto& [name, plugin] : plugins<Distribution>()) {
        INFO(name);
        Issues issues;
        Reader reader{issues, "h"};
        const auto choice = parse_yaml(choice_of(name, plugin.least_settings), "contract.yaml", issues);
        const auto first = read_plugin<Distribution>(choice, "attribute", reader);
        REQUIRE(first);
        std::string resolved;
        for (const Setting& setting : first->settings) resolved += ", " + setting.path + ": " + setting.value;
        INFO(resolved);
        const auto second = configured("{" + std::string(Distribution::kind) + ": " + name + resolved + "}", issues);
        for (const Issue& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
        REQUIRE(second);
        std::vector<double> before = probabilities(), after = before;
        first->make({})->quantiles(before);
        second->quantiles(after);
        CHECK(after == before);
    }
}
