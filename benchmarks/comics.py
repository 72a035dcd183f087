"""Libraries of comics: Weir's import beside comicbox, which reads tags and stores nothing.

Both see the same files. What comicbox says of the first ones must be in Weir's database, names cut
to 128 characters as Weir cuts them, case ignored; files whose tags comicbox cannot read are counted.
"""
import json
import os
import pathlib
import sqlite3
import statistics
import subprocess
import sys

SHARED = pathlib.Path(os.environ.get("WEIR_SHARED", pathlib.Path(__file__).resolve().parents[2] / "shared"))
NAME_LENGTH = 128

COMIC = """SELECT c.id, s.name, nullif(p.name, ''), v.number, c.year, c.page_count
    FROM comic c JOIN volume v ON v.id = c.volume_id JOIN series s ON s.id = v.series_id
    JOIN imprint i ON i.id = s.imprint_id JOIN publisher p ON p.id = i.publisher_id WHERE c.path = ?"""
CHARACTERS = "SELECT name FROM character JOIN comic_character ON id = character_id WHERE comic_id = ?"
PERSONS = """SELECT p.name FROM comic_credit l JOIN credit c ON c.id = l.credit_id
    JOIN person p ON p.id = c.person_id WHERE comic_id = ?"""


def make_library(folder, count):
    """Comics as the generator of realistic libraries makes them, none of them damaged."""
    subprocess.run([sys.executable, SHARED / "data/comics/generate.py", folder, "--count", str(count),
                    "--bad-fraction", "0"], check=True, stdout=subprocess.DEVNULL)


def compare(database, lines):
    """How many comics agree, how many the peer could not read, and what differs."""
    db = sqlite3.connect(database)
    names = lambda query, comic: sorted({name.lower() for name, in db.execute(query, (comic,))})
    agreed, unread, wrong = 0, 0, []
    for line in open(lines):
        said = json.loads(line)
        if not (said["publisher"] or said["characters"] or said["persons"]):
            unread += 1
            continue
        # Of spellings that differ in case only Weir keeps the first, comicbox the last.
        cut = lambda values: sorted({name[:NAME_LENGTH].strip().lower() for name in values})
        expected = (said["series"], said["publisher"], said["volume"], said["year"], said["pages"],
                    cut(said["characters"]), cut(said["persons"]))
        comic, *stored = db.execute(COMIC, (said["path"],)).fetchone()
        found = (*stored, names(CHARACTERS, comic), names(PERSONS, comic))
        agreed += found == expected
        if found != expected:
            wrong.append(f"{said['path']}: weir {found}, comicbox {expected}")
    return agreed, unread, wrong


def bench(count, slice_count, library, out, measure, repeat):
    """Medians for a library of `count` comics, of which the peer reads `slice_count`."""
    inputs = {"INPUT": library, "COUNT": slice_count}
    print(f"\ncomics, {count:,}: once, to compare outputs", flush=True)
    measure("comics", inputs, "check")
    agreed, unread, wrong = compare(out / "comics.db", out / "comicbox.jsonl")
    if wrong or agreed == 0:
        sys.exit("bench: outputs differ; nothing is timed\n  " + "\n  ".join(wrong[:5]))
    print(f"outputs agree: {agreed} comics; of {unread} comicbox read no tags")
    summaries = [measure("comics", inputs, f"run-{number}") for number in range(1, repeat + 1)]
    rows = []
    for runs in zip(*(summary["stages"] for summary in summaries)):
        files = slice_count if runs[0]["name"].endswith("slice") else count
        seconds = statistics.median(run["seconds"] for run in runs)
        rows.append({"stage": runs[0]["name"], "label": runs[0]["label"], "files": files,
                     "seconds": seconds, "files_per_s": files / seconds,
                     "peak_mb": max(run["peak_mb"] for run in runs)})
    print(f"\n{'median of ' + str(repeat):<40} {'files':>8} {'seconds':>9} {'files/s':>9} {'peak MB':>9}"
          f" {'time':>8}")
    for row in rows:
        times = rows[0]["files_per_s"] / row["files_per_s"]
        print(f"{row['label']:<40} {row['files']:>8,} {row['seconds']:>9.2f} {row['files_per_s']:>9,.0f}"
              f" {row['peak_mb']:>9.0f} {times:>7.2f}x")
    print("time: how many times that of the first row, per file\n", flush=True)
    return {"count": count, "rows": rows, "agreed": agreed, "unread": unread}
