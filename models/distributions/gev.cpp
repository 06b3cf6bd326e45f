/// Generalised extreme value distribution, the usual fit of home-coming times.
#include <cmath>
#include <limits>

#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

/// F(x) = exp(-(1 + shape z)^(-1/shape)), z = (x - location)/scale; shape -> 0 is exp(-exp(-z)), Gumbel's law.
/// Inverse: with y = -ln(-ln u), z = (exp(shape y) - 1)/shape. shape < 0 has an upper end, shape > 0 a lower one
/// (Coles, An Introduction to Statistical Modeling of Extreme Values, 2001, eqs. 3.2 and 3.4).
class Gev final : public Distribution {
   public:
    struct Params {
        double shape = 0.0;
        Variate scale;
        Variate location;
    };
    static constexpr std::string_view name = "gev";
    static constexpr std::string_view least_settings = "{shape: -0.1, scale: 1 h, location: 8 h}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>("generalised extreme value; shape 0 is Gumbel's law")
                .required("shape", &Params::shape, "shape; below 0 there is a largest value, above 0 a smallest",
                          between(-5.0, 5.0))
                .required("scale", &Params::scale, "scale", above(0.0))
                .required("location", &Params::location, "location; the mode where the shape is 0");
        return schema;
    }
    Gev(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override {
        for (double& x : u) {
            const double y = -std::log(-std::log(x));
            const double z = p_.shape == 0.0 ? y : std::expm1(p_.shape * y) / p_.shape;
            x = p_.location.value + p_.scale.value * z;
        }
    }
    double mean() const override {
        constexpr double euler_gamma = 0.57721566490153286061;
        if (p_.shape >= 1.0) return std::numeric_limits<double>::quiet_NaN();
        // (Gamma(1 - shape) - 1)/shape without cancellation near shape 0.
        const double z = p_.shape == 0.0 ? euler_gamma : std::expm1(std::lgamma(1.0 - p_.shape)) / p_.shape;
        return p_.location.value + p_.scale.value * z;
    }
    double lowest() const override { return p_.shape > 0.0 ? end() : -std::numeric_limits<double>::infinity(); }
    double highest() const override { return p_.shape < 0.0 ? end() : std::numeric_limits<double>::infinity(); }

   private:
    double end() const { return p_.location.value - p_.scale.value / p_.shape; }
    Params p_;
};

const bool gev_registered = add_plugin<Distribution, Gev>();

}  // namespace
}  // namespace evsweep
