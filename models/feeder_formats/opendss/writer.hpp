/// Writes a feeder as an OpenDSS script that OpenDSS solves to the same voltages.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>

#include "evsweep/feeder_description.hpp"
#include "feeder_formats/opendss/words.hpp"

namespace evsweep::opendss {

/// Rows that OpenDSS has no object for go to `issues`.
class Writer {
   public:
    Writer(const FeederDescription& feeder, Issues& issues);
    [[nodiscard]] std::string script();

   private:
    void add(const ObjectText& object) { script_ += object.str() + "\n"; }
    void headline(const char* text) { script_ += std::string("\n! ") + text + "\n"; }
    template <class Row>
    void each(const char* title, const std::vector<Row>& rows, void (Writer::*write)(const Row&)) {
        if (!rows.empty()) headline(title);
        for (const Row& row : rows) (this->*write)(row);
    }
    void refuse(const Position& at, const std::string& path, const std::string& problem, const std::string& hint) {
        issues_.error(at, path, problem, hint);
    }
    [[nodiscard]] std::string bus(const std::string& id) { return names_.of("bus", id); }
    [[nodiscard]] const BusRow& bus_row(const std::string& id) const { return *buses_.at(id); }
    /// Volts across the first pair of terminals, as rated or else nominal.
    [[nodiscard]] double rated_across(const std::string& bus, const Terminals& terminals, Volts rated) const;

    void source(const SourceRow& row);
    [[nodiscard]] ObjectText ideal_source(const std::string& at, const std::vector<Conductor>& conductors, double phase_kv,
                                          double pu, double angle_deg);
    void branch(const BranchRow& row);
    void line(const BranchRow& row);
    void balanced_transformer(const BranchRow& row);
    void transformer(const TransformerRow& row);
    void transformer_unit(const TransformerRow& row, const std::string& name, const std::vector<Wiring>& wirings, double share,
                          const char* lead);
    void regulator(const RegulatorRow& row);
    void load(const LoadRow& row);
    void load_part(const LoadRow& row, const std::string& name, const Wiring& wiring, double share);
    void add_law(const LoadRow& row, ObjectText& object);
    void add_profile(const LoadRow& row, ObjectText& object);
    void shunt(const ShuntRow& row);
    void shunt_part(const ShuntRow& row, const std::string& name, const std::vector<Terminals>& terminals, double share);
    void add_place(const ShuntRow& row, const std::vector<Terminals>& terminals, const Wiring& wiring, ObjectText& object);
    void capacitor_control(const CapacitorControlRow& row);
    void injection_control(const InjectionControlRow& row);
    /// The load behind a generator that holds a voltage.
    void generator(const LoadRow& row, const InjectionControlRow& control, const HoldVoltage& hold);
    /// The load behind a control that inverters have, as the object that they are in OpenDSS.
    void inverter(const LoadRow& row, const InjectionControlRow& control);
    void inverter_control(const InjectionControlRow& row, const InverterCurves& curves, const LoadRow& load);
    void slope_control(const InjectionControlRow& row, const SlopeVoltVar& law, const LoadRow& load);
    void curve(const std::string& name, const VoltageCurve& curve);
    [[nodiscard]] std::pair<std::string, double> watched_node(const WatchedVoltage& seen, const LoadRow& row);
    void add_watched(const InjectionControlRow& row, const LoadRow& load, ObjectText& object);
    void profile(const ProfileRow& row);
    void voltage_bases();
    void coordinates();
    void report_losses();

    const FeederDescription& feeder_;
    Issues& issues_;
    std::map<std::string, const BusRow*> buses_;
    std::set<std::string> regulated_;  ///< transformers, by id
    std::set<std::string> switched_;   ///< shunts, by id
    std::set<std::string> missing_profiles_;
    std::size_t sources_ = 0;                                       ///< written; the first one is the circuit
    std::map<std::string, const InjectionControlRow*> controlled_;  ///< loads that are generators or inverters, by id
    std::set<std::string> inverters_;                               ///< of these, those that are written
    int solves_ = 1;
    bool holds_ = false;  ///< a voltage, which OpenDSS finds by many small steps
    Names names_;
    std::string script_;
};

}  // namespace evsweep::opendss
