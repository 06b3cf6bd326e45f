#include "behaviours/wiring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace evsweep {

using enum Conductor;

namespace {

template <class Enum>
std::string text_of(Enum value) {
    for (const auto& [name, known] : names_of(value))
        if (known == value) return name;
    return {};
}

/// The first of many names.
std::string list_of(const std::map<BusId, std::string>& names) {
    constexpr std::size_t most = 10;
    std::string text;
    std::size_t listed = 0;
    for (const auto& [bus, name] : names) {
        if (listed++ == most) return text + fmt::format(" and {} more", names.size() - most);
        text += (text.empty() ? "" : ", ") + name;
    }
    return text;
}

}  // namespace

Wirer::Wirer(ChargerConnection connection, PhaseRule phase, const Behaviour::Context& context)
    : connection_(connection), phase_(phase), feeder_(*context.feeder), purpose_(Purpose("phase").in(context.group)) {}

std::vector<Wiring> Wirer::options(const Spot& spot) const {
    if (spot.wires) return {*spot.wires};
    std::vector<Wiring> list;
    const bool is_given = phase_ < PhaseRule::random && chooses_phase(connection_);
    const Conductor wanted = is_given ? std::array{a, b, c, s1, s2}[static_cast<std::size_t>(phase_)] : a;
    for (const Option& option : follows_load() ? like_load(spot) : options_at(spot.bus))
        if (!is_given || option.lead == wanted) list.push_back(option.wiring);
    return list;
}

Wiring Wirer::wire(std::size_t i, const Spot& spot, const Rng& rng) const {
    const std::vector<Wiring> open = options(spot);
    if (open.size() <= 1) return open.empty() ? Wiring{} : open.front();
    if (phase_ == PhaseRule::round_robin) return open[i % open.size()];
    const double u = rng.uniform(purpose_, static_cast<std::uint32_t>(i));
    return open[std::min(open.size() - 1, static_cast<std::size_t>(u * static_cast<double>(open.size())))];
}

void Wirer::report_misfits(const std::vector<Spot>& spots, const Behaviour::Context& context) const {
    const std::string path = "population." + context.group + ".placement.connection";
    if (!spots.empty() && feeder_.conductor.front() == balanced) {
        context.issues->error(context.at, path, "the feeder is balanced and has no phases to choose from",
                              "remove it, or use a feeder file with phases");
        return;
    }
    std::map<BusId, std::string> refused;
    for (const Spot& spot : spots)
        if (options(spot).empty()) refused.try_emplace(spot.bus, name_with_conductors(spot.bus));
    if (refused.empty()) return;
    const std::string on = chooses_phase(connection_) ? " with phase: " + text_of(phase_) : "";
    const char* hint = follows_load() ? "place charging points where such loads are, or choose phase: random"
                                      : "place charging points elsewhere, or choose what all these buses have";
    context.issues->error(context.at, path, text_of(connection_) + on + " does not fit at bus " + list_of(refused), hint);
}

bool Wirer::has(BusId bus, Conductor wire) const {
    const auto begin = feeder_.conductor.begin() + feeder_.first_conductor[bus.index()];
    const auto end = feeder_.conductor.begin() + feeder_.first_conductor[bus.index() + 1];
    return std::find(begin, end, wire) != end;
}

std::string Wirer::name_with_conductors(BusId bus) const {
    std::string wires;
    for (std::size_t k = feeder_.first_conductor[bus.index()]; k < feeder_.first_conductor[bus.index() + 1]; ++k)
        wires += name_of(feeder_.conductor[k]);
    return feeder_.bus[bus.index()] + " (" + wires + ")";
}

std::vector<Wirer::Option> Wirer::options_at(BusId bus) const {
    const std::optional<Conductor> back = has(bus, n) ? std::optional(n) : std::nullopt;
    std::vector<Option> options;
    const auto pairs = {std::pair(a, b), std::pair(b, c), std::pair(c, a)};
    switch (connection_) {
        case ChargerConnection::single_phase:
            for (const Conductor p : {a, b, c, s1, s2})
                if (has(bus, p)) options.push_back({p, {{p, back}}});
            break;
        case ChargerConnection::two_phase:
            for (const auto& [p, q] : pairs)
                if (has(bus, p) && has(bus, q)) options.push_back({p, {{p, back}, {q, back}}});
            break;
        case ChargerConnection::between_phases:
            for (const auto& [p, q] : pairs)
                if (has(bus, p) && has(bus, q)) options.push_back({p, {{p, q}}});
            break;
        case ChargerConnection::three_phase:
            if (has(bus, a) && has(bus, b) && has(bus, c)) options.push_back({a, {{a, back}, {b, back}, {c, back}}});
            break;
        case ChargerConnection::split_phase:
            if (has(bus, s1) && has(bus, s2)) options.push_back({s1, {{s1, s2}}});
            break;
        case ChargerConnection::all:
            break;
    }
    return options;
}

/// What the wires of the charging point's house leave open.
std::vector<Wirer::Option> Wirer::like_load(const Spot& spot) const {
    if (!spot.load) return {};
    const std::vector<Terminals>& wires = feeder_.loads[*spot.load].terminals;
    const auto is_live = [](const std::optional<Conductor>& end) { return end && *end != n; };
    std::vector<Option> options;
    if (connection_ == ChargerConnection::single_phase) {
        for (const Terminals& t : wires) options.push_back({is_live(t.plus) ? *t.plus : t.minus.value_or(n), {t}});
        return options;
    }
    const auto reaches = [&](const std::optional<Conductor>& end) {
        if (!is_live(end)) return true;
        return std::any_of(wires.begin(), wires.end(), [&](const Terminals& t) { return t.plus == end || t.minus == end; });
    };
    for (const Option& option : options_at(spot.bus)) {
        const bool fits = std::all_of(option.wiring.begin(), option.wiring.end(),
                                      [&](const Terminals& t) { return reaches(t.plus) && reaches(t.minus); });
        if (fits) options.push_back(option);
    }
    return options;
}

std::vector<std::pair<std::string, ChargerConnection>> names_of(ChargerConnection) {
    return {{"all", ChargerConnection::all},
            {"single_phase", ChargerConnection::single_phase},
            {"two_phase", ChargerConnection::two_phase},
            {"three_phase", ChargerConnection::three_phase},
            {"split_phase", ChargerConnection::split_phase},
            {"between_phases", ChargerConnection::between_phases}};
}

std::vector<std::pair<std::string, PhaseRule>> names_of(PhaseRule) {
    return {{"a", PhaseRule::a},
            {"b", PhaseRule::b},
            {"c", PhaseRule::c},
            {"s1", PhaseRule::s1},
            {"s2", PhaseRule::s2},
            {"random", PhaseRule::random},
            {"round_robin", PhaseRule::round_robin},
            {"load", PhaseRule::load}};
}

bool chooses_phase(ChargerConnection connection) {
    return connection == ChargerConnection::single_phase || connection == ChargerConnection::two_phase ||
           connection == ChargerConnection::between_phases;
}

}  // namespace evsweep
