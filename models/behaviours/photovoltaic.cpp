/// Photovoltaics: connection points whose power follows the sun, which is a series, and the weather of the day, which is drawn.
#include <algorithm>
#include <cmath>

#include "behaviours/placer.hpp"
#include "behaviours/sampling.hpp"
#include "evsweep/contracts.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/series.hpp"

namespace evsweep {
namespace {

struct Params {
    std::optional<int> units;
    Fraction penetration{1.0};
    Placement placement;
    Random<"kW"> peak;
    Random<"kW"> rating;
    Random<"kVA"> apparent_rating;
    Series<"1"> yield;
    Random<"1"> clearness = always<"1">(1.0, "1");
    Random<"1"> own_clearness = always<"1">(1.0, "1");
};

std::optional<Contradiction> wrong_powers(const Params& p) {
    const auto is_positive = [](const Distribution* law) { return !law || law->lowest() > 0.0; };
    if (!is_positive(p.peak.distribution.get()))
        return Contradiction{"peak", "can be 0", "give a power above 0; fewer installations are `units` or `penetration`"};
    if (!is_positive(p.rating.distribution.get())) return Contradiction{"rating", "can be 0", "give a power above 0"};
    const Distribution& active = p.rating.distribution ? *p.rating.distribution : *p.peak.distribution;
    if (p.apparent_rating.distribution && p.apparent_rating.distribution->lowest() < active.highest())
        return Contradiction{"apparent_rating", "can be below the active rating", "give an inverter at least as large"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_clearness(const Params& p) {
    for (const auto& [field, law] :
         {std::pair{"clearness", p.clearness.distribution.get()}, std::pair{"own_clearness", p.own_clearness.distribution.get()}})
        if (law->lowest() < 0.0) return Contradiction{field, "can be negative", "give factors of at least 0"};
    return std::nullopt;
}

Schema<Params> make_schema() {
    Schema<Params> s("photovoltaics: feed in what the sun gives, or less where a controller says so; no vehicles");
    s.optional("units", &Params::units, "number of installations at 100 % penetration; not with placement by counts or at loads",
               between(0, 1e6))
        .optional("penetration", &Params::penetration, "share of that number that there is, rounded half up", between(0.0, 100.0))
        .required("placement", &Params::placement, "which bus each installation stands at")
        .required("peak", &Params::peak, "power of the panels at a yield of 1, e.g. 5 kW for 5 kWp", above_up_to(0.0, 1e6))
        .optional("rating", &Params::rating, "active power that the inverter gives at the most; absent: as `peak`",
                  above_up_to(0.0, 1e6))
        .optional("apparent_rating", &Params::apparent_rating,
                  "radius of the inverter's P-Q circle; absent: as the active rating", above_up_to(0.0, 1e6))
        .required("yield", &Params::yield,
                  "power over `peak` by time in a clear sky, or as measured, e.g. a column of a CSV file", between(0.0, 10.0))
        .optional("clearness", &Params::clearness,
                  "factor on the yield of a whole day, drawn by day for all installations of the group together",
                  between(0.0, 10.0))
        .optional("own_clearness", &Params::own_clearness, "factor besides, drawn by day for each installation by itself",
                  between(0.0, 10.0))
        .relation([](const Params& p) { return wrong_units(p.placement, p.units, "installations"); })
        .relation(wrong_powers)
        .relation(wrong_clearness);
    return s;
}

/// available = min(rating, peak x yield(t) x clearness(day) x own_clearness(day, installation))
class Photovoltaic final : public Behaviour {
   public:
    static constexpr std::string_view name = "photovoltaic";
    static constexpr bool acts_alone = true;
    static constexpr std::string_view least_settings =
        "{units: 2, peak: 5 kW, yield: {every: 6 h, values: [0, 0.5, 0.8, 0.1]}, placement: {rule: proportional}}";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema = make_schema();
        return schema;
    }

    Photovoltaic(const Params& p, const Context& context)
        : params_(p),
          group_(context.group),
          placer_(p.placement, number_at(p.penetration, p.units, p.placement, *context.feeder), Residents::alike, context),
          places_(placer_.places()) {
        const std::string usual = "charging point";  // of 1 and of several
        if (const auto at = places_.how.find(usual); at != std::string::npos)
            places_.how.replace(at, usual.size(), "installation");
        EVSWEEP_EXPECTS(context.step > Duration::zero(), "availability goes by control steps");
        const auto steps = static_cast<std::size_t>(context.horizon / context.step);
        for (std::size_t k = 0; k < steps; ++k) {
            const Instant t(context.step * static_cast<std::int64_t>(k));
            yield_.push_back(p.yield.at(t, context.calendar));
            day_.push_back(static_cast<std::uint32_t>((context.calendar.day(t) - context.calendar.day(Instant{})).count()));
        }
    }

    const GroupPlaces& places() const override { return places_; }

    void draw(const Rng& rng, Population& population) const override {
        Connectors& connectors = population.connectors;
        const std::size_t first = connectors.size();
        placer_.append_connectors(rng, population);
        const std::size_t count = placer_.count();
        const std::vector<double> peak_kw = drawn(params_.peak, "peak", rng);
        const std::vector<double> rating_kw = params_.rating.distribution ? drawn(params_.rating, "rating", rng) : peak_kw;
        const std::vector<double> apparent_kva =
            params_.apparent_rating.distribution ? drawn(params_.apparent_rating, "apparent rating", rng) : rating_kw;
        for (std::size_t i = 0; i < count; ++i) {
            connectors.charge_rating.push_back({});
            connectors.discharge_rating.push_back(Kilowatts(rating_kw[i]));
            connectors.apparent_rating.push_back(KilovoltAmperes(apparent_kva[i]));
            connectors.minimum_power.push_back({});
            connectors.level_set.push_back(0);
        }
        connectors.close_kinds(ResourceKind::generation, first);
        append_availability(rng, peak_kw, rating_kw, first, population);
    }

   private:
    template <UnitLabel Unit>
    [[nodiscard]] std::vector<double> drawn(const Random<Unit>& choice, std::string_view what, const Rng& rng) const {
        std::vector<double> values(placer_.count());
        sample(*choice.distribution, rng, Purpose(what).in(group_), 0, values);
        return values;
    }

    /// One row for all installations that have the same sun and the same panels behind the same inverter, else one each.
    void append_availability(const Rng& rng, const std::vector<double>& peak_kw, const std::vector<double>& rating_kw,
                             std::size_t first, Population& population) const {
        const std::vector<double> sky = clearness(params_.clearness, rng, "clearness");
        const bool is_own = params_.own_clearness.distribution->lowest() < params_.own_clearness.distribution->highest();
        for (std::size_t i = 0; i < peak_kw.size(); ++i) {
            const double over = peak_kw[i] / rating_kw[i];
            const bool is_alike = i > 0 && !is_own && over == peak_kw[i - 1] / rating_kw[i - 1];
            if (!is_alike)
                population.availability.push_back(
                    row(over, sky, clearness(params_.own_clearness, rng, "own clearness", static_cast<std::uint32_t>(i))));
            population.connectors.availability[first + i] = static_cast<std::uint32_t>(population.availability.size() - 1);
        }
    }

    [[nodiscard]] Availability row(double peak_over_rating, const std::vector<double>& sky,
                                   const std::vector<double>& own) const {
        Availability row(yield_.size());
        for (std::size_t k = 0; k < row.size(); ++k)
            row[k] = std::min(1.0, peak_over_rating * yield_[k] * sky[day_[k]] * own[day_[k]]);
        return row;
    }

    /// By day of the scenario: the day's number is the entity of its draw, so that a longer study has the same first days.
    [[nodiscard]] std::vector<double> clearness(const Random<"1">& law, const Rng& rng, std::string_view what,
                                                std::uint32_t installation = 0) const {
        std::vector<double> days(day_.empty() ? 0 : day_.back() + 1);
        sample(*law.distribution, rng, Purpose(what).in(group_), installation, days);
        return days;
    }

    Params params_;
    std::string group_;
    Placer placer_;
    GroupPlaces places_;              ///< as the placer has them, in words of their own
    std::vector<double> yield_;       ///< by control step
    std::vector<std::uint32_t> day_;  ///< of the scenario, by control step
};

const bool registered = add_plugin<Behaviour, Photovoltaic>();

}  // namespace
}  // namespace evsweep
