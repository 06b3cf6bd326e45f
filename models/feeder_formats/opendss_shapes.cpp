// Load shapes: series of factors, in the script or in files.
#include <algorithm>
#include <cmath>

#include "feeder_formats/opendss_circuit.hpp"

namespace evsweep::opendss {
namespace {

/// A series is cut to the number of points where that was given before.
std::vector<double> cut(std::vector<double> series, const LoadShape& shape) {
    if (shape.points > 0 && series.size() > shape.points) series.resize(shape.points);
    return series;
}

template <auto Member>
void set_series(LoadShape& shape, const Value& value, Desk& desk) {
    if (auto series = desk.numbers(value)) shape.*Member = cut(std::move(*series), shape);
}

void set_points(LoadShape& shape, const Value& value, Desk& desk) {
    if (const auto points = desk.number(value)) shape.points = static_cast<std::size_t>(std::clamp(std::abs(*points), 0.0, 1e9));
}

template <int PerHour>
void set_interval(LoadShape& shape, const Value& value, Desk& desk) {
    const auto interval = desk.number(value);
    if (!interval) return;
    if (*interval <= 0.0)
        return desk.refuse(value, "points at times of their own are not supported", "give points of equal distance");
    shape.interval_h = *interval / PerHour;
}

void set_file(LoadShape& shape, const Value& value, Desk& desk) {
    if (auto series = desk.column(value, 1, false)) shape.p = cut(std::move(*series), shape);
}
void set_pair_file(LoadShape& shape, const Value& value, Desk& desk) {
    if (auto series = desk.column(value, 1, false)) shape.p = cut(std::move(*series), shape);
    if (auto series = desk.column(value, 2, false)) shape.q = cut(std::move(*series), shape);
}

void divide(std::vector<double>& series, double base) {
    if (series.empty()) return;
    if (base == 0.0)
        for (const double value : series) base = std::max(base, std::abs(value));
    if (base == 0.0) return;
    for (double& value : series) value /= base;
}

void act(LoadShape& shape, const Value& value, Desk& desk) {
    const std::string word = lower(value.text);
    if (word.empty() || word.front() != 'n') return desk.refuse(value, "the only action that is supported is normalize");
    divide(shape.p, shape.base_p);
    divide(shape.q, shape.base_q);
    shape.use_actual = false;
}

template <auto Member>
void set_maximum(LoadShape& shape, const Value& value, Desk& desk) {
    if (const auto maximum = desk.number(value)) shape.*Member = *maximum;
}

}  // namespace

Properties<LoadShape> load_shape_properties() {
    using T = LoadShape;
    return with_common<T>({{"npts", set_points},
                           {"interval", set_interval<1>},
                           {"mult", set_series<&T::p>},
                           unsupported<T>("hour"),
                           no_effect<T>("mean"),
                           no_effect<T>("stddev"),
                           {"csvfile", set_file},
                           unsupported<T>("sngfile"),
                           unsupported<T>("dblfile"),
                           {"action", act},
                           {"qmult", set_series<&T::q>},
                           {"useactual", set_boolean<&T::use_actual, T>},
                           {"pmax", set_maximum<&T::max_p>},
                           {"qmax", set_maximum<&T::max_q>},
                           {"sinterval", set_interval<3600>},
                           {"minterval", set_interval<60>},
                           {"pbase", set_number<&T::base_p, T>},
                           {"qbase", set_number<&T::base_q, T>},
                           {"pmult", set_series<&T::p>},
                           {"pqcsvfile", set_pair_file},
                           no_effect<T>("memorymapping")},
                          {});
}

}  // namespace evsweep::opendss
