// Parties that speak with each other: the same messages are lost under every alternative, on any number of threads.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <string>

#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/write_results.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/unit/study/result_numbers.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

struct Utilisation {
    double soc = 0.0;
};
constexpr Topic<Utilisation> utilisation{"utilisation"};

struct TalkerParams {
    Kilowatts power{6.0};
    static const Schema<TalkerParams>& schema() {
        static const auto schema = Schema<TalkerParams>("Every charging point tells all others its state of charge.")
                                       .optional("power", &TalkerParams::power, "largest power", above(0.0));
        return schema;
    }
};

/// Charging points are members. Who has heard of fuller batteries than its own charges faster.
class Talker final : public Controller {
   public:
    static constexpr std::string_view name = "test_talker";
    static const Schema<TalkerParams>& schema() { return TalkerParams::schema(); }
    Talker(const TalkerParams& params, const Context& context)
        : power_kw_(params.power.value()),
          own_(context.own),
          heard_(context.connectors.size(), 0.5),
          soc_(context.exchange.subscribe(signals::state_of_charge)),
          topic_(context.exchange.join(utilisation, members_of(context.own))) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = std::chrono::seconds(30), .on_message = true}; }

    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        const std::uint32_t first = turn.first_address(topic_);
        turn.each_message(topic_, [&](const Message<Utilisation>& message) {
            for (std::size_t own = 0; own < own_.size(); ++own) {
                const bool is_for_it = message.to == everybody ? message.from != first + own : message.to == first + own;
                if (is_for_it) heard_[own_[own].index()] += 0.1 * (message.body.soc - heard_[own_[own].index()]);
            }
        });
        for (const ConnectorId c : seen.plugged_in) {
            const double wish = power_kw_ * std::clamp(0.5 + heard_[c.index()] - turn[soc_][c.index()], 0.0, 1.0);
            setpoints.set(c, Kilowatts(seen.admissible_kw(c, wish)));
        }
        if (turn.now.time_since_epoch() % std::chrono::seconds(30) != Duration::zero() || turn.now == last_) return;
        last_ = turn.now;
        for (std::uint32_t m = 0; m < own_.size(); ++m)
            turn.send(topic_, first + m, everybody, Utilisation{turn[soc_][own_[m].index()]});
    }

   private:
    static std::vector<std::vector<ConnectorId>> members_of(const std::vector<ConnectorId>& own) {
        std::vector<std::vector<ConnectorId>> members;
        for (const ConnectorId c : own) members.push_back({c});
        return members;
    }

    double power_kw_;
    const std::vector<ConnectorId>& own_;
    std::vector<double> heard_;
    Subscription<"1", Extent::connector, Form::present> soc_;
    Endpoint<Utilisation> topic_;
    Instant last_ = Instant::min();
};

const bool registered = add_plugin<Controller, Talker>();

constexpr const char* street = R"(
name: a street
buses:
  - {id: s, nominal: 0.4 kV}
  - {id: a, nominal: 0.4 kV}
  - {id: b, nominal: 0.4 kV}
lines:
  - {id: L1, from: s, to: a, r: 0.03 ohm, x: 0.01 ohm}
  - {id: L2, from: a, to: b, r: 0.05 ohm, x: 0.02 ohm}
loads:
  - {id: la, bus: a, p: 4 kW, q: 1 kvar}
  - {id: lb, bus: b, p: 6 kW, q: 2 kvar}
source: {bus: s, voltage: 1.02 pu}
)";

std::string group(const std::string& name, int vehicles) {
    return "  " + name + ":\n    behaviour: distribution\n    vehicles: " + std::to_string(vehicles) +
           "\n    placement: {rule: round_robin, buses: [a, b]}\n"
           "    arrival: {distribution: uniform, min: 12:00, max: 12:30}\n    departure: 16 h\n"
           "    initial_soc: {distribution: uniform, min: 0.2, max: 0.6}\n    target_soc: 0.9\n    capacity: 40 kWh\n"
           "    charge_rating: 11 kW\n";
}

/// An hour of eight charging points of two groups.
LoadedStudy study_with(const ScratchFolder& folder, const std::string& channel, const std::string& controllers) {
    std::ofstream(folder / "street.yaml") << street;
    std::ofstream(folder / "study.yaml") << "title: talk\nstudy: {replicas: 7, seed: 5}\n"
                                            "time: {start: 2025-01-06 12:00, duration: 1 h, step: 1 min}\n"
                                            "feeder: {file: street.yaml}\nchannels: {utilisation: {"
                                         << channel << "}}\npopulation:\n"
                                         << group("homes", 5) << group("shops", 3) << "controllers:\n"
                                         << controllers << "outputs: {kpis: {}, series: {every: 5 min}}\n";
    return load(folder / "study.yaml");
}

std::vector<double> count(const StudyResult& result, const std::string& label, const std::string& name) {
    return find(controller(result, label), "messages", "utilisation_" + name).values.read();
}

const std::string lossy = "channel: random, loss: 20 %, delay: {distribution: uniform, min: 0 s, max: 20 s}";
const std::string in_bursts = "channel: bursts, loss: 20 %, burst_length: 6, delay: {distribution: uniform, min: 0 s, max: 20 s}";
const std::string slow_and_quick =
    "  slow: {controller: test_talker, power: 3 kW}\n  quick: {controller: test_talker, power: 9 kW}\n";
const std::string apart =
    "  apart: {parties: {one: {controller: test_talker, power: 5 kW, groups: [shops]}, "
    "other: {controller: test_talker, power: 7 kW, groups: [homes]}}}\n";

}  // namespace

TEST_CASE("every alternative meets the same losses and delays, however its parties are cut") {
    const std::string channel = GENERATE(lossy, in_bursts);
    const ScratchFolder folder;
    const StudyResult result = run_study(study_with(folder, channel, slow_and_quick + apart), {.threads = 1});
    REQUIRE(result.failures.empty());
    // Eight members tell seven others, twice a minute.
    CHECK(count(result, "slow", "sent") == std::vector<double>(7, 8.0 * 7.0 * 120.0));
    for (const std::string name : {"sent", "lost", "delivered", "under_way", "largest_delay_s"}) {
        CAPTURE(name);
        CHECK(count(result, "slow", name) == count(result, "quick", name));
        CHECK(count(result, "slow", name) == count(result, "apart", name));
    }
    for (std::size_t r = 0; r < 7; ++r) {
        const double sent = count(result, "slow", "sent")[r];
        CHECK(count(result, "slow", "lost")[r] + count(result, "slow", "delivered")[r] + count(result, "slow", "under_way")[r] ==
              sent);
        // Each of 56 ways is a chain; bursts of 6 make the variance (1 + c) / (1 - c) times as large, c = 1 - 0.25 / 6 - 1 / 6.
        const double factor = channel == lossy ? 1.0 : (2.0 - 1.25 / 6.0) / (1.25 / 6.0);
        CHECK(std::abs(count(result, "slow", "lost")[r] / sent - 0.2) < 4.0 * std::sqrt(0.16 * factor / sent));
    }
    CHECK(count(result, "slow", "lost")[0] != count(result, "slow", "lost")[1]);
    CHECK(values(controller(result, "slow"), "charged_kwh") != values(controller(result, "quick"), "charged_kwh"));
}

TEST_CASE("a study with messages is the same to the last bit for 1, 2, 3 and 7 threads and for any width of ensembles") {
    const ScratchFolder folder;
    const LoadedStudy study = study_with(folder, in_bursts, slow_and_quick + apart);
    const Numbers one = all_numbers(run_study(study, {.threads = 1, .ensemble_width = 1}));
    REQUIRE(one.count("apart/messages/utilisation_lost") == 1);
    for (const StudyOptions& options :
         {StudyOptions{.threads = 1}, StudyOptions{.threads = 2}, StudyOptions{.threads = 3}, StudyOptions{.threads = 7},
          StudyOptions{.threads = 1, .ensemble_width = 2}, StudyOptions{.threads = 2, .ensemble_width = 3},
          StudyOptions{.threads = 3, .ensemble_width = 7}, StudyOptions{.threads = 2, .ensemble_width = 100}}) {
        CAPTURE(options.threads, options.ensemble_width);
        require_identical(one, all_numbers(run_study(study, options)));
    }
}

TEST_CASE("results hold what became of messages, and who read what under each alternative") {
    const ScratchFolder folder;
    const StudyResult result = run_study(study_with(folder, "channel: ideal, delay: 100 ms", apart), {.threads = 1});
    REQUIRE(write_results(result, folder / "r.h5") == std::nullopt);
    const ResultReader reader(folder / "r.h5");
    CHECK(reader.numbers("/controllers/apart/messages/utilisation_lost") == std::vector<double>(7, 0.0));
    CHECK(reader.numbers("/controllers/apart/messages/utilisation_largest_delay_s") == std::vector<double>(7, 0.1));
    CHECK(reader.texts("/controllers/apart/reads/party") == std::vector<std::string>{"one", "other"});
    CHECK(reader.texts("/controllers/apart/reads/signal") == std::vector<std::string>(2, "state_of_charge"));
    CHECK(reader.texts("/controllers/apart/reads/unit") == std::vector<std::string>(2, "1"));
    CHECK(reader.texts("/controllers/apart/reads/publisher") == std::vector<std::string>(2, "simulator"));
}
