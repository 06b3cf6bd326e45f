// Loads and generators: what they draw or feed in.
#include <cmath>

#include "feeder_formats/opendss/handlers.hpp"

namespace evsweep::opendss {
namespace {

/// Position of the value with the largest magnitude.
std::size_t peak_of(const std::vector<double>& values) {
    std::size_t peak = 0;
    for (std::size_t i = 1; i < values.size(); ++i)
        if (std::abs(values[i]) > std::abs(values[peak])) peak = i;
    return peak;
}

template <class T>
void set_status(T& object, const Value& value, PropertyReader&) {
    const std::string word = lower(value.text.substr(0, 1));
    object.fixed = word == "f" || word == "e";
}

template <auto Member, Load::Given Kind>
void set_power(Load& load, const Value& value, PropertyReader& reader) {
    set_number<Member>(load, value, reader);
    load.given = Kind;
}
void set_load_factor(Load& load, const Value& value, PropertyReader& reader) {
    set_factor<&Load::pf>(load, value, reader);
    load.pf_given = load.pf_changed = true;
}
void set_load_kvar(Load& load, const Value& value, PropertyReader& reader) {
    set_power<&Load::kvar, Load::Given::kw_kvar>(load, value, reader);
    load.pf_given = false;
}

/// Power from the kVA of the transformer that serves the load, or from energy bills.
template <auto Member, Load::Given Kind>
void set_allocated(Load& load, const Value& value, PropertyReader& reader) {
    set_power<Member, Kind>(load, value, reader);
    if (Kind == Load::Given::allocated && load.transformer_kva <= 0.0) return;  // nothing to allocate by: the power stays
    load.kw = allocated_kw(load);
    load.kvar = kvar_at(load.kw, load.pf);
}

void set_zipv(Load& load, const Value& value, PropertyReader& reader) {
    const auto numbers = reader.numbers(value);
    if (!numbers) return;
    if (numbers->size() != 7) return reader.refuse(value, fmt::format("has {} of 7 numbers", numbers->size()));
    load.zipv = *numbers;
}

/// Limits of reactive power follow it until they are given; those of a power factor have no sign.
void limit_kvar(Generator& generator, double kvar) {
    generator.max_kvar = 2.0 * kvar;
    generator.min_kvar = -generator.max_kvar;
}
void follow_factor(Generator& generator) {
    generator.kvar = kvar_at(generator.kw, generator.pf);
    generator.by_pf = true;
    limit_kvar(generator, kvar_at(generator.kw, std::abs(generator.pf)));
}
void set_pf(Generator& generator, const Value& value, PropertyReader& reader) {
    set_factor<&Generator::pf>(generator, value, reader);
    follow_factor(generator);
}
void set_generator_kw(Generator& generator, const Value& value, PropertyReader& reader) {
    set_number<&Generator::kw>(generator, value, reader);
    follow_factor(generator);
}
void set_generator_kvar(Generator& generator, const Value& value, PropertyReader& reader) {
    set_number<&Generator::kvar>(generator, value, reader);
    generator.by_pf = false;
    limit_kvar(generator, generator.kvar);
    const double kva = std::hypot(generator.kw, generator.kvar);
    if (kva > 0.0 && generator.kw != 0.0)
        generator.pf = std::abs(generator.kw) / kva * (generator.kw * generator.kvar < 0 ? -1 : 1);
}
/// Models of the user's own count with model 6 only.
void set_generator_model(Generator& generator, const Value& value, PropertyReader& reader) {
    set_model<1, 7>(generator, value, reader);
    if (generator.model == 6) reader.refuse(value, "is a model of the user's own (6), which is not supported");
}
void set_dispatch(Generator&, const Value& value, PropertyReader& reader) {
    if (lower(value.text.substr(0, 1)) != "d")
        reader.refuse(value, "dispatch by load level or price is not supported", "use the default mode");
}

}  // namespace

double allocated_kw(const Load& load) {
    return load.given == Load::Given::allocated ? load.transformer_kva * load.allocation * std::abs(load.pf)
                                                : load.kwh / (load.kwh_days * 24.0) * load.c_factor;
}

void take_actual(Load& load, const LoadShape& shape) {
    if (!shape.use_actual || shape.p.empty()) return;
    const std::size_t peak = peak_of(shape.p);
    load.kw = shape.max_p.value_or(shape.p[peak]);
    load.kvar = shape.max_q.value_or(peak < shape.q.size() ? shape.q[peak] : 0.0);
    load.given = load.pf_given ? Load::Given::kw_pf : Load::Given::kw_kvar;
}
void take_actual(Generator& generator, const LoadShape& shape) {
    if (!shape.use_actual || shape.p.empty()) return;
    const std::size_t peak = peak_of(shape.p);
    generator.kw = shape.max_p.value_or(shape.p[peak]);
    generator.kvar = shape.max_q.value_or(peak < shape.q.size() ? shape.q[peak] : 0.0);
    limit_kvar(generator, generator.kvar);
    generator.by_pf = false;
}

void finish_edit(Load& load, PropertyReader&) {
    switch (load.given) {
        case Load::Given::kw_pf:
            load.kvar = kvar_at(load.kw, load.pf);
            break;
        case Load::Given::kw_kvar:
            if (const double kva = std::hypot(load.kw, load.kvar); kva > 0.0) {
                load.pf = load.kw / kva;
                if (load.kvar != 0.0 && load.kw * load.kvar < 0.0) load.pf = -std::abs(load.pf);
                if (load.kvar != 0.0 && load.kw * load.kvar > 0.0) load.pf = std::abs(load.pf);
                if (load.pf == 0.0) load.pf = 1e-9;  // all reactive: kW alone would not determine kvar
            }
            break;
        case Load::Given::kva_pf:
            load.kw = load.kva * std::abs(load.pf);
            load.kvar = kvar_at(load.kw, load.pf);
            break;
        case Load::Given::allocated:
        case Load::Given::energy:
            if (load.pf_changed) load.kvar = kvar_at(load.kw, load.pf);
            break;
    }
    if (load.given != Load::Given::kva_pf) load.kva = std::hypot(load.kw, load.kvar);
    load.pf_changed = false;
}

Properties<Load> load_properties() {
    using T = Load;
    using G = Load::Given;
    return with_common<T>({{"phases", set_phases<&T::phases, T>},
                           {"bus1", set_bus<0, T>},
                           {"kv", set_number<&T::kv, T>},
                           {"kw", set_power<&T::kw, G::kw_pf>},
                           {"pf", set_load_factor},
                           {"model", set_model<1, 8, T>},
                           {"yearly", set_shape<&T::yearly, T>},
                           {"daily", set_shape<&T::daily, T>},
                           {"duty", set_shape<&T::duty, T>},
                           {"growth", set_text<&T::growth, T>},
                           {"conn", set_delta<&T::delta, T>},
                           {"kvar", set_load_kvar},
                           {"rneut", set_number<&T::neutral_r, T>},
                           {"xneut", set_number<&T::neutral_x, T>},
                           {"status", set_status<T>},
                           no_effect<T>("class"),
                           {"vminpu", set_number<&T::min_pu, T>},
                           {"vmaxpu", set_number<&T::max_pu, T>},
                           no_effect<T>("vminnorm"),
                           no_effect<T>("vminemerg"),
                           {"xfkva", set_allocated<&T::transformer_kva, G::allocated>},
                           {"allocationfactor", set_allocated<&T::allocation, G::allocated>},
                           {"kva", set_power<&T::kva, G::kva_pf>},
                           no_effect<T>("%mean"),
                           no_effect<T>("%stddev"),
                           {"cvrwatts", set_number<&T::cvr_watts, T>},
                           {"cvrvars", set_number<&T::cvr_vars, T>},
                           {"kwh", set_allocated<&T::kwh, G::energy>},
                           {"kwhdays", set_allocated<&T::kwh_days, G::energy>},
                           {"cfactor", set_allocated<&T::c_factor, G::energy>},
                           no_effect<T>("cvrcurve"),
                           no_effect<T>("numcust"),
                           {"zipv", set_zipv},
                           no_effect<T>("%seriesrl"),
                           no_effect<T>("relweight"),
                           {"vlowpu", set_number<&T::low_pu, T>},
                           no_effect<T>("puxharm"),
                           no_effect<T>("xrharm")},
                          injection_properties<T>());
}

Properties<Generator> generator_properties() {
    using T = Generator;
    return with_common<T>({{"phases", set_phases<&T::phases, T>},
                           {"bus1", set_bus<0, T>},
                           {"kv", set_number<&T::kv, T>},
                           {"kw", set_generator_kw},
                           {"pf", set_pf},
                           {"kvar", set_generator_kvar},
                           {"model", set_generator_model},
                           {"vminpu", set_number<&T::min_pu, T>},
                           {"vmaxpu", set_number<&T::max_pu, T>},
                           {"yearly", set_shape<&T::yearly, T>},
                           {"daily", set_shape<&T::daily, T>},
                           {"duty", set_shape<&T::duty, T>},
                           {"dispmode", set_dispatch},
                           no_effect<T>("dispvalue"),
                           {"conn", set_delta<&T::delta, T>},
                           {"status", set_status<T>},
                           no_effect<T>("class"),
                           {"vpu", set_number<&T::vpu, T>},
                           {"maxkvar", set_number<&T::max_kvar, T>},
                           {"minkvar", set_number<&T::min_kvar, T>},
                           no_effect<T>("pvfactor"),
                           no_effect<T>("forceon"),
                           no_effect<T>("kva"),
                           no_effect<T>("mva"),
                           no_effect<T>("xd"),
                           no_effect<T>("xdp"),
                           no_effect<T>("xdpp"),
                           no_effect<T>("h"),
                           no_effect<T>("d"),
                           no_effect<T>("usermodel"),
                           no_effect<T>("userdata"),
                           no_effect<T>("shaftmodel"),
                           no_effect<T>("shaftdata"),
                           no_effect<T>("dutystart"),
                           no_effect<T>("debugtrace"),
                           no_effect<T>("balanced"),
                           no_effect<T>("xrdp"),
                           {"usefuel", refuse_if_yes<T>},
                           no_effect<T>("fuelkwh"),
                           no_effect<T>("%fuel"),
                           no_effect<T>("%reserve"),
                           no_effect<T>("refuel"),
                           no_effect<T>("dynamiceq"),
                           no_effect<T>("dynout")},
                          injection_properties<T>());
}

}  // namespace evsweep::opendss
