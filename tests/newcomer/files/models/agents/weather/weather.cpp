/// The agent `weather`: a cloud cover that drifts by random steps and stays between clear and overcast.
#include <algorithm>

#include "agents/weather/signals.hpp"
#include "evsweep/agent.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct WeatherParams {
    Duration period = std::chrono::minutes(10);
    Fraction first{0.5};
    Fraction largest_step{0.2};
};

class Weather final : public Agent {
   public:
    static constexpr std::string_view name = "weather";
    static const Schema<WeatherParams>& schema() {
        using P = WeatherParams;
        static const auto schema = Schema<P>("A cloud cover that drifts by random steps")
                                       .optional("period", &P::period, "time between two steps", above(0))
                                       .optional("first", &P::first, "cloud cover at the start", between(0, 1))
                                       .optional("largest_step", &P::largest_step, "of one period", between(0, 1));
        return schema;
    }

    Weather(const WeatherParams& params, const Context& context)
        : params_(params),
          rng_(context.rng),
          purpose_(Purpose("weather").in(context.label)),
          clouds_(params.first.value()),
          cloud_cover_(context.exchange.publish(signals::cloud_cover)) {}

    [[nodiscard]] Cadence cadence() const override { return {.period = params_.period}; }

    void act(Turn& turn) override {
        const double step = params_.largest_step.value() * (2.0 * rng_.uniform(purpose_, 0, turns_++) - 1.0);
        clouds_ = std::clamp(clouds_ + step, 0.0, 1.0);
        turn[cloud_cover_][0] = clouds_;
    }

   private:
    WeatherParams params_;
    Rng rng_;
    Purpose purpose_;
    double clouds_;
    std::uint32_t turns_ = 0;
    Publication<"1", Extent::feeder, Form::present> cloud_cover_;
};

const bool registered = add_plugin<Agent, Weather>();

}  // namespace

}  // namespace evsweep
