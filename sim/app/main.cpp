#include "sim/app/command_line.hpp"

int main(int argc, char** argv) { return static_cast<int>(evsweep::run_command_line(argc, argv)); }
