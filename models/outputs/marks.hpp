/// The regular instants at which outputs take values, kept in one place so that all outputs share one time axis.
#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/output.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

/// What a value over time stands for, in words, after its name.
[[nodiscard]] inline std::string text_of(Sampling sampling) {
    switch (sampling) {
        case Sampling::unsaid:
            return "";
        case Sampling::sample:
            return ", at the mark";
        case Sampling::mean:
            return ", mean over the interval from the mark";
        case Sampling::count:
            return " in the interval from the mark";
    }
    return "";
}

/// Marks lie at the end of the warm-up and every `every` after it, before the horizon; the interval of a mark is
/// [mark, next mark), the last one ending at the horizon.
class Marks {
   public:
    /// `parameter` is what the user calls `every`. Throws ContractViolation where it is not a whole number of steps.
    Marks(const Output::Context& context, Duration every, std::string_view parameter)
        : first_(context.measure_from), end_(context.horizon), every_(every) {
        EVSWEEP_EXPECTS(context.step > Duration::zero() && first_ < end_, "some control steps are measured");
        if (every <= Duration::zero() || every % context.step != Duration::zero())
            throw ContractViolation(std::string(parameter) + " = " + duration_text(every) +
                                    " is not a whole number of control steps");
    }

    /// Marks that need not be control steps: at the whole multiples of `every` from the start of the scenario, since that is when
    /// recorders get samples. Throws ContractViolation where none lies after the warm-up and before the horizon.
    [[nodiscard]] static Marks between_steps(const Output::Context& context, Duration every, std::string_view parameter) {
        EVSWEEP_EXPECTS(every > Duration::zero(), "marks are apart");
        const Duration warm_up = context.measure_from.time_since_epoch();
        const Marks marks(Instant((warm_up + every - Duration(1)) / every * every), Instant(context.horizon), every);
        if (marks.first_ >= marks.end_)
            throw ContractViolation(std::string(parameter) + " = " + duration_text(every) +
                                    " leaves no mark between the warm-up and the end");
        return marks;
    }

    [[nodiscard]] std::size_t size() const { return static_cast<std::size_t>((end_ - first_ + every_ - Duration(1)) / every_); }

    /// The mark that lies at `t`, if any does.
    [[nodiscard]] std::optional<std::size_t> at(Instant t) const {
        const auto m = interval_of(t);
        return m && mark(*m) == t ? m : std::nullopt;
    }
    /// The interval that contains `t`; none before the first mark and from the horizon on.
    [[nodiscard]] std::optional<std::size_t> interval_of(Instant t) const {
        if (t < first_ || t >= end_) return std::nullopt;
        return static_cast<std::size_t>((t - first_) / every_);
    }
    /// Length of one interval in hours.
    [[nodiscard]] double hours_of(std::size_t m) const { return hours(std::min(mark(m + 1), end_) - mark(m)); }

    /// The time axis, in hours since the scenario's start.
    [[nodiscard]] Coordinate coordinate() const {
        Coordinate time{.name = "time", .unit = "h", .long_name = "time since the start of the scenario"};
        for (std::size_t m = 0; m < size(); ++m) time.values.push_back(hours(mark(m).time_since_epoch()));
        return time;
    }

   private:
    Marks(Instant first, Instant end, Duration every) : first_(first), end_(end), every_(every) {}
    [[nodiscard]] Instant mark(std::size_t m) const { return first_ + every_ * static_cast<std::int64_t>(m); }

    Instant first_;
    Instant end_;
    Duration every_;
};

}  // namespace evsweep
