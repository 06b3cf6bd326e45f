/// The disconnection of one inverter at abnormal voltages, and its return to service, as seen once per turn.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "controllers/inverter_functions/params.hpp"

namespace evsweep {

/// Thresholds with their clearing times, and the conditions of the return to service.
class TripSettings {
   public:
    explicit TripSettings(const TripParams& p)
        : enter_above_pu(p.enter_above.value()),
          enter_below_pu(p.enter_below.value()),
          enter_delay(p.enter_delay),
          enter_ramp(p.enter_ramp),
          over_{{{p.ov2->value(), *p.ov2_time}, {p.ov1->value(), *p.ov1_time}}},
          under_{{{p.uv2->value(), *p.uv2_time}, {p.uv1->value(), *p.uv1_time}}} {}

    static constexpr std::size_t count = 4;
    [[nodiscard]] bool is_beyond(std::size_t level, double pu) const {
        return level < 2 ? pu >= over_[level].pu : pu <= under_[level - 2].pu;
    }
    [[nodiscard]] Duration clearing_time(std::size_t level) const {
        return level < 2 ? over_[level].time : under_[level - 2].time;
    }

    double enter_above_pu, enter_below_pu;
    Duration enter_delay, enter_ramp;

   private:
    struct Level {
        double pu;
        Duration time;
    };
    std::array<Level, 2> over_, under_;
};

/// It disconnects at the first turn whose voltage, like those of all turns since one at least the clearing time before, is beyond
/// a threshold: clearing times are rounded up to whole turns, and at least to one. It returns when the voltage has been within
/// the limits of the return to service for the delay, and then raises its active power along the ramp.
class TripRelay {
   public:
    enum class Change { none, disconnected, returned };

    Change see(const TripSettings& settings, Instant now, double pu) {
        return is_out_ ? wait(settings, now, pu) : watch(settings, now, pu);
    }
    [[nodiscard]] bool is_out() const { return is_out_; }
    /// Most active power, as a share of the rating.
    [[nodiscard]] double ramp(const TripSettings& settings, Instant now) const {
        if (!returned_) return 1.0;
        const auto passed = static_cast<double>((now - *returned_).count());
        return std::min(1.0, passed / static_cast<double>(settings.enter_ramp.count()));
    }

   private:
    Change watch(const TripSettings& settings, Instant now, double pu) {
        bool trips = false;
        for (std::size_t k = 0; k < TripSettings::count; ++k) {
            if (!settings.is_beyond(k, pu))
                beyond_since_[k].reset();
            else if (!beyond_since_[k])
                beyond_since_[k] = now;
            else
                trips = trips || now - *beyond_since_[k] >= settings.clearing_time(k);
        }
        if (!trips) return Change::none;
        *this = {};
        is_out_ = true;
        return Change::disconnected;
    }
    Change wait(const TripSettings& settings, Instant now, double pu) {
        if (pu < settings.enter_above_pu || pu > settings.enter_below_pu)
            good_since_.reset();
        else if (!good_since_)
            good_since_ = now;
        if (!good_since_ || now - *good_since_ < settings.enter_delay) return Change::none;
        *this = {};
        returned_ = now;
        return Change::returned;
    }

    bool is_out_ = false;
    std::array<std::optional<Instant>, TripSettings::count> beyond_since_{};
    std::optional<Instant> good_since_{}, returned_{};
};

}  // namespace evsweep
