#include "sim/study/stop_check.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "evsweep/contracts.hpp"
#include "sim/base/units.hpp"
#include "sim/study/write_outputs.hpp"

namespace evsweep {

namespace {

/// A number per replica that an output has declared.
struct Number {
    std::string output;
    const Variable* variable;
    [[nodiscard]] std::string path() const { return output + "." + variable->name; }
};

std::vector<Number> numbers_of(const Scenario& scenario, const std::vector<OutputDeclarations>& declared) {
    std::vector<Number> numbers;
    for (std::size_t o = 0; o < declared.size(); ++o)
        for (const Variable& variable : declared[o].variables())
            if (variable.aggregation == Aggregation::per_replica) numbers.push_back({scenario.outputs[o].label, &variable});
    return numbers;
}

QuantityText number_of_unit(const std::string& text, const std::string& unit) {
    const auto number = split_number(trimmed(text));
    if (number && number->rest == unit)
        if (const auto value = to_double(*number)) return {value, {}, {}};
    return {std::nullopt, "'" + text + "' is no number of " + unit, "write e.g. `10 " + unit + "`"};
}

/// "10 kW" in the unit of the variable; `shown` is that unit for people.
QuantityText quantity_of(const std::string& text, const std::string& unit, const std::string& shown) {
    if (unit == "min") {
        QuantityText hours = parse_quantity(text, Hours::unit());
        if (hours.value) *hours.value *= 60.0;
        return hours;
    }
    try {
        return parse_quantity(text, unit);
    } catch (const ContractViolation&) {  // money, or a unit of a plug-in's own
        return number_of_unit(text, shown);
    }
}

class StopCheck {
   public:
    StopCheck(const Scenario& scenario, const std::vector<OutputDeclarations>& declared, Issues& issues)
        : scenario_(scenario), stop_(*scenario.study.stop), numbers_(numbers_of(scenario, declared)), issues_(issues) {}

    [[nodiscard]] std::optional<StopTarget> target() {
        StopTarget target;
        target.controller = controller();
        target.versus = versus(target.controller);
        target.relative = stop_.relative ? stop_.relative->value() : 0.0;
        target.confidence = stop_.confidence.value_or(scenario_.study.confidence).value();
        const auto number = find_number();
        if (!number || !has_mean(*number)) return std::nullopt;
        target.output = number->output;
        target.variable = number->variable->name;
        const bool is_share = number->variable->display == Display::event;
        target.unit = is_share ? "%" : unit_text(*number->variable, currency());
        target.per_unit = is_share ? 100.0 : 1.0;
        if (!stop_.half_width.empty()) target.half_width = half_width(*number->variable);
        return issues_.has_errors() ? std::nullopt : std::optional(std::move(target));
    }

   private:
    void error(const Position& at, const char* key, std::string problem, std::string hint) {
        issues_.error(at, std::string("study.stop.") + key, std::move(problem), std::move(hint));
    }

    [[nodiscard]] std::string currency() const { return scenario_.prices ? scenario_.prices->currency : ""; }

    [[nodiscard]] std::vector<std::string> labels() const {
        std::vector<std::string> labels;
        for (const Alternative& alternative : scenario_.controllers) labels.push_back(alternative.label);
        return labels;
    }

    void check_label(const std::string& label, const Position& at, const char* key) {
        const auto known = labels();
        if (std::find(known.begin(), known.end(), label) == known.end())
            error(at, key, "there is no controller '" + label + "'", did_you_mean(label, known));
    }

    [[nodiscard]] std::string controller() {
        const auto known = labels();
        if (stop_.controller.empty() && known.size() == 1) return known.front();
        if (stop_.controller.empty())
            error(stop_.at, "controller", "is missing: the study compares several",
                  fmt::format("say whose number it is: {}", fmt::join(known, ", ")));
        else
            check_label(stop_.controller, stop_.controller_at, "controller");
        return stop_.controller;
    }

    [[nodiscard]] std::string versus(const std::string& controller) {
        if (stop_.versus.empty()) return {};
        check_label(stop_.versus, stop_.versus_at, "versus");
        if (stop_.versus == controller)
            error(stop_.versus_at, "versus", "is the controller itself, to which there is no difference", "name another one");
        return stop_.versus;
    }

    [[nodiscard]] std::optional<Number> find_number() {
        std::vector<Number> found;
        for (const Number& number : numbers_)
            if (stop_.kpi == number.variable->name || stop_.kpi == number.path()) found.push_back(number);
        if (found.size() == 1) return found.front();
        std::vector<std::string> names;
        for (const Number& number : found.empty() ? numbers_ : found) names.push_back(number.path());
        if (!found.empty())
            error(stop_.kpi_at, "kpi", "several outputs have a '" + stop_.kpi + "'",
                  fmt::format("say which: {}", fmt::join(names, ", ")));
        else
            report_unknown(std::move(names));
        return std::nullopt;
    }

    void report_unknown(std::vector<std::string> names) {
        if (stop_.kpi.find('.') == std::string::npos)
            for (std::string& name : names) name.erase(0, name.find('.') + 1);
        error(stop_.kpi_at, "kpi", "no output has a number per replica '" + stop_.kpi + "'",
              names.empty() ? "record some, e.g. with the output `kpis`" : did_you_mean(stop_.kpi, names));
    }

    [[nodiscard]] bool has_mean(const Number& number) {
        if (number.variable->display == Display::category)
            error(stop_.kpi_at, "kpi", number.path() + " is a name and no number: it has no interval", "take a number");
        else if (number.variable->display == Display::clock)
            error(stop_.kpi_at, "kpi",
                  number.path() + " is a time of day, which may be spread all around the clock and then has no mean",
                  "take another number");
        else
            return true;
        return false;
    }

    [[nodiscard]] double half_width(const Variable& variable) {
        const QuantityText read = quantity_of(stop_.half_width, variable.unit, unit_text(variable, currency()));
        if (!read.value)
            error(stop_.half_width_at, "half_width", read.problem, read.hint);
        else if (!(*read.value > 0.0))
            error(stop_.half_width_at, "half_width", stop_.half_width + " is not above 0", "no number of replicas is exact");
        else if (variable.display == Display::event && *read.value >= 1.0)
            error(stop_.half_width_at, "half_width", stop_.half_width + " is wider than all that a probability can be",
                  "say a share below 1, e.g. `2 %`");
        return read.value.value_or(0.0);
    }

    const Scenario& scenario_;
    const StopSettings& stop_;
    std::vector<Number> numbers_;
    Issues& issues_;
};

}  // namespace

void check_stop(LoadedStudy& study, const std::vector<OutputDeclarations>& declared, Issues& issues) {
    if (study.scenario.study.stop) study.stop = StopCheck(study.scenario, declared, issues).target();
}

}  // namespace evsweep
