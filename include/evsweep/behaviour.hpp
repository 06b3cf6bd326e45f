/// The plug-in interface of EV behaviours: who plugs in where, when, with what battery.
#pragma once

#include <cstdint>
#include <optional>
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

/// How often the places of charging points (buses and phases) are drawn; `fixed`: there is nothing to draw.
enum class PlaceDraw { fixed, per_replica, per_study };

/// Where the charging points of a group may stand, over all replicas.
struct GroupPlaces {
    PlaceDraw drawn = PlaceDraw::fixed;
    std::string how;                      ///< for people, e.g. "22 charging points, one each at 22 of 55 loads"
    std::vector<ChargingPlace> possible;  ///< no place twice
};

/// Rows of a recording that give no stay, and what was delivered in them as far as they say.
struct RowsLeftOut {
    std::string reason;  ///< completes "rows that ...", e.g. "have no plug-out time"
    StaySum rows;
};

/// What became of the rows of a group's recordings, before anything is drawn: each is used or left out for one reason.
struct RecordedRows {
    StaySum used;
    std::vector<RowsLeftOut> left_out;  ///< reasons that befell none are not in it
    std::string how;                    ///< for people: which layout, and whose clock
};

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
        Duration step{};         ///< the control grid
    };

    virtual ~Behaviour() = default;
    /// Where `draw` may put charging points.
    [[nodiscard]] virtual const GroupPlaces& places() const = 0;
    /// Of a behaviour that reads recordings; none otherwise.
    [[nodiscard]] virtual std::optional<RecordedRows> recorded_rows() const { return std::nullopt; }
    /// Appends this group's connectors, vehicles and sessions. The number of connectors is the same in every replica; all stand
    /// at `places().possible`. Zones for reporting are appended for all of these, so that every replica has the same.
    virtual void draw(const Rng& rng, Population& population) const = 0;
};

}  // namespace evsweep
