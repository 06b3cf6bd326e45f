// Messages between the parties of a replica: order, losses, delays, and what is counted of them.
#include "sim/engine/mail.hpp"

#include <catch2/catch.hpp>
#include <functional>
#include <set>
#include <string>
#include <vector>

#include "evsweep/contracts.hpp"
#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

/// Larger than a word, so that a body that is cut or moved shows.
struct Word {
    int number = 0;
    double twice = 0.0;
    char letters[20] = "";
};
constexpr Topic<Word> talk{"talk"};

/// A channel whose delays are a function given by the test.
class ByHand final : public Channel {
   public:
    using Delay = std::function<std::optional<Duration>(const Way&)>;
    explicit ByHand(Delay delay) : delay_(std::move(delay)) {}
    [[nodiscard]] std::optional<Duration> delay(const Way& way) const override { return delay_(way); }

   private:
    Delay delay_;
};

std::shared_ptr<const Channel> by_number(std::vector<std::optional<Duration>> delays) {
    return std::make_shared<ByHand>([delays = std::move(delays)](const Channel::Way& way) { return delays.at(way.number); });
}

struct Got {
    std::string who;
    std::uint32_t from, to;
    int number;
    Duration sent, arrived, read;
    friend bool operator==(const Got&, const Got&) = default;
};

Word word(int number) { return {number, 2.0 * number, "nineteen characters"}; }

/// Sends `numbers` in its turn at `offset`, from its first member to `to`.
AgentByRule sender(std::vector<int> numbers, std::uint32_t to, Duration offset = {}, std::size_t members = 1) {
    return {{.period = Duration(24h), .offset = offset}, [=](const Agent::Context& context) -> AgentByRule::Rule {
                const auto endpoint = context.exchange.join(talk, std::vector<std::vector<ConnectorId>>(members));
                return [=](Turn& turn) {
                    for (const int n : numbers) turn.send(endpoint, turn.first_address(endpoint), to, word(n));
                };
            }};
}

/// Takes down all that it gets.
AgentByRule listener(const std::string& who, Cadence cadence, std::vector<Got>& got, std::size_t members = 1) {
    return {cadence, [=, &got](const Agent::Context& context) -> AgentByRule::Rule {
                const auto endpoint = context.exchange.join(talk, std::vector<std::vector<ConnectorId>>(members));
                return [=, &got](Turn& turn) {
                    turn.each_message(endpoint, [&](const Message<Word>& m) {
                        CHECK(m.body.twice == 2.0 * m.body.number);
                        CHECK(std::string(m.body.letters) == "nineteen characters");
                        got.push_back({who, m.from, m.to, m.body.number, m.sent.time_since_epoch(), m.arrived.time_since_epoch(),
                                       turn.now.time_since_epoch()});
                    });
                };
            }};
}

const Cadence at_once{.on_message = true};

ReplicaOutcome talk_for_an_hour(const std::shared_ptr<const Channel>& channel, std::vector<PartyChoice> parties) {
    const Feeder feeder = two_buses();
    Scenario scenario = a_day();
    scenario.time.duration = 1h;
    StudySite site(scenario, feeder, {});
    if (channel) site.channels["talk"] = channel;
    return run(site, {}, std::move(parties)).outcome;
}

std::vector<int> numbers_of(const std::vector<Got>& got) {
    std::vector<int> numbers;
    for (const Got& g : got) numbers.push_back(g.number);
    return numbers;
}

}  // namespace

TEST_CASE("messages arrive after their delays, and come in the order of arrival and then of sending") {
    std::vector<Got> got;
    const auto outcome = talk_for_an_hour(by_number({20s, 10s, 10s}),
                                          {party("a", sender({1, 2, 3}, 1)), party("b", listener("b", {.period = 1min}, got))});
    REQUIRE_FALSE(outcome.failure);
    CHECK(got == std::vector<Got>{{"b", 0, 1, 2, 0s, 10s, 1min}, {"b", 0, 1, 3, 0s, 10s, 1min}, {"b", 0, 1, 1, 0s, 20s, 1min}});
    REQUIRE(outcome.messages.size() == 1);
    CHECK(outcome.messages[0].topic == "talk");
    CHECK(outcome.messages[0].sent == 3);
    CHECK(outcome.messages[0].delivered == 3);
    CHECK(outcome.messages[0].lost == 0);
    CHECK(outcome.messages[0].under_way() == 0);
    CHECK(outcome.messages[0].largest_delay == 20s);
}

TEST_CASE("a message wakes a party that asks for it, at the instant of its arrival and only then") {
    std::vector<Got> got;
    const auto outcome =
        talk_for_an_hour(by_number({7ms, 61s}), {party("a", sender({1, 2}, 1, 5min)), party("b", listener("b", at_once, got))});
    REQUIRE_FALSE(outcome.failure);
    CHECK(got == std::vector<Got>{{"b", 0, 1, 1, 5min, 5min + 7ms, 5min + 7ms}, {"b", 0, 1, 2, 5min, 6min + 1s, 6min + 1s}});
}

TEST_CASE("what waits for a turn is read once, by receiver first") {
    std::vector<Got> got;
    const AgentByRule talking{{.period = Duration(24h)}, [](const Agent::Context& context) -> AgentByRule::Rule {
                                  const auto endpoint = context.exchange.join(talk, {{}});
                                  return [=](Turn& turn) {
                                      turn.send(endpoint, 0, 2, word(1));
                                      turn.send(endpoint, 0, 1, word(2));
                                      turn.send(endpoint, 0, 2, word(3));
                                      turn.send(endpoint, 0, 1, word(4));
                                  };
                              }};
    const auto outcome =
        talk_for_an_hour(nullptr, {party("a", talking), party("b", listener("b", {.period = 10min, .offset = 10min}, got, 2))});
    REQUIRE_FALSE(outcome.failure);
    CHECK(numbers_of(got) == std::vector<int>{2, 4, 1, 3});
    CHECK(got.back().read == 10min);
}

TEST_CASE("lost messages and those under way at the end are counted") {
    std::vector<Got> got;
    const auto channel = by_number({std::nullopt, Duration(59min), Duration(1h), std::nullopt, Duration(2h)});
    const auto outcome =
        talk_for_an_hour(channel, {party("a", sender({0, 1, 2, 3, 4}, 1)), party("b", listener("b", at_once, got))});
    REQUIRE_FALSE(outcome.failure);
    CHECK(numbers_of(got) == std::vector<int>{1});
    CHECK(outcome.messages[0].sent == 5);
    CHECK(outcome.messages[0].lost == 2);
    CHECK(outcome.messages[0].delivered == 1);
    CHECK(outcome.messages[0].under_way() == 2);
    CHECK(outcome.messages[0].largest_delay == 59min);
}

TEST_CASE("what is sent to everybody reaches all members but the sender") {
    std::vector<Got> got;
    std::vector<PartyChoice> parties{party("a", sender({1}, everybody)), party("b", listener("b", at_once, got)),
                                     party("c", listener("c", at_once, got, 2))};
    SECTION("over a channel of one delay: one copy for each party") {
        const auto outcome = talk_for_an_hour(nullptr, parties);
        REQUIRE_FALSE(outcome.failure);
        CHECK(got == std::vector<Got>{{"b", 0, everybody, 1, 0s, 0s, 0s}, {"c", 0, everybody, 1, 0s, 0s, 0s}});
        CHECK(outcome.messages[0].sent == 3);
        CHECK(outcome.messages[0].delivered == 3);
    }
    SECTION("over a channel of many delays: each receiver by itself") {
        const auto channel = std::make_shared<ByHand>([](const Channel::Way&) { return std::optional<Duration>(1s); });
        const auto outcome = talk_for_an_hour(channel, parties);
        REQUIRE_FALSE(outcome.failure);
        CHECK(got == std::vector<Got>{{"b", 0, 1, 1, 0s, 1s, 1s}, {"c", 0, 2, 1, 0s, 1s, 1s}, {"c", 0, 3, 1, 0s, 1s, 1s}});
        CHECK(outcome.messages[0].sent == 3);
    }
    SECTION("a member beside the sender in one party hears it, the sender does not") {
        const AgentByRule two{{.period = Duration(24h), .on_message = true},
                              [&](const Agent::Context& context) -> AgentByRule::Rule {
                                  const auto endpoint = context.exchange.join(talk, {{}, {}});
                                  return [&got, endpoint, has_sent = false](Turn& turn) mutable {
                                      turn.each_message(endpoint, [&](const Message<Word>& m) {
                                          got.push_back({"two", m.from, m.to, m.body.number, {}, {}, {}});
                                      });
                                      if (!has_sent) turn.send(endpoint, 1, everybody, word(9));
                                      has_sent = true;
                                  };
                              }};
        const auto channel = std::make_shared<ByHand>([](const Channel::Way&) { return std::optional<Duration>(1s); });
        const auto outcome = talk_for_an_hour(channel, {party("two", two)});
        REQUIRE_FALSE(outcome.failure);
        CHECK(got == std::vector<Got>{{"two", 1, 0, 9, {}, {}, {}}});
        CHECK(outcome.messages[0].sent == 1);
    }
    SECTION("there is nobody else") {
        const auto outcome = talk_for_an_hour(nullptr, {party("a", sender({1}, everybody))});
        REQUIRE_FALSE(outcome.failure);
        CHECK(outcome.messages[0].sent == 0);
    }
}

TEST_CASE("a message without delay gives its receiver another turn at the same instant") {
    std::vector<Got> got;
    std::vector<PartyChoice> parties{party("b", listener("b", {.period = 10min, .on_message = true}, got)),
                                     party("a", sender({1}, 0, 10min))};  // b has had its turn when a sends
    const auto outcome = talk_for_an_hour(nullptr, parties);
    REQUIRE_FALSE(outcome.failure);
    CHECK(got == std::vector<Got>{{"b", 1, 0, 1, 10min, 10min, 10min}});
}

TEST_CASE("a question and its answer without delay take no time, and nothing changes in between but their receivers") {
    std::vector<std::string> turns;
    const auto speaker = [&](const std::string& who, std::uint32_t other, int most) -> AgentByRule {
        return {{.period = Duration(30min), .on_message = true}, [=, &turns](const Agent::Context& context) -> AgentByRule::Rule {
                    const auto endpoint = context.exchange.join(talk, {{}});
                    return [=, &turns](Turn& turn) {
                        turns.push_back(who);
                        bool has_come = false;
                        turn.each_message(endpoint, [&](const Message<Word>& m) {
                            has_come = true;
                            if (m.body.number < most)
                                turn.send(endpoint, turn.first_address(endpoint), other, word(m.body.number + 1));
                        });
                        if (!has_come && who == "a") turn.send(endpoint, turn.first_address(endpoint), other, word(1));
                    };
                }};
    };
    const auto outcome = talk_for_an_hour(nullptr, {party("a", speaker("a", 1, 4)), party("b", speaker("b", 0, 4))});
    REQUIRE_FALSE(outcome.failure);
    // At 0:00 and 0:30 each: both by their period, then b, a, b, a for messages 1 to 4.
    const std::vector<std::string> once{"a", "b", "b", "a", "b", "a"};
    std::vector<std::string> twice = once;
    twice.insert(twice.end(), once.begin(), once.end());
    CHECK(turns == twice);
}

TEST_CASE("parties that answer each other without delay and without end fail the replica") {
    const auto echo = [](std::uint32_t other) -> AgentByRule {
        return {{.period = Duration(24h), .on_message = true}, [=](const Agent::Context& context) -> AgentByRule::Rule {
                    const auto endpoint = context.exchange.join(talk, {{}});
                    return [=](Turn& turn) { turn.send(endpoint, turn.first_address(endpoint), other, word(1)); };
                }};
    };
    const auto outcome = talk_for_an_hour(nullptr, {party("a", echo(1)), party("b", echo(0))});
    CHECK(outcome.failure.value_or("") ==
          "at 00:00: parties answer one another's messages at one instant without end; give their channel a delay");
}

TEST_CASE("a party speaks for its own members, to members that there are") {
    const auto failure_of = [](std::uint32_t from, std::uint32_t to) {
        const AgentByRule bold{{.period = Duration(24h)}, [=](const Agent::Context& context) -> AgentByRule::Rule {
                                   const auto endpoint = context.exchange.join(talk, {{}});
                                   return [=](Turn& turn) {
                                       CHECK(turn.members(endpoint) == 2);
                                       CHECK(turn.first_address(endpoint) == 1);
                                       turn.send(endpoint, from, to, word(1));
                                   };
                               }};
        std::vector<Got> got;
        return talk_for_an_hour(nullptr, {party("a", listener("a", at_once, got)), party("b", bold)}).failure.value_or("");
    };
    CHECK_THAT(failure_of(0, 1), Contains("in the name of a member that is not its own"));
    CHECK_THAT(failure_of(2, 0), Contains("in the name of a member that is not its own"));
    CHECK_THAT(failure_of(1, 2), Contains("a member that the topic does not have"));
    CHECK(failure_of(1, 0) == "");
}

TEST_CASE("a channel that would deliver before anything was sent is a broken promise") {
    std::vector<Got> got;
    const auto outcome =
        talk_for_an_hour(by_number({Duration(-1ms)}), {party("a", sender({1}, 1)), party("b", listener("b", at_once, got))});
    CHECK_THAT(outcome.failure.value_or(""), Contains("a message arrives no earlier than it is sent"));
}

TEST_CASE("what is lost is decided by who speaks to whom and how often they have, not by where they stand") {
    const auto half = std::make_shared<ByHand>([](const Channel::Way& way) {
        return way.chance(way.number, 0) < 0.5 ? std::nullopt : std::optional<Duration>(Duration::zero());
    });
    std::vector<int> numbers;
    for (int n = 0; n < 200; ++n) numbers.push_back(n);
    const auto heard = [&](bool has_stranger) {
        std::vector<Got> got;
        std::vector<PartyChoice> parties;
        if (has_stranger) parties.push_back(party("stranger", sender(numbers, everybody)));
        const std::uint32_t first = has_stranger ? 1 : 0;
        parties.push_back(party("listener", listener("listener", at_once, got)));
        parties.push_back(party("speaker", sender(numbers, first)));
        REQUIRE_FALSE(talk_for_an_hour(half, parties).failure);
        std::erase_if(got, [&](const Got& g) { return g.from != first + 1; });
        return numbers_of(got);
    };
    const auto alone = heard(false), beside = heard(true);
    CHECK(alone == beside);
    CHECK(alone.size() > 72);  // 100 less four standard deviations of 7.07
    CHECK(alone.size() < 128);
}

TEST_CASE("members of charging points are known by their group and number, whatever their rows") {
    const auto third = std::make_shared<ByHand>(
        [](const Channel::Way& way) { return way.chance(way.number, 3) < 0.3 ? std::nullopt : std::optional<Duration>(1s); });
    // Every charging point is a member and speaks once a minute to all; what each hears, by the names of both.
    const auto heard = [&](const std::vector<std::string>& groups) {
        Fleet fleet;
        Scenario scenario = a_day();
        scenario.time.duration = 1h;
        for (const std::string& group : groups) {
            fleet.add(stay(0.0, 20.0, 0.1, 0.9));
            fleet.population.connectors.form_group(group);
        }
        scenario.population.resize(groups.size());
        std::set<std::tuple<std::string, std::string, int>> list;
        const ControllerByRule speaking{
            {.period = Duration(1min)}, [&](const Controller::Context& context) -> ControllerByRule::Rule {
                std::vector<std::vector<ConnectorId>> members;
                for (ConnectorId c : context.own) members.push_back({c});
                const auto endpoint = context.exchange.join(talk, members);
                return [&, endpoint](Turn& turn, const Connection&, Setpoints&) {
                    turn.each_message(endpoint,
                                      [&](const Message<Word>& m) { list.emplace(groups[m.from], groups[m.to], m.body.number); });
                    const auto minute = static_cast<int>(turn.now.time_since_epoch() / Duration(1min));
                    for (std::uint32_t m = 0; m < turn.members(endpoint); ++m) turn.send(endpoint, m, everybody, word(minute));
                };
            }};
        const Feeder feeder = two_buses();
        StudySite site(scenario, feeder, places_of(fleet.population.connectors));
        site.channels["talk"] = third;
        REQUIRE_FALSE(run(site, fleet.population, {party("it", speaking)}).outcome.failure);
        return list;
    };
    const auto one_way = heard({"homes", "shops", "offices"});
    CHECK(one_way == heard({"offices", "homes", "shops"}));
    const auto sent = 6.0 * 59.0;  // by three members to two others; what is sent at 0:59 comes after the last turn
    CHECK(static_cast<double>(one_way.size()) == Approx(0.7 * sent).margin(4.0 * std::sqrt(0.21 * sent)));
}
