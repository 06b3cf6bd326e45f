#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"

namespace {

using namespace evsweep;

struct Params {
    Fraction share{0.5};
};

class HalfPower final : public Controller {
   public:
    static constexpr std::string_view name = "half_power";
    static const Schema<Params>& schema() {
        static const auto schema = Schema<Params>("Charges every vehicle at a share of its limit.")
                                       .optional("share", &Params::share, "of the largest admissible power", between(0.0, 1.0));
        return schema;
    }
    HalfPower(const Params& params, const Context&) : share_(params.share.value()) {}

    Cadence cadence() const override { return {.period = std::nullopt, .on_plug_in = true}; }
    void decide(Turn&, const Connection& seen, Setpoints& setpoints) override {
        for (const ConnectorId c : seen.arrived)
            setpoints.set(c, Kilowatts(seen.admissible_kw(c, share_ * seen.p_max_kw[c.index()])));
    }

   private:
    double share_;
};

const bool registered = add_plugin<Controller, HalfPower>();

}  // namespace
