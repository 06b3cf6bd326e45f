/// Output `voltages`: the voltage of every bus and the loading of every rated branch over time, as bands.

#include <algorithm>
#include <chrono>
#include <vector>

#include "evsweep/plugins.hpp"
#include "outputs/marks.hpp"
#include "outputs/snapshot_values.hpp"

namespace evsweep {
namespace {

struct Params {
    Duration every = std::chrono::minutes(15);
};

class VoltageRecorder final : public Recorder {
   public:
    VoltageRecorder(const Marks& marks, const RatedBranches& rated, std::size_t buses)
        : marks_(marks),
          rated_(rated),
          buses_(buses),
          voltage_pu_(marks.size() * buses, not_a_number),
          loading_pct_(marks.size() * rated.size(), not_a_number) {}

    void at(const Snapshot& s) override {
        const auto m = marks_.at(s.now);
        if (!m || !s.solved) return;
        std::copy(s.voltage_pu.begin(), s.voltage_pu.end(), voltage_pu_.begin() + static_cast<std::ptrdiff_t>(*m * buses_));
        for (std::size_t k = 0; k < rated_.size(); ++k) loading_pct_[*m * rated_.size() + k] = rated_.loading_pct(s, k);
    }
    [[nodiscard]] std::vector<std::vector<double>> finish() override {
        std::vector<std::vector<double>> arrays;
        arrays.push_back(std::move(voltage_pu_));
        if (!rated_.empty()) arrays.push_back(std::move(loading_pct_));
        return arrays;
    }

   private:
    const Marks& marks_;
    const RatedBranches& rated_;
    std::size_t buses_;
    std::vector<double> voltage_pu_;
    std::vector<double> loading_pct_;
};

class Voltages final : public Output {
   public:
    static constexpr std::string_view name = "voltages";
    static const Schema<Params>& schema() {
        static const auto schema =
            Schema<Params>("voltage of every bus and loading of every rated branch over time, as bands over the replicas")
                .optional("every", &Params::every, "distance of the marks", above(0));
        return schema;
    }

    Voltages(const Params& params, const Context& context)
        : marks_(context, params.every, "every"), rated_(*context.feeder), feeder_(*context.feeder) {}

    [[nodiscard]] std::vector<Variable> variables() const override {
        std::vector<Variable> list{{.name = "voltage_pu",
                                    .unit = "pu",
                                    .long_name = "voltage",
                                    .dims = {"time", "bus"},
                                    .aggregation = Aggregation::bands,
                                    .decimals = 4}};
        if (!rated_.empty())
            list.push_back({.name = "loading_pct",
                            .unit = "%",
                            .long_name = "loading of the branch",
                            .dims = {"time", "branch"},
                            .aggregation = Aggregation::bands,
                            .decimals = 1});
        return list;
    }
    [[nodiscard]] std::vector<Coordinate> coordinates() const override {
        std::vector<Coordinate> list{marks_.coordinate()};
        list.push_back({.name = "bus", .long_name = "bus, parent before child", .labels = feeder_.bus});
        if (rated_.empty()) return list;
        list.push_back({.name = "branch", .long_name = "branch with a rating"});
        for (std::size_t k = 0; k < rated_.size(); ++k) list.back().labels.push_back(feeder_.branch[rated_.branch(k).index()]);
        return list;
    }
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start&) const override {
        return std::make_unique<VoltageRecorder>(marks_, rated_, feeder_.bus.size());
    }

   private:
    Marks marks_;
    RatedBranches rated_;
    const FeederSite& feeder_;
};

const bool registered = add_plugin<Output, Voltages>();

}  // namespace
}  // namespace evsweep
