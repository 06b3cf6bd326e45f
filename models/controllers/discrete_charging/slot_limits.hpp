/// Limits and base load by slot, as an operator gives them: columns of a CSV file for the feeder and for transformers.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "controllers/discrete_charging/row_times.hpp"
#include "evsweep/population.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// One transformer: which groups of vehicles are behind it, and its columns.
struct TransformerText {
    std::vector<std::string> groups{};  ///< of the population; none: the one of the transformer's name
    std::string limit;                  ///< column, kW
    std::optional<std::string> base{};  ///< column, kW: what is drawn there without vehicles
    static const Schema<TransformerText>& schema();
};

/// The section `limits` as it is written.
struct LimitsText {
    FilePath file{};
    Duration every{};
    std::optional<std::string> feeder{};  ///< column, kW
    std::map<std::string, TransformerText> transformers{};
    std::string time_column = "auto";
    std::string time_format{};
    static const Schema<LimitsText>& schema();
};

/// The section with the values of its columns, one per row; without limits where the section is absent.
struct SlotLimits {
    LimitsText text{};
    std::size_t rows = 0;
    std::vector<double> feeder_kw{};                              ///< by row; empty: none
    std::map<std::string, std::vector<double>> transformer_kw{};  ///< likewise, by transformer
    std::map<std::string, std::vector<double>> base_kw{};         ///< likewise, where it has a column
    std::shared_ptr<const std::vector<RowTime>> times{};          ///< by row; null where the file has none
    std::string path{};                                           ///< of the section in the scenario, and its place
    Position at{};
    Position end{};  ///< of the last row in its file

    /// The row that holds at `t`, after the start of the scenario.
    [[nodiscard]] std::size_t row_at(Instant t) const { return static_cast<std::size_t>(t.time_since_epoch() / text.every); }
    /// What is wrong with the rows in a scenario that begins with `calendar` and ends at `horizon`: times that are not from its
    /// start on and `every` apart, too few rows.
    [[nodiscard]] std::vector<Issue> faults(const Calendar& calendar, Instant horizon) const;
    /// By connector: index of its transformer in the order of their names; those behind none get the number of transformers.
    /// Throws PartyError where a group is behind two transformers, is named twice or does not exist.
    [[nodiscard]] std::vector<std::uint32_t> transformer_of(const Connectors& connectors) const;
};

template <>
struct Value<SlotLimits> {
    /// Reports everything that is wrong with section and file: columns that are not there, cells that are no numbers, rows of
    /// another length, base loads and limits below 0, times that are none. An empty cell, or `inf`, of a limit means that there
    /// is none.
    static std::optional<SlotLimits> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "section"; }
    static std::string unit() { return {}; }
    static std::string text(const SlotLimits& limits) { return Value<LimitsText>::text(limits.text); }
    static std::optional<double> out_of(const Range&, const SlotLimits&) { return std::nullopt; }
};
template <>
struct PartsOf<SlotLimits> : PartsOf<LimitsText> {};

}  // namespace evsweep
