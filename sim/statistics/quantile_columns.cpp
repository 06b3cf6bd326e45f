#include "sim/statistics/quantile_columns.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/contracts.hpp"
#include "sim/statistics/sort_columns.hpp"
#include "sim/statistics/statistics.hpp"

namespace evsweep {

void QuantileColumns::add(std::vector<double> row) {
    EVSWEEP_EXPECTS(row.size() == columns_, "every row has a value for every column");
    rows_.push_back(std::move(row));
    if (rows_.size() == run_length) put_rows_in_runs();
}

void QuantileColumns::put_rows_in_runs() {
    Table table;
    for (std::size_t first = 0; first < columns_; first += columns_at_once) {
        const std::size_t width = std::min(columns_at_once, columns_ - first);
        if (cut_out(first, width, table))
            put_side_by_side(table, first, width);
        else
            for (std::size_t lane = 0; lane < width; ++lane) put_one_by_one(table, lane, first + lane);
    }
    rows_.clear();
}

bool QuantileColumns::cut_out(std::size_t first, std::size_t width, Table& table) const {
    table.assign(rows_.size() * columns_at_once, 0.0);
    for (std::size_t r = 0; r < rows_.size(); ++r)
        std::copy_n(rows_[r].data() + first, width, table.data() + r * columns_at_once);
    bool is_plain = true;
    for (const double v : table) is_plain &= !std::isnan(v);
    for (std::size_t c = first; c < first + width; ++c) is_plain &= left_over(c).empty();
    return is_plain;
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

void QuantileColumns::sort_loose(const Table& table, std::size_t lane, std::size_t column, std::vector<double>& values) const {
    const auto waiting = left_over(column);
    values.assign(waiting.begin(), waiting.end());
    for (std::size_t i = lane; i < table.size(); i += columns_at_once)
        if (!std::isnan(table[i])) values.push_back(table[i]);
    if (!std::is_sorted(values.begin(), values.end())) std::sort(values.begin(), values.end());
}

QuantileColumns::Found QuantileColumns::quantiles(std::span<const double> levels) const {
    Found found;
    found.quantiles.assign(levels.size(), std::vector<double>(columns_));
    Table table;
    std::vector<double> loose;
    WeightedSample sample;
    for (std::size_t column = 0; column < columns_; ++column) {
        const std::size_t lane = column % columns_at_once;
        if (lane == 0 && cut_out(column, std::min(columns_at_once, columns_ - column), table)) sort_columns(table);
        const RunLayout& layout = layouts_[runs_of_[column]];
        gather_runs(column, layout, 0, sample);
        sort_loose(table, lane, column, loose);
        sample.merge_in(loose, 1);
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
