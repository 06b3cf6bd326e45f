#include "solvers/discrete_charging/run_merging.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

/// SplitMix64 (Steele, Lea, Flood, "Fast splittable pseudorandom number generators", 2014): one stream per call of merge_runs.
class MergeDraws {
   public:
    explicit MergeDraws(std::uint64_t seed) : state_(seed) {}

    std::uint64_t word() {
        std::uint64_t z = (state_ += 0x9E3779B97F4A7C15U);
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31);
    }
    /// Below `count` (< 2^32), to a bias of count / 2^32.
    std::uint32_t below(std::uint32_t count) { return static_cast<std::uint32_t>(((word() >> 32) * count) >> 32); }
    bool coin() {
        if (left_ == 0) bits_ = word(), left_ = 64;
        --left_;
        const bool heads = (bits_ & 1) != 0;
        bits_ >>= 1;
        return heads;
    }

   private:
    std::uint64_t state_;
    std::uint64_t bits_ = 0;
    int left_ = 0;
};

using Runs = std::uint16_t;
constexpr Runs impossible = 30000;  // more runs than slots

/// What changes of owner cost: [owner of the slot before][owner of this slot], in runs that begin. Owner 0 is the first vehicle.
using Turnover = std::array<std::array<Runs, 2>, 2>;

class RunMerger {
   public:
    RunMerger(const DiscreteProblem& problem, std::span<const std::uint8_t> on, std::uint64_t seed)
        : problem_(problem), width_(problem.slots + 2), rows_(problem.vehicles.size() * width_, 0), draws_(seed) {
        for (std::size_t n = 0; n < problem.vehicles.size(); ++n) {
            rows_[n * width_] = problem.vehicles[n].was_on ? 1 : 0;
            std::copy_n(on.begin() + static_cast<std::ptrdiff_t>(n * problem.slots), problem.slots, row(n) + 1);
        }
        for (auto& table : runs_) table.resize(std::size_t{problem.slots} * (width_ + 1));
        slots_.reserve(problem.slots);
    }

    /// Of all pairs of one group, in random order.
    void sweep(std::vector<std::pair<std::uint32_t, std::uint32_t>>& pairs) {
        for (std::size_t i = pairs.size(); i > 1; --i)
            std::swap(pairs[i - 1], pairs[draws_.below(static_cast<std::uint32_t>(i))]);
        for (const auto& [a, b] : pairs) share_out(a, b);
    }

    void put_into(std::span<std::uint8_t> on) {
        for (std::size_t n = 0; n < problem_.vehicles.size(); ++n)
            std::copy_n(row(n) + 1, problem_.slots, on.begin() + static_cast<std::ptrdiff_t>(n * problem_.slots));
    }

    [[nodiscard]] std::uint32_t runs() const {
        std::uint32_t sum = 0;
        for (std::size_t n = 0; n < problem_.vehicles.size(); ++n)
            for (std::size_t i = n * width_ + 1; i < (n + 1) * width_; ++i) sum += rows_[i] & (rows_[i - 1] ^ 1U);
        return sum;
    }

   private:
    /// Slot t stands at t + 1, between the state before the first slot and the one after the last.
    std::uint8_t* row(std::size_t n) { return rows_.data() + n * width_; }
    Runs* table(int owner, std::size_t slot) { return runs_[static_cast<std::size_t>(owner)].data() + slot * (width_ + 1) + 1; }

    void share_out(std::uint32_t first, std::uint32_t second) {
        a_ = row(first);
        b_ = row(second);
        if (!find_slots(problem_.vehicles[first], problem_.vehicles[second])) return;
        count_runs_of_all_ways();
        choose_one();
    }

    /// The slots that can be handed out, and how many of them the first vehicle gets; false where there is but one way.
    bool find_slots(const DiscreteVehicle& a, const DiscreteVehicle& b) {
        slots_.clear();
        share_ = 0;
        const std::uint32_t end = std::min(a.end, b.end) + 1;
        for (std::uint32_t i = std::max(a.first, b.first) + 1; i < end; ++i) {
            if (a_[i] == b_[i]) continue;
            slots_.push_back(i);
            share_ += a_[i];
        }
        return share_ > 0 && share_ < slots_.size();
    }

    /// Runs that begin behind slot `from`, up to and including slot `to`, and depend on who owns them.
    [[nodiscard]] Turnover turnover(std::uint32_t from, std::uint32_t to) const {
        if (to == from + 1) return {{{0, 1}, {1, 0}}};
        const Runs begins_a = a_[to - 1] ^ 1U, begins_b = b_[to - 1] ^ 1U;  // where the owner of `to` was off before
        const Runs goes_on_a = a_[from + 1], goes_on_b = b_[from + 1];      // where who does not own `from` is on behind it
        const auto sum = [](Runs x, Runs y) { return static_cast<Runs>(x + y); };
        return {{{sum(goes_on_b, begins_a), sum(goes_on_b, begins_b)}, {sum(goes_on_a, begins_a), sum(goes_on_a, begins_b)}}};
    }

    /// table(owner, s)[j]: fewest runs up to slot s where `owner` has it and the first vehicle has j of those so far.
    void count_runs_of_all_ways() {
        const std::size_t width = share_ + 2;
        for (const int owner : {0, 1}) std::fill_n(table(owner, 0) - 1, width, impossible);
        table(0, 0)[1] = a_[slots_[0] - 1] ^ 1U;
        table(1, 0)[0] = b_[slots_[0] - 1] ^ 1U;
        turnovers_.resize(slots_.size());
        for (std::size_t s = 1; s < slots_.size(); ++s) {
            const Turnover cost = turnovers_[s] = turnover(slots_[s - 1], slots_[s]);
            const Runs *const from_a = table(0, s - 1), *const from_b = table(1, s - 1);
            Runs *const to_a = table(0, s), *const to_b = table(1, s);
            to_a[-1] = to_b[-1] = to_a[0] = impossible;
            to_b[0] = static_cast<Runs>(std::min(from_a[0] + cost[0][1], from_b[0] + cost[1][1]));
            for (std::size_t j = 1; j <= share_; ++j) {
                to_a[j] = static_cast<Runs>(std::min(from_a[j - 1] + cost[0][0], from_b[j - 1] + cost[1][0]));
                to_b[j] = static_cast<Runs>(std::min(from_a[j] + cost[0][1], from_b[j] + cost[1][1]));
            }
        }
    }

    /// Backward along fewest runs, by coin where two ways are equal.
    void choose_one() {
        std::size_t s = slots_.size() - 1;
        std::uint32_t j = share_;
        const std::uint32_t last = slots_[s];
        int owner = cheaper(table(0, s)[j] + b_[last + 1], table(1, s)[j] + a_[last + 1]);
        while (true) {
            a_[slots_[s]] = owner == 0 ? 1 : 0;
            b_[slots_[s]] = owner == 0 ? 0 : 1;
            if (owner == 0) --j;
            if (s == 0) return;
            const Turnover& cost = turnovers_[s];
            const auto to = static_cast<std::size_t>(owner);
            --s;
            owner = cheaper(table(0, s)[j] + cost[0][to], table(1, s)[j] + cost[1][to]);
        }
    }
    int cheaper(int runs_of_first, int runs_of_second) {
        if (runs_of_first == runs_of_second) return draws_.coin() ? 1 : 0;
        return runs_of_first < runs_of_second ? 0 : 1;
    }

    const DiscreteProblem& problem_;
    std::size_t width_;
    std::vector<std::uint8_t> rows_;
    MergeDraws draws_;
    std::uint8_t *a_ = nullptr, *b_ = nullptr;
    std::vector<std::uint32_t> slots_;
    std::uint32_t share_ = 0;
    std::array<std::vector<Runs>, 2> runs_;
    std::vector<Turnover> turnovers_;
};

std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs_of_groups(const DiscreteProblem& problem) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> pairs;
    for (std::uint32_t a = 0; a < problem.vehicles.size(); ++a)
        for (std::uint32_t b = a + 1; b < problem.vehicles.size(); ++b)
            if (problem.vehicles[a].group == problem.vehicles[b].group) pairs.emplace_back(a, b);
    return pairs;
}

}  // namespace

std::vector<std::uint32_t> merge_runs(const DiscreteProblem& problem, std::span<std::uint8_t> on, const MergeOptions& options) {
    EVSWEEP_EXPECTS(on.size() == problem.vehicles.size() * problem.slots, "a plan has a value for every vehicle and slot");
    EVSWEEP_EXPECTS(problem.slots < impossible / 4, "runs are counted in 16 bits");
    std::vector<std::uint32_t> runs;
    if (options.sweeps == 0) return runs;
    RunMerger merger(problem, on, options.seed);
    auto pairs = pairs_of_groups(problem);
    for (std::uint32_t sweep = 0; sweep < options.sweeps; ++sweep) {
        options.stop.obey();
        merger.sweep(pairs);
        runs.push_back(merger.runs());
    }
    merger.put_into(on);
    return runs;
}

}  // namespace evsweep
