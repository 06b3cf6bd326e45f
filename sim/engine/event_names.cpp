#include "evsweep/output.hpp"

namespace evsweep {

std::vector<std::string> event_kind_names() {
    return {"plug_in",   "unplug",    "full",        "empty",    "reserve", "knee",
            "taper_end", "base_load", "measurement", "decision", "unsolved"};
}

}  // namespace evsweep
