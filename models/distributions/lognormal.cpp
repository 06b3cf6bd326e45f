/// Lognormal distribution, given by its median, which has the attribute's unit, unlike the mean of the logarithm.
#include <limits>

#include "distributions/standard_normal.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

class Lognormal final : public Distribution {
   public:
    struct Params {
        Variate median;
        double log_deviation = 0.0;
    };
    static constexpr std::string_view name = "lognormal";
    static constexpr std::string_view least_settings = "{median: 2 h, log_deviation: 0.5}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>("lognormal: the natural logarithm is normal with mean ln(median)")
                .required("median", &Params::median, "median; exp(mu) where mu is the mean of the natural logarithm", above(0.0))
                .required("log_deviation", &Params::log_deviation, "standard deviation sigma of the natural logarithm",
                          above_up_to(0.0, 10.0));
        return schema;
    }
    Lognormal(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override {
        for (double& x : u) x = p_.median.value * std::exp(p_.log_deviation * normal_quantile(x));
    }
    double mean() const override { return p_.median.value * std::exp(0.5 * p_.log_deviation * p_.log_deviation); }
    double lowest() const override { return quantile(smallest_probability); }
    double highest() const override { return std::numeric_limits<double>::infinity(); }

   private:
    static constexpr double smallest_probability = 0x1p-53;  // of all that Rng draws: zero itself never comes out
    Params p_;
};

const bool lognormal_registered = add_plugin<Distribution, Lognormal>();

}  // namespace
}  // namespace evsweep
