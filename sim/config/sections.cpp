#include "sim/config/sections.hpp"

#include <bit>
#include <string>
#include <utility>

#include "sim/config/actuation.hpp"
#include "sim/config/hosting.hpp"
#include "sim/config/sites.hpp"
#include "sim/config/sweep.hpp"

namespace evsweep {

namespace {

/// The calendar of the start, the zone and the holidays that a text gives one by one.
void set_calendar(TimeSettings& time) {
    std::vector<std::chrono::local_days> holidays;
    for (const Date& date : time.holidays) holidays.push_back(date.day);
    time.start = Calendar(time.start.start(), time.zone.zone, std::move(holidays));
}

constexpr Range open_unit{.min = 0.0, .max = 1.0, .open_min = true, .open_max = true};

/// What is wrong with the bands by nominal voltage, if anything.
std::optional<Contradiction> wrong_bands(const Limits& limits) {
    for (const auto& [name, band] : limits.bands) {
        for (const auto& [other, of_other] : limits.bands)
            if (other < name && Limits::are_alike(band.from, of_other.from))
                return Contradiction{"bands",
                                     "'" + other + "' and '" + name + "' begin at the same nominal voltage (within 0.1 %)",
                                     "keep one of them"};
        const PerUnit lowest = band.voltage_min.value_or(limits.voltage_min),
                      highest = band.voltage_max.value_or(limits.voltage_max);
        if (lowest < highest) continue;
        const bool has_both = band.voltage_min && band.voltage_max;
        return Contradiction{"bands", "voltage_min of '" + name + "' is not below its voltage_max",
                             has_both ? "exchange them?" : "give both: what a band leaves out is the limit of all others"};
    }
    return std::nullopt;
}

/// Replicas that are spread out together are as many in each batch, and more than one.
std::optional<Contradiction> wrong_batches(const StudySettings& study) {
    if (study.draws == DrawKind::independent) return std::nullopt;
    const std::string replicas = std::to_string(study.replicas), batches = std::to_string(study.batches);
    if (study.replicas % study.batches != 0)
        return Contradiction{"replicas", replicas + " cannot be parted into " + batches + " batches of the same size",
                             "take a multiple of " + batches + ", or other `batches`"};
    if (study.replicas < 2 * study.batches)
        return Contradiction{"replicas", replicas + " in " + batches + " batches leave nothing to spread out",
                             "take at least " + std::to_string(2 * study.batches) + ", or fewer `batches`"};
    return std::nullopt;
}

/// A Sobol sequence is even after powers of two.
std::optional<Contradiction> uneven_batches(const StudySettings& study) {
    if (study.draws != DrawKind::sobol || study.replicas % study.batches != 0) return std::nullopt;
    const auto size = static_cast<unsigned>(study.replicas / study.batches);
    if (std::has_single_bit(size)) return std::nullopt;
    return Contradiction{"replicas", "makes batches of " + std::to_string(size) + ", which is no power of two",
                         "a Sobol sequence is even after powers of two: take " +
                             std::to_string(static_cast<unsigned>(study.batches) * std::bit_ceil(size)) + " replicas",
                         Severity::warning};
}

/// What is wrong with the number of replicas of a study that stops by itself, if anything.
std::optional<Contradiction> wrong_stages(const StudySettings& study) {
    constexpr int fewest = 20;
    if (!study.stop) return std::nullopt;
    if (study.replicas < fewest)
        return Contradiction{"replicas",
                             "with study.stop these are the replicas of the first stage, whose spread decides how many more are "
                             "run; " +
                                 std::to_string(study.replicas) + " are too few for that",
                             "say at least " + std::to_string(fewest) + ", or take study.stop away (`--set study.stop=~`)"};
    if (study.stop->max_replicas < study.replicas)
        return Contradiction{"stop",
                             "max_replicas, " + std::to_string(study.stop->max_replicas) + ", is below study.replicas, " +
                                 std::to_string(study.replicas) + ", which are the first stage",
                             "raise max_replicas or lower replicas"};
    if (study.draws != DrawKind::independent)
        return Contradiction{"draws", "are spread out over replicas whose number study.stop decides as it goes",
                             "take `draws: independent`, or a number of replicas without `stop`"};
    return std::nullopt;
}

/// What does not go with parts of one replica as the sample, if anything.
std::optional<Contradiction> wrong_parts(const StudySettings& study) {
    if (!study.batch_length) return std::nullopt;
    if (*study.batch_length <= Duration::zero())
        return Contradiction{"batch_length", duration_text(*study.batch_length) + " is no length", "write e.g. 7 d"};
    if (study.stop)
        return Contradiction{"batch_length", "makes parts of one replica the sample, and study.stop runs more replicas",
                             "keep one of them; a longer time.duration has more parts"};
    if (study.replicas != 1)
        return Contradiction{"batch_length",
                             "makes parts of one replica the sample, and study.replicas is " + std::to_string(study.replicas),
                             "say `replicas: 1`; or leave batch_length out: where there are several replicas, whose parts share "
                             "what is drawn once for each, these are the sample"};
    if (study.draws != DrawKind::independent)
        return Contradiction{"draws", "are spread out over replicas, and with batch_length there is one",
                             "take `draws: independent`"};
    return std::nullopt;
}

template <class P>
SectionInfo described(std::string name, const Schema<P>& schema) {
    return {std::move(name), schema.summary(), schema.fields()};
}

std::string default_outputs() {
    std::string text;
    for (const std::string& name : default_plugins<Output>()) text += (text.empty() ? "" : ", ") + name;
    return text;
}

std::vector<SectionInfo> make_sections() {
    std::vector<SectionInfo> list;
    list.push_back({"title",
                    "One line that names the study, e.g. `title: Night charging on the 33-bus feeder`; default: the file's name.",
                    {}});
    list.push_back({"extends",
                    "Another scenario file that this one is laid over, key by key, e.g. `extends: day_study.yaml`; `~` removes "
                    "an entry, e.g. "
                    "`controllers: {evms: ~}`.",
                    {}});
    list.push_back(described("study", study_schema()));
    list.push_back(described("time", time_schema()));
    list.push_back(described("feeder", feeder_schema()));
    list.push_back(described("load_flow", load_flow_schema()));
    list.push_back(described("devices", devices_schema()));
    list.push_back(described("limits", limits_schema()));
    list.push_back(described("base_load", BaseLoadText::schema()));
    list.push_back(described("prices", PricesText::schema()));
    list.push_back({"metering",
                    "What meters add to signals before controllers and agents see them, by the name of the signal, e.g. "
                    "`voltage: {delay: 5 min, noise: 0.001 pu}`. Outputs record the truth.",
                    MeterText::schema().fields()});
    list.push_back(
        {"actuation",
         "What stands between controllers and chargers, by group of the population, e.g. `homes: {delay: 5 s}`; `all` is "
         "every group that has no entry of its own. Chargers of groups without an entry do at once what they are told.",
         actuation_schema().fields()});
    list.push_back(
        {"sites",
         "Parts of the feeder with a limit of their own, by name, e.g. `car_park: {groups: [offices], limit: 110 kW}` or "
         "`houses: {per: bus, limit: 24 kW, base_load: included}`. A charging point may lie in several. Controllers that "
         "know sites keep the limits, and KPIs judge them under every controller.",
         site_schema().fields()});
    list.push_back({"channels",
                    "How messages travel, by topic; the key `channel` of each chooses a channel; topics that are not named lose "
                    "nothing and take no time.",
                    {}});
    list.push_back({"population", "Groups of vehicles, by name; the key `behaviour` of each chooses a behaviour.", {}});
    list.push_back(
        {"agents",
         "Agents that act under every alternative, by label, e.g. a power system; the key `agent` defaults to the label.",
         {}});
    list.push_back({"controllers",
                    "Alternatives to compare, by label: a charging controller (the key `controller` defaults to the label), or "
                    "`parties`, a map of controllers with their `groups` of the population and of agents.",
                    {}});
    list.push_back({"outputs",
                    "What is recorded, by label; the key `output` defaults to the label; absent: " + default_outputs() + ".",
                    {}});
    list.push_back({"sweep", sweep_summary(), {}});
    list.push_back(described("hosting", HostingSettings::schema()));
    return list;
}

}  // namespace

const Schema<StudySettings>& study_schema() {
    static const auto schema =
        Schema<StudySettings>("How many replicas are run, and how they are compared.")
            .optional(
                "replicas", &StudySettings::replicas,
                "number of random days; with `stop` of the first stage, at least 20, whose spread decides how many more follow",
                between(1, 10'000'000))
            .optional("stop", &StudySettings::stop,
                      "run as many replicas as it takes until the interval of one number is as narrow as asked, e.g. `{kpi: "
                      "peak_kw, controller: evms, half_width: 10 kW, max_replicas: 2000}`")
            .optional("seed", &StudySettings::seed, "of all random draws")
            .optional("draws", &StudySettings::draws,
                      "how replicas take their random values: each by itself, or spread out evenly over what is possible, by a "
                      "Latin hypercube or a scrambled Sobol sequence, which makes means more certain")
            .optional("batches", &StudySettings::batches,
                      "draws that are spread out: parts of the replicas that are independent of one another, by which intervals "
                      "are found; a divisor of the replicas",
                      between(2, 10'000))
            .optional(
                "batch_length", &StudySettings::batch_length,
                "of a long time.duration in one replica: what is counted is cut into parts of this length, e.g. 7 d, each of "
                "which gives one value of every number, so that a year has intervals over its weeks (batch means); none: "
                "replicas are the sample")
            .optional("threads", &StudySettings::threads, "0: one per core", between(0, 4096))
            .optional("confidence", &StudySettings::confidence, "level of the confidence intervals", open_unit)
            .optional("accounting", &StudySettings::accounting,
                      "how grid energy and stored energy are counted; literal repeats a paper's bookkeeping")
            .optional("keep_inputs", &StudySettings::keep_inputs,
                      "true: the result holds all files of the study (up to 16 MiB each, 64 MiB together), so that it can be run "
                      "from it; false: only their sizes and hashes")
            .optional("reference", &StudySettings::reference,
                      "label of the controller that others are compared with; empty: the first")
            .used_if([](const StudySettings& s) { return s.draws != DrawKind::independent; },
                     "with draws: latin_hypercube or sobol", {"batches"})
            .relation(wrong_parts)
            .relation(wrong_batches)
            .relation(uneven_batches)
            .relation(wrong_stages);
    return schema;
}

const Schema<StopSettings>& StopSettings::schema() {
    static const auto schema =
        Schema<StopSettings>("when a study has enough replicas")
            .required("kpi", &StopSettings::kpi,
                      "a number per replica of an output, e.g. `peak_kw`, or `kpis.peak_kw` where several outputs have one of "
                      "that name; events too, whose mean is their probability")
            .optional("controller", &StopSettings::controller, "whose number; empty: that of the only controller")
            .optional("versus", &StopSettings::versus,
                      "another controller: the paired difference to it is estimated; empty: the number itself")
            .optional("half_width", &StopSettings::half_width,
                      "distance from the estimate to the farther end of its interval, with the number's unit, e.g. `10 kW`; of "
                      "events a share, e.g. `2 %`; empty: `relative` says it")
            .optional("relative", &StopSettings::relative, "instead of half_width: as a share of what is estimated, e.g. 2 %",
                      above_up_to(0, 1))
            .optional("confidence", &StopSettings::confidence, "of that interval; none: study.confidence", open_unit)
            .required("max_replicas", &StopSettings::max_replicas,
                      "never more than these, with a warning if they were not enough", between(1, 10'000'000))
            .relation([](const StopSettings& stop) -> std::optional<Contradiction> {
                if (stop.half_width.empty() && !stop.relative)
                    return Contradiction{"half_width", "is missing", "write e.g. `half_width: 10 kW`, or `relative: 2 %`"};
                if (!stop.half_width.empty() && stop.relative)
                    return Contradiction{"relative", "is given beside half_width", "keep one of them"};
                return std::nullopt;
            });
    return schema;
}

const Schema<TimeSettings>& time_schema() {
    static const auto schema =
        Schema<TimeSettings>("The simulated span and the control grid.")
            .required("start", &TimeSettings::start, "local date and time, e.g. `2025-01-06 12:00`")
            .optional(
                "zone", &TimeSettings::zone,
                "whose clocks are local, e.g. Europe/Berlin: days have 23 or 25 hours where they are set; none: they never are")
            .optional("holidays", &TimeSettings::holidays,
                      "dates that are holidays, e.g. [2025-12-25]; without more said, like Sundays")
            .optional("duration", &TimeSettings::duration, "length of one replica, a whole number of steps", above(0))
            .optional("warm_up", &TimeSettings::warm_up, "first part of it that is simulated but not counted")
            .optional("step", &TimeSettings::step, "control grid: metering, deciding and load flow", above(0))
            .defaults([](TimeSettings& time, const Given&) { set_calendar(time); })
            .relation([](const TimeSettings& time) -> std::optional<Contradiction> {
                if (!time.zone.zone) return std::nullopt;
                const std::string clock = "the clock of " + time.zone.zone->name();
                switch (time.zone.zone->utc(time.start.start()).kind) {
                    case ClockReading::Kind::never:
                        return Contradiction{"start", "is never shown by " + clock + ", which is set forward over it",
                                             "start an hour earlier or later"};
                    case ClockReading::Kind::twice:
                        return Contradiction{"start", "is shown twice by " + clock + ", which is set back over it",
                                             "it is taken as the first of the two; start earlier to say so", Severity::warning};
                    case ClockReading::Kind::once:
                        break;
                }
                return std::nullopt;
            });
    return schema;
}

const Schema<LoadFlowSettings>& load_flow_schema() {
    static const auto schema =
        Schema<LoadFlowSettings>("When a load flow counts as solved, diverged or collapsed.")
            .optional("tolerance", &LoadFlowSettings::tolerance, "on the voltage change between sweeps",
                      Range{.min = 0.0, .max = 0.01, .open_min = true})
            .optional("max_iterations", &LoadFlowSettings::max_iterations,
                      "plain sweeps before the load is raised step by step from zero, which finds every solution up to the nose",
                      between(1, 100'000))
            .optional("collapse", &LoadFlowSettings::collapse, "a lower voltage is reported as collapsed",
                      Range{.min = 0.0, .max = 1.0, .open_max = true});
    return schema;
}

const Schema<FeederChoice>& feeder_schema() {
    static const auto schema =
        Schema<FeederChoice>("The network.")
            .required("file", &FeederChoice::file, "feeder file, relative to this file")
            .optional("format", &FeederChoice::format, "its format; empty: recognised by its content")
            .optional("source_voltage", &FeederChoice::source_voltage, "replaces the file's source voltage",
                      Range{.min = 0.0, .max = 2.0, .open_min = true})
            .optional("default_ratings", &FeederChoice::default_ratings,
                      "of lines and switches without a rating; of_format: what the program of that format takes for granted "
                      "(OpenDSS: 400 A)");
    return schema;
}

const Schema<DeviceSettings>& devices_schema() {
    static const auto schema =
        Schema<DeviceSettings>("Tap changers and switched capacitors of the feeder.")
            .optional("start", &DeviceSettings::start,
                      "settled: taps and steps as the relays want them at the first instant; as_given: as in the feeder file")
            .optional("control", &DeviceSettings::control, "on: relays act with their delays; off: all stays as at the start");
    return schema;
}

const Schema<NominalBand>& NominalBand::schema() {
    static const auto schema =
        Schema<NominalBand>("a voltage band of all buses from a nominal voltage upwards")
            .required("from", &NominalBand::from, "lowest nominal voltage, line to line (within 0.1 %)", above(0))
            .optional("voltage_min", &NominalBand::voltage_min, "lower limit; none: limits.voltage_min", between(0, 2))
            .optional("voltage_max", &NominalBand::voltage_max, "upper limit; none: limits.voltage_max", between(0, 2));
    return schema;
}

const Schema<Limits>& limits_schema() {
    static const auto schema =
        Schema<Limits>("The voltage band that is judged.")
            .optional("voltage_min", &Limits::voltage_min, "lower limit", between(0, 2))
            .optional("voltage_max", &Limits::voltage_max, "upper limit", between(0, 2))
            .optional(
                "bands", &Limits::bands,
                "other bands by nominal voltage, by name, e.g. `medium: {from: 1 kV, voltage_min: 0.95 pu}`; at each bus the "
                "one with the highest `from` that its nominal voltage reaches holds")
            .optional("tolerance", &Limits::tolerance,
                      "voltages (in pu) and loadings (as a share) count as beyond a limit only where they "
                      "are by more; none: 0.0001 pu and 0.1 %, as controllers keep limits that plan up to them",
                      between(0, 0.1))
            .optional("default_rating", &Limits::default_rating,
                      "rating of lines that the feeder gives none; none: their loading is not judged", above(0))
            .relation([](const Limits& limits) -> std::optional<Contradiction> {
                if (limits.voltage_min < limits.voltage_max) return std::nullopt;
                return Contradiction{"voltage_min", "is not below voltage_max", "exchange them?"};
            })
            .relation(wrong_bands);
    return schema;
}

const Schema<BaseLoadText>& BaseLoadText::schema() {
    static const auto schema =
        Schema<BaseLoadText>("Each load's nominal power times the profile of its class.")
            .optional("scale", &BaseLoadText::scale, "on all loads", at_least(0))
            .optional(
                "profiles", &BaseLoadText::profiles,
                "repeating series of shares of nominal power, by name; each may differ by day: {weekday: {...}, weekend: {...}}")
            .optional("columns", &BaseLoadText::columns, "a CSV file of which every column is such a profile, e.g. one per house")
            .optional("by_class", &BaseLoadText::by_class, "profile of each class of bus")
            .optional("other", &BaseLoadText::other, "profile of loads whose class is not named; none: constant at nominal")
            .optional("own_profiles", &BaseLoadText::own_profiles,
                      "profiles that loads name in the feeder file: follow them, or ignore them for those of the classes")
            .optional("variation", &BaseLoadText::variation,
                      "how the load of a replica differs at random from its profiles, e.g. `{demand: NAME, ...}`; none: all "
                      "replicas have the load of the profiles. Parties that plan or read forecasts know the profiles only");
    return schema;
}

std::vector<std::pair<std::string, const ByDay<ProfileText>*>> PricesText::curves() const {
    std::vector<std::pair<std::string, const ByDay<ProfileText>*>> list{{"buy", &buy}};
    if (day_ahead) list.emplace_back("day_ahead", &*day_ahead);
    return list;
}

const Schema<PricesText>& PricesText::schema() {
    static const auto schema =
        Schema<PricesText>("Energy prices, for costs and for controllers that look at them.")
            .required("buy", &PricesText::buy,
                      "price of energy from the grid, e.g. `{every: 1 h, values: [0.22 $/kWh]}`, or by day: `{weekday: {...}, "
                      "weekend: {...}}`")
            .optional("day_ahead", &PricesText::day_ahead,
                      "`buy` as it was expected the day before, for controllers that plan with what was known then; none: nobody "
                      "said")
            .optional("sell_share", &PricesText::sell_share, "price of energy returned, as a share of `buy`", at_least(0))
            .optional("fee", &PricesText::fee,
                      "added to `buy` for every kWh bought, and not returned for those that are sold; negative: a rebate")
            .optional("currency", &PricesText::currency, "as it is shown; none: the one that the prices name");
    return schema;
}

const std::vector<SectionInfo>& scenario_sections() {
    static const auto list = make_sections();
    return list;
}

}  // namespace evsweep
