#include "sim/config/csv_column.hpp"

#include <algorithm>
#include <memory>

#include "evsweep/text_cells.hpp"
#include "sim/base/text_file.hpp"
#include "sim/base/units.hpp"

namespace evsweep {

namespace {

std::string plain(std::string_view cell) {
    std::string text = trimmed(cell);
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') return trimmed(text.substr(1, text.size() - 2));
    return text;
}

/// Takes the next line off the text, without its end.
std::string_view next_line(std::string_view& text) {
    const std::size_t end = text.find('\n');
    std::string_view line = text.substr(0, end);
    text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
}

/// Whether these are names as tables have them, and not the first line of some other file, which is not to be shown.
bool are_names(const std::vector<std::string>& names) {
    constexpr std::size_t longest = 40;
    return std::all_of(names.begin(), names.end(), [](const std::string& name) {
        return name.size() <= longest && name.find_first_of(":$=<>{}\\") == std::string::npos;
    });
}

/// The index of the column in the header; reports what there is instead.
std::optional<std::size_t> find_column(std::string_view header, const std::string& column, const FilePath& file,
                                       std::string_view path, Issues& issues) {
    std::vector<std::string> names;
    for (const auto& cell : split_cells(header, separator_of(header))) names.push_back(plain(cell.text));
    const auto found = std::find(names.begin(), names.end(), column);
    if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
    issues.error(file.at, std::string(path), "file '" + file.path.string() + "' has no column '" + column + "'",
                 are_names(names) ? did_you_mean(column, names) : "its first line holds no names; is it the right file?");
    return std::nullopt;
}

}  // namespace

std::vector<std::string> csv_header(const FilePath& file, std::string_view path, Issues& issues) {
    std::vector<std::string> names;
    const auto content = read_text(file, path, issues);
    if (!content) return names;
    for (std::string_view text = *content; !text.empty();) {
        const std::string_view line = next_line(text);
        if (trimmed(line).empty() || line.front() == '#') continue;
        for (const TextCell& cell : split_cells(line, separator_of(line))) names.push_back(plain(cell.text));
        if (are_names(names)) return names;
        issues.error(file.at, std::string(path), "the first line of file '" + file.path.string() + "' holds no names",
                     "is it the right file?");
        return {};
    }
    issues.error(file.at, std::string(path), "file '" + file.path.string() + "' has no header", "is it the right file?");
    return names;
}

std::optional<std::vector<CsvCell>> csv_column(const FilePath& file, const std::string& column, std::string_view path,
                                               Issues& issues, std::size_t most) {
    const auto content = read_text(file, path, issues);
    if (!content) return std::nullopt;
    const auto name = std::make_shared<const std::string>(file.path.string());
    std::string_view text = *content;
    std::vector<CsvCell> cells;
    std::optional<std::size_t> index;
    char separator = ',';
    std::size_t columns = 0;
    for (int line_number = 1; !text.empty() && cells.size() < most; ++line_number) {
        const std::string_view line = next_line(text);
        if (trimmed(line).empty() || line.front() == '#') continue;
        if (!index) {
            separator = separator_of(line);
            columns = split_cells(line, separator).size();
            index = find_column(line, column, file, path, issues);
            if (!index) return std::nullopt;
            continue;
        }
        const auto row = split_cells(line, separator);
        if (row.size() > columns && !trimmed(line.substr(row[columns].column - 1)).empty()) {
            issues.error({name, line_number, static_cast<int>(row[columns].column)}, std::string(path),
                         "the row has " + std::to_string(row.size()) + " cells, the header " + std::to_string(columns),
                         separator == ',' ? "write a decimal point, not a comma" : "give every column a name");
            return std::nullopt;
        }
        if (*index < row.size()) {
            cells.push_back({plain(row[*index].text), {name, line_number, static_cast<int>(row[*index].column)}});
            continue;
        }
        issues.error({name, line_number, 1}, std::string(path), "the row has no cell in column '" + column + "'",
                     "the row has " + std::to_string(row.size()) + " cells");
        return std::nullopt;
    }
    if (!cells.empty()) return cells;
    issues.error(file.at, std::string(path), "file '" + file.path.string() + "' has no rows", "is it the right file?");
    return std::nullopt;
}

}  // namespace evsweep
