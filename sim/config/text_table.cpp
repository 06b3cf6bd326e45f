#include "sim/config/text_table.hpp"

#include <algorithm>
#include <sstream>

namespace evsweep {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest_last = 24;

std::vector<std::size_t> widths_of(const std::vector<std::vector<std::string>>& rows) {
    std::vector<std::size_t> widths(rows.empty() ? 0 : rows.front().size(), 0);
    for (const auto& row : rows)
        for (std::size_t c = 0; c < row.size(); ++c) widths[c] = std::max(widths[c], row[c].size());
    return widths;
}

void drop_empty_columns(std::vector<std::vector<std::string>>& rows, std::size_t header_rows) {
    for (std::size_t c = rows.front().size(); c-- > 0;) {
        const bool is_empty = std::all_of(rows.begin() + static_cast<std::ptrdiff_t>(header_rows), rows.end(),
                                          [c](const auto& row) { return row[c].empty(); });
        if (is_empty)
            for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(c));
    }
}

std::string without_trailing_blanks(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

}  // namespace

std::vector<std::string> wrapped(const std::string& text, std::size_t width) {
    std::vector<std::string> lines(1);
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        std::string& line = lines.back();
        if (line.empty())
            line = word;
        else if (line.size() + 1 + word.size() <= width)
            line += " " + word;
        else
            lines.push_back(word);
    }
    return lines;
}

std::string text_table(const std::vector<std::string>& header, std::vector<std::vector<std::string>> rows, std::size_t indent,
                       std::size_t width) {
    if (rows.empty()) return {};
    const std::size_t header_rows = header.empty() ? 0 : 1;
    if (header_rows != 0) rows.insert(rows.begin(), header);
    drop_empty_columns(rows, header_rows);
    const auto widths = widths_of(rows);
    if (widths.empty()) return {};
    std::size_t last_at = indent;
    for (std::size_t c = 0; c + 1 < widths.size(); ++c) last_at += widths[c] + gap;
    const std::size_t room = width > last_at + narrowest_last ? width - last_at : narrowest_last;
    std::string text;
    for (const auto& row : rows) {
        std::string line(indent, ' ');
        for (std::size_t c = 0; c + 1 < row.size(); ++c) line += row[c] + std::string(widths[c] - row[c].size() + gap, ' ');
        for (const auto& part : wrapped(row.back(), room)) {
            text += without_trailing_blanks(line + part) + "\n";
            line.assign(last_at, ' ');
        }
    }
    return text;
}

}  // namespace evsweep
