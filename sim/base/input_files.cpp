#include "evsweep/input_files.hpp"

#include <algorithm>
#include <fstream>
#include <system_error>
#include <vector>

#include "evsweep/issues.hpp"
#include "sim/base/fnv1a.hpp"
#include "sim/base/text_file.hpp"

namespace evsweep {

namespace {

/// What to do about a missing file: the name it may have been meant to be.
std::string missing_hint(const std::filesystem::path& file) {
    const auto folder = file.has_parent_path() ? file.parent_path() : std::filesystem::path(".");
    std::error_code error;
    std::vector<std::string> names;
    constexpr std::size_t most = 1000;
    for (std::filesystem::directory_iterator it(folder, error), end; !error && it != end && names.size() < most;
         it.increment(error))
        names.push_back(it->path().filename().string());
    if (error && names.empty()) return "there is no folder " + folder.string();
    std::sort(names.begin(), names.end());
    const std::string nearest = nearest_name(file.filename().string(), names);
    if (!nearest.empty()) return "did you mean '" + nearest + "'?";
    return "looked in " + folder.string();
}

InputFiles::Answer no(std::string problem, std::string hint = {}) { return {std::nullopt, std::move(problem), std::move(hint)}; }

InputFiles::Answer look_on_disk(const std::filesystem::path& file) {
    std::error_code error;
    const auto status = std::filesystem::status(file, error);
    const std::string name = "'" + file.string() + "'";
    if (status.type() == std::filesystem::file_type::not_found) return no("file " + name + " does not exist", missing_hint(file));
    if (std::filesystem::is_directory(status)) return no(name + " is a folder", "name a file in it");
    if (error || !std::filesystem::is_regular_file(status)) return no(name + " is not a file that can be read");
    if (!std::ifstream(file)) return no("file " + name + " cannot be opened", "check its permissions");
    return {};
}

InputFiles::Answer read_from_disk(const std::filesystem::path& file) {
    if (auto obstacle = look_on_disk(file); !obstacle.problem.empty()) return obstacle;
    std::error_code error;
    const auto size = std::filesystem::file_size(file, error);
    const std::string name = "'" + file.string() + "'";
    if (!error && size > largest_text_file) return no("file " + name + " is larger than 64 MiB", "is it the right file?");
    std::ifstream stream(file, std::ios::binary);
    std::string text(error ? 0 : static_cast<std::size_t>(size), '\0');
    stream.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (!stream || error) return no("file " + name + " cannot be read");
    return {std::move(text), {}, {}};
}

std::uint64_t hash_of(const std::string& text) {
    return fnv1a(fnv1a_start, {reinterpret_cast<const unsigned char*>(text.data()), text.size()});
}

}  // namespace

const InputText* InputFiles::kept(const std::filesystem::path& file) const {
    const auto found = kept_.find(file.string());
    return found == kept_.end() ? nullptr : &found->second;
}

void InputFiles::remember(const std::string& name, const std::string& text) {
    if (asked_.count(name) > 0) return;
    InputText& entry = asked_[name];
    entry.bytes = text.size();
    entry.hash = hash_of(text);
    entry.is_kept = entry.bytes <= longest_kept && kept_bytes_ + entry.bytes <= most_kept;
    if (!entry.is_kept) return;
    entry.text = text;
    kept_bytes_ += entry.bytes;
}

InputFiles::Answer InputFiles::unchanged(const std::filesystem::path& file, const InputText& known, Answer found) const {
    if (!found.text) {
        found.problem += ", and " + result_ + " holds only its size and hash";
        return found;
    }
    if (found.text->size() == known.bytes && hash_of(*found.text) == known.hash) return found;
    return no("file '" + file.string() + "' has changed since " + result_ + " was made of it", "bring back the file as it was");
}

InputFiles::Answer InputFiles::read(const std::filesystem::path& file) {
    const InputText* known = kept(file);
    Answer answer;
    if (const auto again = asked_.find(file.string()); again != asked_.end() && again->second.is_there && again->second.is_kept)
        return {again->second.text, {}, {}};
    if (known && !known->is_there)
        answer = no("file '" + file.string() + "' does not exist", "so it was when " + result_ + " was made");
    else if (known && known->is_kept)
        answer.text = known->text;
    else
        answer = known ? unchanged(file, *known, read_from_disk(file)) : read_from_disk(file);
    if (answer.text)
        remember(file.string(), *answer.text);
    else if (asked_.count(file.string()) == 0)
        asked_[file.string()] = {.is_there = false};
    return answer;
}

InputFiles::Answer InputFiles::look(const std::filesystem::path& file) {
    const InputText* known = kept(file);
    if (!known || (known->is_there && !known->is_kept)) return look_on_disk(file);
    return known->is_there ? Answer{}
                           : no("file '" + file.string() + "' does not exist", "so it was when " + result_ + " was made");
}

}  // namespace evsweep
