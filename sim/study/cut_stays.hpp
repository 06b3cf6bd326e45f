/// Stays that a study sees in part: cut by its end, so that totals depend on the hour of the end, or lost between two steps.
#pragma once

#include <optional>
#include <string>

#include "evsweep/population.hpp"

namespace evsweep {

struct CutStays {
    std::size_t stays = 0;  ///< all that begin before the end
    std::size_t cut = 0;
    double wanted_kwh = 0.0;      ///< from plug-in to target, in batteries
    double cut_wanted_kwh = 0.0;  ///< of those that are cut
};
[[nodiscard]] CutStays stays_cut_at(Instant horizon, const Population& fleet);

/// For people; nothing where no stay is cut.
[[nodiscard]] std::optional<std::string> cut_text(const CutStays& found);

/// Stays that begin and end within one control step are counted with their energy, but no load flow sees them. For people;
/// nothing where there are none.
[[nodiscard]] std::optional<std::string> short_stays_text(Duration step, const Population& fleet);

}  // namespace evsweep
