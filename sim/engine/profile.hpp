/// Where the time of a run went, measured only when somebody asks: one clock that always runs for exactly one activity.
#pragma once

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace evsweep {

enum class Activity : std::size_t {
    sampling,   ///< drawing fleets
    events,     ///< queue, plug-ins, batteries, meters
    load_flow,  ///< sweeps, and the columns they read and leave behind
    control,    ///< turns of controllers and agents, and putting setpoints in force
    recording,  ///< outputs, and putting replicas together
    waiting,    ///< for another thread's replicas, which come first
    writing,    ///< the result file
};
inline constexpr std::array<std::string_view, 7> activity_names{"sampling",  "events",  "load_flow", "control",
                                                                "recording", "waiting", "writing"};

/// How long decisions took, putting setpoints in force included.
struct DecisionProfile {
    std::chrono::nanoseconds spent{};
    std::chrono::nanoseconds longest{};  ///< of one decision
    std::uint64_t decisions = 0;

    DecisionProfile& operator+=(const DecisionProfile& other) {
        spent += other.spent;
        longest = std::max(longest, other.longest);
        decisions += other.decisions;
        return *this;
    }
};

/// Sums over replicas and threads.
struct RunProfile {
    std::array<std::chrono::nanoseconds, activity_names.size()> spent{};
    std::uint64_t events = 0;
    std::uint64_t turns = 0;  ///< of controllers and agents
    std::uint64_t load_flows = 0;
    std::uint64_t sweeps = 0;                  ///< of all load flows
    DecisionProfile decided{};                 ///< by all controllers
    std::vector<DecisionProfile> controllers;  ///< by each, as far as they were counted apart
    std::size_t controller = 0;                ///< whose decisions are counted now; of a thread, never summed
    double replica_days = 0.0;  ///< simulated time under all controllers, and without vehicles where replicas differ in that

    /// Whose decisions are counted from now on.
    void decides(std::size_t which) {
        controller = which;
        controllers.resize(std::max(controllers.size(), which + 1));
    }
    void count_decision(std::chrono::nanoseconds took) {
        const DecisionProfile one{took, took, 1};
        decided += one;
        if (controller < controllers.size()) controllers[controller] += one;
    }

    RunProfile& operator+=(const RunProfile& other) {
        for (std::size_t a = 0; a < spent.size(); ++a) spent[a] += other.spent[a];
        events += other.events;
        turns += other.turns;
        load_flows += other.load_flows;
        sweeps += other.sweeps;
        decided += other.decided;
        controllers.resize(std::max(controllers.size(), other.controllers.size()));
        for (std::size_t c = 0; c < other.controllers.size(); ++c) controllers[c] += other.controllers[c];
        replica_days += other.replica_days;
        return *this;
    }
};

/// Attributes the time of one thread. Without a profile it does nothing and costs a branch.
class Stopwatch {
   public:
    Stopwatch() = default;
    /// Starts the clock for `activity`; `profile` outlives the stopwatch.
    Stopwatch(RunProfile* profile, Activity activity) : profile_(profile), activity_(activity) {
        if (profile_) since_ = Clock::now();
    }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;
    ~Stopwatch() { switch_to(activity_); }

    [[nodiscard]] RunProfile* profile() const { return profile_; }
    /// From now on time belongs to `activity`; returns the one that was running.
    Activity switch_to(Activity activity) {
        const Activity before = activity_;
        if (!profile_) return before;
        const Clock::time_point now = Clock::now();
        profile_->spent[static_cast<std::size_t>(before)] += now - since_;
        since_ = now;
        activity_ = activity;
        return before;
    }

    /// How long the activity that runs has been running; none without a profile.
    [[nodiscard]] std::chrono::nanoseconds lap() const { return profile_ ? Clock::now() - since_ : std::chrono::nanoseconds{}; }

   private:
    using Clock = std::chrono::steady_clock;
    RunProfile* profile_ = nullptr;
    Activity activity_ = Activity::events;
    Clock::time_point since_{};
};

}  // namespace evsweep
