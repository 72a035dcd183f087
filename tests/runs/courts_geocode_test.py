#!/usr/bin/env python3
"""Geocoding of court addresses: by a table, by services that fail in every way, and by a backfill."""
import hashlib
import pathlib
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli
from geocoder_server import GeocoderServer, every_fault_once
from weir_cli import weir


def some():
    """Extracts of some hundred addresses, and their table."""
    return courts_cli.generated("--cases", 150, "--seed", 11, "--files", 3)


def a_third(key):
    return hashlib.sha256(key.encode()).digest()[0] % 3 == 0


def address_digest(url):
    return weir_cli.digest(url)["oca_addresses"]


class Geocoding(courts_cli.CourtsTest):
    def url(self):
        return f"duckdb:{self.database}"

    def by_table(self, folder):
        """The digest of the addresses as the table has them."""
        url = f"csv:{self.folder}/by_table"
        self.load(folder, "--geocoder", folder / "geocoder.csv", to=url)
        return address_digest(url)

    def count(self, condition):
        ((count,),) = self.rows(f"SELECT count(*) FROM oca_addresses WHERE {condition}")
        return count


class Table(Geocoding):
    def test_gives_the_truth_whatever_chunks_and_threads(self):
        folder, _ = courts_cli.usual()
        known = set()
        for arguments in ((), ("--chunk-records", 20, "--threads", 4)):
            database = self.folder / f"{len(arguments)}.duckdb"
            self.load(folder, "--geocoder", folder / "geocoder.csv", *arguments, to=f"duckdb:{database}",
                      status=3)
            self.assert_truth(folder, "--geocoded", database=database)
            known.add(address_digest(f"duckdb:{database}"))
        self.assertEqual(len(known), 1)

    def test_fills_points_and_says_what_has_no_match(self):
        folder, _ = some()
        self.load(folder, "--geocoder", folder / "geocoder.csv")
        self.assertGreater(self.count("status = 'no_match'"), 0)
        self.assertEqual(self.count("(geom IS NULL) <> (lat IS NULL)"), 0)
        self.assertEqual(self.count("status IS NULL"), self.count("street1 IS NULL"))
        self.assertEqual(self.count("status = 'success' AND lat IS NULL"), 0)

    def test_streets_of_level_1_are_not_looked_up(self):
        folder, _ = some()
        self.load(folder, "--level", 1, "--geocoder", folder / "geocoder.csv")
        self.assertEqual(self.count("status IS NOT NULL OR street1 IS NOT NULL"), 0)

    def test_a_bad_table_ends_the_run_with_its_line_and_leaves_production(self):
        folder, _ = some()
        self.load(folder, "--geocoder", folder / "geocoder.csv")
        before = weir_cli.digest(self.url())
        lines = (folder / "geocoder.csv").read_text().splitlines()
        lines[4] = lines[4].replace(",40.", ",north")
        bad = self.folder / "bad.csv"
        bad.write_text("\n".join(lines))
        done = weir("courts", "load", folder, "--force", "--db", self.database, "--geocoder", bad)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("bad.csv: line 5, column lat: \"north", done.stderr)
        self.assertEqual(weir_cli.digest(self.url()), before)
        done = weir("courts", "load", folder, "--db", self.database, "--geocoder", self.folder / "none.csv")
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("none.csv", done.stderr)


class Services(Geocoding):
    def test_give_what_the_table_gives_however_they_fail(self):
        folder, _ = some()
        with GeocoderServer(folder / "geocoder.csv", every_fault_once, a_third) as server:
            done = weir("courts", "load", folder, "--db", self.database, "--geocoder", server.url,
                        "--geocoder-timeout", 1, env={"WEIR_GEOCODER_TOKEN": "a secret"})
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(server.wrong, [])
        self.assertEqual(address_digest(self.url()), self.by_table(folder))
        self.assertEqual(server.tokens, {"Bearer a secret"})
        self.assertNotIn("a secret", done.stdout + done.stderr)
        self.assertLessEqual(max(server.asked.values()), 2)

    def test_are_asked_only_for_what_is_new(self):
        folder, truth = some()
        names = truth["load_order"]
        with GeocoderServer(folder / "geocoder.csv") as server:
            for name in names:
                self.load(folder / name, "--geocoder", server.url)
            first = server.requests
            self.load(folder, "--force", "--geocoder", server.url)
            self.assertEqual(server.requests, first)
        self.assertEqual(address_digest(self.url()), self.by_table(folder))

    def test_that_answer_nothing_stop_no_load_and_a_backfill_makes_up_for_it(self):
        folder, _ = some()
        self.load(folder, "--geocoder", "http://127.0.0.1:9/", "--geocoder-timeout", 1)
        self.assertEqual(self.count("status IS NOT NULL"), 0)
        with GeocoderServer(folder / "geocoder.csv", census_only=a_third) as server:
            self.backfill("--geocoder", server.url, "--limit", 7)
            self.assertEqual(len(server.asked), 7)
            self.backfill("--geocoder", server.url)
            self.assertEqual(server.asked.total(), len(server.asked))
        self.assertEqual(address_digest(self.url()), self.by_table(folder))

    def test_a_killed_load_keeps_their_answers(self):
        folder, _ = some()
        with GeocoderServer(folder / "geocoder.csv") as server:
            process = weir_cli.start("courts", "load", folder, "--db", self.database, "--geocoder",
                                     server.url, "--geocoder-rate", 2000)
            book = pathlib.Path(f"{self.database}.weir-spool/geocode.db-wal")
            for _ in range(6000):
                if server.lists or process.poll() is not None:
                    break
                time.sleep(0.01)
            process.kill()
            process.wait()
            process.stderr.close()
            self.assertTrue(book.exists() or server.lists)
            self.load(folder, "--geocoder", server.url)
        self.assertEqual(set(server.asked.values()), {1}, "all were answered before the kill")
        self.assertEqual(address_digest(self.url()), self.by_table(folder))

    def backfill(self, *arguments):
        done = weir("courts", "geocode", "--db", self.database, "--backfill", *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)


class Backfill(Geocoding):
    def test_by_a_table_fills_what_a_load_left(self):
        folder, _ = some()
        self.load(folder)
        table = folder / "geocoder.csv"
        done = weir("courts", "geocode", "--db", self.database, "--backfill", "--geocoder", table)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(address_digest(self.url()), self.by_table(folder))

    def test_takes_the_rows_without_a_match_that_a_better_table_has(self):
        folder, _ = some()
        lines = (folder / "geocoder.csv").read_text().splitlines(keepends=True)
        half = self.folder / "half.csv"
        half.write_text("".join(lines[:len(lines) // 2]))
        self.load(folder, "--geocoder", half)
        done = weir("courts", "geocode", "--db", self.database, "--backfill", "--where", "status=no_match",
                    "--geocoder", folder / "geocoder.csv")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(address_digest(self.url()), self.by_table(folder))

    def test_of_files_is_refused(self):
        folder, _ = some()
        url = f"csv:{self.folder}/files"
        self.load(folder, to=url)
        done = weir("courts", "geocode", "--to", url, "--backfill", "--geocoder", folder / "geocoder.csv")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("duckdb:", done.stderr)


if __name__ == "__main__":
    unittest.main()
