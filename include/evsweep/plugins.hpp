/// The registries: one name -> factory table per plug-in interface, filled at start-up, then only read.
#pragma once

#include <functional>
#include <iterator>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/schema.hpp"

namespace evsweep {

/// A plug-in whose parameters have been read and checked: makes instances when its context is known.
template <class I>
struct Configured {
    std::string label;              ///< the user's name for it, e.g. the key under `controllers`
    std::string type;               ///< the plug-in's name
    std::vector<Setting> settings;  ///< resolved parameters, paths relative to the plug-in
    std::function<std::unique_ptr<I>(const typename I::Context&)> make;
    Position at{};                   ///< where the user asked for it
    bool steers_generators = false;  ///< of a controller: sets Connection::generators, too; else these feed in all that they can
    bool acts_alone = false;         ///< of a behaviour: its connection points may be left without a controller
};

/// Settings with which the contract tests try a plug-in, and what it promises with them.
struct Trial {
    std::string_view settings{};  ///< as YAML
    bool meets_targets = true;    ///< of a controller: false where its rule leaves vehicles short by design
    bool knows_tapers = true;     ///< of a controller: false where it plans as if batteries took full power to the end
};

/// One entry of a registry.
template <class I>
struct Plugin {
    std::string name;
    std::string summary;
    bool is_default = false;     ///< counts where nothing is chosen
    std::string least_settings;  ///< without which it cannot be made, as YAML; may be empty
    std::vector<Trial> trials;   ///< at least one, with its least settings where it names none
    std::function<std::vector<FieldInfo>()> fields;
    /// Reads parameters from a map node (the key `I::kind` is reserved); nothing if problems were reported.
    std::function<std::optional<Configured<I>>(const Node&, std::string_view path, Reader&)> configure;
};

/// The table of one interface, by name.
template <class I>
[[nodiscard]] std::map<std::string, Plugin<I>>& plugins() {
    static std::map<std::string, Plugin<I>> table;
    return table;
}

/// Those that count where nothing is chosen, by name.
template <class I>
[[nodiscard]] std::vector<std::string> default_plugins() {
    std::vector<std::string> names;
    for (const auto& [name, entry] : plugins<I>())
        if (entry.is_default) names.push_back(name);
    return names;
}

/// Registers model `M` of interface `I`. `M` has `static constexpr name`, `static const Schema<Params>& schema()`
/// and a constructor `M(const Params&, const I::Context&)`; it may have `static constexpr` members `bool is_default`,
/// `bool steers_generators`, `bool acts_alone`, `std::string_view least_settings` and `Trial trials[]` (for the contract tests).
/// At namespace scope of the model's file: `const bool registered = add_plugin<Controller, Mine>();`
template <class I, class M>
bool add_plugin() {
    Plugin<I> entry;
    entry.name = std::string(M::name);
    entry.summary = M::schema().summary();
    if constexpr (requires { M::is_default; }) entry.is_default = M::is_default;
    if constexpr (requires { M::least_settings; }) entry.least_settings = std::string(M::least_settings);
    if constexpr (requires { M::trials; })
        entry.trials.assign(std::begin(M::trials), std::end(M::trials));
    else if constexpr (requires { M::least_settings; })
        entry.trials = {Trial{M::least_settings}};
    else
        entry.trials = {Trial{}};
    entry.fields = [] { return M::schema().fields(); };
    entry.configure = [](const Node& node, std::string_view path, Reader& reader) -> std::optional<Configured<I>> {
        auto params = M::schema().read(node, path, reader, {std::string(I::kind)});
        if (!params) return std::nullopt;
        Configured<I> configured;
        configured.type = std::string(M::name);
        configured.label = configured.type;
        configured.settings = M::schema().settings(*params, "");
        configured.make = [p = std::move(*params)](const typename I::Context& context) {
            return std::make_unique<M>(p, context);
        };
        configured.at = node.at;
        if constexpr (requires { M::steers_generators; }) configured.steers_generators = M::steers_generators;
        if constexpr (requires { M::acts_alone; }) configured.acts_alone = M::acts_alone;
        return configured;
    };
    plugins<I>().insert_or_assign(entry.name, std::move(entry));
    return true;
}

/// Reads a plug-in choice: a map whose key `I::kind` names the plug-in (or `fallback` where it is absent).
template <class I>
[[nodiscard]] std::optional<Configured<I>> read_plugin(const Node& node, std::string_view path, Reader& reader,
                                                       const std::string& fallback = {}) {
    const std::string kind(I::kind);
    if (!node.is_map() && !node.is_null())
        return report_expected(node, path, "a map with the key '" + kind + "'", reader), std::nullopt;
    const Node* choice = node.find(kind);
    const std::string name = choice ? choice->scalar : fallback;
    std::vector<std::string> known;
    for (const auto& [key, entry] : plugins<I>()) known.push_back(key);
    const auto found = plugins<I>().find(name);
    if (found != plugins<I>().end()) return found->second.configure(node, path, reader);
    const std::string place = std::string(path) + "." + kind;
    if (name.empty())
        reader.issues.error(node.at, place, "is missing", did_you_mean(name, known));
    else
        reader.issues.error(choice ? choice->at : node.at, choice ? place : std::string(path),
                            "unknown " + kind + " '" + name + "'", did_you_mean(name, known));
    return std::nullopt;
}

}  // namespace evsweep
