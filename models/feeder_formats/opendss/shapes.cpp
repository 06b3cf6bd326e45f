// Load shapes: series of factors, in the script or in files.
#include <algorithm>
#include <cmath>

#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {
namespace {

/// The first, third, ... or the second, fourth, ... of numbers in pairs.
std::vector<double> every_other(const std::vector<double>& numbers, std::size_t first) {
    std::vector<double> series;
    for (std::size_t i = first; i < numbers.size(); i += 2) series.push_back(numbers[i]);
    return series;
}

/// A series is cut to the number of points where that was given before.
void keep(LoadShape& shape, std::vector<double>& target, std::optional<std::vector<double>> series) {
    if (!series) return;
    if (shape.points > 0 && series->size() > shape.points) series->resize(shape.points);
    target = std::move(*series);
}

template <auto Member>
void set_series(LoadShape& shape, const Value& value, PropertyReader& reader) {
    keep(shape, shape.*Member, reader.numbers(value));
}
void set_hours(LoadShape& shape, const Value& value, PropertyReader& reader) {
    set_series<&LoadShape::hours>(shape, value, reader);
    shape.interval_h = 0.0;
}

void set_points(LoadShape& shape, const Value& value, PropertyReader& reader) {
    if (const auto points = reader.number(value))
        shape.points = static_cast<std::size_t>(std::clamp(std::abs(*points), 0.0, 1e9));
}

template <int PerHour>
void set_interval(LoadShape& shape, const Value& value, PropertyReader& reader) {
    const auto interval = reader.number(value);
    if (!interval) return;
    const double hours = *interval / PerHour;
    const bool is_possible = hours == 0.0 || (hours >= 1e-6 && hours <= 1e6);
    if (!is_possible) return reader.refuse(value, "is not an interval that a profile can have");
    shape.interval_h = hours;
}

/// Files of points at times of their own have the times first.
void set_file(LoadShape& shape, const Value& value, PropertyReader& reader) {
    const std::size_t times = shape.interval_h == 0.0 ? 1 : 0;
    if (times > 0) keep(shape, shape.hours, reader.column(value, 1, false));
    keep(shape, shape.p, reader.column(value, times + 1, false));
}
void set_pair_file(LoadShape& shape, const Value& value, PropertyReader& reader) {
    set_file(shape, value, reader);
    keep(shape, shape.q, reader.column(value, shape.interval_h == 0.0 ? 3 : 2, false));
}
template <std::size_t Bytes>
void set_binary_file(LoadShape& shape, const Value& value, PropertyReader& reader) {
    auto numbers = reader.binary(value, Bytes);
    if (!numbers || shape.interval_h > 0.0) return keep(shape, shape.p, std::move(numbers));
    keep(shape, shape.hours, every_other(*numbers, 0));
    keep(shape, shape.p, every_other(*numbers, 1));
}

void set_interpolation(LoadShape& shape, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text.substr(0, 1));
    if (word != "a" && word != "e") return reader.refuse(value, "is neither avg nor edge");
    shape.holds = word == "e";
}

void divide(std::vector<double>& series, double base) {
    if (series.empty()) return;
    if (base == 0.0)
        for (const double value : series) base = std::max(base, std::abs(value));
    if (base == 0.0) return;
    for (double& value : series) value /= base;
}

void act(LoadShape& shape, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text);
    if (word.empty() || word.front() != 'n') return reader.refuse(value, "the only action that is supported is normalize");
    divide(shape.p, shape.base_p);
    divide(shape.q, shape.base_q);
    shape.use_actual = false;
}

template <auto Member>
void set_maximum(LoadShape& shape, const Value& value, PropertyReader& reader) {
    if (const auto maximum = reader.number(value)) shape.*Member = *maximum;
}

void set_curve_points(XyCurve& curve, const Value& value, PropertyReader& reader) {
    const auto numbers = reader.numbers(value);
    if (!numbers) return;
    curve.x = every_other(*numbers, 0);
    curve.y = every_other(*numbers, 1);
}
/// Files of pairs: text of two columns, or numbers of that many bytes in turns.
template <auto First, auto Second, class T>
void set_pair_columns(T& object, const Value& value, PropertyReader& reader) {
    if (auto numbers = reader.column(value, 1, false)) object.*First = std::move(*numbers);
    if (auto numbers = reader.column(value, 2, false)) object.*Second = std::move(*numbers);
}
template <auto First, auto Second, std::size_t Bytes, class T>
void set_binary_pairs(T& object, const Value& value, PropertyReader& reader) {
    const auto numbers = reader.binary(value, Bytes);
    if (!numbers) return;
    object.*First = every_other(*numbers, 0);
    object.*Second = every_other(*numbers, 1);
}

void cut(std::vector<double>& series, double points) {
    if (points > 0.0 && points < static_cast<double>(series.size())) series.resize(static_cast<std::size_t>(points));
}

}  // namespace

Circuit::Circuit() {
    const std::size_t index = shapes.add("default", {}, default_frequency);
    shapes.objects()[index].p = {.677, .6256, .6087, .5833, .58028, .6025, .657, .7477, .832, .88,  .94,  .989,
                                 .985, .98,   .9898, .999,  1.0,    .958,  .936, .913,  .876, .876, .828, .756};
    growth_shapes.add("default", {}, default_frequency);
    growth_shapes.objects().front().years = {1, 20};
    growth_shapes.objects().front().factors = {1.025, 1.025};
}

void finish_edit(GrowthShape& shape, PropertyReader&) {
    cut(shape.years, shape.most_points);
    cut(shape.factors, shape.most_points);
}
void finish_edit(XyCurve& curve, PropertyReader&) {
    cut(curve.x, curve.most_points);
    cut(curve.y, curve.most_points);
}

double GrowthShape::growth_until(int year) const {
    double growth = 1.0;
    std::size_t point = 0;
    for (int y = years.empty() ? year : static_cast<int>(std::lround(years.front())); y < year; ++y) {
        if (point + 1 < std::min(years.size(), factors.size()) && years[point + 1] == y) ++point;
        growth *= factors[point];
    }
    return growth;
}

double XyCurve::value(double where) const {
    const std::size_t points = std::min(x.size(), y.size());
    if (points == 0) return 0.0;
    if (points == 1) return y.front();
    std::size_t next = 1;
    while (next + 1 < points && x[next] < where) ++next;
    const double run = x[next] - x[next - 1];
    return run == 0.0 ? y[next] : y[next - 1] + (where - x[next - 1]) * (y[next] - y[next - 1]) / run;
}

Properties<XyCurve> xy_curve_properties() {
    using T = XyCurve;
    return with_common<T>({{"npts", set_number<&T::most_points, T>},
                           {"points", set_curve_points},
                           {"yarray", set_list<&T::y, T>},
                           {"xarray", set_list<&T::x, T>},
                           {"csvfile", set_pair_columns<&T::x, &T::y, T>},
                           {"sngfile", set_binary_pairs<&T::x, &T::y, sizeof(float), T>},
                           {"dblfile", set_binary_pairs<&T::x, &T::y, sizeof(double), T>},
                           no_effect<T>("x"),
                           no_effect<T>("y"),
                           unsupported<T>("xshift"),
                           unsupported<T>("yshift"),
                           unsupported<T>("xscale"),
                           unsupported<T>("yscale")},
                          {});
}

Properties<GrowthShape> growth_shape_properties() {
    using T = GrowthShape;
    return with_common<T>({{"npts", set_number<&T::most_points, T>},
                           {"year", set_list<&T::years, T>},
                           {"mult", set_list<&T::factors, T>},
                           {"csvfile", set_pair_columns<&T::years, &T::factors, T>},
                           {"sngfile", set_binary_pairs<&T::years, &T::factors, sizeof(float), T>},
                           {"dblfile", set_binary_pairs<&T::years, &T::factors, sizeof(double), T>}},
                          {});
}

Properties<LoadShape> load_shape_properties() {
    using T = LoadShape;
    return with_common<T>({{"npts", set_points},
                           {"interval", set_interval<1>},
                           {"mult", set_series<&T::p>},
                           {"hour", set_hours},
                           no_effect<T>("mean"),
                           no_effect<T>("stddev"),
                           {"csvfile", set_file},
                           {"sngfile", set_binary_file<sizeof(float)>},
                           {"dblfile", set_binary_file<sizeof(double)>},
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
                           no_effect<T>("memorymapping"),
                           {"interpolation", set_interpolation}},
                          {});
}

}  // namespace evsweep::opendss
