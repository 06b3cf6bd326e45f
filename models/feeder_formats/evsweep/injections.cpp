#include "feeder_formats/evsweep/injections.hpp"

namespace evsweep::feeder_file {

const Schema<WatchLine>& WatchLine::schema() {
    static const auto schema =
        Schema<WatchLine>("A voltage that a control looks at.")
            .required("bus", &WatchLine::bus, "where it is")
            .required("across", &WatchLine::across, "its ends, e.g. a (to earth), an, ab or balanced")
            .optional("rated", &WatchLine::rated, "the voltage that is 1 pu; absent: the bus's nominal voltage there", above(0));
    return schema;
}

const Schema<GeneratorControlLine>& GeneratorControlLine::schema() {
    using G = GeneratorControlLine;
    static const auto schema =
        Schema<G>("A generator that holds a voltage by its reactive power; its active power is that of its load.")
            .required("id", &G::id, "name of the control")
            .required("load", &G::load, "the generator: a load of negative power")
            .required("hold", &G::hold, "the voltage that it holds", above(0))
            .required("q_min", &G::q_min, "lowest reactive power that it gives to the network; negative: it draws")
            .required("q_max", &G::q_max, "highest reactive power that it gives")
            .optional("watch", &G::watch, "the voltages that it looks at; absent: those across the generator")
            .optional("voltage", &G::voltage, "which of several voltages counts")
            .optional("delay", &G::delay,
                      "from a voltage that is off to its action in a scenario; 0: every load flow finds it held", at_least(0));
    return schema;
}

std::vector<WatchedVoltage> watched_of(const RowList<WatchLine>& lines) {
    std::vector<WatchedVoltage> watched;
    for (const auto& placed : lines.rows) watched.push_back({placed.row.bus, placed.row.across.terminals, placed.row.rated});
    return watched;
}

InjectionControlRow row_of(const GeneratorControlLine& line, const Position& at) {
    InjectionControlRow row;
    row.id = line.id;
    row.load = line.load;
    row.watched = watched_of(line.watch);
    row.voltage = line.voltage;
    row.law = HoldVoltage{line.hold, line.q_min, line.q_max};
    row.delay = line.delay;
    row.at = at;
    return row;
}

}  // namespace evsweep::feeder_file
