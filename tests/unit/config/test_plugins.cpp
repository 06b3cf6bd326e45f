// Plug-ins that only tests know, so that what is tested here does not hang on the models' parameters.
#include "evsweep/agent.hpp"
#include "evsweep/behaviour.hpp"
#include "evsweep/channel.hpp"
#include "evsweep/controller.hpp"
#include "evsweep/output.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/variate_choice.hpp"

namespace evsweep {
namespace {

struct DripParams {
    Kilowatts rate{3.0};
    Duration period = std::chrono::minutes(15);
    Fraction lowest{0.2};
    Fraction highest{0.9};
    static const Schema<DripParams>& schema() {
        static const auto schema =
            Schema<DripParams>("Charges every vehicle at one low rate, whatever happens around it in the feeder.")
                .optional("rate", &DripParams::rate, "power of each vehicle", Range{0.0, 50.0, true, false})
                .optional("period", &DripParams::period, "time between decisions", above(0))
                .optional("lowest", &DripParams::lowest, "no charging below", between(0, 1))
                .optional("highest", &DripParams::highest, "no charging above", between(0, 1))
                .relation([](const DripParams& p) -> std::optional<Contradiction> {
                    if (p.lowest < p.highest) return std::nullopt;
                    return Contradiction{"lowest", "is not below highest", "exchange them?"};
                });
        return schema;
    }
};

class Drip final : public Controller {
   public:
    static constexpr std::string_view name = "test_drip";
    static const Schema<DripParams>& schema() { return DripParams::schema(); }
    Drip(const DripParams&, const Context&) {}
    [[nodiscard]] Cadence cadence() const override { return {}; }
    void decide(Turn&, const Connection&, Setpoints&) override {}
};

struct MarketParams {
    Kilowatts size{100.0};
    Price cap{0.3};
    static const Schema<MarketParams>& schema() {
        static const auto schema = Schema<MarketParams>("A market for tests.")
                                       .optional("size", &MarketParams::size, "of all bids", above(0))
                                       .optional("cap", &MarketParams::cap, "highest price");
        return schema;
    }
};

class Market final : public Agent {
   public:
    static constexpr std::string_view name = "test_market";
    static const Schema<MarketParams>& schema() { return MarketParams::schema(); }
    Market(const MarketParams&, const Context&) {}
    [[nodiscard]] Cadence cadence() const override { return {}; }
    void act(Turn&) override {}
};

struct WireParams {
    Duration delay = std::chrono::seconds(1);
    static const Schema<WireParams>& schema() {
        static const auto schema =
            Schema<WireParams>("A channel for tests.").optional("delay", &WireParams::delay, "of every message", at_least(0));
        return schema;
    }
};

class Wire final : public Channel {
   public:
    static constexpr std::string_view name = "test_wire";
    static const Schema<WireParams>& schema() { return WireParams::schema(); }
    Wire(const WireParams& params, const Context&) : delay_(params.delay) {}
    [[nodiscard]] std::optional<Duration> delay(const Way&) const override { return delay_; }

   private:
    Duration delay_;
};

struct FleetParams {
    int vehicles = 0;
    Random<"h"> arrival;
    static const Schema<FleetParams>& schema() {
        static const auto schema = Schema<FleetParams>("A fleet for tests.")
                                       .required("vehicles", &FleetParams::vehicles, "number of vehicles", at_least(1))
                                       .optional("arrival", &FleetParams::arrival, "hours after midnight", between(0, 48));
        return schema;
    }
};

class Fleet final : public Behaviour {
   public:
    static constexpr std::string_view name = "test_fleet";
    static const Schema<FleetParams>& schema() { return FleetParams::schema(); }
    Fleet(const FleetParams&, const Context&) {}
    [[nodiscard]] const GroupPlaces& places() const override { return places_; }
    void draw(const Rng&, Population&) const override {}

   private:
    GroupPlaces places_;
};

struct LogParams {
    static const Schema<LogParams>& schema() {
        static const auto schema = Schema<LogParams>("Records nothing.");
        return schema;
    }
};

class Log final : public Output {
   public:
    static constexpr std::string_view name = "test_log";
    static const Schema<LogParams>& schema() { return LogParams::schema(); }
    Log(const LogParams&, const Context&) {}
    [[nodiscard]] std::unique_ptr<Recorder> start(const Start&) const override { return nullptr; }
};

const bool registered = add_plugin<Controller, Drip>() && add_plugin<Behaviour, Fleet>() && add_plugin<Output, Log>() &&
                        add_plugin<Agent, Market>() && add_plugin<Channel, Wire>();

}  // namespace
}  // namespace evsweep
