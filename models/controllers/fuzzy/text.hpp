/// What is wrong with a rule base before fuzzylite reads it, which takes any word for a number.
#pragma once

#include <cstddef>
#include <optional>
#include <string>

namespace evsweep {

/// A fault of a rule base; line and column count from 1, and 0 means the text as a whole.
struct FuzzyFault {
    std::string problem;
    std::string hint;
    std::size_t line = 0;
    std::size_t column = 0;
};

/// The first fault in the numbers of a rule base: ranges, vertices of terms, weights of rules. All are finite, of a size that
/// things have, and in order.
[[nodiscard]] std::optional<FuzzyFault> find_fault(const std::string& rules);

}  // namespace evsweep
