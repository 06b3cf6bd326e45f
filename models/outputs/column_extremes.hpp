/// What one step adds to the extremes of whole columns: loops that every load flow passes through, compiled for each instruction
/// set. Which is used makes no difference to the results, for comparisons and single products are exact in all of them.
#pragma once

#include <cstddef>

namespace evsweep::element {

struct ColumnLoops {
    /// Every element of `lowest` and `highest` takes in that of `now`; NaN is no value. Then the extremes of all of `now`.
    void (*keep_range)(const double* now, std::size_t size, double* lowest, double* highest, double& least, double& most);
    /// Every element of `highest` takes in that of `now` times that of `factor`; returns the highest of those products, or 0.
    double (*keep_highest)(const double* now, const double* factor, std::size_t size, double* highest);
};

/// Of the best instruction set that this processor has; chosen once.
[[nodiscard]] const ColumnLoops& column_loops();
/// Of the instruction set that the rest of the program uses.
[[nodiscard]] const ColumnLoops& baseline_column_loops();

}  // namespace evsweep::element
