/// The controller `fuzzy`: editable rules from voltage, state of charge, time pressure and stress to power.
#include <fstream>
#include <iterator>
#include <numeric>
#include <optional>
#include <vector>

#include "controllers/default_rules.hpp"
#include "controllers/fuzzy_surface.hpp"
#include "controllers/need.hpp"
#include "evsweep/plugins.hpp"

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

std::optional<Contradiction> tabulate(const P& p) {
    std::string text(default_rules);
    if (p.rules) {
        std::ifstream file(p.rules->path);
        text.assign(std::istreambuf_iterator<char>(file), {});
    }
    *p.table = read_surface(text, p.resolution, p.table_tolerance.value());
    if (p.table->surface) return std::nullopt;
    const std::string where = p.rules ? p.rules->path.string() + ": " : std::string();
    return Contradiction{"rules", where + p.table->problem, p.table->hint};
}

Schema<P> fuzzy_schema() {
    Schema<P> schema("Fuzzy rules from local voltage, state of charge, time pressure and load or price to charging power");
    schema.optional("rules", &P::rules, "rule base in the FuzzyLite Language (.fll); none: the default rules")
        .optional("resolution", &P::resolution, "points per input of the table that stands for the rules", between(2.0, 21.0))
        .optional("table_tolerance", &P::table_tolerance, "largest difference of table and rules, as a share of full power",
                  between(0.0, 1.0))
        .optional("fourth_input", &P::fourth_input,
                  "what the input 'stress' is: feeder-head power / load_reference, price / mean forecast price, or always 1")
        .optional("load_reference", &P::load_reference, "feeder-head power that counts as ordinary", above(0.0))
        .optional("period", &P::period, "time between decisions; a whole number of control steps", above(0.0))
        .optional("approach", &P::approach,
                  "share of the way to the rules' power that a vehicle goes per decision; 1 lets a fleet swing",
                  above_up_to(0.0, 1.0))
        .optional("deadband", &P::deadband, "changes of power smaller than this share of full power are not made",
                  between(0.0, 0.5));
    schema.relation([](const P& p) -> std::optional<Contradiction> {
        if (p.fourth_input != Stress::load || p.load_reference) return std::nullopt;
        return Contradiction{"load_reference", "is missing", "the fourth input 'load' is told as a share of it"};
    });
    schema.relation(tabulate);
    return schema;
}

/// Vehicles go a share of the way to the rules' power per decision: a fleet that sees one voltage would otherwise
/// overshoot together and swing. A vehicle that by the next decision would have no time to spare charges at full power, whatever
/// the rules say.
class Fuzzy final : public Controller {
   public:
    static constexpr std::string_view name = "fuzzy";
    static const Schema<FuzzyParams>& schema() {
        static const Schema<FuzzyParams> schema = fuzzy_schema();
        return schema;
    }

    Fuzzy(const FuzzyParams& params, const Context& context)
        : surface_(params.table->surface),
          stress_source_(surface_->uses(FuzzyInput::stress) ? params.fourth_input : Stress::none),
          load_reference_kw_(params.load_reference.value_or(Kilowatts(1.0)).value()),
          period_(params.period),
          approach_(params.approach.value()),
          deadband_(params.deadband.value()),
          share_(context.connectors->size(), 0.0) {}

    [[nodiscard]] Needs needs() const override {
        Needs needs{Need::state_of_charge, Need::session};
        if (surface_->uses(FuzzyInput::voltage)) needs.insert(Need::voltage);
        if (stress_source_ == Stress::load) needs.insert(Need::feeder_head);
        if (stress_source_ == Stress::price) needs.insert(Need::price);
        return needs;
    }
    [[nodiscard]] Cadence cadence() const override { return {.period = period_, .on_plug_in = true}; }

    void decide(const Observation& seen, Setpoints& setpoints) override {
        const bool on_grid = seen.now.time_since_epoch() % period_ == Duration::zero();
        const double stress = stress_of(seen);
        for (ConnectorId c : seen.arrived) share_[c.index()] = 0.0;
        for (ConnectorId c : on_grid ? seen.plugged_in : seen.arrived) steer(seen, setpoints, c, stress);
    }

   private:
    double stress_of(const Observation& seen) {
        if (stress_source_ == Stress::none) return 1.0;
        if (stress_source_ == Stress::load) return seen.feeder_head_kw / load_reference_kw_;
        if (!mean_price_) {
            const auto& prices = seen.price_forecast.values;
            mean_price_ = std::accumulate(prices.begin(), prices.end(), 0.0) / static_cast<double>(prices.size());
        }
        return *mean_price_ > 0.0 ? seen.price / *mean_price_ : 1.0;
    }

    void steer(const Observation& seen, Setpoints& setpoints, ConnectorId c, double stress) {
        const double before_kw = setpoints.p_kw(c);
        const double power_kw = seen.admissible_kw(c, wished_kw(seen, c, stress));
        const double full_kw = power_kw < 0.0 ? full_return_kw(seen, c) : full_power_kw(seen, c);
        const bool is_small = std::abs(power_kw - before_kw) < deadband_ * full_kw;
        const bool is_end = power_kw == 0.0 || std::abs(power_kw) >= full_kw;
        if (!is_small || is_end) setpoints.set(c, power_kw);
    }

    [[nodiscard]] double wished_kw(const Observation& seen, ConnectorId c, double stress) {
        const std::size_t i = c.index();
        const double needed = needed_h(seen, c);
        const double left = time_left_h(seen, c) - hours(period_);  // as it will be at the next decision
        const double full_kw = full_power_kw(seen, c);
        if (needed > 0.0 && needed >= left) {
            share_[i] = 1.0;
            return full_kw;
        }
        const double pressure = needed > 0.0 ? needed / left : 0.0;
        const double volts = seen.voltage_pu.empty() ? 1.0 : seen.voltage_pu[i];
        share_[i] += approach_ * (surface_->power({volts, seen.soc[i], pressure, stress}) - share_[i]);
        if (std::abs(share_[i]) < deadband_) return 0.0;
        if (share_[i] > 0.0) return share_[i] * full_kw;
        const double returned_kw = -share_[i] * full_return_kw(seen, c);
        const double spare_h = left - needed - laxity_cost_h(seen, c, returned_kw, hours(period_));
        return spare_h > 0.0 ? -returned_kw : 0.0;
    }

    std::shared_ptr<const FuzzySurface> surface_;
    Stress stress_source_;
    double load_reference_kw_;
    Duration period_;
    double approach_;
    double deadband_;
    std::vector<double> share_;  ///< by connector: where the gradual approach to the rules' power has come to
    std::optional<double> mean_price_{};
};

const bool registered = add_plugin<Controller, Fuzzy>();

}  // namespace

}  // namespace evsweep
