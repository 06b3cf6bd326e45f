#include <memory>

#include "sim/app/hosting_command.hpp"
#include "sim/app/parser.hpp"
#include "sim/app/say.hpp"

namespace evsweep {

void add_hosting(CommandLine& line) {
    CLI::App* hosting = add_command(
        line, "hosting", "Find how many vehicles a feeder takes under each controller, and what stops there being more",
        "  evsweep hosting scenarios/ieee33/hosting_study.yaml\n"
        "  evsweep hosting study.yaml --set hosting.at_most=\"1 %\" --replicas 400 --out results/hosting.h5\n"
        "The section `hosting` of the scenario says what is raised, how far, and on how many days a limit may be\n"
        "broken (`evsweep describe hosting`). `evsweep summary` prints the table again, `tools/plot` draws it.\n"
        "Exit status: 0 done, 1 a replica or the writing failed, 2 a problem of the input, 130 interrupted (nothing\n"
        "is written).");
    const auto options = std::make_shared<HostingCommandOptions>();
    hosting->add_option("FILE", options->scenario, "The scenario (YAML), or the result of an earlier run")->option_text(" ");
    hosting->add_option("--replicas", options->replicas, "Number of replicas (hosting.replicas)")->type_name("N");
    hosting->add_option("--threads", options->threads, "Number of threads; 0: one per core (study.threads)")->type_name("N");
    hosting->add_option("--seed", options->seed, "Seed of all random draws (study.seed)")->type_name("N");
    hosting->add_option("--out", options->out, "Result file (.h5) or folder; else results/<scenario>-hosting.h5")
        ->type_name("PATH");
    hosting->add_flag("--force", options->force, "Replace the result of an earlier run, or whatever is at --out");
    add_overrides(hosting, options->set);
    add_instruction_set(hosting, options->instruction_set);
    hosting->add_flag("--quiet", options->quiet, "Print nothing but problems");
    hosting->callback([&line, options] {
        line.command = [&line, options] {
            return options->scenario.empty() ? refuse("hosting: no scenario is named", "try `evsweep hosting study.yaml`")
                                             : hosting_command(*options, line.watch);
        };
    });
}

}  // namespace evsweep
