#include "sim/network/sweep/load_slopes.hpp"

namespace evsweep {

namespace {

using Complex = std::complex<double>;

}  // namespace

DrawingState drawing_state(const Port& port, const LoadLaw& law, Complex u) {
    DrawingState state;
    if (law.curve().is_constant) return state;
    const double per_pu2 = 1.0 / (port.rated_pu * port.rated_pu);
    state.factor = law.at(std::norm(u) * per_pu2);
    const Drawn slope = law.slope_at(std::norm(u) * per_pu2);
    state.slope = {slope.p * per_pu2, slope.q * per_pu2};
    return state;
}

CurrentSlope current_slope(const DrawingState& state, Complex u, double p_kw, double q_kvar) {
    const Complex h(p_kw * state.slope.p, -q_kvar * state.slope.q);
    const Complex current = Complex(p_kw * state.factor.p, -q_kvar * state.factor.q) / std::conj(u);
    return {h, (h * u - current) / std::conj(u)};
}

void LoadSlopes::find(const Injection& injection, const SweepState<double>& at, std::span<const double> p_kw,
                      std::span<const double> q_kvar) {
    const auto earth = static_cast<std::uint32_t>(at.v_re.size() - 1);
    const LoadLaw constant{VoltageResponse{}};
    std::vector<CurrentSlope> at_conductor(earth + 1);
    std::vector<bool> is_drawn_at(earth + 1, false);
    between.clear();
    std::size_t place = 0;
    const auto add = [&](const Port& port, const LoadLaw& law) {
        const double p = p_kw[place];
        const double q = q_kvar[place];
        ++place;
        const auto voltage = [&](std::uint32_t c) { return c == earth ? Complex() : Complex(at.v_re[c], at.v_im[c]); };
        const Complex u = voltage(port.plus) - voltage(port.minus);
        if (u == Complex() || (p == 0.0 && q == 0.0)) return;
        const CurrentSlope slope = current_slope(drawing_state(port, law, u), u, p, q);
        if (port.plus != earth && port.minus != earth) return between.push_back({port.plus, port.minus, slope});
        const std::uint32_t conductor = port.minus == earth ? port.plus : port.minus;
        at_conductor[conductor] += slope;
        is_drawn_at[conductor] = true;
    };
    for (const PowerRun& run : injection.plain)
        for (std::uint32_t c = run.begin; c < run.end; ++c) add({c, earth, 1.0, 0}, constant);
    for (const Port& port : injection.ports) add(port, injection.laws[port.law]);
    to_earth.clear();
    for (std::uint32_t c = 0; c < earth; ++c)
        if (is_drawn_at[c]) to_earth.push_back({c, at_conductor[c]});
}

}  // namespace evsweep
