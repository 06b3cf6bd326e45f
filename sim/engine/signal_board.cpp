#include "sim/engine/signal_board.hpp"

#include <algorithm>
#include <limits>

#include "evsweep/contracts.hpp"

namespace evsweep {

SignalBoard::SignalBoard(PartySet& set, World& world, Rng rng)
    : set_(set), world_(world), rng_(rng), slots_(set.parties().size()) {
    for (std::size_t c = 0; c < world.population.connectors.size(); ++c) all_connectors_.emplace_back(c);
    for (std::size_t p = 0; p < slots_.size(); ++p) add_publications(p);
    for (std::size_t p = 0; p < slots_.size(); ++p) {
        const Party& party = set.parties()[p];
        for (const Declared::Read& read : party.declared.reads) {
            Feed feed = feed_of(read, party);
            const bool is_electrical = feed.meter != none && meters_[feed.meter]->is_electrical;
            slots_[p].reads_network = slots_[p].reads_network || is_electrical;
            const bool moves = feed.source != none && sources_[feed.source].provided->origin == Origin::batteries;
            slots_[p].moves_batteries = slots_[p].moves_batteries || moves;
            slots_[p].feeds.push_back(std::move(feed));
        }
    }
}

void SignalBoard::add_publications(std::size_t party) {
    for (const Declared::Written& written : set_.parties()[party].declared.writes) {
        slots_[party].published.push_back(published_.size());
        PublishedSignal signal{written.signal, party, written.members};
        signal.values.assign(size_of(written), 0.0);
        published_.push_back(std::move(signal));
    }
}

std::size_t SignalBoard::size_of(const Declared::Written& written) const {
    return evsweep::size_of(written.signal.extent, world_.site, world_.population.connectors, written.members.size());
}

std::size_t SignalBoard::source_of(const ProvidedSignal& provided) {
    for (std::size_t s = 0; s < sources_.size(); ++s)
        if (sources_[s].provided == &provided) return s;
    sources_.push_back({&provided, provided.make(world_)});
    return sources_.size() - 1;
}

SignalBoard::Feed SignalBoard::feed_of(const Declared::Read& read, const Party& party) {
    Feed feed;
    feed.freshness = read.freshness;
    feed.is_masked = read.signal.extent == Extent::connector && party.controller && !party.owns_all;
    bool is_electrical = false;
    if (const auto provided = provided_signals().find(read.signal.name); provided != provided_signals().end()) {
        feed.source = source_of(provided->second);
        is_electrical = provided->second.origin == Origin::network;
    } else {
        for (std::size_t s = 0; s < published_.size(); ++s)
            if (published_[s].info.name == read.signal.name) feed.published = s;
        if (feed.published == none) {
            EVSWEEP_EXPECTS(read.presence == Presence::optional, "what a party has to read is published");
            return feed;
        }
        if (read.freshness == Freshness::previous) {
            published_[feed.published].keeps_before = true;
            published_[feed.published].before = published_[feed.published].values;
        }
    }
    const auto settings = world_.site.meters.find(read.signal.name);
    if (is_electrical || settings != world_.site.meters.end())
        feed.meter = meter_of(feed, read.signal, settings == world_.site.meters.end() ? MeterSettings{} : settings->second);
    else if (read.freshness == Freshness::previous && feed.source != none)
        holds_previous_ = true;
    return feed;
}

std::size_t SignalBoard::meter_of(const Feed& feed, const SignalInfo& info, const MeterSettings& settings) {
    for (std::size_t m = 0; m < meters_.size(); ++m)
        if (meters_[m]->source == feed.source && meters_[m]->published == feed.published &&
            meters_[m]->freshness == feed.freshness)
            return m;
    MeteredSignal signal{info};
    signal.rows = feed.published != none ? published_[feed.published].values.size()
                                         : evsweep::size_of(info.extent, world_.site, world_.population.connectors);
    const ProvidedSignal* const provided = feed.source != none ? sources_[feed.source].provided : nullptr;
    if (provided && provided->row_of_connector) signal.value_of_row = provided->row_of_connector(world_);
    Meter meter(settings, signal, world_.population.connectors, world_.site.scenario.time.step, rng_);
    const bool is_electrical = provided && provided->origin == Origin::network;
    meters_.push_back(
        std::make_unique<Metered>(Metered{std::move(meter), feed.source, feed.published, is_electrical, feed.freshness}));
    measures_network_ = measures_network_ || is_electrical;
    return meters_.size() - 1;
}

void SignalBoard::measure(bool has_solution) {
    for (const auto& metered : meters_) {
        if (metered->source == none || !metered->meter.is_due(world_.now)) continue;
        if (metered->is_electrical && !has_solution) {
            metered->meter.miss(world_.now);
            continue;
        }
        if (sources_[metered->source].provided->origin == Origin::batteries) world_.advance_fleet();
        metered->meter.read(world_.now, sources_[metered->source].read(world_), world_.fleet.plugged_in());
        if (!world_.generators.members().empty()) metered->meter.show(world_.now, world_.generators.members());
    }
}

/// Signals of the simulator as they stand before anybody has acted.
void SignalBoard::hold_previous() {
    if (!holds_previous_) return;
    for (Slots& slots : slots_)
        for (Feed& feed : slots.feeds) {
            if (feed.freshness != Freshness::previous || feed.source == none || feed.meter != none) continue;
            if (sources_[feed.source].provided->origin == Origin::batteries) world_.advance_fleet();
            const auto values = sources_[feed.source].read(world_);
            feed.copy.assign(values.begin(), values.end());
        }
}

std::span<const double> SignalBoard::values_of(Feed& feed, const Party& party, std::span<const ConnectorId> arrived) {
    std::span<const double> values;
    if (feed.is_empty()) return values;
    if (feed.meter != none) {
        Meter& meter = meters_[feed.meter]->meter;
        const bool is_published = feed.published != none;
        if (is_published)
            meter.show(feed.freshness == Freshness::previous ? world_.now - Duration(1) : world_.now,
                       party.agent ? all_connectors_ : party.own);
        else
            meter.show(world_.now, arrived);
        values = meter.values();
    } else if (feed.published != none) {
        const PublishedSignal& signal = published_[feed.published];
        const bool is_new = signal.published_at == world_.now;
        values = feed.freshness == Freshness::previous && is_new ? signal.before : signal.values;
    } else if (feed.freshness == Freshness::previous) {
        values = feed.copy;
    } else {
        values = sources_[feed.source].read(world_);
    }
    if (!feed.is_masked) return values;
    std::vector<double> masked(values.size(), std::numeric_limits<double>::quiet_NaN());
    for (const auto* own : {&party.own, &party.generators})
        for (ConnectorId c : *own) masked[c.index()] = values[c.index()];
    feed.copy = std::move(masked);
    return feed.copy;
}

/// Columns that stay in place are looked at once.
void SignalBoard::show_all(Slots& slots, const Party& party, std::span<const ConnectorId> arrived, TurnAccess& access) {
    slots.is_shown = true;
    access.reads.resize(slots.feeds.size());
    access.writes.resize(slots.published.size());
    for (std::size_t i = 0; i < slots.feeds.size(); ++i) {
        Feed& feed = slots.feeds[i];
        const bool is_plain =
            feed.meter == none && feed.source != none && feed.freshness == Freshness::present && !feed.is_masked;
        if (is_plain && sources_[feed.source].provided->stays_in_place)
            access.reads[i] = values_of(feed, party, arrived);
        else
            slots.fresh.push_back(i);
    }
}

void SignalBoard::show(std::size_t p, std::span<const ConnectorId> arrived, TurnAccess& access) {
    Slots& slots = slots_[p];
    const Party& party = set_.parties()[p];
    if (slots.moves_batteries) world_.advance_fleet();
    if (!slots.is_shown) show_all(slots, party, arrived, access);
    for (const std::size_t i : slots.fresh) access.reads[i] = values_of(slots.feeds[i], party, arrived);
    access.written.assign(slots.published.size(), 0);
    for (std::size_t i = 0; i < slots.published.size(); ++i) {
        PublishedSignal& signal = published_[slots.published[i]];
        if (signal.keeps_before && signal.published_at != world_.now) signal.before = signal.values;
        access.writes[i] = signal.values;
    }
}

void SignalBoard::take(std::size_t p, TurnAccess& access) {
    const Slots& slots = slots_[p];
    for (std::size_t i = 0; i < slots.published.size(); ++i) {
        if (access.written[i] == 0) continue;
        PublishedSignal& signal = published_[slots.published[i]];
        signal.published_at = world_.now;
        for (const auto& metered : meters_)
            if (metered->published == slots.published[i] && metered->meter.is_due(world_.now))
                metered->meter.read(world_.now, signal.values, {});
    }
}

std::optional<SignalBoard::Truth> SignalBoard::truth(std::string_view name) {
    for (const PublishedSignal& signal : published_)
        if (signal.info.name == name) return Truth{signal.values};
    const auto provided = provided_signals().find(name);
    if (provided == provided_signals().end()) return std::nullopt;
    const ProvidedSignal& signal = provided->second;
    Truth truth;
    truth.read = signal.make(world_);
    truth.is_electrical = signal.origin == Origin::network;
    if (signal.row_of_connector) truth.row_of_connector = signal.row_of_connector(world_);
    if (signal.by_step) truth.by_step = signal.by_step(world_);
    if (signal.stays_in_place) truth.column = truth.read(world_);
    return truth;
}

}  // namespace evsweep
