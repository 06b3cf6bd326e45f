#include "feeder_formats/matpower/arithmetic.hpp"

#include <fmt/format.h>

#include <cmath>

namespace evsweep::matpower {
namespace {

double apply(char op, double a, double b) {
    switch (op) {
        case '+':
            return a + b;
        case '-':
            return a - b;
        case '*':
            return a * b;
        case '/':
            return a / b;
        default:
            return std::pow(a, b);
    }
}

[[noreturn]] void refuse(const Token& op, std::string problem, std::string hint = {}) {
    throw Refusal{op.at, std::move(problem), std::move(hint)};
}

}  // namespace

// MATPOWER manual, appendix B.
const std::map<std::string, Names>& column_functions() {
    static const std::map<std::string, Names> table{
        {"idx_bus", {{"PQ", 1},    {"PV", 2},    {"REF", 3},   {"NONE", 4},     {"BUS_I", 1},  {"BUS_TYPE", 2}, {"PD", 3},
                     {"QD", 4},    {"GS", 5},    {"BS", 6},    {"BUS_AREA", 7}, {"VM", 8},     {"VA", 9},       {"BASE_KV", 10},
                     {"ZONE", 11}, {"VMAX", 12}, {"VMIN", 13}, {"LAM_P", 14},   {"LAM_Q", 15}, {"MU_VMAX", 16}, {"MU_VMIN", 17}}},
        {"idx_brch",
         {{"F_BUS", 1},  {"T_BUS", 2},  {"BR_R", 3},   {"BR_X", 4},       {"BR_B", 5},    {"RATE_A", 6},     {"RATE_B", 7},
          {"RATE_C", 8}, {"TAP", 9},    {"SHIFT", 10}, {"BR_STATUS", 11}, {"PF", 14},     {"QF", 15},        {"PT", 16},
          {"QT", 17},    {"MU_SF", 18}, {"MU_ST", 19}, {"ANGMIN", 12},    {"ANGMAX", 13}, {"MU_ANGMIN", 20}, {"MU_ANGMAX", 21}}},
        {"idx_gen",
         {{"GEN_BUS", 1},    {"PG", 2},       {"QG", 3},      {"QMAX", 4},     {"QMIN", 5},     {"VG", 6},       {"MBASE", 7},
          {"GEN_STATUS", 8}, {"PMAX", 9},     {"PMIN", 10},   {"MU_PMAX", 22}, {"MU_PMIN", 23}, {"MU_QMAX", 24}, {"MU_QMIN", 25},
          {"PC1", 11},       {"PC2", 12},     {"QC1MIN", 13}, {"QC1MAX", 14},  {"QC2MIN", 15},  {"QC2MAX", 16},  {"RAMP_AGC", 17},
          {"RAMP_10", 18},   {"RAMP_30", 19}, {"RAMP_Q", 20}, {"APF", 21}}},
    };
    return table;
}

const std::map<std::string, double (*)(double)>& functions() {
    static const std::map<std::string, double (*)(double)> table{
        {"sin", [](double x) { return std::sin(x); }},   {"cos", [](double x) { return std::cos(x); }},
        {"tan", [](double x) { return std::tan(x); }},   {"asin", [](double x) { return std::asin(x); }},
        {"acos", [](double x) { return std::acos(x); }}, {"atan", [](double x) { return std::atan(x); }},
        {"sqrt", [](double x) { return std::sqrt(x); }}, {"abs", [](double x) { return std::abs(x); }},
        {"exp", [](double x) { return std::exp(x); }},
    };
    return table;
}

Block combine(const Token& op, const Block& a, const Block& b) {
    const bool same = a.rows == b.rows && a.columns == b.columns;
    if (!a.is_scalar() && !b.is_scalar() && !same)
        refuse(op, fmt::format("{} x {} and {} x {} numbers do not go together", a.rows, a.columns, b.rows, b.columns));
    const bool matrix_sense = (op.word == "*" && !a.is_scalar() && !b.is_scalar()) || (op.word == "/" && !b.is_scalar()) ||
                              (op.word == "^" && !(a.is_scalar() && b.is_scalar()));
    if (matrix_sense) refuse(op, fmt::format("'{}' of two tables is not element by element", op.word), "write ." + op.word);
    Block value = a.is_scalar() ? b : a;
    for (std::size_t i = 0; i < value.values.size(); ++i)
        value.values[i] =
            apply(op.word.back(), a.is_scalar() ? a.values[0] : a.values[i], b.is_scalar() ? b.values[0] : b.values[i]);
    return value;
}

}  // namespace evsweep::matpower
