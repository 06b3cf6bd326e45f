/// What the project's feeder file may say of generators that follow the voltage.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "feeder_formats/evsweep/values.hpp"

namespace evsweep {

namespace feeder_file {

struct WatchLine {
    std::string bus;
    TerminalsText across;
    Volts rated;
    static const Schema<WatchLine>& schema();
};

struct GeneratorControlLine {
    std::string id, load;
    PerUnit hold{1.0};
    Kilovars q_min, q_max;
    RowList<WatchLine> watch;
    OfSeveral voltage = OfSeveral::mean;
    Duration delay{};
    static const Schema<GeneratorControlLine>& schema();
};

[[nodiscard]] InjectionControlRow row_of(const GeneratorControlLine& line, const Position& at);
[[nodiscard]] std::vector<WatchedVoltage> watched_of(const RowList<WatchLine>& lines);

}  // namespace feeder_file
}  // namespace evsweep
