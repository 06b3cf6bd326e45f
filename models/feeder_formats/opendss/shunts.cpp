// Capacitors and reactors.
#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {
namespace {

void set_capacitor_kvar(Capacitor& capacitor, const Value& value, PropertyReader& reader) {
    set_list<&Capacitor::kvar>(capacitor, value, reader);
    capacitor.by_kvar = true;
}
void set_micro_farad(Capacitor& capacitor, const Value& value, PropertyReader& reader) {
    set_list<&Capacitor::micro_farad>(capacitor, value, reader);
    capacitor.by_kvar = false;
}
void set_states(Capacitor& capacitor, const Value& value, PropertyReader& reader) {
    set_list<&Capacitor::states>(capacitor, value, reader);
    capacitor.moved = false;
}

/// A bank of one step is divided; all steps are on until `states` says otherwise.
void set_steps(Capacitor& capacitor, const Value& value, PropertyReader& reader) {
    const auto steps = reader.integer(value, 1, 1000);
    if (!steps) return;
    if (capacitor.steps == 1 && capacitor.kvar.size() == 1) {
        const double each = capacitor.kvar.front() / *steps;
        capacitor.kvar.assign(static_cast<std::size_t>(*steps), each);
    }
    capacitor.steps = *steps;
    capacitor.states.assign(static_cast<std::size_t>(*steps), 1.0);
}
void set_harmonic(Capacitor& capacitor, const Value& value, PropertyReader& reader) {
    const auto harmonics = reader.numbers(value);
    if (harmonics && !harmonics->empty()) capacitor.harmonic = harmonics->front();
}

void set_reactor_kvar(Reactor& reactor, const Value& value, PropertyReader& reader) {
    set_number<&Reactor::kvar>(reactor, value, reader);
    reactor.given = Reactor::Given::kvar;
}
void set_reactor_x(Reactor& reactor, const Value& value, PropertyReader& reader) {
    set_number<&Reactor::x>(reactor, value, reader);
    reactor.given = Reactor::Given::ohm;
}
void set_reactor_z(Reactor& reactor, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) reactor.r = z->real(), reactor.x = z->imag();
    reactor.given = Reactor::Given::ohm;
}
template <auto Member>
void set_reactor_matrix(Reactor& reactor, const Value& value, PropertyReader& reader) {
    if (auto matrix = reader.matrix(value, static_cast<std::size_t>(reactor.phases))) reactor.*Member = std::move(*matrix);
    reactor.given = Reactor::Given::matrix;
}
void set_millihenry(Reactor& reactor, const Value& value, PropertyReader& reader) {
    if (const auto mh = reader.number(value)) reactor.x = *mh * 1e-3 * 2.0 * 3.14159265358979323846 * reader.circuit().frequency;
    reactor.given = Reactor::Given::ohm;
}
void set_z1(Reactor& reactor, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) reactor.z1 = *z;
    if (!reactor.has_z0) reactor.z0 = reactor.z1;
    reactor.given = Reactor::Given::sequence;
}
void set_z0(Reactor& reactor, const Value& value, PropertyReader& reader) {
    if (const auto z = reader.complex(value)) reactor.z0 = *z;
    reactor.has_z0 = true;
}

}  // namespace

Properties<Capacitor> capacitor_properties() {
    using T = Capacitor;
    return with_common<T>({{"bus1", set_bus<0, T>},
                           {"bus2", set_bus<1, T>},
                           {"phases", set_phases<&T::phases, T>},
                           {"kvar", set_capacitor_kvar},
                           {"kv", set_number<&T::kv, T>},
                           {"conn", set_delta<&T::delta, T>},
                           unsupported<T>("cmatrix"),
                           {"cuf", set_micro_farad},
                           {"r", set_list<&T::r, T>},
                           {"xl", set_list<&T::xl, T>},
                           {"harm", set_harmonic},
                           {"numsteps", set_steps},
                           {"states", set_states}},
                          delivery_properties<T>(no_effect<T>("normamps"), {"basefreq", check_frequency<T>}));
}

Properties<Reactor> reactor_properties() {
    using T = Reactor;
    return with_common<T>({{"bus1", set_bus<0, T>},
                           {"bus2", set_bus<1, T>},
                           {"phases", set_phases<&T::phases, T>},
                           {"kvar", set_reactor_kvar},
                           {"kv", set_number<&T::kv, T>},
                           {"conn", set_delta<&T::delta, T>},
                           {"rmatrix", set_reactor_matrix<&T::r_matrix>},
                           {"xmatrix", set_reactor_matrix<&T::x_matrix>},
                           {"parallel", set_boolean<&T::parallel, T>},
                           {"r", set_number<&T::r, T>},
                           {"x", set_reactor_x},
                           {"rp", set_number<&T::rp, T>},
                           {"z1", set_z1},
                           unsupported<T>("z2"),
                           {"z0", set_z0},
                           {"z", set_reactor_z},
                           no_effect<T>("rcurve"),
                           no_effect<T>("lcurve"),
                           {"lmh", set_millihenry}},
                          delivery_properties<T>(no_effect<T>("normamps"), {"basefreq", check_frequency<T>}));
}

}  // namespace evsweep::opendss
