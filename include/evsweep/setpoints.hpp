/// The active and reactive setpoints of connection points: those in force, and the changes that a decision makes.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/ids.hpp"
#include "evsweep/quantity.hpp"

namespace evsweep {

/// The setpoints of all connection points of a replica, and which of them have been changed but not yet taken over. The machine's
/// side of `Setpoints`; no party is given it.
class SetpointTable {
   public:
    explicit SetpointTable(std::size_t connectors) : p_(connectors), q_(connectors), marked_(connectors, 0) {
        changed_.reserve(connectors);
    }

    [[nodiscard]] double p_kw(ConnectorId c) const { return p_[c.index()]; }
    [[nodiscard]] double q_kvar(ConnectorId c) const { return q_[c.index()]; }
    [[nodiscard]] std::span<const double> p_kw() const { return p_.raw(); }
    [[nodiscard]] std::span<const double> q_kvar() const { return q_.raw(); }
    void set(ConnectorId c, Kilowatts p, Kilovars q) {
        const std::size_t i = c.index();
        if (p_[i] == p.value() && q_[i] == q.value()) return;
        p_[i] = p.value();
        q_[i] = q.value();
        if (!marked_[i]) {
            marked_[i] = 1;
            changed_.push_back(c);
        }
    }
    /// Connectors changed since `accept`, in the order of their first change.
    [[nodiscard]] std::span<const ConnectorId> changed() const { return changed_; }
    /// All changes are in force.
    void accept() {
        for (ConnectorId c : changed_) marked_[c.index()] = 0;
        changed_.clear();
    }

   private:
    Column<Kilowatts> p_;
    Column<Kilovars> q_;
    std::vector<std::uint8_t> marked_;
    std::vector<ConnectorId> changed_;
};

/// What a decision may do to setpoints. They stay in force until changed, or until the battery or the unplugging ends them.
class Setpoints {
   public:
    explicit Setpoints(SetpointTable& table) : table_(table) {}

    [[nodiscard]] double p_kw(ConnectorId c) const { return table_.p_kw(c); }
    [[nodiscard]] double q_kvar(ConnectorId c) const { return table_.q_kvar(c); }
    /// Positive draws from the grid.
    void set(ConnectorId c, Kilowatts p, Kilovars q = {}) { table_.set(c, p, q); }

   private:
    SetpointTable& table_;
};

}  // namespace evsweep
