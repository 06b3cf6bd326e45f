/// Areas that share a frequency by tie lines: what the agent `load_frequency` integrates.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "solvers/linear_system/linear_steps.hpp"

namespace evsweep {

/// A reheater behind the high-pressure stage: `share` of the turbine's power does not pass it.
struct Reheat {
    double time_s = 8.0;
    double share = 0.35;
};

/// One control area, reduced to one machine. Powers are in pu of `base_mw`, frequencies in pu of the nominal frequency.
struct AreaModel {
    std::string name{};
    double base_mw = 0.0;
    double inertia_s = 0.0;   ///< M, twice the inertia constant H
    double damping_pu = 1.0;  ///< D: load that falls with the frequency
    double droop_pu = 0.0;    ///< R: frequency that opens the governor by its whole range
    double governor_s = 0.0;  ///< Tg
    double turbine_s = 0.0;   ///< Tt
    std::optional<Reheat> reheat{};
    double response_s = 0.0;  ///< lag between what connected units are told and what they draw; 0: none
};

/// A tie line; positive flow leaves `from`. Powers are in pu of the base of `from`.
struct TieModel {
    std::size_t from = 0;
    std::size_t to = 0;
    double coefficient_pu = 0.0;  ///< T: synchronising power over 2 pi f0, per rad
    double damping_pu = 0.0;      ///< power per pu of difference in frequency
};

/// What stands between areas and ties.
struct AreaNetwork {
    double nominal_hz = 50.0;
    std::vector<AreaModel> areas{};
    std::vector<TieModel> ties{};
};

/// What acts on one area, in pu of its base.
struct AreaInput {
    double load = 0.0;      ///< dP: more load, or less other generation
    double relief = 0.0;    ///< u: what connected units draw less than in the balance, before their lag
    double setpoint = 0.0;  ///< of the governor, from the secondary control
};

/// Where an area has lost its frequency.
struct Loss {
    std::size_t area = 0;
    double deviation_hz = 0.0;
};

/// Swing equation, governor, turbine and reheater of every area, and the angles of the ties (Kundur, "Power System Stability
/// and Control", 1994, ch. 11). With w = df / f0 per area:
///
///     M w'  = Pm - D w - dP - export + u            governor  Tg g'  = setpoint - w / R - g
///     Pm    = Kr x1 + (1 - Kr) x2                    turbine   Tt x1' = g - x1
///     export = sum of +- (2 pi f0 T d + damping (w_from - w_to)),  d' = w_from - w_to
///                                                    reheater  Tr x2' = x1 - x2
///
/// It is linear and time-invariant, so a step is exact for inputs that are linear within it. State: copyable; the matrices are
/// shared by all copies.
class AreaPlant {
   public:
    /// Every time constant but `response_s` is above 0; ties name areas that there are.
    AreaPlant(AreaNetwork network, double step_s);

    /// One step, `from` at its beginning, `to` at its end; one element per area.
    void advance(std::span<const AreaInput> from, std::span<const AreaInput> to);

    [[nodiscard]] std::size_t areas() const { return parts_->network.areas.size(); }
    [[nodiscard]] const AreaNetwork& network() const { return parts_->network; }
    /// df of the area in Hz.
    [[nodiscard]] double deviation_hz(std::size_t area) const;
    /// Export of the area over all its ties less the scheduled one, in pu of its base.
    [[nodiscard]] double export_pu(std::size_t area) const { return exports_[area]; }
    [[nodiscard]] double export_mw(std::size_t area) const;
    /// B = 1/R + D, in pu of power per pu of frequency.
    [[nodiscard]] double bias_pu(std::size_t area) const;
    /// ACE = export + B w, in pu of the area's base.
    [[nodiscard]] double control_error_pu(std::size_t area) const;
    /// u behind the lag of the connected units, in pu of the area's base; without a lag, what the last step ended with.
    [[nodiscard]] double relief_pu(std::size_t area) const;
    /// The area that is furthest from its nominal frequency, where that is more than `limit_hz` or no number at all.
    [[nodiscard]] std::optional<Loss> lost(double limit_hz) const;
    /// The differential equations: states in the order of the areas, then one angle per tie; inputs load, relief and
    /// setpoint of each area.
    [[nodiscard]] const LinearSystem& system() const { return parts_->system; }

   private:
    /// Where an area's states stand.
    struct Place {
        std::size_t speed, governor, turbine, power, lag;
    };
    struct Parts {
        Parts(AreaNetwork given, double step_s);
        AreaNetwork network;
        std::vector<Place> places;
        LinearSystem system;
        LinearSteps steps;
        /// Export of each area as a sum over the states, areas x states.
        std::vector<double> export_of;
    };
    static std::vector<Place> places_of(const AreaNetwork& network);
    static std::size_t state_count(const AreaNetwork& network);
    static std::vector<double> exports_of(const AreaNetwork& network, const std::vector<Place>& places);
    static LinearSystem system_of(const AreaNetwork& network, const std::vector<Place>& places);

    std::shared_ptr<const Parts> parts_;
    std::vector<double> state_, next_, from_, to_;
    std::vector<double> exports_;  ///< by area, at `state_`
};

}  // namespace evsweep
