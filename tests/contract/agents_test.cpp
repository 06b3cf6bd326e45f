/// What every registered agent must hold, with the settings that it names for its trials.
#include <catch2/catch.hpp>
#include <cmath>
#include <memory>
#include <string>
#include <vector>

#include "evsweep/agent.hpp"
#include "evsweep/plugins.hpp"
#include "hand_exchange.hpp"

using namespace evsweep;
using namespace std::chrono_literals;
using test::HandExchange;

namespace {

constexpr std::size_t chargers = 4;
constexpr std::size_t turns = 200;

/// What an agent reads at one of its turns: a value by signal and place, which two worlds may have in common.
using World = double (*)(std::string_view signal, std::size_t place, std::size_t turn);

double calm(std::string_view signal, std::size_t place, std::size_t turn) {
    return 1.0 + 0.1 * static_cast<double>(signal.size() % 7) + 0.01 * static_cast<double>(place) +
           0.05 * std::sin(0.1 * static_cast<double>(turn));
}
double other(std::string_view signal, std::size_t place, std::size_t turn) { return 2.0 * calm(signal, place, turn) + 0.3; }
/// Calm up to the middle.
double turning(std::string_view signal, std::size_t place, std::size_t turn) {
    return turn < turns / 2 ? calm(signal, place, turn) : other(signal, place, turn);
}

/// One agent in the replica of four chargers that form the group `all`, at two buses.
class Life {
   public:
    Life(const Configured<Agent>& configured, World world) : world_(world), exchange_(chargers) {
        for (std::size_t c = 0; c < chargers; ++c) {
            connectors_.bus.push_back(BusId(c % 2));
            connectors_.charge_rating.push_back(Kilowatts(7.0));
            connectors_.discharge_rating.push_back(Kilowatts(7.0));
            connectors_.apparent_rating.push_back(KilovoltAmperes(8.0));
            connectors_.minimum_power.push_back(Kilowatts(0.0));
            connectors_.level_set.push_back(0);
        }
        connectors_.form_group("all");
        exchange_.count(Extent::group, 1);
        exchange_.count(Extent::bus, 2);
        agent_ = configured.make(
            {"it", exchange_, site_, connectors_, Calendar{}, std::chrono::minutes(1), std::chrono::hours(24), Rng(1, 0)});
        cadence_ = agent_->cadence();
    }
    [[nodiscard]] const Cadence& cadence() const { return cadence_; }
    [[nodiscard]] const Agent& agent() const { return *agent_; }

    void act() {
        exchange_.show_all([this](std::string_view signal, std::size_t place) { return world_(signal, place, turn_); });
        const Instant now(cadence_.offset + cadence_.period.value_or(std::chrono::minutes(1)) * turn_);
        Turn turn = exchange_.turn(now);
        agent_->act(turn);
        published_.push_back(exchange_.all_published());
        ++turn_;
    }
    void act(std::size_t times) {
        for (std::size_t k = 0; k < times; ++k) act();
    }
    /// By turn: all that was published.
    [[nodiscard]] const std::vector<std::vector<double>>& published() const { return published_; }

   private:
    World world_;
    HandExchange exchange_;
    FeederSite site_;
    Connectors connectors_;
    std::unique_ptr<Agent> agent_;
    Cadence cadence_;
    std::int64_t turn_ = 0;
    std::vector<std::vector<double>> published_;
};

/// Calls `check` for every agent and every of its trials.
template <class Check>
void for_each_trial(Check check) {
    std::size_t tried = 0;
    for (const auto& [name, plugin] : plugins<Agent>())
        for (const Trial& trial : plugin.trials) {
            CAPTURE(name, trial.settings);
            Issues issues;
            Reader reader{.issues = issues, .step = std::chrono::minutes(1)};
            const Node node = trial.settings.empty() ? Node{} : parse_yaml(std::string(trial.settings), "case.yaml", issues);
            const auto configured = read_plugin<Agent>(node, "agents.it", reader, name);
            for (const auto& issue : issues.list()) FAIL(to_text(issue));
            REQUIRE(configured);
            check(*configured);
            ++tried;
        }
    CHECK(tried > 0);
}

std::vector<std::string> names_of(const std::vector<Counter>& counters) {
    std::vector<std::string> names;
    for (const Counter& counter : counters) names.push_back(counter.name);
    return names;
}

}  // namespace

TEST_CASE("every agent takes turns, none before the start", "[contract]") {
    for_each_trial([](const Configured<Agent>& configured) {
        const Cadence cadence = Life(configured, calm).cadence();
        CHECK((cadence.period || cadence.on_plug_in || cadence.on_unplug || cadence.on_message));
        if (cadence.period) CHECK(*cadence.period > Duration::zero());
        CHECK(cadence.offset >= Duration::zero());
    });
}

TEST_CASE("every agent of a replica minds its own business: another one beside it changes nothing, to the bit", "[contract]") {
    for_each_trial([](const Configured<Agent>& configured) {
        Life alone(configured, calm);
        alone.act(turns);
        Life here(configured, calm), there(configured, other);
        for (std::size_t k = 0; k < turns; ++k) there.act(), here.act();
        CHECK(alone.published() == here.published());
    });
}

TEST_CASE("no agent knows the future: what comes later changes nothing of what it published before", "[contract]") {
    for_each_trial([](const Configured<Agent>& configured) {
        Life calm_life(configured, calm), turning_life(configured, turning);
        calm_life.act(turns), turning_life.act(turns);
        for (std::size_t k = 0; k < turns / 2; ++k) REQUIRE(calm_life.published()[k] == turning_life.published()[k]);
    });
}

TEST_CASE("every agent publishes numbers where it reads numbers", "[contract]") {
    for_each_trial([](const Configured<Agent>& configured) {
        Life life(configured, calm);
        life.act(turns);
        for (const auto& row : life.published())
            for (const double value : row) REQUIRE(std::isfinite(value));
    });
}

TEST_CASE("every agent counts under the same names from the first turn to the last", "[contract]") {
    for_each_trial([](const Configured<Agent>& configured) {
        Life life(configured, calm);
        const auto at_first = names_of(life.agent().counters());
        life.act(turns);
        CHECK(names_of(life.agent().counters()) == at_first);
    });
}

TEST_CASE("every agent describes itself", "[contract]") {
    for (const auto& [name, plugin] : plugins<Agent>()) {
        CAPTURE(name);
        CHECK_FALSE(plugin.summary.empty());
        for (const auto& field : plugin.fields()) CHECK_FALSE(field.help.empty());
    }
}
