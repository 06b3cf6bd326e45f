/// The objects of an OpenDSS circuit as the script leaves them, in OpenDSS's terms and with its defaults.
#pragma once

#include <array>
#include <complex>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "evsweep/feeder_description.hpp"
#include "feeder_formats/opendss/wires.hpp"

namespace evsweep::opendss {

/// Impedance per unit length: sequence values, and the matrices that count (made from them or given).
struct LineData {
    int phases = 3;
    double r1 = 0.058, x1 = 0.1206, r0 = 0.1784, x0 = 0.4047;  ///< ohm per length
    double c1 = 3.4, c0 = 1.6;                                 ///< nF per length
    bool by_sequence = true;
    std::vector<std::complex<double>> z;  ///< ohm per length
    std::vector<double> c;                ///< nF per length
    double rg = 0.01805, xg = 0.155081, rho = 100.0;
    double frequency = 60.0;
    LengthUnit unit = LengthUnit::none;
    std::optional<double> ampacity;

    /// Makes the matrices from the sequence values.
    void fill_matrices() { fill_matrices(phases == 1); }

   protected:
    void fill_matrices(bool by_first_sequence);
};

struct LineCode : Object, LineData {
    int neutral = 3;  ///< the conductor that `kron` reduces, counted from 1; 0: none
    /// A code's single phase is made from both sequences, a line's from the first alone.
    void fill_matrices();
};

struct Line : Object, LineData {
    double length = 1.0;
    LengthUnit code_unit = LengthUnit::none;
    double convert = 1.0;  ///< length units per unit of the impedances
    bool is_switch = false;
    bool has_code = false;
    int phases_given = 0;  ///< before a code replaced them; 0: none
    bool has_capacitance = false;
    std::string geometry, spacing;  ///< that the impedances come from instead
    std::vector<ConductorName> wires;
    EarthModel earth = EarthModel::deri;
    bool stale = false;  ///< the matrices are older than the sequence values

    /// Makes the matrices that count, as the first load flow does.
    void calculate();
};

struct Winding {
    bool delta = false;
    double kv = 12.47;
    double kva = 1000.0;
    double tap = 1.0;
    double r = 0.002;
    double neutral_r = -1.0;  ///< negative: none
    double neutral_x = 0.0;
    double max_tap = 1.1;
    double min_tap = 0.9;
    int taps = 32;
    bool moved = false;  ///< by a control in a Solve of the script
};

struct Transformer : Object {
    int phases = 3;
    std::vector<Winding> windings = std::vector<Winding>(2);
    std::size_t active = 0;
    double xhl = 0.07, xht = 0.35, xlt = 0.30;
    double no_load_loss = 0.0, magnetising = 0.0;  ///< per unit
    double anti_float = 1e-6;
    std::optional<double> normal_kva;
    bool high_leads = false;
};
/// Transformers and their codes share everything but the buses.
struct XfmrCode : Transformer {};

/// What loads and generators share.
struct Injection : Object {
    int phases = 3;
    bool delta = false;
    double kv = 12.47;
    int model = 1;
    double low_pu = 0.5, min_pu = 0.95, max_pu = 1.05;
    std::string yearly, daily, duty;
};

struct Load : Injection {
    enum class Given { kw_pf, kw_kvar, kva_pf, allocated, energy };
    double kw = 10.0, kvar = 5.0, pf = 0.88, kva = 10.0 / 0.88;
    Given given = Given::kw_pf;
    bool pf_changed = false;
    bool pf_given = false;
    bool fixed = false;
    double transformer_kva = 0.0, allocation = 0.5;
    double kwh = 0.0, kwh_days = 30.0, c_factor = 4.0;
    double cvr_watts = 1.0, cvr_vars = 2.0;
    std::vector<double> zipv;
    double neutral_r = -1.0, neutral_x = 0.0;
    std::string growth;
};

struct Generator : Injection {
    Generator() { min_pu = 0.90, max_pu = 1.10; }
    double kw = 1000.0, kvar = 60.0, pf = 0.88;
    double vpu = 1.0;                            ///< that model 3 holds
    double max_kvar = 120.0, min_kvar = -120.0;  ///< within which
    bool by_pf = true;
    bool fixed = false;
};

/// What photovoltaic systems and storages share.
struct Inverter : Injection {
    Inverter() { min_pu = 0.90, max_pu = 1.10; }
    double kva = 500.0, pf = 1.0, kvar = 0.0;
    bool by_pf = true;
    std::optional<double> kvar_max, kvar_max_abs;      ///< supplied and absorbed, where given
    std::optional<double> usual_kvar_max;              ///< where not given; none: kva
    double cut_out = 0.0;                              ///< % of kva
    double no_vars_below = 0.0, full_vars_from = 0.0;  ///< % of the rated kW; 0: no such limit
    bool watt_first = false;                           ///< reactive power gives way at the kVA limit
    bool factor_first = false;                         ///< the power factor is kept at limits
    bool vars_follow = false;                          ///< no reactive power while it is off
    bool balanced = false;                             ///< its currents are balanced whatever the voltages
    bool current_limited = false;                      ///< its current stays below its lowest voltage
    std::string efficiency;                            ///< curve over its load
};

struct PvSystem : Inverter {
    PvSystem() { cut_out = 20.0; }
    double irradiance = 1.0, pmpp = 500.0, limit = 1.0, temperature = 25.0;
    std::string temperature_curve;
};

struct Storage : Inverter {
    enum class State { charging, idling, discharging };
    enum class Dispatch { shape, follow, external, trigger };
    Storage() { kva = 25.0, usual_kvar_max = 25.0; }
    State state = State::idling;
    double rated_kw = 25.0, limit = 1.0, rated_kwh = 50.0, kwh = 50.0, reserve_kwh = 0.0;
    double charge = 100.0, discharge = 100.0, idle = 1.0, reserve = 20.0;  ///< % of the rated values
    bool kva_given = false;
    int rated_phases = 3;  ///< when kV was given
    Dispatch dispatch = Dispatch::shape;
    double charge_trigger = 0.0, discharge_trigger = 0.0;
};

/// What the controls of inverters share: the inverters are those named, or all that there are when the control is defined.
struct InverterControl : Object {
    std::vector<std::string> units;  ///< as `pvsystem.name`, `storage.name`
    double delta_q = -1.0;
    int solves = 0;  ///< that the script has asked for since the control is there
};

struct InvControl : InverterControl {
    bool var = false, watt = false;  ///< of `mode`
    bool both = false;               ///< by `combimode`
    std::string var_curve, watt_curve, charging_curve;
    bool by_kvar_limits = false;
    int watt_axis = 1;  ///< available power, Pmpp, %Pmpp of it, kVA
    double delta_p = -1.0, voltage_tolerance = 1e-4, q_tolerance = 0.025, p_tolerance = 0.01;
    int seen = -1;  ///< phase; -1 mean, -2 highest, -3 lowest
    std::vector<Value> seen_buses;
    std::vector<double> seen_bases;
};

struct ExpControl : InverterControl {
    ExpControl() { delta_q = 0.7; }
    double vreg = 1.0, slope = 50.0, bias = 0.0, vreg_min = 0.95, vreg_max = 1.05, q_lead = 0.44, q_lag = 0.44;
    bool prefers_q = false;
};

struct Capacitor : Object {
    int phases = 3;
    bool delta = false;
    double kv = 12.47;
    std::vector<double> kvar{1200.0};
    std::vector<double> micro_farad;
    bool by_kvar = true;
    std::vector<double> r, xl;
    double harmonic = 0.0;
    int steps = 1;
    std::vector<double> states{1.0};
    bool moved = false;  ///< by a control in a Solve of the script
};

struct Reactor : Object {
    enum class Given { kvar, ohm, matrix, sequence };
    int phases = 3;
    bool delta = false;
    bool parallel = false;
    double kv = 12.47, kvar = 100.0;
    double r = 0.0, x = 0.0, rp = 0.0;
    std::complex<double> z1, z0;
    bool has_z0 = false;
    std::vector<double> r_matrix, x_matrix;
    Given given = Given::kvar;
};

struct LoadShape : Object {
    double interval_h = 1.0;  ///< 0: points at `hours`
    std::vector<double> p, q, hours;
    bool holds = false;  ///< the value of the point before counts between points, rather than a straight line
    bool use_actual = false;
    std::size_t points = 0;
    std::optional<double> max_p, max_q;  ///< where given
    double base_p = 0.0, base_q = 0.0;
};

/// By how much loads grow from one year to the next, from each of these years on.
struct GrowthShape : Object {
    std::vector<double> years, factors;
    double most_points = 0.0;  ///< where given
    /// Of a year over the first one.
    [[nodiscard]] double growth_until(int year) const;
};

struct XyCurve : Object {
    std::vector<double> x, y;
    double most_points = 0.0;  ///< where given
    /// Linear between the points and beyond them.
    [[nodiscard]] double value(double where) const;
};

struct RegControl : Object {
    std::string transformer;
    int winding = 1, tap_winding = 1;
    double vreg = 120.0, band = 3.0, pt_ratio = 60.0, ct_primary = 300.0, r = 0.0, x = 0.0, delay = 15.0;
    bool reversible = false, reverse_neutral = false;
    double reverse_vreg = 120.0, reverse_band = 3.0, reverse_r = 0.0, reverse_x = 0.0, reverse_delay = 60.0;
    double reverse_threshold = 100.0;
    double tap_delay = 2.0;
    int max_steps = 16;
    bool inverse_time = false;
    double limit = 0.0;
    int phase = 1;
    SeenCoil sees = SeenCoil::given;
    double remote_pt_ratio = 60.0;
    Value regulated_bus;
};

struct CapControl : Object {
    std::string element, capacitor;
    int terminal = 1;
    std::string signal = "current";
    double pt_ratio = 60.0, ct_ratio = 60.0, on = 300.0, off = 200.0;
    double factor_on = 0.95, factor_off = 1.05;  ///< of a control by power factor: 0 .. 1 lagging, 1 .. 2 leading
    double least_kvar = 50.0;                    ///< % of the bank's
    double delay_on = 15.0, delay_off = 15.0, dead_time = 300.0;
    bool voltage_override = false;
    double v_max = 126.0, v_min = 115.0;
    std::string ct_phase = "1", pt_phase = "1";
};

/// What energy meters and sensors share: the currents that they are to see, by phase.
struct CurrentMeter : Object {
    std::string element;
    int terminal = 1;
    std::vector<double> amperes;
};
struct EnergyMeter : CurrentMeter {};
struct Sensor : CurrentMeter {
    bool has_powers = false;
};

struct SwitchControl : Object {
    std::string element;
    std::optional<bool> normal_closed, closed;
};

struct Source : Object {
    enum class Given { mva, current, ohm };
    int phases = 3;
    double base_kv = 115.0, pu = 1.0, angle = 0.0, frequency = 0.0;
    double mva3 = 2000.0, mva1 = 2100.0, isc3 = 10000.0, isc1 = 10540.0, x1r1 = 4.0, x0r0 = 3.0;
    double r1 = 1.65, x1 = 6.6, r0 = 1.9, x0 = 5.7;
    double base_mva = 100.0;
    std::optional<std::complex<double>> pu_z1, pu_z0;
    bool has_z0 = false;
    std::complex<double> pu_ideal{1e-6, 0.001};
    bool ideal = false;
    Given given = Given::mva;
};

// What the end of a line works out, and what `like` leaves alone.
/// Of a load given by the kVA of its transformer or by energy bills. Until loads are allocated it has the power factor that it
/// had when these were given.
[[nodiscard]] double allocated_kw(const Load& load);

void finish_edit(LineCode& code, PropertyReader& reader);
void finish_edit(Load& load, PropertyReader& reader);
void finish_edit(GrowthShape& shape, PropertyReader& reader);
void finish_edit(XyCurve& curve, PropertyReader& reader);
void finish_edit(InvControl& control, PropertyReader& reader);
void finish_edit(ExpControl& control, PropertyReader& reader);
/// What a Solve of the script leaves: taps and banks that controls may have moved.
void let_controls_act(Circuit& circuit, const Position& at);
/// Controls that acted in a Solve of the script on what was not set behind it.
[[nodiscard]] std::vector<std::string> controls_that_acted(const Circuit& circuit);
/// Brings the matrices of all lines up to date.
void calculate_lines(Circuit& circuit);
void after_like(Transformer& transformer, const Transformer& before, PropertyReader& reader, const Value& value);
void after_like(CapControl& control, const CapControl& before, PropertyReader& reader, const Value& value);
void after_like(Line& line, const Line& before, PropertyReader& reader, const Value& value);
inline void start_with_frequency(LineCode& code, double frequency) { code.frequency = frequency; }
inline void start_with_frequency(Line& line, double frequency) { line.frequency = frequency; }

void set_line_geometry(Line& line, const Value& value, PropertyReader& reader);
void set_line_spacing(Line& line, const Value& value, PropertyReader& reader);
/// Conductors of the line's spacing; bare wires after cables are its neutrals.
template <ConductorKind Kind>
void set_line_conductors(Line& line, const Value& value, PropertyReader& reader);
[[nodiscard]] std::optional<EarthModel> to_earth_model(const Value& value, PropertyReader& reader);
/// Impedances per metre from where the wires are, at the circuit's frequency.
[[nodiscard]] LineData geometric_data(const Line& line, Circuit& circuit, PropertyReader& reader);

[[nodiscard]] Properties<LineCode> line_code_properties();
[[nodiscard]] Properties<Line> line_properties();
[[nodiscard]] Properties<Transformer> transformer_properties();
[[nodiscard]] Properties<XfmrCode> xfmr_code_properties();
[[nodiscard]] Properties<Load> load_properties();
[[nodiscard]] Properties<Generator> generator_properties();
[[nodiscard]] Properties<PvSystem> pv_system_properties();
[[nodiscard]] Properties<Storage> storage_properties();
[[nodiscard]] Properties<Capacitor> capacitor_properties();
[[nodiscard]] Properties<Reactor> reactor_properties();
[[nodiscard]] Properties<LoadShape> load_shape_properties();
[[nodiscard]] Properties<GrowthShape> growth_shape_properties();
[[nodiscard]] Properties<XyCurve> xy_curve_properties();
[[nodiscard]] Properties<RegControl> reg_control_properties();
[[nodiscard]] Properties<CapControl> cap_control_properties();
[[nodiscard]] Properties<SwitchControl> switch_control_properties();
[[nodiscard]] Properties<InvControl> inv_control_properties();
[[nodiscard]] Properties<ExpControl> exp_control_properties();
[[nodiscard]] Properties<EnergyMeter> energy_meter_properties();
[[nodiscard]] Properties<Sensor> sensor_properties();
[[nodiscard]] Properties<Source> source_properties();

struct Coordinates {
    double x = 0.0;
    double y = 0.0;
};

/// Everything that a script builds. There are a load shape and a growth shape `default` to begin with.
struct Circuit {
    Circuit();

    std::string name;
    Position at;
    bool exists = false;
    double default_frequency = 60.0;
    double frequency = 60.0;
    double load_mult = 1.0;
    double generator_mult = 1.0;
    int year = 0;                 ///< 0: loads have not grown
    double usual_growth = 0.025;  ///< a year, of loads without a growth shape
    Position controls_off;        ///< where the script says so; no file where controls act
    Position allocated;           ///< where the script has its loads follow the meters; no file where it does not
    int allocation_passes = 2;
    Position acted;    ///< the first Solve in which controls acted; no file: none
    Position changed;  ///< the first change of the circuit behind it; no file: none
    EarthModel earth = EarthModel::deri;
    std::vector<double> voltage_bases;  ///< kV, line to line
    std::map<std::string, double> bus_bases;
    std::map<std::string, Coordinates> coordinates;
    std::set<std::string> open;  ///< elements opened by commands, as `line.name`

    Store<Source> sources{"vsource", source_properties()};
    Store<LineCode> line_codes{"linecode", line_code_properties()};
    Store<WireData> wires{"wiredata", wire_data_properties()};
    Store<ConcentricNeutralData> concentric_neutrals{"cndata", concentric_neutral_properties()};
    Store<TapeShieldData> tape_shields{"tsdata", tape_shield_properties()};
    Store<LineGeometry> geometries{"linegeometry", line_geometry_properties()};
    Store<LineSpacing> spacings{"linespacing", line_spacing_properties()};
    Store<Line> lines{"line", line_properties()};
    Store<XfmrCode> xfmr_codes{"xfmrcode", xfmr_code_properties()};
    Store<Transformer> transformers{"transformer", transformer_properties()};
    Store<Load> loads{"load", load_properties()};
    Store<Generator> generators{"generator", generator_properties()};
    Store<PvSystem> pv_systems{"pvsystem", pv_system_properties()};
    Store<Storage> storages{"storage", storage_properties()};
    Store<Capacitor> capacitors{"capacitor", capacitor_properties()};
    Store<Reactor> reactors{"reactor", reactor_properties()};
    Store<LoadShape> shapes{"loadshape", load_shape_properties()};
    Store<GrowthShape> growth_shapes{"growthshape", growth_shape_properties()};
    Store<XyCurve> curves{"xycurve", xy_curve_properties()};
    Store<RegControl> reg_controls{"regcontrol", reg_control_properties()};
    Store<CapControl> cap_controls{"capcontrol", cap_control_properties()};
    Store<SwitchControl> switch_controls{"swtcontrol", switch_control_properties()};
    Store<InvControl> inv_controls{"invcontrol", inv_control_properties()};
    Store<ExpControl> exp_controls{"expcontrol", exp_control_properties()};
    Store<EnergyMeter> energy_meters{"energymeter", energy_meter_properties()};
    Store<Sensor> sensors{"sensor", sensor_properties()};

    std::map<std::string, ForeignObjects> foreign;  ///< by class: what is not read, and refused where it is enabled

    [[nodiscard]] std::vector<ObjectClass*> classes() {
        return {&sources,       &line_codes,      &wires,        &concentric_neutrals,
                &tape_shields,  &geometries,      &spacings,     &lines,
                &xfmr_codes,    &transformers,    &loads,        &generators,
                &pv_systems,    &storages,        &capacitors,   &reactors,
                &shapes,        &growth_shapes,   &curves,       &reg_controls,
                &cap_controls,  &switch_controls, &inv_controls, &exp_controls,
                &energy_meters, &sensors};
    }
};

/// Elements other than lines must agree with the circuit about the frequency.
template <class T>
void check_frequency(T&, const Value& value, PropertyReader& reader) {
    const auto number = reader.number(value);
    if (number && *number != reader.circuit().frequency)
        reader.refuse(value, "differs from the circuit's base frequency", "give the values at that frequency");
}

/// Properties of all controls, and of all elements.
template <class T>
Properties<T> element_properties() {
    return {{"basefreq", check_frequency<T>}, {"enabled"}};
}
/// Properties of all loads, generators and sources.
template <class T>
Properties<T> injection_properties() {
    return {no_effect<T>("spectrum"), {"basefreq", check_frequency<T>}, {"enabled"}};
}
/// Properties of all lines, transformers, capacitors and reactors; `rating` sets what it may carry.
template <class T>
Properties<T> delivery_properties(Property<T> rating, Property<T> frequency) {
    return {rating,
            no_effect<T>("emergamps"),
            no_effect<T>("faultrate"),
            no_effect<T>("pctperm"),
            no_effect<T>("repair"),
            frequency,
            {"enabled"}};
}

}  // namespace evsweep::opendss
