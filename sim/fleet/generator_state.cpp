#include "sim/fleet/generator_state.hpp"

#include <algorithm>

#include "evsweep/contracts.hpp"

namespace evsweep {

GeneratorState::GeneratorState(const Population& population, ChargingState& points)
    : population_(population), points_(points), available_kw_(population.connectors.size(), 0.0) {
    const Connectors& connectors = population.connectors;
    for (std::size_t c = 0; c < connectors.kind.size(); ++c)
        if (connectors.is_generator(ConnectorId(c))) members_.emplace_back(c);
    for (const ConnectorId c : members_) limit_kw_.push_back(-connectors.discharge_rating[c.index()]);
    accounts_.resize(members_.size());
}

double GeneratorState::available_at(std::size_t member, std::size_t step) const {
    const std::size_t c = members_[member].index();
    return population_.availability[population_.connectors.availability[c]][step] * population_.connectors.discharge_rating[c];
}

bool GeneratorState::changes_at(std::size_t step) const {
    if (members_.empty() || step == 0) return !members_.empty();
    const auto& rows = population_.availability;
    return std::any_of(rows.begin(), rows.end(), [step](const Availability& row) { return row[step] != row[step - 1]; });
}

void GeneratorState::begin_step(std::size_t step, Instant now) {
    accrue(now);
    const auto q_kvar = points_.q_kvar();
    for (std::size_t m = 0; m < members_.size(); ++m) {
        double& available = available_kw_[members_[m].index()];
        const double next = available_at(m, step);
        if (next == available) continue;
        available = next;
        show(m, q_kvar[members_[m].index()], now);
    }
}

void GeneratorState::limit(ConnectorId c, double limit_kw, double q_kvar, Instant now) {
    const auto found = std::lower_bound(members_.begin(), members_.end(), c);
    EVSWEEP_EXPECTS(found != members_.end() && *found == c, "only a generator is limited");
    accrue(now);
    const auto member = static_cast<std::size_t>(found - members_.begin());
    limit_kw_[member] = limit_kw;
    show(member, q_kvar, now);
}

/// Books what a generator has fed in so far, and puts its new power in force.
void GeneratorState::show(std::size_t member, double q_kvar, Instant now) {
    const ConnectorId c = members_[member];
    Account& account = accounts_[member];
    const double h = hours(now - account.since);
    account.kwh += points_.p_kw()[c.index()] * h;
    account.kvarh += points_.q_kvar()[c.index()] * h;
    account.since = now;
    const double available = available_kw_[c.index()];
    points_.feed_in(c, std::max(limit_kw_[member], 0.0 - available), q_kvar, 0.0 - available);
    powers_are_stale_ = true;
}

void GeneratorState::accrue(Instant now) {
    EVSWEEP_EXPECTS(now >= since_, "energy is booked forwards in time");
    const double h = hours(now - since_);
    if (h == 0.0) return;
    generated_kwh_.add(powers().generated_kw * h);
    curtailed_kwh_.add(powers().curtailed_kw * h);
    since_ = now;
}

const GeneratorState::Powers& GeneratorState::powers() const {
    if (!powers_are_stale_) return powers_;
    powers_ = {};
    for (const ConnectorId c : members_) {
        const double generated = 0.0 - points_.p_kw()[c.index()];
        powers_.generated_kw += generated;
        powers_.curtailed_kw += available_kw_[c.index()] - generated;
    }
    powers_are_stale_ = false;
    return powers_;
}

GeneratorEnergy GeneratorState::energy(Instant now) const {
    const double h = hours(now - since_);
    return {generated_kwh_.value() + powers().generated_kw * h, curtailed_kwh_.value() + powers().curtailed_kw * h};
}

void GeneratorState::add_net_kwh(Instant now, std::span<double> by_connector) const {
    for (std::size_t m = 0; m < members_.size(); ++m) {
        const std::size_t c = members_[m].index();
        by_connector[c] += accounts_[m].kwh + points_.p_kw()[c] * hours(now - accounts_[m].since);
    }
}

void GeneratorState::add_net_kvarh(Instant now, std::span<double> by_connector) const {
    for (std::size_t m = 0; m < members_.size(); ++m) {
        const std::size_t c = members_[m].index();
        by_connector[c] += accounts_[m].kvarh + points_.q_kvar()[c] * hours(now - accounts_[m].since);
    }
}

}  // namespace evsweep
