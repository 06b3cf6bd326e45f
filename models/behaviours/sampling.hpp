/// Drawing whole columns from distributions by identity, shared by the behaviours.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "evsweep/rng.hpp"
#include "evsweep/variate_choice.hpp"

namespace evsweep {

/// Fills `out[i]` with the draw of entity `first + i`; what does not vary needs no draw.
inline void sample(const Distribution& law, const Rng& rng, Purpose purpose, std::uint32_t draw, std::span<double> out,
                   std::uint32_t first = 0) {
    if (law.lowest() == law.highest()) {
        std::fill(out.begin(), out.end(), law.lowest());
        return;
    }
    rng.uniforms(purpose, first, draw, out);
    law.quantiles(out);
}

/// The same value always, for parameters that have a default.
class Always final : public Distribution {
   public:
    explicit Always(double value) : value_(value) {}
    void quantiles(std::span<double> u) const override { std::fill(u.begin(), u.end(), value_); }
    double mean() const override { return value_; }
    double lowest() const override { return value_; }
    double highest() const override { return value_; }

   private:
    double value_;
};

/// A default for a choice that the user may omit: `value`, printed as `text` (in the form that a scenario uses).
template <UnitLabel Unit>
[[nodiscard]] Random<Unit> always(double value, std::string text) {
    return {std::make_shared<Always>(value), std::move(text)};
}

/// What a class or a day says of its own stands for what is usual.
template <UnitLabel Unit>
void override_by(Random<Unit>& usual, const Random<Unit>& own) {
    if (own.distribution) usual = own;
}

}  // namespace evsweep
