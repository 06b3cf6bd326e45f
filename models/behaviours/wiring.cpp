#include "behaviours/wiring.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace evsweep {

namespace {

using enum Conductor;

/// One way to wire a charging point, and the phase it begins with.
struct Option {
    Conductor lead;
    Wiring wiring;
};

template <class Enum>
std::string text_of(Enum value) {
    for (const auto& [name, known] : names_of(value))
        if (known == value) return name;
    return {};
}

/// Wires the charging points of one group, one by one.
class Electrician {
   public:
    Electrician(const WiringTask& task, const Behaviour::Context& context)
        : task_(task), feeder_(*context.feeder), rng_(context.seed, 0), purpose_(Purpose("phase").in(context.group)) {
        for (std::size_t l = 0; l < feeder_.loads.size(); ++l) loads_at_[feeder_.loads[l].bus].push_back(l);
    }

    Wiring wire(std::size_t i) {
        const BusId bus = task_.bus[i];
        const bool follows_load = task_.phase == PhaseRule::load && chooses_phase(task_.connection);
        const std::vector<Option> options = follows_load ? like_load(i) : options_at(bus);
        const std::size_t turn = turns_++;
        if (options.empty()) return refuse(bus);
        switch (task_.phase) {
            case PhaseRule::round_robin:
                return options[turn % options.size()].wiring;
            case PhaseRule::random:
            case PhaseRule::load:
                return options[drawn(i, options.size())].wiring;
            default:
                break;
        }
        const Conductor wanted = std::array{a, b, c, s1, s2}[static_cast<std::size_t>(task_.phase)];
        const auto found = std::find_if(options.begin(), options.end(), [&](const Option& o) { return o.lead == wanted; });
        return found == options.end() ? refuse(bus) : found->wiring;
    }

    /// Buses that could not be wired, with their conductors; the first of many.
    [[nodiscard]] std::string refused() const {
        constexpr std::size_t most = 10;
        std::string text;
        std::size_t told = 0;
        for (const auto& [bus, name] : refused_) {
            if (told++ == most) return text + fmt::format(" and {} more", refused_.size() - most);
            text += (text.empty() ? "" : ", ") + name;
        }
        return text;
    }

   private:
    [[nodiscard]] bool has(BusId bus, Conductor wire) const {
        const auto begin = feeder_.conductor.begin() + feeder_.first_conductor[bus.index()];
        const auto end = feeder_.conductor.begin() + feeder_.first_conductor[bus.index() + 1];
        return std::find(begin, end, wire) != end;
    }

    std::size_t drawn(std::size_t i, std::size_t options) const {
        if (options == 1) return 0;
        const double u = rng_.uniform(purpose_, static_cast<std::uint32_t>(i));
        return std::min(options - 1, static_cast<std::size_t>(u * static_cast<double>(options)));
    }

    [[nodiscard]] std::vector<Option> options_at(BusId bus) const {
        const std::optional<Conductor> back = has(bus, n) ? std::optional(n) : std::nullopt;
        std::vector<Option> options;
        const auto pairs = {std::pair(a, b), std::pair(b, c), std::pair(c, a)};
        switch (task_.connection) {
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
    std::vector<Option> like_load(std::size_t i) {
        const auto load = load_of(i);
        if (!load) return {};
        const std::vector<Terminals>& wires = feeder_.loads[*load].terminals;
        const auto is_live = [](const std::optional<Conductor>& end) { return end && *end != n; };
        std::vector<Option> options;
        if (task_.connection == ChargerConnection::single_phase) {
            for (const Terminals& t : wires) options.push_back({is_live(t.plus) ? *t.plus : t.minus.value_or(n), {t}});
            return options;
        }
        const auto reaches = [&](const std::optional<Conductor>& end) {
            if (!is_live(end)) return true;
            return std::any_of(wires.begin(), wires.end(), [&](const Terminals& t) { return t.plus == end || t.minus == end; });
        };
        for (const Option& option : options_at(task_.bus[i])) {
            const bool fits = std::all_of(option.wiring.begin(), option.wiring.end(),
                                          [&](const Terminals& t) { return reaches(t.plus) && reaches(t.minus); });
            if (fits) options.push_back(option);
        }
        return options;
    }

    std::optional<std::size_t> load_of(std::size_t i) {
        if (!task_.load.empty()) return task_.load[i];
        const auto found = loads_at_.find(task_.bus[i]);
        if (found == loads_at_.end()) return std::nullopt;
        return found->second[turn_at_[task_.bus[i]]++ % found->second.size()];
    }

    Wiring refuse(BusId bus) {
        std::string wires;
        for (std::size_t k = feeder_.first_conductor[bus.index()]; k < feeder_.first_conductor[bus.index() + 1]; ++k)
            wires += name_of(feeder_.conductor[k]);
        refused_.try_emplace(bus, feeder_.bus[bus.index()] + " (" + wires + ")");
        return {};
    }

    const WiringTask& task_;
    const FeederSite& feeder_;
    Rng rng_;
    Purpose purpose_;
    std::map<BusId, std::vector<std::size_t>> loads_at_;
    std::map<BusId, std::size_t> turn_at_;
    std::map<BusId, std::string> refused_;
    std::size_t turns_ = 0;
};

}  // namespace

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

std::vector<Wiring> wire(const WiringTask& task, const Behaviour::Context& context) {
    if (task.connection == ChargerConnection::all || task.bus.empty()) return {};
    const std::string path = "population." + context.group + ".placement.connection";
    if (context.feeder->conductor.front() == balanced) {
        context.issues->error(context.at, path, "the feeder is balanced and has no phases to choose from",
                              "remove it, or use a feeder file with phases");
        return {};
    }
    Electrician electrician(task, context);
    std::vector<Wiring> wiring;
    for (std::size_t i = 0; i < task.bus.size(); ++i) wiring.push_back(electrician.wire(i));
    const std::string refused = electrician.refused();
    if (refused.empty()) return wiring;
    const std::string on = chooses_phase(task.connection) ? " with phase: " + text_of(task.phase) : "";
    const char* hint = chooses_phase(task.connection) && task.phase == PhaseRule::load
                           ? "place charging points where such loads are, or choose phase: random"
                           : "place charging points elsewhere, or choose what all these buses have";
    context.issues->error(context.at, path, text_of(task.connection) + on + " does not fit at bus " + refused, hint);
    return {};
}

}  // namespace evsweep
