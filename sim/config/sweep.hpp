/// The section `sweep` of a scenario: the values over which a study is run, and the points that these make.
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "evsweep/document.hpp"

namespace evsweep {

/// One value of the scenario, as a point of the sweep sets it.
struct SweepSetting {
    std::string path;  ///< dotted, e.g. `population.homes.penetration`
    Position path_at{};
    Node value{};  ///< keeps its place in the file, which problems are reported at
};

/// One place on an axis.
struct SweepValue {
    std::string label;  ///< e.g. "20 %"
    Position at{};
    std::vector<SweepSetting> settings{};
};

/// One axis of a sweep. Listed points are one axis, `point`.
struct SweepAxis {
    std::string name;                  ///< of the dimension in the result file
    std::vector<std::string> paths{};  ///< what its values set; empty where these set different things
    std::vector<SweepValue> values{};
    std::vector<double> numbers{};  ///< by value, in `unit`; empty where the values are no numbers of one unit
    std::string unit{};
    bool is_of_files = false;  ///< whose files need not all be good
    Position at{};
};

/// All points of a sweep: every combination of the axes' values, of which the last axis varies fastest.
struct Sweep {
    std::vector<SweepAxis> axes{};

    [[nodiscard]] std::size_t points() const;
    /// The place of a point on each axis.
    [[nodiscard]] std::vector<std::size_t> places_of(std::size_t point) const;
    /// "penetration 20 %, rating 7.4 kW"
    [[nodiscard]] std::string label_of(std::size_t point) const;
    [[nodiscard]] bool is_of_files() const;
};

/// What makes of a scenario one of its points: `--set sweep.point=3`. Points are counted from 0.
inline constexpr std::string_view point_assignment = "sweep.point=";

/// The sweep of a scenario file with `overrides` ("study.replicas=50", the last word). None where it has none, where an override
/// chooses one point of it, or where something is wrong with the section, which is reported. A swept path that an override sets
/// as well is an error.
[[nodiscard]] std::optional<Sweep> read_sweep(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                              Issues& issues);

/// The same of the section itself.
[[nodiscard]] std::optional<Sweep> read_sweep_section(const Node& section, Issues& issues);

/// An override that fixes which files the patterns of a sweep found; empty where it has none. Relative names then count from the
/// folder of the run.
[[nodiscard]] std::string files_fixed(const Sweep& sweep);

/// Applies overrides in their order; `sweep.point=K` (a number, or the label of a listed point) sets what that point of the
/// section `sweep` sets. Takes the section away; whether one was left that no override has chosen a point of, is returned.
[[nodiscard]] std::optional<Position> apply_overrides(Node& root, const std::vector<std::string>& overrides, Issues& issues);

/// Names that `describe` shows of the section.
[[nodiscard]] std::string sweep_summary();

}  // namespace evsweep
