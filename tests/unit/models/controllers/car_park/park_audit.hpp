/// The model's constraints once more, as plain loops over a plan: what a linear programme that was built wrongly would break.
#pragma once

#include <algorithm>
#include <cmath>

#include "models/controllers/car_park/park_plan.hpp"

namespace evsweep::test {

/// The largest amount by which a plan breaks any constraint, in kW or kWh.
class ParkAudit {
   public:
    ParkAudit(const ParkDay& day, const ParkMeans& means, const ParkPlan& plan) : day_(day), means_(means), plan_(plan) {
        for (std::size_t i = 0; i < day.vehicles.size(); ++i) see_stay(i);
        for (std::size_t t = 0; t < day.steps(); ++t) see_step(t);
    }
    [[nodiscard]] double worst() const { return worst_; }

   private:
    void at_most(double value, double limit) { worst_ = std::max(worst_, value - limit); }
    void equal(double a, double b) { worst_ = std::max(worst_, std::abs(a - b)); }
    void between(double value, double low, double high) { at_most(value, high), at_most(low, value); }

    void see_stay(std::size_t i) {
        const ParkVehicle& v = day_.vehicles[i];
        const ParkStay& s = plan_.schedule.stays[i];
        const double low = v.lowest_soc * v.capacity_kwh;
        double energy = v.initial_soc * v.capacity_kwh;
        for (std::size_t k = 0; k < v.departure - v.arrival; ++k) {
            const double c = s.charge_kw[k], d = s.discharge_kw[k], up = s.reserve_up_kw[k], down = s.reserve_down_kw[k];
            between(c, 0.0, v.power_kw), between(d, 0.0, means_.returns_energy ? v.power_kw : 0.0);
            at_most(std::min(c, d), 0.0);
            energy += day_.step_h * (day_.efficiency * c - d / day_.efficiency);
            equal(energy, s.energy_kwh[k]);
            between(energy, low, v.capacity_kwh);
            at_most(0.0, up), at_most(0.0, down);
            if (!means_.offers_reserves) at_most(up + down, 0.0);
            at_most(up, means_.returns_energy ? c - d + v.power_kw : c);
            at_most(down, v.power_kw - (c - d));
            // One whole step of activation keeps the battery within its bounds.
            at_most(low, energy - day_.step_h * up / day_.efficiency);
            at_most(energy + day_.step_h * down * day_.efficiency, v.capacity_kwh);
        }
        at_most(v.initial_soc * v.capacity_kwh + v.required_kwh - s.unserved_kwh, energy);
    }

    void see_step(std::size_t t) {
        double park = 0.0;
        for (std::size_t k = 0; k < day_.chargers.count; ++k) {
            const double sun = means_.sun == SunKnowledge::none ? 0.0 : day_.chargers.pv_kwp * day_.pv_kw_per_kwp[t];
            const double in = plan_.import_kw[k][t], out = plan_.export_kw[k][t], away = plan_.schedule.curtailed_kw[k][t];
            between(in, 0.0, day_.chargers.inverter_kw), between(out, 0.0, day_.chargers.inverter_kw);
            between(away, 0.0, sun), at_most(std::min(in, out), 0.0);
            double net = 0.0, up = 0.0, down = 0.0;
            for (std::size_t i = 0; i < day_.vehicles.size(); ++i) {
                const ParkVehicle& v = day_.vehicles[i];
                if (v.charger != k || t < v.arrival || t >= v.departure) continue;
                const ParkStay& s = plan_.schedule.stays[i];
                net += s.charge_kw[t - v.arrival] - s.discharge_kw[t - v.arrival];
                up += s.reserve_up_kw[t - v.arrival], down += s.reserve_down_kw[t - v.arrival];
            }
            equal(sun - away + in - out, net);
            between(net, -day_.chargers.vehicle_kw + up, day_.chargers.vehicle_kw - down);
            between(in - out, -day_.chargers.inverter_kw + up, day_.chargers.inverter_kw - down);
            park += in - out;
        }
        between(park, -day_.cap_export_kw[t], day_.cap_import_kw[t]);
    }

    const ParkDay& day_;
    const ParkMeans& means_;
    const ParkPlan& plan_;
    double worst_ = 0.0;
};

}  // namespace evsweep::test
