/// The project's own feeder file: YAML with units, one readable row per bus, line, transformer, load and shunt.
#include "evsweep/document.hpp"
#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "feeder_formats/evsweep/feeder.hpp"
#include "feeder_formats/evsweep/feeder_text.hpp"

namespace evsweep {
namespace {

using feeder_file::FeederFile;

/// Reports keys that no section has, and returns them.
std::vector<std::string> report_unknown_sections(const Node& root, Issues& issues) {
    std::vector<std::string> known;
    for (const FieldInfo& field : FeederFile::schema().fields()) known.push_back(field.name);
    std::vector<std::string> unknown;
    for (const auto& [key, value] : root.entries) {
        if (std::find(known.begin(), known.end(), key.scalar) != known.end()) continue;
        issues.error(key.at, key.scalar, "unknown key", did_you_mean(key.scalar, known));
        unknown.push_back(key.scalar);
    }
    return unknown;
}

/// The ids of all rows of a section, also of those that cannot be read.
std::set<std::string> ids_in(const Node& root, const std::string& section) {
    std::set<std::string> ids;
    const Node* list = root.find(section);
    if (!list) return ids;
    for (const Node& row : list->items)
        if (const Node* id = row.find("id")) ids.insert(id->scalar);
    return ids;
}

std::optional<FeederDescription> read_feeder(const Node& root, Issues& issues) {
    Reader reader{issues};
    const auto file = FeederFile::schema().read(root, "", reader, report_unknown_sections(root, issues));
    if (!file) return std::nullopt;
    FeederDescription feeder = feeder_file::describe_feeder(*file, ids_in(root, "linecodes"), issues);
    feeder.at = root.at;
    return feeder;
}

class EvsweepYaml final : public FeederFormat {
   public:
    using Params = FeederFile;
    static constexpr std::string_view name = "evsweep";
    /// The format itself has no parameters; what people ask about is what a file may say.
    static const Schema<FeederFile>& schema() { return FeederFile::schema(); }
    EvsweepYaml(const FeederFile&, const Context&) {}

    bool recognises(const SourceText& source) const override {
        const std::string ending = source.path.extension().string();
        if (ending == ".json") return source.text.find("\"buses\"") != std::string::npos;
        if (ending != ".yaml" && ending != ".yml") return false;
        return source.text.rfind("buses:", 0) == 0 || source.text.find("\nbuses:") != std::string::npos;
    }

    std::optional<FeederDescription> read(const SourceText& source, Issues& issues) const override {
        Issues found;
        const Node root = parse_yaml(source.text, source.path, found);
        std::optional<FeederDescription> feeder;
        if (root.is_map()) {
            feeder = read_feeder(root, found);
        } else if (!found.has_errors()) {
            Reader reader{found};
            report_expected(root, "", "a map with buses, lines, loads and a source", reader);
        }
        for (const Issue& issue : found.list()) issues.add(issue);
        return found.has_errors() ? std::nullopt : std::move(feeder);
    }

    std::vector<std::string_view> styles() const override { return {"yaml", "json"}; }
    std::optional<std::string> write(const FeederDescription& feeder, std::string_view style, Issues&) const override {
        return feeder_text(feeder, style == "json" ? TextStyle::json : TextStyle::yaml);
    }
};

const bool registered = add_plugin<FeederFormat, EvsweepYaml>();

}  // namespace
}  // namespace evsweep
