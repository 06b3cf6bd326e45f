/// Output `load_shape`: how even the demand of the feeder is, and how often charging points begin to draw, as numbers per
/// replica.

#include <algorithm>
#include <chrono>
#include <cmath>
#include <optional>
#include <vector>

#include "evsweep/compensated_sum.hpp"
#include "evsweep/plugins.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    Duration every = std::chrono::minutes(15);
};

/// The instants, the declared numbers and the signal that all recorders of one study share.
struct Frame {
    Marks marks;
    Duration every;
    VariableHandle squares, peak, mean, deviation, runs;
    SubscriptionTo<signals::power> power;
};

Variable number_of(std::string name, std::string unit, std::string long_name, int decimals) {
    Variable v;
    v.name = std::move(name);
    v.unit = std::move(unit);
    v.long_name = std::move(long_name);
    v.decimals = decimals;
    v.lowest = 0.0;
    return v;
}

Variable of_demand(std::string name, std::string unit, const std::string& what) {
    Variable v = number_of(std::move(name), std::move(unit), what + " (base load and vehicles) of the intervals", 2);
    v.over_solved_steps = true;
    return v;
}

Variable headline(Variable variable) {
    variable.headline = true;
    return variable;
}

Frame declare_frame(const Output::Context& context, Duration every) {
    OutputDeclarations& declare = context.declare;
    return {Marks(context, every, "every"),
            every,
            declare.variable(headline(of_demand("squared_demand", "kW2", "sum of squares of the mean demand"))),
            declare.variable(of_demand("demand_peak", "kW", "largest mean demand")),
            declare.variable(of_demand("demand_mean", "kW", "mean of the mean demand")),
            declare.variable(headline(of_demand("demand_deviation", "kW", "standard deviation of the mean demand"))),
            declare.variable(headline(
                number_of("charging_runs", "1", "how often charging points begin to draw, as seen at control steps", 1))),
            context.exchange.subscribe(signals::power)};
}

/// Powers of intervals are energies over hours, so that what happens within a step counts as it is.
class ShapeRecorder final : public Recorder {
   public:
    ShapeRecorder(const Frame& frame, std::size_t connectors)
        : frame_(frame), kwh_(frame.marks.size(), 0.0), solved_h_(frame.marks.size(), 0.0), drew_(connectors, 0) {}

    void at(const Snapshot& s) override {
        const auto power = s[frame_.power];
        const bool counts = frame_.marks.interval_of(s.now).has_value();
        for (std::size_t c = 0; c < drew_.size(); ++c) {
            const std::uint8_t draws = power[c] > 0.0 ? 1 : 0;
            if (counts && draws != 0 && drew_[c] == 0) ++runs_;
            drew_[c] = draws;
        }
    }
    void over(const Interval& i) override {
        const auto m = frame_.marks.interval_of(i.begin);
        if (!m || !i.solved) return;
        kwh_[*m] += i.load_kwh + i.charged_kwh - i.discharged_kwh;
        solved_h_[*m] += hours(i.end - i.begin);
    }
    void finish(Recorded& recorded) override {
        CompensatedSum sum, squares;
        double peak = -HUGE_VAL, count = 0.0;  // a last interval that is shorter counts in part
        int intervals = 0;
        for (std::size_t m = 0; m < kwh_.size(); ++m) {
            if (solved_h_[m] <= 0.0) continue;
            const double kw = kwh_[m] / solved_h_[m];
            const double weight = frame_.marks.hours_of(m) / hours(frame_.every);
            sum.add(weight * kw);
            squares.add(weight * kw * kw);
            peak = std::max(peak, kw);
            count += weight;
            ++intervals;
        }
        const bool is_known = count > 0.0;
        const double mean = is_known ? sum.value() / count : not_a_number;
        const double variance = intervals > 1 ? squares.value() / count - mean * mean : not_a_number;
        recorded.put(frame_.squares, is_known ? squares.value() : not_a_number);
        recorded.put(frame_.peak, is_known ? peak : not_a_number);
        recorded.put(frame_.mean, mean);
        recorded.put(frame_.deviation, intervals > 1 ? std::sqrt(std::max(variance, 0.0)) : not_a_number);
        recorded.put(frame_.runs, static_cast<double>(runs_));
    }

   private:
    const Frame& frame_;
    std::vector<double> kwh_, solved_h_;  ///< by interval
    std::vector<std::uint8_t> drew_;      ///< by connector
    std::uint64_t runs_ = 0;
};

class LoadShape final : public Output {
   public:
    static constexpr std::string_view name = "load_shape";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema =
            Schema<Params>(
                "How even the demand is: sum of squares, peak and standard deviation of mean demands; and how often charging "
                "begins")
                .optional("every", &Params::every,
                          "length of the intervals, a whole number of control steps; a last one that is shorter counts by its "
                          "length, and of fewer than two there is no deviation",
                          above(0.0))
                .in_steps("every", &Params::every);
        return schema;
    }

    LoadShape(const Params& params, const Context& context) : frame_(declare_frame(context, params.every)) {}

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start& start) const override {
        return std::make_unique<ShapeRecorder>(frame_, start.population->connectors.size());
    }

   private:
    Frame frame_;
};

const bool registered = add_plugin<Output, LoadShape>();

}  // namespace
}  // namespace evsweep
