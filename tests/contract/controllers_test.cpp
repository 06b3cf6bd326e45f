/// What every registered controller must hold, with the settings that it names for its trials.
#include <catch2/catch.hpp>

#include "contract/reference_plant.hpp"
#include "evsweep/plugins.hpp"

using namespace evsweep;
using namespace evsweep::contract;

namespace {

struct Case {
    std::string name;
    std::string yaml;
    bool meets_targets = true;
    bool knows_tapers = true;
};

/// Every registered controller with the settings that it names for its trials.
std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (const auto& [name, plugin] : plugins<Controller>())
        for (const Trial& trial : plugin.trials)
            cases.push_back({name, std::string(trial.settings), trial.meets_targets, trial.knows_tapers});
    return cases;
}

/// What the plant is like, and how often it is metered and controlled.
struct Conditions {
    std::string name;
    Duration step;
    double taper_knee;  ///< of every battery
    unsigned worlds;    ///< how many days are tried
};

std::vector<Conditions> all_conditions() {
    constexpr auto minutes = [](int count) { return Duration(std::chrono::minutes(count)); };
    return {{"fine steps, no taper", minutes(1), 1.0, 6},
            {"fine steps, tapering batteries", minutes(1), 0.6, 3},
            {"coarse steps, no taper", minutes(15), 1.0, 3},
            {"coarse steps, tapering batteries", minutes(15), 0.6, 3}};
}

World world_of(const Conditions& here, unsigned seed) {
    World world = random_world(seed);
    for (Charger& charger : world.chargers) charger.taper_knee = here.taper_knee;
    return world;
}

constexpr Duration one_minute = std::chrono::minutes(1);

Configured<Controller> configured(const Case& which, Duration step = one_minute) {
    Issues issues;
    Reader reader{.issues = issues, .step = step};
    const Node node = which.yaml.empty() ? Node{} : parse_yaml(which.yaml, "case.yaml", issues);
    auto read = read_plugin<Controller>(node, "controllers.it", reader, which.name);
    for (const auto& issue : issues.list()) FAIL(to_text(issue));
    return std::move(*read);
}

Run run_day(const Configured<Controller>& configured, const World& world, Duration step = one_minute) {
    Plant plant(world);
    return plant.run(*configured.make(plant.context(step)));
}

/// What a controller declares; both live as long as each other.
struct Declaring {
    explicit Declaring(const Configured<Controller>& configured)
        : plant(random_world(4)), controller(configured.make(plant.context())) {}
    [[nodiscard]] bool reads(std::initializer_list<std::string_view> signals) const {
        return std::any_of(signals.begin(), signals.end(), [this](std::string_view s) { return plant.exchange().reads(s); });
    }
    [[nodiscard]] bool uses(std::string_view service) const { return plant.exchange().uses(service); }

    Plant plant;
    std::unique_ptr<Controller> controller;
};

double full_kw_of(const Stay& stay) { return stay.charger % 4 == 1 ? 11.0 : 6.6; }

/// Hours of slack that full power leaves, counted with what the charger's steps, efficiency and taper allow: the way to the
/// target in a thousand parts, each at the power that the battery takes in its middle.
double slack_h(const Stay& stay, double taper_knee) {
    const double full_kw = full_kw_of(stay);
    const double part = std::max(0.0, stay.target - stay.soc) / 1000.0;
    double needed = 0.0;
    for (int k = 0; k < 1000; ++k) {
        const double above = std::max(0.0, stay.soc + (k + 0.5) * part - taper_knee);
        const double share = above > 0.0 ? 1.0 - 0.8 * above / (1.0 - taper_knee) : 1.0;
        needed += part * 40.0 / 0.92 / (full_kw * share);
    }
    return hours(plant_step * (stay.until - stay.from)) - needed;
}

/// Where a controller knows no tapers, what a battery does not take in time stays owed, which a remark says. As a share of the
/// battery.
double may_stay_owed(const Case& which, const Conditions& here) {
    return !which.knows_tapers && here.taper_knee < 1.0 ? 1.0 : 0.0;
}

}  // namespace

TEST_CASE("every controller keeps its setpoints within what the connectors can follow", "[contract][slow]") {
    for (const Conditions& here : all_conditions())
        for (const auto& which : all_cases()) {
            const auto controller = configured(which, here.step);
            for (unsigned seed = 1; seed <= here.worlds; ++seed) {
                const Run run = run_day(controller, world_of(here, seed), here.step);
                CAPTURE(here.name, which.name, which.yaml, seed);
                CHECK(run.faults == std::vector<std::string>{});
            }
        }
}

TEST_CASE("every controller does something, and the same twice on the same day", "[contract]") {
    for (const Conditions& here : all_conditions())
        for (const auto& which : all_cases()) {
            const auto controller = configured(which, here.step);
            const Run run = run_day(controller, world_of(here, 1), here.step);
            const Run again = run_day(controller, world_of(here, 1), here.step);
            CAPTURE(here.name, which.name, which.yaml);
            CHECK(run.p_kw == again.p_kw);
            const auto acts = [](const std::vector<double>& row) {
                return std::any_of(row.begin(), row.end(), [](double p) { return p != 0.0; });
            };
            CHECK(std::any_of(run.p_kw.begin(), run.p_kw.end(), acts));
        }
}

TEST_CASE("every controller brings a vehicle to its target by its stated departure when there is time", "[contract][slow]") {
    for (const Conditions& here : all_conditions()) {
        const double enough_h = 1.0 / 6.0 + (here.step > one_minute ? 2.0 * hours(here.step) : 0.0);
        for (const auto& which : all_cases()) {
            if (!which.meets_targets) continue;
            const auto controller = configured(which, here.step);
            for (unsigned seed = 1; seed <= here.worlds; ++seed) {
                const Run run = run_day(controller, world_of(here, seed), here.step);
                std::size_t feasible = 0;
                for (const Stay& stay : run.stays) {
                    if (slack_h(stay, here.taper_knee) < enough_h) continue;
                    ++feasible;
                    CAPTURE(here.name, which.name, which.yaml, seed, stay.charger, stay.from, stay.until, stay.soc);
                    CHECK(stay.final_soc >= stay.target - may_stay_owed(which, here) - 1e-9);
                }
                CHECK(feasible > 10);
            }
        }
    }
}

TEST_CASE("without foresight no controller acts on the future: days that are equal up to an instant are steered equally up to it",
          "[contract]") {
    for (const auto& which : all_cases()) {
        const auto controller = configured(which);
        if (Declaring(controller).uses(services::foresight.name)) continue;
        const World world = random_world(2);
        const World other = random_world(3);
        for (const std::int64_t split : {2000, 4321, 7000}) {
            World twin = world;
            std::erase_if(twin.stays, [split](const Stay& stay) { return stay.from > split; });
            for (Stay& stay : twin.stays)  // those who are there leave earlier than they said
                if (stay.until > split + 100) stay.until = split + 100;
            for (const Stay& stay : other.stays)
                if (stay.from > split + 100) twin.stays.push_back(stay);
            std::copy(other.disturbance.begin() + split + 1, other.disturbance.end(), twin.disturbance.begin() + split + 1);
            const Run run = run_day(controller, world);
            const Run twin_run = run_day(controller, twin);
            CAPTURE(which.name, which.yaml, split);
            CHECK(std::equal(run.p_kw.begin(), run.p_kw.begin() + split + 1, twin_run.p_kw.begin()));
            CHECK(run.p_kw != twin_run.p_kw);
        }
    }
}

TEST_CASE("prices, base load and forecasts of stays that a controller did not declare do not matter to it", "[contract]") {
    for (const auto& which : all_cases()) {
        const auto controller = configured(which);
        const Declaring declared(controller);
        const World world = random_world(4);
        World twin = world;
        if (!declared.reads({"price", "price_forecast", "sell_price", "sell_price_forecast"}))
            for (double& price : twin.price) price = 1.0 - price;
        if (!declared.reads({"day_ahead_price", "day_ahead_sell_price"}))
            for (double& price : twin.day_ahead) price = 1.0 - price;
        const bool sees_grid = declared.reads({"base_demand", "base_demand_forecast", "voltage", "feeder_head"}) ||
                               declared.uses(services::linear_grid.name);
        if (!declared.uses(services::arrivals.name)) twin.expected.clear();
        if (!sees_grid)
            for (double& kw : twin.base_kw) kw = 6000.0 - kw;
        CAPTURE(which.name, which.yaml);
        CHECK(run_day(controller, world).p_kw == run_day(controller, twin).p_kw);
    }
}

TEST_CASE("every controller is asked at some time, and describes itself", "[contract]") {
    for (const auto& [name, plugin] : plugins<Controller>()) {
        const auto controller = configured({name, plugin.least_settings});
        const Cadence cadence = Declaring(controller).controller->cadence();
        CAPTURE(name);
        CHECK((cadence.period || cadence.on_plug_in || cadence.on_unplug || cadence.on_message));
        if (cadence.period) CHECK(*cadence.period > Duration::zero());
        CHECK_FALSE(plugin.summary.empty());
        for (const auto& field : plugin.fields()) {
            CAPTURE(field.name);
            CHECK_FALSE(field.help.empty());
        }
        CHECK(controller.settings.size() == plugin.fields().size());
    }
}
