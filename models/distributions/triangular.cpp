/// Triangular distribution, for what is known only by its bounds and its most likely value.
#include <cmath>

#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

/// The density rises from min to mode and falls to max; F(mode) = (mode - min)/(max - min), quadratic on both sides.
class Triangular final : public Distribution {
   public:
    struct Params {
        Variate min;
        Variate mode;
        Variate max;
    };
    static constexpr std::string_view name = "triangular";
    static constexpr std::string_view least_settings = "{min: 1 h, mode: 2 h, max: 5 h}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = Schema<Params>("triangular over [min, max] with its top at mode")
                                                 .required("min", &Params::min, "lower bound")
                                                 .required("mode", &Params::mode, "most likely value")
                                                 .required("max", &Params::max, "upper bound")
                                                 .relation(ordered);
        return schema;
    }
    Triangular(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override {
        const double width = p_.max.value - p_.min.value;
        const double left = p_.mode.value - p_.min.value;
        const double right = p_.max.value - p_.mode.value;
        for (double& x : u)
            x = x * width <= left ? p_.min.value + std::sqrt(x * width * left)
                                  : p_.max.value - std::sqrt((1.0 - x) * width * right);
    }
    double mean() const override { return (p_.min.value + p_.mode.value + p_.max.value) / 3.0; }
    double lowest() const override { return p_.min.value; }
    double highest() const override { return p_.max.value; }

   private:
    static std::optional<Contradiction> ordered(const Params& p) {
        if (p.min.value >= p.max.value) return Contradiction{"min", "is not below max", "give min < max"};
        if (p.mode.value >= p.min.value && p.mode.value <= p.max.value) return std::nullopt;
        return Contradiction{"mode", "is outside [min, max]", "give min <= mode <= max"};
    }
    Params p_;
};

const bool triangular_registered = add_plugin<Distribution, Triangular>();

}  // namespace
}  // namespace evsweep
