/// How a study is cut into pieces: threads, and replicas side by side.
#pragma once

#include <algorithm>
#include <cstddef>
#include <thread>

#include "sim/engine/ensemble.hpp"
#include "sim/study/remote_workers.hpp"
#include "sim/study/study.hpp"

namespace evsweep {

struct StudyShape {
    std::size_t replicas = 0;
    std::size_t first = 0;
    std::size_t threads = 1;  ///< of this process
    std::size_t remote = 0;   ///< threads of others
    std::size_t width = 1;    ///< replicas of an ensemble

    /// How far threads may run ahead of the slowest ensemble: finished ensembles per thread that wait in memory.
    static constexpr std::size_t ensembles_ahead = 3;
    [[nodiscard]] std::size_t ensembles() const { return (replicas + width - 1) / width; }
};

/// Replicas `first` to `end` - 1. Wide ensembles share load flows best, but every thread is to have as much to do as the others.
[[nodiscard]] inline StudyShape shape_of_stage(const LoadedStudy& study, const StudyOptions& options, std::size_t first,
                                               std::size_t end) {
    const auto divided_up = [](std::size_t a, std::size_t b) { return (a + b - 1) / b; };
    StudyShape shape;
    shape.replicas = end - first;
    shape.first = first;
    if (options.threads > 0)
        shape.threads = static_cast<std::size_t>(options.threads);
    else if (study.scenario.study.threads > 0)
        shape.threads = static_cast<std::size_t>(study.scenario.study.threads);
    else
        shape.threads = std::max(1U, std::thread::hardware_concurrency());
    if (options.remote) shape.remote = options.remote->threads();
    const std::size_t workers = shape.threads + shape.remote;
    const std::size_t rounds = divided_up(shape.replicas, workers * Ensemble::useful_width);
    shape.width = options.ensemble_width > 0 ? options.ensemble_width : divided_up(shape.replicas, workers * rounds);
    return shape;
}

/// A whole study in one stage, with as many replicas as it may come to.
[[nodiscard]] inline StudyShape shape_of(const LoadedStudy& study, const StudyOptions& options) {
    if (options.only) return shape_of_stage(study, options, options.only->index(), options.only->index() + 1);
    if (options.range) return shape_of_stage(study, options, options.range->first, options.range->end);
    return shape_of_stage(study, options, 0, static_cast<std::size_t>(study.scenario.study.most_replicas()));
}

}  // namespace evsweep
