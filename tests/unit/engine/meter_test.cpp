#include "sim/engine/meter.hpp"

#include <catch2/catch.hpp>
#include <cmath>
#include <string>
#include <vector>

using namespace evsweep;
using namespace std::chrono_literals;

namespace {

/// Three connectors, of which the first and the last are at one metering point.
const std::vector<std::uint32_t> points{0, 1, 0};

Connectors three_in(const std::vector<std::string>& groups) {
    Connectors connectors;
    for (const std::string& group : groups) {
        connectors.bus.push_back(BusId(1));
        connectors.form_group(group);
    }
    return connectors;
}
const Connectors three = three_in({"homes", "shops", "offices"});
const std::vector<ConnectorId> all{ConnectorId(0), ConnectorId(1), ConnectorId(2)};

Instant minute(std::int64_t k) { return Instant(60s * k); }

Meter voltage_meter(const MeterSettings& settings, const Connectors& connectors = three, Rng rng = Rng(1, 0)) {
    return {settings, {info_of(signals::voltage), 3, points}, connectors, 60s, rng};
}
Meter head_meter(const MeterSettings& settings, Rng rng = Rng(1, 0)) {
    return {settings, {info_of(signals::feeder_head), 1, {}}, three, 60s, rng};
}

std::vector<double> shown(const Meter& meter) { return {meter.values().begin(), meter.values().end()}; }

}  // namespace

TEST_CASE("a meter without delay, noise or resolution shows the truth") {
    Meter voltage = voltage_meter({});
    voltage.read(minute(0), std::vector{0.95, 1.0}, all);
    CHECK(shown(voltage) == std::vector{0.95, 1.0, 0.95});
    Meter head = head_meter({});
    head.read(minute(0), std::vector{123.0}, {});
    CHECK(shown(head) == std::vector{123.0});
    Meter buses({}, {info_of(signals::unbalance), 4, {}}, three, 60s, Rng(1, 0));
    buses.read(minute(0), std::vector{0.01, 0.02, 0.03, 0.04}, {});
    CHECK(shown(buses) == std::vector{0.01, 0.02, 0.03, 0.04});
}

TEST_CASE("a delayed meter shows the reading of that long ago, and the first one before that") {
    Meter voltage = voltage_meter({.delay = 2min});
    Meter head = head_meter({.delay = 1min});
    for (std::int64_t k = 0; k < 6; ++k) {
        const auto x = static_cast<double>(k);
        voltage.read(minute(k), std::vector{0.9 + 0.01 * x, 1.0}, all);
        head.read(minute(k), std::vector{100.0 * x}, {});
        CHECK(voltage.values()[0] == Approx(0.9 + 0.01 * std::max(0.0, x - 2.0)));
        CHECK(head.values()[0] == Approx(100.0 * std::max(0.0, x - 1.0)));
    }
}

TEST_CASE("between two readings a delayed meter shows the one that has become old enough meanwhile") {
    Meter head = head_meter({.delay = 90s});
    for (std::int64_t k = 0; k < 4; ++k) head.read(minute(k), std::vector{100.0 * static_cast<double>(k)}, {});
    CHECK(head.values()[0] == 100.0);  // at 180 s: the one of 60 s
    head.show(Instant(209'999ms), {});
    CHECK(head.values()[0] == 100.0);
    head.show(Instant(210s), {});
    CHECK(head.values()[0] == 200.0);
    head.show(Instant(1h), {});
    CHECK(head.values()[0] == 300.0);
}

TEST_CASE("a meter rounds to its resolution") {
    Meter voltage = voltage_meter({.resolution = 0.005});
    voltage.read(minute(0), std::vector{0.9524, 1.0}, all);
    CHECK(voltage.values()[0] == Approx(0.950));
    Meter head = head_meter({.resolution = 10.0});
    head.read(minute(0), std::vector{123.0}, {});
    CHECK(head.values()[0] == Approx(120.0));
}

TEST_CASE("a meter with a sampling is due at its multiples only, one without at any instant") {
    const Meter slow = head_meter({.sampling = Duration(5min)});
    CHECK(slow.is_due(minute(0)));
    CHECK_FALSE(slow.is_due(minute(1)));
    CHECK_FALSE(slow.is_due(Instant(5min - 1ms)));
    CHECK(slow.is_due(minute(5)));
    CHECK(slow.is_due(minute(10)));
    const Meter quick = head_meter({});
    CHECK(quick.is_due(Instant(1ms)));
}

TEST_CASE("meter noise has the stated deviation, no bias, and is the same for the same seed") {
    // At control steps, and between them, where readings have draws of their own.
    const Duration every = GENERATE(Duration(60s), Duration(10ms));
    Meter meter = voltage_meter({.noise = 0.01}, three, Rng(5, 3));
    Meter again = voltage_meter({.noise = 0.01}, three, Rng(5, 3));
    double sum = 0.0, squares = 0.0;
    constexpr int n = 20000;
    for (int k = 0; k < n; ++k) {
        const Instant now(every * k);
        meter.read(now, std::vector{1.0, 1.0}, all);
        again.read(now, std::vector{1.0, 1.0}, all);
        const double e = meter.values()[0] - 1.0;
        REQUIRE(meter.values()[0] == again.values()[0]);
        REQUIRE(meter.values()[0] != meter.values()[2]);
        sum += e;
        squares += e * e;
    }
    CHECK(std::abs(sum / n) < 4.0 * 0.01 / std::sqrt(n));  // four standard errors
    CHECK(std::sqrt(squares / n) == Approx(0.01).epsilon(4.0 / std::sqrt(2.0 * n)));
}

TEST_CASE("signals of one unit have noise of their own, and so have the rows of one") {
    const MeterSettings settings{.noise = 1.0};
    Meter active = head_meter(settings);
    Meter reactive(settings, {info_of(signals::feeder_head_reactive), 1, {}}, three, 60s, Rng(1, 0));
    Meter groups(settings, {info_of(signals::group_power), 2, {}}, three, 60s, Rng(1, 0));
    active.read(minute(0), std::vector{0.0}, {});
    reactive.read(minute(0), std::vector{0.0}, {});
    groups.read(minute(0), std::vector{0.0, 0.0}, {});
    CHECK(active.values()[0] != reactive.values()[0]);
    CHECK(groups.values()[0] != groups.values()[1]);
}

TEST_CASE("a vehicle that plugs in between two readings is shown the latest reading at its connector") {
    Meter voltage = voltage_meter({.delay = 1min});
    const std::vector<ConnectorId> first{ConnectorId(0)}, newcomer{ConnectorId(2)};
    for (std::int64_t k = 0; k < 3; ++k)
        voltage.read(minute(k), std::vector<double>(2, 0.90 + 0.01 * static_cast<double>(k)), first);
    CHECK(voltage.values()[2] == 1.0);
    voltage.show(minute(2) + 30s, newcomer);
    CHECK(voltage.values()[2] == Approx(0.91));  // of 1:00, for that of 2:00 is half a minute old
}

TEST_CASE("where the load flow has no solution a meter keeps its last reading, and that grows old like any other") {
    Meter voltage = voltage_meter({.delay = 2min});
    Meter head = head_meter({});
    const std::vector<double> expected{0.90, 0.90, 0.90, 0.90, 0.90, 0.95};  // readings 0.90 . . 0.95 . .
    for (std::size_t k = 0; k < expected.size(); ++k) {
        const Instant now = minute(static_cast<std::int64_t>(k));
        if (k == 0 || k == 3) {
            voltage.read(now, std::vector<double>(2, k == 0 ? 0.90 : 0.95), all);
            head.read(now, std::vector{k == 0 ? 500.0 : 600.0}, {});
        } else {
            voltage.miss(now);
            head.miss(now);
        }
        voltage.show(now, all);
        INFO("step " << k);
        CHECK(voltage.values()[0] == Approx(expected[k]));
        CHECK(head.values()[0] == (k < 3 ? 500.0 : 600.0));
    }
}

TEST_CASE("before any reading meters show 1 for signals in pu and 0 for others") {
    Meter voltage = voltage_meter({.delay = 2min});
    Meter head = head_meter({});
    for (std::int64_t k = 0; k < 4; ++k) voltage.miss(minute(k)), head.miss(minute(k));
    voltage.show(minute(4), all);
    CHECK(voltage.values()[0] == 1.0);
    CHECK(head.values()[0] == 0.0);
}

TEST_CASE("a meter's noise goes with the group of its charging point and not with its row") {
    Meter meter = voltage_meter({.noise = 0.01}, three, Rng(5, 3));
    const Connectors other_order = three_in({"offices", "homes", "shops"});
    Meter moved = voltage_meter({.noise = 0.01}, other_order, Rng(5, 3));
    for (std::int64_t k = 0; k < 20; ++k) {
        meter.read(minute(k), std::vector{1.0, 1.0}, all);
        moved.read(minute(k), std::vector{1.0, 1.0}, all);
        CHECK(moved.values()[1] == meter.values()[0]);
        CHECK(moved.values()[2] == meter.values()[1]);
        CHECK(moved.values()[0] == meter.values()[2]);
        CHECK(meter.values()[0] != meter.values()[1]);
    }
}

TEST_CASE("readings are lost as often as stated and their ages are geometric") {
    const double loss = GENERATE(0.3, 0.9);
    const Duration every = GENERATE(Duration(60s), Duration(10ms));
    Meter meter = voltage_meter({.loss = Fraction(loss)}, three, Rng(5, 3));
    constexpr int n = 20000;
    std::vector<double> of_age(4, 0.0);
    double same = 0.0;
    for (int k = 0; k < n; ++k) {
        meter.read(Instant(every * k), std::vector<double>(2, k), all);  // what it shows says when it was read
        const double age = k - meter.values()[0];
        if (age >= 0.0 && age < 4.0) ++of_age[static_cast<std::size_t>(age)];
        if (meter.values()[0] == meter.values()[2]) ++same;
    }
    for (std::size_t a = 0; a < of_age.size(); ++a) {
        const double p = (1.0 - loss) * std::pow(loss, a);
        CAPTURE(loss, a);
        // Neighbouring ages go together: the count of an age varies by the length of its runs, 1 / (1 - loss) at the most.
        CHECK(of_age[a] / n == Approx(p).margin(4.0 * std::sqrt(p * (1.0 - p) / n / (1.0 - loss))));
    }
    // Two meters show the same reading where both ages are: the sum over k of p_k squared.
    CHECK(same / n == Approx((1.0 - loss) / (1.0 + loss)).margin(0.03));
}

TEST_CASE("a lost reading leaves the last one with its noise, and grows old with the delay") {
    const MeterSettings settings{.delay = 2min, .noise = 0.01, .loss = Fraction(0.5)};
    Meter late = voltage_meter(settings, three, Rng(5, 3));
    MeterSettings prompt = settings;
    prompt.delay = {};
    Meter early = voltage_meter(prompt, three, Rng(5, 3));
    std::vector<double> seen;
    int repeats = 0;
    for (std::int64_t k = 0; k < 60; ++k) {
        late.read(minute(k), std::vector{1.0, 1.0}, all);
        early.read(minute(k), std::vector{1.0, 1.0}, all);
        if (!seen.empty() && seen.back() == early.values()[0]) ++repeats;  // noise is never the same twice
        seen.push_back(early.values()[0]);
        if (k >= 2) CHECK(late.values()[0] == seen[static_cast<std::size_t>(k) - 2]);
    }
    CHECK(repeats > 15);
    CHECK(repeats < 45);
}

TEST_CASE("before anything has arrived a meter that loses readings shows what it shows before any reading") {
    Meter meter = head_meter({.loss = Fraction(0.999999)});
    for (std::int64_t k = 0; k < 50; ++k) meter.read(minute(k), std::vector{123.0}, {});
    CHECK(meter.values()[0] == 0.0);
}
