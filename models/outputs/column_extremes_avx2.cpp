// Compiled for AVX2 where there may be one; elsewhere empty.
#ifdef EVSWEEP_AVX2_COLUMNS
#include "outputs/column_loops.hpp"

namespace evsweep::element {

extern const ColumnLoops column_loops_avx2;
const ColumnLoops column_loops_avx2{keep_range, keep_highest};

}  // namespace evsweep::element
#endif
