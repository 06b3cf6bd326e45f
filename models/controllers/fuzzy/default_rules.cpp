#include "controllers/fuzzy/default_rules.hpp"

namespace evsweep {

// clang-format off
const std::string_view default_rules = R"fll(# The default rules of the controller "fuzzy". Edit a copy and name it in the scenario (controllers: fuzzy: rules).
#
# Inputs   voltage        at the vehicle's connector, pu
#          soc            state of charge, 0 to 1
#          time_pressure  time that full charging still needs (tapers counted) / time to the stated departure; 1: none to spare
#          stress         feeder-head power / load_reference, or price / mean price of the study; 1: ordinary
# Output   power          -1 full discharge ... 1 full charge
#
# Vehicles go gradually to this power (the parameter approach). One that by the next decision would have no time to spare
# charges at full power, whatever the rules say.
#
# Neighbouring terms of an input add up to one everywhere, conjunction is the product and the output is the weighted
# mean of constants. So the surface is the multilinear interpolation of the constants, and it is monotone because they
# are: never more power for more charge or more stress, never less for more voltage or more time pressure.
# An input that a rule does not name does not matter to it. Every case must be covered by exactly one rule.
Engine: fuzzy
InputVariable: voltage
  enabled: true
  range: 0.880 1.040
  lock-range: true
  term: low Ramp 0.960 0.920
  term: normal Triangle 0.920 0.960 1.000
  term: high Ramp 0.960 1.000
InputVariable: soc
  enabled: true
  range: 0.000 1.000
  lock-range: true
  term: low Ramp 0.500 0.250
  term: middle Triangle 0.250 0.500 0.750
  term: high Ramp 0.500 0.750
InputVariable: time_pressure
  enabled: true
  range: 0.000 1.000
  lock-range: true
  term: relaxed Ramp 0.750 0.500
  term: pressing Triangle 0.500 0.750 1.000
  term: critical Ramp 0.750 1.000
InputVariable: stress
  enabled: true
  range: 0.400 1.600
  lock-range: true
  term: low Ramp 1.000 0.700
  term: ordinary Triangle 0.700 1.000 1.300
  term: high Ramp 1.000 1.300
OutputVariable: power
  enabled: true
  range: -1.000 1.000
  lock-range: false
  aggregation: none
  defuzzifier: WeightedAverage TakagiSugeno
  default: nan
  lock-previous: false
  term: discharge Constant -1.000
  term: return_some Constant -0.500
  term: rest Constant 0.000
  term: charge_some Constant 0.500
  term: charge Constant 1.000
RuleBlock: table
  enabled: true
  conjunction: AlgebraicProduct
  disjunction: none
  implication: AlgebraicProduct
  activation: General
  rule: if time_pressure is critical then power is charge
  rule: if time_pressure is relaxed and soc is low and voltage is low and stress is high then power is rest
  rule: if time_pressure is relaxed and soc is low and voltage is low and stress is ordinary then power is rest
  rule: if time_pressure is relaxed and soc is low and voltage is low and stress is low then power is charge_some
  rule: if time_pressure is relaxed and soc is low and voltage is normal and stress is high then power is rest
  rule: if time_pressure is relaxed and soc is low and voltage is normal and stress is ordinary then power is charge_some
  rule: if time_pressure is relaxed and soc is low and voltage is normal and stress is low then power is charge
  rule: if time_pressure is relaxed and soc is low and voltage is high and stress is high then power is charge_some
  rule: if time_pressure is relaxed and soc is low and voltage is high and stress is ordinary then power is charge
  rule: if time_pressure is relaxed and soc is low and voltage is high and stress is low then power is charge
  rule: if time_pressure is relaxed and soc is middle and voltage is low and stress is high then power is return_some
  rule: if time_pressure is relaxed and soc is middle and voltage is low and stress is ordinary then power is rest
  rule: if time_pressure is relaxed and soc is middle and voltage is low and stress is low then power is charge_some
  rule: if time_pressure is relaxed and soc is middle and voltage is normal and stress is high then power is rest
  rule: if time_pressure is relaxed and soc is middle and voltage is normal and stress is ordinary then power is charge_some
  rule: if time_pressure is relaxed and soc is middle and voltage is normal and stress is low then power is charge_some
  rule: if time_pressure is relaxed and soc is middle and voltage is high and stress is high then power is charge_some
  rule: if time_pressure is relaxed and soc is middle and voltage is high and stress is ordinary then power is charge_some
  rule: if time_pressure is relaxed and soc is middle and voltage is high and stress is low then power is charge
  rule: if time_pressure is relaxed and soc is high and voltage is low and stress is high then power is discharge
  rule: if time_pressure is relaxed and soc is high and voltage is low and stress is ordinary then power is return_some
  rule: if time_pressure is relaxed and soc is high and voltage is low and stress is low then power is rest
  rule: if time_pressure is relaxed and soc is high and voltage is normal and stress is high then power is return_some
  rule: if time_pressure is relaxed and soc is high and voltage is normal and stress is ordinary then power is rest
  rule: if time_pressure is relaxed and soc is high and voltage is normal and stress is low then power is charge_some
  rule: if time_pressure is relaxed and soc is high and voltage is high and stress is high then power is rest
  rule: if time_pressure is relaxed and soc is high and voltage is high and stress is ordinary then power is charge_some
  rule: if time_pressure is relaxed and soc is high and voltage is high and stress is low then power is charge_some
  rule: if time_pressure is pressing and soc is low and voltage is low and stress is high then power is charge_some
  rule: if time_pressure is pressing and soc is low and voltage is low and stress is ordinary then power is charge_some
  rule: if time_pressure is pressing and soc is low and voltage is low and stress is low then power is charge
  rule: if time_pressure is pressing and soc is low and voltage is normal and stress is high then power is charge_some
  rule: if time_pressure is pressing and soc is low and voltage is normal and stress is ordinary then power is charge
  rule: if time_pressure is pressing and soc is low and voltage is normal and stress is low then power is charge
  rule: if time_pressure is pressing and soc is low and voltage is high and stress is high then power is charge
  rule: if time_pressure is pressing and soc is low and voltage is high and stress is ordinary then power is charge
  rule: if time_pressure is pressing and soc is low and voltage is high and stress is low then power is charge
  rule: if time_pressure is pressing and soc is middle and voltage is low and stress is high then power is rest
  rule: if time_pressure is pressing and soc is middle and voltage is low and stress is ordinary then power is charge_some
  rule: if time_pressure is pressing and soc is middle and voltage is low and stress is low then power is charge_some
  rule: if time_pressure is pressing and soc is middle and voltage is normal and stress is high then power is charge_some
  rule: if time_pressure is pressing and soc is middle and voltage is normal and stress is ordinary then power is charge_some
  rule: if time_pressure is pressing and soc is middle and voltage is normal and stress is low then power is charge
  rule: if time_pressure is pressing and soc is middle and voltage is high and stress is high then power is charge_some
  rule: if time_pressure is pressing and soc is middle and voltage is high and stress is ordinary then power is charge
  rule: if time_pressure is pressing and soc is middle and voltage is high and stress is low then power is charge
  rule: if time_pressure is pressing and soc is high and voltage is low and stress is high then power is return_some
  rule: if time_pressure is pressing and soc is high and voltage is low and stress is ordinary then power is rest
  rule: if time_pressure is pressing and soc is high and voltage is low and stress is low then power is charge_some
  rule: if time_pressure is pressing and soc is high and voltage is normal and stress is high then power is rest
  rule: if time_pressure is pressing and soc is high and voltage is normal and stress is ordinary then power is charge_some
  rule: if time_pressure is pressing and soc is high and voltage is normal and stress is low then power is charge_some
  rule: if time_pressure is pressing and soc is high and voltage is high and stress is high then power is charge_some
  rule: if time_pressure is pressing and soc is high and voltage is high and stress is ordinary then power is charge_some
  rule: if time_pressure is pressing and soc is high and voltage is high and stress is low then power is charge
)fll";
// clang-format on

}  // namespace evsweep
