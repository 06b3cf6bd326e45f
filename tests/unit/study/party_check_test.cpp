// What a study refuses of its parties, meters and channels before anything runs.
#include <catch2/catch.hpp>
#include <cmath>
#include <fstream>
#include <string>
#include <vector>

#include "evsweep/agent.hpp"
#include "evsweep/plugins.hpp"
#include "sim/study/load_study.hpp"
#include "sim/study/study.hpp"
#include "tests/unit/record/scratch_folder.hpp"
#include "tests/validation/study_fixture.hpp"

using namespace evsweep;
using namespace evsweep::test;
using namespace evsweep::validation;

namespace {

using Texts = std::vector<std::string>;

constexpr Signal<"kW", Extent::feeder> cleared{"cleared_power", "of a test"};
constexpr Signal<"kW", Extent::feeder> wanted{"wanted_power", "of a test"};
constexpr Topic<double> bids{"bids"};

enum class Deed { publish, read, read_present_of_controller, forecast, listen };
[[nodiscard]] std::vector<std::pair<std::string, Deed>> names_of(Deed) {
    return {{"publish", Deed::publish},
            {"read", Deed::read},
            {"read_present_of_controller", Deed::read_present_of_controller},
            {"forecast", Deed::forecast},
            {"listen", Deed::listen}};
}

struct MarketParams {
    Deed deed = Deed::publish;
    Duration period = std::chrono::minutes(10);
    static const Schema<MarketParams>& schema() {
        static const auto schema = Schema<MarketParams>("Does one thing of a market.")
                                       .optional("deed", &MarketParams::deed, "which")
                                       .optional("period", &MarketParams::period, "between turns", at_least(0));
        return schema;
    }
};

class Market final : public Agent {
   public:
    static constexpr std::string_view name = "test_study_market";
    static const Schema<MarketParams>& schema() { return MarketParams::schema(); }
    Market(const MarketParams& params, const Context& context) : params_(params) {
        Exchange& exchange = context.exchange;
        if (params.deed == Deed::publish) {
            out_ = exchange.publish(cleared);
            bids_ = exchange.join(bids, {{}});
        }
        if (params.deed == Deed::listen) bids_ = exchange.join(bids, {{}});
        if (params.deed == Deed::read) in_ = exchange.subscribe(cleared);
        if (params.deed == Deed::read_present_of_controller) in_ = exchange.subscribe(wanted);
        if (params.deed == Deed::forecast) arrivals_ = exchange.use(services::arrivals);
    }
    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period}; }
    void act(Turn& turn) override {
        if (out_) turn[*out_][0] = hours(turn.now.time_since_epoch());
        if (in_) last_ = turn.value(*in_).value();
        if (arrivals_) last_ = static_cast<double>(turn[*arrivals_].sessions.size());
    }
    [[nodiscard]] std::vector<Counter> counters() const override { return {{"last", last_}}; }

   private:
    MarketParams params_;
    std::optional<Publication<"kW", Extent::feeder, Form::present>> out_;
    std::optional<Subscription<"kW", Extent::feeder, Form::present>> in_;
    std::optional<Endpoint<double>> bids_;
    std::optional<Use<const Population>> arrivals_;
    double last_ = 0.0;
};

struct WisherParams {
    static const Schema<WisherParams>& schema() {
        static const auto schema = Schema<WisherParams>("Charges at 3 kW and says so.");
        return schema;
    }
};
class Wisher final : public Controller {
   public:
    static constexpr std::string_view name = "test_wisher";
    static const Schema<WisherParams>& schema() { return WisherParams::schema(); }
    Wisher(const WisherParams&, const Context& context)
        : out_(context.exchange.publish(wanted)), voltage_(context.exchange.subscribe(signals::voltage)) {}
    [[nodiscard]] Cadence cadence() const override { return {.period = std::chrono::minutes(1)}; }
    void decide(Turn& turn, const Connection& seen, Setpoints& setpoints) override {
        for (ConnectorId c : seen.plugged_in) setpoints.set(c, Kilowatts(seen.admissible_kw(c, 3.0)));
        turn[out_][0] = 3.0 * static_cast<double>(seen.plugged_in.size());
    }

   private:
    Publication<"kW", Extent::feeder, Form::present> out_;
    Subscription<"pu", Extent::connector, Form::present> voltage_;
};

const bool registered = add_plugin<Agent, Market>() && add_plugin<Controller, Wisher>();

/// The 33-bus study with few vehicles and `lines` beside it; those of `controllers` are the only ones.
std::filesystem::path file_with(const ScratchFolder& folder, const std::string& lines,
                                const std::string& controllers = "wisher: {controller: test_wisher}") {
    std::ofstream(folder / "study.yaml") << "extends: " << scenario("ieee33/evms_study.yaml").string() << "\n"
                                         << "study: {replicas: 2, reference: wisher}\ntime: {step: 5 min}\n"
                                         << "population: {homes: {vehicles: 20}}\n"
                                         << "controllers: {uncoordinated: ~, evms: ~, " << controllers << "}\n"
                                         << lines;
    return folder / "study.yaml";
}

/// What is problems about it, without the folder.
Texts problems(const std::string& lines, const std::string& controllers = "wisher: {controller: test_wisher}") {
    const ScratchFolder folder;
    Issues issues;
    const auto file = file_with(folder, lines, controllers);
    const auto study = load_study(file, {}, issues);
    CHECK(study.has_value() == !issues.has_errors());
    Texts texts;
    for (const auto& issue : issues.list()) {
        std::string text = to_text(issue);
        if (const auto at = text.find("study.yaml:"); at != std::string::npos) text.erase(0, at);
        texts.push_back(text);
    }
    return texts;
}

const std::string market = "agents: {market: {agent: test_study_market}}\n";

}  // namespace

TEST_CASE("a meter reads a signal that there is") {
    CHECK(problems("metering: {voltag: {delay: 5 min}}\n") ==
          Texts{"study.yaml:6:12: metering.voltag: there is no signal of this name; did you mean 'voltage'?"});
    CHECK(problems("metering: {price_forecast: {delay: 5 min}}\n") ==
          Texts{"study.yaml:6:12: metering.price_forecast: is a forecast, which no meter reads; meter the present value"});
    CHECK(problems("metering: {wanted_power: {noise: 1 kW}}\n").size() == 1);  // read by nobody
    CHECK(problems("metering: {voltage: {delay: 5 min, noise: 0.1 %, resolution: 0.001 pu, sampling: 10 min}}\n") == Texts{});
}

TEST_CASE("a meter of a signal that nobody reads is told") {
    CHECK(problems("metering: {feeder_head: {delay: 5 min}}\n") ==
          Texts{"study.yaml:6:12: warning: metering.feeder_head: has no effect: no controller or agent reads this signal; remove "
                "it"});
}

TEST_CASE("noise and resolution of a meter are in the unit of its signal, and of a size that things have") {
    const auto noise = [](const std::string& quantity) { return problems("metering: {voltage: {noise: " + quantity + "}}\n"); };
    CHECK(noise("0.5 pu") == Texts{});
    CHECK(noise("5 pu") == Texts{"study.yaml:6:29: metering.voltage.noise: 5 pu is out of range; must be [0, 0.5] pu"});
    CHECK(noise("-0.1 pu") == Texts{"study.yaml:6:29: metering.voltage.noise: -0.1 pu is out of range; must be [0, 0.5] pu"});
    for (const std::string wrong : {"3 kW", "nan", "inf", ".nan pu", "1e300 pu", "-1e300 pu", "0x1p3 pu", "much"}) {
        CAPTURE(wrong);
        const Texts texts = noise(wrong);
        REQUIRE(texts.size() == 1);
        CHECK(texts[0].rfind("study.yaml:6:29: metering.voltage.noise: ", 0) == 0);
    }
    CHECK(problems("metering: {cleared_power: {resolution: 3 furlongs}}\nagents: {m: {agent: test_study_market}, r: {agent: "
                   "test_study_market, deed: read}}\n")
              .size() == 1);
    CHECK(problems("metering: {cleared_power: {resolution: 3 kW}}\nagents: {m: {agent: test_study_market}, r: {agent: "
                   "test_study_market, deed: read}}\n") == Texts{});
}

TEST_CASE("delays and samplings of meters are whole control steps, or whole periods of the signal's publisher") {
    const std::string reading =
        "agents: {m: {agent: test_study_market, period: 10 s}, r: {agent: test_study_market, deed: read, period: 10 s}}\n";
    CHECK(
        problems("metering: {voltage: {delay: 7 min}}\n") ==
        Texts{
            "study.yaml:6:12: metering.voltage.delay: 7 min is not a whole number of control steps; the control step is 5 min"});
    CHECK(problems("metering: {voltage: {sampling: 90 s}}\n") ==
          Texts{"study.yaml:6:12: metering.voltage.sampling: 90 s is not a whole number of control steps; the control step is 5 "
                "min"});
    CHECK(problems("metering: {cleared_power: {delay: 30 s, sampling: 20 s}}\n" + reading) == Texts{});
    CHECK(problems("metering: {cleared_power: {delay: 15 s}}\n" + reading) ==
          Texts{"study.yaml:6:12: metering.cleared_power.delay: 15 s is not a whole number of its publisher's periods of 10 s"});
}

TEST_CASE("a channel carries messages of a topic that somebody has joined") {
    CHECK(problems(market + "channels: {bids: {channel: ideal, delay: 20 min}}\n") == Texts{});
    CHECK(problems(market + "channels: {bid: {channel: ideal}}\n") ==
          Texts{"study.yaml:7:12: channels.bid: no party exchanges messages of this topic; did you mean 'bids'?"});
    CHECK(problems("channels: {bids: {channel: ideal}}\n") ==
          Texts{"study.yaml:6:12: channels.bids: no party exchanges messages of this topic; remove it"});
}

TEST_CASE("where all read their messages in turns of one period, a delay is a whole number of them") {
    CHECK(problems(market + "channels: {bids: {channel: ideal, delay: 90 s}}\n") ==
          Texts{"study.yaml:7:12: channels.bids.delay: 90 s is not a whole number of the periods of 10 min in which messages are "
                "read; they would be read after 10 min: write that"});
    const std::string two =
        "agents: {m: {agent: test_study_market}, n: {agent: test_study_market, deed: listen, period: 1 min}}\n";
    CHECK(problems(two + "channels: {bids: {channel: ideal, delay: 90 s}}\n") == Texts{});
    CHECK(problems(market + "channels: {bids: {channel: random, delay: {distribution: uniform, min: 0 s, max: 9 s}}}\n") ==
          Texts{});
}

TEST_CASE("parties that do not fit together are told at their places, those of all alternatives once") {
    CHECK(problems("agents: {r: {agent: test_study_market, deed: read}}\n",
                   "wisher: {controller: test_wisher}, second: {controller: test_wisher}") ==
          Texts{"study.yaml:6:10: agents.r: reads the signal 'cleared_power', which nobody publishes; did you mean "
                "'load_power'?"});
    CHECK(problems(market, "wisher: {parties: {w: {controller: test_wisher}, n: {agent: test_study_market}}}") ==
          Texts{"study.yaml:5:91: controllers.wisher.parties.n: publishes 'cleared_power', which 'market' publishes, too; a "
                "signal has "
                "one publisher"});
    CHECK(problems("agents: {m: {agent: test_study_market, period: 0 s}}\n") ==
          Texts{"study.yaml:6:10: agents.m: has a period of no time; give at least 1 ms"});
}

TEST_CASE("an agent that acts under every alternative has to find what it reads under each of them") {
    const std::string reader = "agents: {r: {agent: test_study_market, deed: read_present_of_controller}}\n";
    CHECK(problems(reader, "wisher: {controller: test_wisher}, second: {controller: test_wisher}") == Texts{});
    const Texts lacking = problems(reader, "wisher: {controller: test_wisher}, other: {controller: uncoordinated}");
    REQUIRE(lacking.size() == 1);
    CHECK_THAT(lacking[0],
               Catch::Matchers::StartsWith("study.yaml:6:10: agents.r: reads the signal 'wanted_power', which nobody publishes"));
}

TEST_CASE("no alternative takes the name of the run without vehicles") {
    CHECK(problems("", "wisher: {controller: test_wisher}, base: {controller: test_wisher}") ==
          Texts{"study.yaml:5:77: controllers.base: is the name of the run without vehicles; name it otherwise"});
}

TEST_CASE("a controller's period need not be a whole number of control steps") {
    CHECK(problems("", "wisher: {controller: test_wisher}, other: {controller: evms, period: 90 s}") == Texts{});
    CHECK(problems("", "wisher: {controller: threshold_v2g, signals: [voltage], period: 7 s}") == Texts{});
    CHECK(problems("", "wisher: {controller: optimal_schedule, strategy: v2g, mode: receding, every: 7 min}").size() == 1);
}

TEST_CASE("agents act in the run without vehicles, too, as far as somebody publishes what they read") {
    const ScratchFolder folder;
    const LoadedStudy study =
        load(file_with(folder,
                       "agents: {market: {agent: test_study_market}, reader: {agent: test_study_market, deed: "
                       "read}, other: {agent: test_study_market, deed: read_present_of_controller}}\n"));
    const StudyResult result = run_study(study, {.threads = 1});
    REQUIRE(result.failures.empty());
    const auto counter = [](const RunResult& run, const std::string& name) { return find(run, "counters", name).values.at(0); };
    CHECK(counter(controller(result, "wisher"), "reader_last") == Approx(24.0 - 1.0 / 6.0));
    CHECK(counter(controller(result, "wisher"), "other_last") >= 0.0);
    CHECK(counter(result.base, "reader_last") == Approx(24.0 - 1.0 / 6.0));
    for (const VariableResult& v : result.base.variables) CHECK(v.variable.name != "other_last");
}

TEST_CASE("an agent may plan with a forecast of stays, of which there are none in the run without vehicles") {
    const ScratchFolder folder;
    const LoadedStudy study = load(file_with(folder, "agents: {market: {agent: test_study_market, deed: forecast}}\n"));
    const StudyResult result = run_study(study, {.threads = 1});
    REQUIRE(result.failures.empty());
    CHECK(find(controller(result, "wisher"), "counters", "market_last").values.at(0) > 10.0);
    CHECK(find(result.base, "counters", "last").values.at(0) == 0.0);
}
