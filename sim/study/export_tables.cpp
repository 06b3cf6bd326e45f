#include "sim/study/export_tables.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include "evsweep/values.hpp"
#include "sim/record/new_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/csv_text.hpp"
#include "sim/study/sweep/export_sweep.hpp"
#include "sim/study/sweep/sweep_arrays.hpp"
#include "sim/study/wall_clock.hpp"

namespace evsweep {

namespace {

/// One array or coordinate: numbers, or texts where it holds texts or codes with labels.
struct ReadColumn {
    std::string header;
    std::vector<double> numbers{};
    std::vector<std::string> texts{};
    void put(CsvText& csv, std::size_t row) const {
        if (texts.empty())
            csv.cell(numbers[row]);
        else
            csv.cell(texts[row]);
    }
    [[nodiscard]] std::size_t size() const { return texts.empty() ? numbers.size() : texts.size(); }
};

/// A group of the file, and the cells that begin its rows, e.g. the label of its alternative.
struct Part {
    std::string group;
    std::vector<std::string> lead{};
};

class TableWriter {
   public:
    TableWriter(const ResultReader& reader, std::filesystem::path folder) : reader_(reader), folder_(std::move(folder)) {}

    /// The arrays of groups that hold the same, as one table for each list of dimensions.
    void write(const std::string& name, const std::vector<std::string>& lead_names, const std::vector<Part>& parts) {
        std::map<std::vector<std::string>, CsvText> tables;
        std::map<std::vector<std::string>, std::vector<std::string>> headers;
        for (const Part& part : parts)
            for (const auto& [dims, arrays] : arrays_by_dims(part.group))
                add(part, dims, arrays, lead_names, headers[dims], tables[dims]);
        for (const auto& [dims, csv] : tables) {
            const bool is_only = tables.size() == 1 || dims.empty() || dims == std::vector<std::string>{"replica"};
            place(is_only ? name : fmt::format("{}_by_{}", name, fmt::join(dims, "_")), csv);
        }
    }
    void place(const std::string& name, const CsvText& csv) {
        const std::string file = link_safe(name) + ".csv";
        place_file(folder_ / file, std::vector<unsigned char>(csv.text().begin(), csv.text().end()));
        names_.push_back(file);
    }
    [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

   private:
    /// The bytes of a file that was kept.
    static bool is_content(const std::string& group, const std::vector<std::string>& dims) {
        return group == "/inputs" && dims.front() != "file";
    }

    static std::string link_safe(std::string name) {
        for (char& c : name)
            if (c == '/' || c == '\\' || c == ' ') c = '_';
        return name;
    }

    [[nodiscard]] std::map<std::vector<std::string>, std::vector<std::string>> arrays_by_dims(const std::string& group) const {
        std::map<std::vector<std::string>, std::vector<std::string>> by_dims;
        for (const std::string& array : reader_.arrays(group)) {
            const auto dims = reader_.dims(group + "/" + array);
            if (dims == std::vector<std::string>{array}) continue;               // a coordinate, or a bare dimension
            if (dims.empty() && reader_.is_text(group + "/" + array)) continue;  // for people
            if (is_content(group, dims)) continue;
            by_dims[dims].push_back(array);
        }
        return by_dims;
    }

    [[nodiscard]] std::string header_of(const std::string& path, const std::string& name) const {
        const std::string unit = reader_.text_attribute(path, "units");
        return unit.empty() || unit == "1" ? name : fmt::format("{} [{}]", name, unit);
    }

    [[nodiscard]] ReadColumn column(const std::string& group, const std::string& name) const {
        const std::string path = group + "/" + name;
        ReadColumn column{header_of(path, name)};
        if (reader_.is_text(path)) {
            column.texts = reader_.texts(path);
            return column;
        }
        column.numbers = reader_.numbers(path);
        const auto labels = reader_.texts_attribute(path, "labels");
        if (labels.empty()) return column;
        for (const double code : column.numbers) {
            const bool is_code = code >= 0.0 && code < static_cast<double>(labels.size());
            column.texts.push_back(is_code ? labels[static_cast<std::size_t>(code)] : "");
        }
        return column;
    }

    /// The values of a dimension; times are given as dates besides. A dimension without values counts its places.
    [[nodiscard]] std::vector<ReadColumn> coordinates(const std::string& group, const std::string& dim) const {
        const std::string path = group + "/" + dim;
        if (reader_.is_bare_dimension(path)) {
            ReadColumn count{dim};
            for (std::size_t k = 0; k < reader_.size(path); ++k) count.numbers.push_back(static_cast<double>(k));
            return {std::move(count)};
        }
        ReadColumn values = column(group, dim);
        const std::string unit = reader_.text_attribute(path, "units"), since = "hours since ";
        if (unit.rfind(since, 0) != 0) return {std::move(values)};
        values.header = dim + " [h]";
        ReadColumn dates{dim};
        const WallClock clock(unit.substr(since.size()), reader_.numbers_attribute("/", "clock_changes"));
        for (const double hours : values.numbers) {
            const auto shown = clock.local(hours);
            dates.texts.push_back(shown ? Value<Calendar>::text(Calendar(*shown)) : "");
        }
        return {std::move(dates), std::move(values)};
    }

    void add(const Part& part, const std::vector<std::string>& dims, const std::vector<std::string>& arrays,
             const std::vector<std::string>& lead_names, std::vector<std::string>& header, CsvText& csv) const {
        std::vector<std::vector<ReadColumn>> places;
        std::size_t rows = 1;
        for (const std::string& dim : dims) {
            places.push_back(coordinates(part.group, dim));
            rows *= places.back().front().size();
        }
        std::vector<ReadColumn> values;
        for (const std::string& array : arrays) values.push_back(column(part.group, array));
        begin(lead_names, places, values, header, csv);
        for (std::size_t row = 0; row < rows; ++row) {
            for (const std::string& lead : part.lead) csv.cell(lead);
            std::size_t stride = rows;
            for (const auto& of_dim : places) {
                stride /= of_dim.front().size();
                for (const ReadColumn& place : of_dim) place.put(csv, row / stride % of_dim.front().size());
            }
            put_values(values, header, row, csv);
            csv.end_row();
        }
    }

    /// The first part of a table says which columns it has.
    static void begin(const std::vector<std::string>& lead_names, const std::vector<std::vector<ReadColumn>>& places,
                      const std::vector<ReadColumn>& values, std::vector<std::string>& header, CsvText& csv) {
        if (!header.empty()) return;
        for (const std::string& name : lead_names) csv.cell(name);
        for (const auto& of_dim : places)
            for (const ReadColumn& place : of_dim) csv.cell(place.header);
        for (const ReadColumn& value : values) {
            csv.cell(value.header);
            header.push_back(value.header);
        }
        csv.end_row();
    }

    /// Another part may lack a column of the first one, or have further ones, which no table of it has then.
    static void put_values(const std::vector<ReadColumn>& values, const std::vector<std::string>& header, std::size_t row,
                           CsvText& csv) {
        for (std::size_t k = 0; k < header.size(); ++k) {
            const bool is_in_place = k < values.size() && values[k].header == header[k];
            const auto found = is_in_place ? values.begin() + static_cast<std::ptrdiff_t>(k)
                                           : std::find_if(values.begin(), values.end(),
                                                          [&](const ReadColumn& value) { return value.header == header[k]; });
            if (found == values.end())
                csv.cell("");
            else
                found->put(csv, row);
        }
    }

    const ResultReader& reader_;
    std::filesystem::path folder_;
    std::vector<std::string> names_;
};

/// Labels and groups of the run without vehicles and of all alternatives.
std::vector<Part> runs_of(const ResultReader& reader) {
    std::vector<Part> runs;
    if (reader.has("/base")) runs.push_back({"/base", {"base"}});
    if (!reader.has("/controllers")) return runs;
    for (const std::string& name : reader.groups("/controllers")) {
        const std::string label = reader.text_attribute("/controllers/" + name, "label");
        runs.push_back({"/controllers/" + name, {label.empty() ? name : label}});
    }
    return runs;
}

/// An output of all runs; what has one group per replica becomes one table with a column for it.
void write_output(const ResultReader& reader, const std::string& output, const std::vector<Part>& runs, TableWriter& tables) {
    std::vector<Part> parts, ragged;
    for (const Part& run : runs) {
        const std::string group = run.group + "/" + output;
        if (!reader.has(group)) continue;
        parts.push_back({group, run.lead});
        for (const std::string& child : reader.groups(group)) {
            const auto replica = reader.number_attribute(group + "/" + child, "replica");
            if (replica) ragged.push_back({group + "/" + child, {run.lead.front(), fmt::format("{}", *replica)}});
        }
    }
    tables.write(output, {"controller"}, parts);
    if (!ragged.empty()) tables.write(output + "_by_replica", {"controller", "replica"}, ragged);
}

/// Estimates: a row for every variable, a column for every statistic. `parent` has a group per run or pair, those one per output.
void write_estimates(const ResultReader& reader, const std::string& parent, TableWriter& tables) {
    if (!reader.has(parent)) return;
    CsvText csv;
    bool is_begun = false;
    for (const std::string& of : reader.groups(parent))
        for (const std::string& output : reader.groups(parent + "/" + of)) {
            const std::string group = parent + "/" + of + "/" + output;
            const auto statistics = reader.texts(group + "/statistic");
            if (!is_begun) {
                for (const char* name : {"of", "output", "variable", "unit", "meaning", "interval"}) csv.cell(name);
                for (const std::string& statistic : statistics) csv.cell(statistic);
                csv.end_row();
                is_begun = true;
            }
            for (const std::string& variable : reader.arrays(group)) {
                const std::string path = group + "/" + variable;
                if (variable == "statistic" || reader.dims(path) != std::vector<std::string>{"statistic"}) continue;
                csv.cell(of).cell(output).cell(variable);
                for (const char* note : {"units", "long_name", "interval"}) csv.cell(reader.text_attribute(path, note));
                for (const double value : reader.numbers(path)) csv.cell(value);
                csv.end_row();
            }
        }
    if (is_begun) tables.place(parent.substr(1), csv);
}

}  // namespace

std::vector<std::string> export_tables(const std::filesystem::path& result, const std::filesystem::path& folder) {
    const ResultReader reader(result);
    if (reader.has(sweep_group)) return export_sweep(result, folder);
    TableWriter tables(reader, folder);
    write_estimates(reader, "/summary", tables);
    write_estimates(reader, "/paired", tables);
    const std::vector<Part> runs = runs_of(reader);
    std::vector<std::string> outputs;
    for (const Part& run : runs)
        for (const std::string& output : reader.groups(run.group))
            if (std::find(outputs.begin(), outputs.end(), output) == outputs.end()) outputs.push_back(output);
    for (const std::string& output : outputs) write_output(reader, output, runs, tables);
    for (const char* group : {"scenario", "inputs", "feeder", "connectors", "failures", "profile", "hosting", "hosting_places"})
        if (reader.has(std::string("/") + group)) tables.write(group, {}, {{std::string("/") + group, {}}});
    return tables.names();
}

}  // namespace evsweep
