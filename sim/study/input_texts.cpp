#include "sim/study/input_texts.hpp"

#include <fmt/format.h>

namespace evsweep {

std::string recorded_rows_text(const std::string& group, const RecordedRows& rows) {
    std::size_t all = rows.used.count;
    std::vector<std::string> reasons;
    for (const RowsLeftOut& left_out : rows.left_out) {
        all += left_out.rows.count;
        reasons.push_back(fmt::format("{} {} ({:.1f} kWh)", left_out.rows.count, left_out.reason, left_out.rows.kwh));
    }
    std::string text =
        fmt::format("{}: {} of {} rows are used ({:.1f} kWh; {})", group, rows.used.count, all, rows.used.kwh, rows.how);
    if (!reasons.empty()) text += fmt::format("; left out: {}", fmt::join(reasons, ", "));
    return text;
}

std::vector<std::string> input_texts(const LoadedStudy& study) {
    const Scenario& scenario = study.scenario;
    std::vector<std::string> texts;
    for (std::size_t g = 0; g < study.behaviours.size(); ++g)
        if (const auto rows = study.behaviours[g]->recorded_rows())
            texts.push_back(recorded_rows_text(scenario.population[g].label, *rows));
    std::vector<std::pair<std::string, std::string>> series;  // those that lie alike are told once
    for (const auto& [name, profile] : scenario.base_load.profiles) {
        if (profile.laid.empty()) continue;
        const bool is_alike = !series.empty() && series.back().second == profile.laid;
        if (!is_alike)
            series.emplace_back(name, profile.laid);
        else if (const auto dots = series.back().first.find(" to "); dots != std::string::npos)
            series.back().first.replace(dots, std::string::npos, " to " + name);
        else
            series.back().first += " to " + name;
    }
    for (const auto& [names, laid] : series) texts.push_back("base_load profiles " + names + " lie " + laid);
    if (scenario.prices && !scenario.prices->buy.laid.empty()) texts.push_back("prices.buy lies " + scenario.prices->buy.laid);
    if (const auto day_ahead = scenario.prices ? scenario.prices->day_ahead : std::nullopt; day_ahead && !day_ahead->laid.empty())
        texts.push_back("prices.day_ahead lies " + day_ahead->laid);
    return texts;
}

}  // namespace evsweep
