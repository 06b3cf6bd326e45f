/// Very many load flows of one feeder, each with loads of its own: the fastest way from powers to losses and voltages.
///
/// A feeder file is read once, in any format that evsweep reads. Then `solve` takes powers in columns, one scenario after the
/// other, solves as many side by side as the machine's vectors have lanes, and puts what it finds into columns. Every scenario
/// starts flat, so what it finds depends on its own powers alone: not on its neighbours, and not on the number of threads.
/// Instruction sets differ from one another by rounding.
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "evsweep/issues.hpp"
#include "evsweep/quantity.hpp"

namespace evsweep {

struct BatchOptions {
    double tolerance_pu = 1e-8;               ///< largest change of a voltage in the last sweep; (0, 0.1]
    int max_iterations = 100;                 ///< sweeps; at least 1
    std::optional<PerUnit> source_voltage{};  ///< instead of the feeder's; [0.5, 1.5]
    int threads = 1;                          ///< 0: one per core
    std::string instruction_set{};            ///< baseline, avx2 or avx512; empty: the widest that this machine has
};

/// A load as the feeder file has it: what it draws at its rated voltage, in all its phases together.
struct BatchLoad {
    std::string id;
    std::string bus;
    double p_kw = 0.0;
    double q_kvar = 0.0;
};

/// A voltage that loads at a bus see: from a conductor to the neutral where the bus has one, else to earth, or between phases
/// where none of them is earthed.
struct BatchNode {
    std::string bus;
    Conductor conductor = Conductor::balanced;
    std::optional<Conductor> minus{};  ///< the other end; none: earth
};

/// `collapsed`: the feeder cannot carry this power, or a voltage of the solution is below 0.3 pu. `diverged`: no method found a
/// solution, or a power is not a number.
enum class BatchStatus : std::uint8_t { converged, diverged, collapsed };
[[nodiscard]] std::string_view name_of(BatchStatus status);

/// How much is wanted of each scenario; each includes the one before. More takes longer.
enum class BatchDetail { powers, extremes, voltages };

/// One entry per scenario in each column that was asked for; the others are empty. Without a solution numbers are NaN, and
/// `lowest_at` and `highest_at` are zero. Power is positive from the source into the feeder.
struct BatchResult {
    std::vector<BatchStatus> status;
    std::vector<int> sweeps;
    std::vector<double> source_kw, source_kvar;
    std::vector<double> loss_kw;                       ///< of all branches: what the source gives less what loads and shunts draw
    std::vector<double> lowest_pu, highest_pu;         ///< extremes: of the voltages that loads see
    std::vector<std::uint32_t> lowest_at, highest_at;  ///< extremes: which of BatchLoadFlow::nodes
    std::vector<double> voltage_pu;                    ///< voltages: that loads see, in pu of nominal, [scenario][node]
    double core_seconds = 0.0;                         ///< processor time of all threads

    [[nodiscard]] std::size_t size() const { return status.size(); }
    /// Makes room for so many scenarios and forgets what there was.
    void reset(std::size_t scenarios, std::size_t nodes, BatchDetail detail);
};

/// Belongs to one thread at a time, and starts those that it uses itself.
class BatchLoadFlow {
   public:
    /// Reads a feeder file. What is wrong with it or with the options goes to `issues`, all at once, and nothing is returned.
    [[nodiscard]] static std::optional<BatchLoadFlow> open(const std::filesystem::path& file, const BatchOptions& options,
                                                           Issues& issues);
    /// Takes a feeder from memory.
    [[nodiscard]] static std::optional<BatchLoadFlow> build(const FeederDescription& feeder, const BatchOptions& options,
                                                            Issues& issues);
    BatchLoadFlow(BatchLoadFlow&& other) noexcept;
    BatchLoadFlow& operator=(BatchLoadFlow&& other) noexcept;
    ~BatchLoadFlow();

    /// In the order of the file. Taps and capacitor steps are those of the file, too; and no power follows the voltage by a
    /// control, which `issues` warn of.
    [[nodiscard]] std::span<const BatchLoad> loads() const;
    [[nodiscard]] std::span<const BatchNode> nodes() const;
    [[nodiscard]] std::string_view instruction_set() const;
    /// How many scenarios are solved side by side.
    [[nodiscard]] std::size_t lanes() const;

    /// Solves one load flow per scenario. `p_kw` and `q_kvar` are laid out [scenario][load]; each load's power is drawn in
    /// equal parts by its phases, and follows the voltage as the file says. Powers may be negative. A scenario without a
    /// solution is marked by its status; spans that do not hold whole scenarios break the contract (ContractViolation).
    void solve(std::span<const double> p_kw, std::span<const double> q_kvar, BatchDetail detail, BatchResult& result);
    [[nodiscard]] BatchResult solve(std::span<const double> p_kw, std::span<const double> q_kvar,
                                    BatchDetail detail = BatchDetail::powers) {
        BatchResult result;
        solve(p_kw, q_kvar, detail, result);
        return result;
    }

   private:
    struct Machine;
    explicit BatchLoadFlow(std::unique_ptr<Machine> machine);
    std::unique_ptr<Machine> machine_;
};

/// Instruction sets that this machine has, from the plainest to the widest.
[[nodiscard]] std::vector<std::string> available_instruction_sets();

}  // namespace evsweep
