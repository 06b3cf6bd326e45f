/// The energy ledger: every kWh that enters the feeder is found again, or the replica fails.
#pragma once

#include <optional>
#include <string>

#include "evsweep/compensated_sum.hpp"
#include "evsweep/output.hpp"
#include "evsweep/population.hpp"

namespace evsweep {

/// Books of one replica. Feeder: source + generation = load + EV + losses. Vehicle: grid energy = stored energy + converter
/// losses, and stored energy = capacity x change of state of charge. All in kWh.
class EnergyLedger {
   public:
    /// Largest admissible gap of any of the balances.
    static constexpr double tolerance_kwh = 1e-6;

    EnergyLedger() = default;
    /// Of a replica whose books were closed with these gaps.
    [[nodiscard]] static EnergyLedger of_gaps(double feeder_gap_kwh, double session_gap_kwh, double fleet_gap_kwh);

    /// Books one control step whose load flow was solved.
    void book(const Interval& interval);
    /// Books one finished stay and checks it against its battery.
    void book(const SessionRecord& record, const Vehicles& vehicles);

    /// source + generation - load - EV - losses over all solved steps.
    [[nodiscard]] double feeder_gap_kwh() const { return feeder_gap_kwh_.value(); }
    /// The largest gap found in any single stay.
    [[nodiscard]] double session_gap_kwh() const { return session_gap_kwh_; }
    /// Grid energy of all steps less grid energy of all stays.
    [[nodiscard]] double fleet_gap_kwh() const { return fleet_gap_kwh_.value(); }
    /// What does not close, in words; nothing if all do.
    [[nodiscard]] std::optional<std::string> error_text() const;

   private:
    CompensatedSum feeder_gap_kwh_;  // plain totals of a year (1e8 kWh) have rounding of the tolerance's size
    CompensatedSum fleet_gap_kwh_;
    double session_gap_kwh_ = 0.0;
};

}  // namespace evsweep
