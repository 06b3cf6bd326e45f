#include "sim/study/site_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/base/clock_text.hpp"

namespace evsweep {

namespace {

/// By BusId: 1 where a charging point of one of the groups may stand.
std::vector<std::uint8_t> possible_buses(const LoadedStudy& study, const std::vector<std::string>& groups) {
    std::vector<std::uint8_t> possible(study.feeder->buses(), 0);
    for (std::size_t g = 0; g < study.behaviours.size(); ++g) {
        const std::string& label = study.scenario.population[g].label;
        if (!groups.empty() && std::count(groups.begin(), groups.end(), label) == 0) continue;
        for (const ChargingPlace& place : study.behaviours[g]->places().possible) possible[place.bus.index()] = 1;
    }
    return possible;
}

/// By BusId: 1 at a bus and all that is behind it.
std::vector<std::uint8_t> buses_below(const Feeder& feeder, BusId top) {
    std::vector<std::uint8_t> below(feeder.buses(), 0);
    below[top.index()] = 1;
    for (std::size_t b = 0; b < feeder.branches(); ++b)
        if (below[feeder.branch(BranchId(b)).parent.index()] != 0) below[b + 1] = 1;
    return below;
}

class SiteMaker {
   public:
    SiteMaker(const LoadedStudy& study, Issues& issues) : study_(study), feeder_(*study.feeder), issues_(issues) {}

    void add(const SiteChoice& choice) {
        path_ = "sites." + choice.label;
        const auto buses = buses_of(choice);
        if (!buses) return;
        std::vector<std::uint8_t> stand = possible_buses(study_, choice.groups);
        for (std::size_t b = 0; b < stand.size(); ++b) stand[b] = stand[b] != 0 && (*buses)[b] != 0 ? 1 : 0;
        if (std::count(stand.begin(), stand.end(), 1) == 0) return report_empty(choice);
        if (choice.per == SitePer::entry) return add_site(choice, choice.label, *buses);
        for (std::size_t b = 0; b < stand.size(); ++b) {
            if (stand[b] == 0) continue;
            std::vector<std::uint8_t> one(stand.size(), 0);
            one[b] = 1;
            add_site(choice, choice.label + "." + feeder_.site().bus[b], std::move(one));
        }
    }
    std::vector<SitePlan> sites;

   private:
    /// By BusId: 1 at the buses that an entry speaks of; nothing (reported) where it names one that is not there.
    std::optional<std::vector<std::uint8_t>> buses_of(const SiteChoice& choice) {
        std::vector<std::uint8_t> buses(feeder_.buses(), choice.buses.empty() ? 1 : 0);
        bool good = true;
        for (const std::string& name : choice.buses) {
            const auto bus = find(name, choice.buses_at, "buses");
            good = good && bus;
            if (bus) buses[bus->index()] = 1;
        }
        if (!choice.below.empty()) {
            const auto top = find(choice.below, choice.below_at, "below");
            good = good && top;
            if (top) {
                const auto below = buses_below(feeder_, *top);
                for (std::size_t b = 0; b < buses.size(); ++b) buses[b] = buses[b] != 0 && below[b] != 0 ? 1 : 0;
            }
        }
        return good ? std::optional(std::move(buses)) : std::nullopt;
    }

    std::optional<BusId> find(const std::string& name, const Position& at, const std::string& key) {
        const auto bus = feeder_.find_bus(name);
        if (!bus)
            issues_.error(at, path_ + "." + key, "the feeder has no bus '" + name + "'", did_you_mean(name, feeder_.site().bus));
        return bus;
    }

    void report_empty(const SiteChoice& choice) {
        issues_.error(choice.at, path_, "no charging point can stand there",
                      "name groups and buses that go together; `evsweep check` says where groups have their charging points");
    }

    void add_site(const SiteChoice& choice, std::string name, std::vector<std::uint8_t> buses) {
        SitePlan site{{.name = std::move(name), .limit_kw = choice.limit.value(), .connectors = {}, .loads = {}},
                      std::move(buses),
                      choice.groups};
        const auto loads = feeder_.loads();
        if (choice.base_load == CountedLoad::included)
            for (std::size_t i = 0; i < loads.size(); ++i)
                if (site.at_bus[loads[i].bus.index()] != 0) site.site.loads.push_back(static_cast<std::uint32_t>(i));
        sites.push_back(std::move(site));
    }

    const LoadedStudy& study_;
    const Feeder& feeder_;
    Issues& issues_;
    std::string path_;
};

/// How far a site's base load is above its limit over the whole time.
struct LoadExcess {
    double highest_kw = 0.0;
    Instant at{};
    std::size_t steps = 0;
};

LoadExcess excess_of(const LoadedStudy& study, const Site& site) {
    LoadExcess excess;
    for (std::size_t k = 0; k < study.base->steps(); ++k) {
        double kw = 0.0;
        for (const std::uint32_t load : site.loads) kw += study.feeder->loads()[load].p_kw * study.base->scale(k, load);
        if (kw <= site.limit_kw) continue;
        ++excess.steps;
        if (kw <= excess.highest_kw) continue;
        excess.highest_kw = kw;
        excess.at = Instant(study.scenario.time.step * static_cast<std::int64_t>(k));
    }
    return excess;
}

/// The entry that a site comes from: its own, or the one that has a site per bus.
const SiteChoice& choice_of(const Scenario& scenario, const std::string& site) {
    const auto is_it = [&](const SiteChoice& choice) { return site == choice.label || site.rfind(choice.label + ".", 0) == 0; };
    return *std::find_if(scenario.sites.begin(), scenario.sites.end(), is_it);
}

}  // namespace

std::vector<SitePlan> make_sites(const LoadedStudy& study, Issues& issues) {
    SiteMaker maker(study, issues);
    for (const SiteChoice& choice : study.scenario.sites) maker.add(choice);
    return std::move(maker.sites);
}

void check_site_loads(const LoadedStudy& study, Issues& issues) {
    constexpr std::size_t enough = 5;
    std::size_t reported = 0;
    for (const SitePlan& of_study : study.sites) {
        const Site& site = of_study.site;
        const LoadExcess excess = excess_of(study, site);
        if (excess.steps == 0) continue;
        const SiteChoice& choice = choice_of(study.scenario, site.name);
        if (reported++ < enough)
            issues.warning(
                choice.at, "sites." + choice.label,
                fmt::format("at '{}' the base load alone is above the limit of {:g} kW for {}, by up to {:.1f} kW at {}; "
                            "no controller can keep that",
                            site.name, site.limit_kw,
                            duration_text(study.scenario.time.step * static_cast<std::int64_t>(excess.steps)),
                            excess.highest_kw - site.limit_kw,
                            clock_text(study.scenario.time.start.time_of_day(excess.at).since_midnight)),
                "raise the limit, or leave the base load out");
    }
    if (reported > enough)
        issues.warning(study.scenario.file.at, "sites",
                       fmt::format("{} more sites have a base load above their limit", reported - enough));
}

std::string sites_text(const LoadedStudy& study, const Connectors& sample) {
    constexpr std::size_t enough = 4;
    const std::vector<Site> sites = sites_of(study.sites, sample);
    std::string text;
    for (std::size_t s = 0; s < std::min(sites.size(), enough); ++s)
        text += fmt::format("{}{:g} kW at {} ({} charging points{})", s == 0 ? "" : ", ", sites[s].limit_kw, sites[s].name,
                            sites[s].connectors.size(), sites[s].loads.empty() ? "" : " and base load");
    if (sites.size() > enough) text += fmt::format(" and {} more", sites.size() - enough);
    return text;
}

}  // namespace evsweep
