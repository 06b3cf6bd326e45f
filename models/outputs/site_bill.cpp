/// Output `site_bill`: what every bus with charging points or generators pays at its own meter, which nets what stands there.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    Duration every = std::chrono::minutes(15);
};

/// The instants, the declared numbers and the signals that all recorders of one study share.
struct Frame {
    Marks marks;
    Duration step;
    VariableHandle cost, imported, exported;
    SubscriptionTo<signals::power> power;
    SubscriptionTo<signals::drawn_energy> drawn;
    SubscriptionTo<signals::returned_energy> returned;
};

Variable number_of(std::string name, std::string unit, std::string long_name, bool is_headline) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.headline = is_headline;
    v.decimals = 2;
    return v;
}

Frame declare_frame(const Output::Context& context, Duration every) {
    OutputDeclarations& declare = context.declare;
    return {
        Marks(context, every, "every"),
        context.step,
        declare.variable(number_of("cost", "currency", "cost of energy at the meters of all buses, less what they earn", true)),
        declare.variable(number_of("imported_kwh", "kWh", "energy that the meters of buses import, net by interval", false)),
        declare.variable(number_of("exported_kwh", "kWh", "energy that they export, net by interval", false)),
        context.exchange.subscribe(signals::power),
        context.exchange.subscribe(signals::drawn_energy),
        context.exchange.subscribe(signals::returned_energy)};
}

/// Energies of vehicles are exact; those of generators are their powers at control steps, at which alone the sun changes.
class BillRecorder final : public Recorder {
   public:
    BillRecorder(const Frame& frame, const Connectors& connectors)
        : frame_(frame), connectors_(connectors), booked_kwh_(connectors.size(), 0.0), prices_(frame.marks.size()) {
        std::size_t buses = 0;
        for (const BusId bus : connectors.bus) buses = std::max(buses, bus.index() + 1);
        net_kwh_.assign(frame.marks.size(), std::vector<double>(buses, 0.0));
    }

    void at(const Snapshot& s) override {
        const auto mark = frame_.marks.interval_of(s.now);
        if (!mark) return;
        const auto power = s[frame_.power];
        for (std::size_t c = 0; c < connectors_.size(); ++c)
            if (connectors_.is_generator(ConnectorId(c))) add(*mark, c, power[c] * hours(frame_.step));
        if (!frame_.marks.at(s.now)) return;
        const auto drawn = s[frame_.drawn], returned = s[frame_.returned];
        for (std::size_t c = 0; c < connectors_.size(); ++c) {
            const double kwh = drawn[c] - returned[c];
            if (*mark > 0) add(*mark - 1, c, kwh - booked_kwh_[c]);
            booked_kwh_[c] = kwh;
        }
    }
    void session_ended(const SessionRecord& r) override {
        const std::size_t c = r.session.connector.index();
        const auto mark = frame_.marks.interval_of(r.end - Duration(1));
        if (mark) add(*mark, c, r.charged_kwh - r.discharged_kwh - booked_kwh_[c]);
        booked_kwh_[c] = 0.0;
    }
    void over(const Interval& i) override {
        const auto mark = frame_.marks.interval_of(i.begin);
        if (!mark) return;
        MeanPrices& prices = prices_[*mark];
        const double h = hours(i.end - i.begin);
        prices.hours += h, prices.buy += h * i.price, prices.sell += h * i.sell_price;
    }
    void finish(Recorded& recorded) override {
        double cost = 0.0, imported = 0.0, exported = 0.0;
        for (std::size_t m = 0; m < net_kwh_.size(); ++m)
            for (const double kwh : net_kwh_[m]) {
                if (kwh == 0.0) continue;
                cost += kwh * (kwh > 0.0 ? prices_[m].buy : prices_[m].sell) / prices_[m].hours;
                (kwh > 0.0 ? imported : exported) += std::abs(kwh);
            }
        recorded.put(frame_.cost, cost);
        recorded.put(frame_.imported, imported);
        recorded.put(frame_.exported, exported);
    }

   private:
    /// Sums over the time of an interval.
    struct MeanPrices {
        double hours = 0.0, buy = 0.0, sell = 0.0;
    };
    void add(std::size_t mark, std::size_t connector, double kwh) { net_kwh_[mark][connectors_.bus[connector].index()] += kwh; }

    const Frame& frame_;
    const Connectors& connectors_;
    std::vector<double> booked_kwh_;            ///< by connector: of the stay now there, until the last mark
    std::vector<MeanPrices> prices_;            ///< by interval
    std::vector<std::vector<double>> net_kwh_;  ///< by interval, then by bus
};

class SiteBill final : public Output {
   public:
    static constexpr std::string_view name = "site_bill";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>(
                "What every bus with charging points or generators pays at its own meter: what is drawn there, net over each "
                "interval, at "
                "the buying price, what is fed in at the selling price; base load has meters of its own")
                .optional("every", &Params::every,
                          "interval over which a meter nets, a whole number of control steps; its prices are the means over it",
                          above(0.0))
                .in_steps("every", &Params::every);
        return schema;
    }

    SiteBill(const Params& params, const Context& context) : frame_(declare_frame(context, params.every)) {}

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<BillRecorder>(frame_, start.population->connectors);
    }

   private:
    Frame frame_;
};

const bool registered = add_plugin<Output, SiteBill>();

}  // namespace
}  // namespace evsweep
