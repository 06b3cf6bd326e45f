#include "sim/network/build/feeder_bounds.hpp"

#include <cmath>

#include "evsweep/bounds.hpp"

namespace evsweep {
namespace {

/// The numbers of one row. The first fault of a row is enough: the others mostly follow from it.
class RowNumbers {
   public:
    RowNumbers(const Position& at, std::string path, Issues& issues) : at_(at), path_(std::move(path)), issues_(issues) {}

    RowNumbers& hold(double value, std::string_view unit, std::string_view noun) {
        if (told_) return *this;
        const auto fault = bound_fault(value, unit);
        if (!fault) return *this;
        told_ = true;
        const std::string joint = std::isfinite(value) ? " of " : " ";
        issues_.error(at_, path_, "its " + std::string(noun) + joint + fault->problem, fault->hint);
        return *this;
    }
    template <UnitLabel Unit>
    RowNumbers& hold(Quantity<Unit> value, std::string_view noun) {
        return hold(value.value(), Quantity<Unit>::unit(), noun);
    }
    template <UnitLabel Unit>
    RowNumbers& hold(const std::optional<Quantity<Unit>>& value, std::string_view noun) {
        return value ? hold(*value, noun) : *this;
    }
    RowNumbers& hold(const std::optional<double>& value, std::string_view unit, std::string_view noun) {
        return value ? hold(*value, unit, noun) : *this;
    }
    RowNumbers& hold(const std::vector<std::complex<double>>& values, std::string_view unit, std::string_view noun) {
        for (const auto& value : values) hold(value.real(), unit, noun).hold(value.imag(), unit, noun);
        return *this;
    }

   private:
    const Position& at_;
    std::string path_;
    Issues& issues_;
    bool told_ = false;
};

void hold_response(const VoltageResponse& response, RowNumbers& row) {
    for (const PowerLaw* law : {&response.active, &response.reactive})
        for (const double number : {law->z, law->i, law->p, law->e, law->exponent}) row.hold(number, "1", "voltage response");
    if (response.linear)
        for (const double number : {response.linear->low, response.linear->min, response.linear->max})
            row.hold(number, "pu", "voltage response");
    row.hold(response.cut_off, "pu", "cut-off voltage");
    row.hold(response.holds_current_below, "pu", "voltage below which its current stays");
}

void hold_relay(const RelaySetting& relay, RowNumbers& row) {
    for (const double number : {relay.set_v, relay.band_v, relay.r_v, relay.x_v}) row.hold(number, "V", "relay setting");
}

void hold_rating(RowNumbers& row, const InverterRating& rating) {
    row.hold(rating.rated, "rated power")
        .hold(rating.q_max, "largest reactive power")
        .hold(rating.q_max_drawn, "largest reactive power");
    row.hold(rating.own_q, "own reactive power").hold(rating.available_p, "available power");
    for (const Kilowatts kw : {rating.rated_p, rating.p_max, rating.no_q_below, rating.full_q_from, rating.cut_out})
        row.hold(kw, "active power");
}

void hold_network(const FeederDescription& description, Issues& issues) {
    for (const BusRow& bus : description.buses)
        RowNumbers(bus.at, "bus " + bus.id, issues)
            .hold(bus.nominal, "nominal voltage")
            .hold(bus.x, "", "coordinate")
            .hold(bus.y, "", "coordinate");
    for (const BranchRow& branch : description.branches)
        RowNumbers(branch.at, "branch " + branch.id, issues)
            .hold(branch.series_ohm, "ohm", "impedance")
            .hold(branch.shunt_s, "S", "shunt admittance")
            .hold(branch.rating, "rating")
            .hold(branch.length, "length")
            .hold(branch.rated_power, "rated power")
            .hold(branch.tap, "pu", "tap ratio")
            .hold(branch.shift, "phase shift");
    for (const SourceRow& source : description.sources) {
        RowNumbers row(source.at, "source", issues);
        row.hold(source.voltage, "voltage").hold(source.angle, "angle").hold(source.series_ohm, "ohm", "impedance");
        for (const PerUnit voltage : source.voltages) row.hold(voltage, "voltage");
        for (const Degrees angle : source.angles) row.hold(angle, "angle");
    }
}

void hold_transformers(const FeederDescription& description, Issues& issues) {
    for (const TransformerRow& transformer : description.transformers) {
        RowNumbers row(transformer.at, "transformer " + transformer.id, issues);
        row.hold(transformer.rated, "rated power").hold(transformer.rating, "rating");
        for (const double x : transformer.reactance) row.hold(x, "pu", "reactance");
        row.hold(transformer.no_load_loss, "pu", "no-load loss")
            .hold(transformer.magnetising_current, "pu", "magnetising current");
        row.hold(transformer.stray, "pu", "stray admittance");
        for (const WindingRow& winding : transformer.windings)
            row.hold(winding.rated, "rated voltage")
                .hold(winding.resistance, "pu", "resistance")
                .hold(winding.tap, "pu", "tap")
                .hold(winding.taps.min, "pu", "lowest tap")
                .hold(winding.taps.max, "pu", "highest tap");
    }
}

void hold_injections(const FeederDescription& description, Issues& issues) {
    for (const LoadRow& load : description.loads) {
        RowNumbers row(load.at, "load " + load.id, issues);
        row.hold(load.p, "power").hold(load.q, "power").hold(load.rated, "rated voltage");
        hold_response(load.response, row);
    }
    for (const ShuntRow& shunt : description.shunts)
        RowNumbers(shunt.at, "shunt " + shunt.id, issues)
            .hold(shunt.p, "power")
            .hold(shunt.q, "power")
            .hold(shunt.rated, "rated voltage");
    for (const ProfileRow& profile : description.profiles) {
        RowNumbers row(profile.at, "profile " + profile.id, issues);
        for (const auto* values : {&profile.values, &profile.q_values})
            for (const double value : *values) row.hold(value, "1", "value");
    }
}

void hold_controls(const FeederDescription& description, Issues& issues) {
    for (const RegulatorRow& regulator : description.regulators) {
        RowNumbers row(regulator.at, "regulator " + regulator.id, issues);
        row.hold(regulator.pt_ratio, "", "ratio").hold(regulator.bus_pt_ratio, "", "ratio");
        row.hold(regulator.ct_primary, "current transformer").hold(regulator.reverse_threshold, "threshold");
        row.hold(regulator.limit_v, "V", "limit");
        hold_relay(regulator.forward, row);
        hold_relay(regulator.reverse, row);
    }
    for (const CapacitorControlRow& control : description.capacitor_controls) {
        RowNumbers row(control.at, "capacitor control " + control.id, issues);
        for (const double number : {control.on, control.off, control.pt_ratio, control.ct_ratio}) row.hold(number, "", "setting");
        for (const double volts : {control.lowest_v, control.highest_v}) row.hold(volts, "V", "voltage limit");
    }
    for (const InjectionControlRow& control : description.injection_controls) {
        RowNumbers row(control.at, "injection control " + control.id, issues);
        for (const WatchedVoltage& seen : control.watched) row.hold(seen.rated, "rated voltage");
        if (const auto* curves = std::get_if<InverterCurves>(&control.law)) {
            hold_rating(row, curves->rating);
            for (const VoltageCurve* curve : {&curves->volt_var, &curves->volt_watt, &curves->volt_watt_charging})
                for (const CurvePoint& point : curve->points) row.hold(point.x, "pu", "curve").hold(point.y, "1", "curve");
        }
        if (const auto* slope = std::get_if<SlopeVoltVar>(&control.law)) {
            hold_rating(row, slope->rating);
            row.hold(slope->slope, "1", "slope").hold(slope->set, "pu", "set voltage").hold(slope->q_bias, "1", "bias");
        }
        if (const auto* hold = std::get_if<HoldVoltage>(&control.law))
            row.hold(hold->set, "voltage").hold(hold->q_min, "lowest reactive power").hold(hold->q_max, "highest reactive power");
    }
}

}  // namespace

void check_bounds(const FeederDescription& description, Issues& issues) {
    hold_network(description, issues);
    hold_transformers(description, issues);
    hold_injections(description, issues);
    hold_controls(description, issues);
}

}  // namespace evsweep
