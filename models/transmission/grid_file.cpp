#include "transmission/grid_file.hpp"

#include <utility>

#include "evsweep/text_file.hpp"
#include "transmission/grid_matpower.hpp"
#include "transmission/grid_yaml.hpp"

namespace evsweep {

namespace {

/// A node in one line of YAML.
std::string grid_in_one_line(const Node& node) {
    std::string inside;
    for (const Node& item : node.items) inside += (inside.empty() ? "" : ", ") + grid_in_one_line(item);
    for (const auto& [key, value] : node.entries)
        inside += (inside.empty() ? "" : ", ") + key.scalar + ": " + grid_in_one_line(value);
    if (node.is_map()) return "{" + inside + "}";
    if (node.is_sequence()) return "[" + inside + "]";
    return node.is_null() ? "~" : Value<std::string>::text(node.scalar);
}

}  // namespace

std::optional<GridFile> Value<GridFile>::read(const Node& node, std::string_view path, Reader& reader) {
    std::optional<GridCase> grid;
    std::string text;
    if (node.is_map()) {
        text = grid_in_one_line(node);
        grid = read_grid_map(node, std::string(path), reader.issues);
    } else if (const auto file = Value<FilePath>::read(node, path, reader)) {
        text = Value<FilePath>::text(*file);
        const auto content = read_text(*file, path, reader.issues);
        const bool is_matpower = file->path.extension() == ".m";
        if (content)
            grid = is_matpower ? read_grid_matpower(*content, file->path, reader.issues)
                               : read_grid_yaml(*content, file->path, reader.issues);
    }
    if (!grid) return std::nullopt;
    return GridFile{std::move(text), std::make_shared<const GridCase>(std::move(*grid))};
}

}  // namespace evsweep
