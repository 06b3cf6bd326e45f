/// The plug-in interface of random base load: how far the loads of a replica are from what their profiles say.
#pragma once

#include <string_view>

#include "evsweep/feeder_site.hpp"
#include "evsweep/issues.hpp"
#include "evsweep/population.hpp"
#include "evsweep/rng.hpp"

namespace evsweep {

/// Draws the base load of one replica. Immutable: all that varies comes in through the Rng, so that every alternative meets the
/// same load, and a load keeps its draws whatever others there are.
class Demand {
   public:
    static constexpr std::string_view kind = "demand";

    /// What is fixed for the study. Problems go to `issues`.
    struct Context {
        const FeederSite* feeder = nullptr;
        Calendar calendar;
        Duration step{};
        Duration horizon{};  ///< a whole number of steps
        Issues* issues = nullptr;
        Position at{};
    };

    virtual ~Demand() = default;
    /// Fills factors for the whole horizon and every load of the feeder (FeederSite::loads), all >= 0.
    virtual void draw(const Rng& rng, LoadFactors& factors) const = 0;
};

}  // namespace evsweep
