#!/usr/bin/env python3
"""weir comics import: the library is what the tree says, however the tree came to be as it is and
however it was read."""
import os
import pathlib
import shutil
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import comics_cli
import weir_cli

UNUSUAL = ("--bad-fraction", "0.06", "--cbr-fraction", "0.04", "--cbt-fraction", "0.04",
           "--pdf-fraction", "0.03")
COUNT = 700


def mutate(root, fraction, seed):
    made = comics_cli.generator(root, "--mutate", fraction, "--mutate-seed", seed, "--workers", 1)
    assert made.returncode == 0, made.stderr


class Content(comics_cli.ComicsTest):
    """Against the truth of the generator."""

    def test_a_fresh_library_and_two_changes_of_it(self):
        root = comics_cli.tree(self.folder / "comics", COUNT, *UNUSUAL)
        fresh, = self.bring_in(root)
        self.verify(root)
        self.assertEqual(fresh["created"] + fresh["failed"], COUNT)
        self.assertGreater(fresh["failed"], 5)
        self.assertGreater(fresh["warned"], 5)
        for seed in (7, 8):
            mutate(root, 0.2, seed)
            changed, = self.bring_in(root)
            self.verify(root)
            for count in ("created", "modified", "moved", "deleted"):
                self.assertGreater(changed[count], 5, count)
        anew = self.folder / "anew.db"
        self.bring_in(root, db=anew)
        self.assert_same(comics_cli.content(self.db, {"created_at", "updated_at"}),
                         comics_cli.content(anew, {"created_at", "updated_at"}))

    def test_comics_of_many_pages(self):
        root = comics_cli.tree(self.folder / "comics", 150, "--pages", "30", *UNUSUAL)
        self.bring_in(root)
        self.verify(root)

    def test_each_format_alone(self):
        for name in ("cbr", "cbt", "pdf"):
            with self.subTest(name):
                root = comics_cli.tree(self.folder / name, 120, f"--{name}-fraction", "0.9")
                db = self.folder / f"{name}.db"
                self.bring_in(root, db=db)
                self.verify(root, db)

    def test_a_plain_library_needs_no_warning(self):
        root = comics_cli.tree(self.folder / "comics", 200, "--plain")
        summary, = self.bring_in(root)
        self.verify(root)
        self.assertEqual((summary["failed"], summary["warned"]), (0, 0))


class OneContent(comics_cli.ComicsTest):
    """However a tree is read, the same comes out."""

    def setUp(self):
        super().setUp()
        self.root = comics_cli.tree(self.folder / "comics", COUNT, *UNUSUAL)

    def imported(self, name, *options, root=None):
        db = self.folder / f"{name}.db"
        self.bring_in(root or self.root, db=db, options=options)
        return db

    def test_chunks_and_threads_are_of_no_account(self):
        first = self.imported("first", "--threads", 1)
        wanted = comics_cli.content(first, {"created_at", "updated_at"})
        for chunk_records in (1, 7, 1000, 7777, 500000):
            for threads in (1, 2, 8):
                if chunk_records == 1 and threads != 2:
                    continue  # 700 transactions say the same each time
                with self.subTest(chunk_records=chunk_records, threads=threads):
                    db = self.imported(f"{chunk_records}-{threads}", "--threads", threads,
                                       "--chunk-records", chunk_records)
                    self.assert_same(comics_cli.content(db, {"created_at", "updated_at"}), wanted)
                    done = weir_cli.weir("digest", "--compare", f"sqlite:{first}", f"sqlite:{db}")
                    self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
                    db.unlink()

    def test_changes_read_in_small_chunks_give_the_same(self):
        dbs = {size: self.imported(f"{size}", "--chunk-records", size) for size in (3, 100000)}
        mutate(self.root, 0.3, 5)
        for size in dbs:
            self.imported(f"{size}", "--chunk-records", size, "--threads", 2)
        one, other = (comics_cli.content(db, {"created_at", "updated_at"}) for db in dbs.values())
        self.assert_same(one, other)
        self.verify(self.root, dbs[3])

    def test_the_order_of_files_on_disk_is_of_no_account(self):
        wanted = comics_cli.content_elsewhere(self.imported("first"))
        for seed in (1, 2):
            copy = comics_cli.shuffled_copy(self.root, self.folder / f"copy{seed}", seed)
            self.assert_same(comics_cli.content_elsewhere(
                self.imported(f"copy{seed}", root=copy)), wanted)

    def test_a_library_that_grows_by_folders_is_that_of_one_import(self):
        parts = sorted(path for path in self.root.iterdir() if path.is_dir())
        grown = self.folder / "grown"
        grown.mkdir()
        db = self.folder / "grown.db"
        for part in weir_cli.shuffled(parts, 3):
            shutil.copytree(part, grown / part.name)
            self.bring_in(grown, db=db)
        self.assert_same(comics_cli.content_elsewhere(db),
                         comics_cli.content_elsewhere(self.imported("first")))


class Unchanged(comics_cli.ComicsTest):
    def operations(self, root, *options):
        """The import's operations on files below `root`, which a library below weir tells."""
        log = self.folder / "operations.log"
        log.write_text("")
        done = weir_cli.weir("comics", "import", root, "--db", self.db, *options, env={
            "LD_PRELOAD": self.injector, "FAULT_FOLDER": root, "FAULT_LOG": log})
        self.assertEqual(done.returncode, 0, done.stderr)
        paths = [line.split(" ", 2)[2] for line in log.read_text().splitlines()]
        return [path for path in paths if os.path.isfile(path)]

    def setUp(self):
        super().setUp()
        self.injector = weir_cli.fault_injector(self.folder)
        self.root = comics_cli.tree(self.folder / "comics", 300, *UNUSUAL)

    def test_no_file_is_opened_and_no_row_written_but_that_of_the_run(self):
        comics = {str(path) for path in comics_cli.comics_in(self.root)}
        self.assertEqual(set(self.operations(self.root)), comics)
        before = comics_cli.everything(self.db)
        self.assertEqual(self.operations(self.root), [])
        self.assert_same(comics_cli.everything(self.db), before)
        last = comics_cli.rows(self.db, "SELECT created, modified, moved, deleted, unchanged, "
                               "failed, finished_at IS NOT NULL FROM import_run ORDER BY id")[-1]
        self.assertEqual(last, (0, 0, 0, 0, len(comics), 0, 1))

    def test_by_names_only_no_file_is_opened(self):
        self.assertEqual(self.operations(self.root, "--names-only"), [])

    def test_only_what_changed_is_opened(self):
        self.bring_in(self.root)
        first, second, third, *_ = comics_cli.comics_in(self.root)
        third.rename(self.root / third.name)
        second.unlink()
        os.utime(first)
        self.assertEqual(set(self.operations(self.root)), {str(first)})

    def test_a_file_rewritten_in_place_is_found_below_an_unchanged_folder(self):
        self.bring_in(self.root)
        comic = comics_cli.comics_in(self.root)[0]
        folder = comic.parent.stat()
        comic.write_bytes(comic.read_bytes())
        self.assertEqual(comic.parent.stat().st_mtime_ns, folder.st_mtime_ns)
        self.assertEqual(set(self.operations(self.root)), {str(comic)})


class Options(comics_cli.ComicsTest):
    def setUp(self):
        super().setUp()
        self.root = comics_cli.tree(self.folder / "comics", 300, *UNUSUAL)

    def test_force_reads_everything_again_and_changes_nothing(self):
        self.bring_in(self.root)
        before = comics_cli.content(self.db, {"updated_at"})
        ids = comics_cli.rows(self.db, "SELECT id, path FROM comic ORDER BY id")
        forced, = self.bring_in(self.root, options=["--force"])
        self.assertEqual(forced["modified"] + forced["failed"], 300)
        self.assert_same(comics_cli.content(self.db, {"updated_at"}), before)
        self.assertEqual(comics_cli.rows(self.db, "SELECT id, path FROM comic ORDER BY id"), ids)
        self.verify(self.root)

    def test_names_only_opens_no_file_and_a_later_run_reads_the_tags(self):
        odd = self.root / "A Title v2 #007 (1999) (Digital).cbz"
        odd.write_bytes(b"no archive")
        names, = self.bring_in(self.root, options=["--names-only"])
        self.assertEqual((names["created"], names["failed"]), (301, 0))
        stored = comics_cli.rows(
            self.db, "SELECT s.name, v.number, c.issue_number, c.year, c.file_type, c.page_count "
            "FROM comic c JOIN volume v ON v.id = c.volume_id JOIN series s ON s.id = v.series_id "
            "WHERE c.path = ?", odd.name)
        self.assertEqual(stored, [("A Title", 2, 7.0, 1999, "CBZ", 0)])
        again, = self.bring_in(self.root, options=["--names-only"])
        self.assertEqual(again["unchanged"], 301)
        odd.unlink()
        self.bring_in(self.root)
        self.verify(self.root)

    def test_all_archives_takes_other_endings(self):
        comics = [path for path in comics_cli.comics_in(self.root) if path.suffix == ".cbz"]
        for path, ending in zip(comics, (".zip", ".ZIP", ".rar", ".7z", ".tar")):
            path.rename(path.with_suffix(ending))
        few, = self.bring_in(self.root)
        self.assertEqual(few["created"] + few["failed"], 295)
        more, = self.bring_in(self.root, options=["--all-archives"])
        self.assertEqual((more["created"] + more["failed"], more["unchanged"]), (5, 295))

    def test_a_dry_run_tells_what_a_run_would_do_and_writes_nothing(self):
        dry, = self.bring_in_dry(self.root)
        self.assertEqual(dry["created"], 300)
        self.assertEqual(sorted(path.name for path in self.folder.iterdir()), ["comics"])
        self.bring_in(self.root)
        mutate(self.root, 0.2, 3)
        before = comics_cli.everything(self.db), self.db.read_bytes()
        dry, = self.bring_in_dry(self.root)
        self.assertEqual((comics_cli.everything(self.db), self.db.read_bytes()), before)
        done, = self.bring_in(self.root)
        for count in ("moved", "deleted", "unchanged"):
            self.assertEqual(dry[count], done[count], count)
        self.assertEqual(dry["created"] + dry["modified"],
                         done["created"] + done["modified"] + done["failed"])

    def bring_in_dry(self, *roots):
        done = weir_cli.weir("comics", "import", *roots, "--db", self.db, "--json", "--dry-run")
        self.assertEqual(done.returncode, 0, done.stderr)
        return [comics_cli.json.loads(line) for line in done.stdout.splitlines()]


class TwoLibraries(comics_cli.ComicsTest):
    def setUp(self):
        super().setUp()
        self.one = comics_cli.tree(self.folder / "one", 200, *UNUSUAL)
        self.other = comics_cli.tree(self.folder / "other", 150, "--seed", "2", *UNUSUAL)

    def of(self, root):
        """The comics and failed files of one library."""
        return [comics_cli.rows(
            self.db, f"SELECT t.* FROM {table} t JOIN library l ON l.id = t.library_id WHERE "
            "l.path = ? ORDER BY t.path", str(root)) for table in ("comic", "failed_import",
                                                                   "folder")]

    def test_one_never_touches_the_other(self):
        first, second = self.bring_in(self.one, self.other)
        self.assertEqual(first["created"] + first["failed"], 200)
        self.assertEqual(second["created"] + second["failed"], 150)
        other = self.of(self.other)
        mutate(self.one, 0.3, 4)
        self.bring_in(self.one)
        self.assertEqual(self.of(self.other), other)
        alone = self.folder / "alone.db"
        self.bring_in(self.other, db=alone)
        self.bring_in(self.one, db=alone)
        without = {"created_at", "updated_at"}
        self.assert_same(comics_cli.content(self.db, without), comics_cli.content(alone, without))

    def test_a_comic_that_goes_from_one_to_the_other_is_a_new_one(self):
        self.bring_in(self.one, self.other)
        comic = comics_cli.comics_in(self.one)[0]
        comic.rename(self.other / comic.name)
        first, second = self.bring_in(self.one, self.other)
        self.assertEqual((first["deleted"], first["moved"]), (1, 0))
        self.assertEqual((second["created"], second["moved"]), (1, 0))

    def test_a_library_within_another_one_has_its_comics_in_both(self):
        inner = next(path for path in sorted(self.one.iterdir()) if path.is_dir())
        outer, within = self.bring_in(self.one, inner)
        self.assertEqual(outer["created"] + outer["failed"], 200)
        self.assertEqual(within["created"] + within["failed"], len(comics_cli.comics_in(inner)))
        again = self.bring_in(inner, self.one, f"{self.one}/.", self.one)
        self.assertEqual([run["unchanged"] for run in again],
                         [len(comics_cli.comics_in(inner)), 200])


if __name__ == "__main__":
    unittest.main()
