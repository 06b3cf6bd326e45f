/// What vehicles got, gave and paid, by the population's groups and by bus: from the stays, with energies that are exact at every
/// change of price.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "evsweep/contracts.hpp"
#include "evsweep/output.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep::element {

/// Sums over some connectors of one replica.
struct ServiceSums {
    bool has_vehicles = false;
    double charged_kwh = 0.0;     ///< grid side
    double discharged_kwh = 0.0;  ///< grid side, >= 0
    double net_cost = 0.0;
    double unserved_kwh = 0.0;
    double short_stays = 0.0;
    double recharge_h = 0.0;  ///< of all whole stays together
    double whole_stays = 0.0;
    /// NaN where no stay was whole.
    [[nodiscard]] double mean_recharge_h() const { return whole_stays > 0.0 ? recharge_h / whole_stays : not_a_number; }
};

/// Prices of buying and of selling.
struct PricePair {
    double buy = 0.0;
    double sell = 0.0;
    friend bool operator==(const PricePair&, const PricePair&) = default;
};

class ServiceTally {
   public:
    ServiceTally(const Population& population, std::size_t groups, std::size_t buses, double short_below, LevelHandle recharged)
        : population_(population),
          short_below_(short_below),
          recharged_(recharged),
          groups_(groups),
          buses_(buses),
          drawn_kwh_(population.connectors.size(), 0.0),
          returned_kwh_(population.connectors.size(), 0.0) {
        for (const Session& session : population.sessions)
            at_places(session.connector, [](ServiceSums& sums) { sums.has_vehicles = true; });
    }

    /// Whether energies have to be read now: at the first measured step, and whenever a price is another.
    [[nodiscard]] bool needs_energies(PricePair prices) const { return !is_measuring_ || prices != prices_; }
    /// Books what the stays have drawn and returned since it was last called, at the prices from then on until now. The first
    /// call is where the measured time begins.
    void see(PricePair prices, std::span<const double> drawn_kwh, std::span<const double> returned_kwh) {
        for (std::size_t c = 0; c < drawn_kwh_.size(); ++c) {
            if (is_measuring_) book(ConnectorId(c), drawn_kwh[c] - drawn_kwh_[c], returned_kwh[c] - returned_kwh_[c]);
            drawn_kwh_[c] = drawn_kwh[c];
            returned_kwh_[c] = returned_kwh[c];
        }
        prices_ = prices;
        is_measuring_ = true;
    }
    /// A stay that ends in the measured time.
    void see(const SessionRecord& r) {
        const std::size_t c = r.session.connector.index();
        if (is_measuring_) book(r.session.connector, r.charged_kwh - drawn_kwh_[c], r.discharged_kwh - returned_kwh_[c]);
        drawn_kwh_[c] = returned_kwh_[c] = 0.0;
        if (!r.complete) return;  // who has not left yet cannot have left short
        EVSWEEP_EXPECTS(recharged_.index < r.reached.size(), "a stay reports every level that is watched for");
        const double missing = r.session.target_soc - r.final_soc;
        at_places(r.session.connector, [&](ServiceSums& sums) {
            sums.unserved_kwh += std::max(0.0, missing) * r.capacity_kwh;
            if (missing > short_below_) sums.short_stays += 1.0;
            sums.recharge_h += hours(r.reached[recharged_.index].value_or(r.end) - r.session.plug_in);
            sums.whole_stays += 1.0;
        });
    }

    [[nodiscard]] const std::vector<ServiceSums>& groups() const { return groups_; }
    [[nodiscard]] const std::vector<ServiceSums>& buses() const { return buses_; }

   private:
    void book(ConnectorId c, double drawn_kwh, double returned_kwh) {
        if (drawn_kwh == 0.0 && returned_kwh == 0.0) return;
        at_places(c, [&](ServiceSums& sums) {
            sums.charged_kwh += drawn_kwh;
            sums.discharged_kwh += returned_kwh;
            sums.net_cost += drawn_kwh * prices_.buy - returned_kwh * prices_.sell;
        });
    }
    /// The sums of the connector's group, where it has one, and of its bus.
    template <class Use>
    void at_places(ConnectorId c, const Use& use) {
        const Connectors& connectors = population_.connectors;
        if (c.index() < connectors.group.size()) use(groups_[connectors.group[c.index()]]);
        use(buses_[connectors.bus[c.index()].index()]);
    }

    const Population& population_;
    double short_below_;
    LevelHandle recharged_;
    std::vector<ServiceSums> groups_, buses_;
    std::vector<double> drawn_kwh_, returned_kwh_;  ///< by connector: of the stay now there, as booked
    PricePair prices_{};
    bool is_measuring_ = false;
};

}  // namespace evsweep::element
