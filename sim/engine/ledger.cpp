#include "sim/engine/ledger.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evsweep {

EnergyLedger EnergyLedger::of_gaps(double feeder_gap_kwh, double session_gap_kwh, double fleet_gap_kwh) {
    EnergyLedger ledger;
    ledger.feeder_gap_kwh_.add(feeder_gap_kwh);
    ledger.session_gap_kwh_ = session_gap_kwh;
    ledger.fleet_gap_kwh_.add(fleet_gap_kwh);
    return ledger;
}

void EnergyLedger::book(const Interval& interval) {
    const double ev = interval.charged_kwh - interval.discharged_kwh;
    fleet_gap_kwh_.add(ev);
    if (!interval.solved) return;
    for (const double kwh : {interval.source_kwh, interval.generated_kwh, -interval.load_kwh, -ev, -interval.loss_kwh})
        feeder_gap_kwh_.add(kwh);
}

void EnergyLedger::book(const SessionRecord& record, const Vehicles& vehicles) {
    const std::size_t v = record.session.vehicle.index();
    const double in_battery = vehicles.capacity[v] * (record.final_soc - record.session.initial_soc);
    const double gaps[] = {record.stored_kwh - record.charged_kwh * vehicles.stored_per_drawn[v],
                           record.released_kwh - record.discharged_kwh * vehicles.drawn_per_returned[v],
                           record.stored_kwh - record.released_kwh - in_battery};
    for (double gap : gaps) session_gap_kwh_ = std::fmax(session_gap_kwh_, std::isnan(gap) ? INFINITY : std::abs(gap));
    fleet_gap_kwh_.add(-(record.charged_kwh - record.discharged_kwh));
}

std::optional<std::string> EnergyLedger::error_text() const {
    std::string text;
    const auto check = [&text](const char* balance, double gap) {
        if (std::abs(gap) <= tolerance_kwh) return;  // a NaN gap must not pass
        text += fmt::format("{}{} by {:.3g} kWh", text.empty() ? "the energy ledger does not close: " : ", ", balance, gap);
    };
    check("source + generation = load + EV + losses", feeder_gap_kwh());
    check("grid energy = stored energy + converter losses", session_gap_kwh());
    check("energy of the steps = energy of the stays", fleet_gap_kwh());
    return text.empty() ? std::nullopt : std::optional(text);
}

}  // namespace evsweep
