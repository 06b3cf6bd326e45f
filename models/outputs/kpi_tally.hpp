/// The sums and extremes that key performance indicators are read from, gathered while a replica runs.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <span>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/output.hpp"
#include "evsweep/stationary.hpp"
#include "outputs/clock_hours.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/highest_lowest.hpp"
#include "outputs/marks.hpp"
#include "outputs/queue_tally.hpp"
#include "outputs/rounding.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep::kpi {

/// The signals that KPIs follow from. Currents are read only where a branch has a rating, and unbalance and neutral currents only
/// on feeders that are not balanced.
struct Signals {
    SubscriptionTo<signals::feeder_head> feeder_head;
    SubscriptionTo<signals::load_power> load_power;
    SubscriptionTo<signals::loss_power> loss_power;
    SubscriptionTo<signals::charging_power> charging_power;
    SubscriptionTo<signals::discharging_power> discharging_power;
    SubscriptionTo<signals::fleet_reactive_power> fleet_reactive_power;
    SubscriptionTo<signals::supply_voltage> supply_voltage;
    SubscriptionTo<signals::outside_band_without_vehicles> outside_band_without_vehicles;
    SubscriptionTo<signals::conductor_current> conductor_current{};
    SubscriptionTo<signals::unbalance> unbalance{};
    SubscriptionTo<signals::neutral_current> neutral_current{};
    SubscriptionTo<signals::site_limit> site_limit{};
    SubscriptionTo<signals::site_power> site_power{};

    /// Where the scenario has sites.
    void subscribe_to_sites(OutputExchange& exchange) {
        site_limit = exchange.subscribe(signals::site_limit);
        site_power = exchange.subscribe(signals::site_power);
    }

    Signals(OutputExchange& exchange, bool has_ratings, bool has_unbalance)
        : feeder_head(exchange.subscribe(signals::feeder_head)),
          load_power(exchange.subscribe(signals::load_power)),
          loss_power(exchange.subscribe(signals::loss_power)),
          charging_power(exchange.subscribe(signals::charging_power)),
          discharging_power(exchange.subscribe(signals::discharging_power)),
          fleet_reactive_power(exchange.subscribe(signals::fleet_reactive_power)),
          supply_voltage(exchange.subscribe(signals::supply_voltage)),
          outside_band_without_vehicles(exchange.subscribe(signals::outside_band_without_vehicles)) {
        if (has_ratings) conductor_current = exchange.subscribe(signals::conductor_current);
        if (!has_unbalance) return;
        unbalance = exchange.subscribe(signals::unbalance);
        neutral_current = exchange.subscribe(signals::neutral_current);
    }
};

/// What counts as beyond a limit.
struct Limits {
    VoltageBands bands;
    double voltage_tolerance_pu = 0.0;
    double loading_tolerance = 0.0;  ///< as a share of the rating
    double unbalance = 0.0;          ///< |V2|/|V1| above which time is counted
    double short_below = 0.0;        ///< state of charge by which a vehicle may miss its target
};

/// How far some voltages are below and above their bands; negative where they are inside.
struct BandExcess {
    double below_pu = -std::numeric_limits<double>::infinity();
    double above_pu = -std::numeric_limits<double>::infinity();
};
[[nodiscard]] inline BandExcess larger(const BandExcess& a, const BandExcess& b) {
    return {std::max(a.below_pu, b.below_pu), std::max(a.above_pu, b.above_pu)};
}

/// What all recorders of one study share.
struct Frame {
    const FeederSite& feeder;
    bool balanced;
    bool has_generators;
    bool has_queues;
    bool has_trips;
    Calendar calendar;
    Duration step;
    Instant measure_from;
    Instant end;
    Marks marks;
    RatedConductors rated;
    LivePhases phases;
    SupplyGroups supply;
    Limits limits;
    Signals signals;
    LevelHandle recharged;             ///< a vehicle that has come so close to its target counts as recharged
    std::vector<std::string> sites{};  ///< with limits of their own
};

/// Depths at which minutes beyond limits are recorded besides: loadings in percent, voltages in pu outside the band.
inline constexpr std::array deep_loadings_pct{110.0, 120.0};
inline constexpr std::array deep_voltages_pu{0.02, 0.05};

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
        ev_kvar.see(std::abs(s.value(frame_.signals.fleet_reactive_power)), s.now);
        if (!s.solved) {
            see_no_solution(s);
            return;
        }
        ++solved_steps;
        see_powers(s);
        see_voltages(s);
        if (!frame_.rated.empty()) see_currents(s);
        if (!frame_.balanced) see_unbalance(s);
    }
    [[nodiscard]] double minutes(std::size_t steps) const { return 60.0 * hours(frame_.step) * static_cast<double>(steps); }

    Highest demand_kw, source_kw, reverse_kw, loss_kw, demand_mark_kw, loss_mark_kw, vmax_pu, loading_pct, unbalance, neutral_a;
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
    std::size_t steps_overloaded = 0, steps_line_overloaded = 0, steps_transformer_overloaded = 0;
    std::array<std::size_t, deep_loadings_pct.size()> steps_deeply_overloaded{};
    double overload_kvah = 0.0;
    std::size_t unsolved_steps = 0;
    std::size_t solved_steps = 0;

   private:
    /// A feeder without a solution cannot be operated: the step is beyond every limit that minutes are counted of.
    void see_no_solution(const Snapshot& s) {
        ++unsolved_steps;
        ++steps_overloaded;
        ++steps_line_overloaded;
        ++steps_transformer_overloaded;
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
        if (s.value(frame_.signals.outside_band_without_vehicles) == 0.0) ++steps_caused;  // not where it is not known
    }

    void see_powers(const Snapshot& s) {
        const Signals& read = frame_.signals;
        const double demand =
            evsweep::demand_kw(s.value(read.load_power), s.value(read.charging_power), s.value(read.discharging_power));
        const double loss = s.value(read.loss_power);
        demand_kw.see(demand, s.now);
        valley_kw.see(demand, s.now);
        const double source = s.value(read.feeder_head);
        source_kw.see(source, s.now);
        reverse_kw.see(std::max(0.0, -source), s.now);
        loss_kw.see(loss, s.now);
        if (!frame_.marks.at(s.now)) return;
        demand_mark_kw.see(demand, s.now);
        loss_mark_kw.see(loss, s.now);
    }

    void see_voltages(const Snapshot& s) {
        const BandExcess most = see_supplies(s[frame_.signals.supply_voltage], s.now);
        const double beyond = std::max(most.below_pu, most.above_pu);
        beyond_band_pu.see(std::max(0.0, beyond), s.now);
        if (!is_outside(most)) return;
        see_outside(s);
        if (most.below_pu > frame_.limits.voltage_tolerance_pu) ++steps_below;
        if (most.above_pu > frame_.limits.voltage_tolerance_pu) ++steps_above;
        for (std::size_t d = 0; d < deep_voltages_pu.size(); ++d)
            if (beyond > deep_voltages_pu[d]) ++steps_far_outside[d];
    }

    [[nodiscard]] bool is_outside(const BandExcess& most) const {
        return std::max(most.below_pu, most.above_pu) > frame_.limits.voltage_tolerance_pu;
    }

    /// How far the voltages of group k that are held to limits, of this range, are beyond them.
    [[nodiscard]] BandExcess excess(std::span<const double> supply_pu, std::size_t k, const VoltageRange& held) const {
        const VoltageBands& bands = frame_.limits.bands;
        if (const auto& one = bands.common()) return {one->min_pu - held.min_pu, held.max_pu - one->max_pu};
        BandExcess most;
        frame_.supply.for_each_held(k, [&](std::size_t i) {
            most = larger(most, {bands.of(i).min_pu - supply_pu[i], supply_pu[i] - bands.of(i).max_pu});
        });
        return most;
    }

    /// Voltages group by group; returns the largest excess of all that are held to limits.
    BandExcess see_supplies(std::span<const double> supply_pu, Instant now) {
        VoltageRange all;
        BandExcess most;
        for (std::size_t k = 0; k < supply.size(); ++k) {
            const VoltageRange held = frame_.supply.range_held(supply_pu, k);
            const VoltageRange range = frame_.supply.with_source(held, supply_pu, k);
            all = enclosing(all, range);
            const BandExcess beyond = excess(supply_pu, k, held);
            most = larger(most, beyond);
            if (vmin_pu.see(range.min_pu, now)) vmin_at = frame_.supply.place(supply_pu, k, range.min_pu);
            if (vmax_pu.see(range.max_pu, now)) vmax_at = frame_.supply.place(supply_pu, k, range.max_pu);
            supply[k].vmin_pu.see(range.min_pu, now);
            supply[k].vmax_pu.see(range.max_pu, now);
            if (is_outside(beyond)) ++supply[k].steps_outside;
        }
        if (frame_.marks.at(now)) vmin_mark_pu.see(all.min_pu, now);
        return most;
    }

    void see_currents(const Snapshot& s) {
        const auto current_a = s[frame_.signals.conductor_current];
        std::array<double, 2> highest_of{};  // lines, transformers
        double excess_kva = 0.0;
        for (std::size_t k = 0; k < frame_.rated.size(); ++k) {
            const double loading = frame_.rated.loading_pct(current_a, k);
            double& highest_of_kind = highest_of[frame_.rated.is_transformer(k) ? 1 : 0];
            highest_of_kind = std::max(highest_of_kind, loading);
            excess_kva += frame_.rated.excess_kva(loading, k);
            const auto p = frame_.phases.phase_of(frame_.rated.conductor(k));
            if (p) phase_loading_pct[*p].see(loading, s.now);
        }
        const double highest = std::max(highest_of[0], highest_of[1]);
        loading_pct.see(highest, s.now);
        overload_kvah += excess_kva * hours(frame_.step);
        const double limit = 100.0 * (1.0 + frame_.limits.loading_tolerance);
        if (highest > limit) ++steps_overloaded;
        if (highest_of[0] > limit) ++steps_line_overloaded;
        if (highest_of[1] > limit) ++steps_transformer_overloaded;
        for (std::size_t d = 0; d < deep_loadings_pct.size(); ++d)
            if (highest > deep_loadings_pct[d]) ++steps_deeply_overloaded[d];
    }

    void see_unbalance(const Snapshot& s) {
        double highest = 0.0;
        const auto factor = s[frame_.signals.unbalance];
        for (std::size_t b = 0; b < factor.size(); ++b) {
            if (std::isnan(factor[b])) continue;
            highest = std::max(highest, factor[b]);
            if (unbalance.see(factor[b], s.now)) unbalance_bus = BusId(b);
        }
        if (highest > frame_.limits.unbalance) ++steps_unbalanced;
        const auto amperes = s[frame_.signals.neutral_current];
        for (std::size_t b = 0; b < amperes.size(); ++b) {
            if (neutral_a.see(amperes[b], s.now)) neutral_branch = BranchId(b);
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
        generated_kwh += i.generated_kwh;
        curtailed_kwh += i.curtailed_kwh;
        tap_steps += i.tap_steps;
        switchings += i.switchings;
        if (!i.solved) return;
        const double demand = i.load_kwh + i.charged_kwh - i.discharged_kwh;
        demand_kwh += demand;
        source_kwh += i.source_kwh;
        reverse_kwh += std::max(0.0, -i.source_kwh);
        loss_kwh += i.loss_kwh;
        solved += i.end - i.begin;
        clock_hours.add(i.begin, i.end, demand);
    }
    /// An energy of the feeder, which is only known where something was solved.
    [[nodiscard]] double if_solved(double kwh) const { return solved > Duration::zero() ? kwh : not_a_number; }
    [[nodiscard]] double mean_demand_kw() const { return solved > Duration::zero() ? demand_kwh / hours(solved) : not_a_number; }

    double demand_kwh = 0.0, source_kwh = 0.0, reverse_kwh = 0.0, loss_kwh = 0.0, generated_kwh = 0.0, curtailed_kwh = 0.0,
           charged_kwh = 0.0, discharged_kwh = 0.0;
    double purchases = 0.0, sales = 0.0;
    double price_at_end = 0.0;  ///< of buying
    double tap_steps = 0.0, switchings = 0.0;
    Duration solved{};
    ClockHours clock_hours;
};

/// What the vehicles got, from whole stays.
class FleetTally {
   public:
    FleetTally(const Population& population, const Frame& frame)
        : short_below_(frame.limits.short_below),
          recharged_(frame.recharged),
          stays_asked_(population.all_stays()),
          vehicles_(population.vehicles),
          capacity_kwh_(total(population.vehicles.capacity.raw())),
          short_(population.vehicles.size(), false),
          returned_(population.vehicles.size(), false) {}

    void see(const Interval& i) { throughput_kwh_ += i.stored_kwh + i.released_kwh; }
    void see(const SessionRecord& r) {
        const std::size_t vehicle = r.session.vehicle.index();
        if (r.discharged_kwh > 0.0 && !never_leaves(r.session)) returned_[vehicle] = true;
        const double missing = r.session.target_soc - r.final_soc;
        const double missing_kwh = std::max(0.0, missing) * r.capacity_kwh;
        const double per_stored = 1.0 / vehicles_.stored_per_drawn.raw()[vehicle];
        if (!r.complete) {  // who has not left yet cannot have left short
            owed_kwh_ += missing_kwh;
            owed_drawn_kwh_ += missing_kwh * per_stored;
            return;
        }
        ++stays_;
        EVSWEEP_EXPECTS(recharged_.index < r.reached.size(), "a stay reports every level that is watched for");
        recharge_h_ += hours(r.reached[recharged_.index].value_or(r.end) - r.session.plug_in);
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
    LevelHandle recharged_;
    StayTally stays_asked_;
    const Vehicles& vehicles_;
    double capacity_kwh_;
    double unserved_kwh_ = 0.0, owed_kwh_ = 0.0, owed_drawn_kwh_ = 0.0;
    double throughput_kwh_ = 0.0;
    double recharge_h_ = 0.0;  // of all whole stays together
    std::size_t stays_ = 0;
    std::vector<bool> short_;     // by vehicle
    std::vector<bool> returned_;  // by vehicle
};

/// Sites against their limits at the control instants. Their powers are known without a load flow.
class SiteTally {
   public:
    explicit SiteTally(const Frame& frame) : frame_(frame) {}

    void see(const Snapshot& s) {
        if (frame_.sites.empty()) return;
        const auto power_kw = s[frame_.signals.site_power], limit_kw = s[frame_.signals.site_limit];
        bool is_above = false;
        for (std::size_t i = 0; i < power_kw.size(); ++i) {
            const double above_kw = power_kw[i] - limit_kw[i];
            const double excess = above_kw > 1e-6 ? above_kw : 0.0;  // sums of kW are off by rounding
            if (excess_kw.see(excess, s.now)) worst = i;
            load_pct.see(100.0 * power_kw[i] / limit_kw[i], s.now);
            excess_kwh += excess * hours(frame_.step);
            is_above = is_above || excess > frame_.limits.loading_tolerance * limit_kw[i];
        }
        if (is_above) ++steps_above;
    }

    Highest excess_kw, load_pct;
    std::size_t worst = 0;
    double excess_kwh = 0.0;
    std::size_t steps_above = 0;

   private:
    const Frame& frame_;
};

/// All that one replica's KPIs follow from.
struct Tally {
    NetworkTally network;
    EnergyTally energy;
    FleetTally fleet;
    SiteTally sites;
    QueueTally queue;
};

/// One KPI: what people see, and how it follows from the tally.
struct Kpi {
    Variable variable;
    std::function<double(const Tally&)> value;
};

}  // namespace evsweep::kpi
