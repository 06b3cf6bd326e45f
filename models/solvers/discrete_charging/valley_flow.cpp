#include "solvers/discrete_charging/valley_flow.hpp"

#include <algorithm>
#include <numeric>

#include "evsweep/contracts.hpp"
#include "solvers/discrete_charging/bit_rows.hpp"

namespace evsweep {

namespace {

/// Nodes of the flow are numbered: vehicles, then (slot, group), then slots.
class ValleyFlow {
   public:
    explicit ValleyFlow(const DiscreteProblem& problem)
        : problem_(problem),
          vehicles_(static_cast<std::uint32_t>(problem.vehicles.size())),
          pairs_(problem.slots * problem.groups),
          free_(vehicles_, problem.slots),
          on_at_(pairs_, vehicles_),
          unseen_pairs_(problem.groups, problem.slots),
          unseen_vehicles_(1, vehicles_),
          in_group_(pairs_, 0),
          in_slot_(problem.slots, 0),
          from_(vehicles_ + pairs_ + problem.slots),
          seen_slot_(problem.slots, 0) {
        for (std::uint32_t n = 0; n < vehicles_; ++n)
            for (std::uint32_t t = problem.vehicles[n].first; t < problem.vehicles[n].end; ++t) free_.set(n, t);
        for (std::uint32_t t = 0; t < problem.slots; ++t) {
            for (std::uint32_t g = 0; g < problem.groups; ++g) room_.push_back(problem.room(t, g));
            slot_room_.push_back(problem.room(t));
        }
        queue_.reserve(from_.size());
    }

    ValleyPlan run() {
        ValleyPlan plan;
        std::vector<std::uint32_t> left_over;
        for (std::uint32_t n = 0; n < vehicles_; ++n) {
            plan.served.push_back(serve(n));
            if (plan.served.back() < problem_.vehicles[n].needed) left_over.push_back(n);
        }
        plan.on = on();
        plan.prices = prices();
        if (!left_over.empty()) plan.cut = cut_from(left_over);
        return plan;
    }

   private:
    std::uint32_t serve(std::uint32_t n) {
        std::uint32_t served = 0;
        while (served < problem_.vehicles[n].needed && serve_once(n)) ++served;
        return served;
    }

    [[nodiscard]] double cost_of_kth(std::uint32_t t, std::uint32_t k) const {
        return problem_.power_kw * (2.0 * problem_.base_kw[t] + problem_.power_kw * (2.0 * k - 1.0));
    }
    [[nodiscard]] bool has_room(std::uint32_t t) const { return in_slot_[t] < slot_room_[t]; }
    [[nodiscard]] std::uint32_t node_of_pair(std::size_t pair) const { return vehicles_ + static_cast<std::uint32_t>(pair); }
    [[nodiscard]] std::uint32_t node_of_slot(std::uint32_t t) const { return vehicles_ + pairs_ + t; }

    /// No vehicle can do better than the cheapest slot of all.
    [[nodiscard]] double cheapest_of_all() const {
        double least = no_limit_kw;
        for (std::uint32_t t = 0; t < problem_.slots; ++t)
            if (has_room(t)) least = std::min(least, cost_of_kth(t, in_slot_[t] + 1));
        return least;
    }

    /// One path from vehicle `n` to the cheapest slot that it reaches; false where it reaches none.
    bool serve_once(std::uint32_t n) {
        const double bound = cheapest_of_all();
        double least = no_limit_kw;
        std::uint32_t best = 0;
        search({&n, 1}, [&](std::uint32_t t) {
            if (!has_room(t)) return true;
            const double cost = cost_of_kth(t, in_slot_[t] + 1);
            if (cost < least) least = cost, best = t;
            return least > bound;
        });
        if (least == no_limit_kw) return false;
        ++in_slot_[best];
        for (std::uint32_t node = node_of_slot(best); node != n; node = from_[node]) push(from_[node], node);
        return true;
    }

    /// Breadth first along arcs that are not full, from vehicles; `reached(slot)` says whether to go on.
    template <class Reached>
    void search(std::span<const std::uint32_t> starts, const Reached& reached) {
        unseen_pairs_.fill();
        unseen_vehicles_.fill();
        std::fill(seen_slot_.begin(), seen_slot_.end(), std::uint8_t{0});
        queue_.assign(starts.begin(), starts.end());
        for (const std::uint32_t n : starts) unseen_vehicles_.clear(0, n);
        for (std::size_t i = 0; i < queue_.size(); ++i) {
            const std::uint32_t node = queue_[i];
            if (node < vehicles_) {
                look_from_vehicle(node);
            } else if (node < vehicles_ + pairs_) {
                look_from_pair(node - vehicles_);
            } else {
                const std::uint32_t t = node - vehicles_ - pairs_;
                if (!reached(t)) return;
                look_from_slot(t);
            }
        }
    }

    void reach(std::uint32_t node, std::uint32_t from) {
        from_[node] = from;
        queue_.push_back(node);
    }

    void look_from_vehicle(std::uint32_t n) {
        const std::uint32_t g = problem_.vehicles[n].group;
        free_.take_common(n, unseen_pairs_, g, [&](std::uint32_t t) { reach(node_of_pair(problem_.at(t, g)), n); });
    }
    void look_from_pair(std::uint32_t pair) {
        const std::uint32_t t = pair / problem_.groups;
        if (in_group_[pair] < room_[pair] && seen_slot_[t] == 0) {
            seen_slot_[t] = 1;
            reach(node_of_slot(t), node_of_pair(pair));
        }
        on_at_.take_common(pair, unseen_vehicles_, 0, [&](std::uint32_t n) { reach(n, node_of_pair(pair)); });
    }
    void look_from_slot(std::uint32_t t) {
        for (std::uint32_t g = 0; g < problem_.groups; ++g) {
            const std::size_t pair = problem_.at(t, g);
            if (in_group_[pair] == 0 || !unseen_pairs_.has(g, t)) continue;
            unseen_pairs_.clear(g, t);
            reach(node_of_pair(pair), node_of_slot(t));
        }
    }

    /// One unit along an arc of the residual network.
    void push(std::uint32_t from, std::uint32_t to) {
        const std::uint32_t last_pair = vehicles_ + pairs_;
        if (from < vehicles_) {
            const std::uint32_t pair = to - vehicles_;
            free_.clear(from, pair / problem_.groups);
            on_at_.set(pair, from);
        } else if (to < vehicles_) {
            const std::uint32_t pair = from - vehicles_;
            free_.set(to, pair / problem_.groups);
            on_at_.clear(pair, to);
        } else if (to >= last_pair) {
            ++in_group_[from - vehicles_];
        } else {
            --in_group_[to - vehicles_];
        }
    }

    [[nodiscard]] OnOff on() const {
        OnOff on(std::size_t{vehicles_} * problem_.slots, 0);
        for (std::uint32_t pair = 0; pair < pairs_; ++pair)
            on_at_.each(pair, [&](std::uint32_t n) { on[std::size_t{n} * problem_.slots + pair / problem_.groups] = 1; });
        return on;
    }

    /// Distances to the sink in the residual network: backward from slots with room, the cheapest first. What does not reach it
    /// pays more than any slot costs.
    [[nodiscard]] FlowPrices prices() {
        std::vector<std::uint32_t> order;
        double dearest = 0.0;
        for (std::uint32_t t = 0; t < problem_.slots; ++t) {
            dearest = std::max(dearest, cost_of_kth(t, in_slot_[t] + 1));
            if (has_room(t)) order.push_back(t);
        }
        const auto price_of = [&](std::uint32_t t) { return cost_of_kth(t, in_slot_[t] + 1); };
        std::stable_sort(order.begin(), order.end(), [&](auto a, auto b) { return price_of(a) < price_of(b); });
        price_.assign(from_.size(), no_limit_kw);
        for (const std::uint32_t t : order) spread_back(node_of_slot(t), price_of(t));
        for (double& price : price_) price = std::min(price, dearest);
        const auto pairs = price_.begin() + vehicles_, slots = pairs + pairs_;
        return {{price_.begin(), pairs}, {pairs, slots}, {slots, price_.end()}};
    }

    void spread_back(std::uint32_t start, double price) {
        const auto reach_back = [&](std::uint32_t node) {
            if (price_[node] != no_limit_kw) return;
            price_[node] = price;
            queue_.push_back(node);
        };
        queue_.clear();
        reach_back(start);
        for (std::size_t i = 0; i < queue_.size(); ++i) {
            const std::uint32_t node = queue_[i];
            if (node < vehicles_) {
                const DiscreteVehicle& v = problem_.vehicles[node];
                for (std::uint32_t t = v.first; t < v.end; ++t)
                    if (!free_.has(node, t)) reach_back(node_of_pair(problem_.at(t, v.group)));
            } else if (node < vehicles_ + pairs_) {
                const std::uint32_t pair = node - vehicles_, t = pair / problem_.groups, g = pair % problem_.groups;
                if (in_group_[pair] > 0) reach_back(node_of_slot(t));
                for (std::uint32_t n = 0; n < vehicles_; ++n)
                    if (problem_.vehicles[n].group == g && free_.has(n, t)) reach_back(n);
            } else {
                const std::uint32_t t = node - vehicles_ - pairs_;
                for (std::uint32_t g = 0; g < problem_.groups; ++g)
                    if (in_group_[problem_.at(t, g)] < room_[problem_.at(t, g)]) reach_back(node_of_pair(problem_.at(t, g)));
            }
        }
    }

    [[nodiscard]] MinimumCut cut_from(std::span<const std::uint32_t> left_over) {
        search(left_over, [](std::uint32_t) { return true; });
        std::sort(queue_.begin(), queue_.end());
        MinimumCut cut;
        for (const std::uint32_t node : queue_) {
            if (node < vehicles_)
                cut.vehicles.push_back(node);
            else if (node < vehicles_ + pairs_)
                cut.group_slots.push_back({(node - vehicles_) / problem_.groups, (node - vehicles_) % problem_.groups});
            else
                cut.slots.push_back(node - vehicles_ - pairs_);
        }
        return cut;
    }

    const DiscreteProblem& problem_;
    std::uint32_t vehicles_, pairs_;
    BitRows free_;             ///< [vehicle]: slots of its window in which it is off
    BitRows on_at_;            ///< [slot and group]: vehicles that are on
    BitRows unseen_pairs_;     ///< [group]: slots that a search has not reached
    BitRows unseen_vehicles_;  ///< one row
    std::vector<std::uint32_t> room_, slot_room_, in_group_, in_slot_;
    std::vector<std::uint32_t> from_;  ///< by node: the one before on the way there
    std::vector<std::uint32_t> queue_;
    std::vector<std::uint8_t> seen_slot_;
    std::vector<double> price_;
};

}  // namespace

std::uint64_t ValleyPlan::served_slots() const { return std::accumulate(served.begin(), served.end(), std::uint64_t{0}); }

ValleyPlan fill_valley(const DiscreteProblem& problem) {
    const auto faults = faults_of(problem);
    EVSWEEP_EXPECTS(faults.empty(), faults.front());
    return ValleyFlow(problem).run();
}

}  // namespace evsweep
