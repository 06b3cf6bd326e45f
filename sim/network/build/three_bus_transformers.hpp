/// Transformers of three windings at three buses, as transformers of two windings that meet inside.
///
/// Per core, three windings have the leakage impedances z_12, z_13, z_23 between them, which are those of a star
///   z_1 = (z_12 + z_13 - z_23) / 2,   z_2 = (z_12 + z_23 - z_13) / 2,   z_3 = (z_13 + z_23 - z_12) / 2
/// whose resistances are those of the windings; a reactance may be negative. The star is a bus of its own
/// (`BusRow::is_inside_transformer`), one conductor per core, whose voltage to earth is that of a coil over its rated voltage;
/// each winding is a transformer from its bus to that one. So a network with such transformers stays a tree of buses with one
/// parent each.
#pragma once

#include "evsweep/feeder_description.hpp"

namespace evsweep {

/// Whether a transformer stands at three buses.
[[nodiscard]] bool is_at_three_buses(const TransformerRow& row);

/// The description with its three-bus transformers taken apart into `t`, `t:2` and `t:3`, and its relays reading the parts. Its
/// rows have been checked (check_feeder_rows); a relay that would need two parts is an error.
[[nodiscard]] FeederDescription with_inner_buses(const FeederDescription& description, Issues& issues);

}  // namespace evsweep
