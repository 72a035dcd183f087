"""What a load leaves behind that is killed and run again: killed.py INPUT OUT_DIR [KILLS]

Each tool loads the same NDJSON into a fresh target; it is killed (SIGKILL) once, and the same
command is run again to its end. dlt is killed where a load job is committed in its database (DuckDB)
and dlt is about to note that, at each of its jobs in turn; Weir at KILLS moments (default 20) that
divide the time of an undisturbed run. A kill counts only if the process was alive. Prints a line
for each tool, the jobs of dlt that left wrong rows and, as the last line, JSON.
"""
import collections
import json
import os
import pathlib
import shutil
import subprocess
import sys
import time

import duckdb

PEER = pathlib.Path(__file__).resolve().parent / "peers/dlt_killed.py"
DECLARATION = pathlib.Path(__file__).resolve().parent / "vehicle_public.toml"
WEIR = os.environ.get("WEIR", "build/weir")


def fresh(folder):
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder


def quiet(command):
    return subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode


def dlt_rows(folder):
    """Rows of each table that holds data."""
    with duckdb.connect(f"{folder}/vehicles.duckdb", read_only=True) as database:
        tables = database.execute("""SELECT table_name FROM information_schema.tables
            WHERE table_schema = 'data' AND table_name LIKE 'vehicle%'""").fetchall()
        return {table: database.execute(f"SELECT count(*) FROM data.{table}").fetchall()[0][0]
                for table, in tables}


def weir_rows(folder):
    sql = f"SELECT count(*), count(DISTINCT vin) FROM read_parquet('{folder}/*/vehicle/*.parquet')"
    rows, vehicles = duckdb.sql(sql).fetchall()[0]
    return {"vehicle": rows, "distinct": vehicles}


def outcome(rows, expected, status):
    if status != 0:
        return f"exit status {status}"
    if rows == expected:
        return "right"
    doubled = [table for table in expected if rows.get(table) == 2 * expected[table]]
    return "rows doubled" if doubled else "rows wrong"


def dlt_after_kills(disposition, source, folder):
    """What each kill left, by the job at which it came."""
    command = [sys.executable, str(PEER), disposition, source, folder]
    fresh(folder)
    jobs = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout.split()
    expected = dlt_rows(folder)
    found = {}
    for job in sorted(set(jobs)):
        fresh(folder)
        if quiet([*command, job]) == 0:
            raise RuntimeError(f"dlt was not killed at its job {job}")
        status = quiet(command)
        found[job] = outcome(dlt_rows(folder), expected, status)
    return found


def weir_after_kills(source, folder, kills):
    command = [WEIR, "run", str(DECLARATION), source, "--to", f"parquet:{folder}", "--progress", "none"]
    fresh(folder)
    began = time.monotonic()
    quiet(command)
    seconds = time.monotonic() - began
    expected = weir_rows(folder)
    found = {}
    for kill in range(kills):
        fresh(folder)
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait(timeout=seconds * (kill + 0.5) / kills)
            continue  # it ended before its time: nothing was killed
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        status = quiet(command)
        found[f"moment {kill + 1} of {kills}"] = outcome(weir_rows(folder), expected, status)
    return found


def main():
    source, out, *kills = sys.argv[1:]
    kills = int(kills[0]) if kills else 20
    results = {
        "dlt append": dlt_after_kills("append", source, f"{out}/killed-append"),
        "dlt merge": dlt_after_kills("merge", source, f"{out}/killed-merge"),
        "weir": weir_after_kills(source, f"{out}/killed-weir", kills),
    }
    for tool, found in results.items():
        counts = collections.Counter(found.values())
        print(f"{tool:<12} killed {len(found):>3} times and run again: "
              + ", ".join(f"{what} {n}" for what, n in sorted(counts.items())))
        for moment, what in found.items():
            if what != "right":
                print(f"  {what} after {moment}")
    print(json.dumps(results))


if __name__ == "__main__":
    main()
