/// A ranking of connectors by one number that stays put while they wait, so that a decision need not sort the fleet.
#pragma once

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "evsweep/ids.hpp"

namespace evsweep {

/// Connectors in descending order of a key (ties: ascending connector). A sorted array: looking at the first costs
/// nothing, entering and leaving cost one move of memory; no allocation after construction.
class Ranking {
   public:
    explicit Ranking(std::size_t connectors) : key_(connectors, absent) { entries_.reserve(connectors); }

    [[nodiscard]] bool empty() const { return entries_.empty(); }
    [[nodiscard]] bool contains(ConnectorId c) const { return key_[c.index()] != absent; }
    /// The connector with the largest key. Not for an empty ranking.
    [[nodiscard]] ConnectorId first() const { return entries_.back().connector; }
    /// The key that `c` entered with. Not for an absent connector.
    [[nodiscard]] double key(ConnectorId c) const { return key_[c.index()]; }

    /// Enters `c`, or moves it to its new place.
    void enter(ConnectorId c, double key) {
        leave(c);
        const Entry entry{key, c};
        entries_.insert(place_of(entry), entry);
        key_[c.index()] = key;
    }
    /// Takes `c` out; nothing happens if it is not in.
    void leave(ConnectorId c) {
        if (!contains(c)) return;
        entries_.erase(place_of({key(c), c}));
        key_[c.index()] = absent;
    }

   private:
    struct Entry {
        double key;
        ConnectorId connector;
    };
    static constexpr double absent = -std::numeric_limits<double>::infinity();

    std::vector<Entry>::iterator place_of(const Entry& entry) {  // last in the array is first in rank
        return std::lower_bound(entries_.begin(), entries_.end(), entry, [](const Entry& a, const Entry& b) {
            return std::tie(a.key, b.connector) < std::tie(b.key, a.connector);
        });
    }

    std::vector<Entry> entries_;
    std::vector<double> key_;  ///< by connector
};

}  // namespace evsweep
