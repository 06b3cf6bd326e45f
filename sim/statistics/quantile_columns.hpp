/// Quantiles of many series at once, element by element, in memory that stops growing.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "sim/statistics/run_layout.hpp"
#include "sim/statistics/weighted_sample.hpp"

namespace evsweep {

/// Quantiles over rows, one sample per column. Values are kept as they are until a column has more than `exact_up_to`;
/// then runs of sorted values are merged and thinned out as RunLayout prescribes, with no chance in it: what is found depends
/// on the rows and their order alone. At 8 bytes a value, a column takes what it was given, and at most `exact_up_to` values.
class QuantileColumns {
   public:
    static constexpr std::size_t run_length = 128;  ///< values
    static constexpr std::size_t exact_up_to = (RunLayout::most + 1) * run_length - 1;

    struct Found {
        std::vector<std::vector<double>> quantiles;  ///< by level an array over the columns; NaN where there is no value
        double rank_error = 0.0;                     ///< of the worst column, as a share of its values; 0: all exact
    };

    explicit QuantileColumns(std::size_t columns) : columns_(columns), runs_of_(columns, 0), layouts_(1) {}

    /// One value per column; NaN: none.
    void add(std::vector<double> row);

    /// Quantiles of type 7 (see statistics.hpp) of the values that are not NaN. The order statistics that they lie between are
    /// values that came in, each at most `rank_error` times the number of the column's values from its true place.
    [[nodiscard]] Found quantiles(std::span<const double> levels) const;

   private:
    using Table = std::vector<double>;  ///< some columns of all rows that wait, row by row

    /// Values that fill no run yet though their rows are gone, because of NaNs among them: one stretch of a run's
    /// length per column, and how much of it is taken. Empty while there are none.
    struct LeftOver {
        std::vector<double> values;
        std::vector<std::uint8_t> count;
    };

    void put_rows_in_runs();
    /// Columns `first` and following of all rows; lanes beyond are zero. Whether the rows are all the loose values there are.
    bool cut_out(std::size_t first, std::size_t width, Table& table) const;
    void put_side_by_side(Table& table, std::size_t first, std::size_t width);
    void put_one_by_one(const Table& table, std::size_t lane, std::size_t column);
    void leave_over(std::span<const double> values, std::size_t column);
    /// Where the column's next run goes, after older ones were merged if they had to be.
    [[nodiscard]] double* make_room(std::size_t column);
    void merge_youngest(std::size_t column, const RunLayout& before, const RunLayout& after);
    /// Merges runs `first` and later of a column into `sample`.
    void gather_runs(std::size_t column, const RunLayout& layout, std::size_t first, WeightedSample& sample) const;
    /// The values of a column that are in no run, ascending; `table` is cut out around it, and may be sorted.
    void sort_loose(const Table& table, std::size_t lane, std::size_t column, std::vector<double>& values) const;
    [[nodiscard]] std::span<const double> left_over(std::size_t column) const;

    std::size_t columns_;
    std::vector<std::vector<double>> rows_;                  ///< those that wait, fewer than `run_length`
    LeftOver left_over_;                                     ///< older than `rows_`
    std::array<std::vector<double>, RunLayout::most> runs_;  ///< by place: a sorted run of every column
    std::vector<std::uint32_t> runs_of_;                     ///< by column: how many runs have come
    std::vector<RunLayout> layouts_;                         ///< by the number of runs that have come
    WeightedSample merging_;                                 ///< scratch
};

}  // namespace evsweep
