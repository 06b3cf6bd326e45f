#include "feeder_formats/opendss/defaults.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evsweep::opendss {
namespace {

/// `takes` counts for an element for which none of the properties `any_of` was given; the first of them is reported.
struct Default {
    const char* element;
    std::vector<const char*> any_of;
    const char* takes;
};

const std::vector<Default>& defaults() {
    static const std::vector<Default> list{
        {"vsource", {"basekv"}, "115 kV"},
        {"vsource",
         {"mvasc3", "mvasc1", "isc3", "isc1", "r1", "x1", "z1", "puz1", "puzideal", "z0", "r0", "x0", "puz0", "z2", "puz2"},
         "2000 MVA, and 2100 MVA of one phase"},
        {"line",
         {"linecode", "geometry", "spacing", "wires", "cncables", "tscables", "conductors", "r1", "x1", "rmatrix", "xmatrix",
          "switch"},
         "0.058 + j0.1206 ohm per unit of length"},
        {"line", {"length", "switch"}, "1"},
        {"transformer", {"kvs", "kv", "xfmrcode"}, "12.47 kV"},
        {"transformer", {"kvas", "kva", "xfmrcode"}, "1000 kVA"},
        {"transformer", {"xhl", "x12", "xscarray", "xfmrcode"}, "7 %"},
        {"transformer", {"%rs", "%r", "%loadloss", "rdcohms", "xfmrcode"}, "0.2 % of each winding"},
        {"load", {"kv"}, "12.47 kV"},
        {"load", {"kw", "kva", "kvar", "xfkva", "kwh"}, "10 kW"},
        {"load", {"pf", "kvar"}, "0.88"},
        {"generator", {"kv"}, "12.47 kV"},
        {"generator", {"kw"}, "1000 kW"},
        {"generator", {"pf", "kvar"}, "0.88"},
        {"pvsystem", {"kv"}, "12.47 kV"},
        {"pvsystem", {"kva"}, "500 kVA"},
        {"pvsystem", {"pmpp"}, "500 kW"},
        {"pvsystem", {"irradiance"}, "1 kW/m2"},
        {"storage", {"kv"}, "12.47 kV"},
        {"storage", {"kwrated"}, "25 kW"},
        {"storage", {"state", "kw"}, "idling"},
        {"capacitor", {"kv"}, "12.47 kV"},
        {"capacitor", {"kvar", "cuf", "cmatrix"}, "1200 kvar"},
        {"regcontrol", {"vreg"}, "120 V"},
        {"regcontrol", {"band"}, "3 V"},
        {"regcontrol", {"ptratio"}, "60"},
        {"capcontrol", {"onsetting"}, "300"},
        {"capcontrol", {"offsetting"}, "200"},
    };
    return list;
}

std::string sentence(const char* element, const std::string& without, const std::string& takes, std::size_t of, std::size_t all) {
    return fmt::format("{} without {}: {} ({} of {})", element, without, takes, of, all);
}

/// Elements in service, and those of them that leave it to the default.
void add_default(ObjectClass& objects, const Default& property, std::vector<std::string>& found) {
    std::vector<std::size_t> numbers;
    for (const char* name : property.any_of)
        if (const auto number = objects.property(name)) numbers.push_back(*number);
    std::size_t all = 0;
    std::size_t without = 0;
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const Object& object = objects.object(i);
        if (!object.enabled) continue;
        ++all;
        without += std::none_of(numbers.begin(), numbers.end(), [&](std::size_t n) { return object.is_set.test(n); });
    }
    if (without > 0) found.push_back(sentence(property.element, property.any_of.front(), property.takes, without, all));
}

/// A line whose code has a unit of length and which has none itself.
void add_lengths_by_code(const Circuit& circuit, std::vector<std::string>& found) {
    std::size_t all = 0;
    std::size_t without = 0;
    for (const Line& line : circuit.lines.objects()) {
        if (!line.enabled) continue;
        ++all;
        without += line.has_code && line.unit == LengthUnit::none && line.code_unit != LengthUnit::none;
    }
    if (without > 0) found.push_back(sentence("line", "units", "length in the unit of its line code", without, all));
}

/// Loads that OpenDSS turns into impedances where the voltage is low or high.
void add_limits(Circuit& circuit, std::vector<std::string>& found) {
    const auto low = *circuit.loads.property("vminpu");
    const auto high = *circuit.loads.property("vmaxpu");
    std::size_t all = 0;
    std::size_t without = 0;
    for (const Load& load : circuit.loads.objects()) {
        if (!load.enabled || load.model == 2) continue;
        ++all;
        without += !load.is_set.test(low) && !load.is_set.test(high);
    }
    if (without > 0)
        found.push_back(sentence("load", "vminpu and vmaxpu", "an impedance below 0.95 pu and above 1.05 pu", without, all));
}

}  // namespace

std::vector<std::string> assumed_of(Circuit& circuit) {
    std::vector<std::string> found;
    const auto classes = circuit.classes();
    for (const Default& property : defaults())
        for (ObjectClass* objects : classes)
            if (objects->name() == property.element) add_default(*objects, property, found);
    add_lengths_by_code(circuit, found);
    add_limits(circuit, found);
    if (circuit.load_mult != 1.0) found.push_back(fmt::format("loads are {} times their kW (LoadMult)", circuit.load_mult));
    if (circuit.year > 0) found.push_back(fmt::format("loads have grown until year {}", circuit.year));
    return found;
}

}  // namespace evsweep::opendss
