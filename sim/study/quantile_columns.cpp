#include "sim/study/quantile_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/contracts.hpp"
#include "sim/study/sort_columns.hpp"
#include "sim/study/statistics.hpp"

namespace evsweep {

namespace {

/// Columns `first` and following of all rows; lanes without a column are zero.
void cut_out(const std::vector<std::vector<double>>& rows, std::size_t first, std::size_t width, std::vector<double>& table) {
    for (std::size_t r = 0; r < rows.size(); ++r) {
        double* const to = table.data() + r * columns_at_once;
        std::copy_n(rows[r].data() + first, width, to);
        std::fill(to + width, to + columns_at_once, 0.0);
    }
}

bool has_nan(const std::vector<double>& table) {
    bool found = false;
    for (const double v : table) found |= std::isnan(v);
    return found;
}

}  // namespace

void QuantileColumns::add(std::vector<double> row) {
    EVSWEEP_EXPECTS(row.size() == columns_, "every row has a value for every column");
    rows_.push_back(std::move(row));
    if (rows_.size() == run_length) put_rows_in_runs();
}

void QuantileColumns::put_rows_in_runs() {
    Table table(run_length * columns_at_once);
    for (std::size_t first = 0; first < columns_; first += columns_at_once) {
        const std::size_t width = std::min(columns_at_once, columns_ - first);
        cut_out(rows_, first, width, table);
        bool is_plain = !has_nan(table);
        for (std::size_t c = first; c < first + width; ++c) is_plain = is_plain && left_over(c).empty();
        if (is_plain)
            put_side_by_side(table, first, width);
        else
            for (std::size_t lane = 0; lane < width; ++lane) put_one_by_one(table, lane, first + lane);
    }
    rows_.clear();
}

void QuantileColumns::put_side_by_side(Table& table, std::size_t first, std::size_t width) {
    sort_columns(table);
    for (std::size_t lane = 0; lane < width; ++lane) {
        double* const to = make_room(first + lane);
        for (std::size_t i = 0; i < run_length; ++i) to[i] = table[i * columns_at_once + lane];
    }
}

void QuantileColumns::put_one_by_one(const Table& table, std::size_t lane, std::size_t column) {
    const auto waiting = left_over(column);
    std::vector<double> values(waiting.begin(), waiting.end());
    for (std::size_t i = lane; i < table.size(); i += columns_at_once)
        if (!std::isnan(table[i])) values.push_back(table[i]);
    std::size_t taken = 0;
    if (values.size() >= run_length) {  // the left-over is shorter than a run, so there is never a second one
        taken = run_length;
        std::sort(values.begin(), values.begin() + run_length);
        std::copy_n(values.begin(), run_length, make_room(column));
    }
    leave_over(std::span<const double>(values).subspan(taken), column);
}

void QuantileColumns::leave_over(std::span<const double> values, std::size_t column) {
    if (left_over_.values.empty()) {
        if (values.empty()) return;
        left_over_.values.resize(columns_ * run_length);
        left_over_.count.resize(columns_);
    }
    left_over_.count[column] = static_cast<std::uint8_t>(values.size());
    std::copy(values.begin(), values.end(), left_over_.values.data() + column * run_length);
}

double* QuantileColumns::make_room(std::size_t column) {
    const std::size_t came = ++runs_of_[column];
    if (came == layouts_.size()) layouts_.push_back(with_another_run(layouts_.back()));
    const RunLayout& after = layouts_[came];
    if (after.merged > 0) merge_youngest(column, layouts_[came - 1], after);
    auto& runs = runs_[after.held - 1];
    if (runs.empty()) runs.resize(columns_ * run_length);
    return runs.data() + column * run_length;
}

void QuantileColumns::merge_youngest(std::size_t column, const RunLayout& before, const RunLayout& after) {
    gather_runs(column, before, after.merged_from, merging_);
    const std::uint64_t weight = after.weight[after.merged_from];
    double* const to = runs_[after.merged_from].data() + column * run_length;
    for (std::size_t i = 0; i < run_length; ++i) to[i] = merging_.at(after.offset + i * weight);
}

void QuantileColumns::gather_runs(std::size_t column, const RunLayout& layout, std::size_t first, WeightedSample& sample) const {
    sample.clear();
    for (std::size_t p = first; p < layout.held; ++p)
        sample.merge_in({runs_[p].data() + column * run_length, run_length}, layout.weight[p]);
}

std::span<const double> QuantileColumns::left_over(std::size_t column) const {
    if (left_over_.values.empty()) return {};
    return {left_over_.values.data() + column * run_length, left_over_.count[column]};
}

std::vector<double> QuantileColumns::loose_values(std::size_t column) const {
    const auto waiting = left_over(column);
    std::vector<double> values(waiting.begin(), waiting.end());
    for (const auto& row : rows_)
        if (!std::isnan(row[column])) values.push_back(row[column]);
    std::sort(values.begin(), values.end());
    return values;
}

QuantileColumns::Found QuantileColumns::quantiles(std::span<const double> levels) const {
    Found found;
    found.quantiles.assign(levels.size(), std::vector<double>(columns_));
    WeightedSample sample;
    for (std::size_t column = 0; column < columns_; ++column) {
        const RunLayout& layout = layouts_[runs_of_[column]];
        gather_runs(column, layout, 0, sample);
        sample.merge_in(loose_values(column), 1);
        for (std::size_t q = 0; q < levels.size(); ++q)
            found.quantiles[q][column] =
                interpolated_quantile(sample.size(), levels[q], [&](std::size_t place) { return sample.at(place); });
        if (sample.size() > 0)
            found.rank_error =
                std::max(found.rank_error, static_cast<double>(layout.rank_error()) / static_cast<double>(sample.size()));
    }
    return found;
}

}  // namespace evsweep
