/// The checks of single rows of a feeder description, before any look at how they hang together.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// Positions of the first bus of each name in `description.buses`.
using BusIndex = std::map<std::string, std::size_t>;

/// A closed branch or transformer between two different known buses.
struct ClosedRow {
    const BranchRow* branch = nullptr;  ///< one of the two
    const TransformerRow* transformer = nullptr;
    std::size_t from = 0;  ///< buses, by position in the description
    std::size_t to = 0;
    [[nodiscard]] const std::string& id() const { return branch ? branch->id : transformer->id; }
    [[nodiscard]] const Position& at() const { return branch ? branch->at : transformer->at; }
};

/// What the row checks learnt.
struct CheckedRows {
    BusIndex bus;
    std::vector<ClosedRow> closed;      ///< in file order: branches, then transformers
    bool all_ends_known = true;         ///< no branch names an unknown bus
    const SourceRow* source = nullptr;  ///< the only source, at a known bus
};

/// Reports every row that is wrong by itself: ids, ends, conductors, values, shares, voltage bases, sources.
[[nodiscard]] CheckedRows check_rows(const FeederDescription& description, Issues& issues);

/// The same for what controls the feeder: regulators, capacitor controls, profiles.
void check_controls(const FeederDescription& description, Issues& issues);

/// Of the inverter and the curves of an injection control; other laws have none.
void check_inverter(const InjectionControlRow& row, Issues& issues);

/// Both, for whoever passes a description on without building its feeder.
void check_feeder_rows(const FeederDescription& description, Issues& issues);

}  // namespace evsweep
