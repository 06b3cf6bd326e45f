#include "sim/engine/actuation.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

constexpr Purpose who_ignores("charger follows nobody");
constexpr Purpose when_cut("outage of a charger's way");

/// Instants of rows are whole milliseconds below 2^53, which doubles hold exactly.
double row_ms(Instant t) { return static_cast<double>(t.time_since_epoch().count()); }
Instant row_instant(double ms) { return Instant(Duration(static_cast<std::int64_t>(ms))); }

}  // namespace

Actuation::Actuation(World& world, Rng rng)
    : world_(world),
      rng_(rng),
      chargers_(world.population.connectors.size()),
      toggles_(world.population.connectors.size()),
      steps_(world.population.connectors.size()) {
    for (const ActuationSettings& settings : world.site.scenario.actuation)
        ways_.push_back({settings, Staircase(settings.response)});
    limits_.connectors = &world.population.connectors;
    limits_.level_sets = &world.population.level_sets;
    limits_.p_min_kw = world.fleet.p_min_kw();
    limits_.p_max_kw = world.fleet.p_max_kw();
    draw_chargers(rng);
}

/// Which settings each charger has, whether it follows anybody, and whether it begins in an outage: as likely as it is in one at
/// any other time.
void Actuation::draw_chargers(Rng rng) {
    const Connectors& connectors = world_.population.connectors;
    const auto way_of_group = [this](const std::string& group) {
        std::uint32_t all = nowhere;
        for (std::uint32_t w = 0; w < ways_.size(); ++w) {
            if (ways_[w].settings.group == group) return w;
            if (ways_[w].settings.group.empty()) all = w;
        }
        return all;
    };
    std::vector<std::uint32_t> ways;
    for (const std::string& group : connectors.groups) ways.push_back(way_of_group(group));
    const std::vector<DrawKey> ignoring_keys = draw_keys(who_ignores, connectors);
    outage_keys_ = draw_keys(when_cut, connectors);
    for (std::size_t i = 0; i < chargers_.size(); ++i) {
        Charger& charger = chargers_[i];
        charger.settings = i < connectors.group.size() ? ways[connectors.group[i]] : way_of_group("");
        if (charger.settings == nowhere) continue;
        ++governed_;
        const ActuationSettings& settings = way_of(charger).settings;
        charger.ignores = rng.uniform(ignoring_keys[i].purpose, ignoring_keys[i].entity) < settings.ignoring.value();
        if (charger.ignores) ++ignoring_;
        const ConnectorId c(i);
        if (is_generator(c)) charger.from.p_kw = charger.to.p_kw = -connectors.discharge_rating[i];
        if (charger.ignores || !settings.outages) continue;
        const double cut_h = hours(settings.outages->lasting), up_h = hours(settings.outages->every);
        charger.is_cut = rng.uniform(outage_keys_[i].purpose, outage_keys_[i].entity, charger.outage++) < cut_h / (cut_h + up_h);
        draw_outage(c);
    }
}

/// When the present outage ends, or the next one begins: an exponential time from now.
void Actuation::draw_outage(ConnectorId c) {
    Charger& charger = chargers_[c.index()];
    const OutageSettings& outages = *way_of(charger).settings.outages;
    const DrawKey& key = outage_keys_[c.index()];
    const auto mean_ms = static_cast<double>((charger.is_cut ? outages.lasting : outages.every).count());
    const double ms = -mean_ms * std::log(rng_.uniform(key.purpose, key.entity, charger.outage++));
    toggles_.set(c.index(), row_ms(world_.now) + std::max(1.0, std::round(ms)));
}

std::optional<Instant> Actuation::next() const {
    double first_ms = std::min(toggles_.first_ms(), steps_.first_ms());
    for (const Way& way : ways_)
        if (!way.commands.empty()) first_ms = std::min(first_ms, row_ms(way.commands.front().at));
    if (first_ms == Earliest::never) return std::nullopt;
    return row_instant(first_ms);
}

void Actuation::act() {
    const double now_ms = row_ms(world_.now);
    while (toggles_.first_ms() == now_ms) toggle(ConnectorId(toggles_.first_row()));
    for (Way& way : ways_)
        while (!way.commands.empty() && way.commands.front().at == world_.now) {
            const Way::Command command = way.commands.front();
            way.commands.pop_front();
            Charger& charger = chargers_[command.connector.index()];
            if (command.stay != charger.stay) continue;  // counted when the vehicle left
            --charger.under_way;
            arrive(command.connector, command.p_kw, command.q_kvar);
        }
    while (steps_.first_ms() == now_ms) {
        const ConnectorId c(steps_.first_row());
        ++chargers_[c.index()].step;
        play(c);
    }
}

void Actuation::send(ConnectorId c, double p_kw, double q_kvar) {
    Charger& charger = chargers_[c.index()];
    book(c);
    charger.told_kw = p_kw;
    wait_for_owner(c, false);
    ++numbers_.sent;
    if (charger.ignores) {
        ++numbers_.ignored;
        return;
    }
    Way& way = way_of(charger);
    if (way.settings.delay == Duration::zero()) return arrive(c, p_kw, q_kvar);
    way.commands.push_back({world_.now + way.settings.delay, c, charger.stay, p_kw, q_kvar});
    ++charger.under_way;
}

/// A command that an outage lets through is what the charger does from now on, as far as it can.
void Actuation::arrive(ConnectorId c, double p_kw, double q_kvar) {
    Charger& charger = chargers_[c.index()];
    if (charger.is_cut) {
        ++numbers_.lost;
        charger.has_missed = true;
        return;
    }
    charger.has_missed = false;
    wait_for_owner(c, false);
    const double followed_kw = is_generator(c) ? p_kw : within_limits(c, p_kw);
    if (std::abs(followed_kw - p_kw) > power_rounding_kw) {
        ++numbers_.limited;
        if (followed_kw == 0.0) stopped_.push_back(c);
    }
    approach(c, {followed_kw, q_kvar});
}

/// An outage begins or ends.
void Actuation::toggle(ConnectorId c) {
    Charger& charger = chargers_[c.index()];
    charger.is_cut = !charger.is_cut;
    draw_outage(c);
    if (charger.is_cut) {
        charger.cut_since = world_.now;
        fall_back(c);
    } else {
        outage_ms_ += row_ms(world_.now) - row_ms(charger.cut_since);
        if (charger.has_missed && has_somebody(c)) wait_for_owner(c, true);
    }
}

/// What a charger does when nobody can reach it; a generator goes on as last told.
void Actuation::fall_back(ConnectorId c) {
    Charger& charger = chargers_[c.index()];
    const auto& fallback = way_of(charger).settings.fallback;
    wait_for_owner(c, false);
    if (!fallback || is_generator(c) || !world_.fleet.occupied(c)) return;
    charger.has_missed = true;
    world_.fleet.refresh_limits(c, world_.now);
    approach(c, {limits_.admissible_kw(c, fallback->value()), 0.0});
}

double Actuation::within_limits(ConnectorId c, double p_kw) {
    world_.fleet.refresh_limits(c, world_.now);
    const Population& people = world_.population;
    const double highest = highest_setpoint_kw(people.connectors, people.level_sets, c, world_.fleet.p_max_kw()[c.index()]);
    return std::clamp(p_kw, world_.fleet.p_min_kw()[c.index()], highest);
}

/// Sets out from where the charger is by the exponential that it has followed, whatever the staircase.
void Actuation::approach(ConnectorId c, Power to) {
    Charger& charger = chargers_[c.index()];
    const Staircase& staircase = way_of(charger).staircase;
    const double left = charger.step < staircase.steps() ? staircase.left_after(world_.now - charger.set_out) : 0.0;
    charger.from = {charger.to.p_kw + left * (charger.from.p_kw - charger.to.p_kw),
                    charger.to.q_kvar + left * (charger.from.q_kvar - charger.to.q_kvar)};
    charger.to = to;
    charger.set_out = world_.now;
    const bool is_there = charger.from.p_kw == to.p_kw && charger.from.q_kvar == to.q_kvar;
    charger.step = is_there ? staircase.steps() : 0;
    play(c);
}

/// Offers what the step of the staircase says, until the next one begins.
void Actuation::play(ConnectorId c) {
    Charger& charger = chargers_[c.index()];
    const Staircase& staircase = way_of(charger).staircase;
    const double left = staircase.left(charger.step);
    offer(c, {charger.to.p_kw + left * (charger.from.p_kw - charger.to.p_kw),
              charger.to.q_kvar + left * (charger.from.q_kvar - charger.to.q_kvar)});
    const bool has_more = charger.step < staircase.steps();
    steps_.set(c.index(), has_more ? row_ms(charger.set_out + staircase.begin(charger.step + 1)) : Earliest::never);
}

void Actuation::offer(ConnectorId c, Power power) {
    if (is_generator(c)) {
        world_.generators.limit(c, power.p_kw, power.q_kvar, world_.now);
    } else {
        book(c);
        const double p_kw = within_limits(c, power.p_kw);
        chargers_[c.index()].offered_kw = p_kw;
        world_.fleet.set_power(c, p_kw, power.q_kvar, world_.now);
    }
    world_.network.change_power(c);
}

/// What a charger is without a vehicle, or when one has just come.
void Actuation::rest(ConnectorId c) {
    Charger& charger = chargers_[c.index()];
    charger.from = charger.to = {};
    charger.step = way_of(charger).staircase.steps();
    charger.told_kw = charger.offered_kw = charger.drawn_kwh = 0.0;
    charger.booked_until = world_.now;
    charger.has_missed = false;
    steps_.set(c.index(), Earliest::never);
    wait_for_owner(c, false);
}

void Actuation::plugged_in(ConnectorId c) {
    rest(c);
    const Charger& charger = chargers_[c.index()];
    if (charger.ignores)
        approach(c, {limits_.admissible_kw(c, world_.population.connectors.charge_rating[c.index()]), 0.0});
    else if (charger.is_cut)
        fall_back(c);
}

void Actuation::leaving(ConnectorId c) { book(c); }

void Actuation::unplugged(ConnectorId c) {
    Charger& charger = chargers_[c.index()];
    rest(c);
    ++charger.stay;
    numbers_.left += charger.under_way;
    charger.under_way = 0;
}

void Actuation::halted(ConnectorId c, double told_kw) {
    book(c);
    Charger& charger = chargers_[c.index()];
    charger.told_kw = told_kw;
    charger.offered_kw = 0.0;
    charger.from.p_kw = charger.to.p_kw = 0.0;  // reactive power goes on
    if (charger.from.q_kvar != charger.to.q_kvar) return;
    charger.step = way_of(charger).staircase.steps();
    steps_.set(c.index(), Earliest::never);
}

/// Compares what a vehicle has drawn with what it was told, since either last changed.
void Actuation::book(ConnectorId c) {
    if (is_generator(c) || !world_.fleet.occupied(c)) return;
    Charger& charger = chargers_[c.index()];
    const double h = hours(world_.now - charger.booked_until);
    if (h == 0.0) return;
    const SessionRecord stay = world_.fleet.so_far(c, world_.now);
    const double drawn_kwh = stay.charged_kwh - stay.discharged_kwh;
    if (charger.offered_kw > charger.told_kw)
        numbers_.beyond_kwh += std::max(0.0, drawn_kwh - charger.drawn_kwh - charger.told_kw * h);
    else
        numbers_.short_kwh += (charger.told_kw - charger.offered_kw) * h;
    charger.drawn_kwh = drawn_kwh;
    charger.booked_until = world_.now;
}

void Actuation::wait_for_owner(ConnectorId c, bool waits) {
    std::erase(waiting_, c);
    if (waits) waiting_.push_back(c);
}

ActuationNumbers Actuation::numbers() const {
    ActuationNumbers numbers = numbers_;
    double outage_ms = outage_ms_;
    for (const Charger& charger : chargers_) {
        numbers.under_way += charger.under_way;
        if (charger.is_cut) outage_ms += row_ms(world_.now) - row_ms(charger.cut_since);
    }
    const auto listening_ms = static_cast<double>(governed_ - ignoring_) * row_ms(world_.now);
    numbers.outage_share = listening_ms > 0.0 ? outage_ms / listening_ms : 0.0;
    numbers.ignoring_share = governed_ > 0 ? static_cast<double>(ignoring_) / static_cast<double>(governed_) : 0.0;
    return numbers;
}

}  // namespace evsweep
