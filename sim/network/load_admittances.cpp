#include "sim/network/load_admittances.hpp"

#include <algorithm>
#include <complex>
#include <utility>

#include "sim/network/network_model.hpp"

namespace evsweep {
namespace {

/// All places where power may be drawn, as ports of the feeder in the order of the columns of power.
std::vector<Port> ports_of(const SweptNetwork& swept) {
    const auto earth = static_cast<std::uint32_t>(swept.feeder().conductors());
    std::vector<Port> ports;
    for (const std::uint32_t c : swept.places().conductors) ports.push_back({c, earth, 1.0, 0});
    const auto load_ports = swept.feeder().load_ports();
    ports.insert(ports.end(), load_ports.begin(), load_ports.end());
    const auto& extra = swept.places().extra;
    ports.insert(ports.end(), extra.begin(), extra.end());
    return ports;
}

/// The model with a shunt for what is drawn at each port, in one step that is on.
NetworkModel with_shunts(const Feeder& feeder, std::span<const Port> ports, std::span<const double> p,
                         std::span<const double> q) {
    NetworkModel model = feeder.model();
    std::vector<Block> y(model.buses());
    for (std::size_t k = 0; k < ports.size(); ++k) {
        if (p[k] == 0.0 && q[k] == 0.0) continue;
        const auto& [plus, minus, rated, law] = ports[k];
        const std::uint32_t bus = feeder.site().bus_of_conductor[std::min(plus, minus)];  // the earth has the highest number
        const auto place = [&](std::uint32_t c) {
            return c < feeder.conductors() ? static_cast<int>(c - model.first_conductor[bus]) : -1;
        };
        const auto n = static_cast<Eigen::Index>(model.conductors_of(bus));
        if (y[bus].size() == 0) y[bus].setZero(n, n);
        add_between(y[bus], {place(plus), place(minus)}, std::complex<double>(p[k], -q[k]) / (rated * rated));
    }
    for (std::uint32_t bus = 0; bus < y.size(); ++bus) {
        if (y[bus].size() == 0) continue;
        model.shunts_at[bus].push_back(static_cast<std::uint32_t>(model.shunts.size()));
        model.shunts.push_back({bus, y[bus], 1});
    }
    return model;
}

/// What loads draw beyond their admittances: their own ports, and for each of them one that gives the admittance's power back.
struct Correction {
    std::vector<Port> ports;
    std::vector<LoadLaw> laws;
    AlignedVector<double> p, q;

    Correction(const SweptNetwork& loaded, std::span<const Port> drawing, std::span<const double> p_kw,
               std::span<const double> q_kvar)
        : ports(loaded.problem().injection.ports.begin(), loaded.problem().injection.ports.end()),
          laws(loaded.problem().injection.laws.begin(), loaded.problem().injection.laws.end()),
          p(p_kw.begin(), p_kw.end()),
          q(q_kvar.begin(), q_kvar.end()) {
        constexpr PowerLaw impedance{.z = 1.0, .p = 0.0};
        laws.emplace_back(VoltageResponse{impedance, impedance, std::nullopt, 0.0});
        const auto law = static_cast<std::uint32_t>(laws.size() - 1);
        for (std::size_t k = 0; k < drawing.size(); ++k) {
            ports.push_back({loaded.here(drawing[k].plus), loaded.here(drawing[k].minus), drawing[k].rated_pu, law});
            p.push_back(-p_kw[k]);
            q.push_back(-q_kvar[k]);
        }
    }
};

}  // namespace

LoadAdmittanceSweeps sweep_with_load_admittances(const SweptNetwork& swept, const DeviceState& devices,
                                                 const SweepProblem& limits, std::span<const double> p_kw,
                                                 std::span<const double> q_kvar) {
    const Feeder& feeder = swept.feeder();
    const std::vector<Port> drawing = ports_of(swept);
    const NetworkModel model = with_shunts(feeder, drawing, p_kw, q_kvar);
    DeviceState all_on = devices;
    all_on.steps_on.resize(model.shunts.size(), 1);
    const auto folded = std::make_shared<const FoldedNetwork>(model, all_on);
    LoadAdmittanceSweeps found;
    if (folded->trouble() != FoldTrouble::none) return found;
    const SweptNetwork loaded(feeder, swept.places(), folded);
    const Correction correction(loaded, drawing, p_kw, q_kvar);
    SweepProblem problem = loaded.problem();
    problem.injection.ports = correction.ports;
    problem.injection.laws = correction.laws;
    problem.tolerance_pu = std::min(limits.tolerance_pu, std::max(1e-2 * limits.tolerance_pu, 1e-12));
    problem.max_iterations = limits.max_iterations;

    AlignedVector<double> v_re(loaded.flat_re().begin(), loaded.flat_re().end());
    AlignedVector<double> v_im(loaded.flat_im().begin(), loaded.flat_im().end());
    AlignedVector<double> i_re(v_re.size(), 0.0), i_im(v_re.size(), 0.0);
    found.loop_re.assign(problem.loops.ends.size(), 0.0);
    found.loop_im = found.loop_re;
    SweepColumns<double> columns{
        {v_re, v_im, i_re, i_im}, correction.p.data(), correction.q.data(), found.loop_re.data(), found.loop_im.data()};
    const SweepOutcome<double> outcome = iterate(problem, columns);
    found.settled = outcome.settled;
    found.sweeps = static_cast<int>(outcome.iterations);
    found.v_re.assign(feeder.conductors() + 1, 0.0);
    found.v_im = found.v_re;
    AlignedVector<double> all_i_re(found.v_re), all_i_im(found.v_re);
    recover(folded->sweep(), loaded.reduced().recovery(), columns.state,
            SweepState<double>{found.v_re, found.v_im, all_i_re, all_i_im});
    return found;
}

}  // namespace evsweep
