/// Members of a controller that exchange messages decide from their own values and from what they have heard: where the private
/// values of all others are unknown and nothing arrives, nobody's setpoint changes.
#include <catch2/catch.hpp>
#include <limits>
#include <map>

#include "contract/plant_grid.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/plugins.hpp"
#include "hand_exchange.hpp"

using namespace evsweep;
using test::HandExchange;

namespace {

constexpr std::size_t chargers = 4;

/// Columns by connector, each with values of its own for every charger.
struct Private {
    std::map<std::string, std::vector<double>> columns;

    explicit Private(std::int64_t minute) {
        const auto fill = [&](std::string_view name, double first, double step) {
            for (std::size_t c = 0; c < chargers; ++c)
                columns[std::string(name)].push_back(first + step * static_cast<double>(c) + 1e-4 * static_cast<double>(minute));
        };
        fill(signals::state_of_charge.name, 0.3, 0.1);
        fill(signals::target_soc.name, 0.8, 0.02);
        fill(signals::voltage.name, 0.96, 0.01);
        fill(signals::stated_departure.name, 8.0 * 3'600'000.0, 600'000.0);
        fill(signals::capacity.name, 40.0, 5.0);
        fill(signals::stored_per_drawn.name, 0.9, 0.01);
        fill(signals::drawn_per_returned.name, 1.1, 0.01);
        fill(signals::reserve_soc.name, 0.2, 0.0);
        fill(signals::taper_knee.name, 0.9, 0.0);
        fill(signals::taper_end.name, 0.2, 0.0);
    }
    /// Only charger `known` keeps its values.
    void hide_all_but(std::size_t known) {
        for (auto& [name, column] : columns)
            for (std::size_t c = 0; c < chargers; ++c)
                if (c != known) column[c] = std::numeric_limits<double>::quiet_NaN();
    }
};

/// A few minutes of one controller; setpoints of every minute, kW then kvar.
class Day {
   public:
    explicit Day(const Configured<Controller>& configured) : grid_(chargers, base_kw_), exchange_(chargers) {
        for (std::size_t c = 0; c < chargers; ++c) {
            connectors_.bus.push_back(BusId(c));
            connectors_.charge_rating.push_back(Kilowatts(7.0));
            connectors_.discharge_rating.push_back(Kilowatts(7.0));
            connectors_.apparent_rating.push_back(KilovoltAmperes(8.0));
            connectors_.minimum_power.push_back(Kilowatts(0.0));
            connectors_.level_set.push_back(0);
            own_.emplace_back(c);
        }
        connectors_.form_group("all");
        controller_ =
            configured.make({"it", exchange_, connectors_, own_, std::chrono::minutes(1), Calendar{}, {}, Rng(1, 0), {}});
        exchange_.offer(services::linear_grid, static_cast<GridModel*>(&grid_));
    }
    [[nodiscard]] bool has_members() const { return exchange_.joins_a_topic(); }

    std::vector<std::pair<double, double>> run(std::size_t watched, bool others_are_hidden) {
        SetpointTable table(chargers);
        Setpoints setpoints(table);
        std::vector<std::pair<double, double>> set;
        for (std::int64_t minute = 0; minute < 6; ++minute) {
            Private values(minute);
            if (others_are_hidden) values.hide_all_but(watched);
            show(values);
            Connection seen = connection(minute);
            Turn turn = exchange_.turn(seen.now);
            controller_->decide(turn, seen, setpoints);
            table.accept();
            set.emplace_back(setpoints.p_kw(own_[watched]), setpoints.q_kvar(own_[watched]));
        }
        return set;
    }

   private:
    void show(const Private& values) {
        shown_.push_back(std::make_unique<Private>(values));
        const auto& columns = shown_.back()->columns;
        const auto give = [&](const auto& signal) { exchange_.show(signal, columns.at(std::string(signal.name))); };
        give(signals::state_of_charge);
        give(signals::target_soc);
        give(signals::voltage);
        give(signals::stated_departure);
        give(signals::capacity);
        give(signals::stored_per_drawn);
        give(signals::drawn_per_returned);
        give(signals::reserve_soc);
        give(signals::taper_knee);
        give(signals::taper_end);
    }
    Connection connection(std::int64_t minute) {
        Connection seen;
        seen.now = Instant(std::chrono::minutes(minute));
        seen.horizon = Instant(std::chrono::hours(24));
        seen.plugged_in = own_;
        if (minute == 0) seen.arrived = own_;
        seen.p_min_kw = low_;
        seen.p_max_kw = high_;
        seen.connectors = &connectors_;
        seen.level_sets = &level_sets_;
        return seen;
    }

    std::vector<double> base_kw_ = std::vector<double>(1440, 3000.0);
    contract::PlantGrid grid_;
    HandExchange exchange_;
    Connectors connectors_;
    std::vector<std::vector<double>> level_sets_{{}};
    std::vector<ConnectorId> own_;
    std::vector<double> low_ = std::vector<double>(chargers, -7.0), high_ = std::vector<double>(chargers, 7.0);
    std::vector<std::unique_ptr<Private>> shown_;
    std::unique_ptr<Controller> controller_;
};

}  // namespace

TEST_CASE("what a member cannot hear does not change its setpoints, to the bit", "[contract]") {
    std::size_t tried = 0;
    for (const auto& [name, plugin] : plugins<Controller>())
        for (const Trial& trial : plugin.trials) {
            CAPTURE(name, trial.settings);
            Issues issues;
            Reader reader{.issues = issues, .step = std::chrono::minutes(1)};
            const Node node = trial.settings.empty() ? Node{} : parse_yaml(std::string(trial.settings), "case.yaml", issues);
            const auto configured = read_plugin<Controller>(node, "controllers.it", reader, name);
            REQUIRE(configured);
            if (!Day(*configured).has_members()) continue;
            ++tried;
            for (std::size_t watched = 0; watched < chargers; ++watched) {
                CAPTURE(watched);
                CHECK(Day(*configured).run(watched, false) == Day(*configured).run(watched, true));
            }
        }
    CHECK(tried > 0);
}
