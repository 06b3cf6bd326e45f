#include "transmission/grid_matpower.hpp"

#include <fmt/format.h>

#include <cmath>
#include <memory>
#include <numbers>
#include <set>
#include <utility>

#include "feeder_formats/matpower/program.hpp"

namespace evsweep {

namespace {

using matpower::Table;

// Columns of the case format (MATPOWER manual, appendix B).
namespace grid_bus_column {
constexpr std::size_t id = 1, type = 2, pd = 3, qd = 4, gs = 5, bs = 6, vmax = 12, vmin = 13;
}
namespace grid_gen_column {
constexpr std::size_t bus = 1, qmax = 4, qmin = 5, status = 8, pmax = 9, pmin = 10;
}
namespace grid_branch_column {
constexpr std::size_t from = 1, to = 2, r = 3, x = 4, b = 5, rate_a = 6, ratio = 9, shift = 10, status = 11, angmin = 12,
                      angmax = 13;
}
namespace grid_cost_column {
constexpr std::size_t model = 1, count = 4, first = 5;
}

class GridFromMatpower {
   public:
    GridFromMatpower(const matpower::Case& c, Position whole, Issues& issues) : case_(c), issues_(issues) {
        rows_.name = c.name;
        rows_.at = std::move(whole);
    }

    GridCaseRows run() {
        const auto base = case_.scalars.find("baseMVA");
        rows_.base_mva = base == case_.scalars.end() ? 0.0 : base->second;
        const Table *bus = table("bus", grid_bus_column::vmin), *gen = table("gen", grid_gen_column::pmin),
                    *branch = table("branch", grid_branch_column::status), *cost = table("gencost", grid_cost_column::first);
        for (std::size_t r = 0; bus && r < bus->rows(); ++r) add_bus(*bus, r);
        for (std::size_t r = 0; gen && r < gen->rows(); ++r) add_generator(*gen, r, cost);
        if (gen && cost) check_count(*gen, *cost);
        for (std::size_t r = 0; branch && r < branch->rows(); ++r) add_branch(*branch, r);
        rows_.is_complete = bus && gen && branch && cost;
        return std::move(rows_);
    }

   private:
    const Table* table(const char* name, std::size_t columns) {
        const auto found = case_.tables.find(name);
        if (found == case_.tables.end()) {
            issues_.error(rows_.at, name, "is missing", "an optimal power flow needs the tables bus, gen, branch and gencost");
            return nullptr;
        }
        if (found->second.rows() == 0 || found->second.columns >= columns) return &found->second;
        issues_.error(found->second.at.front(), name,
                      fmt::format("has {} columns, and {} are needed", found->second.columns, columns), "see the case format");
        return nullptr;
    }

    static GridRowPlace place(const Table& t, const char* name, std::size_t row) {
        return {t.at[row], fmt::format("{}[{}]", name, row)};
    }
    static std::string name_of_bus(double number) { return fmt::format("{:.10g}", number); }
    void refuse(const GridRowPlace& where, const char* field, std::string problem, std::string hint) {
        issues_.error(where.at, where.path + "." + field, std::move(problem), std::move(hint));
    }

    void add_bus(const Table& t, std::size_t r) {
        using namespace grid_bus_column;
        GridBusRow row;
        row.name = name_of_bus(t(r, id));
        row.place = place(t, "bus", r);
        if (t(r, type) == 4.0) {
            issues_.warning(row.place.at, row.place.path, "bus " + row.name + " is isolated (type 4) and left out");
            left_out_.insert(row.name);
            return;
        }
        row.p_mw = t(r, pd), row.q_mvar = t(r, qd), row.shunt_mw = t(r, gs), row.shunt_mvar = t(r, bs);
        row.v_min = t(r, vmin), row.v_max = t(r, vmax);
        row.is_reference = t(r, type) == 3.0;
        rows_.buses.push_back(std::move(row));
    }

    void add_generator(const Table& t, std::size_t r, const Table* cost) {
        using namespace grid_gen_column;
        if (!(t(r, status) > 0.0)) return;
        GridGeneratorRow row;
        row.at_bus = name_of_bus(t(r, grid_gen_column::bus));
        if (left_out_.count(row.at_bus) > 0) return;
        row.place = place(t, "gen", r);
        row.p_min_mw = t(r, pmin), row.p_max_mw = t(r, pmax), row.q_min_mvar = t(r, qmin), row.q_max_mvar = t(r, qmax);
        if (row.p_min_mw < 0.0 && row.p_max_mw == 0.0)
            refuse(row.place, "Pmin", "a dispatchable load (Pmin < 0, Pmax = 0), which is not supported",
                   "make it demand of its bus");
        if (cost && r < cost->rows()) take_cost(*cost, r, row);
        rows_.generators.push_back(std::move(row));
    }

    void take_cost(const Table& t, std::size_t r, GridGeneratorRow& row) {
        using namespace grid_cost_column;
        const GridRowPlace where = place(t, "gencost", r);
        if (t(r, model) != 2.0)
            return refuse(where, "model", fmt::format("model {} is not supported", t(r, model)), "give a polynomial (model 2)");
        const double n = t(r, count);
        if (!(n >= 0.0) || n != std::floor(n) || n + 4.0 > static_cast<double>(t.columns))
            return refuse(where, "n", fmt::format("{} coefficients do not fit into {} columns", n, t.columns),
                          "see the case format");
        double* const terms[] = {&row.constant, &row.linear, &row.square};
        for (std::size_t degree = 0; degree < static_cast<std::size_t>(n); ++degree) {
            const double coefficient = t(r, first + static_cast<std::size_t>(n) - 1 - degree);
            if (degree < 3)
                *terms[degree] = coefficient;
            else if (coefficient != 0.0)
                return refuse(where, "c", fmt::format("a cost of degree {} is not supported", degree),
                              "give a polynomial of degree 2");
        }
    }

    void check_count(const Table& gen, const Table& cost) {
        if (cost.rows() == gen.rows()) return;
        issues_.error(cost.at.empty() ? rows_.at : cost.at.front(), "gencost",
                      fmt::format("has {} rows and gen has {}", cost.rows(), gen.rows()),
                      cost.rows() == 2 * gen.rows() ? "costs of reactive power are not supported: take the second half out"
                                                    : "give one row for each generator");
    }

    void add_branch(const Table& t, std::size_t r) {
        using namespace grid_branch_column;
        if (!(t(r, status) > 0.0)) return;
        GridBranchRow row;
        row.from_bus = name_of_bus(t(r, from)), row.to_bus = name_of_bus(t(r, to));
        if (left_out_.count(row.from_bus) + left_out_.count(row.to_bus) > 0) return;
        row.place = place(t, "branch", r);
        row.r = t(r, grid_branch_column::r), row.x = t(r, x);
        row.charging_from = row.charging_to = 0.5 * t(r, b);
        if (t(r, ratio) != 0.0) row.ratio = t(r, ratio);
        row.shift_rad = t(r, shift) * std::numbers::pi / 180.0;
        if (t(r, rate_a) != 0.0) row.limit_mva = t(r, rate_a);
        if (t.columns >= angmax) check_angles(t(r, angmin), t(r, angmax), row.place);
        rows_.branches.push_back(std::move(row));
    }

    /// As in MATPOWER, 0 and a whole turn mean that there is no limit.
    void check_angles(double low, double high, const GridRowPlace& where) {
        const bool is_free = (low == 0.0 || low <= -360.0) && (high == 0.0 || high >= 360.0);
        if (!is_free)
            refuse(where, "angmin", fmt::format("limits of the angle, {} to {} degrees, are not supported", low, high),
                   "set both to 0, and limit the power by rateA");
    }

    const matpower::Case& case_;
    Issues& issues_;
    GridCaseRows rows_{};
    std::set<std::string> left_out_{};
};

}  // namespace

std::optional<GridCase> read_grid_matpower(const std::string& text, const std::filesystem::path& file, Issues& issues) {
    Issues found;
    const matpower::Case c = matpower::read_case(text, file, found);
    std::optional<GridCase> grid;
    if (!found.has_errors()) {
        const Position whole{std::make_shared<const std::string>(file.string()), 0, 0};
        grid = build_case(GridFromMatpower(c, whole, found).run(), found);
    }
    for (const Issue& issue : found.list()) issues.add(issue);
    return found.has_errors() ? std::nullopt : std::move(grid);
}

}  // namespace evsweep
