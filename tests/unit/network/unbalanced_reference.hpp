/// An independent load flow for small feeders: dense modified nodal analysis in volts and amperes, straight from the rows of a
/// description. Shares no formula with the sweep: every coil and conductor has a current of its own, loads are found by
/// iterating on what they draw beyond their rated admittances.
#pragma once

#include <Eigen/Dense>
#include <cmath>
#include <complex>
#include <map>
#include <numbers>
#include <optional>
#include <stdexcept>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "unit/network/reference_loads.hpp"

namespace evsweep::testing {

class DenseFeeder {
   public:
    using Complex = std::complex<double>;
    using Voltages = std::map<std::pair<std::string, Conductor>, Complex>;

    explicit DenseFeeder(const FeederDescription& d) : d_(d) {
        for (const BusRow& bus : d.buses) {
            rows_.emplace(bus.id, &bus);
            for (const Conductor c : bus.conductors) node_.emplace(std::pair(bus.id, c), static_cast<int>(node_.size()));
        }
        nodes_ = static_cast<int>(node_.size());
        unknowns_ = nodes_ + count_currents();
        a_ = Eigen::MatrixXcd::Zero(unknowns_, unknowns_);
        rhs_ = Eigen::VectorXcd::Zero(unknowns_);
        next_ = nodes_;
        for (const BranchRow& b : d.branches)
            if (b.closed) branch(b);
        for (const TransformerRow& t : d.transformers)
            if (t.closed) transformer(t);
        for (const ShuntRow& s : d.shunts) shunt(s);
        hold(d.sources.front());
        for (const LoadRow& row : d.loads) add_load(row);
        with_loads_ = a_;
        for (const ReferenceLoad& l : loads_) admittance(with_loads_, l.plus, l.minus, l.rated_siemens());
        lu_.compute(with_loads_);
    }

    /// Node voltages in volts after fixed-point iteration on the loads, from what they draw as impedances; nothing where that
    /// does not settle.
    [[nodiscard]] std::optional<Voltages> find() const {
        Eigen::VectorXcd x = lu_.solve(rhs_);
        for (int iteration = 0; iteration < 2000; ++iteration) {
            const Eigen::VectorXcd next = with_loads_at(x);
            const double change = (next - x).head(nodes_).cwiseAbs().maxCoeff();
            x = next;
            if (!std::isfinite(change)) return std::nullopt;
            if (change < 1e-13 * x.head(nodes_).cwiseAbs().maxCoeff()) return named(x);
        }
        return std::nullopt;
    }
    [[nodiscard]] Voltages solve() const {
        const auto found = find();
        if (!found) throw std::runtime_error("the reference does not settle");
        return *found;
    }

    /// Node voltages that the currents of loads at the voltages `v` give: the same, where `v` is a solution.
    [[nodiscard]] Voltages step(const Voltages& v) const { return named(with_loads_at(values_of(v))); }

    /// What Newton's method makes of the voltages `v`: the same, where `v` is a solution, whatever iterations do there.
    [[nodiscard]] Voltages newton_step(const Voltages& v) const {
        const Eigen::VectorXcd x = values_of(v);
        const int n = unknowns_;
        Eigen::MatrixXd j(2 * n, 2 * n);
        j << a_.real(), -a_.imag(), a_.imag(), a_.real();
        Eigen::VectorXcd rest = rhs_;  // J x = rhs - I + (dI/dx) x
        for (const ReferenceLoad& l : loads_) {
            const Complex u = across(l, x);
            const Complex i = l.amperes(u);
            const double h = 1e-6 * std::abs(u);
            const Complex by_re = (l.amperes(u + h) - l.amperes(u - h)) / (2.0 * h);
            const Complex by_im = (l.amperes(u + Complex(0.0, h)) - l.amperes(u - Complex(0.0, h))) / (2.0 * h);
            draw(rest, l, i - by_re * u.real() - by_im * u.imag());
            for (const auto& [row, row_sign] : {std::pair(l.plus, 1.0), {l.minus, -1.0}})
                for (const auto& [col, col_sign] : {std::pair(l.plus, 1.0), {l.minus, -1.0}}) {
                    if (row < 0 || col < 0) continue;
                    const double sign = row_sign * col_sign;
                    j(row, col) += sign * by_re.real();
                    j(row, n + col) += sign * by_im.real();
                    j(n + row, col) += sign * by_re.imag();
                    j(n + row, n + col) += sign * by_im.imag();
                }
        }
        Eigen::VectorXd b(2 * n);
        b << rest.real(), rest.imag();
        const Eigen::VectorXd y = j.partialPivLu().solve(b);
        Eigen::VectorXcd next(n);
        next.real() = y.head(n);
        next.imag() = y.tail(n);
        return named(next);
    }

    /// Currents in A into a branch at its `from` (0) or `to` end (1), by conductor of the row, at the voltages `v`.
    [[nodiscard]] std::vector<Complex> branch_amperes(const BranchRow& b, int end, const Voltages& v) const {
        const Eigen::VectorXcd x = with_loads_at(values_of(v));
        const auto& wires = end == 0 || b.to_conductors.empty() ? b.conductors : b.to_conductors;
        const std::string& at = end == 0 ? b.from : b.to;
        std::vector<Complex> amperes;
        for (std::size_t i = 0; i < wires.size(); ++i) {
            Complex current = x(first_.at(b.id) + static_cast<int>(i));
            current = end == 0 ? current * std::conj(ratio(b)) : -current;
            for (std::size_t k = 0; k < wires.size() && !b.shunt_s.empty(); ++k) {
                const int n = node(at, wires[k]);
                const double turns = end == 0 ? std::norm(ratio(b)) : 1.0;
                if (n >= 0) current += 0.5 * turns * b.shunt_s[i * wires.size() + k] * x(n);
            }
            amperes.push_back(current);
        }
        return amperes;
    }

    /// Current in A into a coil of a transformer, without what its iron and stray admittances draw.
    [[nodiscard]] Complex coil_amperes(const TransformerRow& t, std::size_t winding, std::size_t coil, const Voltages& v) const {
        const Eigen::VectorXcd x = with_loads_at(values_of(v));
        return x(first_.at(t.id) + static_cast<int>(coil * t.windings.size() + winding));
    }

    /// Currents in A into a transformer at one of its buses, by conductor.
    [[nodiscard]] std::map<Conductor, Complex> transformer_amperes(const TransformerRow& t, const std::string& at,
                                                                   const Voltages& v) const {
        const Eigen::VectorXcd x = with_loads_at(values_of(v));
        const double coil_va = 1000.0 * t.rated.value() / static_cast<double>(t.windings.front().coils.size());
        Eigen::MatrixXcd drawn = Eigen::MatrixXcd::Zero(nodes_, nodes_);
        Eigen::VectorXcd amperes = Eigen::VectorXcd::Zero(nodes_);
        std::map<Conductor, int> places;
        for (std::size_t w = 0; w < t.windings.size(); ++w)
            for (std::size_t c = 0; t.windings[w].bus == at && c < t.windings[w].coils.size(); ++c) {
                const Terminals& coil = t.windings[w].coils[c];
                const int p = node(at, coil.plus), m = node(at, coil.minus);
                const Complex current = x(first_.at(t.id) + static_cast<int>(c * t.windings.size() + w));
                if (p >= 0) amperes(p) += current, places[*coil.plus] = p;
                if (m >= 0) amperes(m) -= current, places[*coil.minus] = m;
                iron(drawn, t, w, p, m, coil_va);
            }
        amperes += drawn * x.head(nodes_);
        std::map<Conductor, Complex> by_wire;
        for (const auto& [wire, place] : places) by_wire[wire] = amperes(place);
        return by_wire;
    }

    [[nodiscard]] static double base(const BusRow& bus) {
        const Conductor first = bus.conductors.front();
        if (first == Conductor::balanced) return bus.nominal.value();
        bool split = false;
        for (const Conductor c : bus.conductors) split = split || c == Conductor::s1 || c == Conductor::s2;
        return bus.nominal.value() / (split ? 2.0 : std::sqrt(3.0));
    }
    [[nodiscard]] const BusRow& bus(const std::string& id) const { return *rows_.at(id); }

   private:
    int count_currents() const {
        int count = static_cast<int>(bus(d_.sources.front().bus).conductors.size());
        for (const TransformerRow& t : d_.transformers)
            count += t.closed ? static_cast<int>(t.windings.front().coils.size() * t.windings.size()) : 0;
        for (const BranchRow& b : d_.branches) count += b.closed ? static_cast<int>(b.conductors.size()) : 0;
        return count;
    }

    Eigen::VectorXcd values_of(const Voltages& v) const {
        Eigen::VectorXcd x = Eigen::VectorXcd::Zero(unknowns_);
        for (const auto& [name, n] : node_) x(n) = v.at(name);
        return x;
    }
    static Complex across(const ReferenceLoad& l, const Eigen::VectorXcd& x) {
        return (l.plus < 0 ? 0.0 : x(l.plus)) - (l.minus < 0 ? 0.0 : x(l.minus));
    }
    static void draw(Eigen::VectorXcd& b, const ReferenceLoad& l, Complex amperes) {
        if (l.plus >= 0) b(l.plus) -= amperes;
        if (l.minus >= 0) b(l.minus) += amperes;
    }
    Eigen::VectorXcd with_loads_at(const Eigen::VectorXcd& x) const {
        Eigen::VectorXcd b = rhs_;
        for (const ReferenceLoad& l : loads_) {
            const Complex u = across(l, x);
            draw(b, l, l.amperes(u) - l.rated_siemens() * u);
        }
        const Eigen::VectorXcd solved = lu_.solve(b);
        return solved + lu_.solve(b - with_loads_ * solved);
    }
    Voltages named(const Eigen::VectorXcd& x) const {
        Voltages v;
        for (const auto& [name, n] : node_) v[name] = x(n);
        return v;
    }

    /// The earth has no node.
    int node(const std::string& bus, const std::optional<Conductor>& c) const {
        return c && *c != Conductor::earth ? node_.at({bus, *c}) : -1;
    }

    /// Current unknown `i` leaves node n (row of Kirchhoff's current law) and voltage of n enters equation `row` with a factor.
    void couple(int n, int i, Complex factor) {
        if (n >= 0) a_(n, i) += factor;
    }
    void enter(int row, int n, Complex factor) {
        if (n >= 0) a_(row, n) += factor;
    }
    static void admittance(Eigen::MatrixXcd& a, int p, int m, Complex y) {
        for (const auto& [r, c, sign] : {std::tuple(p, p, 1.0), {m, m, 1.0}, {p, m, -1.0}, {m, p, -1.0}})
            if (r >= 0 && c >= 0) a(r, c) += sign * y;
    }

    /// Volts at the `to` side per volt at the `from` side without current: of a balanced transformer, else 1.
    [[nodiscard]] Complex ratio(const BranchRow& b) const {
        if (b.kind != BranchKind::transformer) return 1.0;
        const double turns = bus(b.to).nominal.value() / bus(b.from).nominal.value() / b.tap;
        return std::polar(turns, -b.shift.value() * std::numbers::pi / 180.0);
    }

    void branch(const BranchRow& b) {
        const auto n = static_cast<int>(b.conductors.size());
        const auto& far = b.to_conductors.empty() ? b.conductors : b.to_conductors;
        const Complex k = ratio(b);
        const int first = next_;
        first_.emplace(b.id, first);
        for (int i = 0; i < n; ++i) {
            const int from = node(b.from, b.conductors[static_cast<std::size_t>(i)]);
            const int to = node(b.to, far[static_cast<std::size_t>(i)]);
            couple(from, first + i, std::conj(k));
            couple(to, first + i, -1.0);
            enter(first + i, from, k);
            enter(first + i, to, -1.0);
            for (int j = 0; j < n; ++j) {
                const auto e = static_cast<std::size_t>(i * n + j);
                a_(first + i, first + j) -= b.series_ohm[e];
                if (b.shunt_s.empty()) continue;
                const int other_from = node(b.from, b.conductors[static_cast<std::size_t>(j)]);
                const int other_to = node(b.to, far[static_cast<std::size_t>(j)]);
                if (from >= 0 && other_from >= 0) a_(from, other_from) += 0.5 * std::norm(k) * b.shunt_s[e];
                if (to >= 0 && other_to >= 0) a_(to, other_to) += 0.5 * b.shunt_s[e];
            }
        }
        next_ += n;
    }

    /// Per core: ampere-turns balance, and the voltages per turn differ by the mesh impedances of the windings.
    void transformer(const TransformerRow& t) {
        const auto coils = t.windings.front().coils.size();
        const double coil_va = 1000.0 * t.rated.value() / static_cast<double>(coils);
        first_.emplace(t.id, next_);
        const double first_turns = t.windings.front().rated.value() * t.windings.front().tap;  // scales the rows
        for (std::size_t c = 0; c < coils; ++c) {
            const int first = next_;
            next_ += static_cast<int>(t.windings.size());
            for (std::size_t w = 0; w < t.windings.size(); ++w) {
                const WindingRow& winding = t.windings[w];
                const double turns = winding.rated.value() * winding.tap;
                const int p = node(winding.bus, winding.coils[c].plus), m = node(winding.bus, winding.coils[c].minus);
                const int i = first + static_cast<int>(w);
                couple(p, i, 1.0);
                couple(m, i, -1.0);
                a_(first, i) = turns / first_turns;
                iron(a_, t, w, p, m, coil_va);
                for (std::size_t other = 1; other < t.windings.size(); ++other) {
                    const int row = first + static_cast<int>(other);
                    const double sign = w == 0 ? 1.0 : w == other ? -1.0 : 0.0;
                    enter(row, p, sign * first_turns / turns);
                    enter(row, m, -sign * first_turns / turns);
                    if (w > 0) a_(row, i) += mesh(t, other, w) / coil_va * turns * first_turns;
                }
            }
        }
    }

    /// Impedance of the mesh from the first winding to `a`, and what it shares with that to `b`; in pu.
    static Complex mesh(const TransformerRow& t, std::size_t a, std::size_t b) {
        const double r = t.windings.front().resistance;
        if (a == b) return {r + t.windings[a].resistance, t.reactance[a - 1]};
        return {r, 0.5 * (t.reactance[0] + t.reactance[1] - t.reactance[2])};
    }

    static void iron(Eigen::MatrixXcd& a, const TransformerRow& t, std::size_t w, int p, int m, double coil_va) {
        const WindingRow& winding = t.windings[w];
        const double turns = winding.rated.value() * winding.tap;
        const double stray = t.stray * coil_va / (winding.rated.value() * winding.rated.value());
        admittance(a, p, -1, {0.0, -stray});
        admittance(a, m, -1, {0.0, -stray});
        if (w == 1) admittance(a, p, m, Complex(t.no_load_loss, -t.magnetising_current) * coil_va / (turns * turns));
    }

    void shunt(const ShuntRow& s) {
        const double part = 1000.0 / static_cast<double>(s.terminals.size()) * s.steps_on / s.steps;
        for (const Terminals& t : s.terminals) {
            const double volts = rated_across(bus(s.bus), t, s.rated.value());
            admittance(a_, node(s.bus, t.plus), node(s.bus, t.minus),
                       Complex(s.p.value(), -s.q.value()) * part / (volts * volts));
        }
    }

    void hold(const SourceRow& s) {
        const BusRow& at = bus(s.bus);
        const auto n = static_cast<int>(at.conductors.size());
        const int first = next_;
        for (int i = 0; i < n; ++i) {
            const auto k = static_cast<std::size_t>(i);
            const int at_bus = node(s.bus, at.conductors[k]);
            couple(at_bus, first + i, -1.0);
            enter(first + i, at_bus, 1.0);
            for (int j = 0; j < n && !s.series_ohm.empty(); ++j)
                a_(first + i, first + j) += s.series_ohm[static_cast<std::size_t>(i * n + j)];
            rhs_(first + i) = s.voltages.empty() ? base(at) * s.voltage.value() * turned(at.conductors[k], s.angle.value())
                                                 : base(at) * s.voltages[k].value() * turned(Conductor::a, s.angles[k].value());
        }
        next_ += n;
    }
    static Complex turned(Conductor wire, double degrees) {
        if (wire == Conductor::n) return 0.0;
        const double turn = wire == Conductor::b ? -120.0 : wire == Conductor::c ? 120.0 : wire == Conductor::s2 ? 180.0 : 0.0;
        return std::polar(1.0, (degrees + turn) * std::numbers::pi / 180.0);
    }

    void add_load(const LoadRow& row) {
        for (const Terminals& t : row.terminals)
            loads_.push_back(
                {&row, node(row.bus, t.plus), node(row.bus, t.minus), rated_across(bus(row.bus), t, row.rated.value())});
    }

    const FeederDescription& d_;
    std::map<std::string, const BusRow*> rows_;
    std::map<std::pair<std::string, Conductor>, int> node_;
    std::map<std::string, int> first_;  ///< unknown of the first current of a branch or transformer
    std::vector<ReferenceLoad> loads_;
    int nodes_ = 0;
    int unknowns_ = 0;
    int next_ = 0;
    Eigen::MatrixXcd a_, with_loads_;
    Eigen::VectorXcd rhs_;
    Eigen::PartialPivLU<Eigen::MatrixXcd> lu_;
};

}  // namespace evsweep::testing
