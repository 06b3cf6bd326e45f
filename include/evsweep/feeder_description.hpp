/// What a feeder file says: plain rows with their places in the file, not yet checked against one another.
#pragma once

#include <complex>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/issues.hpp"
#include "evsweep/quantity.hpp"

namespace evsweep {

struct BusRow {
    std::string id;
    Volts nominal{};            ///< line-to-line
    std::string bus_class{};    ///< e.g. "residential"; free text, may be empty
    std::optional<double> x{};  ///< drawing coordinates
    std::optional<double> y{};
    Position at{};
};

enum class BranchKind { line, transformer, switch_ };

/// A branch of `phases` conductors; matrices are row-major, phases x phases. With one phase the numbers are the
/// positive-sequence values of a balanced feeder and powers are three-phase totals.
struct BranchRow {
    std::string id;
    std::string from;
    std::string to;
    BranchKind kind = BranchKind::line;
    int phases = 1;
    std::vector<std::complex<double>> series_ohm{};  ///< referred to the `to` side's nominal voltage
    std::vector<std::complex<double>> shunt_s{};     ///< total shunt admittance, half at each end
    std::optional<Amperes> rating{};                 ///< ampacity per phase; none: unlimited
    std::optional<KilovoltAmperes> rated_power{};    ///< of a transformer
    double tap = 1.0;                                ///< off-nominal ratio: V_to = V_from / tap in per unit, behind the impedance
    Degrees shift{};                                 ///< the `to` side lags the `from` side by this angle
    bool closed = true;
    Position at{};
};

/// A load as three-phase totals at nominal voltage, split into constant impedance, current and power.
struct LoadRow {
    std::string id;
    std::string bus;
    Kilowatts p{};
    Kilovars q{};
    double share_z = 0.0;
    double share_i = 0.0;
    double share_p = 1.0;
    std::string profile{};  ///< overrides the class's profile; may be empty
    Position at{};
};

/// A shunt as power drawn at nominal voltage (a capacitor has negative q).
struct ShuntRow {
    std::string id;
    std::string bus;
    Kilowatts p{};
    Kilovars q{};
    Position at{};
};

struct SourceRow {
    std::string bus;
    PerUnit voltage{1.0};
    Degrees angle{};
    Position at{};
};

struct FeederDescription {
    std::string name;
    std::string note;  ///< where the numbers come from
    std::vector<BusRow> buses;
    std::vector<BranchRow> branches;
    std::vector<LoadRow> loads;
    std::vector<ShuntRow> shunts;
    std::vector<SourceRow> sources;
    Position at{};
};

}  // namespace evsweep
