// Turns of parties: when they come, in which order, and what each of them sees and may do.
#include "sim/engine/parties.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

#include "evsweep/energy_meters.hpp"
#include "tests/unit/engine/small_world.hpp"

using namespace evsweep;
using namespace evsweep::small_world;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr Signal<"kW", Extent::feeder> bid{"bid", "of a test"};
constexpr Signal<"kW", Extent::feeder> answer{"answer", "of a test"};
constexpr Signal<"kW", Extent::connector> wish{"wish", "of a test"};
constexpr Signal<"1", Extent::area> frequency{"frequency", "of a test"};

Scenario an_hour(Duration step = 1min) {
    Scenario s = a_day(step);
    s.time.duration = 1h;
    return s;
}

/// One vehicle in each of two groups, from 0:10 and from 0:20 on.
Fleet homes_and_shops() {
    Fleet fleet;
    fleet.add(stay(10.0 / 60.0, 20.0, 0.1, 0.9));
    fleet.population.connectors.form_group("homes");
    fleet.add(stay(20.0 / 60.0, 20.0, 0.1, 0.9));
    fleet.population.connectors.form_group("shops");
    return fleet;
}
Scenario an_hour_of_two_groups() {
    Scenario s = an_hour();
    s.population.resize(2);
    return s;
}

/// Publishes what `value` says, every `period`.
template <class Value>
AgentByRule publisher(Duration period, Value value) {
    return {{.period = period}, [=](const Agent::Context& context) -> AgentByRule::Rule {
                return [=, out = context.exchange.publish(bid)](Turn& turn) { turn[out][0] = value(turn.now); };
            }};
}
/// Takes down what it reads of a signal of the feeder.
template <class S>
AgentByRule reader(Duration period, S signal, Freshness freshness, std::vector<double>& seen) {
    return {{.period = period}, [=, &seen](const Agent::Context& context) -> AgentByRule::Rule {
                return [&seen, in = context.exchange.subscribe(signal, freshness)](Turn& turn) {
                    seen.push_back(turn.value(in).value());
                };
            }};
}

double minutes_of(Instant t) { return 60.0 * hours(t.time_since_epoch()); }

/// Closed form for the two buses: with a = V0^2/2 - (R P + X Q), V^2 = a + sqrt(a^2 - |z|^2 |S|^2).
double voltage_pu(double p_kw, double q_kvar) {
    const double p = p_kw * 1e3, q = q_kvar * 1e3, v0 = 1e4;
    const double a = v0 * v0 / 2.0 - (p + q);
    return std::sqrt(a + std::sqrt(a * a - 2.0 * (p * p + q * q))) / v0;
}

Run run_parties(const Scenario& scenario, const Population& population, std::vector<PartyChoice> parties) {
    const Feeder feeder = two_buses();
    return run(scenario, feeder, population, std::move(parties));
}

using Numbers = std::vector<double>;

}  // namespace

TEST_CASE("the present value is that of this instant, wherever the reader stands in the scenario") {
    Numbers seen;
    const auto parties = {party("reader", reader(10min, bid, Freshness::present, seen)),
                          party("publisher", publisher(10min, minutes_of))};
    REQUIRE_FALSE(run_parties(an_hour(), {}, parties).outcome.failure);
    CHECK(seen == Numbers{0, 10, 20, 30, 40, 50});
}

TEST_CASE("the previous value is the one before this instant, wherever the reader stands in the scenario") {
    const bool reader_first = GENERATE(true, false);
    Numbers seen;
    std::vector<PartyChoice> parties{party("publisher", publisher(10min, minutes_of)),
                                     party("reader", reader(5min, bid, Freshness::previous, seen))};
    if (reader_first) std::swap(parties[0], parties[1]);
    REQUIRE_FALSE(run_parties(an_hour(), {}, parties).outcome.failure);
    CHECK(seen == Numbers{0, 0, 0, 10, 10, 20, 20, 30, 30, 40, 40, 50});  // at 0, 5, 10, ... minutes
}

TEST_CASE("a party that reads what it publishes itself sees what it wrote last") {
    Numbers seen;
    const AgentByRule counting{{.period = 10min}, [&](const Agent::Context& context) -> AgentByRule::Rule {
                                   const auto in = context.exchange.subscribe(bid);
                                   const auto out = context.exchange.publish(bid);
                                   return [&seen, in, out](Turn& turn) {
                                       seen.push_back(turn.value(in).value());
                                       turn[out][0] = seen.back() + 1.0;
                                   };
                               }};
    REQUIRE_FALSE(run_parties(an_hour(), {}, {party("counting", counting)}).outcome.failure);
    CHECK(seen == Numbers{0, 1, 2, 3, 4, 5});
}

TEST_CASE("two parties of one circle go on where one of them reads the previous value") {
    Numbers bids;
    const auto asks = [&](const Agent::Context& context) -> AgentByRule::Rule {
        const auto in = context.exchange.subscribe(answer, Freshness::previous);
        const auto out = context.exchange.publish(bid);
        return [&bids, in, out](Turn& turn) {
            turn[out][0] = turn.value(in).value() + 1.0;
            bids.push_back(turn[out][0]);
        };
    };
    const auto doubles = [](const Agent::Context& context) -> AgentByRule::Rule {
        const auto in = context.exchange.subscribe(bid);
        const auto out = context.exchange.publish(answer);
        return [in, out](Turn& turn) { turn[out][0] = 2.0 * turn.value(in).value(); };
    };
    const Cadence cadence{.period = 15min};
    const auto parties = {party("doubles", AgentByRule{cadence, doubles}), party("asks", AgentByRule{cadence, asks})};
    REQUIRE_FALSE(run_parties(an_hour(), {}, parties).outcome.failure);
    CHECK(bids == Numbers{1, 3, 7, 15});
}

TEST_CASE("parties that do not wait for each other act in the order of the scenario") {
    std::vector<std::string> turns;
    const auto acting = [&](const std::string& label) {
        return party(label, AgentByRule{{.period = 30min}, [&turns, label](const Agent::Context&) -> AgentByRule::Rule {
                                            return [&turns, label](Turn&) { turns.push_back(label); };
                                        }});
    };
    REQUIRE_FALSE(run_parties(an_hour(), {}, {acting("c"), acting("a"), acting("b")}).outcome.failure);
    CHECK(turns == std::vector<std::string>{"c", "a", "b", "c", "a", "b"});
}

TEST_CASE("a cadence has a period and an offset in whole milliseconds") {
    std::vector<Instant> turns;
    const AgentByRule agent{{.period = 13min + 7ms, .offset = 20min + 1ms}, [&](const Agent::Context&) -> AgentByRule::Rule {
                                return [&](Turn& turn) { turns.push_back(turn.now); };
                            }};
    REQUIRE_FALSE(run_parties(an_hour(), {}, {party("it", agent)}).outcome.failure);
    CHECK(turns ==
          std::vector<Instant>{Instant(20min + 1ms), Instant(33min + 8ms), Instant(46min + 15ms), Instant(59min + 22ms)});
}

TEST_CASE("an agent sees of the fleet's power what stood before anybody acted, or what those before it have done") {
    Fleet fleet;
    fleet.add(stay(0.0, 20.0, 0.1, 0.9));
    Numbers before, after;
    const ControllerByRule stepwise = by_rule({.period = Duration(15min)}, [](const Connection& seen, Setpoints& setpoints) {
        for (ConnectorId c : seen.plugged_in) setpoints.set(c, Kilowatts(2.0 + minutes_of(seen.now) / 15.0));
    });
    const auto parties = {party("it", stepwise),
                          party("before", reader(15min, signals::charging_power, Freshness::previous, before)),
                          party("after", reader(15min, signals::charging_power, Freshness::present, after))};
    REQUIRE_FALSE(run_parties(an_hour(), fleet.population, parties).outcome.failure);
    CHECK(before == Numbers{0, 2, 3, 4});
    CHECK(after == Numbers{2, 3, 4, 5});
}

TEST_CASE("two controllers of two groups see their own connectors and arrivals only") {
    const Fleet fleet = homes_and_shops();
    struct Sight {
        std::vector<std::size_t> arrived, plugged_in;
        std::vector<bool> knows;  ///< by connector, at the end
    };
    Sight of_homes, of_shops;
    const auto looking = [](Sight& sight) -> ControllerByRule {
        return {{.period = Duration(10min), .on_plug_in = true},
                [&sight](const Controller::Context& context) -> ControllerByRule::Rule {
                    const auto voltage = context.exchange.subscribe(signals::voltage);
                    const auto charge = context.exchange.subscribe(signals::state_of_charge);
                    return [&sight, voltage, charge](Turn& turn, const Connection& seen, Setpoints& setpoints) {
                        for (ConnectorId c : seen.arrived) sight.arrived.push_back(c.index());
                        for (ConnectorId c : seen.arrived) setpoints.set(c, Kilowatts(5.0));
                        sight.plugged_in.clear();
                        for (ConnectorId c : seen.plugged_in) sight.plugged_in.push_back(c.index());
                        sight.knows.clear();
                        for (std::size_t c = 0; c < 2; ++c)
                            sight.knows.push_back(!std::isnan(turn[voltage][c]) && !std::isnan(turn[charge][c]));
                    };
                }};
    };
    const auto parties = {party("homes", looking(of_homes), {"homes"}), party("shops", looking(of_shops), {"shops"})};
    const Run day = run_parties(an_hour_of_two_groups(), fleet.population, parties);
    REQUIRE_FALSE(day.outcome.failure);
    CHECK(of_homes.arrived == std::vector<std::size_t>{0});
    CHECK(of_shops.arrived == std::vector<std::size_t>{1});
    CHECK(of_homes.plugged_in == std::vector<std::size_t>{0});
    CHECK(of_shops.plugged_in == std::vector<std::size_t>{1});
    CHECK(of_homes.knows == std::vector<bool>{true, false});
    CHECK(of_shops.knows == std::vector<bool>{false, true});
    CHECK(day.notes.p_kw.back() == Numbers{5.0, 5.0});
}

TEST_CASE("a controller is asked at plug-ins and unpluggings of its own groups only") {
    const Fleet fleet = homes_and_shops();
    std::vector<Instant> asked;
    const ControllerByRule of_homes =
        by_rule({.on_plug_in = true, .on_unplug = true}, [&](const Connection& seen, Setpoints&) { asked.push_back(seen.now); });
    const auto parties = {party("homes", of_homes, {"homes"}), party("shops", on_arrival(5.0), {"shops"})};
    REQUIRE_FALSE(run_parties(an_hour_of_two_groups(), fleet.population, parties).outcome.failure);
    CHECK(asked == std::vector<Instant>{Instant(10min)});
}

TEST_CASE("a setpoint of another controller's connector fails the replica") {
    const Fleet fleet = homes_and_shops();
    const ControllerByRule reaching = by_rule({.period = Duration(30min)}, [](const Connection& seen, Setpoints& setpoints) {
        if (seen.now > Instant{}) setpoints.set(ConnectorId(1), Kilowatts(6.0));
    });
    const auto parties = {party("homes", reaching, {"homes"}), party("shops", on_arrival(5.0), {"shops"})};
    CHECK(run_parties(an_hour_of_two_groups(), fleet.population, parties).outcome.failure.value_or("") ==
          "connector 1 was set at 0.5000 h by a controller whose groups do not have it");
}

TEST_CASE("what another party has declared opens nothing, and the replica ends with a text") {
    Subscription<"kW", Extent::feeder, Form::present> lent;
    Publication<"kW", Extent::feeder, Form::present> lent_out;
    const AgentByRule lender{{.period = 10min}, [&](const Agent::Context& context) -> AgentByRule::Rule {
                                 lent = context.exchange.subscribe(signals::feeder_head);
                                 lent_out = context.exchange.publish(bid);
                                 return [](Turn&) {};
                             }};
    const auto borrower = [&](std::function<void(Turn&)> act) {
        return AgentByRule{{.period = 10min}, [act](const Agent::Context& context) -> AgentByRule::Rule {
                               (void)context.exchange.subscribe(signals::charging_power);  // something of its own
                               return act;
                           }};
    };
    const auto failure_of = [&](std::function<void(Turn&)> act) {
        const auto parties = {party("lender", lender), party("borrower", borrower(std::move(act)))};
        return run_parties(an_hour(), {}, parties).outcome.failure.value_or("");
    };
    const std::string text = "a party uses what it has not declared; declare it in the constructor, with Context::exchange";
    CHECK_THAT(failure_of([&](Turn& turn) { (void)turn.value(lent); }), Contains(text));
    CHECK_THAT(failure_of([&](Turn& turn) { (void)turn[lent_out]; }), Contains(text));
    CHECK_THAT(failure_of([](Turn& turn) { (void)turn[Publication<"kW", Extent::feeder, Form::present>{}]; }), Contains(text));
    CHECK_THAT(failure_of([](Turn& turn) { (void)turn[Use<GridModel>{}]; }), Contains(text));
    CHECK_THAT(failure_of([](Turn& turn) { turn.send(Endpoint<int>{}, 0, 0, 1); }), Contains(text));
    CHECK_THAT(failure_of([](Turn& turn) { turn.each_message(Endpoint<int>{}, [](const Message<int>&) {}); }), Contains(text));
    CHECK(failure_of([](Turn&) {}) == "");
}

TEST_CASE("an agent of 10 ms that does not read the network costs no load flow") {
    Scenario ten_minutes = an_hour();
    ten_minutes.time.duration = 10min;
    Fleet fleet;
    fleet.add(stay(2.0 / 60.0, 20.0, 0.1, 0.9));
    std::size_t turns = 0;
    const AgentByRule quick{{.period = 10ms}, [&](const Agent::Context& context) -> AgentByRule::Rule {
                                const auto power = context.exchange.subscribe(signals::charging_power);
                                return [&turns, power](Turn& turn) { turns += turn.value(power).value() >= 0.0 ? 1 : 0; };
                            }};
    const Run alone = run_parties(ten_minutes, fleet.population, {party("it", on_arrival(5.0))});
    const Run both = run_parties(ten_minutes, fleet.population, {party("it", on_arrival(5.0)), party("quick", quick)});
    REQUIRE_FALSE(both.outcome.failure);
    CHECK(turns == 60'000);
    CHECK(both.profile.load_flows == alone.profile.load_flows);
    CHECK(alone.profile.load_flows == 2);  // as the day begins, and once the vehicle draws
}

TEST_CASE("a controller that reads the voltage between control steps gets a load flow whenever something has changed") {
    Scenario ten_minutes = an_hour();
    ten_minutes.time.duration = 10min;
    Fleet fleet;
    fleet.add(stay(0.0, 20.0, 0.1, 0.9));
    Numbers seen, expected;
    const auto power_at = [](std::int64_t turn) { return 1.0 + 0.1 * static_cast<double>(turn); };
    const ControllerByRule following{
        {.period = Duration(10s)}, [&](const Controller::Context& context) -> ControllerByRule::Rule {
            const auto voltage = context.exchange.subscribe(signals::voltage);
            return [&, voltage](Turn& turn, const Connection&, Setpoints& setpoints) {
                seen.push_back(turn[voltage][0]);
                setpoints.set(ConnectorId(0), Kilowatts(power_at(turn.now.time_since_epoch() / Duration(10s))));
            };
        }};
    const Run day = run_parties(ten_minutes, fleet.population, {party("it", following)});
    REQUIRE_FALSE(day.outcome.failure);
    for (std::int64_t turn = 0; turn < 60; ++turn)
        expected.push_back(voltage_pu(1000.0 + (turn == 0 ? 0.0 : power_at(turn - 1)), 200.0));
    REQUIRE(seen.size() == 60);
    for (std::size_t turn = 0; turn < 60; ++turn) CHECK(seen[turn] == Approx(expected[turn]).margin(1e-8));
    CHECK(day.profile.load_flows == 60);  // as the day begins, and after every change but the last, at which nobody looks
}

TEST_CASE("a meter with a delay shows a party between control steps what stood that long ago") {
    Scenario ten_minutes = an_hour();
    ten_minutes.time.duration = 10min;
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(0.0, 20.0, 0.1, 0.9));
    StudySite site(ten_minutes, feeder, places_of(fleet.population.connectors));
    site.meters["charging_power"] = {.delay = 2min};
    Numbers seen;
    const ControllerByRule stepwise = by_rule({.period = Duration(1min)}, [](const Connection& now, Setpoints& setpoints) {
        setpoints.set(ConnectorId(0), Kilowatts(1.0 + minutes_of(now.now)));
    });
    const auto parties = {party("it", stepwise),
                          party("reader", reader(1min, signals::charging_power, Freshness::present, seen))};
    REQUIRE_FALSE(run(site, fleet.population, parties).outcome.failure);
    // Readings are taken before anybody acts: 0 at 0:00, then what was set a minute before.
    CHECK(seen == Numbers{0, 0, 0, 1, 2, 3, 4, 5, 6, 7});
}

TEST_CASE("a meter of a power reads what tapering batteries take at that instant") {
    const Feeder feeder = two_buses();
    Fleet fleet;
    fleet.add(stay(0.0, 20.0, 0.69, 1.0), 0.7);
    StudySite site(an_hour(10min), feeder, places_of(fleet.population.connectors));
    site.meters["charging_power"] = {.resolution = 1e-9};
    Numbers seen, expected;
    const auto parties = {party("it", on_arrival(10.0)),
                          party("reader", reader(10min, signals::charging_power, Freshness::present, seen))};
    REQUIRE_FALSE(run(site, fleet.population, parties).outcome.failure);
    // The knee is reached after 0.01 x 40 kWh / 9 kW = 2/45 h. Beyond it, 10 kW less 9 kW per 0.3: it falls as exp(-30 x 0.9 / 40
    // t).
    expected.push_back(0.0);  // read before anybody acts
    for (int k = 1; k < 6; ++k) expected.push_back(10.0 * std::exp(-0.675 * (k / 6.0 - 2.0 / 45.0)));
    REQUIRE(seen.size() == 6);
    for (std::size_t k = 0; k < 6; ++k) CHECK(seen[k] == Approx(expected[k]).margin(1e-6));
}

TEST_CASE("a meter of a published signal reads when its publisher has spoken, for agents and controllers alike") {
    const Feeder feeder = two_buses();
    const Fleet fleet = homes_and_shops();
    StudySite site(an_hour_of_two_groups(), feeder, places_of(fleet.population.connectors));
    site.meters["wish"] = {.delay = 10min, .resolution = 1.0};
    const AgentByRule wishing{{.period = 10min}, [&](const Agent::Context& context) -> AgentByRule::Rule {
                                  return [out = context.exchange.publish(wish)](Turn& turn) {
                                      turn[out][0] = minutes_of(turn.now) + 0.4;
                                      turn[out][1] = -minutes_of(turn.now) + 0.4;
                                  };
                              }};
    Numbers of_agent, of_homes;
    const AgentByRule listening{{.period = 10min}, [&](const Agent::Context& context) -> AgentByRule::Rule {
                                    return [&of_agent, in = context.exchange.subscribe(wish)](Turn& turn) {
                                        of_agent.insert(of_agent.end(), turn[in].begin(), turn[in].end());
                                    };
                                }};
    const ControllerByRule homes{{.period = Duration(10min)}, [&](const Controller::Context& context) -> ControllerByRule::Rule {
                                     return [&of_homes, in = context.exchange.subscribe(wish)](Turn& turn, const Connection&,
                                                                                               Setpoints&) {
                                         of_homes.push_back(turn[in][0]);
                                         CHECK(std::isnan(turn[in][1]));
                                     };
                                 }};
    const auto parties = {party("wishing", wishing), party("listening", listening), party("homes", homes, {"homes"}),
                          party("shops", on_arrival(1.0), {"shops"})};
    REQUIRE_FALSE(run(site, fleet.population, parties).outcome.failure);
    CHECK(of_homes == Numbers{0, 0, 10, 20, 30, 40});
    CHECK(of_agent == Numbers{0, 0, 0, 0, 10, -10, 20, -20, 30, -30, 40, -40});
}

TEST_CASE("signals of groups and of named areas have one value each") {
    const Feeder feeder = two_buses();
    const Fleet fleet = homes_and_shops();
    StudySite site(an_hour_of_two_groups(), feeder, places_of(fleet.population.connectors));
    Numbers groups, energies, areas;
    const AgentByRule areas_of{{.period = 30min}, [&](const Agent::Context& context) -> AgentByRule::Rule {
                                   return [out = context.exchange.publish(frequency, {"north", "middle", "south"})](Turn& turn) {
                                       for (std::size_t a = 0; a < turn[out].size(); ++a)
                                           turn[out][a] = 50.0 + static_cast<double>(a);
                                   };
                               }};
    const AgentByRule looking{{.period = 30min, .offset = 30min}, [&](const Agent::Context& context) -> AgentByRule::Rule {
                                  const auto power = context.exchange.subscribe(signals::group_power);
                                  const auto energy = context.exchange.subscribe(signals::group_energy);
                                  const auto area = context.exchange.subscribe(frequency);
                                  return [&, power, energy, area](Turn& turn) {
                                      groups.assign(turn[power].begin(), turn[power].end());
                                      energies.assign(turn[energy].begin(), turn[energy].end());
                                      areas.assign(turn[area].begin(), turn[area].end());
                                  };
                              }};
    const auto parties = {party("areas", areas_of), party("homes", on_arrival(3.0), {"homes"}),
                          party("shops", on_arrival(4.0), {"shops"}), party("looking", looking)};
    REQUIRE_FALSE(run(site, fleet.population, parties).outcome.failure);
    CHECK(groups == Numbers{3.0, 4.0});
    REQUIRE(energies.size() == 2);  // since 0:10 and 0:20
    CHECK(energies[0] == Approx(3.0 * 20 / 60));
    CHECK(energies[1] == Approx(4.0 * 10 / 60));
    CHECK(areas == Numbers{50.0, 51.0, 52.0});
}

TEST_CASE("what a party publishes is recorded as it stands after all have acted") {
    const Feeder feeder = two_buses();
    StudySite site(an_hour(10min), feeder, {});
    site.note(info_of(bid), 1);
    site.note(info_of(Signal<"kW", Extent::group>{"nobody_publishes_this", "of a test"}), 2);
    const Run day = run(site, {}, {party("publisher", publisher(20min, minutes_of))});
    REQUIRE_FALSE(day.outcome.failure);
    Numbers bids;
    for (const Numbers& row : day.notes.others) {
        bids.push_back(row.at(0));
        CHECK(std::isnan(row.at(1)));
        CHECK(std::isnan(row.at(2)));
    }
    CHECK(bids == Numbers{0, 0, 20, 20, 40, 40});
}
