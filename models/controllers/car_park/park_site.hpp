/// A car park in the plant: which charging points and panels share a charger, which is a bus.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "controllers/car_park/park_day.hpp"
#include "evsweep/controller.hpp"

namespace evsweep {

/// Chargers are numbered by bus, ascending. All have panels of the same rating in the same sun, or none has any.
class ParkSite {
   public:
    /// Throws PartyError where chargers are not alike: buses with charging points and without panels, panels of other ratings.
    explicit ParkSite(const Controller::Context& context);

    [[nodiscard]] std::uint32_t chargers() const { return static_cast<std::uint32_t>(panels_of_.size()); }
    [[nodiscard]] double pv_kwp() const { return pv_kwp_; }
    /// Of one of its charging points or panels.
    [[nodiscard]] std::uint32_t charger_of(ConnectorId c) const { return charger_of_[c.index()]; }
    [[nodiscard]] const std::vector<ConnectorId>& panels_of(std::uint32_t charger) const { return panels_of_[charger]; }

    /// What the sun gives in each of `steps` steps, as a share of the rating; all 0 without panels. Throws PartyError where the
    /// chargers' panels follow different series.
    [[nodiscard]] std::vector<double> sun(const Population& truth, Instant from, Duration step, std::size_t steps,
                                          Duration control_step) const;

   private:
    void add_panels(const Controller::Context& context);
    void check_alike(const Controller::Context& context) const;

    std::vector<std::uint32_t> charger_of_;  ///< by connector
    std::vector<std::vector<ConnectorId>> panels_of_;
    double pv_kwp_ = 0.0;
};

/// "charging point 3 of 'cars'", as results and scenarios number them.
[[nodiscard]] std::string name_of_point(const Connectors& connectors, ConnectorId c);

}  // namespace evsweep
