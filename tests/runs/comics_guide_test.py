#!/usr/bin/env python3
"""The guide for owners of comics: its queries run, its units are good, its searches find what they show."""
import pathlib
import re
import shutil
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

GUIDE = (weir_cli.CHECKOUT / "docs/guide/comics.md").read_text()
# What the guide shows of its 20,010 comics that does not depend on the 20,000.
OF_POEMS = ("Nonsense Songs|1871|1|9", "1|Midnight Dreary\n2|Some Late Visitor")


class Guide(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        for arguments in (["poems", self.folder / "comics/Poems"],
                          ["many", self.folder / "comics/Many", "--count", "200"]):
            subprocess.run([weir_cli.CHECKOUT / "tools/make_comics", *arguments], check=True,
                           capture_output=True)
        for command in (["import", "comics"], ["covers"]):
            done = weir_cli.weir("comics", *command, "--db", "comics.db", cwd=self.folder)
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_its_queries_run_and_give_what_is_shown(self):
        queries = re.findall(r'sqlite3 comics\.db "([^"]+)"', GUIDE)
        self.assertGreater(len(queries), 8)
        shown = []
        with sqlite3.connect(self.folder / "comics.db") as library:
            for query in queries:
                if query.startswith("VACUUM"):
                    continue
                rows = library.execute(query).fetchall()
                shown.append("\n".join("|".join(map(str, row)) for row in rows))
        for wanted in OF_POEMS:
            self.assertIn(wanted, GUIDE.replace("    ", ""))
            self.assertTrue(any(wanted in one for one in shown), wanted)

    def test_its_searches_find_something(self):
        queries = [query.strip("'") for query in re.findall(r"^\| `('.*?'|[a-z -]+)` \|", GUIDE, re.M)]
        self.assertGreater(len(queries), 3)
        for query in queries:
            done = weir_cli.weir("comics", "search", query, "--db", self.folder / "comics.db")
            self.assertEqual(done.returncode, 0, done.stderr)
        fields = GUIDE.partition("Fields are ")[2].partition(", also in")[0]
        for field in re.findall("`([a-z_]+)`", fields):
            done = weir_cli.weir("comics", "search", f"{field}:a", "--db", self.folder / "comics.db")
            self.assertEqual(done.returncode, 0, done.stderr)

    @unittest.skipUnless(shutil.which("systemd-analyze"), "systemd-analyze is not installed")
    def test_its_units_are_good(self):
        units = {"weir-comics.service": "`weir-comics.service`:", "weir-comics.timer": "`weir-comics.timer`:"}
        for name, place in units.items():
            sections = GUIDE.partition(place)[2].partition("\n\n    [")[2]
            end = re.search(r"\n\S", sections).start()
            text = "\n".join(line.strip() for line in ("[" + sections[:end]).splitlines())
            (self.folder / name).write_text(text.replace("/usr/local/bin/weir", weir_cli.WEIR) + "\n")
        done = subprocess.run(["systemd-analyze", "verify", "--user", *units], cwd=self.folder,
                              capture_output=True, text=True,
                              env={"XDG_RUNTIME_DIR": str(self.folder), "PATH": "/usr/bin:/bin"})
        self.assertEqual((done.returncode, done.stderr), (0, ""))


if __name__ == "__main__":
    unittest.main()
