/// Parameters told once: reading, validation, `describe` and the echo into result files all come from a schema.
#pragma once

#include <algorithm>
#include <concepts>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "evsweep/values.hpp"

namespace evsweep {

/// What a person is told about one parameter.
struct FieldInfo {
    std::string name;
    std::string type;
    std::string unit;
    std::string range;
    std::string default_text;  ///< empty where required
    std::string help;
    bool required = false;
    std::vector<FieldInfo> parts{};  ///< of a section, or of each entry of a list or map of sections
};

/// One resolved parameter, as it goes into a result file.
struct Setting {
    std::string path;
    std::string value;
};

/// A contradiction between fields: the field to point at, what is wrong, what to do.
struct Contradiction {
    std::string field;
    std::string problem;
    std::string hint;
};

/// What a text has given, for defaults that depend on it.
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

/// " kW" and the like, for messages about a number of type `T`; shares and plain numbers have none.
template <class T>
[[nodiscard]] std::string unit_after_number(const Reader& reader) {
    if constexpr (std::is_same_v<T, Duration>) return " ms";
    const std::string unit = std::is_same_v<T, Variate> ? reader.variate_unit : Value<T>::unit();
    return unit.empty() || unit == "1" ? "" : " " + unit;
}

/// The parameters of one struct `P`, each with name, unit, range and help.
template <class P>
class Schema {
   public:
    explicit Schema(std::string summary) : summary_(std::move(summary)) {}

    /// A parameter that the text must give.
    template <class T>
    Schema& required(std::string name, T P::*member, std::string help, Range range = {}) {
        return add(std::move(name), member, std::move(help), range, true);
    }
    /// A parameter whose default is the member's initial value in `P{}`.
    template <class T>
    Schema& optional(std::string name, T P::*member, std::string help, Range range = {}) {
        return add(std::move(name), member, std::move(help), range, false);
    }
    /// Defaults that depend on the control step or on other fields, for fields that the text leaves out; before relations.
    Schema& defaults(std::function<void(P&, const Given&)> adapt) {
        defaults_.push_back(std::move(adapt));
        return *this;
    }
    /// The default of this duration becomes a whole number of control steps: the usual one, or the next longer that fits.
    Schema& in_steps(std::string name, Duration P::*member) {
        return defaults([key = std::move(name), member](P& params, const Given& given) {
            if (!given(key)) params.*member = given.whole_steps(params.*member);
        });
    }
    /// A relation between fields, checked when all of them could be read.
    Schema& relation(std::function<std::optional<Contradiction>(const P&)> check) {
        relations_.push_back(std::move(check));
        return *this;
    }

    [[nodiscard]] const std::string& summary() const { return summary_; }

    [[nodiscard]] std::vector<FieldInfo> fields() const {
        std::vector<FieldInfo> infos;
        for (const auto& field : fields_) infos.push_back(field.info);
        return infos;
    }

    /// Reads a map node; keys in `reserved` belong to the caller. Every problem is reported; nothing is
    /// returned if any was.
    [[nodiscard]] std::optional<P> read(const Node& node, std::string_view path, Reader& reader,
                                        const std::vector<std::string>& reserved = {}) const {
        if (!node.is_map() && !node.is_null()) return report_expected(node, path, "a map of parameters", reader), std::nullopt;
        bool good = report_unknown_keys(node, path, reader, reserved);
        P params{};
        for (const auto& field : fields_) good = read_field(field, node, path, reader, params) && good;
        if (!good) return std::nullopt;
        for (const auto& adapt : defaults_) adapt(params, Given(node, reader.step));
        for (const auto& check : relations_) {
            if (auto wrong = check(params)) {
                const Node* culprit = node.find(wrong->field);
                reader.issues.error(culprit ? culprit->at : node.at, joined(path, wrong->field), wrong->problem, wrong->hint);
                good = false;
            }
        }
        return good ? std::optional(std::move(params)) : std::nullopt;
    }

    /// The resolved values, one per field, under `path`.
    [[nodiscard]] std::vector<Setting> settings(const P& params, std::string_view path) const {
        std::vector<Setting> list;
        for (const auto& field : fields_) list.push_back({joined(path, field.info.name), field.text(params)});
        return list;
    }

   private:
    struct Field {
        FieldInfo info;
        std::function<bool(P&, const Node&, std::string_view, Reader&)> read;
        std::function<std::string(const P&)> text;
    };

    static std::string joined(std::string_view path, const std::string& name) {
        return path.empty() ? name : std::string(path) + "." + name;
    }

    template <class T>
    Schema& add(std::string name, T P::*member, std::string help, Range range, bool is_required) {
        Field field;
        field.info = {std::move(name),
                      Value<T>::type(),
                      Value<T>::unit(),
                      range.text(),
                      is_required ? std::string() : Value<T>::text(P{}.*member),
                      std::move(help),
                      is_required,
                      PartsOf<T>::list()};
        field.read = [member, range](P& params, const Node& node, std::string_view path, Reader& reader) {
            auto value = Value<T>::read(node, path, reader);
            if (!value) return false;
            if (auto bad = Value<T>::out_of(range, *value)) {
                const std::string unit = unit_after_number<T>(reader);
                reader.issues.error(node.at, std::string(path), number_text(*bad) + unit + " is out of range",
                                    "must be " + range.text() + unit);
                return false;
            }
            params.*member = std::move(*value);
            return true;
        };
        field.text = [member](const P& params) { return Value<T>::text(params.*member); };
        fields_.push_back(std::move(field));
        return *this;
    }

    bool report_unknown_keys(const Node& node, std::string_view path, Reader& reader,
                             const std::vector<std::string>& reserved) const {
        std::vector<std::string> known = reserved;
        for (const auto& field : fields_) known.push_back(field.info.name);
        bool good = true;
        for (const auto& [key, value] : node.entries) {
            if (std::find(known.begin(), known.end(), key.scalar) != known.end()) continue;
            reader.issues.error(key.at, joined(path, key.scalar), "unknown key", did_you_mean(key.scalar, known));
            good = false;
        }
        return good;
    }

    static bool read_field(const Field& field, const Node& node, std::string_view path, Reader& reader, P& params) {
        const Node* value = node.find(field.info.name);
        if (value) return field.read(params, *value, joined(path, field.info.name), reader);
        if (!field.info.required) return true;
        reader.issues.error(node.at, joined(path, field.info.name), "is missing", field.info.help);
        return false;
    }

    std::string summary_;
    std::vector<Field> fields_;
    std::vector<std::function<void(P&, const Given&)>> defaults_;
    std::vector<std::function<std::optional<Contradiction>(const P&)>> relations_;
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
