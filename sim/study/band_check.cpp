#include "sim/study/band_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <vector>

namespace evsweep {

namespace {

/// How many buses but the source each band holds at, by its name; "" stands for none.
std::map<std::string, std::size_t> buses_by_band(const Limits& limits, const FeederSite& feeder) {
    std::map<std::string, std::size_t> buses;
    for (std::size_t k = 1; k < feeder.bus.size(); ++k) ++buses[limits.name_of_band_at(feeder.nominal_v[k]).value_or("")];
    return buses;
}

std::string nominal_voltages(const FeederSite& feeder) {
    std::set<std::string> seen;
    for (const double volts : feeder.nominal_v) seen.insert(fmt::format("{:.4g} kV", volts / 1000.0));
    constexpr std::size_t most = 8;
    const std::vector<std::string> shown(seen.begin(),
                                         std::next(seen.begin(), static_cast<std::ptrdiff_t>(std::min(seen.size(), most))));
    return fmt::format("{}{}", fmt::join(shown, ", "), seen.size() > most ? ", ..." : "");
}

}  // namespace

void check_bands(const Limits& limits, const FeederSite& feeder, Issues& issues) {
    const auto buses = buses_by_band(limits, feeder);
    for (const auto& [name, band] : limits.bands)
        if (!buses.contains(name))
            issues.warning(band.place, "limits.bands." + name, "holds at no bus; buses have " + nominal_voltages(feeder),
                           "`from` is a nominal voltage, line to line");
}

std::string bands_text(const Limits& limits, const FeederSite& feeder) {
    if (limits.bands.empty()) return {};
    std::vector<std::string> parts;
    for (const auto& [name, buses] : buses_by_band(limits, feeder)) {
        const VoltageBand band = name.empty() ? VoltageBand{limits.voltage_min.value(), limits.voltage_max.value()}
                                              : limits.band_at(limits.bands.at(name).from.value());
        parts.push_back(fmt::format("{:g} to {:g} pu at {} {}", band.min_pu, band.max_pu, buses,
                                    name.empty() ? "others" : "buses (" + name + ")"));
    }
    return fmt::format("voltages are held to {}", fmt::join(parts, ", "));
}

}  // namespace evsweep
