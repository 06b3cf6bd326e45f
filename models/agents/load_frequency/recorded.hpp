/// Disturbances of the areas from a file: columns of a CSV file, added up with factors.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "agents/load_frequency/area_series.hpp"
#include "evsweep/schema.hpp"

namespace evsweep {

/// One column and its factor.
struct ColumnTerm {
    std::string column;
    double factor = 1.0;
    friend bool operator==(const ColumnTerm&, const ColumnTerm&) = default;
};

/// The terms of a sum like "load_mw - 338 * pv"; nothing where the text is none.
[[nodiscard]] std::optional<std::vector<ColumnTerm>> parse_terms(std::string_view text);

enum class Between { linear, hold };
[[nodiscard]] std::vector<std::pair<std::string, Between>> names_of(Between);
/// What counts as no disturbance: 0, or what the sum gives at the first mark.
enum class Origin { zero, first_mark };
[[nodiscard]] std::vector<std::pair<std::string, Origin>> names_of(Origin);

/// The section `recorded`.
struct RecordedText {
    FilePath file{};
    Duration every{};
    Between interpolation = Between::linear;
    Origin origin = Origin::zero;
    std::map<std::string, std::string> load_mw{};
    /// By area, filled while the section is checked, then shared by every replica.
    std::shared_ptr<std::map<std::string, std::vector<double>>> values =
        std::make_shared<std::map<std::string, std::vector<double>>>();
    static const Schema<RecordedText>& schema();
};

/// The series of these areas; those that the section does not name have no disturbance.
[[nodiscard]] AreaSeries series_of(const RecordedText& recorded, const std::vector<std::string>& areas);

}  // namespace evsweep
