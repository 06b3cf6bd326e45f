/// The sites of a study: made of what the scenario names, and held against the feeder, the population and the base load.
#pragma once

#include <string>
#include <vector>

#include "evsweep/issues.hpp"
#include "sim/study/load_study.hpp"

namespace evsweep {

/// The sites that a scenario names, one after the other; an entry `per: bus` gives one for each bus where a charging point may
/// stand. Reports unknown buses, and sites where no charging point can.
[[nodiscard]] std::vector<SitePlan> make_sites(const LoadedStudy& study, Issues& issues);

/// Warns of sites whose base load alone, as its profiles say, is above their limit: nobody can keep that.
void check_site_loads(const LoadedStudy& study, Issues& issues);

/// "3 sites: 110 kW at car_park (40 charging points), ..."; empty without sites. Charging points are those of `sample`.
[[nodiscard]] std::string sites_text(const LoadedStudy& study, const Connectors& sample);

}  // namespace evsweep
