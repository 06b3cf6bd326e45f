/// An agent `load_frequency` and controllers around it, without a feeder: turns, meters with a delay, and batteries in closed
/// form.
#pragma once

#include <catch2/catch.hpp>
#include <cstddef>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "agents/load_frequency/signals.hpp"
#include "evsweep/agent.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/document.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep::test {

/// The values of all signals of a rig, and what parties may do with them.
class RigExchange final : public Exchange {
   public:
    explicit RigExchange(const std::map<std::string, std::size_t>& sizes) {
        for (const auto& [name, size] : sizes) values[name].assign(size, 0.0);
    }

    std::map<std::string, std::vector<double>> values{};
    TurnAccess access{};
    std::vector<std::string> read_names{}, written_names{};

    /// Fills the spans of a turn; `seen` says what a subscriber sees of a signal.
    void open(const std::function<std::span<const double>(const std::string&)>& seen) {
        access.reads.clear();
        access.writes.clear();
        for (const std::string& name : read_names) access.reads.push_back(seen(name));
        for (const std::string& name : written_names) access.writes.emplace_back(values.at(name));
        access.written.assign(access.writes.size(), 0);
    }

   private:
    Slot add_subscription(const SignalInfo& signal, Freshness, Presence) override {
        read_names.emplace_back(signal.name);
        return {static_cast<std::uint32_t>(read_names.size() - 1), access.owner};
    }
    Slot add_publication(const SignalInfo& signal, const std::vector<std::string>& members) override {
        if (signal.extent == Extent::area) values[std::string(signal.name)].assign(members.size(), 0.0);
        if (signal.extent == Extent::group) values[std::string(signal.name)].assign(values.at("group_power").size(), 0.0);
        written_names.emplace_back(signal.name);
        return {static_cast<std::uint32_t>(written_names.size() - 1), access.owner};
    }
    Slot add_endpoint(std::string_view, std::size_t, const std::vector<std::vector<ConnectorId>>&) override { return {}; }
    Slot add_use(std::string_view) override { return {}; }
};

/// The problems of a text for plug-ins of kind `I`, and the plug-in if there is none.
template <class I>
std::pair<std::optional<Configured<I>>, std::vector<std::string>> read_text_of(const std::string& yaml) {
    Issues issues;
    const Node node = parse_yaml(yaml, "rig.yaml", issues);
    Reader reader{issues};
    auto configured = read_plugin<I>(node, "rig", reader);
    std::vector<std::string> texts;
    for (const Issue& issue : issues.list()) texts.push_back(to_text(issue));
    return {std::move(configured), std::move(texts)};
}

template <class I>
Configured<I> configured_of(const std::string& yaml) {
    auto [configured, texts] = read_text_of<I>(yaml);
    for (const auto& text : texts) FAIL(text);
    REQUIRE(configured);
    return std::move(*configured);
}

/// One charging point with its battery; all are plugged in from the start to the end.
struct RigVehicle {
    std::string group;
    double soc = 0.5;
    double capacity_kwh = 40.0;
    double rating_kw = 7.0;
    double efficiency = 0.92;
};

class AreaRig {
   public:
    AreaRig(const Configured<Agent>& agent, const Configured<Controller>& controller, std::vector<RigVehicle> vehicles,
            Duration horizon, Duration delay = {}, Rng rng = Rng(1, 0))
        : vehicles_(std::move(vehicles)), delay_(delay), table_(vehicles_.size()) {
        lay_out();
        agent_exchange_ = std::make_unique<RigExchange>(sizes_);
        agent_ = agent.make({"rig", *agent_exchange_, site_, connectors_, {}, std::chrono::minutes(1), horizon, rng});
        controller_exchange_ = std::make_unique<RigExchange>(sizes_);
        controller_ = controller.make({"rig", *controller_exchange_, connectors_, own_, std::chrono::minutes(1)});
        agent_exchange_->access.owner = controller_exchange_->access.owner = Slot::nowhere;
    }

    /// From the start to `end`; `look` is called after the agent's turn at every instant.
    void run(Duration end, const std::function<void(Duration)>& look = {}) {
        const Duration step = *agent_->cadence().period;
        const auto period = controller_->cadence().period;
        for (Duration t{}; t <= end; t += step) {
            if (t > Duration::zero()) charge(step);
            act(t);
            if (look) look(t);
            if (period ? t % *period == Duration::zero() : t == Duration::zero()) decide(t);
        }
    }

    [[nodiscard]] const std::vector<double>& of(const std::string& signal) const { return agent_exchange_->values.at(signal); }
    [[nodiscard]] const Agent& agent() const { return *agent_; }
    [[nodiscard]] const std::vector<RigVehicle>& vehicles() const { return vehicles_; }
    [[nodiscard]] double counter(const std::string& name) const {
        for (const Counter& counter : agent_->counters())
            if (counter.name == name) return counter.value;
        FAIL("no counter " << name);
        return 0.0;
    }

   private:
    void lay_out() {
        for (const RigVehicle& vehicle : vehicles_) {
            if (connectors_.groups.empty() || connectors_.groups.back() != vehicle.group)
                connectors_.groups.push_back(vehicle.group);
            connectors_.group.push_back(static_cast<std::uint32_t>(connectors_.groups.size() - 1));
            connectors_.number.push_back(static_cast<std::uint32_t>(connectors_.number.size()));
            connectors_.bus.emplace_back(0);
            connectors_.zone.push_back(0);
            connectors_.charge_rating.push_back(Kilowatts(vehicle.rating_kw));
            connectors_.discharge_rating.push_back(Kilowatts(0.0));
            connectors_.apparent_rating.push_back(KilovoltAmperes(vehicle.rating_kw));
            connectors_.minimum_power.push_back(Kilowatts(0.0));
            connectors_.level_set.push_back(0);
            own_.emplace_back(static_cast<std::uint32_t>(own_.size()));
            p_max_.push_back(vehicle.rating_kw);
            p_min_.push_back(0.0);
            soc_.push_back(vehicle.soc);
        }
        sizes_ = {{"state_of_charge", vehicles_.size()},
                  {"group_power", connectors_.groups.size()},
                  {"area_of_group", connectors_.groups.size()}};
        group_kw_.assign(connectors_.groups.size(), 0.0);
    }

    void charge(Duration step) {
        for (std::size_t i = 0; i < vehicles_.size(); ++i) {
            RigVehicle& v = vehicles_[i];
            soc_[i] = v.soc += v.efficiency * table_.p_kw(own_[i]) * hours(step) / v.capacity_kwh;
        }
    }

    void act(Duration t) {
        agent_exchange_->open([&](const std::string& name) -> std::span<const double> {
            if (name == "group_power") return group_kw_;
            if (name == "charging_power") return {&fleet_kw_, 1};
            if (name == "discharging_power") return {&nothing_kw_, 1};
            return {};  // no controller of a rig has a schedule
        });
        Turn turn(Instant(t), agent_exchange_->access);
        agent_->act(turn);
        for (const char* name : {"frequency_deviation", "tie_deviation"}) past_[name].push_back(of(name));
    }

    /// What a meter with the rig's delay shows: zeros before there was anything to show.
    std::span<const double> metered(const std::string& name) {
        const auto& history = past_.at(name);
        const auto age = static_cast<std::size_t>(delay_ / *agent_->cadence().period);
        if (age < history.size()) return history[history.size() - 1 - age];
        zeros_.assign(history.front().size(), 0.0);
        return zeros_;
    }

    void decide(Duration t) {
        controller_exchange_->open([&](const std::string& name) -> std::span<const double> {
            if (name == "state_of_charge") return soc_;
            return past_.contains(name) ? metered(name) : std::span<const double>(of(name));
        });
        Turn turn(Instant(t), controller_exchange_->access);
        Connection seen;
        seen.now = turn.now;
        seen.plugged_in = own_;
        if (t == Duration::zero()) seen.arrived = own_;
        seen.p_min_kw = p_min_;
        seen.p_max_kw = p_max_;
        seen.connectors = &connectors_;
        Setpoints setpoints(table_);
        controller_->decide(turn, seen, setpoints);
        table_.accept();
        std::fill(group_kw_.begin(), group_kw_.end(), 0.0);
        for (std::size_t i = 0; i < vehicles_.size(); ++i) group_kw_[connectors_.group[i]] += table_.p_kw(own_[i]);
        fleet_kw_ = std::accumulate(group_kw_.begin(), group_kw_.end(), 0.0);
    }

    std::vector<RigVehicle> vehicles_;
    Duration delay_;
    SetpointTable table_;
    Connectors connectors_{};
    FeederSite site_{};
    std::vector<ConnectorId> own_{};
    std::vector<double> p_min_{}, p_max_{}, soc_{}, group_kw_{}, zeros_{};
    double fleet_kw_ = 0.0, nothing_kw_ = 0.0;
    std::map<std::string, std::size_t> sizes_{};
    std::map<std::string, std::deque<std::vector<double>>> past_{};
    std::unique_ptr<RigExchange> agent_exchange_, controller_exchange_;
    std::unique_ptr<Agent> agent_;
    std::unique_ptr<Controller> controller_;
};

}  // namespace evsweep::test
