// Limits of inverters, in OpenDSS's order: reactive power first, then kVA.
#include "feeder_formats/opendss_inverter.hpp"

#include <algorithm>
#include <cmath>

#include "feeder_formats/opendss_handlers.hpp"

namespace evsweep::opendss {
namespace {

class Limits {
   public:
    Limits(const Inverter& inverter, const InverterRequest& request) : inverter_(inverter), request_(request), kw_(request.kw) {
        supply_ = inverter.kvar_max.value_or(inverter.usual_kvar_max.value_or(inverter.kva));
        absorption_ = inverter.kvar_max_abs.value_or(supply_);
        if (inverter.no_vars_below > 0.0) no_vars_below_ = inverter.no_vars_below * 0.01 * request.rated_kw;
        if (inverter.full_vars_from > 0.0) full_vars_from_ = inverter.full_vars_from * 0.01 * request.rated_kw;
    }

    std::complex<double> power() {
        const double kvar = inverter_.by_pf ? kvar_at(kw_, inverter_.pf) : inverter_.kvar;
        if (request_.is_idle)
            kvar_ = std::copysign(std::min(std::abs(kvar), limit_of(kvar)), kvar);
        else if (std::abs(kw_) >= no_vars_below_)
            limit_kvar(kvar);
        const bool gives_none = !request_.is_on && inverter_.vars_follow;
        if (gives_none) kvar_ = 0.0;
        limit_kva();
        return {kw_, kvar_};
    }

   private:
    [[nodiscard]] double limit_of(double kvar) const { return kvar > 0.0 ? supply_ : absorption_; }

    void limit_kvar(double kvar) {
        const double asked = std::abs(kvar);
        if (std::abs(kw_) < full_vars_from_) {  // the limit grows with the power
            const double limit = limit_of(kvar) * std::abs(kw_) / full_vars_from_;
            const bool has_some = std::abs(kw_) >= std::max(no_vars_below_, request_.cut_out_kw);
            if (has_some || inverter_.by_pf) kvar_ = std::copysign(has_some ? std::min(asked, limit) : asked, kvar);
            return;
        }
        // At a power factor, both limits hold in both directions.
        const double limit = inverter_.by_pf ? std::min(supply_, absorption_) : limit_of(kvar);
        kvar_ = asked > limit ? std::copysign(limit_of(kvar), kvar) : kvar;
        if (asked > limit && inverter_.factor_first) kw_ *= limit_of(kvar) / asked;
    }

    void limit_kva() {
        const double kva = std::hypot(kw_, kvar_);
        if (kva <= inverter_.kva) return;
        const auto rest = [&](double other) { return std::sqrt(std::max(0.0, inverter_.kva * inverter_.kva - other * other)); };
        if (request_.is_idle || (inverter_.watt_first && !inverter_.factor_first)) {
            kw_ = std::copysign(std::min(std::abs(kw_), inverter_.kva), kw_);
            kvar_ = std::copysign(rest(kw_), kvar_);
        } else if (inverter_.factor_first) {
            kw_ *= inverter_.kva / kva;
            kvar_ *= inverter_.kva / kva;
        } else {
            kvar_ = std::copysign(std::min(std::abs(kvar_), inverter_.kva), kvar_);
            kw_ = std::copysign(rest(kvar_), kw_);
        }
    }

    const Inverter& inverter_;
    const InverterRequest& request_;
    double kw_ = 0.0;
    double kvar_ = 0.0;
    double supply_ = 0.0, absorption_ = 0.0;
    double no_vars_below_ = -1.0, full_vars_from_ = -1.0;
};

}  // namespace

std::complex<double> inverter_power(const Inverter& inverter, const InverterRequest& request) {
    return Limits(inverter, request).power();
}

}  // namespace evsweep::opendss
