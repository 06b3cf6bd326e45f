/// A field whose value is "any named distribution in a given unit", e.g. an arrival time or a battery size.
#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "evsweep/bounds.hpp"
#include "evsweep/distribution.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

/// A chosen distribution of a quantity in `Unit`; a plain quantity in the text means a constant.
template <UnitLabel Unit>
struct Random {
    std::shared_ptr<const Distribution> distribution;  ///< none where an optional attribute is absent
    std::string text = "none";                         ///< as resolved, for the echo
};

template <UnitLabel Unit>
struct Value<Random<Unit>> {
    static std::optional<Random<Unit>> read(const Node& node, std::string_view path, Reader& reader) {
        Node choice = node;
        if (node.is_scalar()) {  // `5.4 kW` is short for {distribution: constant, value: 5.4 kW}
            choice = Node::make_map(node.at);
            const std::string usual = default_plugins<Distribution>().front();
            choice.entries.push_back(
                {Node::make_scalar(std::string(Distribution::kind), node.at), Node::make_scalar(usual, node.at)});
            choice.entries.push_back({Node::make_scalar("value", node.at), node});
        }
        Reader inner{reader.issues, std::string(Unit.view())};
        auto configured = read_plugin<Distribution>(choice, path, inner);
        if (!configured) return std::nullopt;
        Random<Unit> random;
        random.distribution = configured->make({});
        if (!draws_in_bounds(*random.distribution, node, path, reader)) return std::nullopt;
        random.text = "{distribution: " + configured->type;
        for (const auto& s : configured->settings) random.text += ", " + s.path + ": " + s.value;
        random.text += "}";
        return random;
    }
    /// Whether all draws are numbers, and all but one in a billion of a size that things have.
    static bool draws_in_bounds(const Distribution& distribution, const Node& node, std::string_view path, Reader& reader) {
        constexpr double rare = 1e-9;
        constexpr double rarest = 0x1p-53;
        for (const double u : {rare, 0.5, 1.0 - rare, rarest, 1.0 - rarest}) {
            const double draw = distribution.quantile(u);
            const bool is_rarest = u == rarest || u == 1.0 - rarest;
            if (is_rarest ? std::isfinite(draw) : !bound_fault(draw, Unit.view()) || std::abs(draw) < least_size) continue;
            const std::string unit = Unit.view() == "1" ? "" : " " + std::string(Unit.view());
            reader.issues.error(node.at, std::string(path), "draws reach " + number_text(draw) + unit,
                                "choose parameters whose draws are of a size that things have");
            return false;
        }
        return true;
    }
    static std::string type() { return "distribution"; }
    static std::string unit() { return std::string(Unit.view()); }
    static std::string text(const Random<Unit>& random) { return random.text; }
    static std::optional<double> out_of(const Range& range, const Random<Unit>& random) {
        if (!random.distribution) return std::nullopt;
        if (!range.contains(random.distribution->lowest()) && range.min > -1e300) return random.distribution->lowest();
        if (!range.contains(random.distribution->highest()) && range.max < 1e300) return random.distribution->highest();
        return std::nullopt;
    }
};

}  // namespace evsweep
