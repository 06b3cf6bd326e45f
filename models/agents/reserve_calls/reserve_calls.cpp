/// The agent `reserve_calls`: a system operator who activates reserves by chance, the same way under every alternative.
#include <fmt/format.h>

#include "agents/reserve_calls/signals.hpp"
#include "evsweep/agent.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

namespace {

struct ReserveCallsParams {
    Fraction up{};
    Fraction down{};
    Fraction size{1.0};
    Duration period = std::chrono::minutes(15);
};

Schema<ReserveCallsParams> reserve_calls_schema() {
    using P = ReserveCallsParams;
    Schema<P> schema("A system operator who calls reserves up or down, each period anew by chance");
    schema.required("up", &P::up, "probability that reserves up are called in a period", between(0.0, 1.0))
        .required("down", &P::down, "probability that reserves down are", between(0.0, 1.0))
        .optional("size", &P::size, "share of the reserves that a call activates", above_up_to(0.0, 1.0))
        .optional("period", &P::period, "of calls, a whole number of control steps", above(0.0))
        .in_steps("period", &P::period)
        .relation([](const P& p) -> std::optional<Contradiction> {
            if (p.up.value() + p.down.value() <= 1.0) return std::nullopt;
            return Contradiction{"down", "and `up` are above 1 together", "at most one of them is called in a period"};
        });
    return schema;
}

class ReserveCallsAgent final : public Agent {
   public:
    static constexpr std::string_view name = "reserve_calls";
    static constexpr std::string_view least_settings = "{up: 10 %, down: 10 %}";
    static const Schema<ReserveCallsParams>& schema() {
        static const Schema<ReserveCallsParams> schema = reserve_calls_schema();
        return schema;
    }

    ReserveCallsAgent(const ReserveCallsParams& params, const Context& context)
        : params_(params), rng_(context.rng), call_(context.exchange.publish(signals::reserve_call)) {
        if (params.period % context.step != Duration::zero())
            throw PartyError("period: " + duration_text(params.period) +
                             " is not a whole number of control steps; time.step is " + duration_text(context.step));
    }

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period}; }

    void act(Turn& turn) override {
        const auto number = static_cast<std::uint32_t>(turn.now.time_since_epoch() / params_.period);
        const double draw = rng_.uniform(Purpose("reserve_calls"), number);
        const double up = params_.up.value(), down = params_.down.value();
        const double direction = draw < up ? 1.0 : draw < up + down ? -1.0 : 0.0;
        if (direction > 0.0) ++ups_;
        if (direction < 0.0) ++downs_;
        turn[call_][0] = direction * params_.size.value();
    }

    [[nodiscard]] std::vector<Counter> counters() const override {
        return {{"calls_up", static_cast<double>(ups_)}, {"calls_down", static_cast<double>(downs_)}};
    }

   private:
    ReserveCallsParams params_;
    Rng rng_;
    Publication<"1", Extent::feeder, Form::present> call_;
    int ups_ = 0, downs_ = 0;
};

const bool registered = add_plugin<Agent, ReserveCallsAgent>();

}  // namespace

}  // namespace evsweep
