/// Parameters of the `evms` controller, shared by its two readings of the rule.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "evsweep/quantity.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// `net_demand` is the controller; `literal` follows the published equations word by word, to reproduce their energy.
enum class EvmsReading { net_demand, literal };
[[nodiscard]] inline std::vector<std::pair<std::string, EvmsReading>> names_of(EvmsReading) {
    return {{"net_demand", EvmsReading::net_demand}, {"literal", EvmsReading::literal}};
}

struct EvmsParams {
    EvmsReading reading = EvmsReading::net_demand;
    Duration period = std::chrono::minutes(1);
    Kilowatts peak_setpoint{3180.0};
    Kilowatts peak_release{100.0};
    Kilowatts cap{3240.0};
    TimeOfDay charging_from{std::chrono::hours(22)};
    TimeOfDay charging_until{std::chrono::hours(12)};
    TimeOfDay legs_from{};
    Fraction soc_margin{0.01};
    Duration pause_laxity = std::chrono::minutes(15);
    Duration override_laxity = std::chrono::minutes(2);
};

/// Whether `now` lies in the daily window [from, until), which may span midnight; equal ends mean the whole day.
[[nodiscard]] constexpr bool is_within(TimeOfDay now, TimeOfDay from, TimeOfDay until) {
    if (from == until) return true;
    if (from < until) return from <= now && now < until;
    return now >= from || now < until;
}

}  // namespace evsweep
