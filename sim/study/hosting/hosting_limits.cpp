#include "sim/study/hosting/hosting_limits.hpp"

#include <algorithm>
#include <set>

#include "evsweep/contracts.hpp"
#include "sim/study/study_outputs.hpp"

namespace evsweep {

namespace {

constexpr std::string_view violation_suffix = "_violation";

/// An output with what it declares.
struct TriedOutput {
    Configured<Output> configured;
    std::vector<Variable> variables{};
};

std::optional<std::size_t> variable_named(const std::vector<Variable>& variables, const std::string& name) {
    for (std::size_t v = 0; v < variables.size(); ++v)
        if (variables[v].name == name && variables[v].aggregation == Aggregation::per_replica) return v;
    return std::nullopt;
}

/// "line" of "line_violation"; the whole name of other events.
std::string limit_name(const Variable& variable) {
    const std::string& name = variable.name;
    return name.ends_with(violation_suffix) ? name.substr(0, name.size() - violation_suffix.size()) : name;
}

bool tells_violations(const TriedOutput& output) {
    return std::any_of(output.variables.begin(), output.variables.end(),
                       [](const Variable& v) { return v.display == Display::event && v.name.ends_with(violation_suffix); });
}

/// Whether it says of each violation where it was, too.
bool locates_violations(const TriedOutput& output) {
    return std::any_of(output.variables.begin(), output.variables.end(), [&](const Variable& v) {
        return v.display == Display::event && v.name.ends_with(violation_suffix) &&
               variable_named(output.variables, limit_name(v) + "_element");
    });
}

/// Makes outputs to see what they declare.
class OutputTrial {
   public:
    explicit OutputTrial(const LoadedStudy& study) : study_(study), population_(study.draw(ReplicaId(0))) {
        outputs_.signals = recordable_signals(study, population_);
    }
    /// None where it cannot be made with these parameters.
    std::optional<TriedOutput> of(const Configured<Output>& configured) {
        OutputDeclarations declared;
        try {
            (void)make_output(study_, configured, population_, outputs_, declared);
        } catch (const ContractViolation&) {
            return std::nullopt;
        }
        return TriedOutput{configured, declared.variables()};
    }

   private:
    const LoadedStudy& study_;
    Population population_;
    StudyOutputs outputs_;
};

/// The plug-in with those of `settings` that it has, so that it means by a limit what the scenario's outputs do.
std::optional<Configured<Output>> configured_like(const Plugin<Output>& plugin, const std::vector<Setting>& settings) {
    Issues unsaid;
    Reader reader{unsaid};
    Node node = Node::make_map({});
    for (const FieldInfo& field : plugin.fields())
        for (const Setting& setting : settings)
            if (setting.path == field.name && !node.find(field.name))
                node.entries.push_back({Node::make_scalar(field.name, {}), Node::make_scalar(setting.value, {})});
    auto configured = plugin.configure(node, "outputs." + plugin.name, reader);
    return unsaid.has_errors() ? std::nullopt : std::move(configured);
}

/// The output that says which limits are broken, and where: the scenario's, or that plug-in with what the scenario's outputs say
/// of limits.
std::optional<TriedOutput> output_that_locates(const std::vector<TriedOutput>& of_scenario, OutputTrial& trial) {
    for (const TriedOutput& output : of_scenario)
        if (locates_violations(output)) return output;
    std::vector<Setting> settings;
    for (const TriedOutput& output : of_scenario)
        if (tells_violations(output))
            settings.insert(settings.end(), output.configured.settings.begin(), output.configured.settings.end());
    for (const auto& [name, plugin] : plugins<Output>()) {
        const auto configured = configured_like(plugin, settings);
        auto tried = configured ? trial.of(*configured) : std::nullopt;
        if (tried && locates_violations(*tried)) return tried;
    }
    return std::nullopt;
}

HostingLimit limit_of(const TriedOutput& output, std::size_t place, std::size_t event) {
    const Variable& variable = output.variables[event];
    HostingLimit limit{limit_name(variable), variable.long_name, place, event};
    const auto element = variable_named(output.variables, limit.name + "_element");
    const auto kind = variable_named(output.variables, limit.name + "_kind");
    limit.where = element ? element : kind;
    limit.is_joint = !element && kind;
    if (limit.where) limit.names = output.variables[*limit.where].meanings;
    limit.worst_h = variable_named(output.variables, limit.name + "_worst_h");
    return limit;
}

std::vector<HostingLimit> limits_of_output(const TriedOutput& output, std::size_t place) {
    std::vector<HostingLimit> list;
    for (std::size_t v = 0; v < output.variables.size(); ++v)
        if (output.variables[v].display == Display::event) list.push_back(limit_of(output, place, v));
    return list;
}

const HostingLimit* find_limit(const std::vector<HostingLimit>& limits, const std::string& name) {
    const auto found = std::find_if(limits.begin(), limits.end(), [&](const HostingLimit& l) { return l.name == name; });
    return found == limits.end() ? nullptr : &*found;
}

/// Joint limits first, which are the answer to the shorter question.
void ask_for_all(HostingPlan& plan, const std::vector<HostingLimit>& told) {
    for (const bool joint : {true, false})
        for (const HostingLimit& limit : told)
            if (limit.is_joint == joint) plan.limits.push_back(limit);
    plan.asked = plan.limits.size();
}

/// Those that are named, with outputs of the scenario where events are theirs.
void ask_for_named(HostingPlan& plan, const std::vector<HostingLimit>& told, const std::vector<TriedOutput>& of_scenario,
                   Issues& issues) {
    std::vector<std::string> known;
    for (const HostingLimit& limit : told) known.push_back(limit.name);
    std::set<std::string> seen;
    for (const std::string& name : plan.request.settings.limits) {
        if (!seen.insert(name).second) {
            issues.error(plan.request.limits_at, "hosting.limits", "names '" + name + "' twice", "once is enough");
            continue;
        }
        if (const HostingLimit* limit = find_limit(told, name)) {
            plan.limits.push_back(*limit);
            continue;
        }
        const HostingLimit* own = nullptr;
        std::vector<HostingLimit> of_output;
        for (std::size_t o = 0; o < of_scenario.size() && !own; ++o) {
            of_output = limits_of_output(of_scenario[o], plan.outputs.size());
            own = find_limit(of_output, name);
            if (own && !name.empty() && !tells_violations({of_scenario[o].configured, {of_scenario[o].variables[own->event]}}))
                plan.outputs.push_back(of_scenario[o].configured);
            else
                own = nullptr;
        }
        if (own)
            plan.limits.push_back(*own);
        else
            issues.error(plan.request.limits_at, "hosting.limits",
                         "there is no limit '" + name + "', or nothing of this feeder that it could be held against",
                         did_you_mean(name, known));
    }
    plan.asked = plan.limits.size();
    for (const HostingLimit& limit : told)
        if (!limit.is_joint && !find_limit(plan.limits, limit.name)) plan.limits.push_back(limit);
}

/// Kinds that joint limits are of and no output tells of.
void note_not_judged(HostingPlan& plan, const std::vector<HostingLimit>& told) {
    for (const HostingLimit& limit : told) {
        if (!limit.is_joint) continue;
        for (const std::string& kind : limit.names)
            if (!find_limit(told, kind) &&
                std::find(plan.not_judged.begin(), plan.not_judged.end(), kind) == plan.not_judged.end())
                plan.not_judged.push_back(kind);
    }
}

void choose_place_limit(HostingPlan& plan, Issues& issues) {
    if (!plan.request.settings.places) return;
    const std::string& name = plan.request.settings.places->limit;
    const HostingLimit* limit = find_limit(plan.limits, name);
    if (limit) {
        plan.place_limit = static_cast<std::size_t>(limit - plan.limits.data());
        return;
    }
    std::vector<std::string> known;
    for (std::size_t l = 0; l < plan.asked; ++l) known.push_back(plan.limits[l].name);
    issues.error(plan.request.places_at, "hosting.places.limit", "'" + name + "' is not among the limits that are asked for",
                 did_you_mean(name, known));
}

}  // namespace

void choose_hosting_limits(HostingPlan& plan, Issues& issues) {
    OutputTrial trial(plan.study);
    std::vector<TriedOutput> of_scenario;
    for (const auto& configured : plan.study.scenario.outputs)
        if (auto tried = trial.of(configured)) of_scenario.push_back(std::move(*tried));
    auto locating = output_that_locates(of_scenario, trial);
    EVSWEEP_EXPECTS(locating.has_value(), "an output tells where limits are broken");
    plan.outputs.push_back(locating->configured);
    const std::vector<HostingLimit> told = limits_of_output(*locating, 0);
    if (plan.request.settings.limits.empty())
        ask_for_all(plan, told);
    else
        ask_for_named(plan, told, of_scenario, issues);
    note_not_judged(plan, told);
    choose_place_limit(plan, issues);
}

}  // namespace evsweep
