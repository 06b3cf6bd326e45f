/// Which signals a record takes down: they are found by name, matched with what they have one value of, and read.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "evsweep/output.hpp"

namespace evsweep {

/// One signal of a record.
struct RecordedSignal {
    std::string name;
    std::string meaning;  ///< for people: "voltage, at the connection point"
    std::string unit;
    Extent extent = Extent::feeder;
    bool is_electrical = false;  ///< unknown where a step has no load-flow solution
    Slot slot;
    Coordinate axis{};     ///< of what it has one value of; without a name where that is the feeder
    std::size_t size = 1;  ///< values at an instant

    /// Its values at an instant, `size` of them; none where nobody knows them: without a solution, or without any vehicle.
    [[nodiscard]] std::span<const double> row(const Snapshot& s) const;
    /// The dimensions of its values over time.
    [[nodiscard]] std::vector<std::string> dims() const;
    /// Whether its members are few and have names of their own: groups and areas.
    [[nodiscard]] bool has_named_members() const {
        return extent == Extent::group || extent == Extent::area || extent == Extent::site;
    }
    /// Whether each of its numbers is of one value, not of many places.
    [[nodiscard]] bool is_one_value() const { return extent == Extent::feeder || has_named_members(); }
};

/// The signals of these names, subscribed to, in this order; those of which the study has no value (no vehicles, no branches) are
/// left out. Throws ContractViolation with all names that are not known.
[[nodiscard]] std::vector<RecordedSignal> find_signals(const std::vector<std::string>& names, const Output::Context& context);

}  // namespace evsweep
