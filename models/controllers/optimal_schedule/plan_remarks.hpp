/// What has to be said about plans: limits that could not be kept, vehicles that leave short; few lines, however many plans.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "controllers/optimal_schedule/plan_maker.hpp"
#include "evsweep/controller.hpp"

namespace evsweep {

/// Collects over all plans of a replica, and reports of each kind of problem the worst case and how often it came.
class PlanRemarks {
   public:
    /// Takes note of a plan, of its limits only in the steps before `until`: later ones are planned anew.
    void note(const ChargingPlan& plan, const PlanLimitsOf* limits, Instant until);

    /// In the order of time, with what batteries and chargers did not follow of the plans: energy, and since when.
    [[nodiscard]] std::vector<Remark> remarks(double unfollowed_kwh, Instant first_unfollowed) const;
    [[nodiscard]] std::size_t stalled() const { return stalled_; }

   private:
    enum class Trouble : std::uint8_t { excess, unavoidable, breach };
    /// One kind of limit, broken in one way.
    struct Broken {
        Instant at{};  ///< of the worst case, as are all but the counts
        double amount = 0.0;
        double bound = 0.0;
        std::string name;
        std::size_t instants = 0;
        std::set<std::uint32_t> elements;
    };
    /// Vehicles that leave short in one way.
    struct Short {
        Instant at{};  ///< when the one that lacks most leaves; so the others
        double lack = 0.0;
        ConnectorId connector{};
        std::set<std::pair<ConnectorId, Instant>> stays;
    };

    void note_limit(Trouble trouble, const Breach& breach, const ChargingPlan& plan, const PlanLimitsOf& limits);
    void note_vehicles(const ChargingPlan& plan, Instant until);
    void note_circles(const ChargingPlan& plan, Instant until);
    [[nodiscard]] static std::string text_of(Trouble trouble, LimitKind kind, const Broken& broken);

    std::map<std::pair<Trouble, LimitKind>, Broken> broken_;
    Short unreachable_, kept_short_;
    std::size_t stalled_ = 0;
    Instant first_stalled_{};
    double left_out_ = 0.0;  ///< of the curvature of loss, at the most
    Instant left_out_at_{};
    double circling_kwh_ = 0.0;  ///< drawn and returned by one charger in one step
    Instant first_circle_{};
};

}  // namespace evsweep
