#!/usr/bin/env python3
"""What goes wrong for a user: each time the exit status, and a message that names thing and remedy."""
import contextlib
import gzip
import json
import pathlib
import re
import resource
import signal
import sqlite3
import statistics
import subprocess
import sys
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli
from weir_cli import VEHICLES, weir

XML = """
[source.feed]
entity = "thing"
format = "xml"
path   = "*.xml"
record = "thing"
[entity.thing]
key   = ["id"]
write = "replace_record"
[entity.thing.fields]
id   = { type = "string", path = "@id", required = true }
name = { type = "list<string>", path = "name" }
"""
JSON = XML.replace('"xml"', '"json"').replace("*.xml", "*.json").replace("@id", "id")


class Messages(weir_cli.WeirTest):
    def file(self, name, content):
        path = self.folder / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def url(self, kind="sqlite"):
        return weir_cli.target(kind, self.folder, f"target-{kind}")

    def assert_ends(self, done, status, *texts):
        self.assertEqual(done.returncode, status, done.stderr)
        for text in texts:
            self.assertIn(text, done.stderr)

    def run_vehicles(self, *arguments, **options):
        return weir("run", VEHICLES, *weir_cli.vehicles(3000)[0], *arguments, **options)


class Usage(Messages):
    def test_an_unknown_command_or_option_brings_the_one_that_was_meant(self):
        self.assert_ends(weir("runn"), 2, "no command runn; did you mean run?")
        self.assert_ends(weir("run", VEHICLES, "--treads", "2"), 2,
                         "no option --treads; did you mean --threads?")
        self.assert_ends(weir("bench"), 2, "bench alone; there is weir bench run, weir bench")
        self.assert_ends(weir("--verison"), 2, "no command --verison; did you mean --version?")
        self.assert_ends(weir("--memory", "1GiB", "run"), 2, "options stand behind the command")

    def test_what_an_option_does_not_take_is_said_with_what_it_takes(self):
        for option, value, text in (
                ("--memory", "1Mo", '"1Mo" is not a size; write it as 512MiB'),
                ("--threads", "0", '"0" is not a whole number of at least 1'),
                ("--progress", "loud", "auto"),
                ("--run-date", "2026-13-45", '"2026-13-45" is not a date such as 2026-03-14'),
                ("--allow-rejects", "many", '"many" is neither a number nor a share'),
                ("--partition", "3/2", '"3/2" is not K/N with 1 <= K <= N')):
            with self.subTest(option):
                self.assert_ends(weir("run", VEHICLES, "--to", self.url(), option, value), 2,
                                 option, text)

    def test_a_missing_argument_or_target_is_said(self):
        self.assert_ends(weir("run"), 2, "weir run needs PIPELINE.toml")
        self.assert_ends(weir("run", VEHICLES), 2, "say where the rows go: --to sqlite:FILE")
        self.assert_ends(self.run_vehicles("--to", "lake"), 2, '"lake" is no target')

    def test_what_check_would_not_look_at_is_refused(self):
        for arguments in (("nowhere.ndjson",), ("--to", self.url())):
            self.assert_ends(weir("check", VEHICLES, *arguments), 2, "with --connect only")

    def test_a_variable_sets_an_option_and_is_named_when_it_is_wrong(self):
        done = weir("run", VEHICLES, "--to", self.url(), env={"WEIR_MEMORY": "lots"})
        self.assert_ends(done, 2, "WEIR_MEMORY", '"lots"')

    def test_mistakes_in_a_declaration_come_all_at_once_with_their_places(self):
        bad = XML.replace("path   =", "paht   =").replace("replace_record", "replace")
        path = self.file("bad.toml", bad)
        done = weir("run", path, "--to", self.url())
        self.assert_ends(done, 2, f'{path}:5:1: [source.feed]: unknown key "paht"; did you mean '
                                  '"path"?', f'{path}:9:9: [entity.thing]: "write" cannot be "replace"')
        self.assertFalse(weir_cli.path_of(self.url()).exists())


    def test_a_shell_is_offered_the_words_that_can_stand_next(self):
        script = self.file("weir.bash", weir("completion", "bash").stdout)
        for words, wanted, unwanted in ((["b"], "bench", "compare"),
                                        (["bench", "r"], "run", "runs"),
                                        (["bench", "run", "--l"], "--label", "--limit"),
                                        (["run", "--progress", ""], "plain", "--to")):
            with self.subTest(words=words):
                given = " ".join(f"'{word}'" for word in ["weir", *words])
                done = subprocess.run(
                    ["bash", "-c", f'. "$0"; COMP_WORDS=({given}); COMP_CWORD={len(words)}; _weir; '
                                   'printf "%s\n" "${COMPREPLY[@]}"', script],
                    capture_output=True, text=True, check=True)
                self.assertIn(wanted, done.stdout.split())
                self.assertNotIn(unwanted, done.stdout.split())


class Inputs(Messages):
    def test_a_missing_file_is_named(self):
        missing = self.folder / "nowhere.ndjson"
        self.assert_ends(weir("run", VEHICLES, missing, "--to", self.url()), 1, str(missing),
                         "No such file")
        self.assert_ends(weir("run", missing, "--to", self.url()), 1, str(missing))

    def test_a_folder_without_files_is_no_input(self):
        empty = self.folder / "empty"
        empty.mkdir()
        self.assert_ends(weir("run", VEHICLES, empty, "--to", self.url()), 1, str(empty))

    def test_a_folder_is_all_files_in_it(self):
        files, truth = weir_cli.vehicles(3000)
        summary = self.load(VEHICLES, files[0].parent, to=self.url())
        self.assertEqual((summary["inputs"], summary["records"]), (len(files), truth["records"]))

    def test_an_empty_file_of_lines_has_no_records(self):
        summary = self.load(VEHICLES, self.file("none.ndjson", ""), to=self.url())
        self.assertEqual(summary["records"], 0)

    def test_an_input_that_is_broken_is_named_with_the_place_and_not_taken(self):
        packed = gzip.compress(weir_cli.vehicles(3000)[0][0].read_bytes())
        xml, json_ = self.file("xml.toml", XML), self.file("json.toml", JSON)
        for declaration, name, content, text in (
                (xml, "empty.xml", "", "no root element"),
                (xml, "open.xml", '<things><thing id="1"/><thing id="2">', "byte 37"),
                (xml, "crossed.xml", '<things><thing id="1"></name></thing></things>', "byte 2"),
                (json_, "cut.json", '{"thing": [{"id": "1"}, {"id"', "byte"),
                (VEHICLES, "cut.ndjson.gz", packed[:len(packed) // 2], "cut"),
                (VEHICLES, "sum.ndjson.gz", packed[:-8] + bytes(8), "CRC")):
            for kind in weir_cli.KINDS:
                with self.subTest(name, target=kind):
                    url = weir_cli.target(kind, self.folder, f"{name}-{kind}")
                    path = self.file(name, content)
                    done = weir("run", declaration, path, "--to", url)
                    self.assert_ends(done, 1, f"{path}: ", text, "nothing of it was taken")
                    rows = sum(rows for _, rows in weir_cli.digest(url).values())
                    self.assertEqual(rows, 0)

    def test_a_broken_input_does_not_stop_the_others(self):
        declaration = self.file("xml.toml", XML)
        self.file("a.xml", '<things><thing id="1"/></things>')
        broken = self.file("b.xml", '<things><thing id="2"/>')
        self.file("c.xml", '<things><thing id="3"/></things>')
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                done = weir("run", declaration, "--to", self.url(kind))
                self.assert_ends(done, 3, f"{broken}: ")
                self.assertEqual(weir_cli.digest(self.url(kind))["thing"][1], 2)

    def test_a_record_larger_than_its_share_is_a_reject_that_names_the_remedy(self):
        large = "".join(f"<name>{'x' * 1000}</name>" for _ in range(30000))
        declaration = self.file("xml.toml", XML)
        self.file("large.xml", f'<things><thing id="1"/><thing id="2">{large}</thing>'
                               '<thing id="3"/></things>')
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                memory = "128MiB" if kind == "duckdb" else "64MiB"
                done = weir("run", declaration, "--to", self.url(kind), "--memory", memory,
                            "--threads", "1")
                self.assert_ends(done, 3, "1 records were rejected")
                self.assertEqual(self.rejects_by_reason(self.url(kind)), {"oversize": 1})
                self.assertEqual(weir_cli.digest(self.url(kind))["thing"][1], 2)


    def test_a_document_field_that_only_another_source_has_is_null(self):
        both = XML.replace('path = "name"', 'path = "_doc.day"').replace(
            "[entity.thing]", '[source.feed.document]\nday = { type = "string", path = "day" }\n'
                              '[source.other]\nentity = "thing"\nformat = "xml"\npath = "o.xml"\n'
                              'record = "thing"\n[entity.thing]', 1).replace("*.xml", "f.xml")
        declaration = self.file("both.toml", both)
        self.file("f.xml", '<things><day>monday</day><thing id="1"/></things>')
        self.file("o.xml", '<things><day>monday</day><thing id="2"/></things>')
        self.load(declaration, to=self.url())
        with contextlib.closing(sqlite3.connect(weir_cli.path_of(self.url()))) as database:
            rows = database.execute("SELECT id, name FROM thing ORDER BY id").fetchall()
        self.assertEqual(rows, [("1", '["monday"]'), ("2", None)])


class Rejects(Messages):
    def test_a_record_that_cannot_be_read_is_told_with_the_place_of_its_fault(self):
        declaration = self.file("lines.toml", JSON.replace('"json"', '"ndjson"').replace(
            'record = "thing"\n', ""))
        self.file("a.json", b'{"id":"a"}\n{"id":"b" "c":2}\n{"id":"\xff"}\n')
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                self.assert_ends(weir("run", declaration, "--to", self.url(kind)), 3)
                said = weir("rejects", self.url(kind)).stdout
                self.assertIn('json_syntax: byte 21: expected a comma or }, found', said)
                self.assertIn('utf8: byte 35: not valid UTF-8: "\\xff', said)

    def test_parts_reject_each_record_once(self):
        declaration = self.file("lines.toml", JSON.replace('"json"', '"ndjson"').replace(
            'record = "thing"\n', ""))
        self.file("a.json", "".join(f'{{"id":"{i}"}}\n{{"id":{i}\n{{"name":"{i}"}}\n'
                                    for i in range(20)))
        work = self.folder / "parts"
        for part in ("1/3", "2/3", "3/3"):
            weir("run", declaration, "--partition", part, "--work", work)
        self.assert_ends(weir("commit", declaration, "--work", work, "--to", self.url("csv")), 3)
        self.assertEqual(self.rejects_by_reason(self.url("csv")),
                         {"json_syntax": 20, "missing_key": 20})
        self.assertEqual(weir_cli.digest(self.url("csv"))["thing"][1], 20)

    def test_rejects_are_counted_and_allowed_by_number_or_share(self):
        files, truth = weir_cli.vehicles(3000, bad_fraction=0.02)
        count = truth["quarantined"]
        for allowed, status in (("0", 3), (count - 1, 3), (count, 0), ("0.5", 0), ("50%", 0),
                                ("0.0001", 3)):
            with self.subTest(allowed=allowed):
                done = weir("run", VEHICLES, *files, "--force", "--allow-rejects", allowed, "--to",
                            self.url())
                self.assert_ends(done, status, f"{count} records were rejected "
                                               f"(weir rejects {self.url()})")


class Targets(Messages):
    def test_a_place_that_cannot_be_written_is_named(self):
        file = self.file("file", "not a database, and no folder either\n" * 100)
        for url in (f"sqlite:{self.folder}/no/such.db", "sqlite:/proc/feed.db", "csv:/proc/feed",
                    f"sqlite:{self.folder}", f"sqlite:{file}", f"csv:{file}", f"parquet:{file}"):
            with self.subTest(url):
                done = self.run_vehicles("--to", url)
                self.assert_ends(done, 1, url.partition(":")[2])

    def test_a_folder_of_another_format_is_refused(self):
        self.load(VEHICLES, weir_cli.vehicles(3000)[0][0], to=self.url("csv"))
        self.assert_ends(self.run_vehicles("--to", f"parquet:{self.folder}/target-csv"), 2,
                         "holds csv files")

    def test_reading_what_is_not_there_is_an_error_that_names_it(self):
        for kind in weir_cli.KINDS:
            for command in ("digest", "rejects", "runs"):
                with self.subTest(command, target=kind):
                    self.assert_ends(weir(command, self.url(kind)), 1,
                                     weir_cli.place_of(self.url(kind)))

    def test_runs_are_listed_newest_first(self):
        files, _ = weir_cli.vehicles(3000)
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                ids = [self.load(VEHICLES, file, to=self.url(kind))["run"] for file in files[:2]]
                listed = weir("runs", self.url(kind), "--json").stdout.splitlines()
                self.assertEqual([json.loads(run)["id"] for run in listed], ids[::-1])

    def test_a_second_writer_ends_at_once_and_names_the_first(self):
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                first = weir_cli.start("run", VEHICLES, *weir_cli.vehicles(3000)[0],
                                       "--chunk-records", 100, "--log-level", "debug", "--to",
                                       self.url(kind))
                wanted = b"debug: apply chunk" if kind == "sqlite" else b"debug: spool chunk"
                while not first.stderr.readline().startswith(wanted):
                    self.assertIsNone(first.poll())
                first.send_signal(signal.SIGSTOP)
                second = self.run_vehicles("--to", self.url(kind))
                first.send_signal(signal.SIGCONT)
                first.communicate()
                self.assert_ends(second, 1, f"process {first.pid}")
                self.assertRegex(second.stderr, r"run \d{8}T\d{6}-[0-9a-f]+")
                self.assertEqual(first.returncode, 0)

    def test_standard_output_that_is_full_is_a_failure(self):
        self.load(VEHICLES, weir_cli.vehicles(3000)[0][0], to=self.url())
        with open("/dev/full", "w") as full:
            done = subprocess.run([weir_cli.WEIR, "digest", self.url()], stdout=full,
                                  stderr=subprocess.PIPE, text=True)
        self.assert_ends(done, 1, "standard output cannot be written: No space left on device")

    def test_standard_output_that_is_full_is_a_failure_when_much_is_printed(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([weir_cli.WEIR, "man"], stdout=full, stderr=subprocess.PIPE,
                                  text=True)
        self.assert_ends(done, 1, "standard output cannot be written: No space left on device")


class FullDisk(Messages):
    """A small file system where root can mount one; else files that may not grow beyond its size."""

    # A database of DuckDB without rows has 1 to 2 MiB.
    MEBIBYTES = {"duckdb": 4}

    def setUp(self):
        super().setUp()
        self.disk = self.folder / "disk"
        self.disk.mkdir()
        self.mounted = self.mount("size=1m") == 0
        if self.mounted:
            self.addCleanup(subprocess.run, ["umount", self.disk], check=True)

    def mount(self, options):
        return subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", self.disk],
                              capture_output=True).returncode

    def limits(self, kind):
        mebibytes = self.MEBIBYTES.get(kind, 1)
        if self.mounted:
            self.assertEqual(self.mount(f"remount,size={mebibytes}m"), 0)
            return {}
        most = mebibytes << 20
        return {"preexec_fn": lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))}

    def test_a_full_disk_ends_the_run_and_the_earlier_content_stays(self):
        files, _ = weir_cli.vehicles(3000)
        first = self.folder / "first.ndjson"
        first.write_bytes(b"".join(files[0].read_bytes().splitlines(keepends=True)[:20]))
        for kind in weir_cli.FILE_KINDS:
            with self.subTest(target=kind):
                url = weir_cli.target(kind, self.disk, kind)
                limits = self.limits(kind)
                self.load(VEHICLES, first, to=url)
                before = weir_cli.digest(url)
                done = self.run_vehicles("--to", url, **limits)
                self.assert_ends(done, 1, f"{self.disk}/{kind}")
                self.assertRegex(done.stderr, "full|No space left|File too large")
                after = weir_cli.digest(url)
                if kind == "sqlite":
                    self.assertGreaterEqual(after["vehicle"][1], before["vehicle"][1])
                else:
                    self.assertEqual(after, before)
                subprocess.run(["rm", "-rf", *self.disk.iterdir()], check=True)


class Stopped(Messages):
    def test_a_stopped_run_keeps_its_whole_chunks_and_goes_on_from_there(self):
        files, truth = weir_cli.vehicles(3000)
        for kind in weir_cli.KINDS:
            for number in (signal.SIGINT, signal.SIGTERM):
                with self.subTest(target=kind, signal=number.name):
                    url = weir_cli.target(kind, self.folder, f"{kind}-{number.name}")
                    run = weir_cli.start("run", VEHICLES, *files, "--chunk-records", 50,
                                         "--threads", 1, "--log-level", "debug", "--to", url)
                    for line in run.stderr:
                        if line.startswith((b"debug: apply chunk=3", b"debug: spool chunk=3")):
                            break
                    run.send_signal(number)
                    said = run.communicate()[1].decode()
                    self.assertEqual(run.returncode, 130, said)
                    self.assertIn("stopped", said)
                    again = self.load(VEHICLES, *files, to=url)
                    self.assertLess(again["records"], truth["records"])
                    self.assertEqual(weir_cli.digest(url)["vehicle"][1], truth["rows"])

    def test_a_run_killed_behind_its_last_chunk_is_completed_by_the_next(self):
        self.load(VEHICLES, *weir_cli.vehicles(3000)[0], to=self.url())
        database = sqlite3.connect(weir_cli.path_of(self.url()))
        indexes = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql <> ''"
        wanted = sorted(database.execute(indexes))
        self.assertTrue(wanted)
        database.execute("UPDATE weir_run SET status = 'running'")
        for name, _ in wanted:
            database.execute(f'DROP INDEX "{name}"')
        database.commit()
        self.load(VEHICLES, *weir_cli.vehicles(3000)[0], to=self.url())
        self.assertEqual(sorted(database.execute(indexes)), wanted)
        database.close()


class Memory(Messages):
    def test_a_budget_that_is_too_small_is_refused_with_one_that_does(self):
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                memory, refusals = "10 MiB", 0
                while True:
                    done = self.run_vehicles("--memory", memory.replace(" ", ""), "--threads", 2,
                                             "--to", self.url(kind), "--json")
                    if done.returncode == 0:
                        break
                    self.assert_ends(done, 4, f"{memory} are too little for 2 threads")
                    memory = re.search(r"give --memory ([\d.]+ MiB)", done.stderr)[1]
                    refusals += 1
                # What the library of a module takes is known once it is loaded.
                self.assertIn(refusals, (1,) if kind in ("sqlite", "csv") else (1, 2))
                self.assertEqual(json.loads(done.stdout)["rejected"], 0)


class Version(Messages):
    def test_the_version_needs_none_of_the_heavy_libraries(self):
        done = weir("--version", env={"LD_DEBUG": "libs"})
        self.assertEqual(done.returncode, 0)
        self.assertRegex(done.stdout, r"^weir \d+\.\d+\.\d+\n$")
        self.assertIn("libweir.so", done.stderr)
        for library in ("arrow", "parquet", "duckdb", "pq", "vips", "poppler", "cairo"):
            self.assertNotRegex(done.stderr.lower(), f"/lib(weir_)?{library}")

    def test_parquet_is_opened_when_it_is_wanted(self):
        done = weir("run", VEHICLES, weir_cli.vehicles(3000)[0][0], "--to", self.url("parquet"),
                    env={"LD_DEBUG": "libs"})
        self.assertEqual(done.returncode, 0)
        self.assertIn("libweir_parquet.so", done.stderr)

    def test_the_version_is_said_at_once(self):
        seconds = []
        for _ in range(20):
            started = time.perf_counter()
            weir("--version")
            seconds.append(time.perf_counter() - started)
        print(f"weir --version: {1000 * statistics.median(seconds):.1f} ms, the median of "
              f"{len(seconds)} (promised: 15 ms on an idle machine)")


if __name__ == "__main__":
    unittest.main()
