#include "sim/study/party_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <new>
#include <set>

#include "evsweep/contracts.hpp"
#include "sim/base/units.hpp"
#include "sim/engine/error_text.hpp"
#include "sim/engine/provided_signal.hpp"
#include "sim/study/study_outputs.hpp"

namespace evsweep {

namespace {

/// What all parties of a study use by name.
struct Names {
    std::map<std::string, SignalInfo> signals;                   ///< that somebody publishes
    std::map<std::string, std::vector<std::string>> areas;       ///< by signal: as its first publisher names them
    std::map<std::string, std::optional<Duration>> publication;  ///< by signal of a party: its period
    std::set<std::string> read;
    std::map<std::string, std::set<std::optional<Duration>>>
        topics;                      ///< periods of those who exchange messages; none: at any instant
    std::set<std::string> reported;  ///< problems of agents of the scenario, which act under every alternative
};

/// A meter reads what somebody publishes as a present value.
class MeterCheck {
   public:
    MeterCheck(const LoadedStudy& study, const Names& names, Issues& issues) : study_(study), names_(names), issues_(issues) {}

    [[nodiscard]] std::optional<MeterSettings> settings_of(const MeterChoice& meter) {
        path_ = "metering." + meter.signal;
        const auto found = names_.signals.find(meter.signal);
        if (found == names_.signals.end()) {
            std::vector<std::string> known;
            for (const auto& [name, info] : names_.signals)
                if (info.form == Form::present) known.push_back(name);
            issues_.error(meter.at, path_, "there is no signal of this name", did_you_mean(meter.signal, known));
            return std::nullopt;
        }
        if (found->second.form == Form::forecast) {
            issues_.error(meter.at, path_, "is a forecast, which no meter reads", "meter the present value");
            return std::nullopt;
        }
        if (names_.read.count(meter.signal) == 0)
            issues_.warning(meter.at, path_, "has no effect: no controller or agent reads this signal", "remove it");
        MeterSettings settings{meter.delay, 0.0, 0.0, meter.loss, meter.sampling};
        settings.noise = quantity(meter.noise, found->second.unit, meter.noise_at, "noise");
        settings.resolution = quantity(meter.resolution, found->second.unit, meter.resolution_at, "resolution");
        check_times(meter);
        return settings;
    }

   private:
    double quantity(const std::string& text, std::string_view unit, const Position& at, const std::string& key) {
        if (text == "0") return 0.0;
        const std::string path = path_ + "." + key;
        QuantityText read;
        try {
            read = parse_quantity(text, unit);
        } catch (const ContractViolation&) {  // a unit of a plug-in's own
            const auto number = split_number(text);
            read.value = number && number->rest == unit ? to_double(*number) : std::nullopt;
            if (!read.value) read = {std::nullopt, "expected a number of " + std::string(unit) + ", found '" + text + "'", ""};
        }
        if (!read.value) {
            issues_.error(at, path, read.problem, read.hint);
            return 0.0;
        }
        const double largest = unit == PerUnit::unit() ? 0.5 : 1e9;  // nothing is seen of a voltage with a larger error
        if (*read.value < 0.0 || *read.value > largest)
            issues_.error(at, path, text + " is out of range", fmt::format("must be [0, {:g}] {}", largest, unit));
        return *read.value;
    }

    /// Signals of the simulator are read at control steps, those of a party when it publishes them.
    void check_times(const MeterChoice& meter) {
        const auto party = names_.publication.find(meter.signal);
        const Duration step = study_.scenario.time.step;
        const Duration every = party == names_.publication.end() ? step : party->second.value_or(Duration(1));
        const std::string what = party == names_.publication.end() ? "control steps; the control step is " + duration_text(step)
                                                                   : "its publisher's periods of " + duration_text(every);
        if (meter.sampling && *meter.sampling % every != Duration::zero())
            issues_.error(meter.at, path_ + ".sampling", duration_text(*meter.sampling) + " is not a whole number of " + what,
                          "");
        if (meter.delay % every != Duration::zero())
            issues_.error(meter.at, path_ + ".delay", duration_text(meter.delay) + " is not a whole number of " + what, "");
    }

    const LoadedStudy& study_;
    const Names& names_;
    Issues& issues_;
    std::string path_;
};

void note_names(const PartySet& set, Names& names, Issues& issues) {
    for (const Party& party : set.parties()) {
        for (const Declared::Written& written : party.declared.writes) {
            const auto [areas, is_new] = names.areas.emplace(written.signal.name, written.members);
            if (!is_new && areas->second != written.members)
                issues.error(party.choice->at, party.choice->path,
                             fmt::format("publishes '{}' for other areas than another alternative does", written.signal.name),
                             "results need the same areas under every alternative");
            names.signals.emplace(written.signal.name, written.signal);
            names.publication.emplace(written.signal.name, party.cadence.period);
        }
        for (const Declared::Read& read : party.declared.reads) names.read.emplace(read.signal.name);
        for (const Declared::Joined& joined : party.declared.topics)
            names.topics[joined.topic].insert(party.cadence.on_message ? std::nullopt : party.cadence.period);
    }
}

void check_groups(const PartySet& set, Issues& issues) {
    for (const Party& party : set.parties())
        if (party.choice && party.controller && party.own.empty() && party.generators.empty() && !party.choice->groups.empty())
            issues.error(party.choice->groups_at, party.choice->path + ".groups", "has nothing to control",
                         "give the group vehicles, or remove the party; generators such as photovoltaics feed in by themselves "
                         "where their controller does not steer them");
}

/// Planning controllers do not know what other controllers will do.
void check_planners(const PartySet& set, Issues& issues) {
    const auto decides = [](const Party& party) { return party.controller != nullptr; };
    if (std::count_if(set.parties().begin(), set.parties().end(), decides) < 2) return;
    for (const Party& party : set.parties())
        if (party.choice && party.uses(services::linear_grid.name))
            issues.warning(party.choice->at, party.choice->path,
                           "plans on the grid without knowing what the other controllers of this alternative will draw",
                           "limits of the grid may be exceeded by all together");
}

/// Nor do they know what generators feed in.
void check_plans_with_generators(const PartySet& set, const Population& sample, Issues& issues) {
    if (!sample.connectors.has_generators()) return;
    const auto plans_on_load = [](const Party& party) {
        return party.uses(services::linear_grid.name) ||
               std::any_of(party.declared.reads.begin(), party.declared.reads.end(),
                           [](const Declared::Read& read) { return read.signal.name == signals::base_demand_forecast.name; });
    };
    for (const Party& party : set.parties())
        if (party.choice && plans_on_load(party))
            issues.warning(party.choice->at, party.choice->path,
                           "plans with the base load, without knowing what photovoltaics and other generators feed in",
                           "its plans may be too careful, and its limits may be exceeded by what is fed in");
}

/// Who plans with stays takes them as they are drawn, and knows neither who waits nor with what vehicles come back.
void check_plans_with_queues(const PartySet& set, const Population& sample, Issues& issues) {
    const bool has_trips = sample.has_trips();
    if (!sample.has_queues() && !has_trips) return;
    for (const Party& party : set.parties()) {
        if (!party.choice || (!party.uses(services::arrivals.name) && !party.uses(services::foresight.name))) continue;
        const bool shares =
            std::any_of(party.own.begin(), party.own.end(), [&](ConnectorId c) { return sample.connectors.queue_of(c) != 0; });
        if (shares)
            issues.error(party.choice->at, party.choice->path,
                         "plans with stays as they are drawn, and its vehicles share charging points: when they are plugged in "
                         "depends on who waits",
                         "take a controller that plans with who is there, or let it control other groups only");
        else if (has_trips)
            issues.error(party.choice->at, party.choice->path,
                         "plans with states of charge as they are drawn, and vehicles come back with what they left with less "
                         "their trip",
                         "take a controller that plans with who is there");
    }
}

/// A vehicle whose battery goes on charging past its target is not done there.
void check_swaps(const PartySet& set, const Population& sample, Issues& issues) {
    for (const Party& party : set.parties()) {
        if (!party.choice || !party.controller || !party.controller->charges_past_targets()) continue;
        const bool swaps = std::any_of(party.own.begin(), party.own.end(),
                                       [&](ConnectorId c) { return sample.queues[sample.connectors.queue_of(c)].swaps; });
        if (swaps)
            issues.warning(party.choice->at, party.choice->path,
                           "charges vehicles past their targets, and these are to leave their points when they have reached them",
                           "they leave only when their batteries are full, or when another vehicle comes; remove swap_when_full");
    }
}

void check_alternative(const LoadedStudy& study, const Alternative* alternative, const Population& sample, Names& names,
                       Issues& issues) {
    ReplicaSite site = site_of(study);
    site.issues = &issues;
    const Position at = alternative ? alternative->at : study.scenario.file.at;
    const std::string path = alternative ? "controllers." + alternative->label : "agents";
    try {
        const PartySet set(site, alternative, sample, rng_of(study, ReplicaId(0)));
        for (const PartyProblem& problem : set.problems()) {
            const bool is_of_all = problem.party && problem.party->path.rfind("agents.", 0) == 0;
            if (is_of_all && !names.reported.insert(problem.party->path + ": " + problem.problem).second) continue;
            issues.error(problem.party ? problem.party->at : at, problem.party ? problem.party->path : path, problem.problem,
                         problem.hint);
        }
        note_names(set, names, issues);
        check_groups(set, issues);
        check_planners(set, issues);
        check_plans_with_generators(set, sample, issues);
        check_plans_with_queues(set, sample, issues);
        check_swaps(set, sample, issues);
    } catch (const std::bad_alloc&) {
        throw;
    } catch (...) {
        issues.error(at, path, "cannot be made: " + error_text_of_exception());
    }
}

/// Where all exchange messages in turns of one period, a delay that ends between two of them counts as the longer one.
void check_delay(const Configured<Channel>& configured, const Channel& channel, const std::set<std::optional<Duration>>& periods,
                 Issues& issues) {
    const auto delay = channel.always();
    if (!delay || periods.size() != 1 || !*periods.begin()) return;
    const Duration period = **periods.begin();
    if (*delay % period == Duration::zero()) return;
    issues.error(configured.at, "channels." + configured.label + ".delay",
                 fmt::format("{} is not a whole number of the periods of {} in which messages are read", duration_text(*delay),
                             duration_text(period)),
                 fmt::format("they would be read after {}: write that", duration_text((*delay / period + 1) * period)));
}

void check_channels(LoadedStudy& study, const Names& names, Issues& issues) {
    for (const auto& configured : study.scenario.channels) {
        const auto topic = names.topics.find(configured.label);
        if (topic == names.topics.end()) {
            std::vector<std::string> known;
            for (const auto& [name, periods] : names.topics) known.push_back(name);
            issues.error(configured.at, "channels." + configured.label, "no party exchanges messages of this topic",
                         known.empty() ? "remove it" : did_you_mean(configured.label, known));
            continue;
        }
        const std::shared_ptr<const Channel> channel = configured.make({configured.label, study.scenario.time.step});
        check_delay(configured, *channel, topic->second, issues);
        study.channels.emplace(configured.label, channel);
    }
}

}  // namespace

void check_parties(LoadedStudy& study, const Population& sample, Issues& issues) {
    Names names;
    for (const auto& [name, provided] : provided_signals()) names.signals.emplace(name, provided.info);
    if (study.scenario.controllers.empty()) check_alternative(study, nullptr, sample, names, issues);
    for (const Alternative& alternative : study.scenario.controllers) {
        if (alternative.label == "base")
            issues.error(alternative.at, "controllers.base", "is the name of the run without vehicles", "name it otherwise");
        check_alternative(study, &alternative, sample, names, issues);
    }
    MeterCheck meters(study, names, issues);
    for (const MeterChoice& meter : study.scenario.metering)
        if (const auto settings = meters.settings_of(meter)) study.meters.emplace(meter.signal, *settings);
    check_channels(study, names, issues);
}

}  // namespace evsweep
