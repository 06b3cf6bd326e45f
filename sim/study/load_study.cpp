#include "sim/study/load_study.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "evsweep/contracts.hpp"
#include "sim/config/scenario_reader.hpp"
#include "sim/config/text_file.hpp"
#include "sim/study/study_outputs.hpp"

namespace evsweep {

namespace {

/// Texts of further files that a feeder file names. Why one cannot be read is for the format to say.
std::optional<std::string> read_quietly(const std::filesystem::path& file) {
    Issues unsaid;
    return read_text_file(file, unsaid, {}, "");
}

/// The named format, or the first that recognises the text; reports where there is none.
std::unique_ptr<FeederFormat> choose_format(const FeederChoice& choice, const SourceText& source, Issues& issues) {
    Reader reader{issues};
    std::vector<std::string> known;
    for (const auto& [name, plugin] : plugins<FeederFormat>()) {
        known.push_back(name);
        if (!choice.format.empty() && choice.format != name) continue;
        auto format = plugin.configure(Node::make_map(choice.file.at), "feeder", reader)->make({read_quietly});
        if (!choice.format.empty() || format->recognises(source)) return format;
    }
    if (choice.format.empty())
        issues.error({std::make_shared<const std::string>(choice.file.path.string())}, "",
                     "is not a feeder file of a known format", "formats: " + fmt::format("{}", fmt::join(known, ", ")));
    else
        issues.error(choice.file.at, "feeder.format", "unknown format '" + choice.format + "'",
                     did_you_mean(choice.format, known));
    return nullptr;
}

void check_multiple(const Scenario& scenario, Duration value, const std::string& path, const Position& at, Issues& issues) {
    if (value % scenario.time.step == Duration::zero()) return;
    issues.error(at, path, duration_text(value) + " is not a whole number of control steps",
                 "time.step is " + duration_text(scenario.time.step));
}

void check_controllers(const LoadedStudy& study, const Population& population, Issues& issues) {
    for (const auto& configured : study.scenario.controllers) {
        const auto controller = configured.make(controller_context(study, configured, population, ReplicaId(0)));
        const std::string path = "controllers." + configured.label;
        if (const auto period = controller->cadence().period)
            check_multiple(study.scenario, *period, path + ".period", configured.at, issues);
        if (controller->needs().contains(Need::price) && !study.scenario.prices)
            issues.error(configured.at, path, "needs prices, and the scenario has none", "add a section `prices`");
    }
}

/// Outputs check their own parameters against the control grid when they are made.
void check_outputs(const LoadedStudy& study, const Population& population, Issues& issues) {
    for (const auto& configured : study.scenario.outputs) {
        try {
            (void)configured.make(output_context(study, population, {}));
        } catch (const ContractViolation& complaint) {
            issues.error(configured.at, "outputs." + configured.label, complaint.what(),
                         "time.step is " + duration_text(study.scenario.time.step));
        }
    }
}

void make_behaviours(LoadedStudy& study, Issues& issues) {
    for (const auto& configured : study.scenario.population) {
        Behaviour::Context context;
        context.group = configured.label;
        context.feeder = &study.feeder->site();
        context.calendar = study.scenario.time.start;
        context.horizon = study.scenario.time.duration;
        context.accounting = study.scenario.study.accounting;
        context.issues = &issues;
        context.at = configured.at;
        context.seed = study.scenario.study.seed;
        study.behaviours.push_back(configured.make(context));
    }
}

}  // namespace

Population LoadedStudy::draw(ReplicaId replica) const {
    Population population;
    const Rng rng(scenario.study.seed, static_cast<std::uint32_t>(replica.index()));
    for (const auto& behaviour : behaviours) behaviour->draw(rng, population);
    std::stable_sort(population.sessions.begin(), population.sessions.end(), [](const Session& a, const Session& b) {
        return std::tie(a.plug_in, a.connector) < std::tie(b.plug_in, b.connector);
    });
    return population;
}

std::optional<FeederDescription> read_feeder_description(const FeederChoice& choice, Issues& issues) {
    const auto text = read_text_file(choice.file.path, issues, choice.file.at, "feeder.file");
    if (!text) return std::nullopt;
    const SourceText source{choice.file.path, *text};
    const auto format = choose_format(choice, source, issues);
    if (!format) return std::nullopt;
    return format->read(source, issues);
}

std::optional<Feeder> load_feeder(const FeederChoice& choice, Issues& issues) {
    const auto description = read_feeder_description(choice, issues);
    if (!description) return std::nullopt;
    return build_feeder(*description, {choice.source_voltage}, issues);
}

std::optional<LoadedStudy> load_study(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                      Issues& issues) {
    auto scenario = read_scenario(file, overrides, issues);
    if (!scenario) {  // the feeder's problems are told with the scenario's, not one run later
        if (const auto choice = read_feeder_choice(file, overrides)) (void)load_feeder(*choice, issues);
        return std::nullopt;
    }
    auto feeder = load_feeder(scenario->feeder, issues);
    if (!feeder) return std::nullopt;
    LoadedStudy study{std::move(*scenario), std::make_shared<const Feeder>(std::move(*feeder)), nullptr, {}};
    make_behaviours(study, issues);
    if (issues.has_errors()) return std::nullopt;
    study.base = std::make_shared<const BaseDemand>(study.scenario, *study.feeder);
    const Population population = study.draw(ReplicaId(0));
    check_controllers(study, population, issues);
    check_outputs(study, population, issues);
    return issues.has_errors() ? std::nullopt : std::optional(std::move(study));
}

}  // namespace evsweep
