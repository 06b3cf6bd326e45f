#include "feeder_formats/opendss/script.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace evsweep::opendss {
namespace {

constexpr std::size_t most_files = 20'000;
constexpr std::size_t deepest = 30;
constexpr std::size_t longest_name = 1000;

std::string_view trimmed(std::string_view text) {
    const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
    while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
    while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
    return text;
}

/// The entry of a folder with that name in whatever case.
std::optional<std::filesystem::path> entry_of(const std::filesystem::path& folder, const std::string& name) {
    std::error_code ignored;
    for (std::filesystem::directory_iterator entry(folder, ignored), end; !ignored && entry != end; entry.increment(ignored))
        if (lower(entry->path().filename().string()) == lower(name)) return entry->path();
    return std::nullopt;
}

/// The same path with the folders and the file as they are really written, where they exist.
std::filesystem::path in_any_case(std::filesystem::path folder, const std::filesystem::path& path) {
    for (const auto& part : path) {
        if (part == "." || part == ".." || part == "/") {
            folder = part == "/" ? part : folder / part;
            continue;
        }
        folder = entry_of(folder.empty() ? "." : folder, part.string()).value_or(folder / part);
    }
    return folder;
}

}  // namespace

Script::Script(ReadFile read_file, Issues& issues)
    : read_file_(std::move(read_file)), reader_(issues), circuit_(std::make_unique<Circuit>()) {
    reader_.set_circuit(*circuit_);
    reader_.read_file = [this](const std::string& name, const Position& at) -> std::optional<std::string> {
        auto found = find_file(name, at);
        return found ? std::optional(std::move(found->text)) : std::nullopt;
    };
}

void Script::run(const SourceText& source) {
    files_.push_back(source.path);
    const auto file = std::make_shared<const std::string>(source.path.string());
    const bool outer_comment = std::exchange(in_comment_, false);
    const std::size_t outer_commands = std::exchange(commands_here_, 0);
    std::string_view rest = source.text;
    for (int number = 1; !rest.empty() && !stopped_ && !is_foreign_ && !reader_.is_full(); ++number) {
        const auto end = rest.find('\n');
        line(rest.substr(0, end), {file, number, 1});
        rest = end == std::string_view::npos ? std::string_view{} : rest.substr(end + 1);
    }
    if (in_comment_)
        reader_.warning(comment_, "", "a comment is not closed: all that follows in its file is part of it, as in OpenDSS",
                        "close it with */");
    in_comment_ = outer_comment;
    commands_here_ = outer_commands;
    is_foreign_ = false;
    files_.pop_back();
}

/// Block comments open at the start of a line and close at the end of one.
void Script::line(std::string_view text, const Position& at) {
    if (at.line == 1 && text.substr(0, 3) == "\xEF\xBB\xBF") text.remove_prefix(3);
    const std::string_view inside = trimmed(text);
    if (!in_comment_ && inside.substr(0, 2) == "/*") in_comment_ = true, comment_ = at;
    if (in_comment_) {
        const auto end = inside.find("*/");
        if (end == std::string_view::npos) return;
        in_comment_ = false;
        if (!trimmed(inside.substr(end + 2)).empty())
            reader_.warning(at, "", "what follows */ in its line is not read, as in OpenDSS", "put it on a line of its own");
        return;
    }
    if (inside.empty() || inside.front() == '!' || inside.substr(0, 2) == "//") return;
    Issues found;
    const auto parameters = split_line(text, at, variables_, found);
    for (const Issue& issue : found.list())
        issue.severity == Severity::error ? reader_.error(issue.at, issue.path, issue.problem, issue.hint)
                                          : reader_.warning(issue.at, issue.path, issue.problem, issue.hint);
    if (!parameters.empty()) carry_out(parameters);
}

void Script::carry_out(const Parameters& parameters) {
    const Parameter& first = parameters.front();
    if (first.name == "command" || first.name.empty()) {
        const Command* command = command_of(lower(first.value.text));
        if (command) ++commands_here_;
        if (command) return (this->*command->statement)(parameters);
        is_foreign_ = files_.size() > 1 && commands_here_ == 0;
        if (is_foreign_)  // its lines are not for messages
            return reader_.error(first.value.at, "", "the file does not begin with an OpenDSS command", "is it the right file?");
        return reader_.error(first.value.at, first.value.text, "is not a command that is known",
                             "a line begins with a command such as New, or with CLASS.NAME.PROPERTY=VALUE");
    }
    assign(first, parameters);
}

const Script::Command* Script::command_of(const std::string& word) {
    if (word.empty()) return nullptr;
    const auto& all = commands();
    const auto exact = std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == word; });
    if (exact != all.end()) return &*exact;
    const auto begun =
        std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name.substr(0, word.size()) == word; });
    return begun == all.end() ? nullptr : &*begun;
}

std::optional<Script::Found> Script::find_file(const std::string& name, const Position& at, const std::string& ending) {
    auto found = look_for(name, ending);
    if (found) return found;
    if (name.empty() || name.size() > longest_name || files_read_ > most_files)
        reader_.error(at, "", name.empty() ? "names no file" : "names too many files, or one of too long a name");
    else
        reader_.error(at, "", fmt::format("file '{}' cannot be read", name), "paths are relative to the file that names them");
    return std::nullopt;
}

std::optional<Script::Found> Script::look_for(const std::string& name, const std::string& ending) {
    std::string path = name;
    std::replace(path.begin(), path.end(), '\\', '/');
    const std::filesystem::path here = files_.empty() ? std::filesystem::path() : files_.back().parent_path();
    if (++files_read_ > most_files || path.empty() || path.size() > longest_name) return std::nullopt;
    for (const std::string& full : {path, path + ending})
        for (const auto& folder : {here, data_folder_}) {
            if (!read_file_) break;
            if (auto text = read_file_(folder / full)) return Found{folder / full, std::move(*text)};
            const auto other = in_any_case(folder, full);
            if (auto text = read_file_(other)) return Found{other, std::move(*text)};
        }
    return std::nullopt;
}

void Script::redirect(const Parameters& p) {
    if (p.size() < 2) return reader_.error(p.front().value.at, "redirect", "names no file", "write Redirect FILE");
    const Value& name = p[1].value;
    auto found = find_file(name.text, name.at, ".dss");
    if (!found) return;
    const auto same = [&](const auto& file) { return file.lexically_normal() == found->path.lexically_normal(); };
    if (std::any_of(files_.begin(), files_.end(), same) || files_.size() >= deepest) {
        std::string chain;
        for (const auto& file : files_) chain += file.filename().string() + " -> ";
        return reader_.error(name.at, "redirect", "files name one another in a circle: " + chain + name.text,
                             "remove one of the redirections");
    }
    run({found->path, std::move(found->text)});
}

/// What is compiled leaves its folder as one where the files named later are.
void Script::compile(const Parameters& p) {
    redirect(p);
    if (p.size() > 1) data_folder_ = path_from_here(p[1].value.text).parent_path();
}

/// Files are looked for beside the file that names them, and then in this folder.
void Script::change_folder(const Parameters& p) {
    if (p.size() > 1) data_folder_ = path_from_here(p[1].value.text);
}

std::filesystem::path Script::path_from_here(std::string path) const {
    std::replace(path.begin(), path.end(), '\\', '/');
    return in_any_case(files_.empty() ? std::filesystem::path() : files_.back().parent_path(), path);
}

ObjectClass* Script::class_of(const std::string& name) {
    for (ObjectClass* each : circuit_->classes())
        if (each->name() == name) return each;
    return is_harmful(name) ? &circuit_->foreign.try_emplace(name, name).first->second : nullptr;
}

namespace {

/// One element of a pattern and how often it may stand.
struct Atom {
    std::string letters;  ///< empty: any letter
    bool any = false;
    char count = '1';
};

std::vector<Atom> atoms_of(std::string_view pattern) {
    std::vector<Atom> atoms;
    for (std::size_t i = 0; i < pattern.size(); ++i) {
        const char c = pattern[i];
        if ((c == '*' || c == '+' || c == '?') && !atoms.empty()) {
            atoms.back().count = c;
        } else if (c == '[' && pattern.find(']', i) != std::string_view::npos) {
            const auto end = pattern.find(']', i);
            atoms.push_back({std::string(pattern.substr(i + 1, end - i - 1)), false});
            i = end;
        } else if (c != '^' && c != '$') {
            atoms.push_back({std::string(1, c), c == '.' || c == '*'});
            if (c == '*') atoms.back().count = '*';
        }
    }
    return atoms;
}

bool agrees(const Atom& atom, char c) { return atom.any || atom.letters.find(c) != std::string::npos; }

}  // namespace

bool matches(std::string_view pattern, std::string_view name) {
    // All the places in the pattern that the letters so far lead to.
    auto atoms = atoms_of(pattern.substr(0, 200));
    const Atom anything{{}, true, '*'};
    if (pattern.empty() || pattern.front() != '^') atoms.insert(atoms.begin(), anything);
    if (pattern.empty() || pattern.back() != '$') atoms.push_back(anything);
    std::vector<bool> at(atoms.size() + 1, false);
    at[0] = true;
    const auto skip = [&](std::vector<bool>& places) {
        for (std::size_t i = 0; i < atoms.size(); ++i)
            if (places[i] && (atoms[i].count == '*' || atoms[i].count == '?')) places[i + 1] = true;
    };
    skip(at);
    for (const char c : name) {
        std::vector<bool> next(atoms.size() + 1, false);
        for (std::size_t i = 0; i < atoms.size(); ++i) {
            if (!at[i] || !agrees(atoms[i], c)) continue;
            next[i + 1] = true;
            if (atoms[i].count == '*' || atoms[i].count == '+') next[i] = true;
        }
        // After one letter of `x+` both staying and going on are open.
        skip(next);
        at = std::move(next);
    }
    return at.back();
}

}  // namespace evsweep::opendss
