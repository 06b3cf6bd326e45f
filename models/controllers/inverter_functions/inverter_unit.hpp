/// One inverter with its functions: from its voltage and what it would give to what it gives.
///
/// Powers are those given to the network, as in the standard: a battery that charges gives negative active power, and positive
/// reactive power is injected.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "controllers/inverter_functions/params.hpp"
#include "controllers/inverter_functions/step_response.hpp"
#include "controllers/inverter_functions/trip_relay.hpp"
#include "evsweep/inverter.hpp"

namespace evsweep {

/// What all inverters of a controller have in common.
struct FunctionSettings {
    explicit FunctionSettings(const InverterFunctionsParams& p)
        : params(p), volt_var(volt_var_curve(p.volt_var)), watt_var(watt_var_curve(p.watt_var)) {
        if (p.volt_watt) volt_watt = volt_watt_curve(*p.volt_watt);
        if (p.charging_limit) charging_limit = charging_limit_curve(*p.charging_limit);
        if (p.trip) trip.emplace(*p.trip);
    }
    /// Share of the way in a turn, with what `largest_move` leaves of it.
    [[nodiscard]] double share(Duration passed, Duration response) const {
        return std::min(params.largest_move.value(), response_share(passed, response));
    }

    InverterFunctionsParams params;
    VoltageCurve volt_var, watt_var, volt_watt, charging_limit;
    std::optional<TripSettings> trip{};
};

/// The nameplate of an inverter.
struct Nameplate {
    double rated_kva = 0.0;
    double giving_kw = 0.0;   ///< P_rated
    double drawing_kw = 0.0;  ///< P'_rated
};

/// Limits of a turn: active power after the functions that limit it, and reactive power on its way to what is asked for.
struct FunctionState {
    double q_share = 0.0;     ///< of the nameplate apparent power; where volt-var or watt-var have come to
    double give_share = 1.0;  ///< of P_rated; where volt-watt has come to
    double draw_share = 1.0;  ///< of P'_rated; where the charging limit has come to
    double v_ref = 1.0;
    Instant last{};  ///< until when it has moved
};

class InverterUnit {
   public:
    InverterUnit() = default;
    InverterUnit(const FunctionSettings& f, const Nameplate& plate) : plate_(plate) { restart(f, Instant{}); }

    /// As if newly switched on: without reactive power, and without limits.
    void restart(const FunctionSettings& f, Instant now) {
        state_ = {};
        state_.v_ref = f.params.volt_var.v_ref.value();
        state_.last = now;
    }

    /// Moves limits of active power, reference and volt-var with the voltage that is seen at `now`.
    void see_voltage(const FunctionSettings& f, Instant now, double pu) {
        passed_ = now - state_.last;
        state_.last = now;
        const InverterFunctionsParams& p = f.params;
        if (p.volt_watt) approach(state_.give_share, f.volt_watt.at(pu), f.share(passed_, p.volt_watt->response));
        if (p.charging_limit) approach(state_.draw_share, f.charging_limit.at(pu), f.share(passed_, p.charging_limit->response));
        if (p.reactive_power != ReactiveFunction::volt_var) return;
        if (p.volt_var.reference_time_constant) {
            approach(state_.v_ref, pu, lag_share(passed_, *p.volt_var.reference_time_constant));
            state_.v_ref = std::clamp(state_.v_ref, ieee1547::reference_lowest, ieee1547::reference_highest);
        }
        const double shift = state_.v_ref - p.volt_var.v_ref.value();
        approach(state_.q_share, f.volt_var.at(pu - shift), f.share(passed_, *p.volt_var.response));
    }
    /// The same for functions that see no voltage.
    void pass_time(Instant now) {
        passed_ = now - state_.last;
        state_.last = now;
    }

    /// What it would give, `wish_kw`, after volt-watt, the charging limit and the ramp of the return to service.
    [[nodiscard]] double limited_kw(double wish_kw, double ramp) const {
        return std::clamp(wish_kw, -plate_.drawing_kw * std::min(state_.draw_share, ramp),
                          plate_.giving_kw * std::min(state_.give_share, ramp));
    }

    /// What it gives if it is to give `p_kw`. Call once per turn: reactive power by active power moves on.
    [[nodiscard]] InverterPower power(const FunctionSettings& f, double p_kw) {
        return limited(rating(f, p_kw), request(f, p_kw));
    }
    /// Most reactive power, injected if `sign` > 0, beside an active power.
    [[nodiscard]] double capable_kvar(const FunctionSettings& f, double p_kw, double q_kvar) const {
        InverterRating r = rating(f, p_kw);
        r.priority = InverterPriority::active;
        return limited(r, {.p_kw = p_kw, .q_kvar = q_kvar}).q_kvar;
    }

    [[nodiscard]] const Nameplate& plate() const { return plate_; }
    [[nodiscard]] const FunctionState& state() const { return state_; }
    TripRelay relay{};

   private:
    /// The active rating of the direction of `p_kw`; at rest the larger one.
    [[nodiscard]] double rated_of(double p_kw) const {
        if (p_kw == 0.0) return std::max(plate_.giving_kw, plate_.drawing_kw);
        return p_kw < 0.0 ? plate_.drawing_kw : plate_.giving_kw;
    }
    static void approach(double& value, double target, double share) { value += share * (target - value); }

    [[nodiscard]] InverterRequest request(const FunctionSettings& f, double p_kw) {
        const InverterFunctionsParams& p = f.params;
        switch (p.reactive_power) {
            case ReactiveFunction::constant_power_factor: {
                const double kvar = kvar_at(std::abs(p_kw), p.power_factor.value());
                return {.p_kw = p_kw, .q_kvar = p.excitation == Excitation::injecting ? kvar : -kvar};
            }
            case ReactiveFunction::constant_reactive_power:
                return {.p_kw = p_kw, .q_kvar = p.reactive_share * plate_.rated_kva};
            case ReactiveFunction::watt_var: {
                const double rated_kw = rated_of(p_kw);
                double at = rated_kw > 0.0 ? p_kw / rated_kw : 0.0;
                if (plate_.drawing_kw <= 0.0) at = std::max(at, p.watt_var.p1.value());  // half of the curve is not its own
                if (plate_.giving_kw <= 0.0) at = std::min(at, -p.watt_var.drawn_p1.value());
                approach(state_.q_share, f.watt_var.at(at), f.share(passed_, p.watt_var.response));
                break;
            }
            case ReactiveFunction::volt_var:
                break;
        }
        return {.p_kw = p_kw, .q_kvar = state_.q_share * plate_.rated_kva};
    }

    [[nodiscard]] InverterRating rating(const FunctionSettings& f, double p_kw) const {
        const InverterFunctionsParams& p = f.params;
        const double rated_kw = rated_of(p_kw);
        InverterRating r;
        r.rated = KilovoltAmperes(plate_.rated_kva);
        r.q_max = Kilovars(p.injection_capability->value() * plate_.rated_kva);
        r.q_max_drawn = Kilovars(p.absorption_capability->value() * plate_.rated_kva);
        r.no_q_below = Kilowatts(p.no_reactive_below.value() * rated_kw);
        r.full_q_from = Kilowatts(p.all_reactive_from.value() * rated_kw);
        const bool keeps_factor = p.reactive_power == ReactiveFunction::constant_power_factor;
        if (p.priority == FunctionPriority::active)
            r.priority = InverterPriority::active;
        else
            r.priority = keeps_factor ? InverterPriority::factor : InverterPriority::reactive;
        return r;
    }

    Nameplate plate_{};
    FunctionState state_{};
    Duration passed_{};  ///< of the present turn
};

}  // namespace evsweep
