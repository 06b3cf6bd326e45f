/// What the sections of a scenario must be to one another.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "evsweep/document.hpp"
#include "evsweep/scenario.hpp"
#include "sim/config/sections.hpp"

namespace evsweep {

/// The place of the deepest of `keys` that the document says.
[[nodiscard]] Position place_of(const Node& root, std::initializer_list<std::string_view> keys);

/// Whether a document has a section of scenarios, or one that may be a misspelt one. Others may hold what is not to be shown.
[[nodiscard]] bool is_like_scenario(const Node& root);
/// Says that a document is none, without a word of what it is.
void report_no_scenario(const Position& at, Issues& issues);

/// The step divides the duration and the warm-up, the warm-up is shorter than the duration, and the grid is not endless.
void check_time(const TimeSettings& time, const Node& root, Issues& issues);

/// Parts of a replica (`study.batch_length`) are whole numbers of steps, fill the counted time and are two at least; few are
/// warned of.
void check_parts(const StudySettings& study, const TimeSettings& time, const Node& root, Issues& issues);

/// Profiles and prices change on control steps, and prices are held between them.
void check_grid(const TimeSettings& time, const BaseLoadText& base_load, const PricesText* prices, const Node& root,
                Issues& issues);

/// A meter's delay is shorter than the study, and no signal has two meters.
void check_meters(const TimeSettings& time, const std::vector<MeterChoice>& meters, Issues& issues);

/// `by_class` and `other` name profiles.
void check_profile_names(const BaseLoadText& base_load, const Node& root, Issues& issues);

/// Shares that do not end at 1 (penetration, scale, sell_share) are written with % where they are unusually large: `50` may
/// mean 50 % or 5000 %.
void check_percent(const Node& root, Issues& issues);

/// The first currency that the numbers of the prices name; empty where they name none.
[[nodiscard]] std::string currency_named(const PricesText& prices);

/// The prices name one currency, the scenario's.
void check_currency(const PricesText& prices, const Node& root, Issues& issues);

/// The format, where one is named, exists. Looks at the text, so that other mistakes of the section do not hide this one.
void check_format(const Node& root, Issues& issues);

/// The reference, where one is named, is a controller of the scenario. Looks at the text for the same reason.
void check_reference(const Node& root, Issues& issues);

}  // namespace evsweep
