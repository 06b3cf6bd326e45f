/// The fuzzy surface: its shape, its table, its rules in the file, and how bad rules are told.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <iterator>
#include <limits>
#include <sstream>

#include "controllers/fuzzy/default_rules.hpp"
#include "controllers/fuzzy/surface.hpp"
#include "places.hpp"
#include "unit/models/controllers/controller_desk.hpp"

using namespace evsweep;

namespace {

const std::string rules_folder = (test::source_dir() / "models/controllers/fuzzy/rules/").string();

std::string text_of(const std::string& path) {
    std::ifstream file(path);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::shared_ptr<const FuzzySurface> default_surface(int resolution = 9) {
    return read_surface(std::string(default_rules), resolution, 0.5).surface;
}

/// The default rules with `from` replaced.
std::string edited(const std::string& from, const std::string& to) {
    std::string text(default_rules);
    const auto place = text.find(from);
    REQUIRE(place != std::string::npos);
    return text.replace(place, from.size(), to);
}

std::string problem_of(const std::string& rules) { return read_surface(rules, 9, 0.02).problem; }

/// A small rule base with bell-shaped terms, which no table represents exactly.
const std::string smooth_rules = R"(Engine: smooth
InputVariable: soc
  range: 0 1
  term: low Gaussian 0 0.3
  term: high Gaussian 1 0.3
OutputVariable: power
  range: -1 1
  defuzzifier: WeightedAverage TakagiSugeno
  default: nan
  term: charge Constant 1
  term: discharge Constant -1
RuleBlock: all
  conjunction: AlgebraicProduct
  implication: AlgebraicProduct
  activation: General
  rule: if soc is low then power is charge
  rule: if soc is high then power is discharge
)";

}  // namespace

TEST_CASE("the rules inside the binary are those of the file", "[fuzzy]") {
    CHECK(text_of(rules_folder + "default.fll") == std::string(default_rules));
}

TEST_CASE("the default surface is monotone where it must be, on a fine grid of the table and of the rules", "[fuzzy]") {
    const auto surface = default_surface();
    REQUIRE(surface);
    constexpr int steps = 14;
    const auto at = [](FuzzyInput input, int k) {
        const double lowest[] = {0.87, -0.05, -0.1, 0.3}, highest[] = {1.05, 1.05, 1.2, 1.7};
        const auto d = static_cast<std::size_t>(input);
        return lowest[d] + (highest[d] - lowest[d]) * k / steps;
    };
    const double direction[] = {1.0, -1.0, 1.0, -1.0};  // voltage, soc, time pressure, stress
    std::vector<FuzzyPoint> points;
    for (int v = 0; v <= steps; ++v)
        for (int s = 0; s <= steps; ++s)
            for (int t = 0; t <= steps; ++t)
                for (int l = 0; l <= steps; ++l)
                    points.push_back({at(FuzzyInput::voltage, v), at(FuzzyInput::soc, s), at(FuzzyInput::time_pressure, t),
                                      at(FuzzyInput::stress, l)});
    const std::vector<double> by_rules = evaluate_rules(std::string(default_rules), points);
    double worst_table = 0.0, worst_rules = 0.0;
    const std::size_t stride[] = {15 * 15 * 15, 15 * 15, 15, 1};
    for (std::size_t row = 0; row < points.size(); ++row) {
        for (std::size_t d = 0; d < fuzzy_inputs; ++d) {
            if (row / stride[d] % 15 == steps) continue;
            const double table_rise = surface->power(points[row + stride[d]]) - surface->power(points[row]);
            worst_table = std::min(worst_table, direction[d] * table_rise);
            worst_rules = std::min(worst_rules, direction[d] * (by_rules[row + stride[d]] - by_rules[row]));
        }
    }
    CHECK(worst_table >= -1e-12);
    CHECK(worst_rules >= -1e-5);  // fuzzylite compares memberships with a tolerance of 1e-6
}

TEST_CASE("inputs beyond their range count as its ends, and unknown ones as its middle", "[fuzzy]") {
    const auto surface = default_surface();
    const double unknown = std::numeric_limits<double>::quiet_NaN();
    CHECK(surface->power({0.5, -1.0, -3.0, 9.0}) == surface->power({0.88, 0.0, 0.0, 1.6}));
    CHECK(surface->power({1.5, 2.0, 0.3, -9.0}) == surface->power({1.04, 1.0, 0.3, 0.4}));
    CHECK(surface->power({unknown, 0.6, 0.6, 0.9}) == Approx(surface->power({0.96, 0.6, 0.6, 0.9})).epsilon(1e-12));
    CHECK(surface->power({0.93, unknown, unknown, unknown}) == Approx(surface->power({0.93, 0.5, 0.5, 1.0})).epsilon(1e-12));
}

TEST_CASE("a layer cut at one stress holds what the surface holds there, to the bit", "[fuzzy]") {
    const auto surface = default_surface(7);
    std::vector<double> layer(surface->layer_size());
    for (const double stress : {0.2, 0.4, 0.83, 1.0, 1.37, 1.6, 2.0}) {
        surface->cut(stress, layer);
        for (int k = 0; k < 500; ++k) {
            const FuzzyPoint point{0.86 + 0.2 * (k % 11) / 10.0, k % 17 / 16.0, 1.2 * (k % 23) / 22.0, stress};
            const FuzzyPlace voltage = surface->scale(FuzzyInput::voltage).place(point[0]);
            const FuzzyPlace soc = surface->scale(FuzzyInput::soc).place(point[1]);
            const FuzzyPlace pressure = surface->scale(FuzzyInput::time_pressure).place(point[2]);
            const double* corner =
                layer.data() + voltage.below * surface->voltage_stride() + soc.below * surface->soc_stride() + pressure.below;
            const auto pair = [corner](std::size_t m) { return FuzzySurface::pair_at(corner + m); };
            const FuzzySurface::Pair ends = surface->ends(pair, voltage.share, soc.share);
            REQUIRE(FuzzySurface::between<double>(ends[0], ends[1], pressure.share) == surface->power(point));
        }
    }
}

TEST_CASE("the default surface reaches from full discharge to full charge", "[fuzzy]") {
    const auto surface = default_surface();
    CHECK(surface->power({0.90, 0.9, 0.0, 1.5}) == Approx(-1.0));
    CHECK(surface->power({1.02, 0.2, 0.0, 0.5}) == Approx(1.0));
    CHECK(surface->power({0.90, 0.9, 1.0, 1.5}) == Approx(1.0));  // no time to spare
    CHECK(surface->power({0.96, 0.9, 0.0, 1.0}) == Approx(0.0).margin(1e-12));
}

TEST_CASE("the table of the default rules agrees with them to 1e-5 of full power", "[fuzzy]") {
    const FuzzyReading reading = read_surface(std::string(default_rules), 9, 0.02);
    CHECK(reading.largest_error < 1e-5);
    CHECK(reading.problem.empty());
}

TEST_CASE("the stated error of a table bounds what other points show, and falls with the resolution", "[fuzzy]") {
    const FuzzyReading coarse = read_surface(smooth_rules, 5, 1.0);
    const FuzzyReading fine = read_surface(smooth_rules, 21, 1.0);
    REQUIRE(coarse.surface);
    CHECK(coarse.largest_error > 10.0 * fine.largest_error);  // the error of linear interpolation falls with the square
    // Closed form: (a - b) / (a + b) = tanh((ln a - ln b) / 2), and with these terms ln a - ln b = (1 - 2 s) / (2 * 0.3^2).
    double largest = 0.0;
    for (int k = 0; k <= 1000; ++k) {
        const double soc = k / 1000.0;
        largest = std::max(largest, std::abs(coarse.surface->power({1.0, soc, 0.0, 1.0}) - std::tanh((0.5 - soc) / 0.18)));
    }
    CHECK(largest == Approx(coarse.largest_error).epsilon(0.02));
    CHECK_FALSE(coarse.surface->uses(FuzzyInput::voltage));
    CHECK(coarse.surface->uses(FuzzyInput::soc));
}

TEST_CASE("a table that is too coarse for its rules is refused with the error and the remedy", "[fuzzy]") {
    const FuzzyReading reading = read_surface(smooth_rules, 3, 0.01);
    CHECK_FALSE(reading.surface);
    CHECK(reading.problem.find("the table differs from the rules by up to") == 0);
    CHECK(reading.hint == "raise 'resolution' or 'table_tolerance'");
}

TEST_CASE("bad rules are told in words about the rules", "[fuzzy]") {
    CHECK(problem_of(edited("  term: low Ramp 0.960", "  term: low Rampp 0.960")).find("Rampp") != std::string::npos);
    CHECK(problem_of(edited("Engine: fuzzy\nInputVariable: voltage", "Engine: fuzzy\nInputVariable: volts")) ==
          "has an input 'volts' that nothing feeds");
    CHECK(problem_of(edited("OutputVariable: power", "OutputVariable: strength")) == "has no output 'power'");
    const std::string unknown_term = problem_of(edited("if time_pressure is critical", "if time_pressure is urgent"));
    CHECK(unknown_term.find("rule 'if time_pressure is urgent then power is charge'") == 0);
    CHECK(unknown_term.find("urgent") != std::string::npos);
    CHECK(unknown_term.find("{at") == std::string::npos);
    const std::string gap = problem_of(edited("  rule: if time_pressure is critical then power is charge\n", ""));
    CHECK(gap.find("no rule covers voltage 0.88, soc 0, time_pressure 1") == 0);
    CHECK(problem_of(edited("term: charge Constant 1.000", "term: charge Constant 2.000"))
              .find("power is 1.25 at voltage 0.88, soc 0, time_pressure 0.625, stress 0.4") == 0);
    CHECK(problem_of("Engine: x\n") == "has no output 'power'");
    CHECK(problem_of("nonsense") == "is no rule base: no line begins with 'Engine:'");
}

TEST_CASE("a rule base with numbers that are none, ranges that are empty or weights out of range is refused at its place",
          "[fuzzy]") {
    struct Case {
        std::string from, to, problem;
    };
    const std::string normal = "  term: normal Triangle 0.920 0.960 1.000";
    const std::string range = "  range: -1.000 1.000";
    const std::string rule = "  rule: if time_pressure is critical then power is charge";
    const std::vector<Case> cases{
        {normal, "  term: normal Triangle nan 0.960 1.000", "the term 'normal' of 'voltage': 'nan' is not finite"},
        {normal, "  term: normal Triangle 0.920 0.960 inf", "the term 'normal' of 'voltage': 'inf' is not finite"},
        {normal, "  term: normal Triangle 0.920 1e300 1e301",
         "the term 'normal' of 'voltage': '1e300' is too large or too small"},
        {normal, "  term: normal Triangle 0,920 0.960 1.000", "the term 'normal' of 'voltage': '0,920' is not a number"},
        {normal, "  term: normal Triangle 0x1p-1 0.960 1.000", "the term 'normal' of 'voltage': '0x1p-1' is not a number"},
        {normal, "  term: normal Triangle 1.000 0.960 0.920", "the term 'normal' of 'voltage': its vertices do not ascend"},
        {range, "  range: 1.000 -1.000", "the range of 'power' is empty: 1.000 to -1.000"},
        {range, "  range: nan nan", "the range of 'power': 'nan' is not finite"},
        {range, "  range: -inf inf", "the range of 'power': '-inf' is not finite"},
        {range, "  range: -1.000", "the range of 'power' is not two numbers"},
        {rule, rule + " with 2.0", "the weight '2.0' of a rule is not from 0 to 1"},
        {rule, rule + " with nan", "the weight 'nan' of a rule is not from 0 to 1"},
        {rule, rule + " with -0.5", "the weight '-0.5' of a rule is not from 0 to 1"},
    };
    for (const Case& c : cases) {
        const std::string text = edited(c.from, c.to);
        const FuzzyReading reading = read_surface(text, 5, 1.0);
        CHECK_FALSE(reading.surface);
        CHECK(reading.problem == c.problem);
        const auto before = text.substr(0, text.find(c.to));
        CHECK(reading.line == static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1);
    }
    CHECK(read_surface(edited(rule, rule + " with 0.5"), 5, 1.0).surface);
}

TEST_CASE("a rule file with a mistake is an issue of the scenario, at the place that names it", "[fuzzy]") {
    const std::string path = std::string(P_tmpdir) + "/evsweep_bad_rules.fll";
    std::ofstream(path) << edited("if time_pressure is critical", "if time_pressure is urgent");
    Issues issues;
    CHECK_FALSE(configure_controller("fuzzy", "{rules: " + path + "}", issues));
    REQUIRE(issues.list().size() == 1);
    const std::string told = to_text(issues.list().front());
    CHECK(told.find("controller.yaml:1:9: controllers.it.rules: " + path + ": rule 'if time_pressure is urgent") == 0);
    std::remove(path.c_str());
}

TEST_CASE("the fourth input is what the parameters say, and only that is asked for", "[fuzzy]") {
    const auto reads = [](const std::string& yaml, std::string_view signal) {
        ControllerDesk desk;
        desk.park({});
        desk.start("fuzzy", yaml);
        return desk.exchange().reads(signal);
    };
    const std::string by_load = "{fourth_input: load, load_reference: 2 kW}", by_price = "{fourth_input: price}";
    CHECK_FALSE(reads("{}", "feeder_head"));
    CHECK_FALSE(reads("{}", "price"));
    CHECK(reads(by_load, "feeder_head"));
    CHECK_FALSE(reads(by_load, "price"));
    CHECK(reads(by_price, "price"));
    CHECK(reads(by_price, "price_forecast"));
    CHECK_FALSE(reads(by_price, "feeder_head"));
    Issues issues;
    CHECK_FALSE(configure_controller("fuzzy", "{fourth_input: load}", issues));
    CHECK(to_text(issues.list().front()).find("load_reference: is missing") != std::string::npos);
}

TEST_CASE("a vehicle follows the rules, and charges at full power once it has no time to spare", "[fuzzy]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.8, .target = 0.9, .departure_h = 20.0});  // needs 0.8 h
    desk.start("fuzzy", "{fourth_input: load, load_reference: 1000 kW, approach: 100 %}");
    desk.feeder_head_kw = 1600.0;
    desk.set_voltage(car, 0.90);
    desk.decide(6.0);
    CHECK(desk.p_kw(car) == -10.0);  // weak grid, nearly full, relaxed
    desk.feeder_head_kw = 500.0;
    desk.set_voltage(car, 1.02);
    desk.decide(6.0 + 1.0 / 60.0);
    CHECK(desk.p_kw(car) == Approx(2.5));  // strong grid: charge_some
    desk.feeder_head_kw = 1600.0;
    desk.set_voltage(car, 0.90);
    desk.decide(19.2);
    CHECK(desk.p_kw(car) == 5.0);
}

TEST_CASE("power approaches what the rules say minute by minute", "[fuzzy]") {
    ControllerDesk desk;
    const auto car = desk.park({.soc = 0.2, .target = 0.9, .departure_h = 60.0});
    desk.start("fuzzy", "{approach: 50 %, deadband: 0 %}");
    desk.set_voltage(car, 1.02);  // the rules say full charge
    double hour = 6.0;
    for (const double share : {0.5, 0.75, 0.875, 0.9375}) {
        desk.decide(hour);
        CHECK(desk.p_kw(car) == Approx(5.0 * share));
        hour += 1.0 / 60.0;
    }
}

TEST_CASE("the time pressure is the time that charging needs over the time to the stated departure, whatever the period",
          "[fuzzy]") {
    const std::string path = std::string(P_tmpdir) + "/evsweep_pressure.fll";
    std::ofstream(path)
        << "Engine: pressure\nInputVariable: time_pressure\n  range: 0 1\n  term: low Ramp 1 0\n  term: high Ramp 0 1\n"
           "OutputVariable: power\n  range: -1 1\n  defuzzifier: WeightedAverage TakagiSugeno\n  default: nan\n"
           "  term: none Constant 0\n  term: full Constant 1\n"
           "RuleBlock: all\n  conjunction: AlgebraicProduct\n  implication: AlgebraicProduct\n  activation: General\n"
           "  rule: if time_pressure is low then power is none\n  rule: if time_pressure is high then power is full\n";
    for (const std::string period : {"1 min", "5 min", "15 min", "30 min"}) {
        CAPTURE(period);
        ControllerDesk desk;
        const auto car = desk.park({.soc = 0.1, .target = 0.85, .departure_h = 10.0, .charge_kw = 10.0});  // needs 3 h of 4 h
        const auto late = desk.park({.soc = 0.1, .target = 0.85, .departure_h = 9.0, .charge_kw = 10.0});
        desk.start("fuzzy", "{rules: " + path + ", approach: 100 %, deadband: 0, period: " + period + "}");
        desk.decide(6.0);
        CHECK(desk.p_kw(car) == Approx(7.5).epsilon(1e-5));  // fuzzylite compares memberships with a tolerance of 1e-6
        CHECK(desk.p_kw(late) == 10.0);
    }
    std::remove(path.c_str());
}

TEST_CASE("a fleet that bends its own voltage settles with the default approach and swings without it", "[fuzzy]") {
    const auto last_swing_kw = [](const std::string& yaml) {
        ControllerDesk desk;
        std::vector<ConnectorId> cars;
        for (int k = 0; k < 20; ++k) cars.push_back(desk.park({.soc = 0.5 + 0.01 * k, .target = 0.9, .departure_h = 60.0}));
        desk.start("fuzzy", yaml);
        double lowest = 1e300, highest = -1e300;
        for (int k = 0; k < 120; ++k) {
            double fleet_kw = 0.0;
            for (auto c : cars) fleet_kw += desk.p_kw(c);
            for (auto c : cars) desk.set_voltage(c, 0.98 - 0.002 * fleet_kw);  // 0.2 pu at full charge
            desk.decide(6.0 + k / 60.0);
            if (k < 90) continue;
            lowest = std::min(lowest, fleet_kw);
            highest = std::max(highest, fleet_kw);
        }
        return highest - lowest;
    };
    CHECK(last_swing_kw("{}") < 10.0);  // a tenth of the fleet's power
    CHECK(last_swing_kw("{approach: 100 %}") > 40.0);
}

TEST_CASE("the drawn surface is the surface of the default rules", "[fuzzy]") {
    const std::string path = rules_folder + "default_surface.csv";
    std::ostringstream now;
    now << "voltage_pu,soc,time_pressure,stress,power\n";
    const auto surface = default_surface();
    for (const double pressure : {0.0, 0.75})
        for (const double stress : {0.7, 1.0, 1.3})
            for (int v = 0; v <= 16; ++v)
                for (int s = 0; s <= 20; ++s) {
                    const FuzzyPoint p{0.88 + 0.01 * v, 0.05 * s, pressure, stress};
                    char line[96];
                    const double power = std::round(1e4 * surface->power(p)) / 1e4 + 0.0;  // no "-0.0000"
                    std::snprintf(line, sizeof line, "%.3f,%.3f,%.2f,%.1f,%.4f\n", p[0], p[1], p[2], p[3], power);
                    now << line;
                }
    if (std::getenv("EVSWEEP_WRITE_SURFACE")) std::ofstream(path) << now.str();
    CHECK(text_of(path) == now.str());
}
