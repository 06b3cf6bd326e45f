// The profiles that loads, generators and photovoltaic systems follow, made of load shapes.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "feeder_formats/opendss/rows.hpp"

namespace evsweep::opendss {
namespace {

constexpr const char* give_profile = "give a profile of that name in base_load.profiles of scenarios";

/// The times of a shape with times of its own, which repeats with its last one.
class Times {
   public:
    explicit Times(const LoadShape& shape) : shape_(shape) {
        constexpr double longest = 1e7;  // what is beyond shares no raster with anything
        for (const double hour : shape.hours) at_.push_back(from_hours(std::clamp(hour, -1.0, longest)));
    }

    /// The longest time that all points are multiples of; none where there is no series of such points.
    [[nodiscard]] std::optional<Duration> raster() const {
        if (at_.empty() || at_.size() != shape_.p.size() || at_.front() < Duration{} || at_.back() <= Duration{})
            return std::nullopt;
        if (std::adjacent_find(at_.begin(), at_.end(), std::greater_equal<>()) != at_.end()) return std::nullopt;
        std::int64_t every = 0;
        for (const Duration at : at_) every = std::gcd(every, at.count());
        constexpr std::int64_t most_values = 1'000'000;
        return at_.back().count() / every > most_values ? std::nullopt : std::optional(Duration(every));
    }

    /// Values on the raster: linear between the points, or those of the point before.
    [[nodiscard]] std::vector<double> on_raster(const std::vector<double>& values, Duration every) const {
        std::vector<double> result;
        std::size_t next = 0;
        for (Duration now{}; now < at_.back(); now += every) {
            while (at_[next] <= now) ++next;
            const std::size_t before = next > 0 ? next - 1 : at_.size() - 1;
            const Duration since = next > 0 ? at_[before] : Duration{};
            const double share =
                shape_.holds ? 0.0 : (now - since) / std::chrono::duration<double, Duration::period>(at_[next] - since);
            result.push_back(values[before] + share * (values[next] - values[before]));
        }
        return result;
    }

   private:
    const LoadShape& shape_;
    std::vector<Duration> at_;
};

}  // namespace

const std::string& shape_name(const Injection& element) {
    if (!element.daily.empty()) return element.daily;
    return element.yearly.empty() ? element.duty : element.yearly;
}

/// Makes the series of a shape; nothing where a profile cannot have them.
std::optional<ProfileRow> Rows::profile_row(const LoadShape& shape, const std::string& profile) {
    ProfileRow row{profile, from_hours(shape.interval_h), shape.p, {}, false, shape.at};
    if (!shape.q.empty() && shape.q != shape.p) row.q_values = shape.q;
    const auto give_up = [&](const std::string& problem) {
        reader_.note("load shape '" + shape.name + "'", shape.at, problem + ", which a snapshot does not need", give_profile);
        return std::nullopt;
    };
    if (shape.p.empty()) return give_up("has no values");
    if (!row.q_values.empty() && row.q_values.size() != row.values.size())
        return give_up("has not as many values of reactive power as of power");
    if (shape.interval_h > 0.0) return row;
    const Times times(shape);
    const auto every = times.raster();
    if (!every)
        return give_up(
            "has times that are not as many as its values, do not rise from 0, or share no raster of a million points");
    row.every = *every;
    row.linear = !shape.holds;
    row.values = times.on_raster(shape.p, *every);
    if (!row.q_values.empty()) row.q_values = times.on_raster(shape.q, *every);
    if (row.linear && row.values.front() != shape.p.back())
        reader_.note("load shape '" + shape.name + "'", shape.at,
                     fmt::format("ends at {} and begins again at {}, and goes there in its last interval of {} h", shape.p.back(),
                                 row.values.front(), hours(*every)));
    return row;
}

std::string Rows::profile_of(const Injection& element, double kw, std::optional<double> kvar) {
    const std::string& name = shape_name(element);
    if (name.empty()) return {};
    const LoadShape* shape = circuit_.shapes.look_up(name);
    if (!shape) {
        reader_.note("load shape '" + name + "'", element.at, "is not defined, which a snapshot does not need",
                     std::string("define it with New LoadShape, or ") + give_profile);
        return name;
    }
    // Powers in kW become factors of this element's.
    const double p_base = shape->use_actual ? kw : 1.0;
    const double q_base = shape->use_actual ? kvar.value_or(0.0) : 1.0;
    if (p_base == 0.0) return {};
    const bool draws_q = std::any_of(shape->q.begin(), shape->q.end(), [](double q) { return q != 0.0; });
    const bool has_q = kvar && (shape->use_actual ? draws_q : !shape->q.empty());
    std::string profile = name;
    if (shape->use_actual) profile += fmt::format(" of {} kW", kw);
    if (shape->use_actual && has_q) profile += fmt::format(" and {} kvar", *kvar);
    if (!shape->q.empty() && !has_q) profile += " of active power";
    if (!profiles_.insert(profile).second) return profile;
    if (has_q && q_base == 0.0) {
        reader_.note("load shape '" + name + "'", shape->at,
                     "has reactive power where a load that follows it has none, which a snapshot does not need", give_profile);
        return profile;
    }
    LoadShape counting = *shape;
    if (!has_q) counting.q.clear();
    if (auto row = profile_row(counting, profile)) {
        for (double& value : row->values) value /= p_base;
        for (double& value : row->q_values) value /= q_base;
        feeder_.profiles.push_back(std::move(*row));
    }
    return profile;
}

}  // namespace evsweep::opendss
