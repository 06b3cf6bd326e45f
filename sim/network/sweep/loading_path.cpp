#include "sim/network/sweep/loading_path.hpp"

#include <Eigen/Core>
#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "sim/network/sweep/krylov.hpp"
#include "sim/network/sweep/load_slopes.hpp"

namespace evsweep {

namespace {

using Eigen::Index;
using Eigen::VectorXd;

constexpr int most_newton_steps = 12;
constexpr int most_points = 400;        ///< of the curve, before it counts as lost
constexpr double longest_step = 0.25;   ///< of the share, or a fifth of it as a change of voltage in pu
constexpr double voltage_weight = 5.0;  ///< a change of 0.2 pu counts as much as all of the power
constexpr double shortest_step = 1e-7;
constexpr double nose_width = 1e-10;  ///< of the share; the nose is known to this
constexpr double tightest_tolerance_pu = 1e-10;

/// A point of the curve, or a step along it.
struct Point {
    VectorXd x;
    double share = 0.0;
};

Point moved(const Point& from, const Point& along, double by) { return {from.x + by * along.x, from.share + by * along.share}; }

double largest(const VectorXd& x) { return x.size() == 0 ? 0.0 : x.cwiseAbs().maxCoeff(); }

/// The map of the sweep and its derivatives.
class SweepMap {
   public:
    SweepMap(const SweepProblem& problem, const SweepColumns<double>& columns, std::span<const double> p_kw,
             std::span<const double> q_kvar)
        : problem_(problem),
          columns_(columns),
          p_(p_kw),
          q_(q_kvar),
          n_(columns.state.v_re.size() - 1),
          at_rest_(problem.network.source_re.size(), 0.0),
          own_(2 * (n_ + 1), 0.0),
          scaled_p_(p_kw.size()),
          scaled_q_(q_kvar.size()) {
        change_.network = problem.network;
        change_.network.source_re = change_.network.source_im = at_rest_;
        change_.loops = problem.loops;
        columns_.p = scaled_p_.data();
        columns_.q = scaled_q_.data();
    }

    [[nodiscard]] int sweeps() const { return sweeps_; }
    /// Whether there may be solutions beyond a nose: loads that become impedances, or lose power with the voltage in another way.
    [[nodiscard]] bool may_come_back() const {
        const auto& ports = problem_.injection.ports;
        return std::any_of(ports.begin(), ports.end(),
                           [&](const Port& port) { return !problem_.injection.laws[port.law].curve().is_constant; });
    }

    [[nodiscard]] VectorXd present() const {
        VectorXd x(static_cast<Index>(2 * n_));
        const auto take = [&](const double* from, std::size_t count, std::size_t to) {
            for (std::size_t i = 0; i < count; ++i) x(static_cast<Index>(to + i)) = from[i];
        };
        take(columns_.state.v_re.data(), n_, 0);
        take(columns_.state.v_im.data(), n_, n_);
        return x;
    }

    /// F(x, s).
    [[nodiscard]] VectorXd residual(const Point& at) {
        show(at);
        sweep_detail::inject_all(problem_, columns_);
        sweep(problem_.network);
        return present() - at.x;
    }

    /// Makes `change` ready for this point; the columns are used.
    void linearise(const Point& at) {
        show(at);
        slopes_.find(problem_.injection, columns_.state, scaled_p_, scaled_q_);
        change_.to_earth = slopes_.to_earth;
        change_.between = slopes_.between;
        // The part of the share: what all loads draw at these voltages.
        std::copy(p_.begin(), p_.end(), scaled_p_.begin());
        std::copy(q_.begin(), q_.end(), scaled_q_.begin());
        inject(problem_.injection, columns_.p, columns_.q, columns_.state);
        std::copy(columns_.state.i_re.begin(), columns_.state.i_re.end(), drawn_re());
        std::copy(columns_.state.i_im.begin(), columns_.state.i_im.end(), drawn_im());
        VectorXd none = VectorXd::Zero(at.x.size());
        per_share_ = changed(none, 1.0);
    }

    /// (1 - dG/dx) dx.
    [[nodiscard]] VectorXd left(const VectorXd& dx) { return dx - changed(dx, 0.0); }
    /// dG/ds.
    [[nodiscard]] const VectorXd& per_share() const { return per_share_; }

    /// Puts a solution down, with the currents of its voltages.
    void finish(const Point& at) {
        show(at);
        sweep_detail::inject_all(problem_, columns_);
        backward(problem_.network, columns_.state);
    }

   private:
    void show(const Point& at) {
        put(at.x);
        for (std::size_t k = 0; k < p_.size(); ++k) scaled_p_[k] = at.share * p_[k], scaled_q_[k] = at.share * q_[k];
    }
    void put(const VectorXd& x) {
        const auto give = [&](double* to, std::size_t count, std::size_t from) {
            for (std::size_t i = 0; i < count; ++i) to[i] = x(static_cast<Index>(from + i));
        };
        give(columns_.state.v_re.data(), n_, 0);
        give(columns_.state.v_im.data(), n_, n_);
    }
    void sweep(const SweepNetwork& network) {
        ++sweeps_;
        backward(network, columns_.state);
        static_cast<void>(forward(network, columns_.state));
    }
    /// dG/dx dx + dG/ds ds.
    [[nodiscard]] VectorXd changed(const VectorXd& dx, double ds) {
        put(dx);
        std::vector<double> own(own_);
        for (double& i : own) i *= ds;
        inject_change(change_, ChangeColumns<double>{columns_, own.data(), own.data() + n_ + 1});
        sweep(change_.network);
        return present();
    }
    double* drawn_re() { return own_.data(); }
    double* drawn_im() { return own_.data() + n_ + 1; }

    const SweepProblem& problem_;
    SweepColumns<double> columns_;
    std::span<const double> p_, q_;
    std::size_t n_;
    std::vector<double> at_rest_;
    std::vector<double> own_;  ///< I(x, 1) by conductor and the earth: real parts, then imaginary ones
    std::vector<double> scaled_p_, scaled_q_;
    LoadSlopes slopes_;
    SmallChange change_;
    VectorXd per_share_;
    int sweeps_ = 0;
};

class Follower {
   public:
    Follower(SweepMap& map, double tolerance_pu) : map_(map), tolerance_(std::min(tolerance_pu, tightest_tolerance_pu)) {}

    [[nodiscard]] LoadingPath follow() {
        auto start = corrected_at_share(map_.present(), 0.0);
        if (!start) return {};
        Point here = *std::move(start);
        Point along{VectorXd::Zero(here.x.size()), 1.0};  // the tangent, as long as one step
        bool has_turned = false;
        Point nose;
        double step = longest_step;
        for (int points = 0; points < most_points; ++points) {
            auto tangent = tangent_at(here, along);
            if (!tangent) return {};
            along = *std::move(tangent);
            if (along.share > 0.0 && along.share * step >= 1.0 - here.share && here.share < 1.0) {
                if (const auto end = ahead_at_full_share(moved(here, along, (1.0 - here.share) / along.share), along))
                    return reached(*end);
                step *= 0.25;
                if (step < shortest_step) break;
                continue;
            }
            auto next = corrected_on_plane(moved(here, along, step), along);
            const auto ahead = next ? tangent_at(*next, along) : std::nullopt;
            if (!ahead) {
                step *= 0.25;
                if (step < shortest_step) break;
                continue;
            }
            if (!has_turned && along.share > 0.0 && ahead->share < 0.0) {
                nose = nose_between(here, along, step);
                if (nose.share >= 1.0)
                    if (const auto end = ahead_at_full_share(nose, along)) return reached(*end);
                has_turned = true;
                if (!map_.may_come_back()) break;
            }
            if (has_turned && (next->share <= 0.0 || next->share > 1.0)) break;
            here = *std::move(next);
            step = std::min(2.0 * step, longest_step);
        }
        if (!has_turned) return {};
        map_.finish(nose);
        return {LoadingPath::End::turned, nose.share, map_.sweeps()};
    }

   private:
    [[nodiscard]] LoadingPath reached(const Point& end) {
        map_.finish(end);
        return {LoadingPath::End::reached, 1.0, map_.sweeps()};
    }

    /// Newton's method at a given share. Nothing where it does not settle.
    [[nodiscard]] std::optional<Point> corrected_at_share(const VectorXd& x, double share) {
        Point at{x, share};
        return corrected(at, [&](const VectorXd& f) -> std::optional<Point> {
            auto dx = solve_krylov([&](const VectorXd& v) { return map_.left(v); }, f);
            if (!dx) return std::nullopt;
            return Point{*std::move(dx), 0.0};
        });
    }

    /// Newton's method across the step that led here.
    [[nodiscard]] std::optional<Point> corrected_on_plane(const Point& guess, const Point& along) {
        return corrected(guess, [&](const VectorXd& f) { return bordered(f, along, 0.0); });
    }

    template <class Solve>
    [[nodiscard]] std::optional<Point> corrected(Point at, const Solve& solve) {
        VectorXd f = map_.residual(at);
        for (int k = 0; k < most_newton_steps; ++k) {
            const double before = largest(f);
            if (!std::isfinite(before)) return std::nullopt;
            if (before <= tolerance_) return at;
            map_.linearise(at);
            const auto change = solve(f);
            if (!change) return std::nullopt;
            // Kinks of load laws: a shorter step where the whole one makes it worse.
            bool is_better = false;
            for (double share = 1.0; share > 0.05 && !is_better; share *= 0.5) {
                Point candidate = moved(at, *change, share);
                VectorXd g = map_.residual(candidate);
                is_better = largest(g) < before;
                if (is_better) at = std::move(candidate), f = std::move(g);
            }
            if (!is_better) return std::nullopt;
        }
        return largest(f) <= tolerance_ ? std::optional(at) : std::nullopt;
    }

    /// Solves (1 - dG/dx) dx - dG/ds ds = f with (dx, ds) at right angles to `along`, but for `advance`.
    [[nodiscard]] std::optional<Point> bordered(const VectorXd& f, const Point& along, double advance) {
        const Index n = f.size();
        VectorXd b(n + 1);
        b << f, advance;
        const auto apply = [&](const VectorXd& v) {
            VectorXd product(n + 1);
            product.head(n) = map_.left(v.head(n)) - v(n) * map_.per_share();
            product(n) = along.x.dot(v.head(n)) + along.share * v(n);
            return product;
        };
        auto found = solve_krylov(apply, b);
        if (!found) return std::nullopt;
        return Point{found->head(n), (*found)(n)};
    }

    /// The direction of the curve, onward from `along`; its size is one unit of step.
    [[nodiscard]] std::optional<Point> tangent_at(const Point& at, const Point& along) {
        map_.linearise(at);
        auto direction = bordered(VectorXd::Zero(at.x.size()), along, 1.0);
        if (!direction) return std::nullopt;
        const double size = std::max(std::abs(direction->share), voltage_weight * largest(direction->x));
        if (!(size > 0.0)) return std::nullopt;
        direction->x /= size;
        direction->share /= size;
        return direction;
    }

    /// A solution at all of the power from a guess nearby, if it lies before the nose: on the other side voltages rise with the
    /// load.
    [[nodiscard]] std::optional<Point> ahead_at_full_share(const Point& guess, const Point& along) {
        auto end = corrected_at_share(guess.x, 1.0);
        const auto direction = end ? tangent_at(*end, along) : std::nullopt;
        return direction && direction->share > 0.0 ? end : std::nullopt;
    }

    /// Where the share is highest, between a point before the nose and one step on, by halves; or a point before the nose that
    /// has all of the power or more.
    [[nodiscard]] Point nose_between(const Point& here, const Point& along, double step) {
        Point top = here;
        double low = 0.0;
        double high = step;
        while (high - low > 1e-12) {
            const double middle = 0.5 * (low + high);
            const auto at = corrected_on_plane(moved(here, along, middle), along);
            const auto direction = at ? tangent_at(*at, along) : std::nullopt;
            if (!direction) break;
            const double rise = at->share - top.share;
            if (direction->share > 0.0 && at->share > top.share) top = *at;
            if (top.share >= 1.0) break;
            (direction->share > 0.0 ? low : high) = middle;
            if (std::abs(rise) < nose_width && std::abs(direction->share) < 1e-4) break;
        }
        return top;
    }

    SweepMap& map_;
    double tolerance_;
};

}  // namespace

LoadingPath follow_loading(const SweepProblem& problem, const SweepColumns<double>& columns, std::span<const double> p_kw,
                           std::span<const double> q_kvar) {
    SweepMap map(problem, columns, p_kw, q_kvar);
    LoadingPath path = Follower(map, problem.tolerance_pu).follow();
    path.sweeps = map.sweeps();
    return path;
}

}  // namespace evsweep
