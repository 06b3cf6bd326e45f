#include "sim/app/parser.hpp"
#include "sim/app/say.hpp"

namespace evsweep {

void add_run(CommandLine& line) {
    CLI::App* run =
        add_command(line, "run", "Run a study and write its result file",
                    "  evsweep run scenarios/ieee33/evms_study.yaml\n"
                    "  evsweep run study.yaml --replicas 1000 --threads 2 --out results/big.h5\n"
                    "  evsweep run study.yaml --set limits.voltage_min=\"0.95 pu\" --set study.seed=7\n"
                    "  evsweep run results/study.h5     the same study again, from what its result kept of it\n"
                    "  evsweep run study.yaml --resume  after a crash: from the last checkpoint on\n"
                    "  evsweep run study.yaml --replicas-from 0 --to 500  the first 500 replicas, to be merged later\n"
                    "  mpirun -n 4 evsweep run study.yaml  in four processes, here or on several machines\n"
                    "A scenario with a section `sweep` is run at all of its points, into one file.\n"
                    "Exit status: 0 done, 1 the run or a replica failed, 2 a problem of the input (nothing is\n"
                    "written), 130 interrupted (finished replicas are kept).\n"
                    "Ctrl-C, SIGTERM and SIGHUP end the run at its next step and keep the finished replicas: in\n"
                    "NAME.partial.h5 where NAME.h5 holds a complete result already. A second one ends it at once.");
    run->add_option("FILE", line.run.scenario, "The scenario (YAML), or the result of an earlier run")->option_text(" ");
    run->add_option("--replicas", line.run.replicas, "Number of replicas (study.replicas)")->type_name("N");
    run->add_option("--threads", line.run.threads, "Number of threads; 0: one per core (study.threads)")->type_name("N");
    run->add_option("--seed", line.run.seed, "Seed of all random draws (study.seed)")->type_name("N");
    run->add_option("--out", line.run.out, "Result file (.h5) or folder; else results/<scenario>.h5")->type_name("PATH");
    run->add_flag("--force", line.run.force,
                  "Replace the result of an earlier run, or whatever is at --out, and drop what an earlier run had finished");
    run->add_flag("--resume", line.run.resume,
                  "Go on from the replicas that an earlier run of the same study had finished; the result is the same to the\n"
                  "last bit. A run does so by itself where they are there; this says that they have to be");
    run->add_option(
           "--checkpoint", line.run.checkpoint,
           "Time between checkpoints of finished replicas, in OUT.checkpoint while the run lasts; none: no checkpoints (10 s)")
        ->type_name("TIME");
    run->add_option("--only-replica", line.run.only_replica, "Run this replica alone, e.g. one that failed")->type_name("N");
    run->add_option("--point", line.run.point, "Of a sweep: run this point alone, by its number from 0 or its label")
        ->type_name("K");
    run->add_flag("--keep-points", line.run.keep_points, "Of a sweep: keep the results of its points, in OUT.points");
    run->add_option(
           "--replicas-from", line.run.replicas_from,
           "Run a part of the study: from this replica (0) up to, and without, that of --to. `evsweep merge` puts parts\n"
           "together: the result is that of one run, to the last bit")
        ->type_name("A");
    run->add_option("--to", line.run.replicas_to, "The replica after the last one of the part; else the end of the study")
        ->type_name("B");
    add_overrides(run, line.run.set);
    add_instruction_set(run, line.run.instruction_set);
    run->add_flag("--profile", line.run.profile, "Report where the time went, also in the result file (/profile)");
    run->add_flag("--quiet", line.run.quiet, "Print nothing but problems");
    run->callback([&line] {
        line.command = [&line] {
            return line.run.scenario.empty() ? refuse("run: no scenario is named", "try `evsweep run study.yaml`")
                                             : run_command(line.run, line.watch);
        };
    });
}

void add_check(CommandLine& line) {
    CLI::App* check = add_command(line, "check", "Read scenarios and report everything that is wrong with them",
                                  "  evsweep check study.yaml\n"
                                  "  evsweep check scenarios/ieee33/*.yaml\n"
                                  "The last line says how much memory a run takes.\n"
                                  "Exit status: 0 all good, 1 good, but not enough memory here, 2 some are not.");
    check->add_option("FILE", line.files, "Scenarios (YAML)")->option_text("...");
    add_overrides(check, line.check_set);
    check->callback([&line] {
        line.command = [&line] {
            if (line.files.empty()) return refuse("check: no scenario is named", "try `evsweep check study.yaml`");
            return check_command({line.files.begin(), line.files.end()}, line.check_set);
        };
    });
}

void add_describe(CommandLine& line) {
    CLI::App* describe = add_command(line, "describe", "List all plug-ins and sections, or the parameters of one",
                                     "  evsweep describe\n"
                                     "  evsweep describe evms\n"
                                     "  evsweep describe study\n"
                                     "  evsweep describe signals");
    describe->add_option("NAME", line.plugin, "A controller, behaviour, distribution, feeder format, output or section")
        ->option_text(" ");
    describe->callback([&line] { line.command = [&line] { return describe_command(line.plugin); }; });
}

void add_new(CommandLine& line) {
    CLI::App* start = add_command(line, "new", "Write a commented study, feeder or controller to edit",
                                  "  evsweep new study\n"
                                  "  evsweep new study night/study.yaml --feeder network/Master.dss\n"
                                  "  evsweep new feeder street.yaml\n"
                                  "  evsweep new controller night_owl\n"
                                  "A study without --feeder gets a small feeder beside it. Existing files stay as they are.\n"
                                  "Exit status: 0 written, 1 a file cannot be written, 2 a problem of the input.");
    start->callback([&line] { line.command = [&line] { return new_command(line.start); }; });
    for (const auto& [what, summary] :
         {std::pair{"study", "A scenario, and a small feeder beside it"}, std::pair{"feeder", "A feeder file"},
          std::pair{"controller", "A folder with a controller and what builds it"}}) {
        CLI::App* kind = start->add_subcommand(what, summary);
        kind->allow_extras();
        kind->add_option("PATH", line.start.path, "File to write; of a controller, its folder, named like it")->option_text(" ");
        if (kind->get_name() == "study")
            kind->add_option("--feeder", line.start.feeder, "The feeder file of the study")->type_name("FILE");
        kind->callback([&line, kind] { line.start.what = kind->get_name(); });
        kind->get_help_ptr()->description("Print this help and stop");
    }
}

}  // namespace evsweep
