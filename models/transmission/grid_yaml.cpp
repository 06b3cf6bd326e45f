#include "transmission/grid_yaml.hpp"

#include <cmath>
#include <numbers>
#include <utility>

#include "evsweep/schema.hpp"

namespace evsweep {

namespace {

/// Limits [low, high] of one quantity; the order is checked with the row.
template <class Q>
struct LimitsText {
    Q low{}, high{};
};

struct GridBusText {
    std::string id{};
    Kilowatts demand{};
    Kilovars reactive_demand{};
    Kilowatts shunt_conductance{};
    Kilovars shunt_susceptance{};
    LimitsText<PerUnit> voltage{};
    static const Schema<GridBusText>& schema();
};

struct GridBranchText {
    std::string id{};
    std::string from{}, to{};
    PerUnit r{}, x{};
    PerUnit charging{}, charging_at_each_end{};
    double ratio = 1.0;
    Degrees shift{};
    std::optional<KilovoltAmperes> rating{};
    static const Schema<GridBranchText>& schema();
};

struct GridCostText {
    double square = 0.0;
    Price linear{};
    double fixed = 0.0;
    static const Schema<GridCostText>& schema();
};

struct GridGeneratorText {
    std::string id{};
    std::string bus{};
    LimitsText<Kilowatts> p{};
    LimitsText<Kilovars> q{};
    GridCostText cost{};
    static const Schema<GridGeneratorText>& schema();
};

/// The rows of a section, as far as they can be read; the others are reported.
template <class Row>
struct GridSection {
    std::vector<std::pair<Row, GridRowPlace>> rows{};
    std::vector<std::string> unread{};  ///< ids of the others, as far as they have any
    bool is_complete = true;
};

struct GridText {
    std::string name{}, note{};
    KilovoltAmperes base{100'000.0};
    std::string reference{};
    GridSection<GridBusText> buses{};
    GridSection<GridBranchText> branches{};
    GridSection<GridGeneratorText> generators{};
    static const Schema<GridText>& schema();
};

}  // namespace

template <class Q>
struct Value<LimitsText<Q>> {
    static std::optional<LimitsText<Q>> read(const Node& node, std::string_view path, Reader& reader) {
        const auto pair = Value<std::vector<Q>>::read(node, path, reader);
        if (!pair) return std::nullopt;
        if (pair->size() == 2) return LimitsText<Q>{(*pair)[0], (*pair)[1]};
        reader.issues.error(node.at, std::string(path), "is not a lower and an upper limit",
                            "write e.g. [0 " + std::string(Q::unit()) + ", 1 " + std::string(Q::unit()) + "]");
        return std::nullopt;
    }
    static std::string type() { return "[lower, upper] of quantity"; }
    static std::string unit() { return std::string(Q::unit()); }
    static std::string text(const LimitsText<Q>& limits) {
        return "[" + Value<Q>::text(limits.low) + ", " + Value<Q>::text(limits.high) + "]";
    }
    static std::optional<double> out_of(const Range&, const LimitsText<Q>&) { return std::nullopt; }
};

template <class Row>
struct Value<GridSection<Row>> {
    static std::optional<GridSection<Row>> read(const Node& node, std::string_view path, Reader& reader) {
        GridSection<Row> section;
        if (!node.is_sequence()) return report_expected(node, path, "a list of rows", reader), std::nullopt;
        for (std::size_t i = 0; i < node.items.size(); ++i) {
            std::string place = std::string(path) + "[" + std::to_string(i) + "]";
            if (auto row = Value<Row>::read(node.items[i], place, reader)) {
                section.rows.push_back({std::move(*row), {node.items[i].at, std::move(place)}});
                continue;
            }
            section.is_complete = false;
            if (const Node* id = node.items[i].find("id")) section.unread.push_back(id->scalar);
        }
        return section;
    }
    static std::string type() { return "list of section"; }
    static std::string unit() { return {}; }
    static std::string text(const GridSection<Row>&) { return "[]"; }
    static std::optional<double> out_of(const Range&, const GridSection<Row>&) { return std::nullopt; }
};

namespace {

const Schema<GridBusText>& GridBusText::schema() {
    using T = GridBusText;
    static const Schema<T> schema =
        Schema<T>("a bus")
            .required("id", &T::id, "name of the bus")
            .optional("demand", &T::demand, "active power drawn")
            .optional("reactive_demand", &T::reactive_demand, "reactive power drawn")
            .optional("shunt_conductance", &T::shunt_conductance, "power that a shunt draws at 1 pu")
            .optional("shunt_susceptance", &T::shunt_susceptance, "reactive power that a shunt gives at 1 pu")
            .required("voltage", &T::voltage, "lowest and highest voltage");
    return schema;
}

const Schema<GridBranchText>& GridBranchText::schema() {
    using T = GridBranchText;
    static const Schema<T> schema =
        Schema<T>("a line or a transformer")
            .optional("id", &T::id, "name of the branch; FROM-TO where absent")
            .required("from", &T::from, "bus at one end; the end of the ratio and the shift")
            .required("to", &T::to, "bus at the other end")
            .required("r", &T::r, "series resistance")
            .required("x", &T::x, "series reactance")
            .optional("charging", &T::charging, "susceptance of the line, half of it at each end")
            .optional("charging_at_each_end", &T::charging_at_each_end, "the same, given for one end")
            .optional("ratio", &T::ratio, "off-nominal turns ratio of a transformer")
            .optional("shift", &T::shift, "by which the from end leads")
            .optional("rating", &T::rating, "largest apparent power at either end; none: unlimited")
            .relation([](const T& t) -> std::optional<Contradiction> {
                if (t.charging == PerUnit{} || t.charging_at_each_end == PerUnit{}) return std::nullopt;
                return Contradiction{"charging", "stands beside charging_at_each_end", "give the one or the other"};
            });
    return schema;
}

const Schema<GridCostText>& GridCostText::schema() {
    using T = GridCostText;
    static const Schema<T> schema = Schema<T>("cost of a generator: square P^2 + linear P + fixed")
                                        .optional("square", &T::square, "in currency per MW^2 h")
                                        .optional("linear", &T::linear, "e.g. 2.45 $/MWh")
                                        .optional("fixed", &T::fixed, "in currency per h");
    return schema;
}

const Schema<GridGeneratorText>& GridGeneratorText::schema() {
    using T = GridGeneratorText;
    static const Schema<T> schema = Schema<T>("a generator")
                                        .optional("id", &T::id, "name of the generator; that of its bus where absent")
                                        .required("bus", &T::bus, "where it stands")
                                        .required("p", &T::p, "least and largest active power")
                                        .required("q", &T::q, "least and largest reactive power")
                                        .optional("cost", &T::cost, "what it costs");
    return schema;
}

const Schema<GridText>& GridText::schema() {
    using T = GridText;
    static const Schema<T> schema = Schema<T>("a transmission grid")
                                        .optional("name", &T::name, "of the grid")
                                        .optional("note", &T::note, "where the data are from")
                                        .optional("base", &T::base, "power that is 1 pu; 100 MVA where absent", above(0.0))
                                        .required("reference", &T::reference, "bus whose angle is 0")
                                        .required("buses", &T::buses, "where demand is")
                                        .required("branches", &T::branches, "lines and transformers")
                                        .required("generators", &T::generators, "who supplies");
    return schema;
}

double grid_mega(double kilo) { return kilo / 1000.0; }

GridBusRow grid_row_of(const GridBusText& t, const std::string& reference) {
    GridBusRow row;
    row.name = t.id;
    row.p_mw = grid_mega(t.demand.value()), row.q_mvar = grid_mega(t.reactive_demand.value());
    row.shunt_mw = grid_mega(t.shunt_conductance.value()), row.shunt_mvar = grid_mega(t.shunt_susceptance.value());
    row.v_min = t.voltage.low.value(), row.v_max = t.voltage.high.value();
    row.is_reference = t.id == reference;
    return row;
}

GridBranchRow grid_row_of(const GridBranchText& t) {
    GridBranchRow row;
    row.name = t.id;
    row.from_bus = t.from, row.to_bus = t.to;
    row.r = t.r.value(), row.x = t.x.value();
    row.charging_from = row.charging_to = t.charging_at_each_end.value() + 0.5 * t.charging.value();
    row.ratio = t.ratio;
    row.shift_rad = t.shift.value() * std::numbers::pi / 180.0;
    if (t.rating) row.limit_mva = grid_mega(t.rating->value());
    return row;
}

GridGeneratorRow grid_row_of(const GridGeneratorText& t) {
    GridGeneratorRow row;
    row.name = t.id;
    row.at_bus = t.bus;
    row.p_min_mw = grid_mega(t.p.low.value()), row.p_max_mw = grid_mega(t.p.high.value());
    row.q_min_mvar = grid_mega(t.q.low.value()), row.q_max_mvar = grid_mega(t.q.high.value());
    row.square = t.cost.square, row.linear = 1000.0 * t.cost.linear.value(), row.constant = t.cost.fixed;
    return row;
}

template <class Row>
Row grid_row_at(Row row, const GridRowPlace& place) {
    row.place = place;
    return row;
}

}  // namespace

std::optional<GridCase> read_grid_map(const Node& root, const std::string& path, Issues& issues) {
    Issues found;
    Reader reader{found};
    std::optional<GridCase> grid;
    if (!root.is_map()) {
        report_expected(root, path, "a map with buses, branches and generators", reader);
    } else if (root.find("source") && !root.find("generators")) {
        found.error(root.at, path, "is a feeder, and no transmission grid",
                    "a grid has `reference`, `buses`, `branches` and `generators`; a scenario names a feeder as "
                    "`feeder: {file: ...}`");
    } else if (const auto t = GridText::schema().read(root, path, reader)) {
        GridCaseRows rows{t->name, grid_mega(t->base.value()), root.at, {}, {}, {}, true, t->buses.unread};
        const Node* const reference = root.find("reference");
        rows.reference = {t->reference, {reference->at, path.empty() ? "reference" : path + ".reference"}};
        rows.is_complete = t->buses.is_complete && t->branches.is_complete && t->generators.is_complete;
        for (const auto& [bus, place] : t->buses.rows) rows.buses.push_back(grid_row_at(grid_row_of(bus, t->reference), place));
        for (const auto& [branch, place] : t->branches.rows) rows.branches.push_back(grid_row_at(grid_row_of(branch), place));
        for (const auto& [machine, place] : t->generators.rows)
            rows.generators.push_back(grid_row_at(grid_row_of(machine), place));
        grid = build_case(std::move(rows), found);
    }
    for (const Issue& issue : found.list()) issues.add(issue);
    return found.has_errors() ? std::nullopt : std::move(grid);
}

std::optional<GridCase> read_grid_yaml(const std::string& text, const std::filesystem::path& file, Issues& issues) {
    Issues found;
    const Node root = parse_yaml(text, file, found);
    for (const Issue& issue : found.list()) issues.add(issue);
    return found.has_errors() ? std::nullopt : read_grid_map(root, "", issues);
}

}  // namespace evsweep
