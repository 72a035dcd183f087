"""Court extracts: the whole job of Weir beside a loader in Python, on the same files.

Both databases must hold what the generator says, and Weir's CSV and PostgreSQL what its DuckDB holds.
MB are those of XML, as it lies unpacked in the archives.
"""
import json
import os
import pathlib
import statistics
import subprocess
import sys
import zipfile

CHECKOUT = pathlib.Path(__file__).resolve().parents[1]
SHARED = pathlib.Path(os.environ.get("WEIR_SHARED", CHECKOUT.parent / "shared"))
WEIR = CHECKOUT / "build/weir"


def make_files(folder, cases):
    subprocess.run([sys.executable, SHARED / "data/courts/generate.py", folder, "--cases", str(cases),
                    "--seed", "5", "--files", "6", "--delete-fraction", "0.01", "--dup-fraction", "0.05",
                    "--bad-fraction", "0.002"], check=True, stdout=subprocess.DEVNULL)


def xml_bytes(folder):
    return sum(member.file_size for path in folder.glob("*.zip") for member in zipfile.ZipFile(path).infolist())


def differences(folder, out, postgres):
    """What is not as it should be, a line each."""
    wrong = []
    for database in ("weir.duckdb", "python.duckdb"):
        told = subprocess.run([sys.executable, SHARED / "data/courts/verify.py", out / database,
                               folder / "truth.json"], capture_output=True, text=True)
        if told.returncode != 0:
            wrong.append(f"{database}: {told.stdout}{told.stderr}")
    for other in (f"csv:{out / 'weir-csv'}", postgres):
        told = subprocess.run([WEIR, "digest", "--compare", f"duckdb:{out / 'weir.duckdb'}", other],
                              capture_output=True, text=True)
        if told.returncode != 0:
            wrong.append(f"{told.stdout}{told.stderr}")
    return wrong


def rows_of(summaries, size):
    rows = []
    for runs in zip(*(summary["stages"] for summary in summaries)):
        seconds = statistics.median(run["seconds"] for run in runs)
        rows.append({"stage": runs[0]["name"], "label": runs[0]["label"], "seconds": seconds,
                     "mb_per_s": size / 1e6 / seconds, "peak_mb": max(run["peak_mb"] for run in runs)})
    return rows


def bench(cases, folder, out, measure, repeat, server):
    """Medians for a folder of `cases`. `server` is a PostgreSQL server; each run has a schema of its own."""
    def once(label):
        schema = f"{label}-{cases}"
        inputs = {"INPUT": folder, "POSTGRES": server.url(schema=schema)}
        done = measure("courts", inputs, label)
        return inputs["POSTGRES"], done

    print(f"\ncourts, {cases:,} cases: once, to compare outputs", flush=True)
    postgres, _ = once("check")
    if wrong := differences(folder, out, postgres):
        sys.exit("bench: outputs differ; nothing is timed\n  " + "\n  ".join(wrong))
    final = json.loads((folder / "truth.json").read_text())["final"]
    count = sum(table["rows"] for table in final.values())
    print(f"outputs agree: {count:,} rows in {len(final)} tables")
    size = xml_bytes(folder)
    rows = rows_of([once(f"run-{number}")[1] for number in range(1, repeat + 1)], size)
    print(f"\n{'median of ' + str(repeat):<34} {'MB of XML':>10} {'seconds':>9} {'MB/s':>8} {'peak MB':>9}"
          f" {'time':>8}")
    for row in rows:
        print(f"{row['label']:<34} {size / 1e6:>10.0f} {row['seconds']:>9.2f} {row['mb_per_s']:>8.1f}"
              f" {row['peak_mb']:>9.0f} {row['seconds'] / rows[0]['seconds']:>7.2f}x")
    print("time: how many times that of the first row\n", flush=True)
    return {"cases": cases, "xml_bytes": size, "rows": rows}
