#include "evsweep/voltage_bands.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "evsweep/scenario.hpp"

namespace evsweep {

VoltageBands::VoltageBands(const FeederSite& feeder, const std::function<VoltageBand(double nominal_v)>& band_at) {
    for (const SupplyVoltage& seen : feeder.supply) {
        const VoltageBand band = band_at(feeder.nominal_v[seen.bus]);
        by_supply_.push_back(band);
        const bool is_new = std::find(held_.begin(), held_.end(), band) == held_.end();
        if (FeederSite::is_held_to_band(seen) && is_new) held_.push_back(band);
    }
    if (held_.size() == 1) common_ = held_.front();
}

std::string VoltageBands::text_of(double VoltageBand::*limit) const {
    std::set<double> values;
    for (const VoltageBand& band : held_) values.insert(band.*limit);
    std::string text;
    for (const double value : values) text += fmt::format("{}{:g}", text.empty() ? "" : " or ", value);
    if (text.empty()) return text;
    return text + (values.size() > 1 ? " pu by nominal voltage" : " pu");
}

bool Limits::are_alike(Volts a, Volts b) { return std::abs(a / b - 1.0) <= 1e-3; }

std::optional<std::string> Limits::name_of_band_at(double nominal_v) const {
    std::optional<std::string> reached;
    for (const auto& [name, band] : bands) {
        const bool is_reached = Volts(nominal_v) >= band.from || are_alike(Volts(nominal_v), band.from);
        if (is_reached && (!reached || band.from > bands.at(*reached).from)) reached = name;
    }
    return reached;
}

VoltageBand Limits::band_at(double nominal_v) const {
    const auto name = name_of_band_at(nominal_v);
    if (!name) return {voltage_min.value(), voltage_max.value()};
    const NominalBand& band = bands.at(*name);
    return {band.voltage_min.value_or(voltage_min).value(), band.voltage_max.value_or(voltage_max).value()};
}

VoltageBands Limits::bands_of(const FeederSite& feeder) const {
    return {feeder, [this](double nominal_v) { return band_at(nominal_v); }};
}

}  // namespace evsweep
