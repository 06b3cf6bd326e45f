/// The kinds of problems that the solver, the certificate and Ipopt are compared on.
#pragma once

#include <string>
#include <vector>

#include "unit/models/solvers/random_problems.hpp"

namespace evsweep {

struct NamedKind {
    std::string name;
    ProblemKind kind;
};

/// P, P+Q, P+V2G and P+V2G+Q, each plain and with what objectives and limits can add.
inline std::vector<NamedKind> problem_kinds() {
    std::vector<NamedKind> kinds;
    for (const bool returning : {false, true})
        for (const bool reactive : {false, true}) {
            ProblemKind kind;
            kind.returning = returning;
            kind.reactive = reactive;
            const std::string name = std::string("P") + (returning ? "+V2G" : "") + (reactive ? "+Q" : "");
            const auto add = [&](const std::string& with, auto change) {
                ProblemKind changed = kind;
                change(changed);
                kinds.push_back({name + with, changed});
            };
            add("", [](ProblemKind&) {});
            add(" without a grid", [](ProblemKind& k) { k.limited = false; });
            add(" at a tariff", [](ProblemKind& k) { k.tariff = true; });
            add(" with costs of rows", [](ProblemKind& k) { k.weighed = true; });
            add(" with shortfalls", [](ProblemKind& k) { k.must_charge = true; });
            add(" beyond limits", [](ProblemKind& k) { k.unavoidable = true; });
            add(" with everything", [](ProblemKind& k) { k.tariff = k.weighed = k.must_charge = k.unavoidable = true; });
            add(" in parts of steps", [](ProblemKind& k) { k.in_parts = true; });
            add(" in parts of steps at a tariff without a grid",
                [](ProblemKind& k) { k.in_parts = k.tariff = k.must_charge = true, k.limited = false; });
            add(" in parts of steps with everything",
                [](ProblemKind& k) { k.in_parts = k.tariff = k.weighed = k.must_charge = k.unavoidable = true; });
        }
    return kinds;
}

}  // namespace evsweep
