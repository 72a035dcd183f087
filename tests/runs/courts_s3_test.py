#!/usr/bin/env python3
"""The courts job over an object store: extracts from a prefix, the tables as CSV below another one."""
import json
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import s3_server
import weir_cli
from courts_cli import case, extract
from weir_cli import weir


class ObjectStore(courts_cli.CourtsTest):
    def setUp(self):
        super().setUp()
        self.server = self.enterContext(s3_server.Server(self.folder))

    def exported(self, prefix):
        """What `_weir/current.json` names, by the name of the file."""
        current = json.loads((self.server.bucket / prefix / "_weir/current.json").read_text())
        return current["run"], {pathlib.Path(file).name: (self.server.bucket / prefix / file).read_text()
                                for file in current["files"]}

    def test_extracts_below_a_prefix_give_the_truth_and_only_new_ones_are_read_again(self):
        folder, truth = courts_cli.generated("--cases", 400, "--seed", 3, "--files", 4, "--delete-fraction", 0.05)
        for file in truth["files"]:
            self.server.put(f"in/2026/{file['name']}", (folder / file["name"]).read_bytes())
        self.server.put("in/notes.txt", b"no extract")
        prefix = f"{self.server.url}/in"
        self.load(prefix, env=self.server.environment)
        self.assert_truth(folder)
        self.assertTrue(self.load(prefix, env=self.server.environment)["up_to_date"])
        new = extract(self.folder / "LandlordTenant.Incr.2030-01-01.zip", "2030-01-01", case("NEW"))
        self.server.put(f"in/{new.name}", new.read_bytes())
        self.assertEqual(self.load(prefix, env=self.server.environment)["records"], 1)

    def test_an_export_is_that_of_a_folder_and_replaced_at_once(self):
        folder, _ = courts_cli.generated("--cases", 400, "--seed", 3, "--files", 4, "--delete-fraction", 0.05)
        there = f"{self.server.url}/csv"
        self.load(folder, "--csv", there, env=self.server.environment)
        run, files = self.exported("csv")
        weir("courts", "export", "--db", self.database, "--csv", self.folder / "csv")
        wanted = {file.name: sorted(file.read_text().splitlines()) for file in (self.folder / "csv").glob("*.csv")}
        self.assertEqual({name: sorted(text.splitlines()) for name, text in files.items()}, wanted)
        for number in (1, 2):
            file = extract(self.folder / f"LandlordTenant.Incr.203{number}-01-01.zip", f"203{number}-01-01", case("NEW"))
            self.load(file, "--csv", there, env=self.server.environment)
        newest, files = self.exported("csv")
        self.assertNotEqual(newest, run)
        self.assertIn("NEW", files["oca_index.csv"])
        self.assertFalse((self.server.bucket / "csv" / run / "oca_index.csv").exists())

    def test_a_place_that_does_not_answer_leaves_production_as_it_was(self):
        self.load(extract(self.folder / "LandlordTenant.Incr.2026-03-01.zip", "2026-03-01", case("A")))
        before = weir_cli.digest(f"duckdb:{self.database}")
        file = extract(self.folder / "LandlordTenant.Incr.2026-03-08.zip", "2026-03-08", case("B"))
        done = weir("courts", "load", file, "--db", self.database, "--csv", "s3://nowhere/csv",
                    env=self.server.environment)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("nowhere", done.stderr)
        self.assertEqual(weir_cli.digest(f"duckdb:{self.database}"), before)


if __name__ == "__main__":
    unittest.main()
