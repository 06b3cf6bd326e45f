/// What a study found, in memory: every number per replica, the bands over replicas, and what went wrong.
#pragma once

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/input_files.hpp"
#include "evsweep/output.hpp"
#include "evsweep/population.hpp"
#include "evsweep/rng.hpp"
#include "evsweep/schema.hpp"
#include "sim/engine/profile.hpp"
#include "sim/statistics/statistics.hpp"
#include "sim/study/number_column.hpp"
#include "sim/study/stop_target.hpp"

namespace evsweep {

/// The quantiles that bands over replicas show.
inline constexpr double band_quantiles[] = {0.05, 0.5, 0.95};

/// Mean and quantiles over replicas, each an array over the variable's dims.
struct Bands {
    std::vector<double> mean;
    std::vector<std::vector<double>> quantiles;  ///< one array per StudyResult::quantile_levels
    /// Share of the replicas by which a quantile may miss its place among them, at worst; 0 where all are exact.
    double quantile_rank_error = 0.0;
    /// Of variables with an event besides, until `estimate_elements` takes them: replicas above zero, and moments.
    std::vector<std::size_t> events{};
    std::vector<SampleMoments> moments{};
};

/// What is known of a variable with an event at one element, e.g. of the minutes below the band at one bus.
struct ElementResult {
    std::size_t events = 0;  ///< replicas whose value is above zero
    Estimate share{};        ///< of the replicas in which the value is known
    Estimate mean{};         ///< of the values
};

/// One variable of one output under one controller; which member is filled follows `variable.aggregation`.
struct VariableResult {
    std::string output;  ///< label of the output
    Variable variable;
    NumberColumn values;  ///< per finished replica, in StudyResult::replicas order
    Bands bands;
    std::vector<std::pair<ReplicaId, std::vector<double>>> traces;
    std::vector<ElementResult> elements{};  ///< of bands with an event, besides
};

/// A control step whose load flow had no solution.
struct UnsolvedStep {
    ReplicaId replica;
    Instant at{};
    std::string status;  ///< "diverged" or "collapsed"
    std::string worst_bus;
};

/// A remark of a party on a replica.
struct ReplicaRemark {
    ReplicaId replica;
    Instant at{};
    std::string text;
};

/// Something that a party reads, from whom and how fresh.
struct ReadSignal {
    std::string party, signal, unit, publisher;
    std::string freshness;  ///< "present" or "previous"
    std::string meter;      ///< in words; empty where the value is read as it is
};

/// All replicas under one controller.
struct RunResult {
    std::string label;
    std::string type;
    std::vector<Setting> settings;
    std::vector<ReadSignal> reads{};  ///< what its parties read, from whom, and how fresh
    std::vector<VariableResult> variables;
    std::vector<UnsolvedStep> unsolved;        ///< the first 1000, in replica order
    std::size_t unsolved_steps = 0;            ///< in all replicas
    std::size_t mostly_unsolved_replicas = 0;  ///< replicas without a solution in more than half of their steps
    std::vector<ReplicaRemark> remarks{};      ///< the first 1000, in replica order
    std::size_t remark_count = 0;              ///< in all replicas
    std::size_t remarked_replicas = 0;         ///< of which there is any
};

/// A replica that could not be finished, and why; its seed is the study's.
struct ReplicaFailure {
    ReplicaId replica;
    std::string controller;
    std::string what;
};

/// What became of a study that was to stop by itself.
struct StopOutcome {
    StopTarget target;
    double estimate = 0.0;        ///< of the target, in the variable's unit
    double asked = 0.0;           ///< half-width, in the variable's unit
    double reached = 0.0;         ///< likewise; NaN where there is no interval
    std::vector<double> looks{};  ///< replicas after which it was looked at, ascending
    double most = 0.0;            ///< replicas that were allowed
    double would_do = 0.0;        ///< replicas that are likely to be enough where these were not; 0: not known
    [[nodiscard]] bool is_reached() const { return reached <= asked; }
};

/// Some consecutive replicas of a part, behind its results.
struct PartPiece {
    std::uint32_t first = 0, count = 0;   ///< replicas
    std::uint64_t offset = 0, bytes = 0;  ///< in the appendix
};

/// What a result says that is a part of a study: its replicas, also as they were run, so that parts can be put together.
struct PartOfStudy {
    std::uint32_t first = 0, end = 0;  ///< replicas `first` to `end` - 1 were to be run
    std::uint32_t of = 0;              ///< replicas of the whole study
    std::string identity{};            ///< study_identity
    std::vector<PartPiece> pieces{};   ///< ascending
};

struct OutputResult {
    std::string label;
    std::string type;
    std::vector<Coordinate> coordinates;
};

struct Provenance {
    std::string version;
    std::string git_revision;
    std::string host;
    std::string started;  ///< ISO 8601, UTC
    double wall_seconds = 0.0;
    int threads = 0;
    std::string instruction_set;                                 ///< that load flows were solved with
    std::vector<std::pair<std::string, std::string>> libraries;  ///< name, version
    int ranks = 1;                                               ///< processes; `threads` are those of all of them
};

/// Where the time of a study went; of this run only, like the provenance.
struct StudyProfile {
    RunProfile total;                        ///< over all threads
    std::vector<std::string> controllers{};  ///< labels, as RunProfile::controllers
    double wall_seconds = 0.0;               ///< from the first draw to the last replica put together
    double peak_memory_mb = 0.0;

    /// Seconds that threads spent at work, writing apart.
    [[nodiscard]] double working_seconds() const;
};

struct StudyResult {
    std::string title;
    std::string scenario_file;
    std::vector<std::string> overrides{};             ///< `path=value`, over the scenario file
    std::shared_ptr<const InputFiles> input_files{};  ///< all files that it was made of; none: not known
    bool keeps_inputs = true;                         ///< false: only their sizes and hashes go into a file
    std::vector<Setting> scenario;                    ///< every resolved setting
    std::uint64_t seed = 0;
    int planned = 0;         ///< replicas asked for, or decided on by a study that stops by itself; their parts where there are
    std::size_t parts = 1;   ///< of a replica, each of which counts as one in all that outputs record (`study.batch_length`)
    Duration part_length{};  ///< of these; zero: replicas are whole
    std::size_t control_steps = 0;  ///< of one replica; 0: not known
    bool interrupted = false;
    std::optional<PartOfStudy> part{};  ///< of some of a study's replicas, which are to be put together with others
    std::optional<StopOutcome> stop{};  ///< of a study that stops by itself
    std::string calendar_start;         ///< ISO 8601 local time of the scenario's start
    std::vector<double> clock_changes;  ///< as WallClock has them
    std::vector<std::string> inputs;    ///< what was taken of each file of sessions, profiles and prices, in words
    double confidence = 0.95;
    DrawDesign draws{};  ///< how replicas share out their draws
    std::vector<double> quantile_levels{std::begin(band_quantiles), std::end(band_quantiles)};
    std::string reference;                       ///< label of the reference controller
    std::string currency;                        ///< empty where the scenario has no prices
    std::vector<std::string> places;             ///< how each population group got its places, in words
    std::vector<std::string> places_drawn_once;  ///< groups whose uncertain places no interval covers
    Connectors connectors{};                     ///< as in replica 0
    bool places_differ = false;                  ///< other replicas have other places
    FeederSite feeder;
    std::vector<std::int32_t> feeder_parent;  ///< by BusId: index of the parent bus, -1 for the source
    std::vector<double> feeder_series_ohm;    ///< by BusId: |z| of the branch that feeds it, ohm at its own voltage
    std::size_t branches = 0;                 ///< of the feeder; 0: not known
    std::size_t unrated_branches = 0;         ///< of them without a rating, whose loading is not judged
    double voltage_min_pu = 0.0;
    double voltage_max_pu = 0.0;
    std::vector<VoltageBand> bus_bands;  ///< by BusId: the band that holds there
    std::vector<OutputResult> outputs;
    std::vector<ReplicaId> replicas;     ///< finished, ascending
    bool same_fleets = false;            ///< every finished replica has the same vehicles at the same places with the same stays,
                                         ///< and the same base load
    RunResult base;                      ///< the feeder without vehicles, one replica; with the load of its profiles
    std::vector<RunResult> controllers;  ///< in scenario order
    std::vector<ReplicaFailure> failures;
    Provenance provenance;
    std::optional<StudyProfile> profile;  ///< only where it was asked for

    /// What the sample consists of: "replica", or "week", "day" or "part" of one replica.
    [[nodiscard]] std::string sample_noun() const {
        if (parts == 1) return "replica";
        return part_length == 7 * one_day ? "week" : part_length == one_day ? "day" : "part";
    }
    /// Replicas that were planned, whole.
    [[nodiscard]] int planned_replicas() const { return planned / static_cast<int>(parts); }

    /// Whether replicas have another base load than `base`.
    [[nodiscard]] bool base_load_varies() const {
        return std::any_of(scenario.begin(), scenario.end(),
                           [](const Setting& s) { return s.path == "base_load.variation.demand"; });
    }
};

}  // namespace evsweep
