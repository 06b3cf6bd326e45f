#include "sim/network/relays/hold_voltages.hpp"

#include <catch2/catch.hpp>

#include <Eigen/Dense>
#include <cmath>
#include <random>
#include <vector>

#include "sim/network/relays/device_control_load_flow.hpp"
#include "unit/network/descriptions.hpp"

namespace evsweep {

namespace {

/// A box problem with a random positive definite matrix.
struct Box {
    std::size_t n = 0;
    std::vector<double> slopes, off, start, low, high;

    explicit Box(std::mt19937& random) : n(std::uniform_int_distribution<std::size_t>(1, 5)(random)) {
        const auto between = [&](double a, double b) { return std::uniform_real_distribution<double>(a, b)(random); };
        const auto size = static_cast<Eigen::Index>(n);
        Eigen::MatrixXd a(size, size);
        for (auto& x : a.reshaped()) x = between(-1.0, 1.0);
        const Eigen::MatrixXd s = a * a.transpose() + 0.01 * Eigen::MatrixXd::Identity(size, size);
        for (Eigen::Index i = 0; i < size; ++i)
            for (Eigen::Index j = 0; j < size; ++j) slopes.push_back(s(i, j));
        for (std::size_t i = 0; i < n; ++i) {
            off.push_back(between(-1.0, 1.0));
            low.push_back(between(-2.0, 0.0));
            high.push_back(low.back() + between(0.0, 3.0));
            start.push_back(between(low.back(), high.back()));
        }
    }

    /// off + S (q - start)
    [[nodiscard]] std::vector<double> left(const std::vector<double>& q) const {
        std::vector<double> w = off;
        for (std::size_t i = 0; i < n; ++i)
            for (std::size_t j = 0; j < n; ++j) w[i] += slopes[i * n + j] * (q[j] - start[j]);
        return w;
    }
};

/// source -line- a -line- b, each with a generator that holds its voltage.
FeederDescription two_generators(double q_max_a, double q_max_b) {
    FeederDescription d;
    d.name = "two generators";
    for (const char* id : {"source", "a", "b"}) d.buses.push_back({.id = id, .nominal = Volts(10000.0)});
    for (const auto& [from, to] : {std::pair("source", "a"), std::pair("a", "b")}) {
        BranchRow line;
        line.id = std::string(from) + "-" + to;
        line.from = from;
        line.to = to;
        line.series_ohm = {{2.0, 3.0}};
        d.branches.push_back(line);
    }
    d.sources = {{.bus = "source"}};
    for (const auto& [bus, q_max] : {std::pair("a", q_max_a), std::pair("b", q_max_b)}) {
        LoadRow generator;
        generator.id = std::string("g") + bus;
        generator.bus = bus;
        generator.p = Kilowatts(-100.0);
        d.loads.push_back(generator);
        LoadRow load = generator;
        load.id = std::string("d") + bus;
        load.p = Kilowatts(900.0);
        load.q = Kilovars(500.0);
        d.loads.push_back(load);
        InjectionControlRow control;
        control.id = control.load = generator.id;
        control.law = HoldVoltage{PerUnit(1.0), Kilovars(-100.0), Kilovars(q_max)};
        d.injection_controls.push_back(control);
    }
    return d;
}

struct Settling {
    explicit Settling(const FeederDescription& description)
        : feeder(*build_feeder(description, {}, issues)), flow(feeder, {.tolerance_pu = 1e-11}), network(flow, Calendar()) {
        draw(1.0);
    }
    void draw(double scale) {
        PortPower power(feeder.ports());
        for (const LoadPoint& load : feeder.loads()) power.add(load, load.p_kw > 0.0 ? scale : 1.0);
        for (std::size_t i = 0; i < control.injections().size(); ++i) {
            const LoadPoint& load = feeder.loads()[network.injection_load(i)];
            const InjectionPower own{-load.p_kw, -load.q_kvar};
            network.replace_injection(i, own, control.wanted(i, own), power);
        }
        flow.draw(power);
    }
    const HoldRelay& relay(std::size_t i) { return std::get<HoldRelay>(control.injections()[i]); }

    Issues issues;
    Feeder feeder;
    LoadFlow flow;
    ControlledLoadFlow network;
    DeviceControl control = make_device_control(feeder);
};

}  // namespace

TEST_CASE("a box problem is solved with every power within its limits and every voltage where these let it be") {
    std::mt19937 random(3);
    for (int i = 0; i < 2000; ++i) {
        const Box box(random);
        const auto q = held_in_box(box.slopes, box.off, box.start, box.low, box.high);
        const auto w = box.left(q);
        for (std::size_t k = 0; k < box.n; ++k) {
            REQUIRE(q[k] >= box.low[k]);
            REQUIRE(q[k] <= box.high[k]);
            if (q[k] > box.low[k]) REQUIRE(w[k] < 1e-9);
            if (q[k] < box.high[k]) REQUIRE(w[k] > -1e-9);
        }
    }
}

TEST_CASE("the slopes of held voltages are those of the load flow") {
    Settling s(two_generators(1e6, 1e6));
    REQUIRE(s.network.solve());
    const std::vector<std::size_t> both{0, 1};
    const auto slopes = s.network.voltage_slopes(both);
    for (std::size_t j = 0; j < 2; ++j) {
        const double before[] = {s.network.see_injection(0).voltage_pu[0], s.network.see_injection(1).voltage_pu[0]};
        const InjectionPower given = s.network.injection(j);
        s.network.set_injection(j, {given.p_kw, given.q_kvar + 0.1});
        REQUIRE(s.network.solve());
        for (std::size_t i = 0; i < 2; ++i)
            CHECK(slopes[i * 2 + j] == Approx(10.0 * (s.network.see_injection(i).voltage_pu[0] - before[i])).epsilon(1e-4));
        s.network.set_injection(j, given);
        REQUIRE(s.network.solve());
    }
}

TEST_CASE("generators hold their voltages together, in a few load flows") {
    Settling s(two_generators(1e6, 1e6));
    const Settled settled = settle(s.control, s.network, {});
    CHECK(settled.status == SettleStatus::settled);
    CHECK(settled.rounds == 2);
    CHECK(settled.load_flows <= 10);
    for (std::size_t i = 0; i < 2; ++i) {
        CHECK(std::abs(s.network.see_injection(i).voltage_pu[0] - 1.0) < 1e-9);
        CHECK(s.relay(i).state() == HoldRelay::State::free);
    }
}

TEST_CASE("a generator at its limit lets the voltage go, and takes it back when the load falls") {
    Settling s(two_generators(1e6, 200.0));
    CHECK(settle(s.control, s.network, {}).status == SettleStatus::settled);
    CHECK(s.relay(0).state() == HoldRelay::State::free);
    CHECK(s.relay(1).state() == HoldRelay::State::at_maximum);
    CHECK(s.network.injection(1).q_kvar == 200.0);
    CHECK(s.network.see_injection(1).voltage_pu[0] < 1.0);

    s.draw(0.2);
    CHECK(settle(s.control, s.network, {}).status == SettleStatus::settled);
    CHECK(s.relay(1).state() == HoldRelay::State::free);
    CHECK(std::abs(s.network.see_injection(1).voltage_pu[0] - 1.0) < 1e-8);

    s.draw(-2.0);  // now all of them feed in, and the lower limit binds
    CHECK(settle(s.control, s.network, {}).status == SettleStatus::settled);
    CHECK(s.relay(1).state() == HoldRelay::State::at_minimum);
    CHECK(s.network.see_injection(1).voltage_pu[0] > 1.0);
}

TEST_CASE("generators at electrically one bus that want different voltages are reported") {
    FeederDescription d = two_generators(1e6, 1e6);
    d.branches[1].kind = BranchKind::switch_;
    d.branches[1].series_ohm = {0.0};
    Settling same(d);
    CHECK(settle(same.control, same.network, {}).status == SettleStatus::settled);
    CHECK(same.network.injection(0).q_kvar == Approx(same.network.injection(1).q_kvar).epsilon(1e-6));

    std::get<HoldVoltage>(d.injection_controls[1].law).set = PerUnit(1.01);
    Settling other(d);
    const Settled settled = settle(other.control, other.network, {.max_rounds = 20});
    CHECK(settled.status == SettleStatus::hunting);
    CHECK(settled.injections.size() >= 1);
}

TEST_CASE("controls of injections are checked with the rows of a feeder") {
    FeederDescription d = two_generators(-200.0, 1.0);
    d.injection_controls[1].load = "gc";
    d.injection_controls.push_back(d.injection_controls[0]);
    d.injection_controls.back().id = "again";
    d.injection_controls.back().watched = {{"c", {Conductor::balanced, {}}, {}}};
    Issues issues;
    CHECK(!build_feeder(d, {}, issues));
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    CHECK(std::count(texts.begin(), texts.end(),
                     "injection control ga: its lowest reactive power is above the highest; exchange q_min and q_max") == 1);
    const auto mentions = [&](const std::string& part) {
        return std::any_of(texts.begin(), texts.end(), [&](const std::string& t) { return t.find(part) != std::string::npos; });
    };
    CHECK(mentions("injection control gb: unknown load or generator 'gc'"));
    CHECK(mentions("injection control again: ga has a control already"));
    CHECK(mentions("injection control again: unknown bus 'c'"));
}

}  // namespace evsweep
