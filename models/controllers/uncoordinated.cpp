/// Uncoordinated charging ("G2V"): every vehicle draws full power from plug-in until its target is reached.
#include "evsweep/controller.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct UncoordinatedParams {};

class Uncoordinated final : public Controller {
   public:
    static constexpr std::string_view name = "uncoordinated";
    static const Schema<UncoordinatedParams>& schema() {
        static const Schema<UncoordinatedParams> schema("Full power from plug-in to target, whatever the grid does");
        return schema;
    }

    Uncoordinated(const UncoordinatedParams&, const Context&) {}

    [[nodiscard]] Cadence cadence() const override { return {.on_plug_in = true}; }

    void decide(Turn&, const Connection& seen, Setpoints& setpoints) override {
        for (ConnectorId c : seen.arrived)
            setpoints.set(c, Kilowatts(seen.admissible_kw(c, seen.connectors->charge_rating[c.index()])));
    }
};

const bool registered = add_plugin<Controller, Uncoordinated>();

}  // namespace

}  // namespace evsweep
