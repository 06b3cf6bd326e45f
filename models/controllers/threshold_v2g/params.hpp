/// Parameters of the `threshold_v2g` controller and what must hold between them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/quantity.hpp"
#include "evsweep/schema.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

enum class ThresholdSignal { voltage, feeder_head, price };
[[nodiscard]] inline std::vector<std::pair<std::string, ThresholdSignal>> names_of(ThresholdSignal) {
    return {
        {"voltage", ThresholdSignal::voltage}, {"feeder_head", ThresholdSignal::feeder_head}, {"price", ThresholdSignal::price}};
}

/// How a fleet that sees the same signal is kept from acting all at once.
enum class Release { random, ordered };
[[nodiscard]] inline std::vector<std::pair<std::string, Release>> names_of(Release) {
    return {{"random", Release::random}, {"ordered", Release::ordered}};
}

struct ThresholdParams {
    std::vector<ThresholdSignal> signals{ThresholdSignal::voltage};
    PerUnit voltage_low{0.94};
    PerUnit voltage_high{0.96};
    PerUnit voltage_hysteresis{0.005};
    std::optional<Kilowatts> head_low{};
    std::optional<Kilowatts> head_high{};
    Kilowatts head_hysteresis{50.0};
    std::optional<Price> price_low{};
    std::optional<Price> price_high{};
    Price price_hysteresis{0.0};
    Duration period = std::chrono::minutes(1);
    Duration dwell = std::chrono::minutes(5);
    Release release = Release::random;
    Duration release_spread = std::chrono::minutes(15);
    int release_count = 10;
    Fraction reserve_soc{0.2};
    Fraction reserve_margin{0.02};
    Duration departure_margin = std::chrono::minutes(5);

    [[nodiscard]] bool watches(ThresholdSignal signal) const;
    static const Schema<ThresholdParams>& schema();
};

}  // namespace evsweep
