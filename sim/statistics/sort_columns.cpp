#include "sim/statistics/sort_columns.hpp"

#include <bit>
#include <experimental/simd>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

namespace simd = std::experimental;
using Pack = simd::native_simd<double>;
static_assert(columns_at_once % Pack::size() == 0);

/// The smaller of each pair goes up.
void compare_rows(double* upper, double* lower) {
    for (std::size_t c = 0; c < columns_at_once; c += Pack::size()) {
        const Pack a(upper + c, simd::element_aligned);
        const Pack b(lower + c, simd::element_aligned);
        min(a, b).copy_to(upper + c, simd::element_aligned);
        max(a, b).copy_to(lower + c, simd::element_aligned);
    }
}

}  // namespace

void sort_columns(std::span<double> table) {
    EVSWEEP_EXPECTS(table.size() % columns_at_once == 0, "a table has whole rows");
    const std::size_t rows = table.size() / columns_at_once;
    if (rows < 2) return;
    const auto row = [&](std::size_t i) { return table.data() + i * columns_at_once; };
    const std::size_t half = std::bit_ceil(rows) / 2;
    for (std::size_t p = half; p > 0; p /= 2) {
        std::size_t distance = p;
        std::size_t remainder = 0;
        for (std::size_t q = half; q >= p; q /= 2) {
            for (std::size_t i = 0; i + distance < rows; ++i)
                if ((i & p) == remainder) compare_rows(row(i), row(i + distance));
            distance = q - p;
            remainder = p;
        }
    }
}

}  // namespace evsweep
