#!/usr/bin/env python3
"""weir comics watch: a library follows its folders. Waits are long, since nothing is known of the
speed of a machine; the file system tells, and --poll is set beyond them."""
import json
import os
import pathlib
import queue
import shutil
import signal
import subprocess
import sys
import threading
import time
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import comics_cli
import weir_cli

PATIENCE_SECONDS = 120
COUNT = 30


class Watch(comics_cli.ComicsTest):
    def setUp(self):
        super().setUp()
        self.root = comics_cli.tree(self.folder / "comics", COUNT, "--plain")
        # Among the comics, where many people have it.
        self.db = self.root / "comics.db"

    def start(self, *options):
        self.process = subprocess.Popen(
            [weir_cli.WEIR, "comics", "watch", self.root, "--db", self.db, "--json", *options],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            env=weir_cli.environment(None))
        self.addCleanup(self.end)
        self.imports = queue.Queue()
        self.said = queue.Queue()
        for stream, lines in ((self.process.stdout, self.imports), (self.process.stderr, self.said)):
            threading.Thread(target=lambda stream=stream, lines=lines: [
                lines.put(line) for line in stream], daemon=True).start()
        self.wait_for(created=COUNT)

    def end(self):
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        self.process.stdout.close()
        self.process.stderr.close()

    def wait_for(self, **counts):
        """Until imports have made these counts between them; gives the sums of all counts."""
        sums = dict.fromkeys(("created", "modified", "moved", "deleted", "failed"), 0)
        until = time.monotonic() + PATIENCE_SECONDS
        while any(sums[name] < count for name, count in counts.items()):
            try:
                run = json.loads(self.imports.get(timeout=max(0, until - time.monotonic())))
            except queue.Empty:
                self.fail(f"waited for {counts}, got {sums}")
            for name in sums:
                sums[name] += run[name]
        return {name: count for name, count in sums.items() if count}

    def copy_to(self, path):
        path.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(comics_cli.comics_in(self.root)[-1], path)
        return path

    def test_comics_that_come_move_and_go(self):
        self.start()
        new = self.copy_to(self.root / "New" / "Folder" / "New #1.cbz")
        self.assertEqual(self.wait_for(created=1), {"created": 1})
        # In a folder that was not there at the start.
        self.copy_to(self.root / "New" / "Folder" / "New #2.cbz")
        self.assertEqual(self.wait_for(created=1), {"created": 1})
        new.rename(self.root / new.name)
        self.assertEqual(self.wait_for(moved=1), {"moved": 1})
        (self.root / new.name).unlink()
        self.assertEqual(self.wait_for(deleted=1), {"deleted": 1})
        self.assertIsNone(comics_cli.index_problem(self.db))

    def test_a_file_that_grows_is_read_once_when_it_is_whole(self):
        self.start()
        data = comics_cli.comics_in(self.root)[0].read_bytes()
        with open(self.root / "Growing #1.cbz", "wb", buffering=0) as file:
            for at in range(0, len(data), len(data) // 12 + 1):
                file.write(data[at:at + len(data) // 12 + 1])
                time.sleep(0.4)
        self.assertEqual(self.wait_for(created=1), {"created": 1})

    def test_a_root_that_goes_away_takes_nothing_with_it(self):
        self.db = self.folder / "comics.db"
        self.start()
        away = self.folder / "away"
        self.root.rename(away)
        self.assertIn("the library waits", self.said.get(timeout=PATIENCE_SECONDS))
        self.assertEqual(comics_cli.rows(self.db, "SELECT count(*) FROM comic"), [(COUNT,)])
        shutil.copy(comics_cli.comics_in(away)[0], away / "Meanwhile #1.cbz")
        away.rename(self.root)
        self.assertEqual(self.wait_for(created=1), {"created": 1})
        self.copy_to(self.root / "Afterwards #1.cbz")
        self.assertEqual(self.wait_for(created=1), {"created": 1})

    def test_what_no_event_tells_is_found_by_polling(self):
        elsewhere = self.folder / "elsewhere"
        elsewhere.mkdir()
        comic = self.copy_to(elsewhere / "Elsewhere #1.cbz")
        os.utime(comic, (0, 0))
        (self.root / "link #1.cbz").symlink_to(comic)
        self.start("--poll", "1")
        os.utime(comic)  # in a folder that nobody watches
        self.assertEqual(self.wait_for(modified=1), {"modified": 1})

    def test_the_library_itself_wakes_nobody(self):
        self.start()
        time.sleep(6)  # three times as long as a burst of changes lasts
        self.assertEqual(comics_cli.rows(self.db, "SELECT count(*) FROM import_run"), [(1,)])

    def test_it_is_stopped_by_ctrl_c(self):
        self.start()
        self.process.send_signal(signal.SIGINT)
        self.assertEqual(self.process.wait(PATIENCE_SECONDS), 130)


if __name__ == "__main__":
    unittest.main()
