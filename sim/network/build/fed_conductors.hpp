/// Which conductors a tree of branches feeds, and what holds those that only a branch outside of the tree feeds.
///
/// A branch outside of the tree ends at a bus of its own; a current between that end (the leaf) and the true bus (the main) makes
/// their voltages equal (LoopEnd). Where the tree feeds both, they close a loop. Where it feeds only one of them, the branch is
/// what feeds the other, and the metal that hangs on that has no voltage in the tree. It is held there by an admittance y to
/// earth, and -y is put to the end that is fed:
///   y V_unfed - y V_fed = 0
/// as soon as the two voltages are equal, so that the solution is that of the network itself, whatever y is. It is 1 kVA at 1 pu:
/// little against what lines admit, and enough that no current is an absurd voltage behind it. Metal to which others put their
/// -y gets that much more.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "sim/network/sweep/network_model.hpp"

namespace evsweep {

struct FedConductors {
    std::vector<std::uint8_t> is_fed;   ///< by conductor; star points may hang on their coils alone
    std::vector<std::uint8_t> is_loop;  ///< by loop end: whether the tree and the others feed both of its sides
    std::vector<double> held;           ///< by conductor: siemens in per unit; empty where nothing has to be held
};

/// Of a model with its links and loop ends; `conductors` are the kinds of its conductors.
[[nodiscard]] FedConductors find_fed_conductors(const NetworkModel& model, std::span<const Conductor> conductors);

}  // namespace evsweep
