"""The program as its users call it: runs, digests and the inputs that the tests share.

The program is build/weir, or what the variable WEIR names. A test module begins with

    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
    import weir_cli
"""
import atexit
import functools
import hashlib
import json
import os
import pathlib
import random
import shutil
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import postgres_server

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
WEIR = os.path.abspath(os.environ.get("WEIR", CHECKOUT / "build/weir"))
VEHICLES = CHECKOUT / "benchmarks/vehicle_public.toml"
KINDS = ("sqlite", "csv", "parquet", "duckdb", "postgres")
# Those that are files; the others lie in a server.
FILE_KINDS = KINDS[:-1]
# The kinds that are one file, and how its name ends.
FILE_ENDS = {"sqlite": ".db", "duckdb": ".duckdb"}

# Debian's packages, and the version of which the tests know the counts.
PACKAGES = {
    "kanjidic": ("kanjidic-xml", "2022.08.23"),
    "cldr": ("unicode-cldr-core", "41-0.1"),
    "iso_codes": ("iso-codes", "4.15.0-1"),
}
# What an example's declaration looks for beside itself, and where the package has it.
LINKS = {
    "kanjidic": ("kanjidic2.xml.gz", "/usr/share/edict/kanjidic2.xml.gz"),
    "cldr": ("common", "/usr/share/unicode/cldr/common"),
    "iso_codes": ("json", "/usr/share/iso-codes/json"),
}


def environment(changes):
    """The tests' environment without options that a user may have set for weir."""
    kept = {name: value for name, value in os.environ.items()
            if not name.startswith("WEIR_") or name == "WEIR_SHARED"}
    kept["XDG_CACHE_HOME"] = cache_folder()
    return kept | {name: str(value) for name, value in (changes or {}).items()}


@functools.cache
def cache_folder():
    """Where runs into a server wait."""
    return temporary_folder()


@functools.cache
def postgres():
    """The server of these tests, begun for the first one that wants it."""
    server = postgres_server.PostgresServer()
    atexit.register(server.close)
    return server


def weir(*arguments, env=None, **options):
    """Runs the program to its end. Gives its status, what it printed, and its errors."""
    return subprocess.run([WEIR, *map(str, arguments)], capture_output=True, text=True,
                          errors="replace", env=environment(env), timeout=3600, **options)


def start(*arguments, env=None, **options):
    """Starts the program; its errors can be read line by line."""
    return subprocess.Popen([WEIR, *map(str, arguments)], stdout=subprocess.DEVNULL,
                            stderr=subprocess.PIPE, env=environment(env), **options)


def peak_of(*arguments):
    """Status, errors and greatest resident size in bytes of a run."""
    process = start(*arguments)
    said = process.stderr.read().decode()
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    process.stderr.close()
    return process.returncode, said, usage.ru_maxrss * 1024


def target(kind, folder, name="target"):
    if kind == "postgres":
        return postgres().url(schema=schema_of(pathlib.Path(folder, name)))
    return f"{kind}:{folder}/{name}" + FILE_ENDS.get(kind, "")


def schema_of(path):
    """A schema of the server for each path that a target of another kind would have."""
    return f"{path.name[:40]}-{hashlib.md5(str(path).encode(errors='surrogateescape')).hexdigest()[:12]}"


def place_of(url):
    """What messages call a target: its path, or its schema."""
    if not url.startswith("postgres:"):
        return str(path_of(url))
    return urllib.parse.parse_qs(urllib.parse.urlsplit(url).query)["schema"][0]


def is_there(url):
    """Whether something lies where a run would write."""
    if not url.startswith("postgres:"):
        return path_of(url).exists()
    return postgres().sql(f"SELECT to_regnamespace('\"{place_of(url)}\"') IS NOT NULL").strip() == "t"


def path_of(url):
    return pathlib.Path(url.partition(":")[2])


def digest(url):
    """The digest and the number of rows of each table."""
    done = weir("digest", url, "--json")
    if done.returncode != 0:
        raise AssertionError(f"weir digest {url}: exit {done.returncode}: {done.stderr}")
    return digests_in(done.stdout)


def digests_in(lines):
    """What `weir digest --json` printed."""
    tables = map(json.loads, lines.splitlines())
    return {table["table"]: (table["digest"], table["rows"]) for table in tables}


def named_files(node):
    """All values of `file` in a manifest."""
    if isinstance(node, list):
        return {name for item in node for name in named_files(item)}
    if not isinstance(node, dict):
        return set()
    own = {node["file"]} if isinstance(node.get("file"), str) else set()
    return own | {name for value in node.values() for name in named_files(value)}


def leftovers(url):
    """What lies in or beside a target that no run uses and that is no part of it."""
    if url.startswith("postgres:"):
        return leftovers_of_schema(url)
    path = path_of(url)
    if url.partition(":")[0] in FILE_ENDS:
        return sorted(file.name for file in path.parent.glob(path.name + "?*"))
    manifest = json.loads((path / "_weir/current.json").read_text())
    kept = named_files(manifest) | {"_weir/current.json", "_weir/readers"}
    found = {str(file.relative_to(path)) for file in path.rglob("*") if not file.is_dir()}
    folders = {str(folder.relative_to(path)) for folder in path.rglob("*")
               if folder.is_dir() and not any(folder.iterdir())}
    return sorted((found | folders) - kept)


def leftovers_of_schema(url):
    """Tables in the schema that are neither those of the run nor of the manifest, and spools."""
    tables = postgres().sql("SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
                            f"WHERE c.relkind = 'r' AND (nspname = '{place_of(url)}' OR nspname LIKE 'pg_temp%')")
    manifest = {f"weir_{name}" for name in ("run", "input", "chunk", "reject", "surrogate", "version")}
    spools = pathlib.Path(cache_folder()).glob("weir/spool-*")
    return sorted(set(tables.split()) - set(digest(url)) - manifest) + sorted(map(str, spools))


def example(name, folder):
    """A copy of an example's declaration, beside links to the data of its package."""
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    link, data = LINKS[name]
    if not os.path.exists(data):
        raise AssertionError(f"{data} is not there: install Debian's package {PACKAGES[name][0]}")
    shutil.copy(CHECKOUT / f"examples/{name}.toml", folder)
    (folder / link).symlink_to(data)
    return folder / f"{name}.toml"


def package_version(name):
    return subprocess.run(["dpkg-query", "--show", "--showformat=${Version}", name],
                          capture_output=True, text=True, check=True).stdout


@functools.cache
def vehicles(rows, bad_fraction=0.0):
    """Generated vehicles: their files in byte order of names, and the generator's truth of them."""
    shared = pathlib.Path(os.environ.get("WEIR_SHARED", CHECKOUT.parent / "shared"))
    own = CHECKOUT / ".setup/venv/bin/python3"
    folder = temporary_folder()
    subprocess.run([str(own) if own.exists() else sys.executable,
                    str(shared / "data/inventory/generate.py"), folder, "--rows", str(rows),
                    "--seed", "7", "--sources", "1", "--days", "1", "--bad-fraction",
                    str(bad_fraction), "--no-digest"], check=True, capture_output=True)
    files = sorted(pathlib.Path(folder).glob("*/public/*.ndjson"))
    truth = json.loads(pathlib.Path(folder, "truth.json").read_text())
    (day,) = truth["days"].values()
    return files, day["sources"]["public"]


def fault_injector(folder):
    """The library that makes operations on files fail, or only tells of them; see its source."""
    library = pathlib.Path(folder) / "fault_injector.so"
    subprocess.run(["cc", "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o", library,
                    CHECKOUT / "tests/crash/fault_injector.c"], check=True)
    return library


_folders = []


def temporary_folder():
    """A folder that goes when the tests end."""
    _folders.append(tempfile.TemporaryDirectory(prefix="weir_test_"))
    return _folders[-1].name


def shuffled(items, seed):
    items = list(items)
    random.Random(seed).shuffle(items)
    return items


class WeirTest(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="weir_test_")
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)

    def load(self, declaration, *arguments, to, status=0):
        """A run that must end with `status`; gives its summary."""
        done = weir("run", declaration, *arguments, "--to", to, "--json")
        self.assertEqual(done.returncode, status, done.stderr)
        return json.loads(done.stdout)

    def rejects_by_reason(self, url):
        done = weir("rejects", url, "--json")
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = {}
        for line in done.stdout.splitlines():
            reason = json.loads(line)["reason"]
            counts[reason] = counts.get(reason, 0) + 1
        return counts
