// The IEEE European LV feeder: 55 recorded houses, minute by minute, against an independent nodal solution.
#include <algorithm>
#include <cmath>
#include <complex>
#include <numbers>

#include "reference_tables.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::validation;

constexpr double degrees = 180.0 / std::numbers::pi;
constexpr double base_v = 416.0 / std::numbers::sqrt3;

/// kW of every house by minute, counted from 1, as the scenarios read them.
class Houses {
   public:
    Houses() : rows_(table(test::source_dir() / "scenarios/european_lv/profiles_1min.csv")) {}
    [[nodiscard]] std::size_t minutes() const { return rows_.size(); }
    [[nodiscard]] PortPower at(const Feeder& feeder, std::size_t minute) const {
        return power_of(feeder, [&](const LoadPoint& load) { return number(rows_.at(minute - 1), load.profile); });
    }

   private:
    std::vector<Row> rows_;
};

/// Compares the columns of one minute; voltages to earth in volts.
void check_snapshot(const LoadFlow& flow, const std::vector<Row>& rows, const std::string& suffix) {
    double magnitude = 0.0;
    double angle = 0.0;
    for (const Row& row : rows) {
        const std::size_t c = conductor(flow.feeder(), row.at("bus"), row.at("phase"));
        const double base = flow.feeder().site().base_v[c];
        magnitude = std::max(magnitude, std::abs(std::abs(flow.voltage(c)) - number(row, "vm_v" + suffix) / base));
        const double turn = std::arg(flow.voltage(c)) * degrees - number(row, "va_deg" + suffix);
        angle = std::max(angle, std::abs(std::remainder(turn, 360.0)));
    }
    CHECK(magnitude < 1e-6);
    CHECK(angle < 1e-6 * degrees);
}

TEST_CASE("European LV feeder: snapshots agree with an independent solution", "[feeders]") {
    const Feeder feeder = own_feeder("european_lv");
    const Houses houses;
    REQUIRE(houses.minutes() == 1440);
    const auto at_houses = table(test::source_dir() / "tests/validation/european_lv/voltages.csv");
    REQUIRE(at_houses.size() == 55 + 6);
    const auto all = shared_data / "european_lv/reference_voltages.csv";
    if (!fs::exists(all)) WARN("skipped the buses without a house: " << all << " is not there");
    LoadFlow flow(feeder, {.tolerance_pu = 1e-10});
    for (const std::size_t minute : {1, 566, 1440}) {
        INFO("minute " << minute);
        REQUIRE(flow.solve(houses.at(feeder, minute)).status == LoadFlowStatus::converged);
        check_snapshot(flow, at_houses, "_" + std::to_string(minute));
        if (fs::exists(all)) check_snapshot(flow, table(all), "_t" + std::to_string(minute));
    }
}

TEST_CASE("European LV feeder: a day of 1,440 minutes agrees with an independent solution", "[feeders]") {
    const auto path = shared_data / "european_lv/reference_day_1min.csv";
    if (!fs::exists(path)) {
        WARN("skipped: " << path << " is not there");
        return;
    }
    const Feeder feeder = own_feeder("european_lv");
    const Houses houses;
    LoadFlow flow(feeder, {.tolerance_pu = 1e-9});
    const BranchId head = *feeder.find_branch("LINE1");
    double volts = 0.0;
    double kw = 0.0;
    const auto off = [](double value, const Row& row, const std::string& name) { return std::abs(value - number(row, name)); };
    for (const Row& row : table(path)) {
        const auto minute = static_cast<std::size_t>(number(row, "minute"));
        REQUIRE(flow.solve(houses.at(feeder, minute)).status == LoadFlowStatus::converged);
        const auto in = flow.end_powers(head, End::from);
        for (const std::size_t phase : {0, 1, 2}) {
            const std::string name(1, static_cast<char>('a' + phase));
            kw = std::max(
                {kw, off(in[phase].real(), row, "p_" + name + "_kw"), off(in[phase].imag(), row, "q_" + name + "_kvar")});
        }
        const auto v = flow.voltage_pu();
        for (const auto& [bus, phase] : {std::pair("34", "a"), std::pair("614", "c"), std::pair("899", "b")})
            volts = std::max(volts,
                             off(v[conductor(feeder, bus, phase)] * base_v, row, std::string("v_") + bus + "_" + phase + "_v"));
        double lowest = 1e9;
        double highest = 0.0;
        for (std::size_t c = 0; c < feeder.conductors(); ++c) {
            if (feeder.site().base_v[c] > 1000.0) continue;
            lowest = std::min(lowest, v[c] * base_v);
            highest = std::max(highest, v[c] * base_v);
        }
        volts = std::max({volts, off(lowest, row, "vmin_v"), off(highest, row, "vmax_v")});
    }
    // The table has four digits of a volt and five of a kilowatt; 1e-6 pu are 2.4e-4 V.
    CHECK(volts < 2.4e-4 + 0.5e-4);
    CHECK(kw < 1e-4);
}

}  // namespace
