#include "sim/engine/metering.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

constexpr Purpose voltage_noise{"voltage meter noise"};
constexpr Purpose head_noise{"feeder head meter noise"};

double standard_normal(const Rng& rng, const DrawKey& key, std::size_t step) {  // Box-Muller
    const auto k = static_cast<std::uint32_t>(2 * step);
    const double radius = std::sqrt(-2.0 * std::log(rng.uniform(key.purpose, key.entity, k)));
    return radius * std::cos(2.0 * 3.14159265358979323846 * rng.uniform(key.purpose, key.entity, k + 1));
}

double rounded(double value, double resolution) { return resolution > 0.0 ? resolution * std::round(value / resolution) : value; }

}  // namespace

Metering::Metering(const MeteringSettings& settings, std::span<const std::uint32_t> point_of, const Connectors& connectors,
                   Duration step, Rng rng)
    : settings_(settings),
      point_of_(point_of),
      noise_key_(draw_keys(voltage_noise, connectors)),
      rng_(rng),
      voltage_delay_(static_cast<std::size_t>(settings.voltage.delay / step)),
      head_delay_(static_cast<std::size_t>(settings.feeder_head.delay / step)),
      voltages_(voltage_delay_ + 1),
      heads_(head_delay_ + 1),
      shown_voltage_(point_of.size(), PerUnit(1.0)) {}

void Metering::read(std::size_t step, std::span<const double> voltage_pu, double feeder_head_kw,
                    std::span<const ConnectorId> plugged_in) {
    last_step_ = step;
    heads_[step % heads_.size()] = feeder_head_kw;
    voltages_[step % voltages_.size()].assign(voltage_pu.begin(), voltage_pu.end());
    show_head();
    show_voltages(plugged_in);
}

void Metering::miss(std::size_t step) {
    voltages_[step % voltages_.size()] = voltages_[last_step_ % voltages_.size()];
    heads_[step % heads_.size()] = heads_[last_step_ % heads_.size()];
    last_step_ = step;
    show_head();
}

void Metering::show_head() {
    const auto& meter = settings_.feeder_head;
    double head = heads_[(last_step_ - std::min(last_step_, head_delay_)) % heads_.size()];
    if (meter.noise > 0.0) head += meter.noise * standard_normal(rng_, {head_noise, 0}, last_step_);
    shown_head_kw_ = rounded(head, meter.resolution);
}

void Metering::show_voltages(std::span<const ConnectorId> connectors) {
    const std::size_t read_at = last_step_ - std::min(last_step_, voltage_delay_);
    const auto& read = voltages_[read_at % voltages_.size()];
    if (read.empty()) return;  // nothing had been read then
    const auto& meter = settings_.voltage;
    if (meter.noise == 0.0 && meter.resolution == 0.0) {
        for (ConnectorId c : connectors) shown_voltage_[c.index()] = read[point_of_[c.index()]];
        return;
    }
    for (ConnectorId c : connectors) {
        double v = read[point_of_[c.index()]];
        if (meter.noise > 0.0) v += meter.noise * standard_normal(rng_, noise_key_[c.index()], last_step_);
        shown_voltage_[c.index()] = rounded(v, meter.resolution);
    }
}

}  // namespace evsweep
