/// The feeder as linear rows at every step of a plan, and how far the exact load flow breaks limits there.
#pragma once

#include <cstdint>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "controllers/optimal_schedule/params.hpp"
#include "controllers/optimal_schedule/plan_stays.hpp"
#include "evsweep/controller.hpp"

namespace evsweep {

/// kW, then kvar, of all places at every step of a plan: [step][2 places].
using PlanPower = std::vector<double>;

/// The values of a row of `rows` at the power `y` (kW of all places, then kvar) of chargers.
[[nodiscard]] double value_at(const LinearGrid& grid, const LinearRows& rows, std::size_t row, std::span<const double> y);

/// A limit of the grid, for messages and bookkeeping. `element` counts GridModel::voltages() or loadings().
enum class LimitKind : std::uint8_t { voltage_low, voltage_high, loading, no_solution };
struct GridLimit {
    LimitKind kind{};
    std::uint32_t element = 0;
    friend auto operator<=>(const GridLimit&, const GridLimit&) = default;
};

/// The limits that plans keep: the scenario's, or those that the parameters give.
struct PlanLimitsOf {
    const GridModel& model;
    const OptimalScheduleParams& params;
    [[nodiscard]] double lowest_pu(std::size_t voltage) const;
    [[nodiscard]] double highest_pu(std::size_t voltage) const;
    [[nodiscard]] double highest_loading() const { return params.loading_max.value(); }
    [[nodiscard]] double value(GridLimit limit) const;
    [[nodiscard]] const std::string& name(GridLimit limit) const;
};

/// By how much (pu) a limit is broken at a step, and how much of it the plan allowed for.
struct Breach {
    GridLimit limit{};
    std::uint32_t step = 0;
    double amount = 0.0;
    double planned = 0.0;
    [[nodiscard]] double surprise() const { return amount - planned; }
};

/// One linearisation for every step of a window.
class PlanGrid {
   public:
    PlanGrid(GridModel& model, PlanWindow window, Calendar calendar);

    /// Linearises every step at `y`. Where the load flow has no solution there, between `y` and the last power that had one;
    /// `has_grid` is false where none was found. Steps at which `known` is linearised at `y` already are taken from there. Throws
    /// PartyError where a number is not finite.
    void linearise(const PlanPower& y, const PlanGrid* known = nullptr);

    [[nodiscard]] const PlanWindow& window() const { return window_; }
    [[nodiscard]] std::size_t places() const { return places_; }
    [[nodiscard]] GridModel& model() const { return *model_; }
    [[nodiscard]] const LinearGrid& at(std::uint32_t step) const { return grids_[step]; }
    [[nodiscard]] bool has_grid(std::uint32_t step) const { return has_grid_[step] != 0; }
    /// Whether it is linearised at exactly what was asked for.
    [[nodiscard]] bool is_exact(std::uint32_t step) const { return is_exact_[step] != 0; }

    /// Everything that the exact load flow at `y`, where this is linearised, breaks by more than `tolerance`; `before` is the
    /// linear model that the plan was made with. `gives_up`: steps in which the plan says itself that it breaks loading limits.
    [[nodiscard]] std::vector<Breach> breaches(const PlanGrid& before, const PlanPower& y, const PlanLimitsOf& limits,
                                               const std::set<std::uint32_t>& gives_up) const;

   private:
    [[nodiscard]] bool try_at(std::uint32_t step, std::span<const double> y);
    void linearise_step(std::uint32_t step, std::span<const double> y);
    void expect_numbers(std::uint32_t step) const;
    void add_voltage_breaches(const LinearGrid& before, std::uint32_t step, std::span<const double> y, const PlanLimitsOf& limits,
                              std::vector<Breach>& list) const;
    void add_loading_breaches(std::uint32_t step, bool is_given_up, const PlanLimitsOf& limits, std::vector<Breach>& list) const;

    GridModel* model_;
    PlanWindow window_;
    Calendar calendar_;
    std::size_t places_;
    std::vector<LinearGrid> grids_;
    std::vector<std::uint8_t> has_grid_, is_exact_;
    LinearGrid trial_;
};

/// "19:15", and the date where the plan is not of the study's first day: for messages.
[[nodiscard]] std::string clock_text_of(Instant t, const Calendar& calendar);

}  // namespace evsweep
