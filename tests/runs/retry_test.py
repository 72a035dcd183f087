#!/usr/bin/env python3
"""weir retry: what a target could not take is loaded again, and nothing else."""
import contextlib
import functools
import gzip
import json
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

FEED = """
[source.feed]
entity = "sale"
format = "ndjson"
path   = "*.ndjson*"
[entity.sale]
key      = ["id"]
write    = "{write}"
on_error = "reject"
[entity.sale.fields]
id   = {{ type = "int64", required = true }}
sold = {{ type = "date"{mend} }}
"""
MEND = ', null_tokens = ["", "?"]'


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


def each_target(test):
    """Runs `test` with a new target of each kind."""
    @functools.wraps(test)
    def run(self):
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                self.declare()
                test(self, weir_cli.target(kind, self.folder, f"target-{kind}"))
    return run


class Retry(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        self.declare()
        self.write("good.ndjson", lines({"id": 1, "sold": "2026-03-14"}, {"id": 2}))
        self.write("bad.ndjson", lines({"id": 3, "sold": "2026-03-15"},
                                       {"id": 4, "sold": "?"},
                                       {"id": 5, "sold": "?"}))

    def declare(self, mend="", write="upsert"):
        self.write("feed.toml", FEED.format(mend=mend, write=write))

    def write(self, name, text):
        (self.folder / name).write_text(text)

    def retry(self, url, *arguments, status=0):
        done = weir_cli.weir("retry", self.folder / "feed.toml", *arguments, "--to", url, "--json")
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)

    def loaded(self, url, *arguments, status=3):
        return self.load(self.folder / "feed.toml", *arguments, to=url, status=status)

    def clean(self, kind):
        """The digest of a load of all files with the declaration as it is now."""
        url = weir_cli.target(kind, self.folder, f"clean-{kind}")
        self.loaded(url, status=0)
        return weir_cli.digest(url)

    @each_target
    def test_after_a_mended_declaration_rejects_are_rows(self, url):
        self.assertEqual(self.loaded(url)["rejected"], 2)
        self.declare(MEND)
        again = self.retry(url)
        self.assertEqual((again["inputs"], again["records"], again["rejected"]), (1, 3, 0))
        self.assertEqual(self.rejects_by_reason(url), {})
        self.assertEqual(weir_cli.digest(url), self.clean(url.partition(":")[0]))

    @each_target
    def test_an_input_that_still_has_rejects_has_each_of_them_once(self, url):
        self.loaded(url)
        self.assertEqual(self.retry(url, status=3)["rejected"], 2)
        self.assertEqual(self.rejects_by_reason(url), {"coerce": 2})

    @each_target
    def test_an_input_that_failed_is_loaded_once_it_is_whole(self, url):
        whole = gzip.compress(lines(*({"id": n} for n in range(10, 500))).encode())
        (self.folder / "zipped.ndjson.gz").write_bytes(whole[:-20])
        self.assertEqual(len(self.loaded(url)["failed"]), 1)
        (self.folder / "zipped.ndjson.gz").write_bytes(whole)
        self.declare(MEND)
        again = self.retry(url)
        self.assertEqual((again["inputs"], again["failed"]), (2, []))
        self.assertEqual(weir_cli.digest(url)["sale"][1], 495)
        (self.folder / "zipped.ndjson.gz").unlink()

    @each_target
    def test_where_nothing_failed_nothing_is_read(self, url):
        (self.folder / "bad.ndjson").unlink(missing_ok=True)
        self.loaded(url, status=0)
        self.assertEqual(self.retry(url)["up_to_date"], True)

    @each_target
    def test_only_the_inputs_that_are_named_are_loaded_again(self, url):
        self.write("bad_too.ndjson", lines({"id": 6, "sold": "?"}))
        self.loaded(url)
        self.declare(MEND)
        again = self.retry(url, self.folder / "bad_too.ndjson", self.folder / "good.ndjson")
        self.assertEqual((again["inputs"], again["records"]), (1, 1))
        self.assertEqual(self.rejects_by_reason(url), {"coerce": 2})

    @each_target
    def test_a_run_of_other_inputs_leaves_rejects_alone(self, url):
        self.loaded(url)
        self.loaded(url, self.folder / "good.ndjson", "--force", status=0)
        self.assertEqual(self.rejects_by_reason(url), {"coerce": 2})

    def test_a_retry_that_was_killed_goes_on_and_keeps_its_rejects(self):
        url = weir_cli.target("sqlite", self.folder)
        self.write("bad.ndjson", lines({"id": 3, "sold": "never"}, {"id": 4, "sold": "?"}, {"id": 5}))
        self.loaded(url)
        self.declare(MEND)
        self.retry(url, "--chunk-records", 1, status=3)
        wanted = weir_cli.digest(url)
        # What a kill behind the first of its chunks leaves.
        with contextlib.closing(sqlite3.connect(weir_cli.path_of(url))) as database, database:
            run, = database.execute("SELECT max(id) FROM weir_run").fetchone()
            database.execute("UPDATE weir_run SET status = 'running' WHERE id = ?", (run,))
            database.execute("UPDATE weir_input SET status = 'loading', records = 1, hash = '' "
                             "WHERE run = ?", (run,))
            database.execute("DELETE FROM weir_chunk WHERE run = ? AND number > 0", (run,))
            database.execute("DELETE FROM sale WHERE id IN (4, 5)")
        again = self.retry(url)
        self.assertEqual((again["records"], again["rejected"]), (2, 0))
        self.assertEqual(weir_cli.digest(url), wanted)
        self.assertEqual(self.rejects_by_reason(url), {"coerce": 1})

    @each_target
    def test_rows_that_are_only_added_are_not_added_twice(self, url):
        self.declare(write="append")
        self.loaded(url)
        self.declare(MEND, write="append")
        done = weir_cli.weir("retry", self.folder / "feed.toml", "--to", url)
        self.assertEqual(done.returncode, 2)
        self.assertIn('bad.ndjson: entity sale has write = "append"', done.stderr)
        self.assertEqual(weir_cli.digest(url)["sale"][1], 3)

    @each_target
    def test_an_input_that_is_gone_is_named(self, url):
        bad = (self.folder / "bad.ndjson").read_text()
        self.loaded(url)
        (self.folder / "bad.ndjson").unlink()
        done = weir_cli.weir("retry", self.folder / "feed.toml", "--to", url)
        self.assertEqual(done.returncode, 1)
        self.assertIn("bad.ndjson", done.stderr)
        self.write("bad.ndjson", bad)

    @each_target
    def test_a_target_that_is_not_there_is_not_made(self, url):
        done = weir_cli.weir("retry", self.folder / "feed.toml", "--to", url)
        self.assertEqual(done.returncode, 1)
        self.assertFalse(weir_cli.is_there(url))


if __name__ == "__main__":
    unittest.main()
