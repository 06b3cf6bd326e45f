/// The bill of a car park as it runs: what its setpoints and its sun cost, and by how much it left its limits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "evsweep/party.hpp"

namespace evsweep {

/// What holds from one turn to the next. Powers in kW, prices per kWh and per kW and hour.
struct ParkFlow {
    Instant at{};
    double length_h = 0.0;
    std::vector<double> net_kw;  ///< by charger; what it draws from the grid
    double returned_kw = 0.0;    ///< by vehicles
    double generated_kw = 0.0, curtailed_kw = 0.0;
    double reserve_per_h = 0.0;  ///< earned with reserves
    double buy_per_kwh = 0.0, sell_per_kwh = 0.0;
    double import_cap_kw = 0.0, export_cap_kw = 0.0;
    double inverter_kw = 0.0;
    bool is_called = false;  ///< reserves are active, so that who calls answers for the caps
};

/// Where a limit was exceeded most, and in how many flows.
struct ParkExcess {
    double by_kw = 0.0, limit_kw = 0.0;
    Instant at{};
    int times = 0;
    void note(double kw, double cap_kw, Instant now) {
        constexpr double rounding_kw = 1e-6;
        if (kw - cap_kw <= rounding_kw) return;
        ++times;
        if (kw - cap_kw > by_kw) by_kw = kw - cap_kw, limit_kw = cap_kw, at = now;
    }
};

class ParkMeter {
   public:
    ParkMeter(double wear_per_kwh, double unserved_per_kwh) : wear_per_kwh_(wear_per_kwh), unserved_per_kwh_(unserved_per_kwh) {}

    /// Every charger's net import at the one price, its net export at the other, also where that is negative.
    void add(const ParkFlow& flow);
    void add_unserved(double kwh) { unserved_kwh_ += kwh; }

    [[nodiscard]] double cost() const { return grid_ + wear() - reserves_ + unserved(); }
    [[nodiscard]] std::vector<Counter> counters() const;
    /// A sentence for each limit that was exceeded, at its worst instant.
    [[nodiscard]] std::vector<Remark> remarks() const;

   private:
    [[nodiscard]] double wear() const { return wear_per_kwh_ * returned_kwh_; }
    [[nodiscard]] double unserved() const { return unserved_per_kwh_ * unserved_kwh_; }

    double wear_per_kwh_, unserved_per_kwh_;
    double grid_ = 0.0, reserves_ = 0.0;
    double imported_kwh_ = 0.0, exported_kwh_ = 0.0, returned_kwh_ = 0.0, generated_kwh_ = 0.0, curtailed_kwh_ = 0.0,
           unserved_kwh_ = 0.0;
    ParkExcess import_, export_, inverter_, when_called_;
};

}  // namespace evsweep
