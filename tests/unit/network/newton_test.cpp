// The sweep against an independent method: Newton's method with a dense Jacobian on the bus admittance matrix.
#include <catch2/catch.hpp>

#include <Eigen/Dense>
#include <map>
#include <numbers>

#include "unit/network/descriptions.hpp"

namespace {

using namespace evsweep;
using namespace evsweep::testing;
using Complex = std::complex<double>;
using Eigen::Index;

/// A feeder as a bus admittance matrix in per unit on 1 MVA, straight from the description's rows.
struct AdmittanceModel {
    Eigen::MatrixXcd y;
    std::map<std::string, Index> number;

    explicit AdmittanceModel(const FeederDescription& d) {
        for (const BusRow& row : d.buses) number.emplace(row.id, static_cast<Index>(number.size()));
        const auto n = static_cast<Index>(number.size());
        y = Eigen::MatrixXcd::Zero(n, n);
        for (const BranchRow& row : d.branches) add(d, row);
        for (const ShuntRow& row : d.shunts)
            y(number.at(row.bus), number.at(row.bus)) += Complex(row.p.value(), -row.q.value()) / 1000.0;
    }

    /// Ideal transformer t:1 at `from`, then a pi: the textbook two-port (e.g. MATPOWER manual, eq. 3.2).
    void add(const FeederDescription& d, const BranchRow& row) {
        const Index f = number.at(row.from);
        const Index to = number.at(row.to);
        const double kv = d.buses[static_cast<std::size_t>(to)].nominal.value() / 1000.0;
        const Complex ys = kv * kv / row.series_ohm[0];
        const Complex half = row.shunt_s.empty() ? Complex() : 0.5 * kv * kv * row.shunt_s[0];
        const Complex t = std::polar(row.tap, row.shift.value() * std::numbers::pi / 180.0);
        y(f, f) += (ys + half) / std::norm(t);
        y(f, to) += -ys / std::conj(t);
        y(to, f) += -ys / t;
        y(to, to) += ys + half;
    }
};

/// Mismatch of drawn power at all buses but the source, as (P, Q) pairs.
Eigen::VectorXd mismatch(const AdmittanceModel& model, const FeederDescription& d, const Eigen::VectorXcd& v) {
    Eigen::VectorXcd s = v.cwiseProduct((model.y * v).conjugate());  // injected into the network
    for (const LoadRow& row : d.loads) {
        const Index k = model.number.at(row.bus);
        const double a = std::abs(v(k));
        s(k) += Complex(row.p.value(), row.q.value()) / 1000.0 *
                (row.response.active.p + a * row.response.active.i + a * a * row.response.active.z);
    }
    const Index source = model.number.at(d.sources[0].bus);
    Eigen::VectorXd f = Eigen::VectorXd::Zero(2 * s.size());
    for (Index k = 0; k < s.size(); ++k) {
        if (k == source) continue;
        f(2 * k) = s(k).real();
        f(2 * k + 1) = s(k).imag();
    }
    return f;
}

/// By central differences, which keeps the method free of shared formulas.
Eigen::MatrixXd jacobian(const AdmittanceModel& model, const FeederDescription& d, const Eigen::VectorXcd& v) {
    const Index n = v.size();
    const Index source = model.number.at(d.sources[0].bus);
    Eigen::MatrixXd slopes = Eigen::MatrixXd::Identity(2 * n, 2 * n);
    const double h = 1e-6;
    for (Index k = 0; k < n; ++k) {
        if (k == source) continue;
        for (const Index part : {Index{0}, Index{1}}) {
            const Complex step = part == 0 ? Complex(h, 0.0) : Complex(0.0, h);
            Eigen::VectorXcd up = v, down = v;
            up(k) += step;
            down(k) -= step;
            slopes.col(2 * k + part) = (mismatch(model, d, up) - mismatch(model, d, down)) / (2.0 * h);
        }
    }
    return slopes;
}

/// Newton on real and imaginary parts.
Eigen::VectorXcd newton(const AdmittanceModel& model, const FeederDescription& d, Eigen::VectorXcd v) {
    const Index n = v.size();
    const Index source = model.number.at(d.sources[0].bus);
    for (int iteration = 0; iteration < 30; ++iteration) {
        const Eigen::VectorXd f = mismatch(model, d, v);
        if (f.cwiseAbs().maxCoeff() < 1e-11) break;
        const Eigen::VectorXd step = jacobian(model, d, v).partialPivLu().solve(f);
        for (Index k = 0; k < n; ++k)
            if (k != source) v(k) -= Complex(step(2 * k), step(2 * k + 1));
    }
    return v;
}

TEST_CASE("the sweep agrees with a dense Newton on random feeders with ZIP loads, shunts, charging, taps and shifts",
          "[load_flow]") {
    const auto n = GENERATE(2, 5, 20, 60);
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
        const FeederDescription d = random_feeder(static_cast<std::size_t>(n), seed, false);
        const Feeder feeder = built(d);
        LoadFlow flow(feeder, {.tolerance_pu = 1e-12});
        REQUIRE(flow.solve(nominal_power(feeder)).status == LoadFlowStatus::converged);
        const AdmittanceModel model(d);
        // Phase shifts turn whole laterals, so Newton starts from no-load voltages: those of the linear network.
        Eigen::VectorXcd start = Eigen::VectorXcd::Zero(n);
        Eigen::MatrixXcd a = model.y;
        a.row(0).setZero();
        a(0, 0) = 1.0;
        Eigen::VectorXcd rhs = Eigen::VectorXcd::Zero(n);
        rhs(0) = std::polar(1.02, 10.0 * std::numbers::pi / 180.0);
        start = a.partialPivLu().solve(rhs);
        const Eigen::VectorXcd v = newton(model, d, start);
        REQUIRE(mismatch(model, d, v).cwiseAbs().maxCoeff() < 1e-10);
        double worst = 0.0;
        for (const auto& [bus, k] : model.number)
            worst = std::max(worst, std::abs(flow.voltage(feeder.find_bus(bus)->index()) - v(k)));
        CHECK(worst < 1e-9);
    }
}

/// Every row scaled by `share`; voltages by bus number.
struct Loaded {
    Loaded(FeederDescription of, double share) : d(std::move(of)) {
        for (LoadRow& row : d.loads) row.p = Kilowatts(row.p.value() * share), row.q = Kilovars(row.q.value() * share);
    }
    [[nodiscard]] Eigen::VectorXcd voltages(const AdmittanceModel& model, const Feeder& feeder, const LoadFlow& flow) const {
        Eigen::VectorXcd v(static_cast<Index>(model.number.size()));
        for (const auto& [bus, k] : model.number) v(k) = flow.voltage(feeder.find_bus(bus)->index());
        return v;
    }
    FeederDescription d;
};

TEST_CASE("random feeders are solved up to where the Jacobian of the nodal equations turns singular", "[load_flow][nose]") {
    for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        CAPTURE(seed);
        FeederDescription d = random_feeder(20, seed, false);
        for (LoadRow& row : d.loads) row.p = Kilowatts(std::abs(row.p.value())), set_zip(row, 0.0, seed % 2 == 0 ? 0.0 : 0.3);
        const Feeder feeder = built(d);
        const AdmittanceModel model(d);
        LoadFlow flow(feeder, {.collapse_pu = 0.01});
        const LoadFlowResult beyond = flow.solve(nominal_power(feeder, 1e4));
        REQUIRE(beyond.highest_share);
        const double nose = 1e4 * *beyond.highest_share;
        const auto determinant = [&](double share) {
            const Loaded loaded(d, share);
            REQUIRE(flow.solve(nominal_power(feeder, share)).status == LoadFlowStatus::converged);
            const Eigen::VectorXcd v = loaded.voltages(model, feeder, flow);
            CHECK(mismatch(model, loaded.d, v).cwiseAbs().maxCoeff() < 1e-6);  // of MVA, of dozens
            return jacobian(model, loaded.d, v).partialPivLu().determinant();
        };
        // Near a fold the determinant falls with the root of the distance, and it has the sign that it has without load.
        const double near = determinant(nose * (1.0 - 1e-5));
        const double nearest = determinant(nose * (1.0 - 1e-7));
        CHECK(nearest / near == Approx(0.1).margin(0.015));
        CHECK(near * determinant(0.0) > 0.0);
        CHECK(flow.solve(nominal_power(feeder, nose * (1.0 + 1e-6))).status == LoadFlowStatus::collapsed);
    }
}

}  // namespace
