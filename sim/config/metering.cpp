#include "sim/config/metering.hpp"

namespace evsweep {

std::optional<QuantityOfSignal> Value<QuantityOfSignal>::read(const Node& node, std::string_view path, Reader& reader) {
    if (!node.is_scalar()) return report_expected(node, path, "a quantity in the signal's unit", reader), std::nullopt;
    return QuantityOfSignal{node.scalar, node.at};
}

const Schema<MeterText>& MeterText::schema() {
    static const auto schema =
        Schema<MeterText>("How what a meter says differs from the signal that it reads.")
            .optional("delay", &MeterText::delay, "age of what is seen", at_least(0))
            .optional("noise", &MeterText::noise, "standard deviation of the error, in the signal's unit")
            .optional("resolution", &MeterText::resolution, "step of the display, in the signal's unit; 0 is exact")
            .optional(
                "sampling", &MeterText::sampling,
                "time between two readings; none: every control step, of a signal that a party publishes every time it does",
                above(0))
            .optional("loss", &MeterText::loss, "share of the readings that are lost, of each row by itself; the last one stands",
                      Range{.min = 0.0, .max = 1.0, .open_max = true});
    return schema;
}

std::vector<MeterChoice> read_metering(const Node& section, Issues& issues, std::vector<Setting>& resolved) {
    std::vector<MeterChoice> meters;
    Reader reader{issues};
    if (!section.is_map()) return report_expected(section, "metering", "a map from signals to meters", reader), meters;
    for (const auto& [key, value] : section.entries) {
        const std::string path = "metering." + key.scalar;
        const auto text = MeterText::schema().read(value.is_null() ? Node::make_map(value.at) : value, path, reader);
        if (!text) continue;
        meters.push_back({key.scalar, text->delay, text->noise.text, text->resolution.text, text->sampling, text->loss, key.at,
                          text->noise.at, text->resolution.at});
        for (auto& setting : MeterText::schema().settings(*text, path)) resolved.push_back(std::move(setting));
    }
    return meters;
}

}  // namespace evsweep
