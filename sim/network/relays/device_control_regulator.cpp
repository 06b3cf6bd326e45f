#include <algorithm>
#include <cmath>

#include "sim/network/relays/device_control.hpp"

namespace evsweep {

namespace {

/// Far below one step of any tap changer, far above rounding.
constexpr double same_tap = 1e-9;

double middle_of(const TapRange& range) { return 0.5 * (range.min + range.max); }

/// The tap on the grid of the range where it is one, so that no rounding gathers over many moves.
double on_grid(const TapRange& range, double tap) {
    const double kept = std::clamp(tap, range.min, range.max);
    const double grid = middle_of(range) + tap_position(range, kept) * tap_step(range);
    return std::abs(grid - kept) < same_tap ? std::clamp(grid, range.min, range.max) : kept;
}

}  // namespace

double tap_step(const TapRange& range) { return range.steps > 0 ? (range.max - range.min) / range.steps : 0.0; }

int tap_position(const TapRange& range, double tap) {
    const double step = tap_step(range);
    return step > 0.0 ? static_cast<int>(std::lround((tap - middle_of(range)) / step)) : 0;
}

RegulatorRelay::RegulatorRelay(const RegulatorRow& row, const WindingRow& seen, const WindingRow& tapped)
    : row_(row),
      taps_(tapped.taps),
      rated_v_(seen.rated.value()),
      step_(tap_step(tapped.taps)),
      is_across_(row.tap_winding.value_or(row.winding) != row.winding),
      tap_(tapped.tap) {}

void RegulatorRelay::look(const RegulatorReading& seen, Instant now) {
    if (step_ <= 0.0 || row_.max_steps < 1) return;
    tap_ = seen.tap;
    const bool sees_power = row_.on_reverse != ReversePower::ignore && row_.bus.empty();
    if (sees_power) follow_power(seen.forward_kw, now);
    if (backward_ && row_.on_reverse == ReversePower::neutral) return aim_at_neutral(now);

    const RelaySetting& want = wanted();
    double boost_v = want.set_v - seen_v(seen);
    deviation_v_ = -boost_v;
    outside_ = std::abs(boost_v) > 0.5 * want.band_v;
    const double local_v = seen.local_v / row_.pt_ratio;
    if (row_.limit_v && local_v > *row_.limit_v) {
        boost_v = *row_.limit_v - local_v;
        outside_ = true;
    }
    if (outside_) {
        aim(boost_v, now);
    } else {
        change_ = 0.0;
        tap_at_.reset();
    }
}

/// Volts on the relay's base at the place it cares for. Looking backward, that is the other side of the tap changer.
double RegulatorRelay::seen_v(const RegulatorReading& seen) const {
    if (!row_.bus.empty()) return std::abs(seen.voltage_v) / row_.bus_pt_ratio.value_or(row_.pt_ratio);
    std::complex<double> v = seen.voltage_v / row_.pt_ratio;
    const RelaySetting& want = wanted();
    v -= std::complex<double>(want.r_v, want.x_v) * (seen.current_a / row_.ct_primary.value());
    return backward_ ? std::abs(v) / seen.tap : std::abs(v);
}

/// Turns round when power has flowed the other way, by more than the threshold, for the delay of the reverse setting.
void RegulatorRelay::follow_power(double forward_kw, Instant now) {
    const double threshold = row_.reverse_threshold.value();
    const bool calls = backward_ ? forward_kw > threshold : forward_kw < -threshold;
    if (!calls)
        turn_at_.reset();
    else if (!turn_at_)
        turn_at_ = now + row_.reverse.delay;
}

void RegulatorRelay::aim_at_neutral(Instant now) {
    outside_ = false;
    deviation_v_ = 0.0;
    if (tap_at_) return;
    change_ = std::nearbyint((1.0 - tap_) / step_) * step_;
    if (change_ != 0.0) tap_at_ = now + row_.tap_delay;
}

/// Rounds the wanted boost to whole taps. From the other side, or looking backward, a higher tap lowers the voltage.
void RegulatorRelay::aim(double boost_v, Instant now) {
    const double boost = boost_v * row_.pt_ratio / rated_v_;
    change_ = std::nearbyint(boost / step_) * step_;
    if (is_across_ || backward_) change_ = -change_;
    if (!tap_at_ && change_ != 0.0 && has_room(change_)) tap_at_ = now + delay(deviation_v_);
}

Duration RegulatorRelay::delay(double off_v) const {
    const Duration full = row_.forward.delay;
    if (!row_.inverse_time) return full;
    const double bands = std::min(10.0, 2.0 * std::abs(off_v) / wanted().band_v);
    return bands > 0.0 ? Duration(std::llround(static_cast<double>(full.count()) / bands)) : full;
}

bool RegulatorRelay::has_room(double change) const {
    return change > 0.0 ? tap_ < taps_.max - same_tap : tap_ > taps_.min + same_tap;
}

std::optional<Instant> RegulatorRelay::due() const {
    if (tap_at_ && turn_at_) return std::min(*tap_at_, *turn_at_);
    return tap_at_ ? tap_at_ : turn_at_;
}

TapMove RegulatorRelay::act(Instant at, Pace pace) {
    TapMove done{0, tap_};
    if (tap_at_ == at) {
        tap_at_.reset();
        if (change_ == 0.0) return done;
        const int sign = change_ > 0.0 ? 1 : -1;
        if (pace.share > 0.0) {
            const double steps = pace.share * std::abs(change_) / step_;
            const auto most = pace.share < 1.0 ? static_cast<int>(steps) : static_cast<int>(std::lround(steps));
            done = move(sign * std::clamp(most, 1, row_.max_steps));
            change_ = 0.0;
        } else {
            done = move(sign);
            change_ -= sign * step_;
            if (std::abs(change_) < 0.9 * step_) change_ = 0.0;
            if (change_ != 0.0 && has_room(change_)) tap_at_ = at + row_.tap_delay;
        }
    }
    if (turn_at_ == at) {
        turn_at_.reset();
        backward_ = !backward_;
        change_ = 0.0;
        tap_at_.reset();
    }
    return done;
}

TapMove RegulatorRelay::move(int steps) {
    const double before = tap_;
    tap_ = on_grid(taps_, tap_ + steps * step_);
    return {static_cast<int>(std::lround((tap_ - before) / step_)), tap_};
}

void RegulatorRelay::drop_plans() {
    change_ = 0.0;
    tap_at_.reset();
    turn_at_.reset();
}

}  // namespace evsweep
