/// Who follows which profile: names that nothing answers to, profiles that nobody follows, and what the base load adds up to.
#pragma once

#include <cstddef>
#include <map>
#include <string>

#include "evsweep/issues.hpp"
#include "evsweep/scenario.hpp"
#include "sim/network/feeder.hpp"

namespace evsweep {

struct LoadedStudy;

/// Reports classes and profiles that the feeder or the scenario does not have (errors), and those that no load follows
/// (warnings).
void check_base_load(const Scenario& scenario, const Feeder& feeder, Issues& issues);

struct BaseLoadSummary {
    std::map<std::string, std::size_t> followers;  ///< number of loads by profile
    std::size_t constant = 0;                      ///< loads without a profile
    double peak_kw = 0.0;                          ///< highest demand at nominal voltage
    Instant peak_at{};
    double energy_kwh = 0.0;  ///< over the scenario's duration
};
[[nodiscard]] BaseLoadSummary summarise_base_load(const LoadedStudy& study);

}  // namespace evsweep
