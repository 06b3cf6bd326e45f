#include "sim/engine/error_text.hpp"

#include <fmt/format.h>

#include <chrono>
#include <new>

#include "evsweep/contracts.hpp"
#include "evsweep/exchange.hpp"
#include "evsweep/party.hpp"

namespace evsweep {

namespace {

std::string clock_text(const Calendar& calendar, Instant now) {
    const auto minutes = std::chrono::floor<std::chrono::minutes>(calendar.time_of_day(now).since_midnight).count();
    const auto days = now.time_since_epoch() / one_day;
    return fmt::format("{:02}:{:02}", minutes / 60, minutes % 60) + (days > 0 ? fmt::format("+{}d", days) : "");
}

}  // namespace

std::string error_text_of_exception() {
    try {
        throw;
    } catch (const SetpointError& error) {
        return error.what();
    } catch (const PartyError& error) {
        return error.what();
    } catch (const ExchangeError& error) {
        return error.what();
    } catch (const ContractViolation& error) {
        return error.what();
    } catch (const std::bad_alloc&) {
        return "not enough memory; ask for fewer threads or coarser outputs";
    } catch (const std::exception& error) {
        return std::string("internal error: ") + error.what();
    } catch (...) {
        return "internal error";
    }
}

std::string error_text_of_exception(const Calendar& calendar, Instant now) {
    try {
        throw;
    } catch (const PartyError& error) {
        return "at " + clock_text(calendar, now) + ": " + error.what();
    } catch (...) {
        return error_text_of_exception();
    }
}

}  // namespace evsweep
