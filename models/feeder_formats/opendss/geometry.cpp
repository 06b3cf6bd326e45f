// Lines given by their wires and cables and where these are. Neutral wires may be reduced away.
#include <algorithm>

#include "feeder_formats/opendss/circuit.hpp"
#include "feeder_formats/opendss/line_constants.hpp"

namespace evsweep::opendss {
namespace {

constexpr std::size_t most_wires = 12;

void set_conductors(LineGeometry& geometry, const Value& value, PropertyReader& reader) {
    const auto number = reader.integer(value, 1, static_cast<int>(most_wires));
    if (number) geometry.places.resize(static_cast<std::size_t>(*number));
    geometry.active = std::min(geometry.active, geometry.places.size() - 1);
}
void set_active_conductor(LineGeometry& geometry, const Value& value, PropertyReader& reader) {
    const auto number = reader.integer(value, 1, static_cast<int>(geometry.places.size()));
    if (!number) return;
    geometry.active = static_cast<std::size_t>(*number) - 1;
    geometry.places[geometry.active].unit = geometry.last_unit;
}
const WireData* look_up(const ConductorName& conductor, Circuit& circuit) {
    if (conductor.kind == ConductorKind::concentric_neutral) return circuit.concentric_neutrals.look_up(conductor.name);
    if (conductor.kind == ConductorKind::tape_shield) return circuit.tape_shields.look_up(conductor.name);
    return circuit.wires.look_up(conductor.name);
}
std::optional<ConductorName> known_conductor(ConductorKind kind, const Value& value, PropertyReader& reader) {
    ConductorName conductor{kind, lower(value.text)};
    if (look_up(conductor, reader.circuit())) return conductor;
    const char* what = kind == ConductorKind::wire ? "WireData" : kind == ConductorKind::tape_shield ? "TSData" : "CNData";
    reader.refuse(value, fmt::format("unknown {} '{}'", conductor.is_cable() ? "cable" : "wire", conductor.name.substr(0, 40)),
                  fmt::format("define it with New {} before this line", what));
    return std::nullopt;
}
template <ConductorKind Kind>
void set_conductor(LineGeometry& geometry, const Value& value, PropertyReader& reader) {
    if (auto conductor = known_conductor(Kind, value, reader)) geometry.places[geometry.active].conductor = std::move(*conductor);
}
template <auto Member>
void set_place(LineGeometry& geometry, const Value& value, PropertyReader& reader) {
    if (const auto number = reader.number(value)) geometry.places[geometry.active].*Member = *number;
}
void set_place_unit(LineGeometry& geometry, const Value& value, PropertyReader& reader) {
    if (const auto unit = to_unit(value, reader)) geometry.places[geometry.active].unit = geometry.last_unit = *unit;
}
/// A list of cables names the phases, or all conductors; a list of wires names all, or the neutrals beside cables.
template <ConductorKind Kind>
void set_all_conductors(LineGeometry& geometry, const Value& value, PropertyReader& reader) {
    const auto names = split_list(value);
    const auto phases = std::min(static_cast<std::size_t>(geometry.phases), geometry.places.size());
    const bool is_cable = Kind != ConductorKind::wire;
    const std::size_t first = !is_cable && geometry.places.front().conductor.is_cable() ? phases : 0;
    const std::size_t last = is_cable && names.size() == phases ? phases : geometry.places.size();
    if (names.size() != last - first)
        return reader.refuse(value, fmt::format("names {} wires, and there are {}", names.size(), last - first));
    for (std::size_t i = first; i < last; ++i)
        if (auto conductor = known_conductor(Kind, names[i - first], reader))
            geometry.places[i].conductor = std::move(*conductor);
}
void place_wires(std::vector<WirePlace>& places, const LineSpacing& spacing) {
    places.resize(static_cast<std::size_t>(spacing.wires));
    for (std::size_t i = 0; i < places.size(); ++i) {
        places[i].x = i < spacing.x.size() ? spacing.x[i] : 0.0;
        places[i].h = i < spacing.h.size() ? spacing.h[i] : 0.0;
        places[i].unit = spacing.unit;
    }
}
const LineSpacing* known_spacing(const Value& value, PropertyReader& reader) {
    const LineSpacing* spacing = reader.circuit().spacings.look_up(lower(value.text));
    if (!spacing) reader.refuse(value, "unknown line spacing", "define it with New LineSpacing before this line");
    return spacing;
}
void set_geometry_spacing(LineGeometry& geometry, const Value& value, PropertyReader& reader) {
    if (const LineSpacing* spacing = known_spacing(value, reader)) place_wires(geometry.places, *spacing);
}

template <auto Member>
void set_coordinates(LineSpacing& spacing, const Value& value, PropertyReader& reader) {
    if (auto numbers = reader.numbers(value)) spacing.*Member = std::move(*numbers);
}
void set_spacing_wires(LineSpacing& spacing, const Value& value, PropertyReader& reader) {
    if (const auto number = reader.integer(value, 1, static_cast<int>(most_wires))) spacing.wires = *number;
}

void leave_code(Line& line, int phases) {
    line.has_code = false;
    line.by_sequence = line.stale = false;
    line.convert = 1.0;
    line.phases = phases;
}

}  // namespace

std::optional<EarthModel> to_earth_model(const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text);
    for (const auto& [name, model] : {std::pair{"carson", EarthModel::carson}, std::pair{"fullcarson", EarthModel::full_carson},
                                      std::pair{"deri", EarthModel::deri}})
        if (!word.empty() && std::string_view(name).substr(0, word.size()) == word) return model;
    reader.refuse(value, "is not a model of the earth", "models: carson, fullcarson, deri");
    return std::nullopt;
}

void set_line_geometry(Line& line, const Value& value, PropertyReader& reader) {
    const LineGeometry* geometry = reader.circuit().geometries.look_up(lower(value.text));
    if (!geometry) return reader.refuse(value, "unknown line geometry", "define it with New LineGeometry before this line");
    line.geometry = geometry->name;
    line.spacing.clear();
    leave_code(line, geometry->reduce ? geometry->phases : static_cast<int>(geometry->places.size()));
}

void set_line_spacing(Line& line, const Value& value, PropertyReader& reader) {
    const LineSpacing* spacing = known_spacing(value, reader);
    if (!spacing) return;
    line.spacing = spacing->name;
    line.geometry.clear();
    leave_code(line, spacing->phases);
}

template <ConductorKind Kind>
void set_line_conductors(Line& line, const Value& value, PropertyReader& reader) {
    const bool are_neutrals = Kind == ConductorKind::wire && !line.wires.empty() && line.wires.front().is_cable();
    const auto kept = [&](const ConductorName& conductor) { return are_neutrals && conductor.is_cable(); };
    line.wires.erase(std::find_if_not(line.wires.begin(), line.wires.end(), kept), line.wires.end());
    for (const Value& name : split_list(value))
        if (auto conductor = known_conductor(Kind, name, reader)) line.wires.push_back(std::move(*conductor));
}
template void set_line_conductors<ConductorKind::wire>(Line&, const Value&, PropertyReader&);
template void set_line_conductors<ConductorKind::concentric_neutral>(Line&, const Value&, PropertyReader&);
template void set_line_conductors<ConductorKind::tape_shield>(Line&, const Value&, PropertyReader&);

namespace {

LineGeometry geometry_of(const Line& line, const Circuit& circuit) {
    if (!line.geometry.empty()) return *circuit.geometries.look_up(line.geometry);
    LineGeometry geometry;
    const LineSpacing& spacing = *circuit.spacings.look_up(line.spacing);
    place_wires(geometry.places, spacing);
    geometry.phases = spacing.phases;
    for (std::size_t i = 0; i < std::min(geometry.places.size(), line.wires.size()); ++i)
        geometry.places[i].conductor = line.wires[i];
    return geometry;
}

/// Cables count as such where they are phases; others are their bare cores, as in OpenDSS.
MetricWire metric_conductor(const WirePlace& place, const WireData& wire, bool is_phase, PropertyReader& reader) {
    MetricWire result = metric(place, wire);
    if (is_phase && place.conductor.kind == ConductorKind::concentric_neutral) {
        const auto& cable = static_cast<const ConcentricNeutralData&>(wire);
        if (cable.strand_diameter < 0.0)
            reader.note("cndata." + cable.name, cable.at,
                        "has no diastrand, for which OpenDSS takes -1: its neutral is that much too wide");
        result.shield = metric_shield(cable);
    }
    if (is_phase && place.conductor.kind == ConductorKind::tape_shield)
        result.shield = metric_shield(static_cast<const TapeShieldData&>(wire));
    return result;
}

std::optional<std::vector<MetricWire>> metric_conductors(const LineGeometry& geometry, const Line& line, Circuit& circuit,
                                                         PropertyReader& reader) {
    const std::string path = "line." + line.name;
    const auto phases = std::min(static_cast<std::size_t>(geometry.phases), geometry.places.size());
    std::vector<MetricWire> wires;
    for (const WirePlace& place : geometry.places) {
        const WireData* wire = look_up(place.conductor, circuit);
        if (!wire)
            return reader.error(line.at, path, "has a conductor without a wire", "name all wires of its geometry"), std::nullopt;
        const bool is_phase = wires.size() < phases;
        if (is_phase && place.conductor.is_cable() != geometry.places.front().conductor.is_cable())
            return reader.error(line.at, path, "has cables and bare wires as phases", "give it phases of one kind"), std::nullopt;
        if (!is_phase && place.conductor.is_cable())
            reader.note("line", line.at, "has a cable beyond its phases, of which only the core counts");
        wires.push_back(metric_conductor(place, *wire, is_phase, reader));
    }
    if (const auto error_text = error_text_of(wires))
        return reader.error(line.at, path, *error_text, "check its geometry and wires"), std::nullopt;
    return wires;
}

std::optional<double> ampacity_of(const LineGeometry& geometry, Circuit& circuit) {
    if (geometry.ampacity) return geometry.ampacity;
    for (const WirePlace& place : geometry.places)
        if (const auto amperes = look_up(place.conductor, circuit)->ampacity) return amperes;
    return std::nullopt;
}

}  // namespace

LineData geometric_data(const Line& line, Circuit& circuit, PropertyReader& reader) {
    LineData data = line;
    data.z.clear();
    const LineGeometry geometry = geometry_of(line, circuit);
    if (line.geometry.empty() && line.wires.size() > geometry.places.size())
        return reader.error(line.at, "line." + line.name,
                            fmt::format("names {} wires, and its spacing has {}", line.wires.size(), geometry.places.size()),
                            "name one for each place"),
               data;
    const auto wires = metric_conductors(geometry, line, circuit, reader);
    if (!wires) return data;
    if (!data.ampacity || geometry.ampacity) data.ampacity = ampacity_of(geometry, circuit);
    const auto phases = static_cast<std::size_t>(line.phases);
    data.z = impedances(*wires, line.earth, line.rho, circuit.frequency);
    for (std::size_t n = wires->size(); n > phases; --n) data.z = kron_reduced(data.z, n, n - 1);
    const auto c = capacitances(*wires);
    data.c.clear();
    for (std::size_t i = 0; i < phases; ++i)
        for (std::size_t j = 0; j < phases; ++j) data.c.push_back(c[i * wires->size() + j]);
    data.frequency = circuit.frequency;
    return data;
}

Properties<LineGeometry> line_geometry_properties() {
    using T = LineGeometry;
    return with_common<T>({{"nconds", set_conductors},
                           {"nphases", set_phases<&T::phases, T>},
                           {"cond", set_active_conductor},
                           {"wire", set_conductor<ConductorKind::wire>},
                           {"x", set_place<&WirePlace::x>},
                           {"h", set_place<&WirePlace::h>},
                           {"units", set_place_unit},
                           {"normamps", set_normal_amperes<T>},
                           no_effect<T>("emergamps"),
                           {"reduce", set_boolean<&T::reduce, T>},
                           {"spacing", set_geometry_spacing},
                           {"wires", set_all_conductors<ConductorKind::wire>},
                           {"cncable", set_conductor<ConductorKind::concentric_neutral>},
                           {"tscable", set_conductor<ConductorKind::tape_shield>},
                           {"cncables", set_all_conductors<ConductorKind::concentric_neutral>},
                           {"tscables", set_all_conductors<ConductorKind::tape_shield>},
                           no_effect<T>("seasons"),
                           no_effect<T>("ratings"),
                           no_effect<T>("linetype")},
                          {});
}

Properties<LineSpacing> line_spacing_properties() {
    using T = LineSpacing;
    return with_common<T>({{"nconds", set_spacing_wires},
                           {"nphases", set_phases<&T::phases, T>},
                           {"x", set_coordinates<&T::x>},
                           {"h", set_coordinates<&T::h>},
                           {"units", set_length_unit<&T::unit, T>}},
                          {});
}

}  // namespace evsweep::opendss
