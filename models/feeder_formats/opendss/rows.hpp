/// Turns the elements of an OpenDSS circuit into the rows of a feeder description.
#pragma once

#include <map>

#include "evsweep/feeder_description.hpp"
#include "feeder_formats/opendss/conductors.hpp"
#include "feeder_formats/opendss/network.hpp"

namespace evsweep::opendss {

/// Which conductor of which source holds a node.
struct SourceNode {
    const Source* source = nullptr;
    std::size_t place = 0;  ///< among the source's phases
    [[nodiscard]] double angle() const { return source->angle - 120.0 * static_cast<double>(place); }
};

/// What all makers of rows need.
class Rows {
   public:
    Rows(Circuit& the_circuit, PropertyReader& the_reader, const Plan& the_plan, const Network& the_network,
         FeederDescription& out)
        : circuit_(the_circuit), reader_(the_reader), plan_(the_plan), network_(the_network), feeder_(out) {}
    void add_buses();
    void add_source();
    void add_lines();
    void add_transformers();
    void add_reactors();
    void add_capacitors();
    void add_loads();
    void add_generators();
    void add_pv_systems();
    void add_storages();
    void add_controls();
    void add_inverter_controls();
    void add_allocation();
    void report_dead();
    void report_floating();

   private:
    void add_line(const Placed<Line>& placed);
    [[nodiscard]] CoupledConductors fed_conductors(const Placed<Line>& placed, const LineData& data, const Line& measured);
    [[nodiscard]] std::vector<Conductor> conductors(const Terminal& end, const Position& at, const std::string& path);
    [[nodiscard]] Terminals terminals(const std::string& bus, int plus, int minus) const {
        return {network_.conductor(bus, plus), network_.conductor(bus, minus)};
    }
    template <class T>
    [[nodiscard]] std::vector<Terminals> terminals_of(const Placed<T>& placed) const;
    template <class T>
    [[nodiscard]] LoadRow injection_row(const Placed<T>& placed, const std::string& id);
    [[nodiscard]] double growth_of(const Load& load);
    [[nodiscard]] double keep_fed_phases(const Placed<Load>& placed, LoadRow& row);
    /// What an inverter can do, and what there is to give now before its limits.
    [[nodiscard]] InverterRating rating_of(const PvSystem& pv) const;
    [[nodiscard]] InverterRating rating_of(const Storage& storage) const;
    void set_inverter(LoadRow& row, const Inverter& inverter, const InverterRating& rating);
    void limit_current(LoadRow& row, const Inverter& inverter, const InverterRating& rating);
    void hold_voltage(const Generator& generator, LoadRow& row);
    [[nodiscard]] std::string source_path(const Source& source) const;
    [[nodiscard]] bool hold_nodes(const Placed<Source>& placed, std::map<int, SourceNode>& held);
    void earth_by(const BranchRow& line);
    void add_reactor_branch(const Placed<Reactor>& reactor);
    void add_neutral(const Placed<Transformer>& transformer, std::size_t winding);
    void report_controls_off(const std::vector<std::string>& acted);
    void add_regulators();
    void add_capacitor_controls();
    void add_regulator(const RegControl& control, const Transformer& transformer);
    void add_capacitor_control(const CapControl& control);
    [[nodiscard]] static std::optional<OfSeveral> of_phases(const std::string& word);
    [[nodiscard]] bool watch_bus(const CapControl& control, const Terminal& place, CapacitorControlRow& row);
    [[nodiscard]] bool watch_conductors(const CapControl& control, const std::vector<Terminal>& ends, CapacitorControlRow& row);
    void leave_meters_out();
    void add_meter(const std::string& id, const CurrentMeter& meter, LoadAllocation& plan);
    void add_meter_row(const std::string& id, const CurrentMeter& meter, const Terminal& end, std::size_t phases,
                       LoadAllocation& plan);
    static void add_metered(const Placed<Load>& placed, std::size_t row, LoadAllocation& plan);
    void add_inv_control(const InvControl& control);
    void add_exp_control(const ExpControl& control);
    /// An inverter with its ends.
    struct Unit {
        const Inverter* inverter = nullptr;
        const Terminal* end = nullptr;
        double volts = 0.0;  ///< to neutral, as rated
        InverterRating rating;
    };
    /// None where it is not in service.
    [[nodiscard]] std::optional<Unit> unit_of(const std::string& name) const;
    [[nodiscard]] InjectionControlRow unit_row(const InverterControl& control, const std::string& id, const std::string& unit);
    [[nodiscard]] VoltageCurve curve_of(const std::string& name) const;
    [[nodiscard]] InverterCurves curves_of(const InvControl& control, const Unit& unit) const;
    [[nodiscard]] std::vector<WatchedVoltage> phases_of(const Unit& unit, double rated_v) const;
    [[nodiscard]] std::optional<std::vector<WatchedVoltage>> seen_by(const InvControl& control, const std::string& id,
                                                                     const Unit& unit);
    /// Name of the profile that an element of that power follows, made if it is new; without `kvar` the shape does not give
    /// the reactive power.
    [[nodiscard]] std::string profile_of(const Injection& element, double kw, std::optional<double> kvar);
    [[nodiscard]] std::optional<ProfileRow> profile_row(const LoadShape& shape, const std::string& profile);

    Circuit& circuit_;
    PropertyReader& reader_;
    const Plan& plan_;
    const Network& network_;
    FeederDescription& feeder_;
    std::set<std::string> profiles_;
    std::map<std::string, std::string> controlled_;  ///< inverters, and by what
};

/// Names for a message, of which there may be thousands.
[[nodiscard]] std::string listed(std::vector<std::string> names);

/// The daily shape, or else the yearly one, or that of the duty cycle.
[[nodiscard]] const std::string& shape_name(const Injection& element);

/// Series impedance per phase of a reactor, or its matrix, row by row.
[[nodiscard]] std::vector<std::complex<double>> impedance_of(const Reactor& reactor, const std::string& path,
                                                             PropertyReader& reader);

/// Impedance of the source, row by row.
[[nodiscard]] std::vector<std::complex<double>> impedance_of(const Source& source);

/// Finds a circuit's description; what is wrong goes to the reader.
[[nodiscard]] FeederDescription describe(Circuit& circuit, PropertyReader& reader);

}  // namespace evsweep::opendss
