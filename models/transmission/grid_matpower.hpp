/// MATPOWER cases as transmission grids: limits, costs and all that a radial feeder has no use for.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "transmission/grid_rows.hpp"

namespace evsweep {

/// Reads a case of version 2. Polynomial costs up to the second degree count; what has no meaning here and would change the
/// answer (piecewise linear costs, costs of reactive power, angle limits, dispatchable loads) is refused at its row. Nothing
/// where there was any problem.
[[nodiscard]] std::optional<GridCase> read_grid_matpower(const std::string& text, const std::filesystem::path& file,
                                                         Issues& issues);

}  // namespace evsweep
