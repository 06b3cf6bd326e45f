/// A node of a document written out again on one line, so that it can be read back.
#pragma once

#include <string>

#include "evsweep/document.hpp"

namespace evsweep {

/// As YAML in flow style: `{path: feeder.file, values: [a.yaml, "b, c.yaml"]}`; `~` for nothing. Reads back to the same node,
/// positions apart.
[[nodiscard]] std::string flow_text(const Node& node);

}  // namespace evsweep
