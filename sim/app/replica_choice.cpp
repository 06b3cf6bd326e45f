#include "sim/app/replica_choice.hpp"

#include <fmt/format.h>

#include <cmath>

#include "sim/app/say.hpp"
#include "sim/base/units.hpp"

namespace evsweep {

namespace {

/// A whole number from `least` to `most`.
std::optional<std::size_t> count_in(const std::string& text, std::size_t least, std::size_t most) {
    const auto number = parse_number(text);
    if (!number || *number != std::floor(*number)) return std::nullopt;
    if (*number < static_cast<double>(least) || *number > static_cast<double>(most)) return std::nullopt;
    return static_cast<std::size_t>(*number);
}

}  // namespace

std::optional<ReplicaId> replica_asked(const LoadedStudy& study, const std::string& text) {
    const int replicas = study.scenario.study.most_replicas();
    if (const auto replica = count_in(text, 0, static_cast<std::size_t>(replicas) - 1)) return ReplicaId(*replica);
    refuse(fmt::format("--only-replica: the study has no replica '{}'", text),
           fmt::format("it has replicas 0 to {}", replicas - 1));
    return std::nullopt;
}

bool is_part(const RunOptions& options) { return !options.replicas_from.empty() || !options.replicas_to.empty(); }

std::string mark_of_part(const RunOptions& options) {
    if (!is_part(options)) return {};
    return fmt::format("-from-{}{}", options.replicas_from.empty() ? "0" : options.replicas_from,
                       options.replicas_to.empty() ? "" : "-to-" + options.replicas_to);
}

std::optional<ReplicaRange> range_asked(const LoadedStudy& study, const RunOptions& options) {
    if (study.stop) {
        refuse("--replicas-from: this study decides by itself how many replicas it runs (study.stop), which a part cannot know",
               "remove study.stop and say study.replicas, or run it whole");
        return std::nullopt;
    }
    const auto replicas = static_cast<std::size_t>(study.scenario.study.replicas);
    const auto first = count_in(options.replicas_from.empty() ? "0" : options.replicas_from, 0, replicas - 1);
    if (!first) {
        refuse(fmt::format("--replicas-from: the study has no replica '{}'", options.replicas_from),
               fmt::format("it has replicas 0 to {}", replicas - 1));
        return std::nullopt;
    }
    const auto end = options.replicas_to.empty() ? replicas : count_in(options.replicas_to, *first + 1, replicas);
    if (end) return ReplicaRange{*first, *end};
    refuse(fmt::format("--to: '{}' does not end a part that begins with replica {}", options.replicas_to, *first),
           fmt::format("--to is the replica after the last one: {} to {}", *first + 1, replicas));
    return std::nullopt;
}

}  // namespace evsweep
