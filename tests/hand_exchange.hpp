/// An exchange made by hand: it takes down what one party declares, and shows the party what a test gives. It shares no code with
/// the engine.
#pragma once

#include <algorithm>
#include <cstring>
#include <limits>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/exchange.hpp"

namespace evsweep::test {

/// A message as a test gives it or finds it.
struct Letter {
    std::string topic;
    std::uint32_t from = 0, to = 0;
    Instant sent{}, arrived{};
    std::vector<std::byte> body{};

    template <class Body>
    [[nodiscard]] Body as() const {
        if (body.size() != sizeof(Body)) throw std::logic_error("the letter holds another body");
        Body copy;
        std::memcpy(&copy, body.data(), sizeof(Body));
        return copy;
    }
};

/// For one party. What it reads and was not given is NaN: one number for a feeder or a forecast, one for each connector or
/// whatever `count` says of other extents.
class HandExchange final : public Exchange {
   public:
    explicit HandExchange(std::size_t connectors = 0) { count(Extent::connector, connectors); }
    HandExchange(const HandExchange&) = delete;

    /// How many values a signal of this extent has.
    void count(Extent extent, std::size_t values) { count_[extent] = values; }

    // What the party has declared.
    [[nodiscard]] bool reads(std::string_view signal) const {
        for (const Read& read : reads_)
            if (read.name == signal) return true;
        return false;
    }
    [[nodiscard]] bool uses(std::string_view service) const {
        return std::find(uses_.begin(), uses_.end(), service) != uses_.end();
    }
    [[nodiscard]] bool joins_a_topic() const { return !mailbox_.topics.empty(); }
    /// The names of all signals read, in the order of their declaration.
    [[nodiscard]] std::vector<std::string> read_signals() const {
        std::vector<std::string> names;
        for (const Read& read : reads_) names.push_back(read.name);
        return names;
    }
    [[nodiscard]] const std::vector<std::string>& used_services() const { return uses_; }

    // What the party sees from now on. Columns outlive their last turn.
    template <UnitLabel Unit, Extent Per, Form As>
    void show(const Signal<Unit, Per, As>& signal, std::span<const double> values) {
        shown_[std::string(signal.name)] = Shown{values, {}};
    }
    template <UnitLabel Unit, Extent Per, Form As>
    void show(const Signal<Unit, Per, As>& signal, double value) {
        Shown& shown = shown_[std::string(signal.name)];
        shown.own = {value};
        shown.values = shown.own;
    }
    /// `value(signal, place)`: of everything that the party reads.
    template <class Value>
    void show_all(Value value) {
        for (const Read& read : reads_) {
            Shown& shown = shown_[read.name];
            shown.own.resize(read.form == Form::forecast ? 1 : size_of(read.extent));
            for (std::size_t place = 0; place < shown.own.size(); ++place) shown.own[place] = value(read.name, place);
            shown.values = shown.own;
        }
    }
    /// `step`: of all forecasts.
    void show_forecasts_by(Duration step) { access_.forecast_step = step; }
    template <class Interface>
    void offer(const Service<Interface>& service, Interface* object) {
        objects_[std::string(service.name)] = const_cast<std::remove_const_t<Interface>*>(object);
    }

    // Messages.
    /// The party's members get addresses from `first` on, of `members` altogether.
    void seat(std::uint32_t first, std::uint32_t members) { mailbox_.first = first, mailbox_.members_of_all = members; }
    /// Lies in the inbox at the next turn only.
    template <class Body>
    void deliver(const Topic<Body>& topic, std::uint32_t from, std::uint32_t to, Instant sent, Instant arrived,
                 const Body& body) {
        Letter letter{std::string(topic.name), from, to, sent, arrived, std::vector<std::byte>(sizeof(Body))};
        std::memcpy(letter.body.data(), &body, sizeof(Body));
        mailbox_.waiting.push_back(std::move(letter));
    }
    /// Everything that was sent, in that order.
    [[nodiscard]] const std::vector<Letter>& sent() const { return mailbox_.sent; }

    // Turns.
    [[nodiscard]] Turn turn(Instant now) {
        access_.owner = owner;
        access_.reads.clear();
        for (const Read& read : reads_) access_.reads.push_back(values_of(read));
        access_.writes.clear();
        for (Written& written : writes_) access_.writes.emplace_back(written.values);
        access_.written.assign(writes_.size(), 0);
        access_.objects.clear();
        for (const std::string& use : uses_) {
            const auto object = objects_.find(use);
            access_.objects.push_back(object == objects_.end() ? nullptr : object->second);
        }
        access_.mailbox = mailbox_.topics.empty() ? nullptr : &mailbox_;
        mailbox_.open(now);
        return {now, access_};
    }
    /// What the party has written last; all 0 before.
    [[nodiscard]] std::vector<double> all_published() const {
        std::vector<double> all;
        for (const Written& written : writes_) all.insert(all.end(), written.values.begin(), written.values.end());
        return all;
    }
    [[nodiscard]] std::span<const double> published(std::string_view signal) const {
        for (const Written& written : writes_)
            if (written.name == signal) return written.values;
        throw std::logic_error("the party does not publish this signal");
    }

   private:
    static constexpr std::uint32_t owner = 7;  ///< any but that of a slot nobody declared

    struct Read {
        std::string name;
        Extent extent{};
        Form form{};
    };
    struct Written {
        std::string name;
        std::vector<double> values;
    };
    struct Shown {
        std::span<const double> values{};
        std::vector<double> own{};
    };

    class HandMailbox final : public Mailbox {
       public:
        std::vector<std::string> topics;  ///< by endpoint
        std::uint32_t first = 0, members_of_all = 0;
        std::vector<Letter> waiting, sent;

        void open(Instant now) {
            now_ = now;
            open_ = std::exchange(waiting, {});
            inboxes_.assign(topics.size(), {});
            for (const Letter& letter : open_)
                for (std::size_t t = 0; t < topics.size(); ++t)
                    if (topics[t] == letter.topic)
                        inboxes_[t].push_back({letter.from, letter.to, letter.sent, letter.arrived, letter.body.data()});
        }
        [[nodiscard]] std::span<const ArrivedMessage> inbox(std::uint32_t endpoint) const override {
            return inboxes_.at(endpoint);
        }
        void send(std::uint32_t endpoint, std::uint32_t from, std::uint32_t to, const std::byte* body) override {
            sent.push_back({topics.at(endpoint), from, to, now_, now_, {body, body + bytes.at(endpoint)}});
        }
        [[nodiscard]] std::uint32_t first_address(std::uint32_t) const override { return first; }
        [[nodiscard]] std::uint32_t members(std::uint32_t) const override { return members_of_all; }

        std::vector<std::size_t> bytes;  ///< of a body, by endpoint

       private:
        Instant now_{};
        std::vector<Letter> open_;
        std::vector<std::vector<ArrivedMessage>> inboxes_;
    };

    [[nodiscard]] static Slot slot(std::size_t index) { return {static_cast<std::uint32_t>(index), owner}; }

    Slot add_subscription(const SignalInfo& signal, Freshness, Presence) override {
        for (std::size_t i = 0; i < reads_.size(); ++i)
            if (reads_[i].name == signal.name) return slot(i);
        reads_.push_back({std::string(signal.name), signal.extent, signal.form});
        return slot(reads_.size() - 1);
    }
    Slot add_publication(const SignalInfo& signal, const std::vector<std::string>& members) override {
        const std::size_t size = signal.extent == Extent::area ? members.size() : size_of(signal.extent);
        writes_.push_back({std::string(signal.name), std::vector<double>(size, 0.0)});
        return slot(writes_.size() - 1);
    }
    Slot add_endpoint(std::string_view topic, std::size_t body_bytes,
                      const std::vector<std::vector<ConnectorId>>& connectors_of) override {
        mailbox_.topics.emplace_back(topic);
        mailbox_.bytes.push_back(body_bytes);
        if (mailbox_.members_of_all == 0) mailbox_.members_of_all = static_cast<std::uint32_t>(connectors_of.size());
        return slot(mailbox_.topics.size() - 1);
    }
    Slot add_use(std::string_view service) override {
        uses_.emplace_back(service);
        return slot(uses_.size() - 1);
    }

    [[nodiscard]] std::size_t size_of(Extent extent) const {
        const auto given = count_.find(extent);
        if (given != count_.end()) return given->second;
        return extent == Extent::feeder ? 1 : 0;
    }
    [[nodiscard]] std::span<const double> values_of(const Read& read) {
        const auto shown = shown_.find(read.name);
        if (shown != shown_.end()) return shown->second.values;
        std::vector<double>& unknown = unknown_[read.name];
        const std::size_t size = read.form == Form::forecast ? 1 : size_of(read.extent);
        unknown.assign(size, std::numeric_limits<double>::quiet_NaN());
        return unknown;
    }

    std::map<Extent, std::size_t> count_;
    std::vector<Read> reads_;
    std::vector<Written> writes_;
    std::vector<std::string> uses_;
    std::map<std::string, Shown, std::less<>> shown_;
    std::map<std::string, std::vector<double>, std::less<>> unknown_;
    std::map<std::string, void*, std::less<>> objects_;
    HandMailbox mailbox_;
    TurnAccess access_;
};

}  // namespace evsweep::test
