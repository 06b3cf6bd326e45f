/// The controller `fuzzy_frequency`: vehicles that charge more when their area has too much power, and less when it has too
/// little.
#include <algorithm>
#include <array>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/load_frequency/signals.hpp"
#include "controllers/fuzzy_frequency/lagged_signal.hpp"
#include "controllers/fuzzy_frequency/rate_surface.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// What the rate hangs on besides the state of charge.
enum class Respond { off, frequency, frequency_and_tie };
std::vector<std::pair<std::string, Respond>> names_of(Respond) {
    return {{"off", Respond::off}, {"frequency", Respond::frequency}, {"frequency_and_tie", Respond::frequency_and_tie}};
}

struct FuzzyFrequencyParams {
    Respond respond = Respond::frequency_and_tie;
    Duration period = std::chrono::milliseconds(50);
    double tie_gain = 1.0;
    Quantity<"Hz"> saturation{0.12};
    Duration frequency_filter = std::chrono::milliseconds(50);
    Duration tie_filter = std::chrono::seconds(2);
    Fraction most{0.95};
};

using P = FuzzyFrequencyParams;

Schema<P> fuzzy_frequency_schema() {
    Schema<P> schema("Fuzzy rules from the frequency of the area and the state of charge to charging power; never discharges");
    schema
        .optional("respond", &P::respond,
                  "off: the rate that the rules give at plug-in without any deviation, kept; frequency: its deviation; "
                  "frequency_and_tie: and what the area exports beyond its schedule")
        .optional("period", &P::period, "time between decisions", above(0.0))
        .optional("tie_gain", &P::tie_gain, "weight of the exported power, after division by the frequency bias of the area",
                  at_least(0.0))
        .optional("saturation", &P::saturation, "deviation at which the outermost rules hold alone", above(0.0))
        .optional("frequency_filter", &P::frequency_filter, "first-order filter of the frequency; 0 s: none", at_least(0.0))
        .optional("tie_filter", &P::tie_filter, "first-order filter of the exported power; 0 s: none", at_least(0.0))
        .optional("most", &P::most, "state of charge from which a vehicle does not charge", between(0.0, 1.0));
    schema.used_if([](const P& p) { return p.respond != Respond::off; }, "with respond: frequency or frequency_and_tie",
                   {"period", "saturation", "frequency_filter"});
    schema.used_if([](const P& p) { return p.respond == Respond::frequency_and_tie; }, "with respond: frequency_and_tie",
                   {"tie_gain", "tie_filter"});
    return schema;
}

double seconds(Duration duration) { return static_cast<double>(duration.count()) / 1000.0; }

/// The signal of one area: x = LPF(df) + g LPF(export / bias), in Hz. Positive where the area has too much power.
class AreaSignal {
   public:
    explicit AreaSignal(const P& p)
        : tie_gain_(p.respond == Respond::frequency_and_tie ? p.tie_gain : 0.0),
          frequency_(seconds(p.frequency_filter)),
          tie_(seconds(p.tie_filter)) {}

    void read(double deviation_hz, double export_hz, double since_s) {
        frequency_.read(deviation_hz, since_s);
        tie_.read(export_hz, since_s);
    }
    [[nodiscard]] double hz() const { return frequency_.value() + tie_gain_ * tie_.value(); }

   private:
    double tie_gain_;
    LaggedSignal frequency_, tie_;
};

/// Every area's vehicles decide by themselves, from what their area shows and their own state of charge. Vehicles outside all
/// areas follow the rules without any deviation.
class FuzzyFrequency final : public Controller {
   public:
    static constexpr std::string_view name = "fuzzy_frequency";
    /// Where nobody publishes frequencies.
    static constexpr std::string_view least_settings = "{respond: off}";
    static constexpr Trial trials[] = {{.settings = least_settings, .meets_targets = false}};  // it knows no target
    static const Schema<P>& schema() {
        static const Schema<P> schema = fuzzy_frequency_schema();
        return schema;
    }

    FuzzyFrequency(const P& p, const Context& context)
        : p_(p), connectors_(context.connectors), soc_(context.exchange.subscribe(signals::state_of_charge)) {
        if (p.respond == Respond::off) return;
        deviation_ = context.exchange.subscribe(signals::frequency_deviation);
        area_of_group_ = context.exchange.subscribe(signals::area_of_group);
        if (p.respond != Respond::frequency_and_tie) return;
        tie_ = context.exchange.subscribe(signals::tie_deviation);
        bias_ = context.exchange.subscribe(signals::frequency_bias);
    }

    [[nodiscard]] Cadence cadence() const override {
        if (p_.respond == Respond::off) return {.on_plug_in = true};
        return {.period = p_.period, .on_plug_in = true};
    }

    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        const auto soc = turn[soc_];
        if (p_.respond == Respond::off) return charge(seen, seen.arrived, soc, {}, setpoints);
        read_signals(turn);
        const bool on_grid = turn.now.time_since_epoch() % p_.period == Duration::zero();
        charge(seen, on_grid ? seen.plugged_in : seen.arrived, soc, turn[area_of_group_], setpoints);
    }

   private:
    void read_signals(Turn& turn) {
        const auto deviation = turn[deviation_];
        const bool has_tie = p_.respond == Respond::frequency_and_tie;
        const auto tie = has_tie ? turn[tie_] : std::span<const double>{};
        const auto bias = has_tie ? turn[bias_] : std::span<const double>{};
        if (areas_.empty()) areas_.assign(deviation.size(), AreaSignal(p_));
        if (turn.now > last_)
            for (std::size_t i = 0; i < areas_.size(); ++i)
                areas_[i].read(deviation[i], has_tie ? tie[i] / bias[i] : 0.0, seconds(turn.now - last_));
        last_ = turn.now;
        rates_.clear();
        for (const AreaSignal& area : areas_) rates_.emplace_back(area.hz(), p_.saturation.value());
    }

    void charge(const Connection& seen, std::span<const ConnectorId> these, std::span<const double> soc,
                std::span<const double> area_of_group, Setpoints& setpoints) const {
        const SignalRates calm(0.0, p_.saturation.value());
        for (ConnectorId c : these) {
            const std::size_t i = c.index();
            const double area = area_of_group.empty() ? -1.0 : area_of_group[connectors_.group[i]];
            const SignalRates& rates = area >= 0.0 ? rates_[static_cast<std::size_t>(area)] : calm;
            const double rate = soc[i] >= p_.most.value() ? 0.0 : rates.at(soc[i]);
            setpoints.set(c, Kilowatts(seen.admissible_kw(c, rate * connectors_.charge_rating.raw()[i])));
        }
    }

    P p_;
    const Connectors& connectors_;
    Subscription<"1", Extent::connector, Form::present> soc_;
    Subscription<"Hz", Extent::area, Form::present> deviation_{};
    Subscription<"1", Extent::group, Form::present> area_of_group_{};
    Subscription<"MW", Extent::area, Form::present> tie_{};
    Subscription<"MW/Hz", Extent::area, Form::present> bias_{};
    std::vector<AreaSignal> areas_{};
    std::vector<SignalRates> rates_{};  ///< by area, as of the last reading
    Instant last_{};
};

const bool registered = add_plugin<Controller, FuzzyFrequency>();

}  // namespace

}  // namespace evsweep
