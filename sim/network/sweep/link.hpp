/// What joins a bus to its parent, as equations of coils, and how the rest of the feeder is folded through it.
///
/// Everything that conducts is a set of coils. Coil j joins a sum of voltages at the bus k to one at its parent p:
///   M V_k = N V_p - Z j,   J_k = M^T j,   J_p = N^T j
/// with J_k the currents into the bus and J_p those out of the parent. A line is M = N = 1 with Z its series impedance; an
/// ideal switch has Z = 0; a transformer has a row per coil with the turns in M and N (ampere-turns balance by the
/// transposes); a centre tap has two rows with the same primary turns. Admittances to earth stand at both ends.
/// All in per unit: voltages on the buses' bases, currents and powers on 1 kVA per conductor.
#pragma once

#include <Eigen/Core>
#include <complex>
#include <cstddef>
#include <span>
#include <vector>

namespace evsweep {

/// As many conductors as there are kinds of them.
inline constexpr int max_conductors = 6;
using Block =
    Eigen::Matrix<std::complex<double>, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor, max_conductors, max_conductors>;
using BlockVector = Eigen::Matrix<std::complex<double>, Eigen::Dynamic, 1, 0, max_conductors, 1>;

struct CoilEquations {
    Block m, n, z;
    Block shunt_child, shunt_parent;
};

/// Ends of a coil as places among the conductors of its bus; -1 is earth.
struct CoilEnds {
    int plus = -1;
    int minus = -1;
};

struct LinkWinding {
    bool at_child = false;
    std::vector<CoilEnds> coils;
    double rated_pu = 1.0;  ///< rated voltage of a coil over the base of its bus
    std::size_t tap = 0;    ///< which entry of DeviceState::tap is its tap
    bool has_stray = true;  ///< its ends are at a bus, not inside of the transformer
};

/// A transformer of one core per phase. Impedances are per coil in the frame where every rated voltage is 1.
struct LinkTransformer {
    std::vector<LinkWinding> windings;   ///< 2 or 3
    Block leakage;                       ///< windings - 1 square: of the others against the first
    std::complex<double> magnetising{};  ///< admittance across the second winding
    double stray = 0.0;                  ///< inductive admittance from each coil's ends to earth
    std::size_t child_conductors = 0;
    std::size_t parent_conductors = 0;
};

/// The equations of a transformer at the given taps.
[[nodiscard]] CoilEquations equations_of(const LinkTransformer& transformer, std::span<const double> tap);

[[nodiscard]] bool is_identity(const Block& m);
/// Adds an admittance between two conductors of a bus, or from one to earth.
void add_between(Block& shunt, const CoilEnds& ends, std::complex<double> y);

/// What the sweep needs of one bus, and what its parent sees of it. V_k = t V_p - w I_k; the parent is drawn t^T I_k + s V_p.
struct FoldedLink {
    Block t, w, s;
};

/// `floating`: some voltage at the bus is bound to nothing; `shorted`: an ideal coil lies parallel to another.
enum class FoldError { none, floating, shorted };

/// Folds a bus with the admittance `y` (its devices and all below) through the coils that feed it.
[[nodiscard]] FoldError fold(std::span<const CoilEquations> coils, const Block& y, FoldedLink& folded);

/// The coil currents j of part `which` of a link that carries `down` into its bus, in its own frame (kVA at rated voltage).
/// `v_child` and `v_parent` are the voltages at its ends.
[[nodiscard]] Eigen::VectorXcd coil_currents(std::span<const CoilEquations> coils, std::size_t which, const BlockVector& down,
                                             const BlockVector& v_child, const BlockVector& v_parent);

}  // namespace evsweep
