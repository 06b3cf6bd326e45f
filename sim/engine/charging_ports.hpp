/// Where charging points draw their power from the load flow, and the voltage that their meters see.
#pragma once

#include <span>
#include <vector>

#include "evsweep/population.hpp"
#include "sim/network/load_flow.hpp"

namespace evsweep {

/// The ports of all charging points of one population. Immutable.
class ChargingPorts {
   public:
    ChargingPorts(const Feeder& feeder, const Connectors& connectors);

    /// The ports that a load flow needs beyond the feeder's own.
    [[nodiscard]] const std::vector<Port>& extra() const { return extra_; }
    /// Adds what a charging point draws.
    void add(ConnectorId c, double p_kw, double q_kvar, PortPower& power) const {
        const auto wires = pairs(c);
        if (wires.size() > 1) return add_parts(wires, p_kw, q_kvar, power);
        power.p[wires.front().port] += p_kw;
        power.q[wires.front().port] += q_kvar;
    }
    /// Voltage at a charging point in pu of its nominal value: the mean over its pairs of conductors.
    [[nodiscard]] double voltage_pu(ConnectorId c, const LoadFlow& flow) const {
        const auto wires = pairs(c);
        const bool is_plain = wires.size() == 1 && wires.front().minus == earth_;
        return is_plain ? flow.voltage_pu()[wires.front().plus] : mean_voltage_pu(wires, flow);
    }

   private:
    struct Pair {
        std::uint32_t port = 0;  ///< in PortPower
        std::uint32_t plus = 0;  ///< conductors
        std::uint32_t minus = 0;
        double nominal_pu = 1.0;
    };
    [[nodiscard]] std::span<const Pair> pairs(ConnectorId c) const {
        return std::span(pairs_).subspan(first_[c.index()], first_[c.index() + 1] - first_[c.index()]);
    }

    static void add_parts(std::span<const Pair> wires, double p_kw, double q_kvar, PortPower& power);
    [[nodiscard]] double mean_voltage_pu(std::span<const Pair> wires, const LoadFlow& flow) const;

    std::uint32_t earth_ = 0;
    std::vector<Port> extra_;
    std::vector<Pair> pairs_;
    std::vector<std::uint32_t> first_;  ///< by connector, and one beyond the last
};

}  // namespace evsweep
