/// How devices hang on the conductors of a bus: short names ("abc", "ab", "0s2"), and star and delta.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// "abcn", "s1s2", "balanced".
[[nodiscard]] inline std::string name_of(const std::vector<Conductor>& conductors) {
    std::string text;
    for (const Conductor c : conductors) text += name_of(c);
    return text;
}

/// "a" (to earth), "ab", "an", "0s2" (from earth).
[[nodiscard]] inline std::string name_of(const Terminals& t) {
    const std::string minus = t.minus ? std::string(name_of(*t.minus)) : "";
    return (t.plus ? std::string(name_of(*t.plus)) : "0") + minus;
}

/// Takes the conductor with which `text` begins off it.
[[nodiscard]] inline std::optional<Conductor> take_conductor(std::string_view& text) {
    using enum Conductor;
    for (const Conductor c : {balanced, s1, s2, a, b, c, n}) {
        if (text.substr(0, name_of(c).size()) != name_of(c)) continue;
        text.remove_prefix(name_of(c).size());
        return c;
    }
    return std::nullopt;
}

/// The conductors of a text like "abcn", or "abc0" for a line that ends at the earth; nothing where it holds anything else, or
/// nothing at all.
[[nodiscard]] inline std::optional<std::vector<Conductor>> conductors_of(std::string_view text) {
    std::vector<Conductor> conductors;
    do {
        const bool is_earth = !text.empty() && text.front() == '0';
        if (is_earth) text.remove_prefix(1);
        const auto next = is_earth ? std::optional(Conductor::earth) : take_conductor(text);
        if (!next) return std::nullopt;
        conductors.push_back(*next);
    } while (!text.empty());
    return conductors;
}

/// The two ends of a text like "ab", "a" or "0s2".
[[nodiscard]] inline std::optional<Terminals> terminals_of(std::string_view text) {
    Terminals terminals;
    const bool from_earth = !text.empty() && text.front() == '0';
    if (from_earth) text.remove_prefix(1);
    if (!from_earth && !(terminals.plus = take_conductor(text))) return std::nullopt;
    if (text == "0") text.remove_prefix(1);
    if (!text.empty() && !(terminals.minus = take_conductor(text))) return std::nullopt;
    return text.empty() ? std::optional(terminals) : std::nullopt;
}

[[nodiscard]] inline bool has_conductor(const std::vector<Conductor>& conductors, Conductor conductor) {
    return std::find(conductors.begin(), conductors.end(), conductor) != conductors.end();
}

/// The conductors without the neutral.
[[nodiscard]] inline std::vector<Conductor> phases_of(std::vector<Conductor> conductors) {
    std::erase(conductors, Conductor::n);
    return conductors;
}

/// Every phase to the neutral of its bus, or to earth where the bus has none.
[[nodiscard]] inline std::vector<Terminals> star(const std::vector<Conductor>& phases, const std::vector<Conductor>& bus) {
    const auto neutral = has_conductor(bus, Conductor::n) ? std::optional(Conductor::n) : std::nullopt;
    std::vector<Terminals> terminals;
    for (const Conductor c : phases_of(phases)) terminals.push_back({c, neutral});
    return terminals;
}

/// Three phases in a ring (ab, bc, ca), or the one pair of two phases; empty for any other number.
[[nodiscard]] inline std::vector<Terminals> delta(const std::vector<Conductor>& conductors) {
    const auto p = phases_of(conductors);
    if (p.size() == 2) return {{p[0], p[1]}};
    if (p.size() == 3) return {{p[0], p[1]}, {p[1], p[2]}, {p[2], p[0]}};
    return {};
}

/// The nominal voltage across these terminals at a bus of this nominal (line-to-line) voltage.
[[nodiscard]] inline Volts nominal_across(Volts nominal, const Terminals& terminals) {
    const auto is_live = [](std::optional<Conductor> end) { return end && *end != Conductor::n; };
    const bool is_leg = terminals.plus == Conductor::s1 || terminals.plus == Conductor::s2 || terminals.minus == Conductor::s1 ||
                        terminals.minus == Conductor::s2;
    const bool is_between = is_live(terminals.plus) && is_live(terminals.minus);
    if (is_between || terminals.plus == Conductor::balanced) return nominal;
    return is_leg ? nominal / 2.0 : nominal / std::sqrt(3.0);
}

}  // namespace evsweep
