#include "sim/network/load_allocation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/network/feeder.hpp"
#include "sim/network/relays/device_control_load_flow.hpp"

namespace evsweep {
namespace {

/// A meter whose current differs by more than this share of the measured one afterwards is reported.
constexpr double reported_share = 0.01;

/// A meter in the network.
struct Meter {
    const CurrentMeterRow* row = nullptr;
    const FeederRow* place = nullptr;
    std::vector<std::size_t> wires{};  ///< among the conductors of the bus at that end, by phase
    std::vector<double> amperes{};     ///< by phase
    std::vector<double> factors{};     ///< by phase: what was measured over what flows
    double before_kw = 0.0;            ///< of its loads
    double after_kw = 0.0;

    [[nodiscard]] End end() const { return row->at_to_end ? End::to : End::from; }
};

class Allocation {
   public:
    Allocation(FeederDescription& description, const Feeder& feeder, Issues& issues)
        : description_(description), plan_(*description.allocation), feeder_(feeder), issues_(issues), flow_(feeder) {}

    [[nodiscard]] bool run() {
        if (!place_meters()) return false;
        find_meters_of_loads();
        scales_.assign(description_.loads.size(), 1.0);
        if (!solve()) return false;
        for (int pass = 0; pass < plan_.passes; ++pass) {
            for (const MeteredLoad& load : plan_.loads)
                if (const Meter* meter = meter_of_[load.load])
                    scales_[load.load] *= factor_of(load, *meter) * (pass == 0 ? load.times : 1.0);
            if (!solve()) return false;
        }
        report();
        scale_loads();
        return true;
    }

   private:
    [[nodiscard]] bool place_meters() {
        for (const CurrentMeterRow& row : plan_.meters) {
            Meter meter{&row, feeder_.find_row(row.row)};
            if (!meter.place) {
                issues_.error(row.at, row.id, fmt::format("measures '{}', which is no closed row of the feeder", row.row),
                              "check the name, and whether it is in service");
                continue;
            }
            if (row.at_to_end == meter.place->runs_down) {
                issues_.error(row.at, row.id, fmt::format("measures '{}' at its end away from the source", row.row),
                              "measure at the other end: the loads behind it are scaled");
                continue;
            }
            const BusId above = feeder_.branch(meter.place->branch).parent;
            for (const Conductor conductor : row.conductors)
                if (const auto c = feeder_.find_conductor(above, conductor))
                    meter.wires.push_back(c->index() - feeder_.site().first_conductor[above.index()]);
            meters_.push_back(std::move(meter));
        }
        return meters_.size() == plan_.meters.size();
    }

    /// The last meter between the source and each load.
    void find_meters_of_loads() {
        std::vector<Meter*> of_bus(feeder_.buses(), nullptr);
        for (Meter& meter : meters_) of_bus[meter.place->branch.index() + 1] = &meter;
        for (std::size_t k = 1; k < of_bus.size(); ++k)  // a parent comes before its children
            if (!of_bus[k]) of_bus[k] = of_bus[feeder_.branch(BranchId(k - 1)).parent.index()];
        for (const LoadPoint& load : feeder_.loads()) meter_of_.push_back(of_bus[load.bus.index()]);
    }

    [[nodiscard]] static double factor_of(const MeteredLoad& load, const Meter& meter) {
        const auto& wires = meter.row->conductors;
        const auto at = load.phase ? std::find(wires.begin(), wires.end(), *load.phase) : wires.end();
        if (at == wires.end()) return of_several(OfSeveral::mean, meter.factors);
        return meter.factors[static_cast<std::size_t>(at - wires.begin())];
    }

    [[nodiscard]] bool solve() {
        PortPower power(flow_.ports());
        for (std::size_t i = 0; i < scales_.size(); ++i) power.add(feeder_.loads()[i], scales_[i]);
        if (settle(flow_, power).result.status != LoadFlowStatus::converged) {
            issues_.error(plan_.at, "load allocation",
                          "the load flow with the loads that currents are compared with has no solution",
                          "check the loads and the measured currents");
            return false;
        }
        for (Meter& meter : meters_) read(meter);
        return true;
    }

    void read(Meter& meter) {
        const auto currents = flow_.end_currents(*meter.place, meter.end());
        meter.amperes.clear();
        meter.factors.clear();
        for (std::size_t phase = 0; phase < meter.wires.size(); ++phase) {
            meter.amperes.push_back(std::abs(currents[meter.wires[phase]]));
            const double flows = meter.amperes.back();
            meter.factors.push_back(flows > 0.0 ? meter.row->currents[phase].value() / flows : 1.0);
        }
    }

    void report() {
        for (const MeteredLoad& load : plan_.loads)
            if (Meter* meter = meter_of_[load.load]) {
                meter->before_kw += feeder_.loads()[load.load].p_kw;
                meter->after_kw += feeder_.loads()[load.load].p_kw * scales_[load.load];
            }
        for (const Meter& meter : meters_) report(meter);
    }

    void report(const Meter& meter) {
        std::vector<std::string> measured, flowing;
        bool differs = false;
        for (std::size_t phase = 0; phase < meter.amperes.size(); ++phase) {
            const double amperes = meter.row->currents[phase].value();
            measured.push_back(fmt::format("{:g}", amperes));
            flowing.push_back(fmt::format("{:.4g}", meter.amperes[phase]));
            differs = differs || std::abs(meter.amperes[phase] - amperes) > reported_share * amperes;
        }
        const std::string amperes = fmt::format("{} A", fmt::join(measured, ", "));
        if (differs)
            issues_.warning(meter.row->at, meter.row->id,
                            fmt::format("is to see {}, and sees {} A after its loads were scaled from {:.4g} to {:.4g} kW",
                                        amperes, fmt::join(flowing, ", "), meter.before_kw, meter.after_kw),
                            "only loads given by xfkVA or kWh are scaled, each phase by its own current");
        description_.origin.assumed.push_back(fmt::format("loads behind {}: {:.4g} kW instead of {:.4g} kW, from the {} at {}",
                                                          meter.row->id, meter.after_kw, meter.before_kw, amperes,
                                                          meter.row->row));
    }

    void scale_loads() {
        for (std::size_t i = 0; i < scales_.size(); ++i) {
            LoadRow& load = description_.loads[i];
            load.p = Kilowatts(load.p.value() * scales_[i]);
            load.q = Kilovars(load.q.value() * scales_[i]);
        }
    }

    FeederDescription& description_;
    const LoadAllocation& plan_;
    const Feeder& feeder_;
    Issues& issues_;
    LoadFlow flow_;
    std::vector<Meter> meters_;
    std::vector<Meter*> meter_of_;  ///< by load; null: none
    std::vector<double> scales_;    ///< by load
};

}  // namespace

bool allocate_loads(FeederDescription& description, Issues& issues) {
    if (!description.allocation) return true;
    Issues found;  // its warnings come again when the feeder is built for good
    const auto feeder = build_feeder(description, {}, found);
    const bool is_done = feeder && Allocation(description, *feeder, issues).run();
    if (!feeder)
        for (const Issue& issue : found.list()) issues.add(issue);
    description.allocation.reset();
    return is_done;
}

}  // namespace evsweep
