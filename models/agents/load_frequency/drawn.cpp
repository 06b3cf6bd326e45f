#include "agents/load_frequency/drawn.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

#include "agents/load_frequency/settings.hpp"

namespace evsweep {

namespace {

constexpr Duration mark_distance = std::chrono::seconds(1);

std::size_t marks_until(Duration horizon) {
    return static_cast<std::size_t>((horizon + mark_distance - Duration(1)) / mark_distance) + 1;
}

/// A standard normal number for each mark (Box and Muller, Ann. Math. Stat. 29, 1958).
std::vector<double> normals(const Rng& rng, Purpose purpose, std::size_t count) {
    std::vector<double> radius(count), angle(count);
    rng.uniforms(purpose, 0, 0, radius);
    rng.uniforms(purpose, 0, 1, angle);
    for (std::size_t k = 0; k < count; ++k)
        radius[k] = std::sqrt(-2.0 * std::log(radius[k])) * std::cos(2.0 * std::numbers::pi * angle[k]);
    return radius;
}

/// One deviation for each mark.
std::vector<double> wander(const WanderText& load, Purpose purpose, std::size_t marks, const Rng& rng) {
    const double kept = std::exp(-seconds(mark_distance) / seconds(load.memory));
    const double fresh = std::sqrt(1.0 - kept * kept);
    std::vector<double> values = normals(rng, purpose, marks);
    double now = values.front();
    for (std::size_t k = 0; k < values.size(); ++k) {
        if (k > 0) now = kept * now + fresh * values[k];
        const double age_s = static_cast<double>(k) * seconds(mark_distance);
        const double grown = load.fade_in > Duration::zero() ? std::min(1.0, age_s / seconds(load.fade_in)) : 1.0;
        values[k] = grown * megawatts(load.deviation) * now;
    }
    return values;
}

AreaSeries nothing_until(Duration horizon, std::size_t areas) {
    return {mark_distance, true, std::vector(areas, std::vector<double>(marks_until(horizon), 0.0))};
}

/// Adds what wanders in its areas, keyed by the purpose and the area.
void add_wandering(const WanderText& load, Purpose purpose, const std::vector<std::string>& areas, const Rng& rng,
                   AreaSeries& series) {
    for (std::size_t i = 0; i < areas.size(); ++i) {
        if (!load.areas.empty() && std::count(load.areas.begin(), load.areas.end(), areas[i]) == 0) continue;
        std::vector<double>& sum = series.values_mw[i];
        const std::vector<double> values = wander(load, purpose.in(areas[i]), sum.size(), rng);
        for (std::size_t k = 0; k < sum.size(); ++k) sum[k] += values[k];
    }
}

/// One attribute of a cloud; `what` keeps its draws apart from those of the others.
template <UnitLabel Unit>
double draw(const Random<Unit>& law, const Rng& rng, Purpose clouds, std::string_view what, std::size_t cloud) {
    return law.distribution->quantile(rng.uniform(clouds.in(what), static_cast<std::uint32_t>(cloud)));
}

/// How far one cloud covers one area, times from the start of the scenario in hours.
struct Cover {
    double start_h, fall_h, stay_h, rise_h, depth;

    [[nodiscard]] double light(double t_h) const {
        const double since = t_h - start_h;
        const double falling = fall_h > 0.0 ? since / fall_h : since > 0.0 ? 1.0 : 0.0;
        const double left = fall_h + stay_h + rise_h - since;
        const double rising = rise_h > 0.0 ? left / rise_h : left > 0.0 ? 1.0 : 0.0;
        return 1.0 - depth * std::clamp(std::min(falling, rising), 0.0, 1.0);
    }
};

std::vector<Cover> draw_covers(const CloudsText& clouds, const std::string& area, const Rng& rng) {
    const Purpose purpose("load_frequency clouds");
    const double reached_after_h = hours(clouds.over.at(area).reached_after);
    std::vector<Cover> covers;
    for (std::size_t k = 0; k < static_cast<std::size_t>(clouds.count); ++k) {
        const double pace = draw(clouds.local_pace, rng, purpose.in("local_pace"), area, k);
        const double local = draw(clouds.local_depth, rng, purpose.in("local_depth"), area, k);
        covers.push_back({draw(clouds.start, rng, purpose, "start", k) + pace * reached_after_h,
                          draw(clouds.fall, rng, purpose, "fall", k), draw(clouds.stay, rng, purpose, "stay", k),
                          draw(clouds.rise, rng, purpose, "rise", k),
                          std::min(1.0, local * draw(clouds.depth, rng, purpose, "depth", k))});
    }
    return covers;
}

}  // namespace

const Schema<WanderText>& WanderText::schema() {
    static const Schema<WanderText> schema =
        Schema<WanderText>("load of every area that wanders about its forecast (Ornstein-Uhlenbeck process)")
            .required("deviation", &WanderText::deviation, "standard deviation", at_least(0.0))
            .required("memory", &WanderText::memory, "time in which the correlation falls to 1/e", above(0.0))
            .optional("fade_in", &WanderText::fade_in, "time over which the deviation grows from nothing", at_least(0.0))
            .optional("areas", &WanderText::areas, "where, each with a draw of its own; empty: in every area");
    return schema;
}

const Schema<PhotovoltaicText>& PhotovoltaicText::schema() {
    static const Schema<PhotovoltaicText> schema =
        Schema<PhotovoltaicText>("photovoltaics of an area")
            .required("capacity", &PhotovoltaicText::capacity, "power at a share of 1", at_least(0.0))
            .optional("reached_after", &PhotovoltaicText::reached_after, "time from a cloud's start until it comes to this area",
                      at_least(0.0));
    return schema;
}

const Schema<CloudsText>& CloudsText::schema() {
    static const Schema<CloudsText> schema =
        Schema<CloudsText>("clouds that pass over the areas, one after the other; together they take 1 - product (1 - depth)")
            .optional("count", &CloudsText::count, "number of clouds", between(0.0, 1000.0))
            .optional("clear_sky", &CloudsText::clear_sky, "share of the capacity without clouds", between(0.0, 1.0))
            .required("start", &CloudsText::start, "when a cloud begins", at_least(0.0))
            .required("depth", &CloudsText::depth, "share of the power that a cloud takes", between(0.0, 1.0))
            .required("local_depth", &CloudsText::local_depth, "factor on the depth, by cloud and area", at_least(0.0))
            .required("fall", &CloudsText::fall, "time in which a cloud covers an area", at_least(0.0))
            .required("stay", &CloudsText::stay, "time for which it stays", at_least(0.0))
            .required("rise", &CloudsText::rise, "time in which it leaves", at_least(0.0))
            .required("local_pace", &CloudsText::local_pace, "factor on reached_after, by cloud and area", at_least(0.0))
            .required("over", &CloudsText::over, "by area: its photovoltaics");
    return schema;
}

const Schema<DrawnText>& DrawnText::schema() {
    static const Schema<DrawnText> schema =
        Schema<DrawnText>("disturbances that are drawn for each replica")
            .optional("load", &DrawnText::load, "load of every area")
            .optional("wandering", &DrawnText::wandering,
                      "by name: what wanders besides, e.g. fast and slow parts of the wind; all "
                      "add up")
            .optional("clouds", &DrawnText::clouds, "over photovoltaics");
    return schema;
}

AreaSeries draw_load(const WanderText& load, const std::vector<std::string>& areas, Duration horizon, const Rng& rng) {
    AreaSeries series = nothing_until(horizon, areas.size());
    add_wandering(load, Purpose("load_frequency load"), areas, rng, series);
    return series;
}

AreaSeries draw_wandering(const std::map<std::string, WanderText>& wandering, const std::vector<std::string>& areas,
                          Duration horizon, const Rng& rng) {
    AreaSeries series = nothing_until(horizon, areas.size());
    for (const auto& [name, text] : wandering)
        add_wandering(text, Purpose("load_frequency wandering").in(name), areas, rng, series);
    return series;
}

AreaSeries draw_clouds(const CloudsText& clouds, const std::vector<std::string>& areas, Duration horizon, const Rng& rng) {
    AreaSeries series{mark_distance, true, {}};
    for (const std::string& area : areas) {
        std::vector<double> missing(marks_until(horizon), 0.0);
        if (clouds.over.contains(area)) {
            const double clear_mw = clouds.clear_sky.value() * megawatts(clouds.over.at(area).capacity);
            const auto covers = draw_covers(clouds, area, rng);
            for (std::size_t k = 0; k < missing.size(); ++k) {
                double light = 1.0;
                for (const Cover& cover : covers) light *= cover.light(hours(mark_distance) * static_cast<double>(k));
                missing[k] = clear_mw * (1.0 - light);
            }
        }
        series.values_mw.push_back(std::move(missing));
    }
    return series;
}

}  // namespace evsweep
