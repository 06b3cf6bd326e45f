/// Pieces of an OpenDSS script that is written: names, nodes, objects.
#pragma once

#include <fmt/format.h>

#include <complex>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/feeder_description.hpp"

namespace evsweep::opendss {

/// Names as OpenDSS takes them: lower case, without dots and blanks, and each once in its class.
class Names {
   public:
    /// The name of what a description calls `id`, e.g. "line.l1" of class `line` is l1.
    [[nodiscard]] const std::string& of(std::string_view kind, const std::string& id);
    /// Names (not those of circuit and sources) that differ from the description's by more than case, and what they became.
    [[nodiscard]] const std::vector<std::pair<std::string, std::string>>& renamed() const { return renamed_; }

   private:
    std::map<std::pair<std::string, std::string>, std::string> name_;
    std::set<std::pair<std::string, std::string>> taken_;
    std::vector<std::pair<std::string, std::string>> renamed_;
};

/// One object in one line.
class ObjectText {
   public:
    ObjectText(std::string_view kind, const std::string& name) : text_(fmt::format("New {}.{}", kind, name)) {}

    ObjectText& word(std::string_view key, std::string_view value) {
        text_ += fmt::format(" {}={}", key, value);
        return *this;
    }
    ObjectText& number(std::string_view key, double value) { return word(key, fmt::format("{}", value)); }
    ObjectText& numbers(std::string_view key, const std::vector<double>& values) {
        return word(key, fmt::format("[{}]", fmt::join(values, " ")));
    }
    ObjectText& words(std::string_view key, const std::vector<std::string>& values) {
        return word(key, fmt::format("[{}]", fmt::join(values, " ")));
    }
    /// Out of service where it is not `closed`.
    ObjectText& closed(bool closed) { return closed ? *this : word("enabled", "no"); }
    [[nodiscard]] const std::string& str() const { return text_; }

   private:
    std::string text_;
};

/// Real or imaginary parts of a matrix of n x n, row by row: "[a b | c d]".
enum class Part { real, imaginary };
[[nodiscard]] std::string matrix_of(const std::vector<std::complex<double>>& matrix, Part part, double factor);

/// How one object of OpenDSS stands at pairs of terminals: nodes in the order of its bus, and wye or delta.
struct Wiring {
    int phases = 1;
    std::string nodes;
    bool delta = false;
    /// Voltage in OpenDSS's `kV` over the voltage across a pair: between phases, where the object has two or more.
    double rated_per_across = 1.0;
    [[nodiscard]] double kv(double volts_across) const { return rated_per_across * volts_across / 1000.0; }
    [[nodiscard]] const char* connection() const { return delta ? "delta" : "wye"; }
};

/// ".1.2.3" and the like; earth is 0.
[[nodiscard]] std::string nodes_of(const std::vector<Conductor>& conductors);
/// One object for all pairs; none where it takes one for each.
[[nodiscard]] std::optional<Wiring> wiring_of(const std::vector<Terminals>& terminals);
[[nodiscard]] Wiring wiring_of(const Terminals& terminals);

}  // namespace evsweep::opendss
