/// What the agent `reserve_calls` publishes, for controllers, agents and outputs that read it.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"1", Extent::feeder> reserve_call{
    "reserve_call", "share of reserves that is called; positive: draw less or return more; negative: draw more"};

}  // namespace evsweep::signals
