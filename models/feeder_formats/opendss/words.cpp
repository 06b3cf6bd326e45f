#include "feeder_formats/opendss/words.hpp"

#include <algorithm>
#include <cctype>
#include <numbers>

#include "feeder_formats/opendss/text.hpp"

namespace evsweep::opendss {
namespace {

std::string plain(std::string_view text) {
    std::string name;
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        name += std::isalnum(byte) || c == '_' || c == '-' ? static_cast<char>(std::tolower(byte)) : '_';
    }
    return name.empty() ? "_" : name;
}

int node_of(std::optional<Conductor> conductor) {
    using enum Conductor;
    if (!conductor) return 0;
    switch (*conductor) {
        case earth:
            return 0;
        case b:
        case s2:
            return 2;
        case c:
            return 3;
        case n:
            return 4;
        default:  // a, s1, balanced
            return 1;
    }
}

}  // namespace

const std::string& Names::of(std::string_view kind, const std::string& id) {
    const auto [entry, is_new] = name_.try_emplace({std::string(kind), id});
    if (!is_new) return entry->second;
    std::string_view own = id;
    if (own.size() > kind.size() + 1 && own.substr(0, kind.size()) == kind && own[kind.size()] == '.')
        own.remove_prefix(kind.size() + 1);
    const std::string base = plain(own);
    std::string name = base;
    for (int i = 2; !taken_.emplace(kind, name).second; ++i) name = fmt::format("{}_{}", base, i);
    const bool is_a_title = kind == "circuit" || kind == "vsource";
    if (!is_a_title && lower(own) != name) renamed_.emplace_back(id, name);
    return entry->second = name;
}

std::string matrix_of(const std::vector<std::complex<double>>& matrix, Part part, double factor) {
    std::size_t n = 0;
    while (n * n < matrix.size()) ++n;
    std::string text = "[";
    for (std::size_t i = 0; i < matrix.size(); ++i) {
        const double value = factor * (part == Part::real ? matrix[i].real() : matrix[i].imag());
        text += fmt::format("{}{}", i == 0 ? "" : i % n == 0 ? " | " : " ", value);
    }
    return text + "]";
}

std::string nodes_of(const std::vector<Conductor>& conductors) {
    if (conductors.size() == 1 && conductors.front() == Conductor::balanced) return ".1.2.3";
    std::string text;
    for (const Conductor c : conductors) text += fmt::format(".{}", node_of(c));
    return text;
}

Wiring wiring_of(const Terminals& terminals) {
    if (terminals.plus == Conductor::balanced) return {3, ".1.2.3.0", false, 1.0};
    return {1, fmt::format(".{}.{}", node_of(terminals.plus), node_of(terminals.minus)), false, 1.0};
}

std::optional<Wiring> wiring_of(const std::vector<Terminals>& terminals) {
    if (terminals.size() == 1) return wiring_of(terminals.front());
    Wiring wiring{static_cast<int>(terminals.size()), "", false, 1.0};
    for (const Terminals& t : terminals) wiring.nodes += fmt::format(".{}", node_of(t.plus));
    const auto is_star = [&](const Terminals& t) { return t.plus && t.minus == terminals.front().minus; };
    if (std::all_of(terminals.begin(), terminals.end(), is_star)) {
        wiring.nodes += fmt::format(".{}", node_of(terminals.front().minus));
        wiring.rated_per_across = std::numbers::sqrt3;
        return wiring;
    }
    for (std::size_t i = 0; i < terminals.size(); ++i)
        if (terminals[i].minus != terminals[(i + 1) % terminals.size()].plus) return std::nullopt;
    wiring.delta = true;
    return terminals.size() == 3 ? std::optional(wiring) : std::nullopt;
}

}  // namespace evsweep::opendss
