#include "controllers/car_park/park_schedule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

void note_breach(ParkBreach& breach, double by_kw, std::size_t step) {
    constexpr double rounding_kw = 1e-9;
    if (by_kw > rounding_kw && by_kw > breach.by_kw) breach = {by_kw, step};
}

/// What vehicles draw, by charger and step, and what they cost besides.
void settle_stays(const ParkDay& day, const ParkSchedule& schedule, ParkBill& bill) {
    for (std::size_t i = 0; i < schedule.stays.size(); ++i) {
        const ParkVehicle& vehicle = day.vehicles[i];
        const ParkStay& stay = schedule.stays[i];
        for (std::size_t k = 0; k < stay.charge_kw.size(); ++k) {
            const std::size_t t = vehicle.arrival + k;
            bill.net_kw[vehicle.charger][t] += stay.charge_kw[k] - stay.discharge_kw[k];
            bill.returned_kwh += day.step_h * stay.discharge_kw[k];
            bill.reserves += day.step_h * (day.reserve_up_per_kw_h[t] * stay.reserve_up_kw[k] +
                                           day.reserve_down_per_kw_h[t] * stay.reserve_down_kw[k]);
        }
        bill.unserved_kwh += stay.unserved_kwh;
    }
    bill.wear = day.wear_per_kwh * bill.returned_kwh;
    bill.unserved = day.unserved_per_kwh * bill.unserved_kwh;
}

void settle_sun(const ParkDay& day, const ParkSchedule& schedule, ParkBill& bill) {
    for (std::size_t k = 0; k < day.chargers.count; ++k)
        for (std::size_t t = 0; t < day.steps(); ++t) {
            const double sun_kw = day.chargers.pv_kwp * day.pv_kw_per_kwp[t];
            const double away_kw = schedule.curtailed_kw.empty() ? 0.0 : std::min(sun_kw, schedule.curtailed_kw[k][t]);
            bill.net_kw[k][t] -= sun_kw - away_kw;
            bill.curtailed_kwh += day.step_h * away_kw;
        }
}

void settle_grid(const ParkDay& day, ParkBill& bill) {
    for (std::size_t t = 0; t < day.steps(); ++t) {
        double park_kw = 0.0;
        for (std::size_t k = 0; k < day.chargers.count; ++k) {
            const double net_kw = bill.net_kw[k][t];
            bill.grid += day.step_h * net_kw * (net_kw > 0.0 ? day.import_per_kwh[t] : day.export_per_kwh[t]);
            (net_kw > 0.0 ? bill.imported_kwh : bill.exported_kwh) += day.step_h * std::abs(net_kw);
            note_breach(bill.over_inverter, std::abs(net_kw) - day.chargers.inverter_kw, t);
            park_kw += net_kw;
        }
        note_breach(bill.over_import, park_kw - day.cap_import_kw[t], t);
        note_breach(bill.over_export, -park_kw - day.cap_export_kw[t], t);
    }
}

}  // namespace

ParkBill settle(const ParkDay& day, const ParkSchedule& schedule) {
    EVSWEEP_EXPECTS(schedule.stays.size() == day.vehicles.size(), "a schedule says what every vehicle does");
    ParkBill bill;
    bill.net_kw.assign(day.chargers.count, std::vector<double>(day.steps(), 0.0));
    settle_stays(day, schedule, bill);
    settle_sun(day, schedule, bill);
    settle_grid(day, bill);
    return bill;
}

std::vector<std::string> unserved_texts(const ParkDay& day, const ParkSchedule& schedule) {
    constexpr double rounding_kwh = 1e-6;
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < schedule.stays.size(); ++i) {
        const double missing_kwh = schedule.stays[i].unserved_kwh;
        if (missing_kwh <= rounding_kwh) continue;
        const ParkVehicle& v = day.vehicles[i];
        texts.push_back(fmt::format("vehicle {} at charger {} leaves {:.3f} kWh short of the {} kWh that it requires", v.number,
                                    v.charger + 1, missing_kwh, v.required_kwh));
    }
    return texts;
}

}  // namespace evsweep
