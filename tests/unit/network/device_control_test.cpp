#include "sim/network/relays/device_control.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <random>
#include <vector>

namespace evsweep {

namespace {

using Complex = std::complex<double>;
using namespace std::chrono_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr Instant start{};

RegulatorRow relay_row() {
    RegulatorRow row;
    row.id = "reg";
    row.pt_ratio = 20.0;
    row.ct_primary = Amperes(100.0);
    row.forward.set_v = 122.0;
    row.forward.band_v = 2.0;
    return row;
}

WindingRow winding_row() {
    WindingRow row;
    row.rated = Volts(2400.0);
    return row;
}

/// A chain: 2400 V, then per regulator an ideal tap changer and a line that carries the constant currents behind it.
/// Everything is known in closed form. The end of each line may have a bank that lifts its voltage.
class Chain final : public ControlledNetwork {
   public:
    struct Section {
        double tap = 1.0;
        Complex line_ohm{1.0, 0.0};
        Complex current_a{100.0, 0.0};
        double lift_v = 0.0;
        int steps_on = 0;
        double forward_kw = 0.0;
    };
    explicit Chain(std::vector<Section> list) : sections(std::move(list)) {}

    bool solve() override {
        Complex v = source_v;
        behind_tap.clear();
        at_end.clear();
        for (const Section& s : sections) {
            v *= s.tap;
            behind_tap.push_back(v);
            v += s.steps_on * s.lift_v - s.line_ohm * s.current_a;
            at_end.push_back(v);
        }
        ++solves;
        return solvable;
    }
    [[nodiscard]] RegulatorReading see_regulator(std::size_t r) const override {
        const Section& s = sections[r];
        return {behind_tap[r], s.current_a, s.forward_kw, std::abs(behind_tap[r]), s.tap};
    }
    [[nodiscard]] CapacitorReading see_capacitor(std::size_t c, Instant) const override {
        return {std::abs(at_end[c]), 0.0, {}, {}, sections[c].steps_on};
    }
    void set_tap(std::size_t r, double tap) override { sections[r].tap = tap; }
    void set_steps(std::size_t c, int on) override { sections[c].steps_on = on; }
    [[nodiscard]] InjectionReading see_injection(std::size_t) const override { return {}; }
    void set_injection(std::size_t, const InjectionPower&) override {}
    [[nodiscard]] std::vector<double> voltage_slopes(std::span<const std::size_t>) const override { return {}; }

    std::vector<Section> sections;
    double source_v = 2400.0;
    bool solvable = true;
    int solves = 0;
    std::vector<Complex> behind_tap, at_end;
};

DeviceControl one_regulator(const RegulatorRow& row) {
    DeviceControl control;
    control.add(RegulatorRelay(row, winding_row()));
    return control;
}

/// Runs relays in their own time, as an engine does; returns what they did and when.
std::vector<std::pair<Instant, DeviceMove>> run_until(DeviceControl& control, ControlledNetwork& network, Instant now,
                                                      Instant end) {
    std::vector<std::pair<Instant, DeviceMove>> done;
    REQUIRE(network.solve());
    control.look(network, now);
    while (const auto due = control.due()) {
        if (*due > end) break;
        for (const DeviceMove& move : control.act(network, *due, Pace::real_time())) done.emplace_back(*due, move);
        REQUIRE(network.solve());
        control.look(network, *due);
    }
    return done;
}

RegulatorReading reading(double v, double tap = 1.0, double forward_kw = 0.0) { return {v, {}, forward_kw, v, tap}; }

}  // namespace

TEST_CASE("a tap range of 32 steps from 0.9 to 1.1 has steps of 5/8 percent around position 0") {
    const TapRange range;
    REQUIRE(tap_step(range) == Approx(0.00625));
    REQUIRE(tap_position(range, 1.0) == 0);
    REQUIRE(tap_position(range, 1.0375) == 6);
    REQUIRE(tap_position(range, 0.9) == -16);
}

// The relay sees 120 V x tap less the drop of 4.9 V: 115.1 V at tap 0, 0.75 V more per step, and wants 121 to 123 V. So
// 8 steps are the fewest that do.
TEST_CASE("a regulator with line-drop compensation holds the voltage at the end of its line") {
    RegulatorRow row = relay_row();
    row.forward.r_v = 4.9;
    Chain chain({{.line_ohm = {0.98, 0.0}}});
    DeviceControl control = one_regulator(row);
    const Settled settled = settle(control, chain, {});
    REQUIRE(settled.status == SettleStatus::settled);
    REQUIRE(tap_position({}, chain.sections[0].tap) == 8);
    REQUIRE(std::abs(chain.at_end[0]) / 20.0 == Approx(121.1));
    REQUIRE(std::abs(control.regulators()[0].deviation_v()) == Approx(0.9));
    // 9 steps are missing: seven tenths are 6; then 3 are: 2; then none.
    REQUIRE(settled.rounds == 3);
    REQUIRE(settled.moves == 2);
}

TEST_CASE("going the whole way at once ends nearest to the set voltage") {
    RegulatorRow row = relay_row();
    row.forward.r_v = 4.9;
    Chain chain({{.line_ohm = {0.98, 0.0}}});
    DeviceControl control = one_regulator(row);
    const Settled settled = settle(control, chain, {.share = 1.0});
    REQUIRE(settled.moves == 1);
    REQUIRE(tap_position({}, chain.sections[0].tap) == 9);  // 6.9 V missing
    REQUIRE(std::abs(control.regulators()[0].deviation_v()) == Approx(0.15));
}

TEST_CASE("line-drop compensation takes reactance and the angle of the current into account") {
    RegulatorRow row = relay_row();
    row.forward.r_v = 3.0;
    row.forward.x_v = 9.0;
    Chain chain({{.line_ohm = {0.6, 1.8}, .current_a = {80.0, -60.0}}});  // 3 + j9 V at 100 A on the relay's base
    DeviceControl control = one_regulator(row);
    REQUIRE(settle(control, chain, {}).status == SettleStatus::settled);
    REQUIRE(std::abs(control.regulators()[0].deviation_v()) == Approx(std::abs(std::abs(chain.at_end[0]) / 20.0 - 122.0)));
    REQUIRE(std::abs(std::abs(chain.at_end[0]) / 20.0 - 122.0) <= 1.0);
}

TEST_CASE("in real time the first step comes after the delay and each further one after the tap delay, to the millisecond") {
    RegulatorRow row = relay_row();
    row.forward.r_v = 4.9;
    row.forward.delay = milliseconds(12'345);
    row.tap_delay = milliseconds(1'500);
    Chain chain({{.line_ohm = {0.98, 0.0}}});
    DeviceControl control = one_regulator(row);
    const Instant now(7h);
    const auto moves = run_until(control, chain, now, now + 1h);
    REQUIRE(moves.size() == 8);
    for (std::size_t k = 0; k < moves.size(); ++k) {
        CHECK(moves[k].first == now + milliseconds(12'345 + 1'500 * static_cast<int>(k)));
        CHECK(moves[k].second.steps == 1);
    }
    REQUIRE(tap_position({}, moves.back().second.state) == 8);
    REQUIRE(!control.due());
}

TEST_CASE("inverse time shortens the delay by the number of half bands, at most tenfold") {
    RegulatorRow row = relay_row();
    row.inverse_time = true;
    RegulatorRelay relay(row, winding_row());
    relay.look(reading(20.0 * 119.0), start);  // 3 V off, half a band is 1 V
    REQUIRE(relay.due() == start + seconds(5));
    relay.drop_plans();
    relay.look(reading(20.0 * 100.0), start);
    REQUIRE(relay.due() == start + milliseconds(1'500));
}

TEST_CASE("a plan is dropped when the voltage comes back into the band by itself") {
    RegulatorRelay relay(relay_row(), winding_row());
    relay.look(reading(20.0 * 119.0), start);
    REQUIRE(relay.due() == start + seconds(15));
    relay.look(reading(20.0 * 119.5), start + seconds(10));
    REQUIRE(relay.due() == start + seconds(15));
    relay.look(reading(20.0 * 122.5), start + seconds(12));
    REQUIRE(!relay.due());
    relay.look(reading(20.0 * 119.0), start + seconds(14));
    REQUIRE(relay.due() == start + seconds(29));
}

TEST_CASE("a regulator stops at the end of its taps and rests there") {
    RegulatorRow row = relay_row();
    row.forward.set_v = 150.0;
    Chain chain({{.line_ohm = {0.0, 0.0}}});
    DeviceControl control = one_regulator(row);
    REQUIRE(settle(control, chain, {}).status == SettleStatus::settled);
    REQUIRE(chain.sections[0].tap == 1.1);
    REQUIRE(control.regulators()[0].is_outside_band());
    const auto moves = run_until(control, chain, start, start + 1h);
    REQUIRE(moves.empty());
}

TEST_CASE("no move is larger than max_steps") {
    RegulatorRow row = relay_row();
    row.forward.r_v = 4.9;
    row.max_steps = 3;
    Chain chain({{.line_ohm = {0.98, 0.0}}});
    DeviceControl control = one_regulator(row);
    const Settled settled = settle(control, chain, {});  // 9 are missing: 3; 6: 3; 3: 2
    REQUIRE(settled.moves == 3);
    REQUIRE(tap_position({}, chain.sections[0].tap) == 8);
    row.max_steps = 0;
    Chain blocked({{.line_ohm = {0.98, 0.0}}});
    DeviceControl none = one_regulator(row);
    REQUIRE(settle(none, blocked, {}).moves == 0);
}

TEST_CASE("the voltage limit at the transformer prevails over the compensation") {
    RegulatorRow row = relay_row();
    row.forward.r_v = 10.0;
    row.limit_v = 124.0;
    Chain chain({{.line_ohm = {2.0, 0.0}}});  // 122 V at the end would be 132 V at the transformer
    DeviceControl control = one_regulator(row);
    const Settled settled = settle(control, chain, {.max_rounds = 40});
    // Under the limit the relay raises, above it it lowers: it hunts across the limit, and says so.
    REQUIRE(settled.status == SettleStatus::hunting);
    REQUIRE(settled.rounds == 40);
    REQUIRE(settled.regulators == std::vector<std::size_t>{0});
    REQUIRE(std::abs(chain.behind_tap[0]) / 20.0 < 124.0 + 0.75);
}

TEST_CASE("a bus further on can be watched instead of the coil, without compensation") {
    RegulatorRow row = relay_row();
    row.bus = "far";
    row.forward.r_v = 50.0;
    RegulatorRelay relay(row, winding_row());
    relay.look({20.0 * 121.5, {100.0, 0.0}, 0.0, 2500.0, 1.0}, start);
    REQUIRE(!relay.due());
    REQUIRE(relay.deviation_v() == Approx(-0.5));
}

TEST_CASE("power that flows back is ignored unless the relay is set to consider it") {
    RegulatorRelay relay(relay_row(), winding_row());
    relay.look(reading(20.0 * 122.0, 1.0, -1000.0), start);
    REQUIRE(!relay.due());
}

TEST_CASE("power that flows back long enough turns the relay to its other side and its other settings") {
    RegulatorRow row = relay_row();
    row.on_reverse = ReversePower::regulate;
    row.reverse = {.set_v = 118.0, .band_v = 2.0, .delay = seconds(60)};
    RegulatorRelay relay(row, winding_row());
    relay.look(reading(20.0 * 122.0, 1.0, -99.0), start);
    REQUIRE(!relay.due());
    relay.look(reading(20.0 * 122.0, 1.0, -101.0), start + seconds(1));
    REQUIRE(relay.due() == start + seconds(61));
    relay.look(reading(20.0 * 122.0, 1.0, -99.0), start + seconds(30));  // not long enough
    REQUIRE(!relay.due());
    relay.look(reading(20.0 * 122.0, 1.0, -101.0), start + seconds(40));
    REQUIRE(relay.act(start + seconds(100), Pace::real_time()).steps == 0);
    REQUIRE(relay.looks_backward());
    // 122 V behind a tap of 1.05 are 116.19 V on the other side: 1.81 V too low, 2.4 steps. A lower tap raises that side.
    relay.look(reading(20.0 * 122.0, 1.05, -150.0), start + seconds(101));
    REQUIRE(relay.deviation_v() == Approx(122.0 / 1.05 - 118.0));
    REQUIRE(relay.due() == start + seconds(116));
    REQUIRE(relay.act(start + seconds(116), Pace::settling()).steps == -1);
    // And back again.
    relay.look(reading(20.0 * 122.0, 1.04375, 101.0), start + seconds(120));
    REQUIRE(relay.act(start + seconds(180), Pace::real_time()).steps == 0);
    REQUIRE(!relay.looks_backward());
}

TEST_CASE("a relay that is set to do so goes to the neutral tap while power flows back") {
    RegulatorRow row = relay_row();
    row.on_reverse = ReversePower::neutral;
    row.reverse.delay = seconds(60);
    DeviceControl control = one_regulator(row);
    Chain chain({{.tap = 1.01875, .line_ohm = {0.0, 0.0}, .forward_kw = -500.0}});  // 122.25 V: in the band
    const auto moves = run_until(control, chain, start, start + 1h);
    REQUIRE(moves.size() == 3);
    CHECK(moves[0].first == start + seconds(62));
    CHECK(moves[1].first == start + seconds(64));
    CHECK(moves[2].first == start + seconds(66));
    REQUIRE(chain.sections[0].tap == 1.0);
}

TEST_CASE("taps do not drift: up and down again is the same number") {
    RegulatorRelay relay(relay_row(), winding_row());
    double tap = 1.0;
    Instant now = start;
    for (const double v : {100.0, 140.0}) {
        for (int k = 0; k < 13; ++k) {
            relay.drop_plans();
            relay.look(reading(20.0 * v, tap), now);
            now += seconds(15);
            tap = relay.act(now, Pace::real_time()).tap;
        }
    }
    REQUIRE(tap == 1.0);
}

TEST_CASE("when a chain of regulators has settled every relay is inside its band or at a limit") {
    std::mt19937 random(7);
    std::uniform_real_distribution<double> ohm(0.0, 1.5), ampere(0.0, 150.0), set(118.0, 126.0), volts(0.0, 6.0);
    std::uniform_int_distribution<int> many(1, 6);
    for (int trial = 0; trial < 500; ++trial) {
        std::vector<Chain::Section> sections;
        std::vector<RegulatorRow> rows;
        DeviceControl control;
        for (int r = many(random); r > 0; --r) {
            sections.push_back({.line_ohm = {ohm(random), ohm(random)}, .current_a = {ampere(random), -0.5 * ampere(random)}});
            RegulatorRow row = relay_row();
            row.forward = {.set_v = set(random), .band_v = 1.0 + volts(random) / 2, .r_v = volts(random), .x_v = volts(random)};
            row.forward.delay = seconds(15 * many(random));
            rows.push_back(row);
            control.add(RegulatorRelay(row, winding_row()));
        }
        Chain chain(sections);
        const Settled settled = settle(control, chain, {});
        REQUIRE(settled.status == SettleStatus::settled);
        for (std::size_t r = 0; r < rows.size(); ++r) {
            const RegulatorRelay& relay = control.regulators()[r];
            const double tap = chain.sections[r].tap;
            const bool at_limit = relay.deviation_v() < 0.0 ? tap == 1.1 : tap == 0.9;
            INFO("relay " << r << " is off by " << relay.deviation_v() << " V at tap " << tap);
            REQUIRE((std::abs(relay.deviation_v()) <= 0.5 * rows[r].forward.band_v || at_limit));
        }
    }
}

TEST_CASE("of several planned actions only the nearest in time are done before the next look") {
    RegulatorRow quick = relay_row(), slow = relay_row();
    quick.forward.delay = seconds(15);
    slow.forward.delay = seconds(30);
    DeviceControl control;
    control.add(RegulatorRelay(quick, winding_row()));
    control.add(RegulatorRelay(slow, winding_row()));
    Chain chain({{.line_ohm = {0.0, 0.0}}, {.line_ohm = {0.0, 0.0}}});
    chain.source_v = 2400.0 * 115.0 / 120.0;
    REQUIRE(settle(control, chain, {}).status == SettleStatus::settled);
    REQUIRE(tap_position({}, chain.sections[0].tap) > 0);  // lifts both
    REQUIRE(chain.sections[1].tap == 1.0);                 // finds nothing to do when its turn comes
}

TEST_CASE("a capacitor control whose settings overlap is reported as hunting, not followed for ever") {
    CapacitorControlRow row;
    row.pt_ratio = 20.0;
    row.on = 121.0;
    row.off = 120.0;
    ShuntRow bank;
    bank.steps_on = 0;
    DeviceControl control;
    control.add(CapacitorRelay(row, bank));
    Chain chain({{.line_ohm = {0.2, 0.0}, .lift_v = 60.0}});  // 119 V without, 122 V with the bank
    const Settled settled = settle(control, chain, {.max_rounds = 25});
    REQUIRE(settled.status == SettleStatus::hunting);
    REQUIRE(settled.rounds == 25);
    REQUIRE(chain.solves == 25);
    REQUIRE(settled.capacitors == std::vector<std::size_t>{0});
}

TEST_CASE("a snapshot without a solution is not settled") {
    Chain chain({Chain::Section{}});
    chain.solvable = false;
    DeviceControl control = one_regulator(relay_row());
    REQUIRE(settle(control, chain, {}).status == SettleStatus::unsolved);
}

}  // namespace evsweep
