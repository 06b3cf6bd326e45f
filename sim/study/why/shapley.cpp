#include "sim/study/why/shapley.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evsweep/rng.hpp"
#include "sim/study/why/in_parallel.hpp"

namespace evsweep {

namespace {

/// The k-th order of a seed, by Fisher and Yates.
PlayerOrder random_order(std::uint64_t seed, std::size_t k, std::size_t players) {
    constexpr Purpose purpose("why/order");
    const Rng rng(seed, 0);
    PlayerOrder order(players);
    std::iota(order.begin(), order.end(), 0U);
    for (std::size_t i = players; i > 1; --i) {
        const double u = rng.uniform(purpose, static_cast<std::uint32_t>(k), static_cast<std::uint32_t>(i));
        std::swap(order[i - 1], order[std::min(i - 1, static_cast<std::size_t>(u * static_cast<double>(i)))]);
    }
    return order;
}

/// What one pair of orders says.
struct PairShares {
    std::vector<double> share;  ///< by class, of one of its players
    double nobody = 0.0, all = 0.0;
    bool is_known = true;
};

class ShapleySum {
   public:
    ShapleySum(std::span<const std::uint32_t> alike, const ShapleyOptions& options)
        : alike_(alike), options_(options), pairs_(options.pairs) {
        for (const std::uint32_t k : alike) {
            members_.resize(std::max<std::size_t>(members_.size(), k + 1), 0);
            ++members_[k];
        }
    }

    void walk(std::size_t first, const OrderValues& values_of) {
        const std::size_t end = std::min(first + options_.batch, options_.pairs);
        std::vector<PlayerOrder> orders;
        for (std::size_t k = first; k < end; ++k) {
            orders.push_back(random_order(options_.seed, k, alike_.size()));
            orders.emplace_back(orders.back().rbegin(), orders.back().rend());
        }
        std::vector<std::vector<double>> values(orders.size());
        values_of(orders, values);
        for (std::size_t k = first; k < end; ++k) {
            pairs_[k].share.assign(members_.size(), 0.0);
            for (std::size_t o = 2 * (k - first); o < 2 * (k - first) + 2; ++o) add(orders[o], values[o], pairs_[k]);
        }
    }

    [[nodiscard]] ShapleyShares shares() const {
        ShapleyShares result;
        std::vector<double> mean(members_.size(), 0.0), error(members_.size(), 0.0);
        for (const PairShares& pair : pairs_) {
            if (!pair.is_known) {
                ++result.failed;
                continue;
            }
            ++result.pairs;
            result.nobody += pair.nobody, result.all += pair.all;
            for (std::size_t m = 0; m < mean.size(); ++m) mean[m] += pair.share[m];
        }
        const auto n = static_cast<double>(result.pairs);
        result.nobody /= n, result.all /= n;
        for (double& m : mean) m /= n;
        for (const PairShares& pair : pairs_)
            for (std::size_t m = 0; m < mean.size() && pair.is_known; ++m) error[m] += std::pow(pair.share[m] - mean[m], 2);
        for (double& e : error) e = std::sqrt(e / (n * std::max(1.0, n - 1.0)));
        for (const std::uint32_t k : alike_) result.share.push_back(mean[k]), result.error.push_back(error[k]);
        return result;
    }

   private:
    /// The mean over both orders of a pair, and over the players of a class.
    void add(const PlayerOrder& order, const std::vector<double>& values, PairShares& pair) const {
        for (std::size_t i = 0; i < order.size(); ++i) {
            const std::uint32_t k = alike_[order[i]];
            pair.share[k] += 0.5 * (values[i + 1] - values[i]) / static_cast<double>(members_[k]);
        }
        pair.nobody += 0.5 * values.front();
        pair.all += 0.5 * values.back();
        pair.is_known &= std::none_of(values.begin(), values.end(), [](double v) { return std::isnan(v); });
    }

    std::span<const std::uint32_t> alike_;
    const ShapleyOptions& options_;
    std::vector<std::size_t> members_;  ///< by class
    std::vector<PairShares> pairs_;
};

}  // namespace

ShapleyShares shapley_shares(std::span<const std::uint32_t> alike, const std::function<OrderValues()>& make,
                             const ShapleyOptions& options) {
    ShapleySum sum(alike, options);
    const std::size_t tasks = (options.pairs + options.batch - 1) / options.batch;
    in_parallel(tasks, options.threads, [&] {
        return [&sum, &options, values_of = make()](std::size_t task) { sum.walk(task * options.batch, values_of); };
    });
    return sum.shares();
}

}  // namespace evsweep
