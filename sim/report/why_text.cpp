#include "sim/report/why_text.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "evsweep/values.hpp"
#include "sim/base/text_table.hpp"
#include "sim/report/day_clock.hpp"

namespace evsweep {

namespace {

constexpr std::size_t why_text_width = 120;

/// The sentences of one explanation.
class WhySentences {
   public:
    WhySentences(const LoadedStudy& study, const Explanation& explanation)
        : study_(study), it_(explanation), feeder_(study.feeder->site()) {}

    [[nodiscard]] std::string text() const {
        std::string all = what() + " " + whose();
        if (const auto largest = largest_own()) all += " " + of_largest(*largest);
        if (it_.without_vehicles && !it_.without_vehicles->failure) all += " " + without_vehicles();
        if (it_.enough && it_.enough->count > 0) all += " " + enough();
        std::string lines;
        for (const std::string& line : wrapped(all, why_text_width)) lines += line + "\n";
        return lines;
    }

   private:
    [[nodiscard]] std::string what() const {
        const Violation& v = it_.violation;
        const char* const word = it_.limit.is_lower ? "fell to" : "rose to";
        std::string subject = v.element;
        if (v.kind == LimitKind::unbalance) subject = "The unbalance factor at " + v.element;
        if (unit_of(v.kind) == "pu") subject = "The voltage at " + v.element;
        if (v.kind == LimitKind::line || v.kind == LimitKind::transformer) subject = "The loading of " + v.element;
        return fmt::format("{} {} {} at {} under {}; the limit is {}.", subject, word, value_text(v.kind, v.value),
                           when_text(study_, *v.time_h), v.controller, limit_text(it_));
    }

    [[nodiscard]] double share_of(bool of_loads) const {
        double sum = 0.0;
        for (const ActorShare& row : it_.actors)
            if ((row.actor.kind == ActorKind::base_load) == of_loads) sum += row.share;
        return sum;
    }
    [[nodiscard]] double percent(double share) const { return 100.0 * share / (it_.all - it_.nobody); }

    /// "vehicles and generators": what there is beside base loads.
    [[nodiscard]] std::string others_there() const {
        std::string text;
        for (const auto& [kind, word] : {std::pair{ActorKind::vehicle, "vehicles"}, std::pair{ActorKind::battery, "batteries"},
                                         std::pair{ActorKind::generator, "generators"}}) {
            const auto is_it = [k = kind](const ActorShare& row) { return row.actor.kind == k && !row.actor.draws.empty(); };
            if (std::none_of(it_.actors.begin(), it_.actors.end(), is_it)) continue;
            text += (text.empty() ? "" : " and ") + std::string(word);
        }
        return text;
    }

    [[nodiscard]] std::string whose() const {
        const bool has_others = std::any_of(it_.actors.begin(), it_.actors.end(), [](const ActorShare& row) {
            return row.actor.kind != ActorKind::base_load && !row.actor.draws.empty();
        });
        if (!has_others) return "Base loads alone made it.";
        return fmt::format("Of the change of {} that all who draw make, base loads have {:.0f} % and {} {:.0f} %.",
                           value_text(it_.place.kind, it_.all - it_.nobody), percent(share_of(true)), others_there(),
                           percent(share_of(false)));
    }

    [[nodiscard]] const ActorShare* largest_own() const {
        for (const ActorShare& row : it_.actors)
            if (row.actor.kind != ActorKind::base_load && !row.actor.draws.empty() && it_.push(row.share) > 0.0) return &row;
        return nullptr;
    }

    [[nodiscard]] std::string of_largest(const ActorShare& row) const {
        std::string text = fmt::format("The largest of these is {} at bus {} with {:.2f} kW ({:.1f} %)", row.actor.text(feeder_),
                                       feeder_.bus[row.actor.bus.index()], row.actor.p_kw, percent(row.share));
        if (row.rerun && !row.rerun->failure)
            text += fmt::format("; without it the limit {} there", row.rerun->holds_there ? "holds" : "is still broken");
        text += under_others(row);
        return text + ".";
    }

    /// What other controllers did with it at the same instant.
    [[nodiscard]] std::string under_others(const ActorShare& row) const {
        if (row.actor.kind != ActorKind::vehicle) return "";
        std::string text;
        for (const VehicleDecision& d : it_.decisions)
            if (d.vehicle == row.actor.number && d.controller != it_.violation.controller)
                text += fmt::format("{} {:.2f} kW under {}", text.empty() ? "; it drew" : ",", d.p_kw, d.controller);
        return text;
    }

    [[nodiscard]] std::string without_vehicles() const {
        return fmt::format("Without any vehicle it would be {}, and the limit {}.",
                           value_text(it_.place.kind, it_.without_vehicles->value),
                           it_.without_vehicles->holds_there ? "would hold" : "would be broken all the same");
    }

    [[nodiscard]] std::string enough() const {
        const std::size_t vehicles = it_.enough->count;
        return fmt::format("With all else as it was, {} less drawn by the {} that push{} most would be enough at that instant.",
                           fmt::format("{:.1f} kW", it_.enough->p_kw),
                           vehicles == 1 ? "vehicle" : fmt::format("{} vehicles", vehicles), vehicles == 1 ? "es" : "");
    }

    const LoadedStudy& study_;
    const Explanation& it_;
    const FeederSite& feeder_;
};

}  // namespace

std::string when_text(const LoadedStudy& study, double time_h) {
    const TimeSettings& time = study.scenario.time;
    return DayClock(Value<Calendar>::text(time.start), clock_changes_of(time.start, time.duration),
                    hours(time.duration) > 24.0 * days_without_date)
        .text(time_h);
}

std::string limit_text(const Explanation& explanation) {
    return fmt::format("{:g} {}", explanation.limit.limit, unit_of(explanation.place.kind));
}

int share_decimals(const Explanation& explanation) {
    double largest = 0.0;
    for (const ActorShare& row : explanation.actors) largest = std::max(largest, std::abs(row.share));
    const int least = decimals_of(explanation.place.kind);
    if (!(largest > 0.0)) return least;
    return std::clamp(2 - static_cast<int>(std::floor(std::log10(largest))), least, least + 3);
}

std::string replay_text(const Explanation& explanation) {
    if (explanation.recorded_numbers == 0) return "";
    const auto& different = explanation.different_numbers;
    if (different.empty())
        return fmt::format(
            "run again              all {} numbers that are recorded of the replica are the same to the last bit\n",
            explanation.recorded_numbers);
    constexpr std::size_t few = 5;
    const std::size_t shown = std::min(few, different.size());
    return fmt::format("run again              {} of {} numbers that are recorded of the replica differ: {}{}\n",
                       different.size(), explanation.recorded_numbers,
                       fmt::join(different.begin(), different.begin() + static_cast<std::ptrdiff_t>(shown), ", "),
                       shown < different.size() ? ", ..." : "");
}

std::string decision_words(const VehicleDecision& decision) {
    constexpr double soon_h = 0.25, nothing_kwh = 0.01;
    if (decision.p_kw < 0.0) return "returns energy";
    if (decision.p_kw == 0.0) return decision.missing_kwh < nothing_kwh ? "has what it wants" : "waits";
    if (!decision.laxity_h) return "charges";
    if (*decision.laxity_h < 0.0) return "cannot reach its target in time";
    if (*decision.laxity_h < soon_h) return "has to charge now";
    return fmt::format("could wait {:.1f} h", *decision.laxity_h);
}

std::string why_sentences(const LoadedStudy& study, const Explanation& explanation) {
    return WhySentences(study, explanation).text();
}

}  // namespace evsweep
