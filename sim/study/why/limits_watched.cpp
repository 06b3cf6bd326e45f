#include "sim/study/why/limits_watched.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "evsweep/contracts.hpp"
#include "evsweep/values.hpp"

namespace evsweep {

std::string_view name_of(LimitKind kind) {
    constexpr std::array<std::string_view, limit_kinds> names{"low_voltage", "high_voltage", "unbalance",
                                                              "line",        "transformer",  "unsolved"};
    return names[static_cast<std::size_t>(kind)];
}

std::string_view text_of(LimitKind kind) {
    constexpr std::array<std::string_view, limit_kinds> texts{"low voltage",  "high voltage",        "unbalance",
                                                              "line loading", "transformer loading", "no solution"};
    return texts[static_cast<std::size_t>(kind)];
}

std::string_view unit_of(LimitKind kind) {
    return kind == LimitKind::low_voltage || kind == LimitKind::high_voltage ? "pu" : "%";
}

int decimals_of(LimitKind kind) {
    if (unit_of(kind) == "pu") return 4;
    return kind == LimitKind::unbalance ? 2 : 1;
}

std::string value_text(LimitKind kind, double value) {
    return std::isnan(value) ? "–" : fmt::format("{:.{}f} {}", value, decimals_of(kind), unit_of(kind));
}

double unbalance_limit_pct(std::span<const Setting> resolved) {
    constexpr double usual = 2.0;
    for (const Setting& setting : resolved) {
        if (!setting.path.ends_with("unbalance_limit")) continue;
        Issues unsaid;
        Reader reader{unsaid};
        const auto factor = Value<Fraction>::read(Node::make_scalar(setting.value, {}), "", reader);
        if (factor) return 100.0 * factor->value();
    }
    return usual;
}

StudyLimits::StudyLimits(const LoadedStudy& study)
    : feeder_(study.feeder->site()),
      bands_(study.scenario.limits.bands_of(feeder_)),
      voltage_tolerance_pu_(study.scenario.limits.voltage_tolerance_pu()),
      loading_tolerance_(study.scenario.limits.loading_tolerance()),
      unbalance_pct_(unbalance_limit_pct(study.scenario.resolved)) {
    const auto of = [this](LimitKind kind) -> std::vector<std::uint32_t>& { return elements_[static_cast<std::size_t>(kind)]; };
    for (std::uint32_t i = 0; i < feeder_.supply.size(); ++i) {
        if (!FeederSite::is_held_to_band(feeder_.supply[i])) continue;
        of(LimitKind::low_voltage).push_back(i);
        of(LimitKind::high_voltage).push_back(i);
    }
    for (std::uint32_t bus = 0; bus < feeder_.bus.size() && !study.feeder->is_balanced(); ++bus)
        if (feeder_.first_conductor[bus + 1] - feeder_.first_conductor[bus] >= 3) of(LimitKind::unbalance).push_back(bus);
    for (std::uint32_t c = 0; c < feeder_.rating_a.size(); ++c)
        if (std::isfinite(feeder_.rating_a[c]))
            of(feeder_.is_behind_transformer(ConductorId(c)) ? LimitKind::transformer : LimitKind::line).push_back(c);
}

LimitValue StudyLimits::at(const LimitPlace& place) const {
    if (unit_of(place.kind) == "pu") {
        const VoltageBand& band = bands_.of(place.element);
        const double half = 0.5 * (band.max_pu - band.min_pu);
        if (place.kind == LimitKind::low_voltage) return {band.min_pu, band.min_pu < 1.0 ? 1.0 - band.min_pu : half, true};
        return {band.max_pu, band.max_pu > 1.0 ? band.max_pu - 1.0 : half, false};
    }
    if (place.kind == LimitKind::unbalance) return {unbalance_pct_, unbalance_pct_, false};
    return {100.0, 100.0, false};
}

double StudyLimits::tolerance(LimitKind kind) const {
    if (unit_of(kind) == "pu") return voltage_tolerance_pu_;
    return kind == LimitKind::unbalance ? 0.0 : 100.0 * loading_tolerance_;
}

double StudyLimits::scale(const LimitPlace& place) const {
    if (unit_of(place.kind) == "pu") return 1.0;
    return place.kind == LimitKind::unbalance ? 100.0 : 100.0 / feeder_.rating_a[place.element];
}

std::string StudyLimits::name(const LimitPlace& place) const {
    switch (place.kind) {
        case LimitKind::low_voltage:
        case LimitKind::high_voltage:
            return "bus " + feeder_.supply_name(feeder_.supply[place.element]);
        case LimitKind::unbalance:
            return "bus " + feeder_.bus[place.element];
        case LimitKind::line:
        case LimitKind::transformer: {
            const std::string& branch = feeder_.branch[feeder_.bus_of_conductor[place.element] - 1];
            const Conductor wire = feeder_.conductor[place.element];
            return wire == Conductor::balanced ? branch : branch + "." + std::string(name_of(wire));
        }
        case LimitKind::unsolved:
            return "";
    }
    return "";
}

Slot slot_of_signal(const StudyOutputs& outputs, std::string_view name) {
    const auto is_it = [name](const RecordableSignal& signal) { return signal.info.name == name; };
    const auto found = std::find_if(outputs.signals.begin(), outputs.signals.end(), is_it);
    EVSWEEP_EXPECTS(found != outputs.signals.end(), "the simulator publishes its own signals");
    return {static_cast<std::uint32_t>(found - outputs.signals.begin()), 0};
}

LimitReader::LimitReader(const StudyLimits& limits, const StudyOutputs& outputs)
    : limits_(limits),
      voltage_(slot_of_signal(outputs, signals::supply_voltage.name)),
      unbalance_(slot_of_signal(outputs, signals::unbalance.name)),
      current_(slot_of_signal(outputs, signals::conductor_current.name)) {}

std::span<const double> LimitReader::column(const Snapshot& snapshot, LimitKind kind) const {
    if (unit_of(kind) == "pu") return snapshot.read(voltage_);
    if (kind == LimitKind::unsolved) return {};
    return snapshot.read(kind == LimitKind::unbalance ? unbalance_ : current_);
}

double LimitReader::value(const Snapshot& snapshot, const LimitPlace& place) const {
    if (!snapshot.solved || place.kind == LimitKind::unsolved) return std::numeric_limits<double>::quiet_NaN();
    return limits_.scale(place) * column(snapshot, place.kind)[place.element];
}

}  // namespace evsweep
