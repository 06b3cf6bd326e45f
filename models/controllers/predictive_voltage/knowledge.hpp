/// What somebody knows of the others, from the messages heard: summed up by place, as the local problems need it.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "controllers/predictive_voltage/trajectory.hpp"
#include "controllers/predictive_voltage/voltage_slopes.hpp"

namespace evsweep {

/// The time grid that plans are on.
struct PlanPeriods {
    Duration period{};
    std::size_t horizon = 1;
    /// How many periods ago `then` was.
    [[nodiscard]] std::int64_t age(Instant then, Instant now) const { return (now - then) / period; }
    /// Where period `l` of a plan that begins at `now` begins.
    [[nodiscard]] Instant begin(Instant now, std::size_t l) const { return now + static_cast<std::int64_t>(l) * period; }
};

/// By how much a plan differs from what was in force when the voltage was measured, by period: what its peers compute with.
struct PlanChange {
    Plan p_kw{};
    Plan q_kvar{};
};

/// What `message` announces for the periods from `now` on: the last value holds, and 0 from its unplugging on.
[[nodiscard]] PlanChange announced_change(const Trajectory& message, Instant now, const PlanPeriods& grid);

/// The messages of all known members summed up by place. With j over the known members,
///   D_s(l) = sum_j S^Q_sj (u_j(l) - q_j) + S^P_sj (P_j(l) - p_j)
/// is by how much the voltage at place s will differ in period l from what was measured there.
class Knowledge {
   public:
    Knowledge(const VoltageSlopes& slopes, PlanPeriods grid);

    /// Forgets everybody.
    void clear(Instant now);
    /// A known member at `place`, by its last message.
    void add(std::size_t place, const Trajectory& message);
    /// Sums up what was added.
    void finish();

    /// Known members at a place, and the places that have any.
    [[nodiscard]] double count(std::size_t place) const { return count_[place]; }
    [[nodiscard]] std::span<const std::uint32_t> occupied() const { return occupied_; }
    /// Sum of V - 1 over the known members at a place, as measured.
    [[nodiscard]] double deviation_pu(std::size_t place) const { return deviation_[place]; }
    [[nodiscard]] double change_pu(std::size_t place, std::size_t l) const { return change_[place * grid_.horizon + l]; }
    /// Known members at a place whose measurement is `age` periods old; ages below `ages()`.
    [[nodiscard]] double count_of_age(std::size_t place, std::size_t age) const {
        return age < count_by_age_.size() ? count_by_age_[age][place] : 0.0;
    }
    [[nodiscard]] std::span<const std::uint32_t> ages() const { return ages_; }  ///< that occur, ascending
    /// Messages that were added, and their ages in periods together.
    [[nodiscard]] std::uint64_t messages() const { return messages_; }
    [[nodiscard]] std::uint64_t summed_age() const { return summed_age_; }

   private:
    const VoltageSlopes* slopes_;
    PlanPeriods grid_;
    Instant now_{};
    std::vector<double> count_, deviation_;          ///< by place
    std::vector<double> p_change_, q_change_;        ///< [place][period], kW and kvar
    std::vector<double> change_;                     ///< [place][period], pu
    std::vector<std::vector<double>> count_by_age_;  ///< [age][place]
    std::vector<std::uint32_t> ages_, occupied_;
    std::uint64_t messages_ = 0, summed_age_ = 0;
};

}  // namespace evsweep
