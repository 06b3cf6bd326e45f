/// Normal distribution: unbounded, so rarely fit for times and states of charge; see truncated_normal.
#include <limits>

#include "distributions/standard_normal.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

class Normal final : public Distribution {
   public:
    struct Params {
        Variate mean;
        Variate deviation;
    };
    static constexpr std::string_view name = "normal";
    static constexpr std::string_view least_settings = "{mean: 8 h, deviation: 1 h}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = Schema<Params>("normal (Gaussian), unbounded")
                                                 .required("mean", &Params::mean, "mean")
                                                 .required("deviation", &Params::deviation, "standard deviation", above(0.0));
        return schema;
    }
    Normal(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override {
        for (double& x : u) x = p_.mean.value + p_.deviation.value * normal_quantile(x);
    }
    double mean() const override { return p_.mean.value; }
    double lowest() const override { return -std::numeric_limits<double>::infinity(); }
    double highest() const override { return std::numeric_limits<double>::infinity(); }

   private:
    Params p_;
};

const bool normal_registered = add_plugin<Distribution, Normal>();

}  // namespace
}  // namespace evsweep
