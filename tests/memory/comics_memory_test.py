#!/usr/bin/env python3
"""An import of comics stays within its memory, whatever the size of the library.

    comics_memory_test.py [--count 100000] [--memory 128MiB]

A generated library is imported, unusual files among it; then the tree changes, and it is imported
again; then once more, unchanged. Each time the kernel's high-water mark of the process, which has no
children, must lie within. So that the measure is known to tell: the first import with a budget of
gigabytes must go beyond the bound. `make slow` takes 600,000 comics at 256MiB.
"""
import argparse
import pathlib
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import comics_cli
import weir_cli

MIB = 1 << 20

options = argparse.Namespace(count=100_000, memory="128MiB")


class ComicsMemory(comics_cli.ComicsTest):
    def make(self, *arguments):
        made = comics_cli.generator(self.folder / "comics", "--workers", 2, *arguments)
        self.assertEqual(made.returncode, 0, made.stderr)

    def peak(self, name, memory, db):
        status, said, peak = weir_cli.peak_of("comics", "import", self.folder / "comics", "--db", db,
                                              "--memory", memory)
        print(f"{options.count} comics, {name}, --memory {memory}: {peak / MIB:.1f} MiB at most",
              flush=True)
        self.assertEqual(status, 0, said)
        return peak

    def test_the_peak_lies_within_the_bound_and_the_measure_tells(self):
        bound = int(options.memory.removesuffix("MiB")) * MIB
        self.make("--count", options.count)
        self.assertLessEqual(self.peak("a fresh import", options.memory, self.db), bound)
        self.assertGreater(self.peak("a fresh import", "8GiB", self.folder / "other.db"), bound)
        (self.folder / "other.db").unlink()
        self.make("--mutate", 0.1)
        self.assertLessEqual(self.peak("a tenth changed", options.memory, self.db), bound)
        self.assertLessEqual(self.peak("unchanged", options.memory, self.db), bound)
        self.assertIsNone(comics_cli.index_problem(self.db))
        self.verify(self.folder / "comics")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=lambda text: int(float(text)), default=options.count)
    parser.add_argument("--memory", default=options.memory)
    parser.parse_known_args(namespace=options)
    unittest.main(argv=sys.argv[:1])
