/// The limits that heuristics keep (of the feeder, of sites, of a grid operator who curtails) and the room that these leave.
#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "agents/grid_operator/signals.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/schema.hpp"

namespace evsweep::heuristic {

/// What power the limit of a controller speaks of.
enum class LimitedPower { feeder_head, charging };
[[nodiscard]] inline std::vector<std::pair<std::string, LimitedPower>> names_of(LimitedPower) {
    return {{"feeder_head", LimitedPower::feeder_head}, {"charging", LimitedPower::charging}};
}

/// What every heuristic is told.
struct Settings {
    Duration period = std::chrono::minutes(1);
    std::optional<Kilowatts> limit{};
    LimitedPower limited = LimitedPower::feeder_head;
};

/// Declares them in the schema of parameters that inherit from `Settings`.
template <class P>
void declare_settings(Schema<P>& schema) {
    schema
        .optional("period", static_cast<Duration P::*>(&P::period),
                  "time between decisions; besides, it decides whenever a vehicle comes or leaves", above(0.0))
        .optional("limit", static_cast<std::optional<Kilowatts> P::*>(&P::limit),
                  "kept besides the limits of sites (section `sites`); none: sites alone limit", above(0.0))
        .optional(
            "limited", static_cast<LimitedPower P::*>(&P::limited),
            "what `limit` speaks of: feeder_head, the measured power from the source with base load and losses; charging, what "
            "its own vehicles draw");
    schema.in_steps("period", static_cast<Duration P::*>(&P::period));
    schema.used_if([](const P& p) { return p.limit.has_value(); }, "with limit", {"limited"});
}

/// Whether a scenario in which nothing limits a controller is to be warned of.
enum class WithoutLimit { warn, accept };

/// A power below it is none: what sums of kW leave over.
inline constexpr double negligible_kw = 1e-6;

/// The power that is left to vehicles of one controller. Each charging point lies under several limits, all of which hold: that
/// of the controller, and those of the sites that it stands in. What others draw there, base load included, goes off first.
class ChargingRoom {
   public:
    ChargingRoom(const Settings& settings, const Controller::Context& context, WithoutLimit without = WithoutLimit::warn);

    /// At the beginning of a turn. `is_due`: a periodic turn, at which the feeder head is read.
    void open(const Turn& turn, bool is_due);
    /// The same again, after a `recount`.
    void reopen(const Turn& turn, bool is_due);
    /// What vehicles draw as they were told last, now that batteries take no more than `p_max_kw`; before `open`. Whether that is
    /// less than it was.
    bool recount(std::span<const ConnectorId> members, std::span<const double> p_max_kw, const Setpoints& setpoints);
    /// The vehicle is gone, or full.
    void forget(ConnectorId c) { tell(c, 0.0); }
    /// After `open`, once before anything is taken: everything is there to be given out.
    void begin_sharing() { left_ = shared_ = room_; }

    /// The most that a vehicle can have which has been given `before_kw` since `begin_sharing`.
    [[nodiscard]] double left_kw(ConnectorId c, double before_kw = 0.0) const {
        double kw = HUGE_VAL;
        for (std::size_t k = first_row_[c.index()]; k < first_row_[c.index() + 1]; ++k) kw = std::min(kw, left_[row_[k]]);
        return std::min(capped_kw(c), before_kw + std::max(0.0, kw));
    }
    /// The vehicle is going to draw `kw`, of which it has been given `before_kw` since `begin_sharing`.
    void take(ConnectorId c, double kw, double before_kw = 0.0) {
        tell(c, kw);
        for (std::size_t k = first_row_[c.index()]; k < first_row_[c.index() + 1]; ++k) left_[row_[k]] -= kw - before_kw;
    }
    /// Vehicles that draw power as they were told.
    [[nodiscard]] std::size_t drawing() const { return drawing_; }
    /// What the grid operator lets one charging point draw.
    [[nodiscard]] double capped_kw(ConnectorId c) const {
        if (cap_kw_.empty() || !(cap_kw_[c.index()] > 0.0)) return HUGE_VAL;
        return cap_kw_[c.index()];
    }
    /// Whether the grid operator curtails now.
    [[nodiscard]] bool has_caps() const { return has_caps_; }

    /// Rows: limits that several charging points share.
    [[nodiscard]] std::size_t rows() const { return room_.size(); }
    [[nodiscard]] std::span<const std::uint32_t> rows_of(ConnectorId c) const {
        return std::span(row_).subspan(first_row_[c.index()], first_row_[c.index() + 1] - first_row_[c.index()]);
    }
    [[nodiscard]] double left_in_row_kw(std::size_t row) const { return left_[row]; }
    /// Whether one limit for all is all that there is; then it is row 0.
    [[nodiscard]] bool has_one_row() const { return one_row_; }
    /// What a limit leaves to its own vehicles, and whether any has changed since power was shared out last.
    [[nodiscard]] double room_kw(std::size_t row) const { return room_[row]; }
    [[nodiscard]] bool has_changed() const {
        if (room_.size() != shared_.size()) return true;
        for (std::size_t row = 0; row < room_.size(); ++row)
            if (std::abs(room_[row] - shared_[row]) > negligible_kw) return true;
        return false;
    }

    /// The row of the own limit, of a site by its name; none where there is none.
    [[nodiscard]] std::optional<std::size_t> own_row() const { return limit_kw_ ? std::optional<std::size_t>(0) : std::nullopt; }
    [[nodiscard]] std::optional<std::size_t> row_of_site(const std::string& name) const;
    /// Others' power in a row, as far as it is known: what goes off first.
    [[nodiscard]] double others_kw(std::size_t row) const { return others_kw_[row]; }
    /// While sharing: no more than this is left in a row.
    void hold_left(std::size_t row, double kw) { left_[row] = std::min(left_[row], kw); }

    /// Turns at which others alone were above a limit.
    [[nodiscard]] std::size_t turns_without_room() const { return turns_without_room_; }

   private:
    struct SiteRow {
        std::uint32_t site = 0;
        double share = 1.0;  ///< of the site's charging points that are its own
    };
    void tell(ConnectorId c, double kw) {
        const double change = kw - told_kw_[c.index()];
        if (change == 0.0) return;
        if (kw > 0.0) ++drawing_;
        if (told_kw_[c.index()] > 0.0) --drawing_;
        told_kw_[c.index()] = kw;
        for (const std::uint32_t row : rows_of(c)) told_in_row_kw_[row] += change;
    }
    void add_rows(const Controller::Context& context, WithoutLimit without);
    void open_feeder(const Turn& turn, bool is_due);
    void open_sites(const Turn& turn);
    void see_caps(const Turn& turn);

    template <UnitLabel Unit, Extent Per>
    using Reads = Subscription<Unit, Per, Form::present>;

    std::optional<double> limit_kw_;
    LimitedPower limited_;
    Reads<"kW", Extent::feeder> head_{};
    Reads<"kW", Extent::site> site_limit_{}, site_power_{}, site_cap_{};
    Reads<"kW", Extent::connector> cap_{};
    std::vector<SiteRow> site_rows_;
    std::vector<std::string> row_names_;
    std::vector<std::uint32_t> first_row_, row_;  ///< by connector, and one beyond the last; the rows that hold for it
    std::vector<double> told_kw_;                 ///< by connector: what it draws as it was told
    std::vector<double> told_in_row_kw_, others_kw_, room_, left_, shared_;  ///< by row
    std::span<const double> cap_kw_{};
    bool has_caps_ = false, one_row_ = false, is_without_room_ = false;
    std::size_t drawing_ = 0, turns_without_room_ = 0;
};

}  // namespace evsweep::heuristic
