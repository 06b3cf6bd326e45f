/// The plug-in interface of outputs: what is recorded of each replica, and how replicas are put together.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/controller.hpp"
#include "evsweep/feeder_site.hpp"
#include "evsweep/ids.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

enum class Aggregation {
    per_replica,  ///< one number per replica: kept all, and summarised with paired comparisons
    bands,        ///< a series: mean and quantiles over the replicas
    trace,        ///< kept whole, for the replicas that the output chooses
};

enum class Display { number, clock, category };

/// What a value over time stands for: the state at its mark, the mean over the interval from its mark, or the count in it.
enum class Sampling { unsaid, sample, mean, count };

/// One recorded variable.
struct Variable {
    std::string name;
    std::string unit;
    std::string long_name;
    std::vector<std::string> dims{};  ///< names of coordinates; empty for a number per replica
    Aggregation aggregation = Aggregation::per_replica;
    Display display = Display::number;    ///< clock: hours since start shown as time of day; category: see meanings
    std::vector<std::string> meanings{};  ///< labels of category codes 0, 1, ...
    bool headline = false;                ///< shown in the short comparison table
    int decimals = 3;                     ///< for people; files keep all digits
    bool gain_over_reference = false;     ///< reported as the reference controller's value minus this one's
    Sampling sampling = Sampling::unsaid;
    std::string notable_beside{};  ///< a headline only where its mean, under any controller, is above a share of this variable's
    double notable_share = 0.0;    ///< that share; where no variable is named it is always one
    bool over_solved_steps = false;  ///< steps without a load-flow solution are missing in it, so it may look too good
    double lowest = -HUGE_VAL;       ///< no replica can have less; without such a bound: -infinity
    double highest = HUGE_VAL;       ///< no replica can have more; without such a bound: infinity
};

/// The values along one dimension: numbers (e.g. hours since start) or names (e.g. buses).
struct Coordinate {
    std::string name;
    std::string unit{};
    std::string long_name{};
    std::vector<double> values{};
    std::vector<std::string> labels{};
};

/// A column that is there, or that its owner brings up to date when somebody reads it.
class ColumnOnDemand {
   public:
    using Bring = std::span<const double> (*)(void* owner);

    ColumnOnDemand() = default;
    template <class Values>
    requires std::convertible_to<const Values&, std::span<const double>> ColumnOnDemand(const Values& values) : values_(values) {}
    ColumnOnDemand(void* owner, Bring bring) : owner_(owner), bring_(bring) {}

    [[nodiscard]] std::span<const double> read() const { return bring_ ? bring_(owner_) : values_; }
    operator std::span<const double>() const { return read(); }

   private:
    std::span<const double> values_{};
    void* owner_ = nullptr;
    Bring bring_ = nullptr;
};

/// The network and the fleet at one control instant, after the controller has decided.
struct Snapshot {
    Instant now{};
    std::size_t step = 0;  ///< index on the control grid
    bool solved = false;   ///< else the electrical values below are not to be used
    double source_kw = 0.0;
    double source_kvar = 0.0;
    double load_kw = 0.0;  ///< base load as drawn at the solved voltages
    double loss_kw = 0.0;
    double charging_kw = 0.0;     ///< sum of drawn EV power, >= 0
    double discharging_kw = 0.0;  ///< sum of returned EV power, >= 0
    double ev_kvar = 0.0;
    std::span<const double> voltage_pu{};  ///< to earth, by ConductorId
    std::span<const double> supply_pu{};   ///< that loads see, and limits judge: by FeederSite::supply
    std::span<const double> current_a{};   ///< by ConductorId of the lower bus; only where a branch has a rating
    std::span<const double> unbalance{};   ///< by BusId: |V2|/|V1|, NaN without three phases; only where an output wants it
    std::span<const double> neutral_a{};   ///< by BranchId: in the neutral, or back through earth; likewise
    std::span<const double> p_kw{};        ///< actual EV power by ConnectorId
    ColumnOnDemand soc{};  ///< by ConnectorId; before the first plug-in: as it will arrive; after the last: as it left
    std::span<const ConnectorId> plugged_in{};
    double price = 0.0;  ///< of buying, currency per kWh
    double sell_price = 0.0;
};

/// Energies over the step that has just ended, exact between events. [begin, end)
struct Interval {
    Instant begin{};
    Instant end{};
    bool solved = false;
    double source_kwh = 0.0;
    double load_kwh = 0.0;
    double loss_kwh = 0.0;
    double charged_kwh = 0.0;     ///< grid side
    double discharged_kwh = 0.0;  ///< grid side, >= 0
    double stored_kwh = 0.0;      ///< into all batteries
    double released_kwh = 0.0;    ///< out of all batteries, >= 0
    double price = 0.0;
    double sell_price = 0.0;
    int tap_steps = 0;   ///< moved by all regulators
    int switchings = 0;  ///< of capacitors
};

/// A vehicle counts as recharged as soon as its state of charge is no further below its target.
inline constexpr double recharge_margin = 0.01;

/// How one stay went, told at its end (or at the end of the horizon).
struct SessionRecord {
    SessionId id;
    Session session;
    Instant end{};  ///< unplug, or the horizon
    double final_soc = 0.0;
    double capacity_kwh = 0.0;
    double charged_kwh = 0.0;               ///< grid side
    double discharged_kwh = 0.0;            ///< grid side, >= 0
    double stored_kwh = 0.0;                ///< into the battery by charging
    double released_kwh = 0.0;              ///< out of the battery by discharging, >= 0
    bool complete = true;                   ///< false where the horizon cut it
    std::optional<Instant> recharged_at{};  ///< when it was within recharge_margin of the target for the first time
};

/// What outputs are told of. `hunting`: at the start the relays of the feeder's devices found no rest.
enum class EventKind : std::uint8_t {
    plug_in,
    unplug,
    full,
    empty,
    reserve,
    knee,
    base_load,
    measurement,
    decision,
    unsolved,
    tap,
    capacitor,
    hunting
};
/// As results call them, by kind.
inline constexpr std::string_view event_kind_names[] = {"plug_in", "unplug",    "full",        "empty",    "reserve",
                                                        "knee",    "base_load", "measurement", "decision", "unsolved",
                                                        "tap",     "capacitor", "hunting"};
static_assert(std::size(event_kind_names) == static_cast<std::size_t>(EventKind::hunting) + 1, "every kind has its name");

struct EventRecord {
    Instant at{};
    EventKind kind{};
    std::optional<ConnectorId> connector{};
    double soc = 0.0;
    double p_kw = 0.0;                    ///< setpoint after the event
    std::optional<std::size_t> device{};  ///< of a tap the regulator, of a capacitor its control; numbered as in the feeder file
    double state = 0.0;                   ///< of that device after the event: tap, or steps that are on
};

/// Takes down one replica under one controller; any function may be left out.
class Recorder {
   public:
    virtual ~Recorder() = default;
    virtual void at(const Snapshot&) {}
    virtual void over(const Interval&) {}
    virtual void session_ended(const SessionRecord&) {}
    virtual void event(const EventRecord&) {}
    /// One array per variable of the output, in that order; row-major over the variable's dims.
    [[nodiscard]] virtual std::vector<std::vector<double>> finish() = 0;
};

/// What is recorded; immutable and shared by all replicas.
class Output {
   public:
    static constexpr std::string_view kind = "output";

    struct Context {
        Calendar calendar{};
        Duration step{};
        Duration horizon{};      ///< a whole number of steps
        Instant measure_from{};  ///< end of the warm-up; nothing before it counts
        const FeederSite* feeder = nullptr;
        std::vector<std::string> zones{};
        std::size_t connectors = 0;  ///< of the fleet in every replica
        double voltage_min_pu = 0.0;
        double voltage_max_pu = 0.0;
        double voltage_tolerance_pu = 0.0;  ///< voltages count as outside the band only where they are by more
        double loading_tolerance = 0.0;     ///< as a share of the rating, likewise
        /// By control step: whether the feeder without vehicles is outside the voltage band (empty in the base run).
        std::span<const std::uint8_t> base_outside_band{};
    };
    struct Start {
        ReplicaId replica;
        const Population* population = nullptr;  ///< outlives the recorder
    };

    virtual ~Output() = default;
    [[nodiscard]] virtual std::vector<Variable> variables() const = 0;
    [[nodiscard]] virtual std::vector<Coordinate> coordinates() const { return {}; }
    /// None where this output leaves the replica out.
    [[nodiscard]] virtual std::unique_ptr<Recorder> start(const Start& start) const = 0;
    [[nodiscard]] virtual bool wants_events() const { return false; }
    /// Whether its recorders read `Snapshot::unbalance` and `neutral_a`; only on feeders that are not balanced.
    [[nodiscard]] virtual bool wants_unbalance() const { return false; }
};

}  // namespace evsweep
