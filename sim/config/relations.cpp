#include "sim/config/relations.hpp"

#include <algorithm>
#include <cmath>
#include <vector>

#include "sim/base/units.hpp"

namespace evsweep {

namespace {

constexpr std::int64_t most_steps = 10'000'000;

bool is_multiple(Duration of, Duration step) { return of % step == Duration::zero(); }

std::string step_text(const TimeSettings& time) { return "the control step is " + duration_text(time.step); }

void check_interval(const TimeSettings& time, Duration every, const Position& at, const std::string& path, Issues& issues) {
    if (is_multiple(every, time.step)) return;
    issues.error(at, path, duration_text(every) + " is not a whole number of control steps", step_text(time));
}

}  // namespace

Position place_of(const Node& root, std::initializer_list<std::string_view> keys) {
    const Node* node = &root;
    for (const auto key : keys) {
        const Node* next = node->find(std::string(key));
        if (!next) break;
        node = next;
    }
    return node->at;
}

bool is_like_scenario(const Node& root) {
    std::vector<std::string> known;
    for (const auto& section : scenario_sections()) known.push_back(section.name);
    const auto is_near = [&](const Node::Entry& entry) { return !nearest_name(entry.key.scalar, known).empty(); };
    return root.entries.empty() || std::any_of(root.entries.begin(), root.entries.end(), is_near);
}

void report_no_scenario(const Position& at, Issues& issues) {
    issues.error(at, "", "is no scenario: none of its sections is there",
                 "scenarios have sections such as `study: {...}`; `evsweep describe` lists them");
}

void check_time(const TimeSettings& time, const Node& root, Issues& issues) {
    const Node* said = root.find("time");
    const bool is_default = !said || !said->find("duration");
    if (!is_multiple(time.duration, time.step))
        issues.error(
            place_of(root, {"time", "duration"}), "time.duration",
            duration_text(time.duration) + (is_default ? ", the default," : "") + " is not a whole number of control steps",
            step_text(time));
    if (!is_multiple(time.warm_up, time.step))
        issues.error(place_of(root, {"time", "warm_up"}), "time.warm_up",
                     duration_text(time.warm_up) + " is not a whole number of control steps", step_text(time));
    if (time.warm_up >= time.duration)
        issues.error(place_of(root, {"time", "warm_up"}), "time.warm_up", "leaves nothing of the duration",
                     "must be less than " + duration_text(time.duration));
    if (time.duration / time.step > most_steps)
        issues.error(place_of(root, {"time", "step"}), "time.step", "makes more than 10,000,000 control steps",
                     "take a longer step or a shorter duration");
}

void check_parts(const StudySettings& study, const TimeSettings& time, const Node& root, Issues& issues) {
    constexpr std::int64_t few = 10;
    if (!study.batch_length || *study.batch_length <= Duration::zero() || time.warm_up >= time.duration) return;
    const Duration length = *study.batch_length, counted = time.duration - time.warm_up;
    const std::string path = "study.batch_length";
    const Position at = place_of(root, {"study", "batch_length"});
    check_interval(time, length, at, path, issues);
    const std::string parts = std::to_string(counted / length) + " parts of " + duration_text(length);
    if (counted < length * 2)
        issues.error(at, path, duration_text(length) + " is no part of " + duration_text(counted) + " that are counted",
                     "take at most half of it, or better a tenth");
    else if (!is_multiple(counted, length))
        issues.error(
            at, path,
            duration_text(counted) + " that are counted are " + parts + " and " + duration_text(counted % length) + " over",
            "make time.duration " + duration_text(time.duration - counted % length) + ", or time.warm_up " +
                duration_text(time.warm_up + counted % length));
    else if (counted / length < few)
        issues.warning(at, path,
                       parts + " are few: their intervals are wide, and whether consecutive parts are alike cannot be seen",
                       "10 to 30 parts are usual (Schmeiser 1982)");
}

namespace {

void check_price_curve(const TimeSettings& time, const ProfileText& profile, const std::string& name, const Node& root,
                       Issues& issues) {
    check_interval(time, profile.every, place_of(root, {"prices", name, "every"}), "prices." + name + ".every", issues);
    if (profile.interpolation == Interpolation::linear)
        issues.error(place_of(root, {"prices", name, "interpolation"}), "prices." + name + ".interpolation",
                     "a price does not change between its marks", "use hold");
}

}  // namespace

void check_grid(const TimeSettings& time, const BaseLoadText& base_load, const PricesText* prices, const Node& root,
                Issues& issues) {
    for (const auto& [name, profiles] : base_load.profiles)
        for (const ProfileText& profile : profiles.values)
            check_interval(time, profile.every, place_of(root, {"base_load", "profiles", name, "every"}),
                           "base_load.profiles." + name + ".every", issues);
    if (prices)
        for (const auto& [name, curve] : prices->curves())
            for (const ProfileText& profile : curve->values) check_price_curve(time, profile, name, root, issues);
    const bool has_marks = prices || !base_load.profiles.empty();
    const TimeOfDay start = time.start.time_of_day(Instant{});
    if (has_marks && !is_multiple(start.since_midnight, time.step))
        issues.error(place_of(root, {"time", "start"}), "time.start",
                     Value<TimeOfDay>::text(start) + " is not a whole number of control steps after midnight", step_text(time));
}

void check_meters(const TimeSettings& time, const std::vector<MeterChoice>& meters, Issues& issues) {
    for (const MeterChoice& meter : meters)
        if (meter.delay >= time.duration)
            issues.error(meter.at, "metering." + meter.signal + ".delay",
                         duration_text(meter.delay) + " is no shorter than the study",
                         "must be less than " + duration_text(time.duration));
}

void check_profile_names(const BaseLoadText& base_load, const Node& root, Issues& issues) {
    std::vector<std::string> known;
    for (const auto& [name, profile] : base_load.profiles) known.push_back(name);
    const auto check = [&](const std::string& name, const Position& at, const std::string& path) {
        if (base_load.profiles.count(name) == 0)
            issues.error(at, path, "there is no profile '" + name + "'", did_you_mean(name, known));
    };
    for (const auto& [bus_class, name] : base_load.by_class)
        check(name, place_of(root, {"base_load", "by_class", bus_class}), "base_load.by_class." + bus_class);
    if (base_load.other) check(*base_load.other, place_of(root, {"base_load", "other"}), "base_load.other");
}

void check_percent(const Node& root, Issues& issues) {
    const auto check = [&issues](const Node* share, const std::string& path, double usual) {
        const auto number = share && share->is_scalar() && !share->quoted ? parse_number(share->scalar) : std::nullopt;
        if (!number || *number <= usual) return;
        const std::string percent = number_text(std::round(*number * 1e8) / 1e6) + " %";
        issues.error(share->at, path, share->scalar + " is " + percent,
                     "did you mean `" + share->scalar + " %`? if not, write `" + percent + "`");
    };
    const auto part = [](const Node* node, const std::string& key) { return node ? node->find(key) : nullptr; };
    check(part(root.find("base_load"), "scale"), "base_load.scale", 10.0);
    check(part(root.find("prices"), "sell_share"), "prices.sell_share", 2.0);
    const auto is_percent = [](const Node::Entry& entry) {
        const Node* share = entry.value.find("share");
        return share && share->is_scalar() && share->scalar.find('%') != std::string::npos;
    };
    const Node* groups = root.find("population");
    if (!groups) return;
    for (const auto& [key, group] : groups->entries) {
        const std::string path = "population." + key.scalar;
        check(group.find("penetration"), path + ".penetration", 1.5);
        const Node* classes = group.find("classes");
        // Shares of classes are relative to one another: `60` beside `40 %` is 150 to 1.
        if (!classes || std::none_of(classes->entries.begin(), classes->entries.end(), is_percent)) continue;
        for (const auto& entry : classes->entries)
            check(entry.value.find("share"), path + ".classes." + entry.key.scalar + ".share", 1.0);
    }
}

namespace {

/// Every price below `node` ("0.2 EUR/kWh") is in the scenario's currency.
void check_currency_of(const Node& node, const std::string& path, const std::string& wanted, Issues& issues) {
    for (const auto& entry : node.entries) check_currency_of(entry.value, path + "." + entry.key.scalar, wanted, issues);
    const auto number = node.is_scalar() && !node.quoted ? split_number(trimmed(node.scalar)) : std::nullopt;
    const std::string unit = number ? std::string(number->rest) : "";
    const std::string money = unit.find("/kWh") == std::string::npos ? "" : currency_of(unit);
    if (money.empty() || money == wanted) return;
    issues.error(node.at, path, "is in '" + money + "' but the prices are in '" + wanted + "'", "use one currency");
}

}  // namespace

std::string currency_named(const PricesText& prices) {
    for (const auto& [name, curve] : prices.curves())
        if (const auto named = currencies_of(*curve); !named.empty()) return named.front();
    return {};
}

void check_currency(const PricesText& prices, const Node& root, Issues& issues) {
    const std::string wanted = prices.currency ? *prices.currency : currency_named(prices);
    for (const auto& [name, curve] : prices.curves())
        for (const auto& money : currencies_of(*curve))
            if (money != wanted)
                issues.error(place_of(root, {"prices", name}), "prices." + name,
                             "prices are in '" + money + "' but the currency is '" + wanted + "'", "use one currency");
    const Node* given = root.find("prices");
    const Node* fee = given ? given->find("fee") : nullptr;
    if (fee && !wanted.empty()) check_currency_of(*fee, "prices.fee", wanted, issues);
    for (const std::string section : {"agents", "controllers"})
        if (const Node* node = root.find(section); node && !wanted.empty()) check_currency_of(*node, section, wanted, issues);
}

void check_format(const Node& root, Issues& issues) {
    const Node* feeder = root.find("feeder");
    const Node* format = feeder ? feeder->find("format") : nullptr;
    const auto& table = plugins<FeederFormat>();
    if (!format || !format->is_scalar() || format->scalar.empty() || table.count(format->scalar) != 0) return;
    std::vector<std::string> known;
    for (const auto& [name, entry] : table) known.push_back(name);
    issues.error(format->at, "feeder.format", "unknown format '" + format->scalar + "'", did_you_mean(format->scalar, known));
}

void check_reference(const Node& root, Issues& issues) {
    const Node* study = root.find("study");
    const Node* reference = study ? study->find("reference") : nullptr;
    const Node* controllers = root.find("controllers");
    if (!reference || !reference->is_scalar() || reference->scalar.empty() || !controllers) return;
    if (controllers->find(reference->scalar)) return;
    std::vector<std::string> labels;
    for (const auto& entry : controllers->entries) labels.push_back(entry.key.scalar);
    issues.error(reference->at, "study.reference", "there is no controller '" + reference->scalar + "'",
                 did_you_mean(reference->scalar, labels));
}

}  // namespace evsweep
