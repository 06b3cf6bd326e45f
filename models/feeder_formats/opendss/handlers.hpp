/// Properties that loads, generators and inverters share.
#pragma once

#include <cmath>

#include "evsweep/inverter.hpp"
#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {

template <auto Member, class T>
void set_factor(T& object, const Value& value, PropertyReader& reader) {
    const auto pf = reader.number(value);
    if (!pf) return;
    if (*pf == 0.0 || std::abs(*pf) > 1.0) return reader.refuse(value, "is not a power factor", "from -1 to 1, and not 0");
    object.*Member = *pf;
}

template <int Lowest, int Highest, class T>
void set_model(T& object, const Value& value, PropertyReader& reader) {
    if (const auto model = reader.integer(value, Lowest, Highest)) object.model = *model;
}

template <class T>
void refuse_if_yes(T&, const Value& value, PropertyReader& reader) {
    if (reader.boolean(value).value_or(false)) reader.refuse(value, "is not supported, and it would change the solution");
}

/// A shape of actual powers sets a load or generator to the shape's maximum.
void take_actual(Load& load, const LoadShape& shape);
void take_actual(Generator& generator, const LoadShape& shape);
inline void take_actual(Inverter&, const LoadShape&) {}

/// A shape need not be there: a snapshot does without.
template <auto Member, class T>
void set_shape(T& object, const Value& value, PropertyReader& reader) {
    object.*Member = lower(value.text);
    if (object.*Member == "none") (object.*Member).clear();
    if (const LoadShape* shape = reader.circuit().shapes.look_up(object.*Member)) take_actual(object, *shape);
}

}  // namespace evsweep::opendss
