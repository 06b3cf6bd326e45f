/// Demand `random_factors`: the power of every load times random factors of mean 1: one of the day for the whole feeder, one of
/// the day for each load, and one for each load that fluctuates within the day.
#include <cmath>
#include <string>
#include <vector>

#include "distributions/standard_normal.hpp"
#include "evsweep/demand.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct FactorParams {
    Fraction day{0.0};
    Fraction load{0.0};
    Fraction fluctuation{0.0};
    Duration every = std::chrono::minutes(15);
    Duration memory = std::chrono::hours(1);
};

/// A lognormal factor of mean 1 with coefficient of variation c: exp(s z - s^2 / 2) with s^2 = ln(1 + c^2) and z standard normal.
class UnitMean {
   public:
    explicit UnitMean(Fraction variation) : s_(std::sqrt(std::log1p(variation.value() * variation.value()))) {}
    [[nodiscard]] bool varies() const { return s_ > 0.0; }
    [[nodiscard]] double of(double z) const { return std::exp(s_ * z - 0.5 * s_ * s_); }

   private:
    double s_;
};

/// Standard normal numbers; number k is the quantile of its own draw, and rises with it.
std::vector<double> normals(const Rng& rng, Purpose purpose, std::size_t count) {
    std::vector<double> list(count);
    rng.uniforms(purpose, 0, 0, list);
    for (double& value : list) value = normal_quantile(value);
    return list;
}

/// At mark m of day d the factor of load i is D(d) L_i(d) W_i(m), all independent and lognormal with mean 1. The logarithm of W_i
/// is a stationary autoregression: with x(0) = z(0) and x(m) = a x(m - 1) + sqrt(1 - a^2) z(m), a = exp(-every / memory), every
/// x(m) is standard normal and the correlation of x(m) and x(m + k) is a^k.
class RandomFactors final : public Demand {
   public:
    static constexpr std::string_view name = "random_factors";
    static constexpr std::string_view least_settings = "{load: 20 %}";
    static constexpr Trial trials[] = {
        {"{load: 20 %}"}, {"{fluctuation: 50 %, every: 7 min, memory: 0 s}"}, {"{day: 10 %, load: 20 %, fluctuation: 30 %}"}};
    static const Schema<FactorParams>& schema() {
        static const auto schema =
            Schema<FactorParams>("The power of every load times random factors of mean 1 (lognormal), active and reactive alike")
                .optional("day", &FactorParams::day, "coefficient of variation of a factor that all loads share on a day",
                          between(0, 5))
                .optional("load", &FactorParams::load, "likewise of a factor of each load by itself on a day", between(0, 5))
                .optional("fluctuation", &FactorParams::fluctuation, "likewise of a factor of each load by itself within the day",
                          between(0, 5))
                .optional("every", &FactorParams::every,
                          "time from one value of the factors to the next; a whole number of control steps", above(0))
                .in_steps("every", &FactorParams::every)
                .optional("memory", &FactorParams::memory,
                          "of the fluctuation: the correlation of its logarithm falls to 1/e in this time", at_least(0))
                .used_if([](const FactorParams& p) { return p.fluctuation.value() > 0.0; }, "with fluctuation", {"memory"})
                .relation([](const FactorParams& p) -> std::optional<Contradiction> {
                    if (p.day.value() > 0.0 || p.load.value() > 0.0 || p.fluctuation.value() > 0.0) return std::nullopt;
                    return Contradiction{"day", "nothing varies", "give `day`, `load` or `fluctuation`, e.g. `load: 20 %`"};
                });
        return schema;
    }

    RandomFactors(const FactorParams& params, const Context& context)
        : day_(params.day),
          load_(params.load),
          fluctuation_(params.fluctuation),
          every_(params.every),
          stays_(params.memory > Duration::zero() ? std::exp(-hours(params.every) / hours(params.memory)) : 0.0) {
        if (every_ % context.step != Duration::zero())
            context.issues->error(context.at, "base_load.variation.every",
                                  duration_text(every_) + " is not a whole number of control steps",
                                  "the control step is " + duration_text(context.step));
        for (const SiteLoad& load : context.feeder->loads) loads_.push_back(load.id);
        const auto first = context.calendar.day(Instant{});
        for (Instant t{}; t < Instant(context.horizon); t += every_)
            day_of_mark_.push_back(static_cast<std::size_t>((context.calendar.day(t) - first).count()));
    }

    void draw(const Rng& rng, LoadFactors& factors) const override {
        const std::size_t loads = loads_.size();
        factors = {every_, loads, std::vector<double>(day_of_mark_.size() * loads)};
        const auto common = days(rng, Purpose("random_factors day"), day_);
        for (std::size_t i = 0; i < loads; ++i) {
            const auto own = days(rng, Purpose("random_factors load").in(loads_[i]), load_);
            const auto within = fluctuations(rng, Purpose("random_factors fluctuation").in(loads_[i]));
            for (std::size_t m = 0; m < day_of_mark_.size(); ++m)
                factors.factor[m * loads + i] = common[day_of_mark_[m]] * own[day_of_mark_[m]] * within[m];
        }
    }

   private:
    /// A factor for each day.
    [[nodiscard]] std::vector<double> days(const Rng& rng, Purpose purpose, const UnitMean& law) const {
        const std::size_t count = day_of_mark_.empty() ? 0 : day_of_mark_.back() + 1;
        if (!law.varies()) return std::vector<double>(count, 1.0);
        std::vector<double> list = normals(rng, purpose, count);
        for (double& value : list) value = law.of(value);
        return list;
    }

    /// A factor for each mark.
    [[nodiscard]] std::vector<double> fluctuations(const Rng& rng, Purpose purpose) const {
        if (!fluctuation_.varies()) return std::vector<double>(day_of_mark_.size(), 1.0);
        std::vector<double> list = normals(rng, purpose, day_of_mark_.size());
        const double news = std::sqrt(1.0 - stays_ * stays_);
        double x = list.empty() ? 0.0 : list.front();
        for (std::size_t m = 0; m < list.size(); ++m) {
            if (m > 0) x = stays_ * x + news * list[m];
            list[m] = fluctuation_.of(x);
        }
        return list;
    }

    UnitMean day_, load_, fluctuation_;
    Duration every_;
    double stays_;                          ///< a
    std::vector<std::string> loads_;        ///< their ids
    std::vector<std::size_t> day_of_mark_;  ///< from 0, the day of the scenario's start
};

const bool registered = add_plugin<Demand, RandomFactors>();

}  // namespace

}  // namespace evsweep
