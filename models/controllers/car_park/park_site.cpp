#include "controllers/car_park/park_site.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "evsweep/party.hpp"

namespace evsweep {

namespace {

constexpr std::uint32_t at_no_charger = std::numeric_limits<std::uint32_t>::max();

const std::vector<ConnectorId>& own_panels(const Controller::Context& context) {
    static const std::vector<ConnectorId> none;
    return context.generators ? *context.generators : none;
}

bool follow_one_series(const Population& truth, std::uint32_t a, std::uint32_t b) {
    return a == b || truth.availability[a] == truth.availability[b];
}

}  // namespace

std::string name_of_point(const Connectors& connectors, ConnectorId c) {
    const std::size_t i = c.index();
    if (i >= connectors.group.size()) return fmt::format("charging point {}", i + 1);
    return fmt::format("charging point {} of '{}'", connectors.number[i] + 1, connectors.groups[connectors.group[i]]);
}

ParkSite::ParkSite(const Controller::Context& context) : charger_of_(context.connectors.size(), at_no_charger) {
    std::set<BusId> buses;
    for (const auto* list : {&context.own, &own_panels(context)})
        for (const ConnectorId c : *list) buses.insert(context.connectors.bus[c.index()]);
    panels_of_.resize(buses.size());
    for (const auto* list : {&context.own, &own_panels(context)})
        for (const ConnectorId c : *list) {
            const auto at = buses.find(context.connectors.bus[c.index()]);
            charger_of_[c.index()] = static_cast<std::uint32_t>(std::distance(buses.begin(), at));
        }
    add_panels(context);
    check_alike(context);
}

void ParkSite::add_panels(const Controller::Context& context) {
    std::vector<double> kwp(panels_of_.size(), 0.0);
    for (const ConnectorId c : own_panels(context)) {
        panels_of_[charger_of(c)].push_back(c);
        kwp[charger_of(c)] += context.connectors.discharge_rating[c.index()];
    }
    for (const double here : kwp) pv_kwp_ = std::max(pv_kwp_, here);
}

void ParkSite::check_alike(const Controller::Context& context) const {
    constexpr double rounding_kw = 1e-9;
    std::vector<std::string> problems;
    std::size_t with_panels = 0;
    for (const auto& list : panels_of_) with_panels += list.empty() ? 0 : 1;
    if (with_panels == 0) return;
    for (const ConnectorId c : context.own)
        if (panels_of_[charger_of(c)].empty())
            problems.push_back(fmt::format("{} stands at a bus without panels, and {} chargers have some",
                                           name_of_point(context.connectors, c), with_panels));
    for (std::uint32_t k = 0; k < chargers(); ++k) {
        double kwp = 0.0;
        for (const ConnectorId c : panels_of_[k]) kwp += context.connectors.discharge_rating[c.index()];
        if (!panels_of_[k].empty() && std::abs(kwp - pv_kwp_) > rounding_kw)
            problems.push_back(fmt::format("charger {} has panels of {:g} kW, another of {:g} kW", k + 1, kwp, pv_kwp_));
    }
    if (!problems.empty())
        throw PartyError(fmt::format("{}; give every charger (a bus) the same panels", fmt::join(problems, "; ")));
}

std::vector<double> ParkSite::sun(const Population& truth, Instant from, Duration step, std::size_t steps,
                                  Duration control_step) const {
    std::vector<double> shares(steps, 0.0);
    if (pv_kwp_ <= 0.0) return shares;
    const std::uint32_t row = truth.connectors.availability[panels_of_.front().front().index()];
    for (const auto& list : panels_of_)
        for (const ConnectorId c : list)
            if (!follow_one_series(truth, row, truth.connectors.availability[c.index()]))
                throw PartyError("panels follow different series; give all of one car park the same sun");
    const Availability& series = truth.availability[row];
    const auto parts = static_cast<std::size_t>(step / control_step);
    const auto first = static_cast<std::size_t>(from.time_since_epoch() / control_step);
    for (std::size_t k = 0; k < steps; ++k) {
        double sum = 0.0;
        for (std::size_t part = 0; part < parts; ++part) sum += series.at(first + k * parts + part);
        shares[k] = parts == 1 ? sum : sum / static_cast<double>(parts);
    }
    return shares;
}

}  // namespace evsweep
