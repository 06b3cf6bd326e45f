#include "sim/study/write_events.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <utility>
#include <vector>

namespace evsweep {

namespace {

/// A number of an element that has an array of its own.
struct ElementNumber {
    const char *suffix, *meaning;
    Estimate ElementResult::*estimate;
    double Estimate::*value;
};
constexpr std::array element_numbers{
    ElementNumber{"_share", "share of these replicas with: ", &ElementResult::share, &Estimate::mean},
    ElementNumber{"_share_low", "lower end of the interval (Clopper-Pearson) of the share with: ", &ElementResult::share,
                  &Estimate::low},
    ElementNumber{"_share_high", "upper end of the interval (Clopper-Pearson) of the share with: ", &ElementResult::share,
                  &Estimate::high},
    ElementNumber{"_mean_low", "lower end of the interval of the mean of: ", &ElementResult::mean, &Estimate::low},
    ElementNumber{"_mean_high", "upper end of the interval of the mean of: ", &ElementResult::mean, &Estimate::high}};

std::string of_what(const ElementNumber& number, const Variable& variable) {
    return number.meaning + (number.estimate == &ElementResult::share ? variable.event : variable.long_name);
}

/// How the interval of a mean was found, by its code in files.
constexpr std::array mean_kinds{IntervalKind::none, IntervalKind::student, IntervalKind::skewed, IntervalKind::alike};

std::int32_t code_of(IntervalKind kind) {
    return static_cast<std::int32_t>(std::find(mean_kinds.begin(), mean_kinds.end(), kind) - mean_kinds.begin());
}

/// A count as a file may have it, also a damaged one.
std::size_t count_of(double value) { return value > 0.0 ? static_cast<std::size_t>(std::min(value, 1e9)) : 0; }

}  // namespace

void write_events(ResultFile& file, const std::string& group, const VariableResult& result) {
    const Variable& variable = result.variable;
    std::vector<std::int32_t> events, known, kinds;
    for (const ElementResult& element : result.elements) {
        events.push_back(static_cast<std::int32_t>(element.events));
        known.push_back(static_cast<std::int32_t>(element.share.count));
        kinds.push_back(code_of(element.mean.kind));
    }
    const auto place = [&](const std::string& suffix, const std::string& meaning, const std::string& unit) {
        return ArrayPlace{group, variable.name + suffix, variable.dims, {{"units", unit}, {"long_name", meaning}}};
    };
    file.write(place("_events", "replicas with: " + variable.event, "1"), events);
    file.write(place("_known", "replicas of which that is known", "1"), known);
    file.write(place("_mean_interval", "how the interval of the mean was found: 0 none, 1 student, 2 skewed, 3 alike", "1"),
               kinds);
    for (const ElementNumber& number : element_numbers) {
        std::vector<double> values;
        for (const ElementResult& element : result.elements) values.push_back(element.*number.estimate.*number.value);
        file.write(
            place(number.suffix, of_what(number, variable), number.estimate == &ElementResult::share ? "1" : variable.unit),
            values);
    }
}

VariableResult read_events(const ResultReader& reader, const std::string& group, const Variable& variable) {
    const std::string path = group + "/" + variable.name;
    VariableResult result;
    result.variable = variable;
    result.variable.aggregation = Aggregation::bands;
    result.variable.dims = reader.dims(path + "_mean");
    const std::vector<double> means = reader.numbers(path + "_mean");
    const std::vector<double> events = reader.numbers(path + "_events");
    const std::vector<double> known = reader.numbers(path + "_known");
    result.elements.resize(std::min({means.size(), events.size(), known.size()}));
    for (std::size_t i = 0; i < result.elements.size(); ++i) {
        ElementResult& element = result.elements[i];
        element.events = count_of(events[i]);
        element.share.count = element.mean.count = count_of(known[i]);
        element.mean.mean = means[i];
    }
    for (const ElementNumber& number : element_numbers) {
        const std::vector<double> values = reader.numbers(path + number.suffix);
        for (std::size_t i = 0; i < std::min(values.size(), result.elements.size()); ++i)
            result.elements[i].*number.estimate.*number.value = values[i];
    }
    const std::vector<double> kinds = reader.numbers(path + "_mean_interval");
    for (std::size_t i = 0; i < result.elements.size(); ++i) {
        ElementResult& element = result.elements[i];
        if (i < kinds.size() && count_of(kinds[i]) < mean_kinds.size()) element.mean.kind = mean_kinds[count_of(kinds[i])];
        if (!std::isnan(element.share.low)) element.share.kind = IntervalKind::clopper_pearson;
    }
    return result;
}

}  // namespace evsweep
