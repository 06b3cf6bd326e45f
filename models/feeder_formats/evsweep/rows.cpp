// Buses, lines, loads and shunts, and the file as a whole. Transformers and relays: evsweep_yaml_devices.cpp.
#include "feeder_formats/evsweep/rows.hpp"

namespace evsweep {

namespace feeder_file {

namespace {

std::string size_text(const SquareMatrix& m) { return std::to_string(m.size) + " x " + std::to_string(m.size); }

/// A contradiction if two matrices of one line are not of the same size.
template <class First, class Second>
std::optional<Contradiction> unlike(const First& r, const Second& other, const std::string& name) {
    if (!r || !other || r->size == other->size) return std::nullopt;
    return Contradiction{name, "is " + size_text(*other) + " and r is " + size_text(*r), "give one value per pair of phases"};
}

template <class Row>
std::optional<Contradiction> unlike_sizes(const Row& row) {
    if (auto wrong = unlike(row.r, row.x, "x")) return wrong;
    if (auto wrong = unlike(row.r, row.b, "b")) return wrong;
    return unlike(row.r, row.g, "g");
}

/// What lines and switches have in common.
Schema<BranchLine> branch_fields(const std::string& summary) {
    return Schema<BranchLine>(summary)
        .optional("id", &BranchLine::id, "name of the line; FROM-TO where absent")
        .required("from", &BranchLine::from, "bus at one end")
        .required("to", &BranchLine::to, "bus at the other end")
        .optional("phases", &BranchLine::phases, "its phases, e.g. bc; absent: those that both buses have")
        .optional("to_phases", &BranchLine::to_phases, "the same wires at the `to` end, where they have other names there")
        .optional("code", &BranchLine::code, "its line code; then `length` scales the code's values")
        .optional("length", &BranchLine::length, "its length, e.g. 0.61 km or 2000 ft", at_least(0))
        .optional("r", &BranchLine::r, "series resistance, e.g. 0.0922 ohm or 0.3 | 0.1 0.3 ohm", at_least(0))
        .optional("x", &BranchLine::x, "series reactance, e.g. 0.047 ohm")
        .optional("b", &BranchLine::b, "total shunt susceptance, half of it at each end")
        .optional("g", &BranchLine::g, "total shunt conductance, half of it at each end")
        .optional("rating", &BranchLine::rating, "ampacity per phase; none: unlimited", above(0))
        .optional("open", &BranchLine::open, "an open line carries nothing")
        .relation([](const BranchLine& t) -> std::optional<Contradiction> {
            if (t.code.empty() || !(t.r || t.x || t.b || t.g)) return std::nullopt;
            return Contradiction{"code", "stands beside values of the line's own", "give a code, or r, x, b and g"};
        })
        .relation([](const BranchLine& t) -> std::optional<Contradiction> {
            if (t.code.empty() || t.length) return std::nullopt;
            return Contradiction{"length", "is missing", "the values of its line code are per km"};
        })
        .relation([](const BranchLine& t) { return unlike_sizes(t); });
}

std::optional<Contradiction> missing(bool is_given, const char* field, const char* help) {
    if (is_given) return std::nullopt;
    return Contradiction{field, "is missing", help};
}

template <class Row>
std::optional<Contradiction> two_ways_to_connect(const Row& row) {
    if (!row.terminals || !(row.phases || row.connection)) return std::nullopt;
    return Contradiction{"terminals", "stand beside phases or a connection", "give the one or the other"};
}

template <class Row>
Schema<Row>& add_place(Schema<Row>& schema) {
    return schema.optional("phases", &Row::phases, "its phases, e.g. b; absent: all of its bus")
        .optional("connection", &Row::connection,
                  "wye: each phase to n where the bus has it, else to earth; delta; wye if absent")
        .optional("terminals", &Row::terminals, "its pairs of ends one by one instead, e.g. [ab, bc]")
        .relation([](const Row& row) { return two_ways_to_connect(row); });
}

std::optional<Contradiction> wrong_shares(const std::optional<std::vector<double>>& zip, const std::optional<double>& exponent,
                                          const std::string& suffix) {
    const std::size_t n = zip ? zip->size() : exponent ? 4 : 3;
    if (n != 3 && n != 4)
        return Contradiction{"zip" + suffix, std::to_string(n) + " shares",
                             "give three: constant impedance, current and power, e.g. [0, 0, 1]"};
    if ((n == 4) == exponent.has_value()) return std::nullopt;
    if (n == 4)
        return Contradiction{"zip" + suffix, "has a fourth share without exponent" + suffix,
                             "give the exponent of its power law"};
    return Contradiction{"exponent" + suffix, "stands beside three shares",
                         "give a fourth share, or leave zip" + suffix + " out"};
}

}  // namespace

const Schema<BusLine>& BusLine::schema() {
    static const auto schema =
        Schema<BusLine>("A bus.")
            .required("id", &BusLine::id, "name of the bus, a word or a number")
            .required("nominal", &BusLine::nominal, "nominal line-to-line voltage, e.g. 12.66 kV", above(0))
            .optional("phases", &BusLine::phases, "abc, a, bcn, s1s2, ...; absent: as the file says for all, or else balanced")
            .optional("class", &BusLine::bus_class, "class of its loads, e.g. residential")
            .optional("x", &BusLine::x, "drawing coordinate")
            .optional("y", &BusLine::y, "drawing coordinate");
    return schema;
}

const Schema<LinecodeLine>& LinecodeLine::schema() {
    using L = LinecodeLine;
    static const auto schema = Schema<L>("A type of line: matrices per length, or sequence values that fit any number of phases.")
                                   .required("id", &L::id, "name of the line code")
                                   .optional("r", &L::r, "resistance, e.g. 0.29 | 0.1 0.28 ohm/km", at_least(0))
                                   .optional("x", &L::x, "reactance")
                                   .optional("b", &L::b, "shunt susceptance, e.g. 3.9 | -1.2 3.7 uS/km")
                                   .optional("g", &L::g, "shunt conductance")
                                   .optional("r1", &L::r1, "positive-sequence resistance instead of matrices", at_least(0))
                                   .optional("x1", &L::x1, "positive-sequence reactance")
                                   .optional("r0", &L::r0, "zero-sequence resistance", at_least(0))
                                   .optional("x0", &L::x0, "zero-sequence reactance")
                                   .optional("b1", &L::b1, "positive-sequence shunt susceptance")
                                   .optional("b0", &L::b0, "zero-sequence shunt susceptance; absent: b1")
                                   .optional("rating", &L::rating, "ampacity per phase of its lines", above(0))
                                   .relation([](const L& t) -> std::optional<Contradiction> {
                                       const bool is_matrix = t.r && t.x && !t.r1 && !t.x1 && !t.r0 && !t.x0 && !t.b1 && !t.b0;
                                       if (is_matrix || (t.is_sequence() && !t.r && !t.x && !t.b && !t.g)) return std::nullopt;
                                       return Contradiction{"id", "has neither r and x nor all sequence values",
                                                            "give r and x as matrices, or r1, x1, r0 and x0"};
                                   })
                                   .relation([](const L& t) { return unlike_sizes(t); });
    return schema;
}

const Schema<BranchLine>& BranchLine::schema() {
    static const auto schema =
        branch_fields("A line.")
            .optional("kind", &BranchLine::kind, "switches and balanced transformers may stand between the lines")
            .optional("power", &BranchLine::power, "rated power of a balanced transformer", above(0))
            .optional("tap", &BranchLine::tap, "of a balanced transformer", above(0))
            .optional("shift", &BranchLine::shift, "of a balanced transformer")
            .relation([](const BranchLine& t) {
                const bool is_needed = t.code.empty() && t.kind != BranchKind::switch_;
                return missing(!is_needed || t.r, "r", "series resistance, e.g. 0.0922 ohm");
            })
            .relation([](const BranchLine& t) {
                const bool is_needed = t.code.empty() && t.kind != BranchKind::switch_;
                return missing(!is_needed || t.x, "x", "series reactance, e.g. 0.047 ohm");
            })
            .relation([](const BranchLine& t) -> std::optional<Contradiction> {
                if (t.kind == BranchKind::transformer || (!t.power && t.tap == 1.0 && t.shift == Degrees(0.0)))
                    return std::nullopt;
                return Contradiction{"kind", "is no transformer, and has a power, a tap or a shift", "write `kind: transformer`"};
            });
    return schema;
}

const Schema<BranchLine>& SwitchLine::branch_schema() {
    static const auto schema = branch_fields("A switch; without r and x it is ideal.");
    return schema;
}

const Schema<LinearLine>& LinearLine::schema() {
    static const auto schema =
        Schema<LinearLine>("Voltages outside which a load is an impedance.")
            .optional("min", &LinearLine::min, "below, the current falls in proportion from here to `low`", at_least(0))
            .optional("max", &LinearLine::max, "above, it is the impedance it has at this voltage", at_least(0))
            .optional("low", &LinearLine::low, "below, it is its impedance at rated voltage; counts before `min`", at_least(0))
            .optional("at_rated_power", &LinearLine::at_rated_power, "its impedance at the limits draws its rated power there")
            .optional("q_at_rated_voltage", &LinearLine::q_at_rated_voltage,
                      "outside, reactive power is that of its impedance at rated voltage instead");
    return schema;
}

const Schema<LoadLine>& LoadLine::schema() {
    static const auto schema = [] {
        auto s = Schema<LoadLine>("A load, total of its phases at rated voltage.");
        s.optional("id", &LoadLine::id, "name of the load; that of its bus where absent")
            .required("bus", &LoadLine::bus, "bus that it is connected to")
            .required("p", &LoadLine::p, "active power drawn, in equal parts by its phases")
            .optional("q", &LoadLine::q, "reactive power drawn");
        add_place(s)
            .optional("zip", &LoadLine::zip,
                      "shares of constant impedance, current and power (and of a power law); they sum to 1")
            .optional("exponent", &LoadLine::exponent, "power law of the voltage; for the whole load where `zip` is absent")
            .optional("zip_q", &LoadLine::zip_q, "the same for reactive power, where it differs")
            .optional("exponent_q", &LoadLine::exponent_q, "the same for reactive power, where it differs")
            .optional("linear_outside", &LoadLine::linear_outside, "voltages outside which it is an impedance; none: never")
            .optional("cut_off", &LoadLine::cut_off, "below this voltage it is off", at_least(0))
            .optional("holds_current_below", &LoadLine::holds_current_below,
                      "below this voltage its current stays what it is there; without linear_outside", at_least(0))
            .optional("rated", &LoadLine::rated, "voltage across one pair of ends; absent: the bus's nominal voltage there",
                      at_least(0))
            .optional("profile", &LoadLine::profile, "profile of this load instead of its class's")
            .relation([](const LoadLine& load) { return wrong_shares(load.zip, load.exponent, ""); })
            .relation([](const LoadLine& load) { return wrong_shares(load.zip_q, load.exponent_q, "_q"); });
        return s;
    }();
    return schema;
}

namespace {

Schema<ShuntLine> shunt_fields(const std::string& summary, const std::string& q) {
    auto s = Schema<ShuntLine>(summary);
    s.optional("id", &ShuntLine::id, "its name; that of its bus where absent")
        .required("bus", &ShuntLine::bus, "bus that it is connected to")
        .optional("p", &ShuntLine::p, "active power drawn")
        .optional("q", &ShuntLine::q, q);
    add_place(s)
        .optional("rated", &ShuntLine::rated, "voltage across one pair of ends; absent: the bus's nominal voltage there",
                  at_least(0))
        .optional("steps", &ShuntLine::steps, "number of equal steps", at_least(1))
        .optional("steps_on", &ShuntLine::steps_on, "steps that are on; absent: all");
    return s;
}

}  // namespace

const Schema<ShuntLine>& ShuntLine::schema() {
    static const auto schema = shunt_fields("A shunt, as the power all its phases draw at rated voltage.",
                                            "reactive power drawn; a capacitor's is negative");
    return schema;
}

const Schema<ShuntLine>& CapacitorLine::shunt_schema() {
    static const auto schema =
        shunt_fields("A capacitor bank, as the power all its phases supply at rated voltage.", "reactive power supplied");
    return schema;
}

const Schema<ProfileLine>& ProfileLine::schema() {
    using P = ProfileLine;
    static const auto schema =
        Schema<P>("A repeating series that loads refer to by name.")
            .required("id", &P::id, "name of the profile")
            .optional("every", &P::every, "time from one value to the next")
            .required("values", &P::values, "factors of the loads' power")
            .optional("q_values", &P::q_values, "factors of their reactive power; left out: those of `values`")
            .optional("linear", &P::linear, "whether they change linearly from one value to the next, rather than in steps");
    return schema;
}

const Schema<SourceLine>& SourceLine::schema() {
    using S = SourceLine;
    static const auto schema =
        Schema<S>("The bus that is held at a fixed voltage.")
            .required("bus", &S::bus, "bus that feeds the feeder")
            .optional("voltage", &S::voltage, "its voltage", above(0))
            .optional("angle", &S::angle, "angle of its voltage, of phase a")
            .optional("voltages", &S::voltages,
                      "where they differ: one for each of its phases, the first of them being `voltage`")
            .optional("angles", &S::angles, "with `voltages`: the angle of each")
            .optional("earthed", &S::earthed,
                      "false: the system is isolated, so that what nothing else earths is judged between phases, not to earth")
            .optional("r", &S::r, "resistance behind which the voltage is fixed, over its phases")
            .optional("x", &S::x, "reactance likewise")
            .optional("r1", &S::r1, "positive-sequence resistance instead of matrices")
            .optional("x1", &S::x1, "positive-sequence reactance")
            .optional("r0", &S::r0, "zero-sequence resistance")
            .optional("x0", &S::x0, "zero-sequence reactance")
            .relation([](const S& t) -> std::optional<Contradiction> {
                const bool some = t.r1 || t.x1 || t.r0 || t.x0;
                const bool matrices = t.r || t.x;
                if (!some && t.r.has_value() == t.x.has_value()) return std::nullopt;
                if (t.is_sequence() && !matrices) return std::nullopt;
                return Contradiction{"bus", "its impedance is incomplete", "give r and x, or r1, x1, r0 and x0"};
            })
            .relation([](const S& t) { return unlike(t.r, t.x, "x"); });
    return schema;
}

const Schema<FeederFile>& FeederFile::schema() {
    using F = FeederFile;
    static const auto schema =
        Schema<F>("The project's own feeder file: YAML (or JSON) rows with units. These are its sections.")
            .optional("name", &F::name, "name of the feeder")
            .optional("note", &F::note, "where the numbers come from")
            .optional("phases", &F::phases, "phases of every bus that does not say otherwise; absent: balanced")
            .optional("buses", &F::buses, "where lines end and loads are connected")
            .optional("linecodes", &F::linecodes, "types of lines")
            .optional("lines", &F::lines, "between two buses of the same nominal voltage")
            .optional("switches", &F::switches, "like lines, but may be ideal")
            .optional("transformers", &F::transformers, "with two ends where the feeder is balanced, else with windings")
            .optional("loads", &F::loads, "what customers draw")
            .optional("shunts", &F::shunts, "powers that follow the voltage squared")
            .optional("capacitors", &F::capacitors, "shunts that supply reactive power")
            .optional("regulators", &F::regulators, "relays that move the taps of a transformer")
            .optional("capacitor_controls", &F::capacitor_controls, "relays that switch capacitors")
            .optional("generator_controls", &F::generator_controls, "generators that hold a voltage")
            .optional("inverter_controls", &F::inverter_controls, "inverters whose power follows curves of their voltage")
            .optional("profiles", &F::profiles, "repeating series of loads")
            .optional("source", &F::source, "the bus that is held at a fixed voltage; needed");
    return schema;
}

}  // namespace feeder_file

std::optional<feeder_file::SwitchLine> Value<feeder_file::SwitchLine>::read(const Node& node, std::string_view path,
                                                                            Reader& reader) {
    auto branch = feeder_file::SwitchLine::branch_schema().read(node, path, reader);
    if (!branch) return std::nullopt;
    branch->kind = BranchKind::switch_;
    return feeder_file::SwitchLine{std::move(*branch)};
}

std::optional<feeder_file::CapacitorLine> Value<feeder_file::CapacitorLine>::read(const Node& node, std::string_view path,
                                                                                  Reader& reader) {
    auto shunt = feeder_file::CapacitorLine::shunt_schema().read(node, path, reader);
    if (!shunt) return std::nullopt;
    shunt->q = -shunt->q;
    return feeder_file::CapacitorLine{std::move(*shunt)};
}

}  // namespace evsweep
