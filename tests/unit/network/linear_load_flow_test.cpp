// Rows of a linearised load flow against the closed form on two buses and against differences of the exact load flow.
#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/network/sweep/network_model.hpp"
#include "unit/network/linear_cases.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;
using Case = LinearCase;

/// All values of rows, straight from an exact load flow: voltages, currents and powers as shares, source and loss.
struct RowValues {
    std::vector<double> voltage, size;
    std::vector<Complex> phasor;
    double source_kw = 0.0, source_kvar = 0.0, loss_kw = 0.0;
};

/// Where a current is measured: the end of its branch, and its place in LoadFlow::end_currents.
struct Place {
    BranchId branch;
    End end = End::to;
    std::size_t conductor = 0;
};

/// Of the same wire at both ends of its branch (of a balanced transformer: its `to` end) the one with the current that has a row.
Place place_of(const LoadFlow& flow, std::uint32_t c) {
    const Feeder& feeder = flow.feeder();
    const FeederSite& site = feeder.site();
    const std::uint32_t k = site.bus_of_conductor[c];
    const BranchId b(k - 1);
    const FeederBranch& branch = feeder.branch(b);
    const End lower = branch.to == BusId(k) ? End::to : End::from;
    const End upper = lower == End::to ? End::from : End::to;
    std::vector<Place> places{{b, lower, c - site.first_conductor[k]}};
    if (!branch.mates.empty())
        places.push_back({b, upper, branch.mates[places[0].conductor] - site.first_conductor[branch.parent.index()]});
    if (feeder.is_balanced() && branch.kind == BranchKind::transformer) places = {{b, End::to, 0}};
    for (const Place& place : places)
        if (std::abs(flow.end_currents(b, place.end)[place.conductor]) == Approx(flow.current_a()[c]).epsilon(1e-12))
            return place;
    FAIL("no end of the branch has the current that has a row");
    return {};
}

std::vector<Place> places_of(const LoadFlow& flow, const LinearLoadFlow& rows) {
    std::vector<Place> places;
    for (const auto c : rows.currents()) places.push_back(place_of(flow, c));
    return places;
}

RowValues values_of(const LoadFlow& flow, const LinearLoadFlow& rows, const std::vector<Place>& places) {
    const Feeder& feeder = flow.feeder();
    RowValues t;
    for (const auto c : rows.voltages()) t.voltage.push_back(flow.supply_pu()[c]);
    for (std::size_t row = 0; row < places.size(); ++row) {
        const std::uint32_t c = rows.currents()[row];
        const double rating = feeder.site().rating_a[c];
        t.phasor.push_back(flow.end_currents(places[row].branch, places[row].end)[places[row].conductor] / rating);
        t.size.push_back(flow.current_a()[c] / rating);
    }
    for (const BranchId b : rows.transformers()) {
        Complex s;
        for (const Complex part : flow.end_powers(b, End::from)) s += part;
        t.phasor.push_back(s / feeder.branch(b).rated_kva);
        t.size.push_back(std::abs(t.phasor.back()));
    }
    t.source_kw = flow.source_kw();
    t.source_kvar = flow.source_kvar();
    t.loss_kw = flow.loss_kw();
    return t;
}

/// The load flow with `shift` kW or kvar more at one place of the grid.
RowValues shifted(const Case& c, LoadFlow& flow, const LinearLoadFlow& rows, const std::vector<Place>& at, std::size_t column,
                  double shift) {
    PortPower power = c.power;
    const auto& places = c.columns[column % c.columns.size()];
    const double part = shift / static_cast<double>(places.size());
    for (const auto place : places) {
        if (column < c.columns.size())
            power.p[place] += part;
        else
            power.q[place] += part;
    }
    REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
    return values_of(flow, rows, at);
}

/// (8 (f(h) - f(-h)) - (f(2h) - f(-2h))) / 12h, which is wrong by a fourth power of the step.
template <class Of>
auto slope(const std::array<RowValues, 4>& f, double h, Of&& of) {
    return (8.0 * (of(f[1]) - of(f[0])) - (of(f[3]) - of(f[2]))) / (12.0 * h);
}

/// The largest difference of a row from what it has to be, over the entry, or a thousandth of the largest of its kind.
class Worst {
   public:
    explicit Worst(std::string kind) : kind_(std::move(kind)) {}
    void see(double has, double must) { entries_.emplace_back(has, must); }
    void check(double tolerance) const {
        double largest = 0.0;
        for (const auto& [has, must] : entries_) largest = std::max(largest, std::abs(must));
        double worst = 0.0;
        for (const auto& [has, must] : entries_)
            worst = std::max(worst, std::abs(has - must) / std::max(std::abs(must), 1e-3 * largest));
        CAPTURE(kind_, entries_.size(), largest);
        CHECK(worst <= tolerance);
    }

   private:
    std::string kind_;
    std::vector<std::pair<double, double>> entries_;
};

void check_rows(const Case& c) {
    LoadFlow flow(c.network, exact);
    REQUIRE(flow.solve(c.power).status == LoadFlowStatus::converged);
    LinearLoadFlow rows(c.network->feeder(), c.columns);
    LinearGrid grid;
    REQUIRE(rows.linearise(flow, grid));
    const std::vector<Place> ends = places_of(flow, rows);
    const RowValues at = values_of(flow, rows, ends);
    for (std::size_t row = 0; row < at.voltage.size(); ++row) CHECK(grid.voltage.value[row] == at.voltage[row]);
    for (std::size_t row = 0; row < at.size.size(); ++row) CHECK(grid.along.value[row] == Approx(at.size[row]).epsilon(1e-12));
    CHECK(grid.source.value == std::vector{at.source_kw, at.source_kvar});
    CHECK(grid.loss.value == std::vector{at.loss_kw});
    std::array<Worst, 7> worst{Worst("voltage"), Worst("along"), Worst("size"), Worst("across"),
                               Worst("P"),       Worst("Q"),     Worst("loss")};
    const std::size_t places = c.columns.size();
    for (std::size_t column = 0; column < 2 * places; ++column) {
        const double h = c.step;
        const std::array<RowValues, 4> f{shifted(c, flow, rows, ends, column, -h), shifted(c, flow, rows, ends, column, h),
                                         shifted(c, flow, rows, ends, column, -2 * h),
                                         shifted(c, flow, rows, ends, column, 2 * h)};
        const auto entry = [&](const LinearRows& of, std::size_t row) {
            return (column < places ? of.per_kw : of.per_kvar)[row * places + column % places];
        };
        for (std::size_t row = 0; row < at.voltage.size(); ++row)
            worst[0].see(entry(grid.voltage, row), slope(f, h, [&](const RowValues& t) { return t.voltage[row]; }));
        for (std::size_t row = 0; row < at.size.size(); ++row) {
            if (at.size[row] < 1e-6) continue;  // no current, no direction
            const Complex turn = std::conj(at.phasor[row]) / std::abs(at.phasor[row]);
            const Complex z = slope(f, h, [&](const RowValues& t) { return t.phasor[row] * turn; });
            worst[1].see(entry(grid.along, row), z.real());
            // Unless another end has become the larger one, that is the size, too.
            const bool is_one_end = std::all_of(
                f.begin(), f.end(), [&](const RowValues& t) { return std::abs(t.size[row] - std::abs(t.phasor[row])) < 1e-12; });
            if (is_one_end && at.size[row] > 100.0 * h * std::abs(z))
                worst[2].see(entry(grid.along, row), slope(f, h, [&](const RowValues& t) { return t.size[row]; }));
            worst[3].see(entry(grid.across, row), z.imag());
        }
        worst[4].see(entry(grid.source, 0), slope(f, h, [](const RowValues& t) { return t.source_kw; }));
        worst[5].see(entry(grid.source, 1), slope(f, h, [](const RowValues& t) { return t.source_kvar; }));
        worst[6].see(entry(grid.loss, 0), slope(f, h, [](const RowValues& t) { return t.loss_kw; }));
    }
    for (const Worst& w : worst) w.check(1e-6);
}

}  // namespace

TEST_CASE("the rows of two buses are the derivatives of the closed form", "[linear]") {
    FeederDescription d = buses(2);
    const double r = 0.04, x = 0.03;  // ohm at 1 kV: 1e-3 pu each
    d.branches = {line("1", "2", {r, x})};
    d.branches[0].rating = Amperes(400.0);
    const Feeder feeder = built(d);
    const double p = 300.0, q = 120.0, z2 = (r * r + x * x) * 1e-6;
    // w = |V|^2 solves w^2 + (2 (r p + x q) - 1) w + |z|^2 (p^2 + q^2) = 0.
    const double drop = 1e-3 * (r * p + x * q);
    const double w = 0.5 * (1.0 - 2.0 * drop + std::sqrt((1.0 - 2.0 * drop) * (1.0 - 2.0 * drop) - 4.0 * z2 * (p * p + q * q)));
    const auto w_per = [&](double ohm, double power) {
        return -(2e-3 * ohm * w + 2.0 * z2 * power) / (2.0 * w + 2.0 * drop - 1.0);
    };
    const double s2 = p * p + q * q;
    const auto loss_per = [&](double ohm, double power) { return 2.0 * power / w - s2 / (w * w) * w_per(ohm, power); };

    const auto network = std::make_shared<SweptNetwork>(feeder, DrawingPlaces::everywhere(feeder), feeder.folded());
    LoadFlow flow(network, exact);
    flow.power().p[1] = p, flow.power().q[1] = q;
    REQUIRE(flow.solve().status == LoadFlowStatus::converged);
    LinearLoadFlow rows(feeder, {{1}});
    REQUIRE(rows.voltages().size() == 1);  // not the source's
    REQUIRE(rows.currents().size() == 1);
    LinearGrid grid;
    REQUIRE(rows.linearise(flow, grid));
    const auto near = [](double value) { return Approx(value).epsilon(1e-12); };
    CHECK(grid.voltage.value[0] == near(std::sqrt(w)));
    CHECK(grid.voltage.per_kw[0] == near(w_per(r, p) / (2.0 * std::sqrt(w))));
    CHECK(grid.voltage.per_kvar[0] == near(w_per(x, q) / (2.0 * std::sqrt(w))));
    CHECK(grid.loss.value[0] == near(1e-3 * r * s2 / w));
    CHECK(grid.loss.per_kw[0] == near(1e-3 * r * loss_per(r, p)));
    CHECK(grid.loss.per_kvar[0] == near(1e-3 * r * loss_per(x, q)));
    CHECK(grid.source.per_kw[0] == near(1.0 + 1e-3 * r * loss_per(r, p)));
    CHECK(grid.source.per_kvar[0] == near(1e-3 * r * loss_per(x, q)));
    CHECK(grid.source.per_kw[1] == near(1e-3 * x * loss_per(r, p)));
    CHECK(grid.source.per_kvar[1] == near(1.0 + 1e-3 * x * loss_per(x, q)));
    const double amperes = std::sqrt(s2 / w) / std::sqrt(3.0);  // at 1 kV
    CHECK(grid.along.value[0] == near(amperes / 400.0));
    CHECK(grid.along.per_kw[0] == near(amperes / 400.0 * 0.5 * loss_per(r, p) / (s2 / w)));
    CHECK(grid.across.value[0] == 0.0);
}

TEST_CASE("rows are what the exact load flow changes by on balanced feeders", "[linear]") {
    const auto& [file, nth, step] = GENERATE(table<std::string, std::size_t, double>(
        {{"ieee33/feeder.yaml", 2, 10.0}, {"feeders/cigre_mv.yaml", 1, 10.0}, {"feeders/case141.yaml", 20, 10.0}}));
    CAPTURE(file);
    check_rows(everywhere(bench::feeder_of(file), nth, step));
    check_rows(at_loads(bench::feeder_of(file), 2 * nth, step));
}

TEST_CASE("rows are what the exact load flow changes by on unbalanced feeders with delta loads, regulators and capacitors",
          "[linear]") {
    const auto& [file, nth, step] = GENERATE(table<std::string, std::size_t, double>(
        {{"feeders/ieee13.yaml", 1, 2.0}, {"feeders/ieee37.yaml", 3, 2.0}, {"feeders/ieee123.yaml", 9, 2.0}}));
    CAPTURE(file);
    check_rows(at_loads(bench::feeder_of(file), nth, step));
    if (file != "feeders/ieee37.yaml")  // where nothing can be drawn to earth
        check_rows(everywhere(bench::feeder_of(file), 10 * nth, step));
}

TEST_CASE("rows are what the exact load flow changes by on a low-voltage feeder that is mostly recovered", "[linear]") {
    const Feeder& feeder = bench::feeder_of("feeders/european_lv.yaml");
    const Case c = at_loads(feeder, 11, 0.1);
    CHECK(c.network->conductors() < feeder.conductors() / 10);
    check_rows(c);
}

TEST_CASE("rows are what the exact load flow changes by on random feeders of every kind of line, transformer and load",
          "[linear]") {
    const auto buses = GENERATE(8, 25);
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(buses, seed);
        Garden garden(seed);
        for (int i = 1; i < buses; ++i) garden.grow();
        garden.load_up(300.0 / buses);
        for (BranchRow& row : garden.d.branches) row.rating = Amperes(100.0);
        check_rows(at_loads(built(garden.d), 3, 2.0));
    }
}

TEST_CASE("rows are what the exact load flow changes by on balanced feeders with phase shifts and lines against the flow",
          "[linear]") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        FeederDescription d = random_feeder(40, seed, false);
        for (BranchRow& row : d.branches) {
            if (row.kind == BranchKind::transformer)
                row.rated_power = KilovoltAmperes(5000.0);
            else
                row.rating = Amperes(200.0);
        }
        const Feeder feeder = built(d);
        CHECK_FALSE(LinearLoadFlow(feeder, {}).transformers().empty());
        check_rows(everywhere(feeder, 5, 2.0));
    }
}

TEST_CASE("rows are what the exact load flow changes by where loops are closed", "[linear]") {
    for (std::uint64_t seed = 1; seed <= 4; ++seed) {
        CAPTURE(seed);
        Garden garden(seed);
        for (int i = 1; i < 20; ++i) garden.grow();
        garden.load_up(15.0);
        garden.mesh(3);
        for (BranchRow& row : garden.d.branches) row.rating = Amperes(100.0);
        const Feeder feeder = built(garden.d);
        REQUIRE_FALSE(feeder.model().loop_ends.empty());
        check_rows(at_loads(feeder, 3, 1.0));
        const LinearLoadFlow rows(feeder, {});
        for (const LoopEnd& end : feeder.model().loop_ends)  // its voltage is the other end's
            CHECK(std::count(rows.voltages().begin(), rows.voltages().end(), end.leaf) == 0);
    }
}

TEST_CASE("rows are what the exact load flow changes by where loads are outside their band or cut off", "[linear]") {
    const auto volts = GENERATE(0.7, 0.93, 1.09);
    Garden garden(5);
    for (int i = 1; i < 12; ++i) garden.grow();
    garden.load_up(10.0);
    for (std::size_t l = 0; l < garden.d.loads.size(); ++l) {
        garden.d.loads[l].response.linear = LinearOutside{0.5, 0.95, 1.05, l % 2 == 0};
        if (l % 3 == 0) garden.d.loads[l].response.cut_off = 0.8;
    }
    check_rows(at_loads(built(garden.d, {.source_voltage = PerUnit(volts)}), 2, 1.0));
}

TEST_CASE("rows follow taps and capacitor steps", "[linear]") {
    const Feeder& feeder = bench::feeder_of("feeders/ieee13.yaml");
    Case c = at_loads(feeder, 1, 2.0);
    LoadFlow moved(c.network, exact);
    moved.set_tap(0, 1, 1.05);
    moved.set_steps(0, 0);
    REQUIRE(moved.solve(c.power).status == LoadFlowStatus::converged);
    LinearLoadFlow rows(feeder, c.columns);
    LinearGrid before, after, again;
    LoadFlow unmoved(c.network, exact);
    REQUIRE(unmoved.solve(c.power).status == LoadFlowStatus::converged);
    REQUIRE(rows.linearise(unmoved, before));
    REQUIRE(rows.linearise(moved, after));  // by the same columns
    CHECK(after.voltage.value != before.voltage.value);
    CHECK(after.voltage.per_kw != before.voltage.per_kw);
    LinearLoadFlow fresh(feeder, c.columns);
    REQUIRE(fresh.linearise(moved, again));
    CHECK(again.voltage.per_kw == after.voltage.per_kw);
    CHECK(again.loss_curvature == after.loss_curvature);
    // The same feeder built with that tap and step.
    FeederDescription d = bench::read_description("feeders/ieee13.yaml");
    for (TransformerRow& row : d.transformers)
        if (row.id == feeder.transformers()[0].id) row.windings[1].tap = 1.05;
    d.shunts[0].steps_on = 0;
    const Feeder built_so = built(d);
    Case other = at_loads(built_so, 1, 2.0);
    check_rows(other);
    LoadFlow flow(other.network, exact);
    REQUIRE(flow.solve(other.power).status == LoadFlowStatus::converged);
    LinearLoadFlow rows_so(built_so, other.columns);
    LinearGrid so;
    REQUIRE(rows_so.linearise(flow, so));
    double worst = 0.0;
    for (std::size_t e = 0; e < so.voltage.per_kw.size(); ++e)
        worst = std::max(worst, std::abs(so.voltage.per_kw[e] - after.voltage.per_kw[e]));
    CHECK(worst < 1e-12);
}

TEST_CASE("a feeder without anything to draw from, or at which nothing flows, has rows all the same", "[linear]") {
    const Feeder feeder = built(random_feeder(5, 1, true));
    LoadFlow flow(std::make_shared<SweptNetwork>(feeder, DrawingPlaces::everywhere(feeder), feeder.folded()), exact);
    REQUIRE(flow.solve().status == LoadFlowStatus::converged);
    LinearGrid grid;
    REQUIRE(LinearLoadFlow(feeder, {}).linearise(flow, grid));
    CHECK(grid.places == 0);
    CHECK(grid.voltage.value.size() == 4);
    CHECK(grid.loss_curvature.empty());
    REQUIRE(LinearLoadFlow(feeder, {{0}}).linearise(flow, grid));  // at the source nothing gives way
    CHECK(grid.voltage.per_kw == std::vector(4, 0.0));
    CHECK(grid.source.per_kw == std::vector{1.0, 0.0});
    CHECK(grid.loss_curvature == std::vector(4, 0.0));
}

TEST_CASE("a bank of single-phase transformers carries what its units carry together", "[linear]") {
    const Feeder& feeder = bench::feeder_of("feeders/ieee13.yaml");  // three regulators of 1681 kVA, a transformer of 500 kVA
    const LinearLoadFlow rows(feeder, {});
    std::vector<double> rated_kva;
    for (const BranchId b : rows.transformers()) rated_kva.push_back(feeder.branch(b).rated_kva);
    std::sort(rated_kva.begin(), rated_kva.end());
    REQUIRE(rated_kva.size() >= 2);
    CHECK(rated_kva.front() == Approx(500.0).epsilon(1e-12));
    CHECK(std::count_if(rated_kva.begin(), rated_kva.end(), [](double s) { return s == Approx(3.0 * 1681.0); }) == 1);
    CHECK(std::count_if(rated_kva.begin(), rated_kva.end(), [](double s) { return s == Approx(1681.0); }) == 0);
}

TEST_CASE("every instruction set finds the same rows but for rounding", "[linear]") {
    const Case c = at_loads(bench::feeder_of("feeders/ieee13.yaml"), 2, 1.0);  // no multiple of any width
    LoadFlow flow(c.network, exact);
    REQUIRE(flow.solve(c.power).status == LoadFlowStatus::converged);
    LinearGrid baseline;
    REQUIRE(LinearLoadFlow(c.network->feeder(), c.columns, InstructionSet::baseline).linearise(flow, baseline));
    for (const auto& [name, set] : names_of(InstructionSet{})) {
        if (!is_available(set)) continue;
        CAPTURE(name);
        LinearGrid grid;
        REQUIRE(LinearLoadFlow(c.network->feeder(), c.columns, set).linearise(flow, grid));
        const auto gap = [](const std::vector<double>& a, const std::vector<double>& b) {
            double widest = 0.0;
            for (std::size_t e = 0; e < a.size(); ++e) widest = std::max(widest, std::abs(a[e] - b[e]));
            return widest;
        };
        CHECK(gap(grid.voltage.per_kw, baseline.voltage.per_kw) < 1e-15);
        CHECK(gap(grid.voltage.per_kvar, baseline.voltage.per_kvar) < 1e-15);
        CHECK(gap(grid.along.per_kw, baseline.along.per_kw) < 1e-13);
        CHECK(gap(grid.loss_curvature, baseline.loss_curvature) < 1e-15);
    }
}
