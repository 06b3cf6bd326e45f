#include "outputs/column_extremes.hpp"

#include "outputs/column_loops.hpp"

namespace evsweep::element {

namespace {

constexpr ColumnLoops baseline{keep_range, keep_highest};

}  // namespace

const ColumnLoops& baseline_column_loops() { return baseline; }

#ifdef EVSWEEP_AVX2_COLUMNS
extern const ColumnLoops column_loops_avx2;

const ColumnLoops& column_loops() {
    static const ColumnLoops& best = __builtin_cpu_supports("avx2") ? column_loops_avx2 : baseline;
    return best;
}
#else
const ColumnLoops& column_loops() { return baseline; }
#endif

}  // namespace evsweep::element
