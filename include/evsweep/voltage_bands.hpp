/// The voltages that limits allow, place by place: one band everywhere, or others by nominal voltage.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/feeder_site.hpp"

namespace evsweep {

/// In pu of the nominal voltage.
struct VoltageBand {
    double min_pu = 0.0;
    double max_pu = 0.0;
    /// How far a voltage is outside; negative where it is inside.
    [[nodiscard]] double excess_pu(double voltage_pu) const {
        const double below_pu = min_pu - voltage_pu, above_pu = voltage_pu - max_pu;
        return below_pu > above_pu ? below_pu : above_pu;
    }
    friend bool operator==(const VoltageBand&, const VoltageBand&) = default;
};

/// The band of every supply (FeederSite::supply).
class VoltageBands {
   public:
    VoltageBands() = default;
    /// `band_at`: the band at a nominal voltage, line to line, in V.
    VoltageBands(const FeederSite& feeder, const std::function<VoltageBand(double nominal_v)>& band_at);

    [[nodiscard]] const VoltageBand& of(std::size_t supply) const { return by_supply_[supply]; }
    /// The band of all supplies that are held to one, where it is the same.
    [[nodiscard]] const std::optional<VoltageBand>& common() const { return common_; }
    /// The lower limits that apply somewhere: "0.9 pu", "0.9 or 0.95 pu by nominal voltage"; empty where nothing is held to a
    /// band.
    [[nodiscard]] std::string lower_text() const { return text_of(&VoltageBand::min_pu); }
    /// Likewise the upper limits.
    [[nodiscard]] std::string upper_text() const { return text_of(&VoltageBand::max_pu); }

   private:
    [[nodiscard]] std::string text_of(double VoltageBand::*limit) const;

    std::vector<VoltageBand> by_supply_;
    std::vector<VoltageBand> held_;  ///< the different bands of supplies that are held to one
    std::optional<VoltageBand> common_;
};

}  // namespace evsweep
