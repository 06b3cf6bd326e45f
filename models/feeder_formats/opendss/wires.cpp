// Wires and cables: their properties. A cable is a core with what lies around it.
#include "feeder_formats/opendss/wires.hpp"

namespace evsweep::opendss {
namespace {

constexpr double round_wire = 0.7788;

template <class T>
void set_r_dc(T& wire, const Value& value, PropertyReader& reader) {
    set_number<&WireData::r_dc>(wire, value, reader);
    if (wire.r_ac < 0.0) wire.r_ac = 1.02 * wire.r_dc;
}
template <class T>
void set_r_ac(T& wire, const Value& value, PropertyReader& reader) {
    set_number<&WireData::r_ac>(wire, value, reader);
    if (wire.r_dc < 0.0) wire.r_dc = wire.r_ac / 1.02;
}
template <class T>
void set_gmr(T& wire, const Value& value, PropertyReader& reader) {
    set_number<&WireData::gmr>(wire, value, reader);
    if (wire.radius < 0.0) wire.radius = wire.gmr / round_wire;
}
template <class T>
void set_gmr_unit(T& wire, const Value& value, PropertyReader& reader) {
    set_length_unit<&WireData::gmr_unit>(wire, value, reader);
    if (wire.radius_unit == LengthUnit::none) wire.radius_unit = wire.gmr_unit;
}
template <class T>
void set_radius_unit(T& wire, const Value& value, PropertyReader& reader) {
    set_length_unit<&WireData::radius_unit>(wire, value, reader);
    if (wire.gmr_unit == LengthUnit::none) wire.gmr_unit = wire.radius_unit;
}
template <int Parts, class T>
void set_radius(T& wire, const Value& value, PropertyReader& reader) {
    const auto length = reader.number(value);
    if (!length) return;
    wire.radius = *length / Parts;
    if (wire.gmr < 0.0) wire.gmr = round_wire * wire.radius;
    if (wire.cap_radius < 0.0) wire.cap_radius = wire.radius;
}

template <auto Member, class T>
void set_positive(T& object, const Value& value, PropertyReader& reader) {
    const auto number = reader.number(value);
    if (number && !(*number > 0.0)) return reader.refuse(value, "is not above zero");
    if (number) object.*Member = *number;
}
template <class T>
void set_permittivity(T& cable, const Value& value, PropertyReader& reader) {
    const auto number = reader.number(value);
    if (number && !(*number >= 1.0)) return reader.refuse(value, "is below 1, the permittivity of the vacuum");
    if (number) cable.permittivity = *number;
}
void set_strands(ConcentricNeutralData& cable, const Value& value, PropertyReader& reader) {
    constexpr int most = 1000;
    cable.strands = reader.integer(value, 2, most).value_or(cable.strands);
}
void set_strand_diameter(ConcentricNeutralData& cable, const Value& value, PropertyReader& reader) {
    set_positive<&ConcentricNeutralData::strand_diameter>(cable, value, reader);
    if (cable.strand_gmr < 0.0) cable.strand_gmr = round_wire * cable.strand_diameter / 2.0;
}
/// A name for `diastrand` that scripts have, but OpenDSS has not.
void pass_over_strand(ConcentricNeutralData&, const Value& value, PropertyReader& reader) {
    reader.warning(value.at, reader.path(), "is no property of OpenDSS, which passes over it", "did you mean 'diastrand'?");
}
void set_lap(TapeShieldData& cable, const Value& value, PropertyReader& reader) {
    const auto overlap = reader.number(value);
    if (overlap && !(*overlap >= 0.0 && *overlap < 100.0)) return reader.refuse(value, "is not from 0 to below 100 percent");
    if (overlap) cable.lap = *overlap;
}

template <class T>
Properties<T> core_properties() {
    return {{"rdc", set_r_dc<T>},
            {"rac", set_r_ac<T>},
            {"runits", set_length_unit<&T::r_unit, T>},
            {"gmrac", set_gmr<T>},
            {"gmrunits", set_gmr_unit<T>},
            {"radius", set_radius<1, T>},
            {"radunits", set_radius_unit<T>},
            {"normamps", set_normal_amperes<T>},
            no_effect<T>("emergamps"),
            {"diam", set_radius<2, T>},
            no_effect<T>("seasons"),
            no_effect<T>("ratings"),
            {"capradius", set_number<&T::cap_radius, T>}};
}

/// Properties of cables follow those of their shield.
template <class T>
Properties<T> cable_properties(Properties<T> own) {
    own.insert(own.end(), {{"epsr", set_permittivity<T>},
                           {"inslayer", set_positive<&T::insulation, T>},
                           {"diains", set_positive<&T::over_insulation, T>},
                           {"diacable", set_positive<&T::over_cable, T>}});
    return with_common<T>(std::move(own), core_properties<T>());
}

}  // namespace

Properties<WireData> wire_data_properties() { return with_common<WireData>(core_properties<WireData>(), {}); }

Properties<ConcentricNeutralData> concentric_neutral_properties() {
    using T = ConcentricNeutralData;
    auto all = cable_properties<T>({{"k", set_strands},
                                    {"diastrand", set_strand_diameter},
                                    {"gmrstrand", set_positive<&T::strand_gmr, T>},
                                    {"rstrand", set_positive<&T::strand_r, T>}});
    all.push_back({"dstrand", pass_over_strand});
    return all;
}

Properties<TapeShieldData> tape_shield_properties() {
    using T = TapeShieldData;
    return cable_properties<T>(
        {{"diashield", set_positive<&T::over_shield, T>}, {"tapelayer", set_positive<&T::tape, T>}, {"tapelap", set_lap}});
}

}  // namespace evsweep::opendss
