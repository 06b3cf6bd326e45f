#include "sim/study/why/violations.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>

#include "evsweep/values.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

namespace {

constexpr double unknown_number = std::numeric_limits<double>::quiet_NaN();

/// The names of the numbers per replica that say more of a kind of limit.
struct KindNumbers {
    std::string extreme, minutes, bus, time;
};
KindNumbers numbers_of(LimitKind kind) {
    switch (kind) {
        case LimitKind::low_voltage:
            return {"vmin_pu", "minutes_below_band", "vmin_bus", "vmin_time_h"};
        case LimitKind::high_voltage:
            return {"vmax_pu", "minutes_above_band", "vmax_bus", ""};
        case LimitKind::unbalance:
            return {"unbalance_max_pct", "unbalance_minutes", "unbalance_bus", "unbalance_time_h"};
        case LimitKind::line:
        case LimitKind::transformer:
            return {"loading_max_pct", "overload_minutes", "", ""};
        case LimitKind::unsolved:
            return {"", "unsolved_minutes", "", ""};
    }
    return {};
}

/// Reads the violations of one controller out of its numbers per replica.
class RunViolations {
   public:
    RunViolations(const StudyResult& result, const RunResult& run, KnownViolations& known)
        : result_(result), run_(run), known_(known) {}

    void find() {
        for (const LimitKind kind : all_limit_kinds) {
            const VariableResult* event = variable(std::string(name_of(kind)) + "_violation");
            if (!event) continue;
            known_.are_recorded = true;
            for (std::size_t r = 0; r < event->values.size() && r < result_.replicas.size(); ++r)
                if (event->values.at(r) > 0.0) add(kind, r);
        }
    }

   private:
    [[nodiscard]] const VariableResult* variable(const std::string& name) const {
        for (const VariableResult& v : run_.variables)
            if (v.variable.name == name) return &v;
        return nullptr;
    }
    [[nodiscard]] double number(const std::string& name, std::size_t r) const {
        const VariableResult* const v = name.empty() ? nullptr : variable(name);
        return v && r < v->values.size() ? v->values.at(r) : unknown_number;
    }

    void add(LimitKind kind, std::size_t r) {
        const KindNumbers names = numbers_of(kind);
        Violation violation{kind, run_.label, result_.replicas[r]};
        violation.value = number(names.extreme, r);
        violation.minutes = number(names.minutes, r);
        if (kind != LimitKind::unsolved) {
            violation.share = share_beyond(kind, violation.value, r);
            if (!(violation.share > 0.0)) return;  // only steps without a solution broke it
        }
        if (const double time_h = number(names.time, r); !std::isnan(time_h)) violation.time_h = time_h;
        const VariableResult* const bus = names.bus.empty() ? nullptr : variable(names.bus);
        const double code = number(names.bus, r);
        if (bus && code >= 0.0 && code < static_cast<double>(bus->variable.meanings.size()))
            violation.element = "bus " + bus->variable.meanings[static_cast<std::size_t>(code)];
        known_.list.push_back(std::move(violation));
    }

    /// As LimitTally::share, from what a result holds: exact where one band holds everywhere.
    [[nodiscard]] double share_beyond(LimitKind kind, double value, std::size_t r) const {
        if (kind == LimitKind::unbalance) {
            const double limit = unbalance_limit_pct(result_.scenario);
            return (value - limit) / limit;
        }
        if (unit_of(kind) == "%") return (value - 100.0) / 100.0;
        const double low = result_.voltage_min_pu, high = result_.voltage_max_pu, half = 0.5 * (high - low);
        const bool is_low = kind == LimitKind::low_voltage;
        const double excess = is_low ? low - value : value - high;
        const double permitted = is_low ? (low < 1.0 ? 1.0 - low : half) : (high > 1.0 ? high - 1.0 : half);
        if (excess > 0.0) return excess / permitted;
        const double elsewhere = number("beyond_band_max_pu", r);  // another band holds somewhere
        return std::isnan(value) || std::isnan(elsewhere) ? 0.0 : elsewhere / permitted;
    }

    const StudyResult& result_;
    const RunResult& run_;
    KnownViolations& known_;
};

/// In hours, by the resolved settings; 0 where they do not say it.
double duration_of(const std::vector<Setting>& scenario) {
    for (const Setting& setting : scenario) {
        if (setting.path != "time.duration") continue;
        Issues unsaid;
        Reader reader{unsaid};
        const auto duration = Value<Duration>::read(Node::make_scalar(setting.value, {}), "", reader);
        if (duration) return hours(*duration);
    }
    return 0.0;
}

void put_worst_first(std::vector<Violation>& list) {
    std::stable_sort(list.begin(), list.end(), [](const Violation& a, const Violation& b) {
        const bool a_has = a.kind != LimitKind::unsolved, b_has = b.kind != LimitKind::unsolved;
        if (a_has != b_has) return a_has;
        if (a.share != b.share) return a.share > b.share;
        return a.minutes > b.minutes;
    });
}

/// One line of tab-separated fields.
class PackedLine {
   public:
    PackedLine& put(std::string text) {
        std::replace_if(
            text.begin(), text.end(), [](char c) { return c == '\t' || c == '\n'; }, ' ');
        line_ += (line_.empty() ? "" : "\t") + ("=" + text);
        return *this;
    }
    PackedLine& put(double value) {
        std::uint64_t bits = 0;
        std::memcpy(&bits, &value, sizeof bits);
        return put(std::to_string(bits));
    }
    [[nodiscard]] std::string text() const { return line_ + "\n"; }

   private:
    std::string line_;
};

/// The fields of packed lines, one after the other.
class PackedReader {
   public:
    explicit PackedReader(const std::string& text) : text_(text) {}
    [[nodiscard]] bool has_more() const { return at_ < text_.size(); }
    std::string text() {
        const std::size_t end = std::min(text_.find_first_of("\t\n", at_), text_.size());
        std::string field = text_.substr(std::min(at_ + 1, end), end - std::min(at_ + 1, end));
        at_ = end + 1;
        return field;
    }
    double number() {
        const std::uint64_t bits = std::strtoull(text().c_str(), nullptr, 10);
        double value = 0.0;
        std::memcpy(&value, &bits, sizeof value);
        return value;
    }
    std::size_t count() { return static_cast<std::size_t>(std::strtoull(text().c_str(), nullptr, 10)); }

   private:
    const std::string& text_;
    std::size_t at_ = 0;
};

}  // namespace

KnownViolations known_violations(const StudyResult& result) {
    KnownViolations known;
    known.replicas = result.replicas.size();
    known.calendar_start = result.calendar_start;
    known.clock_changes = result.clock_changes;
    known.duration_h = duration_of(result.scenario);
    for (const RunResult& run : result.controllers) {
        RunViolations(result, run, known).find();
        if (run.mostly_unsolved_replicas > 0)
            known.notes.push_back(fmt::format(
                "under {} {} of {} replicas have no load-flow solution in more than half of their steps: the feeder cannot carry "
                "what is drawn there, and single violations say little; `evsweep solve` shows the feeder at nominal load",
                run.label, run.mostly_unsolved_replicas, result.replicas.size()));
    }
    put_worst_first(known.list);
    return known;
}

KnownViolations found_violations(const LoadedStudy& study, ReplicaId replica, const std::vector<std::string>& controllers,
                                 const std::vector<Replay>& replays) {
    KnownViolations found;
    found.are_recorded = true;
    found.replicas = 1;
    found.calendar_start = Value<Calendar>::text(study.scenario.time.start);
    found.clock_changes = clock_changes_of(study.scenario.time.start, study.scenario.time.duration);
    found.duration_h = hours(study.scenario.time.duration);
    const StudyLimits limits(study);
    const double minutes_per_step = 60.0 * hours(study.scenario.time.step);
    for (std::size_t k = 0; k < replays.size(); ++k) {
        if (replays[k].failure) found.notes.push_back("under " + controllers[k] + " the replica failed: " + *replays[k].failure);
        const std::size_t unsolved = replays[k].of(LimitKind::unsolved).steps;
        for (const LimitKind kind : all_limit_kinds) {
            const LimitTally& tally = replays[k].of(kind);
            if (!tally.is_broken || replays[k].failure) continue;
            Violation violation{kind, controllers[k], replica};
            if (kind != LimitKind::unsolved) violation.element = limits.name(tally.place);
            violation.time_h = hours(tally.at.time_since_epoch());
            violation.value = tally.value;
            violation.share = kind == LimitKind::unsolved ? 0.0 : tally.share;
            const bool counts_unsolved = kind != LimitKind::high_voltage && kind != LimitKind::unsolved;
            violation.minutes = minutes_per_step * static_cast<double>(tally.steps + (counts_unsolved ? unsolved : 0));
            found.list.push_back(std::move(violation));
        }
    }
    put_worst_first(found.list);
    return found;
}

std::vector<RecordedNumber> recorded_numbers(const StudyResult& result, const std::string& controller, ReplicaId replica) {
    std::vector<RecordedNumber> numbers;
    const auto at = std::find(result.replicas.begin(), result.replicas.end(), replica);
    if (at == result.replicas.end()) return numbers;
    const auto r = static_cast<std::size_t>(at - result.replicas.begin());
    for (const RunResult& run : result.controllers)
        for (const VariableResult& v : run.variables)
            if (run.label == controller && r < v.values.size()) numbers.push_back({v.output, v.variable.name, v.values.at(r)});
    return numbers;
}

std::vector<RecordedNumber> replayed_numbers(const LoadedStudy& study, const StudyOutputs& outputs, Replay& replay) {
    std::vector<RecordedNumber> numbers;
    for (std::size_t o = 0; o < replay.recorded.size(); ++o) {
        if (!replay.recorded[o]) continue;
        const auto& variables = outputs.declared[o].variables();
        for (std::size_t v = 0; v < variables.size(); ++v) {
            const auto& array = replay.recorded[o]->arrays()[v];
            if (variables[v].aggregation == Aggregation::per_replica && array && array->size() == 1)
                numbers.push_back({study.scenario.outputs[o].label, variables[v].name, array->front()});
        }
    }
    return numbers;
}

ReplayCheck compare(const std::vector<RecordedNumber>& recorded, const std::vector<RecordedNumber>& replayed) {
    ReplayCheck check;
    for (const RecordedNumber& number : replayed) {
        const auto is_it = [&](const RecordedNumber& r) { return r.output == number.output && r.variable == number.variable; };
        const auto found = std::find_if(recorded.begin(), recorded.end(), is_it);
        if (found == recorded.end()) continue;
        ++check.compared;
        const bool are_unknown = std::isnan(found->value) && std::isnan(number.value);
        if (!are_unknown && std::memcmp(&found->value, &number.value, sizeof number.value) != 0)
            check.different.push_back(number.variable);
    }
    return check;
}

std::string packed(const KnownViolations& known) {
    std::string text = PackedLine().put(known.are_recorded ? "1" : "0").put(std::to_string(known.replicas)).text();
    text += PackedLine().put(known.calendar_start).put(known.duration_h).put(std::to_string(known.clock_changes.size())).text();
    for (const double change : known.clock_changes) text += PackedLine().put(change).text();
    text += PackedLine().put(std::to_string(known.notes.size())).text();
    for (const std::string& note : known.notes) text += PackedLine().put(note).text();
    for (const Violation& v : known.list)
        text += PackedLine()
                    .put(std::to_string(static_cast<int>(v.kind)))
                    .put(v.controller)
                    .put(std::to_string(v.replica.index()))
                    .put(v.element)
                    .put(v.time_h.value_or(unknown_number))
                    .put(v.value)
                    .put(v.share)
                    .put(v.minutes)
                    .text();
    return text;
}

KnownViolations unpacked_violations(const std::string& text) {
    KnownViolations known;
    PackedReader fields(text);
    known.are_recorded = fields.text() == "1";
    known.replicas = fields.count();
    known.calendar_start = fields.text();
    known.duration_h = fields.number();
    for (std::size_t changes = fields.count(); changes > 0 && fields.has_more(); --changes)
        known.clock_changes.push_back(fields.number());
    for (std::size_t notes = fields.count(); notes > 0 && fields.has_more(); --notes) known.notes.push_back(fields.text());
    while (fields.has_more()) {
        Violation v;
        v.kind = all_limit_kinds[std::min(fields.count(), limit_kinds - 1)];
        v.controller = fields.text();
        v.replica = ReplicaId(fields.count());
        v.element = fields.text();
        if (const double time_h = fields.number(); !std::isnan(time_h)) v.time_h = time_h;
        v.value = fields.number();
        v.share = fields.number();
        v.minutes = fields.number();
        known.list.push_back(std::move(v));
    }
    return known;
}

std::string packed(const std::vector<RecordedNumber>& numbers) {
    std::string text;
    for (const RecordedNumber& n : numbers) text += PackedLine().put(n.output).put(n.variable).put(n.value).text();
    return text;
}

std::vector<RecordedNumber> unpacked_numbers(const std::string& text) {
    std::vector<RecordedNumber> numbers;
    PackedReader fields(text);
    while (fields.has_more()) {
        std::string output = fields.text(), variable = fields.text();
        const double value = fields.number();
        numbers.push_back({std::move(output), std::move(variable), value});
    }
    return numbers;
}

}  // namespace evsweep
