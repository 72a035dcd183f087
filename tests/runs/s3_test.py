#!/usr/bin/env python3
"""Inputs and targets in an object store: the same content as of files, and what failures leave."""
import gzip
import io
import json
import os
import pathlib
import re
import signal
import sys
import time
import unittest
import unittest.mock
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import s3_server
import weir_cli

KINDS = ("csv", "parquet")
ROWS = 3000
BOOKS = """
[source.books]
entity = "book"
format = "ndjson"
path   = "*.zip"
member = "*.ndjson"
[entity.book]
key = ["isbn"]
write = "replace_record"
[entity.book.fields]
isbn  = { type = "string", required = true }
title = { type = "string" }
"""


class S3Test(weir_cli.WeirTest):
    @classmethod
    def setUpClass(cls):
        cls.server = cls.enterClassContext(s3_server.Server(weir_cli.temporary_folder()))
        cls.enterClassContext(unittest.mock.patch.dict(os.environ, cls.server.environment))
        cls.enterClassContext(unittest.mock.patch.dict(os.environ, XDG_CACHE_HOME=weir_cli.temporary_folder()))

    def setUp(self):
        super().setUp()
        self.bucket = re.sub("[^a-z]+", "-", self.id().rpartition(".")[2].removeprefix("test_"))[:60]
        self.server.make_bucket(self.bucket)

    def put(self, key, content):
        self.server.put(key, content, self.bucket)

    def get(self, key):
        return self.server.get(key, self.bucket)

    def url(self, key):
        return f"s3://{self.bucket}/{key}"

    def target(self, kind, key="out"):
        return f"{kind}:{self.url(key)}"

    def put_vehicles(self, prefix="in/"):
        """The files of the vehicles as objects; gives their paths."""
        files, _ = weir_cli.vehicles(ROWS)
        for file in files:
            self.put(prefix + file.name, file.read_bytes())
        return files

    def local_digest(self, files):
        url = weir_cli.target("csv", self.folder, "local")
        self.load(weir_cli.VEHICLES, *files, to=url)
        return weir_cli.digest(url)

    def check_nothing_is_left(self, prefix="out/"):
        """Below the prefix lies what current.json names, and the lease, which nobody holds."""
        manifest = json.loads(self.get(prefix + "_weir/current.json"))
        kept = weir_cli.named_files(manifest) | {"_weir/current.json", "_weir/lock"}
        self.assertEqual(sorted(set(self.server.keys(prefix, self.bucket)) - kept), [])
        self.assertEqual(self.server.uploads(self.bucket), [])
        self.assertIn(b"\nseconds 0\n", self.get(prefix + "_weir/lock"))


class Loads(S3Test):
    def test_objects_into_objects_give_what_files_into_files_give(self):
        files = self.put_vehicles()
        wanted = self.local_digest(files)
        for kind in KINDS:
            for options in ([], ["--threads", 3, "--chunk-records", 140, "--memory", "128MiB"]):
                with self.subTest(kind, options=options):
                    url = self.target(kind, f"{kind}{len(options)}")
                    self.load(weir_cli.VEHICLES, self.url("in/*.ndjson"), *options, to=url)
                    self.assertEqual(weir_cli.digest(url), wanted)
                    self.check_nothing_is_left(f"{kind}{len(options)}/")
                    done = weir_cli.weir("digest", "--compare", url,
                                         weir_cli.target("csv", self.folder, "local"))
                    self.assertEqual(done.returncode, 0, done.stderr)

    def test_objects_are_read_into_a_database_and_are_known_again(self):
        files = self.put_vehicles()
        url = weir_cli.target("sqlite", self.folder)
        self.load(weir_cli.VEHICLES, self.url("in"), to=url)
        self.assertEqual(weir_cli.digest(url), self.local_digest(files))
        again = self.load(weir_cli.VEHICLES, self.url("in"), to=url)
        self.assertEqual(again["chunks"], 0)

    def test_a_second_run_replaces_and_carries_over(self):
        files = self.put_vehicles()
        wanted = self.local_digest(files)
        for kind in KINDS:
            with self.subTest(kind):
                url = self.target(kind, kind)
                for file in weir_cli.shuffled(files, 1):
                    self.load(weir_cli.VEHICLES, self.url(f"in/{file.name}"), to=url)
                self.assertEqual(weir_cli.digest(url), wanted)
                done = weir_cli.weir("runs", url, "--json")
                self.assertEqual(len(done.stdout.splitlines()), len(files), done.stderr)

    def test_archives_and_compressed_objects_are_read(self):
        declaration = self.folder / "books.toml"
        declaration.write_text(BOOKS)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for part in range(3):
                rows = (json.dumps({"isbn": f"{part}-{i}", "title": os.urandom(200).hex()})
                        for i in range(9000))
                archive.writestr(f"part{part}.ndjson", "\n".join(rows))
            archive.writestr("bad.ndjson", '{"title": "no isbn"}\n')
        self.assertGreater(len(packed.getvalue()), 4_000_000)
        self.put("books/a.zip", packed.getvalue())
        (self.folder / "a.zip").write_bytes(packed.getvalue())
        url, local = self.target("parquet"), weir_cli.target("sqlite", self.folder)
        self.load(declaration, self.url("books/*.zip"), to=url, status=3)
        self.load(declaration, self.folder / "a.zip", to=local, status=3)
        self.assertEqual(weir_cli.digest(url), weir_cli.digest(local))
        rejects = weir_cli.weir("rejects", url, "--json").stdout
        self.assertIn(self.url("books/a.zip!/bad.ndjson"), rejects)
        retried = weir_cli.weir("retry", declaration, "--to", url)
        self.assertEqual(retried.returncode, 3, retried.stderr)

        declaration.write_text(BOOKS.replace("*.zip", "*.gz").replace('member = "*.ndjson"\n', ""))
        rows = b"\n".join(json.dumps({"isbn": str(i), "title": "t"}).encode() for i in range(5000))
        self.put("books/b.gz", gzip.compress(rows))
        summary = self.load(declaration, self.url("books/b.gz"), to=self.target("csv", "gz"))
        self.assertEqual(summary["records"], 5000)

    def test_large_tables_go_in_parts(self):
        declaration = self.folder / "books.toml"
        declaration.write_text(BOOKS.replace("*.zip", "*.ndjson").replace('member = "*.ndjson"\n', ""))
        with open(self.folder / "big.ndjson", "w") as out:
            for i in range(60_000):
                out.write(json.dumps({"isbn": str(i), "title": os.urandom(200).hex()}) + "\n")
        self.put("big.ndjson", (self.folder / "big.ndjson").read_bytes())
        local = weir_cli.target("sqlite", self.folder)
        self.load(declaration, self.folder / "big.ndjson", to=local)
        for kind in KINDS:
            with self.subTest(kind):
                url = self.target(kind, kind)
                status, said, peak = weir_cli.peak_of("run", declaration, self.url("big.ndjson"),
                                                      "--memory", "128MiB", "--to", url)
                self.assertEqual(status, 0, said)
                self.assertLessEqual(peak, 128 << 20)
                self.assertEqual(weir_cli.digest(url), weir_cli.digest(local))
                self.check_nothing_is_left(f"{kind}/")


class Failures(S3Test):
    def started(self, url, until, *arguments, declaration=weir_cli.VEHICLES, inputs="in/*.ndjson"):
        """A run that has come to the first line of the log that says `until`."""
        run = weir_cli.start("run", declaration, self.url(inputs), "--chunk-records", 110,
                             "--to", url, "--log-level", "debug", *arguments)
        self.addCleanup(run.stderr.close)
        for line in run.stderr:
            if b"debug: " + until.encode() in line:
                self.addCleanup(run.kill)
                return run
        self.fail(f"the run never came to {until}: {run.wait()}")

    def test_a_server_that_goes_ends_the_run_and_a_rerun_completes_it(self):
        wanted = self.local_digest(self.put_vehicles())
        for kind in KINDS:
            for phase in ("read chunk", "promote", "publish"):
                with self.subTest(kind, phase=phase):
                    url = self.target(kind, f"{kind}-{phase[:4]}")
                    run = self.started(url, phase)
                    self.server.stop()
                    said = run.stderr.read().decode()
                    status = run.wait()
                    self.server.start()
                    if status != 0:  # it may have been done already
                        self.assertEqual(status, 1, said)
                        self.assertRegex(said, "weir: .*s3://.*; (check|the server)")
                    self.load(weir_cli.VEHICLES, self.url("in/*.ndjson"), "--chunk-records", 110, to=url)
                    self.assertEqual(weir_cli.digest(url), wanted)
                    self.check_nothing_is_left(f"{kind}-{phase[:4]}/")

    def test_a_server_that_goes_while_archives_are_read_ends_the_run(self):
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr("book.xml", "<Book><Title>One</Title></Book>")
        for number in range(300):
            self.put(f"in/{number}.zip", packed.getvalue())
        books = pathlib.Path(__file__).with_name("declarations") / "books.toml"
        run = self.started(f"csv:{self.folder}/out", "read chunk", declaration=books, inputs="in/*.zip")
        self.server.stop()
        said = run.stderr.read().decode()
        status = run.wait()
        self.server.start()
        self.assertEqual(status, 1, said)
        self.assertRegex(said, f"weir: .*{self.url('in/')}.*; check")

    def test_a_killed_run_started_again_completes_and_leaves_nothing(self):
        wanted = self.local_digest(self.put_vehicles())
        for kind in KINDS:
            for phase in ("spool chunk", "promote", "publish"):
                for seconds in (0, 0.005, 0.02, 0.05):
                    with self.subTest(kind, phase=phase, seconds=seconds):
                        prefix = f"{kind}-{phase[:4]}-{seconds}"
                        url = self.target(kind, prefix)
                        run = self.started(url, phase)
                        time.sleep(seconds)
                        run.send_signal(signal.SIGKILL)
                        run.wait()
                        self.load(weir_cli.VEHICLES, self.url("in/*.ndjson"), "--chunk-records", 110,
                                  to=url)
                        self.assertEqual(weir_cli.digest(url), wanted)
                        self.check_nothing_is_left(prefix + "/")

    def test_a_second_run_is_told_which_one_holds_the_target(self):
        self.put_vehicles()
        url = self.target("csv")
        first = self.started(url, "spool chunk")
        first.send_signal(signal.SIGSTOP)
        second = weir_cli.weir("run", weir_cli.VEHICLES, self.url("in/*.ndjson"), "--to", url)
        self.assertEqual(second.returncode, 1)
        self.assertRegex(second.stderr, rf"{self.url('out')}: process {first.pid} on .*, run \S+, is "
                                        "loading into it .*; if it has died, its lease ends in")
        live = weir_cli.weir("runs", url)
        self.assertIn("running", live.stdout + live.stderr)
        first.send_signal(signal.SIGCONT)
        first.stderr.read()
        self.assertEqual(first.wait(), 0)

    def test_a_run_that_lost_its_lease_publishes_nothing(self):
        wanted = self.local_digest(self.put_vehicles())
        url = self.target("parquet")
        first = self.started(url, "promote", "--work", self.folder / "first")
        first.send_signal(signal.SIGSTOP)
        lease = self.get("out/_weir/lock").decode()
        self.put("out/_weir/lock", lease.replace("seconds 30", "seconds -9").encode())
        self.load(weir_cli.VEHICLES, self.url("in/*.ndjson"), "--work", self.folder / "second", to=url)
        first.send_signal(signal.SIGCONT)
        said = first.stderr.read().decode()
        self.assertEqual(first.wait(), 1, said)
        self.assertIn("another run has taken the target over", said)
        self.assertEqual(weir_cli.digest(url), wanted)
        self.load(weir_cli.VEHICLES, *weir_cli.vehicles(ROWS)[0], "--force", to=url)
        self.assertEqual(weir_cli.digest(url), wanted)

    def test_messages_say_what_to_do(self):
        self.put_vehicles()
        inputs, url = self.url("in/*.ndjson"), self.target("csv")
        cases = [
            ({"AWS_SECRET_ACCESS_KEY": "wrong"}, inputs, url, 1,
             r"SignatureDoesNotMatch \(403\).*check AWS_SECRET_ACCESS_KEY and AWS_REGION"),
            ({"AWS_ACCESS_KEY_ID": "nobody"}, inputs, url, 1, "check the credentials"),
            ({"AWS_SECRET_ACCESS_KEY": ""}, inputs, url, 2, "set AWS_SECRET_ACCESS_KEY"),
            ({"AWS_ENDPOINT_URL": "localhost:9"}, inputs, url, 2, "write http://HOST:PORT"),
            ({"AWS_ENDPOINT_URL": f"http://127.0.0.1:{s3_server.free_port()}"}, inputs, url, 1,
             r"attempt 3\); check that the server runs"),
            ({}, "s3://no-such-bucket/in", url, 1, "NoSuchBucket.*check the name of the bucket"),
            ({}, inputs, "csv:s3://no-such-bucket/out", 1, "NoSuchBucket.*check the name of the bucket"),
            ({}, self.url("in/none.ndjson"), url, 1, "no object of this name, and none below it"),
            ({}, "s3://", url, 2, "names no bucket"),
        ]
        for env, given, to, status, message in cases:
            with self.subTest(message, env=env):
                done = weir_cli.weir("run", weir_cli.VEHICLES, given, "--to", to, env=env)
                self.assertEqual(done.returncode, status, done.stderr)
                self.assertRegex(done.stderr, message)
                self.assertNotIn("wrong", done.stderr)
                self.assertNotIn(s3_server.SECRET, done.stderr)
        done = weir_cli.weir("digest", self.target("csv", "nothing"))
        self.assertEqual(done.returncode, 1)
        self.assertIn("no run of Weir has written there", done.stderr)


if __name__ == "__main__":
    unittest.main()
