/// Small linear programmes solved by looking at every vertex, and at every way to make their choices.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "models/solvers/linear_program/linear_program.hpp"

namespace evsweep::test {

/// One plane a'x = b that a vertex may lie on.
struct Plane {
    std::vector<double> a;
    double b = 0.0;
};

/// Solves a square system by elimination with pivots; none where it is singular.
inline std::optional<std::vector<double>> solve_square(std::vector<std::vector<double>> m, std::vector<double> b) {
    const std::size_t n = b.size();
    for (std::size_t k = 0; k < n; ++k) {
        std::size_t pivot = k;
        for (std::size_t r = k; r < n; ++r)
            if (std::abs(m[r][k]) > std::abs(m[pivot][k])) pivot = r;
        if (std::abs(m[pivot][k]) < 1e-9) return std::nullopt;
        std::swap(m[k], m[pivot]), std::swap(b[k], b[pivot]);
        for (std::size_t r = 0; r < n; ++r) {
            if (r == k) continue;
            const double f = m[r][k] / m[k][k];
            for (std::size_t c = k; c < n; ++c) m[r][c] -= f * m[k][c];
            b[r] -= f * b[k];
        }
    }
    for (std::size_t k = 0; k < n; ++k) b[k] /= m[k][k];
    return b;
}

/// A copy of a programme that can be changed by hand.
struct PlainProgram {
    std::vector<double> cost;
    std::vector<LinearRange> columns, rows;
    std::vector<std::vector<double>> a;  ///< [row][column]

    explicit PlainProgram(const LinearProgram& program)
        : cost(program.cost().begin(), program.cost().end()),
          columns(program.column_ranges().begin(), program.column_ranges().end()),
          rows(program.row_ranges().begin(), program.row_ranges().end()),
          a(program.rows(), std::vector<double>(program.columns(), 0.0)) {
        for (std::size_t r = 0; r < rows.size(); ++r)
            for (const LinearTerm& term : program.terms_of(r)) a[r][term.column] = term.value;
    }

    [[nodiscard]] std::vector<Plane> planes() const {
        std::vector<Plane> list;
        const auto add = [&list](const std::vector<double>& normal, double end) {
            if (std::isfinite(end)) list.push_back({normal, end});
        };
        for (std::size_t r = 0; r < rows.size(); ++r) {
            add(a[r], rows[r].lowest);
            if (rows[r].highest != rows[r].lowest) add(a[r], rows[r].highest);
        }
        for (std::size_t c = 0; c < columns.size(); ++c) {
            std::vector<double> unit(columns.size(), 0.0);
            unit[c] = 1.0;
            add(unit, columns[c].lowest);
            if (columns[c].highest != columns[c].lowest) add(unit, columns[c].highest);
        }
        return list;
    }

    [[nodiscard]] bool keeps(const std::vector<double>& x) const {
        constexpr double tolerance = 1e-7;
        for (std::size_t c = 0; c < x.size(); ++c)
            if (x[c] < columns[c].lowest - tolerance || x[c] > columns[c].highest + tolerance) return false;
        for (std::size_t r = 0; r < rows.size(); ++r) {
            double sum = 0.0;
            for (std::size_t c = 0; c < x.size(); ++c) sum += a[r][c] * x[c];
            if (sum < rows[r].lowest - tolerance || sum > rows[r].highest + tolerance) return false;
        }
        return true;
    }
};

/// The least cost over all vertices; none where there is no feasible one. For programmes that are bounded in every direction.
inline std::optional<double> least_at_vertices(const PlainProgram& program) {
    const auto planes = program.planes();
    const std::size_t n = program.cost.size();
    std::optional<double> least;
    std::vector<std::size_t> chosen;
    const auto look = [&](const auto& self, std::size_t from) -> void {
        if (chosen.size() < n) {
            for (std::size_t k = from; k < planes.size(); ++k) {
                chosen.push_back(k);
                self(self, k + 1);
                chosen.pop_back();
            }
            return;
        }
        std::vector<std::vector<double>> m;
        std::vector<double> b;
        for (const std::size_t k : chosen) m.push_back(planes[k].a), b.push_back(planes[k].b);
        const auto x = solve_square(m, b);
        if (!x || !program.keeps(*x)) return;
        double cost = 0.0;
        for (std::size_t c = 0; c < n; ++c) cost += program.cost[c] * (*x)[c];
        if (!least || cost < *least) least = cost;
    };
    look(look, 0);
    return least;
}

/// The same with all choices made in every possible way.
inline std::optional<double> least_over_choices(const LinearProgram& program) {
    const std::size_t binaries = program.binaries().size(), pairs = program.exclusions().size();
    std::optional<double> least;
    for (std::size_t way = 0; way < std::size_t{1} << (binaries + pairs); ++way) {
        PlainProgram plain(program);
        for (std::size_t k = 0; k < binaries; ++k) {
            const double value = (way >> k) & 1 ? 1.0 : 0.0;
            plain.columns[program.binaries()[k]] = {value, value};
        }
        for (std::size_t k = 0; k < pairs; ++k) {
            const auto& [a, b] = program.exclusions()[k];
            plain.columns[(way >> (binaries + k)) & 1 ? a : b].highest = 0.0;
        }
        const auto here = least_at_vertices(plain);
        if (here && (!least || *here < *least)) least = here;
    }
    return least;
}

}  // namespace evsweep::test
