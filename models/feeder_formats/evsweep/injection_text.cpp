#include "feeder_formats/evsweep/injection_text.hpp"

#include "evsweep/connections.hpp"

namespace evsweep {

namespace {

std::string watched_text(const WatchedVoltage& seen, TextStyle style) {
    RowText text(style);
    text.text("bus", seen.bus).text("across", name_of(seen.across));
    if (seen.rated != Volts()) text.quantity("rated", seen.rated.value(), "V");
    return text.str();
}

}  // namespace

void add_watching(const InjectionControlRow& row, RowText& text) {
    std::string list;
    for (const WatchedVoltage& seen : row.watched) list += (list.empty() ? "" : ", ") + watched_text(seen, text.style());
    if (!list.empty()) text.raw("watch", "[" + list + "]");
    if (row.voltage != OfSeveral::mean) text.text("voltage", row.voltage == OfSeveral::highest ? "highest" : "lowest");
    if (row.delay != Duration()) text.duration("delay", row.delay);
}

std::string generator_control_text(const InjectionControlRow& row, TextStyle style) {
    const auto& law = std::get<HoldVoltage>(row.law);
    RowText text(style);
    text.text("id", row.id)
        .text("load", row.load)
        .quantity("hold", law.set.value(), "pu")
        .quantity("q_min", law.q_min.value(), "kvar")
        .quantity("q_max", law.q_max.value(), "kvar");
    add_watching(row, text);
    return text.str();
}

}  // namespace evsweep
