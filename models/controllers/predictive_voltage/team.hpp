/// The members of distributed predictive voltage control: what each knows, and one round of solving by all of them.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "controllers/predictive_voltage/knowledge.hpp"
#include "controllers/predictive_voltage/own_problem.hpp"

namespace evsweep {

/// How the members plan.
struct PlanRules {
    PlanPeriods grid{};
    double rho = 1e-9;      ///< price of a change from period to period, pu^2/kvar^2
    bool is_damped = true;  ///< false: everybody goes all the way to the own optimum (for comparison; it does not converge)
    Duration trust{};       ///< how long a message counts after it has arrived
    int sweeps = 8;         ///< Gauss-Seidel sweeps of one local problem
};

/// The messages that members have planned with, each counted once for every reader and round.
struct UsedMessages {
    std::uint64_t count = 0;
    std::uint64_t summed_age = 0;  ///< in periods
    std::uint64_t oldest = 0;      ///< in periods
};

/// What one member knows of itself when a period begins.
struct OwnState {
    std::uint32_t member = 0;
    bool is_new = false;      ///< plugged in since the last period
    double voltage_pu = 1.0;  ///< as measured, while `p_kw` and `q_kvar` were in force
    double p_kw = 0.0;
    double q_kvar = 0.0;
    Instant unplug{};  ///< as stated
    double apparent_kva = 0.0;
    double p_now_kw = 0.0;  ///< that it will draw in this period
    Plan p_plan_kw{};       ///< from this period on
};

/// Largest reactive power by period, kvar: of the circle beside the planned power, and 0 from the unplugging on.
[[nodiscard]] Plan limits_kvar(const OwnState& own, Instant now, const PlanPeriods& grid);

/// Source: Hu, Ye, Ding, Tang, Liu, "A distributed MPC to exploit reactive power V2G for real-time voltage regulation in
/// distribution networks" (2022), completed where it leaves things open (README.md beside this file). With i a member, m and j
/// over the members that i knows (itself, and peers in reach that are plugged in by a message that is not too old), at every
/// round
///   V_m(l) = V_m + sum_j S^Q_mj (u_j(l) - q_j) + S^P_mj (P_j(l) - p_j)
///   u_i*   = arg min sum_m sum_l (V_m(l) - 1)^2 + rho sum_l (u_i(l) - u_i(l-1))^2   within the circle
///   u_i   <- u_i + w_i (u_i* - u_i),   w_i = h_i / sum_b |sum_a S_ai S_ab|,   h_i = sum_a S_ai^2,   a, b over the known.
/// Each member is decided from its own state and from what it has heard; nothing else of another member is read.
class PredictiveTeam {
   public:
    /// `hears`: by place of the reader and place of the sender, whether it is in reach; empty: everybody is.
    PredictiveTeam(const PlanRules& rules, VoltageSlopes slopes, std::vector<std::uint32_t> place_of_member,
                   std::vector<std::uint8_t> hears = {});
    PredictiveTeam(const PredictiveTeam&) = delete;
    PredictiveTeam& operator=(const PredictiveTeam&) = delete;

    /// A period begins: plans move on by one period and are clipped, newcomers begin with 0. `plugged`: by member, ascending.
    void begin(Instant now, std::span<const OwnState> plugged);
    /// What a plugged member has to say now.
    [[nodiscard]] Trajectory message_of(std::size_t k) const;
    /// A message that all members have got, or one that `to` alone has got.
    void hear_all(std::uint32_t from, const Trajectory& message, Instant arrived);
    void hear(std::uint32_t to, std::uint32_t from, const Trajectory& message, Instant arrived);
    /// All plugged members solve at once.
    void solve();

    /// Members that are plugged in; `k` counts them.
    [[nodiscard]] std::span<const OwnState> plugged() const { return plugged_; }
    /// The plan of the k-th of them, kvar; its first value is to be set.
    [[nodiscard]] const Plan& plan_kvar(std::size_t k) const { return plan_[plugged_[k].member]; }
    void set_plan(std::size_t k, const Plan& plan_kvar) { plan_[plugged_[k].member] = plan_kvar; }
    /// All plans, by member, to come back to.
    [[nodiscard]] const std::vector<Plan>& plans() const { return plan_; }
    void set_plans(const std::vector<Plan>& plans_kvar) { plan_ = plans_kvar; }
    /// So far.
    [[nodiscard]] const UsedMessages& used_messages() const { return used_; }
    void set_used_messages(const UsedMessages& used) { used_ = used; }

   private:
    struct Heard {
        Trajectory message{};
        Instant arrived{};
        bool is_there = false;
    };
    /// h and w of a member at a place.
    struct Curvature {
        double h = 0.0;
        double step = 1.0;
    };

    [[nodiscard]] bool is_known(const Heard& heard) const;
    [[nodiscard]] bool reaches(std::size_t reader, std::size_t sender) const {
        return hears_.empty() || hears_[reader * slopes_.places + sender] != 0;
    }
    void gather(std::size_t reader_place, std::span<const Heard> heard, std::optional<std::uint32_t> left_out);
    void solve_by(std::span<const std::uint32_t> members, std::span<const Heard> heard, bool has_own);
    [[nodiscard]] Curvature curvature(std::size_t place, bool adds_own) const;
    [[nodiscard]] OwnProblem problem_of(const OwnState& own, const Trajectory* own_message, double h) const;
    void add_slope_of_peers(const OwnState& own, const Trajectory* own_message, Plan& slope) const;
    void add_own_slope(const OwnState& own, const Trajectory* own_message, Plan& slope) const;
    void remember();
    void count_messages(const Trajectory* own_message);

    PlanRules rules_;
    VoltageSlopes slopes_;
    std::vector<std::uint32_t> place_;
    std::vector<std::uint8_t> hears_;
    Instant now_{};
    std::optional<Instant> last_{};
    std::vector<OwnState> plugged_;
    std::vector<Plan> plan_, next_;            ///< by member, kvar
    std::vector<Heard> heard_by_all_;          ///< by sender
    std::vector<std::vector<Heard>> heard_;    ///< by reader and sender; empty while everybody has heard the same
    std::vector<std::vector<double>> past_p_;  ///< [period, in a ring][member], kW in force
    std::vector<std::vector<double>> past_q_;  ///< the same, kvar
    std::int64_t periods_ = 0;                 ///< that have begun
    Knowledge knowledge_;
    UsedMessages used_;
};

}  // namespace evsweep
