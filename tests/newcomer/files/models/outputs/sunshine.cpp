/// Output `sunshine`: how much of a replica the sky was clear.
#include "agents/weather/signals.hpp"
#include "evsweep/output.hpp"
#include "evsweep/plugins.hpp"

namespace evsweep {

namespace {

struct SunshineParams {
    Fraction clear_below{0.3};
};

/// What all recorders share.
struct Shared {
    double clear_below;
    Duration step;
    Subscription<"1", Extent::feeder, Form::present> cloud_cover;
    VariableHandle sunshine_h;
};

class SunshineRecorder final : public Recorder {
   public:
    explicit SunshineRecorder(const Shared& shared) : shared_(shared) {}
    void at(const Snapshot& s) override {
        if (s.value(shared_.cloud_cover) < shared_.clear_below) sunshine_h_ += hours(shared_.step);
    }
    void finish(Recorded& recorded) override { recorded.put(shared_.sunshine_h, sunshine_h_); }

   private:
    const Shared& shared_;
    double sunshine_h_ = 0.0;
};

class Sunshine final : public Output {
   public:
    static constexpr std::string_view name = "sunshine";
    static const Schema<SunshineParams>& schema() {
        static const auto schema =
            Schema<SunshineParams>("hours with a clear sky")
                .optional("clear_below", &SunshineParams::clear_below, "cloud cover of a clear sky", between(0, 1));
        return schema;
    }

    Sunshine(const SunshineParams& params, const Context& context)
        : shared_{params.clear_below.value(), context.step, context.exchange.subscribe(signals::cloud_cover),
                  context.declare.variable({.name = "sunshine_h", .unit = "h", .long_name = "time with a clear sky"})} {}

    [[nodiscard]] std::unique_ptr<Recorder> start(const Start&) const override {
        return std::make_unique<SunshineRecorder>(shared_);
    }

   private:
    Shared shared_;
};

const bool registered = add_plugin<Output, Sunshine>();

}  // namespace

}  // namespace evsweep
