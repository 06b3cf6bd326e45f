/// The plug-in interface of probability distributions, sampled by their inverse cumulative function.
#pragma once

#include <cmath>
#include <span>
#include <string_view>

namespace evsweep {

/// A distribution of one real variate in the unit of the attribute that uses it. Immutable.
class Distribution {
   public:
    static constexpr std::string_view kind = "distribution";
    struct Context {};

    virtual ~Distribution() = default;
    /// Replaces each probability u in (0, 1) by the u-quantile; monotone in u.
    virtual void quantiles(std::span<double> u) const = 0;
    /// Mean in closed form where there is one; NaN where there is none.
    [[nodiscard]] virtual double mean() const = 0;
    /// Smallest and largest value that can come out (may be infinite).
    [[nodiscard]] virtual double lowest() const = 0;
    [[nodiscard]] virtual double highest() const = 0;

    [[nodiscard]] double quantile(double u) const {
        quantiles({&u, 1});
        return u;
    }
};

}  // namespace evsweep
