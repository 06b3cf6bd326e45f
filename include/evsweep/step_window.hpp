/// The steps that a plan is made for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "evsweep/time.hpp"

namespace evsweep {

/// The whole steps of a plan: `steps` of them, from `start`; what is left of the time to the end of the study is no step.
struct StepWindow {
    Instant start{};
    Duration step{};
    std::size_t steps = 0;
    [[nodiscard]] static StepWindow from(Instant now, Duration step, Instant end) {
        return {now, step, static_cast<std::size_t>(std::max<std::int64_t>(0, (end - now) / step))};
    }
    [[nodiscard]] Instant begin_of(std::size_t k) const { return start + step * static_cast<std::int64_t>(k); }
    [[nodiscard]] Instant end() const { return begin_of(steps); }
    /// The step that contains an instant, which is not before `start`.
    [[nodiscard]] std::size_t step_at(Instant t) const { return static_cast<std::size_t>((t - start) / step); }
};

}  // namespace evsweep
