/// How even a demand is, worked by hand: 100, 250, 290 and 200 kW in the halves of two hours.
#include <catch2/catch.hpp>
#include <cmath>

#include "unit/models/output_rig.hpp"

using namespace evsweep;
using namespace evsweep::rig;

namespace {

std::map<std::string, Values> shape_of_day(const std::string& settings, const std::vector<Step>& day = worked_day()) {
    const Rig rig;
    return rig.played(rig.make("load_shape", settings), day);
}

}  // namespace

TEST_CASE("the shape of a demand is that of its intervals") {
    const auto shape = shape_of_day("{every: 30 min}");
    CHECK(shape.at("demand_mean").at(0) == Approx(210.0));
    CHECK(shape.at("demand_peak").at(0) == Approx(290.0));
    CHECK(shape.at("demand_deviation").at(0) == Approx(std::sqrt((110.0 * 110 + 40 * 40 + 80 * 80 + 10 * 10) / 4)));
    CHECK(shape.at("squared_demand").at(0) == Approx(100.0 * 100 + 250 * 250 + 290 * 290 + 200 * 200));
}

TEST_CASE("a last interval that the end cuts short counts by its length") {
    const auto shape = shape_of_day("{every: 90 min}");
    const double first = 320.0 / 1.5, last = 200.0;         // 90 and 30 minutes
    CHECK(shape.at("demand_mean").at(0) == Approx(210.0));  // 420 kWh in two hours
    CHECK(shape.at("demand_peak").at(0) == Approx(first));
    CHECK(shape.at("demand_deviation").at(0) ==
          Approx(std::sqrt((90 * (first - 210) * (first - 210) + 30 * (last - 210) * (last - 210)) / 120)));
    CHECK(shape.at("squared_demand").at(0) == Approx(first * first + last * last / 3));
}

TEST_CASE("of fewer than two intervals there is no deviation, and of none nothing") {
    for (const char* settings : {"{every: 2 h}", "{every: 20 h}"}) {
        const auto shape = shape_of_day(settings);
        CHECK(shape.at("demand_mean").at(0) == Approx(210.0));
        CHECK(std::isnan(shape.at("demand_deviation").at(0)));
    }
    std::vector<Step> unsolved = worked_day();
    for (Step& step : unsolved) step.solved = false;
    const auto shape = shape_of_day("{every: 30 min}", unsolved);
    for (const char* name : {"demand_mean", "demand_peak", "demand_deviation", "squared_demand"}) {
        CAPTURE(name);
        CHECK(std::isnan(shape.at(name).at(0)));
    }
}
