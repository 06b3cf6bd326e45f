/// The rows of transformers and relays, and how devices say where they are connected.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "feeder_formats/evsweep/row_text.hpp"

namespace evsweep {

using BusesByName = std::map<std::string, const BusRow*>;

/// Phases and connection, or the pairs of ends one by one; nothing for a star of all of `bus`'s phases. `bus` may be null.
void add_terminals(const std::vector<Terminals>& terminals, const std::vector<Conductor>* bus, RowText& text);

[[nodiscard]] std::string transformer_text(const TransformerRow& row, const BusesByName& buses, TextStyle style);
[[nodiscard]] std::string regulator_text(const RegulatorRow& row, TextStyle style);
[[nodiscard]] std::string capacitor_control_text(const CapacitorControlRow& row, TextStyle style);

}  // namespace evsweep
