#include <memory>

#include "sim/app/parser.hpp"
#include "sim/app/say.hpp"
#include "sim/app/why_command.hpp"

namespace evsweep {

void add_why(CommandLine& line) {
    const auto asked = std::make_shared<WhyOptions>();
    CLI::App* why = add_command(
        line, "why", "Say who made a limit break: list the violations of a study, or explain one",
        "  evsweep why results/evms_study.h5                 the limits that were broken, worst first\n"
        "  evsweep why results/evms_study.h5 --violation 0 --out why.h5\n"
        "  evsweep why study.yaml --replica 7 --violation 0  of one replica of a scenario, which is run first\n"
        "Of one violation the replica is run again from the inputs that the result holds. Shapley shares of the load flow of\n"
        "the worst instant say what each vehicle, battery, generator and base load has to do with it; then the replica is run\n"
        "without the most important ones, one by one, which also shows how the controller would have reacted, and under the\n"
        "other controllers. What that costs is said first. `tools/plot why.h5` draws the hour around it.\n"
        "Exit status: 0 done, also where no limit was broken, 1 it cannot be explained, 2 a problem of the input.");
    why->add_option("FILE", asked->study, "A result file (.h5), or a scenario (YAML)")->option_text(" ");
    why->add_option("--violation", asked->violation, "Which violation of the list is explained; else they are listed")
        ->type_name("K");
    why->add_option("--replica", asked->replica, "Only violations of this replica; of a scenario: the replica that is run")
        ->type_name("N");
    why->add_option("--controller", asked->controller, "Only violations under this controller")->type_name("LABEL");
    why->add_option("--reruns", asked->reruns, "At most so many are left out of the replica one by one (10)")->type_name("N");
    why->add_option("--orders", asked->orders, "Random orders for the shares (16 to 512, by the size of the feeder)")
        ->type_name("N");
    why->add_option("--threads", asked->threads, "Number of threads; 0: one per core (study.threads)")->type_name("N");
    why->add_flag("--quick", asked->quick, "Only the load flow of the instant: no runs without anybody");
    why->add_option("--out", asked->out, "Keep the explanation, with the hour around it, in a file (.h5)")->type_name("FILE");
    why->add_flag("--force", asked->force, "Replace the file at --out");
    why->callback([&line, asked] {
        line.command = [asked] {
            return asked->study.empty() ? refuse("why: no result file is named", "try `evsweep why results/study.h5`")
                                        : why_command(*asked);
        };
    });
}

}  // namespace evsweep
