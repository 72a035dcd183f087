"""Libraries of comics as the generator makes them, their imports, and all that a database holds.

A test module begins with

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    import comics_cli
"""
import contextlib
import functools
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys

import weir_cli

# What a run says of itself, and what is no content: state of the index, Weir's own counters.
NOT_COMPARED = ("import_run", "weir_run", "weir_input", "weir_chunk", "weir_reject",
                "weir_surrogate", "weir_version", "comic_index", "comic_index_pending")
# Columns that differ where the same files lie elsewhere or were read at another time.
ELSEWHERE = {"created_at", "updated_at", "inode", "device"}
# Where a column that ends in _id names another table than its own name says.
REFERENCES = {"parent_id": "folder", "source_id": "identifier_source",
              "main_character_id": "character", "main_team_id": "team"}


def generator(*arguments):
    shared = pathlib.Path(os.environ.get("WEIR_SHARED", weir_cli.CHECKOUT.parent / "shared"))
    return subprocess.run([sys.executable, str(shared / "data/comics/generate.py"),
                           *map(str, arguments)], capture_output=True, text=True, check=False)


@functools.cache
def _generated(count, options):
    folder = pathlib.Path(weir_cli.temporary_folder()) / "comics"
    made = generator(folder, "--count", count, "--workers", 2, *options)
    if made.returncode != 0:
        raise AssertionError(made.stderr)
    return folder


def tree(folder, count, *options):
    """A library of `count` comics at `folder`; each call of the same options gives a copy."""
    shutil.copytree(_generated(count, options), folder, symlinks=True)
    return pathlib.Path(folder)


def shuffled_copy(root, folder, seed):
    """The same files, made in another order, so that the disk lists them in another one."""
    files = [path.relative_to(root) for path in root.rglob("*") if path.is_file()]
    for file in weir_cli.shuffled(sorted(files), seed):
        (folder / file).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(root / file, folder / file)
    return folder


def comics_in(root):
    """Paths of the comics below `root`, in order."""
    endings = (".cbz", ".cbr", ".cb7", ".cbt", ".pdf")
    return sorted(path for path in root.rglob("*") if path.suffix.lower() in endings)


def start_import(*arguments, command="import", **options):
    return weir_cli.start("comics", command, *arguments, **options)


class Database:
    """What a library holds. Nothing is written."""

    def __init__(self, file):
        self.file = file

    def __enter__(self):
        self.connection = sqlite3.connect(f"file:{self.file}?mode=ro", uri=True)
        self.connection.text_factory = lambda text: text.decode(errors="surrogateescape")
        return self

    def __exit__(self, *_):
        self.connection.close()

    def rows(self, sql, *values):
        return self.connection.execute(sql, values).fetchall()

    def tables(self):
        found = self.rows("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
        return [name for name, in found
                if name not in NOT_COMPARED and not name.startswith(("comic_fts", "sqlite_"))]


def rows(file, sql, *values):
    with Database(file) as database:
        return database.rows(sql, *values)


class Dump:
    """All rows of all tables, with what they refer to in place of its id, but for `without`."""

    def __init__(self, database, without):
        self.database = database
        self.without = without
        self.by_id = {}
        self.known = {}

    def table(self, name):
        cursor = self.database.connection.execute(f'SELECT * FROM "{name}"')
        columns = [column for column, *_ in cursor.description]
        return [dict(zip(columns, row)) for row in cursor]

    def row(self, name, row):
        return tuple((column, self.referred(column, value)) for column, value in row.items()
                     if column != "id" and column not in self.without)

    def referred(self, column, value):
        if not column.endswith("_id") or value is None:
            return value
        table = REFERENCES.get(column, column.removesuffix("_id"))
        key = table, value
        if key not in self.known:
            if table not in self.by_id:
                self.by_id[table] = {row["id"]: row for row in self.table(table)}
            row = self.by_id[table].get(value, "no such row")
            self.known[key] = row if isinstance(row, str) else self.name(table, row)
        return self.known[key]

    def name(self, table, row):
        """What stands for a row elsewhere: of comics and folders their path says it."""
        if table not in ("comic", "folder"):
            return self.row(table, row)
        if "library_id" in self.without:
            return row["path"]
        return self.referred("library_id", row["library_id"]), row["path"]

    def content(self):
        return {name: sorted((self.row(name, row) for row in self.table(name)), key=repr)
                for name in self.database.tables()}


def content(file, without=frozenset()):
    with Database(file) as database:
        return Dump(database, without).content()


def content_elsewhere(file):
    """The same for one library wherever it lies and whenever it was read."""
    tables = content(file, ELSEWHERE | {"library_id"})
    del tables["library"]
    return tables


def everything(file):
    """Each row of each table but import_run as it stands, ids and times and Weir's own too."""
    with Database(file) as database:
        names = [name for name, in database.rows(
            "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT IN "
            "('import_run', 'comic_fts') ORDER BY name")]
        return {name: sorted(database.rows(f'SELECT * FROM "{name}"'), key=repr)
                for name in names}


def index_problem(file):
    """What is wrong with the full-text index; None: every comic has an entry of its own texts."""
    with contextlib.closing(sqlite3.connect(file)) as connection:
        left = connection.execute(
            "SELECT (SELECT count(*) FROM comic_index_pending) + (SELECT count(*) FROM comic "
            "WHERE id > (SELECT watermark FROM comic_index))").fetchone()[0]
        if left:
            return f"{left} comics are not indexed"
        try:
            connection.execute("INSERT INTO comic_fts(comic_fts, rank) VALUES "
                               "('integrity-check', 1)")
        except sqlite3.DatabaseError as error:
            return str(error)
        finally:
            connection.rollback()
    return None


class ComicsTest(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        self.db = self.folder / "comics.db"

    def bring_in(self, *roots, db=None, options=(), status=0):
        """An import that must end with `status`; gives a summary for each root."""
        done = weir_cli.weir("comics", "import", *roots, "--db", db or self.db, "--json", *options)
        self.assertEqual(done.returncode, status, done.stderr)
        if status == 0:
            self.assertIsNone(index_problem(db or self.db))
        return [json.loads(line) for line in done.stdout.splitlines()]

    def refused(self, *arguments, status=1):
        """What an import says that must not be done."""
        done = weir_cli.weir("comics", "import", *arguments)
        self.assertEqual(done.returncode, status, done.stdout + done.stderr)
        return done.stderr

    def verify(self, root, db=None):
        self.assertEqual(generator(root, "--verify", db or self.db).stdout.strip(),
                         "the database is as expected")

    def assert_same(self, one, other):
        """Two contents; tells the first rows of a table that differ."""
        self.assertEqual(one.keys(), other.keys())
        for table, found in one.items():
            if found != other[table]:
                self.fail(f"{table}: only in the first "
                          f"{[row for row in found if row not in other[table]][:3]}, only in the "
                          f"second {[row for row in other[table] if row not in found][:3]}")
