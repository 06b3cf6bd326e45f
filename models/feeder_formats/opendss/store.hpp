/// Objects of one OpenDSS class and the table of its properties, in OpenDSS's order, for that is what abbreviations and
/// positional values go by.
#pragma once

#include <fmt/format.h>

#include <bitset>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "feeder_formats/opendss/property_reader.hpp"

namespace evsweep::opendss {

/// What all objects have.
struct Object {
    std::string name;  ///< in lower case
    Position at;
    bool enabled = true;
    std::vector<BusRef> buses;  ///< of its terminals; those not set have no name
    std::bitset<128> is_set;    ///< properties that were set, by their place in the class's table
};

/// What a property does: sets something, has no effect on the load flow, or has one that is not supported.
template <class T>
struct Property {
    enum class Effect { set, none, unsupported };
    std::string_view name;
    void (*apply)(T&, const Value&, PropertyReader&) = nullptr;
    Effect effect = Effect::set;
};

template <class T>
using Properties = std::vector<Property<T>>;

/// The class of an object, whatever its type.
class ObjectClass {
   public:
    explicit ObjectClass(std::string name) : name_(std::move(name)) {}
    virtual ~ObjectClass() = default;
    ObjectClass(const ObjectClass&) = delete;
    ObjectClass& operator=(const ObjectClass&) = delete;

    [[nodiscard]] const std::string& name() const { return name_; }
    [[nodiscard]] std::optional<std::size_t> find(const std::string& name) const {
        const auto found = index_.find(name);
        return found == index_.end() ? std::nullopt : std::optional(found->second);
    }
    /// Codes and shapes, which are no elements of the circuit.
    [[nodiscard]] bool is_general() const {
        for (const char* general : {"linecode", "xfmrcode", "loadshape", "growthshape", "wiredata", "cndata", "tsdata",
                                    "linegeometry", "linespacing", "xycurve"})
            if (name_ == general) return true;
        return false;
    }
    [[nodiscard]] virtual std::size_t size() const = 0;
    [[nodiscard]] virtual Object& object(std::size_t index) = 0;
    virtual std::size_t add(const std::string& name, const Position& at, double frequency) = 0;
    /// Number of the property by its name or the first one with that beginning.
    [[nodiscard]] virtual std::optional<std::size_t> property(const std::string& name) const = 0;
    [[nodiscard]] virtual std::vector<std::string> property_names() const = 0;
    virtual void set(std::size_t index, std::size_t property, const Value& value, PropertyReader& reader) = 0;
    /// What is worked out at the end of each line that edits an object.
    virtual void finish(std::size_t index, PropertyReader& reader) = 0;

   protected:
    std::unordered_map<std::string, std::size_t> index_;

   private:
    std::string name_;
};

/// Type-specific parts may be overloaded for a type: what `like` does not copy, and what the end of a line works out.
template <class T>
void after_like(T&, const T&, PropertyReader&, const Value&) {}
template <class T>
void finish_edit(T&, PropertyReader&) {}
template <class T>
void start_with_frequency(T&, double) {}

template <class T>
class Store final : public ObjectClass {
   public:
    Store(std::string name, Properties<T> properties) : ObjectClass(std::move(name)), properties_(std::move(properties)) {}

    [[nodiscard]] std::size_t size() const override { return objects_.size(); }
    [[nodiscard]] Object& object(std::size_t index) override { return objects_[index]; }
    [[nodiscard]] std::vector<T>& objects() { return objects_; }
    [[nodiscard]] const std::vector<T>& objects() const { return objects_; }
    [[nodiscard]] const T* look_up(const std::string& name) const {
        const auto found = find(name);
        return found ? &objects_[*found] : nullptr;
    }
    [[nodiscard]] T* look_up(const std::string& name) {
        const auto found = find(name);
        return found ? &objects_[*found] : nullptr;
    }

    std::size_t add(const std::string& name, const Position& at, double frequency) override {
        objects_.emplace_back();
        objects_.back().name = name;
        objects_.back().at = at;
        start_with_frequency(objects_.back(), frequency);
        index_.insert_or_assign(name, objects_.size() - 1);
        return objects_.size() - 1;
    }

    [[nodiscard]] std::optional<std::size_t> property(const std::string& name) const override {
        for (std::size_t i = 0; i < properties_.size(); ++i)
            if (lower(properties_[i].name) == name) return i;
        for (std::size_t i = 0; i < properties_.size(); ++i)
            if (!name.empty() && lower(properties_[i].name.substr(0, name.size())) == name) return i;
        return std::nullopt;
    }

    [[nodiscard]] std::vector<std::string> property_names() const override {
        std::vector<std::string> names;
        for (const auto& property : properties_) names.emplace_back(property.name);
        return names;
    }

    void set(std::size_t index, std::size_t property, const Value& value, PropertyReader& reader) override {
        if (property >= properties_.size()) return reader.refuse(value, "has more values than there are properties");
        const Property<T>& p = properties_[property];
        T& object = objects_[index];
        reader.set_path(fmt::format("{}.{}.{}", name(), object.name, p.name));
        object.is_set.set(property);
        if (p.name == "like") return copy(index, value, reader);
        if (p.name == "enabled") {
            object.enabled = reader.boolean(value).value_or(object.enabled);
        } else if (p.effect == Property<T>::Effect::none) {
            reader.leave_out(fmt::format("{}.{}", name(), p.name), value.at);
        } else if (p.effect == Property<T>::Effect::unsupported) {
            reader.refuse(value, "is not supported, and it would change the solution", "remove it or model it otherwise");
        } else {
            p.apply(object, value, reader);
        }
    }

    void finish(std::size_t index, PropertyReader& reader) override { finish_edit(objects_[index], reader); }

   private:
    /// Everything but the place in the network.
    void copy(std::size_t index, const Value& value, PropertyReader& reader) {
        const auto other = find(lower(value.text));
        if (!other) return reader.refuse(value, "there is no " + name() + " of that name before this line");
        const T before = objects_[index];
        T& object = objects_[index];
        object = objects_[*other];
        object.name = before.name;
        object.at = before.at;
        object.enabled = before.enabled;
        object.buses = before.buses;
        object.is_set |= before.is_set;
        after_like(object, before, reader, value);
    }

    Properties<T> properties_;
    std::vector<T> objects_;
};

/// Objects of a class that is not read at all, of which only counts whether they are enabled.
class ForeignObjects final : public ObjectClass {
   public:
    using ObjectClass::ObjectClass;

    [[nodiscard]] std::size_t size() const override { return objects_.size(); }
    [[nodiscard]] Object& object(std::size_t index) override { return objects_[index]; }
    std::size_t add(const std::string& name, const Position& at, double) override {
        objects_.push_back({name, at, true, {}, {}});
        index_.insert_or_assign(name, objects_.size() - 1);
        return objects_.size() - 1;
    }
    [[nodiscard]] std::optional<std::size_t> property(const std::string& name) const override {
        return name == "enabled" ? enabled : any_other;
    }
    [[nodiscard]] std::vector<std::string> property_names() const override { return {"enabled"}; }
    void set(std::size_t index, std::size_t property, const Value& value, PropertyReader& reader) override {
        if (property != enabled) return;
        reader.set_path(fmt::format("{}.{}.enabled", name(), objects_[index].name));
        objects_[index].enabled = reader.boolean(value).value_or(true);
    }
    void finish(std::size_t, PropertyReader&) override {}
    [[nodiscard]] std::vector<const Object*> enabled_ones() const;

   private:
    static constexpr std::size_t any_other = 0, enabled = 1000;  // beyond all values without a name
    std::vector<Object> objects_;
};

/// Refuses those that are enabled, class by class, and in a few lines however many classes there are.
void refuse(const std::map<std::string, ForeignObjects>& foreign, PropertyReader& reader);

/// Handlers for the plain cases.
template <auto Member, class T>
void set_number(T& object, const Value& value, PropertyReader& reader) {
    if (const auto number = reader.number(value)) object.*Member = *number;
}
template <auto Member, class T>
void set_list(T& object, const Value& value, PropertyReader& reader) {
    if (auto numbers = reader.numbers(value)) object.*Member = std::move(*numbers);
}
template <auto Member, class T>
void set_boolean(T& object, const Value& value, PropertyReader& reader) {
    if (const auto truth = reader.boolean(value)) object.*Member = *truth;
}
template <auto Member, class T>
void set_text(T& object, const Value& value, PropertyReader&) {
    object.*Member = lower(value.text);
}
template <auto Member, class T>
void set_delta(T& object, const Value& value, PropertyReader& reader) {
    if (const auto delta = reader.is_delta(value)) object.*Member = *delta;
}
template <std::size_t Terminal, class T>
void set_bus(T& object, const Value& value, PropertyReader& reader) {
    if (object.buses.size() <= Terminal) object.buses.resize(Terminal + 1);
    if (auto bus = reader.bus(value)) object.buses[Terminal] = std::move(*bus);
}
template <auto Member, class T>
void set_phases(T& object, const Value& value, PropertyReader& reader) {
    if (const auto phases = reader.integer(value, 1, 12)) object.*Member = *phases;
}

template <class T>
Property<T> no_effect(std::string_view name) {
    return {name, nullptr, Property<T>::Effect::none};
}
template <class T>
Property<T> unsupported(std::string_view name) {
    return {name, nullptr, Property<T>::Effect::unsupported};
}

/// A class's own properties followed by those of all elements of its family.
template <class T>
Properties<T> with_common(Properties<T> own, const std::vector<Property<T>>& family) {
    own.insert(own.end(), family.begin(), family.end());
    own.push_back({"like"});
    return own;
}

}  // namespace evsweep::opendss
