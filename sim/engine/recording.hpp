/// What is taken down of one replica: snapshots and energies for its recorders, the energy ledger, and steps without a solution.
#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "evsweep/output.hpp"
#include "sim/engine/ledger.hpp"
#include "sim/engine/signal_board.hpp"
#include "sim/engine/step_books.hpp"
#include "sim/engine/world.hpp"

namespace evsweep {

/// A control step without a load-flow solution.
struct Unsolved {
    Instant at{};
    LoadFlowResult result{};
};

/// Belongs to one replica. It only looks: what is recorded never changes what happens.
class ReplicaRecording final : public SnapshotSource {
   public:
    /// Both outlive it.
    ReplicaRecording(World& world, SignalBoard& board);

    /// Before the replica runs. The recorder outlives it.
    void add(Recorder& recorder, const Output& output);
    void add(Recorder& recorder);
    /// Likewise: recorders that are added from here on hear what happens from the control step at `begin` on, and those before
    /// only what happens until then. Events at the border before its step is closed are of the part that ends. Stays under way
    /// there, and those that end there, are reported to that part as the horizon's are, not complete; whole to the part in which
    /// they end.
    void begin_part(Instant begin);

    /// Closes the control step that ends now, if one is open, and opens the next.
    void take_step();
    /// Closes the control step that ends now.
    void close_step();
    /// When a recorder next wants a sample.
    [[nodiscard]] std::optional<Instant> next_sample() const { return next_sample_; }
    void take_sample();
    void end_session(const SessionRecord& record);

    /// From here on the energies of the step follow the load flow as it is now.
    void hold_powers();
    /// What devices have moved.
    void count(int tap_steps, int switchings) { books_.count(world_.now, tap_steps, switchings); }

    void note(EventKind kind, std::optional<ConnectorId> connector = std::nullopt);
    /// Of a vehicle that is not plugged in, with its state of charge.
    void note(EventKind kind, ConnectorId connector, double soc);
    void note(const DeviceMove& move);

    [[nodiscard]] const EnergyLedger& ledger() const { return ledger_; }
    [[nodiscard]] std::vector<Unsolved>& unsolved() { return unsolved_; }

    [[nodiscard]] std::span<const double> read(std::uint32_t slot) override;

   private:
    struct Sampler {
        Recorder* recorder = nullptr;
        Duration every{};
        Instant next{};
    };
    /// Recorders that hear of the same time.
    struct Part {
        Instant begin{};
        std::vector<Recorder*> recorders{}, event_recorders{};
        std::vector<Sampler> samplers{};
    };
    [[nodiscard]] Snapshot snapshot();
    [[nodiscard]] Part& now() { return parts_[part_]; }
    [[nodiscard]] bool is_at_border() const;
    void enter_part();
    void find_next_sample();
    void get_to_know(std::uint32_t slot);
    [[nodiscard]] std::span<const double> not_known(std::uint32_t slot);

    World& world_;
    SignalBoard& board_;
    std::vector<Part> parts_ = std::vector<Part>(1);
    std::size_t part_ = 0;  ///< that hears now
    std::optional<Instant> next_sample_;
    /// A signal that has been read, and the values that are worked out for it.
    struct Known {
        bool is_known = false;
        SignalBoard::Truth truth{};
        std::vector<double> values{};
    };
    std::vector<Known> signals_;  ///< by slot
    StepBooks books_;
    EnergyLedger ledger_;
    std::vector<Unsolved> unsolved_;
};

}  // namespace evsweep
