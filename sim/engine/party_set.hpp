/// The parties of one replica with all that they have declared, and whether their declarations fit together.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "evsweep/output.hpp"
#include "sim/engine/shared_site.hpp"

namespace evsweep {

/// What a party has declared in its constructor; positions are its slots.
struct Declared {
    struct Read {
        SignalInfo signal;
        Freshness freshness{};
        Presence presence{};
    };
    struct Written {
        SignalInfo signal;
        std::vector<std::string> members;
    };
    struct Joined {
        std::string topic;
        std::size_t body_bytes = 0;
        std::vector<std::vector<ConnectorId>> connectors_of;
    };
    std::vector<Read> reads;
    std::vector<Written> writes;
    std::vector<Joined> topics;
    std::vector<std::string> uses;
};

/// One party: a controller or an agent. It stays where it is, for others point to it.
struct Party {
    const PartyChoice* choice = nullptr;  ///< null: nobody decides, as in the run without vehicles
    Declared declared;
    std::vector<ConnectorId> own;         ///< charging points of a controller, ascending
    std::vector<ConnectorId> generators;  ///< of a controller that steers them, ascending
    bool owns_all = false;                ///< all connection points
    Cadence cadence{};
    std::unique_ptr<Controller> controller;
    std::unique_ptr<Agent> agent;

    [[nodiscard]] bool uses(std::string_view service) const;
};

/// Something that is wrong with the declarations of a party.
struct PartyProblem {
    const PartyChoice* party = nullptr;
    std::string problem;
    std::string hint;
};

/// The parties of one replica, in the order of their turns: who publishes before who reads the present value, and otherwise
/// agents first, in the order of the scenario.
class PartySet {
   public:
    /// Makes the agents of the scenario and the parties of `alternative` (none where null). All outlive the set.
    PartySet(const ReplicaSite& site, const Alternative* alternative, const Population& population, Rng rng);
    /// Makes these parties, in their order. All outlive the set.
    PartySet(const ReplicaSite& site, const std::vector<const PartyChoice*>& choices, const Population& population, Rng rng);

    [[nodiscard]] std::deque<Party>& parties() { return parties_; }
    [[nodiscard]] const std::deque<Party>& parties() const { return parties_; }
    /// In the order of their turns.
    [[nodiscard]] const std::vector<std::size_t>& order() const { return order_; }
    /// The party that publishes a signal; none where the simulator does.
    [[nodiscard]] std::optional<std::size_t> publisher_of(std::string_view signal) const {
        const auto by = publisher_.find(signal);
        return by == publisher_.end() ? std::nullopt : std::optional(by->second);
    }
    [[nodiscard]] bool uses(std::string_view service) const;
    /// What does not fit together; parties with problems cannot run.
    [[nodiscard]] const std::vector<PartyProblem>& problems() const { return problems_; }

   private:
    void add(const PartyChoice& choice, const ReplicaSite& site, const Population& population, Rng rng);
    void link(const ReplicaSite& site);
    void check_reads(const Party& party, const ReplicaSite& site);
    void check_topics();
    void find_publishers();
    void find_order();

    std::unique_ptr<const std::vector<Site>> sites_;  ///< of this replica; where it is, for parties keep it
    std::deque<Party> parties_;
    std::map<std::string_view, std::size_t> publisher_;  ///< by signal: the party
    std::vector<std::size_t> order_;
    std::vector<PartyProblem> problems_;
};

}  // namespace evsweep
