#include "sim/study/why/write_explanation.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/values.hpp"
#include "sim/network/sweep/instruction_set.hpp"
#include "sim/record/result_file.hpp"
#include "sim/study/kept_inputs.hpp"
#include "sim/study/provenance.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

namespace {

constexpr double not_run = std::numeric_limits<double>::quiet_NaN();
const std::string why_group = "/why", hour_group = "/why/hour", decision_group = "/why/decisions",
                  other_group = "/why/controllers";

class ExplanationWriter {
   public:
    ExplanationWriter(ResultFile& file, const LoadedStudy& study, const Explanation& explanation)
        : file_(file),
          study_(study),
          it_(explanation),
          unit_(unit_of(explanation.place.kind)),
          start_(Value<Calendar>::text(study.scenario.time.start)) {}

    void write(const std::string& sentences) {
        write_heading(sentences);
        write_actors();
        if (!it_.hour.time_h.empty()) write_hour();
        if (!it_.decisions.empty()) write_decisions();
        if (!it_.others.empty()) write_others();
    }

   private:
    void write_heading(const std::string& sentences) {
        const Violation& v = it_.violation;
        const Provenance made = provenance_of_this_build();
        file_.annotate("/", {{"content", std::string(explanation_content)},
                             {"title", study_.scenario.title},
                             {"scenario_file", study_.scenario.file.path.string()},
                             {"calendar_start", start_},
                             {"clock_changes", clock_changes_of(study_.scenario.time.start, study_.scenario.time.duration)},
                             {"seed", std::to_string(study_.scenario.study.seed)},
                             {"interrupted", std::int64_t{0}},
                             {"evsweep_version", made.version},
                             {"git_revision", made.git_revision},
                             {"instruction_set", std::string(name_of(instruction_set_in_use()))}});
        file_.annotate(why_group, {{"limit_kind", std::string(name_of(v.kind))},
                                   {"element", v.element},
                                   {"controller", v.controller},
                                   {"replica", static_cast<std::int64_t>(v.replica.index())},
                                   {"time_h", *v.time_h},
                                   {"units", unit_},
                                   {"value", v.value},
                                   {"limit", it_.limit.limit},
                                   {"is_lower_limit", std::int64_t{it_.limit.is_lower}},
                                   {"beyond_share", v.share},
                                   {"minutes", v.minutes},
                                   {"value_of_nobody", it_.nobody},
                                   {"value_of_all", it_.all},
                                   {"orders", static_cast<std::int64_t>(it_.orders)},
                                   {"orders_left_out", static_cast<std::int64_t>(it_.failed_orders)},
                                   {"recorded_numbers", static_cast<std::int64_t>(it_.recorded_numbers)},
                                   {"different_numbers", it_.different_numbers},
                                   {"sentences", sentences}});
        if (it_.enough)
            file_.annotate(why_group, {{"enough_vehicles", static_cast<std::int64_t>(it_.enough->count)},
                                       {"enough_vehicles_kw", it_.enough->p_kw}});
        if (!it_.without_vehicles) return;
        file_.annotate(why_group, {{"value_without_vehicles", it_.without_vehicles->value},
                                   {"minutes_without_vehicles", it_.without_vehicles->minutes}});
    }

    void numbers(const std::string& group, const std::string& name, const std::vector<std::string>& dims, const std::string& unit,
                 const std::string& meaning, const std::vector<double>& values) {
        file_.write({group, name, dims, {{"units", unit}, {"long_name", meaning}}}, values);
    }
    void texts(const std::string& group, const std::string& name, const std::string& dim, const std::string& meaning,
               const std::vector<std::string>& values) {
        file_.write({group, name, {dim}, {{"long_name", meaning}}}, values);
    }

    template <class Get>
    [[nodiscard]] std::vector<double> of_actors(const Get& get) const {
        std::vector<double> values;
        for (const ActorShare& row : it_.actors) values.push_back(get(row));
        return values;
    }
    template <class Get>
    [[nodiscard]] std::vector<double> of_reruns(const Get& get) const {
        return of_actors([&](const ActorShare& row) { return row.rerun && !row.rerun->failure ? get(*row.rerun) : not_run; });
    }

    void write_actors() {
        const FeederSite& feeder = study_.feeder->site();
        std::vector<std::string> names, kinds, buses, wires;
        for (const ActorShare& row : it_.actors) {
            names.push_back(row.actor.text(feeder));
            kinds.emplace_back(name_of(row.actor.kind));
            buses.push_back(feeder.bus[row.actor.bus.index()]);
            wires.push_back(row.actor.wires(*study_.network->swept()));
        }
        texts(why_group, "actor", "actor", "who draws or feeds in; who pushes most towards the violation first", names);
        texts(why_group, "kind", "actor", "vehicle, battery, generator or base load", kinds);
        texts(why_group, "bus", "actor", "bus", buses);
        texts(why_group, "wires", "actor", "phases", wires);
        const auto of = [this](const char* name, const std::string& unit, const char* meaning,
                               const std::vector<double>& values) { numbers(why_group, name, {"actor"}, unit, meaning, values); };
        of("p_kw", "kW", "power at the instant, at rated voltage; negative: fed in",
           of_actors([](const ActorShare& row) { return row.actor.p_kw; }));
        of("q_kvar", "kvar", "reactive power at the instant", of_actors([](const ActorShare& row) { return row.actor.q_kvar; }));
        of("share", unit_, "Shapley's share of the change of the value from nobody to all",
           of_actors([](const ActorShare& row) { return row.share; }));
        of("share_error", unit_, "standard error of the share", of_actors([](const ActorShare& row) { return row.error; }));
        of("value_without", unit_, "value without this one while all others draw what they did",
           of_actors([](const ActorShare& row) { return row.unchanged; }));
        of("rerun_value", unit_, "value at the same place and instant in the replica run without this one; NaN: not run",
           of_reruns([](const WithoutActor& rerun) { return rerun.value; }));
        of("rerun_minutes", "min", "beyond this kind of limit in that replica",
           of_reruns([](const WithoutActor& rerun) { return rerun.minutes; }));
        of("rerun_holds", "1", "1: the limit holds there and then",
           of_reruns([](const WithoutActor& rerun) { return rerun.holds_there ? 1.0 : 0.0; }));
    }

    void write_hour() {
        const ExplainedHour& hour = it_.hour;
        file_.write({hour_group,
                     "time",
                     {"time"},
                     {{"units", "hours since " + start_}, {"calendar", "proleptic_gregorian"}, {"standard_name", "time"}}},
                    hour.time_h);
        const auto of = [this](const char* name, const std::string& unit, const char* meaning,
                               const std::vector<double>& values) { numbers(hour_group, name, {"time"}, unit, meaning, values); };
        of("value", unit_, "value that the limit is about", hour.value);
        of("limit", unit_, "limit", std::vector<double>(hour.time_h.size(), it_.limit.limit));
        of("other_vehicles_kw", "kW", "drawn by all other vehicles and batteries", hour.vehicles_kw);
        of("loads_kw", "kW", "base load at rated voltage", hour.loads_kw);
        of("other_fed_in_kw", "kW", "fed in by all other generators", hour.fed_in_kw);
        file_.annotate(hour_group, {{"is_by_bus", std::int64_t{hour.is_by_bus}}});
        if (hour.parts.empty()) return;
        std::vector<double> all;
        for (const auto& kw : hour.part_kw) all.insert(all.end(), kw.begin(), kw.end());
        texts(hour_group, "part", "part", "who pushes most towards the violation", hour.parts);
        numbers(hour_group, "part_kw", {"part", "time"}, "kW", "power at the connection points; negative: fed in", all);
    }

    template <class Get>
    [[nodiscard]] std::vector<double> of_decisions(const Get& get) const {
        std::vector<double> values;
        for (const VehicleDecision& d : it_.decisions) values.push_back(get(d));
        return values;
    }

    void write_decisions() {
        std::vector<std::string> controllers;
        for (const VehicleDecision& d : it_.decisions) controllers.push_back(d.controller);
        file_.add_dimension(decision_group, "decision", controllers.size());
        texts(decision_group, "controller", "decision", "under which controller", controllers);
        const auto of = [this](const char* name, const char* unit, const char* meaning, const std::vector<double>& values) {
            numbers(decision_group, name, {"decision"}, unit, meaning, values);
        };
        of("vehicle", "1", "number of the vehicle", of_decisions([](const auto& d) { return static_cast<double>(d.vehicle); }));
        of("p_kw", "kW", "drawn at the instant", of_decisions([](const auto& d) { return d.p_kw; }));
        of("soc", "1", "state of charge", of_decisions([](const auto& d) { return d.soc; }));
        of("target_soc", "1", "state of charge wanted at departure", of_decisions([](const auto& d) { return d.target_soc; }));
        of("missing_kwh", "kWh", "from the grid, to its target", of_decisions([](const auto& d) { return d.missing_kwh; }));
        of("departs_h", "h", "until the stated departure",
           of_decisions([](const auto& d) { return d.departs_h.value_or(not_run); }));
        of("laxity_h", "h", "how long it could still wait and have its target in time at its rating",
           of_decisions([](const auto& d) { return d.laxity_h.value_or(not_run); }));
    }

    void write_others() {
        std::vector<std::string> controllers;
        std::vector<double> values, minutes;
        for (const OtherController& other : it_.others) {
            controllers.push_back(other.controller);
            values.push_back(other.failure ? not_run : other.value);
            minutes.push_back(other.failure ? not_run : other.minutes);
        }
        texts(other_group, "controller", "controller", "the same replica under another controller", controllers);
        numbers(other_group, "value", {"controller"}, unit_, "value at the same place and instant", values);
        numbers(other_group, "minutes", {"controller"}, "min", "beyond this kind of limit", minutes);
    }

    ResultFile& file_;
    const LoadedStudy& study_;
    const Explanation& it_;
    std::string unit_, start_;
};

}  // namespace

std::vector<unsigned char> explanation_bytes(const LoadedStudy& study, const Explanation& explanation,
                                             const std::string& sentences, const std::filesystem::path& path) {
    ResultFile file(path);
    ExplanationWriter(file, study, explanation).write(sentences);
    StudyResult inputs;
    inputs.scenario_file = study.scenario.file.path.string();
    inputs.overrides = study.overrides;
    inputs.input_files = study.input_files;
    inputs.keeps_inputs = study.scenario.study.keep_inputs;
    write_inputs(file, inputs);
    return file.finish();
}

}  // namespace evsweep
