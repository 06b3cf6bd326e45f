/// The exchange: where parties declare what they read, publish, send and use, and the turns in which they do so.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "evsweep/forecast.hpp"
#include "evsweep/ids.hpp"
#include "evsweep/signal.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// A place in the exchange. Only a declaration gives one that opens anything.
struct Slot {
    static constexpr std::uint32_t nowhere = std::numeric_limits<std::uint32_t>::max();
    std::uint32_t index = nowhere;
    std::uint32_t owner = nowhere;  ///< the party that declared it
};

/// The right to read a signal.
template <UnitLabel Unit, Extent Per, Form As>
struct Subscription : Slot {};
/// The right to write a signal.
template <UnitLabel Unit, Extent Per, Form As>
struct Publication : Slot {};
/// The right to exchange messages of one topic.
template <class Body>
struct Endpoint : Slot {};
/// The right to use a service.
template <class Interface>
struct Use : Slot {};

/// A kind of message; `Body` is trivially copyable, so that messages under way can be stored.
template <class Body>
struct Topic {
    static_assert(std::is_trivially_copyable_v<Body>, "messages are copied byte by byte");
    std::string_view name;  ///< in snake_case; section `channels` of a scenario uses it
};

/// Every member of a topic but the sender.
inline constexpr std::uint32_t everybody = std::numeric_limits<std::uint32_t>::max();

/// A message that has arrived.
template <class Body>
struct Message {
    std::uint32_t from;  ///< addresses of members of the topic
    std::uint32_t to;    ///< or `everybody`, where one copy stands for all receivers
    Instant sent;
    Instant arrived;
    const Body& body;  ///< until the end of the turn
};

/// An object that is more than numbers, e.g. a linear model of the grid.
template <class Interface>
struct Service {
    std::string_view name;
};

/// Which value of a signal that another party publishes is read: that of this instant, which puts the reader's turn behind the
/// publisher's, or the one before (gate closure, a sampled measurement). Signals of the simulator are as they stand when the turn
/// begins, or with `previous` as they stood before any party had acted at this instant.
enum class Freshness : std::uint8_t { present, previous };

/// Whether a scenario in which nobody publishes the signal is refused, or the subscriber reads no values then.
enum class Presence : std::uint8_t { required, optional };

/// A party did what it has no right to, e.g. read a signal that it had not subscribed to. It ends the replica, which is reported
/// as failed.
class ExchangeError : public std::logic_error {
   public:
    using std::logic_error::logic_error;
};

/// Where a party declares, in its constructor, what it will read, publish, send and use. The declarations are stored with the
/// results. Declaring the same signal twice gives the same slot.
class Exchange {
   public:
    virtual ~Exchange() = default;

    template <UnitLabel Unit, Extent Per, Form As>
    [[nodiscard]] Subscription<Unit, Per, As> subscribe(const Signal<Unit, Per, As>& signal,
                                                        Freshness freshness = Freshness::present) {
        return {add_subscription(info_of(signal), freshness, Presence::required)};
    }
    /// The same of a signal that the reader can do without: where nobody publishes it, its values are an empty span.
    template <UnitLabel Unit, Extent Per, Form As>
    [[nodiscard]] Subscription<Unit, Per, As> subscribe_if_there(const Signal<Unit, Per, As>& signal,
                                                                 Freshness freshness = Freshness::present) {
        return {add_subscription(info_of(signal), freshness, Presence::optional)};
    }
    /// `members`: the names of the areas, for signals of extent area; empty for all others.
    template <UnitLabel Unit, Extent Per, Form As>
    [[nodiscard]] Publication<Unit, Per, As> publish(const Signal<Unit, Per, As>& signal,
                                                     const std::vector<std::string>& members = {}) {
        static_assert(As == Form::present, "forecasts come from the scenario");
        return {add_publication(info_of(signal), members)};
    }
    /// Enters `connectors_of.size()` members into a topic; `connectors_of[m]`: the connection points whose private values member
    /// m knows and whose setpoints it decides. A party that is one member without connection points gives one empty list.
    template <class Body>
    [[nodiscard]] Endpoint<Body> join(const Topic<Body>& topic, const std::vector<std::vector<ConnectorId>>& connectors_of) {
        static_assert(alignof(Body) <= alignof(std::max_align_t));
        return {add_endpoint(topic.name, sizeof(Body), connectors_of)};
    }
    template <class Interface>
    [[nodiscard]] Use<Interface> use(const Service<Interface>& service) {
        return {add_use(service.name)};
    }

   private:
    [[nodiscard]] virtual Slot add_subscription(const SignalInfo& signal, Freshness freshness, Presence presence) = 0;
    [[nodiscard]] virtual Slot add_publication(const SignalInfo& signal, const std::vector<std::string>& members) = 0;
    [[nodiscard]] virtual Slot add_endpoint(std::string_view topic, std::size_t body_bytes,
                                            const std::vector<std::vector<ConnectorId>>& connectors_of) = 0;
    [[nodiscard]] virtual Slot add_use(std::string_view service) = 0;
};

/// A message in an inbox, whatever its body.
struct ArrivedMessage {
    std::uint32_t from = 0;
    std::uint32_t to = 0;
    Instant sent{};
    Instant arrived{};
    const std::byte* body = nullptr;
};

/// The messages of one party; the machine's side of Turn::send.
class Mailbox {
   public:
    virtual ~Mailbox() = default;
    /// What has arrived at an endpoint since the party's last turn, by receiver, then arrival, then the order of sending.
    [[nodiscard]] virtual std::span<const ArrivedMessage> inbox(std::uint32_t endpoint) const = 0;
    virtual void send(std::uint32_t endpoint, std::uint32_t from, std::uint32_t to, const std::byte* body) = 0;
    /// The address of the party's first member in the topic; its others follow.
    [[nodiscard]] virtual std::uint32_t first_address(std::uint32_t endpoint) const = 0;
    /// Members of the topic, of all parties.
    [[nodiscard]] virtual std::uint32_t members(std::uint32_t endpoint) const = 0;
};

/// What stands behind the slots of one party; the machine fills it before every turn.
struct TurnAccess {
    std::uint32_t owner = Slot::nowhere;
    std::vector<std::span<const double>> reads{};
    std::vector<std::span<double>> writes{};
    std::vector<std::uint8_t> written{};  ///< by publication: whether this turn wrote it
    std::vector<void*> objects{};
    Mailbox* mailbox = nullptr;
    Duration forecast_step{};
};

/// One turn of a party: its only way to the exchange. What it publishes or sends is seen by others in later turns.
class Turn {
   public:
    Turn(Instant instant, TurnAccess& access) : now(instant), access_(access) {}

    const Instant now;

    /// The values of a signal, by what it has one value of (Extent).
    template <UnitLabel Unit, Extent Per>
    [[nodiscard]] std::span<const double> operator[](const Subscription<Unit, Per, Form::present>& subscription) const {
        return at(access_.reads, subscription);
    }
    /// The one value of a signal of the feeder.
    template <UnitLabel Unit>
    [[nodiscard]] Quantity<Unit> value(const Subscription<Unit, Extent::feeder, Form::present>& subscription) const {
        return Quantity<Unit>(at(access_.reads, subscription)[0]);
    }
    template <UnitLabel Unit>
    [[nodiscard]] Forecast operator[](const Subscription<Unit, Extent::feeder, Form::forecast>& subscription) const {
        return {access_.forecast_step, at(access_.reads, subscription)};
    }
    /// To be written; what is not written keeps its last value. All are 0 before the first.
    template <UnitLabel Unit, Extent Per>
    [[nodiscard]] std::span<double> operator[](const Publication<Unit, Per, Form::present>& publication) {
        const std::span<double> values = at(access_.writes, publication);
        access_.written[publication.index] = 1;
        return values;
    }
    template <class Interface>
    [[nodiscard]] Interface& operator[](const Use<Interface>& use) const {
        const void* const object = at(access_.objects, use);
        if (!object) throw ExchangeError("a service is used that is not there");
        return *static_cast<Interface*>(const_cast<void*>(object));
    }

    /// `use(Message<Body>)` for every message that has arrived since the last turn: by receiver, then by arrival, then in the
    /// order of sending.
    template <class Body, class Visit>
    void each_message(const Endpoint<Body>& endpoint, Visit&& visit) const {
        check(endpoint, endpoints());
        for (const ArrivedMessage& m : access_.mailbox->inbox(endpoint.index))
            visit(Message<Body>{m.from, m.to, m.sent, m.arrived, *reinterpret_cast<const Body*>(m.body)});
    }
    /// `from`: a member of this party, by address; `to`: any member, or `everybody`.
    template <class Body>
    void send(const Endpoint<Body>& endpoint, std::uint32_t from, std::uint32_t to, const Body& body) {
        check(endpoint, endpoints());
        access_.mailbox->send(endpoint.index, from, to, reinterpret_cast<const std::byte*>(&body));
    }
    /// The address of this party's first member; its others follow.
    template <class Body>
    [[nodiscard]] std::uint32_t first_address(const Endpoint<Body>& endpoint) const {
        check(endpoint, endpoints());
        return access_.mailbox->first_address(endpoint.index);
    }
    /// Members of the topic, of all parties; addresses are 0 to this less 1.
    template <class Body>
    [[nodiscard]] std::uint32_t members(const Endpoint<Body>& endpoint) const {
        check(endpoint, endpoints());
        return access_.mailbox->members(endpoint.index);
    }

   private:
    [[nodiscard]] std::size_t endpoints() const { return access_.mailbox ? std::numeric_limits<std::uint32_t>::max() : 0; }
    void check(const Slot& slot, std::size_t count) const {
        if (slot.index >= count || slot.owner != access_.owner)
            throw ExchangeError("a party uses what it has not declared; declare it in the constructor, with Context::exchange");
    }
    template <class Values>
    [[nodiscard]] auto at(const std::vector<Values>& values, const Slot& slot) const {
        check(slot, values.size());
        return values[slot.index];
    }

    TurnAccess& access_;
};

}  // namespace evsweep
