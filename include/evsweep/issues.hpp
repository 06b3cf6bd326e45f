/// Errors and warnings for the user: every problem of an input is collected with its place, and all are reported at once.
#pragma once

#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace evsweep {

/// A place in a text file; line and column count from 1, and 0 means "the file as a whole".
struct Position {
    std::shared_ptr<const std::string> file;
    int line = 0;
    int column = 0;
};

enum class Severity { warning, error };

/// One problem: where, what, and what to do.
struct Issue {
    Position at;
    std::string path;     ///< dotted path inside the document, e.g. `population.homes.arrival.mean`
    std::string problem;  ///< what is wrong, without a full stop
    std::string hint;     ///< what to do; may be empty
    Severity severity = Severity::error;
};

/// The one form in which a user sees an issue: `file:line:col: path: problem; hint`.
[[nodiscard]] std::string to_text(const Issue& issue);

class InputFiles;

/// All issues of one input, in the order found; and where the texts of this input come from.
class Issues {
   public:
    /// `files`: none: the disk.
    explicit Issues(std::shared_ptr<InputFiles> files = nullptr);
    [[nodiscard]] InputFiles& files() const { return *files_; }
    [[nodiscard]] const std::shared_ptr<InputFiles>& shared_files() const { return files_; }

    void add(Issue issue) { list_.push_back(std::move(issue)); }
    void error(Position at, std::string path, std::string problem, std::string hint = {}) {
        add({std::move(at), std::move(path), std::move(problem), std::move(hint), Severity::error});
    }
    void warning(Position at, std::string path, std::string problem, std::string hint = {}) {
        add({std::move(at), std::move(path), std::move(problem), std::move(hint), Severity::warning});
    }
    [[nodiscard]] bool has_errors() const;
    [[nodiscard]] const std::vector<Issue>& list() const { return list_; }

   private:
    std::vector<Issue> list_;
    std::shared_ptr<InputFiles> files_;
};

/// Thrown once, at the end of reading, with everything that is wrong.
class ScenarioError : public std::runtime_error {
   public:
    explicit ScenarioError(Issues issues);
    [[nodiscard]] const Issues& issues() const { return issues_; }

   private:
    Issues issues_;
};

/// The candidate nearest to `word`, or empty if none is near enough to be a slip of the pen.
[[nodiscard]] std::string nearest_name(const std::string& word, const std::vector<std::string>& candidates);

/// What an input says, as messages show it: in quotes, and no more than its first 80 characters.
[[nodiscard]] std::string shown(std::string_view text);

/// The hint that follows an unknown name: `did you mean 'x'?`, or else the list of what there is.
[[nodiscard]] std::string did_you_mean(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace evsweep
