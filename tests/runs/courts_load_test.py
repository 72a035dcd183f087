#!/usr/bin/env python3
"""weir courts load: the state of the truth, in whatever order, pieces, threads and parts the files come."""
import json
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli
from courts_cli import case, extract
from weir_cli import weir


class Truth(courts_cli.CourtsTest):
    def test_one_command_gives_it_and_a_second_one_keeps_it(self):
        folder, truth = courts_cli.usual()
        first = self.load(folder, status=3)
        self.assert_truth(folder)
        self.assertEqual(first["rejected"], len(truth["failed_cases"]))
        self.assertEqual(len(first["failed"]), len(truth["broken_files"]))
        again = self.load(folder, status=3)
        self.assert_truth(folder)
        self.assertEqual((again["created"], again["deleted"]), (0, 0))

    def test_files_one_by_one_in_any_order_give_it(self):
        folder, truth = courts_cli.usual()
        for seed in range(2):
            names = weir_cli.shuffled(truth["load_order"], seed)
            database = self.folder / f"{seed}.duckdb"
            for name in names:
                self.load(folder / name, to=f"duckdb:{database}",
                          status=3 if self.bad(truth, name) else 0)
            self.assert_truth(folder, database=database)

    @staticmethod
    def bad(truth, name):
        return next(file["bad"] for file in truth["files"] if file["name"] == name)

    def test_one_promotion_a_file_gives_it(self):
        folder, truth = courts_cli.usual()
        self.load(folder, "--commit", "file", status=3)
        self.assert_truth(folder)
        done = weir("runs", f"duckdb:{self.database}", "--json")
        self.assertEqual(len(done.stdout.splitlines()), len(truth["files"]) + len(truth["broken_files"]))

    def test_chunks_and_threads_do_not_change_it(self):
        folder, _ = courts_cli.usual()
        for arguments in (("--chunk-records", 1, "--threads", 2), ("--chunk-records", 37, "--threads", 8),
                          ("--chunk-share", 0.01, "--threads", 3), ("--threads", 1, "--memory", "192MiB")):
            with self.subTest(arguments):
                database = self.folder / ("_".join(map(str, arguments)) + ".duckdb")
                self.load(folder, *arguments, to=f"duckdb:{database}", status=3)
                self.assert_truth(folder, database=database)

    def test_parts_made_visible_together_give_it(self):
        folder, _ = courts_cli.usual()
        work = self.folder / "parts"
        for part in (3, 1, 2):
            done = weir("courts", "load", folder, "--partition", f"{part}/3", "--work", work)
            self.assertIn(done.returncode, (0, 3), done.stderr)
        done = weir("commit", "courts", folder, "--work", work, "--to", f"duckdb:{self.database}")
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assert_truth(folder)

    def test_targets_have_equal_digests(self):
        folder, _ = courts_cli.usual()
        self.load(folder, status=3)
        known = weir_cli.digest(f"duckdb:{self.database}")
        for kind in ("csv", "parquet", "sqlite"):
            url = weir_cli.target(kind, self.folder, kind)
            self.load(folder, to=url, status=3)
            self.assertEqual(weir_cli.digest(url), known, kind)

    def test_everything_beside_production_is_equal_to_it(self):
        folder, _ = courts_cli.usual()
        self.load(folder, status=3)
        self.load(folder, "--schema", "next", "--force", status=3)
        self.assert_truth(folder, "--schema", "next")
        done = weir("digest", "--compare", f"duckdb:{self.database}", f"duckdb:{self.database}?schema=next")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_level_1_never_stores_streets(self):
        folder, _ = courts_cli.generated("--cases", 200, "--seed", 9, "--files", 2)
        self.load(folder, "--level", 1)
        self.assertEqual(self.rows("SELECT count(*), count(street1), count(street2), count(city) > 0 "
                                   "FROM oca_addresses"), [[self.count("oca_addresses"), 0, 0, True]])
        self.load(folder, "--level", 2, to=f"duckdb:{self.folder}/two.duckdb")
        self.assert_truth(folder, database=self.folder / "two.duckdb")

    def count(self, table):
        return self.rows(f"SELECT count(*) FROM {table}")[0][0]


class Selection(courts_cli.CourtsTest):
    def test_what_is_loaded_is_passed_over_wherever_it_lies_and_whatever_it_is_called(self):
        folder, _ = courts_cli.generated("--cases", 200, "--seed", 9, "--files", 4)
        here = self.folder / "here"
        shutil.copytree(folder, here)
        self.load(here)
        self.assertTrue(self.load(here)["up_to_date"])
        elsewhere = self.folder / "elsewhere/deep"
        elsewhere.parent.mkdir()
        here.rename(elsewhere)
        for file in elsewhere.glob("*.zip"):
            file.touch()
        self.assertTrue(self.load(elsewhere.parent)["up_to_date"])
        file = sorted(elsewhere.glob("*Incr*.zip"))[0]
        shutil.copy(file, elsewhere / "LandlordTenant.copy.zip")
        done = self.load(elsewhere)
        self.assertTrue(done["up_to_date"])
        self.assertEqual(done["skipped_inputs"], done["inputs"])
        self.assertFalse(self.load(elsewhere, "--force")["up_to_date"])
        self.assert_truth(folder)

    def test_files_with_failed_cases_are_read_again_and_others_are_not(self):
        bad, good = "LandlordTenant.Incr.2026-03-01.zip", "LandlordTenant.Incr.2026-03-08.zip"
        files = self.folder / "files"
        extract(files / bad, "2026-03-01", case("A", "<FiledDate>2026-13-01</FiledDate>"), case("B"))
        extract(files / good, "2026-03-08", case("C"))
        self.load(files, status=3)
        done = weir("courts", "load", files, "--db", self.database, "--dry-run")
        self.assertIn(bad, done.stdout)
        self.assertNotIn(good, done.stdout)
        self.load(files, status=3)
        self.assertEqual(self.rows("SELECT key, count(*) FROM weir_reject GROUP BY key"), [["A", 1]])
        extract(files / bad, "2026-03-01", case("A", "<FiledDate>2026-03-01</FiledDate>"), case("B"))
        self.load(files)
        self.assertEqual(self.rows("SELECT count(*) FROM weir_reject"), [[0]])
        self.assertEqual(self.rows("SELECT indexnumberid FROM oca_index ORDER BY 1"), [["A"], ["B"], ["C"]])
        self.assertTrue(self.load(files)["up_to_date"])

    def test_of_a_folder_only_extracts_are_taken(self):
        extract(self.folder / "in/2026/LandlordTenant.Incr.2026-03-01.zip", "2026-03-01", case("A"))
        extract(self.folder / "in/other.zip", "2026-03-01", case("B"))
        (self.folder / "in/README").write_text("no extract")
        self.load(self.folder / "in")
        self.assertEqual(self.rows("SELECT indexnumberid FROM oca_index"), [["A"]])
        self.load(self.folder / "in/other.zip")
        self.assertEqual(len(self.rows("SELECT * FROM oca_index")), 2)

    def test_files_are_taken_in_the_order_of_their_versions(self):
        for name in ("Incr.2026-03-08", "Incr.2026-03-01", "Initial.FiledIn2020.2026-03-08"):
            extract(self.folder / f"in/LandlordTenant.{name}.zip", None, case("A"))
        done = weir("courts", "load", self.folder / "in", "--db", self.database, "--dry-run")
        names = [line.split("LandlordTenant.")[1].split(".zip")[0]
                 for line in done.stdout.splitlines() if "!/" in line]
        self.assertEqual(names, ["Incr.2026-03-01", "Initial.FiledIn2020.2026-03-08", "Incr.2026-03-08"])


class Failing(courts_cli.CourtsTest):
    def test_fail_fast_promotes_nothing_and_keeps_production(self):
        folder, truth = courts_cli.usual()
        good = [folder / file["name"] for file in truth["files"] if not file["bad"]]
        self.load(*good)
        before = weir_cli.digest(f"duckdb:{self.database}")
        for inputs in ([folder / truth["broken_files"][0]["name"]], [folder]):
            done = weir("courts", "load", *inputs, "--db", self.database, "--fail-fast")
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("the run ended with the first failure; nothing was promoted", done.stderr)
            self.assertEqual(weir_cli.digest(f"duckdb:{self.database}"), before)
        runs = weir("runs", f"duckdb:{self.database}").stdout
        self.assertIn("failed in spool", runs)
        self.load(folder, status=3)
        self.assert_truth(folder)

    def test_a_run_of_unreadable_files_alone_promotes_nothing(self):
        folder, truth = courts_cli.usual()
        broken = [folder / file["name"] for file in truth["broken_files"]]
        done = weir("courts", "load", *broken, "--db", self.database)
        self.assertEqual(done.returncode, 1, done.stderr)
        for file in broken:
            self.assertIn(str(file), done.stderr)

    def test_a_failed_case_is_said_with_its_place_and_kept_with_its_bytes(self):
        bad = case("LT-8812", "<FiledDate>2026-13-01</FiledDate>")
        file = extract(self.folder / "LandlordTenant.Incr.2026-03-01.zip", "2026-03-01", case("A"), bad)
        done = weir("courts", "load", file, "--db", self.database)
        self.assertEqual(done.returncode, 3)
        self.assertRegex(done.stderr, r'weir: .*zip!/LandlordTenantExtract.xml: case LT-8812 \(record 2, byte \d+\): '
                                      r'fileddate: "2026-13-01" is not a date.*; kept as a reject')
        self.assertIn(f"weir rejects duckdb:{self.database}", done.stderr)
        (reject,) = map(json.loads, weir("rejects", f"duckdb:{self.database}", "--json").stdout.splitlines())
        self.assertEqual((reject["key"], reject["row"]), ("LT-8812", 2))
        self.assertEqual(reject["raw"], bad)


if __name__ == "__main__":
    unittest.main()
