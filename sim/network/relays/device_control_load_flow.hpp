/// Relays at work in a load flow: what each of them reads there, and what it moves.
#pragma once

#include <optional>
#include <vector>

#include "sim/network/relays/device_control.hpp"
#include "sim/network/relays/voltage_slopes.hpp"
#include "sim/network/sweep/load_flow.hpp"

namespace evsweep {

/// The relays of a feeder, as in its file.
[[nodiscard]] DeviceControl make_device_control(const Feeder& feeder);

/// A load flow as relays see it, solved for the power that it holds. The load flow must outlive it.
class ControlledLoadFlow final : public ControlledNetwork {
   public:
    /// Clocks follow the calendar.
    ControlledLoadFlow(LoadFlow& load_flow, const Calendar& calendar);

    bool solve() override;
    [[nodiscard]] RegulatorReading see_regulator(std::size_t regulator) const override;
    [[nodiscard]] CapacitorReading see_capacitor(std::size_t control, Instant now) const override;
    void set_tap(std::size_t regulator, double tap) override;
    void set_steps(std::size_t control, int steps_on) override;
    [[nodiscard]] InjectionReading see_injection(std::size_t control) const override;
    void set_injection(std::size_t control, const InjectionPower& power) override;
    [[nodiscard]] std::vector<double> voltage_slopes(std::span<const std::size_t> controls) const override;

    /// What an injection gives. The power that the load flow holds at first is taken to have controlled loads at their nominal
    /// power.
    [[nodiscard]] const InjectionPower& injection(std::size_t control) const { return injections_[control].present; }
    /// Its load, among those of the feeder.
    [[nodiscard]] std::size_t injection_load(std::size_t control) const { return injections_[control].load; }
    /// Puts `given` in place of `available` into a power which has the load at that; the load flow is going to get this power.
    void replace_injection(std::size_t control, const InjectionPower& available, const InjectionPower& given, PortPower& power);
    [[nodiscard]] const Feeder& feeder() const { return load_flow_.feeder(); }
    /// Which of the voltages that it sees counts for one control.
    [[nodiscard]] OfSeveral voltage_that_counts(std::size_t control) const {
        return load_flow_.feeder().injection_controls()[control].voltage;
    }

    /// Of the last solve.
    [[nodiscard]] const LoadFlowResult& result() const { return result_; }
    /// Somebody else has solved the load flow.
    void take(const LoadFlowResult& result) { result_ = result; }

   private:
    using Complex = LoadFlow::Complex;
    struct RegulatorPlace {
        std::size_t transformer = 0;
        std::optional<ConductorId> watched;  ///< instead of the coil
    };
    struct CapacitorPlace {
        std::size_t shunt = 0;
        const FeederRow* row = nullptr;  ///< that is watched
        End end = End::from;
        std::vector<std::size_t> wires;  ///< conductors of the bus at that end whose currents and powers count
        std::vector<Terminals> across;   ///< where voltages are seen
        BusId bus;
    };

    /// A voltage across two conductors, in units of its rated one.
    struct Watched {
        std::uint32_t plus = 0, minus = 0;  ///< conductors; the number of conductors is the earth
        double pu_per_plus = 1.0, pu_per_minus = 1.0;
    };
    struct InjectionPlace {
        std::size_t load = 0;
        std::vector<std::uint32_t> places;  ///< of power, in equal parts
        std::vector<Watched> watched;
        InjectionPower present, available;
    };

    [[nodiscard]] RegulatorPlace place_of(const RegulatorRow& row) const;
    [[nodiscard]] CapacitorPlace place_of(const CapacitorControlRow& row) const;
    [[nodiscard]] std::size_t seen_coil(std::size_t transformer, const RegulatorRow& row) const;
    [[nodiscard]] InjectionPlace place_of(const InjectionControlRow& row) const;
    [[nodiscard]] Watched place_of(const WatchedVoltage& seen) const;
    [[nodiscard]] double forward_kw(std::size_t transformer, std::size_t winding) const;
    static void change(InjectionPlace& place, const InjectionPower& from, const InjectionPower& to, PortPower& power);
    [[nodiscard]] double slope_of(std::size_t control, const VoltageSlopes& slopes) const;
    [[nodiscard]] double volts(BusId bus, const Terminals& across) const;

    LoadFlow& load_flow_;
    Calendar calendar_;
    LoadFlowResult result_{};
    std::vector<RegulatorPlace> regulators_;
    std::vector<CapacitorPlace> capacitors_;
    std::vector<InjectionPlace> injections_;
};

struct SettledLoadFlow {
    LoadFlowResult result;  ///< of the last load flow
    Settled devices;
};

/// Settles taps, capacitors and injections of a snapshot at `power`, which has controlled injections at their nominal power;
/// without relays it is one load flow.
[[nodiscard]] SettledLoadFlow settle(LoadFlow& load_flow, const PortPower& power, const Calendar& calendar = {},
                                     const SettleOptions& options = {});

}  // namespace evsweep
