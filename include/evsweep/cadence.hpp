/// When a party of a replica takes its turns.
#pragma once

#include <optional>

#include "evsweep/time.hpp"

namespace evsweep {

/// Periods are whole milliseconds; they need not be control steps. Whatever asks for it, a party takes one turn at an instant,
/// and another one there only for messages that have come since.
struct Cadence {
    std::optional<Duration> period{};
    Duration offset{};  ///< of the first periodic turn; before it there is none
    bool on_plug_in = false;
    bool on_unplug = false;
    bool on_message = false;
};

}  // namespace evsweep
