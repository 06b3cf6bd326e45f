/// The plug-in interface of agents: parties that act at their own pace and own no connection point.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "evsweep/cadence.hpp"
#include "evsweep/exchange.hpp"
#include "evsweep/feeder_site.hpp"
#include "evsweep/party.hpp"
#include "evsweep/population.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/site.hpp"

namespace evsweep {

/// A market, an operator, a power system. One instance serves one replica and may remember. A system with continuous states is an
/// agent whose period is its integration step.
class Agent {
   public:
    static constexpr std::string_view kind = "agent";

    struct Context {
        std::string label;   ///< the user's name for this agent
        Exchange& exchange;  ///< for declarations; while the constructor runs
        const FeederSite& feeder;
        const Connectors& connectors;  ///< of this replica, with their groups; outlive the agent
        Calendar calendar{};
        Duration step{};                           ///< the control grid
        Duration horizon{};                        ///< the length of a replica
        Rng rng{0, 0};                             ///< for agents that draw, keyed by their own purposes
        const std::vector<Site>* sites = nullptr;  ///< of this replica, in the order of signals by site; outlive the agent
    };

    virtual ~Agent() = default;
    [[nodiscard]] virtual Cadence cadence() const = 0;
    virtual void act(Turn& turn) = 0;
    /// What it has counted in this replica so far; the same names in every replica.
    [[nodiscard]] virtual std::vector<Counter> counters() const { return {}; }
    /// What is worth saying about this replica, in the order of time. Few: they are meant to be read.
    [[nodiscard]] virtual std::vector<Remark> remarks() const { return {}; }
};

}  // namespace evsweep
