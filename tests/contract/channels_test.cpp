/// What every registered channel must hold, as it is and with the settings listed below.
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "evsweep/channel.hpp"
#include "evsweep/plugins.hpp"

using namespace evsweep;

namespace {

struct Case {
    std::string name;
    std::string yaml;
};

std::vector<Case> all_cases() {
    std::vector<Case> cases;
    for (const auto& [name, plugin] : plugins<Channel>()) cases.push_back({name, plugin.least_settings});
    cases.push_back({"ideal", "{delay: 3 s}"});
    cases.push_back({"random", "{loss: 40 %, delay: {distribution: exponential, mean: 1 s}}"});
    cases.push_back({"bursts", "{loss: 40 %, burst_length: 8, delay: {distribution: uniform, min: 0 s, max: 9 s}}"});
    return cases;
}

std::shared_ptr<const Channel> made(const Case& which) {
    Issues issues;
    Reader reader{issues};
    const Node node = which.yaml.empty() ? Node{} : parse_yaml(which.yaml, "case.yaml", issues);
    const auto configured = read_plugin<Channel>(node, "channels.it", reader, which.name);
    for (const auto& issue : issues.list()) FAIL(to_text(issue));
    return configured->make({"it", std::chrono::minutes(1)});
}

constexpr std::uint32_t messages = 500;

/// All delays of one way. `sent_every`: time between two messages.
std::vector<std::optional<Duration>> delays(const Channel& channel, std::uint32_t receiver, Duration sent_every) {
    const Rng rng(3, 1);
    std::vector<std::optional<Duration>> list;
    for (std::uint32_t n = 0; n < messages; ++n)
        list.push_back(channel.delay({n, Instant(sent_every * n), rng, Purpose("message"), receiver}));
    return list;
}

}  // namespace

TEST_CASE("no channel delivers a message before it is sent", "[contract]") {
    for (const Case& which : all_cases()) {
        CAPTURE(which.name, which.yaml);
        const auto channel = made(which);
        for (std::uint32_t receiver = 0; receiver < 10; ++receiver)
            for (const auto& delay : delays(*channel, receiver, std::chrono::seconds(1)))
                if (delay) REQUIRE(*delay >= Duration::zero());
        if (channel->always()) CHECK(*channel->always() >= Duration::zero());
    }
}

TEST_CASE("every channel treats a message by who sends it to whom, and by its number, in whatever order it is asked",
          "[contract]") {
    for (const Case& which : all_cases()) {
        CAPTURE(which.name, which.yaml);
        const auto channel = made(which);
        const auto forwards = delays(*channel, 4, std::chrono::seconds(1));
        CHECK(forwards == delays(*channel, 4, std::chrono::seconds(1)));
        CHECK(forwards == delays(*made(which), 4, std::chrono::seconds(1)));
        const Rng rng(3, 1);
        for (std::uint32_t n = messages; n-- > 0;)
            REQUIRE(channel->delay({n, Instant(std::chrono::seconds(n)), rng, Purpose("message"), 4}) == forwards[n]);
    }
}

TEST_CASE("a channel that says that all its messages take one time keeps its word", "[contract]") {
    for (const Case& which : all_cases()) {
        CAPTURE(which.name, which.yaml);
        const auto channel = made(which);
        if (!channel->always()) continue;
        for (const auto& delay : delays(*channel, 0, std::chrono::milliseconds(10))) REQUIRE(delay == channel->always());
    }
}

TEST_CASE("every channel describes itself", "[contract]") {
    CHECK(plugins<Channel>().size() >= 3);
    for (const auto& [name, plugin] : plugins<Channel>()) {
        CAPTURE(name);
        CHECK_FALSE(plugin.summary.empty());
        for (const auto& field : plugin.fields()) CHECK_FALSE(field.help.empty());
    }
}
