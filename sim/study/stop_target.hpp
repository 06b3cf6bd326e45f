/// What `study.stop` asks for, with its names resolved and its numbers in their units.
#pragma once

#include <string>

namespace evsweep {

struct StopTarget {
    std::string output;       ///< label
    std::string variable;     ///< name, with one number per replica
    std::string unit;         ///< for people; of a share of replicas "%"
    double per_unit = 1.0;    ///< of `unit` in one of the variable's
    std::string controller;   ///< label
    std::string versus;       ///< label; empty: no difference
    double half_width = 0.0;  ///< in the variable's unit; 0: `relative` says it
    double relative = 0.0;    ///< share of what is estimated; 0: `half_width` says it
    double confidence = 0.95;
};

}  // namespace evsweep
