/// Channel `random`: delays from a distribution, and a share of the messages lost, each by itself.
#include <cmath>

#include "evsweep/channel.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/variate_choice.hpp"

namespace evsweep {

namespace {

struct RandomParams {
    Random<"h"> delay{};
    Fraction loss{0.0};
};

class RandomChannel final : public Channel {
   public:
    static constexpr std::string_view name = "random";
    static const Schema<RandomParams>& schema() {
        static const auto schema =
            Schema<RandomParams>("Delays from a distribution, and a share of the messages lost, each independently of the others")
                .optional("delay", &RandomParams::delay, "of a message; none: no time", at_least(0))
                .optional("loss", &RandomParams::loss, "share of the messages that never arrive", between(0, 1));
        return schema;
    }

    RandomChannel(const RandomParams& params, const Context&) : delay_(params.delay.distribution), loss_(params.loss.value()) {}

    [[nodiscard]] std::optional<Duration> delay(const Way& way) const override {
        if (way.chance(way.number, 0) < loss_) return std::nullopt;
        if (!delay_) return Duration::zero();
        return from_hours(delay_->quantile(way.chance(way.number, 1)));
    }

   private:
    std::shared_ptr<const Distribution> delay_;  ///< in hours
    double loss_;
};

const bool registered = add_plugin<Channel, RandomChannel>();

}  // namespace

}  // namespace evsweep
