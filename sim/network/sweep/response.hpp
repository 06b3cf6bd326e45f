/// How much a load draws at the voltage it sees.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// P and Q as factors of their values at rated voltage.
struct Drawn {
    double p = 0.0;
    double q = 0.0;
};

/// Factors z v^2 + i v + p from the squared voltage `from2` up to where the next piece begins.
struct LoadPiece {
    double from2 = 0.0;
    double p_z = 0.0, p_i = 0.0, p_p = 1.0;
    double q_z = 0.0, q_i = 0.0, q_p = 1.0;
};

/// A voltage response in pieces; what kernels read of it.
struct LoadCurve {
    std::array<LoadPiece, 5> piece{};
    std::size_t pieces = 1;
    std::size_t ordinary = 0;                                   ///< the piece around the rated voltage
    double highest2 = std::numeric_limits<double>::infinity();  ///< where that ends
    bool is_constant = false;                                   ///< 1 at every voltage
    bool has_root = false;                                      ///< the ordinary piece depends on v
    bool has_exponent = false;                                  ///< the pieces do not describe all of it: see LoadLaw::at
};

/// A voltage response made ready for many evaluations. Takes squared voltages, which need no root where a load has constant
/// power or impedance.
class LoadLaw {
   public:
    explicit LoadLaw(const VoltageResponse& response) : response_(response) {
        curve_.pieces = 0;
        if (response.linear && response.linear->low > 0.0) add(0.0, {.z = 1.0, .p = 0.0}, {.z = 1.0, .p = 0.0});
        if (response.linear && response.linear->min > response.linear->low) add_linear_current(*response.linear);
        if (response.holds_current_below > 0.0) add_constant_current(response.holds_current_below);
        curve_.ordinary = curve_.pieces;
        add(response.linear ? std::max(response.linear->low, response.linear->min) : response.holds_current_below,
            response.active, response.reactive);
        if (response.linear) add_impedance_above(*response.linear);
        if (response.cut_off > 0.0) cut_off_below(response.cut_off);
        if (curve_.ordinary + 1 < curve_.pieces) curve_.highest2 = curve_.piece[curve_.ordinary + 1].from2;
        curve_.is_constant = response == VoltageResponse{};
        curve_.has_root = response.active.i != 0.0 || response.reactive.i != 0.0;
        curve_.has_exponent = response.active.e != 0.0 || response.reactive.e != 0.0;
    }

    [[nodiscard]] const LoadCurve& curve() const { return curve_; }

    /// Whether what is drawn jumps at some voltage, so that there may be several solutions, or none.
    [[nodiscard]] bool jumps() const {
        constexpr double rounding = 1e-9;
        for (std::size_t k = 1; k < curve_.pieces; ++k) {
            const double v2 = curve_.piece[k].from2;
            if (!(v2 > 0.0)) continue;
            const Drawn below = at(std::nextafter(v2, 0.0));
            const Drawn above = at(v2);
            if (std::abs(above.p - below.p) > rounding || std::abs(above.q - below.q) > rounding) return true;
        }
        return false;
    }

    /// `v2` is the square of the voltage in units of the rated voltage.
    [[nodiscard]] Drawn at(double v2) const {
        std::size_t k = curve_.pieces - 1;
        while (k > 0 && v2 < curve_.piece[k].from2) --k;
        const LoadPiece& piece = curve_.piece[k];
        const double v = std::sqrt(v2);
        Drawn drawn{piece.p_z * v2 + piece.p_i * v + piece.p_p, piece.q_z * v2 + piece.q_i * v + piece.q_p};
        if (!curve_.has_exponent || k != curve_.ordinary) return drawn;
        drawn.p += response_.active.e * std::pow(v, response_.active.exponent);
        drawn.q += response_.reactive.e * std::pow(v, response_.reactive.exponent);
        return drawn;
    }

    /// How P and Q grow with `v2`, which is not 0; on the border of two pieces, in the upper one.
    [[nodiscard]] Drawn slope_at(double v2) const {
        std::size_t k = curve_.pieces - 1;
        while (k > 0 && v2 < curve_.piece[k].from2) --k;
        const LoadPiece& piece = curve_.piece[k];
        const double v = std::sqrt(v2);
        Drawn slope{piece.p_z + 0.5 * piece.p_i / v, piece.q_z + 0.5 * piece.q_i / v};
        if (!curve_.has_exponent || k != curve_.ordinary) return slope;
        const auto add = [&](const PowerLaw& law, double& sum) {
            if (law.e != 0.0) sum += 0.5 * law.e * law.exponent * std::pow(v, law.exponent) / v2;
        };
        add(response_.active, slope.p);
        add(response_.reactive, slope.q);
        return slope;
    }

   private:
    [[nodiscard]] static double value_of(const PowerLaw& law, double v) {
        return (law.z * v + law.i) * v + law.p + (law.e == 0.0 ? 0.0 : law.e * std::pow(v, law.exponent));
    }

    void add(double from, const PowerLaw& p, const PowerLaw& q) {
        curve_.piece[curve_.pieces++] = {from * from, p.z, p.i, p.p, q.z, q.i, q.p};
    }

    /// The laws that hold at the limits of the linear response.
    [[nodiscard]] PowerLaw at_limit(const PowerLaw& law) const { return response_.linear->at_rated_power ? PowerLaw{} : law; }

    [[nodiscard]] PowerLaw reactive_at_limit() const {
        return response_.linear->q_at_rated_voltage ? PowerLaw{.z = 1.0, .p = 0.0} : at_limit(response_.reactive);
    }

    /// The current runs from that of the rated impedance at `low` to that of the law at `min`: v (low + s (v - low)).
    void add_linear_current(const LinearOutside& limits) {
        const auto line = [&](const PowerLaw& law) {
            const double slope = (value_of(law, limits.min) / limits.min - limits.low) / (limits.min - limits.low);
            return PowerLaw{.z = slope, .i = limits.low * (1.0 - slope), .p = 0.0};
        };
        add(limits.low, line(at_limit(response_.active)), line(reactive_at_limit()));
    }

    /// From no voltage up to `at` the current is that of the law there.
    void add_constant_current(double at) {
        const auto current = [&](const PowerLaw& law) { return PowerLaw{.i = value_of(law, at) / at, .p = 0.0}; };
        add(0.0, current(response_.active), current(response_.reactive));
    }

    /// Above `max` the load is the impedance it has there. Where `max` lies below the other limits the law itself never holds.
    void add_impedance_above(const LinearOutside& limits) {
        const double at = limits.max > 0.0 ? limits.max : 1.0;
        const auto impedance = [&](const PowerLaw& law) { return PowerLaw{.z = value_of(law, at) / (at * at), .p = 0.0}; };
        add(std::max({limits.low, limits.min, limits.max}), impedance(at_limit(response_.active)),
            impedance(reactive_at_limit()));
    }

    /// Nothing is drawn below the cut-off.
    void cut_off_below(double cut_off) {
        const double cut2 = cut_off * cut_off;
        std::size_t first = curve_.pieces - 1;  // the piece in which the cut-off lies
        while (first > 0 && cut2 < curve_.piece[first].from2) --first;
        const LoadCurve whole = curve_;
        curve_.pieces = 0;
        add(0.0, {.p = 0.0}, {.p = 0.0});
        for (std::size_t k = first; k < whole.pieces; ++k) curve_.piece[curve_.pieces++] = whole.piece[k];
        curve_.piece[1].from2 = cut2;
        curve_.ordinary = whole.ordinary >= first ? whole.ordinary - first + 1 : 0;
    }

    VoltageResponse response_;
    LoadCurve curve_{};
};

}  // namespace evsweep
