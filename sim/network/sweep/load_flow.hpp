/// The load flow of one feeder: power drawn in, voltages, currents and losses out. Failure is a value, never an exception.
#pragma once

#include <complex>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "evsweep/column.hpp"
#include "evsweep/quantity.hpp"
#include "sim/network/feeder.hpp"
#include "sim/network/sweep/accounts.hpp"
#include "sim/network/sweep/branch_currents.hpp"
#include "sim/network/sweep/swept_network.hpp"

namespace evsweep {

/// `collapsed`: the feeder cannot carry this power (its curve of solutions turns back before, see loading_path.hpp), or a voltage
/// of the solution is below the collapse limit. `diverged`: no method found a solution, or numbers are not finite.
enum class LoadFlowStatus { converged, diverged, collapsed };
[[nodiscard]] std::string_view name_of(LoadFlowStatus status);

struct LoadFlowOptions {
    double tolerance_pu = 1e-8;  ///< largest change of a voltage in the last sweep
    int max_iterations = 100;    ///< plain sweeps, before the way from no load is followed
    double collapse_pu = 0.3;
};

struct LoadFlowResult {
    LoadFlowStatus status = LoadFlowStatus::diverged;
    int iterations = 0;           ///< forward sweeps, those of small changes included
    BusId worst_bus;              ///< of a failure: lowest voltage (collapsed) or largest change (diverged)
    double last_change_pu = 0.0;  ///< in the last plain sweep
    /// Plain sweeps found nothing, or had found nothing before, and sweeps with loads as admittances did (load_admittances.hpp).
    bool has_load_admittances = false;
    /// Neither found anything, and the way from no load did (or found that there is nothing).
    bool is_followed = false;
    /// Of a collapse without any solution: the largest share of all powers together that the feeder can carry.
    std::optional<double> highest_share{};
};

/// Power drawn at rated voltage, in kW and kvar, by place (see DrawingPlaces).
struct PortPower {
    Column<Kilowatts> p;
    Column<Kilovars> q;

    explicit PortPower(std::size_t places) : p(places), q(places) {}
    /// Sets everything to zero.
    void clear();
    /// Adds a load at `scale` times its nominal power, in equal parts at its ports. Where power may be drawn everywhere, the
    /// places are the feeder's ports.
    void add(const LoadPoint& load, double scale);
    void add(const LoadPoint& load, double scale, const DrawingPlaces& places);
};

/// What flows in a branch: into it at each end, sums over its conductors.
struct BranchFlow {
    Kilowatts p_from, p_to;
    Kilovars q_from, q_to;
    Amperes i_from, i_to;  ///< largest of the conductors
};

enum class End { from, to };

class LoadAdmittances;
struct LoadAdmittanceSweeps;

/// Solves the same feeder again and again. Starts from the last converged voltages; after a failure flat, or, where loads jump
/// with their voltage, from the solution that sweeps with loads as admittances find. Belongs to one thread: queries fill buffers
/// on first use. After a failure the queries return the last sweep, which means nothing.
class LoadFlow {
   public:
    using Complex = std::complex<double>;

    /// Power may be drawn from every conductor. `feeder` must outlive it. `extra` are ports beyond the feeder's own that draw
    /// constant power.
    explicit LoadFlow(const Feeder& feeder, LoadFlowOptions options = {}, std::vector<Port> extra = {});
    /// Power may be drawn where the network says; its feeder must outlive it.
    explicit LoadFlow(std::shared_ptr<const SweptNetwork> network, LoadFlowOptions options = {});
    ~LoadFlow();
    LoadFlow(LoadFlow&&) noexcept;  // its spans follow its columns; a copy's would not
    LoadFlow(const LoadFlow&) = delete;

    [[nodiscard]] const DrawingPlaces& places() const { return swept_->places(); }
    /// What is swept; another after a tap or step has moved.
    [[nodiscard]] const SweptNetwork& network() const { return *swept_; }
    /// How many numbers `solve` wants.
    [[nodiscard]] std::size_t ports() const { return asked_.p.size(); }
    /// What the next `solve` draws; it stays as it is until somebody changes it.
    [[nodiscard]] PortPower& power() { return asked_; }
    [[nodiscard]] const PortPower& power() const { return asked_; }
    void draw(const PortPower& power);
    LoadFlowResult solve();
    LoadFlowResult solve(const PortPower& power) {
        draw(power);
        return solve();
    }
    /// What somebody is about to ask for: LaneSolver finds it for all lanes at once. It can be asked for in any case.
    enum class Questions { none, balance, everything };
    void expect(Questions questions) { expected_ = questions; }
    /// Whether all that is expected has been found already.
    [[nodiscard]] bool has_answers() const {
        return expected_ == Questions::none || (has_sums_ && (has_voltage_ || expected_ == Questions::balance));
    }
    /// Forgets the last solution: the next solve starts as the first one did.
    void restart() { warm_ = false; }

    /// Taps and steps; changes hold from the next solve on.
    [[nodiscard]] const DeviceState& devices() const { return devices_; }
    void set_tap(std::size_t transformer, std::size_t winding, double tap);
    void set_steps(std::size_t shunt, int steps_on);

    [[nodiscard]] const Feeder& feeder() const { return feeder_; }
    /// Magnitudes to earth by conductor.
    [[nodiscard]] std::span<const double> voltage_pu() const;
    /// Magnitudes that loads see, by FeederSite::supply; where all of these are to earth, the column of `voltage_pu`.
    [[nodiscard]] std::span<const double> supply_pu() const;
    /// Per-unit voltage to earth; its angle counts phase shifts and the source's angle.
    [[nodiscard]] Complex voltage(std::size_t conductor) const;
    /// The columns of all conductors of the feeder in the frame of the sweep; what was not swept is recovered when first asked
    /// for.
    [[nodiscard]] const SweepState<double>& all() const {
        if (!has_all_) recover_all();
        return all_;
    }
    /// Per-unit voltage of one of the conductors that are swept (SweptNetwork::here), in the frame of the sweep.
    [[nodiscard]] Complex swept_voltage(std::size_t c) const { return {v_re_[c], v_im_[c]}; }
    /// Currents in A by conductor of the lower bus, the larger of both ends of a line; 0 at the source.
    [[nodiscard]] std::span<const double> current_a() const;
    /// Where `current_a` measures the current of a conductor beyond the source: at the upper or the lower end of the branch that
    /// feeds it, at this place there (BranchCurrents::upward, downward).
    struct CurrentEnd {
        bool is_above = false;
        std::uint32_t place = 0;
        double amperes_per_unit = 0.0;
    };
    [[nodiscard]] CurrentEnd current_end(std::size_t c) const;
    /// Per-unit currents at all ends of branches, in the frame of the sweep; to be asked before the next solve.
    [[nodiscard]] BranchCurrents branch_currents() const { return {feeder_.model(), folded(), all()}; }
    /// Currents in A into a branch at one end, by conductor of the bus there.
    [[nodiscard]] std::vector<Complex> end_currents(BranchId b, End end) const;
    /// The same of one row of the file, which may share its branch with others; `end` is that of the row.
    [[nodiscard]] std::vector<Complex> end_currents(const FeederRow& row, End end) const;
    /// Per-unit currents that branches give to the conductors of their lower buses, by conductor; nothing at the source.
    struct FedCurrents {
        std::span<const double> re, im;
    };
    [[nodiscard]] FedCurrents fed_currents() const;
    /// Amperes per unit at a conductor.
    [[nodiscard]] std::span<const double> amperes_per_unit() const { return amperes_per_unit_; }
    /// Power in kVA into a branch at one end, by conductor of the bus there.
    [[nodiscard]] std::vector<Complex> end_powers(BranchId b, End end) const;
    [[nodiscard]] std::vector<Complex> end_powers(const FeederRow& row, End end) const;
    [[nodiscard]] BranchFlow branch_flow(BranchId b) const;
    [[nodiscard]] std::vector<BranchFlow> branch_flows() const;
    /// Volts across a coil of a transformer, and amperes that it gives to its bus.
    [[nodiscard]] Complex coil_voltage(std::size_t transformer, std::size_t winding, std::size_t coil) const;
    [[nodiscard]] Complex coil_current(std::size_t transformer, std::size_t winding, std::size_t coil) const;

    /// What the source delivers, from its current.
    [[nodiscard]] double source_kw() const { return source_power().real(); }
    [[nodiscard]] double source_kvar() const { return source_power().imag(); }
    /// What loads and shunts draw at the solved voltages.
    [[nodiscard]] double drawn_kw() const { return drawn_power().real(); }
    [[nodiscard]] double drawn_kvar() const { return drawn_power().imag(); }
    /// What the branches keep, P_from + P_to of each with its own shunt admittance. The three sums are taken separately, and
    /// source = drawn + loss holds to rounding.
    [[nodiscard]] double loss_kw() const { return loss_power().real(); }
    [[nodiscard]] double loss_kvar() const { return loss_power().imag(); }

   private:
    friend class LaneSolver;

    /// A supply voltage that is not to earth, or one that is.
    struct SupplyPair {
        std::uint32_t plus = 0, minus = 0;  ///< conductors
        double per_nominal = 1.0;           ///< pu of the conductors in one pu across
        bool is_to_earth = true;
    };

    void adopt(std::shared_ptr<const SweptNetwork> network);
    void find_supply_pairs();
    void refold();
    void prepare();
    void start_flat();
    void start();
    LoadFlowResult conclude(bool settled, int iterations, double change2, double lowest2);
    LoadFlowResult remember(const LoadFlowResult& result);
    void forget_answers();
    [[nodiscard]] SweepColumns<double> columns();
    [[nodiscard]] std::size_t lowest_conductor() const;
    void judge(double lowest2, LoadFlowResult& result) const;
    [[nodiscard]] const LoadAdmittanceSweeps& load_admittance_sweeps();
    void take(const LoadAdmittanceSweeps& found);
    [[nodiscard]] bool sweep_with_load_admittances(LoadFlowResult& result);
    void follow(LoadFlowResult& result);
    void blame(LoadFlowResult& result);

    [[nodiscard]] const FoldedNetwork& folded() const { return *swept_->folded(); }
    void recover_all() const;
    [[nodiscard]] Complex at(std::size_t c) const { return {all().v_re[c], all().v_im[c]}; }
    [[nodiscard]] std::vector<Complex> powers(BusId bus, std::vector<Complex> currents) const;
    [[nodiscard]] Complex admittance_power() const;
    [[nodiscard]] Complex shunt_power() const;
    void take_stock() const;
    [[nodiscard]] Complex source_power() const;
    [[nodiscard]] Complex drawn_power() const;
    [[nodiscard]] Complex loss_power() const;

    const Feeder& feeder_;
    LoadFlowOptions options_;
    std::shared_ptr<const SweptNetwork> swept_;  ///< shared with others until the first tap moves
    std::shared_ptr<FoldedNetwork> own_;         ///< from then on
    SweepProblem problem_{};
    std::unique_ptr<LoadAdmittances> by_admittances_;  ///< once plain sweeps have found nothing, or where loads jump
    bool needs_load_admittances_ = false;              ///< plain sweeps have found nothing the last time, and these did
    int sweeps_to_start_ = 0;
    DeviceState devices_;
    std::vector<std::uint32_t> moved_;  ///< buses whose link or shunts have changed since it was folded
    bool warm_ = false;
    Questions expected_ = Questions::none;
    PortPower asked_;
    AlignedVector<double> v_re_, v_im_, i_re_, i_im_;  ///< of the conductors that are swept, and the earth
    std::vector<double> loop_re_, loop_im_;
    AlignedVector<double> trial_;
    mutable AlignedVector<double> all_v_re_, all_v_im_, all_i_re_, all_i_im_;  ///< of all, where that is more
    mutable SweepState<double> all_{};
    mutable bool has_all_ = false;
    mutable LanePower<double> drawn_at_ports_{}, lost_on_the_way_{};
    mutable bool has_sums_ = false;
    AlignedVector<double> amperes_per_unit_;
    mutable AlignedVector<double> voltage_pu_, current_a_, fed_re_, fed_im_;  // filled on demand
    mutable bool has_fed_ = false;
    mutable bool has_voltage_ = false;
    std::vector<SupplyPair> supply_pairs_;  ///< by FeederSite::supply; empty where all are to earth
    mutable std::vector<double> supply_pu_;
    mutable bool has_supply_ = false;
    mutable bool has_current_ = false;
};

}  // namespace evsweep
