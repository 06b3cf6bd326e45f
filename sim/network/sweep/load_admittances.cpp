#include "sim/network/sweep/load_admittances.hpp"

#include <algorithm>
#include <complex>
#include <utility>

#include "sim/network/sweep/network_model.hpp"

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

constexpr auto no_shunt = static_cast<std::uint32_t>(-1);

}  // namespace

/// What loads draw beyond their admittances: their own ports, and for each of them one that gives the admittance's power back.
struct LoadAdmittances::Correction {
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

/// One shunt, always on, for all that may be drawn at a bus.
LoadAdmittances::LoadAdmittances(const SweptNetwork& swept)
    : feeder_(swept.feeder()),
      places_(swept.places()),
      drawing_(ports_of(swept)),
      shunt_at_(feeder_.buses(), no_shunt),
      model_(feeder_.model()),
      p_(drawing_.size(), 0.0),
      q_(drawing_.size(), 0.0) {
    for (const Port& port : drawing_) {
        const std::uint32_t bus =
            feeder_.site().bus_of_conductor[std::min(port.plus, port.minus)];  // the earth has the highest number
        bus_of_.push_back(bus);
        if (shunt_at_[bus] != no_shunt) continue;
        shunt_at_[bus] = static_cast<std::uint32_t>(model_.shunts.size());
        const auto n = static_cast<Eigen::Index>(model_.conductors_of(bus));
        model_.shunts_at[bus].push_back(shunt_at_[bus]);
        model_.shunts.push_back({bus, Block::Zero(n, n), 1});
    }
}

/// Buses whose taps or steps differ from those that were folded.
void LoadAdmittances::note_moved(const DeviceState& devices, std::vector<std::uint32_t>& changed) {
    for (const FeederTransformer& t : feeder_.transformers())
        for (std::size_t w = 0; w < t.windings.size(); ++w)
            if (devices_.tap[t.first_tap + w] != devices.tap[t.first_tap + w]) changed.push_back(t.link);
    for (std::size_t s = 0; s < devices.steps_on.size(); ++s)
        if (devices_.steps_on[s] != devices.steps_on[s]) changed.push_back(model_.shunts[s].bus);
}

/// Buses at which something else is drawn than what was folded, with their new admittances.
void LoadAdmittances::note_drawn(std::span<const double> p_kw, std::span<const double> q_kvar,
                                 std::vector<std::uint32_t>& changed) {
    std::vector<bool> is_new(feeder_.buses(), false);
    for (std::size_t k = 0; k < drawing_.size(); ++k)
        if (p_[k] != p_kw[k] || q_[k] != q_kvar[k]) is_new[bus_of_[k]] = true;
    for (std::uint32_t bus = 0; bus < is_new.size(); ++bus)
        if (is_new[bus]) model_.shunts[shunt_at_[bus]].y.setZero(), changed.push_back(bus);
    for (std::size_t k = 0; k < drawing_.size(); ++k) {
        if (!is_new[bus_of_[k]]) continue;
        const auto& [plus, minus, rated, law] = drawing_[k];
        const auto place = [&](std::uint32_t c) {
            return c < feeder_.conductors() ? static_cast<int>(c - model_.first_conductor[bus_of_[k]]) : -1;
        };
        add_between(model_.shunts[shunt_at_[bus_of_[k]]].y, {place(plus), place(minus)},
                    std::complex<double>(p_kw[k], -q_kvar[k]) / (rated * rated));
    }
    p_.assign(p_kw.begin(), p_kw.end());
    q_.assign(q_kvar.begin(), q_kvar.end());
}

/// Folds what has changed; false where that cannot be done.
bool LoadAdmittances::fold(const DeviceState& devices, std::span<const double> p_kw, std::span<const double> q_kvar) {
    std::vector<std::uint32_t> changed;
    if (folded_) note_moved(devices, changed);
    note_drawn(p_kw, q_kvar, changed);
    if (folded_ && changed.empty()) return true;
    devices_ = devices;
    DeviceState all_on = devices;
    all_on.steps_on.resize(model_.shunts.size(), 1);
    if (folded_)
        folded_->update(all_on, changed);
    else
        folded_ = std::make_shared<FoldedNetwork>(model_, all_on);
    loaded_.reset();
    if (folded_->error() == FoldError::none) {
        loaded_ = std::make_shared<const SweptNetwork>(feeder_, places_, folded_);
        return true;
    }
    folded_.reset();
    return false;
}

void LoadAdmittances::start_at(const SweptNetwork& loaded, Start start, AlignedVector<double>& v_re,
                               AlignedVector<double>& v_im) {
    v_re.assign(loaded.flat_re().begin(), loaded.flat_re().end());
    v_im.assign(loaded.flat_im().begin(), loaded.flat_im().end());
    if (start == Start::last && found_.settled) {
        const auto kept = loaded.reduced().kept();
        for (std::size_t c = 0; c < kept.size(); ++c) v_re[c] = found_.v_re[kept[c]], v_im[c] = found_.v_im[kept[c]];
        return;
    }
    found_.loop_re.assign(loaded.problem().loops.ends.size(), 0.0);
    found_.loop_im = found_.loop_re;
}

const LoadAdmittanceSweeps& LoadAdmittances::sweep(const DeviceState& devices, const SweepProblem& limits,
                                                   std::span<const double> p_kw, std::span<const double> q_kvar, Start start) {
    found_.sweeps = 0;
    if (!fold(devices, p_kw, q_kvar)) {
        found_.settled = false;
        return found_;
    }
    const SweptNetwork& loaded = *loaded_;
    const Correction correction(loaded, drawing_, p_kw, q_kvar);
    SweepProblem problem = loaded.problem();
    problem.injection.ports = correction.ports;
    problem.injection.laws = correction.laws;
    problem.tolerance_pu = std::min(limits.tolerance_pu, std::max(1e-2 * limits.tolerance_pu, 1e-12));
    problem.max_iterations = limits.max_iterations;

    AlignedVector<double> v_re, v_im;
    start_at(loaded, start, v_re, v_im);
    AlignedVector<double> i_re(v_re.size(), 0.0), i_im(v_re.size(), 0.0);
    AlignedVector<double> trial(trial_rows(problem.loops.ends.size(), loaded.conductors()));
    SweepColumns<double> columns{{v_re, v_im, i_re, i_im}, correction.p.data(),   correction.q.data(),
                                 found_.loop_re.data(),    found_.loop_im.data(), trial.data()};
    const SweepOutcome<double> outcome = iterate(problem, columns);
    found_.settled = outcome.settled;
    found_.sweeps = static_cast<int>(outcome.iterations);
    found_.v_re.assign(feeder_.conductors() + 1, 0.0);
    found_.v_im = found_.v_re;
    AlignedVector<double> all_i_re(found_.v_re), all_i_im(found_.v_re);
    recover(folded_->sweep(), loaded.reduced().recovery(), columns.state,
            SweepState<double>{found_.v_re, found_.v_im, all_i_re, all_i_im});
    return found_;
}

}  // namespace evsweep
