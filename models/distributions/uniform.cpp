/// Uniform distribution over an interval.
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

class Uniform final : public Distribution {
   public:
    struct Params {
        Variate min;
        Variate max;
    };
    static constexpr std::string_view name = "uniform";
    static constexpr std::string_view least_settings = "{min: 1 h, max: 3 h}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = Schema<Params>("uniform over [min, max]")
                                                 .required("min", &Params::min, "lower bound")
                                                 .required("max", &Params::max, "upper bound")
                                                 .relation([](const Params& p) -> std::optional<Contradiction> {
                                                     if (p.min.value < p.max.value) return std::nullopt;
                                                     return Contradiction{"min", "is not below max", "give min < max"};
                                                 });
        return schema;
    }
    Uniform(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override {
        for (double& x : u) x = p_.min.value + x * (p_.max.value - p_.min.value);
    }
    double mean() const override { return 0.5 * (p_.min.value + p_.max.value); }
    double lowest() const override { return p_.min.value; }
    double highest() const override { return p_.max.value; }

   private:
    Params p_;
};

const bool uniform_registered = add_plugin<Distribution, Uniform>();

}  // namespace
}  // namespace evsweep
