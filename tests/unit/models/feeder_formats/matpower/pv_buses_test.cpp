// Buses of type 2 against a dense Newton power flow with MATPOWER's bus types, which knows nothing of sweeps.
#include <fmt/format.h>

#include <catch2/catch.hpp>

#include <Eigen/Dense>
#include <cmath>
#include <complex>
#include <optional>
#include <random>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "sim/network/relays/device_control_load_flow.hpp"

namespace {

using namespace evsweep;
using Complex = std::complex<double>;
using Eigen::Index;

/// A case in per unit on 1 MVA. Bus 0 is the reference.
struct PvCase {
    struct Branch {
        int from = 0, to = 0;
        Complex z;
    };
    struct Generator {
        int bus = 0;
        double p = 0.0, set = 1.0, low = 0.0, high = 0.0;
    };
    std::vector<Complex> load;
    std::vector<Branch> branches;
    std::vector<Generator> generators;
    double source = 1.0;

    [[nodiscard]] Index buses() const { return static_cast<Index>(load.size()); }
};

enum class Limit { none, low, high };

/// S(V) and its derivatives as in the literature (e.g. MATPOWER technical note 2), dense, from a flat start.
class NewtonPowerFlow {
   public:
    explicit NewtonPowerFlow(const PvCase& c) : case_(c), y_(Eigen::MatrixXcd::Zero(c.buses(), c.buses())) {
        for (const auto& branch : c.branches) {
            const Complex y = 1.0 / branch.z;
            y_(branch.from, branch.from) += y, y_(branch.to, branch.to) += y;
            y_(branch.from, branch.to) -= y, y_(branch.to, branch.from) -= y;
        }
    }

    /// Voltages where these generators stand at limits, and the others hold. None where it does not converge.
    [[nodiscard]] std::optional<Eigen::VectorXcd> solve(const std::vector<Limit>& limits) const {
        const Index n = case_.buses();
        Eigen::VectorXcd wanted(n);
        Eigen::VectorXd size = Eigen::VectorXd::Ones(n), angle = Eigen::VectorXd::Zero(n);
        for (Index b = 0; b < n; ++b) wanted(b) = -case_.load[static_cast<std::size_t>(b)];
        size(0) = case_.source;
        std::vector<bool> held(static_cast<std::size_t>(n), false);
        held[0] = true;
        for (std::size_t g = 0; g < limits.size(); ++g) {
            const auto& generator = case_.generators[g];
            wanted(generator.bus) += generator.p;
            if (limits[g] == Limit::none)
                held[static_cast<std::size_t>(generator.bus)] = true, size(generator.bus) = generator.set;
            if (limits[g] != Limit::none)
                wanted(generator.bus) += Complex(0.0, limits[g] == Limit::low ? generator.low : generator.high);
        }
        std::vector<Index> angles, sizes;
        for (Index b = 1; b < n; ++b) {
            angles.push_back(b);
            if (!held[static_cast<std::size_t>(b)]) sizes.push_back(b);
        }
        const auto na = static_cast<Index>(angles.size());
        const auto ns = static_cast<Index>(sizes.size());
        for (int step = 0; step < 40; ++step) {
            Eigen::VectorXcd v(n);
            for (Index b = 0; b < n; ++b) v(b) = std::polar(size(b), angle(b));
            const Eigen::VectorXcd current = y_ * v;
            const Eigen::VectorXcd off = v.cwiseProduct(current.conjugate()) - wanted;
            Eigen::VectorXd mismatch(na + ns);
            for (Index i = 0; i < na; ++i) mismatch(i) = off(angles[static_cast<std::size_t>(i)]).real();
            for (Index i = 0; i < ns; ++i) mismatch(na + i) = off(sizes[static_cast<std::size_t>(i)]).imag();
            if (!mismatch.allFinite()) return std::nullopt;
            if (mismatch.cwiseAbs().maxCoeff() < 1e-13 * (1.0 + y_.cwiseAbs().maxCoeff())) return v;
            const Eigen::MatrixXcd dv = v.asDiagonal();
            const Eigen::MatrixXcd unit = v.cwiseQuotient(size.cast<Complex>()).asDiagonal();
            const Eigen::MatrixXcd di = current.asDiagonal();
            const Eigen::MatrixXcd by_angle = Complex(0.0, 1.0) * dv * (di - y_ * dv).conjugate();
            const Eigen::MatrixXcd by_size = dv * (y_ * unit).conjugate() + di.conjugate() * unit;
            Eigen::MatrixXd jacobian(na + ns, na + ns);
            jacobian.topLeftCorner(na, na) = by_angle(angles, angles).real();
            jacobian.topRightCorner(na, ns) = by_size(angles, sizes).real();
            jacobian.bottomLeftCorner(ns, na) = by_angle(sizes, angles).imag();
            jacobian.bottomRightCorner(ns, ns) = by_size(sizes, sizes).imag();
            const Eigen::VectorXd change = jacobian.partialPivLu().solve(-mismatch);
            for (Index i = 0; i < na; ++i) angle(angles[static_cast<std::size_t>(i)]) += change(i);
            for (Index i = 0; i < ns; ++i) size(sizes[static_cast<std::size_t>(i)]) += change(na + i);
        }
        return std::nullopt;
    }

    [[nodiscard]] double given_q(const Eigen::VectorXcd& v, std::size_t g) const {
        const Index b = case_.generators[g].bus;
        return (v(b) * std::conj((y_.row(b) * v).value())).imag() + case_.load[static_cast<std::size_t>(b)].imag();
    }

    /// Tries every choice of generators at limits, and takes the one at which nobody wants to leave his place.
    [[nodiscard]] std::optional<std::pair<Eigen::VectorXcd, std::vector<Limit>>> settle() const {
        const std::size_t k = case_.generators.size();
        auto choices = static_cast<std::size_t>(std::lround(std::pow(3.0, static_cast<double>(k))));
        for (std::size_t choice = 0; choice < choices; ++choice) {
            std::vector<Limit> limits;
            for (std::size_t g = 0, rest = choice; g < k; ++g, rest /= 3) limits.push_back(static_cast<Limit>(rest % 3));
            const auto v = solve(limits);
            if (v && is_right(*v, limits)) return std::pair(*v, limits);
        }
        return std::nullopt;
    }

   private:
    [[nodiscard]] bool is_right(const Eigen::VectorXcd& v, const std::vector<Limit>& limits) const {
        if (v.cwiseAbs().minCoeff() < 0.5) return false;  // the lower branch of the curve of solutions
        for (std::size_t g = 0; g < limits.size(); ++g) {
            const auto& generator = case_.generators[g];
            const double size = std::abs(v(generator.bus));
            const double q = given_q(v, g);
            if (limits[g] == Limit::none && (q < generator.low || q > generator.high)) return false;
            if (limits[g] == Limit::low && size < generator.set) return false;
            if (limits[g] == Limit::high && size > generator.set) return false;
        }
        return true;
    }

    const PvCase& case_;
    Eigen::MatrixXcd y_;
};

/// A random tree with generators that hold voltages, at neighbouring buses as often as not; some cannot.
PvCase random_case(std::mt19937& random, bool has_loop) {
    const auto between = [&](double a, double b) { return std::uniform_real_distribution<double>(a, b)(random); };
    const auto below = [&](int n) { return std::uniform_int_distribution<int>(0, n - 1)(random); };
    PvCase c;
    const int n = 4 + below(12);
    c.source = between(0.98, 1.03);
    c.load.emplace_back(0.0);
    for (int b = 1; b < n; ++b) {
        c.branches.push_back({std::max(0, b - 1 - below(3)), b, {between(0.003, 0.03), between(0.003, 0.04)}});
        c.load.push_back(below(4) == 0 ? Complex() : Complex(between(0.0, 0.2), between(-0.02, 0.1)));
    }
    if (has_loop) c.branches.push_back({1, n - 1, {0.02, 0.05}});
    std::vector<int> places(static_cast<std::size_t>(n) - 1);
    for (int b = 1; b < n; ++b) places[static_cast<std::size_t>(b) - 1] = b;
    if (below(2) == 0) std::shuffle(places.begin(), places.end(), random);
    for (int g = 0; g < 1 + below(3); ++g)
        c.generators.push_back({places[static_cast<std::size_t>(g)], between(0.0, 0.4), between(0.985, 1.03), -between(0.0, 0.4),
                                between(0.0, 0.5)});
    return c;
}

std::string text_of(const PvCase& c) {
    std::string text = "function mpc = random\nmpc.version = '2';\nmpc.baseMVA = 1;\nmpc.bus = [\n";
    for (Index b = 0; b < c.buses(); ++b) {
        bool holds = false;
        for (const auto& generator : c.generators) holds = holds || generator.bus == b;
        const Complex load = c.load[static_cast<std::size_t>(b)];
        text += fmt::format("{} {} {:.17g} {:.17g} 0 0 1 1 0 11 1 1.1 0.9;\n", b + 1,
                            b == 0  ? 3
                            : holds ? 2
                                    : 1,
                            load.real(), load.imag());
    }
    text += fmt::format("];\nmpc.gen = [\n1 0 0 10 -10 {:.17g} 1 1 10 0;\n", c.source);
    for (const auto& generator : c.generators)
        text += fmt::format("{} {:.17g} 0 {:.17g} {:.17g} {:.17g} 1 1 10 0;\n", generator.bus + 1, generator.p, generator.high,
                            generator.low, generator.set);
    text += "];\nmpc.branch = [\n";
    for (const auto& branch : c.branches)
        text += fmt::format("{} {} {:.17g} {:.17g} 0 0 0 0 0 0 1 -360 360;\n", branch.from + 1, branch.to + 1, branch.z.real(),
                            branch.z.imag());
    return text + "];\n";
}

Feeder read(const std::string& text) {
    Issues issues;
    Reader reader{issues};
    const auto format = plugins<FeederFormat>().at("matpower").configure(Node::make_map({}), "", reader)->make({});
    const auto description = format->read({"c.m", text}, issues);
    REQUIRE(description);
    auto feeder = build_feeder(*description, {}, issues);
    REQUIRE(feeder);
    return std::move(*feeder);
}

}  // namespace

TEST_CASE("generators at buses of type 2 hold their voltages, or stand at their limits, as in a Newton power flow", "[formats]") {
    std::mt19937 random(12);
    int limited = 0, held = 0, without = 0;
    for (int i = 0; i < 300; ++i) {
        const PvCase c = random_case(random, i % 10 == 0);
        const NewtonPowerFlow reference(c);
        const auto found = reference.settle();
        if (!found) {
            ++without;
            continue;
        }
        const Feeder feeder = read(text_of(c));
        LoadFlow flow(feeder, {.tolerance_pu = 1e-11});
        ControlledLoadFlow network(flow, Calendar());
        DeviceControl control = make_device_control(feeder);
        PortPower power(feeder.ports());
        for (const LoadPoint& load : feeder.loads()) power.add(load, 1.0);
        flow.draw(power);
        const Settled settled = settle(control, network, {});
        INFO(text_of(c));
        REQUIRE(settled.status == SettleStatus::settled);
        const auto& [v, limits] = *found;
        for (Index b = 0; b < c.buses(); ++b) {
            const auto bus = feeder.find_bus(std::to_string(b + 1));
            REQUIRE(bus);
            const std::size_t conductor = feeder.site().first_conductor[bus->index()];
            REQUIRE(std::abs(flow.voltage(conductor) - v(b)) < 1e-8);
        }
        for (std::size_t g = 0; g < c.generators.size(); ++g) {
            const auto id = "G" + std::to_string(c.generators[g].bus + 1);
            for (std::size_t k = 0; k < feeder.injection_controls().size(); ++k) {
                if (feeder.injection_controls()[k].id != id) continue;
                CHECK(network.injection(k).q_kvar == Approx(1000.0 * reference.given_q(v, g)).margin(1e-4));
                CHECK(network.injection(k).p_kw == Approx(1000.0 * c.generators[g].p));
            }
            (limits[g] == Limit::none ? held : limited) += 1;
        }
    }
    CHECK(without < 5);
    CHECK(held > 100);
    CHECK(limited > 100);
}

TEST_CASE("generators at one bus of type 2 are one, and one out of service holds nothing", "[formats]") {
    const std::string head =
        "mpc.baseMVA = 10;\nmpc.bus = [1 3 0 0 0 0 1 1 0 11; 2 2 1 .5 0 0 1 1 0 11];\n"
        "mpc.branch = [1 2 .1 .1 0 0 0 0 0 0 1];\n";
    const auto outcome = [&](const std::string& generators) {
        Issues issues;
        Reader reader{issues};
        const auto format = plugins<FeederFormat>().at("matpower").configure(Node::make_map({}), "", reader)->make({});
        auto feeder = format->read({"c.m", head + "mpc.gen = [1 0 0 9 -9 1 1 1; " + generators + "];"}, issues);
        std::vector<std::string> texts;
        for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
        return std::pair(std::move(feeder), texts);
    };
    const auto [two, two_told] = outcome("2 .2 .1 1 -2 1.01 1 1; 2 .3 .2 3 -4 1.02 1 1; 2 5 5 5 -5 1 1 0");
    REQUIRE(two);
    REQUIRE(two->injection_controls.size() == 1);
    const auto& law = std::get<HoldVoltage>(two->injection_controls.front().law);
    CHECK(law.set.value() == 1.02);
    CHECK(law.q_min.value() == Approx(-6000.0));
    CHECK(law.q_max.value() == Approx(4000.0));
    CHECK(two->loads.back().id == "G2");
    CHECK(two->loads.back().p.value() == Approx(-500.0));
    CHECK(two_told ==
          std::vector<std::string>{
              "c.m:4:53: warning: bus 2: has generators with Vg 1.01 and 1.02; it is held at 1.02, the last of them; agree Vg"});
    const auto [none, none_told] = outcome("2 5 5 5 -5 1 1 0");
    REQUIRE(none);
    CHECK(none->injection_controls.empty());
    CHECK(none_told == std::vector<std::string>{
                           "c.m:2:34: warning: bus 2: is of type 2 and has no generator in service: it is taken as type 1"});
    const auto [unlimited, unlimited_told] = outcome("2 .2 .1 Inf -Inf 1.01 1 1");
    REQUIRE(unlimited);
    CHECK(std::get<HoldVoltage>(unlimited->injection_controls.front().law).q_max.value() == 1e9);
    CHECK(unlimited_told.empty());
}
