/// The control surface of a fuzzy rule base as a table, so that the hot path needs no rule engine.
#pragma once

#include <array>
#include <memory>
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

/// Power from -1 (full discharge) to 1 (full charge) on a regular grid over the inputs' ranges, multilinear in between.
/// Immutable: built once per study, read by all replicas and threads.
class FuzzySurface {
   public:
    /// The grid of one input; one point where the rule base does not use it.
    struct Axis {
        double lowest = 0.0;
        double highest = 1.0;
        std::size_t points = 1;
        [[nodiscard]] double at(std::size_t k) const;
    };

    /// `power` is row-major, the last input fastest.
    FuzzySurface(const std::array<Axis, fuzzy_inputs>& axes, std::vector<double> power);

    [[nodiscard]] bool uses(FuzzyInput input) const { return axes_[static_cast<std::size_t>(input)].points > 1; }
    [[nodiscard]] const Axis& axis(FuzzyInput input) const { return axes_[static_cast<std::size_t>(input)]; }
    /// Interpolated; inputs beyond their range count as its ends, unknown ones (NaN) as its middle.
    [[nodiscard]] double power(const FuzzyPoint& point) const;

   private:
    std::array<Axis, fuzzy_inputs> axes_;
    std::vector<double> power_;
};

/// Either a surface, or what a person should be told.
struct FuzzyReading {
    std::shared_ptr<const FuzzySurface> surface;  ///< none where there is a problem
    double largest_error = 0.0;                   ///< of the table against the rules, over the points that were tried
    std::string problem{};
    std::string hint{};
};

/// Lets fuzzylite read rules in its language (.fll) and tabulates them with `resolution` points per input. The table is
/// compared with the rules at 4096 points off the grid; more than `tolerance` of difference is a problem.
[[nodiscard]] FuzzyReading read_surface(const std::string& rules, int resolution, double tolerance);

/// The rules themselves at one point, without a table: what the table is measured against. Throws ContractViolation
/// for rules that `read_surface` refuses.
[[nodiscard]] std::vector<double> evaluate_rules(const std::string& rules, const std::vector<FuzzyPoint>& points);

}  // namespace evsweep
