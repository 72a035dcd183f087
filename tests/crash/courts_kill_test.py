#!/usr/bin/env python3
"""Loads of court cases that are killed in any step and run again give what an undisturbed one gives.

    courts_kill_test.py [--kills 24] [--seed 1]

A chain is one database, of DuckDB or PostgreSQL, that holds some of the files already. A load of all of
them, with a geocoder and an export to CSV, is killed by SIGKILL and run again, up to four times; the last
run is left alone. After each kill the database holds all of its old state or all of its new one; at the
end it holds the new one, the CSV files are those of an undisturbed load, and no file is left over.

Where a kill goes: every other one at any time of a load; the rest within the step that was hit least so
far, as kill_test.py does it. The steps are those that `weir runs` tells.
"""
import argparse
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli
from kill_test import LEAST_HITS, Kill, KillChains, main

STEPS = ("select", "spool", "geocode", "export", "promote", "record")
OFTEN = ("spool",)  # told for each chunk
CHUNK_RECORDS = 60

options = argparse.Namespace(kills=24, seed=1)


class Load:
    """Files, a kind of target, and how an undisturbed load ends."""

    def __init__(self, kind, extracts, folder):
        self.kind = kind
        self.folder = folder
        self.extracts = extracts
        self.first = sorted(extracts.glob("*.Incr.*.zip"))[:2]
        self.chains = 0
        url, csv = self.fresh()
        self.old = weir_cli.digest(url)
        started = time.monotonic()
        self.finish(url, csv)
        self.seconds = time.monotonic() - started
        self.new, self.files = weir_cli.digest(url), contents(csv)

    def fresh(self):
        """A target that holds the first files, and a place for CSV."""
        self.chains += 1
        name = f"courts{self.chains}"
        url = weir_cli.target(self.kind, self.folder, name)
        self.run("load", *self.first, "--to", url)
        return url, self.folder / f"{self.kind}-{name}.csv"

    def command(self, url, csv):
        return ["load", self.extracts, "--to", url, "--csv", csv, "--geocoder", self.extracts / "geocoder.csv",
                "--chunk-records", CHUNK_RECORDS, "--force"]

    def finish(self, url, csv):
        self.run(*self.command(url, csv))

    @staticmethod
    def run(*arguments):
        done = weir_cli.weir("courts", *arguments)
        if done.returncode not in (0, 3):  # some cases are rejected, some files broken
            raise AssertionError(f"exit {done.returncode}: {done.stderr}")


def contents(folder):
    """The lines of each CSV file, in an order of their own; numbers of appearances apart, as they differ."""
    files = {}
    for path in sorted(folder.glob("*.csv")):
        head, *lines = path.read_text(encoding="utf-8").splitlines()
        numbered = "appearanceid" in head
        files[path.name] = (head, len(lines)) if numbered else (head, sorted(lines))
    return files


class KilledLoads(KillChains, weir_cli.WeirTest):
    options = options
    phases = STEPS

    def kill(self, load, url, csv):
        hits, step = min((self.hits[step], step) for step in STEPS)
        killed = Kill(["courts", *load.command(url, csv)], STEPS)
        if hits >= LEAST_HITS and self.random.random() < 0.5:
            return killed.after(self.random.uniform(0, load.seconds))
        count = self.random.randint(1, 8) if step in OFTEN else 1
        return killed.within(step, count, self.random.choice((0, 0, 0.0005, 0.002, 0.01)))

    def chain(self, load, kills):
        url, csv = load.fresh()
        steps = []
        for _ in range(kills):
            killed = self.kill(load, url, csv)
            if killed.was_alive:
                self.hits[killed.phase] += 1
                steps.append(killed.phase)
            else:
                self.too_late += 1
            with self.subTest(load.kind, killed=steps):
                self.assertIn(weir_cli.digest(url), (load.old, load.new))
        with self.subTest(load.kind, killed=steps):
            load.finish(url, csv)
            self.assertEqual(weir_cli.digest(url), load.new)
            self.assertEqual(contents(csv), load.files)
            self.assertEqual(weir_cli.leftovers(url), [])
        shutil.rmtree(csv)

    def test_a_killed_load_run_again_gives_what_an_undisturbed_one_gives(self):
        extracts, _ = courts_cli.usual()
        loads = [Load(kind, extracts, self.folder) for kind in ("duckdb", "postgres")]
        for load in loads:
            self.assertNotEqual(load.old, load.new)
        self.assertEqual(loads[0].new, loads[1].new)
        self.assertEqual(loads[0].files, loads[1].files)
        self.kill_in_chains(loads, "loads")


if __name__ == "__main__":
    main(options, __doc__)
