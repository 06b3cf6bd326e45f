/// What the flags of `evsweep solve` ask for, as numbers, and the load flow that they ask for.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "evsweep/scenario.hpp"
#include "evsweep/values.hpp"
#include "sim/app/commands.hpp"
#include "sim/network/sweep/load_flow.hpp"
#include "sim/report/solve_report.hpp"

namespace evsweep {

/// The place of a flag in messages: its name.
[[nodiscard]] inline Position at_flag(const std::string& flag) { return {std::make_shared<const std::string>(flag)}; }

/// A value given to a flag; problems are reported at the flag's name.
template <class T>
[[nodiscard]] std::optional<T> read_flag(const std::string& flag, const std::string& text, const Range& range, Issues& issues) {
    Reader reader{issues, {}};
    const auto value = Value<T>::read(Node::make_scalar(text, at_flag(flag)), "", reader);
    if (!value) return std::nullopt;
    if (const auto bad = Value<T>::out_of(range, *value)) {
        issues.error(at_flag(flag), "", number_text(*bad) + " is out of range", "must be " + range.text());
        return std::nullopt;
    }
    return value;
}

struct SolveRequest {
    FeederChoice choice;
    LoadFlowOptions flow;
    bool settles = true;  ///< whether tap changers and capacitors may move
};

/// The flags as numbers; what is wrong with them goes to `issues`.
[[nodiscard]] SolveRequest read_solve_request(const SolveOptions& options, Issues& issues);

/// Solves at nominal load, once, or until the feeder's relays are content.
[[nodiscard]] SolvedFeeder solve_nominal(LoadFlow& flow, const SolveRequest& request);

}  // namespace evsweep
