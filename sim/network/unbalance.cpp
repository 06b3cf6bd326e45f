#include "sim/network/unbalance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

namespace evsweep {

namespace {

using Complex = std::complex<double>;

// exp(j 120 degrees)
const Complex turn{-0.5, 0.5 * std::sqrt(3.0)};
const Complex back = std::conj(turn);

}  // namespace

Sequences sequences_of(const std::array<Complex, 3>& phase) {
    const auto& [a, b, c] = phase;
    return {(a + b + c) / 3.0, (a + turn * b + back * c) / 3.0, (a + back * b + turn * c) / 3.0};
}

double iec_unbalance(const std::array<Complex, 3>& to_earth) {
    const auto& [a, b, c] = to_earth;
    return std::sqrt(std::norm(a + back * b + turn * c) / std::norm(a + turn * b + back * c));
}

double nema_unbalance(const std::array<Complex, 3>& to_earth) {
    const auto& [a, b, c] = to_earth;
    const std::array<double, 3> line{std::abs(a - b), std::abs(b - c), std::abs(c - a)};
    const double mean = (line[0] + line[1] + line[2]) / 3.0;
    double largest = 0.0;
    for (const double v : line) largest = std::max(largest, std::abs(v - mean));
    return largest / mean;
}

std::optional<std::array<std::size_t, 3>> three_phases(const Feeder& feeder, BusId bus) {
    const FeederSite& site = feeder.site();
    std::array<std::size_t, 3> places{};
    unsigned found = 0;
    for (std::size_t i = site.first_conductor[bus.index()]; i < site.first_conductor[bus.index() + 1]; ++i) {
        const Conductor c = site.conductor[i];
        if (c != Conductor::a && c != Conductor::b && c != Conductor::c) continue;
        places[static_cast<std::size_t>(c) - static_cast<std::size_t>(Conductor::a)] = i;
        ++found;
    }
    return found == 3 ? std::optional(places) : std::nullopt;
}

std::optional<std::array<Complex, 3>> phase_voltages(const LoadFlow& flow, BusId bus) {
    const auto at = three_phases(flow.feeder(), bus);
    if (!at) return std::nullopt;
    return std::array<Complex, 3>{flow.voltage((*at)[0]), flow.voltage((*at)[1]), flow.voltage((*at)[2])};
}

Complex return_current(std::span<const Conductor> conductors, std::span<const Complex> currents) {
    Complex sum = 0.0;
    for (std::size_t i = 0; i < conductors.size(); ++i) {
        if (conductors[i] == Conductor::n) return currents[i];
        sum += currents[i];
    }
    return sum;
}

BranchReturn branch_return(const LoadFlow& flow, BranchId branch, End end) {
    const FeederBranch& told = flow.feeder().branch(branch);
    const BusId bus = end == End::from ? told.from : told.to;
    const auto wires = conductors_of(flow.feeder().site(), bus);
    const std::vector<Complex> currents = flow.end_currents(branch, end);
    BranchReturn found{return_current(wires, currents), {}};
    if (const auto at = three_phases(flow.feeder(), bus)) {
        const std::size_t first = flow.feeder().site().first_conductor[bus.index()];
        found.zero_a = 0.0;
        for (const std::size_t c : *at) *found.zero_a += currents[c - first] / 3.0;
    }
    return found;
}

std::vector<LineVoltage> line_voltages(const LoadFlow& flow) {
    using enum Conductor;
    const Feeder& feeder = flow.feeder();
    std::vector<LineVoltage> lines;
    for (std::size_t bus = 0; bus < feeder.buses(); ++bus) {
        for (const auto& [plus, minus] : {std::pair(a, b), std::pair(b, c), std::pair(c, a), std::pair(s1, s2)}) {
            const auto p = feeder.find_conductor(BusId(bus), plus);
            const auto m = feeder.find_conductor(BusId(bus), minus);
            if (!p || !m) continue;
            const double width = plus == s1 ? 2.0 : std::sqrt(3.0);
            const Complex between = (flow.voltage(p->index()) - flow.voltage(m->index())) / width;
            lines.push_back({BusId(bus), plus, minus, between, feeder.site().base_v[p->index()] * width});
        }
    }
    return lines;
}

std::span<const Conductor> conductors_of(const FeederSite& site, BusId bus) {
    const std::size_t first = site.first_conductor[bus.index()];
    return std::span(site.conductor).subspan(first, site.first_conductor[bus.index() + 1] - first);
}

void fill_unbalance(const LoadFlow& flow, std::span<double> by_bus) {
    for (std::size_t bus = 0; bus < by_bus.size(); ++bus) {
        const auto voltages = phase_voltages(flow, BusId(bus));
        by_bus[bus] = voltages ? iec_unbalance(*voltages) : std::numeric_limits<double>::quiet_NaN();
    }
}

void fill_neutral_currents(const LoadFlow& flow, std::span<double> by_branch) {
    const FeederSite& site = flow.feeder().site();
    std::array<Complex, 8> currents;  // a bus has six conductors at most
    for (std::size_t b = 0; b < by_branch.size(); ++b) {
        const auto wires = conductors_of(site, BusId(b + 1));
        for (std::size_t i = 0; i < wires.size(); ++i) currents[i] = flow.fed_current(site.first_conductor[b + 1] + i);
        by_branch[b] = std::abs(return_current(wires, currents));
    }
}

}  // namespace evsweep
