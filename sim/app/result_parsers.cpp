#include "sim/app/parser.hpp"
#include "sim/app/say.hpp"

namespace evsweep {

void add_show(CommandLine& line) {
    CLI::App* day = add_command(line, "show", "Show one day of a study: every stay, or one vehicle step by step",
                                "  evsweep show results/evms_study.h5 --replica 7 --controller evms\n"
                                "  evsweep show results/evms_study.h5 --replica 7 --controller evms --vehicle 12 --out day.h5\n"
                                "The day is played again from the inputs that the result holds, or from a scenario.\n"
                                "`tools/plot day.h5` draws it. Exit status: 0 done, 1 the day failed, 2 a problem of the input.");
    day->add_option("RESULT", line.day.result, "A result file (.h5), or a scenario (YAML)")->option_text(" ");
    day->add_option("--point", line.day.point, "Of a sweep: which point, by its number from 0 or its label")->type_name("K");
    day->add_option("--replica", line.day.replica, "Which replica, counted from 0 (0)")->type_name("N");
    day->add_option("--controller", line.day.controller, "Label of the controller; else the reference")->type_name("LABEL");
    day->add_option("--vehicle", line.day.vehicle, "One vehicle, counted from 0, with its power over time")->type_name("N");
    day->add_option("--out", line.day.out, "Keep the day with all its traces in a result file (.h5)")->type_name("FILE");
    day->add_flag("--force", line.day.force, "Replace the result at --out");
    day->callback([&line] {
        line.command = [&line] {
            return line.day.result.empty() ? refuse("show: no result file is named", "try `evsweep show results/study.h5`")
                                           : show_command(line.day);
        };
    });
}

void add_export(CommandLine& line) {
    CLI::App* tables =
        add_command(line, "export", "Write the tables of a result file as CSV",
                    "  evsweep export results/evms_study.h5 --csv tables\n"
                    "One file per table, units in the header, all controllers below one another. Times are given as local\n"
                    "dates and in hours since the start; cells of unknown numbers are empty.\n"
                    "Exit status: 0 written, 1 a file cannot be written, 2 a problem of the input.");
    tables->add_option("RESULT", line.tables.result, "A result file (.h5)")->option_text(" ");
    tables->add_option("--csv", line.tables.csv, "Folder for the tables")->type_name("DIR");
    tables->add_flag("--force", line.tables.force, "Write into a folder that holds something already");
    tables->callback([&line] { line.command = [&line] { return export_command(line.tables); }; });
}

void add_summary(CommandLine& line) {
    CLI::App* summary =
        add_command(line, "summary", "Print the comparison table of a result file", "  evsweep summary results/evms_study.h5");
    summary->add_option("RESULT", line.result, "A result file (.h5)")->option_text(" ");
    summary->callback([&line] {
        line.command = [&line] {
            return line.result.empty() ? refuse("summary: no result file is named", "try `evsweep summary results/study.h5`")
                                       : summary_command(line.result);
        };
    });
}

}  // namespace evsweep
