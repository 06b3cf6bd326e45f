#include "sim/study/memory_estimate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "sim/engine/event_queue.hpp"
#include "sim/statistics/quantile_columns.hpp"
#include "sim/study/memory_there.hpp"
#include "sim/study/number_column.hpp"
#include "sim/study/study_outputs.hpp"
#include "sim/study/write_results.hpp"

namespace evsweep {

namespace {

constexpr std::size_t number_bytes = sizeof(double);
constexpr std::size_t levels_of_bands = 1 + std::size(band_quantiles);  // mean and quantiles

/// Elements of the variables of one output.
struct Elements {
    std::size_t bands = 0;         ///< of all series
    std::size_t largest_band = 0;  ///< of the longest one
    std::size_t traces = 0;        ///< of one replica
    std::size_t numbers = 0;       ///< per replica
};

/// Sizes of a study that memory follows.
struct Counts {
    std::size_t controllers = 0;
    std::size_t sessions = 0;
    std::size_t vehicles = 0;
    std::size_t conductors = 0;
    std::size_t steps = 0;
    std::size_t load_factors = 0;  ///< of a replica's base load
    std::size_t parts = 1;         ///< of a replica, each of which counts as one
};

/// Elements of a variable. A dimension without a coordinate is as long as a log of the replica.
std::size_t elements_of(const Variable& variable, const std::vector<Coordinate>& coordinates, const Counts& counts) {
    std::size_t elements = 1;
    for (const std::string& dim : variable.dims) {
        const auto found = std::find_if(coordinates.begin(), coordinates.end(), [&](const auto& c) { return c.name == dim; });
        const std::size_t size = found == coordinates.end() ? 0 : std::max(found->values.size(), found->labels.size());
        elements *= size > 0 ? size : counts.steps + 6 * counts.sessions;
    }
    return elements;
}

Elements elements_of(const OutputDeclarations& output, const Counts& counts) {
    Elements elements;
    const auto& coordinates = output.coordinates();
    for (const Variable& variable : output.variables()) {
        if (variable.aggregation == Aggregation::per_replica) {
            ++elements.numbers;
            continue;
        }
        const std::size_t n = elements_of(variable, coordinates, counts);
        if (variable.aggregation == Aggregation::trace) {
            elements.traces += n;
        } else {
            elements.bands += n;
            elements.largest_band = std::max(elements.largest_band, n);
        }
    }
    return elements;
}

/// Replicas that an output traces: those that it names, or all.
std::size_t traced_replicas(const Configured<Output>& configured, std::size_t replicas) {
    for (const Setting& setting : configured.settings) {
        if (setting.path != "replicas" || setting.value.empty() || setting.value.front() != '[') continue;
        if (setting.value == "[]") return 0;
        const auto commas = static_cast<std::size_t>(std::count(setting.value.begin(), setting.value.end(), ','));
        return std::min(replicas, commas + 1);
    }
    return replicas;
}

Counts counts_of(const LoadedStudy& study, const Population& sample) {
    const FeederSite& site = study.feeder->site();
    return {study.scenario.controllers.size(),
            sample.sessions.size(),
            sample.connectors.size(),
            site.conductor.size(),
            study.base->steps(),
            sample.load_factors.factor.size(),
            parts_of(study.scenario)};
}

/// Fleets with their planned events, and load flows. The last three are fitted to measured peaks.
std::size_t fleets_in(const Counts& counts, const StudyShape& shape) {
    constexpr std::size_t per_session = sizeof(Session) + 2 * sizeof(Event);
    constexpr std::size_t per_vehicle = 1000;
    constexpr std::size_t per_conductor = 200;
    constexpr std::size_t per_conductor_of_network = 3000;             // which the replicas of a thread share
    const std::size_t twice = 2 * counts.load_factors * number_bytes;  // of the replica, and of its run without vehicles
    const std::size_t replica =
        counts.sessions * per_session + counts.vehicles * per_vehicle + counts.conductors * per_conductor + twice;
    const std::size_t threads = std::min(shape.threads, shape.ensembles());
    return threads * (shape.width * replica + counts.conductors * per_conductor_of_network);
}

/// Whether any party plans; those that do use the linear grid.
bool has_planner(const LoadedStudy& study, const Population& sample) {
    const ReplicaSite site = site_of(study);
    return std::any_of(study.scenario.controllers.begin(), study.scenario.controllers.end(), [&](const Alternative& alternative) {
        return PartySet(site, &alternative, sample, rng_of(study, ReplicaId(0))).uses(services::linear_grid.name);
    });
}

/// Schedules of a day for every vehicle while they are worked out, one plan per thread, and kept, one per replica. Fitted.
std::size_t plans_in(const LoadedStudy& study, const Counts& counts, const StudyShape& shape) {
    constexpr std::size_t columns_at_work = 100;
    constexpr std::size_t columns_kept = 4;
    const auto day = static_cast<std::size_t>(std::max<std::int64_t>(1, one_day / study.scenario.time.step));
    const std::size_t column = counts.vehicles * std::min(counts.steps, day) * number_bytes;
    const std::size_t grid = counts.conductors * std::min(counts.vehicles, counts.conductors) * 2 * number_bytes;
    return std::min(shape.threads, shape.ensembles()) * (columns_at_work * column + shape.width * columns_kept * column + grid);
}

/// Running means and counts, and the values kept for quantiles: those of all replicas, or of as many as are kept. While a run of
/// values is put in order, the longest series is there twice.
std::size_t bands_of(const Elements& e, std::size_t replicas) {
    constexpr std::size_t mean_and_counts = 28;
    constexpr std::size_t run = QuantileColumns::run_length;
    const std::size_t kept = std::min(replicas, QuantileColumns::exact_up_to);
    const std::size_t in_runs = kept / run * run;
    const std::size_t moving = in_runs > 0 ? e.bands * in_runs + e.largest_band * run : 0;
    return e.bands * mean_and_counts + std::max(e.bands * kept, moving) * number_bytes;
}

void add(const Elements& e, std::size_t traced, const Counts& counts, const StudyShape& shape, MemoryEstimate& sum) {
    const std::size_t runs = counts.controllers + 1;  // the feeder without vehicles, too
    // A replica's series are in flight until they go into bands, which keep them as they are for the first replicas.
    const std::size_t replicas = shape.replicas * counts.parts;
    const std::size_t ahead = (shape.threads + shape.remote) * StudyShape::ensembles_ahead * shape.width * counts.parts;
    const std::size_t thinned_out = replicas - std::min(replicas, QuantileColumns::exact_up_to);
    sum.in_flight += (std::min(ahead, thinned_out) * counts.controllers + 1) * e.bands * number_bytes;
    sum.bands += counts.controllers * bands_of(e, replicas);
    const std::size_t whole = (counts.controllers * traced + 1) * e.traces * counts.parts;
    const std::size_t numbers = counts.controllers * e.numbers;
    const std::size_t summaries = runs * e.bands * levels_of_bands;
    sum.traces += (whole + numbers * std::min(replicas, NumberScratch::usual_block)) * number_bytes;
    sum.results += summaries * number_bytes;
    sum.file += (summaries + whole + numbers * replicas) * number_bytes;  // as they are, until `packed`
}

/// A file in memory is packed, and there twice when it is handed over; one that grows on the disk passes through.
std::size_t packed(std::size_t file) {
    constexpr std::size_t on_the_way = std::size_t{8} << 20U;
    return file > most_bytes_in_memory ? on_the_way : file * 3 / 4 * 2;
}

}  // namespace

std::size_t MemoryEstimate::peak() const { return loaded + fleets + traces + std::max(in_flight + bands, results + file); }

MemoryEstimate estimate_memory(const LoadedStudy& study, const StudyShape& shape) {
    const Population sample = study.draw(ReplicaId(0));
    const StudyOutputs outputs = make_outputs(study, sample);
    const Counts counts = counts_of(study, sample);
    MemoryEstimate sum;
    sum.loaded = memory_held() + (std::size_t{12} << 20U);  // libraries that are first used later
    sum.fleets = fleets_in(counts, shape);
    if (has_planner(study, sample)) sum.fleets += plans_in(study, counts, shape);
    std::size_t largest = 0;
    for (std::size_t o = 0; o < outputs.outputs.size(); ++o) {
        const auto& configured = study.scenario.outputs[o];
        MemoryEstimate before = sum;
        add(elements_of(outputs.declared[o], counts), traced_replicas(configured, shape.replicas), counts, shape, sum);
        const std::size_t more = sum.peak() - std::min(sum.peak(), before.peak());
        if (more > largest) largest = more, sum.largest_output = configured.label;
    }
    constexpr std::size_t columns_at_once = 6;  // of a paired difference, and of quantiles
    sum.results += columns_at_once * shape.replicas * counts.parts * number_bytes;
    sum.file = packed(sum.file);
    return sum;
}

std::string to_text(const MemoryEstimate& estimate) {
    std::vector<std::pair<std::size_t, const char*>> parts{{estimate.loaded, "program and feeder"},
                                                           {estimate.fleets, "fleets, plans and load flows"},
                                                           {estimate.traces, "traces and numbers"}};
    if (estimate.in_flight + estimate.bands > estimate.results + estimate.file)
        parts.insert(parts.end(), {{estimate.in_flight, "series in flight"}, {estimate.bands, "bands over replicas"}});
    else
        parts.insert(parts.end(), {{estimate.results, "bands over replicas"}, {estimate.file, "result file"}});
    std::stable_sort(parts.begin(), parts.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
    std::string text;
    for (const auto& [bytes, what] : parts)
        if (bytes * 10 > estimate.peak()) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", what, bytes_text(bytes));
    return fmt::format("about {} at most ({})", bytes_text(estimate.peak()), text);
}

std::optional<std::string> memory_shortage(const MemoryEstimate& estimate, const StudyShape& shape, std::size_t there) {
    const std::size_t more = estimate.peak() - std::min(estimate.peak(), estimate.loaded);
    if (more <= there) return std::nullopt;
    std::string hint = estimate.fleets > estimate.in_flight + std::max(estimate.bands, estimate.results + estimate.file)
                           ? "a shorter time.duration or fewer vehicles"
                           : fmt::format("marks further apart in outputs.{} (`every`) or without it, a shorter time.duration",
                                         estimate.largest_output.empty() ? "NAME" : estimate.largest_output);
    if (shape.threads > 1) hint += fmt::format(", fewer threads than {}", shape.threads);
    return fmt::format("not enough memory: the study takes {}, and {} are there; ask for less: {}", to_text(estimate),
                       bytes_text(there), hint);
}

}  // namespace evsweep
