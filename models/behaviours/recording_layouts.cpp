#include "behaviours/recording_layouts.hpp"

#include <algorithm>
#include <cstddef>

namespace evsweep {

namespace {

using Names = std::vector<std::string>;

ColumnChoice column(Names names) { return {std::move(names), {}, {}}; }
ColumnChoice time_column(Names names, Names formats) { return {std::move(names), {}, std::move(formats)}; }
ColumnChoice number_column(Names names, std::string unit) { return {std::move(names), std::move(unit), {}}; }

/// What all layouts of evsweep's own have.
RecordingColumns own_columns(Names station) {
    RecordingColumns c;
    c.plug_in = column({"plug_in_local"});
    c.plug_out = column({"plug_out_local"});
    c.energy = column({"energy_kwh"});
    c.station = column(std::move(station));
    return c;
}

RecordingLayout acn() {
    RecordingLayout layout{own_columns({"station_id"})};
    layout.columns.stated_departure = column({"est_departure_local"});
    layout.columns.claimed = column({"claimed"});
    return layout;
}

/// ACN-Data of its web interface, in either of its forms.
RecordingLayout acn_download(Names stated_departure) {
    const Names http_date{"%a, %d %b %Y %H:%M:%S %Z"};
    RecordingLayout layout;
    layout.columns.plug_in = time_column({"connectionTime"}, http_date);
    layout.columns.plug_out = time_column({"disconnectTime"}, http_date);
    layout.columns.energy = column({"kWhDelivered"});
    layout.columns.station = column({"stationID"});
    layout.columns.stated_departure = time_column(std::move(stated_departure), http_date);
    layout.zone = "America/Los_Angeles";
    return layout;
}

RecordingLayout elaad() {
    const Names formats{"%d/%m/%Y %H:%M[:%S]", "%Y-%m-%d %H:%M[:%S]"};
    RecordingLayout layout;
    layout.columns.plug_in = time_column({"UTCTransactionStart"}, formats);
    layout.columns.plug_out = time_column({"UTCTransactionStop"}, formats);
    layout.columns.energy = column({"TotalEnergy"});
    layout.columns.station = column({"ChargePoint", "Connector"});
    layout.times = StampClock::utc;
    layout.zone = "Europe/Amsterdam";
    layout.decimal = DecimalMark::comma;
    return layout;
}

RecordingLayout dundee() {
    const Names formats{"%d/%m/%Y %H:%M[:%S]", "%Y-%m-%d %H:%M[:%S]"};
    RecordingLayout layout;
    layout.columns.plug_in = time_column({"Start Date", "Start Time"}, formats);
    layout.columns.plug_out = time_column({"End Date", "End Time"}, formats);
    layout.columns.energy = column({"Total kWh"});
    layout.columns.station = column({"CP ID", "Connector"});
    layout.zone = "Europe/London";
    return layout;
}

/// The offset "+00" behind its local times has no meaning; the column beside them tells summer from winter.
RecordingLayout boulder() {
    const Names formats{"%Y/%m/%d %H:%M[:%S][+00] %Z", "%m/%d/%Y %H:%M[:%S] %Z"};
    RecordingLayout layout;
    layout.columns.plug_in = time_column({"Start_Date___Time", "Start_Time_Zone"}, formats);
    layout.columns.plug_out = time_column({"End_Date___Time", "End_Time_Zone"}, formats);
    layout.columns.energy = column({"Energy__kWh_"});
    layout.columns.station = column({"Station_Name"});
    layout.zone = "America/Denver";
    return layout;
}

RecordingLayout palo_alto() {
    const Names formats{"%m/%d/%Y %H:%M[:%S] %Z"};
    RecordingLayout layout;
    layout.columns.plug_in = time_column({"Start Date", "Start Time Zone"}, formats);
    layout.columns.plug_out = time_column({"End Date", "End Time Zone"}, formats);
    layout.columns.energy = column({"Energy (kWh)"});
    layout.columns.station = column({"Station Name", "Port Number"});
    layout.zone = "America/Los_Angeles";
    return layout;
}

/// Events of one car per file; drives, and stays without a charging point, have no capacity.
RecordingLayout simbev() {
    RecordingLayout layout;
    layout.columns.plug_in = column({"timestamp"});
    layout.columns.duration = number_column({"event_time"}, "15 min");
    layout.columns.energy = column({"energy_grid|energy"});
    layout.columns.station = column({"@file", "location"});
    layout.filter["station_charging_capacity"].except.list = {"0"};
    return layout;
}

/// The time series of one car's charging per file.
RecordingLayout emobpy() {
    RecordingLayout layout;
    layout.columns.plug_in = column({"date"});
    layout.columns.energy = number_column({"charge_grid"}, "kW");
    layout.columns.station = column({"@file", "charging_point"});
    layout.filter["charging_point"].except.list = {"none"};
    layout.rows = RowKind::step;
    return layout;
}

RecordingLayout made(Layout layout) {
    switch (layout) {
        case Layout::acn:
            return acn();
        case Layout::acn_json:
            return acn_download({"userInputs[last].requestedDeparture"});
        case Layout::acn_csv:
            return acn_download({});
        case Layout::elaad:
            return elaad();
        case Layout::dundee:
            return dundee();
        case Layout::boulder:
            return boulder();
        case Layout::palo_alto:
            return palo_alto();
        case Layout::simbev:
            return simbev();
        case Layout::emobpy:
            return emobpy();
        case Layout::trondheim:
            return {own_columns({"garage", "shared_id|user_id"})};  // a private charging point has one user and no shared_id
        case Layout::workplace:
            return {own_columns({"station_id"})};
    }
    return {};
}

bool has_all(const std::vector<std::string>& header, const RecordingLayout& layout) {
    const auto has = [&header](const std::string& name) {
        return name == "@file" || std::find(header.begin(), header.end(), name.substr(0, name.find('|'))) != header.end();
    };
    for (const auto& [meaning, choice] : layout.columns.list())
        if (!std::all_of(choice->names.begin(), choice->names.end(), has)) return false;
    return true;
}

std::string publisher_of(Layout layout) {
    switch (layout) {
        case Layout::acn_json:
            return "ACN-Data (Caltech, JPL), its JSON";
        case Layout::acn_csv:
            return "ACN-Data (Caltech, JPL), its CSV, in which what drivers stated is not read";
        case Layout::elaad:
            return "ElaadNL open data";
        case Layout::dundee:
            return "City of Dundee";
        case Layout::boulder:
            return "City of Boulder";
        case Layout::palo_alto:
            return "City of Palo Alto";
        case Layout::simbev:
            return "SimBEV, one file per car";
        case Layout::emobpy:
            return "emobpy, one file per car";
        case Layout::acn:
        case Layout::trondheim:
        case Layout::workplace:
            return "a table prepared for evsweep";
    }
    return {};
}

std::string text_of(const std::string& meaning, const ColumnChoice& choice) {
    std::string text = meaning + " is " + choice.text();
    if (!choice.unit.empty()) text += " in " + choice.unit;
    for (std::size_t k = 0; k < choice.formats.size(); ++k) text += (k == 0 ? " as " : " or ") + choice.formats[k];
    return text;
}

std::string text_of(const RecordingLayout& layout) {
    std::string text;
    for (const auto& [meaning, choice] : layout.columns.list())
        if (choice->is_given()) text += "; " + text_of(meaning, *choice);
    if (!layout.zone.empty())
        text +=
            layout.times == StampClock::utc ? "; times in UTC, days by " + layout.zone : "; times by the clock of " + layout.zone;
    if (layout.decimal == DecimalMark::comma) text += "; decimal comma";
    for (const auto& [column, filter] : layout.filter)
        text += "; without rows whose " + column + " is " + filter.except.list.front();
    if (layout.rows == RowKind::step) text += "; a row is a step of a time series";
    return text;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> meanings_of(Layout) {
    std::vector<std::pair<std::string, std::string>> list;
    for (const auto& [name, layout] : names_of(Layout{}))
        list.emplace_back(name, publisher_of(layout) + text_of(layout_of(layout)));
    return list;
}

std::vector<std::pair<std::string, Layout>> names_of(Layout) {
    return {{"acn", Layout::acn},
            {"acn_json", Layout::acn_json},
            {"acn_csv", Layout::acn_csv},
            {"elaad", Layout::elaad},
            {"dundee", Layout::dundee},
            {"boulder", Layout::boulder},
            {"palo_alto", Layout::palo_alto},
            {"simbev", Layout::simbev},
            {"emobpy", Layout::emobpy},
            {"trondheim", Layout::trondheim},
            {"workplace", Layout::workplace}};
}

std::vector<std::pair<std::string, StampClock>> names_of(StampClock) {
    return {{"local", StampClock::local}, {"utc", StampClock::utc}};
}

std::vector<std::pair<std::string, DecimalMark>> names_of(DecimalMark) {
    return {{"point", DecimalMark::point}, {"comma", DecimalMark::comma}};
}

const RecordingLayout& layout_of(Layout layout) {
    static const std::map<Layout, RecordingLayout> table = [] {
        std::map<Layout, RecordingLayout> made_once;
        for (const auto& [name, value] : names_of(Layout{})) made_once.emplace(value, made(value));
        return made_once;
    }();
    return table.at(layout);
}

std::vector<std::string> layouts_that_fit(const std::vector<std::string>& header) {
    std::vector<std::string> fitting;
    for (const auto& [name, layout] : names_of(Layout{}))
        if (has_all(header, layout_of(layout))) fitting.push_back(name);
    return fitting;
}

}  // namespace evsweep
