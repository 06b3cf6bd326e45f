// Capacitors and reactors of the description.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "feeder_formats/opendss/rows.hpp"

namespace evsweep::opendss {
namespace {

using Complex = std::complex<double>;

/// The pairs of nodes that a shunt stands between.
template <class T>
std::vector<CoilNodes> pairs_of(const Placed<T>& placed) {
    const auto& nodes = placed.ends.front().nodes;
    std::vector<CoilNodes> pairs;
    for (std::size_t k = 0; k < static_cast<std::size_t>(placed.element->phases); ++k) {
        int minus = 0;
        if (placed.element->delta)
            minus = nodes[(k + 1) % nodes.size()];
        else if (placed.ends.size() > 1)
            minus = placed.ends[1].nodes[k];
        pairs.push_back({nodes[k], minus});
    }
    return pairs;
}

/// Admittance of one phase of one step, from capacitance and what stands in series with it.
Complex admittance_of(const Capacitor& c, double volts, double frequency) {
    const double omega = 2.0 * std::numbers::pi * frequency;
    const auto first = [](const std::vector<double>& list) { return list.empty() ? 0.0 : list.front(); };
    double siemens = c.by_kvar ? first(c.kvar) * 1000.0 / c.phases / (volts * volts) : omega * first(c.micro_farad) * 1e-6;
    if (siemens == 0.0) return 0.0;
    double r = first(c.r);
    double x = first(c.xl);
    if (c.harmonic > 0.0) x = 1.0 / siemens / (c.harmonic * c.harmonic);
    if (r == 0.0 && x != 0.0) r = std::abs(x) / 1000.0;  // as OpenDSS has it
    return 1.0 / Complex(r, x - 1.0 / siemens);
}

bool is_even(const std::vector<double>& list) {
    return std::all_of(list.begin(), list.end(), [&](double x) { return std::abs(x - list.front()) <= 1e-9 * std::abs(x); });
}

}  // namespace

void Rows::add_capacitors() {
    for (const auto& placed : plan_.capacitors) {
        const Capacitor& c = *placed.element;
        if (!network_.reaches(placed.ends.front()) || !placed.closed) continue;
        ShuntRow row;
        row.id = "capacitor." + c.name;
        row.at = c.at;
        row.bus = placed.ends.front().bus;
        row.terminals.clear();
        if (is_series(placed)) {
            reader_.error(c.at, row.id, "stands in series between two buses, which is not supported",
                          "make it a line of negative x");
            continue;
        }
        if (!is_even(c.kvar) || (!c.by_kvar && !is_even(c.micro_farad)))
            reader_.error(c.at, row.id, "has steps of different size, which is not supported", "make it several capacitors");
        for (const CoilNodes& pair : pairs_of(placed)) row.terminals.push_back(terminals(row.bus, pair.plus, pair.minus));
        const double volts = volts_across(c.kv, c.phases, c.delta);
        if (!(volts > 0.0)) reader_.error(c.at, row.id, "its kV is not positive", "give its rated voltage");
        row.rated = Volts(volts);
        row.steps = c.steps;
        row.steps_on = static_cast<int>(std::count_if(c.states.begin(), c.states.end(), [](double s) { return s != 0.0; }));
        row.steps_on = std::min(row.steps_on, row.steps);
        const Complex all = admittance_of(c, volts, circuit_.frequency) * static_cast<double>(c.phases * c.steps);
        row.p = Kilowatts(all.real() * volts * volts / 1000.0);
        row.q = Kilovars(-all.imag() * volts * volts / 1000.0);
        feeder_.shunts.push_back(std::move(row));
    }
}

std::vector<Complex> impedance_of(const Reactor& reactor, const std::string& path, PropertyReader& reader) {
    const auto n = static_cast<std::size_t>(reactor.phases);
    std::vector<Complex> z(n * n);
    if (reactor.given == Reactor::Given::matrix) {
        if (reactor.parallel)
            reader.error(reactor.at, path, "has parallel matrices, which are not supported", "give series values");
        for (std::size_t i = 0; i < n * n; ++i)
            z[i] = {i < reactor.r_matrix.size() ? reactor.r_matrix[i] : 0.0,
                    i < reactor.x_matrix.size() ? reactor.x_matrix[i] : 0.0};
        return z;
    }
    if (reactor.given == Reactor::Given::sequence) {
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j)
                z[i * n + j] = (i == j ? 2.0 * reactor.z1 + reactor.z0 : reactor.z0 - reactor.z1) / 3.0;
        if (n == 1) z[0] = reactor.z1;
        return z;
    }
    Complex one(reactor.r, reactor.x);
    if (reactor.given == Reactor::Given::kvar) {
        const double volts = volts_across(reactor.kv, reactor.phases, reactor.delta);
        one.imag(volts * volts / 1000.0 / (reactor.kvar / reactor.phases));
    }
    if (reactor.parallel) one = 1.0 / (1.0 / Complex(reactor.r, 0.0) + 1.0 / Complex(0.0, one.imag()));
    if (reactor.rp != 0.0) one = 1.0 / (1.0 / one + 1.0 / reactor.rp);
    for (std::size_t i = 0; i < n; ++i) z[i * (n + 1)] = one;
    return z;
}

void Rows::add_reactors() {
    for (const auto& placed : plan_.reactors) {
        const Reactor& reactor = *placed.element;
        if (is_series(placed)) {
            add_reactor_branch(placed);
            continue;
        }
        if (!network_.reaches(placed.ends.front()) || !placed.closed) continue;
        ShuntRow row;
        row.id = "reactor." + reactor.name;
        row.at = reactor.at;
        row.bus = placed.ends.front().bus;
        row.terminals.clear();
        for (const CoilNodes& pair : pairs_of(placed)) row.terminals.push_back(terminals(row.bus, pair.plus, pair.minus));
        const double volts = volts_across(reactor.kv, reactor.phases, reactor.delta);
        if (!(volts > 0.0)) reader_.error(reactor.at, row.id, "its kV is not positive", "give its rated voltage");
        const auto z = impedance_of(reactor, row.id, reader_);
        const auto n = static_cast<std::size_t>(reactor.phases);
        for (std::size_t i = 1; i < z.size(); ++i)
            if (i % (n + 1) != 0 && z[i] != 0.0) {
                reader_.error(reactor.at, row.id, "has phases that are coupled, which is not supported for a shunt");
                break;
            }
        const Complex drawn = volts * volts / std::conj(z.front()) / 1000.0 * static_cast<double>(reactor.phases);
        row.rated = Volts(volts);
        row.p = Kilowatts(drawn.real());
        row.q = Kilovars(drawn.imag());
        feeder_.shunts.push_back(std::move(row));
    }
}

void Rows::add_reactor_branch(const Placed<Reactor>& placed) {
    const Reactor& reactor = *placed.element;
    if (!network_.reaches(placed.ends[0]) || !network_.reaches(placed.ends[1])) return;
    BranchRow row;
    row.id = "reactor." + reactor.name;
    row.at = reactor.at;
    row.from = placed.ends[0].bus;
    row.to = placed.ends[1].bus;
    row.conductors = conductors(placed.ends[0], reactor.at, row.id);
    row.to_conductors = conductors(placed.ends[1], reactor.at, row.id);
    if (row.to_conductors == row.conductors) row.to_conductors.clear();
    row.series_ohm = impedance_of(reactor, row.id, reader_);
    const bool ideal = std::all_of(row.series_ohm.begin(), row.series_ohm.end(), [](Complex z) { return z == 0.0; });
    if (ideal) row.kind = BranchKind::switch_;
    row.closed = placed.closed;
    feeder_.branches.push_back(std::move(row));
}

}  // namespace evsweep::opendss
