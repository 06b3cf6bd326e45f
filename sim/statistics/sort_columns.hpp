/// Sorts the columns of a table side by side, without a branch that depends on their values.
#pragma once

#include <cstddef>
#include <span>

namespace evsweep {

/// Columns in one table.
inline constexpr std::size_t columns_at_once = 16;

/// `table` holds rows of `columns_at_once` numbers, none of them NaN; afterwards every column ascends. Batcher's merge
/// exchange (Knuth, The Art of Computer Programming 3, 5.2.2, algorithm M): which rows are compared depends on their
/// number alone, so the compiler can compare many columns with one instruction.
void sort_columns(std::span<double> table);

}  // namespace evsweep
