#include "sim/config/scenario_reader.hpp"

#include <algorithm>
#include <map>
#include <tuple>

#include "sim/base/text_file.hpp"
#include "sim/config/actuation.hpp"
#include "sim/config/csv_column.hpp"
#include "sim/config/hosting.hpp"
#include "sim/config/layers.hpp"
#include "sim/config/parties.hpp"
#include "sim/config/plugin_groups.hpp"
#include "sim/config/relations.hpp"
#include "sim/config/sections.hpp"
#include "sim/config/sites.hpp"
#include "sim/config/sweep.hpp"

namespace evsweep {

namespace {

/// Reads the sections of one document into a Scenario; what could not be read keeps its default, and the issues say so.
class SectionReader {
   public:
    SectionReader(const Node& root, Issues& issues) : root_(root), issues_(issues) {}

    Scenario read(const std::filesystem::path& file) {
        scenario_.file = {file, root_.at};
        if (!is_like_scenario(root_)) return report_no_scenario(root_.at, issues_), std::move(scenario_);
        report_unknown_sections();
        read_title(file);
        read_plain_sections();
        read_base_load();
        read_prices();
        scenario_.metering = read_metering(section("metering"), issues_, metering_);
        scenario_.sites = read_sites(section("sites"), group_names(), issues_, sites_);
        read_groups();
        scenario_.actuation = read_actuation(section("actuation"), group_names(), issues_, actuation_);
        (void)read_hosting_section(root_, issues_);
        check_percent(root_, issues_);
        if (time_) check_meters(*time_, scenario_.metering, issues_);
        if (time_) check_actuation(*time_, scenario_.actuation, issues_);
        if (time_) check_grid(*time_, base_load_, prices_ ? &*prices_ : nullptr, root_, issues_);
        log_all();
        return std::move(scenario_);
    }

   private:
    void report_unknown_sections() {
        std::vector<std::string> known;
        for (const auto& section : scenario_sections()) known.push_back(section.name);
        for (const auto& [key, value] : root_.entries)
            if (std::find(known.begin(), known.end(), key.scalar) == known.end())
                issues_.error(key.at, key.scalar, "unknown section", did_you_mean(key.scalar, known));
    }

    /// A section that is absent or empty reads as an empty map at the place where it would stand.
    [[nodiscard]] Node section(const std::string& name) const {
        const Node* node = root_.find(name);
        return node && !node->is_null() ? *node : Node::make_map(node ? node->at : root_.at);
    }

    [[nodiscard]] bool is_given(const std::string& name) const {
        const Node* node = root_.find(name);
        return node && !node->is_null();
    }

    template <class P>
    std::optional<P> read_section(const std::string& name, const Schema<P>& schema) {
        Reader reader = plugin_reader();  // a section may choose a plug-in
        return schema.read(section(name), name, reader);
    }

    template <class P>
    void take_section(const std::string& name, const Schema<P>& schema, P& target) {
        if (auto read = read_section(name, schema)) target = std::move(*read);
    }

    void read_title(const std::filesystem::path& file) {
        scenario_.title = file.stem().string();
        Reader reader{issues_};
        const Node* node = root_.find("title");
        if (!node || node->is_null()) return;
        if (auto title = Value<std::string>::read(*node, "title", reader)) scenario_.title = std::move(*title);
    }

    void read_plain_sections() {
        take_section("study", study_schema(), scenario_.study);
        if (scenario_.study.stop) place_stop(*scenario_.study.stop);
        time_ = read_section("time", time_schema());
        if (time_) check_time(*time_, root_, issues_);
        if (time_) check_parts(scenario_.study, *time_, root_, issues_);
        if (time_) scenario_.time = *time_;
        take_section("feeder", feeder_schema(), scenario_.feeder);
        check_format(root_, issues_);
        take_section("load_flow", load_flow_schema(), scenario_.load_flow);
        take_section("devices", devices_schema(), scenario_.devices);
        take_section("limits", limits_schema(), scenario_.limits);
        for (auto& [name, band] : scenario_.limits.bands) band.place = place_of(root_, {"limits", "bands", name});
    }

    void place_stop(StopSettings& stop) {
        stop.at = place_of(root_, {"study", "stop"});
        stop.kpi_at = place_of(root_, {"study", "stop", "kpi"});
        stop.controller_at = place_of(root_, {"study", "stop", "controller"});
        stop.versus_at = place_of(root_, {"study", "stop", "versus"});
        stop.half_width_at = place_of(root_, {"study", "stop", "half_width"});
    }

    void read_base_load() {
        auto text = read_section("base_load", BaseLoadText::schema());
        if (!text) return check_numbers_apart({"base_load", "profiles"}, "1");
        base_load_ = std::move(*text);
        spread_columns();
        scenario_.base_load.scale = base_load_.scale;
        scenario_.base_load.by_class = base_load_.by_class;
        for (const auto& [name, profile] : base_load_.by_class)
            scenario_.base_load.class_at[name] = place_of(root_, {"base_load", "by_class", name});
        scenario_.base_load.other = base_load_.other.value_or("");
        scenario_.base_load.own_profiles = base_load_.own_profiles;
        scenario_.base_load.variation = base_load_.variation;
        for (const auto& [name, profile] : base_load_.profiles) {
            auto made = make_profile(profile, "base_load.profiles." + name, "1", time_, issues_);
            if (!made) continue;
            made->place = place_of(root_, {"base_load", "profiles", name});
            scenario_.base_load.profiles.emplace(name, std::move(*made));
        }
        check_profile_names(base_load_, root_, issues_);
    }

    /// Every column of the file is a profile like those written out.
    void spread_columns() {
        if (!base_load_.columns) return;
        const ProfileColumns& table = *base_load_.columns;
        const std::string path = "base_load.columns.file";
        SeriesTimesRequest times = times_request(table, time_);
        times.time_column = find_time_column(times, path, issues_);
        if (times.time_column.empty()) times.time_column = "none";
        const auto start = read_series_times(times, path, issues_);
        for (const std::string& name : csv_header(table.file, path, issues_)) {
            if (name == times.time_column) continue;
            ProfileText profile;
            profile.every = table.every;
            profile.interpolation = table.interpolation;
            profile.file = table.file;
            profile.column = name;
            profile.time_column = times.time_column;
            profile.align = table.align;
            profile.time_format = table.time_format;
            profile.time_zone = table.time_zone;
            profile.start = start.value_or(SeriesStart{});
            scenario_.base_load.of_columns.insert(name);
            if (!base_load_.profiles.emplace(name, ByDay<ProfileText>(std::move(profile))).second)
                issues_.error(table.file.at, "base_load.columns", "profile '" + name + "' is also written out",
                              "rename one of them");
        }
        base_load_.columns.reset();
    }

    /// Where a section has mistakes, the numbers of its profiles are still checked, so that theirs are reported, too.
    void check_numbers_apart(std::initializer_list<std::string_view> keys, std::string_view unit) {
        const Node* profiles = &root_;
        std::string path;
        for (const auto key : keys) {
            profiles = profiles ? profiles->find(std::string(key)) : nullptr;
            path += (path.empty() ? "" : ".") + std::string(key);
        }
        if (!profiles) return;
        for (const auto& [key, value] : profiles->entries) {
            Issues told_already(issues_.shared_files());
            Reader reader{told_already};
            if (!value.is_map()) continue;
            const auto text = Value<ByDay<ProfileText>>::read(value, path, reader);
            if (text) (void)make_profile(*text, path + "." + key.scalar, unit, time_, issues_);
        }
    }

    void read_prices() {
        if (!is_given("prices")) return;
        prices_ = read_section("prices", PricesText::schema());
        if (!prices_) return check_numbers_apart({"prices"}, "currency/kWh");
        check_currency(*prices_, root_, issues_);
        if (const std::string named = currency_named(*prices_); !prices_->currency)
            prices_->currency = named.empty() ? Prices{}.currency : named;
        auto buy = make_profile(prices_->buy, "prices.buy", "currency/kWh", time_, issues_);
        std::optional<Profile> day_ahead;
        if (prices_->day_ahead) day_ahead = make_profile(*prices_->day_ahead, "prices.day_ahead", "currency/kWh", time_, issues_);
        if (buy)
            scenario_.prices =
                Prices{std::move(*buy), prices_->sell_share, *prices_->currency, prices_->fee, std::move(day_ahead)};
    }

    /// The map of a group of plug-ins; nothing (reported) where it is no map.
    std::optional<Node> group(const std::string& name) {
        const Node node = section(name);
        Reader reader{issues_};
        if (node.is_map()) return node;
        return report_expected(node, name, "a map of labels", reader), std::nullopt;
    }

    /// For plug-ins, whose defaults fit the control step and whose series are placed in the scenario's time.
    [[nodiscard]] Reader plugin_reader() const {
        return {.issues = issues_, .step = time_ ? time_->step : Duration::zero(), .time = time_ ? &*time_ : nullptr};
    }

    void read_groups() {
        if (!root_.find("population"))
            issues_.error(root_.at, "population", "is missing", "describe a group of vehicles, or write `population: {}`");
        if (const auto node = group("population"))
            scenario_.population = read_group<Behaviour>(*node, "population", plugin_reader());
        if (const auto node = group("channels")) scenario_.channels = read_group<Channel>(*node, "channels", plugin_reader());
        if (const auto node = group("agents")) scenario_.agents = read_agents(*node, plugin_reader());
        if (const auto node = group("controllers")) read_controllers(*node);
        if (auto node = group("outputs")) read_outputs(std::move(*node));
    }

    /// As the text names them, so that a mistake in a group hides no other.
    [[nodiscard]] std::vector<std::string> group_names() const {
        std::vector<std::string> names;
        if (const Node* population = root_.find("population"); population && population->is_map())
            for (const auto& entry : population->entries) names.push_back(entry.key.scalar);
        return names;
    }

    void read_controllers(const Node& controllers) {
        if (controllers.entries.empty())
            issues_.error(controllers.at, "controllers", is_given("controllers") ? "is empty" : "is missing",
                          "name at least one, e.g. `uncoordinated: {}`");
        GroupLabels groups;
        groups.all = group_names();
        for (const auto& group : scenario_.population)
            if (group.acts_alone) groups.alone.push_back(group.label);
        scenario_.controllers = read_alternatives(controllers, groups, plugin_reader());
        check_reference(root_, issues_);
        std::string& reference = scenario_.study.reference;
        if (reference.empty() && !controllers.entries.empty()) reference = controllers.entries.front().key.scalar;
    }

    void read_outputs(Node outputs) {
        if (!is_given("outputs"))
            for (const std::string& name : default_plugins<Output>())
                outputs.entries.push_back({Node::make_scalar(name, root_.at), Node::make_map(root_.at)});
        scenario_.outputs = read_group<Output>(outputs, "outputs", plugin_reader());
    }

    /// Whether a setting is a curve that is taken down part by part.
    [[nodiscard]] bool is_price_curve(const std::string& path) const {
        const auto curves = prices_->curves();
        return std::any_of(curves.begin(), curves.end(), [&path](const auto& curve) { return path == "prices." + curve.first; });
    }

    /// Takes down the settings of one section; those of `apart` are taken down part by part instead.
    template <class P>
    void log(const Schema<P>& schema, const P& params, const std::string& path, const std::vector<std::string>& apart = {}) {
        for (auto& setting : schema.settings(params, path)) {
            const auto is_it = [&](const std::string& name) { return setting.path == path + "." + name; };
            if (std::none_of(apart.begin(), apart.end(), is_it)) scenario_.resolved.push_back(std::move(setting));
        }
    }

    void log(const ByDay<ProfileText>& profiles, const std::string& path) {
        for (std::size_t k = 0; k < profiles.values.size(); ++k)
            log(ProfileText::schema(), profiles.values[k], profiles.is_by_day() ? path + "." + profiles.keys[k] : path);
    }

    void log_base_load() {
        std::vector<std::string> apart{"profiles"};
        if (base_load_.variation) apart.emplace_back("variation");
        log(BaseLoadText::schema(), base_load_, "base_load", apart);
        for (const auto& [name, profile] : base_load_.profiles) log(profile, "base_load.profiles." + name);
        if (base_load_.variation) log_plugin(*base_load_.variation, "base_load.variation.", scenario_.resolved);
    }

    void log_all() {
        scenario_.resolved.push_back({"title", Value<std::string>::text(scenario_.title)});
        log(study_schema(), scenario_.study, "study", {"threads"});  // no part of the answer; provenance has it
        log(time_schema(), scenario_.time, "time");
        log(feeder_schema(), scenario_.feeder, "feeder");
        log(load_flow_schema(), scenario_.load_flow, "load_flow");
        log(devices_schema(), scenario_.devices, "devices");
        log(limits_schema(), scenario_.limits, "limits");
        log_base_load();
        if (prices_) {
            for (const auto& [name, curve] : prices_->curves()) log(*curve, "prices." + name);
            for (auto& setting : PricesText::schema().settings(*prices_, "prices"))
                if (!is_price_curve(setting.path)) scenario_.resolved.push_back(std::move(setting));
        }
        for (const auto* read : {&metering_, &sites_, &actuation_})
            scenario_.resolved.insert(scenario_.resolved.end(), read->begin(), read->end());
        log_group(scenario_.channels, "channels", scenario_.resolved);
        log_group(scenario_.population, "population", scenario_.resolved);
        log_settings(scenario_.agents, scenario_.resolved);
        log_settings(scenario_.controllers, scenario_.resolved);
        log_group(scenario_.outputs, "outputs", scenario_.resolved);
    }

    const Node& root_;
    Issues& issues_;
    Scenario scenario_;
    std::optional<TimeSettings> time_;
    BaseLoadText base_load_;
    std::optional<PricesText> prices_;
    std::vector<Setting> metering_, sites_, actuation_;  ///< as resolved
};

/// By file (in the order in which they first appear, the command line last), line and column.
std::vector<Issue> in_file_order(const Issues& issues, const std::string& main_file) {
    std::map<std::string, int> rank{{main_file, 0}, {"--set", 1'000'000}};
    const auto name = [](const Issue& issue) { return issue.at.file ? *issue.at.file : std::string(); };
    for (const auto& issue : issues.list()) rank.emplace(name(issue), static_cast<int>(rank.size()));
    auto list = issues.list();
    const auto key = [&](const Issue& issue) { return std::tuple(rank.at(name(issue)), issue.at.line, issue.at.column); };
    std::stable_sort(list.begin(), list.end(), [&](const Issue& a, const Issue& b) { return key(a) < key(b); });
    return list;
}

}  // namespace

std::optional<Scenario> read_scenario_text(const std::string& text, const std::filesystem::path& file,
                                           const std::vector<std::string>& overrides, Issues& issues) {
    Issues found(issues.shared_files());
    std::optional<Scenario> scenario;
    if (auto root = load_layers(text, file, found)) {
        if (const auto sweep = apply_overrides(*root, overrides, found))
            found.warning(*sweep, "sweep", "is left out: this is the scenario without it",
                          "`evsweep run` and `evsweep check` take all points, `--set sweep.point=0` one");
        scenario = SectionReader(*root, found).read(file);
    }
    for (auto& issue : in_file_order(found, file.string())) issues.add(std::move(issue));
    if (found.has_errors()) return std::nullopt;
    return scenario;
}

std::optional<Scenario> read_scenario(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                      Issues& issues) {
    const auto text = read_text_file(file, issues, {}, "");
    return text ? read_scenario_text(*text, file, overrides, issues) : std::nullopt;
}

std::optional<FeederChoice> read_feeder_choice(const std::filesystem::path& file, const std::vector<std::string>& overrides,
                                               const Issues& issues) {
    Issues told_already(issues.shared_files());
    const auto text = read_text_file(file, told_already, {}, "");
    if (!text) return std::nullopt;
    auto root = load_layers(*text, file, told_already);
    if (!root) return std::nullopt;
    (void)apply_overrides(*root, overrides, told_already);
    const Node* feeder = root->find("feeder");
    Reader reader{told_already};
    return feeder ? feeder_schema().read(*feeder, "feeder", reader) : std::nullopt;
}

}  // namespace evsweep
