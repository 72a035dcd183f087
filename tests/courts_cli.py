"""Extracts of court cases as the generator makes them or by hand, their loads, and what is in a database.

A test module begins with

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    import courts_cli
"""
import functools
import json
import os
import pathlib
import subprocess
import sys
import zipfile

import weir_cli
from weir_cli import weir

SHARED = pathlib.Path(os.environ.get("WEIR_SHARED", weir_cli.CHECKOUT.parent / "shared"))
_own = weir_cli.CHECKOUT / ".setup/venv/bin/python3"
PYTHON = str(_own) if _own.exists() else sys.executable
NAMESPACE = "http://www.example.org/LandlordTenantExtractSchema"
MEMBER = "LandlordTenantExtract.xml"
CASE_TABLES = ("oca_index", "oca_causes", "oca_addresses", "oca_parties", "oca_events", "oca_appearances",
               "oca_appearance_outcomes", "oca_motions", "oca_decisions", "oca_judgments", "oca_warrants")
TABLES = (*CASE_TABLES, "oca_metadata")


@functools.cache
def generated(*arguments):
    """A folder of extracts, and the generator's truth of them."""
    folder = pathlib.Path(weir_cli.temporary_folder()) / "extracts"
    subprocess.run([sys.executable, SHARED / "data/courts/generate.py", folder, *map(str, arguments)],
                   check=True, capture_output=True)
    return folder, json.loads((folder / "truth.json").read_text())


def usual():
    """Every layout, failed cases, deletes, repeated cases and broken files."""
    return generated("--cases", 1200, "--seed", 5, "--files", 8, "--bad-fraction", 0.01, "--delete-fraction",
                     0.06, "--dup-fraction", 0.05, "--out-of-order", "--layout", "mixed", "--broken", 3)


def differences(database, folder, *arguments):
    """What verify.py finds between a database of DuckDB and the truth of a folder; empty where equal."""
    done = subprocess.run([PYTHON, SHARED / "data/courts/verify.py", database, folder / "truth.json",
                           *map(str, arguments)], capture_output=True, text=True, check=False)
    return "" if (done.returncode, done.stdout) == (0, "equal\n") else done.stdout + done.stderr


def query(database, sql):
    """The rows of a query, as JSON has them."""
    program = ("import duckdb, json, sys; "
               "print(json.dumps(duckdb.connect(sys.argv[1], read_only=True).execute(sys.argv[2]).fetchall(), "
               "default=str))")
    done = subprocess.run([PYTHON, "-c", program, database, sql], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return json.loads(done.stdout)


def case(identity, body="", delete=False):
    """A record of an extract; without an id where that is None."""
    named = "" if identity is None else f"<IndexNumberId>{identity}</IndexNumberId>"
    return f"<Index>{'<Delete/>' if delete else ''}{named}{body}</Index>"


def extract(path, run_date, *records, around=None, member=MEMBER, method=zipfile.ZIP_DEFLATED):
    """Writes an extract; `around` is text with {} in the place of the records."""
    head = "" if run_date is None else f"<RunDate>{run_date}</RunDate>"
    around = around or f'<Extract xmlns="{NAMESPACE}">{head}<Indexes>{{}}</Indexes></Extract>'
    path = pathlib.Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", method) as file:
        file.writestr(member, around.replace("{}", "".join(records)))
    return path


class CourtsTest(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        self.database = self.folder / "courts.duckdb"

    def load(self, *arguments, status=0, to=None, **options):
        """A load that must end with `status`; gives its summary."""
        where = ("--db", self.database) if to is None else ("--to", to)
        done = weir("courts", "load", *arguments, *where, "--json", **options)
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)

    def rows(self, sql):
        return query(self.database, sql)

    def assert_truth(self, folder, *arguments, database=None):
        self.assertEqual(differences(database or self.database, folder, *arguments), "")
