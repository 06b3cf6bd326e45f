#include "sim/study/sweep/sweep_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "sim/study/checkpoint.hpp"

namespace evsweep {

namespace {

/// The issues of all points, each once.
class PointIssues {
   public:
    void add(const Issues& issues, std::size_t point) {
        for (const Issue& issue : issues.list()) {
            const std::string text = (issue.severity == Severity::error ? "error " : "warning ") + to_text(issue);
            const auto [at, is_new] = number_of_.emplace(text, list_.size());
            if (is_new) list_.push_back({issue, {}});
            auto& points = list_[at->second].points;
            if (points.empty() || points.back() != point) points.push_back(point);
        }
    }

    /// Errors of points that are left out are passed over.
    void report(const Sweep& sweep, const std::set<std::size_t>& left_out, Issues& issues) const {
        for (const Found& found : in_file_order()) {
            const bool is_told = std::all_of(found.points.begin(), found.points.end(),
                                             [&](std::size_t point) { return left_out.count(point) > 0; });
            if (is_told) continue;
            Issue issue = found.issue;
            issue.problem += points_text(sweep, found.points);
            issues.add(std::move(issue));
        }
    }

   private:
    struct Found {
        Issue issue;
        std::vector<std::size_t> points{};
    };

    /// By file (in the order in which they first appear), line and column, as those of one scenario.
    [[nodiscard]] std::vector<Found> in_file_order() const {
        std::map<std::string, std::size_t> rank;
        const auto name = [](const Found& found) { return found.issue.at.file ? *found.issue.at.file : std::string(); };
        for (const Found& found : list_) rank.emplace(name(found), rank.size());
        auto sorted = list_;
        std::stable_sort(sorted.begin(), sorted.end(), [&](const Found& a, const Found& b) {
            return std::tuple(rank.at(name(a)), a.issue.at.line, a.issue.at.column) <
                   std::tuple(rank.at(name(b)), b.issue.at.line, b.issue.at.column);
        });
        return sorted;
    }

    /// " (at 2 of 6 points: penetration 120 %; penetration 140 %)"; nothing for an issue that all points have.
    static std::string points_text(const Sweep& sweep, const std::vector<std::size_t>& points) {
        constexpr std::size_t few = 3;
        if (points.size() == sweep.points()) return {};
        std::string text = fmt::format(" (at {} of {} points: ", points.size(), sweep.points());
        for (std::size_t i = 0; i < std::min(few, points.size()); ++i) text += (i == 0 ? "" : "; ") + sweep.label_of(points[i]);
        return text + (points.size() > few ? "; ...)" : ")");
    }

    std::vector<Found> list_;
    std::map<std::string, std::size_t> number_of_;
};

/// The first error, and how many there are besides.
std::string problem_of(const Issues& issues) {
    std::string first;
    std::size_t others = 0;
    for (const Issue& issue : issues.list()) {
        if (issue.severity != Severity::error) continue;
        if (first.empty())
            first = to_text(issue);
        else
            ++others;
    }
    if (others > 0) first += fmt::format(" (and {} more problem{})", others, others == 1 ? "" : "s");
    return first;
}

/// Labels of a point's places on the axes of files.
std::vector<std::string> files_of(const Sweep& sweep, std::size_t point) {
    const auto places = sweep.places_of(point);
    std::vector<std::string> files;
    for (std::size_t a = 0; a < places.size(); ++a)
        if (sweep.axes[a].is_of_files) files.push_back(sweep.axes[a].values[places[a]].label);
    return files;
}

/// Whether points with some files are good, so that those with others may be left out.
bool may_go_on(const CheckedSweep& checked) {
    if (!checked.sweep.is_of_files()) return false;
    std::set<std::vector<std::string>> all, failed;
    for (std::size_t point = 0; point < checked.points.size(); ++point) {
        const auto files = files_of(checked.sweep, point);
        all.insert(files);
        if (!checked.points[point].problem.empty()) failed.insert(files);
    }
    return failed.size() < all.size();
}

PointOutlook outlook_of(const LoadedStudy& study) {
    PointOutlook outlook;
    outlook.replicas = study.scenario.study.most_replicas();
    for (const Alternative& alternative : study.scenario.controllers) outlook.controllers.push_back(alternative.label);
    outlook.identity = study_identity(study);
    if (study.scenario.prices) outlook.currency = study.scenario.prices->currency;
    outlook.shape = shape_of(study, {});
    outlook.memory = estimate_memory(study, outlook.shape);
    return outlook;
}

/// One number of a file has one unit.
void check_currencies(const CheckedSweep& checked, Issues& issues) {
    const PointOutlook* first = nullptr;
    for (const PointOutlook& point : checked.points) {
        if (!point.problem.empty() || point.currency.empty()) continue;
        if (!first) first = &point;
        if (point.currency == first->currency) continue;
        return issues.error(checked.sweep.axes.front().at, "sweep",
                            "has prices in " + first->currency + " and in " + point.currency,
                            "take one currency, or a sweep for each");
    }
}

std::string assignment_of(std::size_t point) { return std::string(point_assignment) + std::to_string(point); }

}  // namespace

std::optional<LoadedStudy> CheckedSweep::load(std::size_t point, Issues& issues) const {
    return load_study(scenario, overrides_of(point), issues);
}

std::vector<std::string> CheckedSweep::overrides_of(std::size_t point) const {
    std::vector<std::string> all = overrides;
    all.push_back(assignment_of(point));
    return all;
}

std::vector<std::string> CheckedSweep::controllers() const {
    std::vector<std::string> labels;
    for (const PointOutlook& point : points)
        for (const std::string& label : point.controllers)
            if (std::find(labels.begin(), labels.end(), label) == labels.end()) labels.push_back(label);
    return labels;
}

std::size_t CheckedSweep::largest() const {
    const auto takes_less = [](const PointOutlook& a, const PointOutlook& b) { return a.memory.peak() < b.memory.peak(); };
    return static_cast<std::size_t>(std::max_element(points.begin(), points.end(), takes_less) - points.begin());
}

std::vector<std::string> CheckedSweep::told_problems() const {
    std::map<std::pair<std::vector<std::string>, std::string>, std::size_t> number_of;
    std::vector<std::pair<std::size_t, std::size_t>> groups;  // the first point, and how many points
    for (std::size_t point = 0; point < points.size(); ++point) {
        if (points[point].problem.empty()) continue;
        const auto [at, is_new] = number_of.emplace(std::pair{files_of(sweep, point), points[point].problem}, groups.size());
        if (is_new) groups.emplace_back(point, 0);
        ++groups[at->second].second;
    }
    std::vector<std::string> lines;
    for (const auto& [point, count] : groups) {
        std::string name;
        for (const std::string& file : files_of(sweep, point)) name += (name.empty() ? "" : ", ") + file;
        const std::string points_text = sweep.axes.size() > 1 ? fmt::format(" at {} point{}", count, count == 1 ? "" : "s") : "";
        lines.push_back(fmt::format("{} is left out{}: {}", name, points_text, points[point].problem));
    }
    return lines;
}

std::optional<CheckedSweep> check_points(const std::filesystem::path& scenario, const std::vector<std::string>& overrides,
                                         const Sweep& sweep, Issues& issues) {
    const auto all_files = issues.shared_files();
    CheckedSweep checked{scenario, overrides, sweep, {}, all_files, std::make_shared<const InputFiles>(*all_files)};
    PointIssues found;
    std::set<std::size_t> failed;
    for (std::size_t point = 0; point < sweep.points(); ++point) {
        Issues own(checked.files());
        const auto study = checked.load(point, own);
        checked.points.push_back(study ? outlook_of(*study) : PointOutlook{});
        if (!study) checked.points.back().problem = problem_of(own);
        if (!study) failed.insert(point);
        found.add(own, point);
        for (const auto& [name, input] : own.files().asked()) (void)all_files->read(name);
    }
    const bool goes_on = failed.empty() || may_go_on(checked);
    found.report(sweep, goes_on ? failed : std::set<std::size_t>{}, issues);
    if (goes_on) check_currencies(checked, issues);
    if (!goes_on || issues.has_errors()) return std::nullopt;
    if (const std::string fixed = files_fixed(sweep); !fixed.empty()) checked.overrides.push_back(fixed);
    return checked;
}

}  // namespace evsweep
