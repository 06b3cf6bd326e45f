/// The controller `peak_shaving`: power at the feeder head or at a site is held below a threshold, given or as low as the needs
/// allow.
#include <optional>
#include <string>
#include <vector>

#include "controllers/heuristics/lowest_threshold.hpp"
#include "controllers/heuristics/roster.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

namespace {

struct PeakShavingParams : heuristic::Settings {
    std::string at;
    std::optional<Kilowatts> threshold{};
    Duration plan_every = std::chrono::minutes(15);
};

Schema<PeakShavingParams> peak_shaving_schema() {
    using P = PeakShavingParams;
    Schema<P> s(
        "Charging under a threshold at the feeder head or at a site, in the order of stated departures; who cannot wait any "
        "longer "
        "charges above it, too");
    heuristic::declare_settings(s);
    s.optional("at", &P::at, "the site whose power is held down; empty: the feeder head")
        .optional("threshold", &P::threshold, "kept as long as nobody is late; none: the lowest that still serves everybody",
                  above(0.0))
        .optional("plan_every", &P::plan_every, "time between two such thresholds, in whole periods", above(0.0));
    s.in_steps("plan_every", &P::plan_every).defaults([](P& p, const Given& given) {
        if (!given("plan_every")) p.plan_every = p.period * ((p.plan_every + p.period - Duration(1)) / p.period);
    });
    s.relation([](const P& p) -> std::optional<Contradiction> {
        if (p.plan_every % p.period == Duration::zero()) return std::nullopt;
        return Contradiction{"plan_every", "is not a whole number of periods", "the period is " + duration_text(p.period)};
    });
    s.relation([](const P& p) -> std::optional<Contradiction> {
        if (p.limited == heuristic::LimitedPower::feeder_head || !p.at.empty()) return std::nullopt;
        return Contradiction{"limited", "is `charging`, and the threshold is at the feeder head", "name a site with `at`"};
    });
    s.used_if([](const P& p) { return !p.threshold; }, "without a threshold", {"plan_every"});
    return s;
}

/// The head is read where the threshold is there, whether or not a limit is given.
heuristic::Settings with_row(const PeakShavingParams& params) {
    heuristic::Settings settings = params;
    if (params.at.empty() && !settings.limit) settings.limit = Kilowatts(1e12);
    return settings;
}

class PeakShaving final : public Controller {
   public:
    static constexpr std::string_view name = "peak_shaving";
    static constexpr Trial trials[] = {{""}, {"{threshold: 3150 kW}"}, {"{limit: 3150 kW}", false}};
    static const Schema<PeakShavingParams>& schema() {
        static const Schema<PeakShavingParams> schema = peak_shaving_schema();
        return schema;
    }

    PeakShaving(const PeakShavingParams& params, const Context& context)
        : params_(params),
          room_(with_row(params), context),
          row_(row_of(context)),
          roster_(context),
          latest_start_ms_(context.connectors.size(), 0.0),
          need_(context.exchange) {
        if (params.at.empty()) forecast_ = context.exchange.subscribe(signals::base_demand_forecast);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period, .on_plug_in = true, .on_unplug = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const ChargingView seen = need_.at(turn, connection);
        const Duration now = seen.now.time_since_epoch();
        roster_.update(seen, room_, [&](ConnectorId c) { return seen.stated_departure_ms[c.index()]; });
        for (const ConnectorId c : seen.arrived) note_start(seen, c);
        room_.recount(roster_.members(), seen.p_max_kw, setpoints);
        room_.open(turn, now % params_.period == Duration::zero());
        if (params_.threshold)
            threshold_kw_ = params_.threshold->value();
        else if (now % params_.plan_every == Duration::zero())
            threshold_kw_ = heuristic::lowest_threshold_kw(needs(turn, seen));
        room_.begin_sharing();
        const auto& members = roster_.members();
        given_kw_.assign(members.size(), 0.0);
        for (std::size_t k = 0; k < members.size(); ++k)
            if (const double kw = must_kw(seen, members[k]); kw > 0.0) give(seen, k, kw, setpoints);
        hold_threshold();
        for (std::size_t k = 0; k < members.size(); ++k) give(seen, k, roster_.full_kw(members[k]), setpoints);
        for (std::size_t k = 0; k < members.size(); ++k) {
            const double current_kw = setpoints.p_kw(members[k]);
            const double kw = heuristic::without_rounding(given_kw_[k], current_kw);
            if (kw != current_kw) setpoints.set(members[k], Kilowatts(kw));
        }
        roster_.settle();
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        return {{"turns_above_threshold", static_cast<double>(turns_above_)},
                {"turns_without_room", static_cast<double>(room_.turns_without_room())}};
    }

   private:
    [[nodiscard]] std::size_t row_of(const Context& context) const {
        if (params_.at.empty()) return *room_.own_row();
        if (const auto row = room_.row_of_site(params_.at)) return *row;
        std::vector<std::string> known;
        if (context.sites)
            for (const Site& site : *context.sites) known.push_back(site.name);
        throw PartyError("at: '" + params_.at + "' is no site where it has a charging point; " + did_you_mean(params_.at, known));
    }
    void note_start(const ChargingView& seen, ConnectorId c) {
        latest_start_ms_[c.index()] = seen.stated_departure_ms[c.index()] - 3.6e6 * needed_h(seen, c);
    }
    /// Without this power until the next decision a vehicle would be late, or later. A start noted earlier is never too late, for
    /// charging moves it on; so only those that seem to be late are looked at anew.
    [[nodiscard]] double must_kw(const ChargingView& seen, ConnectorId c) {
        const auto next_ms = static_cast<double>((seen.now.time_since_epoch() + params_.period).count());
        if (latest_start_ms_[c.index()] >= next_ms) return 0.0;
        note_start(seen, c);
        const double late_ms = next_ms - latest_start_ms_[c.index()];
        if (late_ms <= 0.0) return 0.0;
        const double full_kw = roster_.full_kw(c);
        if (tapers_below(seen, c, seen.target_soc[c.index()])) return full_kw;
        const double share = std::min(1.0, late_ms / static_cast<double>(params_.period.count()));
        return heuristic::step_up_kw(seen, c, share * full_kw, full_kw);
    }
    /// What has to be drawn goes off the threshold first, and may be above it.
    void hold_threshold() {
        const double must_kw = room_.room_kw(row_) - room_.left_in_row_kw(row_);
        const double below_kw = threshold_kw_ - room_.others_kw(row_) - must_kw;
        if (must_kw > 0.0 && below_kw < -heuristic::negligible_kw) ++turns_above_;
        room_.hold_left(row_, below_kw);
    }
    /// Raises a vehicle to `most_kw` as far as its limits leave room.
    void give(const ChargingView& seen, std::size_t k, double most_kw, const Setpoints& setpoints) {
        const ConnectorId c = roster_.members()[k];
        const double max_kw = seen.p_max_kw[c.index()], before_kw = std::min(given_kw_[k], max_kw);
        const double left_kw = room_.left_kw(c, before_kw);
        const double kw = heuristic::offer_kw(seen, c, most_kw, left_kw, room_.capped_kw(c), setpoints.p_kw(c));
        if (kw <= given_kw_[k]) return;
        given_kw_[k] = kw;
        room_.take(c, std::min(kw, max_kw), before_kw);
    }

    /// The time until the last stated departure. What others draw beyond the forecast now, losses included, stays so.
    [[nodiscard]] heuristic::SlotNeeds needs(const Turn& turn, const ChargingView& seen) const {
        heuristic::SlotNeeds needs{.slot_h = hours(params_.plan_every)};
        std::vector<ConnectorId> members;
        for (const ConnectorId c : roster_.members())
            if (const auto rows = room_.rows_of(c); std::find(rows.begin(), rows.end(), row_) != rows.end()) members.push_back(c);
        if (members.empty()) return needs;
        const auto slot_of = [&](ConnectorId c) {
            const Duration left = seen.stated_departure(c) - seen.now;
            return left <= Duration::zero() ? std::size_t{0}
                                            : static_cast<std::size_t>((left - Duration(1)) / params_.plan_every);
        };
        const std::size_t slots = slot_of(members.back()) + 1;
        needs.needed_kwh.assign(slots, 0.0);
        needs.able_kw.assign(slots, 0.0);
        for (const ConnectorId c : members) {
            const std::size_t last = slot_of(c);
            needs.needed_kwh[last] += needed_kwh(seen, c);
            needs.able_kw[last] += roster_.full_kw(c);
        }
        for (std::size_t k = slots - 1; k-- > 0;) needs.able_kw[k] += needs.able_kw[k + 1];
        const double now_kw = room_.others_kw(row_);
        for (std::size_t k = 0; k < slots; ++k) needs.others_kw.push_back(now_kw + expected_change_kw(turn, seen.now, k));
        return needs;
    }
    [[nodiscard]] double expected_change_kw(const Turn& turn, Instant now, std::size_t slot) const {
        if (!forecast_) return 0.0;
        const Forecast base = turn[*forecast_];
        const Instant middle = now + params_.plan_every * static_cast<std::int64_t>(slot) + params_.plan_every / 2;
        return base.at(middle) - base.at(now);
    }

    PeakShavingParams params_;
    heuristic::ChargingRoom room_;
    std::size_t row_;
    heuristic::Roster roster_;
    std::vector<double> latest_start_ms_;  ///< by connector, as of when it was last looked at
    ChargingNeed need_;
    std::optional<Subscription<"kW", Extent::feeder, Form::forecast>> forecast_{};
    std::vector<double> given_kw_;  ///< by place in the roster
    double threshold_kw_ = 0.0;
    std::size_t turns_above_ = 0;
};

const bool registered = add_plugin<Controller, PeakShaving>();

}  // namespace

}  // namespace evsweep
