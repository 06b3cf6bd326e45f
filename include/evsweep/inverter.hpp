/// What an inverter lets through of the power that it is asked for, and the curves by which it follows its voltage.
///
/// Powers are those given to the network: a storage that charges gives negative active power.
#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <vector>

#include "evsweep/quantity.hpp"

namespace evsweep {

/// What is kept where the rated apparent power does not do for both; `factor` keeps the ratio of the two.
enum class InverterPriority { reactive, active, factor };

/// What an inverter can do, whatever controls it.
struct InverterRating {
    KilovoltAmperes rated{};
    Kilovars q_max{};         ///< that it can give
    Kilovars q_max_drawn{};   ///< that it can draw
    Kilowatts rated_p{};      ///< of its panel or store, which curves of active power may refer to
    Kilowatts p_max{};        ///< most that it gives or draws, as it is set up
    Kilowatts no_q_below{};   ///< with less active power it has no reactive power
    Kilowatts full_q_from{};  ///< with less active power its limits of reactive power are in proportion to it
    Kilowatts cut_out{};      ///< with less active power it has none of that proportion either
    InverterPriority priority = InverterPriority::reactive;
    std::optional<Kilowatts>
        available_p{};  ///< what there is to give before `p_max`, given its load's row; none: what the row says
    std::optional<double> power_factor{};  ///< at which it gives reactive power on its own; none: `own_q`
    std::optional<Kilovars> own_q{};       ///< that it gives on its own; none: what its load's row says
    bool is_on = true;
    bool q_needs_on = false;  ///< it has no reactive power while it is off
    bool stores = false;      ///< it is that of a storage
    bool is_idle = false;     ///< of a storage that neither charges nor discharges: active power is its losses
    friend bool operator==(const InverterRating&, const InverterRating&) = default;
};

/// Reactive power that goes with an active power at a power factor; a negative factor turns its sign.
[[nodiscard]] inline double kvar_at(double kw, double power_factor) {
    const double kvar = kw * std::sqrt(std::max(0.0, 1.0 / (power_factor * power_factor) - 1.0));
    return power_factor < 0.0 ? -kvar : kvar;
}

/// What it is asked for, before its limits.
struct InverterRequest {
    double p_kw = 0.0;
    double q_kvar = 0.0;
    bool at_factor = false;  ///< the reactive power is that of a power factor
};

/// What it gives, and the limits of reactive power that hold at that active power.
struct InverterPower {
    double p_kw = 0.0;
    double q_kvar = 0.0;
    double q_max = 0.0;
    double q_max_drawn = 0.0;
};

namespace inverter_detail {

/// The limits one after the other, in OpenDSS's order: reactive power first, then apparent power.
class Limits {
   public:
    Limits(const InverterRating& rating, const InverterRequest& request)
        : rating_(rating), request_(request), given_{request.p_kw, 0.0, rating.q_max.value(), rating.q_max_drawn.value()} {}

    InverterPower power() {
        if (rating_.is_idle)
            given_.q_kvar = std::copysign(std::min(std::abs(request_.q_kvar), limit()), request_.q_kvar);
        else if (std::abs(given_.p_kw) >= rating_.no_q_below.value())
            limit_reactive();
        else
            given_.q_max = given_.q_max_drawn = 0.0;
        if (!rating_.is_on && rating_.q_needs_on) given_.q_kvar = 0.0;
        limit_apparent();
        return given_;
    }

   private:
    /// Of the request's direction.
    [[nodiscard]] double& limit() { return request_.q_kvar > 0.0 ? given_.q_max : given_.q_max_drawn; }

    void limit_reactive() {
        const double asked = std::abs(request_.q_kvar), p = std::abs(given_.p_kw);
        if (p < rating_.full_q_from.value()) {
            const bool has_some = p >= std::max(rating_.no_q_below.value(), rating_.cut_out.value());
            if (has_some && asked > 0.0) limit() *= p / rating_.full_q_from.value();
            if (has_some || request_.at_factor)
                given_.q_kvar = std::copysign(has_some ? std::min(asked, limit()) : asked, request_.q_kvar);
            return;
        }
        // At a power factor, both limits hold in both directions.
        const double least = request_.at_factor ? std::min(given_.q_max, given_.q_max_drawn) : limit();
        given_.q_kvar = asked > least ? std::copysign(limit(), request_.q_kvar) : request_.q_kvar;
        if (asked > least && rating_.priority == InverterPriority::factor) given_.p_kw *= limit() / asked;
    }

    void limit_apparent() {
        const double most = rating_.rated.value();
        const double kva = std::hypot(given_.p_kw, given_.q_kvar);
        if (kva <= most) return;
        const auto rest = [&](double taken_kva) { return std::sqrt(std::max(0.0, most * most - taken_kva * taken_kva)); };
        if (rating_.is_idle || rating_.priority == InverterPriority::active) {
            given_.p_kw = std::copysign(std::min(std::abs(given_.p_kw), most), given_.p_kw);
            given_.q_kvar = std::copysign(rest(given_.p_kw), given_.q_kvar);
        } else if (rating_.priority == InverterPriority::factor) {
            given_.p_kw *= most / kva;
            given_.q_kvar *= most / kva;
        } else {
            given_.q_kvar = std::copysign(std::min(std::abs(given_.q_kvar), most), given_.q_kvar);
            given_.p_kw = std::copysign(rest(given_.q_kvar), given_.p_kw);
        }
    }

    const InverterRating& rating_;
    const InverterRequest& request_;
    InverterPower given_;
};

}  // namespace inverter_detail

[[nodiscard]] inline InverterPower limited(const InverterRating& rating, const InverterRequest& request) {
    return inverter_detail::Limits(rating, request).power();
}

struct CurvePoint {
    double x = 0.0;
    double y = 0.0;
    friend bool operator==(const CurvePoint&, const CurvePoint&) = default;
};

/// Straight between its points; beyond them level, or straight on.
struct VoltageCurve {
    std::vector<CurvePoint> points{};  ///< in rising order of x
    bool straight_on = false;
    /// Within this distance of a point other than the first one, that point counts: OpenDSS reads its curves with 1e-5.
    double snap = 0.0;

    [[nodiscard]] bool empty() const { return points.empty(); }
    /// The ordinate at a voltage in pu.
    [[nodiscard]] double at(double v_pu) const;
    friend bool operator==(const VoltageCurve&, const VoltageCurve&) = default;
};

inline double VoltageCurve::at(double v_pu) const {
    const std::size_t n = points.size();
    if (n < 2) return n == 0 ? 0.0 : points.front().y;
    if (!straight_on) v_pu = std::clamp(v_pu, points.front().x, points.back().x);
    std::size_t next = 1;
    for (; v_pu >= points.front().x && next < n; ++next) {
        if (std::abs(points[next].x - v_pu) < snap) return points[next].y;
        if (points[next].x > v_pu) break;
    }
    const CurvePoint &b = points[std::min(next, n - 1)], &a = points[std::min(next, n - 1) - 1];
    return a.x == b.x ? b.y : a.y + (v_pu - a.x) / (b.x - a.x) * (b.y - a.y);
}

/// What the ordinate of a curve of reactive power is a share of: the inverter's limits, or what its active power leaves of its
/// rated apparent power.
enum class VarBase { limits, available };
/// What the ordinate of a curve of active power is a share of: what there is to give, what its panel is rated for, its setting
/// `p_max`, or its rated apparent power.
enum class WattBase { available_p, rated_p, p_max, rated_kva };

/// OpenDSS's way to a curve: a share of the way at a time, until what changes is small. Where it stops is away from the curve.
struct PartialSteps {
    double delta_q = -1.0;  ///< share of the way; negative: it follows from how the voltage changes
    double delta_p = -1.0;
    double voltage_tolerance = 1e-4;  ///< pu; a voltage that has changed by less since the last step calls for none
    double q_tolerance = 0.025;       ///< share of the base; being away by less calls for no step
    double p_tolerance = 0.01;        ///< likewise
    int solves = 1;                   ///< times that the circuit is solved; each time it goes on from where it has stopped
    friend bool operator==(const PartialSteps&, const PartialSteps&) = default;
};

/// Volt-var, volt-watt, or both (IEEE 1547-2018); an empty curve does nothing.
struct InverterCurves {
    InverterRating rating{};
    VoltageCurve volt_var{};
    VarBase var_base = VarBase::limits;
    VoltageCurve volt_watt{};
    VoltageCurve volt_watt_charging{};  ///< of a storage that charges
    WattBase watt_base = WattBase::rated_p;
    std::optional<PartialSteps> steps{};  ///< none: settles on the curve itself
    double tolerance = 1e-7;  ///< share of the rated apparent power that counts as on the curve; where there are no steps
    friend bool operator==(const InverterCurves&, const InverterCurves&) = default;
};

/// Reactive power along a slope through a set voltage (OpenDSS's ExpControl), in pu of the rated apparent power. The set voltage
/// stands still.
struct SlopeVoltVar {
    InverterRating rating{};
    double set = 1.0;     ///< pu; 0: the voltage that is seen, within `set_min` and `set_max`
    double slope = 50.0;  ///< of reactive power per pu of voltage
    double q_bias = 0.0;
    double set_min = 0.95, set_max = 1.05;
    double q_max_drawn = 0.44, q_max_given = 0.44;
    double delta_q = 0.7;    ///< share of the way that it goes at a time
    bool prefers_q = false;  ///< active power yields to it
    int solves = 1;          ///< see PartialSteps
    friend bool operator==(const SlopeVoltVar&, const SlopeVoltVar&) = default;
};

}  // namespace evsweep
