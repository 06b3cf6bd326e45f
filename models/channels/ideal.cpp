/// Channel `ideal`: every message arrives, after one delay.
#include "evsweep/channel.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct IdealParams {
    Duration delay{};
};

class Ideal final : public Channel {
   public:
    static constexpr std::string_view name = "ideal";
    static const Schema<IdealParams>& schema() {
        static const auto schema = Schema<IdealParams>("Every message arrives, after one delay")
                                       .optional("delay", &IdealParams::delay, "of every message", at_least(0));
        return schema;
    }

    Ideal(const IdealParams& params, const Context&) : delay_(params.delay) {}
    [[nodiscard]] std::optional<Duration> delay(const Way&) const override { return delay_; }
    [[nodiscard]] std::optional<Duration> always() const override { return delay_; }

   private:
    Duration delay_;
};

const bool registered = add_plugin<Channel, Ideal>();

}  // namespace

}  // namespace evsweep
