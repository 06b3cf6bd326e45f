/// The controller `fuzzy`: editable rules from voltage, state of charge, time pressure and stress to power.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string_view>
#include <vector>

#include "controllers/fuzzy/default_rules.hpp"
#include "controllers/fuzzy/fleet.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/text_file.hpp"

namespace evsweep {

namespace {

/// What the input `stress` is made of.
enum class Stress { none, load, price };
std::vector<std::pair<std::string, Stress>> names_of(Stress) {
    return {{"none", Stress::none}, {"load", Stress::load}, {"price", Stress::price}};
}

struct FuzzyParams {
    std::optional<FilePath> rules{};
    int resolution = 9;
    Fraction table_tolerance{0.02};
    Stress fourth_input = Stress::none;
    std::optional<Kilowatts> load_reference{};
    Duration period = std::chrono::minutes(1);
    Fraction approach{0.2};
    Fraction deadband{0.05};
    /// Filled while the parameters are checked, then shared by every replica and thread.
    std::shared_ptr<FuzzyReading> table = std::make_shared<FuzzyReading>();
};

using P = FuzzyParams;

/// Vehicles begin with this much of their approach, so that none stands idle until the decision after its plug-in.
Duration head_start(Duration step) { return std::max<Duration>(std::chrono::minutes(1), step); }

/// By default a vehicle goes a fifth of the way per minute or, so that fleets do not swing, per longer control step.
void fit_to_step(P& p, const Given& given) {
    if (given("approach") || given.step() <= std::chrono::minutes(1)) return;
    const double kept = 1.0 - p.approach.value();
    p.approach = Fraction(1.0 - std::pow(kept, 1.0 / (60.0 * hours(given.step()))));
}

std::optional<Contradiction> tabulate(const P& p) {
    constexpr std::size_t longest = std::size_t{1} << 20U;
    std::string text(default_rules);
    if (p.rules) {
        text = read_text(*p.rules).value_or("");
        if (text.size() > longest)
            return Contradiction{"rules", p.rules->path.string() + ": is larger than 1 MiB", "is it the right file?"};
    }
    *p.table = read_surface(text, p.resolution, p.table_tolerance.value());
    if (p.table->surface) return std::nullopt;
    std::string where = p.rules ? p.rules->path.string() + ":" : std::string();
    if (p.table->line > 0) where += std::to_string(p.table->line) + ":" + std::to_string(p.table->column) + ":";
    return Contradiction{"rules", where + (where.empty() ? "" : " ") + p.table->problem, p.table->hint};
}

Schema<P> fuzzy_schema() {
    Schema<P> schema("Fuzzy rules from local voltage, state of charge, time pressure and load or price to charging power");
    schema.optional("rules", &P::rules, "rule base in the FuzzyLite Language (.fll); none: the default rules")
        .optional("resolution", &P::resolution, "points per input of the table that stands for the rules", between(2.0, 21.0))
        .optional("table_tolerance", &P::table_tolerance, "largest difference of table and rules, as a share of full power",
                  between(0.0, 1.0))
        .optional("fourth_input", &P::fourth_input,
                  "what the input 'stress' is: feeder-head power / load_reference, price / mean price of the study, or always 1")
        .optional("load_reference", &P::load_reference, "feeder-head power that counts as ordinary", above(0.0))
        .optional("period", &P::period, "time between decisions; a whole number of control steps, at least one", above(0.0))
        .optional(
            "approach", &P::approach,
            "share of the way to the rules' power that a vehicle goes per minute, however often it decides; what comes near "
            "1 between two decisions lets a fleet swing; by default 20 % per minute, or per longer control step",
            above_up_to(0.0, 1.0))
        .optional("deadband", &P::deadband,
                  "powers, and changes of power, smaller than this share of full power are not made; but changes to rest and to "
                  "full power are",
                  between(0.0, 0.5));
    schema.in_steps("period", &P::period).defaults(fit_to_step);
    schema.relation([](const P& p) -> std::optional<Contradiction> {
        if (p.fourth_input != Stress::load || p.load_reference) return std::nullopt;
        return Contradiction{"load_reference", "is missing", "the fourth input 'load' is given as a share of it"};
    });
    schema.relation(tabulate);
    schema.used_if([](const P& p) { return p.fourth_input == Stress::load; }, "with fourth_input: load", {"load_reference"});
    return schema;
}

/// Vehicles go a share of the way to the rules' power per minute: a fleet that sees one voltage would otherwise overshoot
/// together and swing. Under a steady signal the share after a time t from plug-in is r (1 - (1 - approach)^(t + head start)),
/// whenever it has decided. A vehicle that by the next decision would have no time to spare charges at full power, whatever the
/// rules say.
class Fuzzy final : public Controller {
   public:
    static constexpr std::string_view name = "fuzzy";
    static constexpr Trial trials[] = {
        {""}, {"{fourth_input: load, load_reference: 3000 kW}"}, {"{fourth_input: price, deadband: 0 %}"}};
    static const Schema<FuzzyParams>& schema() {
        static const Schema<FuzzyParams> schema = fuzzy_schema();
        return schema;
    }

    Fuzzy(const FuzzyParams& params, const Context& context)
        : surface_(params.table->surface),
          stress_source_(surface_->uses(FuzzyInput::stress) ? params.fourth_input : Stress::none),
          load_reference_kw_(params.load_reference.value_or(Kilowatts(1.0)).value()),
          period_(params.period),
          layer_(surface_->layer_size()),
          fleet_({params.period, params.approach.value(), head_start(context.step), params.deadband.value()},
                 context.connectors.size()),
          need_(context.exchange) {
        if (surface_->uses(FuzzyInput::voltage)) voltage_ = context.exchange.subscribe(signals::voltage);
        if (stress_source_ == Stress::load) head_ = context.exchange.subscribe(signals::feeder_head);
        if (stress_source_ != Stress::price) return;
        price_ = context.exchange.subscribe(signals::price);
        price_forecast_ = context.exchange.subscribe(signals::price_forecast);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const FuzzyView seen = view_at(turn, connection);
        for (ConnectorId c : seen.left) fleet_.leave(c);
        for (ConnectorId c : seen.arrived) fleet_.enter(seen, c);
        for (ConnectorId c : seen.halted) fleet_.halt(c);
        cut_layer(stress_of(seen));
        const FuzzyLayer layer{*surface_, layer_};
        const bool on_grid = seen.now.time_since_epoch() % period_ == Duration::zero();
        if (on_grid)
            fleet_.steer(seen, layer, setpoints);
        else
            fleet_.steer(seen, layer, setpoints, seen.arrived);
    }

   private:
    [[nodiscard]] FuzzyView view_at(const Turn& turn, const Connection& connection) const {
        FuzzyView seen(need_.at(turn, connection));
        if (voltage_) seen.voltage_pu = turn[*voltage_];
        if (head_) seen.feeder_head_kw = turn.value(*head_).value();
        if (!price_) return seen;
        seen.price = turn.value(*price_).value();
        seen.price_forecast = turn[*price_forecast_];
        return seen;
    }

    double stress_of(const FuzzyView& seen) {
        if (stress_source_ == Stress::none) return 1.0;
        if (stress_source_ == Stress::load) return seen.feeder_head_kw / load_reference_kw_;
        if (!mean_price_) {
            const auto& prices = seen.price_forecast.values;
            mean_price_ = std::accumulate(prices.begin(), prices.end(), 0.0) / static_cast<double>(prices.size());
        }
        return *mean_price_ > 0.0 ? seen.price / *mean_price_ : 1.0;
    }

    /// All vehicles of a decision share its stress, and so do decisions between two readings of the meter.
    void cut_layer(double stress) {
        if (layer_stress_ == stress) return;
        surface_->cut(stress, layer_);
        layer_stress_ = stress;
    }

    std::shared_ptr<const FuzzySurface> surface_;
    Stress stress_source_;
    double load_reference_kw_;
    Duration period_;
    std::vector<double> layer_;  ///< the surface at `layer_stress_`
    std::optional<double> layer_stress_{};
    FuzzyFleet fleet_;
    ChargingNeed need_;
    std::optional<Subscription<"pu", Extent::connector, Form::present>> voltage_{};
    std::optional<Subscription<"kW", Extent::feeder, Form::present>> head_{};
    std::optional<Subscription<"currency/kWh", Extent::feeder, Form::present>> price_{};
    std::optional<Subscription<"currency/kWh", Extent::feeder, Form::forecast>> price_forecast_{};
    std::optional<double> mean_price_{};
};

const bool registered = add_plugin<Controller, Fuzzy>();

}  // namespace

}  // namespace evsweep
