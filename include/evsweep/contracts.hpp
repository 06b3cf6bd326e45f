/// Contracts: our own mistakes stop the replica they happen in, with the claim that was broken.
#pragma once

#include <stdexcept>
#include <string>

namespace evsweep {

/// A broken promise inside evsweep (never the user's fault); a study records it and fails the replica.
class ContractViolation : public std::logic_error {
   public:
    using std::logic_error::logic_error;
};

/// A controller gave a setpoint that its connector cannot follow; never clipped, always an error.
class SetpointError : public std::runtime_error {
   public:
    using std::runtime_error::runtime_error;
};

}  // namespace evsweep

/// States what must hold on entry or exit; `claim` is the sentence the reader sees.
#define EVSWEEP_EXPECTS(condition, claim)                                                                \
    do {                                                                                                 \
        if (!(condition)) throw ::evsweep::ContractViolation(std::string("broken promise: ") + (claim)); \
    } while (false)
