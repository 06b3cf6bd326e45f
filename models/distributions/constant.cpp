/// A value that does not vary; a plain quantity in a scenario means this.
#include <algorithm>

#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

class Constant final : public Distribution {
   public:
    struct Params {
        Variate value;
    };
    static constexpr std::string_view name = "constant";
    static constexpr std::string_view least_settings = "{value: 2 h}";
    static constexpr bool is_default = true;  // a plain value stands for it
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>("always the same value").required("value", &Params::value, "the value");
        return schema;
    }
    Constant(const Params& p, const Context&) : p_(p) {}

    void quantiles(std::span<double> u) const override { std::fill(u.begin(), u.end(), p_.value.value); }
    double mean() const override { return p_.value.value; }
    double lowest() const override { return p_.value.value; }
    double highest() const override { return p_.value.value; }

   private:
    Params p_;
};

const bool constant_registered = add_plugin<Distribution, Constant>();

}  // namespace
}  // namespace evsweep
