#include "sim/report/element_tables.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <vector>

#include "sim/base/text_table.hpp"
#include "sim/study/write_outputs.hpp"

namespace evsweep {
namespace {

/// The same variable under another run; none where that has it not, or of another number of elements.
const VariableResult* same_in(const RunResult& run, const VariableResult& row) {
    for (const VariableResult& other : run.variables)
        if (other.output == row.output && other.variable.name == row.variable.name && !other.elements.empty())
            return other.elements.size() == row.elements.size() ? &other : nullptr;
    return nullptr;
}

/// How bad an element is under the controller that is worst for it.
struct ElementRank {
    std::size_t element = 0;
    double share = 0.0;
    double mean = 0.0;
};

bool is_worse(const ElementRank& a, const ElementRank& b) {
    if (a.share != b.share) return a.share > b.share;
    if (a.mean != b.mean) return a.mean > b.mean;
    return a.element < b.element;
}

/// Elements with any event under any controller, the worst first.
std::vector<ElementRank> ranked(const StudyResult& study, const VariableResult& row) {
    std::vector<ElementRank> ranks(row.elements.size());
    for (std::size_t i = 0; i < ranks.size(); ++i) ranks[i].element = i;
    for (const RunResult& run : study.controllers) {
        const VariableResult* found = same_in(run, row);
        if (!found) continue;
        for (ElementRank& rank : ranks) {
            const ElementResult& element = found->elements[rank.element];
            if (element.events == 0) continue;
            const ElementRank here{rank.element, element.share.mean, element.mean.mean};
            if (is_worse(here, rank)) rank = here;
        }
    }
    std::erase_if(ranks, [](const ElementRank& rank) { return rank.share == 0.0; });
    std::sort(ranks.begin(), ranks.end(), is_worse);
    return ranks;
}

/// How many elements the limit is held against.
std::size_t judged(const VariableResult& row) {
    return static_cast<std::size_t>(
        std::count_if(row.elements.begin(), row.elements.end(), [](const ElementResult& e) { return e.share.count > 0; }));
}

std::string capitalised(std::string text) {
    if (!text.empty()) text.front() = static_cast<char>(std::toupper(static_cast<unsigned char>(text.front())));
    return text;
}

/// The tables of one study.
class ElementTables {
   public:
    ElementTables(const StudyResult& study, const StudyEstimates& estimates, std::size_t width, SignsUsed& used)
        : study_(study), estimates_(estimates), width_(width), used_(used) {
        share_.display = Display::event;
        share_.decimals = 0;
    }

    [[nodiscard]] std::string text() {
        if (study_.controllers.empty()) return {};
        std::string tables;
        std::string nowhere;
        for (const VariableResult& row : study_.controllers.front().variables) {
            if (row.elements.empty() || !row.variable.headline || judged(row) == 0) continue;
            const std::vector<ElementRank> worst = ranked(study_, row);
            if (worst.empty())
                nowhere +=
                    fmt::format("{}{} (at none of {})", nowhere.empty() ? "" : "; ", printable(row.variable.event), places(row));
            else
                tables += "\n" + title(row, worst.size()) + table(row, worst);
        }
        if (nowhere.empty()) return tables;
        std::string lines = "\n";
        for (const std::string& line : wrapped("In no " + study_.sample_noun() + ": " + nowhere, width_, "  "))
            lines += line + "\n";
        return tables + lines;
    }

   private:
    /// "41 lines", of those that are judged.
    [[nodiscard]] static std::string places(const VariableResult& row) {
        const std::string dim = row.variable.dims.empty() ? "element" : row.variable.dims.front();
        const std::size_t count = judged(row);
        const std::string plural = dim == "bus" ? "buses" : dim == "supply" ? "supplies" : dim + "s";
        return fmt::format("{} {}", count, printable(count == 1 ? dim : plural));
    }

    [[nodiscard]] std::string title(const VariableResult& row, std::size_t affected) const {
        const std::string unit = unit_text(row.variable, study_.currency);
        const std::string which = affected <= worst_elements
                                      ? fmt::format("{} of {}", affected, places(row))
                                      : fmt::format("the {} worst of {} affected, of {}", worst_elements, affected, places(row));
        std::string text = fmt::format("{}: {}\n", capitalised(printable(row.variable.event)), which);
        text += fmt::format("  {}, mean{}\n\n",
                            study_.replicas.size() > 1 ? "share of the " + study_.sample_noun() + "s [%]" : "whether it happens",
                            unit.empty() || unit == "1" ? "" : " [" + printable(unit) + "]");
        return text;
    }

    [[nodiscard]] std::string table(const VariableResult& row, const std::vector<ElementRank>& worst) {
        TextTable table;
        table.rows.push_back({printable(row.variable.dims.empty() ? "" : row.variable.dims.front()), "base"});
        for (const RunResult& run : study_.controllers) table.rows.front().push_back(printable(run.label));
        for (std::size_t k = 0; k < std::min(worst.size(), worst_elements); ++k) {
            const std::size_t i = worst[k].element;
            std::vector<std::string> cells{name_of_element(row, i), cell(study_.base, row, i)};
            for (const RunResult& run : study_.controllers) cells.push_back(cell(run, row, i));
            table.rows.push_back(std::move(cells));
        }
        return table.text(width_);
    }

    [[nodiscard]] std::string name_of_element(const VariableResult& row, std::size_t i) const {
        for (const OutputResult& output : study_.outputs) {
            if (output.label != row.output) continue;
            for (const Coordinate& coordinate : output.coordinates)
                if (!row.variable.dims.empty() && coordinate.name == row.variable.dims.front() && i < coordinate.labels.size())
                    return printable(coordinate.labels[i]);
        }
        return fmt::format("{}", i);
    }

    [[nodiscard]] std::string cell(const RunResult& run, const VariableResult& row, std::size_t i) {
        const VariableResult* found = same_in(run, row);
        if (!found || found->elements[i].share.count == 0) return no_number;
        const ElementResult& element = found->elements[i];
        const std::string share = RowText(share_, study_, estimates_, used_).share(element.share);
        if (element.events == 0) return share;
        return share + "  " + RowText(row.variable, study_, estimates_, used_).with_interval(element.mean);
    }

    const StudyResult& study_;
    const StudyEstimates& estimates_;
    std::size_t width_;
    SignsUsed& used_;
    Variable share_;  ///< how shares are written
};

}  // namespace

std::string element_tables(const StudyResult& study, const StudyEstimates& estimates, std::size_t width, SignsUsed& used) {
    return ElementTables(study, estimates, width, used).text();
}

}  // namespace evsweep
