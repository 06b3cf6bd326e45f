/// Which places the charging points of a group may have, and which of them they have in one replica.
#pragma once

#include <string>
#include <vector>

#include "behaviours/placement.hpp"
#include "behaviours/wiring.hpp"
#include "evsweep/behaviour.hpp"

namespace evsweep {

/// Whether vehicles of a group differ by draws only, or each is somebody of its own, so that it matters who stands where.
enum class Residents { alike, distinct };

/// Places the charging points of one group, in every replica anew or once for the study. Draws are keyed by the group and by
/// the name of the load or bus, so that charging point i stands where it stands however many there are.
class Placer {
   public:
    /// For `count` charging points. What does not fit the feeder is reported, and nothing is placed then.
    Placer(const Placement& placement, std::size_t count, Residents residents, const Behaviour::Context& context);

    [[nodiscard]] std::size_t count() const { return count_; }
    [[nodiscard]] const GroupPlaces& places() const { return places_; }
    /// Appends a connector per charging point, without ratings, and the zones of all places; groups at one bus share its zone.
    void append_connectors(const Rng& rng, Population& population) const;

   private:
    /// Something that places are drawn among: who it is, for its lot, and what is there.
    struct Candidate {
        Spot spot;
        Purpose purpose;             ///< of its lot, by its name
        std::uint32_t entity = 0;    ///< the same name once more, so that two names never share a lot
        std::uint32_t occasion = 0;  ///< how many of this name came before
        double weight = 0.0;         ///< rule proportional: all loads up to and with this bus, as a share
    };
    void add(const std::vector<Spot>& spots);
    void find_candidates(const Behaviour::Context& context);
    void weigh_by_load();
    [[nodiscard]] std::vector<Spot> spots_of(const Candidate& candidate) const;
    [[nodiscard]] std::vector<Spot> possible_spots() const;
    [[nodiscard]] bool draws_phase(const Candidate& candidate) const;
    void find_possible();
    /// Whether candidates take turns as they are given: the list of the user, or, by counts, one recorded charging point each.
    [[nodiscard]] bool is_listed() const;
    [[nodiscard]] bool is_random() const;
    [[nodiscard]] std::string description() const;

    [[nodiscard]] std::vector<std::size_t> drawn_order(const Rng& rng) const;
    [[nodiscard]] std::vector<Spot> drawn_spots(const Rng& rng) const;
    void choose_loads(std::vector<Spot>& spots, const Rng& rng) const;
    [[nodiscard]] Rng rng_of_places(const Rng& replica) const;

    Placement placement_;
    std::size_t count_;
    Residents residents_;
    const FeederSite& feeder_;
    Rng of_study_;
    Purpose purpose_;
    Wirer wirer_;
    std::vector<std::vector<std::size_t>> loads_at_;  ///< by bus; only where wires follow loads that the rule does not give
    std::vector<Candidate> candidates_;
    GroupPlaces places_;
};

}  // namespace evsweep
