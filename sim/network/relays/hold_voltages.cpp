#include "sim/network/relays/hold_voltages.hpp"

#include <Eigen/Core>
#include <Eigen/QR>
#include <algorithm>
#include <cmath>

#include "sim/network/relays/device_control.hpp"

namespace evsweep {

namespace {

using Matrix = Eigen::MatrixXd;
using Vector = Eigen::VectorXd;
using RowMajor = Eigen::Matrix<double, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;

constexpr int most_steps = 40;
constexpr int most_idle_steps = 4;   ///< in a row that hardly leave less missing
constexpr double idle_share = 0.9;   ///< of what was missing that is left behind an idle step
constexpr double finest_pu = 1e-10;  ///< and no further
constexpr double good_step = 0.1;    ///< of what is missing may be left for the slopes to be good
constexpr int most_halvings = 12;    ///< of a step behind which there is no solution
constexpr double same_voltage_pu = 1e-13;
constexpr double same_row = 1e-7;  ///< generators at electrically one bus have equal rows, and share their power

enum class At : std::uint8_t { low, between, high };

/// The linear complementarity problem of one step.
class BoxProblem {
   public:
    BoxProblem(std::span<const double> slopes, std::span<const double> off, std::span<const double> start,
               std::span<const double> low, std::span<const double> high)
        : slope_(Eigen::Map<const RowMajor>(slopes.data(), size(off), size(off))),
          off_(Eigen::Map<const Vector>(off.data(), size(off))),
          start_(Eigen::Map<const Vector>(start.data(), size(off))),
          low_(Eigen::Map<const Vector>(low.data(), size(off))),
          high_(Eigen::Map<const Vector>(high.data(), size(off))),
          at_(off.size(), At::between) {}

    /// All that is not where it should be changes places at once; where that leads nowhere, only the last of them, which ends.
    Vector solve() {
        std::size_t fewest = at_.size() + 1;
        int patience = 3;
        for (std::size_t round = 0; round < 20 * at_.size() + 100; ++round) {
            place();
            std::vector<Eigen::Index> wrong = misplaced();
            if (wrong.empty()) break;
            if (wrong.size() < fewest)
                fewest = wrong.size(), patience = 3;
            else if (patience-- <= 0)
                wrong = {wrong.back()};
            for (const Eigen::Index i : wrong) move(i);
        }
        return q_.cwiseMax(low_).cwiseMin(high_);
    }

   private:
    static Eigen::Index size(std::span<const double> values) { return static_cast<Eigen::Index>(values.size()); }
    At& at(Eigen::Index i) { return at_[static_cast<std::size_t>(i)]; }

    /// Those at a limit have its power; the others have what makes their voltages right.
    void place() {
        std::vector<Eigen::Index> between;
        q_ = start_;
        for (Eigen::Index i = 0; i < q_.size(); ++i) {
            if (at(i) == At::between) between.push_back(i);
            if (at(i) == At::low) q_(i) = low_(i);
            if (at(i) == At::high) q_(i) = high_(i);
        }
        if (!between.empty()) {
            const Vector missing = off_ + slope_ * (q_ - start_);
            Eigen::CompleteOrthogonalDecomposition<Matrix> part;
            part.setThreshold(same_row);
            part.compute(slope_(between, between));
            const Vector change = part.solve(-missing(between));
            for (std::size_t k = 0; k < between.size(); ++k) q_(between[k]) += change(static_cast<Eigen::Index>(k));
        }
        left_ = off_ + slope_ * (q_ - start_);
    }

    [[nodiscard]] std::vector<Eigen::Index> misplaced() {
        std::vector<Eigen::Index> wrong;
        for (Eigen::Index i = 0; i < q_.size(); ++i) {
            const bool is_wrong = at(i) == At::between ? q_(i) < low_(i) || q_(i) > high_(i)
                                  : at(i) == At::low   ? left_(i) < -same_voltage_pu && low_(i) < high_(i)
                                                       : left_(i) > same_voltage_pu && low_(i) < high_(i);
            if (is_wrong) wrong.push_back(i);
        }
        return wrong;
    }

    void move(Eigen::Index i) {
        if (at(i) != At::between)
            at(i) = At::between;
        else
            at(i) = q_(i) < low_(i) ? At::low : At::high;
    }

    Matrix slope_;
    Vector off_, start_, low_, high_, q_, left_;
    std::vector<At> at_;
};

double worst_of(std::span<const HoldingGroup::Member> members) {
    double worst = 0.0;
    for (const auto& member : members) {
        const double residual = member.relay->residual_pu();
        if (!std::isfinite(residual)) return residual;
        worst = std::max(worst, residual);
    }
    return worst;
}

}  // namespace

std::vector<double> held_in_box(std::span<const double> slopes, std::span<const double> off, std::span<const double> start,
                                std::span<const double> low, std::span<const double> high) {
    const Vector q = BoxProblem(slopes, off, start, low, high).solve();
    return {q.begin(), q.end()};
}

void HoldingGroup::act(ControlledNetwork& network, std::span<const Member> members) {
    double missing = worst_of(members);
    if (gave_up_at_ && std::abs(missing - *gave_up_at_) <= finest_pu) return;  // nothing else has moved since
    gave_up_at_.reset();
    int idle_steps = 0;
    for (int step = 0; step < most_steps && missing > finest_pu; ++step) {
        const bool has_gone = know_slopes(network, members) && go(network, members, aim(members));
        const double left = has_gone ? worst_of(members) : missing;
        const bool is_rounding = left >= 0.5 * missing && left < 1e-9;
        if (!(left <= good_step * missing)) slopes_of_.clear();
        idle_steps = left <= idle_share * missing ? 0 : idle_steps + 1;
        missing = left;
        if (is_rounding) return;
        if (has_gone && idle_steps < most_idle_steps) continue;
        gave_up_at_ = missing;
        return;
    }
}

bool HoldingGroup::know_slopes(const ControlledNetwork& network, std::span<const Member> members) {
    std::vector<std::size_t> controls;
    for (const Member& member : members) controls.push_back(member.control);
    if (controls == slopes_of_) return true;
    slopes_ = network.voltage_slopes(controls);
    const bool known = std::all_of(slopes_.begin(), slopes_.end(), [](double s) { return std::isfinite(s); });
    if (known) slopes_of_ = std::move(controls);
    return known;
}

std::vector<double> HoldingGroup::aim(std::span<const Member> members) const {
    std::vector<double> off, start, low, high;
    for (const Member& member : members) {
        const HoldVoltage& law = member.relay->law();
        off.push_back(member.relay->seen_pu() - law.set.value());
        start.push_back(member.relay->q_kvar());
        low.push_back(law.q_min.value());
        high.push_back(law.q_max.value());
    }
    return held_in_box(slopes_, off, start, low, high);
}

/// As far as there is a solution; false, and all stay where they were, where there is none at all.
bool HoldingGroup::go(ControlledNetwork& network, std::span<const Member> members, const std::vector<double>& q_kvar) {
    std::vector<double> start;
    for (const Member& member : members) start.push_back(member.relay->q_kvar());
    const auto give = [&](double share) {
        for (std::size_t i = 0; i < members.size(); ++i) {
            const double q = share < 1.0 ? start[i] + share * (q_kvar[i] - start[i]) : q_kvar[i];
            members[i].relay->give(q);
            const InjectionReading seen = network.see_injection(members[i].control);
            network.set_injection(members[i].control, members[i].relay->wanted(seen.available));
        }
        ++load_flows_;
        return network.solve();
    };
    double share = 1.0;
    for (int halving = 0; !give(share); ++halving) {
        share *= 0.5;
        if (halving < most_halvings) continue;
        static_cast<void>(give(0.0));
        return false;
    }
    for (const Member& member : members) member.relay->see(network.see_injection(member.control));
    return true;
}

}  // namespace evsweep
