#!/usr/bin/env python3
"""One content, whatever way it came: targets, chunks, threads, order of inputs, parts, reruns."""
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

VEHICLE_ROWS = 3000
# Records a chunk, so that a run has 20 chunks at least.
CHUNK_RECORDS = {"kanjidic": 600, "cldr": 40, "iso_codes": 500, "vehicles": 140}


class EqualDigests(weir_cli.WeirTest):
    def sources(self):
        """Name, declaration and inputs of what is loaded."""
        for name in weir_cli.PACKAGES:
            yield name, weir_cli.example(name, self.folder / name), []
        yield "vehicles", weir_cli.VEHICLES, weir_cli.vehicles(VEHICLE_ROWS)[0]

    def fresh(self, kind):
        self.made = getattr(self, "made", 0) + 1
        return weir_cli.target(kind, self.folder, f"target{self.made}")

    def reference(self, declaration, inputs):
        url = self.fresh("sqlite")
        self.load(declaration, *inputs, "--threads", 1, to=url)
        return weir_cli.digest(url)

    def test_chunks_and_threads_do_not_change_what_a_target_holds(self):
        for name, declaration, inputs in self.sources():
            wanted = self.reference(declaration, inputs)
            for kind in weir_cli.KINDS:
                for threads in (1, 2, 8):
                    with self.subTest(name, target=kind, threads=threads):
                        url = self.fresh(kind)
                        summary = self.load(declaration, *inputs, "--threads", threads,
                                            "--chunk-records", CHUNK_RECORDS[name],
                                            "--memory", "256MiB", to=url)
                        self.assertGreaterEqual(summary["chunks"], 20)
                        self.assertEqual(weir_cli.digest(url), wanted)

    def test_chunks_that_end_by_memory_do_not_change_what_a_target_holds(self):
        inputs, _ = weir_cli.vehicles(VEHICLE_ROWS)
        wanted = self.reference(weir_cli.VEHICLES, inputs)
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                url = self.fresh(kind)
                memory = "256MiB" if kind == "duckdb" else "128MiB"
                summary = self.load(weir_cli.VEHICLES, *inputs, "--memory", memory,
                                    "--chunk-share", "0.01", to=url)
                self.assertGreaterEqual(summary["chunks"], 20)
                self.assertEqual(weir_cli.digest(url), wanted)

    def test_the_order_in_which_inputs_are_named_is_of_no_account(self):
        for name, declaration, inputs in self.sources():
            if name == "cldr":
                inputs = sorted((declaration.parent / "common/main").glob("*.xml"))
            elif name == "iso_codes":
                continue  # each source of it has one file, which its declaration names
            wanted = self.reference(declaration, inputs)
            for seed, kind in enumerate(weir_cli.KINDS):
                with self.subTest(name, target=kind):
                    url = self.fresh(kind)
                    self.load(declaration, *weir_cli.shuffled(inputs, seed), "--chunk-records",
                              CHUNK_RECORDS[name], to=url)
                    self.assertEqual(weir_cli.digest(url), wanted)

    def test_a_run_for_each_input_in_any_order_gives_what_one_run_gives(self):
        inputs, _ = weir_cli.vehicles(VEHICLE_ROWS)
        wanted = self.reference(weir_cli.VEHICLES, inputs)
        for seed, kind in enumerate(weir_cli.KINDS):
            with self.subTest(target=kind):
                url = self.fresh(kind)
                for one in weir_cli.shuffled(inputs, seed):
                    self.load(weir_cli.VEHICLES, one, to=url)
                self.assertEqual(weir_cli.digest(url), wanted)

    def test_parts_committed_at_once_give_what_one_run_gives(self):
        for name, declaration, inputs in self.sources():
            wanted = self.reference(declaration, inputs)
            for kind in weir_cli.KINDS:
                with self.subTest(name, target=kind):
                    url = self.fresh(kind)
                    work = self.folder / f"parts-{name}-{kind}"
                    for part in ("2/2", "1/2"):
                        done = weir_cli.weir("run", declaration, *inputs, "--partition", part,
                                             "--work", work, "--chunk-records",
                                             CHUNK_RECORDS[name])
                        self.assertEqual(done.returncode, 0, done.stderr)
                        self.assertFalse(weir_cli.is_there(url))
                    done = weir_cli.weir("commit", declaration, *inputs, "--work", work, "--to",
                                         url)
                    self.assertEqual(done.returncode, 0, done.stderr)
                    self.assertEqual(weir_cli.digest(url), wanted)
                    self.assertEqual(list(work.iterdir()), [])

    def test_a_missing_part_is_named_and_nothing_is_committed(self):
        inputs, _ = weir_cli.vehicles(VEHICLE_ROWS)
        work, url = self.folder / "parts", self.fresh("csv")
        weir_cli.weir("run", weir_cli.VEHICLES, *inputs, "--partition", "1/3", "--work", work)
        done = weir_cli.weir("commit", weir_cli.VEHICLES, *inputs, "--work", work, "--to", url)
        self.assertEqual(done.returncode, 2)
        self.assertIn("of 3 parts, these are missing: 2, 3", done.stderr)
        self.assertFalse(weir_cli.is_there(url))

    def test_a_rerun_finds_that_all_is_up_to_date(self):
        for name, declaration, inputs in self.sources():
            for kind in weir_cli.KINDS:
                with self.subTest(name, target=kind):
                    url = self.fresh(kind)
                    self.load(declaration, *inputs, to=url)
                    wanted = weir_cli.digest(url)
                    again = self.load(declaration, *inputs, to=url)
                    self.assertTrue(again["up_to_date"])
                    self.assertEqual((again["records"], again["chunks"]), (0, 0))
                    self.assertEqual(weir_cli.digest(url), wanted)
                    self.assertEqual(weir_cli.leftovers(url), [])

    def test_force_reads_all_again_and_changes_nothing(self):
        for name, declaration, inputs in self.sources():
            for kind in weir_cli.KINDS:
                with self.subTest(name, target=kind):
                    url = self.fresh(kind)
                    first = self.load(declaration, *inputs, to=url)
                    wanted = weir_cli.digest(url)
                    again = self.load(declaration, *inputs, "--force", to=url)
                    self.assertEqual(again["records"], first["records"])
                    self.assertEqual(again["created"], 0)
                    self.assertEqual(weir_cli.digest(url), wanted)

    def test_of_several_inputs_only_the_changed_one_is_read_again(self):
        files, _ = weir_cli.vehicles(VEHICLE_ROWS)
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                url = self.fresh(kind)
                feed = self.folder / f"feed-{kind}"
                feed.mkdir()
                inputs = [pathlib.Path(shutil.copy(file, feed)) for file in files]
                lines = inputs[-1].read_bytes().splitlines(keepends=True)
                inputs[-1].write_bytes(b"".join(lines[:-5]))
                self.load(weir_cli.VEHICLES, *inputs, to=url)
                inputs[-1].write_bytes(b"".join(lines))
                again = self.load(weir_cli.VEHICLES, *inputs, to=url)
                self.assertEqual(again["records"], len(lines))
                self.assertEqual(again["skipped_inputs"], len(inputs) - 1)
                self.assertEqual(weir_cli.digest(url),
                                 self.reference(weir_cli.VEHICLES, inputs))


class Truth(weir_cli.WeirTest):
    def test_rows_and_rejects_are_those_that_the_generator_made(self):
        inputs, truth = weir_cli.vehicles(VEHICLE_ROWS, bad_fraction=0.02)
        self.assertGreater(truth["quarantined"], 20)
        for kind in weir_cli.KINDS:
            for options in ((), ("--chunk-records", "100", "--threads", "8")):
                with self.subTest(target=kind, options=options):
                    url = weir_cli.target(kind, self.folder, f"truth-{kind}-{len(options)}")
                    summary = self.load(weir_cli.VEHICLES, *inputs, *options, to=url, status=3)
                    self.assertEqual(summary["records"], truth["records"])
                    self.assertEqual(summary["rejected"], truth["quarantined"])
                    self.assertEqual(weir_cli.digest(url)["vehicle"][1], truth["rows"])
                    reasons = {name: count for name, count in truth["quarantine"].items() if count}
                    self.assertEqual(self.rejects_by_reason(url), reasons)


if __name__ == "__main__":
    unittest.main()
