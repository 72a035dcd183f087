#!/usr/bin/env python3
"""Operations on files of an import of comics fail, as fault_sweep.py does it for runs.

    comics_fault_sweep.py [--every 16]

An import makes a thousand operations; one of `--every` fails, each in a run of its own. `make faults`
takes them all.

The tree and the library both count: with EIO for one operation alone, and with a disk that is full
from one operation on. The import makes a library, or brings one up to date with comics created,
modified, moved, renamed, deleted and damaged.

What must hold each time: the import ends with 1 and names the file, or with 0; it never crashes and
the library is whole. Where a comic could not be read it is among the failed files, and where a folder
could not, what was stored of it is still there. The next import leaves what an undisturbed one does
(a file that failed is tried again by --force).
"""
import argparse
import itertools
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import comics_cli
import weir_cli
from fault_sweep import FaultyRuns, names

TIMES = {"created_at", "updated_at"}

options = argparse.Namespace(every=16)


def make_tree(root):
    comics_cli.tree(root, 6, "--plain")
    (root / "bad.cbz").write_bytes(b"no archive")


def change(root):
    modified, renamed, deleted, moved, damaged = [
        path for path in comics_cli.comics_in(root) if path.name != "bad.cbz"][:5]
    shutil.copy(deleted, modified)
    renamed.rename(renamed.with_name("Other #9.cbz"))
    deleted.unlink()
    (root / "new").mkdir()
    moved.rename(root / "new" / moved.name)
    damaged.write_bytes(damaged.read_bytes()[:-10])
    (root / "bad.cbz").unlink()


class ImportSweep(FaultyRuns):
    def __init__(self, folder, injector, fault, earlier):
        super().__init__(folder, injector, fault, options.every)
        self.root = folder / "comics"
        self.watched = folder
        self.before = folder / "before.db" if earlier else None
        make_tree(self.root)
        if earlier:
            self.run(self.before, check=True)
            change(self.root)
        case = self.prepare("undisturbed")
        self.run(case / "comics.db", check=True)
        self.wanted = comics_cli.content(case / "comics.db", TIMES)

    def prepare(self, number):
        case = self.folder / f"case{number}"
        case.mkdir()
        if self.before:
            shutil.copy(self.before, case / "comics.db")
        return case

    def run(self, db, *options, check=False, env=None):
        done = weir_cli.weir("comics", "import", self.root, "--db", db, "--chunk-records", 2,
                             "--threads", 1, *options, env=env)
        if check and done.returncode != 0:
            raise AssertionError(f"exit {done.returncode}: {done.stderr}")
        return done

    def run_case(self, case, env):
        return self.run(case / "comics.db", env=env)

    def problem(self, case, done, path, operation):
        db = case / "comics.db"
        in_tree = pathlib.Path(path).is_relative_to(self.root)
        if done.returncode not in (0, 1):
            return f"exit {done.returncode}: {done.stderr}"
        told = self.fault == "enospc" and str(case) in done.stderr
        if done.returncode == 1 and not told and not names(done.stderr, path, self.folder):
            return f"the message does not name the file: {done.stderr}"
        if done.returncode == 0 and not in_tree and comics_cli.content(db, TIMES) != self.wanted:
            return f"exit 0, but the library is not as it should be: {done.stderr}"
        again = self.run(db, *(["--force"] if in_tree else []))
        if again.returncode != 0:
            return f"rerun: exit {again.returncode}: {again.stderr}"
        if comics_cli.content(db, TIMES) != self.wanted:
            return f"rerun: the library is not as it should be: {done.stderr}"
        left = [file.name for file in case.glob("comics.db?*")]
        if operation == "unlink" and [pathlib.Path(path).name] == left:
            left = []  # the one whose removal failed
        return f"left behind: {left}" if left else comics_cli.index_problem(db)


class ComicsFaultSweep(comics_cli.ComicsTest):
    def test_an_import_withstands_the_failure_of_any_operation(self):
        injector = weir_cli.fault_injector(self.folder)
        for fault, earlier in itertools.product(("eio", "enospc"), (False, True)):
            folder = self.folder / f"{fault}{int(earlier)}"
            folder.mkdir()
            name = f"import, {fault}, {'a changed tree' if earlier else 'a new library'}"
            ImportSweep(folder, injector, fault, earlier).sweep(self, name)
            shutil.rmtree(folder)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--every", type=int, default=options.every)
    parser.parse_known_args(namespace=options)
    unittest.main(argv=sys.argv[:1])
