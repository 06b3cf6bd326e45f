#include "controllers/predictive_voltage/team.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace evsweep {

namespace {

/// Older messages are not used: members remember their own powers for so many periods.
constexpr std::size_t memory = 128;

}  // namespace

Plan limits_kvar(const OwnState& own, Instant now, const PlanPeriods& grid) {
    Plan limit{};
    for (std::size_t l = 0; l < grid.horizon; ++l)
        if (grid.begin(now, l) < own.unplug) limit[l] = circle_kvar(own.apparent_kva, own.p_plan_kw[l]);
    return limit;
}

PredictiveTeam::PredictiveTeam(const PlanRules& rules, VoltageSlopes slopes, std::vector<std::uint32_t> place_of_member,
                               std::vector<std::uint8_t> hears)
    : rules_(rules),
      slopes_(std::move(slopes)),
      place_(std::move(place_of_member)),
      hears_(std::move(hears)),
      plan_(place_.size()),
      next_(place_.size()),
      heard_by_all_(place_.size()),
      past_p_(memory, std::vector<double>(place_.size())),
      past_q_(past_p_),
      knowledge_(slopes_, rules.grid) {}

void PredictiveTeam::begin(Instant now, std::span<const OwnState> plugged) {
    const std::int64_t passed = last_ ? rules_.grid.age(*last_, now) : 0;
    now_ = now;
    plugged_.assign(plugged.begin(), plugged.end());
    for (const OwnState& own : plugged_) {
        const Plan limit = limits_kvar(own, now_, rules_.grid);
        Plan& plan = plan_[own.member];
        const Plan before = plan;
        for (std::size_t l = 0; l < rules_.grid.horizon; ++l) {
            const double moved_on = own.is_new ? 0.0 : before[shifted(l, passed, rules_.grid.horizon)];
            plan[l] = std::clamp(moved_on, -limit[l], limit[l]);
        }
    }
    for (std::int64_t k = 0; k < std::min<std::int64_t>(passed, memory); ++k) remember();
    if (!last_) remember();
    last_ = now;
}

/// What is in force when a period begins; missed periods count as this one.
void PredictiveTeam::remember() {
    auto& p = past_p_[static_cast<std::size_t>(periods_) % memory];
    auto& q = past_q_[static_cast<std::size_t>(periods_) % memory];
    std::fill(p.begin(), p.end(), 0.0);
    std::fill(q.begin(), q.end(), 0.0);
    for (const OwnState& own : plugged_) p[own.member] = own.p_kw, q[own.member] = own.q_kvar;
    ++periods_;
}

Trajectory PredictiveTeam::message_of(std::size_t k) const {
    const OwnState& own = plugged_[k];
    return {.connector = own.member,
            .measured = now_,
            .voltage_pu = own.voltage_pu,
            .p_kw = own.p_kw,
            .q_kvar = own.q_kvar,
            .unplug = own.unplug,
            .is_plugged = true,
            .p_plan_kw = own.p_plan_kw,
            .q_plan_kvar = plan_[own.member]};
}

void PredictiveTeam::hear_all(std::uint32_t from, const Trajectory& message, Instant arrived) {
    heard_by_all_[from] = {message, arrived, true};
    for (auto& of_reader : heard_) of_reader[from] = heard_by_all_[from];
}

void PredictiveTeam::hear(std::uint32_t to, std::uint32_t from, const Trajectory& message, Instant arrived) {
    if (heard_.empty()) heard_.assign(place_.size(), heard_by_all_);
    heard_[to][from] = {message, arrived, true};
}

bool PredictiveTeam::is_known(const Heard& heard) const {
    return heard.is_there && heard.message.is_plugged && heard.message.unplug > now_ && now_ - heard.arrived <= rules_.trust &&
           rules_.grid.age(heard.message.measured, now_) < static_cast<std::int64_t>(memory);
}

void PredictiveTeam::gather(std::size_t reader_place, std::span<const Heard> heard, std::optional<std::uint32_t> left_out) {
    knowledge_.clear(now_);
    for (std::uint32_t from = 0; from < heard.size(); ++from)
        if (from != left_out && reaches(reader_place, place_[from]) && is_known(heard[from]))
            knowledge_.add(place_[from], heard[from].message);
    knowledge_.finish();
}

void PredictiveTeam::solve() {
    std::vector<std::uint32_t> members;
    if (!heard_.empty()) {
        for (std::uint32_t k = 0; k < plugged_.size(); ++k) {
            const std::uint32_t member = plugged_[k].member;
            gather(place_[member], heard_[member], member);
            members.assign(1, k);
            solve_by(members, heard_[member], false);
        }
    } else {  // who stands at one place, or anywhere where all reach all, knows the same
        std::vector<std::vector<std::uint32_t>> alike(hears_.empty() ? 1 : slopes_.places);
        for (std::uint32_t k = 0; k < plugged_.size(); ++k) alike[hears_.empty() ? 0 : place_[plugged_[k].member]].push_back(k);
        for (const auto& group : alike) {
            if (group.empty()) continue;
            gather(place_[plugged_[group.front()].member], heard_by_all_, std::nullopt);
            solve_by(group, heard_by_all_, true);
        }
    }
    for (const OwnState& own : plugged_) plan_[own.member] = next_[own.member];
}

/// `members`: of `plugged_`, who all know what has been gathered. `has_own`: where it has been heard, their own message is among
/// it.
void PredictiveTeam::solve_by(std::span<const std::uint32_t> members, std::span<const Heard> heard, bool has_own) {
    std::vector<std::optional<Curvature>> known(2 * slopes_.places);
    for (const std::uint32_t k : members) {
        const OwnState& own = plugged_[k];
        const bool is_among = has_own && is_known(heard[own.member]);
        auto& curved = known[2 * place_[own.member] + (is_among ? 1 : 0)];
        if (!curved) curved = curvature(place_[own.member], !is_among);
        const Trajectory* own_message = is_among ? &heard[own.member].message : nullptr;
        count_messages(own_message);
        const OwnProblem problem = problem_of(own, own_message, curved->h);
        const Plan& plan = plan_[own.member];
        Plan best = plan;
        improve(problem, best, rules_.sweeps);
        for (std::size_t l = 0; l < rules_.grid.horizon; ++l) next_[own.member][l] = plan[l] + curved->step * (best[l] - plan[l]);
    }
}

/// What was gathered, without the reader's own message where it is among it.
void PredictiveTeam::count_messages(const Trajectory* own_message) {
    const auto own_age = own_message ? static_cast<std::uint64_t>(rules_.grid.age(own_message->measured, now_)) : 0;
    used_.count += knowledge_.messages() - (own_message ? 1 : 0);
    used_.summed_age += knowledge_.summed_age() - own_age;
    if (!knowledge_.ages().empty()) used_.oldest = std::max<std::uint64_t>(used_.oldest, knowledge_.ages().back());
}

/// `adds_own`: the member itself is not among those that were gathered.
PredictiveTeam::Curvature PredictiveTeam::curvature(std::size_t place, bool adds_own) const {
    const auto count = [&](std::size_t s) { return knowledge_.count(s) + (adds_own && s == place ? 1.0 : 0.0); };
    Curvature found;
    double bound = 0.0;
    for (std::size_t b = 0; b < slopes_.places; ++b) {
        if (count(b) == 0.0) continue;
        double common = 0.0;
        for (std::size_t a = 0; a < slopes_.places; ++a) common += count(a) * slopes_.q(a, place) * slopes_.q(a, b);
        bound += count(b) * std::abs(common);
        if (b == place) found.h = common;
    }
    if (rules_.is_damped && bound > 0.0) found.step = std::min(1.0, found.h / bound);
    return found;
}

OwnProblem PredictiveTeam::problem_of(const OwnState& own, const Trajectory* own_message, double h) const {
    Plan slope{};
    add_slope_of_peers(own, own_message, slope);
    add_own_slope(own, own_message, slope);
    OwnProblem problem{rules_.grid.horizon, h, rules_.rho, own.q_kvar, plan_[own.member], limits_kvar(own, now_, rules_.grid)};
    if (h > 0.0)
        for (std::size_t l = 0; l < rules_.grid.horizon; ++l) problem.best_kvar[l] -= slope[l] / h;
    return problem;
}

/// Rows of the peers: sum over m of S^Q_mi (V_m(l) - 1). Their V_m was measured some periods ago, and so the own power in the
/// difference is that of then.
void PredictiveTeam::add_slope_of_peers(const OwnState& own, const Trajectory* own_message, Plan& slope) const {
    const std::size_t here = place_[own.member];
    const Plan& plan = plan_[own.member];
    const PlanChange told = own_message ? announced_change(*own_message, now_, rules_.grid) : PlanChange{};
    const std::int64_t own_age = own_message ? rules_.grid.age(own_message->measured, now_) : -1;
    for (const std::uint32_t s : knowledge_.occupied()) {
        const bool with_own = own_message && s == here;
        const double peers = knowledge_.count(s) - (with_own ? 1.0 : 0.0);
        if (peers == 0.0) continue;
        const double sp = slopes_.p(s, here);
        const double sq = slopes_.q(s, here);
        double base = knowledge_.deviation_pu(s) - (with_own ? own_message->voltage_pu - 1.0 : 0.0);
        for (const std::uint32_t age : knowledge_.ages()) {
            const double measured = knowledge_.count_of_age(s, age) - (with_own && own_age == std::int64_t{age} ? 1.0 : 0.0);
            const std::size_t then = static_cast<std::size_t>(periods_ - 1 - std::int64_t{age} + std::int64_t{memory}) % memory;
            base -= measured * (sp * past_p_[then][own.member] + sq * past_q_[then][own.member]);
        }
        for (std::size_t l = 0; l < rules_.grid.horizon; ++l) {
            const double others = knowledge_.change_pu(s, l) - sp * told.p_kw[l] - sq * told.q_kvar[l];
            slope[l] += sq * (base + peers * (others + sp * own.p_plan_kw[l] + sq * plan[l]));
        }
    }
}

/// The own row, with today's voltage and powers.
void PredictiveTeam::add_own_slope(const OwnState& own, const Trajectory* own_message, Plan& slope) const {
    const std::size_t here = place_[own.member];
    const Plan& plan = plan_[own.member];
    const PlanChange told = own_message ? announced_change(*own_message, now_, rules_.grid) : PlanChange{};
    const double sp = slopes_.p(here, here);
    const double sq = slopes_.q(here, here);
    for (std::size_t l = 0; l < rules_.grid.horizon; ++l) {
        const double others = knowledge_.change_pu(here, l) - sp * told.p_kw[l] - sq * told.q_kvar[l];
        const double mine = sp * (own.p_plan_kw[l] - own.p_kw) + sq * (plan[l] - own.q_kvar);
        slope[l] += sq * (own.voltage_pu - 1.0 + others + mine);
    }
}

}  // namespace evsweep
