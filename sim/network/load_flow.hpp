/// The load flow of one feeder: power drawn in, voltages, currents and losses out. Failure is a value, never an exception.
#pragma once

#include <complex>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/quantity.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep.hpp"

namespace evsweep {

/// `collapsed`: there is a voltage below the collapse limit, in the solution or in the sweeps that found none.
/// `diverged`: no solution within the iteration cap, or numbers that are not finite.
enum class LoadFlowStatus { converged, diverged, collapsed };
[[nodiscard]] std::string_view name_of(LoadFlowStatus status);

struct LoadFlowOptions {
    double tolerance_pu = 1e-8;  ///< largest change of a voltage in the last sweep
    int max_iterations = 100;
    double collapse_pu = 0.3;
};

struct LoadFlowResult {
    LoadFlowStatus status = LoadFlowStatus::diverged;
    int iterations = 0;           ///< forward sweeps
    BusId worst_bus;              ///< of a failure: lowest voltage (collapsed) or largest change (diverged)
    double last_change_pu = 0.0;  ///< in the last forward sweep
};

/// Power drawn per conductor, in kW and kvar: constant power, and, at nominal voltage, constant current and impedance.
struct BusPower {
    Column<Kilowatts> p, p_current, p_impedance;
    Column<Kilovars> q, q_current, q_impedance;

    explicit BusPower(std::size_t conductors);
    /// Sets everything to zero.
    void clear();
};

/// What flows in a branch, into it at each end: three-phase totals, and amperes per phase at the end's own voltage.
struct BranchFlow {
    Kilowatts p_from, p_to;
    Kilovars q_from, q_to;
    Amperes i_from, i_to;
};

/// Solves the same feeder again and again. Starts from the last converged voltages, or flat after a failure. Belongs
/// to one thread: queries fill buffers on first use. After a failure the queries tell the last sweep, which means nothing.
class LoadFlow {
   public:
    /// `feeder` must outlive it.
    explicit LoadFlow(const Feeder& feeder, LoadFlowOptions options = {});
    LoadFlow(LoadFlow&&) = default;  // its spans follow its columns; a copy's would not
    LoadFlow(const LoadFlow&) = delete;

    LoadFlowResult solve(const BusPower& power);
    /// Forgets the last solution: the next solve starts flat.
    void restart() { warm_ = false; }

    /// True magnitudes by conductor.
    [[nodiscard]] std::span<const double> voltage_pu() const;
    /// True per-unit voltage; its angle counts phase shifts and the source's angle.
    [[nodiscard]] std::complex<double> voltage(std::size_t conductor) const;
    /// By branch (and phase): the larger of the currents at its ends, in A at the `to` side's voltage.
    [[nodiscard]] std::span<const double> current_a() const;
    [[nodiscard]] std::vector<BranchFlow> branch_flows() const;

    /// What the source delivers, from its current.
    [[nodiscard]] double source_kw() const { return source_power().real(); }
    [[nodiscard]] double source_kvar() const { return source_power().imag(); }
    /// What loads and shunts draw at the solved voltages, from the powers asked for.
    [[nodiscard]] double drawn_kw() const { return drawn_power().real(); }
    [[nodiscard]] double drawn_kvar() const { return drawn_power().imag(); }
    /// What the branches keep, each P_from + P_to with its own shunt admittance. The three sums are taken
    /// separately, and source = drawn + loss holds to rounding.
    [[nodiscard]] double loss_kw() const { return loss_power().real(); }
    [[nodiscard]] double loss_kvar() const { return loss_power().imag(); }

   private:
    using Complex = std::complex<double>;
    struct Ends {
        Complex from, to;  ///< currents into the branch, in the sweep's frame
    };

    template <int Phases, Drawn What>
    LoadFlowResult sweep();
    void start_flat();
    void watch_collapse(double lowest2, LoadFlowResult& result);
    template <int Phases, Drawn What>
    void blame_change(LoadFlowResult& result);

    [[nodiscard]] Complex sweep_voltage(std::size_t c) const { return {v_re_[c], v_im_[c]}; }
    [[nodiscard]] Complex series_current(std::size_t c) const { return {i_re_[c], i_im_[c]}; }
    [[nodiscard]] Complex admittance_current(std::span<const Complex> block, BusId bus, std::size_t row) const;
    [[nodiscard]] Ends end_currents(BranchId b, std::size_t row) const;
    [[nodiscard]] double ampere_base(BusId bus) const;
    [[nodiscard]] Complex source_power() const;
    [[nodiscard]] Complex drawn_power() const;
    [[nodiscard]] Complex loss_power() const;

    const Feeder& feeder_;
    LoadFlowOptions options_;
    SweepNetwork network_;
    SweepPower<double> power_{};
    SweepState<double> state_{};
    bool zip_ = false;
    bool warm_ = false;
    double smallest_ratio_ = 1.0;
    double largest_ratio_ = 1.0;
    BusPower asked_;  // of the last solve
    AlignedVector<double> v_re_, v_im_, i_re_, i_im_;
    mutable AlignedVector<double> voltage_pu_, current_a_;  // filled on demand
    mutable bool has_voltage_ = false;
    mutable bool has_current_ = false;
};

}  // namespace evsweep
