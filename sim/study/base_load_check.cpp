#include "sim/study/base_load_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <vector>

#include "sim/study/load_study.hpp"

namespace evsweep {

namespace {

class BaseLoadCheck {
   public:
    BaseLoadCheck(const Scenario& scenario, const Feeder& feeder, Issues& issues)
        : scenario_(scenario), base_(scenario.base_load), feeder_(feeder), issues_(issues) {
        for (const LoadPoint& load : feeder.loads()) followed_.insert(profile_of(load, base_));
    }

    void run() {
        check_classes();
        check_own_profiles();
        warn_of_unused();
        warn_of_short_ones();
    }

   private:
    void check_classes() {
        const auto& of_bus = feeder_.site().bus_class;
        std::set<std::string> classes(of_bus.begin(), of_bus.end());
        classes.erase("");
        for (const auto& [name, profile] : base_.by_class) {
            const std::string path = "base_load.by_class." + name;
            if (classes.count(name) == 0)
                issues_.error(base_.class_at.at(name), path, "no bus of the feeder is of class '" + name + "'",
                              classes.empty() ? "its buses have no classes; give them some, or use base_load.other"
                                              : did_you_mean(name, {classes.begin(), classes.end()}));
            else if (!has_follower(name))
                issues_.warning(base_.class_at.at(name), path, "no load follows it",
                                "buses of this class have no loads, or only loads with profiles of their own");
        }
    }

    [[nodiscard]] bool has_follower(const std::string& bus_class) const {
        const auto loads = feeder_.loads();
        return std::any_of(loads.begin(), loads.end(), [&](const LoadPoint& load) {
            return load.bus_class == bus_class && (load.profile.empty() || base_.own_profiles == OwnProfiles::ignore);
        });
    }

    /// Profiles that loads name in the feeder file must be there, in the scenario or in that file.
    void check_own_profiles() {
        if (base_.own_profiles == OwnProfiles::ignore) return;
        std::set<std::string> known;
        for (const auto& [name, profile] : base_.profiles) known.insert(name);
        for (const ProfileRow& row : feeder_.profiles()) known.insert(row.id);
        std::map<std::string, std::vector<std::string>> missing;
        for (const LoadPoint& load : feeder_.loads())
            if (!load.profile.empty() && known.count(load.profile) == 0) missing[load.profile].push_back(load.id);
        constexpr std::size_t enough = 10;
        std::size_t reported = 0;
        for (const auto& [name, loads] : missing) {
            if (reported++ == enough) break;
            const std::string who = loads.size() == 1
                                        ? "load '" + loads.front() + "' follows"
                                        : fmt::format("{} loads, the first '{}', follow", loads.size(), loads.front());
            std::string hint = known.empty() ? "" : did_you_mean(name, {known.begin(), known.end()}) + " or ";
            if (reported == 1 || !known.empty()) hint += "give it in base_load.profiles, or write `own_profiles: ignore` there";
            issues_.error(scenario_.feeder.file.at, "base_load.profiles",
                          who + " profile '" + name + "', which neither the scenario nor the feeder file has", hint);
        }
        if (missing.size() > enough)
            issues_.error(scenario_.feeder.file.at, "base_load.profiles",
                          fmt::format("{} more profiles of loads are missing", missing.size() - enough));
    }

    /// Profiles of the feeder file repeat whatever their length; one that does so within a day is reported.
    void warn_of_short_ones() {
        const Duration need = scenario_.time.start.time_of_day(Instant{}).since_midnight + scenario_.time.duration;
        for (const ProfileRow& row : feeder_.profiles()) {
            const Duration length = row.every * static_cast<std::int64_t>(row.values.size());
            if (followed_.count(row.id) == 0 || base_.profiles.count(row.id) != 0 || row.values.size() < 2) continue;
            if (length % one_day != Duration{} && length < need)
                issues_.warning(row.at, "profile '" + row.id + "'",
                                "repeats after " + duration_text(length) + ", which is no whole number of days",
                                "give it values for whole days");
        }
    }

    void warn_of_unused() {
        std::vector<std::string> columns;
        for (const auto& [name, profile] : base_.profiles) {
            if (followed_.count(name) != 0) continue;
            if (base_.of_columns.count(name) != 0)
                columns.push_back(name);
            else
                issues_.warning(profile.place, "base_load.profiles." + name, "no load follows it",
                                "name it in by_class or other, or remove it");
        }
        if (!columns.empty())
            issues_.warning(base_.profiles.at(columns.front()).place, "base_load.columns",
                            fmt::format("no load follows {} of its {} columns, the first is '{}'", columns.size(),
                                        base_.of_columns.size(), columns.front()));
        if (!base_.other.empty() && std::none_of(feeder_.loads().begin(), feeder_.loads().end(), [this](const LoadPoint& load) {
                const bool has_own = !load.profile.empty() && base_.own_profiles == OwnProfiles::follow;
                return !has_own && base_.by_class.count(load.bus_class) == 0;
            }))
            issues_.warning(scenario_.file.at, "base_load.other", "no load follows it", "all loads have a class or a profile");
    }

    const Scenario& scenario_;
    const BaseLoad& base_;
    const Feeder& feeder_;
    Issues& issues_;
    std::set<std::string> followed_;
};

}  // namespace

void check_base_load(const Scenario& scenario, const Feeder& feeder, Issues& issues) {
    BaseLoadCheck(scenario, feeder, issues).run();
}

BaseLoadSummary summarise_base_load(const LoadedStudy& study) {
    BaseLoadSummary summary;
    for (const LoadPoint& load : study.feeder->loads()) {
        const std::string name = profile_of(load, study.scenario.base_load);
        if (name.empty())
            ++summary.constant;
        else
            ++summary.followers[name];
    }
    const auto demand = study.base->demand_kw();
    const Duration step = study.scenario.time.step;
    for (const double kw : demand) summary.energy_kwh += kw * hours(step);
    if (demand.empty()) return summary;
    const auto peak = std::max_element(demand.begin(), demand.end());
    summary.peak_kw = *peak;
    summary.peak_at = Instant(step * (peak - demand.begin()));
    return summary;
}

}  // namespace evsweep
