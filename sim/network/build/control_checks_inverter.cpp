// What inverters and their curves must be.
#include <cmath>

#include "sim/network/build/feeder_checks.hpp"

namespace evsweep {
namespace {

class InverterChecks {
   public:
    InverterChecks(const InjectionControlRow& row, Issues& issues)
        : row_(row), path_("injection control " + row.id), issues_(issues) {}

    void run() {
        if (const auto* curves = std::get_if<InverterCurves>(&row_.law)) {
            rating(curves->rating);
            need(!curves->volt_var.empty() || !curves->volt_watt.empty() || !curves->volt_watt_charging.empty(), "has no curve",
                 "give volt_var or volt_watt");
            for (const VoltageCurve* curve : {&curves->volt_var, &curves->volt_watt, &curves->volt_watt_charging}) points(*curve);
            need(curves->tolerance > 0.0, "its tolerance is not positive", "e.g. 1e-7");
            if (curves->steps) steps(*curves->steps);
        } else if (const auto* law = std::get_if<SlopeVoltVar>(&row_.law)) {
            rating(law->rating);
            need(law->slope > 0.0, "its slope is not positive", "reactive power falls while the voltage rises");
            need(law->set_min <= law->set_max, "its lowest set voltage is above the highest", "exchange set_min and set_max");
            need(law->q_max_drawn >= 0.0 && law->q_max_given >= 0.0, "a limit of its reactive power is negative",
                 "give sizes without a sign");
            need(law->delta_q > 0.0 && law->delta_q <= 1.0, "its share of the way is not from 0 to 1", "e.g. 0.7");
            need(law->solves >= 1, "is solved less than once", "give 1 or more solves");
        }
    }

   private:
    void need(bool condition, const std::string& problem, const std::string& hint) {
        if (!condition) issues_.error(row_.at, path_, problem, hint);
    }

    void rating(const InverterRating& r) {
        need(r.rated.value() > 0.0, "its rated apparent power is not positive", "e.g. 10 kVA");
        need(r.rated_p.value() > 0.0, "its rated active power is not positive", "e.g. 10 kW");
        const bool is_size = r.q_max.value() >= 0.0 && r.q_max_drawn.value() >= 0.0 && r.p_max.value() >= 0.0 &&
                             r.no_q_below.value() >= 0.0 && r.full_q_from.value() >= 0.0 && r.cut_out.value() >= 0.0;
        need(is_size, "one of its limits is negative", "give sizes without a sign");
        need(!r.power_factor || (*r.power_factor != 0.0 && std::abs(*r.power_factor) <= 1.0), "its power factor is none",
             "from -1 to 1, and not 0");
    }

    void points(const VoltageCurve& curve) {
        for (std::size_t i = 1; i < curve.points.size(); ++i)
            if (!(curve.points[i - 1].x <= curve.points[i].x))
                return issues_.error(row_.at, path_, "the voltages of one of its curves do not rise", "sort its points");
    }

    void steps(const PartialSteps& s) {
        need(s.voltage_tolerance > 0.0 && s.q_tolerance > 0.0 && s.p_tolerance > 0.0, "a tolerance is not positive",
             "OpenDSS has 0.0001, 0.025 and 0.01");
        need(s.delta_q != 0.0 && s.delta_p != 0.0 && s.delta_q <= 1.0 && s.delta_p <= 1.0,
             "goes none of the way at a time, or more than all of it", "shares from 0 to 1, or -1: found by itself");
        need(s.solves >= 1, "is solved less than once", "give 1 or more solves");
    }

    const InjectionControlRow& row_;
    std::string path_;
    Issues& issues_;
};

}  // namespace

void check_inverter(const InjectionControlRow& row, Issues& issues) { InverterChecks(row, issues).run(); }

}  // namespace evsweep
