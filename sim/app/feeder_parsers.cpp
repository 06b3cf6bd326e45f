#include "sim/app/parser.hpp"
#include "sim/app/say.hpp"

namespace evsweep {

namespace {

void add_scenarios(CLI::App* solve, SolveOptions& options) {
    solve->add_option("--scenarios", options.scenarios, "Solve so many load flows, every load of each at random")->type_name("N");
    solve->add_option("--spread", options.spread, "Loads are U(LOW, HIGH) times nominal, each on its own (0.3 1.5)")
        ->type_name("LOW HIGH")
        ->type_size(2)
        ->expected(1)
        ->allow_extra_args(false);
    solve->add_option("--seed", options.seed, "Seed of the random loads (1)")->type_name("N");
    solve->add_option("--threads", options.threads, "Number of threads; 0: one per core (the default)")->type_name("N");
    add_instruction_set(solve, options.instruction_set);
}

}  // namespace

void add_solve(CommandLine& line) {
    CLI::App* solve = add_command(line, "solve", "Solve one load flow of a feeder at nominal load, or very many at random loads",
                                  "  evsweep solve scenarios/ieee33/feeder.yaml\n"
                                  "  evsweep solve case33bw.m --tolerance 1e-10 --csv results/case33bw\n"
                                  "  evsweep solve scenarios/ieee33/feeder.yaml --scenarios 1000000 --spread 0.5 1.2\n"
                                  "Exit status: 0 solved, 1 no solution or controls without rest, 2 a problem of the input.");
    solve->add_option("FEEDER", line.solve.feeder, "A feeder file")->option_text(" ");
    solve->add_option("--csv", line.solve.csv, "Folder for the tables")->type_name("DIR");
    solve
        ->add_option("--controls", line.solve.controls,
                     "Let tap changers and capacitors settle (the default), or take them as given")
        ->type_name("settle|as-given");
    solve->add_option("--tolerance", line.solve.tolerance, "Voltage change that counts as solved (1e-8)")->type_name("PU");
    solve->add_option("--source-voltage", line.solve.source_voltage, "Voltage at the source instead of the file's")
        ->type_name("PU");
    solve->add_option("--format", line.solve.format, "Feeder format; else recognised by content")->type_name("NAME");
    add_scenarios(solve, line.solve);
    solve->callback([&line] {
        line.command = [&line] {
            return line.solve.feeder.empty() ? refuse("solve: no feeder is named", "try `evsweep solve feeder.yaml`")
                                             : solve_command(line.solve);
        };
    });
}

void add_feeder(CommandLine& line) {
    CLI::App* feeder = add_command(
        line, "feeder", "Report what a feeder file holds, or convert it to the project's own format",
        "  evsweep feeder case33bw.m\n"
        "  evsweep feeder Master.dss --to yaml -o feeder.yaml\n"
        "The numbers of the written file are those of the read one to the last bit.\n"
        "Without --to it reports what was read, assumed and left out, and what no limit judges. A file whose network cannot be\n"
        "solved is refused then; with --to only rows that are wrong by themselves are.\n"
        "Exit status: 0 done, 1 the file cannot be written, 2 a problem of the input.");
    feeder->add_option("FEEDER", line.feeder.feeder, "A feeder file")->option_text(" ");
    feeder->add_option("--to", line.feeder.to, "Write it as yaml, json or dss (OpenDSS) instead")->type_name("STYLE");
    feeder->add_option("-o,--out", line.feeder.out, "File to write; else stdout")->type_name("FILE");
    feeder->add_option("--format", line.feeder.format, "Feeder format; else recognised by content")->type_name("NAME");
    feeder->callback([&line] {
        line.command = [&line] {
            return line.feeder.feeder.empty() ? refuse("feeder: no feeder is named", "try `evsweep feeder feeder.yaml`")
                                              : feeder_command(line.feeder);
        };
    });
}

}  // namespace evsweep
