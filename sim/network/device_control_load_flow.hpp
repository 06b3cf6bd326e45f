/// Relays at work in a load flow: what each of them reads there, and what it moves.
#pragma once

#include <optional>
#include <vector>

#include "sim/network/device_control.hpp"
#include "sim/network/load_flow.hpp"

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

    [[nodiscard]] RegulatorPlace place_of(const RegulatorRow& row) const;
    [[nodiscard]] CapacitorPlace place_of(const CapacitorControlRow& row) const;
    [[nodiscard]] std::size_t seen_coil(std::size_t transformer, const RegulatorRow& row) const;
    [[nodiscard]] double forward_kw(std::size_t transformer, std::size_t winding) const;
    [[nodiscard]] double volts(BusId bus, const Terminals& across) const;

    LoadFlow& load_flow_;
    Calendar calendar_;
    LoadFlowResult result_{};
    std::vector<RegulatorPlace> regulators_;
    std::vector<CapacitorPlace> capacitors_;
};

struct SettledLoadFlow {
    LoadFlowResult result;  ///< of the last load flow
    Settled devices;
};

/// Settles taps and capacitors of a snapshot at `power`; without relays it is one load flow.
[[nodiscard]] SettledLoadFlow settle(LoadFlow& load_flow, const PortPower& power, const Calendar& calendar = {},
                                     const SettleOptions& options = {});

}  // namespace evsweep
