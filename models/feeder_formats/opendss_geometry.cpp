// Lines given by their wires and where these are: self and mutual impedances with the earth's return, after Carson or Deri,
// and capacitances by images. Neutral wires may be reduced away.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "feeder_formats/opendss_circuit.hpp"
#include "feeder_formats/opendss_matrices.hpp"

namespace evsweep::opendss {
namespace {

using Complex = std::complex<double>;
constexpr double pi = std::numbers::pi;
constexpr double mu0 = 12.56637e-7;  // H/m, with the digits that OpenDSS has
constexpr double e0 = 8.854e-12;     // F/m
constexpr double round_wire = 0.7788;
constexpr std::size_t most_wires = 12;

template <auto Member, class T>
void set_length_unit(T& object, const Value& value, Desk& desk) {
    if (const auto unit = to_unit(value, desk)) object.*Member = *unit;
}
template <class T>
void set_normal_amperes(T& object, const Value& value, Desk& desk) {
    if (const auto amperes = desk.number(value)) object.ampacity = *amperes;
}

void set_r_dc(WireData& wire, const Value& value, Desk& desk) {
    set_number<&WireData::r_dc>(wire, value, desk);
    if (wire.r_ac < 0.0) wire.r_ac = 1.02 * wire.r_dc;
}
void set_r_ac(WireData& wire, const Value& value, Desk& desk) {
    set_number<&WireData::r_ac>(wire, value, desk);
    if (wire.r_dc < 0.0) wire.r_dc = wire.r_ac / 1.02;
}
void set_gmr(WireData& wire, const Value& value, Desk& desk) {
    set_number<&WireData::gmr>(wire, value, desk);
    if (wire.radius < 0.0) wire.radius = wire.gmr / round_wire;
}
void set_gmr_unit(WireData& wire, const Value& value, Desk& desk) {
    set_length_unit<&WireData::gmr_unit>(wire, value, desk);
    if (wire.radius_unit == LengthUnit::none) wire.radius_unit = wire.gmr_unit;
}
void set_radius_unit(WireData& wire, const Value& value, Desk& desk) {
    set_length_unit<&WireData::radius_unit>(wire, value, desk);
    if (wire.gmr_unit == LengthUnit::none) wire.gmr_unit = wire.radius_unit;
}
template <int Parts>
void set_radius(WireData& wire, const Value& value, Desk& desk) {
    const auto length = desk.number(value);
    if (!length) return;
    wire.radius = *length / Parts;
    if (wire.gmr < 0.0) wire.gmr = round_wire * wire.radius;
    if (wire.cap_radius < 0.0) wire.cap_radius = wire.radius;
}

void set_conductors(LineGeometry& geometry, const Value& value, Desk& desk) {
    const auto number = desk.integer(value, 1, static_cast<int>(most_wires));
    if (number) geometry.places.resize(static_cast<std::size_t>(*number));
    geometry.active = std::min(geometry.active, geometry.places.size() - 1);
}
void set_active_conductor(LineGeometry& geometry, const Value& value, Desk& desk) {
    const auto number = desk.integer(value, 1, static_cast<int>(geometry.places.size()));
    if (!number) return;
    geometry.active = static_cast<std::size_t>(*number) - 1;
    geometry.places[geometry.active].unit = geometry.last_unit;
}
bool is_known_wire(const std::string& name, const Value& value, Desk& desk) {
    if (desk.circuit().wires.find(name)) return true;
    desk.refuse(value, "unknown wire '" + name.substr(0, 40) + "'", "define it with New WireData before this line");
    return false;
}
void set_wire(LineGeometry& geometry, const Value& value, Desk& desk) {
    const std::string name = lower(value.text);
    if (is_known_wire(name, value, desk)) geometry.places[geometry.active].wire = name;
}
template <auto Member>
void set_place(LineGeometry& geometry, const Value& value, Desk& desk) {
    if (const auto number = desk.number(value)) geometry.places[geometry.active].*Member = *number;
}
void set_place_unit(LineGeometry& geometry, const Value& value, Desk& desk) {
    if (const auto unit = to_unit(value, desk)) geometry.places[geometry.active].unit = geometry.last_unit = *unit;
}
void set_all_wires(LineGeometry& geometry, const Value& value, Desk& desk) {
    const auto names = split_list(value);
    if (names.size() != geometry.places.size())
        return desk.refuse(value, fmt::format("names {} wires, and there are {}", names.size(), geometry.places.size()));
    for (std::size_t i = 0; i < names.size(); ++i)
        if (is_known_wire(lower(names[i].text), names[i], desk)) geometry.places[i].wire = lower(names[i].text);
}
void place_wires(std::vector<WirePlace>& places, const LineSpacing& spacing) {
    places.resize(static_cast<std::size_t>(spacing.wires));
    for (std::size_t i = 0; i < places.size(); ++i) {
        places[i].x = i < spacing.x.size() ? spacing.x[i] : 0.0;
        places[i].h = i < spacing.h.size() ? spacing.h[i] : 0.0;
        places[i].unit = spacing.unit;
    }
}
const LineSpacing* known_spacing(const Value& value, Desk& desk) {
    const LineSpacing* spacing = desk.circuit().spacings.look_up(lower(value.text));
    if (!spacing) desk.refuse(value, "unknown line spacing", "define it with New LineSpacing before this line");
    return spacing;
}
void set_geometry_spacing(LineGeometry& geometry, const Value& value, Desk& desk) {
    if (const LineSpacing* spacing = known_spacing(value, desk)) place_wires(geometry.places, *spacing);
}

template <auto Member>
void set_coordinates(LineSpacing& spacing, const Value& value, Desk& desk) {
    if (auto numbers = desk.numbers(value)) spacing.*Member = std::move(*numbers);
}
void set_spacing_wires(LineSpacing& spacing, const Value& value, Desk& desk) {
    if (const auto number = desk.integer(value, 1, static_cast<int>(most_wires))) spacing.wires = *number;
}

/// A wire in metres and ohms per metre.
struct MetricWire {
    double x, h, r_dc, r_ac, gmr, radius, cap_radius;
};

double to_metres(double length, LengthUnit unit) { return unit == LengthUnit::none ? length : length * metres_of(unit); }
double per_metre(double value, LengthUnit unit) { return unit == LengthUnit::none ? value : value / metres_of(unit); }

/// I0(z) / I1(z) of modified Bessel functions, by their series.
Complex bessel_ratio(Complex z) {
    const Complex square = z * z / 4.0;
    Complex term = 1.0;
    Complex zero = 1.0;
    Complex one = 0.5;  // I1(z) / z
    constexpr int most_terms = 150;
    for (int k = 1; k < most_terms; ++k) {
        term *= square / static_cast<double>(k * k);
        zero += term;
        one += term / (2.0 * (k + 1));
        if (std::abs(term) < 1e-16 * std::abs(zero)) break;
    }
    return zero / (one * z);
}

/// Resistance of a wire: as given, or with the skin effect of a round conductor where the earth is Deri's.
double resistance(const MetricWire& wire, EarthModel model, double frequency) {
    if (model != EarthModel::deri) return wire.r_ac;
    const Complex alpha = Complex(1.0, 1.0) * std::sqrt(frequency * mu0 / wire.r_dc);
    constexpr double thin_skin = 35.0;
    const Complex ratio = std::abs(alpha) > thin_skin ? 1.0 : bessel_ratio(alpha);
    return (Complex(1.0, 1.0) * ratio * std::sqrt(wire.r_dc * frequency * mu0) / 2.0).real();
}

/// What the earth adds between two wires (ohm/m), with the distance to the image in it.
Complex earth_impedance(const MetricWire& a, const MetricWire& b, bool same, EarthModel model, double rho, double frequency) {
    const double omega = 2.0 * pi * frequency;
    const double factor = omega * mu0 / (2.0 * pi);
    if (model == EarthModel::carson) return {omega * mu0 / 8.0, factor * std::log(658.5 * std::sqrt(rho / frequency))};
    if (model == EarthModel::deri) {
        const Complex depth = 1.0 / std::sqrt(Complex(0.0, omega * mu0 / rho));
        const Complex height = a.h + b.h + 2.0 * depth;
        const double across = same ? 0.0 : a.x - b.x;
        return Complex(0.0, factor) * std::log(std::sqrt(height * height + across * across));
    }
    const double height = a.h + b.h;
    const double distance = same ? height : std::hypot(height, a.x - b.x);
    const double theta = same ? 0.0 : std::acos(height / distance);
    const double m = 2.8099e-3 * distance * std::sqrt(frequency / rho);
    // Carson's series to the fourth power of m.
    const double b1 = 1.0 / (3.0 * std::numbers::sqrt2), b2 = 1.0 / 16.0, b3 = b1 / 15.0, b4 = b2 / 24.0;
    const double d2 = b2 * pi / 4.0, d4 = b4 * pi / 4.0, c2 = 1.3659315, c4 = c2 + 1.0 / 4.0 + 1.0 / 6.0;
    const double m2 = m * m, m3 = m2 * m, m4 = m2 * m2;
    const auto turned = [theta](double k) { return std::cos(k * theta); };
    const double p = pi / 8.0 - b1 * m * turned(1.0) +
                     b2 * m2 * ((c2 - std::log(m)) * turned(2.0) + theta * std::sin(2.0 * theta)) + b3 * m3 * turned(3.0) -
                     d4 * m4 * turned(4.0);
    const double q = 0.5 * std::log(1.85138 / m) + b1 * m * turned(1.0) - d2 * m2 * turned(2.0) + b3 * m3 * turned(3.0) -
                     b4 * m4 * ((c4 - std::log(m)) * turned(4.0) + theta * std::sin(4.0 * theta));
    return 2.0 * factor * Complex(p, q + 0.5 * std::log(distance));
}

ComplexMatrix impedances(const std::vector<MetricWire>& wires, EarthModel model, double rho, double frequency) {
    const std::size_t n = wires.size();
    ComplexMatrix z(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const bool same = i == j;
            const double apart = same ? wires[i].gmr : std::hypot(wires[i].x - wires[j].x, wires[i].h - wires[j].h);
            const Complex near(same ? resistance(wires[i], model, frequency) : 0.0, frequency * mu0 * std::log(1.0 / apart));
            z[i * n + j] = near + earth_impedance(wires[i], wires[j], same, model, rho, frequency);
        }
    return z;
}

/// Nodal capacitances (nF/m) by images in the earth.
std::vector<double> capacitances(const std::vector<MetricWire>& wires) {
    const std::size_t n = wires.size();
    std::vector<double> potential(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const double across = wires[i].x - wires[j].x;
            const double apart = i == j ? wires[i].cap_radius : std::hypot(across, wires[i].h - wires[j].h);
            potential[i * n + j] = std::log(std::hypot(across, wires[i].h + wires[j].h) / apart) / (2.0 * pi * e0) * 1e-9;
        }
    return inverse(std::move(potential), n);
}

/// Whether all wires have their numbers, and places of their own above the earth.
bool are_sound(const std::vector<MetricWire>& wires) {
    for (std::size_t i = 0; i < wires.size(); ++i) {
        const MetricWire& w = wires[i];
        if (!(w.h > 0.0 && w.r_dc > 0.0 && w.r_ac > 0.0 && w.gmr > 0.0 && w.radius > 0.0 && w.cap_radius > 0.0)) return false;
        for (std::size_t j = 0; j < i; ++j)
            if (std::hypot(w.x - wires[j].x, w.h - wires[j].h) < w.radius + wires[j].radius) return false;
    }
    return true;
}

MetricWire metric(const WirePlace& place, const WireData& wire) {
    const double radius = to_metres(wire.radius, wire.radius_unit);
    return {to_metres(place.x, place.unit),
            to_metres(place.h, place.unit),
            per_metre(wire.r_dc, wire.r_unit),
            per_metre(wire.r_ac, wire.r_unit),
            to_metres(wire.gmr, wire.gmr_unit),
            radius,
            wire.cap_radius > 0.0 ? to_metres(wire.cap_radius, wire.radius_unit) : radius};
}

void leave_code(Line& line, int phases) {
    line.has_code = false;
    line.by_sequence = line.stale = false;
    line.convert = 1.0;
    line.phases = phases;
}

}  // namespace

std::optional<EarthModel> to_earth_model(const Value& value, Desk& desk) {
    const std::string word = lower(value.text);
    for (const auto& [name, model] : {std::pair{"carson", EarthModel::carson}, std::pair{"fullcarson", EarthModel::full_carson},
                                      std::pair{"deri", EarthModel::deri}})
        if (!word.empty() && std::string_view(name).substr(0, word.size()) == word) return model;
    desk.refuse(value, "is not a model of the earth", "models: carson, fullcarson, deri");
    return std::nullopt;
}

void set_line_geometry(Line& line, const Value& value, Desk& desk) {
    const LineGeometry* geometry = desk.circuit().geometries.look_up(lower(value.text));
    if (!geometry) return desk.refuse(value, "unknown line geometry", "define it with New LineGeometry before this line");
    line.geometry = geometry->name;
    line.spacing.clear();
    leave_code(line, geometry->reduce ? geometry->phases : static_cast<int>(geometry->places.size()));
}

void set_line_spacing(Line& line, const Value& value, Desk& desk) {
    const LineSpacing* spacing = known_spacing(value, desk);
    if (!spacing) return;
    line.spacing = spacing->name;
    line.geometry.clear();
    leave_code(line, spacing->phases);
}

void set_line_wires(Line& line, const Value& value, Desk& desk) {
    line.wires.clear();
    for (const Value& name : split_list(value))
        if (is_known_wire(lower(name.text), name, desk)) line.wires.push_back(lower(name.text));
}

LineData geometric_data(const Line& line, Circuit& circuit, Desk& desk) {
    LineData data = line;
    data.z.clear();
    const std::string path = "line." + line.name;
    LineGeometry geometry;
    if (!line.geometry.empty()) {
        geometry = *circuit.geometries.look_up(line.geometry);
    } else {
        const LineSpacing& spacing = *circuit.spacings.look_up(line.spacing);
        place_wires(geometry.places, spacing);
        geometry.reduce = spacing.wires > spacing.phases;
        for (std::size_t i = 0; i < geometry.places.size(); ++i)
            geometry.places[i].wire = i < line.wires.size() ? line.wires[i] : "";
    }
    std::vector<MetricWire> wires;
    for (const WirePlace& place : geometry.places) {
        const WireData* wire = circuit.wires.look_up(place.wire);
        if (!wire) return desk.error(line.at, path, "has a conductor without a wire", "name all wires of its geometry"), data;
        wires.push_back(metric(place, *wire));
        if (!data.ampacity) data.ampacity = wire->ampacity;
    }
    if (geometry.ampacity) data.ampacity = geometry.ampacity;
    if (!are_sound(wires))
        return desk.error(line.at, path, "has wires without resistance or radius, in one place, or not above the earth",
                          "check its geometry and wires"),
               data;
    const auto phases = static_cast<std::size_t>(line.phases);
    data.z = impedances(wires, line.earth, line.rho, circuit.frequency);
    for (std::size_t n = wires.size(); n > phases; --n) data.z = kron_reduced(data.z, n, n - 1);
    const auto c = capacitances(wires);
    data.c.clear();
    for (std::size_t i = 0; i < phases; ++i)
        for (std::size_t j = 0; j < phases; ++j) data.c.push_back(c[i * wires.size() + j]);
    data.frequency = circuit.frequency;
    return data;
}

Properties<WireData> wire_data_properties() {
    using T = WireData;
    return with_common<T>({{"rdc", set_r_dc},
                           {"rac", set_r_ac},
                           {"runits", set_length_unit<&T::r_unit, T>},
                           {"gmrac", set_gmr},
                           {"gmrunits", set_gmr_unit},
                           {"radius", set_radius<1>},
                           {"radunits", set_radius_unit},
                           {"normamps", set_normal_amperes<T>},
                           no_effect<T>("emergamps"),
                           {"diam", set_radius<2>},
                           no_effect<T>("seasons"),
                           no_effect<T>("ratings"),
                           {"capradius", set_number<&T::cap_radius, T>}},
                          {});
}

Properties<LineGeometry> line_geometry_properties() {
    using T = LineGeometry;
    return with_common<T>({{"nconds", set_conductors},
                           {"nphases", set_phases<&T::phases, T>},
                           {"cond", set_active_conductor},
                           {"wire", set_wire},
                           {"x", set_place<&WirePlace::x>},
                           {"h", set_place<&WirePlace::h>},
                           {"units", set_place_unit},
                           {"normamps", set_normal_amperes<T>},
                           no_effect<T>("emergamps"),
                           {"reduce", set_boolean<&T::reduce, T>},
                           {"spacing", set_geometry_spacing},
                           {"wires", set_all_wires},
                           unsupported<T>("cncable"),
                           unsupported<T>("tscable"),
                           unsupported<T>("cncables"),
                           unsupported<T>("tscables"),
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
