#include "sim/base/text_table.hpp"

#include <algorithm>
#include <numeric>
#include <sstream>

namespace evsweep {
namespace {

constexpr std::size_t gap = 2;

std::string rule(std::size_t width) {
    std::string line;
    for (std::size_t i = 0; i < width; ++i) line += "─";
    return line;
}

std::string line_of(const std::vector<std::string>& row, const std::vector<std::size_t>& columns,
                    const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t column : columns) {
        const std::string blank(widths[column] - display_width(row[column]), ' ');
        line += column == 0 ? row[column] + blank : std::string(gap, ' ') + blank + row[column];
    }
    line.erase(line.find_last_not_of(' ') + 1);
    return line + "\n";
}

/// `label` broken between words into lines of at most `width` columns; later lines are set in.
std::vector<std::string> broken(const std::string& label, std::size_t width) {
    std::vector<std::string> lines{""};
    std::istringstream words(label);
    for (std::string word; words >> word;) {
        std::string& line = lines.back();
        if (line.empty())
            line = word;
        else if (display_width(line) + 1 + display_width(word) <= width)
            line += " " + word;
        else
            lines.push_back("  " + word);
    }
    return lines;
}

/// The rows with each long label spread over several rows; the cells stand beside its last line.
std::vector<std::vector<std::string>> with_broken_labels(const std::vector<std::vector<std::string>>& rows, std::size_t width) {
    std::vector<std::vector<std::string>> spread;
    for (const auto& row : rows) {
        auto lines = broken(row.front(), width);
        for (std::size_t i = 0; i + 1 < lines.size(); ++i) {
            spread.emplace_back(row.size());
            spread.back().front() = lines[i];
        }
        spread.push_back(row);
        spread.back().front() = lines.back();
    }
    return spread;
}

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& lines) {
    std::vector<std::size_t> widths(lines.front().size(), 0);
    for (const auto& line : lines)
        for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], display_width(line[c]));
    return widths;
}

std::size_t total(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

}  // namespace

std::size_t display_width(const std::string& text) {
    return static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

std::string printable(std::string text) {
    std::replace_if(
        text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }, '?');
    return text;
}

std::string TextTable::text(std::size_t width) const {
    auto lines = with_broken_labels(rows, widest_label);
    auto widths = widths_of(lines);
    for (std::size_t label = widest_label; label >= narrowest_label; --label) {
        const auto narrower = with_broken_labels(rows, label);
        if (total(widths_of(narrower)) > width) continue;
        lines = narrower;
        widths = widths_of(lines);
        break;
    }
    std::string text;
    std::size_t next = repeated;
    do {
        std::vector<std::size_t> columns(repeated);
        std::iota(columns.begin(), columns.end(), std::size_t{0});
        std::size_t used = widths[0];
        for (std::size_t c = 1; c < repeated; ++c) used += gap + widths[c];
        while (next < widths.size() && (columns.size() == repeated || used + gap + widths[next] <= width)) {
            used += gap + widths[next];
            columns.push_back(next++);
        }
        if (!text.empty()) text += "\n";
        for (std::size_t r = 0; r < lines.size(); ++r) {
            text += line_of(lines[r], columns, widths);
            if (r == 0) text += rule(used) + "\n";
        }
    } while (next < widths.size());
    return text;
}

}  // namespace evsweep
