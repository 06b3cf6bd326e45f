#include "sim/engine/provided_signal.hpp"

namespace evsweep {

std::map<std::string_view, ProvidedSignal>& provided_signals() {
    static std::map<std::string_view, ProvidedSignal> table;
    return table;
}

std::map<std::string_view, ProvidedService>& provided_services() {
    static std::map<std::string_view, ProvidedService> table;
    return table;
}

}  // namespace evsweep
