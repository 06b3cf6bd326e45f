// Signals of sources, e.g. photovoltaics.
#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

SignalReader generated(const World&) {
    return reader_of_number([](World& w) { return w.sources.generated_kw(); });
}
SignalReader curtailed(const World&) {
    return reader_of_number([](World& w) { return w.sources.curtailed_kw(); });
}
SignalReader available(const World&) {
    return [](World& w) { return w.sources.available_kw(); };
}

const bool registered[] = {
    provide(signals::generated_power, Origin::given, generated),
    provide(signals::curtailed_power, Origin::given, curtailed),
    provide_column(signals::available_power, Origin::given, available),
};

}  // namespace

}  // namespace evsweep
