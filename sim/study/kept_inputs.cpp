#include "sim/study/kept_inputs.hpp"

#include <fmt/format.h>

#include <charconv>

#include "evsweep/contracts.hpp"
#include "sim/record/result_file.hpp"
#include "sim/record/result_reader.hpp"
#include "sim/study/study_result.hpp"

namespace evsweep {

namespace {

const std::string inputs_group = "/inputs";

/// What the array `state` says.
enum State : std::int32_t { kept, hashed, absent };

std::string text_name(std::size_t k) { return fmt::format("text_{}", k); }

std::uint64_t number_of(const std::string& text, int base) {
    std::uint64_t number = 0;
    std::from_chars(text.data(), text.data() + text.size(), number, base);
    return number;
}

/// A text with its length before it, so that it may hold anything.
void append(std::string& packed, const std::string& part) { packed += fmt::format("{}:{}", part.size(), part); }

/// Takes such texts apart.
class Parts {
   public:
    explicit Parts(const std::string& packed) : packed_(packed) {}
    std::string next() {
        const auto colon = packed_.find(':', at_);
        EVSWEEP_EXPECTS(colon != std::string::npos, "a packed text has as many parts as are asked for");
        const auto size = number_of(packed_.substr(at_, colon - at_), 10);
        EVSWEEP_EXPECTS(size <= packed_.size() - colon - 1, "a packed part is as long as it says");
        at_ = colon + 1 + size;
        return packed_.substr(colon + 1, size);
    }
    std::uint64_t number() { return number_of(next(), 10); }

   private:
    const std::string& packed_;
    std::size_t at_ = 0;
};

}  // namespace

void write_inputs(ResultFile& file, const StudyResult& result) {
    if (!result.input_files) return;
    std::vector<std::string> names, hashes;
    std::vector<std::int32_t> bytes, states;
    for (const auto& [name, input] : result.input_files->asked()) {
        names.push_back(name);
        hashes.push_back(input.is_there ? fmt::format("{:016x}", input.hash) : "");
        bytes.push_back(static_cast<std::int32_t>(input.bytes));
        states.push_back(!input.is_there ? absent : input.is_kept && result.keeps_inputs ? kept : hashed);
    }
    file.annotate(inputs_group, {{"long_name", "what the study was made of; `evsweep run` of this file runs it again"},
                                 {"scenario", result.scenario_file},
                                 {"overrides", result.overrides}});
    file.write({inputs_group, "file", {"file"}, {{"long_name", "name of the file, as the scenario means it"}}}, names);
    file.write({inputs_group, "bytes", {"file"}, {{"units", "1"}, {"long_name", "its size"}}}, bytes);
    file.write({inputs_group, "hash", {"file"}, {{"long_name", "64-bit FNV-1a of its content, hexadecimal"}}}, hashes);
    file.write({inputs_group,
                "state",
                {"file"},
                {{"long_name", "what is known of it"},
                 {"flag_values", std::vector<double>{kept, hashed, absent}},
                 {"flag_meanings", "kept hashed absent"}}},
               states);
    std::size_t k = 0;
    for (const auto& [name, input] : result.input_files->asked()) {
        if (states[k] == kept && !input.text.empty()) {
            file.add_dimension(inputs_group, text_name(k) + "_byte", input.text.size());
            const auto* first = reinterpret_cast<const unsigned char*>(input.text.data());
            file.write({inputs_group, text_name(k), {text_name(k) + "_byte"}, {{"long_name", "content of " + name}}},
                       std::span<const unsigned char>(first, input.text.size()));
        }
        ++k;
    }
}

KeptInputs read_kept_inputs(const std::filesystem::path& result) {
    const ResultReader reader(result);
    if (!reader.has(inputs_group))
        throw FileError(result.string() + ": holds no inputs: it was made by evsweep 0.4 or older; run its scenario instead");
    KeptInputs inputs{reader.text_attribute(inputs_group, "scenario"),
                      reader.texts_attribute(inputs_group, "overrides"),
                      {},
                      reader.text_attribute("/", "evsweep_version"),
                      reader.text_attribute("/", "git_revision"),
                      reader.text_attribute("/", "instruction_set")};
    const auto names = reader.texts(inputs_group + "/file"), hashes = reader.texts(inputs_group + "/hash");
    const auto bytes = reader.numbers(inputs_group + "/bytes"), states = reader.numbers(inputs_group + "/state");
    for (std::size_t k = 0; k < names.size(); ++k) {
        InputText& input = inputs.files[names[k]];
        input = {"", static_cast<std::uint64_t>(bytes.at(k)), number_of(hashes.at(k), 16),
                 static_cast<int>(states.at(k)) != absent, static_cast<int>(states.at(k)) == kept};
        if (reader.has(inputs_group + "/" + text_name(k))) input.text = reader.bytes(inputs_group + "/" + text_name(k));
    }
    return inputs;
}

std::string packed(const KeptInputs& inputs) {
    std::string text;
    for (const std::string& part : {inputs.scenario, inputs.version, inputs.revision, inputs.instruction_set}) append(text, part);
    append(text, std::to_string(inputs.overrides.size()));
    for (const std::string& override_ : inputs.overrides) append(text, override_);
    append(text, std::to_string(inputs.files.size()));
    for (const auto& [name, input] : inputs.files) {
        append(text, name);
        append(text, input.text);
        for (const std::uint64_t number : {input.bytes, input.hash, std::uint64_t{input.is_there}, std::uint64_t{input.is_kept}})
            append(text, std::to_string(number));
    }
    return text;
}

KeptInputs unpacked(const std::string& text) {
    Parts parts(text);
    KeptInputs inputs;
    for (std::string* part : {&inputs.scenario, &inputs.version, &inputs.revision, &inputs.instruction_set}) *part = parts.next();
    for (std::uint64_t n = parts.number(); n > 0; --n) inputs.overrides.push_back(parts.next());
    for (std::uint64_t n = parts.number(); n > 0; --n) {
        InputText& input = inputs.files[parts.next()];
        input.text = parts.next();
        input.bytes = parts.number();
        input.hash = parts.number();
        input.is_there = parts.number() != 0;
        input.is_kept = parts.number() != 0;
    }
    return inputs;
}

}  // namespace evsweep
