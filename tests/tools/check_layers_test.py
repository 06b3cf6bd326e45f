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
        told = self.answer("sim/config/b.cpp", '#include "sim/network/feeder.hpp"\n')
        self.assertIn("sim/config/b.cpp:1: sim/config may not include sim/network/feeder.hpp", told)

    def test_a_model_does_not_see_the_machine(self):
        told = self.answer("models/outputs/a.cpp", '#include "evsweep/output.hpp"\n#include "sim/config/b.hpp"\n')
        self.assertIn("models/outputs/a.cpp:2: models may not include sim/config/b.hpp", told)

    def test_a_model_shares_headers_with_its_own_kind_only(self):
        self.assertEqual(self.answer("models/outputs/a.cpp", '#include "outputs/marks.hpp"\n'), "")
        self.assertIn("models/outputs/a.cpp:1: ", self.answer("models/outputs/a.cpp", '#include "controllers/need.hpp"\n'))

    def test_controllers_share_the_solvers_and_solvers_know_no_controller(self):
        (self.root / "models/solvers").mkdir()
        (self.root / "models/solvers/README.md").write_text("What it is for.\n")
        self.assertEqual(self.answer("models/outputs/a.cpp", '#include "solvers/solver.hpp"\n'), "")
        self.assertEqual(self.answer("models/solvers/solver.cpp", '#include "solvers/solver.hpp"\n'), "")
        told = self.answer("models/solvers/solver.cpp", '#include "outputs/marks.hpp"\n')
        self.assertEqual(told, "models/solvers/solver.cpp:1: write the path of outputs/marks.hpp from the project's root\n")

    def test_the_vocabulary_knows_the_standard_library_alone(self):
        told = self.answer("include/evsweep/a.hpp", HEADER + "#include <vector>\n#include <fmt/format.h>\n")
        self.assertEqual(told, "include/evsweep/a.hpp:4: include/evsweep may not include <fmt/format.h>\n")

    def test_a_package_stays_in_its_one_place(self):
        self.assertIn("sim/config may not include <H5Cpp.h>", self.answer("sim/config/b.cpp", "#include <H5Cpp.h>\n"))

    def test_a_package_may_be_one_files_alone(self):
        self.assertEqual(self.answer("sim/network/sweep/lane_simd.hpp", HEADER + "#include <experimental/simd>\n"),
                         "sim/network/sweep: has no README.md that says what it is for\n")
        told = self.answer("sim/network/sweep.hpp", HEADER + "#include <experimental/simd>\n")
        self.assertIn("sim/network/sweep.hpp:3: sim/network may not include <experimental/simd>", told)

    def test_an_unknown_package_is_questioned(self):
        self.assertIn("<zlib.h> is a package", self.answer("sim/config/b.cpp", "#include <zlib.h>\n"))

    def test_a_header_says_why_it_exists(self):
        self.assertIn("sim/config/b.hpp:1: a header opens", self.answer("sim/config/b.hpp", "#pragma once\n"))

    def test_a_long_file_is_questioned(self):
        self.assertIn("451 lines", self.answer("sim/config/b.cpp", "\n" * 451))

    def test_a_folder_says_what_it_is_for(self):
        told = self.answer("models/controllers/c.cpp", '#include "evsweep/controller.hpp"\n')
        self.assertEqual(told, "models/controllers: has no README.md that says what it is for\n")


if __name__ == "__main__":
    unittest.main()
