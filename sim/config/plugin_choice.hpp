/// A field of a section that chooses one plug-in: a map whose key `I::kind` names it, beside its parameters.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "evsweep/plugins.hpp"

namespace evsweep {

template <class I>
struct Value<Configured<I>> {
    static std::optional<Configured<I>> read(const Node& node, std::string_view path, Reader& reader) {
        return read_plugin<I>(node, path, reader);
    }
    static std::string type() { return std::string(I::kind); }
    static std::string unit() { return {}; }
    static std::string text(const Configured<I>& chosen) {
        std::string text = "{" + std::string(I::kind) + ": " + chosen.type;
        for (const Setting& setting : chosen.settings) text += ", " + setting.path + ": " + setting.value;
        return text + "}";
    }
    static std::optional<double> out_of(const Range&, const Configured<I>&) { return std::nullopt; }
};

}  // namespace evsweep
