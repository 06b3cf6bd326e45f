#include "sim/study/ratings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evsweep {

bool has_rating(const FeederSite& site, std::size_t branch) {
    const auto begin = site.rating_a.begin() + site.first_conductor[branch + 1];
    const auto end = site.rating_a.begin() + site.first_conductor[branch + 2];
    return std::any_of(begin, end, [](double a) { return std::isfinite(a); });
}

std::size_t unrated_branches(const FeederSite& site) {
    std::size_t unrated = 0;
    for (std::size_t b = 0; b < site.branch.size(); ++b) unrated += !has_rating(site, b);
    return unrated;
}

std::string ratings_text(std::size_t branches, std::size_t unrated) {
    if (unrated == 0) return {};
    const std::string count = unrated == branches ? fmt::format("None of the {} branches has a rating", branches)
                                                  : fmt::format("{} of {} branches have no rating", unrated, branches);
    return count + ": their loading is not judged";
}

}  // namespace evsweep
