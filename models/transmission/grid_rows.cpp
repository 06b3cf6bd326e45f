#include "transmission/grid_rows.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <set>
#include <utility>

namespace evsweep {

namespace {

class CaseBuilder {
   public:
    CaseBuilder(GridCaseRows rows, Issues& issues) : rows_(std::move(rows)), issues_(issues) {}

    std::optional<GridCase> run() {
        if (!(rows_.base_mva > 0.0) || !std::isfinite(rows_.base_mva))
            issues_.error(rows_.at, "base", "is not positive", "give a power, e.g. 100 MVA");
        for (const GridBusRow& bus : rows_.buses) check(bus);
        for (GridBranchRow& branch : rows_.branches) check(branch);
        for (GridGeneratorRow& generator : rows_.generators) check(generator);
        if (rows_.reference && !rows_.buses.empty()) (void)bus_number(rows_.reference->second, "", rows_.reference->first);
        if (rows_.is_complete) check_whole();
        return is_sound_ && !issues_.has_errors() ? std::optional(built()) : std::nullopt;
    }

   private:
    void wrong(const GridRowPlace& place, const std::string& field, std::string problem, std::string hint) {
        is_sound_ = false;
        issues_.error(place.at, place.path.empty() || field.empty() ? place.path + field : place.path + "." + field,
                      std::move(problem), std::move(hint));
    }

    /// Whether all of these are numbers; reports those that are not. `unlimited`: infinity is one, too.
    bool are_numbers(const GridRowPlace& place, const std::vector<std::pair<const char*, double>>& fields,
                     bool unlimited = false) {
        bool good = true;
        for (const auto& [field, value] : fields) {
            if (std::isfinite(value) || (unlimited && !std::isnan(value))) continue;
            wrong(place, field, fmt::format("{} is not a number", value), "give a number");
            good = false;
        }
        return good;
    }

    void check_order(const GridRowPlace& place, const char* field, double low, double high, const char* unit) {
        if (low <= high) return;
        wrong(place, field, fmt::format("the lower limit {} {} is above the upper limit {} {}", low, unit, high, unit),
              "exchange them");
    }

    void check(const GridBusRow& bus) {
        const auto number = static_cast<std::uint32_t>(&bus - rows_.buses.data());
        if (!number_of_.emplace(bus.name, number).second) {
            wrong(bus.place, "id", "bus '" + bus.name + "' is there twice", "rename one of them");
            knows_all_buses_ = false;
        }
        are_numbers(bus.place, {{"demand", bus.p_mw},
                                {"reactive_demand", bus.q_mvar},
                                {"shunt_conductance", bus.shunt_mw},
                                {"shunt_susceptance", bus.shunt_mvar}});
        if (!are_numbers(bus.place, {{"voltage", bus.v_min}, {"voltage", bus.v_max}})) return;
        if (bus.v_min <= 0.0)
            wrong(bus.place, "voltage", fmt::format("the lower limit {} pu is not positive", bus.v_min), "give e.g. 0.95 pu");
        check_order(bus.place, "voltage", bus.v_min, bus.v_max, "pu");
    }

    /// The number of a bus, reported where there is none of this name.
    std::optional<std::uint32_t> bus_number(const GridRowPlace& place, const char* field, const std::string& name) {
        const auto found = number_of_.find(name);
        if (found != number_of_.end()) return found->second;
        knows_all_buses_ = false;
        if (std::count(rows_.unread_buses.begin(), rows_.unread_buses.end(), name) > 0) return std::nullopt;
        std::vector<std::string> known;
        for (const GridBusRow& bus : rows_.buses) known.push_back(bus.name);
        wrong(place, field, "'" + name + "' is no bus", did_you_mean(name, known));
        return std::nullopt;
    }

    static void give_name(std::string& name, const std::string& usual, std::set<std::string>& taken) {
        const std::string wish = name.empty() ? usual : name;
        name = wish;
        for (int copy = 2; !taken.insert(name).second; ++copy) name = wish + "#" + std::to_string(copy);
    }

    void check(GridBranchRow& branch) {
        const GridRowPlace& place = branch.place;
        const auto from = bus_number(place, "from", branch.from_bus), to = bus_number(place, "to", branch.to_bus);
        if (from && to) {
            branch.from = *from, branch.to = *to;
            if (*from == *to) wrong(place, "to", "leads back to bus '" + branch.to_bus + "'", "name two buses");
        }
        give_name(branch.name, branch.from_bus + "-" + branch.to_bus, branch_names_);
        if (are_numbers(place, {{"r", branch.r}, {"x", branch.x}})) {
            if (branch.r < 0.0) wrong(place, "r", fmt::format("the resistance {} pu is negative", branch.r), "give 0 or more");
            if (branch.r == 0.0 && branch.x == 0.0)
                wrong(place, "x", "neither resistance nor reactance", "make the two buses one, or give an impedance");
        }
        are_numbers(place, {{"charging", branch.charging_from}, {"charging", branch.charging_to}, {"shift", branch.shift_rad}});
        if (!(branch.ratio > 0.0) || !std::isfinite(branch.ratio))
            wrong(place, "ratio", fmt::format("{} is not positive", branch.ratio), "give e.g. 0.98");
        if (!(branch.limit_mva > 0.0))
            wrong(place, "rating", fmt::format("{} MVA is not positive", branch.limit_mva), "leave it out where there is none");
    }

    void check(GridGeneratorRow& generator) {
        const GridRowPlace& place = generator.place;
        if (const auto bus = bus_number(place, "bus", generator.at_bus)) generator.bus = *bus;
        give_name(generator.name, generator.at_bus, generator_names_);
        if (are_numbers(place, {{"p", generator.p_min_mw}, {"p", generator.p_max_mw}}, true))
            check_order(place, "p", generator.p_min_mw, generator.p_max_mw, "MW");
        if (are_numbers(place, {{"q", generator.q_min_mvar}, {"q", generator.q_max_mvar}}, true))
            check_order(place, "q", generator.q_min_mvar, generator.q_max_mvar, "Mvar");
        are_numbers(place,
                    {{"cost.square", generator.square}, {"cost.linear", generator.linear}, {"cost.fixed", generator.constant}});
        if (generator.square < 0.0)
            wrong(place, "cost.square", fmt::format("{} is negative: the cost is not convex", generator.square),
                  "give 0 or more, or it has no marginal price");
    }

    void check_whole() {
        check_reference();
        if (rows_.generators.empty()) issues_.error(rows_.at, "generators", "there is none", "a grid needs supply");
        check_parts();
    }

    void check_reference() {
        std::vector<const GridBusRow*> references;
        for (const GridBusRow& bus : rows_.buses)
            if (bus.is_reference) references.push_back(&bus);
        if (rows_.buses.empty())
            issues_.error(rows_.at, "buses", "there is none", "a grid has buses, branches and generators");
        else if (references.empty() && !rows_.reference)
            issues_.error(rows_.at, "reference", "no bus is the reference", "name the bus whose angle is 0");
        for (std::size_t i = 1; i < references.size(); ++i) {
            if (references[i]->name == references.front()->name) continue;  // a bus that is there twice, and told as such
            wrong(references[i]->place, "reference", "is a second reference beside bus '" + references.front()->name + "'",
                  "one angle is 0");
        }
    }

    /// Every bus must be reached from the reference, or from the first bus where there is none.
    void check_parts() {
        if (rows_.buses.empty() || !knows_all_buses_) return;
        std::vector<std::vector<std::size_t>> next(rows_.buses.size());
        for (const GridBranchRow& branch : rows_.branches) {
            next[branch.from].push_back(branch.to);
            next[branch.to].push_back(branch.from);
        }
        std::size_t first = 0;
        while (first + 1 < rows_.buses.size() && !rows_.buses[first].is_reference) ++first;
        if (!rows_.buses[first].is_reference) first = 0;
        std::vector<bool> is_reached(rows_.buses.size(), false);
        std::vector<std::size_t> open{first};
        is_reached[first] = true;
        while (!open.empty()) {
            const std::size_t here = open.back();
            open.pop_back();
            for (const std::size_t there : next[here])
                if (!is_reached[there]) is_reached[there] = true, open.push_back(there);
        }
        for (std::size_t i = 0; i < rows_.buses.size() && rows_.buses.size() > 1; ++i) {
            if (next[i].empty())
                wrong(rows_.buses[i].place, "id", "bus '" + rows_.buses[i].name + "' is isolated: no branch leads to it",
                      "connect it, or take it out");
            else if (!is_reached[i])
                wrong(rows_.buses[i].place, "id",
                      "bus '" + rows_.buses[i].name + "' does not hang together with bus '" + rows_.buses[first].name + "'",
                      "connect the parts, or study one of them");
        }
    }

    [[nodiscard]] GridCase built() const {
        GridCase grid;
        grid.name = rows_.name;
        grid.base_mva = rows_.base_mva;
        for (const GridBusRow& bus : rows_.buses) {
            if (bus.is_reference) grid.reference = static_cast<std::uint32_t>(grid.buses.size());
            grid.buses.push_back(bus);
        }
        grid.branches.assign(rows_.branches.begin(), rows_.branches.end());
        grid.generators.assign(rows_.generators.begin(), rows_.generators.end());
        return grid;
    }

    GridCaseRows rows_;
    Issues& issues_;
    bool is_sound_ = true;
    bool knows_all_buses_ = true;  ///< whether every bus that is named is there, once
    std::map<std::string, std::uint32_t> number_of_{};
    std::set<std::string> branch_names_{}, generator_names_{};
};

}  // namespace

std::optional<GridCase> build_case(GridCaseRows rows, Issues& issues) { return CaseBuilder(std::move(rows), issues).run(); }

}  // namespace evsweep
