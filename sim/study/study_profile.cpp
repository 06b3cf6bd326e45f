#include "sim/study/study_profile.hpp"

#include <fmt/format.h>
#include <sys/resource.h>

#include "sim/base/text_table.hpp"

namespace evsweep {

namespace {

bool is_work(std::size_t activity) {
    return activity != static_cast<std::size_t>(Activity::waiting) && activity != static_cast<std::size_t>(Activity::writing);
}

/// About four digits, without an exponent.
std::string rate_text(double value) { return fmt::format("{:.{}f}", value, value < 10.0 ? 2 : value < 1000.0 ? 1 : 0); }

std::string activities(const StudyProfile& profile) {
    TextTable table;
    table.rows.push_back({"", "time [s]", "share"});
    double all = 0.0;
    for (const auto spent : profile.total.spent) all += seconds_of(spent);
    for (std::size_t a = 0; a < activity_names.size(); ++a) {
        const double seconds = seconds_of(profile.total.spent[a]);
        std::string name(activity_names[a]);
        if (const auto gap = name.find('_'); gap != std::string::npos) name[gap] = ' ';
        table.rows.push_back({name, fmt::format("{:.2f}", seconds), fmt::format("{:.1f} %", 100.0 * ratio(seconds, all))});
    }
    return table.text(100);
}

std::string rates(const StudyProfile& profile) {
    const RunProfile& total = profile.total;
    TextTable table;
    table.rows.push_back({"per second", "of a core", "in all"});
    const auto add = [&](const char* name, double count) {
        table.rows.push_back(
            {name, rate_text(ratio(count, profile.working_seconds())), rate_text(ratio(count, profile.wall_seconds))});
    };
    add("replica-days", total.replica_days);
    add("events", static_cast<double>(total.events));
    add("load flows", static_cast<double>(total.load_flows));
    add("turns", static_cast<double>(total.turns));
    add("decisions", static_cast<double>(total.decided.decisions));
    return table.text(100);
}

/// How long each controller took to decide.
std::string decisions(const StudyProfile& profile) {
    if (profile.controllers.empty()) return {};
    TextTable table;
    table.rows.push_back({"decisions", "number", "mean [ms]", "longest [ms]", "in all [s]"});
    for (std::size_t c = 0; c < profile.controllers.size(); ++c) {
        const DecisionProfile& decided = profile.total.controllers.at(c);
        const double seconds = seconds_of(decided.spent);
        table.rows.push_back({printable(profile.controllers[c]), fmt::format("{}", decided.decisions),
                              fmt::format("{:.3f}", 1e3 * ratio(seconds, static_cast<double>(decided.decisions))),
                              fmt::format("{:.3f}", 1e3 * seconds_of(decided.longest)), fmt::format("{:.2f}", seconds)});
    }
    return table.text(100) + "\n";
}

}  // namespace

double StudyProfile::working_seconds() const {
    double seconds = 0.0;
    for (std::size_t a = 0; a < total.spent.size(); ++a)
        if (is_work(a)) seconds += seconds_of(total.spent[a]);
    return seconds;
}

double peak_memory_mb() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    return static_cast<double>(usage.ru_maxrss) / 1024.0;  // Linux counts kilobytes
}

double seconds_of(std::chrono::nanoseconds spent) { return std::chrono::duration<double>(spent).count(); }

double ratio(double count, double per) { return per > 0.0 ? count / per : 0.0; }

StudyProfile with_writing(StudyProfile profile, std::chrono::nanoseconds spent) {
    profile.total.spent[static_cast<std::size_t>(Activity::writing)] = spent;
    profile.peak_memory_mb = peak_memory_mb();
    return profile;
}

std::string profile_table(const StudyProfile& profile, std::string_view instruction_set) {
    const double sweeps = ratio(static_cast<double>(profile.total.sweeps), static_cast<double>(profile.total.load_flows));
    return fmt::format(
        "Where the time went, over all threads\n\n{}\n{}\n{}"
        "{:.2f} sweeps per load flow; peak memory {:.0f} MB; instruction set {}\n",
        activities(profile), rates(profile), decisions(profile), sweeps, profile.peak_memory_mb, instruction_set);
}

}  // namespace evsweep
