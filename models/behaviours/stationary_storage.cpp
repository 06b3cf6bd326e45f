/// Stationary batteries: vehicles that never leave. Each has one session from the scenario's start on, without an end.
#include <algorithm>
#include <map>

#include "behaviours/placer.hpp"
#include "behaviours/stays.hpp"
#include "behaviours/vehicle_attributes.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/stationary.hpp"

namespace evsweep {
namespace {

struct Params : VehicleAttributes {
    /// Unlike a vehicle, a battery without a power that it returns makes no sense, so that there is no default for it.
    Params() : VehicleAttributes(neutral()) { discharge_rating = {}; }
    std::optional<int> units;
    Fraction penetration{1.0};
    Placement placement;
    Random<"1"> initial_soc;
    Random<"1"> target_soc;

    /// What controllers bring it to: its target, or what it begins with.
    [[nodiscard]] const Distribution& wanted_soc() const {
        return target_soc.distribution ? *target_soc.distribution : *initial_soc.distribution;
    }
};

std::optional<Contradiction> wrong_battery(const Params& p) {
    if (!p.discharge_rating.distribution)
        return Contradiction{"discharge_rating", "is missing", "give the power that it returns, e.g. 50 kW"};
    if (p.discharge_rating.distribution->lowest() <= 0.0)
        return Contradiction{"discharge_rating", "can be 0, and a battery that returns nothing is no storage",
                             "give the power that it returns, e.g. 50 kW"};
    return p.wrong();
}

/// Neither at the start nor at its target may a battery be where it cannot be.
std::optional<Contradiction> wrong_soc(const Params& p) {
    const double floor = p.lowest_soc.distribution->highest(), ceiling = p.highest_soc.distribution->lowest();
    const auto fault = [&](const char* field, const Distribution* law) -> std::optional<Contradiction> {
        if (law && law->lowest() < floor) return Contradiction{field, "can be below lowest_soc", "raise it, or lower lowest_soc"};
        if (law && law->highest() > ceiling)
            return Contradiction{field, "can be above highest_soc", "lower it, or raise highest_soc"};
        return std::nullopt;
    };
    if (auto wrong = fault("initial_soc", p.initial_soc.distribution.get())) return wrong;
    return fault("target_soc", p.target_soc.distribution.get());
}

/// Only what lies between the reserve and the target is at the disposal of controllers that keep to targets.
std::optional<Contradiction> nothing_to_return(const Params& p) {
    const double reserve = std::max(p.lowest_soc.distribution->lowest(), p.reserve_soc.distribution->lowest());
    if (p.wanted_soc().highest() > reserve) return std::nullopt;
    return Contradiction{p.target_soc.distribution ? "target_soc" : "initial_soc",
                         "is not above lowest_soc and reserve_soc, so that only a controller that charges past targets "
                         "(aggregator_profit with v2g) has something to return",
                         "give a target_soc above the reserve", Severity::warning};
}

Schema<Params> make_schema() {
    return with_vehicle_fields(
               Schema<Params>("stationary batteries: there from the start to the end, counted as no vehicle's stay")
                   .optional("units", &Params::units,
                             "number of batteries at 100 % penetration; not with placement by counts or at loads",
                             between(0, 1e6))
                   .optional("penetration", &Params::penetration, "share of that number that there is, rounded half up",
                             between(0.0, 100.0))
                   .required("placement", &Params::placement, "which bus each battery stands at")
                   .required("initial_soc", &Params::initial_soc, "state of charge at the scenario's start", between(0.0, 1.0))
                   .optional("target_soc", &Params::target_soc,
                             "state of charge up to which controllers charge that keep to targets, and which is wanted at the "
                             "scenario's end; absent: the initial one, so that a battery nobody uses rests",
                             between(0.0, 1.0)))
        .relation([](const Params& p) { return wrong_units(p.placement, p.units, "batteries"); })
        .relation(wrong_battery)
        .relation(wrong_soc)
        .relation(nothing_to_return);
}

class StationaryStorage final : public Behaviour {
   public:
    static constexpr std::string_view name = "stationary_storage";
    static constexpr std::string_view least_settings =
        "{units: 2, capacity: 100 kWh, charge_rating: 50 kW, discharge_rating: 50 kW, initial_soc: 0.5, "
        "placement: {rule: proportional}}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = make_schema();
        return schema;
    }

    StationaryStorage(const Params& p, const Context& context)
        : group_(context.group),
          horizon_(context.horizon),
          placer_(p.placement, number_at(p.penetration, p.units, p.placement, *context.feeder), Residents::alike, context),
          batteries_(p, {}, context),
          initial_soc_(p.initial_soc),
          target_soc_(p.target_soc) {}

    const GroupPlaces& places() const override { return placer_.places(); }

    void draw(const Rng& rng, Population& population) const override {
        const std::size_t count = placer_.count();
        Stays stays(population, group_, {}, horizon_, count);
        placer_.append_connectors(rng, population);
        batteries_.append(rng, count, population);
        std::vector<double> initial(count), target(count);
        sample(*initial_soc_.distribution, rng, Purpose("initial soc").in(group_), 0, initial);
        if (target_soc_.distribution)
            sample(*target_soc_.distribution, rng, Purpose("target soc").in(group_), 0, target);
        else
            target = initial;
        for (std::size_t i = 0; i < count; ++i) stays.add(i, {Instant{}, no_departure, Instant(horizon_), initial[i], target[i]});
        stays.finish();
    }

   private:
    std::string group_;
    Duration horizon_;
    Placer placer_;
    VehicleSampler batteries_;
    Random<"1"> initial_soc_, target_soc_;
};

const bool registered = add_plugin<Behaviour, StationaryStorage>();

}  // namespace
}  // namespace evsweep
