/// Signals as a test shows them to an output, in place of the engine.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "evsweep/output.hpp"

namespace evsweep::rig {

using Values = std::vector<double>;
/// The values of signals, by name.
using Shown = std::map<std::string, Values>;

/// What there is to subscribe to: the signals of the simulator that outputs read, and whatever a test adds. It is also where
/// snapshots come from: it gives what a test shows and counts who reads what.
class ShownSignals final : public OutputExchange, public SnapshotSource {
   public:
    ShownSignals() {
        using namespace evsweep::signals;
        for (const SignalInfo& info :
             {info_of(power), info_of(state_of_charge), info_of(charging_power), info_of(discharging_power),
              info_of(fleet_reactive_power), info_of(drawn_energy), info_of(returned_energy), info_of(vehicles_connected),
              info_of(group_power), info_of(price), info_of(sell_price), info_of(outside_band_without_vehicles),
              info_of(base_demand)})
            add({info});
        for (const SignalInfo& info :
             {info_of(voltage), info_of(feeder_head), info_of(load_power), info_of(loss_power), info_of(supply_voltage),
              info_of(earth_voltage), info_of(conductor_current), info_of(unbalance), info_of(neutral_current)})
            add({.info = info, .members = {}, .is_electrical = true});
    }
    void add(RecordableSignal signal) { signals_.push_back(std::move(signal)); }

    [[nodiscard]] const std::vector<RecordableSignal>& signals() const override { return signals_; }
    [[nodiscard]] std::span<const double> read(std::uint32_t slot) override {
        const std::string& name = names_.at(slot);
        ++reads[name];
        const auto found = shown.find(name);
        if (found == shown.end()) throw std::out_of_range("no value is shown of " + name);
        return found->second;
    }

    Shown shown;                       ///< at the instant of the snapshot
    std::map<std::string, int> reads;  ///< since a test has emptied it

    [[nodiscard]] std::set<std::string> subscribed() const { return {names_.begin(), names_.end()}; }

   private:
    Slot add_subscription(std::string_view name) override {
        if (std::none_of(signals_.begin(), signals_.end(), [&](const auto& s) { return s.info.name == name; }))
            throw std::out_of_range("no such signal: " + std::string(name));
        names_.emplace_back(name);
        return {static_cast<std::uint32_t>(names_.size() - 1), 0};
    }

    std::vector<RecordableSignal> signals_;
    std::vector<std::string> names_;  ///< by slot
};

}  // namespace evsweep::rig
