#include "solvers/discrete_charging/group_smoothing.hpp"

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <optional>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

class GroupExchange {
   public:
    GroupExchange(const DiscreteProblem& problem, std::span<std::uint8_t> on)
        : problem_(problem),
          on_(on),
          members_(problem.groups),
          before_(problem.groups, 0),
          order_(problem.slots),
          z_(problem.slots) {
        for (std::uint32_t n = 0; n < problem.vehicles.size(); ++n) {
            members_[problem.vehicles[n].group].push_back(n);
            if (problem.vehicles[n].was_on) ++before_[problem.vehicles[n].group];
        }
        for (const std::uint32_t vehicles : on_by_group(problem, on)) counts_.push_back(static_cast<int>(vehicles));
        for (std::uint32_t t = 0; t < problem.slots; ++t)
            for (std::uint32_t g = 0; g < problem.groups; ++g) room_.push_back(static_cast<int>(problem.room(t, g)));
    }

    std::uint32_t run() {
        std::uint32_t exchanges = 0;
        for (bool goes_on = true; goes_on;) {
            goes_on = false;
            for (std::uint32_t g = 0; g < problem_.groups; ++g)
                for (std::uint32_t h = g + 1; h < problem_.groups; ++h)
                    while (exchange(g, h)) ++exchanges, goes_on = true;
        }
        return exchanges;
    }

   private:
    [[nodiscard]] int count(std::int64_t t, std::uint32_t g) const {
        if (t < 0) return before_[g];
        return t < problem_.slots ? counts_[problem_.at(static_cast<std::uint32_t>(t), g)] : 0;
    }
    /// The second difference of a group's vehicles, with opposite sign.
    [[nodiscard]] int bend(std::uint32_t t, std::uint32_t g) const {
        const auto at = static_cast<std::int64_t>(t);
        return 2 * count(at, g) - count(at - 1, g) - count(at + 1, g);
    }

    /// The one that lowers the sum most, of those that are possible.
    bool exchange(std::uint32_t g, std::uint32_t h) {
        for (std::uint32_t t = 0; t < problem_.slots; ++t) z_[t] = bend(t, g) - bend(t, h);
        std::iota(order_.begin(), order_.end(), 0U);
        std::stable_sort(order_.begin(), order_.end(), [&](auto a, auto b) { return z_[a] > z_[b]; });
        int most = 0;
        std::uint32_t best_s = 0, best_t = 0;
        for (const std::uint32_t s : order_) {
            if (z_[s] - z_[order_.back()] - 4 <= most) break;
            for (auto t = order_.rbegin(); t != order_.rend(); ++t) {
                const int gain = z_[s] - z_[*t] - (is_next(s, *t) ? 6 : 4);
                if (z_[s] - z_[*t] - 4 <= most) break;
                if (gain > most && can_move(g, s, *t) && can_move(h, *t, s)) most = gain, best_s = s, best_t = *t;
            }
        }
        if (most <= 0) return false;
        move(g, best_s, best_t);
        move(h, best_t, best_s);
        return true;
    }

    [[nodiscard]] static bool is_next(std::uint32_t s, std::uint32_t t) { return s + 1 == t || t + 1 == s; }

    [[nodiscard]] bool can_move(std::uint32_t g, std::uint32_t from, std::uint32_t to) const {
        return counts_[problem_.at(to, g)] < room_[problem_.at(to, g)] && mover(g, from, to).has_value();
    }
    /// A vehicle of the group that is on in one slot and may be so in the other.
    [[nodiscard]] std::optional<std::uint32_t> mover(std::uint32_t g, std::uint32_t from, std::uint32_t to) const {
        for (const std::uint32_t n : members_[g]) {
            const DiscreteVehicle& v = problem_.vehicles[n];
            const std::uint8_t* const row = on_.data() + std::size_t{n} * problem_.slots;
            if (row[from] != 0 && row[to] == 0 && v.first <= to && to < v.end) return n;
        }
        return std::nullopt;
    }
    void move(std::uint32_t g, std::uint32_t from, std::uint32_t to) {
        const std::size_t n = *mover(g, from, to);
        on_[n * problem_.slots + from] = 0;
        on_[n * problem_.slots + to] = 1;
        --counts_[problem_.at(from, g)];
        ++counts_[problem_.at(to, g)];
    }

    const DiscreteProblem& problem_;
    std::span<std::uint8_t> on_;
    std::vector<std::vector<std::uint32_t>> members_;
    std::vector<int> before_, counts_, room_;
    std::vector<std::uint32_t> order_;
    std::vector<int> z_;
};

}  // namespace

std::uint32_t smooth_groups(const DiscreteProblem& problem, std::span<std::uint8_t> on) {
    EVSWEEP_EXPECTS(on.size() == problem.vehicles.size() * problem.slots, "a plan has a value for every vehicle and slot");
    return problem.groups > 1 ? GroupExchange(problem, on).run() : 0;
}

}  // namespace evsweep
