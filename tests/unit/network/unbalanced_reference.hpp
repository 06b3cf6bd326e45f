/// An independent load flow for small unbalanced feeders: dense modified nodal analysis in volts and amperes, straight from
/// the rows of a description. Shares no formula with the sweep: transformers are ideal cores with star impedances.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/feeder_description.hpp"

namespace evsweep::testing {

class DenseFeeder {
   public:
    using Complex = std::complex<double>;

    explicit DenseFeeder(const FeederDescription& d) : d_(d) {
        for (const BusRow& bus : d.buses)
            for (const Conductor c : bus.conductors) node_.emplace(std::pair(bus.id, c), static_cast<int>(node_.size()));
        nodes_ = static_cast<int>(node_.size());
        for (const TransformerRow& t : d.transformers)
            unknowns_ += static_cast<int>(t.windings.front().coils.size() * (t.windings.size() + 1));
        for (const BranchRow& b : d.branches) unknowns_ += b.closed ? static_cast<int>(b.conductors.size()) : 0;
        const SourceRow& source = d.sources.front();
        unknowns_ += nodes_ + static_cast<int>(bus(source.bus).conductors.size());
        a_ = Eigen::MatrixXcd::Zero(unknowns_, unknowns_);
        rhs_ = Eigen::VectorXcd::Zero(unknowns_);
        next_ = nodes_;
        for (const BranchRow& b : d.branches)
            if (b.closed) branch(b);
        for (const TransformerRow& t : d.transformers) transformer(t);
        for (const ShuntRow& s : d.shunts) shunt(s);
        hold(source);
        lu_.compute(a_);
    }

    using Voltages = std::map<std::pair<std::string, Conductor>, Complex>;

    /// Node voltages in volts after fixed-point iteration on the loads.
    Voltages solve() {
        Eigen::VectorXcd x = lu_.solve(rhs_);
        for (int iteration = 0; iteration < 400; ++iteration) {
            const Eigen::VectorXcd next = with_loads_at(x);
            const double change = (next - x).head(nodes_).cwiseAbs().maxCoeff();
            x = next;
            if (change < 1e-10) break;
        }
        return named(x);
    }

    /// Node voltages that the currents of loads at the voltages `v` give: the same, where `v` is a solution.
    Voltages step(const Voltages& v) {
        Eigen::VectorXcd x = Eigen::VectorXcd::Zero(unknowns_);
        for (const auto& [name, n] : node_) x(n) = v.at(name);
        return named(with_loads_at(x));
    }

    [[nodiscard]] static double base(const BusRow& bus) {
        return bus.nominal.value() / (bus.conductors.front() >= Conductor::s1 ? 2.0 : std::sqrt(3.0));
    }
    [[nodiscard]] const BusRow& bus(const std::string& id) const {
        for (const BusRow& row : d_.buses)
            if (row.id == id) return row;
        throw std::runtime_error("no bus " + id);
    }

   private:
    Eigen::VectorXcd with_loads_at(const Eigen::VectorXcd& x) {
        Eigen::VectorXcd b = rhs_;
        for (const LoadRow& row : d_.loads) load(row, x, b);
        return lu_.solve(b);
    }
    Voltages named(const Eigen::VectorXcd& x) const {
        Voltages v;
        for (const auto& [name, n] : node_) v[name] = x(n);
        return v;
    }

    int node(const std::string& bus, const std::optional<Conductor>& c) const { return c ? node_.at({bus, *c}) : -1; }

    /// Current unknown `i` leaves node n (row of Kirchhoff's current law) and voltage of n enters equation `row` with a factor.
    void couple(int n, int i, Complex factor) {
        if (n >= 0) a_(n, i) += factor;
    }
    void enter(int row, int n, Complex factor) {
        if (n >= 0) a_(row, n) += factor;
    }
    void admittance(int p, int m, Complex y) {
        for (const auto& [r, c, sign] : {std::tuple(p, p, 1.0), {m, m, 1.0}, {p, m, -1.0}, {m, p, -1.0}})
            if (r >= 0 && c >= 0) a_(r, c) += sign * y;
    }

    void branch(const BranchRow& b) {
        const auto n = static_cast<int>(b.conductors.size());
        const int first = next_;
        for (int i = 0; i < n; ++i) {
            const auto wire = b.conductors[static_cast<std::size_t>(i)];
            const int from = node(b.from, wire), to = node(b.to, wire);
            couple(from, first + i, 1.0);
            couple(to, first + i, -1.0);
            enter(first + i, from, 1.0);
            enter(first + i, to, -1.0);
            for (int j = 0; j < n; ++j) {
                const auto e = static_cast<std::size_t>(i * n + j);
                a_(first + i, first + j) -= b.series_ohm[e];
                if (b.shunt_s.empty()) continue;
                const auto other = b.conductors[static_cast<std::size_t>(j)];
                a_(from, node(b.from, other)) += 0.5 * b.shunt_s[e];
                a_(to, node(b.to, other)) += 0.5 * b.shunt_s[e];
            }
        }
        next_ += n;
    }

    void transformer(const TransformerRow& t) {
        const auto coils = t.windings.front().coils.size();
        const double kva = t.rated.value() / static_cast<double>(coils);
        const auto& x = t.reactance;
        // Star impedances per winding, in pu.
        std::vector<double> star =
            t.windings.size() == 2
                ? std::vector<double>{0.5 * x[0], 0.5 * x[0]}
                : std::vector<double>{0.5 * (x[0] + x[1] - x[2]), 0.5 * (x[0] + x[2] - x[1]), 0.5 * (x[1] + x[2] - x[0])};
        for (std::size_t c = 0; c < coils; ++c) {
            const int core = next_++;  // volts per rated volt; its row says that ampere-turns balance
            for (std::size_t w = 0; w < t.windings.size(); ++w) {
                const WindingRow& winding = t.windings[w];
                const double turns = winding.rated.value() * winding.tap;
                const int p = node(winding.bus, winding.coils[c].plus), m = node(winding.bus, winding.coils[c].minus);
                const int i = next_++;
                couple(p, i, 1.0);
                couple(m, i, -1.0);
                enter(i, p, 1.0);
                enter(i, m, -1.0);
                a_(i, core) -= turns;
                a_(i, i) -= Complex(winding.resistance, star[w]) * turns * turns / (1000.0 * kva);
                a_(core, i) += turns;
                const double stray = t.stray * kva * 1000.0 / (winding.rated.value() * winding.rated.value());
                admittance(p, -1, {0.0, -stray});
                admittance(m, -1, {0.0, -stray});
                if (w == 1) admittance(p, m, Complex(t.no_load_loss, -t.magnetising_current) * kva * 1000.0 / (turns * turns));
            }
        }
    }

    void shunt(const ShuntRow& s) {
        const double part = 1000.0 / static_cast<double>(s.terminals.size()) * s.steps_on / s.steps;
        for (const Terminals& t : s.terminals)
            admittance(node(s.bus, t.plus), node(s.bus, t.minus),
                       Complex(s.p.value(), -s.q.value()) * part / (s.rated.value() * s.rated.value()));
    }

    void hold(const SourceRow& s) {
        const BusRow& at = bus(s.bus);
        const auto n = static_cast<int>(at.conductors.size());
        const int first = next_;
        for (int i = 0; i < n; ++i) {
            const auto wire = at.conductors[static_cast<std::size_t>(i)];
            const int k = node(s.bus, wire);
            couple(k, first + i, -1.0);
            enter(first + i, k, 1.0);
            for (int j = 0; j < n && !s.series_ohm.empty(); ++j)
                a_(first + i, first + j) += s.series_ohm[static_cast<std::size_t>(i * n + j)];
            const double turn = wire == Conductor::b ? -120.0 : wire == Conductor::c ? 120.0 : 0.0;
            rhs_(first + i) = std::polar(base(at) * s.voltage.value(), (s.angle.value() + turn) * std::numbers::pi / 180.0);
        }
        next_ += n;
    }

    void load(const LoadRow& row, const Eigen::VectorXcd& x, Eigen::VectorXcd& b) const {
        const double part = 1000.0 / static_cast<double>(row.terminals.size());
        for (const Terminals& t : row.terminals) {
            const int p = node(row.bus, t.plus), m = node(row.bus, t.minus);
            const Complex u = (p < 0 ? 0.0 : x(p)) - (m < 0 ? 0.0 : x(m));
            const double v = std::abs(u) / row.rated.value();
            const auto follow = [&](const PowerLaw& law) {
                return law.z * v * v + law.i * v + law.p + law.e * std::pow(v, law.exponent);
            };
            const Complex s(row.p.value() * part * follow(row.response.active),
                            row.q.value() * part * follow(row.response.reactive));
            const Complex i = std::conj(s / u);
            if (p >= 0) b(p) -= i;
            if (m >= 0) b(m) += i;
        }
    }

    const FeederDescription& d_;
    std::map<std::pair<std::string, Conductor>, int> node_;
    int nodes_ = 0;
    int unknowns_ = 0;
    int next_ = 0;
    Eigen::MatrixXcd a_;
    Eigen::VectorXcd rhs_;
    Eigen::FullPivLU<Eigen::MatrixXcd> lu_;
};

}  // namespace evsweep::testing
