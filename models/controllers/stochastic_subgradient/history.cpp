#include "controllers/stochastic_subgradient/history.hpp"

#include <fmt/format.h>

namespace evsweep {

namespace {

constexpr std::size_t least_train_days = 8;

Position place_of(const Node& node, const std::string& key) {
    const Node* const value = node.find(key);
    return value ? value->at : node.at;
}

std::shared_ptr<const FittedHistory> fit(const History& history) {
    SlotHistory days{history.table->slots_per_day, {}};
    for (std::size_t day = 0; day < history.train_days(); ++day)
        days.is_day_off.push_back(history.day_of_week(history.table->first_day + static_cast<int>(day)) >= 5 ? 1 : 0);
    FittedHistory fitted;
    for (const std::vector<double>& kvar : history.table->kvar) {
        const std::span<const double> trained = std::span(kvar).first(days.rows());
        fitted.kernels.emplace_back(days, trained);
        fitted.plain.emplace_back(days, trained);
    }
    return std::make_shared<const FittedHistory>(std::move(fitted));
}

bool has_enough_days(const History& history, const Node& node, std::string_view path, Reader& reader) {
    const std::size_t there = history.table->days();
    const std::string key = history.text.train_days ? "train_days" : "file";
    const auto complain = [&](const std::string& problem, const std::string& hint) {
        reader.issues.error(place_of(node, key), std::string(path) + "." + key, problem, hint);
        return false;
    };
    if (history.train_days() > there)
        return complain(fmt::format("{} days are to be trained on, and the file has {}", history.train_days(), there),
                        "give fewer, or a longer history");
    if (history.train_days() < least_train_days)
        return complain(fmt::format("{} of history are trained on, which say too little of days of the week",
                                    history.train_days() == 1 ? "1 day" : fmt::format("{} days", history.train_days())),
                        fmt::format("give at least {}", least_train_days));
    return true;
}

}  // namespace

const Schema<HistoryText>& HistoryText::schema() {
    static const Schema<HistoryText> schema =
        Schema<HistoryText>("what stations could give in the past")
            .required("file", &HistoryText::file,
                      "CSV file: day, slot (of the length of `period`, both counted from 0), and a column of kvar for every "
                      "station, named by bus, wires and group, e.g. 701.ca.work; whole days without gaps")
            .optional("train_days", &HistoryText::train_days,
                      "days that forecasts are made from, from the first of the file on; absent: all", between(1.0, 100000.0))
            .optional("first_day", &HistoryText::first_day, "day of the week of the file's first day");
    return schema;
}

const Schema<GivenText>& GivenText::schema() {
    static const Schema<GivenText> schema =
        Schema<GivenText>("what stations can give, from a file, where that is less than what their chargers can")
            .required("file", &GivenText::file, "CSV file like that of `history`")
            .optional("from_day", &GivenText::from_day,
                      "number in the file of the day on which the scenario begins; absent: its first", between(-1e6, 1e6))
            .optional("factor", &GivenText::factor, "on what they really can give; forecasts do not know of it",
                      between(0.0, 1.0));
    return schema;
}

std::size_t History::train_days() const { return text.train_days ? static_cast<std::size_t>(*text.train_days) : table->days(); }

int History::day_of_week(int day) const {
    const int since = day - table->first_day + static_cast<int>(text.first_day);
    return ((since % 7) + 7) % 7;
}

std::optional<History> Value<History>::read(const Node& node, std::string_view path, Reader& reader) {
    auto text = Value<HistoryText>::read(node, path, reader);
    if (!text) return std::nullopt;
    History history{std::move(*text), {}, {}, std::string(path)};
    history.table = read_capacity_table(history.text.file, std::string(path) + ".file", reader.issues);
    if (!history.table || !has_enough_days(history, node, path, reader)) return std::nullopt;
    history.fitted = fit(history);
    return history;
}

std::optional<GivenCapacities> Value<GivenCapacities>::read(const Node& node, std::string_view path, Reader& reader) {
    auto text = Value<GivenText>::read(node, path, reader);
    if (!text) return std::nullopt;
    GivenCapacities given{std::move(*text), {}, std::string(path), node.at};
    given.table = read_capacity_table(given.text.file, std::string(path) + ".file", reader.issues);
    if (!given.table) return std::nullopt;
    const int first = given.table->first_day, behind = first + static_cast<int>(given.table->days());
    if (given.from_day() >= first && given.from_day() < behind) return given;
    reader.issues.error(place_of(node, "from_day"), std::string(path) + ".from_day",
                        fmt::format("the file has no day {}", given.from_day()),
                        fmt::format("give one from {} to {}", first, behind - 1));
    return std::nullopt;
}

}  // namespace evsweep
