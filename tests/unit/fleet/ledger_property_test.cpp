#include <catch2/catch.hpp>
#include <cmath>
#include <random>
#include <vector>

#include "sim/fleet/charging_state.hpp"
#include "unit/fleet/fleet_of.hpp"

using namespace evsweep;

namespace {

/// What every connector has done, followed by small steps of its power alone.
struct Shadow {
    double stored_kwh = 0.0;
    double released_kwh = 0.0;
    double charged_kwh = 0.0;
    double discharged_kwh = 0.0;
};

/// Ten vehicles that differ in everything, under setpoints changed at random instants. Three states live the same day: one is
/// looked at every second, one never, and one is given its setpoints anew every second, which books all it has done.
class RandomDay {
   public:
    explicit RandomDay(unsigned seed)
        : random_(seed),
          population_(draw_fleet()),
          state_(population_),
          unseen_(population_),
          stepped_(population_),
          shadows_(fleet_size) {
        for (std::size_t i = 0; i < fleet_size; ++i)
            for (ChargingState* state : {&state_, &unseen_, &stepped_}) state->plug_in(SessionId(i), Instant{});
    }

    void run() {
        const Instant end(std::chrono::hours(10));
        while (now_ < end) {
            const Instant next = std::min(end, now_ + Duration(1 + static_cast<int>(between(0.0, 240'000.0))));
            move_to(next);
            change_setpoint();
        }
        for (std::size_t i = 0; i < fleet_size; ++i) {
            const SessionRecord record = state_.unplug(ConnectorId(i), end);
            check_record(i, record);
            check_same(record, unseen_.unplug(ConnectorId(i), end));
        }
        check_same(state_.energy(end), unseen_.energy(end));
        CHECK(crossings_ > fleet_size);
    }

   private:
    static constexpr std::size_t fleet_size = 10;

    double between(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }

    Population draw_fleet() {
        Population population;
        population.zones = {"bus 1"};
        for (std::size_t i = 0; i < fleet_size; ++i) {
            OneVehicle one;
            one.capacity_kwh = between(5.0, 40.0);
            one.charge_kw = between(3.0, 22.0);
            one.discharge_kw = between(2.0, 11.0);
            one.stored_per_drawn = between(0.8, 1.0);
            one.drawn_per_returned = 1.0 / between(0.8, 1.0);
            one.knee = i % 2 == 0 ? between(0.5, 0.9) : 1.0;
            one.taper_end = between(0.02, 0.9);
            one.reserve_soc = i % 3 == 0 ? one.lowest_soc : between(0.1, 0.4);
            one.initial_soc = between(0.4, 0.8);
            one.target_soc = between(0.8, 1.0);
            add_vehicle(population, one);
        }
        return population;
    }

    void move_to(Instant next) {
        for (auto crossing = state_.next_crossing(); crossing && crossing->at <= next; crossing = state_.next_crossing()) {
            look_by_seconds(crossing->at - Duration(1));  // at its own instant it is crossed before anybody looks
            REQUIRE(unseen_.next_crossing()->at == crossing->at);
            REQUIRE(unseen_.next_crossing()->connector == crossing->connector);
            for (ChargingState* state : {&state_, &unseen_}) state->cross(*crossing);
            ++crossings_;
        }
        look_by_seconds(next);
    }

    /// Trapezoids of the power, a second at most wide.
    void look_by_seconds(Instant until) {
        while (now_ < until) {
            const Instant next = std::min(until, now_ + std::chrono::seconds(1));
            std::vector<double> before(state_.p_kw().begin(), state_.p_kw().end());
            look(next);
            for (std::size_t i = 0; i < fleet_size; ++i) {
                const double kwh = 0.5 * (before[i] + state_.p_kw()[i]) * hours(next - now_);
                Shadow& shadow = shadows_[i];
                (kwh >= 0.0 ? shadow.charged_kwh : shadow.discharged_kwh) += std::abs(kwh);
                if (kwh >= 0.0)
                    shadow.stored_kwh += kwh * population_.vehicles.stored_per_drawn[i];
                else
                    shadow.released_kwh -= kwh * population_.vehicles.drawn_per_returned[i];
            }
            now_ = next;
            step(next);
        }
    }

    /// Reads all that can be read; the batteries' contents must match the fleet's energies.
    void look(Instant next) {
        state_.refresh_soc(next);
        state_.refresh_power(next);
        const FleetEnergy energy = state_.energy(next);
        double gain_kwh = 0.0;
        for (std::size_t i = 0; i < fleet_size; ++i)
            gain_kwh += population_.vehicles.capacity[i] * (state_.soc()[i] - population_.sessions[i].initial_soc);
        REQUIRE(energy.stored_kwh - energy.released_kwh == Approx(gain_kwh).margin(1e-10));
    }

    /// The third state books every second; rounding may put its crossings a millisecond elsewhere.
    void step(Instant now) {
        for (auto crossing = stepped_.next_crossing(); crossing && crossing->at <= now; crossing = stepped_.next_crossing())
            stepped_.cross(*crossing);
        for (std::size_t i = 0; i < fleet_size; ++i) {
            const ConnectorId c(i);
            stepped_.set_power(c, stepped_.setpoint_kw()[i], 0.0, now);
            const auto ahead = state_.next_crossing(c);
            const bool is_at_crossing = ahead && ahead->at <= now + Duration(1);
            if (!is_at_crossing) REQUIRE(stepped_.soc()[i] == Approx(state_.soc()[i]).margin(1e-12));
            if (!is_at_crossing) REQUIRE(stepped_.p_max_kw()[i] == Approx(state_.p_max_kw()[i]).margin(1e-9));
            if (!is_at_crossing) REQUIRE(stepped_.p_min_kw()[i] == state_.p_min_kw()[i]);
        }
    }

    void change_setpoint() {
        const std::size_t i = static_cast<std::size_t>(between(0.0, double(fleet_size)));
        const ConnectorId c(i);
        const double choice = between(0.0, 1.0);
        double p_kw = choice < 0.5 ? between(0.0, state_.p_max_kw()[i]) : between(state_.p_min_kw()[i], 0.0);
        if (choice < 0.15) p_kw = state_.p_max_kw()[i];
        for (ChargingState* state : {&state_, &unseen_, &stepped_}) state->set_power(c, p_kw, 0.0, now_);
        check_limits();
    }

    void check_limits() {
        double sum = 0.0;
        for (std::size_t i = 0; i < fleet_size; ++i) {
            sum += state_.p_kw()[i];
            REQUIRE(state_.soc()[i] <= population_.sessions[i].target_soc);
            REQUIRE(state_.soc()[i] >= population_.vehicles.reserve_soc[i]);
            REQUIRE(state_.p_kw()[i] <= state_.p_max_kw()[i] + 1e-9);
        }
        REQUIRE(state_.charging_kw() - state_.discharging_kw() == Approx(sum).margin(1e-9));
    }

    void check_record(std::size_t i, const SessionRecord& r) {
        total_charged_ += r.charged_kwh;
        total_discharged_ += r.discharged_kwh;
        const double gain = r.capacity_kwh * (r.final_soc - r.session.initial_soc);
        CHECK(r.stored_kwh - r.released_kwh == Approx(gain).margin(1e-9));
        CHECK(r.charged_kwh * population_.vehicles.stored_per_drawn[i] == Approx(r.stored_kwh).margin(1e-9));
        CHECK(r.discharged_kwh * population_.vehicles.drawn_per_returned[i] == Approx(r.released_kwh).margin(1e-9));
        // A millisecond of full power per crossing, and the trapezoids' error.
        CHECK(shadows_[i].stored_kwh == Approx(r.stored_kwh).margin(1e-4));
        CHECK(shadows_[i].released_kwh == Approx(r.released_kwh).margin(1e-4));
        CHECK(shadows_[i].charged_kwh - shadows_[i].discharged_kwh == Approx(r.charged_kwh - r.discharged_kwh).margin(1e-4));
        if (i + 1 < fleet_size) return;
        CHECK(state_.energy(r.end).charged_kwh == Approx(total_charged_).margin(1e-10));
        CHECK(state_.energy(r.end).discharged_kwh == Approx(total_discharged_).margin(1e-10));
    }

    /// To the last bit: looking has changed nothing.
    static void check_same(const SessionRecord& a, const SessionRecord& b) {
        CHECK(a.final_soc == b.final_soc);
        CHECK(a.charged_kwh == b.charged_kwh);
        CHECK(a.discharged_kwh == b.discharged_kwh);
        CHECK(a.stored_kwh == b.stored_kwh);
        CHECK(a.released_kwh == b.released_kwh);
    }
    static void check_same(const FleetEnergy& a, const FleetEnergy& b) {
        CHECK(a.charged_kwh == b.charged_kwh);
        CHECK(a.discharged_kwh == b.discharged_kwh);
        CHECK(a.stored_kwh == b.stored_kwh);
        CHECK(a.released_kwh == b.released_kwh);
    }

    std::mt19937 random_;
    Population population_;
    ChargingState state_;
    ChargingState unseen_;
    ChargingState stepped_;
    std::vector<Shadow> shadows_;
    Instant now_{};
    std::size_t crossings_ = 0;
    double total_charged_ = 0.0;
    double total_discharged_ = 0.0;
};

}  // namespace

TEST_CASE("the energy account of every stay closes under random setpoints, whoever looks how often", "[charging][property]") {
    for (unsigned seed = 1; seed <= 20; ++seed) RandomDay(seed).run();
}
