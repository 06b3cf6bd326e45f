#include "behaviours/day_choice.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evsweep {

namespace {

using std::chrono::days;
using std::chrono::local_days;
using std::chrono::weekday;

std::string weekday_text(local_days date) {
    static const std::array<std::string, 7> names{"Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"};
    return names[weekday(date).c_encoding()];
}

std::vector<local_days> covered_days(const Recording& recording) {
    constexpr days gap(7);
    std::vector<local_days> covered;
    for (const auto& stay : recording.stays) {
        if (!covered.empty() && stay.day == covered.back()) continue;
        if (!covered.empty() && stay.day - covered.back() <= gap)
            for (local_days day = covered.back() + days(1); day < stay.day; day += days(1)) covered.push_back(day);
        covered.push_back(stay.day);
    }
    if (recording.to && !covered.empty() && recording.to->day - covered.back() <= gap)
        while (covered.back() < recording.to->day) covered.push_back(covered.back() + days(1));
    return covered;
}

}  // namespace

std::vector<std::pair<std::string, DayDraw>> names_of(DayDraw) {
    return {{"replay", DayDraw::replay}, {"random_days", DayDraw::random_days}};
}

DayChoice::DayChoice(const Recording& recording, DayDraw draw, const Behaviour::Context& context, const std::string& path)
    : draw_(draw),
      calendar_(context.calendar),
      purpose_(Purpose("recorded day").in(context.group)),
      first_date_(context.calendar.day(Instant{})),
      file_(recording.place()),
      days_(covered_days(recording)) {
    const auto last_date = context.calendar.day(Instant(context.horizon) - Duration(1));
    scenario_days_ = static_cast<int>((last_date - first_date_).count()) + 1;
    for (const local_days day : days_) of_weekday_[weekday_like(day)].push_back(day);
    if (days_.empty()) return;
    if (draw_ == DayDraw::replay)
        start_replay(recording, context, path);
    else
        check_weekdays(context, path);
}

void DayChoice::start_replay(const Recording& recording, const Behaviour::Context& context, const std::string& path) {
    const auto warn = [&](std::string problem, std::string hint) {
        context.issues->warning(file_, path, std::move(problem), std::move(hint));
    };
    replay_from_ = first_replayed_day();
    if (weekday(replay_from_) != weekday(first_date_))
        warn(fmt::format("no recorded day is a {}, so the days of the week are shifted", weekday_text(first_date_)),
             "let the scenario start on a recorded day of the week");
    const bool is_chosen = recording.from && recording.from->day == replay_from_;
    if (replay_from_ != first_date_ && !is_chosen)
        warn(fmt::format("the dates differ: the recorded days from {} on stand for the scenario's from {} on",
                         date_text(replay_from_), date_text(first_date_)),
             "let the scenario start on a recorded day, or name the first day in `from`");
    if (is_chosen && recording.into_from.count > 0)
        warn(fmt::format("{} stays ({:.1f} kWh) that began before `from` are left out of it", recording.into_from.count,
                         recording.into_from.kwh),
             "choose an earlier `from`, and let the scenario start at a later date than that");
    const auto available = (days_.back() - replay_from_).count() + 1;
    if (available < scenario_days_)
        warn(fmt::format("the recording has {} of the scenario's {} days", available, scenario_days_),
             "the rest has no sessions; shorten the scenario or widen from/to");
    const auto missing = days_in_gaps();
    if (!missing.empty())
        warn(fmt::format("the record has a gap: {} of the replayed days have no sessions, the first is {}", missing.size(),
                         date_text(missing.front())),
             "choose other days with from/to");
}

/// That with the scenario's own date, or else the first with its day of the week, or else the first.
local_days DayChoice::first_replayed_day() const {
    if (std::binary_search(days_.begin(), days_.end(), first_date_)) return first_date_;
    const auto& same = of_weekday_[weekday(first_date_).c_encoding()];
    return same.empty() ? days_.front() : same.front();
}

/// Days between the first and the last replayed one that the recording does not cover.
std::vector<local_days> DayChoice::days_in_gaps() const {
    std::vector<local_days> missing;
    const local_days end = std::min(replay_from_ + days(scenario_days_), days_.back());
    for (local_days day = replay_from_; day < end; day += days(1))
        if (!std::binary_search(days_.begin(), days_.end(), day)) missing.push_back(day);
    return missing;
}

/// A holiday is drawn like a Sunday; a replay keeps the days as they come.
std::size_t DayChoice::weekday_like(local_days day) const {
    const bool is_like_sunday = draw_ == DayDraw::random_days && calendar_.is_holiday(day);
    return is_like_sunday ? std::chrono::Sunday.c_encoding() : weekday(day).c_encoding();
}

bool DayChoice::may_use(local_days day) const {
    if (draw_ == DayDraw::random_days) return true;
    return day >= replay_from_ && day < replay_from_ + days(scenario_days_);
}

void DayChoice::check_weekdays(const Behaviour::Context& context, const std::string& path) const {
    for (int d = 0; d < std::min(scenario_days_, 7); ++d) {
        const local_days date = first_date_ + days(d);
        if (of_weekday_[weekday_like(date)].empty())
            context.issues->error(file_, path, fmt::format("no recorded day is a {}", weekday_text(date)), "widen from/to");
    }
}

std::optional<local_days> DayChoice::recorded(const Rng& rng, int day) const {
    if (draw_ == DayDraw::replay) {
        const local_days date = replay_from_ + days(day);
        return !days_.empty() && date >= days_.front() && date <= days_.back() ? std::optional(date) : std::nullopt;
    }
    const auto& candidates = of_weekday_[weekday_like(first_date_ + days(day))];
    if (candidates.empty()) return std::nullopt;
    const double u = rng.uniform(purpose_, static_cast<std::uint32_t>(day));
    return candidates[static_cast<std::size_t>(u * static_cast<double>(candidates.size()))];
}

}  // namespace evsweep
