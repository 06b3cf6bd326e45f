#include "sim/engine/party_set.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

/// Takes down what one party declares.
class PartyExchange final : public Exchange {
   public:
    PartyExchange(std::uint32_t owner, Declared& declared) : owner_(owner), declared_(declared) {}

   private:
    [[nodiscard]] Slot slot(std::size_t count) const { return {static_cast<std::uint32_t>(count - 1), owner_}; }

    Slot add_subscription(const SignalInfo& signal, Freshness freshness, Presence presence) override {
        auto& reads = declared_.reads;
        for (std::size_t i = 0; i < reads.size(); ++i) {
            if (reads[i].signal.name != signal.name || reads[i].freshness != freshness) continue;
            if (presence == Presence::required) reads[i].presence = presence;
            return slot(i + 1);
        }
        reads.push_back({signal, freshness, presence});
        return slot(reads.size());
    }
    Slot add_publication(const SignalInfo& signal, const std::vector<std::string>& members) override {
        declared_.writes.push_back({signal, members});
        return slot(declared_.writes.size());
    }
    Slot add_endpoint(std::string_view topic, std::size_t body_bytes,
                      const std::vector<std::vector<ConnectorId>>& connectors_of) override {
        declared_.topics.push_back({std::string(topic), body_bytes, connectors_of});
        return slot(declared_.topics.size());
    }
    Slot add_use(std::string_view service) override {
        auto& uses = declared_.uses;
        const auto known = std::find(uses.begin(), uses.end(), service);
        if (known != uses.end()) return slot(static_cast<std::size_t>(known - uses.begin()) + 1);
        uses.emplace_back(service);
        return slot(uses.size());
    }

    std::uint32_t owner_;
    Declared& declared_;
};

/// The connectors of this kind in the named groups, ascending; in all where none is named.
std::vector<ConnectorId> connectors_of(const std::vector<std::string>& groups, const Connectors& connectors, ResourceKind kind) {
    std::vector<ConnectorId> own;
    for (std::size_t c = 0; c < connectors.size(); ++c) {
        if (connectors.is_generator(ConnectorId(c)) != (kind == ResourceKind::generation)) continue;
        if (groups.empty() ||
            (c < connectors.group.size() && std::count(groups.begin(), groups.end(), connectors.groups[connectors.group[c]]) > 0))
            own.emplace_back(c);
    }
    return own;
}

/// What two descriptions of one signal disagree in; empty where they agree.
std::string difference(const SignalInfo& asked, const SignalInfo& published) {
    if (asked.unit != published.unit) return fmt::format("'{}' is in {}, not in {}", asked.name, published.unit, asked.unit);
    if (asked.extent != published.extent)
        return fmt::format("'{}' has a value for each {}, not for each {}", asked.name, name_of(published.extent),
                           name_of(asked.extent));
    if (asked.form != published.form)
        return fmt::format("'{}' is {}", asked.name, published.form == Form::present ? "no forecast" : "a forecast");
    return {};
}

/// Agents of the scenario, then the parties of the alternative.
std::vector<const PartyChoice*> choices_of(const ReplicaSite& site, const Alternative* alternative) {
    std::vector<const PartyChoice*> choices;
    for (const PartyChoice& choice : site.scenario.agents) choices.push_back(&choice);
    if (alternative)
        for (const PartyChoice& choice : alternative->parties) choices.push_back(&choice);
    return choices;
}

std::string label_of(const Party& party) { return party.choice ? party.choice->label : std::string("nobody"); }

}  // namespace

bool Party::uses(std::string_view service) const {
    return std::find(declared.uses.begin(), declared.uses.end(), service) != declared.uses.end();
}

bool PartySet::uses(std::string_view service) const {
    return std::any_of(parties_.begin(), parties_.end(), [&](const Party& party) { return party.uses(service); });
}

PartySet::PartySet(const ReplicaSite& site, const Alternative* alternative, const Population& population, Rng rng)
    : PartySet(site, choices_of(site, alternative), population, rng) {}

PartySet::PartySet(const ReplicaSite& site, const std::vector<const PartyChoice*>& choices, const Population& population, Rng rng)
    : sites_(std::make_unique<const std::vector<Site>>(sites_of(site.sites, population.connectors))) {
    for (const PartyChoice* choice : choices) add(*choice, site, population, rng);
    link(site);
}

void PartySet::add(const PartyChoice& choice, const ReplicaSite& site, const Population& population, Rng rng) {
    Party& party = parties_.emplace_back();
    party.choice = &choice;
    PartyExchange exchange(static_cast<std::uint32_t>(parties_.size() - 1), party.declared);
    const TimeSettings& time = site.scenario.time;
    if (const auto* agent = choice.agent()) {
        party.agent = agent->make({choice.label, exchange, site.feeder.site(), population.connectors, time.start, time.step,
                                   time.duration, rng, sites_.get()});
        party.cadence = party.agent->cadence();
        return;
    }
    party.own = connectors_of(choice.groups, population.connectors, ResourceKind::vehicle);
    if (choice.controller()->steers_generators)
        party.generators = connectors_of(choice.groups, population.connectors, ResourceKind::generation);
    party.owns_all = party.own.size() + party.generators.size() == population.connectors.size();
    Controller::Context context{choice.label,
                                exchange,
                                population.connectors,
                                party.own,
                                time.step,
                                time.start,
                                site.scenario.study.accounting,
                                rng,
                                site.stop,
                                &population.level_sets,
                                Instant(time.duration),
                                site.issues,
                                &party.generators};
    context.sites = sites_.get();
    context.buses = &site.feeder.site().bus;
    party.controller = choice.controller()->make(context);
    party.cadence = party.controller->cadence();
}

void PartySet::link(const ReplicaSite& site) {
    find_publishers();
    for (const Party& party : parties_) {
        check_reads(party, site);
        if (party.cadence.period && *party.cadence.period <= Duration::zero())
            problems_.push_back({party.choice, "has a period of no time", "give at least 1 ms"});
        if (party.cadence.offset < Duration::zero())
            problems_.push_back({party.choice, "has its first turn before the start", "give an offset of 0 or more"});
    }
    check_topics();
    find_order();
}

void PartySet::find_publishers() {
    for (std::size_t p = 0; p < parties_.size(); ++p) {
        for (const Declared::Written& written : parties_[p].declared.writes) {
            const auto [known, is_new] = publisher_.emplace(written.signal.name, p);
            const bool is_ours = provided_signals().count(written.signal.name) > 0;
            if (is_new && !is_ours) continue;
            problems_.push_back({parties_[p].choice,
                                 fmt::format("publishes '{}', which {} publishes, too", written.signal.name,
                                             is_ours ? "the simulator" : "'" + label_of(parties_[known->second]) + "'"),
                                 "a signal has one publisher"});
        }
    }
}

void PartySet::check_reads(const Party& party, const ReplicaSite& site) {
    std::vector<std::string> known;
    for (const auto& [name, provided] : provided_signals()) known.emplace_back(name);
    for (const auto& [name, by] : publisher_) known.emplace_back(name);
    std::vector<Lack> lacks;
    const auto note = [&](const std::optional<Lack>& lack) {
        const auto is_same = [&](const Lack& other) { return other.problem == lack->problem; };
        if (lack && std::none_of(lacks.begin(), lacks.end(), is_same)) lacks.push_back(*lack);
    };
    for (const Declared::Read& read : party.declared.reads) {
        const auto provided = provided_signals().find(read.signal.name);
        if (provided != provided_signals().end()) {
            if (const std::string wrong = difference(read.signal, provided->second.info); !wrong.empty()) note(Lack{wrong, ""});
            if (provided->second.lack) note(provided->second.lack(site));
            continue;
        }
        const auto by = publisher_.find(read.signal.name);
        if (by == publisher_.end()) {
            if (read.presence == Presence::required)
                note(Lack{fmt::format("reads the signal '{}', which nobody publishes", read.signal.name),
                          did_you_mean(std::string(read.signal.name), known)});
            continue;
        }
        for (const Declared::Written& written : parties_[by->second].declared.writes)
            if (written.signal.name == read.signal.name)
                if (const std::string wrong = difference(read.signal, written.signal); !wrong.empty()) note(Lack{wrong, ""});
    }
    for (const std::string& service : party.declared.uses) {
        const auto provided = provided_services().find(service);
        if (provided == provided_services().end())
            note(Lack{fmt::format("uses the service '{}', which is not there", service), ""});
        else if (provided->second.lack)
            note(provided->second.lack(site));
    }
    for (Lack& lack : lacks) problems_.push_back({party.choice, std::move(lack.problem), std::move(lack.hint)});
}

void PartySet::check_topics() {
    std::map<std::string, const Declared::Joined*> first;
    for (const Party& party : parties_)
        for (const Declared::Joined& joined : party.declared.topics) {
            const auto [known, is_new] = first.emplace(joined.topic, &joined);
            if (!is_new && known->second->body_bytes != joined.body_bytes)
                problems_.push_back({party.choice, fmt::format("exchanges other messages of the topic '{}'", joined.topic),
                                     "all members of a topic use one message type"});
        }
}

/// Each time the first party that reads the present value of none that is still to come.
void PartySet::find_order() {
    std::vector<bool> is_placed(parties_.size(), false);
    const auto waits_for = [&](std::size_t p) -> std::optional<std::size_t> {
        for (const Declared::Read& read : parties_[p].declared.reads) {
            const auto by = publisher_.find(read.signal.name);
            if (by == publisher_.end() || read.freshness == Freshness::previous) continue;
            if (!is_placed[by->second] && by->second != p) return by->second;
        }
        return std::nullopt;
    };
    while (order_.size() < parties_.size()) {
        std::optional<std::size_t> next;
        for (std::size_t p = 0; p < parties_.size() && !next; ++p)
            if (!is_placed[p] && !waits_for(p)) next = p;
        if (!next) break;
        is_placed[*next] = true;
        order_.push_back(*next);
    }
    if (order_.size() == parties_.size()) return;
    std::size_t p = 0;
    while (is_placed[p]) ++p;
    std::vector<std::size_t> way;  // whoever waits, waits for one who waits: at last the way comes back
    for (; std::find(way.begin(), way.end(), p) == way.end(); p = *waits_for(p)) way.push_back(p);
    way.erase(way.begin(), std::find(way.begin(), way.end(), p));
    std::vector<std::string> names;
    for (const std::size_t member : way) names.push_back("'" + label_of(parties_[member]) + "'");
    names.push_back(names.front());
    problems_.push_back({parties_[p].choice, fmt::format("reads in a circle: {}", fmt::join(names, " reads ")),
                         "one of them has to read the previous value"});
}

}  // namespace evsweep
