// Loads and generators of the description.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "feeder_formats/opendss/rows.hpp"

namespace evsweep::opendss {
namespace {

constexpr PowerLaw constant_power{};
constexpr PowerLaw constant_current{0.0, 1.0, 0.0, 0.0, 0.0};
constexpr PowerLaw constant_impedance{1.0, 0.0, 0.0, 0.0, 0.0};

PowerLaw power_of(double exponent) {
    if (exponent == 0.0) return constant_power;
    if (exponent == 1.0) return constant_current;
    if (exponent == 2.0) return constant_impedance;
    return {0.0, 0.0, 0.0, 1.0, exponent};
}

/// Shares that sum to one; their sum goes to the power.
PowerLaw shares(double z, double i, double p, double& power) {
    const double sum = z + i + p;
    power *= sum;
    if (sum == 0.0) return constant_power;
    return {z / sum, i / sum, p / sum, 0.0, 0.0};
}

LinearOutside outside_of(const Injection& element) { return {element.low_pu, element.min_pu, element.max_pu, false}; }

/// The load models of OpenDSS: 1 PQ, 2 Z, 3 motor, 4 CVR, 5 I, 6 fixed Q, 7 fixed X, 8 ZIPV. Reactive power of 6 and 7 keeps out
/// of multipliers.
void answer(const Load& load, LoadRow& row) {
    VoltageResponse& response = row.response;
    response.linear = outside_of(load);
    switch (load.model) {
        case 2:
            response = {constant_impedance, constant_impedance, std::nullopt, 0.0};
            break;
        case 3:
            response.reactive = constant_impedance;
            response.linear->at_rated_power = true;
            break;
        case 4:
            response.active = power_of(load.cvr_watts);
            response.reactive = power_of(load.cvr_vars);
            response.linear->at_rated_power = true;
            break;
        case 5:
            response.active = response.reactive = constant_current;
            break;
        case 6:
            response.linear->low = 0.0;
            response.linear->q_at_rated_voltage = true;
            break;
        case 7:
            response.reactive = constant_impedance;
            response.linear->low = 0.0;  // an impedance all the way down
            break;
        case 8: {
            double p = row.p.value();
            double q = row.q.value();
            response.active = shares(load.zipv[0], load.zipv[1], load.zipv[2], p);
            response.reactive = shares(load.zipv[3], load.zipv[4], load.zipv[5], q);
            response.cut_off = std::max(0.0, load.zipv[6]);
            row.p = Kilowatts(p);
            row.q = Kilovars(q);
            break;
        }
        default:
            break;
    }
}

/// The generator models 1 PQ, 2 Z, 3 PV, 4 fixed Q, 5 fixed X, 7 inverter; all but 3 are impedances outside their limits.
VoltageResponse answer_of(const Generator& generator) {
    VoltageResponse response;
    response.linear = outside_of(generator);
    response.linear->low = 0.0;
    if (generator.model == 2) response = {constant_impedance, constant_impedance, std::nullopt, 0.0};
    if (generator.model == 3) response.linear.reset();
    if (generator.model == 4) response.linear->q_at_rated_voltage = true;
    if (generator.model == 5) response.reactive = constant_impedance;
    return response;
}

}  // namespace

template <class T>
std::vector<Terminals> Rows::terminals_of(const Placed<T>& placed) const {
    const auto& [bus, nodes] = placed.ends.front();
    const int phases = placed.element->phases;
    std::vector<Terminals> all;
    for (int k = 0; k < phases; ++k) {
        std::size_t other = nodes.size() - 1;
        if (placed.element->delta) other = static_cast<std::size_t>(k + 1) % nodes.size();
        all.push_back(terminals(bus, nodes[static_cast<std::size_t>(k)], nodes[other]));
    }
    return all;
}

template <class T>
LoadRow Rows::injection_row(const Placed<T>& placed, const std::string& id) {
    const T& element = *placed.element;
    LoadRow row;
    row.id = id;
    row.bus = placed.ends.front().bus;
    row.at = element.at;
    row.terminals = terminals_of(placed);
    row.rated = Volts(volts_across(element.kv, element.phases, element.delta));
    if (!(row.rated.value() > 0.0)) reader_.error(element.at, id, "its kV is not positive", "give its rated voltage");
    return row;
}

/// Growth up to the year of the circuit.
double Rows::growth_of(const Load& load) {
    if (circuit_.year == 0) return 1.0;
    if (load.growth.empty() || load.growth == "none") return std::pow(1.0 + circuit_.usual_growth, circuit_.year - 1);
    const GrowthShape* shape = circuit_.growth_shapes.look_up(load.growth);
    if (shape && shape->years.size() == shape->factors.size()) return shape->growth_until(circuit_.year);
    reader_.error(load.at, "load." + load.name,
                  "grows by growth shape '" + load.growth + "', which " +
                      (shape ? "has not as many years as factors" : "the script does not define"),
                  "define it with New GrowthShape");
    return 1.0;
}

/// Takes the phases of a load to earth away whose nodes nothing feeds, for they draw nothing; returns the share that is left.
double Rows::keep_fed_phases(const Placed<Load>& placed, LoadRow& row) {
    const Terminal& end = placed.ends.front();
    if (!is_earthed_wye(placed)) return 1.0;
    std::vector<Terminals> fed;
    for (std::size_t k = 0; k < row.terminals.size(); ++k)
        if (!network_.floats(end.bus, end.nodes[k])) fed.push_back(row.terminals[k]);
    const double share = static_cast<double>(fed.size()) / static_cast<double>(row.terminals.size());
    if (share < 1.0) {
        reader_.note("loads", placed.element->at,
                     "have phases at nodes that nothing feeds, where they draw nothing, as in OpenDSS",
                     "agree the phases of load." + placed.element->name + " with the nodes of its bus");
        row.terminals = std::move(fed);
    }
    return share;
}

void Rows::add_loads() {
    const auto has_fixed_q = [](const Load& load) { return load.model == 6 || load.model == 7; };
    for (const auto& placed : plan_.loads) {
        const Load& load = *placed.element;
        if (!network_.reaches(placed.ends.front()) || !placed.closed) continue;
        LoadRow row = injection_row(placed, "load." + load.name);
        row.profile = profile_of(load, load.kw, load.kvar);
        const double fed = keep_fed_phases(placed, row);
        const double times = growth_of(load) * (load.fixed ? 1.0 : circuit_.load_mult);
        row.p = Kilowatts(load.kw * times * fed);
        row.q = Kilovars(load.kvar * (has_fixed_q(load) ? 1.0 : times) * fed);
        const bool earthed = placed.ends.front().nodes.back() == 0;
        if (!load.delta && !earthed && load.neutral_r >= 0.0)
            reader_.error(load.at, row.id, "has an impedance from its neutral to earth, which is not supported",
                          "connect its neutral to node 0, or add a reactor");
        if (load.model == 8 && load.zipv.empty())
            reader_.error(load.at, row.id, "is of model 8 without ZIPV", "give its 7 numbers");
        else
            answer(load, row);
        if (has_fixed_q(load) && times != 1.0 && load.kw != 0.0 && !row.profile.empty())
            reader_.warning(load.at, row.id, "its reactive power follows its profile too", "use model 1");
        feeder_.loads.push_back(std::move(row));
    }
}

void Rows::add_generators() {
    for (const auto& placed : plan_.generators) {
        const Generator& generator = *placed.element;
        if (!network_.reaches(placed.ends.front()) || !placed.closed) continue;
        LoadRow row = injection_row(placed, "generator." + generator.name);
        row.profile = profile_of(generator, generator.kw, generator.kvar);
        const double times = generator.fixed ? 1.0 : circuit_.generator_mult;
        row.p = Kilowatts(-generator.kw * times);
        row.q = Kilovars(-generator.kvar * (generator.model == 4 || generator.model == 5 ? 1.0 : times));
        row.response = answer_of(generator);
        if (generator.model == 3) hold_voltage(generator, row);
        feeder_.loads.push_back(std::move(row));
    }
}

/// The mean of the magnitudes across its phases is held. OpenDSS counts on a voltage to neutral for two phases and more, and
/// takes what it sees across a delta for sqrt(3) of that.
void Rows::hold_voltage(const Generator& generator, LoadRow& row) {
    if (generator.max_kvar < generator.min_kvar)
        return reader_.error(generator.at, row.id,
                             fmt::format("holds its voltage between minkvar={} and maxkvar={}, which is no range",
                                         generator.min_kvar, generator.max_kvar),
                             "give maxkvar and minkvar behind kvar");
    double target = generator.vpu * generator.kv * 1000.0;
    if (generator.phases > 1) target /= std::numbers::sqrt3;
    if (generator.delta) target *= std::numbers::sqrt3;
    InjectionControlRow control;
    control.id = control.load = row.id;
    control.law = HoldVoltage{PerUnit(target / row.rated.value()), Kilovars(generator.min_kvar), Kilovars(generator.max_kvar)};
    control.at = generator.at;
    feeder_.injection_controls.push_back(std::move(control));
}

template LoadRow Rows::injection_row(const Placed<PvSystem>& placed, const std::string& id);
template LoadRow Rows::injection_row(const Placed<Storage>& placed, const std::string& id);

}  // namespace evsweep::opendss
