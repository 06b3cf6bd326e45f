/// A street of buses and a way to make behaviours from the text of a scenario, for the tests of behaviours.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "evsweep/behaviour.hpp"
#include "evsweep/plugins.hpp"
#include "unit/models/sites.hpp"

namespace evsweep {

/// Five buses in sweep order; the horizon and the accounting may be changed before use.
struct BehaviourFixture {
    FeederSite feeder = make_site({{"1", "residential", 0.0},
                                   {"2", "residential", 100.0},
                                   {"3", "commercial", 50.0},
                                   {"mall", "commercial", 150.0},
                                   {"5", "residential", 200.0}},
                                  12660.0);
    Calendar calendar{std::chrono::local_days(std::chrono::year(2025) / 1 / 6) + std::chrono::hours(12)};  ///< a Monday, noon
    Duration horizon = std::chrono::hours(24);
    Accounting accounting = Accounting::physical;
    std::uint64_t seed = 1;
    Duration step = std::chrono::minutes(15);
    Issues issues;

    /// None where the text or the feeder was refused; why is in `issues`.
    std::unique_ptr<Behaviour> try_make(const std::string& yaml, const std::string& group = "homes") {
        Reader reader{issues, {}};
        const auto choice =
            read_plugin<Behaviour>(parse_yaml(yaml, "test.yaml", issues), "population." + group, reader, "distribution");
        if (!choice) return nullptr;
        auto behaviour = choice->make({group, &feeder, calendar, horizon, accounting, &issues, choice->at, seed, step});
        return issues.has_errors() ? nullptr : std::move(behaviour);
    }
    std::unique_ptr<Behaviour> make(const std::string& yaml, const std::string& group = "homes") {
        auto behaviour = try_make(yaml, group);
        for (const auto& issue : issues.list()) UNSCOPED_INFO(to_text(issue));
        REQUIRE(behaviour);
        return behaviour;
    }
    Population draw(const std::string& yaml, std::uint32_t replica = 0) {
        Population population;
        make(yaml)->draw(Rng(1, replica), population);
        return population;
    }
    /// All issues, a line each.
    std::string issue_texts() const {
        std::string text;
        for (const auto& issue : issues.list()) text += to_text(issue) + "\n";
        return text;
    }
};

}  // namespace evsweep
