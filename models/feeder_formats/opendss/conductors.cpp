// With I = Y V at both ends of a line, sums and differences of the ends part: (Y_shunt / 2) and (2 Y_series + Y_shunt / 2).
// A conductor without current at its ends has none in either, so Kron's reduction of both takes it away and leaves a line.
#include "feeder_formats/opendss/conductors.hpp"

#include <algorithm>

namespace evsweep::opendss {
namespace {

using Complex = std::complex<double>;

bool is_zero(const ComplexMatrix& a) {
    return std::all_of(a.begin(), a.end(), [](Complex x) { return x == 0.0; });
}

/// a_gh = sum of a_ij over all i of group g and j of group h.
ComplexMatrix summed(const ComplexMatrix& a, const std::vector<std::size_t>& group, std::size_t groups) {
    ComplexMatrix sums(a.empty() ? 0 : groups * groups);
    for (std::size_t at = 0; at < a.size(); ++at) sums[group[at / group.size()] * groups + group[at % group.size()]] += a[at];
    return sums;
}

/// a x + b y, where an empty matrix is zero.
ComplexMatrix combined(double a, const ComplexMatrix& x, double b, const ComplexMatrix& y) {
    ComplexMatrix sum(std::max(x.size(), y.size()));
    for (std::size_t i = 0; i < x.size(); ++i) sum[i] += a * x[i];
    for (std::size_t i = 0; i < y.size(); ++i) sum[i] += b * y[i];
    return sum;
}

/// Kron's reduction of row `k` of admittances; one that is coupled to nothing has no part in the others.
ComplexMatrix without_current(const ComplexMatrix& y, std::size_t order, std::size_t k) {
    constexpr double rounding = 1e-12;
    double largest = 0.0;
    double coupled = 0.0;
    for (const Complex x : y) largest = std::max(largest, std::abs(x));
    for (std::size_t j = 0; j < order; ++j) coupled = std::max(coupled, std::abs(y[k * order + j]));
    return coupled <= rounding * largest ? without_row(y, order, k) : kron_reduced(y, order, k);
}

}  // namespace

CoupledConductors joined_parallel(const CoupledConductors& all) {
    CoupledConductors joined;
    std::vector<std::size_t> group;
    for (std::size_t i = 0; i < all.from.size(); ++i) {
        std::size_t g = 0;
        while (g < joined.from.size() && !(joined.from[g] == all.from[i] && joined.to[g] == all.to[i])) ++g;
        if (g == joined.from.size()) joined.from.push_back(all.from[i]), joined.to.push_back(all.to[i]);
        group.push_back(g);
    }
    const std::size_t groups = joined.from.size();
    if (groups == group.size()) return all;
    joined.y = summed(all.y, group, groups);
    joined.z.resize(groups * groups);
    if (!is_zero(all.z)) joined.z = inverse(summed(inverse(all.z, group.size()), group, groups), groups);
    return joined;
}

CoupledConductors without_floating(const CoupledConductors& all, const std::vector<bool>& floats) {
    CoupledConductors rest = all;
    const bool is_ideal = is_zero(all.z);
    std::size_t order = all.from.size();
    ComplexMatrix sums = combined(0.5, all.y, 0.0, {});
    ComplexMatrix differences = is_ideal ? all.z : combined(2.0, inverse(all.z, order), 0.5, all.y);
    for (std::size_t k = order; k-- > 0;) {
        if (!floats[k]) continue;
        if (!sums.empty()) sums = without_current(sums, order, k);
        differences = without_current(differences, order, k);
        rest.from.erase(rest.from.begin() + static_cast<std::ptrdiff_t>(k));
        rest.to.erase(rest.to.begin() + static_cast<std::ptrdiff_t>(k));
        --order;
    }
    if (order == all.from.size()) return all;
    rest.y = combined(2.0, sums, 0.0, {});
    rest.z = is_ideal ? differences : inverse(combined(0.5, differences, -0.5, sums), order);
    return rest;
}

}  // namespace evsweep::opendss
