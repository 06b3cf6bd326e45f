// Whether what parties declare fits together, and in which order they take their turns.
#include "sim/engine/party_set.hpp"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;

namespace {

constexpr Signal<"kW", Extent::feeder> bid{"bid", "of a test"};
constexpr Signal<"kW", Extent::feeder> offer{"offer", "of a test"};
constexpr Signal<"kW", Extent::feeder> clearing{"clearing", "of a test"};

using Declaration = std::function<void(Exchange&)>;

/// An agent that declares and then does nothing.
AgentByRule declaring(Declaration declare, Cadence cadence = {.period = Duration(1h)}) {
    return {cadence, [declare = std::move(declare)](const Agent::Context& context) {
                declare(context.exchange);
                return [](Turn&) {};
            }};
}
template <class S>
Declaration reads(S signal, Freshness freshness = Freshness::present) {
    return [=](Exchange& exchange) { (void)exchange.subscribe(signal, freshness); };
}
template <class S>
Declaration writes(S signal) {
    return [=](Exchange& exchange) { (void)exchange.publish(signal); };
}
Declaration both(Declaration a, Declaration b) {
    return [=](Exchange& exchange) { a(exchange), b(exchange); };
}

/// "label: problem; hint" of all that is wrong with these parties.
std::vector<std::string> problems_of(std::vector<PartyChoice> parties, const Scenario& scenario = a_day()) {
    const Feeder feeder = two_buses();
    const StudySite site(scenario, feeder, {});
    const Alternative alternative{.label = "it", .type = "it", .settings = {}, .parties = std::move(parties)};
    const Population nobody;
    const PartySet set(site.shared, &alternative, nobody, Rng(1, 0));
    std::vector<std::string> list;
    for (const PartyProblem& p : set.problems())
        list.push_back(p.party->label + ": " + p.problem + (p.hint.empty() ? "" : "; " + p.hint));
    return list;
}

/// The labels in the order of their turns.
std::vector<std::string> order_of(std::vector<PartyChoice> agents, std::vector<PartyChoice> parties) {
    const Feeder feeder = two_buses();
    Scenario scenario = a_day();
    scenario.agents = std::move(agents);
    const StudySite site(scenario, feeder, {});
    const Alternative alternative{.label = "it", .type = "it", .settings = {}, .parties = std::move(parties)};
    const Population nobody;
    const PartySet set(site.shared, &alternative, nobody, Rng(1, 0));
    REQUIRE(set.problems().empty());
    std::vector<std::string> labels;
    for (const std::size_t p : set.order()) labels.push_back(set.parties()[p].choice->label);
    return labels;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("parties that fit together have no problems") {
    CHECK(problems_of({}) == Texts{});
    CHECK(problems_of({party("a", declaring(writes(bid))), party("b", declaring(reads(bid)))}) == Texts{});
    CHECK(problems_of({party("a", declaring(reads(signals::feeder_head))), party("b", on_arrival(5.0))}) == Texts{});
}

TEST_CASE("a signal that nobody publishes is a problem, with the name that was probably meant") {
    constexpr Signal<"pu", Extent::connector> misspelt{"voltag", "of a test"};
    CHECK(problems_of({party("a", declaring(reads(misspelt)))}) ==
          Texts{"a: reads the signal 'voltag', which nobody publishes; did you mean 'voltage'?"});
    CHECK(problems_of({party("a", declaring(writes(bid))),
                       party("b", declaring(reads(Signal<"kW", Extent::feeder>{"bids", "of a test"})))}) ==
          Texts{"b: reads the signal 'bids', which nobody publishes; did you mean 'bid'?"});
}

TEST_CASE("a signal has the unit, the extent and the form that its publisher says") {
    const PartyChoice publisher = party("a", declaring(writes(bid)));
    CHECK(problems_of({publisher, party("b", declaring(reads(Signal<"MW", Extent::feeder>{"bid", "of a test"})))}) ==
          Texts{"b: 'bid' is in kW, not in MW"});
    CHECK(problems_of({publisher, party("b", declaring(reads(Signal<"kW", Extent::group>{"bid", "of a test"})))}) ==
          Texts{"b: 'bid' has a value for each feeder, not for each group"});
    CHECK(problems_of(
              {publisher, party("b", declaring(reads(Signal<"kW", Extent::feeder, Form::forecast>{"bid", "of a test"})))}) ==
          Texts{"b: 'bid' is no forecast"});
    CHECK(problems_of({party("b", declaring(reads(Signal<"V", Extent::connector>{"voltage", "of a test"})))}) ==
          Texts{"b: 'voltage' is in pu, not in V"});
    CHECK(problems_of({party("b", declaring(reads(Signal<"kW", Extent::feeder>{"base_demand_forecast", "of a test"})))}) ==
          Texts{"b: 'base_demand_forecast' is a forecast"});
}

TEST_CASE("a signal has one publisher, and the simulator's are its own") {
    CHECK(problems_of({party("a", declaring(writes(bid))), party("b", declaring(writes(bid)))}) ==
          Texts{"b: publishes 'bid', which 'a' publishes, too; a signal has one publisher"});
    CHECK(problems_of({party("a", declaring(writes(signals::voltage)))}) ==
          Texts{"a: publishes 'voltage', which the simulator publishes, too; a signal has one publisher"});
}

TEST_CASE("parties that all wait for the present value of the next are a circle, which is reported with all its members") {
    const Declaration a = both(reads(offer), writes(bid)), b = both(reads(clearing), writes(offer));
    const Declaration c = both(reads(bid), writes(clearing)), outside = reads(bid);
    CHECK(problems_of({party("watcher", declaring(outside)), party("a", declaring(a)), party("b", declaring(b)),
                       party("c", declaring(c))}) ==
          Texts{"a: reads in a circle: 'a' reads 'b' reads 'c' reads 'a'; one of them has to read the previous value"});
    const Declaration late = both(reads(bid, Freshness::previous), writes(clearing));
    CHECK(problems_of({party("a", declaring(a)), party("b", declaring(b)), party("c", declaring(late))}) == Texts{});
    CHECK(problems_of({party("self", declaring(both(reads(bid), writes(bid))))}) == Texts{});  // its own last value
}

TEST_CASE("prices that a scenario does not have are missed once, whatever of them a party reads") {
    const Declaration all = both(reads(signals::price), both(reads(signals::price_forecast), reads(signals::sell_price)));
    CHECK(problems_of({party("a", declaring(all))}) ==
          Texts{"a: needs prices, and the scenario has none; add a section `prices`"});
    Scenario priced = a_day();
    priced.prices = Prices{.buy = {.every = 24h, .values = {0.3}}};
    CHECK(problems_of({party("a", declaring(all))}, priced) == Texts{});
    const Declaration before = both(reads(signals::day_ahead_price), reads(signals::day_ahead_sell_price));
    CHECK(problems_of({party("a", declaring(before))}) ==
          Texts{"a: needs prices, and the scenario has none; add a section `prices`"});
    CHECK(problems_of({party("a", declaring(before))}, priced) ==
          Texts{"a: needs prices as expected the day before, and the scenario has none; add `prices.day_ahead`"});
    priced.prices->day_ahead = Profile{.every = 24h, .values = {0.3}};
    CHECK(problems_of({party("a", declaring(before))}, priced) == Texts{});
}

TEST_CASE("a service that is not there is a problem") {
    constexpr Service<const Population> oracle{"oracle"};
    CHECK(problems_of({party("a", declaring([=](Exchange& exchange) { (void)exchange.use(oracle); }))}) ==
          Texts{"a: uses the service 'oracle', which is not there"});
}

TEST_CASE("members of one topic exchange one kind of message") {
    constexpr Topic<int> numbers{"talk"};
    constexpr Topic<double> others{"talk"};
    const auto joins = [](const auto& topic) -> Declaration {
        return [topic](Exchange& exchange) { (void)exchange.join(topic, {{}}); };
    };
    CHECK(problems_of({party("a", declaring(joins(numbers))), party("b", declaring(joins(numbers)))}) == Texts{});
    CHECK(problems_of({party("a", declaring(joins(numbers))), party("b", declaring(joins(others)))}) ==
          Texts{"b: exchanges other messages of the topic 'talk'; all members of a topic use one message type"});
}

TEST_CASE("a period has some length") {
    const auto every = [](Duration period) { return problems_of({party("a", declaring([](Exchange&) {}, {.period = period}))}); };
    CHECK(every(0ms) == Texts{"a: has a period of no time; give at least 1 ms"});
    CHECK(every(-1min) == Texts{"a: has a period of no time; give at least 1 ms"});
    CHECK(every(1ms) == Texts{});
    CHECK(every(7s) == Texts{});  // no whole number of control steps
}

TEST_CASE("a party that publishes comes before those that read the present value; otherwise the scenario's order stands") {
    const auto nothing = [](Exchange&) {};
    CHECK(order_of({party("m", declaring(nothing)), party("n", declaring(nothing))},
                   {party("a", on_arrival(1.0)), party("b", on_arrival(1.0))}) == Texts{"m", "n", "a", "b"});
    CHECK(order_of({party("m", declaring(reads(bid)))}, {party("a", on_arrival(1.0)), party("b", declaring(writes(bid))),
                                                         party("c", on_arrival(1.0))}) == Texts{"a", "b", "m", "c"});
    CHECK(order_of({party("m", declaring(reads(bid, Freshness::previous)))}, {party("b", declaring(writes(bid)))}) ==
          Texts{"m", "b"});
    CHECK(order_of({}, {party("c", declaring(reads(offer))), party("b", declaring(both(reads(bid), writes(offer)))),
                        party("a", declaring(writes(bid)))}) == Texts{"a", "b", "c"});
}

TEST_CASE("declaring the same signal or service twice gives the same slot, and another freshness another one") {
    std::vector<std::uint32_t> slots;
    const Declaration twice = [&](Exchange& exchange) {
        slots = {exchange.subscribe(signals::voltage).index, exchange.subscribe(signals::power).index,
                 exchange.subscribe(signals::voltage).index, exchange.subscribe(signals::voltage, Freshness::previous).index,
                 exchange.use(services::foresight).index,    exchange.use(services::foresight).index};
    };
    CHECK(problems_of({party("a", declaring(twice))}) == Texts{});
    CHECK(slots[0] == slots[2]);
    CHECK(slots[0] != slots[1]);
    CHECK(slots[0] != slots[3]);
    CHECK(slots[4] == slots[5]);
}
