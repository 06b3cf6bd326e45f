/// Sharing a request out: the published check, the conditions of optimality (Karush, Kuhn and Tucker), and limits.
#include "controllers/area_regulation/water_filling.hpp"

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <optional>
#include <random>
#include <vector>

using namespace evsweep;

namespace {

/// Five vehicles of the published study, with a cycle of 900 s.
std::vector<RegulationShare> published_shares() {
    constexpr std::array<double, 5> capacity_kwh{24, 24, 40, 60, 24}, gap{.30, .10, .05, .20, .02}, lo{-9, -9, -12, -5, -7},
        hi{5, 5, 2, 9, 7};
    std::vector<RegulationShare> shares;
    for (std::size_t i = 0; i < 5; ++i) shares.push_back({0.92 * 0.25 / capacity_kwh[i], gap[i], lo[i], hi[i]});
    return shares;
}

std::vector<RegulationShare> random_shares(std::mt19937& random, std::size_t count, double cycle_h) {
    const auto between = [&random](double low, double high) {
        return low + (high - low) * (static_cast<double>(random()) / 4294967296.0);
    };
    std::vector<RegulationShare> shares;
    for (std::size_t i = 0; i < count; ++i) {
        RegulationShare share{0.92 * cycle_h / between(20.0, 80.0), between(-0.1, 0.6), -between(0.0, 14.0), between(0.0, 14.0)};
        if (i % 7 == 0) share.lo_kw = share.hi_kw = 0.0;  // must charge
        if (i % 11 == 0) share.lo_kw = 0.0;
        shares.push_back(share);
    }
    return shares;
}

double sum_of(const std::vector<double>& u) { return std::accumulate(u.begin(), u.end(), 0.0); }

/// The largest violation of optimality over all shares, as a state of charge: |dL/du| / (2 a) of those between their bounds, and
/// the part of it that points inwards of those at one.
double residual(const std::vector<RegulationShare>& shares, const std::vector<double>& u, double nu) {
    double worst = 0.0;
    for (std::size_t i = 0; i < shares.size(); ++i) {
        const RegulationShare& s = shares[i];
        if (s.lo_kw == s.hi_kw) continue;
        const double slope = (2.0 * s.soc_per_kw * (s.gap + s.soc_per_kw * u[i]) - nu) / (2.0 * s.soc_per_kw);
        if (u[i] <= s.lo_kw)
            worst = std::max(worst, -slope);
        else if (u[i] >= s.hi_kw)
            worst = std::max(worst, slope);
        else
            worst = std::max(worst, std::abs(slope));
    }
    return worst;
}

}  // namespace

TEST_CASE("water-filling gives what the published study gives", "[area_regulation]") {
    const auto shares = published_shares();
    struct Row {
        double request_kw;
        std::array<double, 5> u;
        std::optional<double> nu;
    };
    const Row rows[] = {{-10.0, {-9, -3.173913, 2, -5, 5.173913}, 1.333680556e-3},
                        {0.0, {-9, -1.744401, 2, 2.140975, 6.603426}, 1.596254209e-3},
                        {12.0, {-9, 3, 2, 9, 7}, std::nullopt}};
    WaterFilling filling;
    for (const Row& row : rows) {
        CAPTURE(row.request_kw);
        std::vector<double> u(5);
        const double nu = filling.fill(row.request_kw, shares, u);
        for (std::size_t i = 0; i < 5; ++i) REQUIRE(u[i] == Approx(row.u[i]).margin(5e-7));
        if (row.nu) REQUIRE(nu == Approx(*row.nu).epsilon(1e-9));
        REQUIRE(sum_of(u) == Approx(row.request_kw).margin(1e-9));
    }
}

TEST_CASE("water-filling is optimal and gives exactly what is asked", "[area_regulation]") {
    std::mt19937 random(20);
    WaterFilling filling;
    for (const double cycle_h : {4.0 / 3600.0, 0.25})
        for (const std::size_t count : {1U, 2U, 3U, 17U, 1000U})
            for (int k = 0; k <= 20; ++k) {
                const auto shares = random_shares(random, count, cycle_h);
                const RegulationCapacity capacity = capacity_of(shares);
                const double asked_kw = capacity.down_kw + (capacity.up_kw - capacity.down_kw) * k / 20.0;
                std::vector<double> u(count);
                const double nu = filling.fill(asked_kw, shares, u);
                CAPTURE(cycle_h, count, k, asked_kw);
                REQUIRE(sum_of(u) == Approx(asked_kw).margin(1e-6));
                REQUIRE(residual(shares, u, nu) <= 1e-9);
                for (std::size_t i = 0; i < count; ++i) {
                    REQUIRE(u[i] >= shares[i].lo_kw);
                    REQUIRE(u[i] <= shares[i].hi_kw);
                }
            }
}

TEST_CASE("alike vehicles share alike, and nobody shares nothing", "[area_regulation]") {
    const std::vector<RegulationShare> alike(12, RegulationShare{4e-5, 0.2, -3.0, 5.0});
    WaterFilling filling;
    std::vector<double> u(12);
    filling.fill(18.0, alike, u);
    for (const double kw : u) REQUIRE(kw == Approx(1.5).margin(1e-9));
    std::vector<double> none;
    filling.fill(0.0, {}, none);
    REQUIRE(none.empty());
}

TEST_CASE("in proportion each gives the same share of what it could", "[area_regulation]") {
    const auto shares = published_shares();
    std::vector<double> u(5);
    share_in_proportion(14.0, shares, u);
    for (std::size_t i = 0; i < 5; ++i) REQUIRE(u[i] == Approx(0.5 * shares[i].hi_kw));
    share_in_proportion(-21.0, shares, u);
    for (std::size_t i = 0; i < 5; ++i) REQUIRE(u[i] == Approx(0.5 * shares[i].lo_kw));
    share_in_proportion(0.0, shares, u);
    REQUIRE(u == std::vector<double>(5, 0.0));
}
