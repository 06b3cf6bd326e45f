/// The project's own feeder file: YAML with units, one readable row per bus, line, transformer, load and shunt.
#include <algorithm>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "evsweep/document.hpp"
#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {
namespace {

// Each row type is what one line of the file may say; ids that may be left out are named after the row's ends.

struct BusLine {
    std::string id, bus_class;
    Volts nominal;
    std::optional<double> x, y;
    static const Schema<BusLine>& schema() {
        static const auto schema =
            Schema<BusLine>("A bus.")
                .required("id", &BusLine::id, "name of the bus, a word or a number")
                .required("nominal", &BusLine::nominal, "nominal line-to-line voltage, e.g. 12.66 kV", above(0))
                .optional("class", &BusLine::bus_class, "class of its loads, e.g. residential")
                .optional("x", &BusLine::x, "drawing coordinate")
                .optional("y", &BusLine::y, "drawing coordinate");
        return schema;
    }
};

struct BranchLine {
    std::string id, from, to;
    Ohms r, x;
    Siemens b, g;
    std::optional<Amperes> rating;
    bool open = false;
    static const Schema<BranchLine>& schema() {
        static const auto schema = Schema<BranchLine>("A line, or a switch with the impedance of one.")
                                       .optional("id", &BranchLine::id, "name of the line; FROM-TO where absent")
                                       .required("from", &BranchLine::from, "bus at one end")
                                       .required("to", &BranchLine::to, "bus at the other end")
                                       .required("r", &BranchLine::r, "series resistance, e.g. 0.0922 ohm", at_least(0))
                                       .required("x", &BranchLine::x, "series reactance, e.g. 0.047 ohm")
                                       .optional("b", &BranchLine::b, "total shunt susceptance, half of it at each end")
                                       .optional("g", &BranchLine::g, "total shunt conductance, half of it at each end")
                                       .optional("rating", &BranchLine::rating, "ampacity per phase; none: unlimited", above(0))
                                       .optional("open", &BranchLine::open, "an open line carries nothing");
        return schema;
    }
};

struct TransformerLine {
    std::string id, from, to;
    KilovoltAmperes power;
    Fraction r, x;
    double tap = 1.0;
    Degrees shift;
    bool open = false;
    static const Schema<TransformerLine>& schema() {
        static const auto schema =
            Schema<TransformerLine>("A transformer with a fixed tap.")
                .optional("id", &TransformerLine::id, "name of the transformer; FROM-TO where absent")
                .required("from", &TransformerLine::from, "bus at the side with the tap")
                .required("to", &TransformerLine::to, "bus at the other side")
                .required("power", &TransformerLine::power, "rated power, e.g. 25 MVA; also its limit", above(0))
                .required("r", &TransformerLine::r, "series resistance on its rating and the `to` side's voltage", at_least(0))
                .required("x", &TransformerLine::x, "series reactance on its rating and the `to` side's voltage")
                .optional("tap", &TransformerLine::tap, "off-nominal ratio: no-load voltage of `to` = voltage of `from` / tap",
                          above(0))
                .optional("shift", &TransformerLine::shift, "angle by which `to` lags `from`")
                .optional("open", &TransformerLine::open, "an open transformer carries nothing");
        return schema;
    }
};

struct LoadLine {
    std::string id, bus, profile;
    Kilowatts p;
    Kilovars q;
    std::vector<double> zip{0.0, 0.0, 1.0};
    static const Schema<LoadLine>& schema() {
        static const auto schema =
            Schema<LoadLine>("A load, three-phase total at nominal voltage.")
                .optional("id", &LoadLine::id, "name of the load; that of its bus where absent")
                .required("bus", &LoadLine::bus, "bus that it is connected to")
                .required("p", &LoadLine::p, "active power drawn")
                .optional("q", &LoadLine::q, "reactive power drawn")
                .optional("zip", &LoadLine::zip, "shares of constant impedance, current and power; they sum to 1")
                .optional("profile", &LoadLine::profile, "profile of this load instead of its class's")
                .relation([](const LoadLine& load) -> std::optional<Contradiction> {
                    if (load.zip.size() == 3) return std::nullopt;
                    return Contradiction{"zip", std::to_string(load.zip.size()) + " shares",
                                         "give three: constant impedance, current and power, e.g. [0, 0, 1]"};
                });
        return schema;
    }
};

struct ShuntLine {
    std::string id, bus;
    Kilowatts p;
    Kilovars q;
    static const Schema<ShuntLine>& schema() {
        static const auto schema = Schema<ShuntLine>("A shunt, as the power it draws at nominal voltage.")
                                       .optional("id", &ShuntLine::id, "name of the shunt; that of its bus where absent")
                                       .required("bus", &ShuntLine::bus, "bus that it is connected to")
                                       .optional("p", &ShuntLine::p, "active power drawn")
                                       .optional("q", &ShuntLine::q, "reactive power drawn; a capacitor's is negative");
        return schema;
    }
};

struct SourceLine {
    std::string bus;
    PerUnit voltage{1.0};
    Degrees angle;
    static const Schema<SourceLine>& schema() {
        static const auto schema = Schema<SourceLine>("The bus that is held at a fixed voltage.")
                                       .required("bus", &SourceLine::bus, "bus that feeds the feeder")
                                       .optional("voltage", &SourceLine::voltage, "its voltage", above(0))
                                       .optional("angle", &SourceLine::angle, "angle of its voltage");
        return schema;
    }
};

/// Reads one file into a description.
class FeederReader {
   public:
    FeederReader(const Node& root, Reader& reader) : root_(root), reader_(reader) { feeder_.at = root.at; }

    FeederDescription run() {
        check_keys();
        feeder_.name = text("name");
        feeder_.note = text("note");
        each<BusLine>("buses", [this](const BusLine& t, const Position& at) { bus(t, at); });
        each<BranchLine>("lines", [this](const BranchLine& t, const Position& at) { line(t, at); });
        each<BranchLine>("switches", [this](const BranchLine& t, const Position& at) { line(t, at, BranchKind::switch_); });
        each<TransformerLine>("transformers", [this](const TransformerLine& t, const Position& at) { transformer(t, at); });
        each<LoadLine>("loads", [this](const LoadLine& t, const Position& at) { load(t, at); });
        each<ShuntLine>("shunts", [this](const ShuntLine& t, const Position& at) { shunt(t, at); });
        sources();
        return std::move(feeder_);
    }

   private:
    void check_keys() {
        const std::vector<std::string> known{"name",         "note",  "buses",  "lines", "switches",
                                             "transformers", "loads", "shunts", "source"};
        for (const auto& [key, value] : root_.entries)
            if (std::find(known.begin(), known.end(), key.scalar) == known.end())
                reader_.issues.error(key.at, key.scalar, "unknown key", did_you_mean(key.scalar, known));
    }

    std::string text(const std::string& key) {
        const Node* node = root_.find(key);
        return node ? Value<std::string>::read(*node, key, reader_).value_or("") : "";
    }

    /// Calls `use` for every row of the list `key` that could be read.
    template <class Row>
    void each(const std::string& key, const std::function<void(const Row&, const Position&)>& use) {
        const Node* list = root_.find(key);
        if (!list || list->is_null()) return;
        if (!list->is_sequence()) return report_expected(*list, key, "a list of rows", reader_);
        for (std::size_t i = 0; i < list->items.size(); ++i) {
            const Node& item = list->items[i];
            if (const auto row = Row::schema().read(item, key + "[" + std::to_string(i) + "]", reader_)) use(*row, item.at);
        }
    }

    void bus(const BusLine& t, const Position& at) {
        feeder_.buses.push_back({t.id, t.nominal, t.bus_class, t.x, t.y, {Conductor::balanced}, at});
        nominal_.emplace(t.id, t.nominal);
    }

    void line(const BranchLine& t, const Position& at, BranchKind kind = BranchKind::line) {
        BranchRow row = branch(t.id, t.from, t.to, at);
        row.kind = kind;
        row.series_ohm = {{t.r.value(), t.x.value()}};
        row.shunt_s = {{t.g.value(), t.b.value()}};
        row.rating = t.rating;
        row.closed = !t.open;
        feeder_.branches.push_back(std::move(row));
    }

    void transformer(const TransformerLine& t, const Position& at) {
        BranchRow row = branch(t.id, t.from, t.to, at);
        row.kind = BranchKind::transformer;
        // An unknown bus is reported when the rows are put together; until then any voltage will do.
        const auto found = nominal_.find(t.to);
        const double volts = found == nominal_.end() ? 1.0 : found->second.value();
        const double base_ohm = volts * volts / (t.power.value() * 1000.0);
        row.series_ohm = {{t.r.value() * base_ohm, t.x.value() * base_ohm}};
        row.rated_power = t.power;
        row.tap = t.tap;
        row.shift = t.shift;
        row.closed = !t.open;
        feeder_.branches.push_back(std::move(row));
    }

    static BranchRow branch(const std::string& id, const std::string& from, const std::string& to, const Position& at) {
        BranchRow row;
        row.id = id.empty() ? from + "-" + to : id;
        row.from = from;
        row.to = to;
        row.at = at;
        return row;
    }

    /// The id as written, or a free one made from the bus.
    static std::string name_for(const std::string& id, const std::string& bus, std::set<std::string>& taken) {
        std::string name = id.empty() ? bus : id;
        for (int copy = 2; id.empty() && taken.count(name) > 0; ++copy) name = bus + "#" + std::to_string(copy);
        taken.insert(name);
        return name;
    }

    void load(const LoadLine& t, const Position& at) {
        const std::string id = name_for(t.id, t.bus, loads_);
        LoadRow row;
        row.id = id;
        row.bus = t.bus;
        row.p = t.p;
        row.q = t.q;
        row.response.active = row.response.reactive = {t.zip[0], t.zip[1], t.zip[2]};
        row.profile = t.profile;
        row.at = at;
        feeder_.loads.push_back(std::move(row));
    }

    void shunt(const ShuntLine& t, const Position& at) {
        ShuntRow row;
        row.id = name_for(t.id, t.bus, shunts_);
        row.bus = t.bus;
        row.p = t.p;
        row.q = t.q;
        row.at = at;
        feeder_.shunts.push_back(std::move(row));
    }

    /// One map, or a list of them so that a second source is refused by name and not as a matter of form.
    void sources() {
        const Node* node = root_.find("source");
        if (!node || node->is_null()) return;
        if (node->is_sequence())
            return each<SourceLine>("source", [this](const SourceLine& t, const Position& at) { add_source(t, at); });
        if (const auto row = SourceLine::schema().read(*node, "source", reader_)) add_source(*row, node->at);
    }
    void add_source(const SourceLine& t, const Position& at) { feeder_.sources.push_back({t.bus, t.voltage, t.angle, {}, at}); }

    const Node& root_;
    Reader& reader_;
    FeederDescription feeder_;
    std::map<std::string, Volts> nominal_;
    std::set<std::string> loads_, shunts_;
};

class EvsweepYaml final : public FeederFormat {
   public:
    struct Params {};
    static constexpr std::string_view name = "evsweep";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema("The project's own feeder file: YAML rows with units.");
        return schema;
    }
    EvsweepYaml(const Params&, const Context&) {}

    bool recognises(const SourceText& source) const override {
        const std::string ending = source.path.extension().string();
        if (ending != ".yaml" && ending != ".yml") return false;
        return source.text.rfind("buses:", 0) == 0 || source.text.find("\nbuses:") != std::string::npos;
    }

    std::optional<FeederDescription> read(const SourceText& source, Issues& issues) const override {
        Issues found;
        Reader reader{found};
        const Node root = parse_yaml(source.text, source.path, found);
        std::optional<FeederDescription> feeder;
        if (root.is_map())
            feeder = FeederReader(root, reader).run();
        else if (!found.has_errors())
            report_expected(root, "", "a map with buses, lines, loads and a source", reader);
        for (const Issue& issue : found.list()) issues.add(issue);
        return found.has_errors() ? std::nullopt : std::move(feeder);
    }
};

const bool registered = add_plugin<FeederFormat, EvsweepYaml>();

}  // namespace
}  // namespace evsweep
