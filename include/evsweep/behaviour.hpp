/// The plug-in interface of EV behaviours: who plugs in where, when, with what battery.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/feeder_site.hpp"
#include "evsweep/issues.hpp"
#include "evsweep/population.hpp"
#include "evsweep/rng.hpp"

namespace evsweep {

/// How grid energy and stored energy are counted. `literal` reproduces a paper that multiplies by the efficiency
/// where a battery divides; it is bookkeeping, not physics, and creates energy.
enum class Accounting { physical, literal };
[[nodiscard]] inline std::vector<std::pair<std::string, Accounting>> names_of(Accounting) {
    return {{"physical", Accounting::physical}, {"literal", Accounting::literal}};
}

/// Draws the fleet of one replica. Immutable: all that varies comes in through the Rng.
class Behaviour {
   public:
    static constexpr std::string_view kind = "behaviour";

    /// What is fixed for the study. Problems with the feeder (unknown bus, no load to follow) go to `issues`.
    struct Context {
        std::string group;  ///< the population group's name; keys its draws
        const FeederSite* feeder = nullptr;
        Calendar calendar;
        Duration horizon{};  ///< sessions that start at or after it are not needed
        Accounting accounting = Accounting::physical;
        Issues* issues = nullptr;
        Position at{};
        std::uint64_t seed = 1;  ///< of the study, for what is drawn once for all replicas
    };

    virtual ~Behaviour() = default;
    /// Appends this group's connectors, vehicles and sessions. Their number and places are the same in every replica.
    virtual void draw(const Rng& rng, Population& population) const = 0;
};

}  // namespace evsweep
