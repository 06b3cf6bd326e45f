// Channels against the laws that they state: shares lost, delays, and the chain of bursts simulated forwards.
#include <algorithm>
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>
#include <random>
#include <string>
#include <vector>

#include "evsweep/channel.hpp"
#include "evsweep/plugins.hpp"

using namespace evsweep;
using namespace std::chrono_literals;

namespace {

std::shared_ptr<const Channel> channel(const std::string& name, const std::string& yaml) {
    Issues issues;
    Reader reader{issues};
    const auto configured = read_plugin<Channel>(parse_yaml(yaml, "channel.yaml", issues), "channels.talk", reader, name);
    for (const auto& issue : issues.list()) FAIL(to_text(issue));
    return configured->make({"talk", 60s});
}

/// What is wrong with these settings.
std::vector<std::string> problems(const std::string& name, const std::string& yaml) {
    Issues issues;
    Reader reader{issues};
    (void)read_plugin<Channel>(parse_yaml(yaml, "channel.yaml", issues), "channels.talk", reader, name);
    std::vector<std::string> texts;
    for (const auto& issue : issues.list()) texts.push_back(to_text(issue));
    return texts;
}

/// All messages from one sender to one receiver.
struct Line {
    Rng rng{1, 0};
    Purpose sender{"message of a"};
    std::uint32_t receiver = 7;

    [[nodiscard]] Channel::Way way(std::uint32_t number) const { return {number, Instant(1h), rng, sender, receiver}; }
    [[nodiscard]] std::vector<std::optional<Duration>> delays(const Channel& over, std::uint32_t messages) const {
        std::vector<std::optional<Duration>> list;
        for (std::uint32_t n = 0; n < messages; ++n) list.push_back(over.delay(way(n)));
        return list;
    }
};

double share_lost(const std::vector<std::optional<Duration>>& delays) {
    const auto lost = std::count(delays.begin(), delays.end(), std::nullopt);
    return static_cast<double>(lost) / static_cast<double>(delays.size());
}

/// The largest distance between the distribution of a sample (in seconds, sorted) and F.
template <class F>
double kolmogorov(const std::vector<double>& sorted, F distribution) {
    double distance = 0.0;
    const auto n = static_cast<double>(sorted.size());
    for (std::size_t i = 0; i < sorted.size(); ++i) {
        const double f = distribution(sorted[i]);
        distance = std::max({distance, std::abs(f - static_cast<double>(i) / n), std::abs(f - static_cast<double>(i + 1) / n)});
    }
    return distance;
}

std::vector<double> seconds_of(const std::vector<std::optional<Duration>>& delays) {
    std::vector<double> seconds;
    for (const auto& delay : delays)
        if (delay) seconds.push_back(static_cast<double>(delay->count()) / 1000.0);
    std::sort(seconds.begin(), seconds.end());
    return seconds;
}

/// The chain of good and bad states, one message after the other, with the random numbers of the channel.
std::vector<bool> lost_by_simulation(const Line& line, std::uint32_t messages, double p, double r, double in_burst,
                                     double between) {
    std::vector<bool> lost;
    bool is_bad = false;
    for (std::uint32_t n = 0; n < messages; ++n) {
        const double u = line.way(n).chance(n, 2);
        is_bad = n == 0 ? u < p / (p + r) : u < (is_bad ? 1.0 - r : p);
        lost.push_back(line.way(n).chance(n, 0) < (is_bad ? in_burst : between));
    }
    return lost;
}

}  // namespace

TEST_CASE("an ideal channel delivers every message after its delay, or at once") {
    const auto slow = channel("ideal", "{delay: 250 ms}");
    for (const auto& delay : Line().delays(*slow, 100)) CHECK(delay == Duration(250ms));
    CHECK(slow->always() == Duration(250ms));
    CHECK(channel("ideal", "{}")->always() == Duration::zero());
}

TEST_CASE("a random channel loses its share, each message by itself") {
    constexpr std::uint32_t n = 40000;
    for (const double share : {0.0, 0.05, 0.3, 1.0}) {
        CAPTURE(share);
        const auto delays = Line().delays(*channel("random", "{loss: " + std::to_string(share) + "}"), n);
        CHECK(std::abs(share_lost(delays) - share) <= 4.0 * std::sqrt(share * (1.0 - share) / n));  // four standard errors
        std::size_t pairs = 0;
        for (std::size_t i = 1; i < n; ++i) pairs += !delays[i] && !delays[i - 1] ? 1 : 0;
        // Two in a row: a share of share^2, of which neighbouring pairs share a message.
        const double variance = std::pow(share, 2) * (1.0 - std::pow(share, 2)) + 2.0 * (std::pow(share, 3) - std::pow(share, 4));
        CHECK(std::abs(static_cast<double>(pairs) / (n - 1) - share * share) <= 4.0 * std::sqrt(variance / (n - 1)));
        for (const auto& delay : delays)
            if (delay) REQUIRE(*delay == Duration::zero());
    }
    CHECK_FALSE(channel("random", "{}")->always());
}

TEST_CASE("delays of a random channel follow their distribution, whatever is lost") {
    constexpr std::uint32_t n = 20000;
    const auto exponential =
        seconds_of(Line().delays(*channel("random", "{loss: 20 %, delay: {distribution: exponential, mean: 2 s}}"), n));
    CHECK(exponential.size() > 15000);
    const double bound = 1.95 / std::sqrt(static_cast<double>(exponential.size()));  // one sample in a thousand exceeds it
    CHECK(kolmogorov(exponential, [](double t) { return 1.0 - std::exp(-t / 2.0); }) < bound + 0.0005 / 2.0);  // whole ms
    const auto uniform = seconds_of(Line().delays(*channel("random", "{delay: {distribution: uniform, min: 1 s, max: 3 s}}"), n));
    CHECK(kolmogorov(uniform, [](double t) { return std::clamp((t - 1.0) / 2.0, 0.0, 1.0); }) < 1.95 / std::sqrt(n) + 0.00025);
    CHECK(uniform.front() >= 1.0);
    CHECK(uniform.back() <= 3.0);
    for (const auto& delay : Line().delays(*channel("random", "{delay: 70 ms}"), 100)) CHECK(delay == Duration(70ms));
}

TEST_CASE("a channel of bursts loses its share, in bursts of its mean length") {
    constexpr std::uint32_t n = 200'000;
    const auto delays = Line().delays(*channel("bursts", "{loss: 10 %, burst_length: 5}"), n);
    // Neighbours are correlated by 1 - p - r = 1 - 0.1 / 0.9 / 5 - 1 / 5 = 7/9, which makes the variance of the mean 8 times as
    // large.
    CHECK(std::abs(share_lost(delays) - 0.1) < 4.0 * std::sqrt(0.09 * 8.0 / n));
    std::size_t bursts = 0, lost = 0;
    for (std::size_t i = 0; i < n; ++i) {
        lost += delays[i] ? 0 : 1;
        bursts += !delays[i] && (i == 0 || delays[i - 1]) ? 1 : 0;
    }
    const auto number = static_cast<double>(bursts);
    // Lengths are geometric: their variance is 5 (5 - 1).
    CHECK(std::abs(static_cast<double>(lost) / number - 5.0) < 4.0 * std::sqrt(20.0 / number));
}

TEST_CASE("a share may be lost in bursts and another between them") {
    constexpr std::uint32_t n = 200'000;
    const auto some = channel("bursts", "{loss: 10 %, burst_length: 4, loss_in_burst: 60 %, loss_between: 2 %}");
    // Bad states are (0.10 - 0.02) / (0.60 - 0.02) = 0.138 of all; the correlation of neighbours is at most that of the states.
    const double bad = 0.08 / 0.58, correlation = 1.0 - bad / (1.0 - bad) / 4.0 - 0.25;
    const double factor = (1.0 + correlation) / (1.0 - correlation);
    CHECK(std::abs(share_lost(Line().delays(*some, n)) - 0.1) < 4.0 * std::sqrt(0.09 * factor / n));
    CHECK(share_lost(Line().delays(*channel("bursts", "{loss: 0 %}"), 1000)) == 0.0);
}

TEST_CASE("the chain of bursts is the one that goes from message to message, though nobody remembers it") {
    struct Settings {
        double loss, burst_length, in_burst, between;
    };
    // The third is wilder than chance: bad states hardly follow each other.
    const Settings s = GENERATE(Settings{0.1, 5.0, 1.0, 0.0}, Settings{0.3, 40.0, 0.8, 0.05}, Settings{0.5, 1.2, 1.0, 0.0},
                                Settings{0.02, 3.0, 0.5, 0.01});
    const auto bursts = channel(
        "bursts", "{loss: " + std::to_string(s.loss) + ", burst_length: " + std::to_string(s.burst_length) +
                      ", loss_in_burst: " + std::to_string(s.in_burst) + ", loss_between: " + std::to_string(s.between) + "}");
    CAPTURE(s.loss, s.burst_length);
    const double bad = (s.loss - s.between) / (s.in_burst - s.between);
    const double r = 1.0 / s.burst_length, p = bad / (1.0 - bad) * r;
    for (std::uint32_t receiver = 0; receiver < 5; ++receiver) {
        const Line line{.receiver = receiver};
        const auto expected = lost_by_simulation(line, 4000, p, r, s.in_burst, s.between);
        std::vector<std::uint32_t> order(4000);
        std::iota(order.begin(), order.end(), 0U);
        std::shuffle(order.begin(), order.end(), std::mt19937(receiver));
        std::size_t differing = 0;
        for (const std::uint32_t n : order) differing += bursts->delay(line.way(n)).has_value() == expected[n] ? 1 : 0;
        CHECK(differing == 0);
    }
}

TEST_CASE("ways of other senders, receivers, replicas and seeds have losses and delays of their own") {
    for (const std::string name : {"random", "bursts"}) {
        const auto lossy = channel(name, "{loss: 30 %, delay: {distribution: uniform, min: 0 s, max: 1 s}}");
        const Line line;
        const auto delays = line.delays(*lossy, 200);
        CHECK(delays == line.delays(*lossy, 200));
        for (const Line& other :
             {Line{.receiver = 8}, Line{.sender = Purpose("message of b")}, Line{.rng = Rng(1, 1)}, Line{.rng = Rng(2, 0)}})
            CHECK(delays != other.delays(*lossy, 200));
    }
}

TEST_CASE("channels refuse what no channel does") {
    using Texts = std::vector<std::string>;
    CHECK(problems("ideal", "{delay: -1 s}") ==
          Texts{"channel.yaml:1:9: channels.talk.delay: '-1 s' is negative; a duration is 0 or more"});
    CHECK(problems("random", "{loss: 110 %}").size() == 1);
    CHECK(problems("random", "{delay: {distribution: uniform, min: -1 s, max: 1 s}}").size() == 1);
    CHECK(problems("bursts", "{loss: 50 %, loss_in_burst: 40 %}") ==
          Texts{"channel.yaml:1:8: channels.talk.loss: is not between loss_between and loss_in_burst; choose a share between "
                "them"});
    CHECK(problems("bursts", "{loss: 90 %, burst_length: 2}") ==
          Texts{"channel.yaml:1:28: channels.talk.burst_length: is too short for so large a loss; give longer bursts"});
    CHECK(problems("bursts", "{burst_length: 0.5}").size() == 1);
}
