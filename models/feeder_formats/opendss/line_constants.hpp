/// Impedances and capacitances of wires and cables from their places, with the earth's return after Carson or Deri.
#pragma once

#include "feeder_formats/opendss/matrices.hpp"
#include "feeder_formats/opendss/wires.hpp"

namespace evsweep::opendss {

/// What lies around the core of a cable and is earthed at both ends of the line: strands, or a tape.
struct MetricShield {
    double r;       ///< ohm/m, of all strands together
    double gmr;     ///< m
    double radius;  ///< m, from the centre of the cable
    int strands;    ///< 0: a tape, the same all around
    double nf;      ///< nF/m between it and the core
};

/// A wire, or the core of a cable, in metres, ohms per metre and nanofarads per metre.
struct MetricWire {
    double x, h;  ///< `h` is negative below ground
    double r_dc, r_ac, gmr, radius, cap_radius;
    std::optional<MetricShield> shield;
};

[[nodiscard]] double to_metres(double length, LengthUnit unit);
[[nodiscard]] double per_metre(double value, LengthUnit unit);
[[nodiscard]] MetricWire metric(const WirePlace& place, const WireData& wire);
/// NaN or negative numbers mark missing data. A diameter of strands that is not given counts as -1, as in OpenDSS.
[[nodiscard]] MetricShield metric_shield(const ConcentricNeutralData& cable);
[[nodiscard]] MetricShield metric_shield(const TapeShieldData& cable);

/// What is wrong with the numbers or places of wires; nothing where they are sound.
[[nodiscard]] std::optional<std::string> error_text_of(const std::vector<MetricWire>& wires);

/// Series impedances (ohm/m) of wires and cores; shields are reduced away.
[[nodiscard]] ComplexMatrix impedances(const std::vector<MetricWire>& wires, EarthModel model, double rho, double frequency);
/// Nodal capacitances (nF/m): of wires in the air by images in the earth, of cables to their shields. A bare wire beside cables
/// has none.
[[nodiscard]] std::vector<double> capacitances(const std::vector<MetricWire>& wires);

}  // namespace evsweep::opendss
