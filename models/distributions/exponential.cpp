/// Exponential distribution, e.g. of times between arrivals.
#include <cmath>
#include <limits>

#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

/// F(x) = 1 - exp(-x/mean).
class Exponential final : public Distribution {
   public:
    struct Params {
        Variate mean;
    };
    static constexpr std::string_view name = "exponential";
    static constexpr std::string_view least_settings = "{mean: 2 h}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>("exponential, above 0").required("mean", &Params::mean, "mean", above(0.0));
        return schema;
    }
    Exponential(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override {
        for (double& x : u) x = -p_.mean.value * std::log1p(-x);
    }
    double mean() const override { return p_.mean.value; }
    double lowest() const override { return quantile(smallest_probability); }
    double highest() const override { return std::numeric_limits<double>::infinity(); }

   private:
    static constexpr double smallest_probability = 0x1p-53;  // of all that Rng draws: zero itself never comes out
    Params p_;
};

const bool exponential_registered = add_plugin<Distribution, Exponential>();

}  // namespace
}  // namespace evsweep
