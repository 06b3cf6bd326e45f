/// An independent, plain plant for contract tests: chargers stepped every ten seconds through one day.
/// It shares no code with the engine, so that a mistake there cannot excuse one in a controller.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <functional>
#include <limits>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "contract/plant_grid.hpp"
#include "evsweep/controller.hpp"
#include "tests/hand_exchange.hpp"

namespace evsweep::contract {

inline constexpr Duration plant_step = std::chrono::seconds(10);
inline constexpr std::int64_t plant_steps = 24 * 360;

/// A charging point; powers at the grid side.
struct Charger {
    double charge_kw = 6.6;
    double return_kw = 7.5;
    double minimum_kw = 0.0;
    std::uint32_t level_set = 0;  ///< 0: continuous; 1: 3.7, 7.4 and 11 kW
    double taper_knee = 1.0;      ///< state of charge above which the battery takes less and less, a fifth at the end
};

/// By turns: continuous, stepped, one-way, with a minimum power.
inline std::vector<Charger> mixed_chargers(std::size_t count) {
    const std::array<Charger, 4> kinds{Charger{}, {.charge_kw = 11.0, .level_set = 1}, {.return_kw = 0.0}, {.minimum_kw = 1.4}};
    std::vector<Charger> chargers;
    for (std::size_t c = 0; c < count; ++c) chargers.push_back(kinds[c % kinds.size()]);
    return chargers;
}

struct Stay {
    std::size_t charger = 0;
    std::int64_t from = 0;  ///< plant steps
    std::int64_t until = 0;
    Instant stated_departure{};
    double soc = 0.0;
    double target = 0.0;
    double final_soc = -1.0;
};

/// Everything outside the controller: who comes when, the base load, prices, and how the grid is disturbed.
struct World {
    std::vector<Charger> chargers;
    std::vector<Stay> stays;
    std::vector<Stay> expected;       ///< stays as somebody might forecast them
    std::vector<double> base_kw;      ///< by minute
    std::vector<double> price;        ///< by minute
    std::vector<double> day_ahead;    ///< by minute: what the price was expected to be
    std::vector<double> disturbance;  ///< by plant step, added to the voltage (pu)
};

inline World random_world(unsigned seed, std::size_t chargers = 8) {
    std::mt19937 random(seed);
    const auto between = [&random](double low, double high) {
        return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
    };
    const auto random_stays = [&between, chargers] {
        std::vector<Stay> stays;
        for (std::size_t charger = 0; charger < chargers; ++charger) {
            std::int64_t free_from = 0;
            while (true) {
                Stay stay;
                stay.charger = charger;
                stay.from = free_from + static_cast<std::int64_t>(between(1, 1500));
                stay.until = stay.from + static_cast<std::int64_t>(between(200, 4500));
                if (stay.until >= plant_steps) break;
                stay.stated_departure = Instant(plant_step * stay.until);
                stay.soc = between(0.1, 0.8);
                stay.target = between(0.5, 0.95);
                stays.push_back(stay);
                free_from = stay.until;
            }
        }
        return stays;
    };
    World world;
    world.chargers = mixed_chargers(chargers);
    world.stays = random_stays();
    for (int minute = 0; minute < 1440; ++minute) {
        const double wave = std::sin(2.0 * 3.141592653589793 * (minute / 1440.0 - 0.1));
        world.base_kw.push_back(3080.0 + 140.0 * wave);
        world.price.push_back(0.2 + 0.08 * wave + (minute / 60 % 5 == 0 ? 0.05 : 0.0));
        world.day_ahead.push_back(0.2 + 0.07 * wave + (minute / 60 % 5 == 0 ? 0.04 : 0.0));
    }
    for (std::int64_t k = 0; k < plant_steps; ++k) world.disturbance.push_back(between(-0.01, 0.01));
    world.expected = random_stays();
    return world;
}

/// What a run gave: every setpoint at every step, where each stay ended, and all that was not allowed.
struct Run {
    std::vector<std::vector<double>> p_kw;  ///< [step][charger]; empty where they were not to be kept
    std::vector<Stay> stays;
    std::vector<std::string> faults;
    std::size_t changes = 0;  ///< of setpoints, by decisions
};

/// Whether a run notes every setpoint of every step.
enum class Keep { setpoints, nothing };

/// Runs one day of one controller, which is made with `context`. It sees what it has declared there and nothing else.
class Plant {
   public:
    explicit Plant(World world, Keep keep = Keep::setpoints) : world_(std::move(world)), keep_(keep) {
        for (std::size_t c = 0; c < world_.chargers.size(); ++c) add_charger(c);
        for (auto* column : {&p_min_, &p_max_, &soc_, &target_, &voltage_}) column->assign(world_.chargers.size(), 0.0);
        departure_ms_.assign(world_.chargers.size(), 0.0);
        reserve_.assign(world_.chargers.size(), reserve);
        capacity_.assign(world_.chargers.size(), capacity_kwh);
        stored_.assign(world_.chargers.size(), efficiency);
        drawn_.assign(world_.chargers.size(), 1.0 / efficiency);
        taper_end_.assign(world_.chargers.size(), 0.2);
        foreseen_ = population_of(world_.stays);
        expected_ = population_of(world_.expected);
        exchange_.count(Extent::connector, world_.chargers.size());
        offer_all();
    }
    Plant(const Plant&) = delete;

    [[nodiscard]] const Connectors& connectors() const { return connectors_; }
    [[nodiscard]] const std::vector<std::vector<double>>& level_sets() const { return level_sets_; }
    [[nodiscard]] static Calendar calendar() {
        return Calendar(std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12));
    }

    /// For the one controller that this plant is going to run.
    [[nodiscard]] Controller::Context context(Duration step = std::chrono::minutes(1), Rng rng = Rng(1, 0)) {
        return {.label = "it",
                .exchange = exchange_,
                .connectors = connectors_,
                .own = own_,
                .step = step,
                .calendar = calendar(),
                .rng = rng,
                .level_sets = &level_sets_};
    }
    /// What the controller has declared.
    [[nodiscard]] const test::HandExchange& exchange() const { return exchange_; }

    Run run(Controller& controller) {
        charges_past_targets_ = controller.charges_past_targets();
        SetpointTable setpoints(world_.chargers.size());
        Run run;
        for (step_ = 0; step_ < plant_steps; ++step_) {
            const bool has_left = unplug(setpoints);
            const bool has_come = plug_in();
            const Cadence cadence = controller.cadence();
            const bool is_tick = cadence.period && (plant_step * step_) % *cadence.period == Duration::zero();
            if (is_tick || (cadence.on_plug_in && has_come) || (cadence.on_unplug && has_left))
                decide(controller, setpoints, run);
            if (keep_ == Keep::setpoints) run.p_kw.emplace_back(setpoints.p_kw().begin(), setpoints.p_kw().end());
            move_batteries(setpoints);
        }
        run.stays = world_.stays;
        return run;
    }

   private:
    static constexpr double capacity_kwh = 40.0;
    static constexpr double efficiency = 0.92;
    static constexpr double reserve = 0.2;

    void add_charger(std::size_t c) {
        own_.push_back(ConnectorId(c));
        connectors_.bus.push_back(BusId(c));
        connectors_.zone.push_back(0);
        const Charger& charger = world_.chargers[c];
        connectors_.charge_rating.push_back(Kilowatts(charger.charge_kw));
        connectors_.discharge_rating.push_back(Kilowatts(charger.return_kw));
        connectors_.apparent_rating.push_back(KilovoltAmperes(11.0));
        connectors_.minimum_power.push_back(Kilowatts(charger.minimum_kw));
        connectors_.level_set.push_back(charger.level_set);
        taper_knee_.push_back(charger.taper_knee);
    }

    /// The stays as the engine would tell them, every one with a vehicle of its own.
    [[nodiscard]] Population population_of(const std::vector<Stay>& stays) const {
        Population population;
        population.zones = {"plant"};
        population.level_sets = level_sets_;
        population.connectors = connectors_;
        for (const Stay& stay : stays) {
            const VehicleId vehicle(population.vehicles.size());
            population.sessions.push_back({ConnectorId(stay.charger), vehicle, Instant(plant_step * stay.from),
                                           Instant(plant_step * stay.until), stay.stated_departure, stay.soc, stay.target});
            add_vehicle(world_.chargers[stay.charger], population.vehicles);
        }
        std::sort(population.sessions.begin(), population.sessions.end(), [](const Session& a, const Session& b) {
            return std::pair(a.plug_in, a.connector) < std::pair(b.plug_in, b.connector);
        });
        return population;
    }

    static void add_vehicle(const Charger& charger, Vehicles& vehicles) {
        vehicles.capacity.push_back(KilowattHours(capacity_kwh));
        vehicles.stored_per_drawn.push_back(Fraction(efficiency));
        vehicles.drawn_per_returned.push_back(Fraction(1.0 / efficiency));
        vehicles.lowest_soc.push_back(Fraction(0.0));
        vehicles.highest_soc.push_back(Fraction(1.0));
        vehicles.reserve_soc.push_back(Fraction(reserve));
        vehicles.taper_knee.push_back(Fraction(charger.taper_knee));
        vehicles.taper_end.push_back(Fraction(0.2));
    }

    bool unplug(SetpointTable& setpoints) {
        bool any = false;
        for (Stay& stay : world_.stays) {
            if (stay.until != step_) continue;
            const ConnectorId c(stay.charger);
            stay.final_soc = soc_[stay.charger];
            setpoints.set(c, {}, {});
            setpoints.accept();
            for (auto* list : {&plugged_in_, &arrived_, &halted_}) std::erase(*list, c);
            left_.push_back(c);
            any = true;
        }
        return any;
    }

    bool plug_in() {
        bool any = false;
        for (const Stay& stay : world_.stays) {
            if (stay.from != step_) continue;
            const ConnectorId c(stay.charger);
            soc_[stay.charger] = stay.soc;
            target_[stay.charger] = stay.target;
            departure_ms_[stay.charger] = static_cast<double>(stay.stated_departure.time_since_epoch().count());
            plugged_in_.insert(std::lower_bound(plugged_in_.begin(), plugged_in_.end(), c), c);
            arrived_.push_back(c);
            any = true;
        }
        return any;
    }

    void decide(Controller& controller, SetpointTable& table, Run& run) {
        Connection seen;
        seen.now = Instant(plant_step * step_);
        seen.calendar = calendar();
        seen.plugged_in = plugged_in_;
        seen.arrived = arrived_;
        seen.left = left_;
        seen.halted = halted_;
        seen.connectors = &connectors_;
        seen.level_sets = &level_sets_;
        seen.horizon = Instant(plant_step * plant_steps);
        refresh(table);
        seen.p_min_kw = p_min_;
        seen.p_max_kw = p_max_;
        Turn turn = exchange_.turn(seen.now);
        Setpoints setpoints(table);
        controller.decide(turn, seen, setpoints);
        for (ConnectorId c : table.changed()) note_faults(table, c, run);
        run.changes += table.changed().size();
        table.accept();
        arrived_.clear();
        left_.clear();
        halted_.clear();
    }

    void refresh(const SetpointTable& setpoints) {
        for (std::size_t c = 0; c < world_.chargers.size(); ++c) {
            p_max_[c] = soc_[c] < full_soc(c) ? taken_kw(c) : 0.0;
            p_min_[c] = soc_[c] > reserve ? -connectors_.discharge_rating[c] : 0.0;
            voltage_[c] = plant_voltage_pu(base_now(), setpoints.p_kw()[c]) + world_.disturbance[static_cast<std::size_t>(step_)];
        }
        double head_kw = base_now() + world_.disturbance[static_cast<std::size_t>(step_)] * 1000.0;
        for (double p : setpoints.p_kw()) head_kw += p;
        exchange_.show(signals::feeder_head, head_kw);
        exchange_.show(signals::base_demand, base_now());
        exchange_.show(signals::price, world_.price[minute()]);
        exchange_.show(signals::sell_price, world_.price[minute()]);
    }

    /// What keeps its place all day; `refresh` moves the numbers.
    void offer_all() {
        exchange_.show(signals::state_of_charge, soc_);
        exchange_.show(signals::reserve_soc, reserve_);
        exchange_.show(signals::capacity, capacity_);
        exchange_.show(signals::stored_per_drawn, stored_);
        exchange_.show(signals::drawn_per_returned, drawn_);
        exchange_.show(signals::taper_knee, taper_knee_);
        exchange_.show(signals::taper_end, taper_end_);
        exchange_.show(signals::target_soc, target_);
        exchange_.show(signals::stated_departure, departure_ms_);
        exchange_.show(signals::voltage, voltage_);
        exchange_.show_forecasts_by(std::chrono::minutes(1));
        exchange_.show(signals::base_demand_forecast, world_.base_kw);
        exchange_.show(signals::price_forecast, world_.price);
        exchange_.show(signals::sell_price_forecast, world_.price);
        exchange_.show(signals::day_ahead_price, world_.day_ahead);
        exchange_.show(signals::day_ahead_sell_price, world_.day_ahead);
        exchange_.offer(services::linear_grid, static_cast<GridModel*>(&grid_));
        exchange_.offer(services::arrivals, static_cast<const Population*>(&expected_));
        exchange_.offer(services::foresight, static_cast<const Population*>(&foreseen_));
    }

    void note_faults(const SetpointTable& setpoints, ConnectorId c, Run& run) const {
        const std::size_t i = c.index();
        const double p = setpoints.p_kw(c);
        const double q = setpoints.q_kvar(c);
        const double s = connectors_.apparent_rating[i];
        const bool is_occupied = std::binary_search(plugged_in_.begin(), plugged_in_.end(), c);
        // A battery that takes less than the charger's smallest power, or than a step, may be offered that.
        const double offered = p_max_[i] > 0.0 ? least_offer_kw(i, p_max_[i]) : 0.0;
        const bool is_inside = p >= p_min_[i] - 1e-9 && p <= offered + 1e-9 && p * p + q * q <= s * s * (1.0 + 1e-9);
        if (is_occupied && is_inside && is_step_of(connectors_, level_sets_, c, p)) return;
        run.faults.push_back("charger " + std::to_string(i) + " at step " + std::to_string(step_) + ": " + std::to_string(p) +
                             " kW of " + std::to_string(p_min_[i]) + " to " + std::to_string(p_max_[i]) +
                             (is_occupied ? "" : " without a vehicle"));
    }

    /// The lowest power that charger `c` can offer a battery that takes `taken_kw`.
    [[nodiscard]] double least_offer_kw(std::size_t c, double taken_kw) const {
        const Charger& charger = world_.chargers[c];
        if (charger.level_set == 0) return std::max(taken_kw, charger.minimum_kw);
        for (const double level_kw : level_sets_[charger.level_set])
            if (level_kw >= taken_kw - 1e-9) return level_kw;
        return 0.0;
    }

    void move_batteries(SetpointTable& setpoints) {
        for (ConnectorId c : plugged_in_) {
            const double p = std::min(setpoints.p_kw(c), taken_kw(c.index()));
            double& soc = soc_[c.index()];
            const double before = soc;
            soc += (p > 0.0 ? p * efficiency : p / efficiency) * hours(plant_step) / capacity_kwh;
            const double full = full_soc(c.index());
            const bool is_full = p > 0.0 && soc >= full - 1e-12;
            const bool is_spent = p < 0.0 && soc <= reserve + 1e-12;
            if (is_full) soc = std::max(before, full);
            if (is_spent) soc = std::min(before, reserve);
            if (!is_full && !is_spent) continue;
            setpoints.set(c, {}, {});
            setpoints.accept();
            halted_.push_back(c);
        }
    }

    /// Where charging ends by itself: at the target, or, for a controller that goes on, where the battery is full.
    [[nodiscard]] double full_soc(std::size_t c) const { return charges_past_targets_ ? 1.0 : target_[c]; }
    /// The most that the battery takes while it is not full.
    [[nodiscard]] double taken_kw(std::size_t c) const {
        const Charger& charger = world_.chargers[c];
        if (soc_[c] <= charger.taper_knee) return charger.charge_kw;
        return charger.charge_kw * (1.0 - 0.8 * (soc_[c] - charger.taper_knee) / (1.0 - charger.taper_knee));
    }
    [[nodiscard]] std::size_t minute() const { return static_cast<std::size_t>(step_ / 6); }
    [[nodiscard]] double base_now() const { return world_.base_kw[minute()]; }

    World world_;
    Keep keep_;
    test::HandExchange exchange_;
    std::vector<ConnectorId> own_;
    PlantGrid grid_{world_.chargers.size(), world_.base_kw};
    Population foreseen_, expected_;
    Connectors connectors_;
    std::vector<std::vector<double>> level_sets_{{}, {3.7, 7.4, 11.0}};
    std::vector<ConnectorId> plugged_in_, arrived_, left_, halted_;
    std::vector<double> taper_knee_, taper_end_;
    std::vector<double> p_min_, p_max_, soc_, reserve_, capacity_, stored_, drawn_, target_, departure_ms_, voltage_;
    std::int64_t step_ = 0;
    bool charges_past_targets_ = false;
};

}  // namespace evsweep::contract
