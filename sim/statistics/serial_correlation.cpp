#include "sim/statistics/serial_correlation.hpp"

#include <cmath>

#include "sim/statistics/statistics.hpp"

namespace evsweep {

double SerialCorrelation::widening() const { return lag_one > 0.0 ? std::sqrt((1.0 + lag_one) / (1.0 - lag_one)) : 1.0; }

SerialCorrelation serial_correlation(std::span<const double> values) {
    SampleMoments moments;
    double steps = 0.0, before = std::numeric_limits<double>::quiet_NaN();
    for (const double value : values) {
        if (std::isnan(value)) continue;
        if (moments.count > 0) steps += (value - before) * (value - before);
        moments.add(value);
        before = value;
    }
    SerialCorrelation found;
    found.count = moments.count;
    const double size = std::fmax(std::abs(moments.least), std::abs(moments.most));
    if (moments.count < 3 || !(moments.most - moments.least > alike_within * size)) return found;
    const auto n = static_cast<double>(moments.count);
    found.lag_one = 1.0 - steps / (2.0 * moments.squares);
    found.score = found.lag_one * std::sqrt((n * n - 1.0) / (n - 2.0));
    return found;
}

}  // namespace evsweep
