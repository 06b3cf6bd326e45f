/// The control surface of a fuzzy rule base as a table, so that the hot path needs no rule engine.
#pragma once

#include <algorithm>
#include <array>
#include <experimental/simd>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace evsweep {

/// What a rule base may look at, under these names in its text: voltage, soc, time_pressure, stress.
enum class FuzzyInput : std::size_t { voltage, soc, time_pressure, stress };
inline constexpr std::size_t fuzzy_inputs = 4;
[[nodiscard]] constexpr std::string_view name_of(FuzzyInput input) {
    constexpr std::array<std::string_view, fuzzy_inputs> names{"voltage", "soc", "time_pressure", "stress"};
    return names[static_cast<std::size_t>(input)];
}

/// One value per FuzzyInput: pu, share, share, share.
using FuzzyPoint = std::array<double, fuzzy_inputs>;

/// Where a value lies on an axis: the grid point below it and the share of the way to the next.
struct FuzzyPlace {
    std::size_t below = 0;
    double share = 0.0;
};

/// Power from -1 (full discharge) to 1 (full charge) on a regular grid over the inputs' ranges, multilinear in between.
/// Immutable: built once per study, read by all replicas and threads.
///
/// Layout: one layer per stress, in it rows by voltage, state of charge and time pressure, the last fastest. Behind the
/// highest point of each axis its values stand once more, so that every place has a next point, the highest as well.
class FuzzySurface {
   public:
    /// The grid of one input; one point where the rule base does not use it.
    struct Axis {
        double lowest = 0.0;
        double highest = 1.0;
        std::size_t points = 1;
        [[nodiscard]] double at(std::size_t k) const;
    };
    /// An axis as the arithmetic wants it. Inputs beyond the range count as its ends, unknown ones (NaN) as its middle.
    struct Scale {
        double lowest = 0.0;
        double per_unit = 0.0;  ///< grid steps per unit of the input
        double top = 0.0;       ///< grid steps in all
        /// In grid steps from the lowest point, 0 to `top`.
        [[nodiscard]] double position(double value) const {
            const double steps = (value - lowest) * per_unit;
            const double known = steps == steps ? steps : 0.5 * top;
            return std::min(std::max(known, 0.0), top);
        }
        [[nodiscard]] FuzzyPlace place(double value) const {
            const double steps = position(value);
            const auto below = static_cast<std::size_t>(steps);
            return {below, steps - static_cast<double>(below)};
        }
    };

    /// `power` is row-major, the last input fastest.
    FuzzySurface(const std::array<Axis, fuzzy_inputs>& axes, const std::vector<double>& power);

    [[nodiscard]] bool uses(FuzzyInput input) const { return axes_[static_cast<std::size_t>(input)].points > 1; }
    [[nodiscard]] const Scale& scale(FuzzyInput input) const { return scale_[static_cast<std::size_t>(input)]; }
    /// The surface at one point.
    [[nodiscard]] double power(const FuzzyPoint& point) const;

    /// What is left of the surface at one stress, which all vehicles of a decision share: fills `layer`, of size
    /// `layer_size`, to be read by `ends` at places on the other three axes.
    void cut(double stress, std::span<double> layer) const;
    [[nodiscard]] std::size_t layer_size() const { return layer_size_; }
    /// How far neighbours on an axis are apart in a layer.
    [[nodiscard]] std::size_t voltage_stride() const { return voltage_stride_; }
    [[nodiscard]] std::size_t soc_stride() const { return soc_stride_; }

    /// Two values of a layer that are neighbours in time pressure.
    using Pair = std::experimental::fixed_size_simd<double, 2>;
    [[nodiscard]] static Pair pair_at(const double* value) { return Pair(value, std::experimental::element_aligned); }

    /// Interpolates in voltage and state of charge between the eight corners of a cell of a layer: the values at both ends in
    /// time pressure. `pair(k)` is the pair k behind its lowest corner, and shares are those of the way to its highest.
    template <class PairAt>
    [[nodiscard]] Pair ends(PairAt&& pair, double voltage_share, double soc_share) const {
        const Pair lower = between(pair(0), pair(voltage_stride_), Pair(voltage_share));
        const Pair upper = between(pair(soc_stride_), pair(soc_stride_ + voltage_stride_), Pair(voltage_share));
        return between(lower, upper, Pair(soc_share));
    }
    template <class Value>
    [[nodiscard]] static Value between(Value low, Value high, Value share) {
        return low + share * (high - low);
    }

   private:
    void lay_out(const std::vector<double>& power);

    std::array<Axis, fuzzy_inputs> axes_;
    std::array<Scale, fuzzy_inputs> scale_;
    std::size_t layer_size_, voltage_stride_, soc_stride_;
    std::vector<double> layers_;
};

/// Either a surface, or what is wrong, in words.
struct FuzzyReading {
    std::shared_ptr<const FuzzySurface> surface;  ///< none where there is a problem
    double largest_error = 0.0;                   ///< of the table against the rules, over the points that were tried
    std::string problem{};
    std::string hint{};
    std::size_t line = 0;  ///< of the rules, where the problem has a place; else 0
    std::size_t column = 0;
};

/// Lets fuzzylite read rules in its language (.fll) and tabulates them with `resolution` points per input. The table is
/// compared with the rules at 4096 points off the grid; more than `tolerance` of difference is a problem.
[[nodiscard]] FuzzyReading read_surface(const std::string& rules, int resolution, double tolerance);

/// The rules themselves at one point, without a table: what the table is measured against. Throws ContractViolation
/// for rules that `read_surface` refuses.
[[nodiscard]] std::vector<double> evaluate_rules(const std::string& rules, const std::vector<FuzzyPoint>& points);

}  // namespace evsweep
