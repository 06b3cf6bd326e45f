// The arithmetic that controllers share, against a closed form of its own: hours of charging with a tapering battery.
#include <catch2/catch.hpp>
#include <cmath>
#include <random>

#include "evsweep/charging_need.hpp"

using namespace evsweep;

namespace {

/// One vehicle at a charger of its own.
struct OneVehicle {
    Connectors connectors;
    std::vector<std::vector<double>> level_sets{{}};
    double soc = 0.0, reserve = 0.0, capacity_kwh = 0.0, stored = 0.0, drawn = 1.1, knee = 0.0, end = 0.0, target = 0.0,
           departure_ms = 0.0;
    ChargingView view;

    OneVehicle(double rating_kw, double full_kw) {
        connectors.bus.push_back(BusId(0));
        connectors.charge_rating.push_back(Kilowatts(rating_kw));
        connectors.level_set.push_back(full_kw < rating_kw ? 1 : 0);
        level_sets.push_back({full_kw});
        view.connectors = &connectors;
        view.level_sets = &level_sets;
        view.soc = {&soc, 1};
        view.capacity_kwh = {&capacity_kwh, 1};
        view.stored_per_drawn = {&stored, 1};
        view.drawn_per_returned = {&drawn, 1};
        view.taper_knee = {&knee, 1};
        view.taper_end = {&end, 1};
        view.target_soc = {&target, 1};
        view.stated_departure_ms = {&departure_ms, 1};
    }
};

/// Above the knee the power falls in a straight line over the state of charge, and what is charged there takes the energy over
/// the logarithmic mean of the power at its two ends.
double closed_form_h(const OneVehicle& v, double rating_kw, double full_kw, double from, double to) {
    const auto taken_kw = [&](double soc) {
        const double above = std::max(0.0, soc - v.knee);
        const double left = above > 0.0 ? 1.0 - (1.0 - v.end) * above / (1.0 - v.knee) : 1.0;
        return std::min(full_kw, rating_kw * left);
    };
    const double kwh_per_soc = v.capacity_kwh / v.stored;
    if (taken_kw(to) >= full_kw) return (to - from) * kwh_per_soc / full_kw;
    const double falls_from = v.knee + (1.0 - full_kw / rating_kw) * (1.0 - v.knee) / (1.0 - v.end);
    const double begin = std::max(from, falls_from);
    const double first_kw = taken_kw(begin), last_kw = taken_kw(to);
    const double mean_kw = (first_kw - last_kw) / (std::log(first_kw) - std::log(last_kw));
    return (begin - from) * kwh_per_soc / full_kw + (to - begin) * kwh_per_soc / mean_kw;
}

}  // namespace

TEST_CASE("hours of charging agree with the logarithmic mean of a tapering battery's power", "[charging_need]") {
    std::mt19937 random(3);
    const auto between = [&random](double low, double high) {
        return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
    };
    for (int k = 0; k < 300; ++k) {
        const double rating_kw = between(3.0, 22.0);
        const double full_kw = k % 3 == 0 ? rating_kw * between(0.5, 0.9) : rating_kw;
        OneVehicle v(rating_kw, full_kw);
        v.capacity_kwh = between(20.0, 100.0);
        v.stored = between(0.85, 0.98);
        v.knee = between(0.3, 0.9);
        v.end = between(0.05, 0.6);
        v.soc = between(0.05, 0.6);
        v.target = between(v.soc, 0.98);
        CAPTURE(k, rating_kw, full_kw, v.knee, v.end, v.soc, v.target);
        const double expected_h = closed_form_h(v, rating_kw, full_kw, v.soc, v.target);
        CHECK(needed_h(v.view, ConnectorId(0)) == Approx(expected_h).epsilon(1e-9));
        v.departure_ms = 3'600'000.0 * std::ceil(expected_h + 1.0);
        CHECK(laxity_h(v.view, ConnectorId(0)) == Approx(std::ceil(expected_h + 1.0) - expected_h).epsilon(1e-9));
    }
}
