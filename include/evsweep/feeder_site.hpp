/// What plug-ins may know of the feeder: names, classes and nominal load of its buses, in sweep order.
#pragma once

#include <string>
#include <vector>

#include "evsweep/ids.hpp"

namespace evsweep {

struct FeederSite {
    std::vector<std::string> bus;  ///< names, parent before child; index = BusId
    std::vector<std::string> bus_class;
    std::vector<double> load_kw;      ///< nominal active load per bus
    std::vector<double> nominal_v;    ///< line-to-line
    std::vector<std::string> branch;  ///< names; index = BranchId
    std::vector<double> rating_a;     ///< infinite where unlimited
};

}  // namespace evsweep
