#include <catch2/catch.hpp>
#include <cmath>
#include <functional>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include "distributions/standard_normal.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/rng.hpp"

using namespace evsweep;

namespace {

/// A distribution of hours as a scenario would choose it; nothing, and the issues, where it is refused.
std::unique_ptr<Distribution> configured(const std::string& yaml, Issues& issues) {
    Reader reader{issues, "h"};
    const auto choice = read_plugin<Distribution>(parse_yaml(yaml, "test.yaml", issues), "arrival", reader);
    return choice ? choice->make({}) : nullptr;
}

std::unique_ptr<Distribution> make(const std::string& yaml) {
    Issues issues;
    auto law = configured(yaml, issues);
    for (const auto& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    REQUIRE(law);
    return law;
}

double normal_cdf(double z) { return 0.5 * (1.0 + std::erf(z / std::numbers::sqrt2)); }

/// A choice and its cumulative function, written down from the textbook.
struct Law {
    std::string name;
    std::string parameters;
    std::function<double(double)> cdf;
};

std::vector<Law> laws() {
    const auto truncated = [](double m, double s, double a, double b) {
        return [=](double x) {
            const double low = normal_cdf((a - m) / s);
            return x < a ? 0.0 : x >= b ? 1.0 : (normal_cdf((x - m) / s) - low) / (normal_cdf((b - m) / s) - low);
        };
    };
    const auto step = [](double x, double at, double size) { return x >= at ? size : 0.0; };
    return {
        {"gev", "shape: -0.06, scale: 0.85 h, location: 17.3 h",
         [](double x) { return std::exp(-std::pow(1.0 - 0.06 * (x - 17.3) / 0.85, 1.0 / 0.06)); }},
        {"gev", "shape: 0.3, scale: 2 h, location: 8 h",
         [](double x) { return x <= 8.0 - 2.0 / 0.3 ? 0.0 : std::exp(-std::pow(1.0 + 0.3 * (x - 8.0) / 2.0, -1.0 / 0.3)); }},
        {"gev", "shape: 0, scale: 2 h, location: 8 h", [](double x) { return std::exp(-std::exp(-(x - 8.0) / 2.0)); }},
        {"weibull", "scale: 7.6 h, shape: 2.1", [](double x) { return 1.0 - std::exp(-std::pow(x / 7.6, 2.1)); }},
        {"normal", "mean: 20 h, deviation: 94.2 min", [](double x) { return normal_cdf((x - 20.0) / 1.57); }},
        {"truncated_normal", "mean: 20 h, deviation: 1.57 h, min: 16 h, max: 24 h", truncated(20.0, 1.57, 16.0, 24.0)},
        {"truncated_normal", "mean: 0 h, deviation: 1 h, min: 2 h, max: 4 h", truncated(0.0, 1.0, 2.0, 4.0)},
        {"lognormal", "median: 9 h, log_deviation: 0.4", [](double x) { return normal_cdf(std::log(x / 9.0) / 0.4); }},
        {"uniform", "min: 16 h, max: 18 h", [](double x) { return std::clamp((x - 16.0) / 2.0, 0.0, 1.0); }},
        {"triangular", "min: 1 h, mode: 2 h, max: 5 h",
         [](double x) { return x < 2.0 ? (x - 1.0) * (x - 1.0) / 4.0 : 1.0 - (5.0 - x) * (5.0 - x) / 12.0; }},
        {"exponential", "mean: 3 h", [](double x) { return 1.0 - std::exp(-x / 3.0); }},
        {"constant", "value: 6 h", [=](double x) { return step(x, 6.0, 1.0); }},
        {"discrete", "values: [30 h, 10 h, 20 h], weights: [1, 3, 4]",
         [=](double x) { return step(x, 10.0, 0.375) + step(x, 20.0, 0.5) + step(x, 30.0, 0.125); }},
        {"histogram", "edges: [0 h, 1 h, 3 h, 4 h, 8 h, 9 h], weights: [0, 2, 0, 6, 0]",
         [](double x) { return 0.25 * std::clamp((x - 1.0) / 2.0, 0.0, 1.0) + 0.75 * std::clamp((x - 4.0) / 4.0, 0.0, 1.0); }},
    };
}

std::string yaml_of(const Law& law) { return "{distribution: " + law.name + ", " + law.parameters + "}"; }

/// A hundred thousand draws in ascending order.
std::vector<double> draws_of(const Distribution& law) {
    std::vector<double> x(100'000);
    Rng(2024, 1).uniforms(Purpose("test"), 0, 0, x);
    law.quantiles(x);
    std::sort(x.begin(), x.end());
    return x;
}

/// The largest distance of the draws' cumulative function from `cdf`, on both sides of every jump.
double kolmogorov_smirnov(const std::vector<double>& sorted, const std::function<double(double)>& cdf) {
    const auto n = static_cast<double>(sorted.size());
    double distance = 0.0;
    for (auto x = sorted.begin(); x != sorted.end();) {
        const auto next = std::upper_bound(x, sorted.end(), *x);
        const double below = cdf(std::nextafter(*x, -1e300));
        distance = std::max(
            {distance, std::abs(double(x - sorted.begin()) / n - below), std::abs(double(next - sorted.begin()) / n - cdf(*x))});
        x = next;
    }
    return distance;
}

std::string refusal(const std::string& yaml) {
    Issues issues;
    CHECK_FALSE(configured(yaml, issues));
    REQUIRE(issues.list().size() == 1);
    return to_text(issues.list().front());
}

}  // namespace

TEST_CASE("draws of every registered distribution follow its textbook law", "[distributions]") {
    std::set<std::string> untested;
    for (const auto& [name, plugin] : plugins<Distribution>()) untested.insert(name);
    for (const auto& law : laws()) {
        INFO(yaml_of(law));
        untested.erase(law.name);
        const auto x = draws_of(*make(yaml_of(law)));
        // Kolmogorov's bound, exceeded by one right sampler in a thousand: sqrt(-ln(0.0005)/2) / sqrt(n).
        CHECK(kolmogorov_smirnov(x, law.cdf) < 1.95 / std::sqrt(double(x.size())));
    }
    CHECK(untested == std::set<std::string>{});
}

TEST_CASE("the stated mean of every distribution is the mean of its draws", "[distributions]") {
    for (const auto& law : laws()) {
        INFO(yaml_of(law));
        const auto made = make(yaml_of(law));
        double sum = 0.0;
        double squares = 0.0;
        const auto x = draws_of(*made);
        const auto n = static_cast<double>(x.size());
        for (const double v : x) sum += v;
        for (const double v : x) squares += (v - sum / n) * (v - sum / n);
        CHECK(std::abs(sum / n - made->mean()) <= 4.0 * std::sqrt(squares) / n + 1e-9);
    }
}

TEST_CASE("quantiles rise with the probability and stay within the stated bounds", "[distributions]") {
    for (const auto& law : laws()) {
        INFO(yaml_of(law));
        const auto made = make(yaml_of(law));
        double before = made->lowest();
        for (double u : {0x1p-53, 1e-9, 0.001, 0.1, 0.25, 0.375, 0.5, 0.75, 0.875, 0.9, 0.999, 1.0 - 1e-9, 1.0 - 0x1p-53}) {
            const double x = made->quantile(u);
            CHECK(x >= before);
            before = x;
        }
        CHECK(before <= made->highest());
    }
}

TEST_CASE("the standard normal quantile inverts the error function to full precision", "[distributions]") {
    CHECK(normal_quantile(0.5) == 0.0);
    CHECK(normal_quantile(0.975) == Approx(1.959963984540054).epsilon(1e-15));  // tabulated
    CHECK(normal_quantile(0.9) == Approx(1.2815515655446004).epsilon(1e-15));
    CHECK(normal_quantile(1e-10) == Approx(-6.361340902404056).epsilon(1e-14));
    for (double u = 1e-300; u < 0.5; u *= 3.7) {
        const double z = normal_quantile(u);
        // A relative error e of z shows as z^2 e in u.
        CHECK(0.5 * std::erfc(-z / std::numbers::sqrt2) == Approx(u).epsilon(1.5e-15 * (1.0 + z * z)).margin(0.0));
    }
}

TEST_CASE("the home-coming law of the generalised extreme value has its published mean and quantiles", "[distributions]") {
    const auto law = make("{distribution: gev, shape: -0.06, scale: 0.85 h, location: 17.3 h}");
    CHECK(law->mean() == Approx(17.74).margin(0.005));
    CHECK(law->quantile(0.05) == Approx(16.34).margin(0.005));
    CHECK(law->quantile(0.95) == Approx(19.61).margin(0.005));
    CHECK(law->highest() == Approx(17.3 + 0.85 / 0.06));
}

TEST_CASE("the generalised extreme value passes continuously through Gumbel's law", "[distributions]") {
    const auto gumbel = make("{distribution: gev, shape: 0, scale: 2 h, location: 8 h}");
    CHECK(gumbel->mean() == Approx(8.0 + 2.0 * std::numbers::egamma).epsilon(1e-14));
    CHECK(gumbel->quantile(0.5) == Approx(8.0 - 2.0 * std::log(std::numbers::ln2)).epsilon(1e-14));
    for (const std::string shape : {"1e-9", "-1e-9"}) {
        const auto near = make("{distribution: gev, shape: " + shape + ", scale: 2 h, location: 8 h}");
        CHECK(near->mean() == Approx(gumbel->mean()).margin(1e-7));
        for (const double u : {0.001, 0.3, 0.999}) CHECK(near->quantile(u) == Approx(gumbel->quantile(u)).margin(1e-6));
    }
}

TEST_CASE("closed-form quantiles come out", "[distributions]") {
    CHECK(make("{distribution: weibull, scale: 7.6 h, shape: 2.1}")->quantile(0.5) ==
          Approx(7.6 * std::pow(std::numbers::ln2, 1.0 / 2.1)).epsilon(1e-14));
    CHECK(make("{distribution: weibull, scale: 7.6 h, shape: 2}")->mean() == Approx(7.6 * std::sqrt(std::numbers::pi) / 2.0));
    CHECK(make("{distribution: lognormal, median: 9 h, log_deviation: 0.4}")->quantile(0.975) ==
          Approx(9.0 * std::exp(0.4 * 1.959963984540054)).epsilon(1e-14));
    CHECK(make("{distribution: triangular, min: 1 h, mode: 2 h, max: 5 h}")->quantile(0.25) == Approx(2.0).epsilon(1e-14));
    CHECK(make("{distribution: histogram, edges: [1 h, 2 h, 4 h], weights: [1, 1]}")->quantile(0.75) == Approx(3.0));
    CHECK(make("{distribution: truncated_normal, mean: 5 h, deviation: 2 h, min: 4 h, max: 6 h}")->quantile(0.5) == Approx(5.0));
}

TEST_CASE("a truncated normal keeps its digits far out in either tail", "[distributions]") {
    const auto upper = make("{distribution: truncated_normal, mean: 0 h, deviation: 1 h, min: 20 h, max: 21 h}");
    const auto lower = make("{distribution: truncated_normal, mean: 0 h, deviation: 1 h, min: -21 h, max: -20 h}");
    for (const double u : {0.125, 0.5, 0.875}) {
        // Beyond 20 deviations the tail is exponential to first order: P(X > 20 + d | X > 20) = exp(-20 d - d^2/2) (1 - d/20
        // ...).
        CHECK(upper->quantile(u) == Approx(20.0 - std::log1p(-u) / 20.0).margin(2.0e-3 * -std::log1p(-u)));
        CHECK(upper->quantile(u) == Approx(-lower->quantile(1.0 - u)).epsilon(1e-13));
    }
}

TEST_CASE("contradictory parameters are refused with the field, the trouble and the way out", "[distributions]") {
    const std::string at = "test.yaml:1:";
    CHECK(refusal("{distribution: uniform, min: 3 h, max: 3 h}") == at + "30: arrival.min: is not below max; give min < max");
    CHECK_THAT(refusal("{distribution: truncated_normal, mean: 90 h, deviation: 1 h, min: 0 h, max: 1 h}"),
               Catch::Contains("arrival.mean: is too many deviations away from [min, max] to draw from"));
    CHECK_THAT(refusal("{distribution: truncated_normal, mean: 1 h, deviation: 0 h, min: 0 h, max: 1 h}"),
               Catch::Contains("arrival.deviation: 0 h is out of range"));
    CHECK_THAT(refusal("{distribution: triangular, min: 1 h, mode: 9 h, max: 5 h}"),
               Catch::Contains("arrival.mode: is outside [min, max]; give min <= mode <= max"));
    CHECK_THAT(refusal("{distribution: discrete, values: [1 h, 2 h], weights: [1]}"),
               Catch::Contains("arrival.weights: has 1 entries where 2 belong; give one weight each"));
    CHECK_THAT(refusal("{distribution: discrete, values: []}"), Catch::Contains("arrival.values: is empty"));
    CHECK_THAT(refusal("{distribution: histogram, edges: [1 h, 2 h], weights: [-1]}"), Catch::Contains("has an entry below 0"));
    CHECK_THAT(refusal("{distribution: histogram, edges: [1 h, 2 h], weights: [0]}"), Catch::Contains("is all 0"));
    CHECK_THAT(refusal("{distribution: histogram, edges: [2 h, 2 h], weights: [1]}"), Catch::Contains("does not ascend"));
    CHECK_THAT(refusal("{distribution: weibull, scale: 3 kWh, shape: 2}"), Catch::Contains("arrival.scale"));
    CHECK_THAT(refusal("{distribution: weibul, scale: 3 h, shape: 2}"), Catch::Contains("did you mean 'weibull'?"));
}
