#!/usr/bin/env python3
"""Imports of comics that are killed at any instant and run again give what an undisturbed one gives.

    comics_kill_test.py [--kills 24] [--seed 1]

A chain is one library whose import is killed by SIGKILL and run again, up to four times; the last run
is left alone. Half of the chains begin with an empty file, half with the library as it was before
the tree changed: comics created, modified, moved, renamed, deleted and damaged. At the end everything
must be as an undisturbed import leaves it: each row of each table (ids aside), folders, names that
nothing uses, failed files, and the index, which is compared with the texts word by word.

Where a kill goes: every other one at any time of a run; the rest within the phase that was hit least
so far, as kill_test.py does it. The phases are those of a run: find (changes and moves), read and
apply (chunks), tidy (deletions, names, folders), index.
"""
import argparse
import os
import pathlib
import shutil
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import comics_cli
import weir_cli
from kill_test import LEAST_HITS, Kill, KillChains, main

PHASES = ("find", "read", "apply", "tidy", "index")
COUNT = 400
CHUNK_RECORDS = 40
TIMES = {"created_at", "updated_at"}

options = argparse.Namespace(kills=24, seed=1)


def change(root):
    """The next day: what the generator does, and renamed and damaged files beside it."""
    made = comics_cli.generator(root, "--mutate", 0.3, "--workers", 1)
    if made.returncode != 0:
        raise AssertionError(made.stderr)
    comics = [path for path in comics_cli.comics_in(root) if path.suffix == ".cbz"]
    for number, comic in enumerate(comics[::25]):
        comic.rename(comic.with_name(f"Renamed #{number} (1999).cbz"))
    for comic in comics[1::40]:
        comic.write_bytes(comic.read_bytes()[:-10])
    folder = comics[2].parent
    folder.rename(folder.with_name("Renamed folder"))


class State:
    """A tree, the library before it is imported, and how an undisturbed import ends."""

    def __init__(self, name, root, before, folder):
        self.name = name
        self.root = root
        self.before = before  # None: there is none
        self.folder = folder
        self.chains = 0
        db = self.fresh()
        started = time.monotonic()
        done = weir_cli.weir("comics", *self.command(db))
        self.seconds = time.monotonic() - started
        if done.returncode != 0:
            raise AssertionError(f"{name}: exit {done.returncode}: {done.stderr}")
        self.wanted = comics_cli.content(db, TIMES)

    def fresh(self):
        self.chains += 1
        db = self.folder / f"{self.name}{self.chains}.db"
        if self.before:
            shutil.copyfile(self.before, db)
        return db

    def command(self, db):
        return ["import", self.root, "--db", db, "--chunk-records", CHUNK_RECORDS]


class KilledImports(KillChains, comics_cli.ComicsTest):
    options = options
    phases = PHASES

    def states(self):
        root = comics_cli.tree(self.folder / "comics", COUNT, "--bad-fraction", "0.05")
        first = State("fresh", root, None, self.folder)
        before = self.folder / "before.db"
        self.bring_in(root, db=before)
        # In place: a file keeps what it is known by.
        day = self.folder / "day"
        shutil.copytree(root, day)
        self.bring_in(day, db=before)
        change(day)
        both = State("changed", day, before, self.folder)
        return first, both

    def kill(self, state, db):
        hits, phase = min((self.hits[phase], phase) for phase in PHASES)
        killed = Kill(["comics", *state.command(db)], PHASES)
        if hits >= LEAST_HITS and self.random.random() < 0.5:
            return killed.after(self.random.uniform(0, state.seconds))
        count = self.random.randint(1, 4) if phase in ("read", "apply") else 1
        return killed.within(phase, count, self.random.choice((0, 0, 0.0005, 0.002, 0.01)))

    def chain(self, state, kills):
        db = state.fresh()
        phases = []
        for _ in range(kills):
            killed = self.kill(state, db)
            if killed.was_alive:
                self.hits[killed.phase] += 1
                phases.append(killed.phase)
            else:
                self.too_late += 1
        with self.subTest(state.name, killed=phases):
            self.bring_in(state.root, db=db)
            self.assert_same(comics_cli.content(db, TIMES), state.wanted)
            self.assertEqual([file.name for file in db.parent.glob(db.name + "?*")], [])
        os.unlink(db)

    def test_a_killed_import_run_again_gives_what_an_undisturbed_one_gives(self):
        self.kill_in_chains(self.states(), "imports")


if __name__ == "__main__":
    main(options, __doc__)
