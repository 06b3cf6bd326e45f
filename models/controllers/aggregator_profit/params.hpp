/// Parameters of the `aggregator_profit` controller and what must hold between them.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/quantity.hpp"
#include "evsweep/schema.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// What the aggregator knows of prices when it plans.
enum class PriceKnowledge { perfect, day_ahead, rolling };
[[nodiscard]] inline std::vector<std::pair<std::string, PriceKnowledge>> names_of(PriceKnowledge) {
    return {{"perfect", PriceKnowledge::perfect}, {"day_ahead", PriceKnowledge::day_ahead}, {"rolling", PriceKnowledge::rolling}};
}

enum class Trade { buy, buy_and_sell };
[[nodiscard]] inline std::vector<std::pair<std::string, Trade>> names_of(Trade) {
    return {{"v1g", Trade::buy}, {"v2g", Trade::buy_and_sell}};
}

enum class FeederLosses { planned, ignored };
[[nodiscard]] inline std::vector<std::pair<std::string, FeederLosses>> names_of(FeederLosses) {
    return {{"planned", FeederLosses::planned}, {"ignored", FeederLosses::ignored}};
}

struct AggregatorProfitParams {
    PriceKnowledge knowledge = PriceKnowledge::perfect;
    Trade strategy = Trade::buy_and_sell;
    Duration step = std::chrono::hours(1);
    std::optional<Kilowatts> cap{};
    std::optional<Kilowatts> floor{};
    Price wear{};
    Fraction error_decay{0.7};
    FeederLosses losses = FeederLosses::planned;

    [[nodiscard]] bool returns() const { return strategy == Trade::buy_and_sell; }
    [[nodiscard]] bool plans_losses() const { return losses == FeederLosses::planned && (cap || floor); }
    [[nodiscard]] static const Schema<AggregatorProfitParams>& schema();
};

}  // namespace evsweep
