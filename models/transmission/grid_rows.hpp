/// A grid as a file says it, row by row with places, whatever the format; and how it becomes a case.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "transmission/grid_case.hpp"

namespace evsweep {

/// Where a row stands.
struct GridRowPlace {
    Position at{};
    std::string path{};  ///< e.g. "branches[3]"
};

struct GridBusRow : GridBus {
    bool is_reference = false;
    GridRowPlace place{};
};
struct GridBranchRow : GridBranch {
    std::string from_bus{}, to_bus{};
    GridRowPlace place{};
};
struct GridGeneratorRow : GridGenerator {
    std::string at_bus{};
    GridRowPlace place{};
};

struct GridCaseRows {
    std::string name;
    double base_mva = 100.0;
    Position at{};  ///< of the whole
    std::vector<GridBusRow> buses{};
    std::vector<GridBranchRow> branches{};
    std::vector<GridGeneratorRow> generators{};
    /// Whether all rows could be read; where not, nothing is said of what hangs together.
    bool is_complete = true;
    std::vector<std::string> unread_buses{};  ///< names of buses that are there and could not be read
    /// Name of the reference and where that stands, of formats that name it apart from the buses.
    std::optional<std::pair<std::string, GridRowPlace>> reference{};
};

/// Reports everything that is wrong with the rows, each at its place: unknown and doubled names, numbers that are none, negative
/// resistances, limits the wrong way round, costs that are not convex, isolated buses, parts that do not hang together, and a
/// missing reference. Rows without a name get one: branches FROM-TO, generators that of their bus.
[[nodiscard]] std::optional<GridCase> build_case(GridCaseRows rows, Issues& issues);

}  // namespace evsweep
