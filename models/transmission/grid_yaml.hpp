/// The project's own file of a transmission grid: YAML with units.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "evsweep/document.hpp"
#include "transmission/grid_rows.hpp"

namespace evsweep {

/// Reports every problem at its place in `file`. Nothing where there was any.
[[nodiscard]] std::optional<GridCase> read_grid_yaml(const std::string& text, const std::filesystem::path& file, Issues& issues);

/// The same of a map that stands in another document, under `path` there.
[[nodiscard]] std::optional<GridCase> read_grid_map(const Node& root, const std::string& path, Issues& issues);

}  // namespace evsweep
