/// Vehicles that follow one another at charging points of which each is free for a short while only, as at a station or a fleet's
/// depot: a stay, a gap, the next stay.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "behaviours/placer.hpp"
#include "behaviours/stays.hpp"
#include "behaviours/vehicle_attributes.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

struct Params : VehicleAttributes {
    Params() : VehicleAttributes(neutral()) {}
    std::optional<int> points;
    Placement placement;
    Random<"h"> stay;
    Random<"h"> gap;
    Random<"1"> initial_soc;
    Random<"1"> need;
    Fraction highest_target{1.0};
};

/// The share of draws of a law that are above `limit`.
double share_above(const Distribution& law, double limit) {
    double below = 0.0, above = 1.0;
    for (int k = 0; k < 40; ++k) {
        const double u = 0.5 * (below + above);
        (law.quantile(std::clamp(u, 0x1p-53, 1.0 - 0x1p-53)) <= limit ? below : above) = u;
    }
    return 1.0 - above;
}

std::optional<Contradiction> wrong_times(const Params& p) {
    if (p.stay.distribution->lowest() <= 0.0) return Contradiction{"stay", "can be 0 or less", "give a law of lengths above 0"};
    if (p.gap.distribution->lowest() < 0.0) return Contradiction{"gap", "can be below 0", "give a law of lengths from 0 on"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_targets(const Params& p) {
    if (p.initial_soc.distribution->highest() > p.highest_target.value())
        return Contradiction{"initial_soc", "can be above highest_target", "lower it, or raise highest_target"};
    if (p.highest_target.value() > p.highest_soc.distribution->lowest())
        return Contradiction{"highest_target", "can be above highest_soc", "lower it, or raise highest_soc"};
    return std::nullopt;
}

/// Who needs more than the rating gives in time leaves short whatever anybody does.
std::optional<Contradiction> impossible_need(const Params& p) {
    if (p.need.distribution->highest() <= 1.0) return std::nullopt;
    return Contradiction{"need",
                         fmt::format("is more than the charge rating stores in the stay for {:.1f} % of stays, where "
                                     "highest_target allows it",
                                     100.0 * share_above(*p.need.distribution, 1.0)),
                         "they will end short of their targets; give at most 1 if that is not meant", Severity::warning};
}

Schema<Params> make_schema() {
    return with_vehicle_fields(
               Schema<Params>("vehicles that follow one another at charging points: a stay, a gap, the next stay")
                   .optional("points", &Params::points, "number of charging points; not with placement by counts or at loads",
                             between(0, 1e6))
                   .required("placement", &Params::placement, "which bus each charging point stands at")
                   .required("stay", &Params::stay, "how long a vehicle stays")
                   .required("gap", &Params::gap, "how long a charging point is free between two vehicles")
                   .required("initial_soc", &Params::initial_soc, "state of charge at plug-in", between(0.0, 1.0))
                   .required("need", &Params::need,
                             "what a vehicle wants to store, as a share of what the charge rating would store in its stay",
                             at_least(0.0))
                   .optional("highest_target", &Params::highest_target, "nobody wants to be above it at departure",
                             between(0.0, 1.0)))
        .relation([](const Params& p) { return p.wrong(); })
        .relation([](const Params& p) { return wrong_units(p.placement, p.points, "charging points"); })
        .relation(wrong_times)
        .relation(wrong_targets)
        .relation(impossible_need);
}

/// At the start of the scenario every charging point is somewhere within a stay, of which the vehicle has stored as much as an
/// even charging power would have.
class Succession final : public Behaviour {
   public:
    static constexpr std::string_view name = "succession";
    static constexpr std::string_view least_settings =
        "{points: 3, capacity: 40 kWh, charge_rating: 7 kW, stay: 2 h, gap: 10 min, initial_soc: 0.4, need: 0.5, "
        "placement: {rule: proportional}}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = make_schema();
        return schema;
    }

    Succession(const Params& p, const Context& context)
        : p_(p),
          group_(context.group),
          horizon_(context.horizon),
          placer_(p.placement, number_at(Fraction(1.0), p.points, p.placement, *context.feeder), Residents::alike, context),
          vehicles_(p, {}, context) {}

    const GroupPlaces& places() const override { return placer_.places(); }

    void draw(const Rng& rng, Population& population) const override {
        const std::size_t count = placer_.count();
        First first{population.connectors.size(), population.vehicles.size()};
        const double mean_h = p_.stay.distribution->mean() + p_.gap.distribution->mean();
        Stays stays(population, group_, {WhenOccupied::refuse, UnderWay::evenly}, horizon_,
                    count * (2 + static_cast<std::size_t>(std::min(1e6, hours(horizon_) / mean_h))));
        placer_.append_connectors(rng, population);
        vehicles_.append(rng, count, population);
        Columns columns(count);
        sample_begin(rng, columns);
        for (std::uint32_t k = 0; std::any_of(columns.begin.begin(), columns.begin.end(), [this](Instant t) { return is_in(t); });
             ++k)
            append_stays(rng, k, first, columns, population, stays);
        stays.finish();
    }

   private:
    /// Where the group's rows begin.
    struct First {
        std::size_t connector, vehicle;
    };
    /// The next stay of each charging point.
    struct Columns {
        explicit Columns(std::size_t n) : begin(n), stay_h(n), gap_h(n), initial_soc(n), need(n) {}
        std::vector<Instant> begin;
        std::vector<double> stay_h, gap_h, initial_soc, need;
    };

    [[nodiscard]] bool is_in(Instant t) const { return t < Instant(horizon_); }
    [[nodiscard]] Purpose purpose(std::string_view what) const { return Purpose(what).in(group_); }

    /// The first stays have begun at a time that is even over their length.
    void sample_begin(const Rng& rng, Columns& columns) const {
        std::vector<double> elapsed(columns.begin.size());
        rng.uniforms(purpose("succession elapsed"), 0, 0, elapsed);
        sample(*p_.stay.distribution, rng, purpose("succession stay"), 0, columns.stay_h);
        for (std::size_t i = 0; i < elapsed.size(); ++i)
            columns.begin[i] = Instant{} - from_hours(elapsed[i] * columns.stay_h[i]);
    }

    /// The `k`-th stays of all charging points.
    void append_stays(const Rng& rng, std::uint32_t k, const First& first, Columns& columns, const Population& population,
                      Stays& stays) const {
        sample(*p_.stay.distribution, rng, purpose("succession stay"), k, columns.stay_h);
        sample(*p_.gap.distribution, rng, purpose("succession gap"), k, columns.gap_h);
        sample(*p_.initial_soc.distribution, rng, purpose("initial soc"), k, columns.initial_soc);
        sample(*p_.need.distribution, rng, purpose("succession need"), k, columns.need);
        for (std::size_t i = 0; i < columns.begin.size(); ++i) {
            if (!is_in(columns.begin[i])) continue;
            const double kwh = columns.need[i] * columns.stay_h[i] * population.connectors.charge_rating[first.connector + i];
            const double stored =
                kwh * population.vehicles.stored_per_drawn[first.vehicle + i] / population.vehicles.capacity[first.vehicle + i];
            const Instant unplug = columns.begin[i] + from_hours(columns.stay_h[i]);
            const double target = std::min(p_.highest_target.value(), columns.initial_soc[i] + stored);
            stays.add(i, {columns.begin[i], unplug, unplug, columns.initial_soc[i], target});
            columns.begin[i] = unplug + from_hours(columns.gap_h[i]);
        }
    }

    Params p_;
    std::string group_;
    Duration horizon_;
    Placer placer_;
    VehicleSampler vehicles_;
};

const bool registered = add_plugin<Behaviour, Succession>();

}  // namespace
}  // namespace evsweep
