/// OpenDSS scripts (.dss): what they build is read; what they solve, plot or export is left out.
#include <algorithm>
#include <cmath>

#include "evsweep/feeder_format.hpp"
#include "evsweep/plugins.hpp"
#include "feeder_formats/opendss/defaults.hpp"
#include "feeder_formats/opendss/rows.hpp"
#include "feeder_formats/opendss/script.hpp"
#include "feeder_formats/opendss/writer.hpp"

namespace evsweep {
namespace {

class OpenDss final : public FeederFormat {
   public:
    struct Params {};
    static constexpr std::string_view name = "opendss";
    static const Schema<Params>& schema() {
        static const Schema<Params> schema(
            "OpenDSS script (.dss) with the files it names: lines, transformers, loads, shunts and their controls.");
        return schema;
    }
    OpenDss(const Params&, const Context& context) : context_(context) {}

    /// By its ending, or by a first statement that begins a circuit.
    bool recognises(const SourceText& source) const override {
        if (opendss::lower(source.path.extension().string()) == ".dss") return true;
        std::string_view rest = std::string_view(source.text).substr(0, 20'000);
        while (!rest.empty()) {
            const auto end = rest.find('\n');
            std::string line = opendss::lower(rest.substr(0, end));
            line.erase(0, std::min(line.size(), line.find_first_not_of(" \t\r")));
            if (line.rfind("new circuit.", 0) == 0 || line.rfind("new object=circuit.", 0) == 0) return true;
            const bool passes = line.empty() || line[0] == '!' || line.rfind("//", 0) == 0 || line.rfind("clear", 0) == 0 ||
                                line.rfind("set ", 0) == 0;
            if (!passes) return false;
            rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
        }
        return false;
    }

    std::optional<FeederDescription> read(const SourceText& source, Issues& issues) const override {
        Issues found;
        opendss::Script script(context_.read_file, found);
        script.run(source);
        const Position whole{std::make_shared<const std::string>(source.path.string()), 0, 0};
        if (!script.circuit().exists && !script.reader().is_full())
            script.reader().error(whole, "circuit", "the script makes no circuit", "begin with New Circuit.NAME");
        opendss::refuse(script.circuit().foreign, script.reader());
        std::optional<FeederDescription> feeder;
        // A circuit with problems of its own would only cause more.
        if (!found.has_errors()) feeder = opendss::describe(script.circuit(), script.reader());
        if (feeder && context_.default_ratings == DefaultRatings::of_format) rate_lines(script.circuit(), *feeder);
        if (feeder) {
            feeder->origin.assumed = opendss::assumed_of(script.circuit());
            feeder->origin.left_out = script.reader().left_out();
        }
        script.reader().report_notes();
        for (const Issue& issue : found.list()) issues.add(issue);
        return found.has_errors() ? std::nullopt : std::move(feeder);
    }

    std::vector<std::string_view> styles() const override { return {"dss"}; }
    std::optional<std::string> write(const FeederDescription& feeder, std::string_view, Issues& issues) const override {
        Issues found;
        std::string script = opendss::Writer(feeder, found).script();
        for (const Issue& issue : found.list()) issues.add(issue);
        return found.has_errors() ? std::nullopt : std::optional(std::move(script));
    }

   private:
    /// Gives lines without a rating the one that OpenDSS has for them and for line codes (normamps). A geometry has none.
    static void rate_lines(const opendss::Circuit& circuit, FeederDescription& feeder) {
        constexpr Amperes usual(400.0);
        const std::string prefix = "line.";
        for (BranchRow& row : feeder.branches) {
            if (row.rating || row.id.rfind(prefix, 0) != 0) continue;
            const auto* line = circuit.lines.look_up(row.id.substr(prefix.size()));
            if (line && line->geometry.empty() && line->spacing.empty()) row.rating = usual;
        }
    }

    Context context_;
};

const bool registered = add_plugin<FeederFormat, OpenDss>();

}  // namespace
}  // namespace evsweep
