// Signals of generators, e.g. photovoltaics.
#include "sim/engine/provided_signal.hpp"

namespace evsweep {

namespace {

SignalReader generated(const World&) {
    return reader_of_number([](World& w) { return w.generators.generated_kw(); });
}
SignalReader curtailed(const World&) {
    return reader_of_number([](World& w) { return w.generators.curtailed_kw(); });
}
SignalReader available(const World&) {
    return [](World& w) { return w.generators.available_kw(); };
}

const bool registered[] = {
    provide(signals::generated_power, Origin::given, generated),
    provide(signals::curtailed_power, Origin::given, curtailed),
    provide_column(signals::available_power, Origin::given, available),
};

}  // namespace

}  // namespace evsweep
