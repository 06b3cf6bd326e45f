/// Charging at one power or not at all, slot by slot: vehicles, what a slot has room for, and a plan.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

namespace evsweep {

/// A vehicle that is to be on in `needed` of the slots `first` to `end` - 1.
struct DiscreteVehicle {
    std::uint32_t group = 0;
    std::uint32_t first = 0;
    std::uint32_t end = 0;
    std::uint32_t needed = 0;
    bool was_on = false;  ///< in the slot before the problem begins, so that going on is no switching
};

/// Vehicles in groups (each behind one transformer) beside a base load. A limit of a slot is a power that base load and vehicles
/// together keep; infinite: none. Where the base load alone exceeds it there is room for no vehicle, which is no error.
struct DiscreteProblem {
    std::uint32_t slots = 0;
    std::uint32_t groups = 0;
    double power_kw = 0.0;              ///< of a vehicle that is on
    std::vector<double> base_kw;        ///< of the feeder, [slot]
    std::vector<double> limit_kw;       ///< of the feeder, [slot]
    std::vector<double> group_base_kw;  ///< [slot][group]
    std::vector<double> group_limit_kw;
    std::vector<DiscreteVehicle> vehicles;

    /// A problem of nothing but base load 0 and no limits.
    [[nodiscard]] static DiscreteProblem of(std::uint32_t slots, std::uint32_t groups, double power_kw);
    [[nodiscard]] std::size_t at(std::uint32_t slot, std::uint32_t group) const { return std::size_t{slot} * groups + group; }
    /// How many vehicles more than the base load a slot has room for, at most all that there are.
    [[nodiscard]] std::uint32_t room(std::uint32_t slot) const;
    [[nodiscard]] std::uint32_t room(std::uint32_t slot, std::uint32_t group) const;
    /// Slots that vehicles need in all.
    [[nodiscard]] std::uint64_t needed() const;
};

inline constexpr double no_limit_kw = std::numeric_limits<double>::infinity();

/// Everything that makes a problem meaningless, one sentence each: windows without slots, more slots needed than there are, base
/// loads that are negative or no number, limits that are no number, groups that do not exist, columns of another length.
[[nodiscard]] std::vector<std::string> faults_of(const DiscreteProblem& problem);

/// A slot in which the base load alone exceeds a limit.
struct BaseAboveLimit {
    std::uint32_t slot = 0;
    std::uint32_t group = 0;  ///< `groups` of the problem: the feeder
    double excess_kw = 0.0;
};
[[nodiscard]] std::vector<BaseAboveLimit> bases_above_limits(const DiscreteProblem& problem);

/// Who is on when: 1 or 0, [vehicle][slot].
using OnOff = std::vector<std::uint8_t>;

/// Vehicles on by slot and group, [slot][group].
[[nodiscard]] std::vector<std::uint32_t> on_by_group(const DiscreteProblem& problem, std::span<const std::uint8_t> on);
/// The sum over slots of (base load + power of the vehicles that are on)^2, kW^2.
[[nodiscard]] double squared_load_kw2(const DiscreteProblem& problem, std::span<const std::uint8_t> on);
/// Base load and vehicles by slot, kW.
[[nodiscard]] std::vector<double> load_kw(const DiscreteProblem& problem, std::span<const std::uint8_t> on);
/// How often a vehicle is switched on, all vehicles together: the number of runs of slots in which it is on, without those that
/// go on from before the problem. Half the sum of squared differences of the source (equation 5), but for a constant.
[[nodiscard]] std::uint32_t count_runs(const DiscreteProblem& problem, std::span<const std::uint8_t> on);

/// How many slots are at a limit, that is, where one vehicle more would break it.
struct SlotsAtLimit {
    std::uint32_t of_groups = 0;  ///< pairs of slot and group
    std::uint32_t of_feeder = 0;
};
[[nodiscard]] SlotsAtLimit slots_at_limit(const DiscreteProblem& problem, std::span<const std::uint8_t> on);

}  // namespace evsweep
