/// What each line of the project's feeder file may say: one struct per kind of row, and the file as a whole.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feeder_formats/evsweep/inverters.hpp"
#include "feeder_formats/evsweep/values.hpp"

namespace evsweep {

[[nodiscard]] inline std::vector<std::pair<std::string, BranchKind>> names_of(BranchKind) {
    return {{"line", BranchKind::line}, {"transformer", BranchKind::transformer}, {"switch", BranchKind::switch_}};
}

[[nodiscard]] inline std::vector<std::pair<std::string, SeenCoil>> names_of(SeenCoil) {
    return {{"coil", SeenCoil::given}, {"highest", SeenCoil::highest}, {"lowest", SeenCoil::lowest}};
}
[[nodiscard]] inline std::vector<std::pair<std::string, ReversePower>> names_of(ReversePower) {
    return {{"ignore", ReversePower::ignore}, {"regulate", ReversePower::regulate}, {"neutral", ReversePower::neutral}};
}

[[nodiscard]] inline std::vector<std::pair<std::string, CapacitorSignal>> names_of(CapacitorSignal) {
    using enum CapacitorSignal;
    return {{"voltage", voltage},
            {"current", current},
            {"reactive_power", reactive_power},
            {"power_factor", power_factor},
            {"time", time}};
}

namespace feeder_file {

/// How a device or a winding hangs on its phases.
enum class Connection { star, delta };
[[nodiscard]] inline std::vector<std::pair<std::string, Connection>> names_of(Connection) {
    return {{"wye", Connection::star}, {"delta", Connection::delta}};
}

/// An end of a branch.
enum class BranchEnd { from, to };
[[nodiscard]] inline std::vector<std::pair<std::string, BranchEnd>> names_of(BranchEnd) {
    return {{"from", BranchEnd::from}, {"to", BranchEnd::to}};
}

struct BusLine {
    std::string id, bus_class;
    Volts nominal;
    std::optional<PhasesText> phases;
    std::optional<double> x, y;
    static const Schema<BusLine>& schema();
};

struct LinecodeLine {
    std::string id;
    std::optional<OhmPerKmMatrix> r, x;
    std::optional<SiemensPerKmMatrix> g, b;
    std::optional<OhmsPerKm> r1, x1, r0, x0;
    std::optional<SiemensPerKm> b1, b0;
    std::optional<Amperes> rating;
    static const Schema<LinecodeLine>& schema();
    [[nodiscard]] bool is_sequence() const { return r1 && x1 && r0 && x0; }
};

struct BranchLine {
    std::string id, from, to, code;
    std::optional<PhasesText> phases, to_phases;
    std::optional<Kilometres> length;
    std::optional<OhmMatrix> r, x;
    std::optional<SiemensMatrix> g, b;
    std::optional<Amperes> rating;
    BranchKind kind = BranchKind::line;
    std::optional<KilovoltAmperes> power;
    double tap = 1.0;
    Degrees shift;
    bool open = false;
    static const Schema<BranchLine>& schema();
};

/// The same in the section of switches, where an impedance may be left out.
struct SwitchLine {
    BranchLine branch;
    static const Schema<BranchLine>& branch_schema();
};

struct TransformerLine {
    std::string id, from, to;
    std::optional<KilovoltAmperes> power;
    ShareOrOhms r, x;
    std::optional<SiemensMatrix> g, b;
    std::optional<Kilometres> length;
    std::optional<Amperes> rating;
    double tap = 1.0;
    Degrees shift;
    bool open = false;
    static const Schema<TransformerLine>& schema();
};

struct TapsLine {
    double min = TapRange{}.min, max = TapRange{}.max;
    int steps = TapRange{}.steps;
    static const Schema<TapsLine>& schema();
};

struct WindingLine {
    std::string bus;
    std::optional<Connection> connection;
    std::optional<std::vector<TerminalsText>> coils;
    std::optional<Volts> rated;
    Fraction r;
    double tap = 1.0;
    TapsLine taps;
    static const Schema<WindingLine>& schema();
};

struct WoundLine {
    std::string id;
    KilovoltAmperes power;
    RowList<WindingLine> windings;
    std::optional<Shares> x;
    Fraction no_load_loss, magnetising, stray{TransformerRow{}.stray};
    std::optional<KilovoltAmperes> rating;
    bool open = false;
    static const Schema<WoundLine>& schema();
};

/// A row of the transformers: with two ends, or with windings.
struct AnyTransformer {
    std::optional<TransformerLine> plain;
    std::optional<WoundLine> wound;
};

struct RelayLine {
    Volts set{RelaySetting{}.set_v}, band{RelaySetting{}.band_v}, r, x;
    Duration delay = RelaySetting{}.delay;
    static const Schema<RelayLine>& schema();
};

struct RegulatorLine {
    std::string id, transformer, bus;
    int winding = 2, coil = 1;
    SeenCoil sees = SeenCoil::given;
    std::optional<int> tap_winding;
    std::optional<PhasesText> phase;
    std::optional<double> bus_pt;
    Volts set{RelaySetting{}.set_v}, band{RelaySetting{}.band_v}, r, x;
    Duration delay = RelaySetting{}.delay;
    double pt = RegulatorRow{}.pt_ratio;
    Amperes ct = RegulatorRow{}.ct_primary;
    ReversePower on_reverse = ReversePower::ignore;
    std::optional<RelayLine> reverse;
    Kilowatts reverse_threshold = RegulatorRow{}.reverse_threshold;
    std::optional<Volts> limit;
    Duration tap_delay = RegulatorRow{}.tap_delay;
    int max_steps = RegulatorRow{}.max_steps;
    bool inverse_time = false;
    static const Schema<RegulatorLine>& schema();
};

struct CapacitorControlLine {
    std::string id, capacitor, element;
    CapacitorSignal signal = CapacitorSignal::voltage;
    BranchEnd end = BranchEnd::from;
    std::optional<PhasesText> phase;
    std::optional<TerminalsText> across;
    double on = CapacitorControlRow{}.on, off = CapacitorControlRow{}.off;
    double pt = CapacitorControlRow{}.pt_ratio, ct = CapacitorControlRow{}.ct_ratio;
    bool voltage_override = false;
    Volts lowest{CapacitorControlRow{}.lowest_v}, highest{CapacitorControlRow{}.highest_v};
    Duration delay_on = CapacitorControlRow{}.delay_on, delay_off = CapacitorControlRow{}.delay_off;
    Duration dead_time = CapacitorControlRow{}.dead_time;
    OfSeveral of_voltages = OfSeveral::mean, of_currents = OfSeveral::mean;
    double least_share = CapacitorControlRow{}.least_share;
    static const Schema<CapacitorControlLine>& schema();
};

struct LinearLine {
    PerUnit low{LinearOutside{}.low}, min{LinearOutside{}.min}, max{LinearOutside{}.max};
    bool at_rated_power = false, q_at_rated_voltage = false;
    static const Schema<LinearLine>& schema();
};

struct LoadLine {
    std::string id, bus, profile;
    std::optional<PhasesText> phases;
    std::optional<Connection> connection;
    std::optional<std::vector<TerminalsText>> terminals;
    Kilowatts p;
    Kilovars q;
    std::optional<std::vector<double>> zip, zip_q;
    std::optional<double> exponent, exponent_q;
    std::optional<LinearLine> linear_outside;
    PerUnit cut_off, holds_current_below;
    Volts rated;
    static const Schema<LoadLine>& schema();
};

struct ShuntLine {
    std::string id, bus;
    std::optional<PhasesText> phases;
    std::optional<Connection> connection;
    std::optional<std::vector<TerminalsText>> terminals;
    Kilowatts p;
    Kilovars q;
    Volts rated;
    int steps = 1;
    std::optional<int> steps_on;
    static const Schema<ShuntLine>& schema();
};

/// A shunt as people speak of it: q is what it supplies.
struct CapacitorLine {
    ShuntLine shunt;
    static const Schema<ShuntLine>& shunt_schema();
};

struct ProfileLine {
    std::string id;
    Duration every = ProfileRow{}.every;
    std::vector<double> values, q_values;
    bool linear = false;
    static const Schema<ProfileLine>& schema();
};

struct SourceLine {
    std::string bus;
    PerUnit voltage{1.0};
    Degrees angle;
    std::optional<std::vector<PerUnit>> voltages;
    std::optional<std::vector<Degrees>> angles;
    bool earthed = true;
    std::optional<OhmMatrix> r, x;
    std::optional<Ohms> r1, x1, r0, x0;
    static const Schema<SourceLine>& schema();
    [[nodiscard]] bool is_sequence() const { return r1 && x1 && r0 && x0; }
};

/// The whole file.
struct FeederFile {
    std::string name, note;
    std::optional<PhasesText> phases;
    RowList<BusLine> buses;
    RowList<LinecodeLine> linecodes;
    RowList<BranchLine> lines;
    RowList<SwitchLine> switches;
    RowList<AnyTransformer> transformers;
    RowList<LoadLine> loads;
    RowList<ShuntLine> shunts;
    RowList<CapacitorLine> capacitors;
    RowList<RegulatorLine> regulators;
    RowList<CapacitorControlLine> capacitor_controls;
    RowList<GeneratorControlLine> generator_controls;
    RowList<InverterControlLine> inverter_controls;
    RowList<ProfileLine> profiles;
    RowList<SourceLine> source;
    static const Schema<FeederFile>& schema();
};

}  // namespace feeder_file

template <>
struct PartsOf<feeder_file::AnyTransformer> {
    static std::vector<FieldInfo> list();
};

template <>
struct Value<feeder_file::AnyTransformer> {
    static std::optional<feeder_file::AnyTransformer> read(const Node& node, std::string_view path, Reader& reader);
};

template <>
struct Value<feeder_file::SwitchLine> {
    static std::optional<feeder_file::SwitchLine> read(const Node& node, std::string_view path, Reader& reader);
};

template <>
struct PartsOf<feeder_file::SwitchLine> {
    static std::vector<FieldInfo> list() { return feeder_file::SwitchLine::branch_schema().fields(); }
};

template <>
struct Value<feeder_file::CapacitorLine> {
    static std::optional<feeder_file::CapacitorLine> read(const Node& node, std::string_view path, Reader& reader);
};

template <>
struct PartsOf<feeder_file::CapacitorLine> {
    static std::vector<FieldInfo> list() { return feeder_file::CapacitorLine::shunt_schema().fields(); }
};

}  // namespace evsweep
