/// Channel `bursts`: losses come in bursts, by a chain of good and bad states (Gilbert 1960, Elliott 1963).
#include <algorithm>
#include <cmath>

#include "evsweep/channel.hpp"
#include "evsweep/plugins.hpp"
#include "evsweep/variate_choice.hpp"

namespace evsweep {

namespace {

struct BurstParams {
    Random<"h"> delay{};
    Fraction loss{0.01};
    double burst_length = 5.0;
    Fraction loss_in_burst{1.0};
    Fraction loss_between{0.0};
};

/// From message to message of one way the state goes from good to bad with probability p and back with probability r = 1 over the
/// mean length of a burst; the share of bad states is p / (p + r). A message is lost with the probability of its state.
class Bursts final : public Channel {
   public:
    static constexpr std::string_view name = "bursts";
    static const Schema<BurstParams>& schema() {
        static const auto schema =
            Schema<BurstParams>("Losses in bursts: a chain of good and bad states from message to message (Gilbert-Elliott)")
                .optional("delay", &BurstParams::delay, "of a message that arrives; none: no time", at_least(0))
                .optional("loss", &BurstParams::loss, "share of all messages that never arrive", between(0, 1))
                .optional("burst_length", &BurstParams::burst_length, "mean number of messages of a burst", at_least(1))
                .optional("loss_in_burst", &BurstParams::loss_in_burst, "share lost in a burst", above_up_to(0, 1))
                .optional("loss_between", &BurstParams::loss_between, "share lost between bursts", between(0, 1))
                .relation([](const BurstParams& p) -> std::optional<Contradiction> {
                    if (p.loss_between <= p.loss && p.loss <= p.loss_in_burst) return std::nullopt;
                    return Contradiction{"loss", "is not between loss_between and loss_in_burst", "choose a share between them"};
                })
                .relation([](const BurstParams& p) -> std::optional<Contradiction> {
                    const bool is_between = p.loss_between <= p.loss && p.loss <= p.loss_in_burst;
                    if (!is_between || (p.loss_between < p.loss_in_burst && to_bad(p) <= 1.0)) return std::nullopt;
                    return Contradiction{"burst_length", "is too short for so large a loss", "give longer bursts"};
                });
        return schema;
    }

    Bursts(const BurstParams& params, const Context&)
        : delay_(params.delay.distribution),
          p_(to_bad(params)),
          r_(1.0 / params.burst_length),
          in_burst_(params.loss_in_burst.value()),
          between_(params.loss_between.value()) {}

    [[nodiscard]] std::optional<Duration> delay(const Way& way) const override {
        if (way.chance(way.number, 0) < (is_bad(way) ? in_burst_ : between_)) return std::nullopt;
        if (!delay_) return Duration::zero();
        return from_hours(delay_->quantile(way.chance(way.number, 1)));
    }

   private:
    /// The probability of going from good to bad that gives the loss asked for.
    static double to_bad(const BurstParams& p) {
        const double bad = (p.loss.value() - p.loss_between.value()) / (p.loss_in_burst.value() - p.loss_between.value());
        return bad >= 1.0 ? 2.0 : bad / (1.0 - bad) / p.burst_length;
    }

    /// With u the random number of a message, good becomes bad where u < p, and bad stays bad where u < 1 - r. So u below both
    /// decides for bad and u above both for good, whatever the state before; in between it depends on that.
    [[nodiscard]] bool is_bad(const Way& way) const {
        bool is_turned = false;
        for (std::uint32_t message = way.number; message > 0; --message) {
            const double u = way.chance(message, 2);
            const bool from_good = u < p_;
            const bool from_bad = u < 1.0 - r_;
            if (from_good == from_bad) return from_good != is_turned;
            is_turned = is_turned != from_good;  // good becomes bad and bad good; else the state stays
        }
        return (way.chance(0, 2) < p_ / (p_ + r_)) != is_turned;
    }

    std::shared_ptr<const Distribution> delay_;  ///< in hours
    double p_, r_;
    double in_burst_, between_;
};

const bool registered = add_plugin<Channel, Bursts>();

}  // namespace

}  // namespace evsweep
