/// Reads the values of properties with their checks, and collects errors and warnings.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "evsweep/issues.hpp"
#include "feeder_formats/opendss/text.hpp"

namespace evsweep::opendss {

struct Circuit;

/// Converts values of properties to numbers, lists, matrices and buses. An error goes to the issues with its position; reading
/// stops after as many errors as a person can read. Properties without an effect on the load flow are counted.
class PropertyReader {
   public:
    using ReadFile = std::function<std::optional<std::string>(const std::string& name, const Position& at)>;

    explicit PropertyReader(Issues& issues) : issues_(issues) {}

    [[nodiscard]] Circuit& circuit() { return *circuit_; }
    void set_circuit(Circuit& circuit) { circuit_ = &circuit; }
    [[nodiscard]] Issues& issues() { return issues_; }
    /// Text of a file named by the file being read; reports where there is none.
    ReadFile read_file;

    void error(const Position& at, const std::string& path, const std::string& problem, const std::string& hint = {});
    void warning(const Position& at, const std::string& path, const std::string& problem, const std::string& hint = {});
    /// Whether so much is wrong that reading on helps nobody.
    [[nodiscard]] bool is_full() const { return errors_ >= most_errors; }

    /// The property that is being read, for errors about its value.
    void set_path(std::string path) { path_ = std::move(path); }
    [[nodiscard]] const std::string& path() const { return path_; }
    void refuse(const Value& value, const std::string& problem, const std::string& hint = {}) {
        error(value.at, path_, problem, hint);
    }

    std::optional<double> number(const Value& value);
    std::optional<int> integer(const Value& value, int lowest, int highest);
    std::optional<bool> boolean(const Value& value);
    /// Numbers of a list, or of the file it names as `(file=NAME column=1 header=no)`.
    std::optional<std::vector<double>> numbers(const Value& value);
    std::optional<std::vector<double>> matrix(const Value& value, std::size_t order);
    std::optional<BusRef> bus(const Value& value);
    /// Two numbers, the second one imaginary.
    std::optional<std::complex<double>> complex(const Value& value);
    /// `delta` or `LL` rather than `wye` or `LN`.
    std::optional<bool> is_delta(const Value& value);
    /// One column of a file of numbers.
    std::optional<std::vector<double>> column(const Value& file, std::size_t column, bool header);
    /// A file of nothing but numbers as a processor has them, each of `bytes` (4 or 8).
    std::optional<std::vector<double>> binary(const Value& file, std::size_t bytes);

    /// A warning that a script may cause a thousand times: reported once per kind at its first place, with its number.
    void note(const std::string& what, const Position& at, const std::string& problem, const std::string& hint = {});
    /// Something that has no effect on the load flow.
    void leave_out(const std::string& what, const Position& at) { note(what, at, no_effect); }
    void report_notes();
    /// Kinds that were left out, with how often.
    [[nodiscard]] std::vector<std::string> left_out() const;

   private:
    static constexpr std::size_t most_errors = 100;
    static constexpr const char* no_effect = "has no effect here and is left out";
    struct Note {
        Position first;
        std::string problem, hint;
        std::size_t times = 0;
    };

    Circuit* circuit_ = nullptr;
    Issues& issues_;
    std::string path_;
    std::size_t errors_ = 0;
    std::map<std::pair<std::string, std::string>, Note> notes_;  ///< by what and problem
};

}  // namespace evsweep::opendss
