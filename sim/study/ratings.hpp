/// Branches without a rating: whatever they carry, no number about loading or overload speaks of them.
#pragma once

#include <cstddef>
#include <string>

#include "evsweep/feeder_site.hpp"

namespace evsweep {

/// Whether any conductor of a branch has a rating.
[[nodiscard]] bool has_rating(const FeederSite& site, std::size_t branch);

/// How many branches have a rating for none of their conductors.
[[nodiscard]] std::size_t unrated_branches(const FeederSite& site);

/// "126 of 131 branches have no rating: their loading is not judged"; empty where all have one.
[[nodiscard]] std::string ratings_text(std::size_t branches, std::size_t unrated);

}  // namespace evsweep
