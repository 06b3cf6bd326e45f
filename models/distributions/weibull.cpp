/// Weibull distribution of two parameters.
#include <cmath>
#include <limits>

#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

/// F(x) = 1 - exp(-(x/scale)^shape), so x = scale (-ln(1 - u))^(1/shape).
class Weibull final : public Distribution {
   public:
    struct Params {
        Variate scale;
        double shape = 1.0;
    };
    static constexpr std::string_view name = "weibull";
    static constexpr std::string_view least_settings = "{scale: 2 h, shape: 1.5}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = Schema<Params>("Weibull with two parameters, above 0")
                                                 .required("scale", &Params::scale, "scale; the 63.2 % quantile", above(0.0))
                                                 .required("shape", &Params::shape, "shape", above_up_to(0.0, 1000.0));
        return schema;
    }
    Weibull(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override {
        for (double& x : u) x = p_.scale.value * std::pow(-std::log1p(-x), 1.0 / p_.shape);
    }
    double mean() const override { return p_.scale.value * std::tgamma(1.0 + 1.0 / p_.shape); }
    double lowest() const override { return quantile(smallest_probability); }
    double highest() const override { return std::numeric_limits<double>::infinity(); }

   private:
    static constexpr double smallest_probability = 0x1p-53;  // of all that Rng draws: zero itself never comes out
    Params p_;
};

const bool weibull_registered = add_plugin<Distribution, Weibull>();

}  // namespace
}  // namespace evsweep
