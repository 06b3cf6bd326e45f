/// Charging points that the vehicles of a group share: what a scenario says of them, and how vehicles wait and book.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/sampling.hpp"
#include "behaviours/stays.hpp"
#include "evsweep/behaviour.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

[[nodiscard]] inline std::vector<std::pair<std::string, QueueRule>> names_of(QueueRule) {
    return {{"first_come", QueueRule::first_come}, {"reservation", QueueRule::reservation}};
}

/// The section `points`.
struct PointsChoice {
    int count = 1;
    QueueRule rule = QueueRule::first_come;
    bool swap_when_full = false;
    std::optional<Duration> kept_for;
    static const Schema<PointsChoice>& schema();
};

/// What a group says of points that its vehicles share, and of how they wait; each vehicle has one for itself where it says
/// nothing.
struct PointSharing {
    std::optional<PointsChoice> points;
    Random<"h"> service;
    Random<"h"> patience;
    Fraction booked{0.0};
    Random<"h"> late;

    /// What contradicts itself, if anything.
    [[nodiscard]] std::optional<Contradiction> wrong() const;
};

/// What is wrong with points of a group whose vehicles come with `initial` and want `target`, if anything.
[[nodiscard]] std::optional<Contradiction> wrong_swaps(const std::optional<PointsChoice>& points, double lowest_initial,
                                                       double highest_target);

/// Adds the fields of `PointSharing`, of which `P` is derived, to the schema of `P`.
template <class P>
[[nodiscard]] Schema<P> with_point_fields(Schema<P> schema) {
    using S = PointSharing;
    schema
        .optional("points", static_cast<std::optional<PointsChoice> P::*>(&S::points),
                  "charging points that the vehicles of the group share, e.g. {count: 12}; absent: each has one for itself")
        .optional("service", static_cast<Random<"h"> P::*>(&S::service),
                  "how long a vehicle stays from when it is plugged in, and at most until its departure; with `points` only",
                  at_least(0.0))
        .optional(
            "patience", static_cast<Random<"h"> P::*>(&S::patience),
            "how long a vehicle waits for a point before it leaves uncharged; absent: until its departure; with `points` only",
            at_least(0.0))
        .optional("booked", static_cast<Fraction P::*>(&S::booked),
                  "share of the vehicles that have booked a point; with `rule: reservation` only", between(0.0, 1.0))
        .optional("late", static_cast<Random<"h"> P::*>(&S::late),
                  "how long after the begin of its booking a vehicle comes, below 0: before; absent: just then");
    schema.relation([](const P& p) { return static_cast<const S&>(p).wrong(); });
    schema.used_if([](const P& p) { return p.booked.value() > 0.0; }, "where vehicles have booked", {"late"});
    return schema;
}

/// Lets the vehicles of one group share its points.
class PointSharer {
   public:
    /// `path` and the context's position are for what is wrong with them. `connectors` of them at `places`.
    PointSharer(const PointSharing& choice, const GroupPlaces& places, std::size_t connectors, const Behaviour::Context& context);

    [[nodiscard]] bool shares() const { return choice_.points.has_value(); }
    /// Draws how the vehicles that come on a day wait and what they have booked; `first_entity` is who the first of them is.
    void draw(const Rng& rng, std::uint32_t day, std::size_t vehicles, std::uint32_t first_entity = 0);
    /// Gives the `i`-th vehicle's stay of that day what was drawn for it.
    void put(std::size_t i, Stay& stay) const;
    /// Connectors from `first` on share the group's points; bookings for which there would be none are no bookings.
    void share(Population& population, std::size_t first) const;

   private:
    PointSharing choice_;
    std::string group_;
    std::vector<double> service_h_, patience_h_, books_, late_h_;  ///< by vehicle; empty where nothing is drawn
};

}  // namespace evsweep
