/// The controller `considerate`: chargers tell one another what they still need, and who needs least waits under clouds.
#include <vector>

#include "agents/weather/signals.hpp"
#include "evsweep/charging_need.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

/// A member is a charger. What it tells the others:
struct Need {
    double hours = 0.0;  ///< of charging at full power
};
constexpr Topic<Need> need_topic{"charging_need"};

struct ConsiderateParams {
    Duration period = std::chrono::minutes(15);
};

/// Under a cloud cover of c a charger waits while more than a share 1 - c of those it has heard of need more than it does.
class Considerate final : public Controller {
   public:
    static constexpr std::string_view name = "considerate";
    static const Schema<ConsiderateParams>& schema() {
        static const auto schema = Schema<ConsiderateParams>("Who needs least waits while the sky is overcast")
                                       .optional("period", &ConsiderateParams::period, "time between decisions", above(0));
        return schema;
    }

    Considerate(const ConsiderateParams& params, const Context& context)
        : params_(params),
          need_(context.exchange),
          cloud_cover_(context.exchange.subscribe(signals::cloud_cover)),
          topic_(context.exchange.join(need_topic, members(context.own))),
          own_(context.own),
          heard_h_(own_.size()) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period, .on_plug_in = true}; }

    void decide(Turn& turn, const Connection& connection, Setpoints& setpoints) override {
        const ChargingView seen = need_.at(turn, connection);
        for (auto& heard : heard_h_) heard.clear();
        turn.each_message(topic_, [&](const Message<Need>& message) {
            for (std::uint32_t m = 0; m < heard_h_.size(); ++m)
                if (message.to == everybody ? m != message.from : m == message.to) heard_h_[m].push_back(message.body.hours);
        });
        for (std::uint32_t m = 0; m < own_.size(); ++m) decide(turn, seen, setpoints, m);
    }

   private:
    static std::vector<std::vector<ConnectorId>> members(const std::vector<ConnectorId>& own) {
        std::vector<std::vector<ConnectorId>> list;
        for (ConnectorId c : own) list.push_back({c});
        return list;
    }

    void decide(Turn& turn, const ChargingView& seen, Setpoints& setpoints, std::uint32_t member) {
        const ConnectorId c = own_[member];
        const bool is_there = std::binary_search(seen.plugged_in.begin(), seen.plugged_in.end(), c);
        if (!is_there) return;
        const double own_h = needed_h(seen, c);
        turn.send(topic_, turn.first_address(topic_) + member, everybody, Need{own_h});
        std::size_t needier = 0;
        for (const double other_h : heard_h_[member]) needier += other_h > own_h ? 1 : 0;
        const double share =
            heard_h_[member].empty() ? 0.0 : static_cast<double>(needier) / static_cast<double>(heard_h_[member].size());
        const bool waits = share > 1.0 - turn.value(cloud_cover_).value() && laxity_h(seen, c) > 2.0 * hours(params_.period);
        setpoints.set(c, Kilowatts(waits ? 0.0 : seen.admissible_kw(c, full_power_kw(seen, c))));
    }

    ConsiderateParams params_;
    ChargingNeed need_;
    Subscription<"1", Extent::feeder, Form::present> cloud_cover_;
    Endpoint<Need> topic_;
    std::vector<ConnectorId> own_;
    std::vector<std::vector<double>> heard_h_;  ///< by member: hours that the others need
};

const bool registered = add_plugin<Controller, Considerate>();

}  // namespace

}  // namespace evsweep
