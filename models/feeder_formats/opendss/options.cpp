// The options of `Set`: those that shape the circuit are kept, those of the solution are not data of a feeder.
#include <fmt/format.h>

#include <algorithm>

#include "feeder_formats/opendss/script.hpp"

namespace evsweep::opendss {
namespace {

constexpr std::size_t longest_mode = 20;

enum class Meaning {
    ignored,
    voltage_bases,
    default_frequency,
    frequency,
    load_mult,
    generator_mult,
    allocation,
    allocation_passes,
    year,
    load_model,
    circuit_model,
    long_line,
    control_mode,
    paths,
    growth,
    earth,
    duplicates,
    mode
};

struct Option {
    std::string_view name;
    Meaning meaning = Meaning::ignored;
};

/// In OpenDSS's order.
constexpr Option options[] = {{"type"},
                              {"element"},
                              {"hour"},
                              {"sec"},
                              {"year", Meaning::year},
                              {"frequency", Meaning::frequency},
                              {"stepsize"},
                              {"mode", Meaning::mode},
                              {"random"},
                              {"number"},
                              {"time"},
                              {"class"},
                              {"object"},
                              {"circuit"},
                              {"editor"},
                              {"tolerance"},
                              {"maxiterations"},
                              {"h"},
                              {"loadmodel", Meaning::load_model},
                              {"loadmult", Meaning::load_mult},
                              {"normvminpu"},
                              {"normvmaxpu"},
                              {"emergvminpu"},
                              {"emergvmaxpu"},
                              {"%mean"},
                              {"%stddev"},
                              {"ldcurve"},
                              {"%growth", Meaning::growth},
                              {"genkw"},
                              {"genpf"},
                              {"capkvar"},
                              {"addtype"},
                              {"allowduplicates", Meaning::duplicates},
                              {"zonelock"},
                              {"ueweight"},
                              {"lossweight"},
                              {"ueregs"},
                              {"lossregs"},
                              {"voltagebases", Meaning::voltage_bases},
                              {"algorithm"},
                              {"trapezoidal"},
                              {"autobuslist"},
                              {"controlmode", Meaning::control_mode},
                              {"tracecontrol"},
                              {"genmult", Meaning::generator_mult},
                              {"defaultdaily"},
                              {"defaultyearly"},
                              {"allocationfactors", Meaning::allocation},
                              {"cktmodel", Meaning::circuit_model},
                              {"pricesignal"},
                              {"pricecurve"},
                              {"terminal"},
                              {"basefrequency", Meaning::frequency},
                              {"harmonics"},
                              {"maxcontroliter"},
                              {"bus"},
                              {"datapath", Meaning::paths},
                              {"keeplist"},
                              {"reduceoption"},
                              {"demandinterval"},
                              {"%normal"},
                              {"diverbose"},
                              {"casename"},
                              {"markercode"},
                              {"nodewidth"},
                              {"log"},
                              {"recorder"},
                              {"overloadreport"},
                              {"voltexceptionreport"},
                              {"cfactors"},
                              {"showexport"},
                              {"numallociterations", Meaning::allocation_passes},
                              {"defaultbasefrequency", Meaning::default_frequency},
                              {"markswitches"},
                              {"switchmarkercode"},
                              {"daisysize"},
                              {"marktransformers"},
                              {"transmarkercode"},
                              {"transmarkersize"},
                              {"loadshapeclass"},
                              {"earthmodel", Meaning::earth},
                              {"querylog"},
                              {"markcapacitors"},
                              {"markregulators"},
                              {"markpvsystems"},
                              {"markstorage"},
                              {"capmarkercode"},
                              {"regmarkercode"},
                              {"pvmarkercode"},
                              {"storemarkercode"},
                              {"capmarkersize"},
                              {"regmarkersize"},
                              {"pvmarkersize"},
                              {"storemarkersize"},
                              {"neglectloady"},
                              {"markfuses"},
                              {"fusemarkercode"},
                              {"fusemarkersize"},
                              {"markreclosers"},
                              {"reclosermarkercode"},
                              {"reclosermarkersize"},
                              {"registryupdate"},
                              {"markrelays"},
                              {"relaymarkercode"},
                              {"relaymarkersize"},
                              {"processtime"},
                              {"totaltime"},
                              {"steptime"},
                              {"sampleenergymeters"},
                              {"minstepsize"},
                              {"miniterations"},
                              {"dirtyhash"},
                              {"numcpus"},
                              {"numcores"},
                              {"numactors"},
                              {"activeactor"},
                              {"cpu"},
                              {"parallel"},
                              {"concatenatereports"},
                              {"nocoupledcircuit"},
                              {"longlinecorrection", Meaning::long_line},
                              {"showreports"},
                              {"seasonrating"},
                              {"seasonsignal"},
                              {"solvereorder"},
                              {"eventlogdefault"},
                              {"gislogo"}};

bool changes_powers(Meaning meaning) {
    constexpr Meaning all[] = {Meaning::load_mult, Meaning::generator_mult, Meaning::allocation, Meaning::year, Meaning::growth};
    return std::find(std::begin(all), std::end(all), meaning) != std::end(all);
}

const Option* option_of(const std::string& name) {
    for (const Option& option : options)
        if (option.name == name) return &option;
    for (const Option& option : options)
        if (!name.empty() && option.name.substr(0, name.size()) == name) return &option;
    return nullptr;
}

}  // namespace

void Script::set(const Parameters& p) {
    const std::size_t end = end_of_values(p, 1, "set");
    for (std::size_t i = 1; i < end; ++i) option(p[i]);
}

/// Solving is for others; the options that may follow it count.
void Script::solve(const Parameters& p) {
    set(p);
    if (mode_.substr(0, 1) != "s")
        reader_.note(
            "solve in mode " + mode_, p.front().value.at,
            "is not followed: this is the snapshot of the circuit, with taps, banks and stored energy as the script sets "
            "them",
            "let scenarios run series");
    calculate_lines(*circuit_);
    let_controls_act(*circuit_, p.front().value.at);
}

/// As in OpenDSS, loads are allocated at their full power, and stay at it.
void Script::allocate_loads(const Parameters& p) {
    circuit_->allocated = p.front().value.at;
    if (circuit_->load_mult != 1.0)
        reader_.warning(circuit_->allocated, "allocateloads",
                        fmt::format("sets LoadMult from {:g} back to 1", circuit_->load_mult));
    circuit_->load_mult = 1.0;
    let_controls_act(*circuit_, p.front().value.at);  // it solves
}

void Script::allocation_factors(const Value& value) {
    const auto factor = reader_.number(value);
    if (!factor) return;
    if (*factor <= 0.0) return reader_.refuse(value, "is no allocation factor", "give a number above 0");
    ObjectClass& loads = circuit_->loads;
    for (std::size_t i = 0; i < loads.size(); ++i) {  // all of them; those without xfkVA keep their power
        loads.set(i, *loads.property("allocationfactor"), value, reader_);
        loads.finish(i, reader_);
    }
}

void Script::option(const Parameter& parameter) {
    const Value& value = parameter.value;
    reader_.set_path("set " + parameter.name.substr(0, 40));
    const Option* option = option_of(parameter.name);
    if (!option) return reader_.warning(value.at, reader_.path(), "is not an option that is known, and is left out");
    const std::string first_letter = lower(value.text.substr(0, 1));
    const auto refuse_unless = [&](bool changes_nothing) {
        if (!changes_nothing) reader_.refuse(value, "is not supported, and it would change the solution");
    };
    const auto keep = [&](double& target) { target = reader_.number(value).value_or(target); };
    if (changes_powers(option->meaning)) note_change(value.at);
    switch (option->meaning) {
        case Meaning::ignored:
            return;
        case Meaning::voltage_bases:
            if (auto bases = reader_.numbers(value)) circuit_->voltage_bases = std::move(*bases);
            return;
        case Meaning::default_frequency:
            keep(circuit_->default_frequency);
            if (!circuit_->exists) circuit_->frequency = circuit_->default_frequency;
            if (circuit_->frequency == circuit_->default_frequency) return;
            return reader_.refuse(value,
                                  fmt::format("comes after New Circuit, whose source is made for {} Hz and gives no voltage at "
                                              "another frequency, as in OpenDSS",
                                              circuit_->frequency),
                                  "set it before New Circuit");
        case Meaning::frequency:
            return refuse_unless(reader_.number(value).value_or(circuit_->frequency) == circuit_->frequency);
        case Meaning::load_mult:
            keep(circuit_->load_mult);
            if (circuit_->allocated.file && circuit_->load_mult != 1.0)
                reader_.refuse(value, "multiplies loads that were allocated before, which is not supported",
                               "put it before AllocateLoads");
            return;
        case Meaning::generator_mult:
            return keep(circuit_->generator_mult);
        case Meaning::allocation:
            return allocation_factors(value);
        case Meaning::allocation_passes:
            circuit_->allocation_passes = reader_.integer(value, 1, 100).value_or(circuit_->allocation_passes);
            return;
        case Meaning::year:
            circuit_->year = reader_.integer(value, -10'000, 10'000).value_or(circuit_->year);
            return;
        case Meaning::growth:
            circuit_->usual_growth = reader_.number(value).value_or(circuit_->usual_growth * 100.0) / 100.0;
            return;
        case Meaning::load_model:
            return refuse_unless(first_letter == "p");
        case Meaning::circuit_model:
            return refuse_unless(first_letter == "m");
        case Meaning::long_line:
            return refuse_unless(!reader_.boolean(value).value_or(false));
        case Meaning::earth:
            if (const auto model = to_earth_model(value, reader_)) circuit_->earth = *model;
            return;
        case Meaning::paths:
            data_folder_ = path_from_here(value.text);
            return;
        case Meaning::duplicates:
            allows_duplicates_ = reader_.boolean(value).value_or(allows_duplicates_);
            return;
        case Meaning::mode:
            mode_ = lower(value.text.substr(0, longest_mode));
            return;
        case Meaning::control_mode:
            circuit_->controls_off = first_letter == "o" ? value.at : Position{};
            if (first_letter == "t" || first_letter == "e" || first_letter == "m")
                reader_.warning(value.at, reader_.path(),
                                "lets controls act in the course of time; a snapshot has none, and they settle as in mode static",
                                "let scenarios run them in time");
            return;
    }
}

}  // namespace evsweep::opendss
