#include "sim/study/load_study.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <new>
#include <sstream>

#include "evsweep/contracts.hpp"
#include "sim/base/text_file.hpp"
#include "sim/config/scenario_reader.hpp"
#include "sim/network/load_allocation.hpp"
#include "sim/study/actuation_check.hpp"
#include "sim/study/band_check.hpp"
#include "sim/study/base_load_check.hpp"
#include "sim/study/fleet_fingerprint.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/mistaken_file.hpp"
#include "sim/study/party_check.hpp"
#include "sim/study/site_check.hpp"
#include "sim/study/stay_check.hpp"
#include "sim/study/stop_check.hpp"
#include "sim/study/study_outputs.hpp"

namespace evsweep {

namespace {

/// Texts of further files that a feeder file names. Why one cannot be read is for the format to say.
std::optional<std::string> read_quietly(const std::filesystem::path& file, const std::shared_ptr<InputFiles>& files) {
    Issues unsaid(files);
    return read_text_file(file, unsaid, {}, "");
}

/// The named format, or the first that recognises the text; reports where there is none. Enters in `origin` its name and of the
/// files that it reads.
std::unique_ptr<FeederFormat> choose_format(const FeederChoice& choice, const SourceText& source, FeederOrigin& origin,
                                            Issues& issues) {
    Reader reader{issues};
    std::vector<std::string> known;
    const auto read_file = [&origin, files = issues.shared_files()](const std::filesystem::path& file) {
        auto text = read_quietly(file, files);
        if (text) origin.more_files.push_back(file.string());
        return text;
    };
    for (const auto& [name, plugin] : plugins<FeederFormat>()) {
        known.push_back(name);
        if (!choice.format.empty() && choice.format != name) continue;
        auto format =
            plugin.configure(Node::make_map(choice.file.at), "feeder", reader)->make({read_file, choice.default_ratings});
        if (choice.format.empty() && !format->recognises(source)) continue;
        origin.format = name;
        return format;
    }
    if (choice.format.empty())
        issues.error(
            {std::make_shared<const std::string>(choice.file.path.string())}, "", "is not a feeder file of a known format",
            hint_of_scenario_for_feeder(choice.file.path, issues).value_or(fmt::format("formats: {}", fmt::join(known, ", "))));
    else
        issues.error(choice.file.at, "feeder.format", "unknown format '" + choice.format + "'",
                     did_you_mean(choice.format, known));
    return nullptr;
}

/// Replicas that an output names and the study has not, or may not come to: nothing is recorded of them.
void check_named_replicas(const Configured<Output>& configured, const StudySettings& settings, Issues& issues) {
    const int replicas = settings.most_replicas();
    for (const Setting& setting : configured.settings) {
        if (setting.path != "replicas") continue;
        std::string numbers = setting.value;
        std::replace_if(
            numbers.begin(), numbers.end(), [](char c) { return c < '0' || c > '9'; }, ' ');
        std::istringstream text(numbers);
        for (std::int64_t replica = 0; text >> replica;)
            if (replica >= replicas)
                issues.warning(configured.at, "outputs." + configured.label + ".replicas",
                               fmt::format("there is no replica {}: nothing is recorded of it", replica),
                               fmt::format("the study has replicas 0 to {}", replicas - 1));
            else if (replica >= settings.replicas)
                issues.warning(configured.at, "outputs." + configured.label + ".replicas",
                               fmt::format("replica {} is recorded only if study.stop takes the study so far", replica),
                               fmt::format("replicas 0 to {} are always run", settings.replicas - 1));
    }
}

/// Bands put the same places of all parts of a replica together, so each part has to have as many.
void check_parts_alike(const LoadedStudy& study, const Configured<Output>& configured, const Population& population,
                       StudyOutputs& outputs, const OutputDeclarations& first) {
    const auto size_of = [](const Coordinate& c) { return std::max(c.values.size(), c.labels.size()); };
    for (std::size_t part = 1; part < parts_of(study.scenario); ++part) {
        OutputDeclarations declared;
        (void)make_output(study, configured, population, outputs, declared, part);
        for (std::size_t k = 0; k < declared.coordinates().size(); ++k) {
            const Coordinate &one = first.coordinates().at(k), &other = declared.coordinates()[k];
            if (size_of(one) != size_of(other))
                throw ContractViolation(
                    fmt::format("has {} places of {} in the first part of the study and {} in part {}, and "
                                "parts have to be alike; let its marks divide study.batch_length",
                                size_of(one), one.name, size_of(other), part + 1));
        }
    }
}

/// Outputs check their own parameters against the control grid when they are made.
void check_outputs(LoadedStudy& study, const Population& population, Issues& issues) {
    constexpr std::array taken{"ledger", "counters", "messages", "actuation",
                               "reads",  "unsolved", "remarks"};  // groups that results have
    StudyOutputs outputs;
    std::vector<OutputDeclarations> all_declared;
    if (!issues.has_errors()) outputs.signals = recordable_signals(study, population);
    for (const auto& configured : study.scenario.outputs) {
        if (std::find(taken.begin(), taken.end(), configured.label) != taken.end())
            issues.error(configured.at, "outputs." + configured.label, "is a name that results use themselves",
                         "name it otherwise");
        check_named_replicas(configured, study.scenario.study, issues);
        if (outputs.signals.empty()) continue;
        try {
            OutputDeclarations declared;
            (void)make_output(study, configured, population, outputs, declared);
            check_parts_alike(study, configured, population, outputs, declared);
            all_declared.push_back(std::move(declared));
        } catch (const ContractViolation& wrong) {
            const bool is_of_steps = std::string_view(wrong.what()).find("control step") != std::string_view::npos;
            issues.error(configured.at, "outputs." + configured.label, wrong.what(),
                         is_of_steps ? "time.step is " + duration_text(study.scenario.time.step) : "");
        }
    }
    if (all_declared.size() == study.scenario.outputs.size()) check_stop(study, all_declared, issues);
}

/// Warns of a study whose replicas repeat one fleet, its stays and the base load: they are a sample of one day.
void check_that_replicas_differ(const LoadedStudy& study, const Population& first, Issues& issues) {
    constexpr int enough = 16;  // a fleet that differs only in rarer replicas is found when all are drawn
    const std::uint64_t fingerprint = fleet_fingerprint(first);
    const int replicas = study.scenario.study.replicas;
    if (replicas < 2 || study.scenario.population.empty()) return;
    for (int r = 1; r < std::min(replicas, enough); ++r)
        if (fleet_fingerprint(study.draw(ReplicaId(static_cast<std::size_t>(r)))) != fingerprint) return;
    issues.warning(
        study.scenario.population.front().at, "population",
        fmt::format("nothing about the vehicles is random, so all {} replicas are the same day and no interval says how "
                    "much days differ",
                    replicas),
        "draw something, e.g. days or states of charge, or say `study.replicas: 1`");
}

Population draw_fleet(const LoadedStudy& study, std::uint32_t number) {
    Population population;
    const Rng rng(study.scenario.study.seed, number, study.scenario.study.draw_design());
    for (std::size_t g = 0; g < study.behaviours.size(); ++g) {
        study.behaviours[g]->draw(rng, population);
        population.connectors.form_group(study.scenario.population[g].label);
    }
    std::stable_sort(population.sessions.begin(), population.sessions.end(), [](const Session& a, const Session& b) {
        return std::tie(a.plug_in, a.connector) < std::tie(b.plug_in, b.connector);
    });
    return population;
}

/// Draws what the base load of a replica is over that of the profiles, and sees that a plug-in has kept its word.
void draw_base_load(const LoadedStudy& study, std::uint32_t number, LoadFactors& factors) {
    study.demand->draw(Rng(study.scenario.study.seed, number, study.scenario.study.draw_design()), factors);
    const TimeSettings& time = study.scenario.time;
    EVSWEEP_EXPECTS(factors.every > Duration::zero() && factors.every % time.step == Duration::zero(),
                    "the marks of a base load are a whole number of control steps apart");
    EVSWEEP_EXPECTS(factors.loads == study.feeder->loads().size(), "a base load has a factor for every load");
    const auto marks = static_cast<std::size_t>((time.duration + factors.every - Duration(1)) / factors.every);
    EVSWEEP_EXPECTS(factors.factor.size() == marks * factors.loads, "a base load has factors for the whole horizon");
    EVSWEEP_EXPECTS(
        std::all_of(factors.factor.begin(), factors.factor.end(), [](double f) { return f >= 0.0 && std::isfinite(f); }),
        "the factors of a base load are finite and not negative");
}

/// The table of base load and prices has a row for every control step and a column for every profile.
void require_base_demand(const LoadedStudy& study) {
    const auto steps = static_cast<std::size_t>(study.scenario.time.duration / study.scenario.time.step);
    const std::size_t profiles = study.scenario.base_load.profiles.size() + study.feeder->profiles().size() + 1;
    constexpr std::size_t growth = 2;  // of arrays whose end is not known
    require_memory(steps * (profiles + 6) * sizeof(double) * growth, "the table of the base load over the horizon",
                   "take a longer time.step or a shorter time.duration");
}

void make_behaviours(LoadedStudy& study, Issues& issues) {
    for (const auto& configured : study.scenario.population) {
        Behaviour::Context context;
        context.group = configured.label;
        context.feeder = &study.feeder->site();
        context.calendar = study.scenario.time.start;
        context.step = study.scenario.time.step;
        context.horizon = study.scenario.time.duration;
        context.accounting = study.scenario.study.accounting;
        context.issues = &issues;
        context.at = configured.at;
        context.seed = study.scenario.study.seed;
        study.behaviours.push_back(configured.make(context));
    }
}

void make_demand(LoadedStudy& study, Issues& issues) {
    const auto& variation = study.scenario.base_load.variation;
    if (!variation) return;
    if (study.feeder->loads().empty())
        issues.warning(variation->at, "base_load.variation", "the feeder has no load that could vary", "remove it");
    Demand::Context context;
    context.feeder = &study.feeder->site();
    context.calendar = study.scenario.time.start;
    context.step = study.scenario.time.step;
    context.horizon = study.scenario.time.duration;
    context.issues = &issues;
    context.at = variation->at;
    study.demand = variation->make(context);
}

/// All places of all groups.
std::vector<ChargingPlace> possible_places(const LoadedStudy& study) {
    std::vector<ChargingPlace> places;
    for (const auto& behaviour : study.behaviours) {
        const auto& own = behaviour->places().possible;
        places.insert(places.end(), own.begin(), own.end());
    }
    return places;
}

}  // namespace

Population LoadedStudy::draw(ReplicaId replica) const {
    const auto number = static_cast<std::uint32_t>(replica.index());
    Population population = draw_fleet(*this, number);
    if (demand) draw_base_load(*this, number, population.load_factors);
    if (amend) amend(population);
    return population;
}

Population LoadedStudy::forecast_stays(ReplicaId replica, const Population& fleet) const {
    // Forecasts number their draws from the other end, where no study has a replica.
    Population expected =
        draw_fleet(*this, std::numeric_limits<std::uint32_t>::max() - static_cast<std::uint32_t>(replica.index()));
    EVSWEEP_EXPECTS(expected.connectors.size() == fleet.connectors.size(), "every draw has the same connectors");
    expected.connectors = fleet.connectors;  // their ratings and wires are known, and not a matter of forecast
    expected.level_sets = fleet.level_sets;
    return expected;
}

std::optional<FeederDescription> read_feeder_description(const FeederChoice& choice, Issues& issues) {
    const auto text = read_text_file(choice.file.path, issues, choice.file.at, "feeder.file");
    if (!text) return std::nullopt;
    if (is_transmission_grid(*text)) {
        issues.error({std::make_shared<const std::string>(choice.file.path.string())}, "",
                     "is a transmission grid, and no feeder", hint_of_grid(choice.file.path));
        return std::nullopt;
    }
    const SourceText source{choice.file.path, *text};
    FeederOrigin origin;
    const auto format = choose_format(choice, source, origin, issues);
    if (!format) return std::nullopt;
    auto feeder = format->read(source, issues);
    if (!feeder || !allocate_loads(*feeder, issues)) return std::nullopt;
    feeder->origin.file = choice.file.path.string();
    feeder->origin.format = std::move(origin.format);
    feeder->origin.more_files = std::move(origin.more_files);
    return feeder;
}

std::optional<Feeder> load_feeder(const FeederChoice& choice, Issues& issues, const std::optional<Amperes>& line_rating) {
    auto description = read_feeder_description(choice, issues);
    if (!description) return std::nullopt;
    for (BranchRow& row : description->branches)
        if (row.kind == BranchKind::line && !row.rating) row.rating = line_rating;
    return build_feeder(*description, {choice.source_voltage}, issues);
}

std::optional<LoadedStudy> load_study(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                      Issues& issues) {
    if (report_feeder_for_scenario(file, issues)) return std::nullopt;
    auto scenario = read_scenario(file, overrides, issues);
    if (!scenario) {  // the feeder's problems are reported with the scenario's, not one run later
        if (const auto choice = read_feeder_choice(file, overrides, issues)) (void)load_feeder(*choice, issues);
        return std::nullopt;
    }
    auto feeder = load_feeder(scenario->feeder, issues, scenario->limits.default_rating);
    if (!feeder) return std::nullopt;
    LoadedStudy study{std::move(*scenario), std::make_shared<const Feeder>(std::move(*feeder)), nullptr, {}, nullptr};
    check_base_load(study.scenario, *study.feeder, issues);
    check_bands(study.scenario.limits, study.feeder->site(), issues);
    make_behaviours(study, issues);
    make_demand(study, issues);
    study.sites = make_sites(study, issues);
    if (issues.has_errors()) return std::nullopt;
    require_base_demand(study);
    study.base = std::make_shared<const BaseDemand>(study.scenario, *study.feeder);
    study.network = std::make_shared<const ChargingNetwork>(*study.feeder, possible_places(study));
    check_site_loads(study, issues);
    const Population population = study.draw(ReplicaId(0));
    check_stays(study, population, issues);
    check_parties(study, population, issues);
    check_actuation_of_fleet(study, population, issues);
    check_outputs(study, population, issues);
    if (!issues.has_errors()) check_that_replicas_differ(study, population, issues);
    study.overrides = overrides;
    study.input_files = issues.shared_files();
    return issues.has_errors() ? std::nullopt : std::optional(std::move(study));
}

}  // namespace evsweep
