#include "behaviours/recording_row.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "behaviours/recording_layouts.hpp"

namespace evsweep {

namespace {

constexpr std::string_view file_name = "@file";

/// "a|b" as {"a", "b"}.
std::vector<std::string> alternatives(std::string_view name) {
    std::vector<std::string> names;
    while (true) {
        const std::size_t bar = name.find('|');
        names.emplace_back(name.substr(0, bar));
        if (bar == std::string_view::npos) return names;
        name.remove_prefix(bar + 1);
    }
}

std::string missing_hint_of(const std::string& name, const std::vector<std::string>& header, bool has_layout) {
    const auto fitting = layouts_that_fit(header);
    if (has_layout && !fitting.empty()) return fmt::format("its columns are those of layout {}", fmt::join(fitting, " or "));
    return did_you_mean(name, header);
}

}  // namespace

RowColumns::RowColumns(const RecordingColumns& columns, const std::map<std::string, CellFilter>& filter)
    : columns_(columns), filter_(filter) {
    for (const auto& [meaning, choice] : columns.list())
        for (const std::string& name : choice->names)
            for (const std::string& alternative : alternatives(name)) want(alternative);
    for (const auto& [name, cells] : filter) want(name);
}

void RowColumns::want(const std::string& name) {
    if (name != file_name && index_of(name) == wanted_.size()) wanted_.push_back(name);
}

std::size_t RowColumns::index_of(std::string_view name) const {
    return static_cast<std::size_t>(std::find(wanted_.begin(), wanted_.end(), name) - wanted_.begin());
}

RecordCell RowColumns::part(const std::string& name, const RecordRow& row, const std::string& file_stem) const {
    if (name == file_name) return {file_stem, row.line, 1};
    const RecordCell* found = nullptr;
    for (const std::string& alternative : alternatives(name)) {
        found = &row.cells[index_of(alternative)];
        if (!found->text.empty()) break;
    }
    return *found;
}

RecordCell RowColumns::cell(const ColumnChoice& choice, const RecordRow& row, const std::string& file_stem) const {
    RecordCell joined{{}, row.line, 1};
    for (std::size_t k = 0; k < choice.names.size(); ++k) {
        RecordCell next = part(choice.names[k], row, file_stem);
        if (next.text.empty()) return next;
        if (k == 0)
            joined = std::move(next);
        else
            joined.text += " " + next.text;
    }
    return joined;
}

bool RowColumns::keeps(const RecordRow& row) const {
    return std::all_of(filter_.begin(), filter_.end(),
                       [&](const auto& entry) { return entry.second.keeps(row.cells[index_of(entry.first)].text); });
}

bool RowColumns::check(const RecordTable& table, bool has_layout, std::string_view path, Issues& issues) const {
    bool complete = true;
    const Position at{table.file, table.header_line, 1};
    const auto refuse = [&](std::string problem, std::string hint) {
        issues.error(at, std::string(path), std::move(problem), std::move(hint));
        complete = false;
    };
    const auto check_name = [&](const std::string& name, const std::string& whose) {
        if (name == file_name) return;
        const auto names = alternatives(name);
        const bool is_there =
            std::any_of(names.begin(), names.end(), [&](const std::string& n) { return table.count_of(n) > 0; });
        if (!is_there)
            refuse("the column '" + name + "' " + whose + " is missing", missing_hint_of(name, table.header, has_layout));
        for (const std::string& n : names)
            if (table.count_of(n) > 1) refuse("the column '" + n + "' is there more than once", "keep one of them");
    };
    for (const auto& [meaning, choice] : columns_.list()) {
        const bool may_be_absent = table.is_json && choice == &columns_.stated_departure;
        if (may_be_absent) continue;
        for (const std::string& name : choice->names) check_name(name, has_layout ? "of this layout" : "for " + meaning);
    }
    for (const auto& [name, cells] : filter_) check_name(name, "of the filter");
    return complete;
}

}  // namespace evsweep
