/// The checks of single rows of a feeder description, before any look at how they hang together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// Positions of the first bus of each name in `description.buses`.
using BusIndex = std::map<std::string, std::size_t>;

/// What the row checks learnt.
struct CheckedRows {
    BusIndex bus;
    std::vector<const BranchRow*> closed;  ///< closed branches between two different known buses, in file order
    bool all_ends_known = true;            ///< no branch names an unknown bus
    const SourceRow* source = nullptr;     ///< the only source, at a known bus
};

/// Reports every row that is wrong by itself: ids, ends, values, shares, voltage bases, sources.
[[nodiscard]] CheckedRows check_rows(const FeederDescription& description, Issues& issues);

}  // namespace evsweep
