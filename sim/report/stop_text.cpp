#include "sim/report/stop_text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/base/text_table.hpp"
#include "sim/study/study_estimates.hpp"

namespace evsweep {

namespace {

std::string subject(const StopTarget& target) {
    std::string text = target.output + "." + target.variable + " of " + target.controller;
    if (!target.versus.empty()) text += " minus " + target.versus;
    return printable(text);
}

/// The next larger number of two digits and zeros.
double two_digits(double number) {
    const double unit = std::pow(10.0, std::max(0.0, std::floor(std::log10(number)) - 1.0));
    return unit * std::ceil(number / unit);
}

/// Four digits of a number, without powers of ten.
std::string four_digits(double value) { return value < 1000.0 ? fmt::format("{:.4g}", value) : fmt::format("{:.0f}", value); }

/// "± 9.8 kW"
std::string margin(double half_width, const StopTarget& target) {
    if (!std::isfinite(half_width)) return "without an interval";
    const std::string unit = target.unit == "1" || target.unit.empty() ? "" : " " + printable(target.unit);
    return fmt::format("± {}{}", four_digits(half_width * target.per_unit), unit);
}

std::string asked(const StopOutcome& stop) {
    const std::string text = margin(stop.asked, stop.target);
    return stop.target.relative > 0.0 ? fmt::format("{} ({:g} % of it)", text, 100.0 * stop.target.relative) : text;
}

/// "30, 95 and 180"
std::string list(const std::vector<double>& numbers) {
    std::string text;
    for (std::size_t i = 0; i < numbers.size(); ++i)
        text += fmt::format("{}{:.0f}", i == 0 ? "" : i + 1 == numbers.size() ? " and " : ", ", numbers[i]);
    return text;
}

}  // namespace

std::string stop_text(const StopOutcome& stop) {
    std::string text = fmt::format("replicas as needed: {} {} at {:g} %, asked for {}", subject(stop.target),
                                   margin(stop.reached, stop.target), 100.0 * stop.target.confidence, asked(stop));
    if (!stop.looks.empty()) text += fmt::format(";\nlooked at after {} replicas", list(stop.looks));
    return text + fmt::format(", at most {:.0f}", stop.most);
}

std::string stop_warning(const StudyResult& result) {
    if (!result.stop || result.stop->is_reached() || result.replicas.empty()) return {};
    const StopOutcome& stop = *result.stop;
    std::string text = fmt::format("\nNot as precise as asked: {}: asked {}, reached {}\nafter {} replicas", subject(stop.target),
                                   asked(stop), margin(stop.reached, stop.target), result.replicas.size());
    if (result.interrupted) return text + "; the study was interrupted\n";
    if (is_one_day(result)) return text + ", which are one day: no number of them says more\n";
    text += fmt::format("; study.stop.max_replicas is {:.0f}", stop.most);
    return text + (stop.would_do > 0.0 ? fmt::format(", about {:.0f} would do\n", two_digits(stop.would_do)) : "\n");
}

}  // namespace evsweep
