/// Section `metering` of a scenario: meters by the name of the signal that they read.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "evsweep/scenario.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// A quantity whose unit is known once its signal is: read as text.
struct QuantityOfSignal {
    std::string text = "0";
    Position at{};
};
template <>
struct Value<QuantityOfSignal> {
    static std::optional<QuantityOfSignal> read(const Node& node, std::string_view path, Reader& reader);
    static std::string type() { return "quantity"; }
    static std::string unit() { return "that of the signal"; }
    static std::string text(const QuantityOfSignal& quantity) { return quantity.text; }
    static std::optional<double> out_of(const Range&, const QuantityOfSignal&) { return std::nullopt; }
};

/// One meter as the file gives it.
struct MeterText {
    Duration delay{};
    QuantityOfSignal noise, resolution;
    std::optional<Duration> sampling{};
    Fraction loss{};
    [[nodiscard]] static const Schema<MeterText>& schema();
};

/// Reads the section; entries with problems are left out.
[[nodiscard]] std::vector<MeterChoice> read_metering(const Node& section, Issues& issues, std::vector<Setting>& resolved);

}  // namespace evsweep
