/// The limits of a feeder: what they are held against, and how far beyond one a value is.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/output.hpp"
#include "sim/study/study_outputs.hpp"

namespace evsweep {

/// `unsolved`: a step without a load-flow solution, which has no value that could be beyond a limit.
enum class LimitKind : std::uint8_t { low_voltage, high_voltage, unbalance, line, transformer, unsolved };
inline constexpr std::size_t limit_kinds = 6;
inline constexpr std::array<LimitKind, limit_kinds> all_limit_kinds{LimitKind::low_voltage, LimitKind::high_voltage,
                                                                    LimitKind::unbalance,   LimitKind::line,
                                                                    LimitKind::transformer, LimitKind::unsolved};

/// What results call the event of a kind, e.g. "low_voltage" of the number per replica "low_voltage_violation".
[[nodiscard]] std::string_view name_of(LimitKind kind);
/// For people: "low voltage".
[[nodiscard]] std::string_view text_of(LimitKind kind);
/// "pu" or "%".
[[nodiscard]] std::string_view unit_of(LimitKind kind);
[[nodiscard]] int decimals_of(LimitKind kind);
/// "0.8912 pu".
[[nodiscard]] std::string value_text(LimitKind kind, double value);

/// One limit at one element: a supply (FeederSite::supply) of voltages, a bus of unbalance, a conductor (by ConductorId) of
/// loadings.
struct LimitPlace {
    LimitKind kind = LimitKind::low_voltage;
    std::uint32_t element = 0;
    friend bool operator==(const LimitPlace&, const LimitPlace&) = default;
};

/// A limit, and how far from it values may be. `permitted`: from where nothing is the matter (1 pu, no unbalance, no current) to
/// the limit, so that a share of it says how bad a violation is whatever its kind.
struct LimitValue {
    double limit = 0.0;
    double permitted = 1.0;
    bool is_lower = false;  ///< values below it are beyond it
    /// In the unit of the limit; negative where it is kept.
    [[nodiscard]] double excess(double value) const { return is_lower ? limit - value : value - limit; }
};

/// The limits of a study. Immutable; the study outlives it.
class StudyLimits {
   public:
    explicit StudyLimits(const LoadedStudy& study);

    /// What a kind of limit is held against, as LimitPlace::element; none where the feeder has nothing of the kind.
    [[nodiscard]] std::span<const std::uint32_t> elements(LimitKind kind) const {
        return elements_[static_cast<std::size_t>(kind)];
    }
    [[nodiscard]] LimitValue at(const LimitPlace& place) const;
    /// By so much, in the unit of the limit, values may be beyond it before that counts.
    [[nodiscard]] double tolerance(LimitKind kind) const;
    /// What one unit of the signal is in the unit of the limit.
    [[nodiscard]] double scale(const LimitPlace& place) const;
    /// "bus 18", "bus 34.a-n", "branch L12.a".
    [[nodiscard]] std::string name(const LimitPlace& place) const;

   private:
    const FeederSite& feeder_;
    VoltageBands bands_;
    double voltage_tolerance_pu_;
    double loading_tolerance_;
    double unbalance_pct_;
    std::array<std::vector<std::uint32_t>, limit_kinds> elements_;
};

/// The unbalance factor, in percent, above which a study counts minutes, by its resolved settings; 2 where none says anything.
[[nodiscard]] double unbalance_limit_pct(std::span<const Setting> resolved);

/// Reads the value at any place from a snapshot. `outputs` is that of the run, and outlives it.
class LimitReader {
   public:
    LimitReader(const StudyLimits& limits, const StudyOutputs& outputs);

    /// The column that a kind is read from, by element; NaN or nothing where it is not known.
    [[nodiscard]] std::span<const double> column(const Snapshot& snapshot, LimitKind kind) const;
    /// NaN without a solution.
    [[nodiscard]] double value(const Snapshot& snapshot, const LimitPlace& place) const;

   private:
    const StudyLimits& limits_;
    Slot voltage_, unbalance_, current_;
};

/// The slot of a signal in the study's list; there is one.
[[nodiscard]] Slot slot_of_signal(const StudyOutputs& outputs, std::string_view name);

}  // namespace evsweep
