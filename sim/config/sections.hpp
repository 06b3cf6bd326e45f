/// The sections of a scenario file, each given once as a schema: for reading, checking, the echo and `describe`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/by_day.hpp"
#include "evsweep/scenario.hpp"
#include "evsweep/schema.hpp"
#include "sim/config/metering.hpp"
#include "sim/config/plugin_choice.hpp"
#include "sim/config/profiles.hpp"

namespace evsweep {

[[nodiscard]] const Schema<StudySettings>& study_schema();
[[nodiscard]] const Schema<TimeSettings>& time_schema();
[[nodiscard]] const Schema<LoadFlowSettings>& load_flow_schema();
[[nodiscard]] const Schema<FeederChoice>& feeder_schema();
[[nodiscard]] const Schema<DeviceSettings>& devices_schema();
[[nodiscard]] const Schema<Limits>& limits_schema();

/// `base_load` as the file gives it.
struct BaseLoadText {
    Fraction scale{1.0};
    std::map<std::string, ByDay<ProfileText>> profiles;
    std::optional<ProfileColumns> columns;
    std::map<std::string, std::string> by_class;
    std::optional<std::string> other;
    OwnProfiles own_profiles = OwnProfiles::follow;
    std::optional<Configured<Demand>> variation;
    [[nodiscard]] static const Schema<BaseLoadText>& schema();
};

/// `prices` as the file gives it.
struct PricesText {
    ByDay<ProfileText> buy;
    std::optional<ByDay<ProfileText>> day_ahead;
    Fraction sell_share{1.0};
    Price fee{};
    std::optional<std::string> currency;
    /// The curves that are given, by the name of their key.
    [[nodiscard]] std::vector<std::pair<std::string, const ByDay<ProfileText>*>> curves() const;
    [[nodiscard]] static const Schema<PricesText>& schema();
};

/// What `describe` shows of one section.
struct SectionInfo {
    std::string name;
    std::string summary;
    std::vector<FieldInfo> fields;  ///< empty where the section lists plug-ins
};

/// Every section in the order in which a scenario is written.
[[nodiscard]] const std::vector<SectionInfo>& scenario_sections();

}  // namespace evsweep
