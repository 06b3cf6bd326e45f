/// The controller `area_regulation` at a desk: three charging points of one area, each for 20.
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "agents/load_frequency/signals.hpp"
#include "controllers/area_regulation/owner_schedule.hpp"
#include "controllers/area_regulation/signals.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/document.hpp"
#include "evsweep/plugins.hpp"
#include "tests/hand_exchange.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

constexpr std::size_t points = 3;

/// Vehicles of 24 kWh with 7 kW both ways and 92 %, half full; they want 70 % and leave after two hours.
class RegulationDesk {
   public:
    explicit RegulationDesk(const std::string& settings) : table_(points) {
        connectors_.groups = {"cars"};
        for (std::size_t i = 0; i < points; ++i) {
            connectors_.group.push_back(0);
            connectors_.number.push_back(static_cast<std::uint32_t>(i));
            connectors_.bus.emplace_back(0);
            connectors_.zone.push_back(0);
            connectors_.charge_rating.push_back(Kilowatts(7.0));
            connectors_.discharge_rating.push_back(Kilowatts(7.0));
            connectors_.apparent_rating.push_back(KilovoltAmperes(7.0));
            connectors_.minimum_power.push_back(Kilowatts(0.0));
            connectors_.level_set.push_back(0);
            own_.emplace_back(i);
        }
        exchange.count(Extent::connector, points);
        exchange.count(Extent::group, 1);
        exchange.count(Extent::area, 1);
        Issues issues;
        Reader reader{issues};
        const auto configured = read_plugin<Controller>(
            parse_yaml("{controller: area_regulation, " + settings + "}", "desk.yaml", issues), "desk", reader);
        for (const Issue& issue : issues.list()) problems.push_back(to_text(issue));
        REQUIRE(configured);
        controller_ = configured->make({"desk", exchange, connectors_, own_, std::chrono::minutes(1)});
        exchange.show(signals::state_of_charge, soc);
        exchange.show(signals::target_soc, target);
        exchange.show(signals::capacity, capacity_);
        exchange.show(signals::stored_per_drawn, stored_);
        exchange.show(signals::stated_departure, departure_ms);
        exchange.show(signals::area_of_group, 0.0);
        exchange.show(signals::vehicles_stand_for, 20.0);
        exchange.show(signals::area_control_error, 0.0);
        plugged_in = arrived = own_;
    }

    /// One turn at `t`, with this control error in MW.
    void decide(Duration t, double error_mw = 0.0) {
        exchange.show(signals::area_control_error, error_mw);
        Turn turn = exchange.turn(Instant(t));
        Connection seen;
        seen.now = turn.now;
        seen.plugged_in = plugged_in;
        seen.arrived = arrived;
        seen.left = left;
        seen.p_min_kw = p_min_;
        seen.p_max_kw = p_max_;
        seen.connectors = &connectors_;
        Setpoints setpoints(table_);
        controller_->decide(turn, seen, setpoints);
        table_.accept();
        arrived.clear();
        left.clear();
    }
    [[nodiscard]] double kw(std::size_t i) const { return table_.p_kw(own_[i]); }
    [[nodiscard]] double sum_kw() const { return kw(0) + kw(1) + kw(2); }
    [[nodiscard]] const Controller& controller() const { return *controller_; }

    HandExchange exchange{};
    std::vector<double> soc{0.5, 0.5, 0.5}, target{0.7, 0.7, 0.7}, departure_ms{7.2e6, 7.2e6, 7.2e6};
    std::vector<ConnectorId> plugged_in{}, arrived{}, left{};
    std::vector<std::string> problems{};

   private:
    Connectors connectors_{};
    std::vector<ConnectorId> own_{};
    std::vector<double> capacity_{24.0, 24.0, 24.0}, stored_{0.92, 0.92, 0.92};
    std::vector<double> p_min_{-7.0, -7.0, -7.0}, p_max_{7.0, 7.0, 7.0};
    SetpointTable table_;
    std::unique_ptr<Controller> controller_;
};

constexpr double even = 0.2 * 24.0 / 0.92 / 2.0;  // kW over the two hours
constexpr Duration s(int seconds) { return std::chrono::seconds(seconds); }

}  // namespace

TEST_CASE("without a control error vehicles alike keep to even power until departure", "[area_regulation]") {
    RegulationDesk desk("gain: 0.3");
    desk.decide(s(0));
    for (std::size_t i = 0; i < points; ++i) REQUIRE(desk.kw(i) == Approx(even));
    REQUIRE(desk.exchange.published("scheduled_power")[0] == Approx(3 * even));
    REQUIRE(desk.exchange.published("regulation_request")[0] == Approx(0.0).margin(1e-9));
    REQUIRE(desk.exchange.published("regulation_up")[0] == Approx(3 * (even + 7.0)));
    REQUIRE(desk.exchange.published("regulation_down")[0] == Approx(3 * (even - 7.0)));
}

TEST_CASE("a request remembers the last one, and is cut to what vehicles can do", "[area_regulation]") {
    RegulationDesk desk("gain: 0.3, memory: 300 s");
    const auto asked = [&desk] { return desk.exchange.published("regulation_request")[0]; };
    desk.decide(s(0), 0.1);  // 5 kW each for 20
    REQUIRE(asked() == Approx(-1.5));
    REQUIRE(desk.sum_kw() == Approx(3 * even + 1.5));
    desk.decide(s(4), -0.2);
    REQUIRE(asked() == Approx(-1.5 * std::exp(-4.0 / 300.0) + 3.0));
    desk.decide(s(8), 10.0);
    REQUIRE(asked() == Approx(desk.exchange.published("regulation_down")[0]));
    for (std::size_t i = 0; i < points; ++i) REQUIRE(desk.kw(i) == Approx(7.0));
    REQUIRE(desk.controller().counters()[0].value == 1.0);
}

TEST_CASE("the literal request has no memory", "[area_regulation]") {
    RegulationDesk desk("request: literal, gain: 0.5");
    desk.decide(s(0), 0.1);
    REQUIRE(desk.exchange.published("regulation_request")[0] == Approx(-2.5));
    desk.decide(s(4), 0.0);
    REQUIRE(desk.exchange.published("regulation_request")[0] == Approx(0.0).margin(1e-9));
}

TEST_CASE("who is furthest behind draws most", "[area_regulation]") {
    RegulationDesk desk("gain: 0.3");
    desk.soc = {0.5, 0.4, 0.6};
    desk.decide(s(0));
    REQUIRE(desk.kw(1) == Approx(7.0));
    REQUIRE(desk.kw(2) < desk.kw(0));
    desk.soc = {0.5, 0.5, 0.5};
}

TEST_CASE("who would need more than full power until six cycles before departure charges at once", "[area_regulation]") {
    for (const char* split : {"expectation", "proportional"}) {
        RegulationDesk desk(std::string("split: ") + split);
        const double need_h = 0.2 * 24.0 / 0.92 / 7.0;
        desk.departure_ms[1] = 3.6e6 * need_h + 23'000.0;  // less than 24 s of slack
        desk.departure_ms[2] = 3.6e6 * need_h + 25'000.0;
        desk.decide(s(0), -0.3);
        REQUIRE(desk.kw(1) == 7.0);
        REQUIRE(desk.kw(2) < 7.0);
        REQUIRE(desk.exchange.published("regulation_request")[0] == Approx(0.3 * 15.0));
    }
    RegulationDesk fixed("schedule: fixed, split: proportional");
    fixed.departure_ms[1] = 3.6e6 * 0.2 * 24.0 / 0.92 / 7.0 + 23'000.0;
    fixed.decide(s(0), -0.3);
    REQUIRE(fixed.kw(1) < 7.0);
}

TEST_CASE("full batteries are not charged and empty ones not discharged by regulation", "[area_regulation]") {
    const ScheduleRule rule;
    OwnerView v{0.996, 0.92, 24.0, 0.92, 2.0, -7.0, 7.0, 7.0};
    REQUIRE(share_of(v, -1.0, rule).lo_kw == -1.0);  // down to no power at all
    REQUIRE(share_of(v, 2.0, rule).lo_kw == 0.0);
    REQUIRE(share_of(v, -1.0, rule).hi_kw == 6.0);
    v.soc = 0.15;
    REQUIRE(share_of(v, 3.0, rule).hi_kw == 3.0);
    REQUIRE(share_of(v, -1.0, rule).hi_kw == 0.0);
    REQUIRE(share_of(v, 3.0, rule).lo_kw == -4.0);
    v.soc = 0.5;
    REQUIRE(share_of(v, 3.0, rule).hi_kw == 10.0);
}

TEST_CASE("a fixed schedule is that of the first cycle, a corrected one follows the battery", "[area_regulation]") {
    RegulationDesk fixed("schedule: fixed, split: proportional"), corrected("split: proportional");
    for (RegulationDesk* desk : {&fixed, &corrected}) {
        desk->decide(s(0));
        desk->soc = {0.6, 0.6, 0.6};
        desk->decide(s(3600));
    }
    REQUIRE(fixed.kw(0) == Approx(even));
    REQUIRE(corrected.kw(0) == Approx(0.1 * 24.0 / 0.92 / 1.0));
    fixed.arrived = {ConnectorId(0)};  // another vehicle has come
    fixed.left = {ConnectorId(0)};
    fixed.decide(s(3604));
    REQUIRE(fixed.kw(0) == Approx(0.1 * 24.0 / 0.92 * 3600.0 / 3596.0));
    REQUIRE(fixed.kw(1) == Approx(even));
}

TEST_CASE("what a vehicle was scheduled to draw is not told any more once it has left", "[area_regulation]") {
    RegulationDesk desk("split: proportional");
    desk.decide(s(0), 0.1);
    REQUIRE(desk.exchange.published("scheduled_power")[0] == Approx(3 * even));
    desk.left = {ConnectorId(1)};
    desk.plugged_in = {ConnectorId(0), ConnectorId(2)};
    desk.decide(s(3));
    REQUIRE(desk.exchange.published("scheduled_power")[0] == Approx(2 * even));
    REQUIRE(desk.exchange.published("regulation_request")[0] == Approx(-1.5));  // until the next cycle
    REQUIRE(desk.controller().counters()[1].value == Approx(0.5));              // moved_kw of the one that has left
}

TEST_CASE("without a request the controller needs no power system", "[area_regulation]") {
    RegulationDesk desk("request: off, gain: 0.5");
    REQUIRE_FALSE(desk.exchange.reads("area_control_error"));
    REQUIRE(desk.problems.size() == 1);
    REQUIRE_THAT(desk.problems[0], Catch::Contains("gain") && Catch::Contains("with request: with_memory or literal"));
    desk.soc = {0.5, 0.4, 0.6};
    desk.decide(s(0));
    REQUIRE(desk.kw(0) == Approx(even));
    REQUIRE(desk.kw(1) == Approx(1.5 * even));
    REQUIRE(desk.kw(2) == Approx(0.5 * even));
}

TEST_CASE("settings of regulation that cannot be are refused with place and hint", "[area_regulation]") {
    const auto problem_of = [](const std::string& settings) {
        Issues issues;
        Reader reader{issues};
        const auto configured = read_plugin<Controller>(
            parse_yaml("{controller: area_regulation, " + settings + "}", "desk.yaml", issues), "desk", reader);
        REQUIRE_FALSE(configured);
        REQUIRE(issues.list().size() == 1);
        return to_text(issues.list()[0]);
    };
    using Catch::Contains;
    REQUIRE_THAT(problem_of("gain: 0"), Contains("desk.yaml:1:") && Contains("desk.gain") && Contains("must be > 0"));
    REQUIRE_THAT(problem_of("memory: 0 s"), Contains("desk.memory") && Contains("must be > 0"));
    REQUIRE_THAT(problem_of("last_cycles: -1"), Contains("desk.last_cycles"));
    REQUIRE_THAT(problem_of("charge_below: 10 %"), Contains("discharge_above: is not below charge_below"));
    REQUIRE_THAT(problem_of("gamma: 0.3"), Contains("gamma"));
}
