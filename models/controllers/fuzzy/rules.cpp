/// The side of the fuzzy surface that speaks with fuzzylite: reading rules, asking them, and tabulating the answers.
#include <fl/Headers.h>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <optional>

#include "controllers/fuzzy/surface.hpp"
#include "controllers/fuzzy/text.hpp"
#include "evsweep/contracts.hpp"

namespace evsweep {

namespace {

constexpr std::array<FuzzyInput, fuzzy_inputs> all_inputs{FuzzyInput::voltage, FuzzyInput::soc, FuzzyInput::time_pressure,
                                                          FuzzyInput::stress};
constexpr auto output_name = "power";

struct Trouble {
    std::string problem;
    std::string hint;
};

/// fuzzylite says "[kind] what\n{at where in its source}": only the middle helps the person who wrote the rules.
std::string without_tags(const std::string& what) {
    std::string text = what.substr(0, what.find('\n'));
    if (!text.empty() && text.front() == '[') {
        const auto end = text.find("] ");
        if (end != std::string::npos) text.erase(0, end + 2);
    }
    constexpr std::size_t longest = 200;  // it may quote whole lines
    return text.size() > longest ? text.substr(0, longest) + "..." : text;
}

/// A rule base ready to be asked, one point after the other.
class Rules {
   public:
    /// Nothing where `trouble` says why.
    static std::optional<Rules> read(const std::string& text, std::optional<Trouble>& trouble);

    [[nodiscard]] FuzzySurface::Axis axis(std::size_t input, int resolution) const {
        const auto* variable = input_[input];
        if (!variable) return {};
        return {variable->getMinimum(), variable->getMaximum(), static_cast<std::size_t>(resolution)};
    }
    /// NaN where no rule applies.
    [[nodiscard]] double power(const FuzzyPoint& point) const {
        for (std::size_t d = 0; d < fuzzy_inputs; ++d)
            if (input_[d]) input_[d]->setValue(point[d]);
        engine_->process();
        return output_->getValue();
    }

   private:
    explicit Rules(std::unique_ptr<fl::Engine> engine) : engine_(std::move(engine)) {}
    std::optional<Trouble> find_variables();
    std::optional<Trouble> check_rules();

    std::unique_ptr<fl::Engine> engine_;
    std::array<fl::InputVariable*, fuzzy_inputs> input_{};
    fl::OutputVariable* output_ = nullptr;
};

std::optional<Rules> Rules::read(const std::string& text, std::optional<Trouble>& trouble) {
    fl::fuzzylite::setLogging(false);  // it would write its complaints to the terminal
    try {
        Rules rules(std::unique_ptr<fl::Engine>(fl::FllImporter().fromString(text)));
        trouble = rules.find_variables();
        if (!trouble) trouble = rules.check_rules();
        if (!trouble) return rules;
    } catch (const fl::Exception& error) {
        trouble = Trouble{without_tags(error.getWhat()), "rules are written in the FuzzyLite Language"};
    }
    return std::nullopt;
}

std::optional<Trouble> Rules::find_variables() {
    for (fl::InputVariable* variable : engine_->inputVariables()) {
        const auto named = [&](FuzzyInput input) { return name_of(input) == variable->getName(); };
        const auto found = std::find_if(all_inputs.begin(), all_inputs.end(), named);
        if (found == all_inputs.end())
            return Trouble{fmt::format("has an input '{}' that nothing feeds", variable->getName()),
                           "inputs are voltage, soc, time_pressure and stress"};
        if (!(variable->getMinimum() < variable->getMaximum()) || !std::isfinite(variable->range()))
            return Trouble{fmt::format("the input '{}' has no finite range", variable->getName()),
                           "give 'range: lowest highest'"};
        input_[static_cast<std::size_t>(*found)] = variable;
    }
    if (!engine_->hasOutputVariable(output_name))
        return Trouble{"has no output 'power'", "declare 'OutputVariable: power' from -1 (full discharge) to 1 (full charge)"};
    output_ = engine_->getOutputVariable(output_name);
    if (!(output_->getMinimum() < output_->getMaximum()))
        return Trouble{"the output 'power' has no finite range", "give 'range: -1 1'"};
    return std::nullopt;
}

/// fuzzylite leaves out rules that it does not understand; here they are an error.
std::optional<Trouble> Rules::check_rules() {
    std::size_t rules = 0;
    for (fl::RuleBlock* block : engine_->ruleBlocks()) {
        for (fl::Rule* rule : block->rules()) {
            ++rules;
            if (rule->isLoaded()) continue;
            try {
                rule->load(engine_.get());
            } catch (const fl::Exception& error) {
                return Trouble{fmt::format("rule '{:.80}': {}", rule->getText(), without_tags(error.getWhat())),
                               "use the names of the variables and terms that the file declares"};
            }
        }
    }
    if (rules == 0) return Trouble{"has no rules", "declare a 'RuleBlock' with lines 'rule: if ... then power is ...'"};
    return std::nullopt;
}

std::string text_of(const FuzzyPoint& p) {
    return fmt::format("voltage {:.4g}, soc {:.4g}, time_pressure {:.4g}, stress {:.4g}", p[0], p[1], p[2], p[3]);
}

FuzzyPoint grid_point(const std::array<FuzzySurface::Axis, fuzzy_inputs>& axes, std::size_t row) {
    FuzzyPoint point{};
    for (std::size_t d = fuzzy_inputs; d-- > 0;) {
        point[d] = axes[d].at(row % axes[d].points);
        row /= axes[d].points;
    }
    return point;
}

/// Point k of Roberts' additive sequence in four dimensions: evenly spread, and off any regular grid.
FuzzyPoint spread_point(const std::array<FuzzySurface::Axis, fuzzy_inputs>& axes, std::size_t k) {
    constexpr double phi = 1.1673039782614187;  // the root of x^5 = x + 1
    FuzzyPoint point{};
    double ratio = 1.0;
    for (std::size_t d = 0; d < fuzzy_inputs; ++d) {
        ratio /= phi;
        const double share = std::fmod(0.5 + ratio * static_cast<double>(k + 1), 1.0);
        point[d] = axes[d].lowest + (axes[d].highest - axes[d].lowest) * share;
    }
    return point;
}

/// The answers on the whole grid; `trouble` where a point has none or one beyond full power.
std::vector<double> tabulate(const Rules& rules, const std::array<FuzzySurface::Axis, fuzzy_inputs>& axes,
                             std::optional<Trouble>& trouble) {
    std::size_t size = 1;
    for (const auto& axis : axes) size *= axis.points;
    std::vector<double> power(size);
    constexpr double rounding = 1e-9;
    for (std::size_t row = 0; row < size && !trouble; ++row) {
        const FuzzyPoint point = grid_point(axes, row);
        power[row] = rules.power(point);
        if (std::isnan(power[row]))
            trouble = Trouble{"no rule covers " + text_of(point), "add a rule, or a default to the output 'power'"};
        else if (std::abs(power[row]) > 1.0 + rounding)
            trouble = Trouble{fmt::format("power is {:.4g} at {}", power[row], text_of(point)), "power goes from -1 to 1"};
        power[row] = std::clamp(power[row], -1.0, 1.0);
    }
    return power;
}

double largest_difference(const Rules& rules, const FuzzySurface& surface,
                          const std::array<FuzzySurface::Axis, fuzzy_inputs>& axes) {
    constexpr std::size_t points = 4096;
    double largest = 0.0;
    for (std::size_t k = 0; k < points; ++k) {
        const FuzzyPoint point = spread_point(axes, k);
        const double difference = std::abs(rules.power(point) - surface.power(point));
        largest = std::isnan(difference) ? 2.0 : std::max(largest, difference);
    }
    return largest;
}

FuzzyReading tabulated(const Rules& rules, int resolution, double tolerance) {
    std::array<FuzzySurface::Axis, fuzzy_inputs> axes;
    for (std::size_t d = 0; d < fuzzy_inputs; ++d) axes[d] = rules.axis(d, resolution);
    FuzzyReading reading;
    std::optional<Trouble> trouble;
    const auto power = tabulate(rules, axes, trouble);
    if (!trouble) {
        auto surface = std::make_shared<const FuzzySurface>(axes, power);
        reading.largest_error = largest_difference(rules, *surface, axes);
        if (reading.largest_error <= tolerance)
            reading.surface = std::move(surface);
        else
            trouble =
                Trouble{fmt::format("the table differs from the rules by up to {:.2g} of full power", reading.largest_error),
                        "raise 'resolution' or 'table_tolerance'"};
    }
    if (trouble) reading.problem = trouble->problem, reading.hint = trouble->hint;
    return reading;
}

}  // namespace

FuzzyReading read_surface(const std::string& rules, int resolution, double tolerance) {
    if (const auto fault = find_fault(rules)) return {nullptr, 0.0, fault->problem, fault->hint, fault->line, fault->column};
    std::optional<Trouble> trouble;
    try {
        const auto read = Rules::read(rules, trouble);
        if (read) return tabulated(*read, resolution, tolerance);
    } catch (const fl::Exception& error) {  // e.g. a rule block without the operator that its rules need
        trouble = Trouble{without_tags(error.getWhat()), "rules are written in the FuzzyLite Language"};
    }
    return {nullptr, 0.0, trouble->problem, trouble->hint, 0, 0};
}

std::vector<double> evaluate_rules(const std::string& rules, const std::vector<FuzzyPoint>& points) {
    std::optional<Trouble> trouble;
    const auto read = Rules::read(rules, trouble);
    EVSWEEP_EXPECTS(read.has_value(), trouble ? trouble->problem : "");
    std::vector<double> power;
    for (const auto& point : points) power.push_back(read->power(point));
    return power;
}

}  // namespace evsweep
