/// Which setpoints a connector can follow: limits, steps and the smallest power.
#include <catch2/catch.hpp>

#include "evsweep/controller.hpp"

using namespace evsweep;

namespace {

/// One connector with 11 kW either way, and battery limits as told.
struct OneConnector {
    OneConnector(double p_min, double p_max, double minimum, std::uint32_t level_set) : p_min_kw{p_min}, p_max_kw{p_max} {
        connectors.bus.push_back(BusId(0));
        connectors.charge_rating.push_back(Kilowatts(11.0));
        connectors.discharge_rating.push_back(Kilowatts(11.0));
        connectors.minimum_power.push_back(Kilowatts(minimum));
        connectors.level_set.push_back(level_set);
    }
    double admissible(double wish_kw) const {
        Connection seen;
        seen.p_min_kw = p_min_kw;
        seen.p_max_kw = p_max_kw;
        seen.connectors = &connectors;
        seen.level_sets = &level_sets;
        return seen.admissible_kw(ConnectorId(0), wish_kw);
    }
    bool is_step(double p_kw) const { return is_step_of(connectors, level_sets, ConnectorId(0), p_kw); }

    std::vector<double> p_min_kw, p_max_kw;
    Connectors connectors;
    std::vector<std::vector<double>> level_sets{{}, {3.7, 7.4, 11.0}};
};

}  // namespace

TEST_CASE("a wish within the limits is admissible as it is, and beyond them only up to them", "[limits]") {
    const OneConnector c(-5.0, 8.0, 0.0, 0);
    CHECK(c.admissible(6.25) == 6.25);
    CHECK(c.admissible(9.0) == 8.0);
    CHECK(c.admissible(-9.0) == -5.0);
    CHECK(c.admissible(0.0) == 0.0);
}

TEST_CASE("a charger with levels takes the next lower level, up to the first that offers all the battery takes", "[limits]") {
    const OneConnector c(-11.0, 8.0, 0.0, 1);
    CHECK(c.admissible(11.0) == 11.0);  // of which the battery draws 8
    CHECK(c.admissible(10.9) == 7.4);
    CHECK(c.admissible(7.4) == 7.4);
    CHECK(c.admissible(7.3) == 3.7);
    CHECK(c.admissible(3.6) == 0.0);
    CHECK(c.admissible(-10.0) == -7.4);
    CHECK(c.is_step(-7.4));
    CHECK(c.is_step(0.0));
    CHECK_FALSE(c.is_step(5.0));
}

TEST_CASE("a power below the charger's smallest becomes zero, in both directions", "[limits]") {
    const OneConnector c(-11.0, 11.0, 1.4, 0);
    CHECK(c.admissible(1.3) == 0.0);
    CHECK(c.admissible(-1.3) == 0.0);
    CHECK(c.admissible(1.4) == 1.4);
    CHECK(OneConnector(0.0, 0.9, 1.4, 0).admissible(11.0) == 1.4);  // of which the battery draws 0.9
    CHECK(OneConnector(0.0, 0.0, 1.4, 0).admissible(11.0) == 0.0);  // full
    CHECK_FALSE(c.is_step(1.3));
    CHECK(c.is_step(1.4));
}
