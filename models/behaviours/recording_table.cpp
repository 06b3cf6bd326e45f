#include "behaviours/recording_table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "behaviours/recording_cells.hpp"
#include "evsweep/text_file.hpp"

namespace evsweep {

namespace {

/// Takes the next line off the text, without its end.
std::string_view take_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

bool is_passed_over(std::string_view line) { return line.empty() || line.front() == '#'; }

/// The rows of a table, with the cells of the wanted columns.
RecordTable read_csv_records(std::string_view text, const FilePath& file, const std::vector<std::string>& wanted) {
    RecordTable table;
    table.file = std::make_shared<const std::string>(file.path.string());
    std::vector<std::size_t> index;
    char separator = ',';
    for (int number = 1; !text.empty(); ++number) {
        const std::string_view line = take_line(text);
        if (is_passed_over(line)) continue;
        if (table.header.empty()) {
            separator = separator_of(line);
            table.header_line = number;
            for (const RecordingCell& cell : recording_cells(line, separator)) table.header.emplace_back(cell.text);
            for (const std::string& name : wanted)
                index.push_back(
                    static_cast<std::size_t>(std::find(table.header.begin(), table.header.end(), name) - table.header.begin()));
            continue;
        }
        const auto cells = recording_cells(line, separator);
        RecordRow row{number, std::vector<RecordCell>(wanted.size(), RecordCell{{}, number, 1})};
        if (cells.size() != table.header.size())
            row.problem = fmt::format("{} cells where the header has {}", cells.size(), table.header.size());
        for (std::size_t k = 0; k < wanted.size(); ++k)
            if (index[k] < cells.size()) row.cells[k] = {std::string(cells[index[k]].text), number, cells[index[k]].column};
        table.rows.push_back(std::move(row));
    }
    return table;
}

}  // namespace

std::size_t RecordTable::count_of(const std::string& name) const {
    return static_cast<std::size_t>(std::count(header.begin(), header.end(), name));
}

std::optional<RecordTable> read_record_table(const FilePath& file, const std::vector<std::string>& wanted, std::string_view path,
                                             Issues& issues) {
    const auto content = read_text(file, path, issues);
    if (!content) return std::nullopt;
    const std::size_t begin = content->find_first_not_of(" \t\r\n");
    const bool is_json = begin != std::string::npos && ((*content)[begin] == '{' || (*content)[begin] == '[');
    if (is_json) return read_json_records(*content, file, wanted, path, issues);
    auto table = read_csv_records(*content, file, wanted);
    if (!table.header.empty()) return table;
    issues.error(file.at, std::string(path), "file '" + file.path.string() + "' has no header", "is it the right file?");
    return std::nullopt;
}

}  // namespace evsweep
