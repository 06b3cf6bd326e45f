#include "agents/load_frequency/power_system.hpp"

#include <utility>

namespace evsweep {

PowerSystem::PowerSystem(AreaPlant plant, const std::optional<SecondarySettings>& secondary, const SystemClock& clock,
                         std::span<const double> load)
    : plant_(std::move(plant)), clock_(clock), from_(plant_.areas()), to_(plant_.areas()) {
    if (secondary) controls_.assign(plant_.areas(), SecondaryControl(*secondary));
    for (std::size_t i = 0; i < to_.size(); ++i) to_[i].load = load[i];
}

void PowerSystem::act(std::span<const double> request) {
    for (std::size_t i = 0; i < controls_.size(); ++i) {
        const double asked = request.empty() ? 0.0 : request[i];
        to_[i].setpoint = controls_[i].act(asked - plant_.control_error_pu(i));
    }
}

void PowerSystem::advance(std::span<const double> load_at_end, std::span<const double> relief, std::span<const double> request) {
    if (now_.time_since_epoch() % clock_.cycle == Duration::zero()) act(request);
    for (std::size_t i = 0; i < to_.size(); ++i) {
        to_[i].relief = relief[i];
        from_[i] = to_[i];
        to_[i].load = load_at_end[i];
    }
    plant_.advance(from_, to_);
    now_ += clock_.step;
}

}  // namespace evsweep
