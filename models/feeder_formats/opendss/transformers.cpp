// Transformers and their codes, winding by winding or by lists.
#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {
namespace {

constexpr double percent = 0.01;

template <class T>
void set_windings(T& t, const Value& value, PropertyReader& reader) {
    const auto windings = reader.integer(value, 2, 1000);
    if (!windings) return;
    if (*windings > 3) return reader.refuse(value, "transformers of more than 3 windings are not supported");
    t.windings.assign(static_cast<std::size_t>(*windings), Winding{});
    t.active = std::min(t.active, t.windings.size() - 1);
}

template <class T>
void set_active(T& t, const Value& value, PropertyReader& reader) {
    if (const auto winding = reader.integer(value, 1, static_cast<int>(t.windings.size())))
        t.active = static_cast<std::size_t>(*winding) - 1;
}

void set_winding_bus(Transformer& t, const Value& value, PropertyReader& reader) {
    if (t.buses.size() <= t.active) t.buses.resize(t.active + 1);
    if (auto bus = reader.bus(value)) t.buses[t.active] = std::move(*bus);
}

template <auto Member, class T>
void set_winding(T& t, const Value& value, PropertyReader& reader) {
    if (const auto number = reader.number(value)) t.windings[t.active].*Member = *number;
}
template <class T>
void set_tap(T& t, const Value& value, PropertyReader& reader) {
    set_winding<&Winding::tap>(t, value, reader);
    t.windings[t.active].moved = false;
}
template <class T>
void set_winding_delta(T& t, const Value& value, PropertyReader& reader) {
    if (const auto delta = reader.is_delta(value)) t.windings[t.active].delta = *delta;
}
template <class T>
void set_winding_taps(T& t, const Value& value, PropertyReader& reader) {
    if (const auto taps = reader.integer(value, 0, 100'000)) t.windings[t.active].taps = *taps;
}
template <class T>
void set_winding_resistance(T& t, const Value& value, PropertyReader& reader) {
    if (const auto r = reader.number(value)) t.windings[t.active].r = *r * percent;
}

/// The rating of the first winding is that of the others until they say otherwise; two windings always agree.
template <class T>
void set_winding_rating(T& t, const Value& value, PropertyReader& reader) {
    const auto kva = reader.number(value);
    if (!kva) return;
    t.windings[t.active].kva = *kva;
    if (t.active == 0) {
        for (Winding& w : t.windings) w.kva = *kva;
        t.normal_kva.reset();
    } else if (t.windings.size() == 2) {
        t.windings[0].kva = *kva;
    }
}

/// Whether a list has no more members than there are windings. It leaves the last winding active, as in OpenDSS, so that what
/// follows without `wdg=` goes there.
template <class T>
bool fits(T& t, std::size_t members, const Value& value, PropertyReader& reader) {
    t.active = t.windings.size() - 1;
    if (members <= t.windings.size()) return true;
    reader.refuse(value, fmt::format("has {} members, and there are {} windings", members, t.windings.size()),
                  "set the number of windings first");
    return false;
}

template <auto Member, class T>
void set_all(T& t, const Value& value, PropertyReader& reader) {
    const auto numbers = reader.numbers(value);
    if (!numbers || !fits(t, numbers->size(), value, reader)) return;
    for (std::size_t w = 0; w < numbers->size(); ++w) t.windings[w].*Member = (*numbers)[w];
}
template <class T>
void set_taps(T& t, const Value& value, PropertyReader& reader) {
    set_all<&Winding::tap>(t, value, reader);
    for (Winding& w : t.windings) w.moved = false;
}
template <class T>
void set_all_ratings(T& t, const Value& value, PropertyReader& reader) {
    set_all<&Winding::kva>(t, value, reader);
    t.normal_kva.reset();
}
template <class T>
void set_all_resistances(T& t, const Value& value, PropertyReader& reader) {
    const auto numbers = reader.numbers(value);
    if (!numbers || !fits(t, numbers->size(), value, reader)) return;
    for (std::size_t w = 0; w < numbers->size(); ++w) t.windings[w].r = (*numbers)[w] * percent;
}
template <class T>
void set_all_deltas(T& t, const Value& value, PropertyReader& reader) {
    const auto members = split_list(value);
    if (!fits(t, members.size(), value, reader)) return;
    for (std::size_t w = 0; w < members.size(); ++w)
        if (const auto delta = reader.is_delta(members[w])) t.windings[w].delta = *delta;
}
void set_all_buses(Transformer& t, const Value& value, PropertyReader& reader) {
    const auto members = split_list(value);
    if (!fits(t, members.size(), value, reader)) return;
    if (t.buses.size() < members.size()) t.buses.resize(members.size());
    for (std::size_t w = 0; w < members.size(); ++w)
        if (auto bus = reader.bus(members[w])) t.buses[w] = std::move(*bus);
}

/// A reactance in percent; OpenDSS takes zero to mean its default.
template <auto Member, int Default, class T>
void set_reactance(T& t, const Value& value, PropertyReader& reader) {
    const auto x = reader.number(value);
    if (!x) return;
    if (*x == 0.0)
        reader.warning(value.at, reader.path(), fmt::format("zero stands for the default of {} %, as in OpenDSS", Default),
                       "give a small number for none");
    t.*Member = (*x == 0.0 ? Default : *x) * percent;
}
template <class T>
void set_reactances(T& t, const Value& value, PropertyReader& reader) {
    const auto x = reader.numbers(value);
    if (!x) return;
    if (!x->empty()) t.xhl = (*x)[0] * percent;
    if (x->size() > 1) t.xht = (*x)[1] * percent;
    if (x->size() > 2) t.xlt = (*x)[2] * percent;
}

template <auto Member, class T>
void set_percent(T& t, const Value& value, PropertyReader& reader) {
    if (const auto x = reader.number(value)) t.*Member = *x * percent;
}
/// The load loss is shared by the first two windings.
template <class T>
void set_load_loss(T& t, const Value& value, PropertyReader& reader) {
    if (const auto loss = reader.number(value)) t.windings[0].r = t.windings[1].r = *loss * percent / 2.0;
}
template <class T>
void set_anti_float(T& t, const Value& value, PropertyReader& reader) {
    if (const auto ppm = reader.number(value)) t.anti_float = *ppm * 1e-6;
}
template <class T>
void set_normal_kva(T& t, const Value& value, PropertyReader& reader) {
    if (const auto kva = reader.number(value)) t.normal_kva = *kva;
}

void set_code(Transformer& t, const Value& value, PropertyReader& reader) {
    const XfmrCode* code = reader.circuit().xfmr_codes.look_up(lower(value.text));
    if (!code) {
        std::vector<std::string> names;
        for (const XfmrCode& each : reader.circuit().xfmr_codes.objects()) names.push_back(each.name);
        return reader.refuse(
            value, "unknown transformer code '" + lower(value.text) + "'",
            names.empty() ? "define it with New XfmrCode before this line" : did_you_mean(lower(value.text), names));
    }
    t.phases = code->phases;
    t.windings = code->windings;
    t.active = std::min(t.active, t.windings.size() - 1);
    t.xhl = code->xhl, t.xht = code->xht, t.xlt = code->xlt;
    t.no_load_loss = code->no_load_loss;
    t.magnetising = code->magnetising;
    t.anti_float = code->anti_float;
    t.normal_kva = code->normal_kva;
}

void set_lead(Transformer& t, const Value& value, PropertyReader& reader) {
    const std::string word = lower(value.text);
    if (word == "lead" || word == "euro")
        t.high_leads = true;
    else if (word == "lag" || word == "ansi")
        t.high_leads = false;
    else
        reader.refuse(value, "is neither lead (euro) nor lag (ansi)");
}

template <class T>
Properties<T> thermal_properties() {
    return {no_effect<T>("thermal"),
            no_effect<T>("n"),
            no_effect<T>("m"),
            no_effect<T>("flrise"),
            no_effect<T>("hsrise"),
            {"%loadloss", set_load_loss<T>},
            {"%noloadloss", set_percent<&T::no_load_loss, T>},
            {"normhkva", set_normal_kva<T>},
            no_effect<T>("emerghkva")};
}

template <class T>
Properties<T> joined(std::initializer_list<Properties<T>> parts) {
    Properties<T> all;
    for (const auto& part : parts) all.insert(all.end(), part.begin(), part.end());
    return all;
}

template <class T>
Properties<T> rated_properties() {
    return {{"kv", set_winding<&Winding::kv, T>},
            {"kva", set_winding_rating<T>},
            {"tap", set_tap<T>},
            {"%r", set_winding_resistance<T>},
            {"rneut", set_winding<&Winding::neutral_r, T>},
            {"xneut", set_winding<&Winding::neutral_x, T>}};
}
template <class T>
Properties<T> listed_properties() {
    return {{"conns", set_all_deltas<T>},           {"kvs", set_all<&Winding::kv, T>},
            {"kvas", set_all_ratings<T>},           {"taps", set_taps<T>},
            {"xhl", set_reactance<&T::xhl, 7, T>},  {"xht", set_reactance<&T::xht, 35, T>},
            {"xlt", set_reactance<&T::xlt, 30, T>}, {"xscarray", set_reactances<T>}};
}
template <class T>
Properties<T> tap_properties() {
    return {{"maxtap", set_winding<&Winding::max_tap, T>},
            {"mintap", set_winding<&Winding::min_tap, T>},
            {"numtaps", set_winding_taps<T>}};
}
template <class T>
Properties<T> pair_properties() {
    return {
        {"x12", set_reactance<&T::xhl, 7, T>}, {"x13", set_reactance<&T::xht, 35, T>}, {"x23", set_reactance<&T::xlt, 30, T>}};
}

}  // namespace

void after_like(Transformer& transformer, const Transformer& before, PropertyReader&, const Value&) {
    // OpenDSS does not copy these.
    transformer.anti_float = before.anti_float;
    transformer.magnetising = before.magnetising;
    transformer.high_leads = before.high_leads;
    transformer.active = std::min(before.active, transformer.windings.size() - 1);
}

Properties<Transformer> transformer_properties() {
    using T = Transformer;
    Properties<T> own = joined<T>({{{"phases", set_phases<&T::phases, T>},
                                    {"windings", set_windings<T>},
                                    {"wdg", set_active<T>},
                                    {"bus", set_winding_bus},
                                    {"conn", set_winding_delta<T>}},
                                   rated_properties<T>(),
                                   {{"buses", set_all_buses}},
                                   listed_properties<T>(),
                                   thermal_properties<T>(),
                                   {no_effect<T>("sub")},
                                   tap_properties<T>(),
                                   {no_effect<T>("subname"),
                                    {"%imag", set_percent<&T::magnetising, T>},
                                    {"ppm_antifloat", set_anti_float<T>},
                                    {"%rs", set_all_resistances<T>},
                                    no_effect<T>("bank"),
                                    {"xfmrcode", set_code},
                                    no_effect<T>("xrconst")},
                                   pair_properties<T>(),
                                   {{"leadlag", set_lead},
                                    no_effect<T>("wdgcurrents"),
                                    no_effect<T>("core"),
                                    no_effect<T>("rdcohms"),
                                    no_effect<T>("seasons"),
                                    no_effect<T>("ratings")}});
    return with_common<T>(std::move(own), delivery_properties<T>(no_effect<T>("normamps"), {"basefreq", check_frequency<T>}));
}

Properties<XfmrCode> xfmr_code_properties() {
    using T = XfmrCode;
    Properties<T> own = joined<T>(
        {{{"phases", set_phases<&T::phases, T>},
          {"windings", set_windings<T>},
          {"wdg", set_active<T>},
          {"conn", set_winding_delta<T>}},
         rated_properties<T>(),
         listed_properties<T>(),
         thermal_properties<T>(),
         tap_properties<T>(),
         {{"%imag", set_percent<&T::magnetising, T>}, {"ppm_antifloat", set_anti_float<T>}, {"%rs", set_all_resistances<T>}},
         pair_properties<T>(),
         {no_effect<T>("rdcohms"), no_effect<T>("seasons"), no_effect<T>("ratings")}});
    return with_common<T>(std::move(own), {});
}

}  // namespace evsweep::opendss
