/// Tables of IEEE 1547-2018 as numbers: default settings and allowed ranges of the functions, by category.
///
/// Voltages are in pu of the nominal voltage, reactive power in shares of the nameplate apparent power (positive: injected),
/// active power in shares of the rated active power of its direction. The README names the sources.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace evsweep::ieee1547 {

/// Normal performance: how much reactive power there must be, and how it is set by default.
enum class NormalCategory { a, b };
[[nodiscard]] inline std::vector<std::pair<std::string, NormalCategory>> names_of(NormalCategory) {
    return {{"A", NormalCategory::a}, {"B", NormalCategory::b}};
}

/// Abnormal performance: at what voltages an inverter disconnects, and when.
enum class AbnormalCategory { i, ii, iii };
[[nodiscard]] inline std::vector<std::pair<std::string, AbnormalCategory>> names_of(AbnormalCategory) {
    return {{"I", AbnormalCategory::i}, {"II", AbnormalCategory::ii}, {"III", AbnormalCategory::iii}};
}

/// Table 7: least reactive power that there must be from 20 % of the rated active power on.
struct ReactiveCapability {
    double injected;
    double absorbed;
};
[[nodiscard]] inline ReactiveCapability least_capability(NormalCategory category) {
    return category == NormalCategory::a ? ReactiveCapability{0.44, 0.25} : ReactiveCapability{0.44, 0.44};
}
/// Clause 5.2: from this share of the rated active power on all of it is there; below in proportion, down to `none_below`.
inline constexpr double all_reactive_from = 0.2;
inline constexpr double no_reactive_below = 0.05;

/// Table 8, volt-var. V1 to V4 at the reference voltage `v_ref`.
struct VoltVarDefaults {
    double v1, v2, v3, v4;
    double q1, q4;  ///< Q2 and Q3 are 0
    int response_s;
};
[[nodiscard]] inline VoltVarDefaults volt_var_defaults(NormalCategory category, double v_ref) {
    if (category == NormalCategory::a) return {0.9, v_ref, v_ref, 1.1, 0.25, -0.25, 10};
    return {v_ref - 0.08, v_ref - 0.02, v_ref + 0.02, v_ref + 0.08, 0.44, -0.44, 5};
}
inline constexpr double reference_lowest = 0.95, reference_highest = 1.05;
/// How far V2 and V3 may be from the reference voltage.
[[nodiscard]] inline double widest_deadband(NormalCategory category) { return category == NormalCategory::a ? 0.0 : 0.03; }
inline constexpr double least_volt_var_width = 0.02;  ///< of V1 to V2 and of V3 to V4
inline constexpr double furthest_volt_var = 0.18;     ///< of V1 and V4 from the reference voltage

/// Table 9, watt-var: Q3 while the inverter gives active power; Q'3 while it draws.
[[nodiscard]] inline double watt_var_q3(NormalCategory category) { return category == NormalCategory::a ? -0.25 : -0.44; }
inline constexpr double watt_var_q3_drawn = 0.44;
inline constexpr double least_watt_var_width = 0.1;  ///< of P1 to P2 and of P2 to P3

/// Tables 11 to 13: voltage beyond a threshold for a clearing time disconnects.
struct TripLevel {
    double pu;
    double lowest_pu, highest_pu;  ///< allowed
    double time_s;
    double shortest_s, longest_s;  ///< allowed
};
struct TripTable {
    TripLevel ov2, ov1, uv1, uv2;
};
[[nodiscard]] inline TripTable trip_table(AbnormalCategory category) {
    const TripLevel ov2{1.20, 1.20, 1.20, 0.16, 0.16, 0.16};
    if (category == AbnormalCategory::i)
        return {ov2, {1.10, 1.10, 1.20, 2, 1, 13}, {0.70, 0.0, 0.88, 2, 2, 21}, {0.45, 0.0, 0.50, 0.16, 0.16, 2}};
    if (category == AbnormalCategory::ii)
        return {ov2, {1.10, 1.10, 1.20, 2, 1, 13}, {0.70, 0.0, 0.88, 10, 2, 21}, {0.45, 0.0, 0.50, 0.16, 0.16, 2}};
    return {ov2, {1.10, 1.10, 1.20, 13, 1, 13}, {0.88, 0.0, 0.88, 21, 21, 50}, {0.50, 0.0, 0.50, 2, 2, 21}};
}

}  // namespace evsweep::ieee1547
