#!/usr/bin/env python3
"""Every operation on files fails once: a clear error, the old or the new state, a clean rerun.

    fault_sweep.py [--duckdb-every 8]

A small run is repeated; the n-th time, its n-th operation on files fails, until n is beyond the last
one. It is done twice for each target: with EIO for that operation alone (opens, reads, writes,
syncs, renames, ...), and with a disk that is full from that operation on (ENOSPC for all that needs
room). The run loads into a new target, and into one that holds an earlier run. The faults are made
by fault_injector.c, which is compiled here and lies below all libraries.

What must hold each time: the run ends with 1 and names the file, or with 0 and the new state; it
never crashes. The target then holds the old state, the new one, or whole chunks (SQLite). A rerun
without faults ends with 0, and leaves the new state and nothing else.

A run into DuckDB takes ten times as long as others, so that only every eighth of its operations fails.
"""
import argparse
import collections
import concurrent.futures
import itertools
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

DECLARATION = """
[source.feed]
entity = "thing"
format = "ndjson"
path   = "*.ndjson"
[entity.thing]
key   = ["id"]
write = "replace_record"
[entity.thing.fields]
id   = { type = "string", required = true }
kind = { type = "string", lookup = "kind" }
[entity.thing.tables.part]
each = "parts"
fields.part = { type = "string", path = "#text" }
[lookup.kind]
key = ["name"]
"""
CHUNK_RECORDS = 2
RECORDS = 4

options = argparse.Namespace(duckdb_every=8)
# SQLite's own files beside a database, names under which a file is written before its own, and what
# the kernel says of a file that has no name any more.
SUFFIXES = (" (deleted)", "-wal", "-shm", "-journal", ".wal", ".part", ".new", ".weir-new")

Result = collections.namedtuple("Result", "operation path status problem")


def records(first, count):
    return "".join(f'{{"id":"{n}","kind":"k{n % 3}","parts":["x","y{n}"]}}\n'
                   for n in range(first, first + count))


def names(message, path, case):
    """Whether a message names the file, or a folder of this case in which it is. An operation on a
    journal is one on its database; a file without a name is told by its folder and purpose."""
    for suffix in SUFFIXES:
        path = path.removesuffix(suffix)
    path = pathlib.Path(path)
    return any(str(one) in message for one in (path, *path.parents) if case in one.parents)


class FaultyRuns:
    """A run that is repeated with one kind of fault, each time of another operation.

    Of a subclass: `prepare(number)` makes the folder of a case, `run_case(case, env)` is the run,
    `problem(case, done, path, operation)` says what is wrong behind it."""

    def __init__(self, folder, injector, fault, every=1):
        self.folder = folder
        self.injector = injector
        self.every = every  # every so many operations one fails
        self.fault = fault
        self.watched = None  # None: the folder of the case

    def case(self, number):
        """The run whose operation `number` fails; None if it has not so many."""
        case = self.prepare(number)
        log = case.with_name(case.name + ".log")
        done = self.run_case(case, env={
            "LD_PRELOAD": self.injector, "FAULT_FOLDER": (self.watched or case).resolve(),
            "FAULT_LOG": log, "FAULT_AT": number, "FAULT_KIND": self.fault})
        failed = [line for line in log.read_text().splitlines() if line.startswith("!")]
        result = None
        if failed:
            _, operation, path = failed[0].split(" ", 2)
            problem = self.problem(case, done, path, operation)
            result = Result(operation, path, done.returncode, problem)
        shutil.rmtree(case)
        return result

    def results(self):
        """Of all operations, two at a time."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            for first in itertools.count(1, 2 * self.every):
                pair = list(pool.map(self.case, (first, first + self.every)))
                yield from (result for result in pair if result)
                if None in pair:
                    return

    def sweep(self, test, name):
        """Asserts that no operation's failure leaves a problem, and prints how the runs ended."""
        done = collections.Counter()
        for number, result in enumerate(self.results()):
            with test.subTest(name, operation=1 + number * self.every, of=result.operation, path=result.path):
                test.assertIsNone(result.problem)
            done[result.status] += 1
        print(f"{name}: {done.total()} operations, each failed once; "
              f"{done[1]} runs ended with an error, {done[0]} did without the operation")
        test.assertGreater(done[1], 20 // self.every)


class Sweep(FaultyRuns):
    """One target, one kind of fault, with or without an earlier run."""

    def __init__(self, folder, injector, kind, fault, earlier, every):
        super().__init__(folder, injector, fault, every)
        self.kind = kind
        self.template = folder / "template"
        self.template.mkdir(parents=True)
        (self.template / "feed.toml").write_text(DECLARATION)
        (self.template / "earlier.ndjson").write_text(records(0, RECORDS))
        (self.template / "feed.ndjson").write_text(records(RECORDS - 1, RECORDS))
        self.states = [None]
        if earlier:
            self.run(self.template, "earlier.ndjson", check=True)
            self.states = [weir_cli.digest(self.url(self.template))]
        if kind == "sqlite":
            self.states += self.whole_chunks()
        self.new = self.state_after(RECORDS)
        self.states.append(self.new)

    def url(self, case):
        return weir_cli.target(self.kind, case)

    def run(self, case, feed, check=False, env=None):
        done = weir_cli.weir("run", case / "feed.toml", case / feed, "--to", self.url(case),
                             "--chunk-records", CHUNK_RECORDS, "--threads", 1, env=env)
        if check and done.returncode != 0:
            raise AssertionError(f"{self.kind}: exit {done.returncode}: {done.stderr}")
        return done

    def state_after(self, count):
        """What the target holds once `count` records of the feed are loaded."""
        case = self.folder / f"after{count}"
        shutil.copytree(self.template, case)
        (case / "feed.ndjson").write_text(records(RECORDS - 1, count))
        self.run(case, "feed.ndjson", check=True)
        return weir_cli.digest(self.url(case))

    def whole_chunks(self):
        return [self.state_after(count) for count in range(CHUNK_RECORDS, RECORDS, CHUNK_RECORDS)]

    def state(self, case):
        """None where nothing is there, or nothing but empty tables."""
        done = weir_cli.weir("digest", self.url(case), "--json")
        if done.returncode != 0:
            absent = not weir_cli.path_of(self.url(case)).exists()
            return None if absent or "no run" in done.stderr else done.stderr
        digests = weir_cli.digests_in(done.stdout)
        return digests if any(rows for _, rows in digests.values()) else None

    def prepare(self, number):
        case = self.folder / f"case{number}"
        shutil.copytree(self.template, case)
        return case

    def run_case(self, case, env):
        return self.run(case, "feed.ndjson", env=env)

    def problem(self, case, done, path, operation):
        if done.returncode not in (0, 1):
            return f"exit {done.returncode}: {done.stderr}"
        # Of a full disk, any file may tell first: threads write to several.
        told = self.fault == "enospc" and str(case) in done.stderr
        if done.returncode == 1 and not told and not names(done.stderr, path, case):
            return f"the message does not name the file: {done.stderr}"
        state = self.state(case)
        allowed = [self.new] if done.returncode == 0 else self.states
        if state not in allowed:
            return f"exit {done.returncode}, the target holds {state}: {done.stderr}"
        again = self.run(case, "feed.ndjson")
        state = self.state(case)
        if again.returncode != 0 or state != self.new:
            return f"rerun: exit {again.returncode}, holds {state}: {again.stderr}"
        left = weir_cli.leftovers(self.url(case))
        if operation == "unlink" and [pathlib.Path(path).name] == left:
            left = []  # the one whose removal failed
        return f"left behind: {left}" if left else None


class FaultSweep(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        self.injector = weir_cli.fault_injector(self.folder)

    def sweep(self, kind, every=1):
        for fault, earlier in itertools.product(("eio", "enospc"), (False, True)):
            name = f"{kind}, {fault}, {'a second run' if earlier else 'a new target'}"
            folder = self.folder / f"{fault}{int(earlier)}"
            Sweep(folder, self.injector, kind, fault, earlier, every).sweep(self, name)
            shutil.rmtree(folder)

    def test_sqlite_withstands_the_failure_of_any_operation(self):
        self.sweep("sqlite")

    def test_csv_withstands_the_failure_of_any_operation(self):
        self.sweep("csv")

    def test_parquet_withstands_the_failure_of_any_operation(self):
        self.sweep("parquet")

    def test_duckdb_withstands_the_failure_of_any_operation(self):
        self.sweep("duckdb", options.duckdb_every)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--duckdb-every", type=int, default=options.duckdb_every)
    parser.parse_known_args(namespace=options)
    unittest.main(argv=sys.argv[:1])
