/// The fast controllers against the plain forms beside them, on random days: forty chargers of all kinds, tapering batteries
/// among them.
#include <catch2/catch.hpp>

#include "contract/reference_plant.hpp"
#include "controllers/evms/plain.hpp"
#include "controllers/fuzzy/default_rules.hpp"
#include "controllers/fuzzy/plain.hpp"
#include "controllers/threshold_v2g/plain.hpp"
#include "unit/models/controllers/controller_desk.hpp"

using namespace evsweep;

namespace {

constexpr std::size_t chargers = 40;

contract::World day(unsigned seed) {
    contract::World world = contract::random_world(seed, chargers);
    for (std::size_t c = 0; c < chargers; c += 3) world.chargers[c].taper_knee = 0.6;
    return world;
}

/// With a base load that comes back several times a night, so that charging has to be paused.
contract::World wavy(contract::World world) {
    for (std::size_t minute = 0; minute < world.base_kw.size(); ++minute)
        world.base_kw[minute] += 80.0 * std::sin(static_cast<double>(minute) / 25.0);
    return world;
}

using Make = std::function<std::unique_ptr<Controller>(const Controller::Context&)>;

contract::Run run(const contract::World& world, const Make& make) {
    contract::Plant plant(world);
    return plant.run(*make(plant.context(std::chrono::minutes(1), Rng(7, 3))));
}

Configured<Controller> configured(const std::string& name, const std::string& yaml) {
    Issues issues;
    auto read = configure_controller(name, yaml, issues);
    for (const auto& issue : issues.list()) FAIL(to_text(issue));
    return std::move(*read);
}

/// The step and charger of the first setpoints that differ by more than `tolerance_kw`, or nothing.
std::string first_difference(const contract::Run& a, const contract::Run& b, double tolerance_kw) {
    for (std::size_t step = 0; step < a.p_kw.size(); ++step)
        for (std::size_t c = 0; c < chargers; ++c)
            if (!(std::abs(a.p_kw[step][c] - b.p_kw[step][c]) <= tolerance_kw))
                return "step " + std::to_string(step) + ", charger " + std::to_string(c) + ": " +
                       std::to_string(a.p_kw[step][c]) + " and " + std::to_string(b.p_kw[step][c]) + " kW";
    return a.p_kw.size() == b.p_kw.size() ? "" : "one run is shorter";
}

/// How many setpoints were changed in a run: what a comparison is worth.
std::size_t changes(const contract::Run& run) {
    std::size_t count = 0;
    for (std::size_t step = 1; step < run.p_kw.size(); ++step)
        for (std::size_t c = 0; c < chargers; ++c) count += run.p_kw[step][c] != run.p_kw[step - 1][c] ? 1 : 0;
    return count;
}

ThresholdParams threshold_params(const std::vector<ThresholdSignal>& signals) {
    ThresholdParams params;
    params.signals = signals;
    if (params.watches(ThresholdSignal::feeder_head)) params.head_low = Kilowatts(3000.0), params.head_high = Kilowatts(3150.0);
    if (params.watches(ThresholdSignal::price)) params.price_low = Price(0.18), params.price_high = Price(0.25);
    return params;
}

std::string text_of(const ThresholdParams& p) {
    std::string signals, bands;
    for (const auto& [name, signal] : names_of(ThresholdSignal{}))
        if (p.watches(signal)) signals += (signals.empty() ? "" : ", ") + name;
    if (p.head_low) bands += ", head_low: 3000 kW, head_high: 3150 kW";
    if (p.price_low) bands += ", price_low: 0.18 $/kWh, price_high: 0.25 $/kWh";
    const auto ms = [](Duration d) { return std::to_string(d / std::chrono::seconds(1)) + " s"; };
    const bool is_random = p.release == Release::random;
    const std::string release = is_random ? "random, release_spread: " + ms(p.release_spread)
                                          : "ordered, release_count: " + std::to_string(p.release_count);
    return "{signals: [" + signals + "]" + bands + ", dwell: " + ms(p.dwell) + ", period: " + ms(p.period) +
           ", release: " + release + ", reserve_soc: " + std::to_string(p.reserve_soc.value()) + "}";
}

}  // namespace

TEST_CASE("threshold_v2g decides what the plain one decides, to the bit", "[threshold]") {
    using enum ThresholdSignal;
    std::vector<ThresholdParams> settings;
    for (const auto& signals : std::vector<std::vector<ThresholdSignal>>{
             {voltage}, {feeder_head}, {price}, {voltage, feeder_head}, {voltage, feeder_head, price}})
        settings.push_back(threshold_params(signals));
    for (std::size_t k = 0, given = settings.size(); k < given; ++k) {
        ThresholdParams params = settings[k];
        params.release = Release::ordered;
        params.release_count = 3;
        params.reserve_soc = Fraction(0.4);
        settings.push_back(params);
        params.release = Release::random;
        params.dwell = Duration::zero();
        params.release_spread = std::chrono::minutes(2);
        params.period = std::chrono::minutes(3);
        settings.push_back(params);
    }
    for (const ThresholdParams& params : settings) {
        const auto fast = configured("threshold_v2g", text_of(params));
        for (unsigned seed = 1; seed <= 4; ++seed) {
            CAPTURE(text_of(params), seed);
            const auto plain = run(day(seed), [&](const auto& context) -> std::unique_ptr<Controller> {
                return std::make_unique<PlainThreshold>(params, context);
            });
            const auto run_fast = run(day(seed), [&](const auto& context) { return fast.make(context); });
            CHECK(first_difference(plain, run_fast, 0.0) == "");
            CHECK(changes(plain) > 200);
        }
    }
}

TEST_CASE("fuzzy decides what the plain one decides, to the rounding of its sums", "[fuzzy]") {
    const auto surface = read_surface(std::string(default_rules), 9, 0.5).surface;
    const std::vector<std::pair<std::string, PlainFuzzy::Settings>> settings{
        {"", {surface, 3000.0}},
        {", approach: 100 %, deadband: 0 %", {surface, 3000.0, 1.0, 0.0}},
        {", approach: 7 %, deadband: 2 %, period: 3 min", {surface, 3000.0, 0.07, 0.02, std::chrono::minutes(3)}}};
    for (const auto& setting : settings) {
        const std::string& text = setting.first;
        const auto fast = configured("fuzzy", "{fourth_input: load, load_reference: 3000 kW" + text + "}");
        for (unsigned seed = 1; seed <= 6; ++seed) {
            CAPTURE(text, seed);
            const auto plain =
                run(day(seed), [&](const auto& context) { return std::make_unique<PlainFuzzy>(setting.second, context); });
            const auto run_fast = run(day(seed), [&](const auto& context) { return fast.make(context); });
            CHECK(first_difference(plain, run_fast, 1e-9) == "");
            CHECK(changes(plain) > 1000);
        }
    }
}

TEST_CASE("evms decides what the plain one decides, to the bit", "[evms]") {
    for (const auto& [cap, peak] :
         std::vector<std::pair<int, int>>{{3300, 3180}, {3240, 3060}, {3150, 2990}, {3020, 3010}, {2990, 2980}}) {
        EvmsParams params;
        params.cap = Kilowatts(cap);
        params.peak_setpoint = Kilowatts(peak);
        const std::string text = "{cap: " + std::to_string(cap) + " kW, peak_setpoint: " + std::to_string(peak) + " kW}";
        const auto fast = configured("evms", text);
        for (unsigned seed = 1; seed <= 6; ++seed) {
            CAPTURE(text, seed);
            const auto plain = run(wavy(day(seed)), [&](const auto& context) -> std::unique_ptr<Controller> {
                return std::make_unique<PlainEvms>(params, context);
            });
            const auto run_fast = run(wavy(day(seed)), [&](const auto& context) { return fast.make(context); });
            CHECK(first_difference(plain, run_fast, 0.0) == "");
            CHECK(changes(plain) > 200);
        }
    }
}
