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

std::string without_trailing_blanks(std::string line) {
    line.erase(line.find_last_not_of(' ') + 1);
    return line;
}

std::string line_of(const std::vector<std::string>& row, const std::vector<std::size_t>& columns,
                    const std::vector<std::size_t>& widths) {
    std::string line;
    for (std::size_t column : columns) {
        const std::string blank(widths[column] - display_width(row[column]), ' ');
        line += column == 0 ? row[column] + blank : std::string(gap, ' ') + blank + row[column];
    }
    return without_trailing_blanks(line) + "\n";
}

/// The rows with each long label spread over several rows; the cells stand beside its last line.
std::vector<std::vector<std::string>> with_broken_labels(const std::vector<std::vector<std::string>>& rows, std::size_t width) {
    std::vector<std::vector<std::string>> spread;
    for (const auto& row : rows) {
        auto lines = wrapped(row.front(), width, "  ");
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
    std::vector<std::size_t> widths(lines.empty() ? 0 : lines.front().size(), 0);
    for (const auto& line : lines)
        for (std::size_t c = 0; c < widths.size(); ++c) widths[c] = std::max(widths[c], display_width(line[c]));
    return widths;
}

std::size_t total(const std::vector<std::size_t>& widths) {
    return std::accumulate(widths.begin(), widths.end(), gap * (widths.size() - 1));
}

constexpr std::size_t narrowest_last = 18;
constexpr std::size_t narrowest_middle = 19;

void drop_empty_columns(std::vector<std::vector<std::string>>& rows, std::size_t header_rows) {
    for (std::size_t c = rows.front().size(); c-- > 0;) {
        const bool is_empty = std::all_of(rows.begin() + static_cast<std::ptrdiff_t>(header_rows), rows.end(),
                                          [c](const auto& row) { return row[c].empty(); });
        if (is_empty)
            for (auto& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(c));
    }
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
            line += part + std::string(widths[c] + gap - std::min(display_width(part), widths[c] + gap), ' ');
        }
        text += without_trailing_blanks(line) + "\n";
    }
    return text;
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

std::vector<std::string> wrapped(const std::string& text, std::size_t width, const std::string& set_in) {
    std::vector<std::string> lines(1);
    std::istringstream words(text);
    for (std::string word; words >> word;) {
        std::string& line = lines.back();
        if (line.empty())
            line = word;
        else if (display_width(line) + 1 + display_width(word) <= width)
            line += " " + word;
        else
            lines.push_back(set_in + word);
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
