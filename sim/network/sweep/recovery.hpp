/// What a reduced network did not sweep, found from what it did: free functions on columns, like the sweep itself.
///
/// Symbols as in sweep.hpp. Of the full network, V and J are known at the conductors that were kept. At the others
///   J_c = sum of (T_k)_rc J_r over the rows r that conductor c feeds, from the ends to the source;
///   V_r = sum of (T_k)_rc V_c over the conductors c that feed r, less (W_k J_k)_r, from the source to the ends.
/// Nothing is drawn there, so this is all, and it is exact.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "sim/network/sweep/sweep.hpp"

namespace evsweep {

/// A conductor that was left out and carries current, and the rows that it feeds at one bus; one entry per bus.
struct LeftOutCurrent {
    std::uint32_t conductor = 0;
    std::uint32_t first = 0;  ///< conductor of the first of these rows
    std::uint32_t t = 0;      ///< place of the conductor's column of T_k, in that row
    std::uint8_t conductors = 1;
    std::uint8_t above = 1;  ///< from a row of T_k to the next
};

/// A conductor that was left out, with the parts of its rows of T_k and W_k outside of which there are only zeros or no currents.
struct LeftOutVoltage {
    std::uint32_t conductor = 0;
    std::uint32_t first = 0;      ///< conductor of its bus whose current makes it drop
    std::uint32_t feeders = 0;    ///< place in `up` of the first that feeds it
    std::uint32_t t = 0;          ///< place of the entry for that
    std::uint32_t w = 0;          ///< place of the entry for `first`
    std::uint8_t conductors = 0;  ///< that make it drop
    std::uint8_t above = 0;       ///< that feed it
};

/// What there is to recover. All numbers but those of `kept` are places in the full network.
struct Recovery {
    std::span<const std::uint32_t> kept;       ///< conductor of the full network, by conductor of the reduced one
    std::span<const LeftOutVoltage> voltages;  ///< all that were left out, from the source to the ends
    std::span<const LeftOutCurrent> currents;  ///< of those that carry any, from the source to the ends
};

/// J at conductors that were left out; at those that were kept it must be there.
template <class Lane>
inline void recover_currents(const SweepNetwork& full, const Recovery& recovery, const SweepState<Lane>& all) {
    for (const LeftOutVoltage& dead : recovery.voltages) all.i_re[dead.conductor] = all.i_im[dead.conductor] = Lane{};
    for (std::size_t k = recovery.currents.size(); k-- > 0;) {
        const LeftOutCurrent& at = recovery.currents[k];
        Lane jr = all.i_re[at.conductor];
        Lane ji = all.i_im[at.conductor];
        for (std::size_t row = 0; row < at.conductors; ++row) {
            const double tr = full.t_re[at.t + row * at.above];
            const double ti = full.t_im[at.t + row * at.above];
            jr = jr + tr * all.i_re[at.first + row] - ti * all.i_im[at.first + row];
            ji = ji + tr * all.i_im[at.first + row] + ti * all.i_re[at.first + row];
        }
        all.i_re[at.conductor] = jr;
        all.i_im[at.conductor] = ji;
    }
}

/// V at conductors that were left out; at those that were kept it must be there, and J everywhere.
template <class Lane>
inline void recover_voltages(const SweepNetwork& full, const Recovery& recovery, const SweepState<Lane>& all) {
    for (const LeftOutVoltage& at : recovery.voltages) {
        Lane vr{};
        Lane vi{};
        for (std::size_t col = 0; col < at.conductors; ++col) {
            const double wr = full.w_re[at.w + col];
            const double wi = full.w_im[at.w + col];
            vr = vr - wr * all.i_re[at.first + col] + wi * all.i_im[at.first + col];
            vi = vi - wr * all.i_im[at.first + col] - wi * all.i_re[at.first + col];
        }
        for (std::size_t col = 0; col < at.above; ++col) {
            const double tr = full.t_re[at.t + col];
            const double ti = full.t_im[at.t + col];
            const std::size_t parent = full.up[at.feeders + col];
            vr = vr + tr * all.v_re[parent] - ti * all.v_im[parent];
            vi = vi + tr * all.v_im[parent] + ti * all.v_re[parent];
        }
        all.v_re[at.conductor] = vr;
        all.v_im[at.conductor] = vi;
    }
}

/// All V and J of the full network from those of the reduced one, which are passed on bit for bit. The place for the earth
/// is left alone.
template <class Lane>
inline void recover(const SweepNetwork& full, const Recovery& recovery, const SweepState<Lane>& reduced,
                    const SweepState<Lane>& all) {
    for (std::size_t c = 0; c < recovery.kept.size(); ++c) {
        const std::size_t place = recovery.kept[c];
        all.v_re[place] = reduced.v_re[c];
        all.v_im[place] = reduced.v_im[c];
        all.i_re[place] = reduced.i_re[c];
        all.i_im[place] = reduced.i_im[c];
    }
    recover_currents(full, recovery, all);
    recover_voltages(full, recovery, all);
}

}  // namespace evsweep
