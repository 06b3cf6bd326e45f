/// The sentences of an explanation.
#pragma once

#include <string>

#include "sim/study/why/explanation.hpp"

namespace evsweep {

/// "Mon 19:42".
[[nodiscard]] std::string when_text(const LoadedStudy& study, double time_h);
/// "0.9 pu", "100 %".
[[nodiscard]] std::string limit_text(const Explanation& explanation);
/// So many decimals show three digits of the largest share.
[[nodiscard]] int share_decimals(const Explanation& explanation);
/// Whether the replica is the recorded one to the last bit, a line; nothing where nothing was recorded.
[[nodiscard]] std::string replay_text(const Explanation& explanation);
/// Why a vehicle has the power that it has, as far as its stay tells: "has to charge now", "could wait 5.2 h".
[[nodiscard]] std::string decision_words(const VehicleDecision& decision);
/// Two or three sentences on all of it.
[[nodiscard]] std::string why_sentences(const LoadedStudy& study, const Explanation& explanation);

}  // namespace evsweep
