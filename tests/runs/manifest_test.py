#!/usr/bin/env python3
"""The manifest: one input has one location, and all targets count the same."""
import csv
import gzip
import itertools
import json
import os
import pathlib
import shutil
import sys
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

FEED = """
[source.feed]
entity = "sale"
format = "ndjson"
path   = "{path}"
{member}
[entity.sale]
key      = ["id"]
write    = "{write}"
on_error = "reject"
{more}
[entity.sale.fields]
id   = {{ type = "int64", required = true }}
sold = {{ type = "date" }}
file = {{ type = "string", path = "_file" }}
city = {{ type = "string", lookup = "city" }}
[lookup.city]
key = ["name"]
"""
COUNTS = ("created", "updated", "unchanged", "deleted", "rejected", "records")


def lines(*records):
    return "".join(json.dumps(record) + "\n" for record in records)


class Manifest(weir_cli.WeirTest):
    def declare(self, name="feed.toml", path="*.ndjson*", member="", write="append", more=""):
        return self.write(name, FEED.format(path=path, member=member, write=write, more=more))

    def write(self, name, text):
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    def url(self, kind):
        return weir_cli.target(kind, self.folder, f"target-{kind}")

    def weir(self, command, *arguments, to, cwd, status=0):
        done = weir_cli.weir(command, *arguments, "--to", to, "--json", cwd=cwd)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)

    def inputs(self, url):
        """By run: what the manifest says of its inputs."""
        done = weir_cli.weir("runs", url, "--inputs", "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        rows = [json.loads(line) for line in done.stdout.splitlines()]
        runs = {row["id"]: [] for row in rows if "id" in row}
        for row in rows:
            if "id" not in row:
                runs[row["run"]].append({name: row[name] for name in
                                         ("location", "status", "records", "rejected", "error")})
        return list(runs.values())


class Locations(Manifest):
    def test_a_file_is_loaded_once_by_whatever_path_it_is_named(self):
        self.declare()
        file = self.write("data/a.ndjson", lines({"id": 1}, {"id": 2}))
        elsewhere = self.folder / "else/where"
        elsewhere.mkdir(parents=True)
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                url = self.url(kind)
                first = self.weir("run", "feed.toml", "data/a.ndjson", to=url, cwd=self.folder)
                self.assertEqual(first["created"], 2)
                for folder, declaration, given in (
                        (self.folder, "feed.toml", "./data//a.ndjson"),
                        (self.folder, "./feed.toml", "data/../data/*.ndjson"),
                        (self.folder / "data", "../feed.toml", "a.ndjson"),
                        (elsewhere, "../../feed.toml", "../../data"),
                        ("/", self.folder / "feed.toml", file)):
                    again = self.weir("run", declaration, given, to=url, cwd=folder)
                    self.assertTrue(again["up_to_date"], given)
                self.assertEqual(weir_cli.digest(url)["sale"][1], 2)
                (rows,) = self.inputs(url)[:1]
                self.assertEqual([row["location"] for row in rows],
                                 [str(pathlib.Path(os.path.realpath(self.folder), "data/a.ndjson"))])

    def test_the_files_that_a_declaration_names_are_loaded_once(self):
        self.declare(path="data/*.ndjson")
        self.write("data/a.ndjson", lines({"id": 1}))
        self.write("with [wildcards]/feed.toml", (self.folder / "feed.toml").read_bytes())
        self.write("with [wildcards]/data/b.ndjson", lines({"id": 2}))
        for folder in (self.folder, self.folder / "with [wildcards]"):
            for kind in weir_cli.KINDS:
                with self.subTest(target=kind, folder=folder):
                    url = weir_cli.target(kind, self.folder, f"{kind}-{len(str(folder))}")
                    self.weir("run", "feed.toml", to=url, cwd=folder)
                    for cwd, declaration in ((folder / "data", "../feed.toml"),
                                             ("/", folder / "feed.toml")):
                        self.assertTrue(self.weir("run", declaration, to=url, cwd=cwd)["up_to_date"])
                    self.assertEqual(weir_cli.digest(url)["sale"][1], 1)

    def test_a_retry_from_another_folder_finds_its_inputs(self):
        self.declare(write="upsert")
        self.write("data/a.ndjson", lines({"id": 1, "sold": "never"}))
        self.write("data!/b.ndjson", lines({"id": 2, "sold": "never"}))
        for kind, given in itertools.product(weir_cli.KINDS, ([], ["../data"])):
            with self.subTest(target=kind, given=given):
                url = weir_cli.target(kind, self.folder, f"{kind}-{len(given)}")
                self.weir("run", "feed.toml", "data/a.ndjson", "data!/b.ndjson", to=url,
                          cwd=self.folder, status=3)
                again = self.weir("retry", "../feed.toml", *given, to=url,
                                  cwd=self.folder / "data", status=3)
                self.assertEqual(again["inputs"], 1 if given else 2)
                self.assertEqual(self.rejects_by_reason(url), {"coerce": 2})

    def test_members_of_an_archive_are_known_from_another_folder(self):
        self.declare(path="*.zip", member='member = "*.ndjson"')
        archive = self.folder / "a.zip"
        with zipfile.ZipFile(archive, "w") as made:
            made.writestr("x/one.ndjson", lines({"id": 1}))
            made.writestr("two.ndjson", lines({"id": 2}))
        (self.folder / "elsewhere").mkdir()
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                url = self.url(kind)
                self.weir("run", "feed.toml", "a.zip", to=url, cwd=self.folder)
                again = self.weir("run", "../feed.toml", "../a.zip", to=url,
                                  cwd=self.folder / "elsewhere")
                self.assertTrue(again["up_to_date"])
                place = os.path.realpath(archive)
                self.assertEqual({row["location"] for row in self.inputs(url)[0]},
                                 {f"{place}!/two.ndjson"})

    def test_the_file_of_a_member_is_its_archive(self):
        self.write("feed.toml", FEED.format(path="*.zip", member='member = "*.ndjson"',
                                            write="upsert", more="")
                   .replace("[entity.sale]\n", r"""
[source.feed.document]
day  = { path = false, type = "date", else_file_name = '\.(\d{4}-\d{2}-\d{2})\.zip$' }
shop = { path = false, type = "string", else_file_name = '^shop-(\w+)\.' }
[entity.sale]
""").replace('path = "_file" }', 'path = "_file" }\nday = { type = "date", path = "_doc.day" }\n'
                                 'shop = { type = "string", path = "_doc.shop" }'))
        with zipfile.ZipFile(self.folder / "Feed.2026-03-14.zip", "w") as made:
            made.writestr("shop-a.ndjson", lines({"id": 1}))
            made.writestr("shop-b.ndjson", lines({"id": 2}))
        url = self.url("csv")
        self.load(self.folder / "feed.toml", to=url)
        with next(weir_cli.path_of(url).glob("*/sale.csv")).open() as file:
            rows = [(row["id"], row["file"], row["day"], row["shop"])
                    for row in csv.DictReader(file)]
        self.assertEqual(sorted(rows), [("1", "Feed.2026-03-14.zip", "2026-03-14", "a"),
                                        ("2", "Feed.2026-03-14.zip", "2026-03-14", "b")])

    def test_an_archive_that_could_not_be_read_is_loaded_once_it_is_whole(self):
        self.declare(path="*.zip", member='member = "**/*.ndjson"', write="upsert")
        archive = self.folder / "a.zip"
        with zipfile.ZipFile(archive, "w") as made:
            for name in ("x/one.ndjson", "two.ndjson"):
                made.writestr(name, lines({"id": len(name)}))
        whole = archive.read_bytes()
        for kind, given in itertools.product(weir_cli.KINDS, ([], ["../a.zip"])):
            with self.subTest(target=kind, given=given):
                url = weir_cli.target(kind, self.folder, f"{kind}-{len(given)}")
                archive.write_bytes(whole[:40])
                self.weir("run", "feed.toml", to=url, cwd=self.folder, status=1)
                archive.write_bytes(whole)
                (self.folder / "elsewhere").mkdir(exist_ok=True)
                for inputs in (2, 0):
                    again = self.weir("retry", "../feed.toml", *given, to=url,
                                      cwd=self.folder / "elsewhere")
                    self.assertEqual(again["inputs"], inputs)
                self.assertEqual(weir_cli.digest(url)["sale"][1], 2)

    def test_content_does_not_depend_on_where_files_lie(self):
        digests = set()
        for place in ("here", "far/away", "caf\udce9 \\x"):
            folder = self.folder / place
            folder.mkdir(parents=True)
            shutil.copy(self.declare(path="data/*.ndjson", write="upsert"), folder)
            for name, id in (("b\\1.ndjson", 1), ("a.ndjson", 2), ("ä.ndjson", 1)):
                (folder / "data").mkdir(exist_ok=True)
                (folder / "data" / name).write_text(lines({"id": id}))
            for kind in weir_cli.KINDS:
                url = weir_cli.target(kind, self.folder, f"{kind}-{len(place)}")
                self.weir("run", "feed.toml", to=url, cwd=folder)
                digests.add(weir_cli.digest(url)["sale"])
                self.weir("run", "feed.toml", "data/../data", "--force", to=url, cwd=folder)
                digests.add(weir_cli.digest(url)["sale"])
        self.assertEqual(len(digests), 1, digests)

    def test_infer_names_samples_as_they_were_given(self):
        self.write("data/a.ndjson", lines({"id": 1}))
        for cwd, given, path in ((self.folder, "data/a.ndjson", "data/a.ndjson"),
                                 (self.folder, "data", "data/a.ndjson"),
                                 (self.folder / "data", "../data/a.ndjson", "a.ndjson"),
                                 ("/", self.folder / "data/a.ndjson", self.folder / "data/a.ndjson")):
            done = weir_cli.weir("infer", given, cwd=cwd)
            self.assertEqual(done.returncode, 0, done.stderr)
            self.assertRegex(done.stdout, rf'path += "{path}"')


class Counts(Manifest):
    def load_all(self, declaration, *arguments, status=0):
        """The counts and inputs of one run into each target, with chunks of each size."""
        found = {}
        for kind, records in itertools.product(weir_cli.KINDS, (1, 3, 1000)):
            url = weir_cli.target(kind, self.folder, f"{kind}-{records}")
            summary = self.load(declaration, *arguments, "--chunk-records", records, to=url,
                                status=status)
            done = weir_cli.weir("runs", url, "--json")
            newest = max(map(json.loads, done.stdout.splitlines()), key=lambda run: run["id"])
            for name in COUNTS[:-1]:
                self.assertEqual(newest[name], summary[name], name)
            found[kind, records] = (tuple(summary[name] for name in COUNTS), self.inputs(url)[-1],
                                    weir_cli.digest(url)["sale"],
                                    sorted(self.rejects_by_reason(url).items()))
        for one in found.values():
            self.assertEqual(one, found["csv", 1000], found)
        return found["csv", 1000]

    def test_the_time_of_a_run_holds_that_of_its_steps(self):
        self.declare(write="upsert")
        self.write("a.ndjson", lines(*({"id": n} for n in range(20_000))))
        for kind in weir_cli.KINDS:
            with self.subTest(target=kind):
                url = self.url(kind)
                done = self.load(self.folder / "feed.toml", to=url)
                steps = done["read_seconds"] + done["promote_seconds"]
                self.assertGreaterEqual(done["seconds"], steps - 0.002)
                runs = json.loads(weir_cli.weir("runs", url, "--json").stdout.splitlines()[0])
                self.assertGreaterEqual(runs["seconds"], done["read_seconds"] - 0.002)

    def test_of_records_with_one_key_one_counts_as_created_or_updated(self):
        declaration = self.declare(write="upsert")
        self.write("a.ndjson", lines(*({"id": n % 5} for n in range(12)), {"id": 9}))
        self.write("b.ndjson", lines(*({"id": n} for n in (1, 7, 7, 8))))
        # 0 to 4, 7, 8 and 9.
        self.assertEqual(self.load_all(declaration)[0], (8, 0, 9, 0, 0, 17))
        self.write("b.ndjson", lines(*({"id": n, "sold": "2026-03-14"}
                                       for n in (1, 7, 10, 1, 7, 10, 1, 11))))
        self.assertEqual(self.load_all(declaration)[0], (2, 2, 4, 0, 0, 8))

    def test_a_key_that_is_deleted_and_comes_back_is_updated(self):
        declaration = self.declare(write="replace_record", more="deleted_when = { gone = true }")
        self.write("a.ndjson", lines({"id": 1}, {"id": 2}, {"id": 3}, {"id": 4, "gone": True},
                                     {"id": 5}, {"id": 5, "gone": True}))
        self.assertEqual(self.load_all(declaration)[0], (3, 0, 3, 0, 0, 6))
        self.write("b.ndjson", lines(
            {"id": 1, "gone": True}, {"id": 1}, {"id": 2, "gone": True}, {"id": 2, "gone": True},
            {"id": 4, "gone": True}, {"id": 6}, {"id": 6, "gone": True}, {"id": 7}, {"id": 7}))
        # 1 is another one, 2 is gone, 7 is new; 4 and 6 are not there, nor were they.
        self.assertEqual(self.load_all(declaration)[0], (1, 1, 6, 1, 0, 9))

    def test_an_input_that_fails_counts_as_never_read(self):
        declaration = self.declare(write="upsert")
        self.write("a.ndjson", lines({"id": 1}, {"id": 2, "sold": "never"}, {"id": 1}))
        # Incompressible, so that records come before the damage.
        cut = gzip.compress(lines(*({"id": n, "sold": os.urandom(200).hex() if n % 2 else None}
                                    for n in range(400))).encode())
        self.write("b.ndjson.gz", cut[:-3000])
        self.write("c.ndjson", lines({"id": 1}, {"id": 3}, {"sold": "2026-03-14"}))
        counts, inputs, digest, rejects = self.load_all(declaration, status=3)
        self.assertEqual(counts, (2, 0, 2, 0, 2, 6))
        self.assertEqual([(row["status"], row["records"], row["rejected"]) for row in inputs],
                         [("loaded_with_rejects", 3, 1), ("failed", 0, 0),
                          ("loaded_with_rejects", 3, 1)])
        self.assertEqual(digest[1], 2)
        self.assertEqual(sum(count for _, count in rejects), 2)
        # Once it is whole, its rejects count as well.
        self.write("b.ndjson.gz", cut)
        counts, _, _, rejects = self.load_all(declaration, status=3)
        self.assertEqual(counts, (200, 0, 0, 0, 200, 400))
        self.assertEqual(sum(count for _, count in rejects), 202)

    def test_parts_of_which_an_input_failed_are_committed_without_it(self):
        declaration = self.declare(write="upsert")
        self.write("a.ndjson", lines(*({"id": n, "city": f"city {n % 7}"} for n in range(100)),
                                     *({"id": n, "sold": "never"} for n in range(40))))
        cut = gzip.compress(lines(*({"id": n, "city": os.urandom(20).hex(),
                                     "sold": "never" if n % 3 == 0 else None}
                                    for n in range(2000))).encode())
        self.write("b.ndjson.gz", cut[:-500])
        whole = self.folder / "whole"
        self.load(declaration, to=f"csv:{whole}", status=3)
        for kind, parts in itertools.product(weir_cli.KINDS, (1, 3)):
            with self.subTest(target=kind, parts=parts):
                url, work = weir_cli.target(kind, self.folder, f"{kind}-{parts}"), self.folder / "work"
                for part in range(1, parts + 1):
                    done = weir_cli.weir("run", declaration, "--work", work, "--partition",
                                         f"{part}/{parts}", *([] if parts > 1 else ["--to", url]))
                    self.assertEqual(done.returncode, 3, done.stderr)
                if parts > 1:
                    done = weir_cli.weir("commit", declaration, "--work", work, "--to", url)
                    self.assertEqual(done.returncode, 3, done.stderr)
                    self.assertIn("b.ndjson.gz: ", done.stderr)
                self.assertEqual(weir_cli.digest(url), weir_cli.digest(f"csv:{whole}"))
                self.assertEqual(self.inputs(url), self.inputs(f"csv:{whole}"))
                self.assertEqual(self.rejects_by_reason(url), {"coerce": 40})
                (run,) = map(json.loads, weir_cli.weir("runs", url, "--json").stdout.splitlines())
                self.assertEqual([run[name] for name in COUNTS[:-1]], [100, 0, 0, 0, 40])


if __name__ == "__main__":
    unittest.main()
