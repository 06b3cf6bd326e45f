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

/// Ten vehicles that differ in everything, under setpoints changed at random instants.
class RandomDay {
   public:
    explicit RandomDay(unsigned seed) : random_(seed), population_(draw_fleet()), state_(population_), shadows_(fleet_size) {
        for (std::size_t i = 0; i < fleet_size; ++i) state_.plug_in(SessionId(i), Instant{});
    }

    void run() {
        const Instant end(std::chrono::hours(10));
        while (now_ < end) {
            const Instant next = std::min(end, now_ + Duration(1 + static_cast<int>(between(0.0, 240'000.0))));
            move_to(next);
            change_setpoint();
        }
        for (std::size_t i = 0; i < fleet_size; ++i) check_record(i, state_.unplug(ConnectorId(i), end));
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
        for (;;) {
            std::size_t first = fleet_size;
            Crossing nearest{next, {}};
            for (std::size_t i = 0; i < fleet_size; ++i) {
                const auto crossing = state_.next_crossing(ConnectorId(i));
                if (!crossing || crossing->at > nearest.at || (first < fleet_size && crossing->at == nearest.at)) continue;
                first = i;
                nearest = *crossing;
            }
            if (first == fleet_size) break;
            advance_by_seconds(nearest.at);
            state_.cross(ConnectorId(first), nearest);
            ++crossings_;
        }
        advance_by_seconds(next);
    }

    /// Trapezoids of the power, a second at most wide.
    void advance_by_seconds(Instant until) {
        while (now_ < until) {
            const Instant next = std::min(until, now_ + std::chrono::seconds(1));
            std::vector<double> before(state_.p_kw().begin(), state_.p_kw().end());
            state_.advance_active(next);
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
        }
    }

    void change_setpoint() {
        const std::size_t i = static_cast<std::size_t>(between(0.0, double(fleet_size)));
        const ConnectorId c(i);
        state_.advance(c, now_);
        const double choice = between(0.0, 1.0);
        double p_kw = choice < 0.5 ? between(0.0, state_.p_max_kw()[i]) : between(state_.p_min_kw()[i], 0.0);
        if (choice < 0.15) p_kw = state_.p_max_kw()[i];
        state_.set_power(c, p_kw, 0.0, now_);
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
        CHECK(state_.charged_kwh() == Approx(total_charged_).margin(1e-9));
        CHECK(state_.discharged_kwh() == Approx(total_discharged_).margin(1e-9));
    }

    std::mt19937 random_;
    Population population_;
    ChargingState state_;
    std::vector<Shadow> shadows_;
    Instant now_{};
    std::size_t crossings_ = 0;
    double total_charged_ = 0.0;
    double total_discharged_ = 0.0;
};

}  // namespace

TEST_CASE("the energy account of every stay closes under random setpoints", "[charging][property]") {
    for (unsigned seed = 1; seed <= 20; ++seed) RandomDay(seed).run();
}
