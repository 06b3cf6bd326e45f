/// What an inverter of a photovoltaic system or of a storage lets through.
#pragma once

#include <complex>

#include "feeder_formats/opendss_circuit.hpp"

namespace evsweep::opendss {

/// What an inverter is asked for: kW on its AC side (negative: it charges), before its limits.
struct InverterRequest {
    double kw = 0.0;
    double rated_kw = 0.0;    ///< what shares of power refer to
    double cut_out_kw = 0.0;  ///< below which it switches off
    bool is_on = true;
    bool is_idle = false;
};

/// Power that it gives, kW and kvar: reactive power within its limits, and what then gives way where its kVA do not do.
[[nodiscard]] std::complex<double> inverter_power(const Inverter& inverter, const InverterRequest& request);

}  // namespace evsweep::opendss
