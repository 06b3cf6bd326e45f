/// The feeder as linear rows around an operating point: what controllers that plan ahead may know of the grid.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "evsweep/time.hpp"

namespace evsweep {

/// Rows y = value + per_kw (p - p0) + per_kvar (q - q0) in the power drawn by chargers at each place.
struct LinearRows {
    std::vector<double> value;     ///< exact, at the operating point; by row
    std::vector<double> per_kw;    ///< [row][place]
    std::vector<double> per_kvar;  ///< [row][place]
};

/// The feeder around the operating point p0, q0 (kW and kvar drawn by chargers, by place) of one control step.
struct LinearGrid {
    std::size_t places = 0;
    std::vector<double> p_kw, q_kvar;  ///< the operating point
    LinearRows voltage;                ///< pu, by GridModel::voltages()
    LinearRows charger_voltage;        ///< pu, by place: what the meters of the chargers there show
    /// Currents and powers as a share of their rating, by GridModel::loadings(): phasors turned so that `along` is their
    /// size at the operating point and `across` is 0 there. The size elsewhere is the root of the sum of both squares.
    LinearRows along, across;
    LinearRows source;                   ///< two rows: kW and kvar delivered by the source
    LinearRows loss;                     ///< one row: kW lost in branches, to first order
    std::vector<double> loss_curvature;  ///< [2 places][2 places], kW per product of kW or kvar (P of all places, then Q): the
                                         ///< loss is its row plus half the quadratic form; positive semidefinite
};

/// Something of the grid that has limits.
struct GridElement {
    std::string name;  ///< for messages, e.g. "voltage at bus 11", "current in line 3-8", "power of transformer 0-1"
    double lowest = -std::numeric_limits<double>::infinity();
    double highest = std::numeric_limits<double>::infinity();
};

/// Linearises the forecast grid: base load as forecast, tap changers where they stand now. Columns of places: charging points
/// with the same wires at the same bus share one, and draw in equal parts from its phases.
class GridModel {
   public:
    virtual ~GridModel() = default;
    [[nodiscard]] virtual std::size_t places() const = 0;
    /// The place of every connector, by ConnectorId.
    [[nodiscard]] virtual std::span<const std::uint32_t> place_of_connector() const = 0;
    /// Voltages that loads see (FeederSite::supply) at all buses but the source's, whose voltage is given, with the scenario's
    /// limits, in pu.
    [[nodiscard]] virtual std::span<const GridElement> voltages() const = 0;
    /// Conductors of lines and transformers with a rated current, then transformers with a rated power; limit 1.
    [[nodiscard]] virtual std::span<const GridElement> loadings() const = 0;
    /// Linearises the control step that contains `at` while chargers draw `p_kw` and `q_kvar` (by place). False, and `grid` means
    /// nothing, where the load flow has no solution.
    [[nodiscard]] virtual bool linearise(Instant at, std::span<const double> p_kw, std::span<const double> q_kvar,
                                         LinearGrid& grid) = 0;
    /// How voltages at the places (rows by place; as the meters of the chargers there show them) follow power drawn at the places
    /// where all voltages are nominal and nothing is loaded: what the feeder's admittances alone tell, at any time and with any
    /// taps. Values are 1. False, and the rows mean nothing, where they cannot be found.
    [[nodiscard]] virtual bool linearise_nominal(LinearRows& charger_voltage) = 0;
    /// Steps from place to place along the feeder, [place][place]: two places are one step apart where no bus with a third place
    /// lies between them, and 0 where they are at one bus.
    [[nodiscard]] virtual std::vector<std::uint32_t> hops() const = 0;
};

}  // namespace evsweep
