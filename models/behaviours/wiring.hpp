/// On which phases the charging points of a group are wired: the same choices for every behaviour.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/behaviour.hpp"

namespace evsweep {

/// `all`: what Wiring means when it is empty. `between_phases` is one pair of phases against one another.
enum class ChargerConnection { all, single_phase, two_phase, three_phase, split_phase, between_phases };
[[nodiscard]] std::vector<std::pair<std::string, ChargerConnection>> names_of(ChargerConnection);

/// Which phase a connection begins with, where there is a choice.
enum class PhaseRule { a, b, c, s1, s2, random, round_robin, load };
[[nodiscard]] std::vector<std::pair<std::string, PhaseRule>> names_of(PhaseRule);

/// Whether the connection leaves a choice of phases.
[[nodiscard]] bool chooses_phase(ChargerConnection connection);

/// Where a charging point stands before its wires are known: a bus, and the load (FeederSite::loads) that it belongs to.
struct Spot {
    BusId bus;
    std::optional<std::size_t> load{};
    std::optional<Wiring> wires{};  ///< where they are known already
};

/// The wires that a connection and a rule give charging points of one group.
class Wirer {
   public:
    Wirer(ChargerConnection connection, PhaseRule phase, const Behaviour::Context& context);

    /// Whether nothing is said, so that connectors have no wiring.
    [[nodiscard]] bool is_silent() const { return connection_ == ChargerConnection::all; }
    /// Whether the wires are those of a load.
    [[nodiscard]] bool follows_load() const { return phase_ == PhaseRule::load && chooses_phase(connection_); }
    /// Whether one of several options is drawn.
    [[nodiscard]] bool draws() const { return phase_ == PhaseRule::random || phase_ == PhaseRule::load; }

    /// How a charging point there may be wired; empty where nothing fits.
    [[nodiscard]] std::vector<Wiring> options(const Spot& spot) const;
    /// The wires of charging point `i` of the group. Draws are keyed by the group and `i`.
    [[nodiscard]] Wiring wire(std::size_t i, const Spot& spot, const Rng& rng) const;
    /// Reports the spots at which nothing fits, with all their buses.
    void report_misfits(const std::vector<Spot>& spots, const Behaviour::Context& context) const;

   private:
    /// One way to wire a charging point, and the phase it begins with.
    struct Option {
        Conductor lead;
        Wiring wiring;
    };
    [[nodiscard]] bool has(BusId bus, Conductor wire) const;
    [[nodiscard]] std::vector<Option> options_at(BusId bus) const;
    [[nodiscard]] std::vector<Option> like_load(const Spot& spot) const;
    [[nodiscard]] std::string name_with_conductors(BusId bus) const;

    ChargerConnection connection_;
    PhaseRule phase_;
    const FeederSite& feeder_;
    Purpose purpose_;
};

}  // namespace evsweep
