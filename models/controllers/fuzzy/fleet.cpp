#include "controllers/fuzzy/fleet.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

#include "evsweep/charging_need.hpp"

namespace evsweep {

namespace {

constexpr std::size_t width = FuzzyBlock::width;
/// Blocks that go through each loop one after the other: while one is written, the next is worked out.
constexpr std::size_t together = 4;
constexpr double never = -std::numeric_limits<double>::infinity();
using Row = FuzzyBlock::Row;

/// What a block's vehicles are seen to be, and what is worked out for them. The loops over a block have a fixed length
/// and no branches, so that compilers turn them into vector code on any processor; nothing in them depends on its width.
struct alignas(64) Sight {
    Row voltage_pu, soc, p_min_kw, p_max_kw;
    Row needed_h, left_h;
    Row voltage_share, soc_share, pressure_share;
    std::array<std::int32_t, width> corner;
    std::array<double, 2 * width> ends;
    Row wish_kw, power_kw;
};

void set_bit(std::uint32_t& bits, std::size_t k, bool is_set) {
    const std::uint32_t bit = 1U << k;
    bits = is_set ? bits | bit : bits & ~bit;
}

void copy_row(FuzzyBlock& to, std::size_t k, const FuzzyBlock& from, std::size_t m) {
    for (Row FuzzyBlock::*row : {&FuzzyBlock::target_soc, &FuzzyBlock::hours_per_soc, &FuzzyBlock::departure_h,
                                 &FuzzyBlock::full_kw, &FuzzyBlock::full_return_kw, &FuzzyBlock::redraw_h_per_kwh,
                                 &FuzzyBlock::minimum_kw, &FuzzyBlock::way, &FuzzyBlock::share, &FuzzyBlock::setpoint_kw})
        (to.*row)[k] = (from.*row)[m];
    to.connector[k] = from.connector[m];
    set_bit(to.stepped, k, (from.stepped >> m & 1U) != 0);
    set_bit(to.tapers, k, (from.tapers >> m & 1U) != 0);
}

[[gnu::always_inline]] inline void look(const FuzzyView& seen, const FuzzyBlock& block, std::size_t rows, Sight& sight) {
    if (rows < width) sight = {};
    for (std::size_t k = 0; k < rows; ++k) {
        const std::size_t i = block.connector[k].index();
        sight.soc[k] = seen.soc[i];
        sight.p_min_kw[k] = seen.p_min_kw[i];
        sight.p_max_kw[k] = seen.p_max_kw[i];
        sight.voltage_pu[k] = seen.voltage_pu.empty() ? 1.0 : seen.voltage_pu[i];
    }
}

/// How long each vehicle still has to charge, and how long it stays.
[[gnu::always_inline]] inline void reckon(const FuzzyView& seen, const FuzzyBlock& block, double now_h, Sight& sight) {
    for (std::size_t k = 0; k < width; ++k) {
        const double gap = block.target_soc[k] - sight.soc[k];
        const double charging_h = gap * block.hours_per_soc[k];
        sight.needed_h[k] = gap > 0.0 ? charging_h : 0.0;
        sight.left_h[k] = block.departure_h[k] - now_h;
    }
    for (std::uint32_t left = block.tapers, k = 0; left != 0; left >>= 1U, ++k)
        if ((left & 1U) != 0) sight.needed_h[k] = needed_h(seen, block.connector[k]);
}

/// Where each vehicle stands on the surface.
[[gnu::always_inline]] inline void place(const FuzzySurface& surface, Sight& sight) {
    const FuzzySurface::Scale by_voltage = surface.scale(FuzzyInput::voltage);
    const FuzzySurface::Scale by_soc = surface.scale(FuzzyInput::soc);
    const FuzzySurface::Scale by_pressure = surface.scale(FuzzyInput::time_pressure);
    const auto voltage_stride = static_cast<std::int32_t>(surface.voltage_stride());
    const auto soc_stride = static_cast<std::int32_t>(surface.soc_stride());
    for (std::size_t k = 0; k < width; ++k) {
        const double ratio = sight.needed_h[k] / sight.left_h[k];
        const double pressure = sight.needed_h[k] > 0.0 ? ratio : 0.0;
        const double voltage_at = by_voltage.position(sight.voltage_pu[k]);
        const double soc_at = by_soc.position(sight.soc[k]);
        const double pressure_at = by_pressure.position(pressure);
        const auto voltage_cell = static_cast<std::int32_t>(voltage_at);
        const auto soc_cell = static_cast<std::int32_t>(soc_at);
        const auto pressure_cell = static_cast<std::int32_t>(pressure_at);
        sight.voltage_share[k] = voltage_at - voltage_cell;
        sight.soc_share[k] = soc_at - soc_cell;
        sight.pressure_share[k] = pressure_at - pressure_cell;
        sight.corner[k] = voltage_cell * voltage_stride + soc_cell * soc_stride + pressure_cell;
    }
}

/// What the rules say at both ends of each vehicle's cell in time pressure, as a share of full power.
[[gnu::always_inline]] inline void look_up(const FuzzyLayer& layer, Sight& sight) {
    for (std::size_t k = 0; k < width; ++k) {
        const double* corner = layer.power.data() + sight.corner[k];
        const auto pair = [corner](std::size_t m) { return FuzzySurface::pair_at(corner + m); };
        layer.surface.ends(pair, sight.voltage_share[k], sight.soc_share[k])
            .copy_to(&sight.ends[2 * k], std::experimental::element_aligned);
    }
}

/// What the loops over blocks need to know of a decision.
struct Decision {
    double now_h;     ///< since the scenario's start
    double period_h;  ///< until the next decision on the period
    double next_way;  ///< share of the way that the next decision goes
    double deadband;
};

/// Moves every share towards what the rules say. One that by the next decision would have no time to spare is at once at full
/// power.
[[gnu::always_inline]] inline void approach(FuzzyBlock& block, const Decision& decision, const Sight& sight) {
    for (std::size_t k = 0; k < width; ++k) {
        const double rules = FuzzySurface::between(sight.ends[2 * k], sight.ends[2 * k + 1], sight.pressure_share[k]);
        const double nearer = FuzzySurface::between(block.share[k], rules, block.way[k]);
        const double late_below_h = sight.needed_h[k] > 0.0 ? sight.needed_h[k] : never;
        block.share[k] = sight.left_h[k] - decision.period_h <= late_below_h ? 1.0 : nearer;
        block.way[k] = decision.next_way;
    }
}

/// The next setpoint: a change smaller than the deadband is left out, unless it leads to rest or to full power.
[[gnu::always_inline]] inline double settled_kw(double power_kw, double before_kw, double full_kw, double deadband) {
    const double size_kw = std::abs(power_kw);
    const double settled = std::abs(power_kw - before_kw) < deadband * full_kw ? before_kw : power_kw;
    const double unless_full = size_kw < full_kw ? settled : power_kw;
    return size_kw > 0.0 ? unless_full : power_kw;
}

/// Makes a setpoint of every share: none within the deadband, nor one that returns what could not be drawn again in time.
[[gnu::always_inline]] inline void follow(FuzzyBlock& block, const Decision& decision, Sight& sight) {
    for (std::size_t k = 0; k < width; ++k) {
        const double share = block.share[k];
        const double returned_kw = -share * block.full_return_kw[k];
        const double cost_h = decision.period_h * (1.0 + returned_kw * block.redraw_h_per_kwh[k]);
        const double spare_h = sight.left_h[k] - decision.period_h - sight.needed_h[k] - cost_h;
        const double drawn_kw = share * block.full_kw[k];
        const double backward_kw = spare_h > 0.0 ? -returned_kw : 0.0;
        const double either_kw = share > 0.0 ? drawn_kw : backward_kw;
        const double wish_kw = std::abs(share) < decision.deadband ? 0.0 : either_kw;
        const double power_kw = admissible_kw(wish_kw, sight.p_min_kw[k], sight.p_max_kw[k], block.minimum_kw[k]);
        const double full_kw = power_kw < 0.0 ? block.full_return_kw[k] : block.full_kw[k];
        sight.wish_kw[k] = wish_kw;
        sight.power_kw[k] = settled_kw(power_kw, block.setpoint_kw[k], full_kw, decision.deadband);
    }
}

/// What a vehicle with a tapering battery returns: to draw it back takes the longer the fuller it is.
[[gnu::always_inline]] inline double returned_by_tapering_kw(const FuzzyView& seen, const FuzzyBlock& block, std::size_t k,
                                                             const Decision& decision, const Sight& sight) {
    const double returned_kw = -block.share[k] * block.full_return_kw[k];
    const double cost_h = laxity_cost_h(seen, block.connector[k], returned_kw, decision.period_h);
    return sight.left_h[k] - decision.period_h - sight.needed_h[k] > cost_h ? returned_kw : 0.0;
}

/// Chargers with levels take what they have a step for, and batteries that taper are reckoned with one by one.
[[gnu::always_inline]] inline void follow_one_by_one(const FuzzyView& seen, const FuzzyBlock& block, const Decision& decision,
                                                     Sight& sight) {
    for (std::uint32_t left = block.stepped | block.tapers, k = 0; left != 0; left >>= 1U, ++k) {
        if ((left & 1U) == 0) continue;
        const bool returns = (block.tapers >> k & 1U) != 0 && block.share[k] <= -decision.deadband && block.share[k] < 0.0;
        if (returns) sight.wish_kw[k] = -returned_by_tapering_kw(seen, block, k, decision, sight);
        const double power_kw = seen.admissible_kw(block.connector[k], sight.wish_kw[k]);
        const double full_kw = power_kw < 0.0 ? block.full_return_kw[k] : block.full_kw[k];
        sight.power_kw[k] = settled_kw(power_kw, block.setpoint_kw[k], full_kw, decision.deadband);
    }
}

/// Puts the new setpoints into the block and marks those that are not what they were.
[[gnu::always_inline]] inline void settle(FuzzyBlock& block, const Sight& sight) {
    std::uint32_t changed = 0;
    for (std::uint32_t k = 0; k < width; ++k) changed |= sight.power_kw[k] != block.setpoint_kw[k] ? 1U << k : 0U;
    block.changed = changed;
    block.setpoint_kw = sight.power_kw;
}

/// Steers up to `together` blocks of which all but the last are full. Compiled for three instruction sets, of which the loader
/// takes the best that the processor has; none fuses a product with a sum, so all give the same bits.
#if defined(__x86_64__) && defined(__ELF__)
[[gnu::target_clones("avx512f", "avx2", "default")]]
#endif
void steer_blocks(const FuzzyView& seen, const FuzzyLayer& layer, const Decision& given, std::span<FuzzyBlock> blocks,
                  std::size_t rows) {
    const Decision decision = given;
    std::array<Sight, together> sights;
    const std::size_t n = blocks.size();
    for (std::size_t b = 0; b < n; ++b) look(seen, blocks[b], std::min(width, rows - b * width), sights[b]);
    for (std::size_t b = 0; b < n; ++b) reckon(seen, blocks[b], decision.now_h, sights[b]);
    for (std::size_t b = 0; b < n; ++b) place(layer.surface, sights[b]);
    for (std::size_t b = 0; b < n; ++b) look_up(layer, sights[b]);
    for (std::size_t b = 0; b < n; ++b) approach(blocks[b], decision, sights[b]);
    for (std::size_t b = 0; b < n; ++b) follow(blocks[b], decision, sights[b]);
    for (std::size_t b = 0; b < n; ++b) {
        follow_one_by_one(seen, blocks[b], decision, sights[b]);
        settle(blocks[b], sights[b]);
    }
}

/// Reports what has changed in the order of rows. A processor cannot guess where that is, so it comes after all arithmetic,
/// where nothing waits for a wrong guess.
void tell_changes(const FuzzyBlock& block, std::size_t rows, Setpoints& setpoints) {
    for (std::uint32_t left = block.changed & ((1U << rows) - 1); left != 0; left &= left - 1) {
        const auto k = static_cast<std::size_t>(std::countr_zero(left));
        setpoints.set(block.connector[k], Kilowatts(block.setpoint_kw[k]));
    }
}

Decision decision_at(Instant now, const FuzzyPacing& pacing, double next_way) {
    return {hours(now.time_since_epoch()), hours(pacing.period), next_way, pacing.deadband};
}

}  // namespace

FuzzyFleet::FuzzyFleet(const FuzzyPacing& pacing, std::size_t connectors)
    : pacing_(pacing), way_per_period_(pacing.way_in(pacing.period)), place_(connectors, nowhere) {}

void FuzzyFleet::enter(const FuzzyView& seen, ConnectorId c) {
    leave(c);
    if (size_ == block_.size() * width) block_.emplace_back();
    FuzzyBlock& block = block_[size_ / width];
    const std::size_t k = size_ % width;
    const std::size_t i = c.index();
    const double full_kw = full_power_kw(seen, c);
    block.target_soc[k] = seen.target_soc[i];
    block.hours_per_soc[k] = seen.capacity_kwh[i] / seen.stored_per_drawn[i] / full_kw;
    block.departure_h[k] = hours(seen.stated_departure(c).time_since_epoch());
    block.full_kw[k] = full_kw;
    block.full_return_kw[k] = full_return_kw(seen, c);
    block.redraw_h_per_kwh[k] = seen.drawn_per_returned[i] / seen.stored_per_drawn[i] / full_kw;
    block.minimum_kw[k] = seen.connectors->minimum_power[i];
    block.way[k] = pacing_.way_in(pacing_.head_start);
    block.share[k] = block.setpoint_kw[k] = 0.0;
    block.connector[k] = c;
    set_bit(block.stepped, k, seen.connectors->level_set[i] != 0);
    set_bit(block.tapers, k, tapers_below(seen, c, seen.target_soc[i]));
    place_[i] = static_cast<std::uint32_t>(size_++);
}

void FuzzyFleet::leave(ConnectorId c) {
    const std::size_t hole = place_[c.index()];
    if (hole == nowhere) return;
    const std::size_t last = --size_;
    copy_row(block_[hole / width], hole % width, block_[last / width], last % width);
    place_[block_[hole / width].connector[hole % width].index()] = static_cast<std::uint32_t>(hole);
    place_[c.index()] = nowhere;
    set_bit(block_[last / width].stepped, last % width, false);
    set_bit(block_[last / width].tapers, last % width, false);
}

void FuzzyFleet::halt(ConnectorId c) {
    const std::size_t row = place_[c.index()];
    if (row != nowhere) block_[row / width].setpoint_kw[row % width] = 0.0;
}

void FuzzyFleet::steer(const FuzzyView& seen, const FuzzyLayer& layer, Setpoints& setpoints) {
    const std::size_t filled = (size_ + width - 1) / width;
    const Decision decision = decision_at(seen.now, pacing_, way_per_period_);
    for (std::size_t b = 0; b < filled; b += together) {
        const auto blocks = std::span(block_).subspan(b, std::min(together, filled - b));
        steer_blocks(seen, layer, decision, blocks, size_ - b * width);
    }
    for (std::size_t b = 0; b < filled; ++b) tell_changes(block_[b], std::min(width, size_ - b * width), setpoints);
}

void FuzzyFleet::steer(const FuzzyView& seen, const FuzzyLayer& layer, Setpoints& setpoints,
                       std::span<const ConnectorId> connectors) {
    const Duration until_next = pacing_.period - seen.now.time_since_epoch() % pacing_.period;
    const Decision decision = decision_at(seen.now, pacing_, pacing_.way_in(until_next));
    for (std::size_t first = 0; first < connectors.size(); first += width) {
        const auto some = connectors.subspan(first, std::min(width, connectors.size() - first));
        FuzzyBlock block;
        const auto row_of = [this](ConnectorId c) { return place_[c.index()]; };
        for (std::size_t k = 0; k < some.size(); ++k)
            copy_row(block, k, block_[row_of(some[k]) / width], row_of(some[k]) % width);
        steer_blocks(seen, layer, decision, {&block, 1}, some.size());
        tell_changes(block, some.size(), setpoints);
        for (std::size_t k = 0; k < some.size(); ++k)
            copy_row(block_[row_of(some[k]) / width], row_of(some[k]) % width, block, k);
    }
}

}  // namespace evsweep
