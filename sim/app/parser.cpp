#include "sim/app/parser.hpp"

namespace evsweep {

CLI::App* add_command(CommandLine& line, const std::string& name, const std::string& summary, const std::string& examples) {
    CLI::App* command = line.app.add_subcommand(name, summary);
    command->footer("Examples:\n" + examples);
    command->group("Commands");
    command->allow_extras();
    return command;
}

void add_overrides(CLI::App* command, std::vector<std::string>& overrides) {
    command->add_option("--set", overrides, "Overrides one setting of the scenario; may be given several times")
        ->type_name("PATH=VALUE")
        ->allow_extra_args(false);
}

void add_instruction_set(CLI::App* command, std::string& name) {
    command
        ->add_option("--instruction-set", name,
                     "Vectors to use; else the widest that this machine has. Numbers of different ones agree to 1e-12\n"
                     "of the largest of their kind; with one of them they are the same to the last bit")
        ->type_name("baseline|avx2|avx512");
}

}  // namespace evsweep
