#include "sim/statistics/stage_rule.hpp"

#include <algorithm>
#include <cmath>

#include "evsweep/contracts.hpp"
#include "sim/statistics/shares.hpp"

namespace evsweep {

namespace {

constexpr double part_of_second_stage = 0.5;  ///< c of the header
constexpr std::size_t most_growth = 10;

/// The least number from `from` to `most` at which `is_enough`, which stays true once it is; `most` where it never is.
template <class IsEnough>
std::size_t first_enough(std::size_t from, std::size_t most, const IsEnough& is_enough) {
    std::size_t low = from;
    std::size_t high = from;
    while (high < most && !is_enough(high)) {
        low = high;
        high = std::min(most, 2 * high);
    }
    while (high - low > 1) {
        const std::size_t middle = low + (high - low) / 2;
        (is_enough(middle) ? high : low) = middle;
    }
    return high;
}

/// The half-width of the exact interval of a share in `trials`.
double share_half_width(double share, std::size_t trials, double confidence) {
    const auto events = static_cast<std::size_t>(std::llround(share * static_cast<double>(trials)));
    const ShareInterval interval = clopper_pearson(events, trials, confidence);
    const double mean = static_cast<double>(events) / static_cast<double>(trials);
    return std::max(interval.high - mean, mean - interval.low);
}

/// About that of Agresti and Min: the variance of one pair, and half a pair in each field of the table.
double paired_half_width(const Estimate& estimate, std::size_t pairs, double confidence) {
    const auto n = static_cast<double>(pairs);
    const double variance = estimate.deviation * estimate.deviation;
    return normal_two_sided(confidence) * std::sqrt(n * variance + 1.0) / (n + 2.0);
}

/// With a half-width in proportion to 1 / sqrt(n).
std::size_t size_by_square(const Estimate& estimate, double half_width, std::size_t most) {
    const double wanted = static_cast<double>(estimate.count) * std::pow(estimate.half_width() / half_width, 2.0);
    return wanted < static_cast<double>(most) ? static_cast<std::size_t>(std::ceil(wanted)) : most;
}

/// The size at which `half_width_of` a size, by the formula of the estimate's kind, has come down to `half_width`.
template <class HalfWidthOf>
std::size_t size_by(const HalfWidthOf& half_width_of, double half_width, std::size_t from, std::size_t most) {
    return first_enough(std::min(from, most), most, [&](std::size_t n) { return half_width_of(n) <= half_width; });
}

/// Of shares and of values that are alike, for more of them than there are: with fewer the events themselves would change.
std::size_t grown(const Estimate& estimate, double half_width, double confidence, std::size_t most) {
    const auto by = [&](const auto& half_width_of) { return size_by(half_width_of, half_width, estimate.count, most); };
    if (estimate.kind == IntervalKind::clopper_pearson)
        return by([&](std::size_t n) { return share_half_width(estimate.mean, n, confidence); });
    if (estimate.kind == IntervalKind::agresti_min)
        return by([&](std::size_t n) { return paired_half_width(estimate, n, confidence); });
    const double reach = estimate.half_width() / unseen_share(estimate.count, confidence);
    return by([&](std::size_t n) { return unseen_share(n, confidence) * reach; });
}

/// e of the header.
std::size_t made_up_for(double confidence) {
    const double z = normal_two_sided(confidence);
    return static_cast<std::size_t>(std::ceil((5.0 + z * z - part_of_second_stage) / (2.0 * part_of_second_stage)));
}

}  // namespace

std::optional<std::size_t> size_for(const Estimate& estimate, double half_width, double confidence, std::size_t most) {
    if (estimate.kind == IntervalKind::none || !std::isfinite(estimate.half_width())) return std::nullopt;
    if (half_width <= 0.0) return most;
    if (estimate.kind == IntervalKind::student || estimate.kind == IntervalKind::skewed)
        return size_by([&](std::size_t n) { return half_width_of_size(estimate, n, confidence); }, half_width, 3, most);
    if (estimate.half_width() <= half_width) return size_by_square(estimate, half_width, most);
    return grown(estimate, half_width, confidence, most);
}

std::size_t StageRule::plan(const Look& look) {
    EVSWEEP_EXPECTS(look.taken == planned_, "a stage is judged when it is complete");
    planned_ = std::min(most_, next(look));
    return planned_;
}

std::size_t StageRule::next(const Look& look) {
    const auto values = size_for(look.estimate, look.half_width, look.confidence, 2 * most_);  // of which a part is `most_`
    if (!values) return 2 * look.taken;
    const double per_value = static_cast<double>(look.taken) / static_cast<double>(look.estimate.count);
    const double replicas = per_value * static_cast<double>(*values);
    if (done_ == Stage::first) {
        const auto part = static_cast<std::size_t>(std::ceil(part_of_second_stage * replicas));
        if (part > most_growth * look.taken) return most_growth * look.taken;
        done_ = Stage::second;
        if (part > look.taken) return part;
    }
    const std::size_t more = made_up_for(look.confidence);
    const std::size_t all = static_cast<std::size_t>(std::ceil(replicas)) + more;
    if (done_ == Stage::second) {
        done_ = Stage::last;
        if (all > look.taken) return all;
    }
    if (look.estimate.half_width() <= look.half_width) return look.taken;
    return std::max(all, look.taken + std::max(more, look.taken / 20));
}

}  // namespace evsweep
