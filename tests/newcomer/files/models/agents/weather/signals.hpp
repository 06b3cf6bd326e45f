/// What the agent `weather` publishes.
#pragma once

#include "evsweep/signal.hpp"

namespace evsweep::signals {

inline constexpr Signal<"1", Extent::feeder> cloud_cover{"cloud_cover", "share of the sky that clouds hide"};

}  // namespace evsweep::signals
