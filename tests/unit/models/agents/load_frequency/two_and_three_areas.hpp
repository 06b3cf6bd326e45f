/// The area networks of the two published frequency studies.
#pragma once

#include <array>
#include <cstddef>

#include "agents/load_frequency/plant.hpp"

namespace evsweep::test {

/// Two areas of 1000 MW at 50 Hz with one tie; the charging points of the first follow within 0.3 s.
inline AreaNetwork two_areas() {
    AreaNetwork network;
    network.nominal_hz = 50.0;
    for (const double response_s : {0.3, 0.0})
        network.areas.push_back({"area", 1000.0, 10.0, 1.0, 0.08, 0.2, 0.5, Reheat{8.0, 0.35}, response_s});
    network.ties.push_back({0, 1, 0.2, 0.0});
    return network;
}

/// Three areas of 2000 MW at 60 Hz in a ring; connected units follow within `response_s`.
inline AreaNetwork three_areas(double response_s = 0.0) {
    constexpr std::array<double, 3> inertia_s{8.0, 9.0, 7.0}, governor_s{0.2, 0.25, 0.2}, turbine_s{0.5, 0.5, 0.6};
    AreaNetwork network;
    network.nominal_hz = 60.0;
    for (std::size_t i = 0; i < 3; ++i)
        network.areas.push_back(
            {"area", 2000.0, inertia_s[i], 1.0, 0.06, governor_s[i], turbine_s[i], Reheat{8.0, 0.35}, response_s});
    network.ties = {{0, 1, 0.20, 10.0}, {0, 2, 0.25, 10.0}, {1, 2, 0.12, 10.0}};
    return network;
}

}  // namespace evsweep::test
