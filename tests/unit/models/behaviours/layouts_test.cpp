// Rows written by hand in the documented form of each layout; what they must give is told by their publishers' descriptions.
#include <catch2/catch.hpp>

#include "unit/models/behaviours/behaviour_fixture.hpp"
#include "unit/models/behaviours/session_files.hpp"

using namespace evsweep;

namespace {

struct Read {
    Issues issues;
    Recording recording;

    Read(Layout layout, const std::string& text, const std::string& name = "sessions.csv") {
        const TemporaryFile file(text, name);
        recording = read_recordings({{file.path(), {}}}, choice_of(layout, issues), issues);
        for (const auto& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
    }
    [[nodiscard]] const RecordedStay& stay(std::size_t k) const { return recording.stays.at(k); }
    [[nodiscard]] std::string texts() const {
        std::string all;
        for (const auto& issue : issues.list()) all += to_text(issue) + "\n";
        return all;
    }
};

LocalTime clock(int year, unsigned month, unsigned day, int hour, int minute) {
    return std::chrono::local_days(std::chrono::year(year) / std::chrono::month(month) / std::chrono::day(day)) +
           std::chrono::hours(hour) + std::chrono::minutes(minute);
}

LocalTime begin_of(const RecordedStay& stay) { return stay.day + stay.plug_in; }

const std::string acn_session =
    R"({"_id": "5bc9", "clusterID": "0039", "connectionTime": "Wed, 25 Apr 2018 11:08:04 GMT", "disconnectTime": )"
    R"("Wed, 25 Apr 2018 13:20:10 GMT", "doneChargingTime": null, "kWhDelivered": 7.932, "sessionID": "2_39_78_362", )"
    R"("siteID": "0002", "spaceID": "CA-496", "stationID": "2-39-78-362", "timezone": "America/Los_Angeles", )"
    R"("userID": null, "userInputs": null})";
const std::string acn_claimed =
    R"({"connectionTime": "Wed, 25 Apr 2018 21:00:00 GMT", "disconnectTime": "Thu, 26 Apr 2018 00:30:00 GMT", )"
    R"("kWhDelivered": 5.5, "stationID": "2-39-79-379", "siteID": "0002", "userInputs": [)"
    R"({"kWhRequested": 6.0, "requestedDeparture": "Wed, 25 Apr 2018 22:00:00 GMT"}, )"
    R"({"kWhRequested": 8.0, "requestedDeparture": "Wed, 25 Apr 2018 23:45:00 GMT"}]})";

}  // namespace

TEST_CASE("ACN-Data as JSON gives local days, delivered energies and the last departure that a driver named",
          "[behaviours][layouts]") {
    const Read read(
        Layout::acn_json,
        "{\"_meta\": {\"site\": \"caltech\", \"start\": [1, 2]},\n \"_items\": [" + acn_session + ",\n" + acn_claimed + "]}",
        "acn.json");
    REQUIRE(read.texts().empty());
    REQUIRE(read.recording.stays.size() == 2);
    CHECK(begin_of(read.stay(0)) == clock(2018, 4, 25, 4, 8) + std::chrono::seconds(4));  // 11:08:04 GMT, seven hours before
    CHECK(read.stay(0).lasts == std::chrono::minutes(132) + std::chrono::seconds(6));
    CHECK(read.stay(0).energy_kwh == 7.932);
    CHECK(read.stay(0).stated_after == read.stay(0).lasts);  // nothing was claimed
    CHECK(read.stay(1).stated_after == std::chrono::minutes(165));
    CHECK(read.recording.stations == std::vector<std::string>{"2-39-78-362", "2-39-79-379"});
    CHECK(read.stay(1).line == 3);
    const Read list(Layout::acn_json, "[" + acn_session + "]", "acn.json");
    CHECK(list.recording.stays.size() == 1);
}

TEST_CASE("JSON that is damaged is refused at its place", "[behaviours][layouts]") {
    const auto text_of = [](const std::string& json) { return Read(Layout::acn_json, json, "acn.json").texts(); };
    CHECK_THAT(text_of("{\"_items\": [" + acn_session + "\n" + acn_claimed + "]}"),
               Catch::Contains("acn.json:2:1: population.homes: a comma or ] is missing"));
    CHECK_THAT(text_of("{\"_items\": [" + acn_session),
               Catch::Contains("a comma or ] is missing") || Catch::Contains("ends too early"));
    CHECK_THAT(text_of("{\"_items\": [{\"a\": NaN}]}"), Catch::Contains("NaN is no JSON"));
    CHECK_THAT(text_of("{\"_items\": 3}"), Catch::Contains("holds no list of sessions"));
    CHECK_THAT(text_of("[1, 2]"), Catch::Contains("a session is no object"));
    CHECK_THAT(text_of("[" + acn_session + "] x"), Catch::Contains("behind the end"));
    CHECK_THAT(text_of(std::string(5000, '[')), Catch::Contains("a session is no object") || Catch::Contains("nested"));
    CHECK_THAT(text_of("[{\"a\":" + std::string(5000, '[')), Catch::Contains("nested more than 64 levels"));
    CHECK_THAT(text_of("[{\"stationID\": \"A\"}]"), Catch::Contains("the column 'connectionTime' of this layout is missing"));
}

TEST_CASE("ACN-Data as a table gives the same, without what drivers said", "[behaviours][layouts]") {
    const Read read(
        Layout::acn_csv,
        "_id,clusterID,connectionTime,disconnectTime,doneChargingTime,kWhDelivered,sessionID,siteID,spaceID,stationID,"
        "timezone,userID,userInputs\n"
        "5bc9,0039,\"Wed, 25 Apr 2018 11:08:04 GMT\",\"Wed, 25 Apr 2018 13:20:10 GMT\",,7.932,2_39,0002,CA-496,"
        "2-39-78-362,America/Los_Angeles,,\n");
    REQUIRE(read.texts().empty());
    REQUIRE(read.recording.stays.size() == 1);
    CHECK(begin_of(read.stay(0)) == clock(2018, 4, 25, 4, 8) + std::chrono::seconds(4));
    CHECK(read.stay(0).energy_kwh == 7.932);
}

TEST_CASE("ElaadNL has semicolons, decimal commas and times by UTC", "[behaviours][layouts]") {
    const Read read(
        Layout::elaad,
        "TransactionId;ChargePoint;Connector;UTCTransactionStart;UTCTransactionStop;StartCard;ConnectedTime;ChargeTime;"
        "TotalEnergy;MaxPower\r\n"
        "3491779;cc1b9c8f;1;01/07/2019 16:30;02/07/2019 05:45;a4f2;13,25;2,47;8,76;3,7\r\n"
        "3491780;cc1b9c8f;2;15/01/2019 16:30;15/01/2019 18:00;a4f2;1,5;1,5;5;3,7\r\n");
    REQUIRE(read.texts().empty());
    REQUIRE(read.recording.stays.size() == 2);
    CHECK(begin_of(read.stay(0)) == clock(2019, 1, 15, 17, 30));  // winter: an hour ahead
    CHECK(begin_of(read.stay(1)) == clock(2019, 7, 1, 18, 30));   // summer: two
    CHECK(hours(read.stay(1).lasts) == 13.25);                    // its column ConnectedTime
    CHECK(read.stay(1).energy_kwh == 8.76);
    CHECK(read.recording.stations == std::vector<std::string>{"cc1b9c8f 1", "cc1b9c8f 2"});
    CHECK_THAT(Read(Layout::elaad,
                    "TransactionId;ChargePoint;Connector;UTCTransactionStart;UTCTransactionStop;TotalEnergy\n"
                    "1;a;1;01/07/2019 16:30;02/07/2019 05:45;8.76\n")
                   .texts(),
               Catch::Contains("TotalEnergy is not a number >= 0: '8.76'; its decimals are written with commas"));
}

TEST_CASE("Dundee has dates and times in columns of their own", "[behaviours][layouts]") {
    const Read read(
        Layout::dundee,
        "Charging event,User ID,CP ID,Connector,Start Date,Start Time,End Date,End Time,Total kWh,Cost,Site,Group,Model\n"
        "3424,U1,50692,1,01/06/2018,09:12,01/06/2018,10:42,21.5,0,Housing Office East,,Siemens Triple\n"
        "3425,U2,50692,2,31/12/2017,23:50,01/01/2018,00:20,5.25,0,Housing Office East,,Siemens Triple\n"
        "3426,U2,50692,2,31/12/2017,23:50,,,1.5,0,Housing Office East,,Siemens Triple\n");
    REQUIRE(read.recording.stays.size() == 2);
    CHECK(begin_of(read.stay(0)) == clock(2017, 12, 31, 23, 50));
    CHECK(read.stay(0).lasts == std::chrono::minutes(30));
    CHECK(read.recording.stations == std::vector<std::string>{"50692 1", "50692 2"});
    CHECK_THAT(read.texts(), Catch::Contains("1 rows have no plug-out time and are left out (1.5 kWh)"));
}

TEST_CASE("Boulder's offset means nothing, and the zone beside its times tells summer from winter", "[behaviours][layouts]") {
    const std::string header =
        "ObjectId,Station_Name,Address,Start_Date___Time,Start_Time_Zone,End_Date___Time,End_Time_Zone,Total_Duration__hh_mm_ss_,"
        "Charging_Time__hh_mm_ss_,Energy__kWh_,Port_Type\n";
    const Read read(
        Layout::boulder,
        header +
            "1,BOULDER / JUNCTION ST1,2280 Junction,2018/01/01 17:49:00+00,MDT,2018/01/01 19:52:00+00,MDT,2:03:02,2:02:44,"
            "6.504,Level 2\n"
            "2,BOULDER / JUNCTION ST1,2280 Junction,7/4/2019 8:52,MDT,7/4/2019 9:16,MDT,0:24:34,0:24:19,2.481,Level 2\n");
    REQUIRE(read.texts().empty());
    REQUIRE(read.recording.stays.size() == 2);
    CHECK(begin_of(read.stay(0)) == clock(2018, 1, 1, 16, 49));  // 17:49 by summer time, in January
    CHECK(begin_of(read.stay(1)) == clock(2019, 7, 4, 8, 52));
    CHECK(read.stay(1).lasts == std::chrono::minutes(24));
}

TEST_CASE("Palo Alto's hour that clocks show twice is told apart by its zone", "[behaviours][layouts]") {
    const std::string header =
        "Station Name,MAC Address,Org Name,Start Date,Start Time Zone,End Date,End Time Zone,Transaction Date (Pacific Time),"
        "Total Duration (hh:mm:ss),Charging Time (hh:mm:ss),Energy (kWh),Port Type,Port Number,Plug Type,User ID\n";
    const Read read(
        Layout::palo_alto,
        header +
            "PALO ALTO CA / HAMILTON #1,000D,City,11/3/2019 1:30,PDT,11/3/2019 1:10,PST,11/3/2019 1:10,0:40:00,0:40:00,"
            "3.2,Level 2,2,J1772,3284\n"
            "PALO ALTO CA / HAMILTON #1,000D,City,7/29/2011 20:17,PDT,7/29/2011 23:20,PDT,7/29/2011 23:20,3:03:32,1:54:03,"
            "6.249457,Level 2,2,J1772,3284\n");
    REQUIRE(read.texts().empty());
    REQUIRE(read.recording.stays.size() == 2);
    CHECK(read.stay(0).energy_kwh == 6.249457);
    CHECK(begin_of(read.stay(0)) == clock(2011, 7, 29, 20, 17));
    CHECK(read.stay(1).lasts == std::chrono::minutes(40));  // its column Total Duration
    CHECK(read.stay(1).unplug - read.stay(1).plug_in == std::chrono::minutes(40));
    CHECK(read.recording.stations == std::vector<std::string>{"PALO ALTO CA / HAMILTON #1 2"});
}

TEST_CASE("SimBEV's events of a car are stays where there is a charging point", "[behaviours][layouts]") {
    const Read read(Layout::simbev,
                    "timestamp,event_start,event_time,location,use_case,soc_start,soc_end,energy,station_charging_capacity,"
                    "average_charging_power\n"
                    "2021-01-04 00:00:00,0,28,home,home_detached,0.5,0.9,20.5,11.0,2.93\n"
                    "2021-01-04 07:00:00,28,2,driving,,0.9,0.8,-5.1,0.0,0.0\n"
                    "2021-01-04 07:30:00,30,32,work,,0.8,0.8,0.0,0.0,0.0\n"
                    "2021-01-04 15:30:00,62,2,driving,,0.8,0.7,-5.1,0,0.0\n"
                    "2021-01-04 16:00:00,64,12,home,home_detached,0.7,0.9,10.2,11.0,3.4\n",
                    "bev_mini_00001_60kWh_events.csv");
    REQUIRE(read.texts().empty());
    REQUIRE(read.recording.stays.size() == 2);
    CHECK(read.stay(0).lasts == std::chrono::hours(7));  // 28 steps of 15 minutes
    CHECK(read.stay(0).energy_kwh == 20.5);
    CHECK(begin_of(read.stay(1)) == clock(2021, 1, 4, 16, 0));
    REQUIRE(read.recording.left_out.size() == 1);
    CHECK(read.recording.left_out[0].reason == "are not kept by the filter");
    CHECK(read.recording.left_out[0].rows.count == 3);
    CHECK_THAT(read.recording.stations.at(0), Catch::EndsWith("bev_mini_00001_60kWh_events home"));
}

TEST_CASE("emobpy's series of a car gives a stay for each run of rows at a charging point", "[behaviours][layouts]") {
    std::string text = "date,hh,state,distance,consumption,charging_point,charging_cap,actual_soc,charge_battery,charge_grid\n";
    const auto row = [&text](const std::string& time, const std::string& point, const std::string& kw) {
        text += "2020-01-06 " + time + ",0,home,0,0," + point + ",3.7,0.5,0," + kw + "\n";
    };
    for (const std::string time : {"00:00:00", "00:30:00", "01:00:00"}) row(time, "home", "3.7");
    for (const std::string time : {"01:30:00", "02:00:00"}) row(time, "none", "0");
    row("02:30:00", "workplace", "11");
    row("03:00:00", "home", "2");
    const Read read(Layout::emobpy, text, "ev_user_1.csv");
    REQUIRE(read.texts().empty());
    REQUIRE(read.recording.stays.size() == 3);
    CHECK(read.stay(0).lasts == std::chrono::minutes(90));
    CHECK(read.stay(0).energy_kwh == Approx(3 * 0.5 * 3.7));
    CHECK(begin_of(read.stay(1)) == clock(2020, 1, 6, 2, 30));
    CHECK(read.stay(1).energy_kwh == Approx(5.5));
    CHECK(read.stay(2).energy_kwh == Approx(1.0));  // to the end of its last row
    CHECK(read.recording.stations.size() == 2);
    text += "2020-01-06 05:00:00,0,home,0,0,home,3.7,0.5,0,2\n";
    CHECK_THAT(Read(Layout::emobpy, text).texts(), Catch::Contains("the row is not one step after the row before"));
}

TEST_CASE("describe tells the columns, formats, units and clock of every layout", "[behaviours][layouts]") {
    const auto list = meanings_of(Layout{});
    REQUIRE(list.size() == names_of(Layout{}).size());
    const std::map<std::string, std::string> meanings(list.begin(), list.end());
    CHECK(
        meanings.at("dundee") ==
        "City of Dundee; plug_in is Start Date + Start Time as %d/%m/%Y %H:%M[:%S] or %Y-%m-%d %H:%M[:%S]; plug_out is End Date "
        "+ "
        "End Time as %d/%m/%Y %H:%M[:%S] or %Y-%m-%d %H:%M[:%S]; energy is Total kWh; station is CP ID + Connector; times by the "
        "clock of Europe/London");
    CHECK_THAT(meanings.at("elaad"), Catch::Contains("times in UTC, days by Europe/Amsterdam; decimal comma"));
    CHECK_THAT(meanings.at("simbev"), Catch::Contains("duration is event_time in 15 min") &&
                                          Catch::Contains("without rows whose station_charging_capacity is 0"));
    CHECK_THAT(meanings.at("emobpy"), Catch::Contains("a row is a step of a time series"));
    const auto fields = plugins<Behaviour>().at("sessions").fields();
    const auto layout = std::find_if(fields.begin(), fields.end(), [](const FieldInfo& field) { return field.name == "layout"; });
    REQUIRE(layout != fields.end());
    CHECK(layout->choices == list);
}

TEST_CASE("an export runs with its file, layout, placement, capacity and rating", "[behaviours][layouts]") {
    const TemporaryFile file("[" + acn_session + "]", "acn.json");
    BehaviourFixture fixture;
    fixture.calendar = Calendar(clock(2018, 4, 25, 0, 0));
    const Population population =
        fixture.draw("behaviour: sessions\nfile: " + file.path().string() +
                     "\nlayout: acn_json\nplacement: {rule: proportional}\ncapacity: 60 kWh\n" + "charge_rating: 7 kW\n");
    CHECK(population.sessions.size() == 1);
}
