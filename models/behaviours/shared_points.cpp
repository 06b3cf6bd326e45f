#include "behaviours/shared_points.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evsweep {

namespace {

/// Turns bookings into none, in the order in which they begin, where all points are booked by others for some of their time.
void keep_possible_bookings(Population& population, std::uint32_t queue) {
    std::vector<Session*> asked;
    for (Session& session : population.sessions)
        if (session.booked && population.connectors.queue_of(session.connector) == queue) asked.push_back(&session);
    std::stable_sort(asked.begin(), asked.end(), [](const Session* a, const Session* b) { return *a->booked < *b->booked; });
    const std::size_t points = population.queues[queue].points;
    std::vector<Instant> ends;  // of the bookings that hold a point
    for (Session* const session : asked) {
        std::erase_if(ends, [session](Instant end) { return end <= *session->booked; });
        if (ends.size() >= points)
            session->booked.reset();
        else
            ends.push_back(session->stated_end(*session->booked));
    }
}

}  // namespace

const Schema<PointsChoice>& PointsChoice::schema() {
    static const Schema<PointsChoice> schema =
        Schema<PointsChoice>("charging points that more vehicles share than there are")
            .required("count", &PointsChoice::count, "number of points: no more vehicles are plugged in at once", between(1, 1e6))
            .optional("rule", &PointsChoice::rule,
                      "who gets a point that is free: whoever has waited longest, or, at reservation, first whoever has booked "
                      "it from now on or earlier; others then get one only if they leave before it is booked")
            .optional("swap_when_full", &PointsChoice::swap_when_full,
                      "whether a vehicle that has reached its target leaves its point to one that waits")
            .optional("kept_for", &PointsChoice::kept_for,
                      "how long a booked point is kept for a vehicle that is late; absent: as long as it is booked", above(0.0))
            .used_if([](const PointsChoice& p) { return p.rule == QueueRule::reservation; }, "with rule: reservation",
                     {"kept_for"});
    return schema;
}

std::optional<Contradiction> PointSharing::wrong() const {
    if (!points) {
        for (const auto& [name, is_given] : {std::pair{"service", service.distribution != nullptr},
                                             {"patience", patience.distribution != nullptr},
                                             {"booked", booked.value() > 0.0}})
            if (is_given)
                return Contradiction{name, "means nothing where every vehicle has a point for itself",
                                     "say how many points they share, e.g. `points: {count: 4}`, or remove it"};
        return std::nullopt;
    }
    const bool reserves = points->rule == QueueRule::reservation;
    if (reserves && booked.value() == 0.0)
        return Contradiction{"points", "has rule reservation, and no vehicle books",
                             "give `booked`, the share of vehicles that have, or take rule: first_come"};
    if (!reserves && booked.value() > 0.0)
        return Contradiction{"booked", "means nothing where whoever came first is first", "take `points: {rule: reservation}`"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_swaps(const std::optional<PointsChoice>& points, double lowest_initial,
                                         double highest_target) {
    if (!points || !points->swap_when_full || highest_target > lowest_initial) return std::nullopt;
    return Contradiction{"points", "swaps vehicles that have reached their target, and all come with it",
                         "raise target_soc above initial_soc, or remove swap_when_full"};
}

PointSharer::PointSharer(const PointSharing& choice, const GroupPlaces& places, std::size_t connectors,
                         const Behaviour::Context& context)
    : choice_(choice), group_(context.group) {
    if (!choice_.points) return;
    const std::string path = "population." + group_;
    const auto elsewhere = [&](const ChargingPlace& place) { return place.bus != places.possible.front().bus; };
    if (std::any_of(places.possible.begin(), places.possible.end(), elsewhere))
        context.issues->error(context.at, path + ".placement", "stands at several buses, and its vehicles share charging points",
                              "place the group at one bus, e.g. {rule: round_robin, buses: [...]}, and other buses' vehicles in "
                              "groups of their own");
    if (connectors > 0 && static_cast<std::size_t>(choice_.points->count) >= connectors)
        context.issues->warning(context.at, path + ".points",
                                fmt::format("{} points for {} vehicles: nobody ever waits", choice_.points->count, connectors),
                                "give fewer points, or remove it");
}

void PointSharer::draw(const Rng& rng, std::uint32_t day, std::size_t vehicles, std::uint32_t first_entity) {
    const auto drawn = [&](const Distribution* law, std::string_view what, std::vector<double>& out) {
        if (!law) return;
        out.resize(vehicles);
        sample(*law, rng, Purpose(what).in(group_), day, out, first_entity);
    };
    drawn(choice_.service.distribution.get(), "service", service_h_);
    drawn(choice_.patience.distribution.get(), "patience", patience_h_);
    if (choice_.booked.value() <= 0.0) return;
    books_.resize(vehicles);
    rng.uniforms(Purpose("booked").in(group_), first_entity, day, books_);
    drawn(choice_.late.distribution.get(), "late", late_h_);
}

void PointSharer::put(std::size_t i, Stay& stay) const {
    if (!service_h_.empty()) {
        stay.service = from_hours(service_h_[i]);
        stay.stated_departure = std::min(stay.stated_departure, stay.plug_in + *stay.service);
    }
    if (!patience_h_.empty()) stay.patience = from_hours(patience_h_[i]);
    if (!books_.empty() && books_[i] <= choice_.booked.value())
        stay.booked = stay.plug_in - (late_h_.empty() ? Duration{} : from_hours(late_h_[i]));
}

void PointSharer::share(Population& population, std::size_t first) const {
    if (!choice_.points) return;
    const PointsChoice& points = *choice_.points;
    const auto row = static_cast<std::uint32_t>(population.queues.size());
    population.queues.push_back(
        {group_, static_cast<std::uint32_t>(points.count), points.rule, points.swap_when_full, points.kept_for});
    population.connectors.queue.resize(first, 0);
    population.connectors.queue.resize(population.connectors.size(), row);
    keep_possible_bookings(population, row);
}

}  // namespace evsweep
