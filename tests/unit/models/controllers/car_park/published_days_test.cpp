/// The four published days of a car park with photovoltaics, against costs that HiGHS and Cbc found (tolerance 1e-5).
#include <algorithm>
#include <array>
#include <catch2/catch.hpp>

#include "models/controllers/car_park/park_reductions.hpp"
#include "models/controllers/car_park/park_rules.hpp"
#include "most_served.hpp"
#include "park_audit.hpp"
#include "shared_days.hpp"

using namespace evsweep;
using namespace evsweep::test;

namespace {

constexpr double tolerance = 1e-5;
constexpr ParkMeans without_sun{false, false, SunKnowledge::none}, prices_only{false, false}, with_v2g{true, false},
    with_reserves{false, true}, with_all{true, true};

/// By day: at once, evenly, cost of the plan that expects no sun, and the interval that it is settled in, prices and sun (case
/// 6), with V2G, with reserves, with all.
struct Published {
    double at_once, evenly, blind, blind_least, blind_most, prices, v2g, reserves, all;
    double pv_kwh, required_kwh, returned_kwh, curtailed_kwh;
};
constexpr std::array<Published, 4> published{{
    {10.804712, -1.923257, 12.365190, -3.5011, -1.9373, -4.618399, -5.842447, -8.737744, -14.127022, 233.787, 186.61, 61.80, 0.0},
    {26.180067, 18.061371, 26.044703, 17.2006, 17.8205, 16.164136, 16.131505, 11.867041, 2.777539, 68.987, 181.72, 11.81, 0.0},
    {18.869904, 7.987214, 28.253300, 8.3064, 9.4851, 6.452344, 6.400565, 1.732170, -5.585825, 163.094, 195.98, 30.56, 0.0},
    {17.895558, 2.641738, -10.038600, -4.1819, -2.9931, -10.693509, -11.517899, -16.703661, -21.539324, 232.593, 171.67, 21.22,
     208.35},
}};

/// All that can be asked of one day, made once.
struct Answers {
    ParkDay day;
    ParkBill at_once, evenly, blind_bill;
    ParkPlan blind, prices, v2g, reserves, all;

    explicit Answers(int number) : day(park_day(number)) {
        at_once = settle(day, charge_at_once(day));
        evenly = settle(day, charge_evenly(day));
        blind = make_park_plan(day, without_sun);
        blind_bill = settle(day, blind.schedule);
        prices = make_park_plan(day, prices_only);
        v2g = make_park_plan(day, with_v2g);
        reserves = make_park_plan(day, with_reserves);
        all = make_park_plan(day, with_all);
    }
};

const std::vector<Answers>& answers() {
    static const std::vector<Answers> list{Answers(1), Answers(2), Answers(3), Answers(4)};
    return list;
}

/// False, and said so, where the data are absent.
bool are_there() {
    if (has_park_days()) return true;
    WARN("skipped: " << park_file("steps", 1) << " is not there");
    return false;
}

void require_exact(const ParkDay& day, const ParkMeans& means, const ParkPlan& plan) {
    REQUIRE(plan.status == LinearStatus::optimal);
    CHECK(plan.certificate.relative_gap <= 1e-7);
    CHECK(plan.certificate.dual_objective == Approx(plan.cost).margin(1e-6));
    CHECK(plan.certificate.row_violation <= 1e-7);
    CHECK(plan.certificate.range_violation <= 1e-7);
    CHECK(plan.certificate.choice_violation <= 1e-7);
    CHECK(plan.certificate.dual_violation <= 1e-7);
    CHECK(plan.certificate.is_recomputed);
    CHECK(ParkAudit(day, means, plan).worst() <= 1e-7);
}

}  // namespace

TEST_CASE("the published days have the sun and the demand that their account gives") {
    if (!are_there()) return;
    for (std::size_t n = 0; n < published.size(); ++n) {
        CAPTURE(n + 1);
        const ParkDay& day = answers()[n].day;
        CHECK(is_sound(day));
        double required = 0.0;
        for (const ParkVehicle& v : day.vehicles) required += v.required_kwh;
        CHECK(pv_kwh(day) == Approx(published[n].pv_kwh).margin(5.1e-4));
        CHECK(required == Approx(published[n].required_kwh).margin(1e-9));
    }
}

TEST_CASE("charging at once and charging evenly cost what they cost on the published days") {
    if (!are_there()) return;
    for (std::size_t n = 0; n < published.size(); ++n) {
        CAPTURE(n + 1);
        CHECK(answers()[n].at_once.cost() == Approx(published[n].at_once).margin(tolerance));
        CHECK(answers()[n].evenly.cost() == Approx(published[n].evenly).margin(tolerance));
        CHECK(answers()[n].at_once.unserved_kwh == 0.0);
        CHECK(answers()[n].evenly.unserved_kwh == 0.0);
    }
}

TEST_CASE("every plan of the published days is optimal at the published cost, by its own certificate") {
    if (!are_there()) return;
    for (std::size_t n = 0; n < published.size(); ++n) {
        CAPTURE(n + 1);
        const Answers& a = answers()[n];
        for (const auto& [name, means, plan, cost] : {std::tuple("no sun", without_sun, &a.blind, published[n].blind),
                                                      {"prices", prices_only, &a.prices, published[n].prices},
                                                      {"v2g", with_v2g, &a.v2g, published[n].v2g},
                                                      {"reserves", with_reserves, &a.reserves, published[n].reserves},
                                                      {"all", with_all, &a.all, published[n].all}}) {
            CAPTURE(name);
            require_exact(a.day, means, *plan);
            CHECK(plan->cost == Approx(cost).margin(tolerance));
            CHECK(plan->nodes == 0);  // the relaxation excludes what is excluded
            CHECK(unserved_texts(a.day, plan->schedule).empty());
        }
    }
}

TEST_CASE("a plan that expects no sun is settled with it, within the interval of its many optima") {
    if (!are_there()) return;
    for (std::size_t n = 0; n < published.size(); ++n) {
        CAPTURE(n + 1);
        const double settled = answers()[n].blind_bill.cost();
        CHECK(settled >= published[n].blind_least);
        CHECK(settled <= published[n].blind_most);
    }
}

TEST_CASE("the bill of a plan that knows the sun is its cost, and its band holds") {
    if (!are_there()) return;
    for (const Answers& a : answers())
        for (const ParkPlan* plan : {&a.prices, &a.v2g, &a.reserves, &a.all}) {
            const ParkBill bill = settle(a.day, plan->schedule);
            CHECK(bill.cost() == Approx(plan->cost).margin(1e-7));
            CHECK(bill.over_import.by_kw <= 1e-7);
            CHECK(bill.over_export.by_kw <= 1e-7);
            CHECK(bill.over_inverter.by_kw <= 1e-7);
        }
}

TEST_CASE("vehicles return, and sun is turned away, as much as the published days say") {
    if (!are_there()) return;
    for (std::size_t n = 0; n < published.size(); ++n) {
        CAPTURE(n + 1);
        const Answers& a = answers()[n];
        CHECK(settle(a.day, a.v2g.schedule).returned_kwh == Approx(published[n].returned_kwh).margin(5.1e-3));
        CHECK(settle(a.day, a.all.schedule).curtailed_kwh == Approx(published[n].curtailed_kwh).margin(5.1e-3));
    }
}

TEST_CASE("every means that is added lowers the cost, or leaves it") {
    if (!are_there()) return;
    for (const Answers& a : answers()) {
        CHECK(a.all.cost <= a.v2g.cost);
        CHECK(a.all.cost <= a.reserves.cost);
        CHECK(a.v2g.cost <= a.prices.cost);
        CHECK(a.reserves.cost <= a.prices.cost);
        CHECK(a.prices.cost <= a.blind_bill.cost());
        CHECK(a.prices.cost <= a.evenly.cost());
        CHECK(a.evenly.cost() <= a.at_once.cost());  // on these days; nothing says so in general
    }
}

TEST_CASE("a wider band never costs more") {
    if (!are_there()) return;
    for (int number = 1; number <= 4; ++number) {
        CAPTURE(number);
        double before = std::numeric_limits<double>::infinity();
        for (const double scale : {0.05, 0.2, 0.5, 1.0, 2.0}) {
            ParkDay day = park_day(number);
            for (double& kw : day.cap_import_kw) kw *= scale;
            for (double& kw : day.cap_export_kw) kw *= scale;
            const ParkPlan plan = make_park_plan(day, with_all);
            require_exact(day, with_all, plan);
            CHECK(plan.cost <= before + 1e-7);
            before = plan.cost;
        }
    }
}

TEST_CASE("charging at once breaks the 45 kW of the band on the cloudy day only, by 5.53 kW") {
    if (!are_there()) return;
    for (std::size_t n = 0; n < published.size(); ++n) {
        CAPTURE(n + 1);
        const Answers& a = answers()[n];
        CHECK(a.at_once.over_import.by_kw == Approx(n == 1 ? 5.53 : 0.0).margin(5.1e-3));
        if (n == 1) CHECK(a.day.cap_import_kw[a.at_once.over_import.step] == 45.0);
        CHECK(a.at_once.over_export.by_kw == 0.0);
    }
}

TEST_CASE("without sun and without a connection all that is required is missing, told by vehicle and amount") {
    if (!are_there()) return;
    ParkDay day = park_day(1);
    day.pv_kw_per_kwp.assign(day.steps(), 0.0);
    day.cap_import_kw.assign(day.steps(), 0.0);
    const ParkPlan plan = make_park_plan(day, prices_only);
    require_exact(day, prices_only, plan);
    CHECK(plan.cost == Approx(10.0 * published[0].required_kwh).margin(1e-6));
    const auto texts = unserved_texts(day, plan.schedule);
    REQUIRE(texts.size() == 12);
    CHECK(texts[6] == "vehicle 7 at charger 1 leaves 23.020 kWh short of the 23.02 kWh that it requires");
}

TEST_CASE("what a cap that is too small leaves unserved is what a maximum flow leaves, and adds up from the vehicles told") {
    if (!are_there()) return;
    for (int number = 1; number <= 4; ++number)
        for (const double cap_kw : {2.0, 6.0, 12.0, 45.0}) {
            CAPTURE(number, cap_kw);
            ParkDay day = park_day(number);
            day.pv_kw_per_kwp.assign(day.steps(), 0.0);
            day.cap_import_kw.assign(day.steps(), cap_kw);
            const ParkPlan plan = make_park_plan(day, prices_only);
            require_exact(day, prices_only, plan);
            double unserved = 0.0;
            std::size_t short_of = 0;
            for (const ParkStay& stay : plan.schedule.stays) unserved += stay.unserved_kwh, short_of += stay.unserved_kwh > 1e-6;
            const double missing = published[static_cast<std::size_t>(number) - 1].required_kwh - MostServed(day).stored_kwh();
            CHECK(unserved == Approx(missing).margin(1e-7));
            CHECK((unserved > 1.0) == (cap_kw <= 12.0));
            CHECK(unserved_texts(day, plan.schedule).size() == short_of);
            CHECK(settle(day, plan.schedule).over_import.by_kw <= 1e-7);
        }
}

TEST_CASE("plans of the same day are the same to the bit; from a start they cost the same") {
    if (!are_there()) return;
    const Answers& a = answers()[3];
    const ParkPlan again = make_park_plan(a.day, with_all), warm = make_park_plan(a.day, with_all, {}, &a.all.basis);
    for (std::size_t i = 0; i < a.day.vehicles.size(); ++i) {
        CHECK(again.schedule.stays[i].charge_kw == a.all.schedule.stays[i].charge_kw);
        CHECK(again.schedule.stays[i].reserve_up_kw == a.all.schedule.stays[i].reserve_up_kw);
    }
    CHECK(warm.cost == Approx(a.all.cost).margin(1e-9));
    CHECK(warm.iterations < again.iterations / 10);
}

TEST_CASE("reductions of the published days by both definitions, and none where the reference earns") {
    if (!are_there()) return;
    std::vector<double> at_once, evenly, all;
    for (const Answers& a : answers()) {
        at_once.push_back(a.at_once.cost());
        evenly.push_back(a.evenly.cost());
        all.push_back(a.all.cost);
    }
    const CostReductions reductions = cost_reductions(at_once, all);
    const double by_day[] = {230.7, 89.4, 129.6, 220.4};
    for (std::size_t n = 0; n < published.size(); ++n)
        CHECK(reductions.days[n].percent.value() == Approx(by_day[n]).margin(0.051));
    CHECK(reductions.of_means.percent.value() == Approx(152.2).margin(0.051));
    CHECK(reductions.mean_of_days.percent.value() == Approx(167.5).margin(0.051));
    const CostReductions against_even = cost_reductions(evenly, all);
    CHECK_FALSE(against_even.days[0].percent);
    CHECK_FALSE(against_even.mean_of_days.percent);
    CHECK(against_even.of_means.percent.has_value());  // the mean costs something
}
