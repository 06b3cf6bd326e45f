/// Resources that stay where they are: a session without an end, so that who counts vehicles can tell them apart.
#pragma once

#include "evsweep/population.hpp"

namespace evsweep {

/// `Session::unplug` of what never leaves, e.g. a stationary battery: behind the end of every study (see `bounds`: no time is
/// longer than 1e6 h), and near enough that sums and differences with it stay whole milliseconds.
inline constexpr Instant no_departure{std::chrono::hours(10'000'000)};

/// Whether the session is that of a resource that belongs to its connection point: it neither comes nor leaves.
[[nodiscard]] inline bool never_leaves(const Session& session) { return session.unplug >= no_departure; }

/// The departure that planners with foresight reckon with: the true one, or, of what never leaves, the instant at which it is to
/// have its target again.
[[nodiscard]] inline Instant planned_departure(const Session& session) {
    return never_leaves(session) ? session.stated_departure : session.unplug;
}

}  // namespace evsweep
