/// Messages of one replica: under way over their channels, and in the inboxes of the parties.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/channel.hpp"
#include "evsweep/exchange.hpp"
#include "sim/engine/party_set.hpp"

namespace evsweep {

/// What became of the messages of one topic.
struct MessageCount {
    std::string topic;
    std::uint64_t sent = 0;  ///< one for each receiver
    std::uint64_t delivered = 0;
    std::uint64_t lost = 0;
    Duration largest_delay{};  ///< of those delivered
    [[nodiscard]] std::uint64_t under_way() const { return sent - delivered - lost; }
};

/// The bodies of messages of one size, at addresses that do not change. A body is free again when nobody holds it any more.
class MessageBodies {
   public:
    explicit MessageBodies(std::size_t bytes);
    /// A copy of `body`, held by `holders`.
    [[nodiscard]] std::uint32_t store(const std::byte* body, std::uint32_t holders);
    [[nodiscard]] const std::byte* at(std::uint32_t place) const;
    void release(std::uint32_t place);
    void hold(std::uint32_t place) { ++holders_[place]; }

   private:
    static constexpr std::size_t per_block = 256;
    std::size_t stride_;  ///< in std::max_align_t
    std::size_t bytes_;
    std::vector<std::unique_ptr<std::max_align_t[]>> blocks_;
    std::vector<std::uint32_t> holders_;  ///< by place
    std::vector<std::uint32_t> free_;
};

/// All topics of one replica.
class Mail {
   public:
    /// All outlive it. Topics without a channel in the scenario lose nothing and take no time.
    Mail(const PartySet& set, const ReplicaSite& site, const Connectors& connectors, Rng rng);

    [[nodiscard]] bool empty() const { return topics_.empty(); }
    /// When the next message arrives.
    [[nodiscard]] std::optional<Instant> next_arrival() const;
    /// Puts all that has arrived by now into inboxes; marks in `woken` (by party) who got any.
    void deliver(Instant now, std::vector<std::uint8_t>& woken);
    /// Sorts the inboxes of a party for its turn.
    void open(std::size_t party);
    /// Empties them after it.
    void clear(std::size_t party);
    /// The mailbox of a party; `now` moves on with Mail::at.
    [[nodiscard]] Mailbox* mailbox(std::size_t party) { return boxes_[party].get(); }
    void at(Instant now) { now_ = now; }
    [[nodiscard]] std::vector<MessageCount> counts() const;

   private:
    struct Inbox {
        std::size_t party = 0;
        std::size_t topic = 0;
        std::uint32_t first = 0;  ///< address
        std::uint32_t members = 0;
        std::vector<ArrivedMessage> arrived{};
        std::vector<std::uint32_t> places{};  ///< of the bodies, as `arrived`
    };
    struct TopicState {
        std::string name;
        std::shared_ptr<const Channel> channel;  ///< none: ideal
        MessageBodies bodies;
        std::uint32_t members = 0;
        std::vector<std::size_t> inboxes{};
        std::vector<Purpose> sender{};          ///< by member
        std::vector<std::uint32_t> receiver{};  ///< by member
        std::vector<std::uint32_t> number{};    ///< [from][to], of channels that lose or delay by chance
        MessageCount count{};
    };
    struct UnderWay {
        Instant at{};
        std::uint64_t sequence = 0;
        std::uint32_t topic = 0, from = 0, to = 0, place = 0;
        Instant sent{};
        [[nodiscard]] bool operator>(const UnderWay& other) const {
            return at != other.at ? at > other.at : sequence > other.sequence;
        }
    };
    class Box;

    void enter(const Declared::Joined& joined, std::size_t party, const std::string& label, const ReplicaSite& site,
               const Connectors& connectors);
    void send(std::size_t topic, std::uint32_t from, std::uint32_t to, const std::byte* body);
    void send_one(TopicState& topic, std::size_t index, std::uint32_t from, std::uint32_t to, std::uint32_t place);
    void put_under_way(std::size_t topic, std::uint32_t from, std::uint32_t to, std::uint32_t place, Duration delay);
    void put_into(Inbox& inbox, const UnderWay& message);

    Rng rng_;
    Instant now_{};
    std::vector<TopicState> topics_;
    std::vector<Inbox> inboxes_;
    std::vector<std::vector<std::size_t>> inbox_of_;  ///< [party][endpoint]
    std::vector<std::unique_ptr<Mailbox>> boxes_;     ///< by party
    std::vector<UnderWay> under_way_;                 ///< a heap, the next one first
    std::uint64_t sequence_ = 0;
};

}  // namespace evsweep
