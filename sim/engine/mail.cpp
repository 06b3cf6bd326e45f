#include "sim/engine/mail.hpp"

#include <algorithm>
#include <cstring>
#include <functional>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// Who a member is, whatever else is in the replica: its first charging point, by group and number there, or its party.
std::string identity_of(const std::vector<ConnectorId>& own, const std::string& label, std::size_t member,
                        const Connectors& connectors) {
    if (own.empty() || own.front().index() >= connectors.group.size()) return label + "#" + std::to_string(member);
    const std::size_t c = own.front().index();
    return connectors.groups[connectors.group[c]] + "/" + std::to_string(connectors.number[c]);
}

}  // namespace

MessageBodies::MessageBodies(std::size_t bytes)
    : stride_((bytes + sizeof(std::max_align_t) - 1) / sizeof(std::max_align_t)), bytes_(bytes) {}

std::uint32_t MessageBodies::store(const std::byte* body, std::uint32_t holders) {
    if (free_.empty()) {
        const std::size_t first = holders_.size();
        blocks_.push_back(std::make_unique<std::max_align_t[]>(per_block * stride_));
        holders_.resize(first + per_block, 0);
        for (std::size_t k = per_block; k-- > 0;) free_.push_back(static_cast<std::uint32_t>(first + k));
    }
    const std::uint32_t place = free_.back();
    free_.pop_back();
    holders_[place] = holders;
    std::memcpy(blocks_[place / per_block].get() + (place % per_block) * stride_, body, bytes_);
    return place;
}

const std::byte* MessageBodies::at(std::uint32_t place) const {
    return reinterpret_cast<const std::byte*>(blocks_[place / per_block].get() + (place % per_block) * stride_);
}

void MessageBodies::release(std::uint32_t place) {
    if (--holders_[place] == 0) free_.push_back(place);
}

/// What a party sees of its mail.
class Mail::Box final : public Mailbox {
   public:
    Box(Mail& mail, std::size_t party) : mail_(mail), party_(party) {}
    [[nodiscard]] std::span<const ArrivedMessage> inbox(std::uint32_t endpoint) const override { return of(endpoint).arrived; }
    void send(std::uint32_t endpoint, std::uint32_t from, std::uint32_t to, const std::byte* body) override {
        const Inbox& own = of(endpoint);
        if (from < own.first || from >= own.first + own.members)
            throw ExchangeError("a party sends a message in the name of a member that is not its own");
        if (to != everybody && to >= mail_.topics_[own.topic].members)
            throw ExchangeError("a message is sent to a member that the topic does not have");
        mail_.send(own.topic, from, to, body);
    }
    [[nodiscard]] std::uint32_t first_address(std::uint32_t endpoint) const override { return of(endpoint).first; }
    [[nodiscard]] std::uint32_t members(std::uint32_t endpoint) const override {
        return mail_.topics_[of(endpoint).topic].members;
    }

   private:
    [[nodiscard]] const Inbox& of(std::uint32_t endpoint) const {
        const auto& own = mail_.inbox_of_[party_];
        if (endpoint >= own.size()) throw ExchangeError("a party uses a topic that it has not joined");
        return mail_.inboxes_[own[endpoint]];
    }
    Mail& mail_;
    std::size_t party_;
};

Mail::Mail(const PartySet& set, const ReplicaSite& site, const Connectors& connectors, Rng rng) : rng_(rng) {
    for (std::size_t p = 0; p < set.parties().size(); ++p) {
        const Party& party = set.parties()[p];
        inbox_of_.emplace_back();
        boxes_.push_back(std::make_unique<Box>(*this, p));
        for (const Declared::Joined& joined : party.declared.topics)
            enter(joined, p, party.choice ? party.choice->label : std::string(), site, connectors);
    }
    for (TopicState& topic : topics_)
        if (topic.channel && !topic.channel->always()) topic.number.assign(std::size_t{topic.members} * topic.members, 0);
}

void Mail::enter(const Declared::Joined& joined, std::size_t party, const std::string& label, const ReplicaSite& site,
                 const Connectors& connectors) {
    auto topic = std::find_if(topics_.begin(), topics_.end(), [&](const TopicState& t) { return t.name == joined.topic; });
    if (topic == topics_.end()) {
        const auto channel = site.channels.find(joined.topic);
        topics_.push_back(
            {joined.topic, channel == site.channels.end() ? nullptr : channel->second, MessageBodies(joined.body_bytes)});
        topic = topics_.end() - 1;
        topic->count.topic = joined.topic;
    }
    const auto members = static_cast<std::uint32_t>(joined.connectors_of.size());
    topic->inboxes.push_back(inboxes_.size());
    inbox_of_[party].push_back(inboxes_.size());
    inboxes_.push_back({party, static_cast<std::size_t>(topic - topics_.begin()), topic->members, members});
    topic->members += members;
    const Purpose purpose = Purpose("message").in(joined.topic);
    for (std::size_t m = 0; m < members; ++m) {
        const std::string who = identity_of(joined.connectors_of[m], label, m, connectors);
        topic->sender.push_back(purpose.in(who));
        topic->receiver.push_back(Purpose("receiver").in(who).key());
    }
}

std::optional<Instant> Mail::next_arrival() const {
    if (under_way_.empty()) return std::nullopt;
    return under_way_.front().at;
}

void Mail::put_under_way(std::size_t topic, std::uint32_t from, std::uint32_t to, std::uint32_t place, Duration delay) {
    under_way_.push_back({now_ + delay, sequence_++, static_cast<std::uint32_t>(topic), from, to, place, now_});
    std::push_heap(under_way_.begin(), under_way_.end(), std::greater<>());
}

void Mail::send(std::size_t index, std::uint32_t from, std::uint32_t to, const std::byte* body) {
    TopicState& topic = topics_[index];
    const auto delay = topic.channel ? topic.channel->always() : Duration::zero();
    const std::uint32_t receivers = to == everybody ? topic.members - 1 : 1;
    if (receivers == 0) return;
    topic.count.sent += receivers;
    if (delay) return put_under_way(index, from, to, topic.bodies.store(body, 1), *delay);
    const std::uint32_t place = topic.bodies.store(body, receivers);
    if (to != everybody) return send_one(topic, index, from, to, place);
    for (std::uint32_t receiver = 0; receiver < topic.members; ++receiver)
        if (receiver != from) send_one(topic, index, from, receiver, place);
}

void Mail::send_one(TopicState& topic, std::size_t index, std::uint32_t from, std::uint32_t to, std::uint32_t place) {
    const std::uint32_t number = topic.number[std::size_t{from} * topic.members + to]++;
    const auto delay = topic.channel->delay({number, now_, rng_, topic.sender[from], topic.receiver[to]});
    EVSWEEP_EXPECTS(!delay || *delay >= Duration::zero(), "a message arrives no earlier than it is sent");
    if (delay) return put_under_way(index, from, to, place, *delay);
    ++topic.count.lost;
    topic.bodies.release(place);
}

void Mail::deliver(Instant now, std::vector<std::uint8_t>& woken) {
    while (!under_way_.empty() && under_way_.front().at <= now) {
        std::pop_heap(under_way_.begin(), under_way_.end(), std::greater<>());
        const UnderWay message = under_way_.back();
        under_way_.pop_back();
        TopicState& topic = topics_[message.topic];
        topic.count.delivered += message.to == everybody ? topic.members - 1 : 1;
        topic.count.largest_delay = std::max(topic.count.largest_delay, message.at - message.sent);
        for (const std::size_t i : topic.inboxes) {
            Inbox& inbox = inboxes_[i];
            const bool is_own = message.to >= inbox.first && message.to < inbox.first + inbox.members;
            // What the only member of a party sends to everybody is not for itself.
            const bool is_from_only = inbox.members == 1 && message.from == inbox.first;
            if (!is_own && (message.to != everybody || is_from_only)) continue;
            put_into(inbox, message);
            woken[inbox.party] = 1;
        }
        topic.bodies.release(message.place);
    }
}

void Mail::put_into(Inbox& inbox, const UnderWay& message) {
    MessageBodies& bodies = topics_[message.topic].bodies;
    bodies.hold(message.place);
    inbox.arrived.push_back({message.from, message.to, message.sent, message.at, bodies.at(message.place)});
    inbox.places.push_back(message.place);
}

void Mail::open(std::size_t party) {
    const auto by_receiver = [](const ArrivedMessage& a, const ArrivedMessage& b) { return a.to < b.to; };
    for (const std::size_t i : inbox_of_[party]) {
        auto& arrived = inboxes_[i].arrived;
        if (!std::is_sorted(arrived.begin(), arrived.end(), by_receiver))
            std::stable_sort(arrived.begin(), arrived.end(), by_receiver);
    }
}

void Mail::clear(std::size_t party) {
    for (const std::size_t i : inbox_of_[party]) {
        Inbox& inbox = inboxes_[i];
        for (const std::uint32_t place : inbox.places) topics_[inbox.topic].bodies.release(place);
        inbox.places.clear();
        inbox.arrived.clear();
    }
}

std::vector<MessageCount> Mail::counts() const {
    std::vector<MessageCount> counts;
    for (const TopicState& topic : topics_) counts.push_back(topic.count);
    return counts;
}

}  // namespace evsweep
