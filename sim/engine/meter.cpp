#include "sim/engine/meter.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

namespace evsweep {

namespace {

/// Noise of `feeder_head` is drawn for the purpose "feeder head meter noise".
Purpose purpose_of(std::string_view signal, const char* what) {
    std::string name(signal);
    std::replace(name.begin(), name.end(), '_', ' ');
    return Purpose(name + " meter " + what);
}

std::vector<DrawKey> keys_of_rows(const MeteredSignal& signal, const char* what, const Connectors& connectors) {
    const Purpose purpose = purpose_of(signal.info.name, what);
    if (signal.info.extent == Extent::connector) return draw_keys(purpose, connectors);
    std::vector<DrawKey> keys;
    for (std::size_t row = 0; row < signal.rows; ++row) keys.push_back({purpose, static_cast<std::uint32_t>(row)});
    return keys;
}

/// Which draw of a row a reading at this time has, and for what purpose: by the control step; readings between two control steps
/// have draws of their own.
struct ReadingDraw {
    Purpose purpose;
    std::int64_t number = 0;
};
ReadingDraw draw_of(Purpose purpose, Duration at, Duration step) {
    if (at % step == Duration::zero()) return {purpose, at / step};
    constexpr std::int64_t turn = std::int64_t{1} << 31U;
    return {purpose.in("between control steps"), at.count() % turn};
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
      key_(keys_of_rows(signal, "noise", connectors)),
      loses_(settings.loss > Fraction(0.0)),
      is_exact_(settings.noise == 0.0 && settings.resolution == 0.0 && !loses_),
      shown_(signal.rows, signal.info.unit == PerUnit::unit() ? 1.0 : 0.0) {
    if (loses_) loss_key_ = keys_of_rows(signal, "loss", connectors);
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
    if (loses_)
        keep(now, received(now, values));
    else
        keep(now, values);
    show(now, shown);
}

/// What arrives of a reading, by row: where it is lost, what arrived last; no number where nothing has.
std::vector<double> Meter::received(Instant now, std::span<const double> values) const {
    std::vector<double> rows(shown_.size(), std::numeric_limits<double>::quiet_NaN());
    if (!readings_.empty() && !readings_.back().values.empty()) rows = readings_.back().values;
    const Duration at = now.time_since_epoch();
    for (std::size_t row = 0; row < rows.size(); ++row) {
        if (is_lost(row, at)) continue;
        rows[row] = value_of(values, row);
        if (settings_.noise > 0.0) rows[row] += settings_.noise * noise(row, at);
    }
    return rows;
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
    if (loses_) {
        if (!std::isnan(reading.values[row])) shown_[row] = rounded(reading.values[row], settings_.resolution);
        return;
    }
    double value = value_of(reading.values, row);
    if (settings_.noise > 0.0) value += settings_.noise * noise(row, readings_.back().at.time_since_epoch());
    shown_[row] = rounded(value, settings_.resolution);
}

double Meter::noise(std::size_t row, Duration at) const {
    const ReadingDraw draw = draw_of(key_[row].purpose, at, step_);
    return standard_normal(rng_, {draw.purpose, key_[row].entity}, static_cast<std::uint32_t>(2 * draw.number));
}

bool Meter::is_lost(std::size_t row, Duration at) const {
    const ReadingDraw draw = draw_of(loss_key_[row].purpose, at, step_);
    return rng_.uniform(draw.purpose, loss_key_[row].entity, static_cast<std::uint32_t>(draw.number)) < settings_.loss.value();
}

}  // namespace evsweep
