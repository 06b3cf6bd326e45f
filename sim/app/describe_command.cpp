#include "sim/app/commands.hpp"
#include "sim/app/say.hpp"
#include "sim/config/describe.hpp"

namespace evsweep {

namespace {

template <class I>
void add_names(std::vector<std::string>& names) {
    for (const auto& [name, plugin] : plugins<I>()) names.push_back(name);
}

std::vector<std::string> plugin_names() {
    std::vector<std::string> names;
    add_names<Controller>(names);
    add_names<Behaviour>(names);
    add_names<Distribution>(names);
    add_names<FeederFormat>(names);
    add_names<Output>(names);
    return names;
}

}  // namespace

ExitStatus describe_command(const std::string& name) {
    if (name.empty()) return say(describe_all()), ExitStatus::success;
    const auto text = describe(name);
    if (!text) return refuse("there is nothing called '" + name + "' to describe", did_you_mean(name, plugin_names()));
    return say(*text), ExitStatus::success;
}

}  // namespace evsweep
