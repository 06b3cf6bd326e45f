#include "controllers/discrete_charging/slot_limits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <set>

#include "evsweep/party.hpp"
#include "evsweep/text_cells.hpp"
#include "evsweep/text_file.hpp"

namespace evsweep {

namespace {

std::string_view trimmed(std::string_view text) {
    constexpr std::string_view passed_over = " \t\r\"";
    const std::size_t first = text.find_first_not_of(passed_over);
    if (first == std::string_view::npos) return {};
    return text.substr(first, text.find_last_not_of(passed_over) - first + 1);
}

const std::string automatic = "auto";

/// What may stand in a column.
enum class ColumnKind { limit, base };

struct WantedColumn {
    std::string name;
    std::string path;  ///< where the scenario names it
    ColumnKind kind;
    std::vector<double>* values;
    std::size_t index = 0;
};

/// The file of one section, read line by line; every problem is reported with its place.
class LimitsFile {
   public:
    LimitsFile(SlotLimits& limits, const Node& node, std::string_view path, Reader& reader)
        : limits_(limits), node_(node), path_(path), issues_(reader.issues) {
        file_ = std::make_shared<const std::string>(limits.text.file.path.string());
        if (limits.text.feeder) want(*limits.text.feeder, ".feeder", ColumnKind::limit, limits.feeder_kw);
        for (const auto& [name, transformer] : limits.text.transformers) {
            want(transformer.limit, ".transformers." + name + ".limit", ColumnKind::limit, limits.transformer_kw[name]);
            if (transformer.base)
                want(*transformer.base, ".transformers." + name + ".base", ColumnKind::base, limits.base_kw[name]);
        }
    }

    /// False where anything was wrong.
    bool read() {
        const auto content = read_text(limits_.text.file, path_ + ".file", issues_);
        if (!content) return false;
        std::string_view rest = *content;
        for (line_ = 1; !rest.empty(); ++line_) {
            const std::size_t end = rest.find('\n');
            const std::string_view line = rest.substr(0, end);
            rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
            if (trimmed(line).empty() || line.front() == '#') continue;
            if (header_.empty()) {
                if (!read_header(line)) return false;
            } else {
                read_row(line);
            }
        }
        if (rows_.size() == limits_.rows && !rows_.empty())
            limits_.times = std::make_shared<const std::vector<RowTime>>(std::move(rows_));
        if (limits_.rows == 0) complain({file_, 0, 0}, "has no row under a header", "give one row for every slot");
        return good_;
    }

   private:
    void want(const std::string& column, const std::string& where, ColumnKind kind, std::vector<double>& values) {
        wanted_.push_back({column, path_ + where, kind, &values});
    }
    void complain(Position at, std::string problem, std::string hint, const std::string& path = {}) {
        issues_.error(std::move(at), path.empty() ? path_ + ".file" : path, std::move(problem), std::move(hint));
        good_ = false;
    }

    bool read_header(std::string_view line) {
        separator_ = separator_of(line);
        for (const TextCell& cell : split_cells(line, separator_)) header_.emplace_back(trimmed(cell.text));
        for (WantedColumn& column : wanted_) {
            const auto found = std::find(header_.begin(), header_.end(), column.name);
            column.index = static_cast<std::size_t>(found - header_.begin());
            if (found == header_.end())
                complain(node_.at, fmt::format("'{}' has no column '{}'", *file_, column.name),
                         did_you_mean(column.name, header_), column.path);
        }
        const std::string& name = limits_.text.time_column;
        if (name != automatic && name != "none" && position_of(name) == header_.size())
            complain(node_.at, fmt::format("'{}' has no column '{}'", *file_, name), did_you_mean(name, header_),
                     path_ + ".time_column");
        return good_;
    }

    [[nodiscard]] std::size_t position_of(std::string_view name) const {
        return static_cast<std::size_t>(std::find(header_.begin(), header_.end(), name) - header_.begin());
    }

    /// The one that is said; or the one named `time`, or else the first whose cell in the first row is a time; or none.
    void find_times(const std::vector<TextCell>& cells) {
        const std::string& said = limits_.text.time_column;
        if (said == "none") return;
        time_index_ = position_of(said == automatic ? "time" : said);
        if (said != automatic) return;
        for (std::size_t i = 0; i < cells.size() && time_index_ == header_.size(); ++i)
            if (parse_row_time(trimmed(cells[i].text), limits_.text.time_format)) time_index_ = i;
        if (time_index_ == header_.size() && !limits_.text.time_format.empty())
            complain({file_, line_, 1}, "has no column of times in the form \"" + limits_.text.time_format + "\"",
                     "correct time_format, or name the column in time_column");
    }

    /// The first cell that is no time is told; in a wrong column all are.
    void read_time(const TextCell& cell) {
        const std::string text(trimmed(cell.text));
        const Position at{file_, line_, static_cast<int>(cell.column)};
        const auto stamp = parse_row_time(text, limits_.text.time_format);
        if (stamp) return rows_.push_back({*stamp, text, at});
        if (!told_time_)
            complain(at, fmt::format("{} in column '{}' is not a time", shown(text), header_[time_index_]),
                     "write YYYY-MM-DD HH:MM, or say its `time_format`; `time_column: none` counts rows from the start");
        told_time_ = true;
    }

    void read_row(std::string_view line) {
        const auto cells = split_cells(line, separator_);
        if (cells.size() != header_.size())
            return complain({file_, line_, 1}, fmt::format("{} cells where the header has {}", cells.size(), header_.size()),
                            "give a number for every column");
        if (limits_.rows == 0) find_times(cells);
        if (time_index_ < cells.size()) read_time(cells[time_index_]);
        for (const WantedColumn& column : wanted_) {
            const TextCell& cell = cells[column.index];
            column.values->push_back(number_in(trimmed(cell.text), column, {file_, line_, static_cast<int>(cell.column)}));
        }
        ++limits_.rows;
        limits_.end = {file_, line_, 1};
    }

    double number_in(std::string_view text, const WantedColumn& column, const Position& at) {
        const bool is_limit = column.kind == ColumnKind::limit;
        if (is_limit && (text.empty() || text == "inf")) return std::numeric_limits<double>::infinity();
        double value = 0.0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (text.empty() || fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
            complain(at, fmt::format("{} in column '{}' is not a number", shown(text), column.name),
                     is_limit ? "give kW, or nothing where there is no limit" : "give kW");
        } else if (value < 0.0) {
            complain(
                at,
                fmt::format("the {} in column '{}' is negative: {:g} kW", is_limit ? "limit" : "base load", column.name, value),
                is_limit ? "give what may be drawn at the most, 0 or more" : "give what is drawn without vehicles");
        }
        return value;
    }

    SlotLimits& limits_;
    const Node& node_;
    std::string path_;
    Issues& issues_;
    std::shared_ptr<const std::string> file_;
    std::vector<WantedColumn> wanted_;
    std::vector<std::string> header_;
    std::size_t time_index_ = std::numeric_limits<std::size_t>::max();  ///< the column; beyond the last: none
    std::vector<RowTime> rows_;
    bool told_time_ = false;
    char separator_ = ',';
    int line_ = 0;
    bool good_ = true;
};

}  // namespace

const Schema<TransformerText>& TransformerText::schema() {
    static const Schema<TransformerText> schema =
        Schema<TransformerText>("a transformer and the vehicles behind it")
            .required("limit", &TransformerText::limit, "column with what it may carry, base load and vehicles together, in kW")
            .optional("base", &TransformerText::base, "column with its base load in kW; absent: the limit is on vehicles alone")
            .optional("groups", &TransformerText::groups,
                      "groups of vehicles behind it; by default the one of the transformer's name");
    return schema;
}

const Schema<LimitsText>& LimitsText::schema() {
    static const Schema<LimitsText> schema =
        Schema<LimitsText>("limits of power by slot")
            .required(
                "file", &LimitsText::file,
                "CSV file with a header and one row per `every`, from the start of the scenario to its end at least; a limit "
                "may be empty or inf: none")
            .required("every", &LimitsText::every, "time between rows, whole periods of the controller", above(0.0))
            .optional("feeder", &LimitsText::feeder,
                      "column with what the feeder may draw, base load and vehicles together, in kW")
            .optional("transformers", &LimitsText::transformers, "transformers by name")
            .optional(
                "time_column", &LimitsText::time_column,
                "column of the rows' times, which must begin with the scenario's start and be `every` apart; auto: `time`, or "
                "the first that holds dates and times; none (or where there is none): rows count from the start")
            .optional("time_format", &LimitsText::time_format,
                      "how they are written, e.g. \"%d.%m.%Y %H:%M\"; empty: YYYY-MM-DD HH:MM")
            .relation([](const LimitsText& text) -> std::optional<Contradiction> {
                if (text.feeder || !text.transformers.empty()) return std::nullopt;
                return Contradiction{"feeder", "is missing, and so are transformers",
                                     "name a column with limits, or leave out `limits`"};
            })
            .relation([](const LimitsText& text) -> std::optional<Contradiction> {
                const std::string fault = text.time_format.empty() ? std::string() : format_fault(text.time_format);
                if (fault.empty()) return std::nullopt;
                return Contradiction{"time_format", fault, "write e.g. \"%d.%m.%Y %H:%M\""};
            });
    return schema;
}

std::optional<SlotLimits> Value<SlotLimits>::read(const Node& node, std::string_view path, Reader& reader) {
    auto text = Value<LimitsText>::read(node, path, reader);
    if (!text) return std::nullopt;
    SlotLimits limits;
    limits.text = std::move(*text);
    limits.path = path;
    limits.at = node.at;
    if (!LimitsFile(limits, node, path, reader).read()) return std::nullopt;
    return limits;
}

std::vector<Issue> SlotLimits::faults(const Calendar& calendar, Instant horizon) const {
    std::vector<Issue> list;
    if (times)
        if (auto fault = misplaced_row(*times, calendar, text.every, path + ".file")) list.push_back(std::move(*fault));
    const Duration length = horizon.time_since_epoch();
    const auto needed = static_cast<std::size_t>((length + text.every - Duration(1)) / text.every);
    if (rows < needed)
        list.push_back({end, path + ".file",
                        fmt::format("ends after {} of {}, before the scenario, which lasts {} and needs {}",
                                    rows == 1 ? "1 row" : fmt::format("{} rows", rows), duration_text(text.every),
                                    duration_text(length), needed),
                        fmt::format("add {}, or shorten `time.duration`",
                                    needed - rows == 1 ? "1 row" : fmt::format("{} rows", needed - rows))});
    return list;
}

std::vector<std::uint32_t> SlotLimits::transformer_of(const Connectors& connectors) const {
    const auto transformers = static_cast<std::uint32_t>(transformer_kw.size());
    std::map<std::string, std::uint32_t> of_group;
    std::uint32_t number = 0;
    for (const auto& [name, transformer] : text.transformers) {
        const std::vector<std::string> groups = transformer.groups.empty() ? std::vector{name} : transformer.groups;
        for (const std::string& group : groups) {
            if (std::find(connectors.groups.begin(), connectors.groups.end(), group) == connectors.groups.end())
                throw PartyError("limits: transformer '" + name + "' has a group '" + group +
                                 "' that the population does not have; " + did_you_mean(group, connectors.groups));
            const auto [known, is_new] = of_group.emplace(group, number);
            if (!is_new && known->second == number)
                throw PartyError("limits: transformer '" + name + "' names the group '" + group + "' twice; name it once");
            if (!is_new) throw PartyError("limits: group '" + group + "' is behind two transformers");
        }
        ++number;
    }
    std::vector<std::uint32_t> of_connector;
    for (const std::uint32_t group : connectors.group) {
        const auto found = of_group.find(connectors.groups[group]);
        of_connector.push_back(found != of_group.end() ? found->second : transformers);
    }
    of_connector.resize(connectors.size(), transformers);
    return of_connector;
}

}  // namespace evsweep
