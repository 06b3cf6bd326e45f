/// What `evsweep why` prints: the limits that were broken, and of one of them who and what made it.
#pragma once

#include <optional>
#include <string>

#include "sim/study/why/explanation.hpp"

namespace evsweep {

/// Which of the violations are shown; their numbers are those of the whole list.
struct ViolationFilter {
    std::string controller{};            ///< empty: all
    std::optional<ReplicaId> replica{};  ///< none: all
    std::size_t most = 25;
};

/// A numbered table, the worst first. Ends with a line feed.
[[nodiscard]] std::string violations_page(const KnownViolations& known, const ViolationFilter& filter);

/// A page on one violation: what it is, who has which share in it, what would be without them, what was decided, and in the end
/// the same in a few sentences.
[[nodiscard]] std::string explanation_page(const LoadedStudy& study, const Explanation& explanation);

}  // namespace evsweep
