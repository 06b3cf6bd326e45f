#include "sim/base/wrapped_table.hpp"

#include <algorithm>
#include <sstream>

namespace evsweep {

namespace {

constexpr std::size_t gap = 2;
constexpr std::size_t narrowest_last = 18;
constexpr std::size_t narrowest_middle = 19;

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

/// Widths of columns that keep within `width`: the last one gives way first, then those between it and the first.
std::vector<std::size_t> fitting(std::vector<std::size_t> widths, std::size_t indent, std::size_t width) {
    if (widths.empty()) return widths;
    const auto before_last = [&] {
        std::size_t sum = indent;
        for (std::size_t c = 0; c + 1 < widths.size(); ++c) sum += widths[c] + gap;
        return sum;
    };
    if (before_last() + std::min(widths.back(), narrowest_last) > width)
        for (std::size_t c = 1; c + 1 < widths.size(); ++c) widths[c] = std::min(widths[c], narrowest_middle);
    const std::size_t taken = before_last();
    const std::size_t room = width > taken + narrowest_last ? width - taken : narrowest_last;
    widths.back() = std::min(widths.back(), room);
    return widths;
}

/// One row, on as many lines as its tallest cell needs.
std::string row_text(const std::vector<std::string>& row, const std::vector<std::size_t>& widths, std::size_t indent) {
    std::vector<std::vector<std::string>> cells;
    std::size_t height = 0;
    for (std::size_t c = 0; c < row.size(); ++c) {
        cells.push_back(wrapped(row[c], widths[c]));
        height = std::max(height, cells.back().size());
    }
    std::string text;
    for (std::size_t k = 0; k < height; ++k) {
        std::string line(indent, ' ');
        for (std::size_t c = 0; c < cells.size(); ++c) {
            const std::string part = k < cells[c].size() ? cells[c][k] : std::string();
            line += part + std::string(widths[c] + gap - std::min(part.size(), widths[c] + gap), ' ');
        }
        text += without_trailing_blanks(line) + "\n";
    }
    return text;
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
    const auto widths = fitting(widths_of(rows), indent, width);
    std::string text;
    for (const auto& row : rows) text += row_text(row, widths, indent);
    return text;
}

}  // namespace evsweep
