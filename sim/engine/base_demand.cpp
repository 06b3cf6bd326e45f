#include "sim/engine/base_demand.hpp"

#include <algorithm>
#include <utility>

namespace evsweep {

std::string profile_of(const LoadPoint& load, const BaseLoad& base) {
    if (!load.profile.empty() && base.own_profiles == OwnProfiles::follow) return load.profile;
    const auto by_class = base.by_class.find(load.bus_class);
    return by_class != base.by_class.end() ? by_class->second : base.other;
}

BaseDemand::BaseDemand(const Scenario& scenario, const Feeder& feeder) {
    const auto& base = scenario.base_load;
    const auto steps = static_cast<std::size_t>(scenario.time.duration / scenario.time.step);
    std::vector<const Profile*> profiles{nullptr};  // row 0: constant at nominal
    std::map<std::string, std::size_t> row{{"", 0}};
    for (const ProfileRow& told : feeder.profiles()) of_feeder_.emplace(told.id, Profile{told.every, false, told.values});
    for (const auto* known : {&std::as_const(of_feeder_), &base.profiles}) {  // the scenario's word goes before the feeder file's
        for (const auto& [name, profile] : *known) {
            row[name] = profiles.size();
            profiles.push_back(&profile);
        }
    }
    profiles_ = profiles.size();
    for (const auto& load : feeder.loads()) {
        const auto found = row.find(profile_of(load, base));
        profile_of_load_.push_back(found == row.end() ? 0 : found->second);
    }
    const double sell_share = scenario.prices ? scenario.prices->sell_share.value() : 1.0;
    for (std::size_t k = 0; k < steps; ++k) {
        const Instant t(scenario.time.step * static_cast<std::int64_t>(k));
        for (const Profile* profile : profiles) {
            scales_.push_back(base.scale.value() * (profile ? profile->at(t, scenario.time.start) : 1.0));
        }
        price_.push_back(scenario.prices ? scenario.prices->buy.at(t, scenario.time.start) : 0.0);
        sell_price_.push_back(price_.back() * sell_share);
        const auto now = scales_.end() - static_cast<std::ptrdiff_t>(profiles_);
        changes_.push_back(k == 0 || !std::equal(now, scales_.end(), now - static_cast<std::ptrdiff_t>(profiles_)));
        double total = 0.0;
        for (std::size_t i = 0; i < feeder.loads().size(); ++i) total += feeder.loads()[i].p_kw * scale(k, i);
        demand_kw_.push_back(total);
    }
}

}  // namespace evsweep
