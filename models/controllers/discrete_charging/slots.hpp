/// The slots of a controller that switches chargers on and off: when they begin, and what there is room for.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "controllers/discrete_charging/slot_limits.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/forecast.hpp"
#include "solvers/discrete_charging/discrete_problem.hpp"

namespace evsweep {

/// Slots of one length, numbered from the start of the scenario, and the limits in them. Groups of the problems are transformers,
/// and behind them one group without a limit for connectors behind none.
class ChargingSlots {
   public:
    /// Throws PartyError where the power is none of a charger, a group is unknown, or the period is no whole number of control
    /// steps or does not fit to the limits. Rows of limits that are not those of the scenario, and warnings, go to
    /// `context.issues`; where there is none, such rows throw, too.
    ChargingSlots(Kilowatts power, Duration period, const std::optional<SlotLimits>& limits, const Controller::Context& context);

    [[nodiscard]] double power_kw() const { return power_kw_; }
    [[nodiscard]] double kwh() const { return power_kw_ * hours(period_); }
    [[nodiscard]] std::uint32_t slot_at(Instant t) const { return static_cast<std::uint32_t>(t.time_since_epoch() / period_); }
    [[nodiscard]] bool begins_at(Instant t) const { return t.time_since_epoch() % period_ == Duration::zero(); }
    [[nodiscard]] Instant begin_of(std::uint32_t slot) const { return Instant(period_ * static_cast<std::int64_t>(slot)); }
    /// The first slot that begins at `t` or later, and the number of those that have ended by then.
    [[nodiscard]] std::uint32_t first_from(Instant t) const { return slot_at(t + period_ - Duration(1)); }
    [[nodiscard]] std::uint32_t group_of(ConnectorId c) const { return group_of_[c.index()]; }
    [[nodiscard]] std::uint32_t groups() const { return groups_; }
    /// Of a group, for messages.
    [[nodiscard]] const std::string& name_of_group(std::uint32_t group) const { return names_[group]; }

    /// A problem of the slots `first` to `end` - 1 without vehicles. The base load of the feeder in a slot is the mean of the
    /// forecast over its control steps. Throws PartyError where the limits do not reach so far or the forecast is no number.
    [[nodiscard]] DiscreteProblem problem(std::uint32_t first, std::uint32_t end, const Forecast& base) const;
    /// Slots that an energy (drawn from the grid) takes; the last may be used in part.
    [[nodiscard]] std::uint32_t slots_for(double kwh) const;

   private:
    void check_chargers(const Controller::Context& context) const;
    void check_limits(const Controller::Context& context) const;
    /// Of vehicles that limits are on and another controller decides, and of own ones that no transformer's limit is on.
    void warn_of_unseen(const Controller::Context& context, Issues& issues) const;
    [[nodiscard]] double base_kw(std::uint32_t slot, const Forecast& base) const;

    double power_kw_;
    Duration period_, step_;
    std::optional<SlotLimits> limits_;
    std::vector<std::uint32_t> group_of_;
    std::uint32_t groups_ = 1;
    std::vector<std::string> names_;
};

/// The window of a stay in slots of a problem that begins with slot `first` and has `slots`: whole slots; where those are too few
/// for what is needed, also the parts of slots at both ends.
[[nodiscard]] DiscreteVehicle vehicle_of(const ChargingSlots& slots, const DiscreteProblem& problem, std::uint32_t first,
                                         Instant from, Instant until, std::uint32_t needed);

/// What a slot has room for beside the vehicles that are on.
class SlotRoom {
   public:
    /// `of_slot`: a problem of one slot; `on_by_group`: vehicles that are on in it.
    SlotRoom(const DiscreteProblem& of_slot, std::vector<std::uint32_t> on_by_group);
    /// Whether one vehicle more keeps the limits; if so, it is on from now on.
    [[nodiscard]] bool take(std::uint32_t group);

   private:
    const DiscreteProblem& of_slot_;
    std::vector<std::uint32_t> on_;
    std::uint32_t all_ = 0;
};

/// What the controller has done so far.
class SwitchTally {
   public:
    SwitchTally(const ChargingSlots& slots, std::size_t connectors) : slots_(&slots), is_on_(connectors, 0) {}

    [[nodiscard]] bool is_on(ConnectorId c) const { return is_on_[c.index()] != 0; }
    /// Those who left or whose battery ended the charging are off.
    void take_note(const Connection& seen);
    /// Sets a connector to the power, or to 0, and counts. A full battery is left alone.
    void set(const Connection& seen, ConnectorId c, bool turn_on, Setpoints& setpoints);
    /// At the beginning of a slot, when all is set: whether one more vehicle would break a limit.
    void count_slot(const DiscreteProblem& of_slot, const Connection& seen);
    /// Vehicles that are on, by group.
    [[nodiscard]] std::vector<std::uint32_t> on_by_group(const Connection& seen) const;

    [[nodiscard]] std::vector<Counter> counters() const;

   private:
    const ChargingSlots* slots_;
    std::vector<std::uint8_t> is_on_;
    std::uint64_t runs_ = 0, switchings_ = 0, group_slots_at_limit_ = 0, slots_at_limit_ = 0, group_slots_above_ = 0,
                  slots_above_ = 0;
};

}  // namespace evsweep
