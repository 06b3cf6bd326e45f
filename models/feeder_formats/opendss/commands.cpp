// The commands of OpenDSS scripts, in OpenDSS's order, for an abbreviation means the first that begins with it.
#include <fmt/format.h>

#include <algorithm>

#include "feeder_formats/opendss/script.hpp"

namespace evsweep::opendss {
namespace {

/// Classes without an effect on the load flow, or none unless something else that is refused refers to them.
constexpr std::string_view harmless[] = {"monitor",   "spectrum",      "tcc_curve", "priceshape", "tshape",    "tempshape",
                                         "cabledata", "conductordata", "feeder",    "fmonitor",   "dynamicexp"};

/// Classes that open a branch when its current is too high, which is for studies of protection.
constexpr std::string_view protective[] = {"fuse", "recloser", "relay"};

/// Classes that would change the solution.
constexpr std::string_view harmful[] = {
    "isource",        "fault",         "vccs",       "upfc",       "upfccontrol",        "storagecontroller", "gicline",
    "gictransformer", "gicsource",     "autotrans",  "indmach012", "vsconverter",        "espvlcontrol",      "generic5",
    "windgen",        "gendispatcher", "equivalent", "storage2",   "storagecontroller2", "pvsystem2",         "monitoredload",
    "load2",          "generator2"};

}  // namespace

bool is_harmful(const std::string& class_name) {
    return std::find(std::begin(harmful), std::end(harmful), class_name) != std::end(harmful);
}

namespace {

bool is_in(const std::string& name, const std::string_view* begin, const std::string_view* end) {
    return std::find(begin, end, name) != end;
}

/// Whether a class is passed over; says so.
bool is_passed_over(const std::string& class_name, const Position& at, PropertyReader& reader) {
    const bool opens = is_in(class_name, std::begin(protective), std::end(protective));
    if (opens)
        reader.note(class_name, at, "never opens here, and in OpenDSS it does so when its current is too high",
                    "open the branches that are to be open");
    else if (is_in(class_name, std::begin(harmless), std::end(harmless)))
        reader.leave_out(class_name, at);
    else
        return false;
    return true;
}

}  // namespace

const std::vector<Script::Command>& Script::commands() {
    using S = Script;
    // In OpenDSS's order, which decides what an abbreviation means.
    // clang-format off
    static const std::vector<Command> all = {
        {"new", &S::make}, {"edit", &S::edit}, {"more", &S::more},
        {"m", &S::more}, {"~", &S::more}, {"select", &S::select},
        {"save", &S::leave_out}, {"show", &S::leave_out}, {"solve", &S::solve},
        {"enable", &S::enable}, {"disable", &S::disable}, {"plot", &S::leave_out},
        {"reset", &S::pass}, {"compile", &S::compile}, {"set", &S::set},
        {"dump", &S::leave_out}, {"open", &S::open}, {"close", &S::close},
        {"redirect", &S::redirect}, {"help", &S::leave_out}, {"quit", &S::stop},
        {"exit", &S::stop}, {"?", &S::leave_out}, {"next", &S::pass},
        {"panel", &S::pass}, {"sample", &S::pass}, {"clear", &S::clear},
        {"clearall", &S::clear}, {"about", &S::pass}, {"calcvoltagebases", &S::calculate},
        {"setkvbase", &S::set_bus_base}, {"buildy", &S::calculate}, {"get", &S::leave_out},
        {"init", &S::pass}, {"export", &S::leave_out}, {"fileedit", &S::leave_out},
        {"voltages", &S::leave_out}, {"currents", &S::leave_out}, {"powers", &S::leave_out},
        {"seqvoltages", &S::leave_out}, {"seqcurrents", &S::leave_out}, {"seqpowers", &S::leave_out},
        {"losses", &S::leave_out}, {"phaselosses", &S::leave_out}, {"cktlosses", &S::leave_out},
        {"allocateloads", &S::allocate_loads}, {"formedit", &S::leave_out}, {"totals", &S::leave_out},
        {"capacity", &S::leave_out}, {"classes", &S::leave_out}, {"userclasses", &S::leave_out},
        {"zsc", &S::leave_out}, {"zsc10", &S::leave_out}, {"zscrefresh", &S::leave_out},
        {"ysc", &S::leave_out}, {"puvoltages", &S::leave_out}, {"varvalues", &S::leave_out},
        {"varnames", &S::leave_out}, {"buscoords", &S::bus_coordinates}, {"makebuslist", &S::pass},
        {"makeposseq", &S::refuse}, {"reduce", &S::refuse}, {"interpolate", &S::pass},
        {"alignfile", &S::leave_out}, {"top", &S::leave_out}, {"rotate", &S::leave_out},
        {"vdiff", &S::leave_out}, {"summary", &S::leave_out}, {"distribute", &S::refuse},
        {"di_plot", &S::leave_out}, {"comparecases", &S::leave_out}, {"yearlycurves", &S::leave_out},
        {"cd", &S::change_folder}, {"visualize", &S::leave_out}, {"closedi", &S::pass},
        {"doscmd", &S::leave_out}, {"estimate", &S::refuse}, {"reconductor", &S::refuse},
        {"_initsnap", &S::pass}, {"_solvenocontrol", &S::pass}, {"_samplecontrols", &S::pass},
        {"_docontrolactions", &S::pass}, {"_showcontrolqueue", &S::leave_out}, {"_solvedirect", &S::pass},
        {"_solvepflow", &S::pass}, {"addbusmarker", &S::leave_out}, {"guids", &S::leave_out},
        {"uuids", &S::leave_out}, {"setloadandgenkv", &S::refuse}, {"cvrtloadshapes", &S::refuse},
        {"nodediff", &S::leave_out}, {"rephase", &S::refuse}, {"setbusxy", &S::set_bus_coordinates},
        {"updatestorage", &S::pass}, {"obfuscate", &S::refuse}, {"latlongcoords", &S::latitude_longitude},
        {"batchedit", &S::batch_edit}, {"pstcalc", &S::leave_out}, {"variable", &S::leave_out},
        {"reprocessbuses", &S::pass}, {"clearbusmarkers", &S::leave_out}, {"relcalc", &S::leave_out},
        {"var", &S::variable}, {"cleanup", &S::pass}, {"finishtimestep", &S::pass},
        {"nodelist", &S::leave_out}, {"remove", &S::refuse}, {"calcincmatrix", &S::leave_out},
        {"calcincmatrix_o", &S::leave_out}, {"refine_buslevels", &S::leave_out}, {"calclaplacian", &S::leave_out},
        {"exportoverloads", &S::leave_out}, {"exportvviolations", &S::leave_out}, {"zsc012", &S::leave_out},
        {"allpceatbus", &S::leave_out}, {"allpdeatbus", &S::leave_out}, {"totalpowers", &S::leave_out},
        {"giscoords", &S::pass}, {"comhelp", &S::leave_out}, {"newactor", &S::refuse},
        {"wait", &S::pass}, {"solveall", &S::pass}, {"aggregateprofiles", &S::refuse},
        {"tear_circuit", &S::leave_out}, {"abort", &S::pass}, {"clone", &S::leave_out},
        {"faultstudy", &S::leave_out}};
    // clang-format on
    return all;
}

void Script::leave_out(const Parameters& p) {
    const Command* command = command_of(lower(p.front().value.text));
    reader_.leave_out("command " + std::string(command ? command->name : "?"), p.front().value.at);
}

void Script::refuse(const Parameters& p) {
    const Command* command = command_of(lower(p.front().value.text));
    reader_.error(p.front().value.at, std::string(command ? command->name : "?"),
                  "changes the circuit in a way that is not supported", "save the changed circuit and read that");
}

void Script::clear(const Parameters&) {
    circuit_ = std::make_unique<Circuit>();
    reader_.set_circuit(*circuit_);
    active_ = {};
    mode_ = "snapshot";
}

void Script::make(const Parameters& p) {
    is_lost_ = false;
    if (p.size() < 2 || p[1].value.text.empty() || (!p[1].name.empty() && p[1].name != "object"))
        return reader_.error(p.front().value.at, "new", "names no object", "write New CLASS.NAME");
    const Value& full = p[1].value;
    const auto [class_name, name] = parts_of(full.text);
    active_ = {};
    if (class_name == "circuit") return make_circuit(name, p);
    active_.left_out = true;
    if (is_passed_over(class_name, full.at, reader_)) return;
    ObjectClass* object_class = class_of(class_name);
    if (!object_class) {
        std::vector<std::string> names;
        for (ObjectClass* each : circuit_->classes()) names.push_back(each->name());
        return reader_.error(full.at, lower(full.text), "unknown class '" + class_name + "'", did_you_mean(class_name, names));
    }
    if (name.empty()) return reader_.error(full.at, class_name, "has no name", "write New " + class_name + ".NAME");
    if (const auto before = object_class->find(name)) {
        const Position& at = object_class->object(*before).at;
        if (!at.file) {  // one that OpenDSS has built in, and that every saved circuit defines
            object_class->object(*before).at = full.at;
            active_ = {object_class, *before, false};
            return set_properties(active_, p, 2);
        }
        const std::string again = fmt::format("is defined again; first in line {} of {}", at.line, *at.file);
        active_ = {object_class, *before, false};
        if (!object_class->is_general() && allows_duplicates_) return make_another(*object_class, name, again, p);
        if (!object_class->is_general())
            return reader_.error(full.at, class_name + "." + name, again, "rename one of them, or use Edit");
        reader_.warning(full.at, class_name + "." + name, again, "it is edited, as in OpenDSS");
        return set_properties(active_, p, 2);
    }
    add(*object_class, name, p);
}

/// A further object with its properties.
void Script::add(ObjectClass& object_class, const std::string& name, const Parameters& p) {
    active_ = {&object_class, object_class.add(name, p[1].value.at, circuit_->frequency), false};
    if (&object_class == &circuit_->lines) circuit_->lines.objects().back().earth = circuit_->earth;
    set_properties(active_, p, 2);
}

/// Where a name may stand for several objects it finds the first; the others get names of their own here.
void Script::make_another(ObjectClass& object_class, const std::string& name, const std::string& problem, const Parameters& p) {
    std::string own;
    for (int i = 2; own.empty() || object_class.find(own); ++i) own = fmt::format("{}_{}", name, i);
    reader_.warning(p[1].value.at, object_class.name() + "." + name, problem,
                    "AllowDuplicates lets both of them be; here it is called " + own);
    add(object_class, own, p);
}

void Script::make_circuit(const std::string& name, const Parameters& p) {
    if (circuit_->exists) {
        active_.left_out = true;
        return reader_.error(p[1].value.at, "circuit." + name, "there is a circuit already", "one file describes one feeder");
    }
    circuit_->exists = true;
    circuit_->name = name;
    circuit_->at = p[1].value.at;
    circuit_->frequency = circuit_->default_frequency;
    active_ = {&circuit_->sources, circuit_->sources.add("source", p[1].value.at, circuit_->frequency), false};
    circuit_->sources.objects().back().buses.push_back({"sourcebus", {}, p[1].value.at});
    set_properties(active_, p, 2);
}

std::optional<Script::Active> Script::named(const Parameters& p) {
    if (p.size() < 2) {
        reader_.error(p.front().value.at, lower(p.front().value.text), "names no object", "write CLASS.NAME");
        return std::nullopt;
    }
    const Value& full = p[1].value;
    auto [class_name, name] = parts_of(full.text);
    if (class_name == "circuit") class_name = "vsource", name = "source";
    if (is_passed_over(class_name, full.at, reader_)) return Active{nullptr, 0, true};
    ObjectClass* object_class = class_of(class_name);
    const auto index = object_class ? object_class->find(name) : std::nullopt;
    if (!index) {
        reader_.error(full.at, lower(full.text), "there is no such object before this line", "write CLASS.NAME");
        return std::nullopt;
    }
    return Active{object_class, *index, false};
}

/// OpenDSS passes over edits of objects that a known class does not have.
void Script::edit(const Parameters& p) {
    const std::string full = p.size() > 1 ? lower(p[1].value.text) : "";
    const auto [class_name, name] = parts_of(full);
    const ObjectClass* object_class = class_of(class_name);
    is_lost_ = object_class && !name.empty() && !object_class->find(name);
    if (is_lost_) {
        active_ = {nullptr, 0, true};
        return reader_.warning(p[1].value.at, full,
                               "there is no such object before this line, and the edit is passed over, as in OpenDSS",
                               "check its name");
    }
    edit_named(p);
}
void Script::edit_named(const Parameters& p) {
    is_lost_ = false;
    const auto target = named(p);
    active_ = target.value_or(Active{nullptr, 0, true});
    if (target) set_properties(active_, p, 2);
}

void Script::select(const Parameters& p) {
    is_lost_ = false;
    active_ = named(p).value_or(Active{nullptr, 0, true});
}

void Script::more(const Parameters& p) {
    if (is_lost_)
        return reader_.error(p.front().value.at, "more", "continues an edit of an object that is not there",
                             "define the object before it is edited");
    if (!active_.object_class && !active_.left_out)
        return reader_.error(p.front().value.at, "more", "there is nothing to continue", "begin with New or Edit");
    set_properties(active_, p, 1);
}

void Script::batch_edit(const Parameters& p) {
    if (p.size() < 2) return reader_.error(p.front().value.at, "batchedit", "names no objects", "write BatchEdit CLASS.PATTERN");
    const auto [class_name, pattern] = parts_of(p[1].value.text);
    if (is_passed_over(class_name, p[1].value.at, reader_)) return;
    ObjectClass* object_class = class_of(class_name);
    if (!object_class) return reader_.error(p[1].value.at, class_name, "is not a class that is known");
    constexpr std::size_t most_edits = 10'000'000;  // a feeder has thousands
    batch_edits_ += object_class->size();
    if (batch_edits_ > most_edits) return reader_.error(p[1].value.at, "batchedit", "there are too many batch edits");
    for (std::size_t i = 0; i < object_class->size() && !reader_.is_full(); ++i)
        if (matches(pattern, object_class->object(i).name)) set_properties({object_class, i, false}, p, 2);
}

void Script::set_properties(const Active& target, const Parameters& p, std::size_t first) {
    if (!target.object_class) return;
    note_change(p.front().value.at);
    ObjectClass& object_class = *target.object_class;
    const std::size_t end = end_of_values(p, first, object_class.name());
    std::size_t next = 0;
    for (std::size_t i = first; i < end && !reader_.is_full(); ++i) {
        if (!p[i].name.empty()) {
            const auto property = object_class.property(p[i].name);
            if (!property) {
                reader_.error(p[i].value.at, fmt::format("{}.{}", object_class.name(), object_class.object(target.index).name),
                              "unknown property '" + p[i].name.substr(0, 40) + "'",
                              did_you_mean(p[i].name, object_class.property_names()));
                continue;
            }
            next = *property;
        }
        object_class.set(target.index, next++, p[i].value, reader_);
    }
    object_class.finish(target.index, reader_);
}

/// An empty value ends a line in OpenDSS: its property and those behind it stay as they are.
std::size_t Script::end_of_values(const Parameters& p, std::size_t first, const std::string& of_what) {
    for (std::size_t i = first; i < p.size(); ++i) {
        if (!p[i].value.text.empty()) continue;
        const std::string name = of_what + "." + p[i].name.substr(0, 40);
        reader_.leave_out(name + " without a value", p[i].value.at);
        if (i + 1 < p.size()) reader_.leave_out("values behind the empty " + name, p[i + 1].value.at);
        return i;
    }
    return p.size();
}

/// `class.name.property = value`, or `property = value` of the object edited last.
void Script::assign(const Parameter& parameter, const Parameters& all) {
    const auto first = parameter.name.find('.');
    const auto last = parameter.name.rfind('.');
    if (first == std::string::npos || first == last)
        return reader_.error(parameter.value.at, parameter.name, "is not a command that is known",
                             "write CLASS.NAME.PROPERTY=VALUE, or begin with ~ to continue a line");
    Parameters line{{"", {"edit", false, parameter.value.at}},
                    {"", {parameter.name.substr(0, last), false, parameter.value.at}},
                    {parameter.name.substr(last + 1), parameter.value}};
    line.insert(line.end(), all.begin() + 1, all.end());
    edit_named(line);
}

void Script::enable_element(const Parameters& p, bool enabled) {
    const auto target = named(p);
    if (target) note_change(p.front().value.at);
    if (target && target->object_class) target->object_class->object(target->index).enabled = enabled;
}
void Script::enable(const Parameters& p) { enable_element(p, true); }
void Script::disable(const Parameters& p) { enable_element(p, false); }

void Script::switch_element(const Parameters& p, bool closed) {
    const auto target = named(p);
    if (!target || !target->object_class) return;
    const auto conductor = p.size() > 3 ? to_integer(p[3].value.text) : 0;
    if (!conductor || *conductor != 0)
        return reader_.error(p[3].value.at, lower(p[1].value.text), "opening one conductor is not supported",
                             "open all conductors of the terminal");
    note_change(p.front().value.at);
    const std::string name = target->object_class->name() + "." + target->object_class->object(target->index).name;
    if (closed)
        circuit_->open.erase(name);
    else
        circuit_->open.insert(name);
}
void Script::open(const Parameters& p) { switch_element(p, false); }
void Script::close(const Parameters& p) { switch_element(p, true); }

void Script::variable(const Parameters& p) {
    for (std::size_t i = 1; i < p.size(); ++i) {
        if (p[i].name.size() > 1 && p[i].name.front() == '@' && variables_.size() < 10'000)
            variables_[p[i].name] = {p[i].value.text.substr(0, 1000), p[i].value.quoted, p[i].value.at};
        else
            reader_.error(p[i].value.at, "var", "is not a variable", "write var @NAME=VALUE");
    }
}

void Script::set_bus_base(const Parameters& p) {
    std::string bus;
    double factor = 1.0;
    std::optional<double> kv;
    reader_.set_path(std::string("setkvbase"));
    for (std::size_t i = 1; i < p.size(); ++i) {
        const bool named = !p[i].name.empty();
        if (p[i].name == "bus" || (!named && i == 1))
            bus = lower(p[i].value.text);
        else if (p[i].name == "kvll" || p[i].name == "kvln" || (!named && i == 2))
            kv = reader_.number(p[i].value), factor = p[i].name == "kvln" ? 1.7320508075688772 : 1.0;
        else
            reader_.refuse(p[i].value, "is not known here", "write SetkVBase bus=NAME kvll=NUMBER");
    }
    if (kv && !bus.empty()) circuit_->bus_bases[bus] = *kv * factor;
}

void Script::set_bus_coordinates(const Parameters& p) {
    std::string bus;
    std::optional<double> x, y;
    reader_.set_path(std::string("setbusxy"));
    for (std::size_t i = 1; i < p.size(); ++i) {
        const std::string_view what = !p[i].name.empty() ? std::string_view(p[i].name) : i == 1 ? "bus" : i == 2 ? "x" : "y";
        if (what == "bus")
            bus = lower(p[i].value.text);
        else if (what == "x")
            x = reader_.number(p[i].value);
        else if (what == "y")
            y = reader_.number(p[i].value);
        else
            reader_.refuse(p[i].value, "is not known here", "write SetBusXY bus=NAME x=NUMBER y=NUMBER");
    }
    if (bus.empty() || !x || !y)
        return reader_.refuse(p.front().value, "is without a bus or a coordinate", "write SetBusXY bus=NAME x=NUMBER y=NUMBER");
    circuit_->coordinates[bus] = {*x, *y};
}

void Script::read_coordinates(const Parameters& p, bool latitude_first) {
    if (p.size() < 2) return reader_.error(p.front().value.at, "buscoords", "names no file");
    const auto found = look_for(p[1].value.text);
    if (!found)
        return reader_.warning(p[1].value.at, "buscoords",
                               fmt::format("file '{}' cannot be read", p[1].value.text.substr(0, 100)),
                               "buses have no coordinates from it, which the load flow does without");
    const auto file = std::make_shared<const std::string>(found->path.string());
    std::string_view rest = found->text;
    for (int number = 1; !rest.empty() && !reader_.is_full(); ++number) {
        const auto end = rest.find('\n');
        const auto words = split_list({std::string(rest.substr(0, end)), false, {file, number, 1}});
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        if (words.empty()) continue;
        const auto x = words.size() > 2 ? to_number(words[1]) : std::nullopt;
        const auto y = words.size() > 2 ? to_number(words[2]) : std::nullopt;
        if (x && y)
            circuit_->coordinates[lower(words[0].text)] = latitude_first ? Coordinates{*y, *x} : Coordinates{*x, *y};
        else
            reader_.warning(words[0].at, "buscoords", "is not a bus with two coordinates, and is left out");
    }
}
void Script::bus_coordinates(const Parameters& p) { read_coordinates(p, false); }
void Script::latitude_longitude(const Parameters& p) { read_coordinates(p, true); }

}  // namespace evsweep::opendss
