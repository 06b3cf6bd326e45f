/// The tables of the worst elements: at which buses, lines and transformers limits are broken, how likely and how long.
#pragma once

#include <cstddef>
#include <string>

#include "sim/report/row_text.hpp"

namespace evsweep {

/// So many elements of each kind are listed.
inline constexpr std::size_t worst_elements = 10;

/// For every variable with an event that is a headline: the elements at which it is likeliest under any controller (of equals
/// those with the larger mean), with share and mean under each; or a line that says that it happens nowhere. Empty without such a
/// variable.
[[nodiscard]] std::string element_tables(const StudyResult& study, const StudyEstimates& estimates, std::size_t width,
                                         SignsUsed& used);

}  // namespace evsweep
