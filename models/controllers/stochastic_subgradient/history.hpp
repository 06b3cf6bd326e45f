/// The sections `history` and `given`: what stations could give in the past, and what they can give while a study runs.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "controllers/stochastic_subgradient/capacity_table.hpp"
#include "evsweep/schema.hpp"
#include "solvers/kernel_forecast/kernel_forecast.hpp"
#include "solvers/kernel_forecast/plain_forecasts.hpp"

namespace evsweep {

/// The day of the week of a file's first day.
enum class FirstDay { mon, tue, wed, thu, fri, sat, sun };
[[nodiscard]] inline std::vector<std::pair<std::string, FirstDay>> names_of(FirstDay) {
    return {{"mon", FirstDay::mon}, {"tue", FirstDay::tue}, {"wed", FirstDay::wed}, {"thu", FirstDay::thu},
            {"fri", FirstDay::fri}, {"sat", FirstDay::sat}, {"sun", FirstDay::sun}};
}

/// The section `history` as it is written.
struct HistoryText {
    FilePath file{};
    std::optional<int> train_days{};
    FirstDay first_day = FirstDay::mon;
    static const Schema<HistoryText>& schema();
};

/// The forecasts of all stations of a history: fitted once, when the scenario is read, and shared by all replicas.
struct FittedHistory {
    std::vector<KernelForecast> kernels;  ///< by column of the table
    std::vector<PlainForecasts> plain;    ///< likewise
};

struct History {
    HistoryText text{};
    std::shared_ptr<const CapacityTable> table{};
    std::shared_ptr<const FittedHistory> fitted{};
    std::string path{};  ///< of the section in the scenario

    /// Days that are trained on, from the first of the file on.
    [[nodiscard]] std::size_t train_days() const;
    /// Monday is 0; of a day by its number in the file.
    [[nodiscard]] int day_of_week(int day) const;
};

/// The section `given` as it is written.
struct GivenText {
    FilePath file{};
    std::optional<int> from_day{};
    Fraction factor{1.0};
    static const Schema<GivenText>& schema();
};

/// Capacities of a file in place of those of the chargers.
struct GivenCapacities {
    GivenText text{};
    std::shared_ptr<const CapacityTable> table{};
    std::string path{};  ///< of the section in the scenario, and its place
    Position at{};
    [[nodiscard]] int from_day() const { return text.from_day.value_or(table->first_day); }
    /// The row at midnight of the scenario's first day.
    [[nodiscard]] std::size_t first_row() const {
        return static_cast<std::size_t>(from_day() - table->first_day) * table->slots_per_day;
    }
};

template <>
struct Value<History> {
    /// Reads the file and fits the forecasts; reports all that is wrong with either.
    static std::optional<History> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "section"; }
    static std::string unit() { return {}; }
    static std::string text(const History& history) { return Value<HistoryText>::text(history.text); }
    static std::optional<double> out_of(const Range&, const History&) { return std::nullopt; }
};
template <>
struct PartsOf<History> : PartsOf<HistoryText> {};

template <>
struct Value<GivenCapacities> {
    static std::optional<GivenCapacities> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "section"; }
    static std::string unit() { return {}; }
    static std::string text(const GivenCapacities& given) { return Value<GivenText>::text(given.text); }
    static std::optional<double> out_of(const Range&, const GivenCapacities&) { return std::nullopt; }
};
template <>
struct PartsOf<GivenCapacities> : PartsOf<GivenText> {};

}  // namespace evsweep
