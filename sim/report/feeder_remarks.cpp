#include "sim/report/feeder_remarks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "sim/study/ratings.hpp"

namespace evsweep {
namespace {

/// "3 of 7 lines"; empty for none.
std::string share_text(std::size_t some, std::size_t all, const char* things) {
    return some == 0 ? std::string() : fmt::format("{} of {} {}", some, all, things);
}

/// Which branches have a rating for none of their conductors, nor one in kVA.
std::string unrated_text(const Feeder& feeder) {
    struct Kind {
        BranchKind kind;
        const char* name;
        std::size_t all = 0, unrated = 0;
    };
    std::vector<Kind> kinds{
        {BranchKind::line, "lines"}, {BranchKind::switch_, "switches"}, {BranchKind::transformer, "transformers"}};
    for (std::size_t b = 0; b < feeder.branches(); ++b) {
        const FeederBranch& branch = feeder.branch(BranchId(b));
        const bool is_rated = std::isfinite(branch.rated_kva) || has_rating(feeder.site(), b);
        for (Kind& kind : kinds)
            if (kind.kind == branch.kind) ++kind.all, kind.unrated += !is_rated;
    }
    std::string text;
    for (const Kind& kind : kinds)
        if (const auto share = share_text(kind.unrated, kind.all, kind.name); !share.empty())
            text += (text.empty() ? "" : ", ") + share;
    return text;
}

std::size_t neutrals(const FeederSite& site) {
    return static_cast<std::size_t>(std::count(site.conductor.begin(), site.conductor.end(), Conductor::n));
}

/// Buses whose phases are judged to one another, since nothing holds them to earth.
std::size_t floating_buses(const FeederSite& site) {
    std::vector<bool> floats(site.bus.size());
    for (const SupplyVoltage& seen : site.supply)
        if (seen.minus && site.conductor[*seen.minus] != Conductor::n) floats[seen.bus] = true;
    return static_cast<std::size_t>(std::count(floats.begin(), floats.end(), true));
}

}  // namespace

std::string origin_text(const FeederDescription& feeder) {
    const FeederOrigin& origin = feeder.origin;
    const std::string file = std::filesystem::path(origin.file).filename().string();
    const std::size_t more = origin.more_files.size();
    const std::string others = more == 0 ? "" : fmt::format(" and {} file{} that it names", more, more == 1 ? "" : "s");
    return fmt::format("{}{}, in the format {}", file, others, origin.format);
}

std::vector<std::string> assumed_of(const FeederDescription& feeder) {
    std::vector<std::string> found = feeder.origin.assumed;
    const auto is_ideal = [](const SourceRow& row) { return row.series_ohm.empty(); };
    if (std::all_of(feeder.sources.begin(), feeder.sources.end(), is_ideal))
        found.push_back("source without an impedance: it holds its voltage whatever it delivers");
    const auto is_own = [](const TransformerRow& row) { return !row.rating; };
    const auto own = static_cast<std::size_t>(std::count_if(feeder.transformers.begin(), feeder.transformers.end(), is_own));
    if (own > 0)
        found.push_back(share_text(own, feeder.transformers.size(), "transformers") +
                        " without a rating of what they may carry for long: their rated power is");
    return found;
}

std::vector<std::string> unjudged_of(const Feeder& built) {
    std::vector<std::string> found;
    if (const auto unrated = unrated_text(built); !unrated.empty()) found.push_back("loading of " + unrated + ": no rating");
    if (const auto n = neutrals(built.site()); n > 0)
        found.push_back(fmt::format("voltage of neutral conductors to earth, number of them: {}; judged is what loads see", n));
    if (const auto n = floating_buses(built.site()); n > 0)
        found.push_back(fmt::format(
            "voltage to earth, number of buses: {}; judged is that between phases, since nothing holds them to earth", n));
    return found;
}

}  // namespace evsweep
