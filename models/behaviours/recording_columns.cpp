#include "behaviours/recording_columns.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <utility>

#include "evsweep/time_format.hpp"

namespace evsweep {

namespace {

/// A column with its unit and formats, as a section of the text.
struct ColumnText {
    CellTexts column;
    std::string unit;
    CellTexts format;
    static const Schema<ColumnText>& schema();
};

const Schema<ColumnText>& ColumnText::schema() {
    static const auto schema =
        Schema<ColumnText>("a column of a recording")
            .required("column", &ColumnText::column, "its name, or several whose cells belong together")
            .optional("unit", &ColumnText::unit, "of its numbers: kWh, Wh or MWh, or one of time such as min or 15 min")
            .optional("format", &ColumnText::format, "of its times, e.g. \"%d/%m/%Y %H:%M\"; several: the first that fits")
            .relation([](const ColumnText& text) -> std::optional<Contradiction> {
                for (const std::string& one : text.format.list)
                    if (const std::string fault = format_fault(one); !fault.empty())
                        return Contradiction{"format", "'" + one + "' " + fault, "write e.g. \"%d/%m/%Y %H:%M\""};
                return std::nullopt;
            });
    return schema;
}

std::string list_text(const std::vector<std::string>& list) {
    std::vector<std::string> items;
    for (const std::string& item : list) items.push_back(Value<std::string>::text(item));
    return items.size() == 1 ? items.front() : fmt::format("[{}]", fmt::join(items, ", "));
}

std::optional<double> as_number(std::string_view text) {
    double number = 0.0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc() && end == text.data() + text.size() ? std::optional(number) : std::nullopt;
}

bool is_same_cell(std::string_view a, std::string_view b) {
    if (a == b) return true;
    const auto number = as_number(a);
    return number && number == as_number(b);
}

bool holds(const CellTexts& texts, std::string_view cell) {
    return std::any_of(texts.list.begin(), texts.list.end(),
                       [cell](const std::string& text) { return is_same_cell(text, cell); });
}

}  // namespace

std::string ColumnChoice::text() const { return fmt::format("{}", fmt::join(names, " + ")); }

std::optional<ColumnChoice> Value<ColumnChoice>::read(const Node& node, std::string_view path, Reader& reader) {
    if (node.is_null()) return ColumnChoice{};
    if (!node.is_map()) {
        auto names = Value<CellTexts>::read(node, path, reader);
        return names ? std::optional(ColumnChoice{std::move(names->list), {}, {}}) : std::nullopt;
    }
    auto text = ColumnText::schema().read(node, path, reader);
    if (!text) return std::nullopt;
    return ColumnChoice{std::move(text->column.list), std::move(text->unit), std::move(text->format.list)};
}

std::string Value<ColumnChoice>::text(const ColumnChoice& choice) {
    if (!choice.is_given()) return "none";
    if (choice.unit.empty() && choice.formats.empty()) return list_text(choice.names);
    std::string text = "{column: " + list_text(choice.names);
    if (!choice.unit.empty()) text += ", unit: " + choice.unit;
    if (!choice.formats.empty()) text += ", format: " + list_text(choice.formats);
    return text + "}";
}

const Schema<RecordingColumns>& RecordingColumns::schema() {
    using C = RecordingColumns;
    static const auto schema =
        Schema<C>("Which columns of the files hold what: a name, several whose cells belong together, or {column, unit, format}.")
            .optional("plug_in", &C::plug_in, "when a vehicle was connected")
            .optional("plug_out", &C::plug_out, "when it was disconnected")
            .optional("duration", &C::duration, "how long it was connected, instead of plug_out: [h:]mm:ss, or numbers in `unit`")
            .optional("energy", &C::energy, "delivered, at the grid side; in kWh unless `unit` says Wh or MWh")
            .optional("initial_soc", &C::initial_soc,
                      "state of charge at plug-in, as a share, or in `unit: %`; the energy then leads from there to the target")
            .optional("station", &C::station, "which charging point; @file: the file's name")
            .optional("stated_departure", &C::stated_departure, "when the driver said to leave; empty where nothing was said")
            .optional("claimed", &C::claimed, "whether stated_departure was said by the driver (1 or 0)")
            .optional("bus", &C::bus, "where the charging point stands, with placement recorded; usually the column `bus`")
            .optional("phases", &C::phases, "on which phases, with placement recorded; usually the column `phases`");
    return schema;
}

std::vector<std::pair<std::string, const ColumnChoice*>> RecordingColumns::list() const {
    return {{"plug_in", &plug_in},
            {"plug_out", &plug_out},
            {"duration", &duration},
            {"energy", &energy},
            {"initial_soc", &initial_soc},
            {"station", &station},
            {"stated_departure", &stated_departure},
            {"claimed", &claimed},
            {"bus", &bus},
            {"phases", &phases}};
}

RecordingColumns overridden_by(RecordingColumns usual, const RecordingColumns& own) {
    if (own.plug_out.is_given()) usual.duration = {};
    if (own.duration.is_given()) usual.plug_out = {};
    if (own.stated_departure.is_given()) usual.claimed = {};
    for (ColumnChoice RecordingColumns::*member :
         {&RecordingColumns::plug_in, &RecordingColumns::plug_out, &RecordingColumns::duration, &RecordingColumns::energy,
          &RecordingColumns::initial_soc, &RecordingColumns::station, &RecordingColumns::stated_departure,
          &RecordingColumns::claimed, &RecordingColumns::bus, &RecordingColumns::phases})
        if ((own.*member).is_given()) usual.*member = own.*member;
    return usual;
}

bool CellFilter::keeps(std::string_view cell) const { return (only.list.empty() || holds(only, cell)) && !holds(except, cell); }

std::optional<CellTexts> Value<CellTexts>::read(const Node& node, std::string_view path, Reader& reader) {
    CellTexts texts;
    if (node.is_scalar()) texts.list.push_back(node.scalar);
    for (const Node& item : node.items) {
        if (!item.is_scalar()) return report_expected(item, path, "a text", reader), std::nullopt;
        texts.list.push_back(item.scalar);
    }
    if (texts.list.empty()) return report_expected(node, path, "a text, or a list of texts", reader), std::nullopt;
    return texts;
}

std::string Value<CellTexts>::text(const CellTexts& texts) { return list_text(texts.list); }

std::optional<CellFilter> Value<CellFilter>::read(const Node& node, std::string_view path, Reader& reader) {
    CellFilter filter;
    const Node* except = node.is_map() && node.entries.size() == 1 ? node.find("except") : nullptr;
    if (node.is_map() && !except)
        return report_expected(node, path, "a value, a list of values, or {except: ...}", reader), std::nullopt;
    auto texts = Value<CellTexts>::read(except ? *except : node, path, reader);
    if (!texts) return std::nullopt;
    (except ? filter.except : filter.only) = std::move(*texts);
    return filter;
}

std::string Value<CellFilter>::text(const CellFilter& filter) {
    return filter.except.list.empty() ? list_text(filter.only.list) : "{except: " + list_text(filter.except.list) + "}";
}

std::optional<FileList> Value<FileList>::read(const Node& node, std::string_view path, Reader& reader) {
    FileList list;
    if (!node.is_sequence()) {
        auto file = Value<FilePath>::read(node, path, reader);
        if (!file) return std::nullopt;
        list.files.push_back(std::move(*file));
        return list;
    }
    auto files = Value<std::vector<FilePath>>::read(node, path, reader);
    if (!files) return std::nullopt;
    if (files->empty()) return report_expected(node, path, "at least one file", reader), std::nullopt;
    for (std::size_t i = 0; i < files->size(); ++i)
        for (std::size_t j = 0; j < i; ++j)
            if ((*files)[i] == (*files)[j])
                return reader.issues.error(node.items[i].at, std::string(path), "names '" + node.items[i].scalar + "' twice",
                                           "remove one"),
                       std::nullopt;
    list.files = std::move(*files);
    return list;
}

std::string Value<FileList>::text(const FileList& list) {
    if (list.files.size() == 1) return Value<FilePath>::text(list.files.front());
    return Value<std::vector<FilePath>>::text(list.files);
}

}  // namespace evsweep
