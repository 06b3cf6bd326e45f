/// The controller `area_regulation`: vehicles that hold the frequency of their area (supplementary regulation) and still leave as
/// their owners expect.
#include <algorithm>
#include <cmath>
#include <limits>
#include <string_view>
#include <utility>
#include <vector>

#include "agents/load_frequency/signals.hpp"
#include "controllers/area_regulation/owner_schedule.hpp"
#include "controllers/area_regulation/request.hpp"
#include "controllers/area_regulation/signals.hpp"
#include "controllers/area_regulation/water_filling.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

enum class RequestKind { off, with_memory, literal };
std::vector<std::pair<std::string, RequestKind>> names_of(RequestKind) {
    return {{"off", RequestKind::off}, {"with_memory", RequestKind::with_memory}, {"literal", RequestKind::literal}};
}
enum class Split { expectation, proportional };
std::vector<std::pair<std::string, Split>> names_of(Split) {
    return {{"expectation", Split::expectation}, {"proportional", Split::proportional}};
}
enum class ScheduleKind { corrected, fixed };
std::vector<std::pair<std::string, ScheduleKind>> names_of(ScheduleKind) {
    return {{"corrected", ScheduleKind::corrected}, {"fixed", ScheduleKind::fixed}};
}

struct AreaRegulationParams {
    Duration period = std::chrono::seconds(4);
    RequestKind request = RequestKind::with_memory;
    double gain = 0.3;
    Duration memory = std::chrono::seconds(300);
    Split split = Split::expectation;
    ScheduleKind schedule = ScheduleKind::corrected;
    double last_cycles = 6.0;
    Fraction charge_below{0.995};
    Fraction discharge_above{0.15};

    [[nodiscard]] double cycle_h() const { return hours(period); }
    [[nodiscard]] RequestRule request_rule() const {
        return {gain, request == RequestKind::with_memory ? std::exp(-hours(period) / hours(memory)) : 0.0};
    }
    [[nodiscard]] ScheduleRule schedule_rule() const {
        return {cycle_h(), last_cycles, charge_below.value(), discharge_above.value()};
    }
};

using P = AreaRegulationParams;

Schema<P> area_regulation_schema() {
    Schema<P> schema(
        "Supplementary frequency regulation: vehicles draw more or less than scheduled, after the control error of their area, "
        "and "
        "leave as their owners expect");
    schema.optional("period", &P::period, "time between decisions (dispatch cycle)", above(0.0))
        .optional("request", &P::request,
                  "off: vehicles keep to their schedule; with_memory: each cycle asks for what is left of the last request less "
                  "gain times the control error; literal: for less gain times the control error alone")
        .optional("gain", &P::gain, "power asked per power of control error; large gains make the loop unstable", above(0.0))
        .optional("memory", &P::memory, "time in which a request falls to 1/e where no error renews it", above(0.0))
        .optional(
            "split", &P::split,
            "who gives it: expectation, so that the sum of squares of what states of charge are short of what owners expect "
            "is least; proportional, in proportion to what each could give")
        .optional("schedule", &P::schedule,
                  "corrected: even power until departure, anew in each cycle; fixed: as it was in the first cycle of the stay")
        .optional("last_cycles", &P::last_cycles,
                  "who would need more than full power until so many cycles before departure charges at full power from now on",
                  at_least(0.0))
        .optional("charge_below", &P::charge_below, "state of charge from which regulation charges nobody", between(0.0, 1.0))
        .optional("discharge_above", &P::discharge_above, "state of charge up to which regulation discharges nobody",
                  between(0.0, 1.0));
    schema.used_if([](const P& p) { return p.request == RequestKind::with_memory; }, "with request: with_memory", {"memory"});
    schema.used_if([](const P& p) { return p.request != RequestKind::off; }, "with request: with_memory or literal",
                   {"gain", "split", "charge_below", "discharge_above"});
    schema.used_if([](const P& p) { return p.schedule == ScheduleKind::corrected; }, "with schedule: corrected", {"last_cycles"});
    schema.relation([](const P& p) -> std::optional<Contradiction> {
        if (p.discharge_above.value() < p.charge_below.value()) return std::nullopt;
        return Contradiction{"discharge_above", "is not below charge_below", "leave a range in which vehicles can do both"};
    });
    return schema;
}

/// What is remembered of the vehicle at one charging point.
struct OwnerStay {
    bool is_scheduled = false;  ///< it has taken part in a cycle
    double fixed_kw = 0.0;      ///< its schedule of that cycle
    double scheduled_kw = 0.0;  ///< that of the latest one
    double moved_kw = 0.0;      ///< sum of |u| over its cycles
    double cycles = 0.0;
};

/// The vehicles of one area that take part in a cycle.
struct RegulatedArea {
    RegulationRequest request;
    std::vector<ConnectorId> members{};
    std::vector<double> scheduled_kw{};
    std::vector<RegulationShare> shares{};
    std::vector<double> u_kw{};
    double stand_for = 1.0;

    explicit RegulatedArea(const RequestRule& rule) : request(rule) {}
    void clear() {
        members.clear();
        scheduled_kw.clear();
        shares.clear();
    }
};

class AreaRegulation final : public Controller {
   public:
    static constexpr std::string_view name = "area_regulation";
    /// Where nobody publishes control errors; the period fits the steps of the plant of the contract tests.
    static constexpr std::string_view least_settings = "{request: off, period: 20 s}";
    static constexpr Trial trials[] = {{.settings = least_settings, .knows_tapers = false}};
    static const Schema<P>& schema() {
        static const Schema<P> schema = area_regulation_schema();
        return schema;
    }

    AreaRegulation(const P& p, const Context& context)
        : p_(p),
          rule_(p.schedule_rule()),
          connectors_(context.connectors),
          need_(context.exchange),
          stays_(context.connectors.size()),
          unregulated_(p.request_rule()) {
        if (!is_regulating()) return;
        error_ = context.exchange.subscribe(signals::area_control_error);
        area_of_group_ = context.exchange.subscribe(signals::area_of_group);
        stand_for_ = context.exchange.subscribe(signals::vehicles_stand_for);
        scheduled_ = context.exchange.publish(signals::scheduled_power);
        asked_ = context.exchange.publish(signals::regulation_request);
        up_ = context.exchange.publish(signals::regulation_up);
        down_ = context.exchange.publish(signals::regulation_down);
        is_own_group_.assign(connectors_.groups.size(), 0);
        for (const ConnectorId c : context.own) is_own_group_[connectors_.group[c.index()]] = 1;
    }

    [[nodiscard]] bool charges_past_targets() const override { return true; }

    [[nodiscard]] Cadence cadence() const override { return {.period = p_.period, .on_unplug = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const ChargingView seen = need_.at(turn, connection);
        for (const ConnectorId c : seen.left) leave(c);
        for (const ConnectorId c : seen.arrived) stays_[c.index()] = {};
        if (turn.now.time_since_epoch() % p_.period == Duration::zero()) take_cycle(turn, seen, setpoints);
        if (is_regulating()) publish_schedule(turn, seen);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        std::size_t clipped = 0;
        for (const RegulatedArea& area : areas_) clipped += area.request.clipped();
        return {{"clipped_requests", static_cast<double>(clipped)},
                {"moved_kw", departures_ > 0.0 ? moved_kw_ / departures_ : 0.0},
                {"targets_out_of_reach", static_cast<double>(out_of_reach_)}};
    }

   private:
    [[nodiscard]] bool is_regulating() const { return p_.request != RequestKind::off; }

    /// Every stay counts once, whatever its length: mean |u| over its cycles, then over departures.
    void leave(ConnectorId c) {
        OwnerStay& stay = stays_[c.index()];
        if (stay.cycles > 0.0) moved_kw_ += stay.moved_kw / stay.cycles, departures_ += 1.0;
        stay = {};
    }

    void take_cycle(Turn& turn, const ChargingView& seen, Setpoints& setpoints) {
        if (is_regulating() && areas_.empty()) meet_areas(turn);
        unregulated_.clear();
        for (RegulatedArea& area : areas_) area.clear();
        for (const ConnectorId c : seen.plugged_in) enter(c, seen, area_of(c));
        unregulated_.u_kw.assign(unregulated_.members.size(), 0.0);
        order(unregulated_, seen, setpoints);
        for (std::size_t i = 0; i < areas_.size(); ++i) {
            regulate(areas_[i], 1000.0 * turn[error_][i] / areas_[i].stand_for);
            order(areas_[i], seen, setpoints);
        }
        if (is_regulating()) publish_request(turn);
    }

    /// Which groups lie where, which does not change.
    void meet_areas(const Turn& turn) {
        areas_.assign(turn[error_].size(), RegulatedArea(p_.request_rule()));
        for (const double area : turn[area_of_group_])
            group_area_.push_back(area < 0.0 ? nullptr : &areas_[static_cast<std::size_t>(area)]);
        for (std::size_t g = 0; g < group_area_.size(); ++g)
            if (group_area_[g]) group_area_[g]->stand_for = turn[stand_for_][g];
    }

    [[nodiscard]] RegulatedArea& area_of(ConnectorId c) {
        RegulatedArea* const area = group_area_.empty() ? nullptr : group_area_[connectors_.group[c.index()]];
        return area ? *area : unregulated_;
    }

    /// Schedules one vehicle, and finds what it can depart from that.
    void enter(ConnectorId c, const ChargingView& seen, RegulatedArea& area) {
        const std::size_t i = c.index();
        OwnerStay& stay = stays_[i];
        const OwnerView v{seen.soc[i],          seen.target_soc[i], seen.capacity_kwh[i], seen.stored_per_drawn[i],
                          time_left_h(seen, c), seen.p_min_kw[i],   seen.p_max_kw[i],     connectors_.charge_rating.raw()[i]};
        const bool is_corrected = p_.schedule == ScheduleKind::corrected;
        if (!std::exchange(stay.is_scheduled, true)) {
            stay.fixed_kw = even_kw(v, rule_);
            if (v.need_kwh() > v.charge_rating_kw * v.left_h) ++out_of_reach_;
        }
        const bool must = is_corrected && must_charge(v, rule_);
        const double wish_kw = must ? v.charge_rating_kw : is_corrected ? even_kw(v, rule_) : stay.fixed_kw;
        const double kw = std::clamp(wish_kw, v.p_min_kw, v.p_max_kw);
        RegulationShare share = share_of(v, kw, rule_);
        if (must) share.lo_kw = share.hi_kw = 0.0;
        area.members.push_back(c);
        area.scheduled_kw.push_back(kw);
        area.shares.push_back(share);
    }

    void regulate(RegulatedArea& area, double error_kw) {
        const double asked_kw = area.request.next(error_kw, capacity_of(area.shares));
        area.u_kw.resize(area.shares.size());
        if (p_.split == Split::expectation)
            filling_.fill(asked_kw, area.shares, area.u_kw);
        else
            share_in_proportion(asked_kw, area.shares, area.u_kw);
    }

    void order(const RegulatedArea& area, const Connection& seen, Setpoints& setpoints) {
        for (std::size_t k = 0; k < area.members.size(); ++k) {
            const ConnectorId c = area.members[k];
            OwnerStay& stay = stays_[c.index()];
            stay.moved_kw += std::abs(area.u_kw[k]);
            stay.cycles += 1.0;
            stay.scheduled_kw = area.scheduled_kw[k];
            setpoints.set(c, Kilowatts(seen.admissible_kw(c, area.scheduled_kw[k] - area.u_kw[k])));
        }
    }

    void publish_schedule(Turn& turn, const Connection& seen) {
        const auto scheduled = turn[scheduled_];
        for (std::size_t g = 0; g < scheduled.size(); ++g)
            scheduled[g] = is_own_group_[g] != 0 ? 0.0 : std::numeric_limits<double>::quiet_NaN();
        for (const ConnectorId c : seen.plugged_in) scheduled[connectors_.group[c.index()]] += stays_[c.index()].scheduled_kw;
    }

    void publish_request(Turn& turn) {
        const auto asked = turn[asked_], up = turn[up_], down = turn[down_];
        for (const auto& column : {asked, up, down}) std::fill(column.begin(), column.end(), 0.0);
        for (const RegulatedArea& area : areas_)
            for (std::size_t k = 0; k < area.members.size(); ++k) {
                const std::uint32_t g = connectors_.group[area.members[k].index()];
                asked[g] += area.u_kw[k];
                up[g] += area.shares[k].hi_kw;
                down[g] += area.shares[k].lo_kw;
            }
    }

    P p_;
    ScheduleRule rule_;
    const Connectors& connectors_;
    ChargingNeed need_;
    Subscription<"MW", Extent::area, Form::present> error_{};
    Subscription<"1", Extent::group, Form::present> area_of_group_{}, stand_for_{};
    Publication<"kW", Extent::group, Form::present> scheduled_{}, asked_{}, up_{}, down_{};
    std::vector<OwnerStay> stays_;  ///< by ConnectorId
    std::vector<std::uint8_t> is_own_group_{};
    std::vector<RegulatedArea> areas_{};
    std::vector<RegulatedArea*> group_area_{};  ///< by group; null: in none
    RegulatedArea unregulated_;                 ///< those that only keep to their schedule
    WaterFilling filling_{};
    double moved_kw_ = 0.0;
    double departures_ = 0.0;
    std::size_t out_of_reach_ = 0;
};

const bool registered = add_plugin<Controller, AreaRegulation>();

}  // namespace

}  // namespace evsweep
