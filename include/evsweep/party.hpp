/// What every party of a replica, controller or agent, may leave behind: counters, remarks, and the reason of its failure.
#pragma once

#include <stdexcept>
#include <string>

#include "evsweep/time.hpp"

namespace evsweep {

/// A number that a party keeps about its own decisions, e.g. how often it had to break its own rule.
struct Counter {
    std::string name;  ///< in snake_case, as a result variable
    double value = 0.0;
};

/// Something worth saying about one instant, e.g. a limit that could not be kept.
struct Remark {
    Instant at{};
    std::string text;  ///< as a person reads it, without the instant
};

/// Thrown by a party that cannot go on, e.g. on a forecast without numbers: what is wrong and what to do. It ends the replica,
/// which is reported as failed.
class PartyError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

}  // namespace evsweep
