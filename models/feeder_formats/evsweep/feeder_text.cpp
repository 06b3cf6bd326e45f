#include "feeder_formats/evsweep/feeder_text.hpp"

#include <algorithm>
#include <map>
#include <set>

#include "evsweep/connections.hpp"
#include "evsweep/values.hpp"
#include "feeder_formats/evsweep/device_text.hpp"
#include "feeder_formats/evsweep/injection_text.hpp"
#include "feeder_formats/evsweep/inverter_text.hpp"
#include "feeder_formats/evsweep/row_text.hpp"

namespace evsweep {
namespace {

using Rows = std::vector<std::string>;

/// A file of sections, in the order they are added.
class FileText {
   public:
    explicit FileText(TextStyle style) : style_(style) {}

    void value(const std::string& key, const std::string& text) {
        if (is_json())
            file_ += (file_.empty() ? "{\n  \"" : ",\n  \"") + key + "\": " + text;
        else
            file_ += key + (text.front() == '\n' ? ":" : ": ") + text + "\n";
    }
    void text(const std::string& key, const std::string& text) {
        if (!text.empty()) value(key, string_text(text, style_));
    }
    void section(const std::string& key, const Rows& rows) {
        if (rows.empty()) return;
        std::string list = is_json() ? "[" : "";
        for (std::size_t i = 0; i < rows.size(); ++i)
            list += is_json() ? (i > 0 ? ",\n    " : "\n    ") + rows[i] : "\n  - " + rows[i];
        value(key, list + (is_json() ? "\n  ]" : ""));
    }
    [[nodiscard]] std::string str() const { return is_json() ? (file_.empty() ? "{" : file_) + "\n}\n" : file_; }

   private:
    [[nodiscard]] bool is_json() const { return style_ == TextStyle::json; }
    TextStyle style_;
    std::string file_;
};

class FeederWriter {
   public:
    FeederWriter(const FeederDescription& feeder, TextStyle style) : feeder_(feeder), style_(style), file_(style) {
        for (const BusRow& row : feeder.buses) buses_.emplace(row.id, &row);
    }

    std::string run() {
        file_.text("name", feeder_.name);
        file_.text("note", feeder_.note);
        find_usual_phases();
        if (usual_) file_.text("phases", name_of(*usual_));
        sources();
        file_.section("buses", rows(feeder_.buses, &FeederWriter::bus));
        branches();
        file_.section("loads", rows(feeder_.loads, &FeederWriter::load));
        shunts();
        Rows list;
        for (const auto& row : feeder_.regulators) list.push_back(regulator_text(row, style_));
        file_.section("regulators", list);
        list.clear();
        for (const auto& row : feeder_.capacitor_controls) list.push_back(capacitor_control_text(row, style_));
        file_.section("capacitor_controls", list);
        list.clear();
        for (const auto& row : feeder_.injection_controls)
            if (std::holds_alternative<HoldVoltage>(row.law)) list.push_back(generator_control_text(row, style_));
        file_.section("generator_controls", list);
        list.clear();
        for (const auto& row : feeder_.injection_controls)
            if (!std::holds_alternative<HoldVoltage>(row.law)) list.push_back(inverter_control_text(row, style_));
        file_.section("inverter_controls", list);
        file_.section("profiles", rows(feeder_.profiles, &FeederWriter::profile));
        return file_.str();
    }

   private:
    template <class Row>
    Rows rows(const std::vector<Row>& list, std::string (FeederWriter::*text)(const Row&)) {
        Rows texts;
        for (const Row& row : list) texts.push_back((this->*text)(row));
        return texts;
    }

    /// What most buses have is said once, unless it is the format's own default.
    void find_usual_phases() {
        std::map<std::vector<Conductor>, std::size_t> count;
        for (const BusRow& row : feeder_.buses) ++count[row.conductors];
        const auto most =
            std::max_element(count.begin(), count.end(), [](const auto& x, const auto& y) { return x.second < y.second; });
        if (most != count.end() && most->first != balanced_) usual_ = most->first;
    }

    const std::vector<Conductor>* conductors_at(const std::string& bus) const {
        const auto found = buses_.find(bus);
        return found == buses_.end() ? nullptr : &found->second->conductors;
    }

    std::string bus(const BusRow& row) {
        RowText text(style_);
        text.text("id", row.id).quantity("nominal", row.nominal.value(), "V");
        if (row.conductors != usual_.value_or(balanced_)) text.text("phases", name_of(row.conductors));
        if (!row.bus_class.empty()) text.text("class", row.bus_class);
        if (row.x) text.number("x", *row.x);
        if (row.y) text.number("y", *row.y);
        return text.str();
    }

    void sources() {
        const Rows list = rows(feeder_.sources, &FeederWriter::source);
        if (list.size() == 1)
            file_.value("source", list.front());
        else
            file_.section("source", list);
    }

    std::string source(const SourceRow& row) {
        RowText text(style_);
        text.text("bus", row.bus).quantity("voltage", row.voltage.value(), "pu");
        if (row.angle != Degrees()) text.quantity("angle", row.angle.value(), "deg");
        const auto list = [&](std::string_view key, const auto& values, std::string_view unit) {
            std::vector<std::string> texts;
            for (const auto value : values) texts.push_back(number_text(value.value()) + " " + std::string(unit));
            if (!texts.empty()) text.texts(key, texts);
        };
        list("voltages", row.voltages, "pu");
        list("angles", row.angles, "deg");
        if (!row.is_earthed) text.flag("earthed", false);
        if (!row.series_ohm.empty())
            text.quantity("r", matrix_text(row.series_ohm, ComplexPart::real), "ohm")
                .quantity("x", matrix_text(row.series_ohm, ComplexPart::imaginary), "ohm");
        return text.str();
    }

    // Branches

    /// Lines, switches and transformers have sections of their own, and where they are mixed, one for all: the order counts.
    void branches() {
        const auto& list = feeder_.branches;
        const auto rank = [](const BranchRow& row) {
            return row.kind == BranchKind::line ? 0 : row.kind == BranchKind::switch_ ? 1 : 2;
        };
        const bool sorted =
            std::is_sorted(list.begin(), list.end(), [&](const auto& x, const auto& y) { return rank(x) < rank(y); });
        const bool is_plain = sorted && std::all_of(list.begin(), list.end(), [](const BranchRow& row) {
                                  return row.kind != BranchKind::transformer ||
                                         (row.series_ohm.size() == 1 && row.conductors == balanced_ && row.to_conductors.empty());
                              });
        Rows section[3];
        for (const BranchRow& row : list) section[is_plain ? rank(row) : 0].push_back(branch(row, is_plain));
        file_.section("lines", section[0]);
        file_.section("switches", section[1]);
        for (const TransformerRow& row : feeder_.transformers) section[2].push_back(transformer_text(row, buses_, style_));
        file_.section("transformers", section[2]);
    }

    std::string branch(const BranchRow& row, bool has_own_section) {
        RowText text(style_);
        if (row.id != row.from + "-" + row.to) text.text("id", row.id);
        text.text("from", row.from).text("to", row.to);
        if (!has_own_section && row.kind != BranchKind::line)
            text.raw("kind", string_text(row.kind == BranchKind::switch_ ? "switch" : "transformer", style_));
        const bool is_balanced_transformer = has_own_section && row.kind == BranchKind::transformer;
        if (!is_balanced_transformer) add_phases(row, text);
        if (row.length) text.quantity("length", row.length->value(), "km");
        add_values(row, text);
        if (row.rating) text.quantity("rating", row.rating->value(), "A");
        if (row.rated_power) text.quantity("power", row.rated_power->value(), "kVA");
        if (row.tap != 1.0) text.number("tap", row.tap);
        if (row.shift != Degrees()) text.quantity("shift", row.shift.value(), "deg");
        if (!row.closed) text.flag("open", true);
        return text.str();
    }

    void add_phases(const BranchRow& row, RowText& text) const {
        const auto* from = conductors_at(row.from);
        const auto* to = conductors_at(row.to);
        std::vector<Conductor> common;
        if (from && to)
            for (const Conductor c : *from)
                if (has_conductor(*to, c)) common.push_back(c);
        if (row.conductors != common) text.text("phases", name_of(row.conductors));
        if (!row.to_conductors.empty()) text.text("to_phases", name_of(row.to_conductors));
    }

    static void add_values(const BranchRow& row, RowText& text) {
        const auto is_zero = [](std::complex<double> z) { return z == 0.0; };
        const bool is_ideal =
            row.kind == BranchKind::switch_ && std::all_of(row.series_ohm.begin(), row.series_ohm.end(), is_zero);
        if (!is_ideal)
            text.quantity("r", matrix_text(row.series_ohm, ComplexPart::real), "ohm")
                .quantity("x", matrix_text(row.series_ohm, ComplexPart::imaginary), "ohm");
        if (row.shunt_s.empty()) return;
        text.quantity("b", matrix_text(row.shunt_s, ComplexPart::imaginary), "S");
        if (std::any_of(row.shunt_s.begin(), row.shunt_s.end(), [](std::complex<double> y) { return y.real() != 0.0; }))
            text.quantity("g", matrix_text(row.shunt_s, ComplexPart::real), "S");
    }

    // Loads and shunts

    void add_name(const std::string& id, const std::string& bus, std::set<std::string>& taken, RowText& text) {
        if (id != bus || taken.count(id) > 0) text.text("id", id);
        taken.insert(id);
        text.text("bus", bus);
    }

    std::string load(const LoadRow& row) {
        RowText text(style_);
        add_name(row.id, row.bus, loads_, text);
        text.quantity("p", row.p.value(), "kW");
        if (row.q != Kilovars()) text.quantity("q", row.q.value(), "kvar");
        add_terminals(row.terminals, conductors_at(row.bus), text);
        if (row.rated != Volts()) text.quantity("rated", row.rated.value(), "V");
        const VoltageResponse& response = row.response;
        add_law(response.active, "", text);
        if (response.reactive != response.active) add_law(response.reactive, "_q", text);
        if (const auto& v = response.linear) text.raw("linear_outside", outside(*v));
        if (response.cut_off != 0.0) text.quantity("cut_off", response.cut_off, "pu");
        if (response.holds_current_below != 0.0) text.quantity("holds_current_below", response.holds_current_below, "pu");
        if (!row.profile.empty()) text.text("profile", row.profile);
        return text.str();
    }

    std::string outside(const LinearOutside& v) const {
        RowText text(style_);
        text.quantity("min", v.min, "pu").quantity("max", v.max, "pu").quantity("low", v.low, "pu");
        if (v.at_rated_power) text.flag("at_rated_power", true);
        if (v.q_at_rated_voltage) text.flag("q_at_rated_voltage", true);
        return text.str();
    }

    static void add_law(const PowerLaw& law, const std::string& suffix, RowText& text) {
        const bool is_exponential = law.e != 0.0 || law.exponent != 0.0;
        if (is_exponential) text.number("exponent" + suffix, law.exponent);
        if (is_exponential && law == PowerLaw{0.0, 0.0, 0.0, 1.0, law.exponent}) return;
        if (suffix.empty() && law == PowerLaw{}) return;
        std::vector<double> shares{law.z, law.i, law.p};
        if (is_exponential) shares.push_back(law.e);
        text.numbers("zip" + suffix, shares);
    }

    void shunts() {
        const bool are_capacitors = std::all_of(feeder_.shunts.begin(), feeder_.shunts.end(),
                                                [](const ShuntRow& row) { return row.p == Kilowatts() && row.q < Kilovars(); });
        Rows list;
        for (const ShuntRow& row : feeder_.shunts) {
            RowText text(style_);
            add_name(row.id, row.bus, shunts_, text);
            if (row.p != Kilowatts()) text.quantity("p", row.p.value(), "kW");
            text.quantity("q", are_capacitors ? -row.q.value() : row.q.value(), "kvar");
            add_terminals(row.terminals, conductors_at(row.bus), text);
            if (row.rated != Volts()) text.quantity("rated", row.rated.value(), "V");
            if (row.steps != 1) text.raw("steps", std::to_string(row.steps));
            if (row.steps_on != row.steps) text.raw("steps_on", std::to_string(row.steps_on));
            list.push_back(text.str());
        }
        file_.section(are_capacitors ? "capacitors" : "shunts", list);
    }

    std::string profile(const ProfileRow& row) {
        RowText text(style_);
        text.text("id", row.id).duration("every", row.every).numbers("values", row.values);
        if (!row.q_values.empty()) text.numbers("q_values", row.q_values);
        if (row.linear) text.flag("linear", true);
        return text.str();
    }

    static inline const std::vector<Conductor> balanced_{Conductor::balanced};
    const FeederDescription& feeder_;
    TextStyle style_;
    FileText file_;
    BusesByName buses_;
    std::optional<std::vector<Conductor>> usual_;
    std::set<std::string> loads_, shunts_;
};

}  // namespace

std::string feeder_text(const FeederDescription& feeder, TextStyle style) { return FeederWriter(feeder, style).run(); }

}  // namespace evsweep
