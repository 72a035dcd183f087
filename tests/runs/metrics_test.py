#!/usr/bin/env python3
"""What a run says of itself to machines: metrics that Prometheus' own parser takes, and plain lines."""
import json
import pathlib
import re
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli
from courts_cli import case, extract
from weir_cli import weir

PARSE = """
import json, sys
from prometheus_client.parser import text_string_to_metric_families as parse
families = list(parse(open(sys.argv[1]).read()))
assert all(family.documentation and family.type == "gauge" for family in families)
print(json.dumps([[sample.name, sample.labels, sample.value] for family in families for sample in family.samples]))
"""
LINE = re.compile(r'[a-z_]+=([^\s"=]+|"([^"\\]|\\.)*")( [a-z_]+=([^\s"=]+|"([^"\\]|\\.)*"))*')


class Metrics(courts_cli.CourtsTest):
    def samples(self, **labels):
        done = subprocess.run([courts_cli.PYTHON, "-c", PARSE, self.folder / "run.prom"], capture_output=True,
                              text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual([file.name for file in self.folder.glob("*.prom*")], ["run.prom"])
        return {name: value for name, is_labelled, value in json.loads(done.stdout)
                if labels.items() <= is_labelled.items()}

    def metrics(self, folder, *arguments):
        return weir("courts", "load", folder, "--db", self.database, "--metrics", self.folder / "run.prom",
                    *arguments)

    def test_tell_what_the_run_did(self):
        folder, truth = courts_cli.usual()
        done = self.metrics(folder, "--memory", "512MiB")
        self.assertEqual(done.returncode, 3, done.stderr)
        files = len(truth["files"])
        all_of_it = self.samples(job="courts load")
        self.assertEqual(all_of_it["weir_run_success"], 1)
        self.assertEqual(all_of_it["weir_run_memory_limit_bytes"], 512 * 2**20)
        self.assertLess(all_of_it["weir_run_peak_memory_bytes"], 512 * 2**20)
        self.assertEqual(self.samples(outcome="rejected")["weir_run_records"], len(truth["failed_cases"]))
        self.assertEqual(self.samples(status="loaded")["weir_run_inputs"], files)
        self.assertEqual(self.samples(status="failed")["weir_run_inputs"], len(truth["broken_files"]))

    def test_tell_of_a_failure_and_replace_what_was_there(self):
        file = extract(self.folder / "LandlordTenant.Incr.2026-03-01.zip", "2026-03-01", case("A"))
        self.assertEqual(self.metrics(file).returncode, 0)
        self.assertEqual(self.samples()["weir_run_success"], 1)
        self.assertEqual(self.metrics(self.folder / "nowhere.zip").returncode, 1)
        self.assertEqual(self.samples()["weir_run_success"], 0)
        self.assertNotIn("weir_run_records", self.samples())

    def test_hold_for_every_run(self):
        files, _ = weir_cli.vehicles(300)
        target = f'sqlite:{self.folder}/a"b\\c.db'
        done = weir("run", weir_cli.VEHICLES, *files, "--to", target, "--metrics", self.folder / "run.prom")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.samples(job="run", outcome="created")["weir_run_records"], 300)
        self.assertEqual(self.samples(target=target)["weir_run_target_info"], 1)

    def test_a_file_that_cannot_be_written_is_said(self):
        file = extract(self.folder / "LandlordTenant.Incr.2026-03-01.zip", "2026-03-01", case("A"))
        done = weir("courts", "load", file, "--db", self.database, "--metrics", self.folder / "no/run.prom")
        self.assertEqual(done.returncode, 1)
        self.assertIn("no/run.prom", done.stderr)


class PlainLines(courts_cli.CourtsTest):
    def test_are_whole_lines_of_keys_and_values(self):
        folder = self.folder / 'a "b" = c'
        for date in ("2026-03-01", "2026-03-08"):
            extract(folder / f"LandlordTenant.Incr.{date}.zip", date, case("A"), case("B"))
        done = subprocess.run([weir_cli.WEIR, "courts", "load", folder, "--db", self.database],
                              capture_output=True, check=False, env=weir_cli.environment({}))
        self.assertEqual(done.returncode, 0)
        for byte in (b"\r", b"\x1b"):
            self.assertNotIn(byte, done.stderr)
        lines = done.stderr.decode().splitlines()
        for line in lines:
            self.assertRegex(line, LINE)
            self.assertEqual(LINE.match(line).group(0), line)
        steps = [line.split()[1] for line in lines if line.startswith("event=step")]
        self.assertEqual(steps, [f"step={step}" for step in ("select", "spool", "geocode", "promote", "record")])
        self.assertEqual(len([line for line in lines if line.startswith("event=file ")]), 2)

    def test_are_the_same_for_every_run(self):
        files, _ = weir_cli.vehicles(300)
        done = weir("run", weir_cli.VEHICLES, *files, "--to", f"csv:{self.folder}/out", "--progress", "plain")
        self.assertEqual(done.returncode, 0, done.stderr)
        for line in done.stderr.splitlines():
            self.assertEqual(LINE.match(line).group(0), line)
        self.assertIn(f"event=file file={files[0]} status=loaded", done.stderr)
        none = weir("run", weir_cli.VEHICLES, *files, "--to", f"csv:{self.folder}/out2", "--progress", "none")
        self.assertEqual(none.stderr, "")


if __name__ == "__main__":
    unittest.main()
