#include "sim/network/unbalance.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
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
    const FeederBranch& row = flow.feeder().branch(branch);
    const BusId bus = end == End::from ? row.from : row.to;
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

UnbalanceReader::UnbalanceReader(const Feeder& feeder) {
    const FeederSite& site = feeder.site();
    for (std::size_t bus = 0; bus < feeder.buses(); ++bus) {
        const auto at = three_phases(feeder, BusId(bus));
        if (!at) continue;
        const auto place = [&](std::size_t phase) { return static_cast<std::uint32_t>((*at)[phase]); };
        three_phases_.push_back({static_cast<std::uint32_t>(bus), place(0), place(1), place(2)});
    }
    for (std::size_t b = 0; b < feeder.branches(); ++b) {
        const auto wires = conductors_of(site, BusId(b + 1));
        const auto neutral = std::find(wires.begin(), wires.end(), Conductor::n);
        const auto first = static_cast<std::uint32_t>(site.first_conductor[b + 1]);
        if (neutral != wires.end())
            returning_.push_back({first + static_cast<std::uint32_t>(neutral - wires.begin()), 1});
        else
            returning_.push_back({first, static_cast<std::uint32_t>(wires.size())});
    }
}

/// |V2|/|V1| of `iec_unbalance` written out in parts, for |3 V1| and |3 V2| share their terms.
void UnbalanceReader::fill_unbalance(const LoadFlow& flow, std::span<double> by_bus) const {
    constexpr double s = std::numbers::sqrt3 / 2.0;
    std::fill(by_bus.begin(), by_bus.end(), std::numeric_limits<double>::quiet_NaN());
    const double* re = flow.all().v_re.data();
    const double* im = flow.all().v_im.data();
    for (const ThreePhases& at : three_phases_) {
        const double common_re = re[at.a] - 0.5 * (re[at.b] + re[at.c]);
        const double common_im = im[at.a] - 0.5 * (im[at.b] + im[at.c]);
        const double turned_re = s * (im[at.b] - im[at.c]);
        const double turned_im = s * (re[at.b] - re[at.c]);
        const double positive_re = common_re - turned_re, positive_im = common_im + turned_im;
        const double negative_re = common_re + turned_re, negative_im = common_im - turned_im;
        by_bus[at.bus] = std::sqrt((negative_re * negative_re + negative_im * negative_im) /
                                   (positive_re * positive_re + positive_im * positive_im));
    }
}

void UnbalanceReader::fill_neutral_currents(const LoadFlow& flow, std::span<double> by_branch) const {
    const LoadFlow::FedCurrents fed = flow.fed_currents();
    for (std::size_t b = 0; b < by_branch.size(); ++b) {
        double re = 0.0;
        double im = 0.0;
        for (std::uint32_t c = returning_[b].first; c < returning_[b].first + returning_[b].count; ++c) {
            re += fed.re[c] * flow.amperes_per_unit()[c];
            im += fed.im[c] * flow.amperes_per_unit()[c];
        }
        by_branch[b] = std::sqrt(re * re + im * im);
    }
}

}  // namespace evsweep
