/// The relay of an inverter that follows curves of its voltage.
#pragma once

#include <optional>
#include <variant>

#include "evsweep/feeder_description.hpp"
#include "evsweep/time.hpp"
#include "sim/network/relays/inverter_laws.hpp"

namespace evsweep {

struct Pace;

/// Follows curves of reactive and active power over the voltage (InverterCurves, SlopeVoltVar). While it settles and in real time
/// it acts alike: each time a part of the way, and again after the delay of its row as long as the curve calls for it.
class InverterRelay {
   public:
    /// `initial`: what its load gives in the file.
    InverterRelay(const InjectionControlRow& row, InjectionPower initial);

    void look(const InjectionReading& seen, Instant now);
    [[nodiscard]] std::optional<Instant> due() const { return act_at_; }
    void act(Instant at, Pace pace);
    /// A snapshot begins, or is over.
    void drop_plans();
    [[nodiscard]] InjectionPower wanted(const InjectionPower& available) const;
    /// Times that a snapshot has to be settled.
    [[nodiscard]] int solves() const { return solves_; }
    /// How much the curves call for at the voltage last seen beyond what is given; active power as a magnitude. None before it
    /// looks.
    [[nodiscard]] InjectionPower away() const;

   private:
    [[nodiscard]] InjectionPower there(const InjectionPower& available) const;

    OfSeveral voltage_;
    Duration delay_;
    int solves_ = 1;
    InjectionPower initial_;
    Inverter inverter_;
    std::variant<CurveSearch, CurveSteps, SlopeSteps> law_;
    std::optional<double> seen_pu_;
    std::optional<Instant> act_at_;
};

}  // namespace evsweep
