/// Which recorded day stands for which day of the scenario.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "behaviours/recording.hpp"
#include "evsweep/behaviour.hpp"

namespace evsweep {

enum class DayDraw {
    replay,       ///< the recorded days one after the other, on their own dates where they are the scenario's
    random_days,  ///< for each day of the scenario any recorded day of the same weekday; holidays are like Sundays
};
[[nodiscard]] std::vector<std::pair<std::string, DayDraw>> names_of(DayDraw);

/// The days that a recording covers, and the choice among them. Seven days in a row or more without a session are a gap in
/// the record; fewer are days on which nobody came, and so are those up to a chosen last day.
class DayChoice {
   public:
    /// Reports under `path` a recording that cannot cover the scenario (error, or warning where it only ends early).
    DayChoice(const Recording& recording, DayDraw draw, const Behaviour::Context& context, const std::string& path);

    /// Number of days that the scenario touches; the first is the day of its start.
    [[nodiscard]] int scenario_days() const { return scenario_days_; }
    /// The recorded day that stands for the scenario's `day`-th, which may be before its first; none where there is none.
    [[nodiscard]] std::optional<std::chrono::local_days> recorded(const Rng& rng, int day) const;

    /// Whether a recorded day can stand for one of the scenario's.
    [[nodiscard]] bool may_use(std::chrono::local_days day) const;

   private:
    [[nodiscard]] std::size_t weekday_like(std::chrono::local_days day) const;
    void start_replay(const Recording& recording, const Behaviour::Context& context, const std::string& path);
    [[nodiscard]] std::chrono::local_days first_replayed_day() const;
    [[nodiscard]] std::vector<std::chrono::local_days> days_in_gaps() const;
    void check_weekdays(const Behaviour::Context& context, const std::string& path) const;

    DayDraw draw_;
    Calendar calendar_;
    Purpose purpose_;
    std::chrono::local_days first_date_;  ///< of the scenario
    int scenario_days_ = 0;
    Position file_;
    std::vector<std::chrono::local_days> days_;  ///< recorded, ascending
    std::array<std::vector<std::chrono::local_days>, 7> of_weekday_;
    std::chrono::local_days replay_from_{};
};

}  // namespace evsweep
