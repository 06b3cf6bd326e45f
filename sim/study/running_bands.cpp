#include "sim/study/running_bands.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

void RunningBands::add(std::vector<double> series) {
    if (is_empty_) {
        is_empty_ = false;
        means_.resize(series.size());
        columns_ = QuantileColumns(series.size());
        if (counts_ == Counts::events) {
            events_.resize(series.size());
            moments_.resize(series.size());
        }
    }
    for (std::size_t i = 0; i < events_.size(); ++i) {
        if (std::isnan(series[i])) continue;
        events_[i] += series[i] > 0.0 ? 1 : 0;
        moments_[i].add(series[i]);
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
    bands.events.assign(events_.begin(), events_.end());
    bands.moments = moments_;
    auto found = columns_.quantiles(levels);
    bands.quantiles = std::move(found.quantiles);
    bands.quantile_rank_error = found.rank_error;
    return bands;
}

}  // namespace evsweep
