/// A study as one validated, immutable value: what the scenario file says, in unit types, with plug-ins chosen.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "evsweep/agent.hpp"
#include "evsweep/behaviour.hpp"
#include "evsweep/channel.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/date.hpp"
#include "evsweep/demand.hpp"
#include "evsweep/feeder_format.hpp"
#include "evsweep/output.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/profile.hpp"
#include "evsweep/time_zone.hpp"
#include "evsweep/voltage_bands.hpp"

namespace evsweep {

/// When a study has enough replicas: once the interval of one number is as narrow as asked.
struct StopSettings {
    std::string kpi;                       ///< `peak_kw`, or with the label of its output `kpis.peak_kw`
    std::string controller;                ///< whose; empty: the only one
    std::string versus;                    ///< the paired difference to this one; empty: the number itself
    std::string half_width;                ///< with its unit, which is known once the number is; empty: `relative` says it
    std::optional<Fraction> relative{};    ///< half-width as a share of what is estimated
    std::optional<Fraction> confidence{};  ///< none: StudySettings::confidence
    int max_replicas = 0;
    Position at{}, kpi_at{}, controller_at{}, versus_at{}, half_width_at{};  ///< in the scenario
    static const Schema<StopSettings>& schema();
};

struct StudySettings {
    int replicas = 100;  ///< with `stop` those of the first stage
    std::optional<StopSettings> stop{};
    std::uint64_t seed = 1;
    int threads = 0;  ///< 0: one per core
    DrawKind draws = DrawKind::independent;
    int batches = 16;                        ///< of replicas that are spread out together, unless draws are independent
    std::optional<Duration> batch_length{};  ///< parts of a replica that are the sample; none: whole replicas are
    Fraction confidence{0.95};
    Accounting accounting = Accounting::physical;
    bool keep_inputs = true;  ///< in the result; else only their sizes and hashes
    std::string reference;    ///< label of the controller that others are compared with; default the first

    /// That the study may come to.
    [[nodiscard]] int most_replicas() const { return stop ? stop->max_replicas : replicas; }
    [[nodiscard]] DrawDesign draw_design() const {
        return {draws, draws == DrawKind::independent ? 1U : static_cast<std::uint32_t>(replicas / batches)};
    }
};

struct TimeSettings {
    Calendar start{};   ///< with its zone and holidays
    ZoneChoice zone{};  ///< of its clocks; none: they are never set
    std::vector<Date> holidays{};
    Duration duration = one_day;
    Duration warm_up{};  ///< part of the duration at its beginning that is simulated but not counted
    Duration step = std::chrono::minutes(1);
};

struct LoadFlowSettings {
    PerUnit tolerance{1e-8};  ///< on the voltage change between sweeps
    int max_iterations = 100;
    PerUnit collapse{0.3};  ///< a voltage below this is reported as collapsed
};

enum class DeviceStart { settled, as_given };
[[nodiscard]] inline std::vector<std::pair<std::string, DeviceStart>> names_of(DeviceStart) {
    return {{"settled", DeviceStart::settled}, {"as_given", DeviceStart::as_given}};
}
enum class DeviceControls { on, off };
[[nodiscard]] inline std::vector<std::pair<std::string, DeviceControls>> names_of(DeviceControls) {
    return {{"on", DeviceControls::on}, {"off", DeviceControls::off}};
}

/// Tap changers and switched capacitors of the feeder.
struct DeviceSettings {
    DeviceStart start = DeviceStart::settled;
    DeviceControls control = DeviceControls::on;
};

struct FeederChoice {
    FilePath file;
    std::string format;  ///< empty: recognised by its content
    std::optional<PerUnit> source_voltage{};
    DefaultRatings default_ratings = DefaultRatings::none;
};

/// The voltages that are allowed at buses of a nominal voltage and above.
struct NominalBand {
    Volts from{};                          ///< nominal voltage, line to line
    std::optional<PerUnit> voltage_min{};  ///< none: the limit of all others
    std::optional<PerUnit> voltage_max{};
    Position place{};  ///< in the scenario
    static const Schema<NominalBand>& schema();
};

struct Limits {
    PerUnit voltage_min{0.9};
    PerUnit voltage_max{1.1};
    std::map<std::string, NominalBand> bands{};  ///< instead, by nominal voltage: the highest `from` that a bus reaches counts
    /// Voltages in pu, and loadings as a share, count as beyond a limit only where they are by more; none: as planning
    /// controllers keep limits by default.
    std::optional<Fraction> tolerance{};
    [[nodiscard]] double voltage_tolerance_pu() const { return tolerance ? tolerance->value() : 1e-4; }
    [[nodiscard]] double loading_tolerance() const { return tolerance ? tolerance->value() : 1e-3; }
    std::optional<Amperes> default_rating{};  ///< of lines without one; none: they are not judged

    /// Whether feeder files may mean the same by these nominal voltages: 12.47 kV is sqrt(3) times 7.2 kV.
    [[nodiscard]] static bool are_alike(Volts a, Volts b);
    /// The name of the band at this nominal voltage, line to line; none: `voltage_min` and `voltage_max` hold.
    [[nodiscard]] std::optional<std::string> name_of_band_at(double nominal_v) const;
    [[nodiscard]] VoltageBand band_at(double nominal_v) const;
    [[nodiscard]] VoltageBands bands_of(const FeederSite& feeder) const;
};

/// Whether loads that name a profile in the feeder file follow it, or that of their class.
enum class OwnProfiles { follow, ignore };
[[nodiscard]] inline std::vector<std::pair<std::string, OwnProfiles>> names_of(OwnProfiles) {
    return {{"follow", OwnProfiles::follow}, {"ignore", OwnProfiles::ignore}};
}

/// Base load: each load's nominal power times the profile of its class (or its own).
struct BaseLoad {
    std::map<std::string, Profile> profiles;
    std::map<std::string, std::string> by_class;  ///< bus class -> profile name
    std::string other;                            ///< profile of the rest; empty: constant at nominal
    std::map<std::string, Position> class_at{};   ///< where `by_class` names each class
    std::set<std::string> of_columns{};           ///< the profiles that are columns of one file, which need not all be used
    OwnProfiles own_profiles = OwnProfiles::follow;
    Fraction scale{1.0};
    std::optional<Configured<Demand>> variation{};  ///< of replicas around the profiles; none: they all have the same load
};

struct Prices {
    Profile buy;               ///< that energy has in the end, currency per kWh, without the fee
    Fraction sell_share{1.0};  ///< selling price as a share of `buy`
    std::string currency = "$";
    Price fee{};                         ///< on energy bought; not returned for energy that is sold
    std::optional<Profile> day_ahead{};  ///< `buy` as expected the day before; none: nobody said
};

/// How what a meter says differs from the signal that it reads.
struct MeterSettings {
    Duration delay{};
    double noise = 0.0;                  ///< standard deviation, in the signal's unit
    double resolution = 0.0;             ///< step of the display, in the signal's unit; 0: exact
    Fraction loss{};                     ///< probability that a reading is lost; the last one stands for it
    std::optional<Duration> sampling{};  ///< time between readings; none: whenever the signal is new
};
/// The same as the scenario file gives it: what unit a number may have is known once the signal is.
struct MeterChoice {
    std::string signal;
    Duration delay{};
    std::string noise = "0", resolution = "0";
    std::optional<Duration> sampling{};
    Fraction loss{};
    Position at{}, noise_at{}, resolution_at{};
};

/// How often the way from controllers to a charger is interrupted, and for how long: exponential times of these means.
struct OutageSettings {
    Duration every{};    ///< mean time from the end of one outage to the next
    Duration lasting{};  ///< mean length
    static const Schema<OutageSettings>& schema();
};

/// What stands between the decisions of controllers and what chargers do.
struct ActuationSettings {
    std::string group{};                      ///< of the population; empty: all groups that are not named
    Duration delay{};                         ///< from a decision until it reaches the charger
    Duration response{};                      ///< time constant with which a charger approaches what it is told; 0: at once
    Fraction ignoring{};                      ///< share of the chargers that follow nobody and draw full power
    std::optional<OutageSettings> outages{};  ///< none: what is sent arrives
    std::optional<Kilowatts> fallback{};      ///< drawn during an outage, as far as the battery takes it; none: as last told
    Position at{};
};

/// Whether the base load of a site counts against its limit.
enum class CountedLoad { excluded, included };
[[nodiscard]] inline std::vector<std::pair<std::string, CountedLoad>> names_of(CountedLoad) {
    return {{"excluded", CountedLoad::excluded}, {"included", CountedLoad::included}};
}
/// What one entry of a scenario makes a site.
enum class SitePer { entry, bus };
[[nodiscard]] inline std::vector<std::pair<std::string, SitePer>> names_of(SitePer) {
    return {{"entry", SitePer::entry}, {"bus", SitePer::bus}};
}

/// A part of the feeder with a limit of its own; see Site. What it names narrows it down: charging points of these groups, at
/// these buses, below this bus.
struct SiteChoice {
    std::string label{};
    std::vector<std::string> groups{};  ///< none: all
    std::vector<std::string> buses{};   ///< none: all
    std::string below{};                ///< a bus: it and all behind it; empty: the whole feeder
    SitePer per = SitePer::entry;       ///< bus: each bus is a site of its own
    Kilowatts limit{};
    CountedLoad base_load = CountedLoad::excluded;
    Position at{}, groups_at{}, buses_at{}, below_at{};
};

/// A party: a controller with its groups of connection points, or an agent.
struct PartyChoice {
    std::string label;  ///< the user's name for it
    std::string path;   ///< in the scenario, e.g. "controllers.mixed.parties.homes"
    std::variant<Configured<Controller>, Configured<Agent>> plugin;
    std::vector<std::string> groups{};  ///< of a controller; none: all
    Position at{}, groups_at{};

    [[nodiscard]] const Configured<Controller>* controller() const { return std::get_if<Configured<Controller>>(&plugin); }
    [[nodiscard]] const Configured<Agent>* agent() const { return std::get_if<Configured<Agent>>(&plugin); }
    [[nodiscard]] const std::string& type() const { return controller() ? controller()->type : agent()->type; }
    [[nodiscard]] const std::vector<Setting>& settings() const {
        return controller() ? controller()->settings : agent()->settings;
    }
};

/// One of the alternatives that a study compares: parties that act side by side.
struct Alternative {
    std::string label;
    std::string type;               ///< the plug-in's name, or those of all parties with " + " between them
    std::vector<Setting> settings;  ///< resolved parameters, paths relative to the alternative
    std::vector<PartyChoice> parties;
    Position at{};
};

struct Scenario {
    std::string title;
    FilePath file;
    StudySettings study;
    TimeSettings time;
    FeederChoice feeder;
    LoadFlowSettings load_flow;
    DeviceSettings devices;
    Limits limits;
    BaseLoad base_load;
    std::optional<Prices> prices;
    std::vector<MeterChoice> metering;
    std::vector<SiteChoice> sites;
    std::vector<ActuationSettings> actuation;       ///< by group
    std::vector<Configured<Channel>> channels;      ///< label = topic
    std::vector<Configured<Behaviour>> population;  ///< label = group name
    std::vector<PartyChoice> agents;                ///< the same under every alternative
    std::vector<Alternative> controllers;
    std::vector<Configured<Output>> outputs;
    std::vector<Setting> resolved;  ///< every setting with its full path, defaults included
};

}  // namespace evsweep
