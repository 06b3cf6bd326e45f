/// From an area's control error to the power that its vehicles are asked for.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "controllers/area_regulation/water_filling.hpp"

namespace evsweep {

/// How a request follows the area control error.
struct RequestRule {
    double gain = 0.3;  ///< power asked per power of control error
    double kept = 0.0;  ///< share of the last request that is asked again; 0: without memory
};

/// U of one area, once per cycle: U <- kept U - gain ACE, within what the vehicles can do. Positive: they draw less.
class RegulationRequest {
   public:
    explicit RegulationRequest(const RequestRule& rule) : rule_(rule) {}

    double next(double control_error_kw, const RegulationCapacity& capacity) {
        const double wish_kw = rule_.kept * kw_ - rule_.gain * control_error_kw;
        kw_ = std::clamp(wish_kw, capacity.down_kw, capacity.up_kw);
        if (kw_ != wish_kw && capacity.up_kw > capacity.down_kw) ++clipped_;
        return kw_;
    }
    [[nodiscard]] double kw() const { return kw_; }
    /// Cycles in which there were vehicles and they could not do what was wished.
    [[nodiscard]] std::size_t clipped() const { return clipped_; }

   private:
    RequestRule rule_;
    double kw_ = 0.0;
    std::size_t clipped_ = 0;
};

}  // namespace evsweep
