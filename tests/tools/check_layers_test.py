#!/usr/bin/python3
"""The layer check sees each kind of breach, and only breaches. Run: check_layers_test.py PATH_OF_CHECK_LAYERS"""

import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

CHECK = sys.argv.pop(1)
HEADER = "/// Why this exists.\n#pragma once\n"


class LayerCheck(unittest.TestCase):
    def setUp(self):
        self.scratch = tempfile.TemporaryDirectory()
        self.root = Path(self.scratch.name)
        for folder in ("include/evsweep", "models/outputs", "sim/config", "tools", "scenarios", "results", "tests"):
            (self.root / folder).mkdir(parents=True)
            (self.root / folder / "README.md").write_text("What it is for.\n")
        for folder in ("models", "sim"):
            (self.root / folder / "README.md").write_text("What it is for.\n")

    def tearDown(self):
        self.scratch.cleanup()

    def answer(self, path=None, text=""):
        if path:
            (self.root / path).parent.mkdir(parents=True, exist_ok=True)
            (self.root / path).write_text(text)
        done = subprocess.run([CHECK, str(self.root)], capture_output=True, text=True)
        self.assertEqual(done.returncode, 1 if done.stdout else 0, done.stderr)
        return done.stdout

    def test_a_tree_in_order_is_silent(self):
        text = '#include <vector>\n#include <fmt/format.h>\n#include "evsweep/a.hpp"\n#include "sim/config/b.hpp"\n'
        self.assertEqual(self.answer("sim/config/b.cpp", text), "")

    def test_parts_of_one_layer_do_not_see_one_another(self):
        output = self.answer("sim/config/b.cpp", '#include "sim/network/feeder.hpp"\n')
        self.assertIn("sim/config/b.cpp:1: sim/config may not include sim/network/feeder.hpp", output)

    def test_folders_of_the_network_know_what_stands_below_them_only(self):
        breach = "sim/network/sweep/a.cpp:1: sim/network/sweep may not include sim/network/relays/relay.hpp"
        self.assertIn(breach, self.answer("sim/network/sweep/a.cpp", '#include "sim/network/relays/relay.hpp"\n'))
        (self.root / "sim/network/sweep/a.cpp").write_text('#include "sim/network/feeder.hpp"\n')
        self.assertNotIn("a.cpp", self.answer("sim/network/relays/b.cpp", '#include "sim/network/sweep/a.hpp"\n'))

    def test_a_model_does_not_see_the_machine(self):
        output = self.answer("models/outputs/a.cpp", '#include "evsweep/output.hpp"\n#include "sim/config/b.hpp"\n')
        self.assertIn("models/outputs/a.cpp:2: models may not include sim/config/b.hpp", output)

    def test_a_model_shares_headers_with_its_own_kind_only(self):
        self.assertEqual(self.answer("models/outputs/a.cpp", '#include "outputs/marks.hpp"\n'), "")
        self.assertIn("models/outputs/a.cpp:1: ", self.answer("models/outputs/a.cpp", '#include "controllers/need.hpp"\n'))

    def test_controllers_share_the_solvers_and_solvers_know_no_controller(self):
        (self.root / "models/solvers").mkdir()
        (self.root / "models/solvers/README.md").write_text("What it is for.\n")
        self.assertEqual(self.answer("models/outputs/a.cpp", '#include "solvers/solver.hpp"\n'), "")
        self.assertEqual(self.answer("models/solvers/solver.cpp", '#include "solvers/solver.hpp"\n'), "")
        output = self.answer("models/solvers/solver.cpp", '#include "outputs/marks.hpp"\n')
        self.assertEqual(output, "models/solvers/solver.cpp:1: write the path of outputs/marks.hpp from the project's root\n")

    def test_plug_ins_see_the_signals_of_others_and_solvers_do_not(self):
        (self.root / "models/solvers").mkdir()
        (self.root / "models/solvers/README.md").write_text("What it is for.\n")
        self.assertEqual(self.answer("models/outputs/a.cpp", '#include "agents/market/signals.hpp"\n'), "")
        self.assertIn("models/solvers/solver.cpp:1: ",
                      self.answer("models/solvers/solver.cpp", '#include "agents/market/signals.hpp"\n'))

    def test_agents_share_the_meshed_grids_which_read_cases_of_matpower(self):
        for folder in ("models/transmission", "models/agents", "models/controllers"):
            (self.root / folder).mkdir()
            (self.root / folder / "README.md").write_text("What it is for.\n")
        case, reader = '#include "transmission/case.hpp"\n', '#include "feeder_formats/matpower/program.hpp"\n'
        self.assertEqual(self.answer("models/agents/a.cpp", case), "")
        self.assertEqual(self.answer("models/transmission/a.cpp", reader), "")
        self.assertIn("models/controllers/a.cpp:1: ", self.answer("models/controllers/a.cpp", case))
        (self.root / "models/controllers/a.cpp").unlink()
        self.assertIn("models/agents/a.cpp:1: ", self.answer("models/agents/a.cpp", reader))

    def test_the_vocabulary_knows_the_standard_library_alone(self):
        output = self.answer("include/evsweep/a.hpp", HEADER + "#include <vector>\n#include <fmt/format.h>\n")
        self.assertEqual(output, "include/evsweep/a.hpp:4: include/evsweep may not include <fmt/format.h>\n")

    def test_a_package_stays_in_its_one_place(self):
        self.assertIn("sim/config may not include <H5Cpp.h>", self.answer("sim/config/b.cpp", "#include <H5Cpp.h>\n"))

    def test_a_package_may_be_one_files_alone(self):
        self.assertEqual(self.answer("sim/network/sweep/lane_simd.hpp", HEADER + "#include <experimental/simd>\n"),
                         "sim/network/sweep: has no README.md that says what it is for\n")
        output = self.answer("sim/network/sweep.hpp", HEADER + "#include <experimental/simd>\n")
        self.assertIn("sim/network/sweep.hpp:3: sim/network may not include <experimental/simd>", output)

    def test_an_unknown_package_is_questioned(self):
        self.assertIn("<zlib.h> is a package", self.answer("sim/config/b.cpp", "#include <zlib.h>\n"))

    def test_a_header_says_why_it_exists(self):
        self.assertIn("sim/config/b.hpp:1: a header opens", self.answer("sim/config/b.hpp", "#pragma once\n"))

    def test_a_long_file_is_questioned(self):
        self.assertIn("451 lines", self.answer("sim/config/b.cpp", "\n" * 451))

    def test_a_folder_says_what_it_is_for(self):
        output = self.answer("models/controllers/c.cpp", '#include "evsweep/controller.hpp"\n')
        self.assertEqual(output, "models/controllers: has no README.md that says what it is for\n")

    def test_a_plugin_may_include_the_signals_of_another(self):
        self.assertEqual(self.answer("models/outputs/a.cpp", '#include "agents/market/signals.hpp"\n'), "")
        self.assertIn("models/outputs/a.cpp:1: ", self.answer("models/outputs/a.cpp", '#include "agents/market/clearing.hpp"\n'))

    def test_a_parameter_in_the_vocabulary_says_its_unit(self):
        output = self.answer("include/evsweep/a.hpp", HEADER + "double limit_kw(double soc, double knee);\n")
        self.assertEqual(output.splitlines(), ["include/evsweep/a.hpp:3: `double knee` does not say its unit; end its name in a unit, "
                                               "e.g. _kw or _per_h (see UNITS in tools/check-layers)"])
        output = self.answer("include/evsweep/a.hpp", HEADER + "void set(const Wish& wish = {},\n         const double power = 0.0);\n")
        self.assertIn("include/evsweep/a.hpp:4: `double power` does not say its unit", output)

    def test_units_rates_and_values_of_a_type_are_names_that_say_enough(self):
        text = "double f(double p_kw, double h, double from_soc, double rise_per_kwh, double value, double u, double power_factor);\n"
        self.assertEqual(self.answer("include/evsweep/a.hpp", HEADER + text), "")

    def test_members_variables_comments_and_types_are_no_parameters(self):
        text = ("struct A {\n    double knee = 1.0;  // of f(double knee)\n    std::function<double(double)> f{};\n};\n"
                "inline void g() {\n    for (double x = 0.0; x < 1.0; x += 0.1) {}\n    double y = 0.0;\n}\n")
        self.assertEqual(self.answer("include/evsweep/a.hpp", HEADER + text), "")

    def test_a_parameter_outside_the_vocabulary_is_free(self):
        self.assertEqual(self.answer("sim/config/b.hpp", HEADER + "double f(double x);\n"), "")

    def plugin(self, path, name):
        self.answer(path, f'class A {{\n    static constexpr std::string_view name = "{name}";\n}};\n')

    def test_the_machine_and_the_vocabulary_name_no_plugin(self):
        self.plugin("models/outputs/heat.cpp", "heat")
        expected = ("sim/config/b.cpp:1: names the plug-in 'heat' of models/outputs/heat.cpp; let the plug-in declare what is needed here, "
                    "or enter the word in HOMONYMS if it means something else\n")
        self.assertEqual(self.answer("sim/config/b.cpp", 'const char* usual = "heat";\n'), expected)
        self.assertEqual(self.answer("sim/config/b.cpp", '// heat, "heated", "pre heat"\nconst char* a = "heated";\n'), "")
        self.assertIn("include/evsweep/a.hpp:3: names the plug-in 'heat'",
                      self.answer("include/evsweep/a.hpp", HEADER + 'inline const char* usual = "heat";\n'))

    def test_a_plugin_names_itself_in_its_file_and_in_helpers_beside_it(self):
        self.plugin("models/outputs/heat.cpp", "heat")
        self.assertEqual(self.answer("models/outputs/heat_rows.cpp", 'const char* own = "heat";\n'), "")
        self.plugin("models/outputs/cold.cpp", "cold")
        output = self.answer("models/outputs/cold.cpp", (self.root / "models/outputs/cold.cpp").read_text() + 'auto* other = "heat";\n')
        self.assertIn("models/outputs/cold.cpp:4: names the plug-in 'heat'", output)

    def test_a_plugin_of_a_folder_is_named_there_only(self):
        for folder in ("models/controllers", "models/controllers/swarm"):
            (self.root / folder).mkdir()
            (self.root / folder / "README.md").write_text("What it is for.\n")
        self.plugin("models/controllers/swarm/swarm.cpp", "swarm")
        self.assertEqual(self.answer("models/controllers/swarm/rules.cpp", 'auto* own = "swarm";\n'), "")
        self.assertIn("models/controllers/other.cpp:1: names the plug-in 'swarm'",
                      self.answer("models/controllers/other.cpp", 'auto* other = "swarm";\n'))

    def test_a_kind_of_plugin_may_be_named_everywhere(self):
        self.answer("include/evsweep/law.hpp", HEADER + 'struct Law {\n    static constexpr std::string_view kind = "law";\n};\n')
        self.plugin("models/outputs/law.cpp", "law")
        self.assertEqual(self.answer("sim/config/b.cpp", 'const char* key = "law";\n'), "")

    def test_tests_may_name_every_plugin(self):
        self.plugin("models/outputs/heat.cpp", "heat")
        self.assertEqual(self.answer("tests/heat_test.cpp", 'const char* tested = "heat";\n'), "")


if __name__ == "__main__":
    unittest.main()
