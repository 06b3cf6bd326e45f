// Symbols as in Kersting, Distribution System Modeling and Analysis, chapters 4 and 5: a concentric neutral of k strands on a
// circle of radius R has the GMR (GMR_s k R^(k-1))^(1/k) and the distance (D^k - R^k)^(1/k) from a conductor outside.
#include "feeder_formats/opendss/line_constants.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace evsweep::opendss {
namespace {

using Complex = std::complex<double>;
constexpr double pi = std::numbers::pi;
constexpr double mu0 = 12.56637e-7;  // H/m, with the digits that OpenDSS has
constexpr double e0 = 8.854e-12;     // F/m

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

/// One of the conductors that the series impedances are worked out for: a wire, a core, or the shield around one.
struct SeriesConductor {
    double x, h;
    double r, gmr;
    double shield_radius = 0.0;  ///< of shields only
    int strands = 0;             ///< of a concentric neutral
};

/// Resistance of a wire: as given, or with the skin effect of a round conductor where the earth is Deri's.
double resistance(const MetricWire& wire, EarthModel model, double frequency) {
    if (model != EarthModel::deri) return wire.r_ac;
    const Complex alpha = Complex(1.0, 1.0) * std::sqrt(frequency * mu0 / wire.r_dc);
    constexpr double thin_skin = 35.0;
    const Complex ratio = std::abs(alpha) > thin_skin ? 1.0 : bessel_ratio(alpha);
    return (Complex(1.0, 1.0) * ratio * std::sqrt(wire.r_dc * frequency * mu0) / 2.0).real();
}

/// Wires and cores in their order, then the shields.
std::vector<SeriesConductor> conductors_of(const std::vector<MetricWire>& wires, EarthModel model, double frequency) {
    std::vector<SeriesConductor> all;
    for (const MetricWire& w : wires) all.push_back({w.x, w.h, resistance(w, model, frequency), w.gmr});
    for (const MetricWire& w : wires)
        if (const auto& s = w.shield) all.push_back({w.x, w.h, s->r, s->gmr, s->radius, s->strands});
    return all;
}

/// Geometric mean distance of two conductors.
double mean_distance(const SeriesConductor& a, const SeriesConductor& b) {
    const double apart = std::hypot(a.x - b.x, a.h - b.h);
    if (apart == 0.0) return std::max(a.shield_radius, b.shield_radius);  // a core and its own shield
    const SeriesConductor& shield = a.strands > 0 ? a : b;
    const bool is_outside = shield.strands > 0 && (a.shield_radius == 0.0 || b.shield_radius == 0.0);
    if (!is_outside) return apart;
    return apart * std::pow(1.0 - std::pow(shield.shield_radius / apart, shield.strands), 1.0 / shield.strands);
}

/// What the earth adds between two conductors (ohm/m), with the distance to the image in it. Depth counts like height.
Complex earth_impedance(const SeriesConductor& a, const SeriesConductor& b, EarthModel model, double rho, double frequency) {
    const double omega = 2.0 * pi * frequency;
    const double factor = omega * mu0 / (2.0 * pi);
    if (model == EarthModel::carson) return {omega * mu0 / 8.0, factor * std::log(658.5 * std::sqrt(rho / frequency))};
    if (model == EarthModel::deri) {
        const Complex depth = 1.0 / std::sqrt(Complex(0.0, omega * mu0 / rho));
        const Complex height = std::abs(a.h) + std::abs(b.h) + 2.0 * depth;
        const double across = a.x - b.x;
        return Complex(0.0, factor) * std::log(std::sqrt(height * height + across * across));
    }
    const double height = std::abs(a.h) + std::abs(b.h);
    const double distance = std::hypot(height, a.x - b.x);
    const double theta = std::acos(height / distance);
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

/// Capacitance (nF/m) of a layer of insulation.
double layer_nf(const CableData& cable) {
    const double outer = cable.over_insulation / 2.0;
    if (!(cable.insulation > 0.0 && cable.insulation < outer)) return -1.0;
    return 2.0 * pi * e0 * 1e9 * cable.permittivity / std::log(outer / (outer - cable.insulation));
}

/// Nodal capacitances of wires in the air.
std::vector<double> image_capacitances(const std::vector<MetricWire>& wires) {
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

}  // namespace

double to_metres(double length, LengthUnit unit) { return unit == LengthUnit::none ? length : length * metres_of(unit); }
double per_metre(double value, LengthUnit unit) { return unit == LengthUnit::none ? value : value / metres_of(unit); }

MetricWire metric(const WirePlace& place, const WireData& wire) {
    const double radius = to_metres(wire.radius, wire.radius_unit);
    return {to_metres(place.x, place.unit),
            to_metres(place.h, place.unit),
            per_metre(wire.r_dc, wire.r_unit),
            per_metre(wire.r_ac, wire.r_unit),
            to_metres(wire.gmr, wire.gmr_unit),
            radius,
            wire.cap_radius > 0.0 ? to_metres(wire.cap_radius, wire.radius_unit) : radius,
            std::nullopt};
}

MetricShield metric_shield(const ConcentricNeutralData& cable) {
    const double k = cable.strands;
    const double radius = to_metres((cable.over_cable - cable.strand_diameter) / 2.0, cable.radius_unit);
    const double strand_gmr = to_metres(cable.strand_gmr, cable.gmr_unit);
    const bool is_given = cable.over_cable > 0.0 && strand_gmr > 0.0 && radius > 0.0;
    const double gmr = is_given ? radius * std::pow(strand_gmr * k / radius, 1.0 / k) : -1.0;
    return {per_metre(cable.strand_r, cable.r_unit) / k, gmr, radius, cable.strands, layer_nf(cable)};
}

MetricShield metric_shield(const TapeShieldData& cable) {
    constexpr double copper = 2.3718e-8;    // ohm m, of tape as it is in service
    constexpr double one_over_pi = 0.3183;  // with the digits that OpenDSS has
    const double tape = to_metres(cable.tape, cable.radius_unit);
    const double across = to_metres(cable.over_shield, cable.radius_unit);
    const bool is_given = tape > 0.0 && across > tape && cable.lap < 100.0;
    const double r = is_given ? one_over_pi * copper / (across * tape * std::sqrt(50.0 / (100.0 - cable.lap))) : -1.0;
    return {r, (across - tape) / 2.0, (across - tape) / 2.0, 0, layer_nf(cable)};
}

std::optional<std::string> error_text_of(const std::vector<MetricWire>& wires) {
    const bool is_cable = std::any_of(wires.begin(), wires.end(), [](const MetricWire& w) { return w.shield.has_value(); });
    for (std::size_t i = 0; i < wires.size(); ++i) {
        const MetricWire& w = wires[i];
        if (!(w.r_dc > 0.0 && w.r_ac > 0.0 && w.gmr > 0.0 && w.radius > 0.0 && w.cap_radius > 0.0))
            return "has a conductor without resistance or radius";
        if (!is_cable && !(w.h > 0.0)) return "has a wire that is not above the earth";
        const auto& s = w.shield;
        if (s && !(s->r > 0.0 && s->gmr > 0.0 && s->radius > w.radius && s->nf > 0.0))
            return "has a cable whose insulation or shield is not given or does not fit its core";
        for (std::size_t j = 0; j < i; ++j) {
            const double apart = std::hypot(w.x - wires[j].x, w.h - wires[j].h);
            const auto shield_radius = [](const MetricWire& wire) { return wire.shield ? wire.shield->radius : 0.0; };
            if (apart < w.radius + wires[j].radius || apart <= std::max(shield_radius(w), shield_radius(wires[j])))
                return "has two conductors in one place";
        }
    }
    return std::nullopt;
}

ComplexMatrix impedances(const std::vector<MetricWire>& wires, EarthModel model, double rho, double frequency) {
    const std::vector<SeriesConductor> all = conductors_of(wires, model, frequency);
    const std::size_t n = all.size();
    ComplexMatrix z(n * n);
    for (std::size_t i = 0; i < n; ++i)
        for (std::size_t j = 0; j < n; ++j) {
            const double apart = i == j ? all[i].gmr : mean_distance(all[i], all[j]);
            const Complex near(i == j ? all[i].r : 0.0, frequency * mu0 * std::log(1.0 / apart));
            z[i * n + j] = near + earth_impedance(all[i], all[j], model, rho, frequency);
        }
    for (std::size_t order = n; order > wires.size(); --order) z = kron_reduced(z, order, order - 1);
    return z;
}

std::vector<double> capacitances(const std::vector<MetricWire>& wires) {
    const std::size_t n = wires.size();
    if (std::none_of(wires.begin(), wires.end(), [](const MetricWire& w) { return w.shield.has_value(); }))
        return image_capacitances(wires);
    std::vector<double> c(n * n, 0.0);
    for (std::size_t i = 0; i < n; ++i)
        if (wires[i].shield) c[i * (n + 1)] = wires[i].shield->nf;
    return c;
}

}  // namespace evsweep::opendss
