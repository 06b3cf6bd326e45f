/// The dynamic programme of one battery against closed forms and against one on a dense grid of deficits.
#include "solvers/schedule/marginal_value.hpp"

#include <catch2/catch.hpp>
#include <vector>

#include "unit/models/solvers/random_problems.hpp"

using namespace evsweep;

namespace {

/// A step in which the deficit may fall by up to `most` at `cost` for each unit.
void allow_fall(MarginalValue& value, double most, double cost) {
    value.go_back(std::vector<StepChoice>{{0.0, 0.0}, {most, cost * most}});
}
void allow_rise(MarginalValue& value, double most, double cost) {
    value.go_back(std::vector<StepChoice>{{-most, cost * most}, {0.0, 0.0}});
}

struct Move {
    double weight = 1.0;                      ///< of the squared deficit after the moves
    int fall = 0, rise = 0;                   ///< in cells of the grid
    double fall_cost = 0.0, rise_cost = 0.0;  ///< per unit of deficit
};

/// The same problem with deficits on cells only; at least the true value, and at most by what rounding a whole path down to cells
/// costs.
class GridValue {
   public:
    GridValue(int cells, double lowest, double width)
        : lowest_(lowest), width_(width), value_(static_cast<std::size_t>(cells) + 1) {}
    [[nodiscard]] double deficit(std::size_t cell) const { return lowest_ + width_ * static_cast<double>(cell); }
    [[nodiscard]] double at(std::size_t cell) const { return value_[cell]; }

    void begin(double allowed, double price) {
        for (std::size_t c = 0; c < value_.size(); ++c) value_[c] = price * std::max(0.0, deficit(c) - allowed);
    }
    void step_back(const Move& move) {
        for (std::size_t c = 0; c < value_.size(); ++c) value_[c] += move.weight * deficit(c) * deficit(c);
        value_ = moved(-move.rise, move.rise_cost, moved(move.fall, move.fall_cost, value_));
    }

   private:
    /// The cheapest way from each cell over at most `most` cells down (or up, where it is negative), within the grid.
    [[nodiscard]] std::vector<double> moved(int most, double cost, const std::vector<double>& after) const {
        std::vector<double> best = after;
        const int size = static_cast<int>(after.size());
        for (int c = 0; c < size; ++c)
            for (int z = 1; z <= std::abs(most); ++z) {
                const int to = most > 0 ? c - z : c + z;
                if (to < 0 || to >= size) break;
                best[static_cast<std::size_t>(c)] =
                    std::min(best[static_cast<std::size_t>(c)], after[static_cast<std::size_t>(to)] + cost * width_ * z);
            }
        return best;
    }

    double lowest_, width_;
    std::vector<double> value_;
};

}  // namespace

TEST_CASE("the value of one step is the closed form on each side of its threshold", "[marginal_value]") {
    MarginalValue value;
    value.begin(0.0, 1.0, 0.0, 0.0);
    value.hold(2.0);
    allow_fall(value, 0.25, 1.0);  // V(x) = min 2 (x - z)^2 + z: stop at x = 1/4
    value.keep(0.0, 1.0);
    CHECK(value.at(0.0) == 0.0);
    CHECK(value.at(0.2) == Approx(0.08).epsilon(1e-15));
    CHECK(value.at(0.25) == Approx(0.125).epsilon(1e-15));
    CHECK(value.at(0.4) == Approx(0.125 + 0.15).epsilon(1e-15));
    CHECK(value.at(0.9) == Approx(2.0 * 0.65 * 0.65 + 0.25).epsilon(1e-15));
}

TEST_CASE("a deficit may rise where that is paid for", "[marginal_value]") {
    MarginalValue value;
    value.begin(0.0, 1.0, 0.0, 0.0);
    value.hold(1.0);
    allow_rise(value, 0.5, -1.0);  // V(x) = min (x + z)^2 - z: up to x = 1/2
    value.keep(0.0, 1.0);
    CHECK(value.at(0.0) == Approx(-0.25).epsilon(1e-15));
    CHECK(value.at(0.25) == Approx(0.25 - 0.25).margin(1e-15));
    CHECK(value.at(0.75) == Approx(0.5625).epsilon(1e-15));
}

TEST_CASE("a shortfall is a kink, wherever the allowed deficit lies", "[marginal_value]") {
    MarginalValue value;
    for (const double allowed : {-1.0, 0.0, 0.3, 1.0, 2.0}) {
        value.begin(0.0, 1.0, allowed, 7.0);
        for (const double x : {0.0, 0.2, 0.3, 0.9, 1.0})
            CHECK(value.at(x) == Approx(7.0 * std::max(0.0, x - allowed)).margin(1e-15));
    }
}

TEST_CASE("an interval without length has one value, and moves cannot leave it", "[marginal_value]") {
    for (const double allowed : {0.1, 0.4, 0.7}) {
        MarginalValue value;
        value.begin(0.4, 0.4, allowed, 2.0);
        for (int t = 0; t < 5; ++t) {
            value.hold(1.0);
            allow_fall(value, 0.1, 0.5);
            allow_rise(value, 0.1, 0.5);
            value.keep(0.4, 0.4);
        }
        CHECK(value.at(0.4) == Approx(5 * 0.16 + 2.0 * std::max(0.0, 0.4 - allowed)).epsilon(1e-14));
    }
}

TEST_CASE("moves both ways in one step pay where prices say so", "[marginal_value]") {
    MarginalValue value;
    value.begin(0.0, 1.0, 0.0, 0.0);
    allow_fall(value, 0.2, 1.0);
    allow_rise(value, 0.3, -2.0);  // returning pays more than drawing costs
    value.keep(0.0, 1.0);
    CHECK(value.at(0.5) == Approx(-0.6).epsilon(1e-15));
    CHECK(value.at(0.8) == Approx(-0.6 + 0.1).epsilon(1e-15));  // no higher than 1, so part of it must fall first
    CHECK(value.at(1.0) == Approx(0.2 - 0.4).epsilon(1e-15));   // it can only rise by what it falls
}

TEST_CASE("the value of many steps agrees with a dense grid of deficits", "[marginal_value]") {
    constexpr int cells = 4000;
    constexpr int steps = 8;
    for (std::uint64_t seed = 1; seed <= 8; ++seed) {
        Draws draw(seed);
        const double lowest = seed % 2 == 0 ? 0.0 : -0.2;
        const double width = (1.0 - lowest) / cells;
        const double allowed = draw.uniform(-0.1, 0.6);
        const double price = draw.chance(0.5) ? draw.uniform(0.0, 3.0) : 0.0;
        GridValue grid(cells, lowest, width);
        MarginalValue value;
        grid.begin(allowed, price);
        value.begin(lowest, 1.0, allowed, price);
        double rounding =
            price * width;  // every deficit of the best path moves down by less than one cell, every move by less than one
        for (int t = 0; t < steps; ++t) {
            Move move;
            move.weight = draw.uniform(0.0, 1.0);
            move.fall = static_cast<int>(draw.below(400));
            move.rise = seed % 4 < 2 ? 0 : static_cast<int>(draw.below(400));
            move.fall_cost = draw.uniform(-1.0, 2.0);
            move.rise_cost = draw.uniform(-1.0, 2.0);
            grid.step_back(move);
            value.hold(move.weight);
            allow_fall(value, width * move.fall, move.fall_cost);
            allow_rise(value, width * move.rise, move.rise_cost);
            value.keep(lowest, 1.0);
            rounding += width * (2.0 * move.weight + 2.0 * std::abs(move.fall_cost) + 2.0 * std::abs(move.rise_cost));
        }
        for (std::size_t c = 0; c <= cells; c += 250) {
            INFO("seed " << seed << ", deficit " << grid.deficit(c));
            CHECK(value.at(grid.deficit(c)) <= grid.at(c) + 1e-12);
            CHECK(value.at(grid.deficit(c)) >= grid.at(c) - rounding);
        }
    }
}
