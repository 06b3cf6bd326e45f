/// The distributed projected stochastic sub-gradient: stations find reactive power that holds the voltage, before any of them
/// knows what it will be able to give.
///
///   min over x  E [ sum over stations m of (v_m + sum_j S_mj y_j - 1)^2 ],   y_j = clip(x_j, +-C_j),   C random
///
/// One iteration i, of station j with its own draw C_j:
///   tells all       y_j - q_j                                  q: in force while V was measured
///   computes        e_j = V_j - 1 + sum_l S_jl (y_l - q_l)     and tells all
///   computes        g_j = 2 sum_m S_mj e_m  where |x_j| <= C_j and C_j > 0, else 0: what is clipped does not move the voltage
///   moves           x_j <- clip(x_j - beta_i g_j / G_j, +- its bound),   G_j = sum_l |2 sum_m S_mj S_ml|
/// The plan is the mean of x over the last half of the iterations. G bounds the Hessian by its row sums, so that beta = 1 is a
/// descent where C is certain; with draws beta_i = first_step / (1 + i / 20)^0.6 (Robbins-Monro).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace evsweep {

/// How voltages at stations follow reactive power drawn there, pu/kvar, [voltage][drawing].
struct StationSlopes {
    std::size_t stations = 0;
    std::vector<double> pu_per_kvar;
    [[nodiscard]] double of(std::size_t voltage, std::size_t drawing) const { return pu_per_kvar[voltage * stations + drawing]; }
    /// G_j.
    [[nodiscard]] double row_sum(std::size_t station) const;
};

/// What a plan begins with, by station.
struct StationState {
    double voltage_pu = 1.0;  ///< as measured while `in_force_kvar` was drawn
    double in_force_kvar = 0.0;
    double start_kvar = 0.0;  ///< x before the first iteration
    double bound_kvar = 0.0;  ///< of x
};

/// How far to go.
struct SubgradientRules {
    std::size_t iterations = 200;
    std::optional<double> first_step{};  ///< none: steps of 1
    [[nodiscard]] double step(std::size_t iteration) const;
};

/// The stations, each with its own numbers and what it has heard. Nothing that a station computes here reads what belongs to
/// another: only `hear_change` and `hear_deviation` carry numbers across. What has not been heard counts as 0: nobody changes
/// anything, and nobody minds.
class SubgradientTeam {
   public:
    SubgradientTeam(const SubgradientRules& rules, StationSlopes slopes);

    /// Begins a plan. `capacity_kvar`: of station j in iteration i at [i][j], or one row that holds in all of them.
    void begin(const std::vector<StationState>& states, std::vector<double> capacity_kvar);
    [[nodiscard]] bool has_plan() const { return !states_.empty(); }
    [[nodiscard]] bool is_done() const { return iteration_ >= rules_.iterations; }
    [[nodiscard]] std::size_t iteration() const { return iteration_; }

    /// What station j tells of this iteration.
    [[nodiscard]] double change_kvar(std::size_t station) const;
    /// `to`: by station; none: all but the sender, which knows its own.
    void hear_change(std::size_t from, std::optional<std::size_t> to, double kvar) { hear(changes_, from, to, kvar); }
    void hear_deviation(std::size_t from, std::optional<std::size_t> to, double pu) { hear(deviations_, from, to, pu); }
    /// Every station works out its deviation from the changes that it has heard.
    void find_deviations();
    [[nodiscard]] double deviation_pu(std::size_t station) const { return deviations_[station * stations() + station]; }
    /// Every station moves, and the next iteration begins.
    void move();

    /// The mean of the last half of the iterations so far; where there was none, what every station finds by itself.
    [[nodiscard]] std::vector<double> plan_kvar() const;

   private:
    [[nodiscard]] std::size_t stations() const { return slopes_.stations; }
    [[nodiscard]] double capacity_at(std::size_t iteration, std::size_t station) const;
    void hear(std::vector<double>& heard, std::size_t from, std::optional<std::size_t> to, double value) const;
    [[nodiscard]] double moved(std::size_t station, std::size_t iteration, double x, double step) const;
    [[nodiscard]] double plan_alone(std::size_t station) const;

    SubgradientRules rules_;
    StationSlopes slopes_;
    std::vector<double> row_sum_;
    std::vector<StationState> states_;
    std::vector<double> capacity_;              ///< [iteration][station], or [station]
    std::vector<double> x_;                     ///< by station
    std::vector<double> changes_, deviations_;  ///< as heard, [sender][hearer]; a station's own at [j][j]
    std::vector<double> history_;               ///< x after every iteration, [iteration][station]
    std::size_t iteration_ = 0;
};

}  // namespace evsweep
