/// The sections of a scenario file, each told once as a schema: for reading, checking, the echo and `describe`.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "evsweep/scenario.hpp"
#include "evsweep/schema.hpp"
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
    std::map<std::string, ProfileText> profiles;
    std::optional<ProfileColumns> columns;
    std::map<std::string, std::string> by_class;
    std::optional<std::string> other;
    OwnProfiles own_profiles = OwnProfiles::follow;
    [[nodiscard]] static const Schema<BaseLoadText>& schema();
};

/// `prices` as the file gives it.
struct PricesText {
    ProfileText buy;
    Fraction sell_share{1.0};
    std::optional<std::string> currency;
    [[nodiscard]] static const Schema<PricesText>& schema();
};

/// One meter; noise and resolution in what it measures.
template <class Q>
struct MeterText {
    /// Nothing is seen of a voltage with a larger error; powers may be of any size.
    static constexpr double largest = std::is_same_v<Q, PerUnit> ? 0.5 : 1e9;
    Duration delay{};
    Q noise{};
    Q resolution{};
    [[nodiscard]] static const Schema<MeterText>& schema() {
        static const auto schema =
            Schema<MeterText>("How what a meter says differs from the truth.")
                .optional("delay", &MeterText::delay, "age of what is seen")
                .optional("noise", &MeterText::noise, "standard deviation of the error", between(0, largest))
                .optional("resolution", &MeterText::resolution, "step of the display; 0 is exact", between(0, largest));
        return schema;
    }
    [[nodiscard]] Meter meter() const { return {delay, noise.value(), resolution.value()}; }
};

/// `metering` as the file gives it.
struct MeteringText {
    MeterText<PerUnit> voltage;
    MeterText<Kilowatts> feeder_head;
    [[nodiscard]] static const Schema<MeteringText>& schema();
};

/// What a person is told about one section.
struct SectionInfo {
    std::string name;
    std::string summary;
    std::vector<FieldInfo> fields;  ///< empty where the section lists plug-ins
};

/// Every section in the order in which a scenario is written.
[[nodiscard]] const std::vector<SectionInfo>& scenario_sections();

}  // namespace evsweep
