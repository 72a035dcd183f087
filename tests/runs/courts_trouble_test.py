#!/usr/bin/env python3
"""What goes wrong for an operator of the courts job: exit status, a message that helps, production as it was."""
import os
import pathlib
import re
import resource
import signal
import stat
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli
from courts_cli import case, extract
from weir_cli import weir


class Trouble(courts_cli.CourtsTest):
    def file(self, date, *records):
        return extract(self.folder / f"in/LandlordTenant.Incr.{date}.zip", date, *records)

    def try_load(self, *arguments, status, **options):
        done = weir("courts", "load", *arguments, **options)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr

    def digest(self):
        return weir_cli.digest(f"duckdb:{self.database}")


class Usage(Trouble):
    def test_what_cannot_be_meant_is_said_with_what_can(self):
        file = self.file("2026-03-01", case("A"))
        database = ("--db", self.database)
        for arguments, text in (
                ((*database,), "needs INPUT"),
                ((file,), "--db FILE or --to URL"),
                ((file, *database, "--to", "csv:out"), "give one"),
                ((file, "--to", "somewhere"), "is no target"),
                ((file, *database, "--level", "3"), "--level"),
                ((file, *database, "--commit", "case"), "--commit"),
                ((file, *database, "--prefix", "x"), "--schema x gives its tables a schema"),
                ((file, "--to", f"csv:{self.folder}/out", "--schema", "x"), "--prefix x gives its files a folder"),
                ((file, *database, "--schema", "a b"), "is no name"),
                ((file, *database, "--partition", "1/2"), "--partition needs --work DIR"),
                ((file, *database, "--partition", "1/2", "--work", self.folder, "--commit", "file"), "file by file"),
                ((file, *database, "--partition", "1/2", "--work", self.folder, "--csv", "x"), "courts export"),
                ((file, *database, "--memory", "lots"), '"lots" is not a size'),
                ((file, *database, "--fail-fst"), "did you mean --fail-fast?")):
            with self.subTest(arguments):
                self.assertIn(text, self.try_load(*arguments, status=2))
        self.assertFalse(self.database.exists())

    def test_the_other_commands_say_what_they_need(self):
        for command, arguments, text in (
                ("purge", (), "--db FILE or --to URL"),
                ("export", ("--db", self.database), "--csv DIR"),
                ("cutover", ("--db", self.database), "--from-schema NAME"),
                ("geocode", ("--db", self.database), "--backfill --geocoder"),
                ("geocode", ("--db", self.database, "--backfill", "--geocoder", "x.csv", "--where", "lat=1"),
                 "status=")):
            done = weir("courts", command, *arguments)
            self.assertEqual(done.returncode, 2, done.stderr)
            self.assertIn(text, done.stderr)
        done = weir("courts", "purge", "--to", f"csv:{self.folder}/out")
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertIn("is no database", done.stderr)

    def test_too_little_memory_is_said_with_what_would_do(self):
        said = self.try_load(self.file("2026-03-01", case("A")), "--db", self.database, "--memory", "20MiB", status=4)
        self.assertRegex(said, r"give --memory \d")


class Inputs(Trouble):
    def test_an_empty_folder_and_a_missing_file_are_named(self):
        (self.folder / "in").mkdir()
        (self.folder / "in/notes.txt").write_text("x")
        said = self.try_load(self.folder / "in", "--db", self.database, status=1)
        self.assertIn(f"{self.folder}/in: there is no file to read, none is called LandlordTenant*.zip", said)
        said = self.try_load(self.folder / "nowhere", "--db", self.database, status=1)
        self.assertIn(f"{self.folder}/nowhere", said)
        self.assertIn("No such file", said)

    def test_a_file_that_cannot_be_read_fails_alone(self):
        good = self.file("2026-03-01", case("A"))
        hidden = self.file("2026-03-08", case("B"))
        hidden.chmod(0)
        who = {"user": 65534} if os.geteuid() == 0 else {}
        if who:
            for path in (self.folder, self.folder / "in", pathlib.Path(weir_cli.WEIR).parent):
                path.chmod(path.stat().st_mode | stat.S_IROTH | stat.S_IXOTH)
            os.chown(self.folder, 65534, -1)
        done = subprocess.run([weir_cli.WEIR, "courts", "load", good, hidden, "--db", self.database],
                              capture_output=True, text=True, check=False, env=weir_cli.environment({}), **who)
        self.assertEqual(done.returncode, 3, done.stderr)
        self.assertRegex(done.stderr, f"weir: {re.escape(str(hidden))}.*Permission denied")
        self.assertEqual(self.rows("SELECT indexnumberid FROM oca_index"), [["A"]])

    def test_a_missing_geocoder_is_said_before_anything_is_read(self):
        said = self.try_load(self.file("2026-03-01", case("A")), "--db", self.database, "--geocoder",
                             self.folder / "table.csv", status=1)
        self.assertIn("table.csv", said)
        self.assertFalse(self.database.exists())


class Production(Trouble):
    def setUp(self):
        super().setUp()
        self.load(self.file("2026-03-01", case("A"), case("B")))
        self.before = self.digest()

    def test_is_as_it_was_where_the_disk_is_full(self):
        folder, _ = courts_cli.usual()
        there = self.database.stat().st_size
        for limit in (2**16, 2**19, 2**20, there, there + 2**18, there + 2**20):
            def small_files():
                signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

            done = weir("courts", "load", folder, "--db", self.database, "--progress", "none", preexec_fn=small_files)
            # It may have had room for the rows, though not for what comes behind them.
            if done.returncode != 1 or "the rows are loaded" in done.stderr:
                break
            self.assertRegex(done.stderr, "File too large|full|disk")
            self.assertEqual(self.digest(), self.before, limit)
        self.load(folder, self.folder / "in", status=3)
        self.assertEqual(len(self.rows("SELECT * FROM oca_index WHERE indexnumberid IN ('A', 'B')")), 2)

    def test_is_as_it_was_where_it_may_not_be_written(self):
        extract = self.file("2026-03-08", case("C"))
        self.database.chmod(0o444)
        # Permissions do not hold for root, who becomes somebody else.
        somebody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
        self.folder.chmod(0o555)
        done = subprocess.run([*somebody, weir_cli.WEIR, "courts", "load", extract, "--db", self.database],
                              capture_output=True, text=True, check=False)
        self.folder.chmod(0o755)
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn(str(self.database), done.stderr)
        self.assertEqual(self.digest(), self.before)

    def test_is_as_it_was_where_the_user_stops_a_run_and_the_next_goes_on(self):
        folder, _ = courts_cli.generated("--cases", 6000, "--seed", 2, "--files", 3)
        for signum in (signal.SIGINT, signal.SIGTERM):
            running = weir_cli.start("courts", "load", folder, "--db", self.database, "--chunk-records", 20,
                                     "--log-level", "debug", "--progress", "none")
            for line in running.stderr:
                if b"spool chunk=5" in line:
                    running.send_signal(signum)
                    break
            said = running.stderr.read().decode()
            running.stderr.close()
            self.assertEqual(running.wait(), 130, said)
            self.assertEqual(self.digest(), self.before)
            self.assertIn("interrupted in spool", weir("runs", f"duckdb:{self.database}").stdout)
        self.load(folder, "--chunk-records", 20)
        self.assertEqual(len(self.rows("SELECT * FROM oca_index WHERE indexnumberid IN ('A', 'B')")), 2)

    def test_is_old_or_new_where_a_run_is_killed_and_the_next_completes_it(self):
        folder, _ = courts_cli.generated("--cases", 3000, "--seed", 2, "--files", 3)
        whole = self.folder / "whole.duckdb"
        self.load(self.folder / "in", folder, to=f"duckdb:{whole}")
        after = weir_cli.digest(f"duckdb:{whole}")
        for marks in ((b"spool chunk=3",), (b"geocode",), (b"export",), (b"publish",), (b"record",), (b"remove the spool",)):
            with self.subTest(marks):
                database = self.folder / f"{marks[0].decode().replace(' ', '_')}.duckdb"
                csv = database.with_suffix(".csv")
                self.load(self.folder / "in", to=f"duckdb:{database}")
                running = weir_cli.start("courts", "load", folder, "--db", database, "--csv", csv, "--chunk-records", 100,
                                         "--log-level", "debug", "--progress", "none")
                for line in running.stderr:
                    if any(line.startswith(b"debug: " + mark) for mark in marks):
                        running.kill()
                        break
                running.stderr.close()
                running.wait()
                found = weir_cli.digest(f"duckdb:{database}")
                self.assertIn(found, (self.before, after))
                done = weir("courts", "load", folder, "--db", database, "--csv", csv, "--chunk-records", 100)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual(weir_cli.digest(f"duckdb:{database}"), after)
                rows = (csv / "oca_metadata.csv").read_text().count("\n") - 1
                self.assertEqual(rows, after["oca_metadata"][1])
                self.assertEqual(sorted(path.name for path in self.folder.glob(database.name + "?*")), [])

    def test_a_second_writer_is_told_of_the_first(self):
        folder, _ = courts_cli.generated("--cases", 6000, "--seed", 2, "--files", 3)
        running = weir_cli.start("courts", "load", folder, "--db", self.database, "--chunk-records", 5,
                                 "--log-level", "debug", "--progress", "none")
        for line in running.stderr:
            if b"spool chunk=1" in line:
                break
        running.send_signal(signal.SIGSTOP)
        said = self.try_load(self.file("2026-03-08", case("C")), "--db", self.database, status=1)
        self.assertIn(str(running.pid), said)
        running.kill()
        running.stderr.close()
        running.wait()


if __name__ == "__main__":
    unittest.main()
