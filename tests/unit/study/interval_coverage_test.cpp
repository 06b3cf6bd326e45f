/// How often the printed 95 % intervals hold the true mean, over many studies of ten replicas, for laws whose mean is known.

#include <catch2/catch.hpp>
#include <cmath>
#include <functional>

#include "sim/study/study_estimates.hpp"
#include "unit/study/draws.hpp"
#include "unit/study/synthetic_study.hpp"

using namespace evsweep;
using evsweep::test::Draws;

namespace {

constexpr std::size_t studies = 2000;
constexpr std::size_t replicas = 10;

/// A study of one number under the controllers a and b; the feeder without vehicles has `base`.
StudyResult study_of(Variable variable, double base) {
    StudyResult study;
    study.reference = "a";
    study.base.variables = {{"kpis", variable, {base}, {}, {}}};
    study.controllers.resize(2);
    for (std::size_t c = 0; c < 2; ++c) {
        study.controllers[c].label = c == 0 ? "a" : "b";
        study.controllers[c].variables = {{"kpis", variable, std::vector<double>(replicas), {}, {}}};
    }
    for (std::size_t r = 0; r < replicas; ++r) study.replicas.emplace_back(r);
    return study;
}

/// What was found of one law: shares of studies.
struct Coverage {
    double printed = 0.0;  ///< whose interval as printed holds the mean
    double student = 0.0;  ///< whose Student interval does, which is a point where all values are alike
};

bool holds(double low, double high, double mean) { return low - 1e-9 <= mean && mean <= high + 1e-9; }

void count(Coverage& coverage, const Estimate& estimate, double mean) {
    const double t = 2.262157162798 * estimate.deviation / std::sqrt(static_cast<double>(replicas));
    coverage.printed += holds(estimate.low, estimate.high, mean) / static_cast<double>(studies);
    coverage.student += holds(estimate.mean - t, estimate.mean + t, mean) / static_cast<double>(studies);
}

/// Of the mean of `draw`, a law with mean `mean`.
Coverage of_mean(StudyResult study, double mean, const std::function<double(Draws&)>& draw) {
    Draws draws;
    Coverage coverage;
    for (std::size_t s = 0; s < studies; ++s) {
        std::vector<double> values(replicas);
        for (double& value : values) value = draw(draws);
        study.controllers[0].variables[0].values = std::move(values);
        count(coverage, StudyEstimates(study).mean(study.controllers[0].variables[0]), mean);
    }
    return coverage;
}

/// Of b - a, both drawn by `draw` for one replica.
Coverage of_difference(StudyResult study, double mean, const std::function<std::pair<double, double>(Draws&)>& draw) {
    Draws draws;
    Coverage coverage;
    auto& a = study.controllers[0].variables[0];
    auto& b = study.controllers[1].variables[0];
    for (std::size_t s = 0; s < studies; ++s) {
        std::vector<double> of_a(replicas), of_b(replicas);
        for (std::size_t r = 0; r < replicas; ++r) std::tie(of_a[r], of_b[r]) = draw(draws);
        a.values = std::move(of_a);
        b.values = std::move(of_b);
        count(coverage, StudyEstimates(study).difference(b, a), mean);
    }
    return coverage;
}

/// Four standard deviations of the share of `studies` that hold, where each does with probability p.
double chance(double p) { return 4.0 * std::sqrt(p * (1.0 - p) / static_cast<double>(studies)); }

/// 92 to 98 %, as far as so many studies can say.
void require_nominal(const Coverage& coverage) {
    CHECK(coverage.printed >= 0.92 - chance(0.92));
    CHECK(coverage.printed <= 0.98 + chance(0.98));
    CHECK(std::abs(coverage.printed - 0.95) < 0.03);
}

const Variable peak = synthetic::number("peak_kw", "kW", "peak demand", 0);

Variable minutes_of_a_day() {
    Variable variable = synthetic::number("minutes_outside_band", "min", "time outside the band", 0);
    variable.lowest = 0.0;
    variable.highest = 1440.0;
    return variable;
}

}  // namespace

TEST_CASE("intervals of symmetric and of moderately skewed numbers hold their mean in 92 to 98 % of studies") {
    require_nominal(of_mean(study_of(peak, 90.0), 105.0, [](Draws& d) { return 105.0 + 14.0 * d.normal(); }));
    require_nominal(
        of_mean(study_of(peak, 6.0), 12.0 * std::exp(0.125), [](Draws& d) { return 12.0 * std::exp(0.5 * d.normal()); }));
    require_nominal(of_mean(study_of(peak, 0.0), 1.0, [](Draws& d) { return d.exponential(); }));
}

TEST_CASE("intervals of minutes that are mostly zero hold their mean where Student's do not") {
    // A share p of the days has an exponential number of minutes: mean 40 p.
    for (const double p : {0.2, 0.3, 0.5}) {
        CAPTURE(p);
        const auto coverage = of_mean(study_of(minutes_of_a_day(), 0.0), 40.0 * p,
                                      [p](Draws& d) { return d.chance(p) ? 40.0 * d.exponential() : 0.0; });
        require_nominal(coverage);
        CHECK(coverage.student < 0.88);
    }
    // Whole quarters of an hour, geometric with mean 1 / 0.4.
    const auto quarters = of_mean(study_of(minutes_of_a_day(), 0.0), 0.3 * 15.0 / 0.4, [](Draws& d) {
        return d.chance(0.3) ? 15.0 * std::ceil(std::log(d.uniform()) / std::log(0.6)) : 0.0;
    });
    CHECK(quarters.printed >= 0.92);
    CHECK(quarters.student < 0.90);
}

TEST_CASE("rare minutes are bounded, so that the bound holds where nothing was seen") {
    // 15 minutes on 0.7 % of the days: mean 0.105, and 93 % of the studies see none.
    const auto coverage =
        of_mean(study_of(minutes_of_a_day(), 0.0), 0.105, [](Draws& d) { return d.chance(0.007) ? 15.0 : 0.0; });
    CHECK(coverage.printed >= 0.95);
    CHECK(coverage.student < 0.10);
}

TEST_CASE("the peak of a fleet that starts at one signal is nearly always the same, and its interval holds the mean") {
    // Each of 12 vehicles of 11 kW is there with probability 0.9926, so that all are in 91.5 % of the days.
    const double there = std::pow(0.915, 1.0 / 12.0);
    const auto draw = [there](Draws& d) {
        double kw = 26.0;
        for (int v = 0; v < 12; ++v) kw += d.chance(there) ? 11.0 : 0.0;
        return kw;
    };
    const auto coverage = of_mean(study_of(peak, 26.0), 26.0 + 132.0 * there, draw);
    CHECK(coverage.printed >= 0.95);
    CHECK(coverage.student < 0.65);
}

TEST_CASE("paired differences hold their mean whether they scatter, are skewed or hardly ever differ") {
    require_nominal(of_difference(study_of(peak, 90.0), -3.0, [](Draws& d) {
        const double day = 105.0 + 14.0 * d.normal();
        return std::pair(day, day - 3.0 + 2.0 * d.normal());
    }));
    require_nominal(of_difference(study_of(minutes_of_a_day(), 0.0), -12.0, [](Draws& d) {
        const double minutes = d.chance(0.3) ? 40.0 * d.exponential() : 0.0;
        return std::pair(minutes, 0.0);
    }));
    const auto rare = of_difference(study_of(minutes_of_a_day(), 0.0), 0.3,
                                    [](Draws& d) { return std::pair(0.0, d.chance(0.02) ? 15.0 : 0.0); });
    CHECK(rare.printed >= 0.95);
    CHECK(rare.student < 0.30);
}
