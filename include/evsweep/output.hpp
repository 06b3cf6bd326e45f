/// The plug-in interface of outputs: what is recorded of each replica, and how replicas are put together.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/exchange.hpp"
#include "evsweep/feeder_site.hpp"
#include "evsweep/ids.hpp"
#include "evsweep/population.hpp"
#include "evsweep/time.hpp"
#include "evsweep/voltage_bands.hpp"

namespace evsweep {

enum class Aggregation {
    per_replica,  ///< one number per replica: kept all, and summarised with paired comparisons
    bands,        ///< a series: mean and quantiles over the replicas
    trace,        ///< kept whole, for the replicas that the output chooses
};

/// event: 1 where something happened in the replica, 0 where it did not, NaN where it is not judged.
enum class Display { number, clock, category, event };

/// What a value over time stands for: the state at its mark, the mean over the interval from its mark, or the count in it.
enum class Sampling { unsaid, sample, mean, count };

/// One recorded variable.
struct Variable {
    std::string name;
    std::string unit;
    std::string long_name;
    std::vector<std::string> dims{};  ///< names of coordinates; empty for a number per replica
    Aggregation aggregation = Aggregation::per_replica;
    Display display = Display::number;    ///< clock: hours since start shown as time of day; category: see meanings; event
    std::vector<std::string> meanings{};  ///< labels of category codes 0, 1, ...
    bool headline = false;                ///< shown in the short comparison table
    int decimals = 3;                     ///< for people; files keep all digits, unless `file_step` says otherwise
    /// Of bands over time: files hold them rounded to whole multiples of this, a power of two, in single precision; 0: all
    /// digits.
    double file_step = 0.0;
    Sampling sampling = Sampling::unsaid;
    std::string notable_beside{};  ///< a headline only where its mean, under any controller, is above a share of this variable's
    double notable_share = 0.0;    ///< that share; where no variable is named it is always one
    std::string notable_where{};   ///< a headline only where this variable is above zero in any replica, or without vehicles
    /// Of bands by element: what a value above zero means, e.g. "voltage below 0.9 pu". The replicas that have one are then
    /// counted element by element, and the worst elements are shown where it is a headline.
    std::string event{};
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

/// A declared variable.
struct VariableHandle {
    std::size_t index = 0;
};

/// A level that outputs want to know of: when the state of charge of a stay first came this close to its target.
struct LevelHandle {
    std::size_t index = 0;
};

/// What an output records: its variables, their coordinates and the levels that it watches; filled in its constructor.
class OutputDeclarations {
   public:
    [[nodiscard]] VariableHandle variable(Variable variable) {
        variables_.push_back(std::move(variable));
        return {variables_.size() - 1};
    }
    void coordinate(Coordinate coordinate) { coordinates_.push_back(std::move(coordinate)); }
    [[nodiscard]] const std::vector<Variable>& variables() const { return variables_; }
    [[nodiscard]] const std::vector<Coordinate>& coordinates() const { return coordinates_; }

   private:
    std::vector<Variable> variables_;
    std::vector<Coordinate> coordinates_;
};

/// What one recorder has recorded of one replica: an array for every declared variable, row-major over its dims.
class Recorded {
   public:
    explicit Recorded(std::size_t variables) : arrays_(variables) {}
    void put(VariableHandle variable, std::vector<double> array) { arrays_.at(variable.index) = std::move(array); }
    void put(VariableHandle variable, double number) { arrays_.at(variable.index) = std::vector<double>{number}; }
    [[nodiscard]] std::vector<std::optional<std::vector<double>>>& arrays() { return arrays_; }

   private:
    std::vector<std::optional<std::vector<double>>> arrays_;
};

/// A signal that outputs may record, and the names of what it has values of (areas only; other extents are named by the feeder,
/// the population or their number).
struct RecordableSignal {
    SignalInfo info;
    std::vector<std::string> members{};  ///< of extent area
    std::size_t size = 1;                ///< values at one instant
    bool is_electrical = false;          ///< unknown where a step has no load-flow solution
};

/// Where outputs declare which signals they record. They get the truth, not what meters say of it.
class OutputExchange {
   public:
    virtual ~OutputExchange() = default;
    template <UnitLabel Unit, Extent Per>
    [[nodiscard]] Subscription<Unit, Per, Form::present> subscribe(const Signal<Unit, Per, Form::present>& signal) {
        return {add_subscription(signal.name)};
    }
    /// By name; not for signals that are not among `signals()`.
    [[nodiscard]] Slot subscribe(std::string_view name) { return add_subscription(name); }
    /// All present signals that the simulator or any party of the study publishes.
    [[nodiscard]] virtual const std::vector<RecordableSignal>& signals() const = 0;

   private:
    [[nodiscard]] virtual Slot add_subscription(std::string_view name) = 0;
};

/// The machine's side of a snapshot: values are brought up to date when somebody reads them.
class SnapshotSource {
   public:
    virtual ~SnapshotSource() = default;
    [[nodiscard]] virtual std::span<const double> read(std::uint32_t slot) = 0;
};

/// The network, the fleet and all parties at one control instant, after all have acted.
class Snapshot {
   public:
    Instant now{};
    std::size_t step = 0;  ///< index on the control grid
    bool solved = false;   ///< else electrical signals are NaN

    Snapshot(Instant instant, std::size_t index, bool is_solved, SnapshotSource& source)
        : now(instant), step(index), solved(is_solved), source_(&source) {}

    /// Values that nobody publishes under this alternative are NaN.
    template <UnitLabel Unit, Extent Per>
    [[nodiscard]] std::span<const double> operator[](const Subscription<Unit, Per, Form::present>& subscription) const {
        return source_->read(subscription.index);
    }
    template <UnitLabel Unit>
    [[nodiscard]] double value(const Subscription<Unit, Extent::feeder, Form::present>& subscription) const {
        return source_->read(subscription.index)[0];
    }
    [[nodiscard]] std::span<const double> read(const Slot& slot) const { return source_->read(slot.index); }

   private:
    SnapshotSource* source_;
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
    double generated_kwh = 0.0;   ///< fed in by generators, >= 0
    double curtailed_kwh = 0.0;   ///< that generators could have fed in besides, >= 0
    double price = 0.0;
    double sell_price = 0.0;
    int tap_steps = 0;   ///< moved by all regulators
    int switchings = 0;  ///< of capacitors
};

/// How the stay of a vehicle that shares charging points ended.
enum class StayOutcome : std::uint8_t {
    served,    ///< it was plugged in until it left, or is still
    unserved,  ///< it left without having been plugged in
    swapped,   ///< it had reached its target and left its point to another
    waiting,   ///< it still waits at the end of the horizon
};
/// As results call them.
inline constexpr std::string_view stay_outcome_names[] = {"served", "unserved", "swapped", "waiting"};
static_assert(std::size(stay_outcome_names) == static_cast<std::size_t>(StayOutcome::waiting) + 1, "every outcome has its name");

/// How one stay went, reported at its end (or at the end of the horizon).
struct SessionRecord {
    SessionId id;
    Session session;  ///< as it was played: state of charge and stated departure at plug-in may follow from what was before
    Instant end{};    ///< unplug, or the horizon; of who was never plugged in, when it left
    double final_soc = 0.0;
    double capacity_kwh = 0.0;
    double charged_kwh = 0.0;     ///< grid side
    double discharged_kwh = 0.0;  ///< grid side, >= 0
    double stored_kwh = 0.0;      ///< into the battery by charging
    double released_kwh = 0.0;    ///< out of the battery by discharging, >= 0
    bool complete = true;         ///< false where the horizon cut it
    Instant begin{};              ///< when it was plugged in; later than `session.plug_in` if it waited
    StayOutcome outcome = StayOutcome::served;
    double charged_elsewhere_kwh = 0.0;                 ///< that its trip took beyond its battery, >= 0
    std::span<const std::optional<Instant>> reached{};  ///< by LevelHandle: when it first was so close to the target
};

/// What outputs are notified of. `hunting`: at the start the relays of the feeder's devices found no rest. `availability`: what
/// generators could feed in has changed. `wait`, `give_up`, `swap`: at shared charging points a vehicle begins to wait, leaves
/// without having been plugged in, or leaves its point to another that waits.
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
    hunting,
    availability,
    wait,
    give_up,
    swap
};
/// As results call them, by kind.
inline constexpr std::string_view event_kind_names[] = {
    "plug_in",  "unplug", "full",      "empty",   "reserve",      "knee", "base_load", "measurement", "decision",
    "unsolved", "tap",    "capacitor", "hunting", "availability", "wait", "give_up",   "swap"};
static_assert(std::size(event_kind_names) == static_cast<std::size_t>(EventKind::swap) + 1, "every kind has its name");

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
    /// At the marks of Output::samples_every, which need not be control steps. Electrical signals are as of the latest load flow.
    virtual void sample(const Snapshot&) {}
    virtual void over(const Interval&) {}
    virtual void session_ended(const SessionRecord&) {}
    virtual void event(const EventRecord&) {}
    /// Puts an array for every declared variable. Once, at the end.
    virtual void finish(Recorded& recorded) = 0;
};

/// What is recorded; immutable and shared by all replicas.
class Output {
   public:
    static constexpr std::string_view kind = "output";

    struct Context {
        std::string label;              ///< the user's name for this output
        OutputDeclarations& declare;    ///< while the constructor runs
        OutputExchange& exchange;       ///< likewise
        std::vector<Fraction>& levels;  ///< distances below the target that stays are watched for; see `watch`
        Calendar calendar{};
        Duration step{};
        Duration horizon{};      ///< a whole number of steps
        Instant measure_from{};  ///< end of the warm-up; nothing before it counts
        const FeederSite* feeder = nullptr;
        std::vector<std::string> zones{};
        std::size_t connectors = 0;                  ///< of the fleet in every replica
        VoltageBands bands{};                        ///< of every supply of the feeder
        double voltage_tolerance_pu = 0.0;           ///< voltages count as outside the band only where they are by more
        double loading_tolerance = 0.0;              ///< as a share of the rating, likewise
        std::vector<std::string> groups{};           ///< of the population
        std::vector<std::uint8_t> only_generates{};  ///< by group: 1 where it has no charging points, but e.g. photovoltaics
        std::vector<std::string> sites{};            ///< with limits of their own
        std::vector<PointQueue> queues{};            ///< shared charging points, without the row that nobody shares
        bool has_trips = false;                      ///< what vehicles come with depends on what they were charged with before
        bool has_generators = false;                 ///< connection points that feed in without a battery

        /// Asks that `SessionRecord::reached` reports when a stay first came within `margin` of its target.
        [[nodiscard]] LevelHandle watch(Fraction margin) const {
            const auto known = std::find(levels.begin(), levels.end(), margin);
            if (known != levels.end()) return {static_cast<std::size_t>(known - levels.begin())};
            levels.push_back(margin);
            return {levels.size() - 1};
        }
    };
    struct Start {
        ReplicaId replica;
        const Population* population = nullptr;  ///< outlives the recorder
    };

    virtual ~Output() = default;
    /// None where this output leaves the replica out.
    [[nodiscard]] virtual std::unique_ptr<Recorder> start(const Start& start) const = 0;
    [[nodiscard]] virtual bool wants_events() const { return false; }
    /// How often recorders get `sample`, in whole milliseconds from the start; none: never.
    [[nodiscard]] virtual std::optional<Duration> samples_every() const { return std::nullopt; }
};

}  // namespace evsweep
