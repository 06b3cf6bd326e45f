/// A limit that may be exceeded at a price, as an interior-point method sees it; grid rows and shortfalls are of this kind.
#pragma once

#include <algorithm>

namespace evsweep {

/// g + slack - excess = 0 with slack >= 0 at the multiplier `worth`, and excess >= 0 at price - worth >= 0. `g` is what the limit
/// compares with 0, e.g. a y - h.
struct ElasticLimit {
    double price = 0.0;
    double slack = 1.0;
    double excess = 1.0;
    double worth = 0.5;

    [[nodiscard]] double rest() const { return price - worth; }
    /// By how much g has to rise for one more of worth.
    [[nodiscard]] double give() const { return slack / worth + excess / rest(); }
};

/// A start with products of `barrier` where g stands, with a slack of at least `least` and in proportion to what is amiss.
[[nodiscard]] inline ElasticLimit start_of(double price, double g, double least, double barrier) {
    ElasticLimit limit{price, std::max({-g, 0.5 * g, least})};
    limit.worth = std::min(barrier / limit.slack, 0.5 * price);
    limit.excess = barrier / limit.rest();
    return limit;
}

/// A start where all that exceeds the limit is excess, and the limit is worth half its price.
[[nodiscard]] inline ElasticLimit yielding_start_of(double price, double g, double least) {
    const double excess = std::max(g, 0.0) + least;
    return {price, excess - g, excess, 0.5 * price};
}

/// What the products slack x worth and excess x rest aim at in one Newton step.
struct ElasticAim {
    double slack = 0.0;
    double excess = 0.0;
};

struct ElasticStep {
    double slack = 0.0;
    double excess = 0.0;
    double worth = 0.0;
};

/// Aims at `barrier` less a share of what both products gain beyond the first order.
[[nodiscard]] inline ElasticAim aim_of(const ElasticStep& step, double barrier, double share) {
    return {barrier - share * step.slack * step.worth, barrier + share * step.excess * step.worth};
}

/// The step's worth is (g_new + push) / give, where g_new is g after the step.
[[nodiscard]] inline double push_of(const ElasticLimit& limit, const ElasticAim& aim) {
    return aim.slack / limit.worth - aim.excess / limit.rest();
}

/// The rest of the step, once its worth is known.
[[nodiscard]] inline ElasticStep step_of(const ElasticLimit& limit, const ElasticAim& aim, double worth) {
    return {(aim.slack - limit.slack * worth) / limit.worth - limit.slack,
            (aim.excess + limit.excess * worth) / limit.rest() - limit.excess, worth};
}

/// The longest step, up to `longest`, before something that has to stay positive vanishes.
[[nodiscard]] inline double longest_step(double value, double change, double longest) {
    return value + longest * change < 0.0 ? -value / change : longest;
}
[[nodiscard]] inline double longest_step(const ElasticLimit& limit, const ElasticStep& step, double longest) {
    longest = longest_step(limit.slack, step.slack, longest);
    longest = longest_step(limit.excess, step.excess, longest);
    longest = longest_step(limit.worth, step.worth, longest);
    return longest_step(limit.rest(), -step.worth, longest);
}

inline void take(ElasticLimit& limit, const ElasticStep& step, double length) {
    limit.slack += length * step.slack;
    limit.excess += length * step.excess;
    limit.worth += length * step.worth;
}

/// The sum of both products.
[[nodiscard]] inline double gap_of(const ElasticLimit& limit) { return limit.slack * limit.worth + limit.excess * limit.rest(); }

}  // namespace evsweep
