/// What a scenario says of a group's batteries and chargers, and how their columns are drawn from it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "behaviours/sampling.hpp"
#include "evsweep/behaviour.hpp"

namespace evsweep {

/// The section `taper`: constant current up to the knee, then a charging power that falls with the state of charge.
struct TaperChoice {
    Fraction knee{0.8};
    Fraction end{0.05};
    static const Schema<TaperChoice>& schema();
};

/// Attributes that vehicles of a group share or that a class of them overrides; absent ones have no distribution.
struct VehicleAttributes {
    Random<"kWh"> capacity;
    Random<"kW"> charge_rating;
    Random<"kW"> discharge_rating;
    Random<"1"> charge_efficiency;
    Random<"1"> discharge_efficiency;
    Random<"1"> reserve_soc;
    Random<"1"> lowest_soc;
    Random<"1"> highest_soc;
    Random<"kVA"> apparent_rating;
    Random<"kW"> minimum_power;
    std::vector<Kilowatts> levels;
    std::optional<TaperChoice> taper;

    /// Absent but for what has a neutral value: no discharging, no conversion losses, the whole battery usable.
    [[nodiscard]] static VehicleAttributes neutral();
    /// These, with the attributes that `own` has put in place of theirs.
    [[nodiscard]] VehicleAttributes overridden_by(const VehicleAttributes& own) const;
    /// What is missing or contradicts itself, if anything.
    [[nodiscard]] std::optional<Contradiction> wrong() const;
};

/// One entry of the section `classes`: a share of the vehicles, and what is different about them.
struct VehicleClass : VehicleAttributes {
    Fraction share{0.0};
    static const Schema<VehicleClass>& schema();
};

/// What is wrong with attributes and classes together, if anything.
[[nodiscard]] std::optional<Contradiction> wrong_classes(const VehicleAttributes& common,
                                                         const std::map<std::string, VehicleClass>& classes);

/// Adds the fields of `VehicleAttributes`, of which `P` is derived, to the schema of `P`.
template <class P>
[[nodiscard]] Schema<P> with_vehicle_fields(Schema<P> schema) {
    const auto add = [&schema]<class T>(const char* name, T VehicleAttributes::*member, const char* help, Range range = {}) {
        schema.optional(name, static_cast<T P::*>(member), help, range);
    };
    using A = VehicleAttributes;
    add("capacity", &A::capacity, "battery capacity", above_up_to(0.0, 1e5));
    add("charge_rating", &A::charge_rating, "largest active power drawn from the grid", above_up_to(0.0, 1e5));
    add("discharge_rating", &A::discharge_rating, "largest active power returned to the grid; 0 kW: not bidirectional",
        between(0.0, 1e5));
    add("charge_efficiency", &A::charge_efficiency, "share of the drawn energy that reaches the battery", above_up_to(0.0, 1.0));
    add("discharge_efficiency", &A::discharge_efficiency, "share of the released energy that reaches the grid",
        above_up_to(0.0, 1.0));
    add("reserve_soc", &A::reserve_soc, "discharging stops here, or at lowest_soc where that is higher", between(0.0, 1.0));
    add("lowest_soc", &A::lowest_soc, "the battery's own floor", between(0.0, 1.0));
    add("highest_soc", &A::highest_soc, "the battery's own ceiling", between(0.0, 1.0));
    add("apparent_rating", &A::apparent_rating, "radius of the inverter's P-Q circle; absent: the larger active rating",
        above_up_to(0.0, 1e5));
    add("minimum_power", &A::minimum_power, "smallest active power other than 0", at_least(0.0));
    add("levels", &A::levels, "the only active powers other than 0, ascending; empty: continuous", above(0.0));
    add("taper", &A::taper, "fall of the charging limit above a state of charge; absent: none");
    return schema;
}

/// Draws the vehicles of a group, and the ratings of the connectors that are theirs, one each.
class VehicleSampler {
   public:
    VehicleSampler(VehicleAttributes common, const std::map<std::string, VehicleClass>& classes,
                   const Behaviour::Context& context);

    /// Appends `count` rows to the vehicles and to the ratings of the connectors; entity i is the i-th of this group.
    void append(const Rng& rng, std::size_t count, Population& population) const;

   private:
    struct Draw;
    void draw_classes(Draw& draw) const;
    void append_batteries(Draw& draw, Population& population) const;
    void append_ratings(Draw& draw, Population& population) const;
    void append_tapers(const Draw& draw, Population& population) const;
    void append_level_sets(const Draw& draw, Population& population) const;
    template <UnitLabel Unit>
    void fill(Draw& draw, std::string_view name, Random<Unit> VehicleAttributes::*attribute, std::span<double> out) const;

    VehicleAttributes common_;
    std::vector<VehicleAttributes> classes_;  ///< own attributes, by class
    std::vector<double> shares_;              ///< cumulative, by class
    std::string group_;
    Accounting accounting_;
};

}  // namespace evsweep
