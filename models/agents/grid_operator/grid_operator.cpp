/// The agent `grid_operator`: curtails charging points to no less than 4.2 kW each while the grid is beyond a limit.
#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>
#include <optional>

#include "agents/grid_operator/settings.hpp"
#include "agents/grid_operator/signals.hpp"
#include "evsweep/agent.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

namespace {

class GridOperator final : public Agent {
   public:
    static constexpr std::string_view name = "grid_operator";
    static constexpr std::string_view least_settings = "{above: 1 kW}";
    static constexpr Trial trials[] = {{"{above: 1 kW}"}, {"{by: clock}"}, {"{by: voltage, voltage: 1.2 pu, delay: 2 min}"}};
    static const Schema<GridOperatorParams>& schema() { return GridOperatorParams::schema(); }

    GridOperator(const GridOperatorParams& params, const Context& context)
        : params_(params), feeder_(context.feeder), calendar_(context.calendar) {
        if (params.period % context.step != Duration::zero())
            throw PartyError("period: " + duration_text(params.period) +
                             " is not a whole number of control steps; time.step is " + duration_text(context.step));
        find_watched(context);
        find_capped(context);
        cap_ = context.exchange.publish(signals::curtailed_to);
        if (params.per == CapPer::site) site_cap_ = context.exchange.publish(signals::site_curtailed_to);
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period}; }

    void act(Turn& turn) override {
        const bool was_curtailing = is_curtailing_;
        is_curtailing_ = params_.by == CurtailBy::clock ? is_in_window(turn.now) : decide(turn);
        if (is_curtailing_) ++turns_curtailing_;
        if (is_curtailing_ == was_curtailing && has_published_) return;
        if (is_curtailing_ && !was_curtailing) ++curtailments_, begun_ = turn.now;
        publish(turn);
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        return {{"curtailments", static_cast<double>(curtailments_)},
                {"curtailed_minutes", 60.0 * hours(params_.period) * static_cast<double>(turns_curtailing_)}};
    }

   private:
    void find_watched(const Context& context) {
        switch (params_.by) {
            case CurtailBy::feeder_head:
                head_ = context.exchange.subscribe(signals::feeder_head);
                break;
            case CurtailBy::voltage:
                voltage_ = context.exchange.subscribe(signals::supply_voltage);
                break;
            case CurtailBy::loading:
                current_ = context.exchange.subscribe(signals::conductor_current);
                find_rated(context.feeder);
                break;
            case CurtailBy::clock:
                break;
        }
    }
    void find_rated(const FeederSite& feeder) {
        bool is_known = params_.branch.empty();
        for (std::size_t c = 0; c < feeder.rating_a.size(); ++c) {
            const std::uint32_t bus = feeder.bus_of_conductor[c];
            if (bus == 0 || (!params_.branch.empty() && feeder.branch[bus - 1] != params_.branch)) continue;
            is_known = true;
            if (std::isfinite(feeder.rating_a[c])) rated_.push_back(c);
        }
        if (!is_known)
            throw PartyError("branch: the feeder has no branch '" + params_.branch + "'; " +
                             did_you_mean(params_.branch, feeder.branch));
        if (rated_.empty())
            throw PartyError(
                "by: loading: nothing that it watches has a rating; give branches a rating, or `limits.default_rating`");
    }

    /// Points that it may curtail, and, where sites are capped as wholes, what is left to each.
    void find_capped(const Context& context) {
        const Connectors& all = context.connectors;
        capped_kw_.assign(all.size(), 0.0);
        for (const std::string& group : params_.groups)
            if (std::count(all.groups.begin(), all.groups.end(), group) == 0)
                throw PartyError("groups: there is no group '" + group + "' of the population; " +
                                 did_you_mean(group, all.groups));
        for (std::size_t c = 0; c < all.size(); ++c) {
            const bool is_meant =
                params_.groups.empty() || std::count(params_.groups.begin(), params_.groups.end(), all.groups[all.group[c]]) > 0;
            if (is_meant && !all.is_generator(ConnectorId(c)) && all.charge_rating[c] > least_power_kw)
                capped_kw_[c] = params_.reduce_to.value();
        }
        if (params_.per != CapPer::site) return;
        if (!context.sites || context.sites->empty())
            throw PartyError("per: site: the scenario has no sites; write a section `sites`, or `per: charging_point`");
        std::vector<double> alone = capped_kw_;
        for (const Site& site : *context.sites) {
            const auto count = std::count_if(site.connectors.begin(), site.connectors.end(),
                                             [&](ConnectorId c) { return capped_kw_[c.index()] > 0.0; });
            site_capped_kw_.push_back(least_power_of_site_kw(static_cast<std::size_t>(count)) + uncapped_kw(site, all));
            if (count == 0) site_capped_kw_.back() = 0.0;
            for (const ConnectorId c : site.connectors) alone[c.index()] = 0.0;
        }
        capped_kw_ = std::move(alone);
    }
    /// What the points of a site that are not curtailed may draw besides.
    [[nodiscard]] double uncapped_kw(const Site& site, const Connectors& all) const {
        double kw = 0.0;
        for (const ConnectorId c : site.connectors)
            if (capped_kw_[c.index()] == 0.0) kw += all.charge_rating[c.index()];
        return kw;
    }

    /// How far the grid is beyond the limit, as a share of it (of voltages in pu); NaN where nothing is known.
    [[nodiscard]] double excess(const Turn& turn) const {
        if (params_.by == CurtailBy::feeder_head) return turn.value(head_).value() / params_.above->value() - 1.0;
        if (params_.by == CurtailBy::voltage) return params_.voltage.value() - lowest_voltage_pu(turn[voltage_]);
        const auto amperes = turn[current_];
        double highest = -std::numeric_limits<double>::infinity();
        for (const std::size_t c : rated_) highest = std::max(highest, amperes[c] / feeder_.rating_a[c]);
        return highest / params_.loading.value() - 1.0;
    }
    [[nodiscard]] double lowest_voltage_pu(std::span<const double> pu) const {
        double lowest = std::numeric_limits<double>::infinity();
        for (std::size_t i = 0; i < pu.size(); ++i)
            if (i >= feeder_.supply.size() || FeederSite::is_held_to_band(feeder_.supply[i])) lowest = std::min(lowest, pu[i]);
        return lowest;
    }

    /// Whether to curtail by what was measured `delay` ago; what is not known changes nothing.
    bool decide(const Turn& turn) {
        measured_.push_back(excess(turn));
        const auto age = static_cast<std::size_t>(params_.delay / params_.period);
        if (measured_.size() <= age) return false;
        const double excess = measured_.front();
        measured_.pop_front();
        if (!is_curtailing_) return excess > 0.0;
        const bool may_end = turn.now - begun_ >= params_.least_duration;
        return !(may_end && excess < -params_.release.value());
    }
    [[nodiscard]] bool is_in_window(Instant now) const {
        const Duration time = calendar_.time_of_day(now).since_midnight;
        const Duration from = params_.from.since_midnight, until = params_.until.since_midnight;
        return from <= until ? time >= from && time < until : time >= from || time < until;
    }

    void publish(Turn& turn) {
        has_published_ = true;
        const std::span<double> kw = turn[cap_];
        for (std::size_t c = 0; c < kw.size(); ++c) kw[c] = is_curtailing_ ? capped_kw_[c] : 0.0;
        if (!site_cap_) return;
        const std::span<double> site_kw = turn[*site_cap_];
        for (std::size_t s = 0; s < site_kw.size(); ++s) site_kw[s] = is_curtailing_ ? site_capped_kw_[s] : 0.0;
    }

    GridOperatorParams params_;
    const FeederSite& feeder_;
    Calendar calendar_;
    Subscription<"kW", Extent::feeder, Form::present> head_{};
    Subscription<"pu", Extent::supply, Form::present> voltage_{};
    Subscription<"A", Extent::conductor, Form::present> current_{};
    Publication<"kW", Extent::connector, Form::present> cap_{};
    std::optional<Publication<"kW", Extent::site, Form::present>> site_cap_{};
    std::vector<std::size_t> rated_;      ///< conductors that it watches
    std::vector<double> capped_kw_;       ///< by connector, while it curtails; 0: not curtailed by itself
    std::vector<double> site_capped_kw_;  ///< by site; 0: nothing to curtail
    std::deque<double> measured_;         ///< the latest is the last
    bool is_curtailing_ = false, has_published_ = false;
    Instant begun_{};
    std::size_t curtailments_ = 0, turns_curtailing_ = 0;
};

const bool registered = add_plugin<Agent, GridOperator>();

}  // namespace

}  // namespace evsweep
