#include "sim/config/sites.hpp"

#include <algorithm>
#include <utility>

#include "sim/config/plugin_groups.hpp"

namespace evsweep {

namespace {

Position place_in(const Node& entry, const std::string& key, const Position& otherwise) {
    const Node* node = entry.find(key);
    return node ? node->at : otherwise;
}

bool check_site_groups(const SiteChoice& site, const std::string& path, const std::vector<std::string>& groups, Issues& issues) {
    bool good = true;
    for (const std::string& group : site.groups) {
        if (std::count(groups.begin(), groups.end(), group) > 0) continue;
        good = false;
        issues.error(site.groups_at, path + ".groups", "there is no group '" + group + "' of the population",
                     did_you_mean(group, groups));
    }
    return good;
}

}  // namespace

const Schema<SiteChoice>& site_schema() {
    static const auto schema =
        Schema<SiteChoice>(
            "A part of the feeder with a limit of its own, e.g. a house, a car park, or what is below a transformer.")
            .required("limit", &SiteChoice::limit, "most power that it may draw; of each site where there is one per bus",
                      above(0))
            .optional("groups", &SiteChoice::groups, "of the population, whose charging points count; none: all")
            .optional("buses", &SiteChoice::buses, "at which charging points count; none: all")
            .optional("below", &SiteChoice::below,
                      "a bus: charging points count at it and at all buses behind it; empty: on the whole feeder")
            .optional("per", &SiteChoice::per,
                      "entry: all of them together are one site; bus: those at each bus are a site of their own")
            .optional("base_load", &SiteChoice::base_load,
                      "whether the base load at these buses, at nominal voltage, counts against the limit, too");
    return schema;
}

std::vector<SiteChoice> read_sites(const Node& section, const std::vector<std::string>& groups, Issues& issues,
                                   std::vector<Setting>& resolved) {
    std::vector<SiteChoice> sites;
    Reader reader{issues};
    if (!section.is_map()) return report_expected(section, "sites", "a map from names to sites", reader), sites;
    for (const auto& [key, value] : section.entries) {
        const std::string path = "sites." + key.scalar;
        const bool is_fit = check_label(key, path, issues) && check_is_said(value, path, issues);
        if (!is_fit) continue;
        auto site = site_schema().read(value, path, reader);
        if (!site) continue;
        site->label = key.scalar;
        site->at = key.at;
        site->groups_at = place_in(value, "groups", key.at);
        site->buses_at = place_in(value, "buses", key.at);
        site->below_at = place_in(value, "below", key.at);
        if (!check_site_groups(*site, path, groups, issues)) continue;
        for (auto& setting : site_schema().settings(*site, path)) resolved.push_back(std::move(setting));
        sites.push_back(std::move(*site));
    }
    return sites;
}

}  // namespace evsweep
