#include "sim/study/mistaken_file.hpp"

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "sim/base/text_file.hpp"
#include "sim/config/scenario_reader.hpp"

namespace evsweep {

namespace {

/// The name of the format; none where it is no feeder.
std::optional<std::string> feeder_format_of(const SourceText& source) {
    Issues ignored;
    Reader reader{ignored};
    for (const auto& [name, plugin] : plugins<FeederFormat>())
        if (plugin.configure(Node::make_map({}), "feeder", reader)->make({})->recognises(source)) return name;
    return std::nullopt;
}

/// Whether a key stands at the beginning of a line.
bool has_outer_key(const std::string& text, const std::string& key) {
    return text.rfind(key + ":", 0) == 0 || text.find("\n" + key + ":") != std::string::npos;
}

}  // namespace

bool is_transmission_grid(const std::string& text) {
    return has_outer_key(text, "buses") && has_outer_key(text, "branches") && has_outer_key(text, "generators") &&
           !has_outer_key(text, "source") && !has_outer_key(text, "feeder");
}

std::string hint_of_grid(const std::filesystem::path& file) {
    return "agent `optimal_power_flow` of a scenario names it as `grid: " + file.string() +
           "`; see `evsweep describe optimal_power_flow`";
}

bool report_feeder_for_scenario(const std::filesystem::path& file, Issues& issues) {
    Issues ignored(issues.shared_files());
    const auto text = read_text_file(file, ignored, {}, "");
    if (!text) return false;
    if (is_transmission_grid(*text)) {
        issues.error({std::make_shared<const std::string>(file.string())}, "", "is a transmission grid, and no scenario",
                     hint_of_grid(file));
        return true;
    }
    const auto format = feeder_format_of({file, *text});
    if (!format) return false;
    const std::string name = file.string();
    issues.error({std::make_shared<const std::string>(name)}, "", "is a feeder (format " + *format + "), and no scenario",
                 "a scenario names it as `feeder: {file: " + name + "}`, and `evsweep new study --feeder " + name +
                     "` writes one; `evsweep solve " + name + "` solves one load flow");
    return true;
}

std::optional<std::string> hint_of_scenario_for_feeder(const std::filesystem::path& file, const Issues& issues) {
    const auto choice = read_feeder_choice(file, {}, issues);
    if (!choice) return std::nullopt;
    return "it is a scenario; its feeder is " + choice->file.path.string();
}

}  // namespace evsweep
