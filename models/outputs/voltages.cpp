/// Output `voltages`: voltages and loadings over time as bands; where phases differ, by conductor, and by how much.

#include <algorithm>
#include <array>
#include <chrono>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/feeder_phases.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    Duration every = std::chrono::minutes(15);
};

/// Where among the voltages that loads see the spread is told: the lowest, quartiles and tails, the highest.
constexpr std::array shares{0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0};

/// What all recorders of one study share.
struct Frame {
    Marks marks;
    RatedConductors rated;
    std::vector<std::size_t> held;         ///< supplies that are held to the voltage band
    std::vector<std::size_t> three_phase;  ///< buses that have an unbalance
    std::size_t supplies = 0;
    std::size_t conductors = 0;  ///< whose voltages to earth are told besides; 0 where these are what loads see
    std::size_t branches = 0;    ///< whose neutral currents are told; 0 on balanced feeders
};

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

class VoltageRecorder final : public Recorder {
   public:
    explicit VoltageRecorder(const Frame& frame)
        : frame_(frame),
          voltage_pu_(frame.marks.size() * frame.supplies, not_a_number),
          earth_voltage_pu_(frame.marks.size() * frame.conductors, not_a_number),
          spread_pu_(frame.marks.size() * shares.size(), not_a_number),
          loading_pct_(frame.marks.size() * frame.rated.size(), not_a_number),
          unbalance_pct_(frame.marks.size() * frame.three_phase.size(), not_a_number),
          neutral_a_(frame.marks.size() * frame.branches, not_a_number),
          unsolved_(frame.marks.size(), 0.0) {}

    void at(const Snapshot& s) override {
        const auto m = frame_.marks.at(s.now);
        if (!m) return;
        unsolved_[*m] = s.solved ? 0.0 : 1.0;
        if (!s.solved) return;
        put(s.supply_pu, *m, voltage_pu_);
        if (frame_.conductors > 0) put(s.voltage_pu, *m, earth_voltage_pu_);
        put_spread(s.supply_pu, *m);
        double* loading = loading_pct_.data() + *m * frame_.rated.size();
        for (std::size_t k = 0; k < frame_.rated.size(); ++k) loading[k] = frame_.rated.loading_pct(s, k);
        if (s.unbalance.empty()) return;
        double* unbalance = unbalance_pct_.data() + *m * frame_.three_phase.size();
        for (std::size_t k = 0; k < frame_.three_phase.size(); ++k) unbalance[k] = 100.0 * s.unbalance[frame_.three_phase[k]];
        put(s.neutral_a, *m, neutral_a_);
    }
    [[nodiscard]] std::vector<std::vector<double>> finish() override {
        std::vector<std::vector<double>> arrays;
        arrays.push_back(std::move(voltage_pu_));
        if (!frame_.held.empty()) arrays.push_back(std::move(spread_pu_));
        if (!frame_.rated.empty()) arrays.push_back(std::move(loading_pct_));
        if (!frame_.three_phase.empty()) arrays.push_back(std::move(unbalance_pct_));
        if (frame_.branches > 0) arrays.push_back(std::move(neutral_a_));
        if (frame_.conductors > 0) arrays.push_back(std::move(earth_voltage_pu_));
        arrays.push_back(std::move(unsolved_));
        return arrays;
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

    const Frame& frame_;
    std::vector<double> voltage_pu_, earth_voltage_pu_, spread_pu_, loading_pct_, unbalance_pct_, neutral_a_, unsolved_;
    std::vector<double> sorted_;  // kept for its memory
};

Variable band(std::string name, std::string unit, std::string long_name, std::string along, int decimals) {
    return {.name = std::move(name),
            .unit = std::move(unit),
            .long_name = std::move(long_name),
            .dims = {"time", std::move(along)},
            .aggregation = Aggregation::bands,
            .decimals = decimals,
            .sampling = Sampling::sample};
}

class Voltages final : public Output {
   public:
    static constexpr std::string_view name = "voltages";
    static constexpr bool is_default = true;
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>(
                "voltages, loadings, unbalance and neutral currents as they are at the marks, as bands over the replicas")
                .optional("every", &Params::every, "distance of the marks; at least one control step", above(0))
                .in_steps("every", &Params::every);
        return schema;
    }

    Voltages(const Params& params, const Context& context)
        : feeder_(*context.feeder),
          balanced_(is_balanced(feeder_)),
          frame_{Marks(context, params.every, "every"),
                 RatedConductors(feeder_),
                 held_supplies(feeder_),
                 three_phase_buses(feeder_),
                 feeder_.supply.size(),
                 feeder_.supplies_are_conductors() ? 0 : feeder_.conductor.size(),
                 balanced_ ? 0 : feeder_.branch.size()} {}

    [[nodiscard]] std::vector<Variable> variables() const override {
        std::vector<Variable> list;
        const bool to_earth = !balanced_ && frame_.conductors == 0;
        const char* meaning = balanced_ ? "voltage" : to_earth ? "voltage to earth" : "voltage that loads see";
        list.push_back(band("voltage_pu", "pu", meaning, supply_axis(feeder_).name, 4));
        if (!frame_.held.empty())
            list.push_back(band("spread_pu", "pu",
                                balanced_ ? "voltage below which a share of the buses is, the source's apart"
                                          : "voltage below which a share of what loads see is, the source's apart",
                                "share", 4));
        if (!frame_.rated.empty()) list.push_back(band("loading_pct", "%", "loading of the branch", rated_axis(), 1));
        if (!frame_.three_phase.empty())
            list.push_back(band("unbalance_pct", "%", "voltage unbalance factor |V2|/|V1|", "three_phase_bus", 2));
        if (frame_.branches > 0)
            list.push_back(band("neutral_a", "A", "current in the neutral or back through earth", "branch", 1));
        if (frame_.conductors > 0)
            list.push_back(band("earth_voltage_pu", "pu", "voltage to earth", conductor_axis(feeder_).name, 4));
        for (Variable& variable : list) variable.over_solved_steps = true;
        list.push_back({.name = "unsolved",
                        .unit = "1",
                        .long_name = unsolved_meaning,
                        .dims = {"time"},
                        .aggregation = Aggregation::bands,
                        .decimals = 3});
        return list;
    }
    [[nodiscard]] std::vector<Coordinate> coordinates() const override {
        std::vector<Coordinate> list{frame_.marks.coordinate(), supply_axis(feeder_)};
        if (frame_.conductors > 0) list.push_back(conductor_axis(feeder_));
        if (!frame_.held.empty())
            list.push_back({.name = "share",
                            .unit = "1",
                            .long_name = "share with a lower voltage",
                            .values = {shares.begin(), shares.end()}});
        if (!frame_.rated.empty()) {
            list.push_back({.name = rated_axis(), .long_name = balanced_ ? "branch with a rating" : "conductor with a rating"});
            for (std::size_t k = 0; k < frame_.rated.size(); ++k)
                list.back().labels.push_back(fed_by(feeder_, frame_.rated.conductor(k)));
        }
        if (!frame_.three_phase.empty()) {
            list.push_back({.name = "three_phase_bus", .long_name = "bus with three phases"});
            for (const std::size_t bus : frame_.three_phase) list.back().labels.push_back(feeder_.bus[bus]);
        }
        if (frame_.branches > 0) list.push_back({.name = "branch", .long_name = "branch", .labels = feeder_.branch});
        return list;
    }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start&) const override {
        return std::make_unique<VoltageRecorder>(frame_);
    }
    [[nodiscard]] bool wants_unbalance() const override { return true; }

   private:
    [[nodiscard]] std::string rated_axis() const { return balanced_ ? "branch" : "rated_conductor"; }

    const FeederSite& feeder_;
    bool balanced_;
    Frame frame_;
};

const bool registered = add_plugin<Output, Voltages>();

}  // namespace
}  // namespace evsweep
