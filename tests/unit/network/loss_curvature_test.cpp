// The curvature of the loss against the exact load flow, as a function of currents and, where nothing else flows, of powers.
#include <Eigen/Eigenvalues>
#include <catch2/catch.hpp>
#include <cmath>

#include "unit/network/linear_cases.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;
using Case = LinearCase;

Eigen::MatrixXd curvature_of(const LinearGrid& grid) {
    const auto n = static_cast<Eigen::Index>(2 * grid.places);
    return Eigen::Map<const Eigen::MatrixXd>(grid.loss_curvature.data(), n, n);
}

/// How much the loss bends when all conductors draw constant power and one changes, by currents: exact, for it is a quadratic
/// form of currents.
class LossOfCurrents {
   public:
    using Currents = std::vector<Complex>;

    explicit LossOfCurrents(const Case& c) : case_(c), flow_(c.network, exact) {}

    /// Currents that all conductors draw at the powers of the case, with `shift` kW or kvar more in one column.
    Currents drawn(std::size_t column, double shift) {
        PortPower power = case_.power;
        const std::span<double> side = column < case_.columns.size() ? power.p.raw() : power.q.raw();
        return drawn(power, side, column, shift);
    }

    /// The loss at given currents: the powers that go with them are found step by step.
    double loss(const Currents& currents) {
        PortPower power = case_.power;
        for (int round = 0; round < 60; ++round) {
            REQUIRE(flow_.solve(power).status == LoadFlowStatus::converged);
            for (std::size_t c = 0; c < currents.size(); ++c) {
                const Complex s = flow_.swept_voltage(c) * std::conj(currents[c]);
                power.p[c] = s.real();
                power.q[c] = s.imag();
            }
        }
        return flow_.loss_kw();
    }

   private:
    Currents drawn(PortPower& power, std::span<double> side, std::size_t column, double shift) {
        const auto& places = case_.columns[column % case_.columns.size()];
        for (const auto place : places) side[place] += shift / static_cast<double>(places.size());
        REQUIRE(flow_.solve(power).status == LoadFlowStatus::converged);
        Currents currents(flow_.network().conductors());
        for (std::size_t c = 0; c < currents.size(); ++c)
            currents[c] = std::conj(Complex(power.p[c], power.q[c]) / flow_.swept_voltage(c));
        return currents;
    }

    const Case& case_;
    LoadFlow flow_;
};

void check_curvature_by_currents(const Case& c) {
    LoadFlow flow(c.network, exact);
    REQUIRE(flow.solve(c.power).status == LoadFlowStatus::converged);
    LinearLoadFlow rows(c.network->feeder(), c.columns);
    LinearGrid grid;
    REQUIRE(rows.linearise(flow, grid));
    LossOfCurrents loss(c);
    const auto at = loss.drawn(0, 0.0);
    const double h = c.step;
    std::vector<LossOfCurrents::Currents> change;  // per kW or kvar
    for (std::size_t k = 0; k < 2 * c.columns.size(); ++k) {
        const auto up = loss.drawn(k, h), down = loss.drawn(k, -h), up2 = loss.drawn(k, 2 * h), down2 = loss.drawn(k, -2 * h);
        change.emplace_back(at.size());
        for (std::size_t n = 0; n < at.size(); ++n)
            change.back()[n] = (8.0 * (up[n] - down[n]) - (up2[n] - down2[n])) / (12.0 * h);
    }
    const auto moved = [&](double one, std::size_t j, double two, std::size_t k) {
        auto currents = at;
        for (std::size_t n = 0; n < at.size(); ++n) currents[n] += one * change[j][n] + two * change[k][n];
        return loss.loss(currents);
    };
    const double far = 20.0 * h;  // any way will do
    const Eigen::MatrixXd curvature = curvature_of(grid);
    for (std::size_t j = 0; j < change.size(); ++j)
        for (std::size_t k = 0; k <= j; ++k) {
            const double bend =
                (moved(far, j, far, k) - moved(far, j, -far, k) - moved(-far, j, far, k) + moved(-far, j, -far, k)) /
                (4.0 * far * far);
            CHECK(std::abs(curvature(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(k)) - bend) <
                  1e-6 * curvature.cwiseAbs().maxCoeff());
        }
}

}  // namespace

TEST_CASE("the curvature is how the exact loss bends with the currents, balanced and not, with charging and capacitors",
          "[linear]") {
    SECTION("balanced, behind a transformer") {
        Case c = everywhere(bench::feeder_of("feeders/cigre_mv.yaml"), 5, 10.0);
        check_curvature_by_currents(c);
    }
    SECTION("three phases behind a source with an impedance") {
        Garden garden(2);
        for (int i = 1; i < 8; ++i) garden.grow_line(garden.d.buses[garden.pick(garden.d.buses.size())]);
        garden.d.loads.clear();
        for (const BusRow& row : garden.d.buses) {
            LoadRow l = load(row.id, 100.0, 40.0);
            l.terminals = {{row.conductors.front(), {}}};
            garden.d.loads.push_back(l);
        }
        ShuntRow capacitor = shunt("C", garden.d.buses.back().id, 5.0, -200.0);
        capacitor.terminals = {{garden.d.buses.back().conductors.front(), {}}};
        capacitor.rated = Volts(DenseFeeder::base(garden.d.buses.back()));
        garden.d.shunts = {capacitor};
        check_curvature_by_currents(everywhere(built(garden.d), 5, 2.0));
    }
}

TEST_CASE("the curvature is how the exact loss bends with the power where nothing else is drawn", "[linear]") {
    const Feeder feeder = built(random_feeder(15, 3, true));
    Case c = everywhere(feeder, 3, 1.0, 0.0);
    LoadFlow flow(c.network, exact);
    REQUIRE(flow.solve(c.power).status == LoadFlowStatus::converged);
    LinearLoadFlow rows(feeder, c.columns);
    LinearGrid grid;
    REQUIRE(rows.linearise(flow, grid));
    CHECK(grid.loss.value[0] == Approx(0.0).margin(1e-9));
    const Eigen::MatrixXd curvature = curvature_of(grid);
    const double h = 20.0;  // kW; the loss is of a few watts, its fourth order of microwatts
    const auto loss = [&](std::size_t j, double one, std::size_t k, double two) {
        PortPower power = c.power;
        const auto add = [&](std::size_t column, double shift) {
            const auto& places = c.columns[column % c.columns.size()];
            for (const auto place : places) {
                const double part = shift / static_cast<double>(places.size());
                if (column < c.columns.size())
                    power.p[place] += part;
                else
                    power.q[place] += part;
            }
        };
        add(j, one);
        add(k, two);
        REQUIRE(flow.solve(power).status == LoadFlowStatus::converged);
        return flow.loss_kw();
    };
    for (std::size_t j = 0; j < 2 * c.columns.size(); ++j)
        for (std::size_t k = 0; k <= j; ++k) {
            const double bend = (loss(j, h, k, h) - loss(j, h, k, -h) - loss(j, -h, k, h) + loss(j, -h, k, -h)) / (4.0 * h * h);
            CHECK(std::abs(curvature(static_cast<Eigen::Index>(j), static_cast<Eigen::Index>(k)) - bend) <
                  1e-5 * curvature.cwiseAbs().maxCoeff());
        }
}

TEST_CASE("the curvature is symmetric and positive semidefinite on every feeder", "[linear]") {
    for (const char* file : {"ieee33/feeder.yaml", "feeders/cigre_mv.yaml", "feeders/ieee13.yaml", "feeders/ieee37.yaml",
                             "feeders/ieee123.yaml", "feeders/european_lv.yaml"}) {
        CAPTURE(file);
        const Case c = at_loads(bench::feeder_of(file), 3, 1.0);
        LoadFlow flow(c.network, exact);
        REQUIRE(flow.solve(c.power).status == LoadFlowStatus::converged);
        LinearLoadFlow rows(c.network->feeder(), c.columns);
        LinearGrid grid;
        REQUIRE(rows.linearise(flow, grid));
        const Eigen::MatrixXd curvature = curvature_of(grid);
        CHECK(curvature == curvature.transpose());
        const Eigen::VectorXd values = Eigen::SelfAdjointEigenSolver<Eigen::MatrixXd>(curvature).eigenvalues();
        CHECK(values.maxCoeff() > 0.0);
        CHECK(values.minCoeff() > -1e-13 * values.maxCoeff());
    }
}
