#include "evsweep/text_cells.hpp"

namespace evsweep {

char separator_of(std::string_view header) {
    for (char c : {',', ';', '\t'})
        if (header.find(c) != std::string_view::npos) return c;
    return ',';
}

std::vector<TextCell> split_cells(std::string_view line, char separator) {
    std::vector<TextCell> cells;
    std::size_t begin = 0;
    bool in_quotes = false;
    for (std::size_t i = 0; i <= line.size(); ++i) {
        if (i < line.size() && line[i] == '"') in_quotes = !in_quotes;
        if (i < line.size() && (in_quotes || line[i] != separator)) continue;
        cells.push_back({line.substr(begin, i - begin), begin + 1});
        begin = i + 1;
    }
    return cells;
}

}  // namespace evsweep
