/// What moves in a network while it runs: taps and switched steps. Part of a load flow's state, not of the feeder.
#pragma once

#include <vector>

namespace evsweep {

struct DeviceState {
    std::vector<double> tap;    ///< by transformer and winding (Feeder::tap_index), as a factor of the rated voltage
    std::vector<int> steps_on;  ///< by shunt
};

}  // namespace evsweep
