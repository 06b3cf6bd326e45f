#include "sim/engine/meter.hpp"

#include <algorithm>
#include <cmath>
#include <string>

namespace evsweep {

namespace {

/// Noise of `feeder_head` is drawn for the purpose "feeder head meter noise".
Purpose noise_of(std::string_view signal) {
    std::string name(signal);
    std::replace(name.begin(), name.end(), '_', ' ');
    return Purpose(name + " meter noise");
}

double standard_normal(const Rng& rng, const DrawKey& key, std::uint32_t k) {  // Box-Muller
    const double radius = std::sqrt(-2.0 * std::log(rng.uniform(key.purpose, key.entity, k)));
    return radius * std::cos(2.0 * 3.14159265358979323846 * rng.uniform(key.purpose, key.entity, k + 1));
}

double rounded(double value, double resolution) { return resolution > 0.0 ? resolution * std::round(value / resolution) : value; }

}  // namespace

Meter::Meter(const MeterSettings& settings, const MeteredSignal& signal, const Connectors& connectors, Duration step, Rng rng)
    : settings_(settings),
      signal_(signal),
      step_(step),
      rng_(rng),
      is_exact_(settings.noise == 0.0 && settings.resolution == 0.0),
      shown_(signal.rows, signal.info.unit == PerUnit::unit() ? 1.0 : 0.0) {
    const Purpose purpose = noise_of(signal.info.name);
    if (signal.info.extent == Extent::connector) {
        key_ = draw_keys(purpose, connectors);
        return;
    }
    for (std::size_t row = 0; row < signal.rows; ++row) key_.push_back({purpose, static_cast<std::uint32_t>(row)});
}

void Meter::keep(Instant now, std::span<const double> values) {
    // Readings that a later one has made too old are used again.
    Reading reading;
    if (readings_.size() > 1 && readings_[1].at <= now - settings_.delay) {
        reading = std::move(readings_.front());
        readings_.pop_front();
    }
    reading.at = now;
    reading.values.assign(values.begin(), values.end());
    readings_.push_back(std::move(reading));
}

void Meter::read(Instant now, std::span<const double> values, std::span<const ConnectorId> shown) {
    keep(now, values);
    show(now, shown);
}

void Meter::miss(Instant now) {
    if (readings_.empty())
        keep(now, {});
    else
        keep(now, std::vector<double>(readings_.back().values));
    if (signal_.info.extent != Extent::connector) show(now, {});
}

const Meter::Reading* Meter::old_enough(Instant now) {
    while (readings_.size() > 1 && readings_[1].at <= now - settings_.delay) readings_.pop_front();
    return readings_.empty() || readings_.front().values.empty() ? nullptr : &readings_.front();
}

void Meter::show(Instant now, std::span<const ConnectorId> connectors) {
    const Reading* const reading = old_enough(now);
    if (!reading) return;
    if (signal_.info.extent == Extent::connector && is_exact_ && !signal_.value_of_row.empty()) {
        const double* const values = reading->values.data();
        for (ConnectorId c : connectors) shown_[c.index()] = values[signal_.value_of_row[c.index()]];
    } else if (signal_.info.extent == Extent::connector) {
        for (ConnectorId c : connectors) show_row(*reading, c.index());
    } else {
        for (std::size_t row = 0; row < shown_.size(); ++row) show_row(*reading, row);
    }
}

void Meter::show_row(const Reading& reading, std::size_t row) {
    double value = reading.values[signal_.value_of_row.empty() ? row : signal_.value_of_row[row]];
    if (settings_.noise > 0.0) value += settings_.noise * noise(row);
    shown_[row] = rounded(value, settings_.resolution);
}

/// By the control step of the last reading; readings between two control steps have draws of their own.
double Meter::noise(std::size_t row) const {
    const Duration at = readings_.back().at.time_since_epoch();
    if (at % step_ == Duration::zero()) return standard_normal(rng_, key_[row], static_cast<std::uint32_t>(2 * (at / step_)));
    constexpr std::int64_t turn = std::int64_t{1} << 31U;
    const DrawKey between{key_[row].purpose.in("between control steps"), key_[row].entity};
    return standard_normal(rng_, between, static_cast<std::uint32_t>(2 * (at.count() % turn)));
}

}  // namespace evsweep
