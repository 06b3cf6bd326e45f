/// A measured histogram, uniform inside each bin.
#include <algorithm>
#include <vector>

#include "distributions/weights.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

class Histogram final : public Distribution {
   public:
    struct Params {
        std::vector<Variate> edges;
        std::vector<double> weights;
    };
    static constexpr std::string_view name = "histogram";
    static constexpr std::string_view least_settings = "{edges: [0 h, 1 h, 3 h], weights: [1, 2]}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>("measured histogram, uniform inside each bin")
                .required("edges", &Params::edges, "edges of the bins, ascending; one more than there are bins")
                .required("weights", &Params::weights, "relative weight of each bin, not its density")
                .relation(well_formed);
        return schema;
    }
    Histogram(const Params& p, const Context&) : shares_(cumulative_shares(p.weights)) {
        for (const Variate& edge : p.edges) edges_.push_back(edge.value);
        shares_.insert(shares_.begin(), 0.0);
    }

    void quantiles(std::span<double> u) const override {
        for (double& x : u) {
            // The first edge whose share is not below u; empty bins are passed over.
            const auto upper = std::lower_bound(shares_.begin() + 1, shares_.end(), x) - shares_.begin();
            const auto k = static_cast<std::size_t>(upper);
            const double inside = (x - shares_[k - 1]) / (shares_[k] - shares_[k - 1]);
            x = edges_[k - 1] + inside * (edges_[k] - edges_[k - 1]);
        }
    }
    double mean() const override {
        double sum = 0.0;
        for (std::size_t k = 1; k < edges_.size(); ++k) sum += 0.5 * (edges_[k - 1] + edges_[k]) * (shares_[k] - shares_[k - 1]);
        return sum;
    }
    double lowest() const override {
        std::size_t k = 0;
        while (shares_[k + 1] == 0.0) ++k;
        return edges_[k];
    }
    double highest() const override {
        std::size_t k = edges_.size() - 1;
        while (shares_[k - 1] == 1.0) --k;
        return edges_[k];
    }

   private:
    static std::optional<Contradiction> well_formed(const Params& p) {
        if (p.edges.size() < 2) return Contradiction{"edges", "has fewer than two entries", "give the edges of at least one bin"};
        if (std::adjacent_find(p.edges.begin(), p.edges.end(), [](Variate a, Variate b) { return a >= b; }) != p.edges.end())
            return Contradiction{"edges", "does not ascend", "give the edges in ascending order"};
        return wrong_weights(p.weights, p.edges.size() - 1);
    }
    std::vector<double> edges_;
    std::vector<double> shares_;  ///< cumulative, by edge
};

const bool histogram_registered = add_plugin<Distribution, Histogram>();

}  // namespace
}  // namespace evsweep
