#include "sim/study/write_outputs.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "evsweep/contracts.hpp"
#include "sim/study/write_events.hpp"

namespace evsweep {
namespace {

using Results = std::vector<const VariableResult*>;

bool has_values(const Coordinate& coordinate) { return !coordinate.values.empty() || !coordinate.labels.empty(); }

/// The codes of a category and their meanings, by the CF conventions and, in full, as `labels`.
Attributes meanings_of(const Variable& variable) {
    if (variable.meanings.empty()) return {};
    std::vector<double> codes(variable.meanings.size());
    std::iota(codes.begin(), codes.end(), 0.0);
    std::string words;  // CF: one word per code, so blanks inside a label become underscores
    for (std::string label : variable.meanings) {
        std::replace(label.begin(), label.end(), ' ', '_');
        words += (words.empty() ? "" : " ") + label;
    }
    return {{"flag_values", codes}, {"flag_meanings", words}, {"labels", variable.meanings}};
}

std::size_t size_of(const Coordinate& coordinate) { return std::max(coordinate.values.size(), coordinate.labels.size()); }

/// The group of one output under one run, while it is written.
class OutputGroup {
   public:
    OutputGroup(ResultFile& file, std::string group, const OutputResult& output, const StudyResult& study)
        : file_(file), group_(std::move(group)), output_(output), study_(study) {}

    void write(const Results& results) {
        file_.annotate(group_, {{"type", output_.type}});
        write_coordinates(group_);
        Results numbers;
        Results traces;
        for (const VariableResult* result : results) {
            if (result->variable.aggregation == Aggregation::per_replica) numbers.push_back(result);
            if (result->variable.aggregation == Aggregation::trace) traces.push_back(result);
            if (result->variable.aggregation == Aggregation::bands) write_bands(*result);
        }
        if (!numbers.empty()) write_numbers(numbers);
        if (!traces.empty()) write_traces(traces, numbers.empty() ? "replica" : "traced_replica");
    }

   private:
    void write_coordinates(const std::string& group) {
        for (const auto& coordinate : output_.coordinates) {
            if (!has_values(coordinate)) continue;
            const ArrayPlace place{group, coordinate.name, {coordinate.name}, notes_on(coordinate)};
            if (coordinate.labels.empty())
                file_.write(place, coordinate.values);
            else
                file_.write(place, coordinate.labels);
        }
    }

    /// Times count from the start of the scenario; by the CF conventions readers make dates of them.
    [[nodiscard]] Attributes notes_on(const Coordinate& coordinate) const {
        Attributes attributes;
        const bool is_time = coordinate.name == "time" && coordinate.unit == "h" && !study_.calendar_start.empty();
        const std::string unit = is_time ? "hours since " + study_.calendar_start : coordinate.unit;
        if (!unit.empty()) attributes.emplace_back("units", unit);
        if (is_time) attributes.emplace_back("calendar", "proleptic_gregorian");
        if (is_time) attributes.emplace_back("standard_name", "time");
        if (!coordinate.long_name.empty()) attributes.emplace_back("long_name", coordinate.long_name);
        return attributes;
    }

    [[nodiscard]] Attributes notes_on(const Variable& variable) const {
        Attributes attributes = attributes_of(variable, study_.currency);
        if (std::isfinite(variable.lowest)) attributes.emplace_back("lowest", variable.lowest);
        if (std::isfinite(variable.highest)) attributes.emplace_back("highest", variable.highest);
        for (auto& meaning : meanings_of(variable)) attributes.push_back(std::move(meaning));
        return attributes;
    }

    void write_replicas(const std::string& group, const std::string& dim, const std::vector<double>& replicas) {
        const bool has_parts = study_.parts > 1 && replicas.size() > 1;
        file_.write({group, dim, {dim}, {{"long_name", has_parts ? "part of the one replica, from its beginning" : "replica"}}},
                    replicas);
    }

    void write_numbers(const Results& results) {
        const std::size_t count = results.front()->values.size();
        std::vector<double> replicas(count);
        std::iota(replicas.begin(), replicas.end(), 0.0);
        if (count == study_.replicas.size())
            std::transform(study_.replicas.begin(), study_.replicas.end(), replicas.begin(),
                           [](ReplicaId id) { return static_cast<double>(id.index()); });
        write_replicas(group_, "replica", replicas);
        for (const VariableResult* result : results)
            file_.write({group_, result->variable.name, {"replica"}, notes_on(result->variable)}, result->values.read());
    }

    void write_bands(const VariableResult& result) {
        if (result.bands.mean.empty()) return;  // no replica was finished
        const Variable& variable = result.variable;
        file_.write({group_, variable.name + "_mean", variable.dims, notes_on(variable), variable.file_step}, result.bands.mean);
        if (result.bands.quantiles.empty()) return;
        if (!quantile_written_) {
            file_.write({group_, "quantile", {"quantile"}, {{"units", "1"}, {"long_name", "quantile over the replicas"}}},
                        study_.quantile_levels);
            quantile_written_ = true;
        }
        std::vector<double> all;
        for (const auto& level : result.bands.quantiles) all.insert(all.end(), level.begin(), level.end());
        std::vector<std::string> dims{"quantile"};
        dims.insert(dims.end(), variable.dims.begin(), variable.dims.end());
        Attributes notes = notes_on(variable);
        notes.emplace_back("quantile_rank_error", result.bands.quantile_rank_error);
        file_.write({group_, variable.name + "_quantiles", dims, notes, variable.file_step}, all);
        if (!variable.event.empty()) write_events(file_, group_, result);
    }

    [[nodiscard]] const Coordinate* find(const std::string& dim) const {
        for (const auto& coordinate : output_.coordinates)
            if (coordinate.name == dim && has_values(coordinate)) return &coordinate;
        return nullptr;
    }

    [[nodiscard]] bool is_ragged(const Variable& variable) const {
        return std::any_of(variable.dims.begin(), variable.dims.end(), [&](const auto& dim) { return find(dim) == nullptr; });
    }

    void write_traces(const Results& results, const std::string& dim) {
        bool replicas_written = false;
        for (const VariableResult* result : results) {
            if (result->traces.empty()) continue;
            if (is_ragged(result->variable)) {
                for (const auto& [replica, values] : result->traces) write_ragged(result->variable, replica, values);
                continue;
            }
            std::vector<double> replicas;
            std::vector<double> all;
            for (const auto& [replica, values] : result->traces) {
                replicas.push_back(static_cast<double>(replica.index()));
                all.insert(all.end(), values.begin(), values.end());
            }
            if (!replicas_written) write_replicas(group_, dim, replicas);
            replicas_written = true;
            std::vector<std::string> dims{dim};
            dims.insert(dims.end(), result->variable.dims.begin(), result->variable.dims.end());
            file_.write({group_, result->variable.name, dims, notes_on(result->variable)}, all);
        }
    }

    /// A trace along a dimension whose size each replica has its own, such as its events: one subgroup per replica.
    void write_ragged(const Variable& variable, ReplicaId replica, const std::vector<double>& values) {
        const std::string group = group_ + "/replica_" + std::to_string(replica.index());
        if (std::find(ragged_groups_.begin(), ragged_groups_.end(), group) == ragged_groups_.end()) {
            ragged_groups_.push_back(group);
            file_.annotate(group, {{"replica", static_cast<std::int64_t>(replica.index())}});
            write_coordinates(group);
        }
        std::size_t known = 1;
        std::string open_dim;
        for (const auto& dim : variable.dims) {
            const Coordinate* coordinate = find(dim);
            EVSWEEP_EXPECTS(coordinate || open_dim.empty(), "at most one dimension of a trace differs between replicas");
            if (coordinate)
                known *= size_of(*coordinate);
            else
                open_dim = dim;
        }
        const std::string key = group + "/" + open_dim;
        if (std::find(open_dims_.begin(), open_dims_.end(), key) == open_dims_.end()) {
            open_dims_.push_back(key);
            file_.add_dimension(group, open_dim, known == 0 ? 0 : values.size() / known);
        }
        file_.write({group, variable.name, variable.dims, notes_on(variable)}, values);
    }

    ResultFile& file_;
    std::string group_;
    const OutputResult& output_;
    const StudyResult& study_;
    bool quantile_written_ = false;
    std::vector<std::string> ragged_groups_;
    std::vector<std::string> open_dims_;
};

}  // namespace

std::string display_name(Display display) {
    switch (display) {
        case Display::number:
            return "number";
        case Display::clock:
            return "clock";
        case Display::category:
            return "category";
        case Display::event:
            return "event";
    }
    return {};
}

/// What a value over time stands for, by the CF conventions.
std::string cell_method(Sampling sampling) {
    switch (sampling) {
        case Sampling::unsaid:
            return "";
        case Sampling::sample:
            return "time: point";
        case Sampling::mean:
            return "time: mean";
        case Sampling::count:
            return "time: sum";
    }
    return {};
}

std::string unit_text(const Variable& variable, const std::string& currency) {
    const std::string placeholder = "currency";
    if (currency.empty() || variable.unit.rfind(placeholder, 0) != 0) return variable.unit;
    return currency + variable.unit.substr(placeholder.size());
}

Attributes attributes_of(const Variable& variable, const std::string& currency) {
    Attributes attributes;
    if (!variable.unit.empty()) attributes.emplace_back("units", unit_text(variable, currency));
    attributes.emplace_back("long_name", variable.long_name.empty() ? variable.name : variable.long_name);
    attributes.emplace_back("display", display_name(variable.display));
    attributes.emplace_back("headline", std::int64_t{variable.headline});
    attributes.emplace_back("decimals", std::int64_t{variable.decimals});
    if (const auto method = cell_method(variable.sampling); !method.empty()) attributes.emplace_back("cell_methods", method);
    if (!variable.event.empty()) attributes.emplace_back("event", variable.event);
    attributes.emplace_back("over_solved_steps", std::int64_t{variable.over_solved_steps});
    return attributes;
}

void write_outputs(ResultFile& file, const std::string& group, const StudyResult& result, const RunResult& run) {
    for (const auto& output : result.outputs) {
        Results results;
        for (const auto& variable : run.variables)
            if (variable.output == output.label) results.push_back(&variable);
        if (results.empty()) continue;
        OutputGroup(file, group + "/" + link_name(output.label), output, result).write(results);
    }
}

}  // namespace evsweep
