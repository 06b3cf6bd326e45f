#include "sim/engine/base_demand.hpp"

#include <algorithm>
#include <map>
#include <string>

namespace evsweep {

std::string profile_of(const LoadPoint& load, const BaseLoad& base) {
    if (!load.profile.empty() && base.own_profiles == OwnProfiles::follow) return load.profile;
    const auto by_class = base.by_class.find(load.bus_class);
    return by_class != base.by_class.end() ? by_class->second : base.other;
}

namespace {

/// Where the factors of a profile stand among those of a step.
struct Rows {
    std::size_t p = 0;
    std::size_t q = 0;
};

}  // namespace

BaseDemand::BaseDemand(const Scenario& scenario, const Feeder& feeder) {
    const auto& base = scenario.base_load;
    const auto steps = static_cast<std::size_t>(scenario.time.duration / scenario.time.step);
    std::vector<Profile> profiles;
    std::map<std::string, Rows> rows;
    const auto add = [&](Duration every, bool linear, const std::vector<double>& values) {
        profiles.push_back({every, linear, values});
        return profiles.size();  // row 0: constant at nominal
    };
    for (const ProfileRow& row : feeder.profiles()) {
        Rows& of = rows[row.id];
        of.p = of.q = add(row.every, row.linear, row.values);
        if (!row.q_values.empty()) of.q = add(row.every, row.linear, row.q_values);
    }
    for (const auto& [name, profile] : base.profiles) {  // the scenario's word goes before the feeder file's
        profiles.push_back(profile);
        rows[name] = {profiles.size(), profiles.size()};
    }
    profiles_ = profiles.size() + 1;
    for (const auto& load : feeder.loads()) {
        const auto found = rows.find(profile_of(load, base));
        profile_of_load_.push_back(found == rows.end() ? 0 : found->second.p);
        q_profile_of_load_.push_back(found == rows.end() ? 0 : found->second.q);
    }
    const Prices prices = scenario.prices.value_or(Prices{});
    for (std::size_t k = 0; k < steps; ++k) {
        const Instant t(scenario.time.step * static_cast<std::int64_t>(k));
        scales_.push_back(base.scale.value());
        for (const Profile& profile : profiles) scales_.push_back(base.scale.value() * profile.at(t, scenario.time.start));
        add_prices(prices, t, scenario.time.start);
        const auto now = scales_.end() - static_cast<std::ptrdiff_t>(profiles_);
        changes_.push_back(k == 0 || !std::equal(now, scales_.end(), now - static_cast<std::ptrdiff_t>(profiles_)));
        double total = 0.0;
        for (std::size_t i = 0; i < feeder.loads().size(); ++i) total += feeder.loads()[i].p_kw * scale(k, i);
        demand_kw_.push_back(total);
    }
}

void BaseDemand::add_prices(const Prices& prices, Instant t, const Calendar& calendar) {
    const double share = prices.sell_share.value(), fee = prices.fee.value();
    const double buy = prices.buy.values.empty() ? 0.0 : prices.buy.at(t, calendar);
    price_.push_back(buy + fee);
    sell_price_.push_back(buy * share);
    if (!prices.day_ahead) return;
    const double expected = prices.day_ahead->at(t, calendar);
    day_ahead_price_.push_back(expected + fee);
    day_ahead_sell_price_.push_back(expected * share);
}

}  // namespace evsweep
