#include "sim/report/parts_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <vector>

#include "evsweep/values.hpp"
#include "sim/base/text_table.hpp"
#include "sim/statistics/serial_correlation.hpp"

namespace evsweep {

namespace {

constexpr std::size_t warning_width = 100;
constexpr std::size_t most_alike_named = 4;

/// A number whose consecutive parts are alike, under the controller where they are most.
struct AlikeParts {
    std::string name;
    SerialCorrelation correlation;
};

/// Whether anything could be said of the row.
bool note(std::vector<AlikeParts>& list, const VariableResult& row) {
    const Variable& variable = row.variable;
    if (!variable.headline || variable.aggregation != Aggregation::per_replica || variable.display != Display::number)
        return false;
    const SerialCorrelation found = serial_correlation(row.values.read());
    if (!found.is_clear()) return !std::isnan(found.score);
    const std::string name = printable(variable.long_name.empty() ? variable.name : variable.long_name);
    const auto known = std::find_if(list.begin(), list.end(), [&](const AlikeParts& one) { return one.name == name; });
    if (known == list.end())
        list.push_back({name, found});
    else if (found.score > known->correlation.score)
        known->correlation = found;
    return true;
}

}  // namespace

std::string in_words_of(const StudyResult& study, std::string text) {
    if (study.parts == 1) return text;
    const std::string word = "replica", noun = study.sample_noun();
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word, at + noun.size()))
        text.replace(at, word.size(), noun);
    return text;
}

std::string parts_warning(const StudyResult& study) {
    if (study.parts == 1 || study.replicas.empty()) return {};
    const std::string noun = study.sample_noun();
    std::string text = fmt::format(
        "\nNote: these are {}s of one replica: intervals say how much its {}s differ, and nothing of other fleets, places or\n"
        "years; replicas do (study.replicas, without batch_length)\n",
        noun, noun);
    std::vector<AlikeParts> list;
    std::size_t looked_at = 0;
    for (const RunResult& run : study.controllers)
        for (const VariableResult& row : run.variables) looked_at += note(list, row) ? 1 : 0;
    if (list.empty()) return text;
    std::stable_sort(list.begin(), list.end(),
                     [](const AlikeParts& a, const AlikeParts& b) { return a.correlation.score > b.correlation.score; });
    std::vector<std::string> numbers;
    for (std::size_t k = 0; k < std::min(most_alike_named, list.size()); ++k)
        numbers.push_back(
            fmt::format("{} ({:.2f}: {:.1f} times)", list[k].name, list[k].correlation.lag_one, list[k].correlation.widening()));
    if (list.size() > most_alike_named) numbers.push_back(fmt::format("and {} more", list.size() - most_alike_named));
    const std::string warning = fmt::format(
        "Consecutive {0}s are alike by more than chance (von Neumann's ratio, 1 %), as where a season or a charge carries over: "
        "{1}. "
        "They are no sample of independent {0}s, and intervals and stars of these numbers say little; in brackets the "
        "correlation, "
        "and how many times too narrow an interval is if only chance makes it. {3} numbers were looked at, of which one in a "
        "hundred "
        "is found where nothing carries over. Where something carries over take a longer "
        "study.batch_length than {2}; where a season does, several replicas without it.",
        noun, fmt::join(numbers, "; "), duration_text(study.part_length), looked_at);
    text += "\n";
    for (const std::string& line : wrapped(warning, warning_width, "  ")) text += line + "\n";
    return text;
}

}  // namespace evsweep
