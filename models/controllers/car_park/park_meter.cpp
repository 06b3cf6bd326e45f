#include "controllers/car_park/park_meter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace evsweep {

namespace {

std::string times_text(int times) { return times == 1 ? "once" : fmt::format("{} times", times); }

}  // namespace

void ParkMeter::add(const ParkFlow& flow) {
    double park_kw = 0.0;
    for (const double net_kw : flow.net_kw) {
        const double kwh = flow.length_h * net_kw;
        grid_ += kwh * (kwh > 0.0 ? flow.buy_per_kwh : flow.sell_per_kwh);
        (kwh > 0.0 ? imported_kwh_ : exported_kwh_) += std::abs(kwh);
        inverter_.note(std::abs(net_kw), flow.inverter_kw, flow.at);
        park_kw += net_kw;
    }
    returned_kwh_ += flow.length_h * flow.returned_kw;
    generated_kwh_ += flow.length_h * flow.generated_kw;
    curtailed_kwh_ += flow.length_h * flow.curtailed_kw;
    reserves_ += flow.length_h * flow.reserve_per_h;
    (flow.is_called ? when_called_ : import_).note(park_kw, flow.import_cap_kw, flow.at);
    (flow.is_called ? when_called_ : export_).note(-park_kw, flow.export_cap_kw, flow.at);
}

std::vector<Counter> ParkMeter::counters() const {
    return {{"cost", cost()},
            {"grid_cost", grid_},
            {"wear_cost", wear()},
            {"reserve_income", reserves_},
            {"unserved_cost", unserved()},
            {"imported_kwh", imported_kwh_},
            {"exported_kwh", exported_kwh_},
            {"returned_kwh", returned_kwh_},
            {"generated_kwh", generated_kwh_},
            {"curtailed_kwh", curtailed_kwh_},
            {"unserved_kwh", unserved_kwh_},
            {"over_import_kw", import_.by_kw},
            {"over_export_kw", export_.by_kw},
            {"over_inverter_kw", inverter_.by_kw},
            {"over_cap_when_called_kw", when_called_.by_kw}};
}

std::vector<Remark> ParkMeter::remarks() const {
    std::vector<Remark> list;
    const auto say = [&list](const ParkExcess& excess, std::string_view what) {
        if (excess.times == 0) return;
        list.push_back({excess.at, fmt::format("{} exceeds {:g} kW {}, here most, by {:.3f} kW", what, excess.limit_kw,
                                               times_text(excess.times), excess.by_kw)});
    };
    say(import_, "the import of the car park");
    say(export_, "the export of the car park");
    say(inverter_, "the power of a charger's inverter");
    say(when_called_, "the power of the car park, while reserves are called,");
    return list;
}

}  // namespace evsweep
