// Demand `random_factors` against its own law: all logarithms are normal, so that means, variances and correlations over replicas
// have known distributions, and margins are five standard deviations of the estimator.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/demand.hpp"
#include "evsweep/plugins.hpp"

using namespace evsweep;
using namespace std::chrono_literals;

namespace {

constexpr double sigmas = 5.0;
constexpr std::uint32_t replicas = 4000;

FeederSite site_of(const std::vector<std::string>& ids) {
    FeederSite site;
    site.bus = {"source"};
    for (const std::string& id : ids) site.loads.push_back({id, BusId(0), 1.0, {}});
    return site;
}

/// From Monday noon on.
class Day {
   public:
    explicit Day(const std::string& yaml, Duration horizon = one_day, Duration step = 1min) : site_(site_of({"a", "b"})) {
        Reader reader{.issues = issues_, .step = step};
        const auto configured =
            read_plugin<Demand>(parse_yaml(yaml, "day.yaml", issues_), "base_load.variation", reader, "random_factors");
        if (!configured) return;
        Demand::Context context;
        context.feeder = &site_;
        context.calendar = Calendar(
            LocalTime(std::chrono::sys_days(std::chrono::January / 6 / 2025).time_since_epoch() + std::chrono::hours(12)));
        context.step = step;
        context.horizon = horizon;
        context.issues = &issues_;
        context.at = configured->at;
        demand_ = configured->make(context);
    }

    [[nodiscard]] std::vector<std::string> problems() const {
        std::vector<std::string> texts;
        for (const Issue& issue : issues_.list()) texts.push_back(to_text(issue));
        return texts;
    }
    [[nodiscard]] LoadFactors draw(std::uint32_t replica) const {
        LoadFactors factors;
        demand_->draw(Rng(11, replica), factors);
        return factors;
    }
    /// The factor of a load at an instant, one value per replica.
    [[nodiscard]] std::vector<double> over_replicas(std::size_t load, Duration at) const {
        std::vector<double> list;
        for (std::uint32_t r = 0; r < replicas; ++r) list.push_back(draw(r).at(Instant(at))[load]);
        return list;
    }

   private:
    FeederSite site_;
    Issues issues_;
    std::unique_ptr<Demand> demand_;
};

double mean(const std::vector<double>& list) {
    return std::accumulate(list.begin(), list.end(), 0.0) / static_cast<double>(list.size());
}

std::vector<double> logarithms(std::vector<double> list) {
    for (double& x : list) x = std::log(x);
    return list;
}

double covariance(const std::vector<double>& a, const std::vector<double>& b) {
    const double mean_a = mean(a), mean_b = mean(b);
    double sum = 0.0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - mean_a) * (b[i] - mean_b);
    return sum / static_cast<double>(a.size() - 1);
}

double correlation(const std::vector<double>& a, const std::vector<double>& b) {
    return covariance(a, b) / std::sqrt(covariance(a, a) * covariance(b, b));
}

/// By Fisher's transformation: atanh of a correlation of n normal pairs is normal around atanh(rho) with variance 1 / (n - 3).
void check_correlation(const std::vector<double>& a, const std::vector<double>& b, double rho) {
    CAPTURE(rho);
    const double margin = sigmas / std::sqrt(static_cast<double>(replicas - 3));
    CHECK(std::abs(std::atanh(correlation(logarithms(a), logarithms(b))) - std::atanh(rho)) < margin);
}

/// That factors are lognormal with mean 1 and this squared coefficient of variation.
void check_law(const std::vector<double>& factors, double squared_variation) {
    const auto n = static_cast<double>(replicas);
    const double variance = std::log1p(squared_variation);
    const std::vector<double> logs = logarithms(factors);
    CHECK(std::abs(mean(logs) + 0.5 * variance) < sigmas * std::sqrt(variance / n));
    CHECK(std::abs(covariance(logs, logs) - variance) < sigmas * variance * std::sqrt(2.0 / (n - 1.0)));
    CHECK(std::abs(mean(factors) - 1.0) < sigmas * std::sqrt(squared_variation / n));
}

}  // namespace

TEST_CASE("factors have mean 1, and their squared variations multiply", "[random_factors]") {
    const Day day("{day: 10 %, load: 20 %, fluctuation: 30 %}");
    const double squared = 1.01 * 1.04 * 1.09 - 1.0;
    check_law(day.over_replicas(0, 0h), squared);
    check_law(day.over_replicas(1, 7h), squared);
    check_law(day.over_replicas(0, 23h + 59min), squared);
}

TEST_CASE("the total of all loads has the mean of the profiles, and varies as its parts and what they share",
          "[random_factors]") {
    const Day day("{day: 10 %, load: 20 %}");
    const auto a = day.over_replicas(0, 6h), b = day.over_replicas(1, 6h);
    std::vector<double> total;  // of 3 kW and 1 kW
    for (std::size_t r = 0; r < a.size(); ++r) total.push_back(3.0 * a[r] + b[r]);
    // Var = sum over pairs of p_i p_j (E[D^2] E[L_i L_j] - 1)
    const double of_one = 1.01 * 1.04 - 1.0, of_two = 0.01;
    const double variance = (9.0 + 1.0) * of_one + 2.0 * 3.0 * of_two;
    const auto n = static_cast<double>(replicas);
    CHECK(std::abs(mean(total) - 4.0) < sigmas * std::sqrt(variance / n));
    double fourth = 0.0;  // central moment, of which the spread of a variance follows
    for (const double x : total) fourth += std::pow(x - 4.0, 4) / n;
    CHECK(std::abs(covariance(total, total) - variance) < sigmas * std::sqrt((fourth - variance * variance) / n));
}

TEST_CASE("what loads have in common is the factor of the day", "[random_factors]") {
    const double of_day = std::log(1.01), of_load = std::log(1.04), of_fluctuation = std::log(1.09);
    const Day day("{day: 10 %, load: 20 %, fluctuation: 30 %}");
    check_correlation(day.over_replicas(0, 5h), day.over_replicas(1, 5h), of_day / (of_day + of_load + of_fluctuation));
    const Day apart("{load: 20 %, fluctuation: 30 %}");
    check_correlation(apart.over_replicas(0, 5h), apart.over_replicas(1, 5h), 0.0);
}

TEST_CASE("the logarithm of the fluctuation forgets with its memory, and is as wide at the end as at the start",
          "[random_factors]") {
    const Day day("{fluctuation: 30 %, every: 15 min, memory: 1 h}");
    const auto start = day.over_replicas(0, 3h);
    check_correlation(start, day.over_replicas(0, 3h + 15min), std::exp(-0.25));
    check_correlation(start, day.over_replicas(0, 4h), std::exp(-1.0));
    check_correlation(start, day.over_replicas(0, 6h), std::exp(-3.0));
    check_law(day.over_replicas(0, 0h), 0.09);
    check_law(day.over_replicas(0, 23h + 45min), 0.09);
}

TEST_CASE("a fluctuation without memory is new at every mark, and held until the next", "[random_factors]") {
    const Day day("{fluctuation: 30 %, every: 10 min, memory: 0 s}");
    check_correlation(day.over_replicas(0, 3h), day.over_replicas(0, 3h + 10min), 0.0);
    const LoadFactors factors = day.draw(0);
    CHECK(factors.every == 10min);
    CHECK(factors.at(Instant(19min))[0] == factors.at(Instant(10min))[0]);
    CHECK(factors.at(Instant(20min))[0] != factors.at(Instant(19min))[0]);
}

TEST_CASE("factors of a day hold from midnight to midnight, and days are independent", "[random_factors]") {
    const Day days("{day: 10 %, load: 20 %}", 48h);
    const LoadFactors factors = days.draw(1);
    const auto value = [&](Duration at) { return factors.at(Instant(at))[0]; };
    CHECK(value(11h + 45min) == value(0h));
    CHECK(value(12h) != value(0h));
    CHECK(value(35h + 59min) == value(12h));
    CHECK(value(36h) != value(12h));
    check_correlation(days.over_replicas(0, 0h), days.over_replicas(0, 12h), 0.0);
}

TEST_CASE("a longer study begins with the same factors", "[random_factors]") {
    const std::string all = "{day: 10 %, load: 20 %, fluctuation: 30 %}";
    const LoadFactors one = Day(all).draw(2), two = Day(all, 48h).draw(2);
    REQUIRE(two.factor.size() == 2 * one.factor.size());
    CHECK(std::equal(one.factor.begin(), one.factor.end(), two.factor.begin()));
}

TEST_CASE("random factors refuse what makes no sense, and say where", "[random_factors]") {
    using Texts = std::vector<std::string>;
    CHECK(Day("{load: -20 %}").problems() ==
          Texts{"day.yaml:1:8: base_load.variation.load: -0.2 is out of range; must be [0, 5]"});
    CHECK(Day("{}").problems() ==
          Texts{"day.yaml:1:1: base_load.variation.day: nothing varies; give `day`, `load` or `fluctuation`, e.g. `load: 20 %`"});
    CHECK(
        Day("{load: 20 %, every: 90 s}").problems() ==
        Texts{"day.yaml:1:1: base_load.variation.every: 90 s is not a whole number of control steps; the control step is 1 min"});
    CHECK(Day("{load: 20 %, memory: 2 h}").problems().size() == 1);
    CHECK(Day("{load: 20 %, deviation: 2}").problems().size() == 1);
}

TEST_CASE("the marks of random factors fit the control step where nothing is said", "[random_factors]") {
    const Day day("{load: 20 %}", one_day, 20min);
    CHECK(day.problems().empty());
    CHECK(day.draw(0).every == 20min);
}
