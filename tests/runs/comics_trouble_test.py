#!/usr/bin/env python3
"""weir comics import: what it says and leaves where files, disks, people or arguments go wrong."""
import contextlib
import os
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import comics_cli
import weir_cli

GOOD = 60


class Roots(comics_cli.ComicsTest):
    """A root that is away deletes nothing."""

    def setUp(self):
        super().setUp()
        self.root = comics_cli.tree(self.folder / "comics", GOOD, "--plain")

    def refused_and_nothing_changed(self, *roots):
        before = comics_cli.everything(self.db)
        runs = comics_cli.rows(self.db, "SELECT * FROM import_run")
        said = self.refused(*roots, "--db", self.db)
        self.assert_same(comics_cli.everything(self.db), before)
        self.assertEqual(comics_cli.rows(self.db, "SELECT * FROM import_run"), runs)
        return said

    def test_a_missing_root(self):
        self.bring_in(self.root)
        self.root.rename(self.folder / "away")
        self.assertIn(f"{self.root}: cannot read the folder: No such file",
                      self.refused_and_nothing_changed(self.root))
        (self.folder / "away").rename(self.root)
        again, = self.bring_in(self.root)
        self.assertEqual(again["unchanged"], GOOD)

    def test_an_empty_root_and_one_without_comics(self):
        self.bring_in(self.root)
        shutil.rmtree(self.root)
        self.root.mkdir()
        self.assertIn("Is its disk mounted?", self.refused_and_nothing_changed(self.root))
        (self.root / "notes.txt").write_text("no comic")
        self.refused_and_nothing_changed(self.root)

    def test_a_root_that_is_a_file(self):
        self.bring_in(self.root)
        file = self.folder / "a file"
        file.write_text("")
        self.assertIn(f"{file}: cannot read the folder: Not a directory",
                      self.refused_and_nothing_changed(file))

    def test_one_root_of_two_that_is_missing(self):
        self.bring_in(self.root)
        comics_cli.comics_in(self.root)[0].unlink()
        self.refused_and_nothing_changed(self.root, self.folder / "nowhere")

    def test_a_first_import_of_a_missing_root_makes_no_library(self):
        self.refused(self.folder / "nowhere", "--db", self.db)
        self.assertFalse(self.db.exists())

    def test_a_link_to_a_library_is_a_root_of_its_own_name(self):
        link = self.folder / "link"
        link.symlink_to(self.root)
        linked, = self.bring_in(link)
        self.assertEqual(linked["created"], GOOD)
        self.assertEqual(comics_cli.rows(self.db, "SELECT path FROM library"), [(str(link),)])


class FailedFiles(comics_cli.ComicsTest):
    """A row in failed_import for as long as a file cannot be read."""

    def setUp(self):
        super().setUp()
        self.root = comics_cli.tree(self.folder / "comics", GOOD, "--plain")
        self.bad = self.root / "Bad" / "bad.cbz"
        self.bad.parent.mkdir()
        self.bad.write_bytes(b"no archive at all")

    def failed(self):
        return comics_cli.rows(self.db, "SELECT path, reason, created_at, updated_at, size "
                               "FROM failed_import")

    def counts(self, *options):
        run, = self.bring_in(self.root, options=options)
        return {name: run[name] for name in ("created", "modified", "deleted", "failed")
                if run[name]}

    def test_it_is_tried_again_only_when_it_changed_or_by_force(self):
        self.assertEqual(self.counts(), {"created": GOOD, "failed": 1})
        (path, reason, created, updated, size), = self.failed()
        self.assertEqual((path, size, created), ("Bad/bad.cbz", 17, updated))
        self.assertEqual(reason, "its bytes are those of no comic: neither zip, rar, 7z, tar nor PDF")
        self.assertEqual(self.counts(), {})
        self.assertEqual(self.counts("--force"), {"modified": GOOD, "failed": 1})
        self.assertEqual(self.failed()[0][2], created)
        self.assertGreater(self.failed()[0][3], updated)
        os.utime(self.bad)
        self.assertEqual(self.counts(), {"failed": 1})
        self.bad.write_bytes(b"")
        self.assertEqual(self.counts(), {"failed": 1})
        self.assertEqual(self.failed()[0][1], "the file is empty")

    def test_its_row_goes_when_it_is_read(self):
        self.counts()
        shutil.copyfile(comics_cli.comics_in(self.root)[-1], self.bad)
        self.assertEqual(self.counts(), {"created": 1})
        self.assertEqual(self.failed(), [])

    def test_its_row_goes_when_it_is_removed(self):
        self.counts()
        shutil.rmtree(self.bad.parent)
        self.assertEqual(self.counts(), {})
        self.assertEqual(self.failed(), [])
        self.verify(self.root)

    def test_its_row_goes_when_a_comic_moves_onto_its_path(self):
        self.counts()
        self.bad.unlink()
        good = comics_cli.comics_in(self.root)[-1]
        (good.parent / "bad.cbz").write_bytes(good.read_bytes())
        self.assertEqual(self.counts(), {"created": 1})
        self.bad.parent.mkdir(exist_ok=True)
        (good.parent / "bad.cbz").rename(self.bad)
        run, = self.bring_in(self.root)
        self.assertEqual((run["moved"], run["modified"]), (1, 0))
        self.assertEqual(self.failed(), [])

    def test_a_comic_that_can_no_longer_be_read_goes(self):
        self.counts()
        comic = comics_cli.comics_in(self.root)[-1]
        path = str(comic.relative_to(self.root))
        comic.write_bytes(comic.read_bytes()[:-10])
        self.assertEqual(self.counts(), {"deleted": 1, "failed": 1})
        self.assertEqual(sorted(row[0] for row in self.failed()), sorted(["Bad/bad.cbz", path]))
        self.assertEqual(comics_cli.rows(self.db, "SELECT count(*) FROM comic WHERE path = ?",
                                         path), [(0,)])
        self.assertEqual(self.counts(), {})

    def test_a_folder_of_nothing_but_failed_files_has_no_row(self):
        self.counts()
        self.assertEqual(comics_cli.rows(self.db, "SELECT * FROM folder WHERE path = 'Bad'"), [])


class UnreadableFolders(comics_cli.ComicsTest):
    @unittest.skipUnless(os.geteuid() == 0 and shutil.which("setpriv"),
                         "needs a user that permissions hold for")
    def test_what_lies_below_stays_as_it_is_stored(self):
        root = comics_cli.tree(self.folder / "comics", GOOD, "--plain")
        folder = comics_cli.comics_in(root)[0].parent
        for path in (self.folder, *self.folder.rglob("*")):
            os.chown(path, 65534, 65534)
        self.as_nobody(root)
        before = comics_cli.content(self.db)
        folder.chmod(0)
        self.assertIn("passed over; what is stored of it stays", self.as_nobody(root))
        self.assert_same(comics_cli.content(self.db), before)
        folder.chmod(0o755)
        self.as_nobody(root)
        self.assert_same(comics_cli.content(self.db), before)

    def as_nobody(self, root):
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups",
                               weir_cli.WEIR, "comics", "import", root, "--db", self.db],
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stderr


class Disks(comics_cli.ComicsTest):
    @unittest.skipUnless(os.geteuid() == 0, "only root may mount a small disk")
    def test_a_full_disk_is_told_and_the_next_run_goes_on(self):
        root = comics_cli.tree(self.folder / "comics", 600, "--plain")
        disk = self.folder / "disk"
        disk.mkdir()
        if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "none", disk],
                          capture_output=True, check=False).returncode != 0:
            self.skipTest("this system lets nobody mount a disk")
        self.addCleanup(subprocess.run, ["umount", disk], check=True)
        db = disk / "comics.db"
        said = self.refused(root, "--db", db, "--chunk-records", 20)
        self.assertIn(str(db), said)
        self.assertIn("full", said)
        subprocess.run(["mount", "-o", "remount,size=64m", disk], check=True)
        self.bring_in(root, db=db)
        self.verify(root, db)

    def test_a_database_that_is_none(self):
        root = comics_cli.tree(self.folder / "comics", 5, "--plain")
        self.db.write_bytes(b"certainly not a database, but some text of a length" * 100)
        before = self.db.read_bytes()
        self.assertIn(str(self.db), self.refused(root, "--db", self.db))
        self.assertEqual(self.db.read_bytes(), before)

    def test_a_database_of_something_else_is_left_alone(self):
        root = comics_cli.tree(self.folder / "comics", 5, "--plain")
        with contextlib.closing(sqlite3.connect(self.db)) as connection:
            connection.execute("CREATE TABLE comic (id INTEGER PRIMARY KEY, title TEXT)")
            connection.execute("INSERT INTO comic VALUES (1, 'mine')")
            connection.commit()
        before = self.db.read_bytes()
        self.assertIn(str(self.db), self.refused(root, "--db", self.db))
        self.assertEqual(self.db.read_bytes(), before)

    def test_a_library_in_a_folder_that_is_not_there(self):
        root = comics_cli.tree(self.folder / "comics", 5, "--plain")
        self.assertIn("No such file", self.refused(root, "--db", self.folder / "no/where.db"))


class People(comics_cli.ComicsTest):
    def test_a_run_that_is_stopped_keeps_whole_chunks_and_the_next_one_goes_on(self):
        root = comics_cli.tree(self.folder / "comics", 700)
        process = comics_cli.start_import(root, "--db", self.db, "--chunk-records", 5,
                                          "--log-level", "debug")
        chunks = 0
        for line in process.stderr:
            chunks += b"apply" in line
            if chunks == 10:
                break
        process.send_signal(signal.SIGINT)
        said = process.stderr.read().decode()
        process.stderr.close()
        self.assertEqual(process.wait(), 130, said)
        kept = comics_cli.rows(self.db, "SELECT count(*) FROM comic")[0][0]
        self.assertGreater(kept, 0)
        self.assertLess(kept, 700)
        self.assertEqual(comics_cli.rows(self.db, "SELECT finished_at FROM import_run"), [(None,)])
        again, = self.bring_in(root)
        self.assertGreaterEqual(again["unchanged"], kept)
        self.verify(root)

    def test_a_second_run_names_the_first_and_waits_for_nothing(self):
        root = comics_cli.tree(self.folder / "comics", 700)
        process = comics_cli.start_import(root, "--db", self.db, "--chunk-records", 1,
                                          "--log-level", "debug")
        next(line for line in process.stderr if b"apply" in line)
        process.send_signal(signal.SIGSTOP)
        try:
            said = self.refused(root, "--db", self.db)
        finally:
            process.send_signal(signal.SIGCONT)
        self.assertIn(str(process.pid), said)
        process.stderr.read()
        process.stderr.close()
        self.assertEqual(process.wait(), 0)
        self.verify(root)

    def test_wrong_usage_is_told_and_ends_with_2(self):
        root = str(self.folder)
        for arguments in ([], ["--db", "x.db"], [root], [root, "--db", "x.db", "--chunk-records",
                          "0"], [root, "--db", "x.db", "--memory", "much"],
                          [root, "--db", "x.db", "--chunk-share", "2"],
                          [root, "--db", "x.db", "--threads", "0"],
                          [root, "--db", "x.db", "--nothing"]):
            with self.subTest(arguments):
                self.assertNotEqual(self.refused(*arguments, status=2), "")
                self.assertFalse(os.path.exists("x.db"))

    def test_a_budget_that_is_too_small_is_told_with_one_that_would_do(self):
        root = comics_cli.tree(self.folder / "comics", 5, "--plain")
        said = self.refused(root, "--db", self.db, "--memory", "12MiB", "--threads", 2, status=4)
        self.assertIn("give --memory", said)


class Names(comics_cli.ComicsTest):
    """Names are bytes."""

    def setUp(self):
        super().setUp()
        self.root = comics_cli.tree(self.folder / "comics", 5, "--plain")
        self.comic = comics_cli.comics_in(self.root)[0]

    def put(self, name):
        path = os.path.join(os.fsencode(self.root), name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        shutil.copyfile(self.comic, path)
        return path

    def test_names_that_are_no_utf8_are_kept_exactly(self):
        self.put(b"Ast\xe9rix/tome \xff.cbz")
        self.bring_in(self.root)
        self.assertEqual(
            comics_cli.rows(self.db, "SELECT path, path_bytes FROM comic WHERE path_bytes "
                            "IS NOT NULL"),
            [("Ast\ufffdrix/tome \ufffd.cbz", b"Ast\xe9rix/tome \xff.cbz")])
        again, = self.bring_in(self.root)
        self.assertEqual(again["unchanged"], 6)

    def test_names_that_read_the_same_are_told_and_one_of_them_is_taken(self):
        self.put(b"Ast\xe8rix/b.cbz")
        self.put(b"Ast\xe9rix/a.cbz")
        self.put(b"x\xe8.cbz")
        second = self.put(b"x\xe9.cbz")
        done = weir_cli.weir("comics", "import", self.root, "--db", self.db)
        self.assertEqual((done.returncode, done.stderr.count("reads the same as UTF-8")), (0, 2))
        taken = comics_cli.rows(self.db, "SELECT path_bytes FROM comic WHERE path_bytes IS NOT "
                                "NULL ORDER BY path")
        self.assertEqual(taken, [(b"Ast\xe8rix/b.cbz",), (b"x\xe8.cbz",)])
        again, = self.bring_in(self.root)
        self.assertEqual((again["unchanged"], again["moved"], again["deleted"]), (7, 0, 0))
        os.unlink(os.path.join(os.fsencode(self.root), b"x\xe8.cbz"))
        os.utime(second)
        self.bring_in(self.root)
        self.assertIn((b"x\xe9.cbz",), comics_cli.rows(
            self.db, "SELECT path_bytes FROM comic WHERE path_bytes IS NOT NULL"))


if __name__ == "__main__":
    unittest.main()
