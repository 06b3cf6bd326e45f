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
        return good_;
    }

    void read_row(std::string_view line) {
        const auto cells = split_cells(line, separator_);
        if (cells.size() != header_.size())
            return complain({file_, line_, 1}, fmt::format("{} cells where the header has {}", cells.size(), header_.size()),
                            "give a number for every column");
        for (const WantedColumn& column : wanted_) {
            const TextCell& cell = cells[column.index];
            column.values->push_back(number_in(trimmed(cell.text), column, {file_, line_, static_cast<int>(cell.column)}));
        }
        ++limits_.rows;
    }

    double number_in(std::string_view text, const WantedColumn& column, const Position& at) {
        const bool is_limit = column.kind == ColumnKind::limit;
        if (is_limit && (text.empty() || text == "inf")) return std::numeric_limits<double>::infinity();
        double value = 0.0;
        const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), value);
        if (text.empty() || fault != std::errc() || end != text.data() + text.size() || !std::isfinite(value)) {
            complain(at, fmt::format("{} in column '{}' is not a number", shown(text), column.name),
                     is_limit ? "give kW, or nothing where there is no limit" : "give kW");
        } else if (!is_limit && value < 0.0) {
            complain(at, fmt::format("the base load in column '{}' is negative: {:g} kW", column.name, value),
                     "give what is drawn without vehicles");
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
            .required("file", &LimitsText::file,
                      "CSV file with a header and one row per slot; the first is the start of the scenario")
            .required("every", &LimitsText::every, "time between rows, whole periods of the controller", above(0.0))
            .optional("feeder", &LimitsText::feeder,
                      "column with what the feeder may draw, base load and vehicles together, in kW")
            .optional("transformers", &LimitsText::transformers, "transformers by name")
            .relation([](const LimitsText& text) -> std::optional<Contradiction> {
                if (text.feeder || !text.transformers.empty()) return std::nullopt;
                return Contradiction{"feeder", "is missing, and so are transformers",
                                     "name a column with limits, or leave out `limits`"};
            });
    return schema;
}

std::optional<SlotLimits> Value<SlotLimits>::read(const Node& node, std::string_view path, Reader& reader) {
    auto text = Value<LimitsText>::read(node, path, reader);
    if (!text) return std::nullopt;
    SlotLimits limits;
    limits.text = std::move(*text);
    if (!LimitsFile(limits, node, path, reader).read()) return std::nullopt;
    return limits;
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
            if (!of_group.emplace(group, number).second)
                throw PartyError("limits: group '" + group + "' is behind two transformers");
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
