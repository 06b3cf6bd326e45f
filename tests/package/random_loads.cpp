// A program of a stranger's own: how often does a feeder fall below a voltage if every load is drawn at random?
//   random_loads FEEDER [SCENARIOS]
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "evsweep/batch_load_flow.hpp"

int main(int argc, char** argv) {
    if (argc < 2) return std::fputs("random_loads FEEDER [SCENARIOS]\n", stderr), 2;
    const std::size_t scenarios = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 100000;

    evsweep::Issues issues;
    auto flows = evsweep::BatchLoadFlow::open(argv[1], {.threads = 0}, issues);
    for (const evsweep::Issue& issue : issues.list()) std::fprintf(stderr, "%s\n", evsweep::to_text(issue).c_str());
    if (!flows) return 2;

    std::mt19937_64 engine(1);
    std::uniform_real_distribution<double> share(0.3, 1.5);
    std::vector<double> p_kw, q_kvar;  // [scenario][load]
    for (std::size_t s = 0; s < scenarios; ++s)
        for (const evsweep::BatchLoad& load : flows->loads()) {
            const double factor = share(engine);
            p_kw.push_back(load.p_kw * factor);
            q_kvar.push_back(load.q_kvar * factor);
        }

    const auto found = flows->solve(p_kw, q_kvar, evsweep::BatchDetail::extremes);
    std::size_t solved = 0;
    std::size_t low = 0;
    double loss_kw = 0.0;
    for (std::size_t s = 0; s < scenarios; ++s) {
        if (found.status[s] != evsweep::BatchStatus::converged) continue;
        ++solved;
        loss_kw += found.loss_kw[s];
        if (found.lowest_pu[s] < 0.90) ++low;
    }
    std::printf("%zu of %zu solved; mean losses %.1f kW; below 0.90 pu in %.1f %%\n", solved, scenarios,
                loss_kw / static_cast<double>(std::max<std::size_t>(solved, 1)),
                100.0 * static_cast<double>(low) / static_cast<double>(scenarios));
    std::printf("%.2f million load flows per second and core (%s)\n", 1e-6 * static_cast<double>(scenarios) / found.core_seconds,
                std::string(flows->instruction_set()).c_str());
}
