/// How inverters find the power that their curves call for: one class a way, each a state machine that knows a voltage only.
///
///   CurveSteps    OpenDSS's InvControl: a share of the way at a time, until voltages and powers change little
///   SlopeSteps    OpenDSS's ExpControl: the same with one share, along a slope
///   CurveSearch   to the curve itself: a secant step at a time (the answer of the voltage to the last step gives the share)
///
/// `look` takes the voltage and returns whether the law wants to act; `act` changes what the inverter is asked for.
#pragma once

#include <optional>

#include "evsweep/feeder_description.hpp"
#include "evsweep/inverter.hpp"
#include "sim/network/relays/injection_reading.hpp"

namespace evsweep {

/// An inverter with what its curves ask of it. What there is to give may change at any time.
class Inverter {
   public:
    explicit Inverter(const InverterRating& rating) : rating_(rating) {}

    [[nodiscard]] const InverterRating& rating() const { return rating_; }
    [[nodiscard]] const InjectionPower& available() const { return available_; }
    void see(const InjectionPower& available) { available_ = available; }

    /// Of what there is, or of what was last seen.
    [[nodiscard]] InverterPower power(const InjectionPower& available) const;
    [[nodiscard]] InverterPower power() const { return power(available_); }
    /// Most active power that it may give, or draw; negative only where a curve is followed straight on beyond its end.
    [[nodiscard]] double p_limit() const;
    /// Active power that it would give without a curve.
    [[nodiscard]] double full_p() const;

    void ask_q(double kvar) { q_kvar_ = kvar; }
    [[nodiscard]] bool has_q() const { return q_kvar_.has_value(); }
    void limit_p(double kw) { p_limit_kw_ = kw; }

   private:
    InverterRating rating_;
    InjectionPower available_{};
    std::optional<double> p_limit_kw_;
    std::optional<double> q_kvar_;  ///< none: as on its own
};

/// What the curves call for at a voltage: reactive power within the inverter's limits, and a limit of active power.
struct CurveTarget {
    double q_kvar = 0.0;
    double p_kw = 0.0;  ///< magnitude
};

/// What the inverter gives at the moment of looking, and what 1 on its curves stands for then.
struct CurveBases {
    InverterPower now{};
    double q_kvar = 0.0, q_drawn_kvar = 0.0, p_kw = 0.0;
    bool charges = false;

    /// In the direction of `sign`.
    [[nodiscard]] double q(double sign) const { return sign >= 0.0 ? q_kvar : q_drawn_kvar; }
};

/// Bases, curves and limits, as OpenDSS and IEEE 1547 have them.
class CurveReader {
   public:
    explicit CurveReader(const InverterCurves& curves) : curves_(curves) {}

    [[nodiscard]] const InverterCurves& curves() const { return curves_; }
    [[nodiscard]] bool has_var() const { return !curves_.volt_var.empty(); }
    [[nodiscard]] bool has_watt() const { return !curves_.volt_watt.empty() || !curves_.volt_watt_charging.empty(); }
    /// Whether the inverter follows; one that is off may.
    [[nodiscard]] bool follows() const;
    [[nodiscard]] CurveBases bases(const Inverter& inverter) const;
    /// Shares of the bases at a voltage, within what the inverter can do.
    [[nodiscard]] double q_share(double voltage_pu, const CurveBases& bases) const;
    [[nodiscard]] double p_share(double voltage_pu, const CurveBases& bases) const;
    /// The same as powers.
    [[nodiscard]] CurveTarget target(double voltage_pu, const CurveBases& bases, const Inverter& inverter) const;

   private:
    [[nodiscard]] const VoltageCurve* watt_curve(bool charges) const;

    InverterCurves curves_;
};

class CurveSteps {
   public:
    explicit CurveSteps(const InverterCurves& curves) : reader_(curves) {}

    void begin() { round_ = 0; }
    [[nodiscard]] bool look(double voltage_pu, const Inverter& inverter);
    void act(Inverter& inverter);
    [[nodiscard]] CurveTarget target(double voltage_pu, const Inverter& inverter) const {
        return reader_.target(voltage_pu, reader_.bases(inverter), inverter);
    }

   private:
    /// The share that follows from how much the voltage has changed since the last step, and before that.
    void adapt_q();
    void adapt_p();
    [[nodiscard]] double stepped_p(double full);
    [[nodiscard]] double stepped_q();
    [[nodiscard]] double change() const;

    CurveReader reader_;
    CurveBases bases_{};
    int round_ = 0;
    double seen_ = 0.0, acted_at_ = 0.0;                                      ///< voltages
    double q_wanted_ = 0.0, q_share_ = 0.0, p_wanted_ = 0.0, p_share_ = 0.0;  ///< of the bases
    double q_kvar_ = -1.0;                                                    ///< given after the last step; OpenDSS begins here
    double q_step_ = 0.5, p_step_ = 0.5;
    double change_before_ = -1.0;
    bool limits_p_ = false;
};

class SlopeSteps {
   public:
    explicit SlopeSteps(const SlopeVoltVar& law) : law_(law), set_(law.set) {}

    void begin() { round_ = 0; }
    [[nodiscard]] bool look(double voltage_pu, const Inverter& inverter);
    void act(Inverter& inverter);
    [[nodiscard]] CurveTarget target(double voltage_pu, const Inverter& inverter) const;

   private:
    [[nodiscard]] double q_pu(double voltage_pu, double p_kw) const;

    SlopeVoltVar law_;
    double set_;
    int round_ = 0;
    double seen_ = 0.0, acted_at_ = 0.0;
    double wanted_kvar_ = 0.0;
    double asked_kvar_ = -1.0;  ///< OpenDSS begins here
};

/// The way to a root of what is missing, r(x), where r falls by more than one for one: x plus a share of r.
class SecantStep {
   public:
    [[nodiscard]] double next(double x, double missing);
    void forget() { before_.reset(); }

   private:
    struct Point {
        double x, missing;
    };
    std::optional<Point> before_;
    double share_ = 0.5;
};

class CurveSearch {
   public:
    explicit CurveSearch(const InverterCurves& curves) : reader_(curves) {}

    void begin() { q_step_.forget(), p_step_.forget(); }
    [[nodiscard]] bool look(double voltage_pu, const Inverter& inverter);
    void act(Inverter& inverter);
    [[nodiscard]] CurveTarget target(double voltage_pu, const Inverter& inverter) const {
        return reader_.target(voltage_pu, reader_.bases(inverter), inverter);
    }

   private:
    CurveReader reader_;
    CurveBases bases_{};
    CurveTarget target_{};
    SecantStep q_step_, p_step_;
};

}  // namespace evsweep
