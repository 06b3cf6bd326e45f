#include "behaviours/vehicle_attributes.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "behaviours/sampling.hpp"

namespace evsweep {

namespace {

double highest_of(const Distribution* law) { return law ? law->highest() : 0.0; }

/// `largest` of the ratings of any vehicle.
std::optional<Contradiction> wrong_levels(const std::vector<Kilowatts>& levels, double charge_rating, double largest) {
    if (levels.empty()) return std::nullopt;
    if (std::adjacent_find(levels.begin(), levels.end(), [](Kilowatts a, Kilowatts b) { return a >= b; }) != levels.end())
        return Contradiction{"levels", "does not ascend", "give the powers in ascending order"};
    if (levels.front().value() > charge_rating)
        return Contradiction{"levels", "has no power within the charge rating", "lower the first level or raise charge_rating"};
    if (levels.back().value() <= largest) return std::nullopt;
    return Contradiction{"levels", "has powers above every rating, which are never used", "leave them out or raise the rating",
                         Severity::warning};
}

std::optional<Contradiction> wrong_powers(const VehicleAttributes& a) {
    const double charge = a.charge_rating.distribution->lowest();
    const double largest =
        std::max(highest_of(a.charge_rating.distribution.get()), highest_of(a.discharge_rating.distribution.get()));
    if (a.apparent_rating.distribution && a.apparent_rating.distribution->lowest() < largest)
        return Contradiction{"apparent_rating", "can be below the active ratings", "give at least the larger active rating"};
    if (highest_of(a.minimum_power.distribution.get()) > charge)
        return Contradiction{"minimum_power", "can be above the charge rating", "lower it or raise charge_rating"};
    return wrong_levels(a.levels, charge, largest);
}

}  // namespace

const Schema<TaperChoice>& TaperChoice::schema() {
    static const Schema<TaperChoice> schema =
        Schema<TaperChoice>("constant current, then constant voltage")
            .optional("knee", &TaperChoice::knee, "state of charge where the charging limit starts to fall", between(0.0, 1.0))
            .optional("end", &TaperChoice::end, "charging limit at state of charge 1, as a share of the rating",
                      above_up_to(0.0, 1.0));
    return schema;
}

VehicleAttributes VehicleAttributes::neutral() {
    VehicleAttributes a;
    a.discharge_rating = always<"kW">(0.0, "0 kW");
    a.charge_efficiency = always<"1">(1.0, "1");
    a.discharge_efficiency = always<"1">(1.0, "1");
    a.reserve_soc = always<"1">(0.0, "0");
    a.lowest_soc = always<"1">(0.0, "0");
    a.highest_soc = always<"1">(1.0, "1");
    a.minimum_power = always<"kW">(0.0, "0 kW");
    return a;
}

VehicleAttributes VehicleAttributes::overridden_by(const VehicleAttributes& own) const {
    VehicleAttributes merged = *this;
    override_by(merged.capacity, own.capacity);
    override_by(merged.charge_rating, own.charge_rating);
    override_by(merged.discharge_rating, own.discharge_rating);
    override_by(merged.charge_efficiency, own.charge_efficiency);
    override_by(merged.discharge_efficiency, own.discharge_efficiency);
    override_by(merged.reserve_soc, own.reserve_soc);
    override_by(merged.lowest_soc, own.lowest_soc);
    override_by(merged.highest_soc, own.highest_soc);
    override_by(merged.apparent_rating, own.apparent_rating);
    override_by(merged.minimum_power, own.minimum_power);
    if (!own.levels.empty()) merged.levels = own.levels;
    if (own.taper) merged.taper = own.taper;
    return merged;
}

std::optional<Contradiction> VehicleAttributes::wrong() const {
    if (!capacity.distribution) return Contradiction{"capacity", "is missing", "give the battery capacity, e.g. 40 kWh"};
    if (!charge_rating.distribution) return Contradiction{"charge_rating", "is missing", "give the charging power, e.g. 7.4 kW"};
    if (highest_of(lowest_soc.distribution.get()) >= highest_soc.distribution->lowest())
        return Contradiction{"lowest_soc", "can reach highest_soc", "give lowest_soc < highest_soc"};
    return wrong_powers(*this);
}

const Schema<VehicleClass>& VehicleClass::schema() {
    static const Schema<VehicleClass> schema =
        with_vehicle_fields(Schema<VehicleClass>("a class of vehicles: its share, and what is different about it")
                                .required("share", &VehicleClass::share,
                                          "share of the vehicles, relative to the other classes' shares", at_least(0.0)));
    return schema;
}

std::optional<Contradiction> wrong_classes(const VehicleAttributes& common, const std::map<std::string, VehicleClass>& classes) {
    if (classes.empty()) return common.wrong();
    double sum = 0.0;
    for (const auto& [name, own] : classes) {
        sum += own.share.value();
        if (auto wrong = common.overridden_by(own).wrong())
            return Contradiction{"classes", "of class '" + name + "', " + wrong->field + " " + wrong->problem, wrong->hint,
                                 wrong->severity};
    }
    if (sum > 0.0) return std::nullopt;
    return Contradiction{"classes", "has shares that are all 0", "give at least one share above 0"};
}

/// One replica's draw of one group: the rows to fill and what is at hand for it.
struct VehicleSampler::Draw {
    const Rng& rng;
    std::size_t first;  ///< row of the first vehicle in its columns
    std::size_t count;
    std::vector<std::uint32_t> class_of{};  ///< by vehicle; empty where there are no classes
    std::vector<double> scratch{};
};

VehicleSampler::VehicleSampler(VehicleAttributes common, const std::map<std::string, VehicleClass>& classes,
                               const Behaviour::Context& context)
    : common_(std::move(common)), group_(context.group), accounting_(context.accounting) {
    double sum = 0.0;
    for (const auto& [name, own] : classes) {
        classes_.push_back(own);
        shares_.push_back(sum += own.share.value());
    }
    for (double& s : shares_) s /= sum;
}

void VehicleSampler::append(const Rng& rng, std::size_t count, Population& population) const {
    Draw draw{rng, population.vehicles.size(), count};
    if (!classes_.empty()) draw_classes(draw);
    append_batteries(draw, population);
    append_tapers(draw, population);
    draw.first = population.connectors.charge_rating.size();
    append_ratings(draw, population);
    append_level_sets(draw, population);
}

void VehicleSampler::draw_classes(Draw& draw) const {
    draw.scratch.resize(draw.count);
    draw.rng.uniforms(Purpose("vehicle class").in(group_), 0, 0, draw.scratch);
    for (const double u : draw.scratch)
        draw.class_of.push_back(
            static_cast<std::uint32_t>(std::lower_bound(shares_.begin(), shares_.end(), u) - shares_.begin()));
}

template <UnitLabel Unit>
void VehicleSampler::fill(Draw& draw, std::string_view name, Random<Unit> VehicleAttributes::*attribute,
                          std::span<double> out) const {
    const Purpose purpose = Purpose(name).in(group_);
    out = out.subspan(draw.first, draw.count);
    if ((common_.*attribute).distribution) sample(*(common_.*attribute).distribution, draw.rng, purpose, 0, out);
    for (std::uint32_t k = 0; k < classes_.size(); ++k) {
        const auto& own = (classes_[k].*attribute).distribution;
        if (!own) continue;
        sample(*own, draw.rng, purpose, 0, draw.scratch);
        for (std::size_t i = 0; i < draw.count; ++i)
            if (draw.class_of[i] == k) out[i] = draw.scratch[i];
    }
}

void VehicleSampler::append_batteries(Draw& draw, Population& population) const {
    using A = VehicleAttributes;
    Vehicles& v = population.vehicles;
    const std::size_t end = draw.first + draw.count;
    v.capacity.resize(end);
    for (auto* column : {&v.stored_per_drawn, &v.drawn_per_returned, &v.lowest_soc, &v.highest_soc, &v.reserve_soc})
        column->resize(end);
    fill(draw, "capacity", &A::capacity, v.capacity.raw());
    fill(draw, "charge efficiency", &A::charge_efficiency, v.stored_per_drawn.raw());
    fill(draw, "discharge efficiency", &A::discharge_efficiency, v.drawn_per_returned.raw());
    fill(draw, "lowest soc", &A::lowest_soc, v.lowest_soc.raw());
    fill(draw, "highest soc", &A::highest_soc, v.highest_soc.raw());
    fill(draw, "reserve soc", &A::reserve_soc, v.reserve_soc.raw());
    for (std::size_t i = draw.first; i < end; ++i) {
        if (accounting_ == Accounting::literal) v.stored_per_drawn[i] = 1.0 / v.stored_per_drawn[i];
        v.drawn_per_returned[i] = 1.0 / v.drawn_per_returned[i];
        v.reserve_soc[i] = std::max(v.reserve_soc[i], v.lowest_soc[i]);
    }
}

void VehicleSampler::append_ratings(Draw& draw, Population& population) const {
    using A = VehicleAttributes;
    Connectors& c = population.connectors;
    const std::size_t end = draw.first + draw.count;
    for (auto* column : {&c.charge_rating, &c.discharge_rating, &c.minimum_power}) column->resize(end);
    c.apparent_rating.resize(end);
    fill(draw, "charge rating", &A::charge_rating, c.charge_rating.raw());
    fill(draw, "discharge rating", &A::discharge_rating, c.discharge_rating.raw());
    fill(draw, "minimum power", &A::minimum_power, c.minimum_power.raw());
    fill(draw, "apparent rating", &A::apparent_rating, c.apparent_rating.raw());
    for (std::size_t i = draw.first; i < end; ++i)
        c.apparent_rating[i] = std::max({c.apparent_rating[i], c.charge_rating[i], c.discharge_rating[i]});
}

void VehicleSampler::append_tapers(const Draw& draw, Population& population) const {
    Vehicles& v = population.vehicles;
    v.taper_knee.resize(draw.first + draw.count, Fraction(1.0));
    v.taper_end.resize(draw.first + draw.count, Fraction(1.0));
    for (std::size_t i = 0; i < draw.count; ++i) {
        const auto& own = draw.class_of.empty() ? common_.taper : classes_[draw.class_of[i]].taper;
        const auto& taper = own ? own : common_.taper;
        if (!taper) continue;
        v.taper_knee[draw.first + i] = taper->knee.value();
        v.taper_end[draw.first + i] = taper->end.value();
    }
}

void VehicleSampler::append_level_sets(const Draw& draw, Population& population) const {
    const auto index_of = [&population](const std::vector<Kilowatts>& levels) {
        std::vector<double> kw;
        for (const Kilowatts level : levels) kw.push_back(level.value());
        auto& sets = population.level_sets;
        const auto found = std::find(sets.begin(), sets.end(), kw);
        const auto index = static_cast<std::uint32_t>(found - sets.begin());
        if (found == sets.end()) sets.push_back(std::move(kw));
        return index;
    };
    std::vector<std::uint32_t> set_of_class;
    for (const auto& own : classes_) set_of_class.push_back(index_of(own.levels.empty() ? common_.levels : own.levels));
    const std::uint32_t common_set = index_of(common_.levels);
    auto& level_set = population.connectors.level_set;
    for (std::size_t i = 0; i < draw.count; ++i)
        level_set.push_back(draw.class_of.empty() ? common_set : set_of_class[draw.class_of[i]]);
}

}  // namespace evsweep
