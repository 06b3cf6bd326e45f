// Transformers and the relays of tap changers and capacitors.
#include "feeder_formats/evsweep/rows.hpp"

namespace evsweep {

namespace feeder_file {

const Schema<TransformerLine>& TransformerLine::schema() {
    using T = TransformerLine;
    static const auto schema =
        Schema<T>("A transformer of a balanced feeder, with a fixed tap.")
            .optional("id", &T::id, "name of the transformer; FROM-TO where absent")
            .required("from", &T::from, "bus at the side with the tap")
            .required("to", &T::to, "bus at the other side")
            .optional("power", &T::power, "rated power, e.g. 25 MVA; also its limit", above(0))
            .required("r", &T::r, "series resistance on its rating and the `to` side's voltage, or in ohm there", at_least(0))
            .required("x", &T::x, "series reactance on its rating and the `to` side's voltage, or in ohm there")
            .optional("b", &T::b, "total shunt susceptance, half of it at each end")
            .optional("g", &T::g, "total shunt conductance, half of it at each end")
            .optional("length", &T::length, "as for a line")
            .optional("rating", &T::rating, "its limit as a current instead", above(0))
            .optional("tap", &T::tap, "off-nominal ratio: no-load voltage of `to` = voltage of `from` / tap", above(0))
            .optional("shift", &T::shift, "angle by which `to` lags `from`")
            .optional("open", &T::open, "an open transformer carries nothing")
            .relation([](const T& t) -> std::optional<Contradiction> {
                if (t.power || (t.r.in_ohm && t.x.in_ohm)) return std::nullopt;
                return Contradiction{"power", "is missing", "rated power, e.g. 25 MVA; r and x are shares of its impedance"};
            });
    return schema;
}

const Schema<TapsLine>& TapsLine::schema() {
    static const auto schema = Schema<TapsLine>("The taps of a winding.")
                                   .optional("min", &TapsLine::min, "lowest tap as a factor of the rated voltage", above(0))
                                   .optional("max", &TapsLine::max, "highest tap", above(0))
                                   .optional("steps", &TapsLine::steps, "equal steps between them", at_least(0));
    return schema;
}

const Schema<WindingLine>& WindingLine::schema() {
    using W = WindingLine;
    static const auto schema =
        Schema<W>("A winding: one coil per phase; coil i of all windings share a core.")
            .required("bus", &W::bus, "bus at its ends")
            .optional("connection", &W::connection,
                      "wye: each phase of its bus to n where it has it, else to earth; delta: ab, bc, ca; wye if absent")
            .optional("coils", &W::coils, "its coils one by one instead, e.g. [ac, ba, cb] or [0s2]")
            .optional("rated", &W::rated, "voltage across one coil; absent: the bus's nominal voltage there", above(0))
            .optional("r", &W::r, "resistance on the transformer's power", at_least(0))
            .optional("tap", &W::tap, "as a factor of its rated voltage", above(0))
            .optional("taps", &W::taps, "range of its taps")
            .relation([](const W& t) -> std::optional<Contradiction> {
                if (!t.coils || !t.connection) return std::nullopt;
                return Contradiction{"coils", "stand beside a connection", "give the one or the other"};
            });
    return schema;
}

const Schema<WoundLine>& WoundLine::schema() {
    using W = WoundLine;
    static const auto schema =
        Schema<W>("A transformer by windings, at two buses; without r and x it is ideal.")
            .optional("id", &W::id, "name of the transformer; FIRST BUS-LAST BUS where absent")
            .required("power", &W::power, "rated power of all phases together, e.g. 500 kVA", above(0))
            .required("windings", &W::windings, "two or three")
            .optional("x", &W::x, "reactance between two windings; of three: [1-2, 1-3, 2-3]; absent: none")
            .optional("no_load_loss", &W::no_load_loss, "drawn across the second winding at rated voltage", at_least(0))
            .optional("magnetising", &W::magnetising, "magnetising current, likewise", at_least(0))
            .optional("stray", &W::stray, "inductive admittance of every coil's ends to earth, so that a delta does not float",
                      at_least(0))
            .optional("rating", &W::rating, "what it may carry for long; absent: its power", above(0))
            .optional("open", &W::open, "an open transformer carries nothing");
    return schema;
}

const Schema<RelayLine>& RelayLine::schema() {
    using R = RelayLine;
    static const auto schema =
        Schema<R>("What a voltage relay wants while power flows towards the source.")
            .optional("set", &R::set, "voltage on the secondary of its potential transformer", above(0))
            .optional("band", &R::band, "full width of the band around it", above(0))
            .optional("r", &R::r, "line-drop compensation at rated current of the current transformer, in phase")
            .optional("x", &R::x, "likewise, ahead by a right angle")
            .optional("delay", &R::delay, "for how long power must have turned");
    return schema;
}

const Schema<RegulatorLine>& RegulatorLine::schema() {
    using R = RegulatorLine;
    static const auto schema =
        Schema<R>("The relay that moves the taps of one winding.")
            .required("id", &R::id, "name of the relay")
            .required("transformer", &R::transformer, "whose taps it moves")
            .optional("winding", &R::winding, "the winding whose voltage and current are seen", at_least(1))
            .optional("coil", &R::coil, "the coil that is seen; the taps of all coils move together", at_least(1))
            .optional("sees", &R::sees, "that coil, or the one with the highest or lowest voltage")
            .optional("tap_winding", &R::tap_winding, "whose taps move; absent: those of `winding`", at_least(1))
            .optional("bus", &R::bus, "where the voltage is seen instead")
            .optional("phase", &R::phase, "of that bus")
            .optional("set", &R::set, "voltage on the secondary of its potential transformer", above(0))
            .optional("band", &R::band, "full width of the band around it", above(0))
            .optional("r", &R::r, "line-drop compensation at rated current of the current transformer, in phase")
            .optional("x", &R::x, "likewise, ahead by a right angle")
            .optional("delay", &R::delay, "from leaving the band to the first tap")
            .optional("pt", &R::pt, "ratio of its potential transformer", above(0))
            .optional("bus_pt", &R::bus_pt, "ratio of the potential transformer at `bus`; absent: `pt`", above(0))
            .optional("ct", &R::ct, "primary current of its current transformer", above(0))
            .optional("on_reverse", &R::on_reverse, "what it does when power flows towards the source")
            .optional("reverse", &R::reverse, "its settings for that direction")
            .optional("reverse_threshold", &R::reverse_threshold, "power that counts as turned")
            .optional("limit", &R::limit, "highest voltage at the transformer itself, whatever the compensation says", above(0))
            .optional("tap_delay", &R::tap_delay, "from one tap to the next")
            .optional("max_steps", &R::max_steps, "largest move at a time", at_least(1))
            .optional("inverse_time", &R::inverse_time, "waits the less, the further the voltage is off")
            .relation([](const R& t) -> std::optional<Contradiction> {
                if (!t.phase || t.phase->conductors.size() == 1) return std::nullopt;
                return Contradiction{"phase", "'" + name_of(t.phase->conductors) + "' is not one phase", "write e.g. a"};
            });
    return schema;
}

const Schema<CapacitorControlLine>& CapacitorControlLine::schema() {
    using C = CapacitorControlLine;
    static const auto schema =
        Schema<C>("The relay that switches a capacitor, step by step.")
            .required("id", &C::id, "name of the relay")
            .required("capacitor", &C::capacitor, "what it switches")
            .optional("signal", &C::signal, "what decides")
            .optional("element", &C::element, "the line, switch or transformer that is watched")
            .optional("end", &C::end, "the end that is watched")
            .optional("phase", &C::phase,
                      "the phase that is watched; absent: all phases of the element, with the sum of their powers")
            .optional("of_voltages", &C::of_voltages, "what it makes of the voltages of several phases")
            .optional("of_currents", &C::of_currents, "what it makes of the currents of several phases")
            .optional("across", &C::across, "where the voltage is seen instead, e.g. ab")
            .optional("on", &C::on, "switches on here: V or A behind the ratios, kvar, power factor, or hour of the day")
            .optional("off", &C::off, "switches off here")
            .optional("pt", &C::pt, "ratio of its potential transformer", above(0))
            .optional("ct", &C::ct, "ratio of its current transformer", above(0))
            .optional("voltage_override", &C::voltage_override, "whether `lowest` and `highest` overrule the signal")
            .optional("lowest", &C::lowest, "switches on below this voltage")
            .optional("highest", &C::highest, "switches off above this voltage")
            .optional("delay_on", &C::delay_on, "from the wish to switching on")
            .optional("delay_off", &C::delay_off, "from the wish to switching off")
            .optional("dead_time", &C::dead_time, "after switching off, before it may switch on again")
            .optional("least_share", &C::least_share,
                      "of its power that must be drawn before a power factor switches a bank on that is off", at_least(0))
            .relation([](const C& t) -> std::optional<Contradiction> {
                if (!t.phase || t.phase->conductors.size() == 1) return std::nullopt;
                return Contradiction{"phase", "'" + name_of(t.phase->conductors) + "' is not one phase", "write e.g. a"};
            });
    return schema;
}

}  // namespace feeder_file

std::vector<FieldInfo> PartsOf<feeder_file::AnyTransformer>::list() {
    std::vector<FieldInfo> fields = feeder_file::TransformerLine::schema().fields();
    for (FieldInfo field : feeder_file::WoundLine::schema().fields()) {
        field.help = "with windings: " + field.help;
        fields.push_back(std::move(field));
    }
    return fields;
}

std::optional<feeder_file::AnyTransformer> Value<feeder_file::AnyTransformer>::read(const Node& node, std::string_view path,
                                                                                    Reader& reader) {
    feeder_file::AnyTransformer either;
    if (node.find("windings"))
        either.wound = feeder_file::WoundLine::schema().read(node, path, reader);
    else
        either.plain = feeder_file::TransformerLine::schema().read(node, path, reader);
    return either.wound || either.plain ? std::optional(std::move(either)) : std::nullopt;
}

}  // namespace evsweep
