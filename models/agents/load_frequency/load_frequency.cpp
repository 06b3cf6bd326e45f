/// The agent `load_frequency`: the frequencies of areas that tie lines join, and what vehicles do to them.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "agents/load_frequency/disturbance.hpp"
#include "agents/load_frequency/settings.hpp"
#include "agents/load_frequency/signals.hpp"
#include "agents/load_frequency/vehicle_power.hpp"
#include "evsweep/agent.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct LoadFrequencyParams {
    Quantity<"Hz"> nominal{50.0};
    Duration step = std::chrono::milliseconds(10);
    std::map<std::string, AreaText> areas{};
    std::vector<TieText> ties{};
    std::optional<SecondaryText> secondary_control{};
    std::optional<DisturbanceText> disturbances{};
    std::optional<Duration> judge_every{};
    Quantity<"Hz"> lost_at{5.0};

    [[nodiscard]] std::vector<std::string> area_names() const {
        std::vector<std::string> names;
        for (const auto& [name, area] : areas) names.push_back(name);
        return names;
    }
    [[nodiscard]] SystemClock clock() const { return {step, secondary_control ? secondary_control->period : step}; }
    [[nodiscard]] std::optional<SecondarySettings> secondary() const {
        return secondary_control ? std::optional(secondary_control->settings()) : std::nullopt;
    }
};

using P = LoadFrequencyParams;

std::optional<Contradiction> wrong_cycles(const P& p) {
    const auto fits = [&p](Duration cycle) { return cycle % p.step == Duration::zero(); };
    const std::string hint = "give a whole number of integration steps of " + duration_text(p.step);
    if (p.secondary_control && !fits(p.secondary_control->period))
        return Contradiction{"secondary_control", "period: " + duration_text(p.secondary_control->period) + " does not fit",
                             hint};
    if (p.judge_every && !fits(*p.judge_every))
        return Contradiction{"judge_every", duration_text(*p.judge_every) + " does not fit", hint};
    return std::nullopt;
}

std::optional<Contradiction> wrong_groups(const P& p) {
    std::map<std::string, std::string> area_of;
    for (const auto& [name, area] : p.areas)
        for (const std::string& group : area.groups)
            if (const auto [known, is_new] = area_of.emplace(group, name); !is_new)
                return Contradiction{"areas", "the group '" + group + "' lies in '" + known->second + "' and in '" + name + "'",
                                     "name it in one area, once"};
    return std::nullopt;
}

std::optional<Contradiction> wrong_calibration(const P& p) {
    if (!p.disturbances || !p.disturbances->calibrate || !p.secondary_control || !p.secondary_control->ramp) return std::nullopt;
    return Contradiction{"disturbances", "calibrate: answers to disturbances add up only where no ramp is limited",
                         "leave out secondary_control.ramp or calibrate"};
}

Schema<P> load_frequency_schema() {
    Schema<P> schema("Frequencies of areas that tie lines join: swing equation, governor, turbine, reheater, secondary control");
    schema.optional("nominal", &P::nominal, "nominal frequency", above(0.0))
        .optional("step", &P::step, "integration step, which is also the time between two values of its signals", above(0.0))
        .required("areas", &P::areas, "by name: the areas")
        .optional("ties", &P::ties, "tie lines between them")
        .optional("secondary_control", &P::secondary_control, "AGC of every area; none: the droop is all there is")
        .optional("disturbances", &P::disturbances, "what brings the areas out of their balance")
        .optional("judge_every", &P::judge_every,
                  "distance of the values that maxima and mean squares count; none: the integration step", above(0.0))
        .optional("lost_at", &P::lost_at,
                  "an area that deviates by more has lost its frequency: it is reported, and the areas stand still from then on",
                  above(0.0));
    schema.relation([](const P& p) -> std::optional<Contradiction> {
        if (!p.areas.empty()) return std::nullopt;
        return Contradiction{"areas", "names none", "write e.g. {north: {base: 1000 MW, ...}}"};
    });
    schema.relation([](const P& p) { return wrong_ties(p.areas, p.ties); });
    schema.relation(wrong_groups).relation(wrong_cycles).relation(wrong_calibration);
    schema.relation([](const P& p) { return p.disturbances ? wrong_areas(*p.disturbances, p.area_names()) : std::nullopt; });
    return schema;
}

/// What an area has gone through, at the marks that count.
struct AreaTally {
    double largest_hz = 0.0;
    double largest_tie_mw = 0.0;
    double square_hz = 0.0;
    double square_error_mw = 0.0;

    void count(double deviation_hz, double tie_mw, double error_mw) {
        largest_hz = std::max(largest_hz, std::abs(deviation_hz));
        largest_tie_mw = std::max(largest_tie_mw, std::abs(tie_mw));
        square_hz += deviation_hz * deviation_hz;
        square_error_mw += error_mw * error_mw;
    }
};

class LoadFrequency final : public Agent {
   public:
    static constexpr std::string_view name = "load_frequency";
    static constexpr std::string_view least_settings =
        "{areas: {alone: {base: 1000 MW, inertia: 10 s, droop: 0.08, governor: 0.2 s, turbine: 0.5 s}}}";
    static constexpr Trial trials[] = {
        {least_settings},
        {"{areas: {a: {base: 1000 MW, inertia: 10 s, droop: 0.08, governor: 0.2 s, turbine: 0.5 s, groups: [all]}, "
         "b: {base: 500 MW, inertia: 8 s, droop: 0.06, governor: 0.2 s, turbine: 0.5 s}}, "
         "ties: [{between: [a, b], coefficient: 20}]}"}};
    static const Schema<P>& schema() {
        static const Schema<P> schema = load_frequency_schema();
        return schema;
    }

    LoadFrequency(const P& p, const Context& context)
        : p_(p),
          network_(network_of(p.nominal, p.areas, p.ties)),
          vehicles_(p.areas, network_, p.step, context.connectors, context.exchange),
          deviation_(context.exchange.publish(signals::frequency_deviation, p.area_names())),
          tie_(context.exchange.publish(signals::tie_deviation, p.area_names())),
          error_(context.exchange.publish(signals::area_control_error, p.area_names())),
          bias_(context.exchange.publish(signals::frequency_bias, p.area_names())),
          relief_(context.exchange.publish(signals::vehicle_relief, p.area_names())),
          area_of_group_(context.exchange.publish(signals::area_of_group)),
          stand_for_(context.exchange.publish(signals::vehicles_stand_for)),
          disturbance_(p.disturbances.value_or(DisturbanceText{}), network_, context.horizon, context.rng),
          load_(network_.areas.size()),
          tallies_(network_.areas.size()) {
        const AreaPlant plant(network_, seconds(p.step));
        if (p.disturbances && p.disturbances->calibrate)
            disturbance_.calibrate(*p.disturbances->calibrate, plant, p.secondary(), p.clock(), context.horizon);
        disturbance_.at(Instant{}, load_);
        system_.emplace(plant, p.secondary(), p.clock(), load_);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = p_.step}; }

    void act(Turn& turn) override {
        if (!loss_ && turn.now > system_->now()) advance(turn);
        publish(turn);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        std::vector<Counter> counters;
        const double marks = std::max(1.0, static_cast<double>(marks_));
        for (std::size_t i = 0; i < tallies_.size(); ++i) {
            const std::string& area = network_.areas[i].name;
            const AreaTally& tally = tallies_[i];
            counters.push_back({area + "_largest_deviation_hz", tally.largest_hz});
            counters.push_back({area + "_rms_deviation_hz", std::sqrt(tally.square_hz / marks)});
            counters.push_back({area + "_largest_tie_mw", tally.largest_tie_mw});
            counters.push_back({area + "_rms_control_error_mw", std::sqrt(tally.square_error_mw / marks)});
        }
        counters.push_back({"unstable", loss_ ? 1.0 : 0.0});
        if (p_.disturbances && p_.disturbances->calibrate) counters.push_back({"cloud_factor", disturbance_.cloud_factor()});
        return counters;
    }

    [[nodiscard]] std::vector<Remark> remarks() const override {
        if (!loss_) return {};
        return {{system_->now(), fmt::format("unstable: the frequency of area '{}' is {:+.1f} Hz from the nominal one; the areas "
                                             "stand still from here on",
                                             network_.areas[loss_->area].name, loss_->deviation_hz)}};
    }

   private:
    void advance(Turn& turn) {
        vehicles_.take(turn);
        disturbance_.at(turn.now, load_);
        system_->advance(load_, vehicles_.relief_pu(), vehicles_.request_pu());
        loss_ = system_->plant().lost(p_.lost_at.value());
        if (turn.now.time_since_epoch() % p_.judge_every.value_or(p_.step) == Duration::zero()) judge();
    }

    void judge() {
        ++marks_;
        const AreaPlant& plant = system_->plant();
        for (std::size_t i = 0; i < tallies_.size(); ++i)
            tallies_[i].count(plant.deviation_hz(i), plant.export_mw(i), error_mw(i));
    }

    [[nodiscard]] double error_mw(std::size_t area) const {
        return system_->plant().control_error_pu(area) * network_.areas[area].base_mw;
    }

    void publish(Turn& turn) {
        const AreaPlant& plant = system_->plant();
        const auto deviation = turn[deviation_], tie = turn[tie_], error = turn[error_], relief = turn[relief_];
        for (std::size_t i = 0; i < plant.areas(); ++i) {
            deviation[i] = plant.deviation_hz(i);
            tie[i] = plant.export_mw(i);
            error[i] = error_mw(i);
            relief[i] = plant.relief_pu(i) * network_.areas[i].base_mw;
        }
        if (turn.now == Instant{}) publish_constants(turn);
    }

    void publish_constants(Turn& turn) {
        const auto bias = turn[bias_];
        for (std::size_t i = 0; i < bias.size(); ++i)
            bias[i] = system_->plant().bias_pu(i) * network_.areas[i].base_mw / network_.nominal_hz;
        const auto areas = vehicles_.area_of_group();
        std::copy(areas.begin(), areas.end(), turn[area_of_group_].begin());
        const auto stand_for = turn[stand_for_];
        for (std::size_t g = 0; g < areas.size(); ++g) stand_for[g] = vehicles_.stands_for(g);
    }

    P p_;
    AreaNetwork network_;
    VehiclePower vehicles_;
    Publication<"Hz", Extent::area, Form::present> deviation_;
    Publication<"MW", Extent::area, Form::present> tie_, error_;
    Publication<"MW/Hz", Extent::area, Form::present> bias_;
    Publication<"MW", Extent::area, Form::present> relief_;
    Publication<"1", Extent::group, Form::present> area_of_group_, stand_for_;
    Disturbance disturbance_;
    std::optional<PowerSystem> system_{};
    std::vector<double> load_;  ///< by area, pu of its base
    std::vector<AreaTally> tallies_;
    std::size_t marks_ = 0;
    std::optional<Loss> loss_{};
};

const bool registered = add_plugin<Agent, LoadFrequency>();

}  // namespace

}  // namespace evsweep
