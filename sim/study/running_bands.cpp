#include "sim/study/running_bands.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

void RunningBands::add(std::vector<double> series) {
    if (is_empty_) {
        is_empty_ = false;
        means_.resize(series.size());
        columns_ = QuantileColumns(series.size());
    }
    for (std::size_t i = 0; i < series.size(); ++i) {
        if (std::isnan(series[i])) continue;  // a step without a solution has no value
        means_[i].sum.add(series[i]);
        ++means_[i].count;
    }
    columns_.add(std::move(series));
}

Bands RunningBands::finish(std::span<const double> levels) const {
    Bands bands;
    bands.mean.resize(means_.size());
    std::transform(means_.begin(), means_.end(), bands.mean.begin(), [](const Mean& mean) { return mean.value(); });
    auto found = columns_.quantiles(levels);
    bands.quantiles = std::move(found.quantiles);
    bands.quantile_rank_error = found.rank_error;
    return bands;
}

}  // namespace evsweep
