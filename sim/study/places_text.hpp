/// How charging points get their places, in words: for `check`, result files and tables.
#pragma once

#include <string>
#include <vector>

#include "evsweep/behaviour.hpp"

namespace evsweep {

/// "homes: 22 charging points, one each at 22 of 55 loads; places are drawn anew for every replica".
[[nodiscard]] std::string places_text(const std::string& group, const GroupPlaces& places);

/// What a reader of intervals has to know where places of these groups were drawn once; empty where there is no such group.
[[nodiscard]] std::string drawn_once_text(const std::vector<std::string>& groups);

}  // namespace evsweep
