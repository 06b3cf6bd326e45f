#include "sim/study/hosting/hosting_arrays.hpp"

#include <cmath>
#include <limits>

namespace evsweep {

namespace {

constexpr double no_hosting_number = std::numeric_limits<double>::quiet_NaN();
constexpr double most_read = 1e9;

std::size_t count_read(double value) { return value > 0.0 ? static_cast<std::size_t>(value < most_read ? value : most_read) : 0; }
std::ptrdiff_t level_read(double value) { return value >= 0.0 ? static_cast<std::ptrdiff_t>(count_read(value)) : -1; }

using OptionalLevel = std::optional<std::ptrdiff_t> HostingCapacity::*;
HostingNumber end_of(const std::string& name, const std::string& meaning, OptionalLevel end) {
    return {name, "1", meaning,
            [end](const HostingCapacity& c) { return c.*end ? static_cast<double>(*(c.*end)) : no_hosting_number; },
            [end](HostingCapacity& c, double value) {
                if (!std::isnan(value)) c.*end = level_read(value);
            }};
}

using OptionalShare = std::optional<HostingShare> HostingCapacity::*;
HostingNumber of_share(const std::string& name, const std::string& meaning, OptionalShare share,
                       const std::function<double&(HostingShare&)>& number) {
    return {name, "1", meaning,
            [=](const HostingCapacity& c) {
                if (!(c.*share)) return no_hosting_number;
                HostingShare copy = *(c.*share);
                return number(copy);
            },
            [=](HostingCapacity& c, double value) {
                if (std::isnan(value)) return;
                if (!(c.*share)) c.*share = HostingShare{};
                number(*(c.*share)) = value;
                (c.*share)->share.kind = IntervalKind::clopper_pearson;
            }};
}

void add_shares(std::vector<HostingNumber>& list, const std::string& name, const std::string& where, OptionalShare share) {
    list.push_back(of_share("share_" + name, "share of the replicas that break the limit " + where, share,
                            [](HostingShare& s) -> double& { return s.share.mean; }));
    list.push_back(of_share("share_" + name + "_low", "lower end of the interval (Clopper-Pearson) of that share", share,
                            [](HostingShare& s) -> double& { return s.share.low; }));
    list.push_back(of_share("share_" + name + "_high", "upper end of the interval of that share", share,
                            [](HostingShare& s) -> double& { return s.share.high; }));
}

HostingNumber of_binding(const std::string& name, const std::string& unit, const std::string& meaning,
                         const std::function<double&(HostingBinding&)>& number) {
    return {name, unit, meaning,
            [=](const HostingCapacity& c) {
                if (!c.binding) return no_hosting_number;
                HostingBinding copy = *c.binding;
                return number(copy);
            },
            [=](HostingCapacity& c, double value) {
                if (std::isnan(value) && !c.binding) return;
                if (!c.binding) c.binding = HostingBinding{};
                number(*c.binding) = value;
            }};
}

std::vector<HostingNumber> make_hosting_numbers() {
    std::vector<HostingNumber> list;
    list.push_back({"capacity_level", "1", "place of the capacity among the levels, -1: the lowest level is beyond it",
                    [](const HostingCapacity& c) { return static_cast<double>(c.estimate); },
                    [](HostingCapacity& c, double value) { c.estimate = level_read(value); }});
    list.push_back(end_of("capacity_low_level", "lower end of its interval, likewise; NaN: open", &HostingCapacity::low));
    list.push_back(end_of("capacity_high_level", "upper end of its interval, likewise; NaN: none", &HostingCapacity::high));
    add_shares(list, "at", "at the capacity", &HostingCapacity::at);
    add_shares(list, "above", "one level above the capacity", &HostingCapacity::above);
    list.push_back(of_binding("binding_share", "1",
                              "share of the replicas beyond the limit, one level above, that say what binds",
                              [](HostingBinding& b) -> double& { return b.share; }));
    const auto hour = [&list](std::size_t k, const char* suffix, const char* what) {
        list.push_back(of_binding(std::string("binding_hour") + suffix, "h",
                                  std::string("time of day when that is worst, ") + what,
                                  [k](HostingBinding& b) -> double& { return b.hours[k]; }));
    };
    hour(0, "_low", "5 % quantile");
    hour(1, "", "median");
    hour(2, "_high", "95 % quantile");
    list.push_back(
        {"binding_replicas", "1", "replicas that break the limit one level above",
         [](const HostingCapacity& c) { return c.binding ? static_cast<double>(c.binding->replicas) : no_hosting_number; },
         [](HostingCapacity& c, double value) {
             if (c.binding) c.binding->replicas = count_read(value);
         }});
    list.push_back({"next_limit", "1", "the next limit: its place in `limit`; NaN: none that is asked for",
                    [](const HostingCapacity& c) { return c.next ? static_cast<double>(*c.next) : no_hosting_number; },
                    [](HostingCapacity& c, double value) {
                        if (!std::isnan(value)) c.next = count_read(value);
                    }});
    list.push_back({"contradicting", "1", "replicas that break the limit at a level and keep it at a higher one",
                    [](const HostingCapacity& c) { return static_cast<double>(c.contradicting); },
                    [](HostingCapacity& c, double value) { c.contradicting = count_read(value); }});
    list.push_back({"has_moved", "1", "1: runs contradicted what was concluded, and the search went on from there",
                    [](const HostingCapacity& c) { return c.has_moved ? 1.0 : 0.0; },
                    [](HostingCapacity& c, double value) { c.has_moved = value == 1.0; }});
    list.push_back({"not_judged", "1", "runs in which the limit was not judged; taken as kept",
                    [](const HostingCapacity& c) { return static_cast<double>(c.not_judged); },
                    [](HostingCapacity& c, double value) { c.not_judged = count_read(value); }});
    return list;
}

}  // namespace

const std::vector<HostingNumber>& hosting_numbers() {
    static const std::vector<HostingNumber> list = make_hosting_numbers();
    return list;
}

const std::vector<HostingText>& hosting_texts() {
    static const std::vector<HostingText> list{
        {"binding_kind", "kind of limit that most replicas break first one level above the capacity; empty: none",
         [](const HostingCapacity& c) { return c.binding ? c.binding->kind : std::string(); },
         [](HostingCapacity& c, const std::string& text) {
             if (c.binding) c.binding->kind = text;
         }},
        {"binding_element", "where it is worst there; empty: not known",
         [](const HostingCapacity& c) { return c.binding ? c.binding->element : std::string(); },
         [](HostingCapacity& c, const std::string& text) {
             if (c.binding) c.binding->element = text;
         }}};
    return list;
}

}  // namespace evsweep
