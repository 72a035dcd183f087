#!/usr/bin/env python3
"""Runs that are killed at any instant and started again give what an undisturbed run gives.

    kill_test.py [--kills 20] [--seed 1]

A chain loads into a fresh target: the first input in peace, then all of them in a run that is killed
by SIGKILL and started again, up to four times; the last run is left alone. After each kill the
target holds its old state, its new one, or whole chunks (SQLite); at the end it holds the new one
and no file that it does not need.

Where a kill goes: every other one at any time of a run; the rest within the phase that was hit
least so far, which weir announces by its log lines (read, spool, apply, promote, publish). A kill
is counted in the phase of the last line before the process died, and only if it died by it.
"""
import argparse
import collections
import json
import pathlib
import random
import signal
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

PHASES = ("read", "spool", "apply", "promote", "publish")
PHASES_OF = {
    "sqlite": ("read", "apply"),
    "csv": ("read", "spool", "promote", "publish"),
    "parquet": ("read", "spool", "promote", "publish"),
    "duckdb": ("read", "spool", "promote", "publish"),
    "postgres": ("read", "spool", "promote", "publish"),
}
CHUNKS = 20
LEAST_HITS = 2

options = argparse.Namespace(kills=20, seed=1)


class Kill:
    """One run that is killed: in which phase it was, and whether it was alive until then."""

    def __init__(self, command, phases=PHASES):
        self.process = weir_cli.start(*command, "--log-level", "debug")
        self.phases = phases
        self.phase = "start"

    def phase_of(self, line):
        word = line.decode().partition("debug: ")[2].split(" ")[0].strip()
        return word if word in self.phases else None

    def after(self, seconds):
        time.sleep(seconds)
        return self.now()

    def within(self, phase, count, seconds):
        """At the count-th beginning of the phase, or in the last one that there is."""
        for line in self.process.stderr:
            self.phase = self.phase_of(line) or self.phase
            count -= self.phase == phase and self.phase_of(line) is not None
            if count == 0:
                break
        time.sleep(seconds)
        return self.now()

    def now(self):
        self.process.send_signal(signal.SIGKILL)
        for line in self.process.stderr:
            self.phase = self.phase_of(line) or self.phase
        self.process.stderr.close()
        self.was_alive = self.process.wait() == -signal.SIGKILL
        return self


class Load:
    """What is loaded, and how an undisturbed run of it ends."""

    def __init__(self, name, declaration, first, inputs, chunk_records, kind, folder):
        self.name = f"{name}-{kind}"
        self.kind = kind
        self.declaration = declaration
        self.first = first
        self.arguments = [declaration, *inputs, "--chunk-records", chunk_records]
        self.folder = folder
        self.chains = 0
        url = self.fresh_target()
        self.old = weir_cli.digest(url)
        started = time.monotonic()
        done = weir_cli.weir("run", *self.arguments, "--to", url, "--json")
        self.seconds = time.monotonic() - started
        if done.returncode != 0 or json.loads(done.stdout)["chunks"] < CHUNKS:
            raise AssertionError(f"{self.name}: exit {done.returncode}: {done.stdout}{done.stderr}")
        self.new = weir_cli.digest(url)

    def fresh_target(self):
        self.chains += 1
        url = weir_cli.target(self.kind, self.folder, f"{self.name}{self.chains}")
        done = weir_cli.weir("run", self.declaration, *self.first, "--to", url)
        if done.returncode != 0:
            raise AssertionError(f"{self.name}: exit {done.returncode}: {done.stderr}")
        return url


class KillChains:
    """For a test that has `options`, `phases`, and `chain`: kills of one load, and then its end."""

    def setUp(self):
        super().setUp()
        self.random = random.Random(self.options.seed)
        self.hits = collections.Counter()
        self.too_late = 0

    def kill_in_chains(self, loads, what):
        """Until there were as many as asked for, and LEAST_HITS of them in each phase."""
        chains = 0
        while (self.hits.total() < self.options.kills or
               min(self.hits[phase] for phase in self.phases) < LEAST_HITS):
            self.assertLess(chains, 20 + self.options.kills, f"the kills do not hit: {self.hits}")
            self.chain(loads[chains % len(loads)], self.random.randint(1, 4))
            chains += 1
        hits = ", ".join(f"{phase} {self.hits[phase]}" for phase in ("start", *self.phases))
        print(f"{self.hits.total()} {what} killed alive, in {chains} chains: {hits}; "
              f"{self.too_late} had ended before")


def main(options, description):
    parser = argparse.ArgumentParser(description=description.splitlines()[0])
    parser.add_argument("--kills", type=int, default=options.kills)
    parser.add_argument("--seed", type=int, default=options.seed)
    parser.parse_known_args(namespace=options)
    unittest.main(argv=sys.argv[:1])


class KilledRuns(KillChains, weir_cli.WeirTest):
    options = options
    phases = PHASES

    def loads(self):
        files, _ = weir_cli.vehicles(3000)
        dictionary = weir_cli.example("iso_codes", self.folder / "iso_codes")
        languages = dictionary.parent / "json/iso_639-3.json"
        for kind in weir_cli.KINDS:
            yield Load("vehicles", weir_cli.VEHICLES, files[:1], files, 110, kind, self.folder)
            yield Load("iso_codes", dictionary, [languages], [], 250, kind, self.folder)

    def least_hit(self, kind):
        """The phase of a target of this kind that was hit least, and how often it was."""
        hits, phase = min((self.hits[phase], phase) for phase in PHASES_OF[kind])
        return phase, hits

    def kill(self, load, url, anywhere):
        kill = Kill(["run", *load.arguments, "--to", url])
        if anywhere:
            return kill.after(self.random.uniform(0, load.seconds))
        phase, _ = self.least_hit(load.kind)
        once = phase in ("promote", "publish")
        count = 1 if once else self.random.randint(1, CHUNKS // 2)
        return kill.within(phase, count, self.random.choice((0, 0, 0.0005, 0.002)))

    def check_after_kill(self, load, url):
        digest = weir_cli.digest(url)
        if load.kind != "sqlite":
            self.assertIn(digest, (load.old, load.new))
            return
        for table, (_, rows) in digest.items():
            self.assertGreaterEqual(rows, load.old[table][1], table)
            self.assertLessEqual(rows, load.new[table][1], table)

    def chain(self, load, kills):
        url = load.fresh_target()
        for _ in range(kills):
            anywhere = self.random.random() < 0.5 and self.least_hit(load.kind)[1] >= LEAST_HITS
            killed = self.kill(load, url, anywhere)
            if killed.was_alive:
                self.hits[killed.phase] += 1
            else:
                self.too_late += 1
            self.check_after_kill(load, url)
        done = weir_cli.weir("run", *load.arguments, "--to", url)
        self.assertEqual(done.returncode, 0, f"{load.name}: {done.stderr}")
        self.assertEqual(weir_cli.digest(url), load.new, load.name)
        self.assertEqual(weir_cli.leftovers(url), [], load.name)

    def test_a_killed_run_started_again_gives_what_an_undisturbed_one_gives(self):
        self.kill_in_chains(list(self.loads()), "processes")


if __name__ == "__main__":
    main(options, __doc__)
