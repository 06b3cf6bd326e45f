#include <algorithm>
#include <cmath>

#include "sim/network/relays/device_control.hpp"

namespace evsweep {

namespace {

/// Another step helps where at least this share of its power is drawn; else the power would only change sign.
constexpr double useful_share = 0.5;

/// Power factors on one axis: lagging is 0 .. 1, leading 1 .. 2.
double factor_axis(std::complex<double> power) {
    const double size = std::abs(power);
    const double factor = size > 0.0 ? std::abs(power.real()) / size : 1.0;
    return power.imag() < 0.0 ? 2.0 - factor : factor;
}

/// A setting: negative power factors are leading.
double factor_axis(double setting) { return setting < 0.0 ? 2.0 + setting : setting; }

double hour_of(TimeOfDay clock) { return hours(clock.since_midnight); }

}  // namespace

CapacitorRelay::CapacitorRelay(const CapacitorControlRow& row, const ShuntRow& bank)
    : row_(row), steps_(bank.steps), kvar_(std::abs(bank.q.value())), steps_on_(bank.steps_on) {}

void CapacitorRelay::look(const CapacitorReading& seen, Instant now, Pace pace) {
    steps_on_ = seen.steps_on;
    const Wish before = wish_;
    wish_ = wish_of(seen);
    const bool is_between = steps_on_ > 0 && steps_on_ < steps_;
    if (wish_ == Wish::none && switch_at_ && pace.share > 0.0 && is_between && row_.signal != CapacitorSignal::voltage)
        wish_ = before;
    if (wish_ == Wish::none)
        switch_at_.reset();
    else if (!switch_at_)
        switch_at_ = now + delay(now);
}

CapacitorRelay::Wish CapacitorRelay::wish_of(const CapacitorReading& seen) const {
    if (const auto forced = override_of(seen)) return *forced;
    if (steps_on_ > 0 && calls_for_off(seen)) return Wish::off;
    return steps_on_ < steps_ && calls_for_on(seen) ? Wish::on : Wish::none;
}

/// The voltage override knows only a bank that is off altogether and one that is on.
std::optional<CapacitorRelay::Wish> CapacitorRelay::override_of(const CapacitorReading& seen) const {
    if (!row_.voltage_override || row_.signal == CapacitorSignal::voltage) return std::nullopt;
    const double v = seen.voltage_v / row_.pt_ratio;
    if (steps_on_ == 0 && v < row_.lowest_v) return Wish::on;
    if (steps_on_ > 0 && v > row_.highest_v) return Wish::off;
    return std::nullopt;
}

bool CapacitorRelay::calls_for_on(const CapacitorReading& seen) const {
    switch (row_.signal) {
        case CapacitorSignal::voltage:
            return seen.voltage_v / row_.pt_ratio < row_.on;
        case CapacitorSignal::current:
            return seen.current_a / row_.ct_ratio > row_.on;
        case CapacitorSignal::reactive_power:
            return seen.power_kva.imag() > row_.on;
        case CapacitorSignal::power_factor: {
            const double least_kvar = steps_on_ == 0 ? row_.least_share * kvar_ : useful_share * kvar_ / steps_;
            return factor_axis(seen.power_kva) < factor_axis(row_.on) && seen.power_kva.imag() > least_kvar;
        }
        case CapacitorSignal::time:
            return is_on_hour(seen.clock);
    }
    return false;
}

bool CapacitorRelay::calls_for_off(const CapacitorReading& seen) const {
    switch (row_.signal) {
        case CapacitorSignal::voltage:
            return seen.voltage_v / row_.pt_ratio > row_.off;
        case CapacitorSignal::current:
            return seen.current_a / row_.ct_ratio < row_.off;
        case CapacitorSignal::reactive_power:
            return seen.power_kva.imag() < row_.off;
        case CapacitorSignal::power_factor:
            return factor_axis(seen.power_kva) > factor_axis(row_.off);
        case CapacitorSignal::time:
            return !is_on_hour(seen.clock);
    }
    return false;
}

/// From `on` until `off`, over midnight where `off` is the earlier hour.
bool CapacitorRelay::is_on_hour(TimeOfDay clock) const {
    const double h = hour_of(clock);
    if (row_.on <= row_.off) return h >= row_.on && h < row_.off;
    return h >= row_.on || h < row_.off;
}

/// A bank that was switched off must discharge before it may come back.
Duration CapacitorRelay::delay(Instant now) const {
    if (wish_ == Wish::off) return row_.delay_off;
    if (!last_off_ || now - *last_off_ >= row_.dead_time) return row_.delay_on;
    return std::max(row_.delay_on, row_.dead_time + row_.delay_on - (now - *last_off_));
}

int CapacitorRelay::act(Instant at, Pace pace) {
    if (switch_at_ != at) return 0;
    switch_at_.reset();
    if (wish_ == Wish::off && (steps_ == 1 || pace.share == 0.0)) last_off_ = at;
    const int steps = wish_ == Wish::on ? 1 : wish_ == Wish::off ? -1 : 0;
    wish_ = Wish::none;
    steps_on_ += steps;
    return steps;
}

void CapacitorRelay::drop_plans() {
    wish_ = Wish::none;
    switch_at_.reset();
}

std::optional<Instant> CapacitorRelay::next_hour(const Calendar& calendar, Instant now) const {
    if (row_.signal != CapacitorSignal::time) return std::nullopt;
    const auto today = calendar.day(now);
    std::optional<Instant> first;
    for (const double hour : {row_.on, row_.off, row_.on + 24.0, row_.off + 24.0}) {
        const Instant at = calendar.instant(today + from_hours(hour));
        if (at > now && (!first || at < *first)) first = at;
    }
    return first;
}

}  // namespace evsweep
