#include "sim/study/sweep/sweep_result.hpp"

namespace evsweep {

std::vector<std::size_t> SweepResult::places_of(std::size_t point) const {
    std::vector<std::size_t> places(dimensions.size());
    for (std::size_t d = dimensions.size(); d-- > 0;) {
        places[d] = point % dimensions[d].labels.size();
        point /= dimensions[d].labels.size();
    }
    return places;
}

std::string SweepResult::label_of(std::size_t point) const {
    const auto places = places_of(point);
    std::string text;
    for (std::size_t d = 0; d < dimensions.size(); ++d)
        text += (d == 0 ? "" : ", ") + dimensions[d].name + " " + dimensions[d].labels[places[d]];
    return text;
}

}  // namespace evsweep
