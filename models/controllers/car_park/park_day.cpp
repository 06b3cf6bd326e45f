#include "controllers/car_park/park_day.hpp"

#include <fmt/format.h>

#include <cmath>
#include <string_view>

namespace evsweep {

namespace {

enum class Sign : std::uint8_t { any, not_negative };

/// Collects what is wrong with one day.
class ParkCheck {
   public:
    ParkCheck(const ParkDay& day, const ParkPlaces& places, Issues& issues) : day_(day), places_(places), issues_(issues) {}

    void run() {
        check_settings();
        check_length();
        check_column("price_import_per_kwh", day_.import_per_kwh, Sign::any);
        check_column("price_export_per_kwh", day_.export_per_kwh, Sign::any);
        check_column("reserve_up_per_kw_h", day_.reserve_up_per_kw_h, Sign::not_negative);
        check_column("reserve_down_per_kw_h", day_.reserve_down_per_kw_h, Sign::not_negative);
        check_column("pv_kw_per_kwp", day_.pv_kw_per_kwp, Sign::not_negative);
        if (!day_.expected_pv_kw_per_kwp.empty())
            check_column("pv_forecast_kw_per_kwp", day_.expected_pv_kw_per_kwp, Sign::not_negative);
        check_column("cap_import_kw", day_.cap_import_kw, Sign::not_negative);
        check_column("cap_export_kw", day_.cap_export_kw, Sign::not_negative);
        for (std::size_t i = 0; i < day_.vehicles.size(); ++i) check_vehicle(i);
    }

   private:
    void error(const Position& at, std::string path, std::string problem, std::string hint) {
        issues_.error(at, std::move(path), std::move(problem), std::move(hint));
    }

    void check_setting(std::string_view name, double value, bool is_fine, std::string_view hint) {
        if (!std::isfinite(value) || !is_fine)
            error(places_.day, std::string(name), fmt::format("{} is out of range", value), std::string(hint));
    }

    void check_settings() {
        check_setting("step_h", day_.step_h, day_.step_h > 0.0, "give a length above 0");
        check_setting("efficiency", day_.efficiency, day_.efficiency > 0.0 && day_.efficiency <= 1.0,
                      "a battery stores no more than it is given; give a share above 0, up to 1");
        check_setting("wear_per_kwh", day_.wear_per_kwh, day_.wear_per_kwh >= 0.0, "give at least 0");
        check_setting("unserved_per_kwh", day_.unserved_per_kwh, day_.unserved_per_kwh >= 0.0, "give at least 0");
        check_setting("chargers.pv_kwp", day_.chargers.pv_kwp, day_.chargers.pv_kwp >= 0.0, "give at least 0");
        check_setting("chargers.inverter_kw", day_.chargers.inverter_kw, day_.chargers.inverter_kw >= 0.0, "give at least 0");
        check_setting("chargers.vehicle_kw", day_.chargers.vehicle_kw, day_.chargers.vehicle_kw >= 0.0, "give at least 0");
    }

    void check_length() {
        constexpr double rounding_h = 1e-9;
        const double length_h = static_cast<double>(day_.steps()) * day_.step_h;
        if (std::abs(length_h - day_.length_h) > rounding_h)
            error(places_.day, "steps",
                  fmt::format("{} rows of {} h are {} h, not {} h", day_.steps(), day_.step_h, length_h, day_.length_h),
                  fmt::format("give {} rows", std::round(day_.length_h / day_.step_h)));
    }

    void check_column(std::string_view name, const std::vector<double>& column, Sign sign) {
        if (column.size() != day_.steps())
            error(places_.day, std::string(name), fmt::format("has {} rows, the import price {}", column.size(), day_.steps()),
                  "give all columns the same rows");
        for (std::size_t t = 0; t < column.size(); ++t) {
            const Position at = t < places_.steps.size() ? places_.steps[t] : places_.day;
            if (!std::isfinite(column[t]))
                error(at, fmt::format("steps[{}].{}", t, name), fmt::format("{} is no number", column[t]), "give a number");
            else if (sign == Sign::not_negative && column[t] < 0.0)
                error(at, fmt::format("steps[{}].{}", t, name), fmt::format("{} is negative", column[t]), "give at least 0");
        }
    }

    void check_vehicle(std::size_t i) {
        const ParkVehicle& v = day_.vehicles[i];
        const auto say = [&](std::string_view name, std::string problem, std::string_view hint) {
            error(i < places_.vehicles.size() ? places_.vehicles[i] : places_.day, fmt::format("vehicles[{}].{}", i, name),
                  fmt::format("vehicle {} {}", v.number, problem), std::string(hint));
        };
        if (v.charger >= day_.chargers.count)
            say("charger", fmt::format("is assigned to charger {} of {}", v.charger + 1, day_.chargers.count),
                "name a charger that is there");
        if (v.arrival >= v.departure)
            say("departure_step", fmt::format("leaves in step {}, and comes in step {}", v.departure, v.arrival),
                "let it leave after it has come");
        if (v.departure > day_.steps())
            say("departure_step", fmt::format("leaves in step {} of {}", v.departure, day_.steps()),
                "let it leave within the day");
        check_battery(v, say);
    }

    template <class Say>
    void check_battery(const ParkVehicle& v, const Say& say) {
        if (!(v.capacity_kwh > 0.0) || !std::isfinite(v.capacity_kwh))
            say("capacity_kwh", fmt::format("has a battery of {} kWh", v.capacity_kwh), "give a capacity above 0");
        if (!(v.lowest_soc >= 0.0 && v.lowest_soc <= 1.0))
            say("min_soc", fmt::format("has a lowest state of charge of {}", v.lowest_soc), "give a share from 0 to 1");
        if (!(v.initial_soc <= 1.0))
            say("initial_soc", fmt::format("comes with a state of charge of {}", v.initial_soc), "give a share up to 1");
        if (v.initial_soc < v.lowest_soc)
            say("initial_soc",
                fmt::format("comes with a state of charge of {}, below its lowest of {}", v.initial_soc, v.lowest_soc),
                "raise it, or lower min_soc");
        if (!(v.required_kwh >= 0.0) || !std::isfinite(v.required_kwh))
            say("required_kwh_stored", fmt::format("requires {} kWh", v.required_kwh), "give at least 0");
        if (!(v.power_kw >= 0.0) || !std::isfinite(v.power_kw))
            say("pmax_kw", fmt::format("charges with {} kW", v.power_kw), "give at least 0");
        if (!(v.return_kw >= 0.0)) say("return_kw", fmt::format("returns {} kW", v.return_kw), "give at least 0");
        if (!(v.spare_kwh >= 0.0 && (v.spare_kwh == 0.0 || v.required_kwh == 0.0)))
            say("spare_kwh", fmt::format("has {} kWh to spare and requires {}", v.spare_kwh, v.required_kwh),
                "give one of them, at least 0");
    }

    const ParkDay& day_;
    const ParkPlaces& places_;
    Issues& issues_;
};

}  // namespace

double drawn_kwh(const ParkDay& day, const ParkVehicle& vehicle) { return vehicle.required_kwh / day.efficiency; }

double pv_kwh(const ParkDay& day) {
    double sum = 0.0;
    for (const double kw : day.pv_kw_per_kwp) sum += day.step_h * day.chargers.pv_kwp * kw;
    return sum * day.chargers.count;
}

void check(const ParkDay& day, const ParkPlaces& places, Issues& issues) { ParkCheck(day, places, issues).run(); }

bool is_sound(const ParkDay& day) {
    Issues issues;
    check(day, {}, issues);
    return issues.list().empty();
}

}  // namespace evsweep
