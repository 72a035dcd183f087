"""A PostgreSQL server of the tests' own, on a socket in a folder that goes with it.

    server = postgres_server.PostgresServer()
    url = server.url(schema="next")        # postgres:///weir?host=...&schema=next
    server.stop(); server.start(); server.close()

The server refuses to be run by root; root runs it as the user postgres. As a program it prints what
a client needs, and runs until its standard input ends: tests in C++ begin one that way.
"""
import contextlib
import glob
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import urllib.parse

USER = "postgres"
# Tests lose nothing when the machine does.
SETTINGS = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "60",
            "listen_addresses": "", "shared_buffers": "64MB", "log_min_messages": "warning"}


def programs():
    """The folder of the newest server that is installed."""
    found = sorted(glob.glob("/usr/lib/postgresql/*/bin/postgres"), key=lambda path: int(path.split("/")[-3]))
    if not found:
        raise AssertionError("no PostgreSQL server is installed: tools/setup test brings postgresql-15")
    return pathlib.Path(found[-1]).parent


def command(*arguments):
    """The arguments, as a user who is not root."""
    arguments = [str(argument) for argument in arguments]
    if os.getuid() != 0:
        return arguments
    return ["setpriv", f"--reuid={USER}", f"--regid={USER}", "--clear-groups", *arguments]


def run(*arguments):
    done = subprocess.run(command(*arguments), capture_output=True, text=True, errors="replace",
                          stdin=subprocess.DEVNULL, cwd="/")
    if done.returncode != 0:
        raise AssertionError(f"{arguments[0]}: exit {done.returncode}: {done.stdout}{done.stderr}")
    return done.stdout


class PostgresServer:
    def __init__(self, settings=None, hba=None, files=()):
        """`hba`: lines of pg_hba.conf; `files`: copied into the data folder, readable by the server alone."""
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="weir_postgres_"))
        self.data = self.folder / "data"
        if os.getuid() == 0:
            shutil.chown(self.folder, USER, USER)
        self.settings = SETTINGS | {"unix_socket_directories": str(self.folder)} | (settings or {})
        run(programs() / "initdb", "-A", "trust", "--no-sync", "-U", USER, "-E", "UTF8", "--no-locale", "-D", self.data)
        for file in files:
            self.add_file(file)
        if hba:
            (self.data / "pg_hba.conf").write_text("".join(line + "\n" for line in hba))
        self.start()
        self.sql("CREATE DATABASE weir", database="postgres")

    def add_file(self, file):
        copy = self.data / pathlib.Path(file).name
        shutil.copy(file, copy)
        if os.getuid() == 0:
            shutil.chown(copy, USER, USER)
        copy.chmod(0o600)

    def start(self):
        options = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        # Processes of a server that was killed may take a moment to end; until then none starts there.
        for attempt in range(20):
            try:
                run(programs() / "pg_ctl", "-w", "-D", self.data, "-l", self.folder / "log", "-o", options, "start")
                return
            except AssertionError:
                if attempt == 19:
                    raise
                time.sleep(0.5)

    def stop(self, mode="immediate"):
        run(programs() / "pg_ctl", "-w", "-D", self.data, "-m", mode, "stop")

    def is_up(self):
        return (self.data / "postmaster.pid").exists()

    def close(self):
        with contextlib.suppress(AssertionError):
            self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, schema=None, database="weir", user=USER, **parameters):
        parameters = {"host": str(self.folder), "user": user, **parameters}
        if schema is not None:
            parameters["schema"] = schema
        return f"postgres:///{database}?" + urllib.parse.urlencode(parameters, quote_via=urllib.parse.quote)

    def sql(self, *statements, database="weir", user=USER):
        """What psql prints of statements, without heads."""
        return run("psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-h", self.folder, "-p",
                   self.settings.get("port", 5432), "-U", user,
                   "-d", database, *[argument for one in statements for argument in ("-c", one)])


if __name__ == "__main__":
    server = PostgresServer()
    try:
        print(server.folder, flush=True)
        sys.stdin.read()
    finally:
        server.close()
