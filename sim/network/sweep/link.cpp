#include "sim/network/sweep/link.hpp"

#include <Eigen/LU>
#include <Eigen/QR>

namespace evsweep {
namespace {

using Index = Eigen::Index;
using Complex = std::complex<double>;

/// Rows that add a coil's voltage, in units of its rated voltage and tap.
void add_coil(Block& rows, Index row, const CoilEnds& ends, double turns) {
    if (ends.plus >= 0) rows(row, ends.plus) += 1.0 / turns;
    if (ends.minus >= 0) rows(row, ends.minus) -= 1.0 / turns;
}

/// All coils under one another.
CoilEquations stacked(std::span<const CoilEquations> coils, Index rows) {
    CoilEquations all;
    all.m.setZero(rows, coils.front().m.cols());
    all.n.setZero(rows, coils.front().n.cols());
    all.z.setZero(rows, rows);
    Index at = 0;
    for (const CoilEquations& part : coils) {
        const Index r = part.m.rows();
        all.m.middleRows(at, r) = part.m;
        all.n.middleRows(at, r) = part.n;
        all.z.block(at, at, r, r) = part.z;
        at += r;
    }
    return all;
}

/// Where M can be inverted: V_k = A V_p - Z J_k with J_k = y V_k + I_k. Stable for any Z, also none.
bool fold_voltages(const CoilEquations& all, const Block& y, FoldedLink& folded) {
    Block a = all.n;
    Block z = all.z;
    if (!is_identity(all.m)) {
        const Eigen::FullPivLU<Block> lu(all.m);
        if (!lu.isInvertible()) return false;
        const Block inverse = lu.inverse();
        a = inverse * all.n;
        z = inverse * all.z * inverse.transpose();
    }
    if (y.isZero(0.0)) {
        folded.t = a;
        folded.w = z;
        folded.s.setZero(a.cols(), a.cols());
        return true;
    }
    const Block zy = z * y;
    const Block d = (Block::Identity(y.rows(), y.rows()) + zy).eval().partialPivLu().inverse();
    folded.t = d * a;
    folded.w = d * z;
    folded.s = a.transpose() * y * folded.t;
    return true;
}

/// Elsewhere (delta secondaries, branches in parallel): coil currents and voltages together, [Z M; M^T -y] (j, V_k) = (N V_p,
/// I_k). Admittances of the coils, summed, would hide a stray admittance behind their rounding.
FoldError fold_currents(std::span<const CoilEquations> coils, Index rows, const Block& y, FoldedLink& folded) {
    const Index n = coils.front().m.cols();
    const Index above = coils.front().n.cols();
    Eigen::MatrixXcd whole = Eigen::MatrixXcd::Zero(rows + n, rows + n);
    Eigen::MatrixXcd given = Eigen::MatrixXcd::Zero(rows + n, above + n);
    Index at = 0;
    for (const CoilEquations& part : coils) {
        const Index r = part.m.rows();
        whole.block(at, at, r, r) = part.z;
        whole.block(at, rows, r, n) = part.m;
        whole.block(rows, at, n, r) = part.m.transpose();
        given.block(at, 0, r, above) = part.n;
        at += r;
    }
    whole.bottomRightCorner(n, n) = -y;
    given.bottomRightCorner(n, n).setIdentity();
    Eigen::FullPivLU<Eigen::MatrixXcd> lu(whole);
    lu.setThreshold(1e-15);
    if (!lu.isInvertible()) {
        const Eigen::MatrixXcd undetermined = lu.kernel();
        return undetermined.bottomRows(n).norm() > 1e-6 * undetermined.topRows(rows).norm() ? FoldError::floating
                                                                                            : FoldError::shorted;
    }
    const Eigen::MatrixXcd found = lu.solve(given);
    folded.t = found.block(rows, 0, n, above);
    folded.w = -found.block(rows, above, n, n);
    folded.s = given.topLeftCorner(rows, above).transpose() * found.topLeftCorner(rows, above);
    return FoldError::none;
}

}  // namespace

bool is_identity(const Block& m) { return m.rows() == m.cols() && m == Block::Identity(m.rows(), m.cols()); }

void add_between(Block& shunt, const CoilEnds& ends, Complex y) {
    if (ends.plus >= 0) shunt(ends.plus, ends.plus) += y;
    if (ends.minus >= 0) shunt(ends.minus, ends.minus) += y;
    if (ends.plus < 0 || ends.minus < 0) return;
    shunt(ends.plus, ends.minus) -= y;
    shunt(ends.minus, ends.plus) -= y;
}

CoilEquations equations_of(const LinkTransformer& transformer, std::span<const double> tap) {
    const auto& windings = transformer.windings;
    const auto child = static_cast<Index>(transformer.child_conductors);
    const auto parent = static_cast<Index>(transformer.parent_conductors);
    const auto others = static_cast<Index>(windings.size()) - 1;
    const auto cores = static_cast<Index>(windings.front().coils.size());
    CoilEquations e;
    e.m.setZero(cores * others, child);
    e.n.setZero(cores * others, parent);
    e.z.setZero(cores * others, cores * others);
    e.shunt_child.setZero(child, child);
    e.shunt_parent.setZero(parent, parent);
    // u_1 - u_w = Z j: what stands at the child goes to the left-hand side, what stands at the parent to the right.
    const auto add = [&](Index row, const LinkWinding& w, std::size_t core, double sign) {
        add_coil(w.at_child ? e.m : e.n, row, w.coils[core], (w.at_child ? -sign : sign) * w.rated_pu * tap[w.tap]);
    };
    for (Index core = 0; core < cores; ++core) {
        const auto c = static_cast<std::size_t>(core);
        for (Index other = 0; other < others; ++other) {
            const Index row = core * others + other;
            add(row, windings.front(), c, 1.0);
            add(row, windings[static_cast<std::size_t>(other) + 1], c, -1.0);
        }
        e.z.block(core * others, core * others, others, others) = transformer.leakage;
        const LinkWinding& second = windings[1];
        const double turns = second.rated_pu * tap[second.tap];
        add_between(second.at_child ? e.shunt_child : e.shunt_parent, second.coils[c], transformer.magnetising / (turns * turns));
        for (const LinkWinding& w : windings) {
            if (!w.has_stray) continue;
            const Complex y(0.0, -transformer.stray / (w.rated_pu * w.rated_pu));
            for (const int end : {w.coils[c].plus, w.coils[c].minus})
                if (end >= 0) (w.at_child ? e.shunt_child : e.shunt_parent)(end, end) += y;
        }
    }
    return e;
}

Eigen::VectorXcd coil_currents(std::span<const CoilEquations> coils, std::size_t which, const BlockVector& down,
                               const BlockVector& v_child, const BlockVector& v_parent) {
    Index rows = 0;
    Index first = 0;
    for (std::size_t part = 0; part < coils.size(); ++part) {
        if (part == which) first = rows;
        rows += coils[part].m.rows();
    }
    const CoilEquations& mine = coils[which];
    if (rows == mine.m.cols()) {  // J = M^T j holds the currents alone
        const Eigen::FullPivLU<Block> lu(stacked(coils, rows).m.transpose());
        if (lu.isInvertible()) return Eigen::VectorXcd(lu.solve(down)).segment(first, mine.m.rows());
    }
    const Eigen::FullPivLU<Block> alone(mine.z);
    if (alone.isInvertible()) return alone.solve(BlockVector(mine.n * v_parent - mine.m * v_child));
    // An ideal part takes what the others leave.
    Eigen::MatrixXcd whole = Eigen::MatrixXcd::Zero(rows + down.size(), rows);
    Eigen::VectorXcd given(rows + down.size());
    Index at = 0;
    for (const CoilEquations& part : coils) {
        const Index r = part.m.rows();
        whole.block(at, at, r, r) = part.z;
        whole.block(rows, at, down.size(), r) = part.m.transpose();
        given.segment(at, r) = part.n * v_parent - part.m * v_child;
        at += r;
    }
    given.tail(down.size()) = down;
    return Eigen::VectorXcd(whole.colPivHouseholderQr().solve(given)).segment(first, mine.m.rows());
}

FoldError fold(std::span<const CoilEquations> coils, const Block& y, FoldedLink& folded) {
    Block total = y;
    Index rows = 0;
    for (const CoilEquations& part : coils) {
        if (part.shunt_child.size() > 0) total += part.shunt_child;
        rows += part.m.rows();
    }
    FoldError error = FoldError::none;
    const bool square = rows == coils.front().m.cols();
    if (!square || !fold_voltages(stacked(coils, rows), total, folded)) error = fold_currents(coils, rows, total, folded);
    if (error != FoldError::none) return error;
    for (const CoilEquations& part : coils)
        if (part.shunt_parent.size() > 0) folded.s += part.shunt_parent;
    return error;
}

}  // namespace evsweep
