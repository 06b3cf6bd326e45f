#include "evsweep/output.hpp"

namespace evsweep {

std::vector<std::string> event_kind_names() {
    return {"plug_in",     "unplug",   "full",     "empty", "reserve",   "knee",   "base_load",
            "measurement", "decision", "unsolved", "tap",   "capacitor", "hunting"};
}

}  // namespace evsweep
