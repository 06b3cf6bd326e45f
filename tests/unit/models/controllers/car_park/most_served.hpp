/// What a car park without sun can store at the most, by augmenting paths (Ford and Fulkerson 1956): a second opinion on what a
/// plan leaves unserved.
#pragma once

#include <algorithm>
#include <vector>

#include "models/controllers/car_park/park_day.hpp"

namespace evsweep::test {

/// Flows from the source over vehicles, their chargers in a step, and steps, to the sink; kWh at the charger.
class MostServed {
   public:
    explicit MostServed(const ParkDay& day) : day_(day) {
        const std::size_t vehicles = day.vehicles.size(), steps = day.steps(), chargers = day.chargers.count;
        const std::size_t places = 2 + vehicles, slots = places + chargers * steps;
        links_.resize(slots + steps);
        for (std::size_t i = 0; i < vehicles; ++i) {
            const ParkVehicle& v = day.vehicles[i];
            connect(source, 2 + i, drawn_kwh(day, v));
            for (std::size_t t = v.arrival; t < v.departure; ++t)
                connect(2 + i, places + v.charger * steps + t, day.step_h * v.power_kw);
        }
        const double charger_kw = std::min(day.chargers.vehicle_kw, day.chargers.inverter_kw);
        for (std::size_t k = 0; k < chargers; ++k)
            for (std::size_t t = 0; t < steps; ++t) connect(places + k * steps + t, slots + t, day.step_h * charger_kw);
        for (std::size_t t = 0; t < steps; ++t) connect(slots + t, sink, day.step_h * day.cap_import_kw[t]);
    }

    /// kWh stored.
    [[nodiscard]] double stored_kwh() {
        double sum = 0.0;
        for (double more = augment(); more > 0.0; more = augment()) sum += more;
        return sum * day_.efficiency;
    }

   private:
    static constexpr std::size_t source = 0, sink = 1;
    struct Link {
        std::size_t to = 0, back = 0;
        double room = 0.0;
    };

    void connect(std::size_t from, std::size_t to, double room) {
        links_[from].push_back({to, links_[to].size(), room});
        links_[to].push_back({from, links_[from].size() - 1, 0.0});
    }

    /// Along a path of the fewest links (Edmonds and Karp 1972).
    double augment() {
        constexpr double rounding_kwh = 1e-12;
        std::vector<Link*> way(links_.size(), nullptr);
        std::vector<std::size_t> queue{source};
        for (std::size_t q = 0; q < queue.size() && !way[sink]; ++q)
            for (Link& link : links_[queue[q]])
                if (link.room > rounding_kwh && link.to != source && !way[link.to]) {
                    way[link.to] = &link;
                    queue.push_back(link.to);
                }
        if (!way[sink]) return 0.0;
        double least = way[sink]->room;
        const auto before = [&](std::size_t node) { return links_[node][way[node]->back].to; };
        for (std::size_t node = sink; node != source; node = before(node)) least = std::min(least, way[node]->room);
        for (std::size_t node = sink; node != source; node = before(node)) {
            way[node]->room -= least;
            links_[node][way[node]->back].room += least;
        }
        return least;
    }

    const ParkDay& day_;
    std::vector<std::vector<Link>> links_;
};

}  // namespace evsweep::test
