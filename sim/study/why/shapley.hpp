/// How much each of many parts has to do with a value that they make together: Shapley's shares, by random orders.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

namespace evsweep {

/// An order in which players come.
using PlayerOrder = std::vector<std::uint32_t>;

/// Puts the values of some orders: `values[o]` has one more entry than there are players, first the value of nobody, then after
/// each that has come. NaN where it is not known.
using OrderValues = std::function<void(std::span<const PlayerOrder> orders, std::span<std::vector<double>> values)>;

struct ShapleyOptions {
    std::size_t pairs = 100;  ///< of an order and its reverse
    std::size_t batch = 4;    ///< pairs that are handed to OrderValues together
    std::size_t threads = 1;  ///< each asks `make` for its own OrderValues
    std::uint64_t seed = 1;   ///< of the orders
};

struct ShapleyShares {
    std::vector<double> share;  ///< by player; they add up to `all` less `nobody`
    std::vector<double> error;  ///< standard error of each
    double nobody = 0.0, all = 0.0;
    std::size_t pairs = 0;   ///< that count
    std::size_t failed = 0;  ///< pairs that were left out: a value in them is not known
};

/// Shapley's value (1953) of every player: the mean, over all orders in which players may come, of the change that comes with it.
/// Of random orders, each with its reverse: what two players do together is then shared out without any error, so that only what
/// three or more do together is uncertain (Mitchell, Cooper, Frank and Holmes 2022, J. Mach. Learn. Res. 23(43)). Players of the
/// same class (`alike`, by player) are interchangeable and get the same share. The result does not depend on the number of
/// threads.
[[nodiscard]] ShapleyShares shapley_shares(std::span<const std::uint32_t> alike, const std::function<OrderValues()>& make,
                                           const ShapleyOptions& options);

}  // namespace evsweep
