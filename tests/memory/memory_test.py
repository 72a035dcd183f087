#!/usr/bin/env python3
"""A run stays within its memory, whatever the size of its input.

    memory_test.py [--bytes 2e8]

A large XML file (locales of CLDR, repeated) and a large NDJSON file (vehicles) go to each target
with --memory 128MiB, to DuckDB with 192MiB. The kernel's high-water mark of the process, which has no children, must lie
within. So that the measure is known to tell: the same run with a budget of gigabytes must go beyond
the bound. `make slow` calls it with files of 2 GB.
"""
import argparse
import pathlib
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

MIB = 1 << 20
BOUND = 128
# What a target needs for the 70 columns of vehicles.
BOUNDS = {"duckdb": 192}
# A record of the generator has 2.3 kB; copies under other keys make up what rows do not give.
MOST_ROWS = 250000

options = argparse.Namespace(bytes=200_000_000)


class Memory(weir_cli.WeirTest):
    def make(self, tool, *arguments):
        subprocess.run([weir_cli.CHECKOUT / "testdata" / tool, *map(str, arguments)], check=True,
                       stdout=subprocess.DEVNULL)

    def inputs(self):
        xml = self.folder / "cldr_records.xml"
        self.make("enlarge_cldr", options.bytes, xml)
        yield weir_cli.CHECKOUT / "testdata/cldr_records.toml", xml
        xml.unlink()
        lines = self.folder / "vehicles.ndjson"
        rows = min(MOST_ROWS, options.bytes // 2000)
        self.make("ndjson", lines, "--rows", rows, "--bytes", options.bytes)
        yield weir_cli.VEHICLES, lines

    def test_the_peak_lies_within_the_bound_and_the_measure_tells(self):
        for declaration, data in self.inputs():
            self.assertGreaterEqual(data.stat().st_size, options.bytes)
            for kind in weir_cli.KINDS:
                bound = BOUNDS.get(kind, BOUND)
                for memory, within in ((f"{bound}MiB", True), ("8GiB", False)):
                    with self.subTest(data.name, target=kind, memory=memory):
                        url = weir_cli.target(kind, self.folder, f"{data.stem}-{memory}")
                        status, said, peak = weir_cli.peak_of(
                            "run", declaration, data, "--memory", memory, "--to", url)
                        print(f"{data.name}, {data.stat().st_size / 1e6:.0f} MB, to {kind}, "
                              f"--memory {memory}: {peak / MIB:.1f} MiB at most")
                        self.assertEqual(status, 0, said)
                        self.assertEqual(peak <= bound * MIB, within)
                with self.subTest(data.name, target=kind):
                    first, second = (weir_cli.target(kind, self.folder, f"{data.stem}-{memory}")
                                     for memory in (f"{bound}MiB", "8GiB"))
                    self.assertEqual(weir_cli.digest(first), weir_cli.digest(second))
                subprocess.run(["rm", "-rf", *self.folder.glob("*MiB*"),
                                *self.folder.glob("*GiB*")], check=True)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bytes", type=lambda text: int(float(text)), default=options.bytes)
    parser.parse_known_args(namespace=options)
    unittest.main(argv=sys.argv[:1])
