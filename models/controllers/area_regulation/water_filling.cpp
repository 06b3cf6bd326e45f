#include "controllers/area_regulation/water_filling.hpp"

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

/// u of a share between its bounds.
double free_kw(const RegulationShare& share, double nu) { return (nu / (2.0 * share.soc_per_kw) - share.gap) / share.soc_per_kw; }

double kw_at(const RegulationShare& share, double nu) { return std::clamp(free_kw(share, nu), share.lo_kw, share.hi_kw); }

/// The multiplier at which a share gives `kw`.
double multiplier_at(const RegulationShare& share, double kw) {
    return 2.0 * share.soc_per_kw * (share.gap + share.soc_per_kw * kw);
}

bool is_between(const RegulationShare& share, double kw) { return kw > share.lo_kw && kw < share.hi_kw; }

/// Gives those between their bounds equal parts of what is missing, until nothing is or nobody can.
void spread_rest(double request_kw, std::span<const RegulationShare> shares, std::span<double> u_kw) {
    constexpr int most_rounds = 3;  // a round goes on only where somebody has come to a bound
    for (int round = 0; round < most_rounds; ++round) {
        double rest = request_kw;
        std::size_t free = 0;
        for (std::size_t i = 0; i < shares.size(); ++i) {
            rest -= u_kw[i];
            free += is_between(shares[i], u_kw[i]) ? 1U : 0U;
        }
        if (rest == 0.0 || free == 0) return;
        const double part = rest / static_cast<double>(free);
        for (std::size_t i = 0; i < shares.size(); ++i)
            if (is_between(shares[i], u_kw[i])) u_kw[i] = std::clamp(u_kw[i] + part, shares[i].lo_kw, shares[i].hi_kw);
    }
}

}  // namespace

RegulationCapacity capacity_of(std::span<const RegulationShare> shares) {
    RegulationCapacity sum;
    for (const RegulationShare& share : shares) {
        sum.down_kw += share.lo_kw;
        sum.up_kw += share.hi_kw;
    }
    return sum;
}

double WaterFilling::fill(double request_kw, std::span<const RegulationShare> shares, std::span<double> u_kw) {
    if (shares.empty()) return 0.0;
    const double nu = search(request_kw, shares);
    for (std::size_t i = 0; i < shares.size(); ++i) u_kw[i] = kw_at(shares[i], nu);
    spread_rest(request_kw, shares, u_kw);
    return nu;
}

double WaterFilling::search(double request_kw, std::span<const RegulationShare> shares) {
    open_.clear();
    settled_kw_ = 0.0;
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (const RegulationShare& share : shares) {
        open_.push_back({multiplier_at(share, share.lo_kw), multiplier_at(share, share.hi_kw),
                         0.5 / (share.soc_per_kw * share.soc_per_kw), share.lo_kw, share.hi_kw});
        low = std::min(low, open_.back().from);
        high = std::max(high, open_.back().to);
    }
    for (bool is_straight = false; !is_straight;) {
        const double middle = low + 0.5 * (high - low);
        if (middle <= low || middle >= high) break;  // no number lies between
        (sum_at(middle) < request_kw ? low : high) = middle;
        is_straight = settle(low, high);
    }
    double slope = 0.0, at_low = settled_kw_;
    for (const Open& open : open_) {
        slope += open.slope;
        at_low += open.lo_kw + open.slope * (low - open.from);
    }
    return slope > 0.0 ? std::clamp(low + (request_kw - at_low) / slope, low, high) : high;
}

double WaterFilling::sum_at(double nu) const {
    double sum = settled_kw_;
    for (const Open& open : open_) sum += std::min(open.hi_kw, open.lo_kw + open.slope * std::max(0.0, nu - open.from));
    return sum;
}

/// Takes out who is at a bound from `low` to `high`; whether all others are between their bounds throughout.
bool WaterFilling::settle(double low, double high) {
    bool is_straight = true;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < open_.size(); ++i) {
        const Open open = open_[i];
        if (open.to <= low) {
            settled_kw_ += open.hi_kw;
        } else if (open.from >= high) {
            settled_kw_ += open.lo_kw;
        } else {
            is_straight = is_straight && open.from <= low && open.to >= high;
            open_[kept++] = open;
        }
    }
    open_.resize(kept);
    return is_straight;
}

void share_in_proportion(double request_kw, std::span<const RegulationShare> shares, std::span<double> u_kw) {
    const RegulationCapacity capacity = capacity_of(shares);
    const double all_kw = request_kw > 0.0 ? capacity.up_kw : capacity.down_kw;
    const double part = all_kw != 0.0 ? request_kw / all_kw : 0.0;
    for (std::size_t i = 0; i < shares.size(); ++i) u_kw[i] = part * (request_kw > 0.0 ? shares[i].hi_kw : shares[i].lo_kw);
}

}  // namespace evsweep
