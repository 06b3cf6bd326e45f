#include "controllers/heuristics/limits.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/issues.hpp"

namespace evsweep::heuristic {

namespace {

/// A heuristic that nothing limits charges everybody at once, which nobody means who chose it.
void warn_of_no_limit(const Controller::Context& context) {
    if (!context.issues) return;
    context.issues->warning(
        {}, "controllers." + context.label,
        "has neither a `limit` nor a site with one: unless a grid operator curtails, its vehicles charge at full power at once",
        "give it a limit, or write a section `sites`");
}

}  // namespace

ChargingRoom::ChargingRoom(const Settings& settings, const Controller::Context& context, WithoutLimit without)
    : limit_kw_(settings.limit ? std::optional(settings.limit->value()) : std::nullopt),
      limited_(settings.limited),
      told_kw_(context.connectors.size(), 0.0) {
    if (limit_kw_ && limited_ == LimitedPower::feeder_head) head_ = context.exchange.subscribe(signals::feeder_head);
    cap_ = context.exchange.subscribe_if_there(signals::curtailed_to);
    site_cap_ = context.exchange.subscribe_if_there(signals::site_curtailed_to);
    add_rows(context, without);
    if (!site_rows_.empty()) {
        site_limit_ = context.exchange.subscribe(signals::site_limit);
        site_power_ = context.exchange.subscribe(signals::site_power);
    }
    for (auto* column : {&told_in_row_kw_, &room_, &left_}) column->assign(row_names_.size(), 0.0);
    others_kw_.assign(row_names_.size(), std::numeric_limits<double>::quiet_NaN());
    one_row_ = limit_kw_ && site_rows_.empty();
}

void ChargingRoom::add_rows(const Controller::Context& context, WithoutLimit without) {
    std::vector<std::vector<std::uint32_t>> rows(context.connectors.size());
    if (limit_kw_) {
        for (const ConnectorId c : context.own) rows[c.index()].push_back(0);
        row_names_.emplace_back();
    }
    const auto is_own = [&](ConnectorId c) { return std::binary_search(context.own.begin(), context.own.end(), c); };
    for (std::size_t s = 0; context.sites && s < context.sites->size(); ++s) {
        const Site& site = (*context.sites)[s];
        const auto own = std::count_if(site.connectors.begin(), site.connectors.end(), is_own);
        if (own == 0) continue;
        const auto row = static_cast<std::uint32_t>(row_names_.size());
        for (const ConnectorId c : site.connectors)
            if (is_own(c)) rows[c.index()].push_back(row);
        site_rows_.push_back(
            {static_cast<std::uint32_t>(s), static_cast<double>(own) / static_cast<double>(site.connectors.size())});
        row_names_.push_back(site.name);
    }
    if (row_names_.empty() && without == WithoutLimit::warn) warn_of_no_limit(context);
    first_row_.push_back(0);
    for (const auto& of_connector : rows) {
        row_.insert(row_.end(), of_connector.begin(), of_connector.end());
        first_row_.push_back(static_cast<std::uint32_t>(row_.size()));
    }
}

std::optional<std::size_t> ChargingRoom::row_of_site(const std::string& name) const {
    const auto found = std::find(row_names_.begin() + (limit_kw_ ? 1 : 0), row_names_.end(), name);
    return found == row_names_.end() ? std::nullopt : std::optional(static_cast<std::size_t>(found - row_names_.begin()));
}

bool ChargingRoom::recount(std::span<const ConnectorId> members, std::span<const double> p_max_kw, const Setpoints& setpoints) {
    std::fill(told_in_row_kw_.begin(), told_in_row_kw_.end(), 0.0);  // so that roundings do not add up over a day
    bool has_fallen = false;
    std::size_t before = drawing_;
    for (const ConnectorId c : members) {
        if (before == 0) break;  // nobody else draws anything
        double& told_kw = told_kw_[c.index()];
        if (told_kw <= 0.0) continue;
        --before;
        const double kw = std::min(setpoints.p_kw(c), p_max_kw[c.index()]);
        has_fallen = has_fallen || kw < told_kw - negligible_kw;
        if (kw <= 0.0) --drawing_;
        told_kw = kw;
        for (const std::uint32_t row : rows_of(c)) told_in_row_kw_[row] += kw;
    }
    return has_fallen;
}

void ChargingRoom::open(const Turn& turn, bool is_due) {
    reopen(turn, is_due);
    if (is_without_room_) ++turns_without_room_;
}

void ChargingRoom::reopen(const Turn& turn, bool is_due) {
    see_caps(turn);
    if (limit_kw_) open_feeder(turn, is_due);
    if (!site_rows_.empty()) open_sites(turn);
    // Where nothing is known of what others draw, nothing is given out.
    is_without_room_ = false;
    for (double& room : room_) {
        if (room >= 0.0) continue;
        is_without_room_ = true;
        room = 0.0;
    }
}

/// What others draw at the feeder head is known from the latest periodic turn: in between nothing is measured anew.
void ChargingRoom::open_feeder(const Turn& turn, bool is_due) {
    if (limited_ == LimitedPower::charging)
        others_kw_[0] = 0.0;
    else if (is_due)
        others_kw_[0] = turn.value(head_).value() - told_in_row_kw_[0];
    room_[0] = *limit_kw_ - others_kw_[0];
}

void ChargingRoom::open_sites(const Turn& turn) {
    const auto power_kw = turn[site_power_], limit_kw = turn[site_limit_], cap_kw = turn[site_cap_];
    std::size_t row = limit_kw_ ? 1 : 0;
    for (const SiteRow& of : site_rows_) {
        others_kw_[row] = power_kw[of.site] - told_in_row_kw_[row];
        room_[row] = limit_kw[of.site] - others_kw_[row];
        if (!cap_kw.empty() && cap_kw[of.site] > 0.0) {
            has_caps_ = true;
            room_[row] = std::min(room_[row], cap_kw[of.site] * of.share);
        }
        ++row;
    }
}

void ChargingRoom::see_caps(const Turn& turn) {
    cap_kw_ = turn[cap_];
    has_caps_ = std::any_of(cap_kw_.begin(), cap_kw_.end(), [](double kw) { return kw > 0.0; });
}

}  // namespace evsweep::heuristic
