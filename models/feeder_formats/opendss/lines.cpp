// Lines and line codes: impedances by sequence or by matrix, per unit length.
#include <algorithm>
#include <numbers>

#include "feeder_formats/opendss/circuit.hpp"
#include "feeder_formats/opendss/matrices.hpp"

namespace evsweep::opendss {
namespace {

constexpr struct {
    std::string_view name;
    LengthUnit unit;
    double metres;
} units[] = {
    {"none", LengthUnit::none, 0.0},       {"mi", LengthUnit::mile, 1609.344},   {"kf", LengthUnit::kilofoot, 304.8},
    {"km", LengthUnit::kilometre, 1000.0}, {"m", LengthUnit::metre, 1.0},        {"ft", LengthUnit::foot, 0.3048},
    {"in", LengthUnit::inch, 0.0254},      {"cm", LengthUnit::centimetre, 0.01}, {"mm", LengthUnit::millimetre, 0.001},
    {"me", LengthUnit::metre, 1.0},        {"no", LengthUnit::none, 0.0},
};

/// After `nphases` has changed the matrices are those of the sequence values again, and the last conductor is the neutral.
void set_code_phases(LineCode& code, const Value& value, PropertyReader& reader) {
    const int before = code.phases;
    set_phases<&LineCode::phases>(code, value, reader);
    if (code.phases == before) return;
    code.fill_matrices();
    code.neutral = code.phases;
}

void set_code_neutral(LineCode& code, const Value& value, PropertyReader& reader) {
    code.neutral = reader.integer(value, 0, code.phases).value_or(code.neutral);
}

/// Takes the neutral out of the matrices that stand there, at once: it is on earth all along the line. OpenDSS passes over a
/// reduction of what has no matrices or no neutral (any more).
void reduce_code(LineCode& code, const Value& value, PropertyReader& reader) {
    if (!reader.boolean(value).value_or(false)) return;
    if (code.by_sequence)
        return reader.warning(value.at, reader.path(), "has no effect, for OpenDSS reduces no sequence values",
                              "put kron=yes after the matrices");
    if (code.neutral == 0) return reader.warning(value.at, reader.path(), "has no effect, for there is no neutral to reduce");
    const auto order = static_cast<std::size_t>(code.phases);
    const auto k = static_cast<std::size_t>(code.neutral) - 1;
    if (order < 2) return reader.refuse(value, "would leave no conductor", "reduce codes of two conductors and more");
    if (code.z[k * (order + 1)] == 0.0)
        return reader.refuse(value, "the neutral has no impedance", "give rmatrix and xmatrix before kron=yes");
    code.z = kron_reduced(code.z, order, k);
    code.c = without_row(code.c, order, k);  // the capacitances of a conductor without voltage
    --code.phases;
    code.neutral = 0;
}

enum class Part { r, x, c };

template <Part P, class T>
void put_matrix(T& data, const Value& value, PropertyReader& reader) {
    const auto matrix = reader.matrix(value, static_cast<std::size_t>(data.phases));
    if (!matrix) return;
    if (data.z.size() != matrix->size()) data.fill_matrices();
    for (std::size_t i = 0; i < matrix->size(); ++i) {
        const double number = (*matrix)[i];
        if constexpr (P == Part::r) data.z[i].real(number);
        if constexpr (P == Part::x) data.z[i].imag(number);
        if constexpr (P == Part::c) data.c[i] = number;
    }
    data.by_sequence = false;
}

template <auto Member>
void set_code_value(LineCode& code, const Value& value, PropertyReader& reader) {
    set_number<Member>(code, value, reader);
    code.by_sequence = true;
}
/// Susceptance in microsiemens, kept as capacitance.
template <auto Member, class T>
void set_susceptance(T& data, const Value& value, PropertyReader& reader) {
    if (const auto b = reader.number(value)) data.*Member = *b * 1e3 / (2.0 * std::numbers::pi * data.frequency);
}
template <auto Member>
void set_code_susceptance(LineCode& code, const Value& value, PropertyReader& reader) {
    set_susceptance<Member>(code, value, reader);
    code.by_sequence = true;
}
template <class T>
void set_ampacity(T& data, const Value& value, PropertyReader& reader) {
    const auto amperes = reader.number(value);
    if (!amperes) return;
    if (*amperes < 0.0) reader.warning(value.at, reader.path(), "is negative: it counts as no rating");
    data.ampacity = *amperes;
}

/// Impedances given at the line itself are per unit of its length, whatever that is.
void forget_code(Line& line) {
    line.has_code = false;
    line.geometry.clear();
    line.spacing.clear();
    line.convert = 1.0;
    line.unit = LengthUnit::none;
}

template <auto Member>
void set_line_value(Line& line, const Value& value, PropertyReader& reader) {
    set_number<Member>(line, value, reader);
    forget_code(line);
    line.by_sequence = line.stale = true;
}
template <auto Member>
void set_line_capacitance(Line& line, const Value& value, PropertyReader& reader) {
    set_line_value<Member>(line, value, reader);
    line.has_capacitance = true;
}
template <auto Member>
void set_line_susceptance(Line& line, const Value& value, PropertyReader& reader) {
    set_susceptance<Member>(line, value, reader);
    forget_code(line);
    line.by_sequence = line.stale = line.has_capacitance = true;
}
/// Sequence values that were set before (`switch=yes` does) win as long as nothing was solved with them.
template <Part P>
void set_line_matrix(Line& line, const Value& value, PropertyReader& reader) {
    if (line.stale)
        reader.note("matrices of lines", value.at,
                    "do not count where sequence values or switch=yes stand before them, as in OpenDSS",
                    "remove one of them from line." + line.name);
    put_matrix<P>(line, value, reader);
    forget_code(line);
    if (P == Part::c) line.has_capacitance = true;
}

void set_line_code(Line& line, const Value& value, PropertyReader& reader) {
    const auto& codes = reader.circuit().line_codes;
    const LineCode* code = codes.look_up(lower(value.text));
    if (!code) {
        std::vector<std::string> names;
        for (const LineCode& each : codes.objects()) names.push_back(each.name);
        constexpr std::size_t few = 20;
        const bool is_lost = names.empty() || (names.size() > few && nearest_name(lower(value.text), names).empty());
        const std::string hint =
            is_lost ? "define it with New LineCode before this line" : did_you_mean(lower(value.text), names);
        return reader.refuse(value, "unknown line code '" + lower(value.text) + "'", hint);
    }
    if (line.phases_given > 0 && line.phases != code->phases)
        reader.note("line.phases", value.at, "is replaced by the phases of the line code that follows");
    const LineData before = line;
    const LengthUnit unit = line.unit;
    static_cast<LineData&>(line) = *code;
    line.unit = unit;
    // Sequence values that this statement has set (`switch=yes` does) outlast a code of matrices.
    if (line.stale && !code->by_sequence) {
        line.r1 = before.r1, line.x1 = before.x1, line.r0 = before.r0, line.x0 = before.x0;
        line.c1 = before.c1, line.c0 = before.c0;
        line.by_sequence = true;
    } else {
        if (line.by_sequence) line.fill_matrices();
        line.stale = false;
    }
    line.code_unit = code->unit;
    line.convert = conversion(line.code_unit, unit);
    line.has_code = true;
    line.geometry.clear();
    line.spacing.clear();
}

void set_line_unit(Line& line, const Value& value, PropertyReader& reader) {
    const auto unit = to_unit(value, reader);
    if (!unit) return;
    line.convert = line.has_code ? conversion(line.code_unit, *unit) : line.convert * conversion(line.unit, *unit);
    line.unit = *unit;
}

void set_phases_of_line(Line& line, const Value& value, PropertyReader& reader) {
    const int before = line.phases;
    set_phases<&Line::phases>(line, value, reader);
    line.phases_given = line.phases;
    if (line.phases == before) return;
    if (line.by_sequence) {
        line.fill_matrices();
        line.stale = false;
    } else {
        reader.refuse(value, fmt::format("differs from the {} phases of its impedance matrix", before),
                      "give the phases before the matrices, or a line code of so many phases");
    }
}

/// A switch is a short line of an impedance that hardly counts.
void set_switch(Line& line, const Value& value, PropertyReader& reader) {
    set_boolean<&Line::is_switch>(line, value, reader);
    if (!line.is_switch) return;
    forget_code(line);
    line.r1 = line.x1 = line.r0 = line.x0 = 1.0;
    line.c1 = 1.1;
    line.c0 = 1.0;
    line.length = 0.001;
    line.by_sequence = line.stale = true;
}

void set_earth(Line& line, const Value& value, PropertyReader& reader) {
    line.earth = to_earth_model(value, reader).value_or(line.earth);
}

template <class T>
void set_unit(T& data, const Value& value, PropertyReader& reader) {
    if (const auto unit = to_unit(value, reader)) data.unit = *unit;
}

}  // namespace

double metres_of(LengthUnit unit) {
    return std::find_if(std::begin(units), std::end(units), [&](const auto& u) { return u.unit == unit; })->metres;
}

std::optional<LengthUnit> to_unit(const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text).substr(0, 2);
    for (const auto& u : units)
        if (u.name == word) return u.unit;
    reader.refuse(value, "is not a unit of length", "units: mi, kft, km, m, ft, in, cm, mm, none");
    return std::nullopt;
}

double conversion(LengthUnit from, LengthUnit to) {
    return from == LengthUnit::none || to == LengthUnit::none ? 1.0 : metres_of(from) / metres_of(to);
}

void LineCode::fill_matrices() { LineData::fill_matrices(false); }

void LineData::fill_matrices(bool by_first_sequence) {
    const std::complex<double> first(r1, x1);
    const std::complex<double> zero = by_first_sequence ? first : std::complex<double>(r0, x0);
    const double c_zero = by_first_sequence ? c1 : c0;
    const auto n = static_cast<std::size_t>(phases);
    z.assign(n * n, (zero - first) / 3.0);
    c.assign(n * n, (c_zero - c1) / 3.0);
    for (std::size_t i = 0; i < n; ++i) {
        z[i * (n + 1)] = (2.0 * first + zero) / 3.0;
        c[i * (n + 1)] = (2.0 * c1 + c_zero) / 3.0;
    }
}

/// Capacitance that was never given is that of a thousand feet.
void Line::calculate() {
    if (!stale && !z.empty()) return;
    if (stale && !has_capacitance) {
        const double factor = conversion(LengthUnit::kilofoot, unit);
        c1 /= factor;
        c0 /= factor;
        has_capacitance = true;
    }
    fill_matrices();
    stale = false;
}

void calculate_lines(Circuit& circuit) {
    for (Line& line : circuit.lines.objects()) line.calculate();
}

void finish_edit(LineCode& code, PropertyReader&) {
    if (code.by_sequence) code.fill_matrices();
}

void after_like(Line& line, const Line& before, PropertyReader& reader, const Value& value) {
    if (line.convert != 1.0)
        reader.refuse(value, "the other line's length is in other units than its code, which `like` would forget",
                      "give linecode, length and units");
    line.unit = before.unit;
    line.has_code = false;
    if (!line.stale || before.stale) return;
    reader.note(
        "like of lines", value.at,
        "takes the matrices that the other line had before its sequence values, as in OpenDSS, for nothing was solved with "
        "them yet",
        "give the impedances of line." + line.name);
    line.stale = false;
    if (!line.z.empty()) return;
    LineData new_line;
    new_line.fill_matrices();
    line.z = new_line.z;
    line.c = new_line.c;
}

Properties<LineCode> line_code_properties() {
    using T = LineCode;
    return with_common<T>({{"nphases", set_code_phases},
                           {"r1", set_code_value<&T::r1>},
                           {"x1", set_code_value<&T::x1>},
                           {"r0", set_code_value<&T::r0>},
                           {"x0", set_code_value<&T::x0>},
                           {"c1", set_code_value<&T::c1>},
                           {"c0", set_code_value<&T::c0>},
                           {"units", set_unit<T>},
                           {"rmatrix", put_matrix<Part::r, T>},
                           {"xmatrix", put_matrix<Part::x, T>},
                           {"cmatrix", put_matrix<Part::c, T>},
                           {"basefreq", set_number<&T::frequency>},
                           {"normamps", set_ampacity<T>},
                           no_effect<T>("emergamps"),
                           no_effect<T>("faultrate"),
                           no_effect<T>("pctperm"),
                           no_effect<T>("repair"),
                           {"kron", reduce_code},
                           {"rg", set_number<&T::rg>},
                           {"xg", set_number<&T::xg>},
                           {"rho", set_number<&T::rho>},
                           {"neutral", set_code_neutral},
                           {"b1", set_code_susceptance<&T::c1>},
                           {"b0", set_code_susceptance<&T::c0>},
                           no_effect<T>("seasons"),
                           no_effect<T>("ratings"),
                           no_effect<T>("linetype")},
                          {});
}

Properties<Line> line_properties() {
    using T = Line;
    return with_common<T>({{"bus1", set_bus<0, T>},
                           {"bus2", set_bus<1, T>},
                           {"linecode", set_line_code},
                           {"length", set_number<&T::length>},
                           {"phases", set_phases_of_line},
                           {"r1", set_line_value<&T::r1>},
                           {"x1", set_line_value<&T::x1>},
                           {"r0", set_line_value<&T::r0>},
                           {"x0", set_line_value<&T::x0>},
                           {"c1", set_line_capacitance<&T::c1>},
                           {"c0", set_line_capacitance<&T::c0>},
                           {"rmatrix", set_line_matrix<Part::r>},
                           {"xmatrix", set_line_matrix<Part::x>},
                           {"cmatrix", set_line_matrix<Part::c>},
                           {"switch", set_switch},
                           {"rg", set_number<&T::rg>},
                           {"xg", set_number<&T::xg>},
                           {"rho", set_number<&T::rho>},
                           {"geometry", set_line_geometry},
                           {"units", set_line_unit},
                           {"spacing", set_line_spacing},
                           {"wires", set_line_conductors<ConductorKind::wire>},
                           {"earthmodel", set_earth},
                           {"cncables", set_line_conductors<ConductorKind::concentric_neutral>},
                           {"tscables", set_line_conductors<ConductorKind::tape_shield>},
                           {"b1", set_line_susceptance<&T::c1>},
                           {"b0", set_line_susceptance<&T::c0>},
                           no_effect<T>("seasons"),
                           no_effect<T>("ratings"),
                           no_effect<T>("linetype")},
                          delivery_properties<T>({"normamps", set_ampacity<T>}, {"basefreq", set_number<&T::frequency>}));
}

}  // namespace evsweep::opendss
