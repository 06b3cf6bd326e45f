/// The signals and services of the simulator: one entry each, made by the providers in `sim/engine/signals`.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "evsweep/exchange.hpp"
#include "sim/engine/world.hpp"

namespace evsweep {

/// Where the values of a signal come from, which decides when they are new.
enum class Origin {
    given,      ///< by scenario or session: changes with time and plug-ins only
    batteries,  ///< moves on with time: powers are brought up to date before anybody reads it
    network,    ///< of the load flow: read through a meter, which takes its readings on the control grid
};

/// Gives the values at `World::now`, valid until the next call. One reader serves one replica.
using SignalReader = std::function<std::span<const double>(World&)>;

/// What a signal or service lacks in a scenario, if anything.
struct Lack {
    std::string problem;  ///< e.g. "needs prices, and the scenario has none"
    std::string hint;
};
using LackOf = std::optional<Lack> (*)(const ReplicaSite&);

struct ProvidedSignal {
    SignalInfo info;
    Origin origin = Origin::given;
    SignalReader (*make)(const World&) = nullptr;
    /// Where several connectors see one value: by connector, which value of the reader is its own; none: the values are by
    /// connector.
    std::span<const std::uint32_t> (*row_of_connector)(const World&) = nullptr;
    LackOf lack = nullptr;
    bool stays_in_place = false;  ///< what was read once is a column that its owner keeps up to date
    /// Of numbers that the scenario gives step by step: all of them.
    std::span<const double> (*by_step)(const World&) = nullptr;
};

/// A service: finds its object; called before each turn of a party that uses it.
struct ProvidedService {
    std::string_view name;
    void* (*find)(World&) = nullptr;
    bool shows_stays = false;  ///< a Population, of which a party is shown the stays at its own connectors
    LackOf lack = nullptr;
};

/// By name.
[[nodiscard]] std::map<std::string_view, ProvidedSignal>& provided_signals();
[[nodiscard]] std::map<std::string_view, ProvidedService>& provided_services();

/// Enters a provider; at namespace scope of its file: `const bool registered = provide(signals::mine, Origin::given, make);`
template <class S>
bool provide(const S& signal, Origin origin, SignalReader (*make)(const World&), LackOf lack = nullptr) {
    const SignalInfo info = info_of(signal);
    return provided_signals().emplace(info.name, ProvidedSignal{info, origin, make, nullptr, lack, false, nullptr}).second;
}

/// The same for a column that its owner keeps up to date, at one place in memory.
template <class S>
bool provide_column(const S& signal, Origin origin, SignalReader (*make)(const World&)) {
    provide(signal, origin, make);
    return provided_signals().at(signal.name).stays_in_place = true;
}

/// How many values a signal of this extent has at one instant; `areas`: as its publisher names them, of extent area only.
[[nodiscard]] std::size_t size_of(Extent extent, const ReplicaSite& site, const Connectors& connectors, std::size_t areas = 0);

/// A reader of one number.
template <class Number>
[[nodiscard]] SignalReader reader_of_number(Number number) {
    return [number, value = 0.0](World& world) mutable {
        value = number(world);
        return std::span<const double>(&value, 1);
    };
}

}  // namespace evsweep
