/// Parameters declared once: reading, validation, `describe` and the echo into result files all come from a schema.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/values.hpp"

namespace evsweep {

/// The description of one parameter for people.
struct FieldInfo {
    std::string name;
    std::string type;
    std::string unit;
    std::string range;
    std::string default_text;  ///< empty where required
    std::string help;
    bool required = false;
    std::vector<FieldInfo> parts{};                              ///< of a section, or of each entry of a list or map of sections
    std::vector<std::pair<std::string, std::string>> choices{};  ///< names with their meanings, where these need many words
};

/// One resolved parameter, as it goes into a result file.
struct Setting {
    std::string path;
    std::string value;
};

/// A contradiction between fields: the field to point at, what is wrong, what to do. A warning lets the text pass.
struct Contradiction {
    std::string field;
    std::string problem;
    std::string hint;
    Severity severity = Severity::error;
};

/// What a text has given, for defaults that depend on it and for what has no effect.
class Given {
   public:
    Given(const Node& node, Duration step) : node_(node), step_(step) {}
    /// Whether the text has this key.
    [[nodiscard]] bool operator()(const std::string& name) const { return node_.find(name) != nullptr; }
    /// The control step; 0 where it is not known.
    [[nodiscard]] Duration step() const { return step_; }
    /// The shortest whole number of control steps, at least one, that is no shorter than `usual`.
    [[nodiscard]] Duration whole_steps(Duration usual) const {
        if (step_ <= Duration::zero()) return usual;
        return step_ * std::max<Duration::rep>(1, (usual + step_ - Duration(1)) / step_);
    }

   private:
    const Node& node_;
    Duration step_;
};

template <class P>
class Schema;

/// A struct with a static `schema()` can itself be a field's type.
template <class P>
concept HasSchema = requires {
    { P::schema() } -> std::convertible_to<const Schema<P>&>;
};

/// The parameters inside a field of type `T`, where it holds sections.
template <class T>
struct PartsOf {
    static std::vector<FieldInfo> list() {
        if constexpr (HasSchema<T>)
            return T::schema().fields();
        else
            return {};
    }
};
template <class T>
struct PartsOf<std::optional<T>> : PartsOf<T> {};
template <class T>
struct PartsOf<std::vector<T>> : PartsOf<T> {};
template <class T>
struct PartsOf<std::map<std::string, T>> : PartsOf<T> {};

/// An enum whose choices take many words to explain: a function `meanings_of(E)` gives them by name.
template <class T>
concept HasMeanings = requires(T value) {
    { meanings_of(value) } -> std::same_as<std::vector<std::pair<std::string, std::string>>>;
};

/// The choices of a field of type `T` with their meanings; none where the help says all.
template <class T>
struct ChoicesOf {
    static std::vector<std::pair<std::string, std::string>> list() {
        if constexpr (HasMeanings<T>)
            return meanings_of(T{});
        else
            return {};
    }
};
template <class T>
struct ChoicesOf<std::optional<T>> : ChoicesOf<T> {};

/// How values of one type are read into the place of a member and written back, for lists of fields that know only the place.
struct ValueRules {
    /// Reports what is wrong, also a number out of range, and then leaves the place as it was and returns false.
    bool (*read)(void* place, const Node& node, std::string_view path, const Range& range, Reader& reader);
    std::string (*text)(const void* place);
};

/// Whether `bad`, the number of a value that is out of range, is none; reports it otherwise.
[[nodiscard]] bool is_in_range(std::optional<double> bad, const Range& range, const std::string& unit, const Node& node,
                               std::string_view path, Reader& reader);

/// "kW" and the like, for messages about a number of type `T`; shares and plain numbers have none.
template <class T>
[[nodiscard]] std::string unit_of_numbers(const Reader& reader) {
    if constexpr (std::is_same_v<T, Duration>) return "ms";
    if constexpr (std::is_same_v<T, Variate>) return reader.variate_unit;
    return Value<T>::unit();
}

template <class T>
[[nodiscard]] const ValueRules& rules_of() {
    static constexpr ValueRules rules{
        [](void* place, const Node& node, std::string_view path, const Range& range, Reader& reader) {
            auto value = Value<T>::read(node, path, reader);
            if (!value || !is_in_range(Value<T>::out_of(range, *value), range, unit_of_numbers<T>(reader), node, path, reader))
                return false;
            *static_cast<T*>(place) = std::move(*value);
            return true;
        },
        [](const void* place) { return Value<T>::text(*static_cast<const T*>(place)); }};
    return rules;
}

/// The fields of a struct of any type: what a schema does that depends on the types of the members only.
class FieldList {
   public:
    /// `offset` is where the member lies in the struct, in bytes.
    void add(FieldInfo info, const ValueRules& rules, std::size_t offset, const Range& range);
    /// The default of the duration at `offset` becomes a whole number of control steps.
    void add_in_steps(std::string name, std::size_t offset);

    [[nodiscard]] std::vector<FieldInfo> infos() const;
    /// Reads a map node into `params`; keys in `reserved` belong to the caller. Reports every problem; false if there was any.
    [[nodiscard]] bool read(void* params, const Node& node, std::string_view path, Reader& reader,
                            const std::vector<std::string>& reserved) const;
    /// Fits defaults to the control step; follows `read`.
    void fit_to_steps(void* params, const Given& given) const;
    [[nodiscard]] std::vector<Setting> settings(const void* params, std::string_view path) const;

   private:
    struct Field {
        FieldInfo info;
        const ValueRules* rules;
        std::size_t offset;
        Range range;
    };
    struct InSteps {
        std::string name;
        std::size_t offset;
    };
    bool report_unknown_keys(const Node& node, std::string_view path, Reader& reader,
                             const std::vector<std::string>& reserved) const;

    std::vector<Field> fields_;
    std::vector<InSteps> in_steps_;
};

/// Reports a contradiction at its field; false where it is an error.
bool report(const Contradiction& wrong, const Node& node, std::string_view path, Reader& reader);
/// Warns of those of `fields` that the text gives although they have no effect; they are used `where`.
void report_unused(const std::vector<std::string>& fields, const std::string& where, const Node& node, std::string_view path,
                   Reader& reader);

/// The parameters of one struct `P`, each with name, unit, range and help.
template <class P>
class Schema {
   public:
    explicit Schema(std::string summary) : summary_(std::move(summary)) {}

    /// A parameter that the text must give.
    template <class T>
    Schema& required(std::string name, T P::*member, std::string help, Range range = {}) {
        fields_.add({std::move(name),
                     Value<T>::type(),
                     Value<T>::unit(),
                     range.text(),
                     {},
                     std::move(help),
                     true,
                     PartsOf<T>::list(),
                     ChoicesOf<T>::list()},
                    rules_of<T>(), offset_of(member), range);
        return *this;
    }
    /// A parameter whose default is the member's initial value in `P{}`.
    template <class T>
    Schema& optional(std::string name, T P::*member, std::string help, Range range = {}) {
        fields_.add({std::move(name), Value<T>::type(), Value<T>::unit(), range.text(), Value<T>::text(initial_.*member),
                     std::move(help), false, PartsOf<T>::list(), ChoicesOf<T>::list()},
                    rules_of<T>(), offset_of(member), range);
        return *this;
    }
    /// The default of this duration becomes a whole number of control steps: the usual one, or the next longer that fits.
    Schema& in_steps(std::string name, Duration P::*member) {
        fields_.add_in_steps(std::move(name), offset_of(member));
        return *this;
    }
    /// Defaults that depend on the control step or on other fields, for fields that the text leaves out; after `in_steps` and
    /// before relations.
    Schema& defaults(std::function<void(P&, const Given&)> adapt) {
        defaults_.push_back(std::move(adapt));
        return *this;
    }
    /// A relation between fields, checked when all of them could be read.
    Schema& relation(std::function<std::optional<Contradiction>(const P&)> check) {
        relations_.push_back(std::move(check));
        return *this;
    }

    /// These fields change nothing unless `is_used`: a text that gives one all the same is warned. `where` says when they are
    /// used, e.g. "with release: ordered".
    Schema& used_if(std::function<bool(const P&)> is_used, std::string where, std::vector<std::string> fields) {
        uses_.push_back({std::move(is_used), std::move(where), std::move(fields)});
        return *this;
    }

    [[nodiscard]] const std::string& summary() const { return summary_; }
    [[nodiscard]] std::vector<FieldInfo> fields() const { return fields_.infos(); }

    /// Reads a map node; keys in `reserved` belong to the caller. Every problem is reported; nothing is
    /// returned if any was.
    [[nodiscard]] std::optional<P> read(const Node& node, std::string_view path, Reader& reader,
                                        const std::vector<std::string>& reserved = {}) const {
        P params{};
        if (!fields_.read(&params, node, path, reader, reserved)) return std::nullopt;
        const Given given(node, reader.step);
        fields_.fit_to_steps(&params, given);
        for (const auto& adapt : defaults_) adapt(params, given);
        bool good = true;
        for (const auto& check : relations_)
            if (const auto wrong = check(params)) good = report(*wrong, node, path, reader) && good;
        for (const auto& use : uses_)
            if (!use.is_used(params)) report_unused(use.fields, use.where, node, path, reader);
        return good ? std::optional(std::move(params)) : std::nullopt;
    }

    /// The resolved values, one per field, under `path`.
    [[nodiscard]] std::vector<Setting> settings(const P& params, std::string_view path) const {
        return fields_.settings(&params, path);
    }

   private:
    template <class T>
    std::size_t offset_of(T P::*member) const {
        const auto* begin = reinterpret_cast<const char*>(&initial_);
        return static_cast<std::size_t>(reinterpret_cast<const char*>(&(initial_.*member)) - begin);
    }

    std::string summary_;
    P initial_{};
    FieldList fields_;
    std::vector<std::function<void(P&, const Given&)>> defaults_;
    std::vector<std::function<std::optional<Contradiction>(const P&)>> relations_;
    struct Use {
        std::function<bool(const P&)> is_used;
        std::string where;
        std::vector<std::string> fields;
    };
    std::vector<Use> uses_;
};

template <HasSchema P>
struct Value<P> {
    static std::optional<P> read(const Node& node, std::string_view path, Reader& reader) {
        return P::schema().read(node, path, reader);
    }
    static std::string type() { return "section"; }
    static std::string unit() { return {}; }
    static std::string text(const P& params) {
        std::string text = "{";
        for (const auto& s : P::schema().settings(params, "")) text += (text.size() > 1 ? ", " : "") + s.path + ": " + s.value;
        return text + "}";
    }
    static std::optional<double> out_of(const Range&, const P&) { return std::nullopt; }
};

}  // namespace evsweep
