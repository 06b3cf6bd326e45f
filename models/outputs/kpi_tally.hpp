/// The sums and extremes that key performance indicators are read from, gathered while a replica runs.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <span>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/output.hpp"
#include "outputs/clock_hours.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/marks.hpp"
#include "outputs/rounding.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep::kpi {

/// What all recorders of one study share.
struct Frame {
    Output::Context context;
    Marks marks;
    RatedConductors rated;
    LivePhases phases;
    SupplyGroups supply;
    double short_below = 0.0;      ///< state of charge by which a vehicle may miss its target
    double unbalance_limit = 0.0;  ///< |V2|/|V1| above which time is counted
};

/// Depths at which minutes beyond limits are told besides: loadings in percent, voltages in pu outside the band.
inline constexpr std::array deep_loadings_pct{110.0, 120.0};
inline constexpr std::array deep_voltages_pu{0.02, 0.05};

/// The largest value seen and when it was first reached, NaN while nothing was seen. Neither a rise that is no more than rounding
/// nor the order of sums decides when a flat maximum is told to be.
struct Highest {
    double value = not_a_number;
    Instant when{};
    /// Whether it was reached now.
    bool see(double candidate, Instant now) {
        if (!is_beyond_rounding(noted_, candidate)) {
            if (candidate > value) value = candidate;
            return false;
        }
        value = noted_ = candidate;
        when = now;
        return true;
    }

   private:
    double noted_ = not_a_number;  ///< the value at `when`
};

/// The smallest value seen, likewise.
struct Lowest {
    double value = not_a_number;
    Instant when{};
    bool see(double candidate, Instant now) {
        if (!is_beyond_rounding(candidate, noted_)) {
            if (candidate < value) value = candidate;
            return false;
        }
        value = noted_ = candidate;
        when = now;
        return true;
    }

   private:
    double noted_ = not_a_number;
};

/// When the extreme was seen, in hours since the scenario's start.
template <class Extreme>
[[nodiscard]] double hour_of(const Extreme& extreme) {
    return std::isnan(extreme.value) ? not_a_number : hours(extreme.when.time_since_epoch());
}

/// What one group of supply voltages has seen.
struct SupplyTally {
    Lowest vmin_pu;
    Highest vmax_pu;
    std::size_t steps_outside = 0;
};

/// Powers and voltages at the control instants.
class NetworkTally {
   public:
    explicit NetworkTally(const Frame& frame)
        : supply(frame.supply.size()), phase_loading_pct(frame.phases.size()), frame_(frame) {}

    void see(const Snapshot& s) {
        ev_kvar.see(std::abs(s.ev_kvar), s.now);
        if (!s.solved) {
            see_no_solution(s);
            return;
        }
        ++solved_steps;
        see_powers(s);
        see_voltages(s);
        if (!frame_.rated.empty()) see_currents(s);
        see_unbalance(s);
    }
    [[nodiscard]] double minutes(std::size_t steps) const {
        return 60.0 * hours(frame_.context.step) * static_cast<double>(steps);
    }

    Highest demand_kw, source_kw, loss_kw, demand_mark_kw, loss_mark_kw, vmax_pu, loading_pct, unbalance, neutral_a;
    Highest beyond_band_pu;  ///< of buses that are held to limits
    Highest ev_kvar;         ///< drawn or given
    Lowest valley_kw, vmin_pu, vmin_mark_pu;
    std::size_t vmin_at = 0, vmax_at = 0;  ///< FeederSite::supply
    BusId unbalance_bus;
    BranchId neutral_branch;
    std::vector<SupplyTally> supply;         ///< as SupplyGroups
    std::vector<Highest> phase_loading_pct;  ///< as LivePhases
    std::size_t steps_unbalanced = 0;
    std::size_t steps_outside = 0, steps_below = 0, steps_above = 0;
    std::array<std::size_t, deep_voltages_pu.size()> steps_far_outside{};
    std::size_t steps_caused = 0;
    std::size_t steps_overloaded = 0;
    std::array<std::size_t, deep_loadings_pct.size()> steps_deeply_overloaded{};
    double overload_kvah = 0.0;
    std::size_t unsolved_steps = 0;
    std::size_t solved_steps = 0;

   private:
    /// A feeder without a solution cannot be operated: the step is beyond every limit that minutes are counted of.
    void see_no_solution(const Snapshot& s) {
        ++unsolved_steps;
        ++steps_overloaded;
        ++steps_unbalanced;
        ++steps_below;
        for (SupplyTally& group : supply) ++group.steps_outside;
        for (std::size_t& steps : steps_far_outside) ++steps;
        for (std::size_t& steps : steps_deeply_overloaded) ++steps;
        see_outside(s);
    }

    /// A step outside the band, and whether the vehicles are the cause.
    void see_outside(const Snapshot& s) {
        ++steps_outside;
        const auto& without_vehicles = frame_.context.base_outside_band;
        if (without_vehicles.empty()) return;
        EVSWEEP_EXPECTS(s.step < without_vehicles.size(), "the feeder without vehicles is known at every step");
        if (!without_vehicles[s.step]) ++steps_caused;
    }

    void see_powers(const Snapshot& s) {
        const double demand = evsweep::demand_kw(s);
        demand_kw.see(demand, s.now);
        valley_kw.see(demand, s.now);
        source_kw.see(s.source_kw, s.now);
        loss_kw.see(s.loss_kw, s.now);
        if (!frame_.marks.at(s.now)) return;
        demand_mark_kw.see(demand, s.now);
        loss_mark_kw.see(s.loss_kw, s.now);
    }

    void see_voltages(const Snapshot& s) {
        const VoltageRange held = see_supplies(s);
        const double below = frame_.context.voltage_min_pu - held.min_pu;
        const double above = held.max_pu - frame_.context.voltage_max_pu;
        const double beyond = std::max(below, above);
        beyond_band_pu.see(std::max(0.0, beyond), s.now);
        if (!is_outside(held)) return;
        see_outside(s);
        if (below > frame_.context.voltage_tolerance_pu) ++steps_below;
        if (above > frame_.context.voltage_tolerance_pu) ++steps_above;
        for (std::size_t d = 0; d < deep_voltages_pu.size(); ++d)
            if (beyond > deep_voltages_pu[d]) ++steps_far_outside[d];
    }

    [[nodiscard]] bool is_outside(const VoltageRange& range) const {
        const Output::Context& limits = frame_.context;
        return !(range.min_pu >= limits.voltage_min_pu - limits.voltage_tolerance_pu &&
                 range.max_pu <= limits.voltage_max_pu + limits.voltage_tolerance_pu);
    }

    /// Voltages group by group; returns the range of all that are held to limits.
    VoltageRange see_supplies(const Snapshot& s) {
        VoltageRange all, all_held;
        for (std::size_t k = 0; k < supply.size(); ++k) {
            const VoltageRange held = frame_.supply.range_held(s, k);
            const VoltageRange range = frame_.supply.with_source(held, s, k);
            all = enclosing(all, range);
            all_held = enclosing(all_held, held);
            if (vmin_pu.see(range.min_pu, s.now)) vmin_at = frame_.supply.place(s, k, range.min_pu);
            if (vmax_pu.see(range.max_pu, s.now)) vmax_at = frame_.supply.place(s, k, range.max_pu);
            supply[k].vmin_pu.see(range.min_pu, s.now);
            supply[k].vmax_pu.see(range.max_pu, s.now);
            if (is_outside(held)) ++supply[k].steps_outside;
        }
        if (frame_.marks.at(s.now)) vmin_mark_pu.see(all.min_pu, s.now);
        return all_held;
    }

    void see_currents(const Snapshot& s) {
        double highest = 0.0;
        double excess_kva = 0.0;
        for (std::size_t k = 0; k < frame_.rated.size(); ++k) {
            const double loading = frame_.rated.loading_pct(s, k);
            highest = std::max(highest, loading);
            excess_kva += frame_.rated.excess_kva(loading, k);
            const auto p = frame_.phases.phase_of(frame_.rated.conductor(k));
            if (p) phase_loading_pct[*p].see(loading, s.now);
        }
        loading_pct.see(highest, s.now);
        overload_kvah += excess_kva * hours(frame_.context.step);
        if (highest > 100.0 * (1.0 + frame_.context.loading_tolerance)) ++steps_overloaded;
        for (std::size_t d = 0; d < deep_loadings_pct.size(); ++d)
            if (highest > deep_loadings_pct[d]) ++steps_deeply_overloaded[d];
    }

    void see_unbalance(const Snapshot& s) {
        double highest = 0.0;
        for (std::size_t b = 0; b < s.unbalance.size(); ++b) {
            if (std::isnan(s.unbalance[b])) continue;
            highest = std::max(highest, s.unbalance[b]);
            if (unbalance.see(s.unbalance[b], s.now)) unbalance_bus = BusId(b);
        }
        if (highest > frame_.unbalance_limit) ++steps_unbalanced;
        for (std::size_t b = 0; b < s.neutral_a.size(); ++b) {
            if (neutral_a.see(s.neutral_a[b], s.now)) neutral_branch = BranchId(b);
        }
    }

    const Frame& frame_;
};

/// Energies and money over the intervals between control instants.
class EnergyTally {
   public:
    explicit EnergyTally(const Calendar& calendar) : clock_hours(calendar) {}

    /// What vehicles drew and paid is known without a load flow; the feeder's own energy is not.
    void see(const Interval& i) {
        charged_kwh += i.charged_kwh;
        discharged_kwh += i.discharged_kwh;
        purchases += i.charged_kwh * i.price;
        sales += i.discharged_kwh * i.sell_price;
        price_at_end = i.price;
        highest_price = std::max({highest_price, i.price, i.sell_price});
        tap_steps += i.tap_steps;
        switchings += i.switchings;
        if (!i.solved) return;
        const double demand = i.load_kwh + i.charged_kwh - i.discharged_kwh;
        demand_kwh += demand;
        source_kwh += i.source_kwh;
        loss_kwh += i.loss_kwh;
        solved += i.end - i.begin;
        clock_hours.add(i.begin, i.end, demand);
    }
    /// An energy of the feeder, which is only known where something was solved.
    [[nodiscard]] double if_solved(double kwh) const { return solved > Duration::zero() ? kwh : not_a_number; }
    [[nodiscard]] double mean_demand_kw() const { return solved > Duration::zero() ? demand_kwh / hours(solved) : not_a_number; }

    double demand_kwh = 0.0, source_kwh = 0.0, loss_kwh = 0.0, charged_kwh = 0.0, discharged_kwh = 0.0;
    double purchases = 0.0, sales = 0.0;
    double price_at_end = 0.0;   ///< of buying
    double highest_price = 0.0;  ///< of buying or selling; none is below 0
    double tap_steps = 0.0, switchings = 0.0;
    Duration solved{};
    ClockHours clock_hours;
};

/// What the vehicles got, from whole stays.
class FleetTally {
   public:
    FleetTally(const Population& population, double short_below)
        : short_below_(short_below),
          stays_asked_(population.all_stays()),
          vehicles_(population.vehicles),
          capacity_kwh_(total(population.vehicles.capacity.raw())),
          short_(population.vehicles.size(), false),
          returned_(population.vehicles.size(), false) {}

    void see(const Interval& i) { throughput_kwh_ += i.stored_kwh + i.released_kwh; }
    void see(const SessionRecord& r) {
        const std::size_t vehicle = r.session.vehicle.index();
        if (r.discharged_kwh > 0.0) returned_[vehicle] = true;
        const double missing = r.session.target_soc - r.final_soc;
        const double missing_kwh = std::max(0.0, missing) * r.capacity_kwh;
        const double per_stored = 1.0 / vehicles_.stored_per_drawn.raw()[vehicle];
        const double lacking = std::max(0.0, std::max(r.session.target_soc, r.session.initial_soc) - r.final_soc);
        lacking_drawn_kwh_ += lacking * r.capacity_kwh * per_stored;
        if (!r.complete) {  // who has not left yet cannot have left short
            owed_kwh_ += missing_kwh;
            owed_drawn_kwh_ += missing_kwh * per_stored;
            return;
        }
        ++stays_;
        recharge_h_ += hours(r.recharged_at.value_or(r.end) - r.session.plug_in);
        unserved_kwh_ += missing_kwh;
        if (missing > short_below_) short_[vehicle] = true;
    }

    /// Mean over whole stays of the hours until the vehicle was recharged; of one that never was, of all its hours. NaN without
    /// any.
    [[nodiscard]] double recharge_h() const { return stays_ > 0 ? recharge_h_ / static_cast<double>(stays_) : not_a_number; }
    [[nodiscard]] double unserved_kwh() const { return unserved_kwh_; }
    /// Energy to their targets that vehicles still plugged in at the end lack: in batteries, and to be drawn for it.
    [[nodiscard]] double owed_kwh() const { return owed_kwh_; }
    [[nodiscard]] double owed_drawn_kwh() const { return owed_drawn_kwh_; }
    /// To be drawn so that every battery had at the end of its stay what was wanted, and no less than it came with.
    [[nodiscard]] double lacking_drawn_kwh() const { return lacking_drawn_kwh_; }
    [[nodiscard]] double short_vehicles() const { return number_of(short_); }
    [[nodiscard]] double v2g_vehicles() const { return number_of(returned_); }
    /// What became of the stays that could not be played as they were drawn.
    [[nodiscard]] const StayTally& stays_asked() const { return stays_asked_; }
    /// Energy through all batteries over twice their capacity; driving is not seen.
    [[nodiscard]] double cycles() const { return capacity_kwh_ > 0.0 ? throughput_kwh_ / (2.0 * capacity_kwh_) : 0.0; }

   private:
    static double total(std::span<const double> values) {
        double sum = 0.0;
        for (const double v : values) sum += v;
        return sum;
    }
    static double number_of(const std::vector<bool>& marked) {
        return static_cast<double>(std::count(marked.begin(), marked.end(), true));
    }

    double short_below_;
    StayTally stays_asked_;
    const Vehicles& vehicles_;
    double capacity_kwh_;
    double unserved_kwh_ = 0.0, owed_kwh_ = 0.0, owed_drawn_kwh_ = 0.0, lacking_drawn_kwh_ = 0.0;
    double throughput_kwh_ = 0.0;
    double recharge_h_ = 0.0;  // of all whole stays together
    std::size_t stays_ = 0;
    std::vector<bool> short_;     // by vehicle
    std::vector<bool> returned_;  // by vehicle
};

/// All that one replica's KPIs follow from.
struct Tally {
    NetworkTally network;
    EnergyTally energy;
    FleetTally fleet;
};

/// One KPI: what people are told, and how it follows from the tally.
struct Kpi {
    Variable variable;
    std::function<double(const Tally&)> value;
};

}  // namespace evsweep::kpi
