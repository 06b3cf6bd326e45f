/// What a scenario says of areas, ties and secondary control; the agent `load_frequency` makes its plant from it.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agents/load_frequency/plant.hpp"
#include "agents/load_frequency/secondary_control.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

struct ReheatText {
    Duration time = std::chrono::seconds(8);
    Fraction share{0.35};
    static const Schema<ReheatText>& schema();
};

/// Which power of connected units belongs to the balance of the area: what they draw at the start, what a controller has
/// scheduled, or none.
enum class Balance { at_start, schedule, nothing };
[[nodiscard]] std::vector<std::pair<std::string, Balance>> names_of(Balance);

struct AreaText {
    Kilowatts base{};
    Duration inertia{};
    double damping = 1.0;
    Fraction droop{};
    Duration governor{};
    Duration turbine{};
    std::optional<ReheatText> reheat{};
    Duration response{};
    std::vector<std::string> groups{};
    double vehicles_stand_for = 1.0;
    Balance balance = Balance::at_start;
    Duration schedule_delay{};
    static const Schema<AreaText>& schema();
};

struct TieText {
    std::vector<std::string> between{};
    double coefficient = 0.0;
    double damping = 0.0;
    static const Schema<TieText>& schema();
};

struct SecondaryText {
    Duration period = std::chrono::seconds(4);
    double proportional = 0.0;
    Quantity<"1/s"> integral{};
    std::optional<Quantity<"1/s">> ramp{};
    static const Schema<SecondaryText>& schema();
    [[nodiscard]] SecondarySettings settings() const;
};

/// Kilowatts of a setting in MW, the unit of everything in this folder.
[[nodiscard]] inline double megawatts(Kilowatts power) { return power.value() / 1000.0; }
/// A duration in seconds.
[[nodiscard]] inline double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }

/// What is wrong with the ties of these areas, if anything: a name that is no area, a tie named twice, an area without any.
[[nodiscard]] std::optional<Contradiction> wrong_ties(const std::map<std::string, AreaText>& areas,
                                                      const std::vector<TieText>& ties);
/// Areas in the order of their names.
[[nodiscard]] AreaNetwork network_of(Quantity<"Hz"> nominal, const std::map<std::string, AreaText>& areas,
                                     const std::vector<TieText>& ties);

}  // namespace evsweep
