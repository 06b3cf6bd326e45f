/// Normal distribution restricted to an interval: the law of drawing again whatever falls outside.
#include <algorithm>

#include "distributions/standard_normal.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

/// X = mean + deviation z, z = F^-1(F(a) + u (F(b) - F(a))) with a, b the standardised bounds; where a > 0 the same
/// is done with the upper tail 1 - F, which keeps its digits there.
class TruncatedNormal final : public Distribution {
   public:
    struct Params {
        Variate mean;
        Variate deviation;
        Variate min;
        Variate max;
    };
    static constexpr std::string_view name = "truncated_normal";
    static constexpr std::string_view least_settings = "{mean: 8 h, deviation: 1 h, min: 7 h, max: 10 h}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>("normal restricted to [min, max]; draws outside are drawn again")
                .required("mean", &Params::mean, "mean before the restriction")
                .required("deviation", &Params::deviation, "standard deviation before the restriction", above(0.0))
                .required("min", &Params::min, "lower bound")
                .required("max", &Params::max, "upper bound")
                .relation([](const Params& p) -> std::optional<Contradiction> {
                    if (p.min.value < p.max.value) return std::nullopt;
                    return Contradiction{"min", "is not below max", "give min < max"};
                })
                .relation([](const Params& p) -> std::optional<Contradiction> {
                    if (p.min.value >= p.max.value || inside(p) > 1e-290) return std::nullopt;
                    return Contradiction{"mean", "is too many deviations away from [min, max] to draw from",
                                         "move the bounds or widen the deviation"};
                });
        return schema;
    }
    TruncatedNormal(const Params& p, const Context&) : p_(p), inside_(inside(p)) {
        const double a = standardised(p, p.min);
        upper_tail_ = a > 0.0;
        start_ = upper_tail_ ? normal_survival(a) : normal_cumulative(a);
    }

    void quantiles(std::span<double> u) const override {
        for (double& x : u) {
            const double z = upper_tail_ ? -normal_quantile(start_ - x * inside_) : normal_quantile(start_ + x * inside_);
            x = std::clamp(p_.mean.value + p_.deviation.value * z, p_.min.value, p_.max.value);
        }
    }
    double mean() const override {
        const double densities = normal_density(standardised(p_, p_.min)) - normal_density(standardised(p_, p_.max));
        return p_.mean.value + p_.deviation.value * densities / inside_;
    }
    double lowest() const override { return p_.min.value; }
    double highest() const override { return p_.max.value; }

   private:
    static double standardised(const Params& p, Variate x) { return (x.value - p.mean.value) / p.deviation.value; }

    /// Probability that an unrestricted draw falls inside, without cancellation in either tail.
    static double inside(const Params& p) {
        const double a = standardised(p, p.min);
        const double b = standardised(p, p.max);
        return a > 0.0 ? normal_survival(a) - normal_survival(b) : normal_cumulative(b) - normal_cumulative(a);
    }

    Params p_;
    double inside_;
    double start_ = 0.0;  ///< probability beyond the bound that u = 0 maps to
    bool upper_tail_ = false;
};

const bool truncated_normal_registered = add_plugin<Distribution, TruncatedNormal>();

}  // namespace
}  // namespace evsweep
