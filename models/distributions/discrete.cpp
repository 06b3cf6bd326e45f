/// A few possible values, e.g. the battery sizes on a market.
#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

#include "distributions/weights.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

/// Values in ascending order, so that quantiles rise with u; those of weight 0 never come out.
class Discrete final : public Distribution {
   public:
    struct Params {
        std::vector<Variate> values;
        std::vector<double> weights;
    };
    static constexpr std::string_view name = "discrete";
    static constexpr std::string_view least_settings = "{values: [1 h, 3 h]}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>("one of a few values")
                .required("values", &Params::values, "the possible values")
                .optional("weights", &Params::weights, "relative weights of the values; absent: all equally likely")
                .relation([](const Params& p) -> std::optional<Contradiction> {
                    if (p.values.empty()) return Contradiction{"values", "is empty", "give at least one value"};
                    if (p.weights.empty()) return std::nullopt;
                    return wrong_weights(p.weights, p.values.size());
                });
        return schema;
    }
    Discrete(const Params& p, const Context&) {
        std::vector<std::pair<double, double>> sorted;
        for (std::size_t i = 0; i < p.values.size(); ++i) {
            const double weight = p.weights.empty() ? 1.0 : p.weights[i];
            if (weight > 0.0) sorted.emplace_back(p.values[i].value, weight);
        }
        std::sort(sorted.begin(), sorted.end());
        std::vector<double> weights;
        for (const auto& [value, weight] : sorted) {
            values_.push_back(value);
            weights.push_back(weight);
        }
        shares_ = cumulative_shares(weights);
    }

    void quantiles(std::span<double> u) const override {
        for (double& x : u)
            x = values_[static_cast<std::size_t>(std::lower_bound(shares_.begin(), shares_.end(), x) - shares_.begin())];
    }
    double mean() const override {
        double sum = 0.0;
        for (std::size_t i = 0; i < values_.size(); ++i) sum += values_[i] * (shares_[i] - (i > 0 ? shares_[i - 1] : 0.0));
        return sum;
    }
    double lowest() const override { return values_.front(); }
    double highest() const override { return values_.back(); }

   private:
    std::vector<double> values_;
    std::vector<double> shares_;  ///< cumulative
};

const bool discrete_registered = add_plugin<Distribution, Discrete>();

}  // namespace
}  // namespace evsweep
