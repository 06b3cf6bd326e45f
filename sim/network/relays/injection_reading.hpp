/// What the relay of an injection sees, and what it gives. Powers are those given to the network, at rated voltage: the negative
/// of what the load's row draws.
#pragma once

#include <vector>

namespace evsweep {

/// Power that an injection gives to the network.
struct InjectionPower {
    double p_kw = 0.0;
    double q_kvar = 0.0;
    friend bool operator==(const InjectionPower&, const InjectionPower&) = default;
};

/// What the relay of an injection sees.
struct InjectionReading {
    std::vector<double> voltage_pu;  ///< at each of the watched places
    InjectionPower present;          ///< that is given now
    InjectionPower available;        ///< that would be given without the relay: the load's row, times its profile
};

}  // namespace evsweep
