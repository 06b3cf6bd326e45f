/// Output `voltages`: voltages and loadings over time as bands; where phases differ, by conductor, and by how much.

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    std::optional<Duration> every{};
};

/// Where among the voltages that loads see the spread is recorded: the lowest, quartiles and tails, the highest.
constexpr std::array shares{0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0};

std::vector<std::size_t> held_supplies(const FeederSite& feeder) {
    std::vector<std::size_t> held;
    for (std::size_t i = 0; i < feeder.supply.size(); ++i)
        if (FeederSite::is_held_to_band(feeder.supply[i])) held.push_back(i);
    return held;
}

/// The value with a share of the sorted sample below it, linear between neighbours (type 7 of Hyndman and Fan 1996).
double quantile_of(const std::vector<double>& sorted, double share) {
    const double place = share * static_cast<double>(sorted.size() - 1);
    const auto below = static_cast<std::size_t>(place);
    const double next = sorted[std::min(below + 1, sorted.size() - 1)];
    return sorted[below] + (place - static_cast<double>(below)) * (next - sorted[below]);
}

/// Buses with all three phases.
std::vector<std::size_t> three_phase_buses(const FeederSite& feeder) {
    std::vector<std::size_t> found;
    for (std::size_t bus = 0; bus < feeder.bus.size(); ++bus) {
        const auto begin = feeder.conductor.begin() + feeder.first_conductor[bus];
        const auto end = feeder.conductor.begin() + feeder.first_conductor[bus + 1];
        const auto has = [&](Conductor c) { return std::find(begin, end, c) != end; };
        if (has(Conductor::a) && has(Conductor::b) && has(Conductor::c)) found.push_back(bus);
    }
    return found;
}

/// The signals that are read at the marks; which of them there are decides what is recorded.
struct Signals {
    SubscriptionTo<signals::supply_voltage> supply_voltage;
    std::optional<SubscriptionTo<signals::earth_voltage>> earth_voltage{};          ///< where these are not what loads see
    std::optional<SubscriptionTo<signals::conductor_current>> conductor_current{};  ///< where there are ratings
    std::optional<SubscriptionTo<signals::unbalance>> unbalance{};                  ///< where a bus has three phases
    std::optional<SubscriptionTo<signals::neutral_current>> neutral_current{};      ///< where there are branches and phases
};

/// What is recorded; only `voltage` and `unsolved` always are.
struct Variables {
    VariableHandle voltage;
    std::optional<VariableHandle> spread{}, loading{}, unbalance{}, neutral{}, earth_voltage{};
    VariableHandle unsolved;
};

/// What all recorders of one study share.
struct Frame {
    const FeederSite& feeder;
    bool balanced;
    Marks marks;
    RatedConductors rated;
    std::vector<std::size_t> held;         ///< supplies that are held to the voltage band
    std::vector<std::size_t> three_phase;  ///< buses that have an unbalance
    Signals signals{};
    Variables variables{};

    /// The dimension of loadings.
    [[nodiscard]] std::string rated_axis() const { return balanced ? "branch" : "rated_conductor"; }
};

Signals subscribe(OutputExchange& exchange, const Frame& frame) {
    Signals read{.supply_voltage = exchange.subscribe(signals::supply_voltage)};
    if (!frame.feeder.supplies_are_conductors()) read.earth_voltage = exchange.subscribe(signals::earth_voltage);
    if (!frame.rated.empty()) read.conductor_current = exchange.subscribe(signals::conductor_current);
    if (!frame.three_phase.empty()) read.unbalance = exchange.subscribe(signals::unbalance);
    if (!frame.balanced && !frame.feeder.branch.empty()) read.neutral_current = exchange.subscribe(signals::neutral_current);
    return read;
}

/// Arrays by bus and time are large, so files hold them to a hundredth of the last decimal that people are shown, e.g. 1e-6 pu,
/// which is as far as load flows settle.
double file_step_of(int decimals) { return std::exp2(std::floor(std::log2(0.01 * std::pow(10.0, -decimals)))); }

Variable band(std::string name, std::string unit, std::string long_name, std::string along, int decimals) {
    return {.name = std::move(name),
            .unit = std::move(unit),
            .long_name = std::move(long_name),
            .dims = {"time", std::move(along)},
            .aggregation = Aggregation::bands,
            .decimals = decimals,
            .file_step = file_step_of(decimals),
            .sampling = Sampling::sample,
            .over_solved_steps = true};
}

Variables declare_variables(OutputDeclarations& declare, const Frame& frame) {
    const bool balanced = frame.balanced;
    const bool to_earth = !balanced && !frame.signals.earth_voltage;
    const char* meaning = balanced ? "voltage" : to_earth ? "voltage to earth" : "voltage that loads see";
    Variables v;
    v.voltage = declare.variable(band("voltage_pu", "pu", meaning, supply_axis(frame.feeder).name, 4));
    if (!frame.held.empty())
        v.spread = declare.variable(band("spread_pu", "pu",
                                         balanced ? "voltage below which a share of the buses is, the source's apart"
                                                  : "voltage below which a share of what loads see is, the source's apart",
                                         "share", 4));
    if (!frame.rated.empty())
        v.loading = declare.variable(band("loading_pct", "%", "loading of the branch", frame.rated_axis(), 1));
    if (!frame.three_phase.empty())
        v.unbalance = declare.variable(band("unbalance_pct", "%", "voltage unbalance factor |V2|/|V1|", "three_phase_bus", 2));
    if (frame.signals.neutral_current)
        v.neutral = declare.variable(band("neutral_a", "A", "current in the neutral or back through earth", "branch", 1));
    if (frame.signals.earth_voltage)
        v.earth_voltage =
            declare.variable(band("earth_voltage_pu", "pu", "voltage to earth", conductor_axis(frame.feeder).name, 4));
    v.unsolved = declare.variable({.name = "unsolved",
                                   .unit = "1",
                                   .long_name = unsolved_meaning,
                                   .dims = {"time"},
                                   .aggregation = Aggregation::bands,
                                   .decimals = 3});
    return v;
}

void declare_coordinates(OutputDeclarations& declare, const Frame& frame) {
    const FeederSite& feeder = frame.feeder;
    declare.coordinate(frame.marks.coordinate());
    declare.coordinate(supply_axis(feeder));
    if (frame.signals.earth_voltage) declare.coordinate(conductor_axis(feeder));
    if (!frame.held.empty())
        declare.coordinate(
            {.name = "share", .unit = "1", .long_name = "share with a lower voltage", .values = {shares.begin(), shares.end()}});
    if (!frame.rated.empty()) {
        Coordinate rated{.name = frame.rated_axis(),
                         .long_name = frame.balanced ? "branch with a rating" : "conductor with a rating"};
        for (std::size_t k = 0; k < frame.rated.size(); ++k) rated.labels.push_back(fed_by(feeder, frame.rated.conductor(k)));
        declare.coordinate(std::move(rated));
    }
    if (!frame.three_phase.empty()) {
        Coordinate buses{.name = "three_phase_bus", .long_name = "bus with three phases"};
        for (const std::size_t bus : frame.three_phase) buses.labels.push_back(feeder.bus[bus]);
        declare.coordinate(std::move(buses));
    }
    if (frame.signals.neutral_current) declare.coordinate({.name = "branch", .long_name = "branch", .labels = feeder.branch});
}

class VoltageRecorder final : public Recorder {
   public:
    explicit VoltageRecorder(const Frame& frame)
        : frame_(frame),
          voltage_pu_(frame.marks.size() * frame.feeder.supply.size(), not_a_number),
          earth_voltage_pu_(frame.signals.earth_voltage ? frame.marks.size() * frame.feeder.conductor.size() : 0, not_a_number),
          spread_pu_(frame.marks.size() * shares.size(), not_a_number),
          loading_pct_(frame.marks.size() * frame.rated.size(), not_a_number),
          unbalance_pct_(frame.marks.size() * frame.three_phase.size(), not_a_number),
          neutral_a_(frame.signals.neutral_current ? frame.marks.size() * frame.feeder.branch.size() : 0, not_a_number),
          unsolved_(frame.marks.size(), 0.0) {}

    void at(const Snapshot& s) override {
        const auto m = frame_.marks.at(s.now);
        if (!m) return;
        unsolved_[*m] = s.solved ? 0.0 : 1.0;
        if (!s.solved) return;
        const Signals& read = frame_.signals;
        const auto supply_pu = s[read.supply_voltage];
        put(supply_pu, *m, voltage_pu_);
        put_spread(supply_pu, *m);
        if (read.earth_voltage) put(s[*read.earth_voltage], *m, earth_voltage_pu_);
        if (read.conductor_current) put_loading(s[*read.conductor_current], *m);
        if (read.unbalance) put_unbalance(s[*read.unbalance], *m);
        if (read.neutral_current) put(s[*read.neutral_current], *m, neutral_a_);
    }
    void finish(Recorded& recorded) override {
        const Variables& v = frame_.variables;
        recorded.put(v.voltage, std::move(voltage_pu_));
        if (v.spread) recorded.put(*v.spread, std::move(spread_pu_));
        if (v.loading) recorded.put(*v.loading, std::move(loading_pct_));
        if (v.unbalance) recorded.put(*v.unbalance, std::move(unbalance_pct_));
        if (v.neutral) recorded.put(*v.neutral, std::move(neutral_a_));
        if (v.earth_voltage) recorded.put(*v.earth_voltage, std::move(earth_voltage_pu_));
        recorded.put(v.unsolved, std::move(unsolved_));
    }

   private:
    static void put(std::span<const double> row, std::size_t m, std::vector<double>& rows) {
        std::copy(row.begin(), row.end(), rows.begin() + static_cast<std::ptrdiff_t>(m * row.size()));
    }

    void put_spread(std::span<const double> supply_pu, std::size_t m) {
        if (frame_.held.empty()) return;
        sorted_.clear();
        for (const std::size_t i : frame_.held) sorted_.push_back(supply_pu[i]);
        std::sort(sorted_.begin(), sorted_.end());
        for (std::size_t k = 0; k < shares.size(); ++k) spread_pu_[m * shares.size() + k] = quantile_of(sorted_, shares[k]);
    }

    void put_loading(std::span<const double> current_a, std::size_t m) {
        double* loading = loading_pct_.data() + m * frame_.rated.size();
        for (std::size_t k = 0; k < frame_.rated.size(); ++k) loading[k] = frame_.rated.loading_pct(current_a, k);
    }
    void put_unbalance(std::span<const double> factor, std::size_t m) {
        double* unbalance = unbalance_pct_.data() + m * frame_.three_phase.size();
        for (std::size_t k = 0; k < frame_.three_phase.size(); ++k) unbalance[k] = 100.0 * factor[frame_.three_phase[k]];
    }

    const Frame& frame_;
    std::vector<double> voltage_pu_, earth_voltage_pu_, spread_pu_, loading_pct_, unbalance_pct_, neutral_a_, unsolved_;
    std::vector<double> sorted_;  // kept for its memory
};

/// The largest array of a file has a value for every voltage, mark and quantile: on large feeders fewer marks keep it small, and
/// what is between them stands in output `elements`.
Duration usual_distance(const Output::Context& context) {
    constexpr std::size_t many = 2000;
    const Duration wanted = context.feeder->supply.size() > many ? std::chrono::minutes(60) : std::chrono::minutes(15);
    return context.step * ((wanted + context.step - Duration(1)) / context.step);
}

class Voltages final : public Output {
   public:
    static constexpr std::string_view name = "voltages";
    static constexpr bool is_default = true;
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>(
                "voltages, loadings, unbalance and neutral currents as they are at the marks, as bands over the replicas")
                .optional("every", &Params::every,
                          "distance of the marks, at least one control step; none: 15 min, or 1 h where the feeder has more than "
                          "2000 voltages",
                          above(0));
        return schema;
    }

    Voltages(const Params& params, const Context& context)
        : frame_{*context.feeder,
                 is_balanced(*context.feeder),
                 Marks(context, params.every.value_or(usual_distance(context)), "every"),
                 RatedConductors(*context.feeder),
                 held_supplies(*context.feeder),
                 three_phase_buses(*context.feeder)} {
        frame_.signals = subscribe(context.exchange, frame_);
        frame_.variables = declare_variables(context.declare, frame_);
        declare_coordinates(context.declare, frame_);
    }

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start&) const override {
        return std::make_unique<VoltageRecorder>(frame_);
    }

   private:
    Frame frame_;
};

const bool registered = add_plugin<Output, Voltages>();

}  // namespace
}  // namespace evsweep
