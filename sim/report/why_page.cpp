#include "sim/report/why_page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "evsweep/values.hpp"
#include "sim/base/text_table.hpp"
#include "sim/report/day_clock.hpp"
#include "sim/report/why_text.hpp"

namespace evsweep {

namespace {

constexpr std::size_t why_page_width = 132;

/// Rows of the table of shares: the first few who push most, of those who can be steered and of loads.
constexpr std::size_t most_own_rows = 12, most_load_rows = 6, most_bus_rows = 6;
constexpr std::array<const char*, 4> plurals{"vehicles", "batteries", "generators", "buses with loads"};

/// A page on one violation, part by part.
class WhyPage {
   public:
    WhyPage(const LoadedStudy& study, const Explanation& explanation)
        : study_(study), it_(explanation), feeder_(study.feeder->site()), decimals_(share_decimals(explanation)) {}

    [[nodiscard]] std::string text() const {
        std::string page = heading();
        if (it_.actors.empty()) return page;
        page += "\n" + shares_table() + shares_note();
        if (!it_.decisions.empty()) page += "\n" + decisions_table();
        if (!it_.others.empty()) page += "\n" + others_text();
        return page + "\n" + why_sentences(study_, it_);
    }

   private:
    [[nodiscard]] std::string heading() const {
        const Violation& v = it_.violation;
        std::string text = fmt::format("{}\n{}, {}, replica {} of seed {} under {}\n", study_.scenario.title,
                                       std::string(text_of(v.kind)) + " at " + v.element, when_text(study_, *v.time_h),
                                       v.replica.index(), study_.scenario.study.seed, v.controller);
        text += fmt::format("\nvalue                   {}, limit {}: beyond it by {:.{}f} {}, {:.0f} % of what is permitted\n",
                            value_text(v.kind, v.value), limit_text(it_), it_.limit.excess(v.value), decimals_of(v.kind),
                            unit_of(v.kind), 100.0 * v.share);
        text += fmt::format("beyond the limit for    {:.0f} min of the replica\n", v.minutes);
        if (it_.actors.empty()) return text;
        text += fmt::format("with nobody drawing     {} at this instant, with taps and steps as they were\n",
                            value_text(v.kind, it_.nobody));
        if (const double gap = std::abs(it_.all - v.value); gap > 1e-5 * std::max(1.0, std::abs(v.value)))
            text += fmt::format("by itself, the load flow of this instant gives {}: voltages before it matter, too\n",
                                value_text(v.kind, it_.all));
        return text + replay_text(it_);
    }

    [[nodiscard]] double total() const { return it_.all - it_.nobody; }
    [[nodiscard]] std::string number(double value) const {
        return std::isnan(value) ? "no solution" : fmt::format("{:+.{}f}", value, decimals_);
    }
    /// One digit; nothing where the share is exact, as far as load flows are.
    [[nodiscard]] static std::string error_text(double error) {
        constexpr double exact = 1e-10;
        return error < exact ? "0" : fmt::format("{:.0e}", error);
    }
    [[nodiscard]] std::string percent(double share) const { return fmt::format("{:.1f}", 100.0 * share / total()); }

    void add_outcome(const std::optional<WithoutActor>& without, std::vector<std::string>& row) const {
        if (!without) {
            row.insert(row.end(), {"", "", ""});
        } else if (without->failure) {
            row.insert(row.end(), {"failed", "", ""});
        } else {
            row.push_back(number(without->value - it_.violation.value));
            row.push_back(without->holds_there ? "yes" : "no");
            row.push_back(fmt::format("{:.0f}", without->minutes));
        }
    }

    void add_row(const ActorShare& share, TextTable& table) const {
        const Actor& actor = share.actor;
        std::vector<std::string> row{actor.text(feeder_), feeder_.bus[actor.bus.index()],
                                     actor.draws.empty() ? "" : actor.wires(*study_.network->swept()),
                                     fmt::format("{:.2f}", actor.p_kw)};
        if (actor.draws.empty())
            row.insert(row.end(), {"0", "", "0", ""});
        else
            row.insert(row.end(),
                       {number(share.share), error_text(share.error), percent(share.share), number(share.unchanged - it_.all)});
        add_outcome(share.rerun, row);
        table.rows.push_back(std::move(row));
    }

    /// Several actors in one row.
    struct Sum {
        std::size_t count = 0;
        double p_kw = 0.0, share = 0.0;
        void add(const ActorShare& row) {
            if (row.actor.draws.empty()) return;
            ++count;
            p_kw += row.actor.p_kw;
            share += row.share;
        }
        Sum& operator+=(const Sum& other) {
            count += other.count, p_kw += other.p_kw, share += other.share;
            return *this;
        }
    };
    void add_sum(const std::string& what, const Sum& sum, const std::optional<WithoutActor>& without, TextTable& table) const {
        if (sum.count == 0) return;
        std::vector<std::string> row{fmt::format("{} ({})", what, sum.count),
                                     "",
                                     "",
                                     fmt::format("{:.2f}", sum.p_kw),
                                     number(sum.share),
                                     "",
                                     percent(sum.share),
                                     ""};
        add_outcome(without, row);
        table.rows.push_back(std::move(row));
    }

    /// Vehicles with a row of their own beside those that were left out in a run.
    [[nodiscard]] std::size_t own_rows() const { return it_.without_vehicles ? 0 : most_own_rows; }

    /// The buses whose vehicles push most; returns the sum of all others.
    Sum add_buses(const std::map<std::uint32_t, Sum>& at_bus, TextTable& table) const {
        std::vector<std::pair<std::uint32_t, Sum>> buses(at_bus.begin(), at_bus.end());
        std::stable_sort(buses.begin(), buses.end(),
                         [this](const auto& a, const auto& b) { return it_.push(a.second.share) > it_.push(b.second.share); });
        Sum others;
        for (std::size_t k = 0; k < buses.size(); ++k) {
            const auto& [bus, sum] = buses[k];
            if (k < most_bus_rows)
                add_sum(fmt::format("more vehicles at bus {}", feeder_.bus[bus]), sum, {}, table);
            else
                others += sum;
        }
        return others;
    }

    [[nodiscard]] std::string shares_table() const {
        const std::string unit(unit_of(it_.place.kind));
        TextTable table;
        table.widest_label = 28;
        table.rows.push_back({"who", "bus", "phase", "kW", "share " + unit, "±", "share %", "without it: " + unit,
                              "run again: " + unit, "holds", "min"});
        std::size_t own = 0, loads = 0;
        std::array<Sum, 4> rest, whole;
        std::map<std::uint32_t, Sum> at_bus;  // vehicles that have no row of their own
        for (const ActorShare& row : it_.actors) {
            const bool is_load = row.actor.kind == ActorKind::base_load;
            const auto kind = static_cast<std::size_t>(row.actor.kind);
            whole[kind].add(row);
            std::size_t& shown = is_load ? loads : own;
            const bool has_room = !row.actor.draws.empty() && shown < (is_load ? most_load_rows : own_rows());
            if (row.rerun || has_room)
                ++shown, add_row(row, table);
            else if (row.actor.kind == ActorKind::vehicle && !row.actor.draws.empty())
                at_bus[static_cast<std::uint32_t>(row.actor.bus.index())].add(row);
            else
                rest[kind].add(row);
        }
        rest[0] = add_buses(at_bus, table);
        for (std::size_t k = 0; k < rest.size(); ++k) add_sum(fmt::format("other {}", plurals[k]), rest[k], {}, table);
        Sum all;
        for (std::size_t k = 0; k < whole.size(); ++k) {
            const bool is_vehicle = static_cast<ActorKind>(k) == ActorKind::vehicle;
            add_sum(fmt::format("all {}", plurals[k]), whole[k], is_vehicle ? it_.without_vehicles : std::nullopt, table);
            all += whole[k];
        }
        add_sum("all together", all, {}, table);
        return table.text(why_page_width);
    }

    [[nodiscard]] std::string shares_note() const {
        std::string note = fmt::format(
            "share: Shapley's, of the {} from nobody to all, over {} random orders with its standard error. without it: the load "
            "flow of the instant if all others had drawn what they did.",
            value_text(it_.place.kind, total()), it_.orders);
        if (it_.failed_orders > 0)
            note += fmt::format(" {} more orders had a load flow without a solution and are left out.", it_.failed_orders);
        if (it_.runs > 2 || it_.without_vehicles)
            note +=
                " run again: the whole replica without it, the controller reacts; holds: the limit there and then; min: beyond "
                "this kind of limit in the whole replica.";
        std::string text;
        for (const std::string& line : wrapped(note, why_page_width)) text += line + "\n";
        return text;
    }

    [[nodiscard]] std::string decisions_table() const {
        TextTable table;
        table.rows.push_back({"decision on", "under", "kW", "SOC", "wants", "lacks kWh", "leaves in h", "could wait h", ""});
        for (const VehicleDecision& d : it_.decisions)
            table.rows.push_back({fmt::format("vehicle {}", d.vehicle), d.controller, fmt::format("{:.2f}", d.p_kw),
                                  fmt::format("{:.2f}", d.soc), fmt::format("{:.2f}", d.target_soc),
                                  fmt::format("{:.2f}", d.missing_kwh), d.departs_h ? fmt::format("{:.1f}", *d.departs_h) : "",
                                  d.laxity_h ? fmt::format("{:.1f}", *d.laxity_h) : "", decision_words(d)});
        return table.text(why_page_width);
    }

    [[nodiscard]] std::string others_text() const {
        std::string text;
        for (const OtherController& other : it_.others)
            text += other.failure
                        ? fmt::format("under {} the replica failed: {}\n", other.controller, *other.failure)
                        : fmt::format("under {}: {} at the same place and instant, {:.0f} min beyond this kind of limit\n",
                                      other.controller, value_text(it_.place.kind, other.value), other.minutes);
        return text;
    }

    const LoadedStudy& study_;
    const Explanation& it_;
    const FeederSite& feeder_;
    int decimals_;
};

std::string beyond_text(const Violation& violation) {
    return violation.kind == LimitKind::unsolved ? "" : fmt::format("{:.1f}", 100.0 * violation.share);
}

}  // namespace

std::string violations_page(const KnownViolations& known, const ViolationFilter& filter) {
    const DayClock clock(known.calendar_start, known.clock_changes, known.duration_h > 24.0 * days_without_date);
    TextTable table;
    table.rows.push_back({"violation", "limit", "where", "when", "controller", "replica", "worst value", "beyond %", "min"});
    std::size_t left_out = 0;
    for (std::size_t k = 0; k < known.list.size(); ++k) {
        const Violation& v = known.list[k];
        if (!filter.controller.empty() && v.controller != filter.controller) continue;
        if (filter.replica && v.replica != *filter.replica) continue;
        if (table.rows.size() > filter.most) {
            ++left_out;
            continue;
        }
        table.rows.push_back({std::to_string(k), std::string(text_of(v.kind)), v.element.empty() ? "–" : v.element,
                              v.time_h ? clock.text(*v.time_h) : "–", v.controller, std::to_string(v.replica.index()),
                              v.kind == LimitKind::unsolved ? "" : value_text(v.kind, v.value), beyond_text(v),
                              std::isnan(v.minutes) ? "–" : fmt::format("{:.0f}", v.minutes)});
    }
    if (table.rows.size() == 1) return "";
    std::string text = table.text(why_page_width);
    if (left_out > 0) text += fmt::format("and {} more, less bad; --controller and --replica narrow the list down\n", left_out);
    text +=
        "beyond: how far beyond the limit, as a share of what it permits (from 1 pu, no unbalance, no current). –: found when "
        "the replica is run again\n";
    return text;
}

std::string explanation_page(const LoadedStudy& study, const Explanation& explanation) {
    return WhyPage(study, explanation).text();
}

}  // namespace evsweep
