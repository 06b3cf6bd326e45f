#include "sim/study/places_text.hpp"

#include <fmt/format.h>

namespace evsweep {

namespace {

const char* text_of(PlaceDraw drawn) {
    switch (drawn) {
        case PlaceDraw::fixed:
            return "places are the same in every replica";
        case PlaceDraw::per_replica:
            return "places are drawn anew for every replica";
        case PlaceDraw::per_study:
            return "places are drawn once for the study, so intervals do not cover how uncertain they are";
    }
    return "";
}

}  // namespace

std::string places_text(const std::string& group, const GroupPlaces& places) {
    return fmt::format("{}: {}; {}", group, places.how, text_of(places.drawn));
}

std::string drawn_once_text(const std::vector<std::string>& groups) {
    if (groups.empty()) return {};
    return fmt::format(
        "the places of {} were drawn once for the study (placement.redraw: study), so the intervals do not cover how "
        "uncertain places are",
        fmt::join(groups, ", "));
}

}  // namespace evsweep
