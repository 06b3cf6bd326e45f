/// A solved load flow as linear rows in the power that is drawn at some places: the analytic derivative, any phases, any loads.
#pragma once

#include <array>
#include <complex>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/linear_grid.hpp"
#include "sim/network/sweep/instruction_set.hpp"
#include "sim/network/sweep/lane_kernel.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// Keeps the columns that it works on: from the second linearisation of a network on nothing is allocated, but for the buffers of
/// one matrix product where there are many places. Belongs to one thread.
class LinearLoadFlow {
   public:
    using Complex = std::complex<double>;

    /// `drawn_together`: by place of the grid, the places of load flows (DrawingPlaces) that share its power in equal parts.
    LinearLoadFlow(const Feeder& feeder, std::vector<std::vector<std::uint32_t>> drawn_together,
                   InstructionSet set = instruction_set_in_use());

    /// From now on the places of the grid are these, and no voltages at them have rows.
    void draw_together(std::vector<std::vector<std::uint32_t>> places) {
        drawn_together_ = std::move(places);
        chargers_.clear();
    }
    /// A voltage that a charger at a place sees: across two conductors of the swept network (or one and the earth).
    struct ChargerPair {
        std::uint32_t plus = 0;
        std::uint32_t minus = 0;
        double nominal_pu = 1.0;
    };
    /// From now on voltages at the places have rows, too: of each place the mean over its pairs, in pu of their nominal values.
    /// Pairs are in the order of the places that share the power there.
    void show_chargers(std::vector<std::vector<ChargerPair>> pairs) { chargers_ = std::move(pairs); }

    [[nodiscard]] std::size_t places() const { return drawn_together_.size(); }
    /// Voltages that have a row, by FeederSite::supply: all that are held to the band; of the two ends of a loop one.
    [[nodiscard]] std::span<const std::uint32_t> voltages() const { return voltages_; }
    /// Loadings are first currents, of conductors with a rating (FeederSite::rating_a), at the end that LoadFlow::current_a
    /// measures;
    [[nodiscard]] std::span<const std::uint32_t> currents() const { return currents_; }
    /// then apparent powers into transformers with a rated power, at their `from` ends.
    [[nodiscard]] std::span<const BranchId> transformers() const { return transformers_; }

    /// Fills all of `grid` but the power at its operating point, which is what `solved` (converged) draws. False, and `grid`
    /// means nothing, where the derivative does not settle, so near to the limit of what the feeder can carry.
    [[nodiscard]] bool linearise(const LoadFlow& solved, LinearGrid& grid);
    /// Voltages at the places as they follow small powers in a feeder that is at its nominal voltages everywhere: what its
    /// admittances alone say. With Z the impedances between pairs of conductors m and n, the source and all loads at rest,
    ///   dV_m = -Re(exp(j (th_n - th_m)) Z_mn (p - j q)) / (U_m U_n)
    /// where U and th are nominal sizes and angles; these are the angles of `unloaded` (solved without any load) rounded to whole
    /// multiples of 30 degrees. `rows.value` are 1. False where the derivative does not settle.
    [[nodiscard]] bool linearise_nominal(const LoadFlow& unloaded, LinearRows& rows);

   private:
    /// The current of a row, and the factor that makes it a share of its rating, real at the operating point.
    struct CurrentRow {
        std::uint32_t bus = 0;
        LoadFlow::CurrentEnd end;
        Complex weight;
    };
    /// The same for the power into a branch at one end, with the conductors and their currents there.
    struct PowerRow {
        std::uint32_t bus = 0;  ///< the lower one
        bool is_above = false;  ///< which end
        Complex weight;
        std::array<Complex, 6> current{};
    };
    /// What one place of the load flow draws at the solved voltage per kW and kvar that it would draw at the rated one.
    struct PlaceSlope {
        std::uint32_t plus = 0;
        std::uint32_t minus = 0;
        Complex per_kw, per_kvar;  ///< current
        double kw_per_kw = 1.0;
    };
    /// How the active power of a load follows the voltage across: dP = Re(weight du).
    struct PowerSlope {
        std::uint32_t plus = 0;
        std::uint32_t minus = 0;
        Complex weight;
    };

    void make_room(const LoadFlow& solved);
    void find_slopes(const LoadFlow& solved);
    void add_place(const LoadFlow& solved, std::size_t place, const Port& port, const LoadLaw& law);
    void shape(LinearGrid& grid) const;
    void write_values(const LoadFlow& solved, LinearGrid& grid);
    void write_chargers(const LoadFlow& solved, LinearRows& rows);
    void write_charger_column(std::size_t column, LinearRows& rows) const;
    void take_nominal_voltages(const LoadFlow& unloaded);
    void write_current(const LoadFlow& solved, std::size_t row, LinearRows& along);
    void write_power(const LoadFlow& solved, std::size_t row, LinearRows& along);
    [[nodiscard]] bool follow_columns(std::size_t first);
    void draw(std::size_t column, std::size_t lane, double share);
    void show_column(std::size_t column);
    void keep_for_curvature(const LoadFlow& solved, std::size_t column);
    void write_column(const LoadFlow& solved, std::size_t column, LinearGrid& grid);
    void write_balance(const LoadFlow& solved, std::size_t column, LinearGrid& grid) const;
    [[nodiscard]] double drawn_kw_change(const LoadFlow& solved, std::size_t column) const;
    void write_curvature(LinearGrid& grid) const;

    [[nodiscard]] std::size_t columns() const { return 2 * places(); }
    [[nodiscard]] std::size_t place_of(std::size_t column) const { return column % places(); }
    [[nodiscard]] bool is_active(std::size_t column) const { return column < places(); }
    [[nodiscard]] Complex change_at(std::size_t c) const { return {v_re_[c], v_im_[c]}; }
    /// [row][place] of a column.
    [[nodiscard]] double& entry(LinearRows& rows, std::size_t row, std::size_t column) const {
        return (is_active(column) ? rows.per_kw : rows.per_kvar)[row * places() + place_of(column)];
    }

    const Feeder& feeder_;
    std::vector<std::vector<std::uint32_t>> drawn_together_;
    std::vector<std::vector<ChargerPair>> chargers_;  ///< by place of the grid; empty: not told
    std::vector<std::uint32_t> voltages_, currents_;
    std::vector<BranchId> transformers_;

    // The operating point.
    SmallChange change_;
    std::vector<double> at_rest_;            ///< the source
    std::vector<CurrentSlope> earth_slope_;  ///< by conductor that is swept, and the earth
    std::vector<EarthSlope> to_earth_;
    std::vector<PairSlope> between_;
    std::vector<PowerSlope> power_slopes_;
    std::vector<PlaceSlope> place_slopes_;
    std::vector<Complex> voltage_weight_;
    std::vector<std::vector<Complex>> charger_weight_;  ///< by place and pair
    std::vector<CurrentRow> current_rows_;
    std::vector<PowerRow> power_rows_;

    // Changes: as many as there are lanes; one of them, of what is swept and of all conductors; all that are asked for.
    const LaneKernel* kernel_;
    AlignedVector<double> lane_v_re_, lane_v_im_, lane_i_re_, lane_i_im_, own_re_, own_im_, loop_re_, loop_im_, lane_trial_;
    AlignedVector<double> v_re_, v_im_, i_re_, i_im_;
    AlignedVector<double> all_v_re_, all_v_im_, all_i_re_, all_i_im_;
    SweepState<double> state_{}, all_{};
    std::vector<double> kept_v_, kept_i_;  ///< [column][2 x conductors]: dV, and the current that it loses power with
};

}  // namespace evsweep
