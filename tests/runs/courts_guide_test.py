#!/usr/bin/env python3
"""The guide to court cases: its commands run in their order, its queries answer, its dictionary is the declaration's."""
import pathlib
import re
import shlex
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli
from weir_cli import weir

DOCS = weir_cli.CHECKOUT / "docs"
GUIDE = (DOCS / "guide/courts.md").read_text()


class Guide(courts_cli.CourtsTest):
    def setUp(self):
        super().setUp()
        self.extracts, self.truth = courts_cli.generated("--cases", 800, "--seed", 6, "--files", 6, "--bad-fraction", 0.01,
                                                         "--delete-fraction", 0.05)
        (self.folder / "extracts").symlink_to(self.extracts)

    def run_all(self, commands):
        for command in commands:
            with self.subTest(command):
                words = shlex.split(command, comments=True)
                self.assertEqual(words[0], "weir")
                done = weir(*words[1:], cwd=self.folder)
                self.assertIn(done.returncode, (0, 3), done.stderr)

    def test_the_commands_on_its_front_run(self):
        commands = re.findall(r"^    (weir .*)$", GUIDE, re.M)
        self.assertEqual(len(commands), 5)
        self.run_all(commands)

    def test_its_commands_run_in_their_order_and_give_the_truth(self):
        commands = re.findall(r"^    \$ (weir .*)$", GUIDE, re.M)
        self.assertGreater(len(commands), 12)
        self.run_all(commands)
        for schema in ("main", "again"):
            self.assert_truth(self.extracts, "--schema", schema)
        queries = re.findall(r"^    (SELECT .*);$", GUIDE, re.M)
        self.assertEqual(len(queries), 7)
        for query in queries:
            self.assertTrue(self.rows(query), query)

    def test_its_options_are_those_of_the_program(self):
        known = weir("courts", "load", "--help").stdout
        for option in re.findall(r"^\| `(--[a-z-]+)", GUIDE, re.M):
            self.assertIn(option + " ", known)

    def test_the_dictionary_is_that_of_the_declaration(self):
        page = (DOCS / "reference/courts_dictionary.md").read_text()
        printed = weir("check", "courts", "--dictionary").stdout
        self.assertTrue(printed.startswith("## oca_index"))
        self.assertEqual(page[page.index("## oca_index"):], printed)


if __name__ == "__main__":
    unittest.main()
