/// Parameters of the `car_park` controller and what must hold between them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controllers/car_park/park_plan.hpp"
#include "evsweep/quantity.hpp"
#include "evsweep/schema.hpp"
#include "evsweep/series.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// How vehicles are charged.
enum class ParkStrategy { optimal, immediate, average };
[[nodiscard]] inline std::vector<std::pair<std::string, ParkStrategy>> names_of(ParkStrategy) {
    return {{"optimal", ParkStrategy::optimal}, {"immediate", ParkStrategy::immediate}, {"average", ParkStrategy::average}};
}

[[nodiscard]] inline std::vector<std::pair<std::string, SunKnowledge>> names_of(SunKnowledge) {
    return {{"none", SunKnowledge::none}, {"expected", SunKnowledge::expected}, {"perfect", SunKnowledge::perfect}};
}

/// What is done when the system operator calls reserves.
enum class ReserveCalls { ignore, follow };
[[nodiscard]] inline std::vector<std::pair<std::string, ReserveCalls>> names_of(ReserveCalls) {
    return {{"ignore", ReserveCalls::ignore}, {"follow", ReserveCalls::follow}};
}

struct CarParkParams {
    ParkStrategy strategy = ParkStrategy::optimal;
    bool v2g = false;
    bool reserves = false;
    SunKnowledge sun = SunKnowledge::perfect;
    ReserveCalls calls = ReserveCalls::ignore;
    bool firm = false;
    Kilowatts inverter{};
    std::optional<Kilowatts> vehicle_side{};
    Duration step = std::chrono::minutes(15);
    Price wear{};
    Price unserved{10.0};
    std::optional<Series<"kW">> import_cap{}, export_cap{};
    std::optional<Series<"currency/kWh">> reserve_up{}, reserve_down{};
    std::optional<Series<"1">> expected_sun{};
    int most_nodes = 500;
    double gap = 1e-9;
    bool publish_reserves = false;

    [[nodiscard]] bool plans() const { return strategy == ParkStrategy::optimal; }
    [[nodiscard]] bool follows_calls() const { return plans() && calls == ReserveCalls::follow; }
    [[nodiscard]] bool sells_reserves() const { return plans() && reserves; }
    [[nodiscard]] static const Schema<CarParkParams>& schema();
};

}  // namespace evsweep
