// Photovoltaic systems and storages.
#include "feeder_formats/opendss/handlers.hpp"

namespace evsweep::opendss {
namespace {

template <class T>
void set_inverter_factor(T& inverter, const Value& value, PropertyReader& reader) {
    set_factor<&Inverter::pf>(inverter, value, reader);
    inverter.by_pf = true;
}
template <class T>
void set_inverter_kvar(T& inverter, const Value& value, PropertyReader& reader) {
    set_number<&Inverter::kvar>(inverter, value, reader);
    inverter.by_pf = false;
}
template <auto Member, class T>
void set_kvar_limit(T& inverter, const Value& value, PropertyReader& reader) {
    if (const auto limit = reader.number(value)) inverter.*Member = std::abs(*limit);
}
template <auto Member, class T>
void set_share(T& object, const Value& value, PropertyReader& reader) {
    if (const auto percent = reader.number(value)) object.*Member = *percent * 0.01;
}
template <auto Member, class T>
void set_inverter_curve(T& inverter, const Value& value, PropertyReader& reader) {
    const std::string name = lower(value.text);
    if (!reader.circuit().curves.find(name))
        return reader.refuse(value, "unknown curve '" + name.substr(0, 40) + "'", "define it with New XYCurve before this line");
    inverter.*Member = name;
}
template <class T>
void set_inverter_model(T& inverter, const Value& value, PropertyReader& reader) {
    set_model<1, 2>(inverter, value, reader);
}
template <class T>
void set_control_mode(T&, const Value& value, PropertyReader& reader) {
    if (lower(value.text) != "gfl") reader.refuse(value, "an inverter that forms the grid is not supported", "use GFL");
}

/// Properties of the dynamic model of inverters, which both classes end with.
template <class T>
Properties<T> dynamic_properties() {
    return {no_effect<T>("kvdc"),     no_effect<T>("kp"),          no_effect<T>("pitol"),  no_effect<T>("safevoltage"),
            no_effect<T>("safemode"), no_effect<T>("dynamiceq"),   no_effect<T>("dynout"), {"controlmode", set_control_mode<T>},
            no_effect<T>("amplimit"), no_effect<T>("amplimitgain")};
}
template <class T>
Properties<T> inverter_properties() {
    Properties<T> all = dynamic_properties<T>();
    for (const auto& property : injection_properties<T>()) all.push_back(property);
    return all;
}

void set_storage_kv(Storage& storage, const Value& value, PropertyReader& reader) {
    set_number<&Storage::kv>(storage, value, reader);
    storage.rated_phases = storage.phases;
}
void set_storage_connection(Storage& storage, const Value& value, PropertyReader& reader) {
    set_delta<&Storage::delta>(storage, value, reader);
    storage.rated_phases = storage.phases;
}
/// A power says what the storage does.
void set_storage_kw(Storage& storage, const Value& value, PropertyReader& reader) {
    const auto kw = reader.number(value);
    if (!kw) return;
    storage.state = *kw > 0.0 ? Storage::State::discharging : *kw < 0.0 ? Storage::State::charging : Storage::State::idling;
    if (*kw > 0.0) storage.discharge = *kw / storage.rated_kw * 100.0;
    if (*kw < 0.0) storage.charge = -*kw / storage.rated_kw * 100.0;
}
void set_storage_kva(Storage& storage, const Value& value, PropertyReader& reader) {
    set_number<&Storage::kva>(storage, value, reader);
    storage.kva_given = true;
    storage.usual_kvar_max.reset();
}
void set_rated_kw(Storage& storage, const Value& value, PropertyReader& reader) {
    set_number<&Storage::rated_kw>(storage, value, reader);
    if (!(storage.rated_kw > 0.0)) reader.refuse(value, "is not a rated power", "give a number above 0");
    if (!storage.kva_given) storage.kva = storage.rated_kw;
}
void set_rated_kwh(Storage& storage, const Value& value, PropertyReader& reader) {
    set_number<&Storage::rated_kwh>(storage, value, reader);
    storage.kwh = storage.rated_kwh;
    storage.reserve_kwh = storage.rated_kwh * storage.reserve * 0.01;
}
void set_stored(Storage& storage, const Value& value, PropertyReader& reader) {
    if (const auto percent = reader.number(value)) storage.kwh = *percent * 0.01 * storage.rated_kwh;
}
void set_reserve(Storage& storage, const Value& value, PropertyReader& reader) {
    set_number<&Storage::reserve>(storage, value, reader);
    storage.reserve_kwh = storage.rated_kwh * storage.reserve * 0.01;
}
void set_storage_state(Storage& storage, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text.substr(0, 1));
    if (word != "c" && word != "i" && word != "d")
        return reader.refuse(value, "is no state of a storage", "states: charging, idling, discharging");
    storage.state = word == "c" ? Storage::State::charging : word == "d" ? Storage::State::discharging : Storage::State::idling;
}
void set_storage_dispatch(Storage& storage, const Value& value, PropertyReader& reader) {
    using D = Storage::Dispatch;
    const std::string word = lower(value.text.substr(0, 1));
    if (word == "d")
        storage.dispatch = D::shape;
    else if (word == "f")
        storage.dispatch = D::follow;
    else if (word == "e")
        storage.dispatch = D::external;
    else if (word == "l" || word == "p")
        storage.dispatch = D::trigger;
    else
        reader.refuse(value, "is no way to dispatch a storage", "ways: default, follow, external, loadlevel, price");
}

}  // namespace

Properties<PvSystem> pv_system_properties() {
    using T = PvSystem;
    return with_common<T>({{"phases", set_phases<&T::phases, T>},
                           {"bus1", set_bus<0, T>},
                           {"kv", set_number<&T::kv, T>},
                           {"irradiance", set_number<&T::irradiance, T>},
                           {"pmpp", set_number<&T::pmpp, T>},
                           {"%pmpp", set_share<&T::limit, T>},
                           {"temperature", set_number<&T::temperature, T>},
                           {"pf", set_inverter_factor<T>},
                           {"conn", set_delta<&T::delta, T>},
                           {"kvar", set_inverter_kvar<T>},
                           {"kva", set_number<&T::kva, T>},
                           no_effect<T>("%cutin"),
                           {"%cutout", set_number<&T::cut_out, T>},
                           {"effcurve", set_inverter_curve<&T::efficiency, T>},
                           {"p-tcurve", set_inverter_curve<&T::temperature_curve, T>},
                           no_effect<T>("%r"),
                           no_effect<T>("%x"),
                           {"model", set_inverter_model<T>},
                           {"vminpu", set_number<&T::min_pu, T>},
                           {"vmaxpu", set_number<&T::max_pu, T>},
                           {"balanced", set_boolean<&T::balanced, T>},
                           {"limitcurrent", set_boolean<&T::current_limited, T>},
                           {"yearly", set_shape<&T::yearly, T>},
                           {"daily", set_shape<&T::daily, T>},
                           {"duty", set_shape<&T::duty, T>},
                           no_effect<T>("tyearly"),
                           no_effect<T>("tdaily"),
                           no_effect<T>("tduty"),
                           no_effect<T>("class"),
                           no_effect<T>("usermodel"),
                           no_effect<T>("userdata"),
                           no_effect<T>("debugtrace"),
                           {"varfollowinverter", set_boolean<&T::vars_follow, T>},
                           no_effect<T>("dutystart"),
                           {"wattpriority", set_boolean<&T::watt_first, T>},
                           {"pfpriority", set_boolean<&T::factor_first, T>},
                           {"%pminnovars", set_kvar_limit<&T::no_vars_below, T>},
                           {"%pminkvarmax", set_kvar_limit<&T::full_vars_from, T>},
                           {"kvarmax", set_kvar_limit<&T::kvar_max, T>},
                           {"kvarmaxabs", set_kvar_limit<&T::kvar_max_abs, T>}},
                          inverter_properties<T>());
}

Properties<Storage> storage_properties() {
    using T = Storage;
    return with_common<T>({{"phases", set_phases<&T::phases, T>},
                           {"bus1", set_bus<0, T>},
                           {"kv", set_storage_kv},
                           {"conn", set_storage_connection},
                           {"kw", set_storage_kw},
                           {"kvar", set_inverter_kvar<T>},
                           {"pf", set_inverter_factor<T>},
                           {"kva", set_storage_kva},
                           no_effect<T>("%cutin"),
                           {"%cutout", set_number<&T::cut_out, T>},
                           {"effcurve", set_inverter_curve<&T::efficiency, T>},
                           {"varfollowinverter", set_boolean<&T::vars_follow, T>},
                           {"kvarmax", set_kvar_limit<&T::kvar_max, T>},
                           {"kvarmaxabs", set_kvar_limit<&T::kvar_max_abs, T>},
                           {"wattpriority", set_boolean<&T::watt_first, T>},
                           {"pfpriority", set_boolean<&T::factor_first, T>},
                           {"%pminnovars", set_number<&T::no_vars_below, T>},
                           {"%pminkvarmax", set_number<&T::full_vars_from, T>},
                           {"kwrated", set_rated_kw},
                           {"%kwrated", set_share<&T::limit, T>},
                           {"kwhrated", set_rated_kwh},
                           {"kwhstored", set_number<&T::kwh, T>},
                           {"%stored", set_stored},
                           {"%reserve", set_reserve},
                           {"state", set_storage_state},
                           {"%discharge", set_number<&T::discharge, T>},
                           {"%charge", set_number<&T::charge, T>},
                           no_effect<T>("%effcharge"),
                           no_effect<T>("%effdischarge"),
                           {"%idlingkw", set_number<&T::idle, T>},
                           no_effect<T>("%idlingkvar"),
                           no_effect<T>("%r"),
                           no_effect<T>("%x"),
                           {"model", set_inverter_model<T>},
                           {"vminpu", set_number<&T::min_pu, T>},
                           {"vmaxpu", set_number<&T::max_pu, T>},
                           {"balanced", set_boolean<&T::balanced, T>},
                           {"limitcurrent", set_boolean<&T::current_limited, T>},
                           {"yearly", set_shape<&T::yearly, T>},
                           {"daily", set_shape<&T::daily, T>},
                           {"duty", set_shape<&T::duty, T>},
                           {"dispmode", set_storage_dispatch},
                           {"dischargetrigger", set_number<&T::discharge_trigger, T>},
                           {"chargetrigger", set_number<&T::charge_trigger, T>},
                           no_effect<T>("timechargetrig"),
                           no_effect<T>("class"),
                           no_effect<T>("dynadll"),
                           no_effect<T>("dynadata"),
                           no_effect<T>("usermodel"),
                           no_effect<T>("userdata"),
                           no_effect<T>("debugtrace")},
                          inverter_properties<T>());
}

}  // namespace evsweep::opendss
