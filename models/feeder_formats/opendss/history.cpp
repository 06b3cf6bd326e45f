// What the Solves of a script leave behind for those that follow.
#include "feeder_formats/opendss/circuit.hpp"

namespace evsweep::opendss {
namespace {

/// The winding whose tap a control moves.
template <class Transformers>
auto* moved_winding(Transformers& transformers, const RegControl& control) {
    auto* transformer = transformers.look_up(control.transformer);
    const auto winding = static_cast<std::size_t>(control.tap_winding) - 1;
    return transformer && winding < transformer->windings.size() ? &transformer->windings[winding] : nullptr;
}

template <class Control>
bool has_enabled(const Store<Control>& controls) {
    for (const Control& control : controls.objects())
        if (control.enabled) return true;
    return false;
}

/// Those of inverters that a Solve has found.
template <class Control>
void add_solved(const Store<Control>& controls, std::vector<std::string>& names) {
    for (const Control& control : controls.objects())
        if (control.enabled && control.solves > 0) names.push_back(controls.name() + "." + control.name);
}

}  // namespace

void let_controls_act(Circuit& circuit, const Position& at) {
    if (circuit.controls_off.file) return;
    for (const RegControl& control : circuit.reg_controls.objects())
        if (Winding* winding = moved_winding(circuit.transformers, control); winding && control.enabled) winding->moved = true;
    for (const CapControl& control : circuit.cap_controls.objects())
        if (Capacitor* bank = circuit.capacitors.look_up(control.capacitor); bank && control.enabled) bank->moved = true;
    for (InvControl& control : circuit.inv_controls.objects()) ++control.solves;
    for (ExpControl& control : circuit.exp_controls.objects()) ++control.solves;
    const bool any = has_enabled(circuit.reg_controls) || has_enabled(circuit.cap_controls) ||
                     has_enabled(circuit.inv_controls) || has_enabled(circuit.exp_controls);
    if (any && !circuit.acted.file) circuit.acted = at;
}

std::vector<std::string> controls_that_acted(const Circuit& circuit) {
    std::vector<std::string> names;
    for (const RegControl& control : circuit.reg_controls.objects())
        if (const Winding* winding = moved_winding(circuit.transformers, control); winding && winding->moved && control.enabled)
            names.push_back("regcontrol." + control.name);
    for (const CapControl& control : circuit.cap_controls.objects())
        if (const Capacitor* bank = circuit.capacitors.look_up(control.capacitor); bank && bank->moved && control.enabled)
            names.push_back("capcontrol." + control.name);
    add_solved(circuit.inv_controls, names);
    add_solved(circuit.exp_controls, names);
    return names;
}

}  // namespace evsweep::opendss
