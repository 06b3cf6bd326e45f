/// Wires and cables, and where they are along a line.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "feeder_formats/opendss/store.hpp"

namespace evsweep::opendss {

enum class LengthUnit { none, mile, kilofoot, kilometre, metre, foot, inch, centimetre, millimetre };
/// How many `to` a `from` has; 1 where either has no unit.
[[nodiscard]] double conversion(LengthUnit from, LengthUnit to);
[[nodiscard]] double metres_of(LengthUnit unit);
[[nodiscard]] std::optional<LengthUnit> to_unit(const Value& value, PropertyReader& reader);

/// How the earth's return is worked out: Deri's complex depth, Carson's series, or its first term.
enum class EarthModel { carson, full_carson, deri };

/// A bare wire, or the core of a cable. What is not given is negative.
struct WireData : Object {
    double r_dc = -1.0, r_ac = -1.0, gmr = -1.0, radius = -1.0, cap_radius = -1.0;
    LengthUnit r_unit = LengthUnit::none, gmr_unit = LengthUnit::none, radius_unit = LengthUnit::none;
    std::optional<double> ampacity;
};

/// What all cables have around their core; lengths in the unit of its radius.
struct CableData : WireData {
    double permittivity = 2.3;  ///< of the insulation, over that of the vacuum
    double insulation = -1.0, over_insulation = -1.0, over_cable = -1.0;
};
/// Around the insulation, strands as a concentric neutral.
struct ConcentricNeutralData : CableData {
    int strands = 2;
    double strand_diameter = -1.0, strand_gmr = -1.0, strand_r = -1.0;
};
/// Around the insulation, a shield of copper tape; `lap` in percent.
struct TapeShieldData : CableData {
    double over_shield = -1.0, tape = -1.0, lap = 20.0;
};

enum class ConductorKind { wire, concentric_neutral, tape_shield };
struct ConductorName {
    ConductorKind kind = ConductorKind::wire;
    std::string name;
    [[nodiscard]] bool is_cable() const { return kind != ConductorKind::wire; }
};

struct WirePlace {
    ConductorName conductor;
    double x = 0.0;
    double h = 0.0;
    LengthUnit unit = LengthUnit::foot;
};
struct LineGeometry : Object {
    int phases = 3;
    std::vector<WirePlace> places = std::vector<WirePlace>(3);
    std::size_t active = 0;
    LengthUnit last_unit = LengthUnit::foot;
    bool reduce = false;
    std::optional<double> ampacity;
};
struct LineSpacing : Object {
    int phases = 3;
    int wires = 3;
    std::vector<double> x, h;
    LengthUnit unit = LengthUnit::foot;
};

/// Handlers that these have in common.
template <auto Member, class T>
void set_length_unit(T& object, const Value& value, PropertyReader& reader) {
    if (const auto unit = to_unit(value, reader)) object.*Member = *unit;
}
template <class T>
void set_normal_amperes(T& object, const Value& value, PropertyReader& reader) {
    if (const auto amperes = reader.number(value)) object.ampacity = *amperes;
}

[[nodiscard]] Properties<WireData> wire_data_properties();
[[nodiscard]] Properties<ConcentricNeutralData> concentric_neutral_properties();
[[nodiscard]] Properties<TapeShieldData> tape_shield_properties();
[[nodiscard]] Properties<LineGeometry> line_geometry_properties();
[[nodiscard]] Properties<LineSpacing> line_spacing_properties();

}  // namespace evsweep::opendss
