/// What a feeder file says: plain rows with their places in the file, not yet checked against one another.
#pragma once

#include <complex>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "evsweep/inverter.hpp"
#include "evsweep/issues.hpp"
#include "evsweep/of_several.hpp"
#include "evsweep/quantity.hpp"
#include "evsweep/time.hpp"

namespace evsweep {

/// A wire at a bus. `balanced` stands for all three phases of a balanced feeder at once: its impedances are
/// positive-sequence values and its powers three-phase totals. a, b, c are phases; n is a neutral that is not simply earth;
/// s1 and s2 are the legs of a split-phase secondary (120/240 V). A feeder is either all balanced or not at all. `earth` is no
/// wire of a bus: a conductor of a line ends there where it is earthed.
enum class Conductor : std::uint8_t { balanced, a, b, c, n, s1, s2, earth };
[[nodiscard]] constexpr std::string_view name_of(Conductor conductor) {
    constexpr std::string_view names[] = {"balanced", "a", "b", "c", "n", "s1", "s2", "0"};
    return names[static_cast<std::size_t>(conductor)];
}

/// Where one single-phase device or one coil is connected at its bus: `plus` to `minus`; none is earth.
struct Terminals {
    std::optional<Conductor> plus{};
    std::optional<Conductor> minus{};
    friend bool operator==(const Terminals&, const Terminals&) = default;
};

struct BusRow {
    std::string id;
    Volts nominal{};            ///< line-to-line: sqrt(3) times the phases' voltage to earth, twice that of legs s1 and s2
    std::string bus_class{};    ///< e.g. "residential"; free text, may be empty
    std::optional<double> x{};  ///< drawing coordinates
    std::optional<double> y{};
    std::vector<Conductor> conductors{Conductor::balanced};
    Position at{};
    bool is_inside_transformer = false;  ///< where the windings of one meet, see three_bus_transformers.hpp; in no file
};

enum class BranchKind { line, transformer, switch_ };

/// A line or switch, or the transformer of a balanced feeder. Matrices are row-major in the order of `conductors`.
struct BranchRow {
    std::string id;
    std::string from;
    std::string to;
    BranchKind kind = BranchKind::line;
    std::vector<Conductor> conductors{Conductor::balanced};  ///< at the `from` end
    std::vector<Conductor> to_conductors{};                  ///< at the `to` end; empty: the same
    std::vector<std::complex<double>> series_ohm{};          ///< of a transformer: at the `to` side's nominal voltage
    std::vector<std::complex<double>> shunt_s{};             ///< total shunt admittance, half at each end; may be empty
    std::optional<Amperes> rating{};                         ///< ampacity per conductor; none: unlimited
    std::optional<Kilometres> length{};                      ///< for people; the matrices are totals
    std::optional<KilovoltAmperes> rated_power{};            ///< of a balanced transformer
    double tap = 1.0;                                        ///< V_to = V_from / tap in per unit, behind the impedance
    Degrees shift{};                                         ///< the `to` side lags the `from` side by this angle
    bool closed = true;
    Position at{};
};

/// The taps of a winding: `steps` equal steps from `min` to `max`, as factors of the rated voltage.
struct TapRange {
    double min = 0.9;
    double max = 1.1;
    int steps = 32;
};

struct WindingRow {
    std::string bus;
    std::vector<Terminals> coils;  ///< one per phase; coil i of all windings share a core
    Volts rated{};                 ///< across one coil
    double resistance = 0.0;       ///< pu on the transformer's rated power
    double tap = 1.0;              ///< as a factor of the rated voltage
    TapRange taps{};
};

/// A transformer (or regulator) of 2 windings at two buses, or of 3 windings at two or three. Per-unit values are on `rated` and
/// the windings' rated voltages. No impedance at all is an ideal transformer.
struct TransformerRow {
    std::string id;
    std::vector<WindingRow> windings;
    KilovoltAmperes rated{};           ///< of all phases together
    std::vector<double> reactance{};   ///< between windings 1-2, or 1-2, 1-3, 2-3
    double no_load_loss = 0.0;         ///< drawn across the second winding at rated voltage
    double magnetising_current = 0.0;  ///< likewise
    double stray = 1e-6;               ///< inductive admittance of every coil's ends to earth, so that a delta does not float
    std::optional<KilovoltAmperes> rating{};  ///< what it may carry for long; none: `rated`
    bool closed = true;
    Position at{};
};

/// How the power of a load follows its voltage v (in units of its rated voltage), for P and Q alike:
/// z v^2 + i v + p + e v^exponent.
struct PowerLaw {
    double z = 0.0;
    double i = 0.0;
    double p = 1.0;
    double e = 0.0;
    double exponent = 0.0;
    friend bool operator==(const PowerLaw&, const PowerLaw&) = default;
};

/// Outside [min, max] (pu) the load is the impedance it has at that limit; below `low` it is its impedance at rated voltage,
/// and between `low` and `min` the current runs linearly from the one to the other. Where limits are not in this order, `low`
/// counts before `min`, and `min` before `max`: a `min` up to `low` has no effect, and with a `max` up to `min` the law itself
/// never holds. A `max` of 0 stands for the impedance at rated voltage.
struct LinearOutside {
    double low = 0.5;
    double min = 0.95;
    double max = 1.05;
    bool at_rated_power = false;      ///< the impedances at the limits draw the rated power there, whatever the law says
    bool q_at_rated_voltage = false;  ///< outside, reactive power is that of its impedance at rated voltage instead
    friend bool operator==(const LinearOutside&, const LinearOutside&) = default;
};

struct VoltageResponse {
    PowerLaw active{};
    PowerLaw reactive{};
    std::optional<LinearOutside> linear{};  ///< none: the laws hold at every voltage
    double cut_off = 0.0;                   ///< below this voltage (pu) the load is off
    double holds_current_below = 0.0;       ///< below this voltage (pu) the current stays what it is there; not with `linear`
    friend bool operator==(const VoltageResponse&, const VoltageResponse&) = default;
};

/// A load (or, with negative power, fixed generation): totals at rated voltage, shared equally by its terminals.
struct LoadRow {
    std::string id;
    std::string bus;
    Kilowatts p{};
    Kilovars q{};
    std::vector<Terminals> terminals{{Conductor::balanced, {}}};
    Volts rated{};  ///< across one pair of terminals; 0: what the bus's nominal voltage is there
    VoltageResponse response{};
    std::string profile{};  ///< overrides the class's profile; may be empty
    Position at{};
};

/// A shunt as power drawn at rated voltage by all terminals together (a capacitor has negative q), in equal steps.
struct ShuntRow {
    std::string id;
    std::string bus;
    Kilowatts p{};
    Kilovars q{};
    std::vector<Terminals> terminals{{Conductor::balanced, {}}};
    Volts rated{};  ///< across one pair of terminals; 0: what the bus's nominal voltage is there
    int steps = 1;
    int steps_on = 1;
    Position at{};
};

/// An ideal voltage (conductors a, b, c at angle, angle - 120, angle + 120) behind an impedance. A source may have another
/// voltage at each conductor; then `voltage` is that of the first.
struct SourceRow {
    std::string bus;
    PerUnit voltage{1.0};
    Degrees angle{};
    std::vector<std::complex<double>> series_ohm{};  ///< over the bus's conductors, row-major; empty: none
    std::vector<PerUnit> voltages{};                 ///< by conductor of the bus; empty: all alike
    std::vector<Degrees> angles{};                   ///< by conductor of the bus, as many as `voltages`
    Position at{};
    bool is_earthed = true;  ///< false: its voltages to earth are given, but loads are to be judged between phases
};

/// What a voltage relay wants in one direction of power: volts on the secondary of its potential transformer.
struct RelaySetting {
    double set_v = 120.0;
    double band_v = 3.0;  ///< full width
    double r_v = 0.0;     ///< line-drop compensation, at rated current of the current transformer
    double x_v = 0.0;
    Duration delay = std::chrono::seconds(15);
};

/// How a regulator treats power that flows towards the source.
enum class ReversePower { ignore, regulate, neutral };

/// Which coil of its winding a regulator sees: the one that is given, or that with the highest or lowest voltage at the time.
enum class SeenCoil { given, highest, lowest };

/// The relay that moves the taps of one winding.
struct RegulatorRow {
    std::string id;
    std::string transformer;
    std::size_t winding = 1;                   ///< whose voltage and current are seen; counted from 0
    std::size_t coil = 0;                      ///< the coil that is seen; the taps of all coils move together
    SeenCoil sees = SeenCoil::given;           ///< otherwise `coil` does not count
    std::optional<std::size_t> tap_winding{};  ///< whose taps move; none: those of the winding that is seen
    std::string bus{};                         ///< where the voltage is seen instead; may be empty
    std::optional<Conductor> bus_conductor{};
    double pt_ratio = 60.0;
    std::optional<double> bus_pt_ratio{};  ///< of the voltage transformer at `bus`; none: pt_ratio
    Amperes ct_primary{300.0};
    RelaySetting forward{};
    ReversePower on_reverse = ReversePower::ignore;
    RelaySetting reverse{};  ///< its delay: for how long power must have turned before the relay does
    Kilowatts reverse_threshold{100.0};
    std::optional<double> limit_v{};               ///< at the transformer itself, whatever the compensation says
    Duration tap_delay = std::chrono::seconds(2);  ///< from one tap to the next
    int max_steps = 16;                            ///< largest move at a time; 1 is what machines do in real time
    bool inverse_time = false;
    Position at{};
};

enum class CapacitorSignal { voltage, current, reactive_power, power_factor, time };

/// The relay that switches a capacitor, step by step.
struct CapacitorControlRow {
    std::string id;
    std::string capacitor;
    CapacitorSignal signal = CapacitorSignal::voltage;
    std::string element{};  ///< the branch or transformer that is watched
    bool at_to_end = false;
    std::optional<Conductor> conductor{};     ///< that is watched; none: all that the element has there, powers as their sum
    OfSeveral of_voltages = OfSeveral::mean;  ///< where several are seen
    OfSeveral of_currents = OfSeveral::mean;
    std::optional<Terminals> across{};  ///< where the voltage is seen instead
    double on = 115.0;                  ///< V or A behind the transformers' ratios, kvar, power factor, or hour of the day
    double off = 126.0;
    double pt_ratio = 60.0;
    double ct_ratio = 60.0;
    bool voltage_override = false;
    double lowest_v = 115.0;
    double highest_v = 126.0;
    Duration delay_on = std::chrono::seconds(15);
    Duration delay_off = std::chrono::seconds(15);
    Duration dead_time = std::chrono::seconds(300);  ///< after switching off, before it may switch on again
    /// A power factor switches a bank on that is off where at least this share of its reactive power is drawn.
    double least_share = 0.5;
    Position at{};
};

/// Where a voltage is seen: the magnitude across, in units of `rated`.
struct WatchedVoltage {
    std::string bus;
    Terminals across{};
    Volts rated{};  ///< 0: what the bus's nominal voltage is there
    friend bool operator==(const WatchedVoltage&, const WatchedVoltage&) = default;
};

/// A generator that holds the voltage it sees by its reactive power, within limits. Its active power stays its own.
struct HoldVoltage {
    PerUnit set{1.0};
    Kilovars q_min{};  ///< given to the network
    Kilovars q_max{};
};

/// The relay that moves the power of one load (as a rule generation: a load of negative power) with the voltage. Units that share
/// a control in their file have a row each.
struct InjectionControlRow {
    std::string id;
    std::string load;                       ///< whose power it moves
    std::vector<WatchedVoltage> watched{};  ///< empty: across each pair of terminals of the load, in units of its rated voltage
    OfSeveral voltage = OfSeveral::mean;
    std::variant<HoldVoltage, InverterCurves, SlopeVoltVar> law{};
    Duration delay{};  ///< from a voltage that calls for it to the action; 0: every load flow finds it done
    Position at{};
};

/// A series that loads refer to by name: factors of their nominal power, held over `every` or linear from one to the next,
/// repeating.
struct ProfileRow {
    std::string id;
    Duration every = std::chrono::hours(1);
    std::vector<double> values;
    std::vector<double> q_values{};  ///< of reactive power; empty: as `values`
    bool linear = false;
    Position at{};
};

/// Currents that were measured at one end of a row, from which the power of the loads behind it is to be found.
struct CurrentMeterRow {
    std::string id;
    std::string row;  ///< a branch or transformer; the loads behind it, up to the next meters, are its own
    bool at_to_end = false;
    std::vector<Amperes> currents;      ///< by phase
    std::vector<Conductor> conductors;  ///< at that end, one for each phase
    Position at{};
};

/// A load whose power follows the meter above it.
struct MeteredLoad {
    std::size_t load = 0;              ///< its place among the loads
    std::optional<Conductor> phase{};  ///< whose current counts; none: the mean of all
    double times = 1.0;                ///< of the load's power is what is scaled; the first load flow has the load's own
};

/// Loads that are scaled until meters see what was measured, see sim/network/load_allocation.hpp.
struct LoadAllocation {
    std::vector<CurrentMeterRow> meters;
    std::vector<MeteredLoad> loads;
    int passes = 2;
    Position at{};
};

/// How a description came about, for people: it decides nothing.
struct FeederOrigin {
    std::string file;
    std::string format;                   ///< the plug-in that read it
    std::vector<std::string> more_files;  ///< that the file names, and that were read
    std::vector<std::string> assumed;     ///< what was taken for granted where the file is silent
    std::vector<std::string> left_out;    ///< what the file says and the load flow does without
};

struct FeederDescription {
    std::string name;
    std::string note;  ///< where the numbers come from
    std::vector<BusRow> buses;
    std::vector<BranchRow> branches;
    std::vector<TransformerRow> transformers;
    std::vector<LoadRow> loads;
    std::vector<ShuntRow> shunts;
    std::vector<SourceRow> sources;
    std::vector<RegulatorRow> regulators;
    std::vector<CapacitorControlRow> capacitor_controls;
    std::vector<InjectionControlRow> injection_controls;
    std::vector<ProfileRow> profiles;
    std::optional<LoadAllocation> allocation{};  ///< still to be done
    Position at{};
    FeederOrigin origin{};
};

}  // namespace evsweep
