// Energy meters and sensors: the currents that loads are allocated by.
#include <fmt/format.h>

#include "feeder_formats/opendss/circuit.hpp"
#include "feeder_formats/opendss/rows.hpp"

namespace evsweep::opendss {
namespace {

template <class T>
void set_terminal(T& meter, const Value& value, PropertyReader& reader) {
    if (const auto terminal = reader.integer(value, 1, 3)) meter.terminal = *terminal;
}
void note_powers(Sensor& sensor, const Value&, PropertyReader&) { sensor.has_powers = true; }

}  // namespace

Properties<EnergyMeter> energy_meter_properties() {
    using T = EnergyMeter;
    Properties<T> own{{"element", set_text<&T::element, T>}, {"terminal", set_terminal<T>}};
    for (const char* name : {"action", "option", "kvanormal", "kvaemerg"}) own.push_back(no_effect<T>(name));
    own.push_back({"peakcurrent", set_list<&T::amperes, T>});
    for (const char* name :
         {"zonelist", "localonly", "mask", "losses", "linelosses", "xfmrlosses", "seqlosses", "3phaselosses", "vbaselosses",
          "phasevoltagereport", "int_rate", "int_duration", "saifi", "saifikw", "saidi", "caidi", "custinterrupts", "basefreq"})
        own.push_back(no_effect<T>(name));
    return with_common<T>(std::move(own), {{"enabled"}});
}

Properties<Sensor> sensor_properties() {
    using T = Sensor;
    Properties<T> own{{"element", set_text<&T::element, T>}, {"terminal", set_terminal<T>}};
    for (const char* name : {"kvbase", "clear", "kvs"}) own.push_back(no_effect<T>(name));
    own.insert(own.end(), {{"currents", set_list<&T::amperes, T>}, {"kws", note_powers}, {"kvars", note_powers}});
    for (const char* name : {"conn", "deltadirection", "%error", "weight", "action", "basefreq"})
        own.push_back(no_effect<T>(name));
    return with_common<T>(std::move(own), {{"enabled"}});
}

void Rows::add_allocation() {
    if (!circuit_.allocated.file) return leave_meters_out();
    LoadAllocation plan;
    plan.at = circuit_.allocated;
    plan.passes = circuit_.allocation_passes;
    for (const EnergyMeter& meter : circuit_.energy_meters.objects())
        if (meter.enabled) add_meter("energymeter." + meter.name, meter, plan);
    if (plan.meters.empty())
        return reader_.warning(plan.at, "allocateloads", "there is no energymeter in service, and the loads stay as they are",
                               "define one at the head of the feeder");
    for (const Sensor& sensor : circuit_.sensors.objects()) {
        if (!sensor.enabled) continue;
        if (sensor.has_powers || sensor.amperes.empty())
            reader_.error(sensor.at, "sensor." + sensor.name, "has no currents, and loads are allocated by currents alone",
                          "give currents=(...), or remove it");
        else
            add_meter("sensor." + sensor.name, sensor, plan);
    }
    std::map<std::string, std::size_t> places;
    for (std::size_t i = 0; i < feeder_.loads.size(); ++i) places.emplace(feeder_.loads[i].id, i);
    for (const auto& placed : plan_.loads)
        if (const auto row = places.find("load." + placed.element->name); row != places.end())
            add_metered(placed, row->second, plan);
    feeder_.allocation = std::move(plan);
}

void Rows::leave_meters_out() {
    for (const EnergyMeter& meter : circuit_.energy_meters.objects()) reader_.leave_out("energymeter", meter.at);
    for (const Sensor& sensor : circuit_.sensors.objects()) reader_.leave_out("sensor", sensor.at);
}

void Rows::add_meter(const std::string& id, const CurrentMeter& meter, LoadAllocation& plan) {
    const auto [kind, name] = parts_of(meter.element);
    const auto add = [&](const auto* placed) {
        const auto end = static_cast<std::size_t>(meter.terminal - 1);
        if (!placed || end >= placed->ends.size())
            return reader_.error(meter.at, id, fmt::format("measures '{}', which has no end {}", meter.element, meter.terminal),
                                 "give element=line.NAME or element=transformer.NAME in service");
        add_meter_row(id, meter, placed->ends[end], static_cast<std::size_t>(placed->element->phases), plan);
    };
    if (kind == "transformer") return add(placed_of(plan_.transformers, circuit_.transformers, name));
    add(kind == "line" ? placed_of(plan_.lines, circuit_.lines, name) : nullptr);
}

/// OpenDSS takes 400 A where the script gives no current.
void Rows::add_meter_row(const std::string& id, const CurrentMeter& meter, const Terminal& end, std::size_t phases,
                         LoadAllocation& plan) {
    constexpr double usual = 400.0;
    CurrentMeterRow row;
    row.id = id;
    row.at = meter.at;
    row.row = meter.element;
    row.at_to_end = meter.terminal > 1;
    const bool is_given = !meter.amperes.empty();
    if (is_given && meter.amperes.size() < phases)
        return reader_.error(meter.at, id, fmt::format("has {} currents for {} phases", meter.amperes.size(), phases),
                             "give one for each phase");
    if (!is_given)
        reader_.warning(meter.at, id, "has no peakcurrent, and loads are allocated by 400 A in each phase, as in OpenDSS",
                        "give peakcurrent=(...)");
    for (std::size_t k = 0; k < phases; ++k) {
        const double amperes = is_given ? meter.amperes[k] : usual;
        if (!(amperes >= 0.0)) return reader_.error(meter.at, id, fmt::format("has a current of {:g} A", amperes));
        const auto conductor = network_.conductor(end.bus, end.nodes[k]);
        if (!conductor)
            return reader_.error(meter.at, id, fmt::format("measures a conductor at node {} of bus {}", end.nodes[k], end.bus));
        row.currents.emplace_back(amperes);
        row.conductors.push_back(*conductor);
    }
    plan.meters.push_back(std::move(row));
}

/// Loads of one phase follow the current of the phase with the number of their node; also at the legs of a split-phase secondary,
/// as in OpenDSS.
void Rows::add_metered(const Placed<Load>& placed, std::size_t row, LoadAllocation& plan) {
    const Load& load = *placed.element;
    if (load.given != Load::Given::allocated && load.given != Load::Given::energy) return;
    const double kw = allocated_kw(load);
    if (load.kw == 0.0 || kw == 0.0) return;
    MeteredLoad metered{row, {}, kw / load.kw};
    const int node = placed.ends.front().nodes.front();
    if (load.phases == 1 && node >= 1 && node <= 3)
        metered.phase = static_cast<Conductor>(static_cast<int>(Conductor::a) + node - 1);
    plan.loads.push_back(metered);
}

}  // namespace evsweep::opendss
