"""dlt loads NDJSON into DuckDB: dlt_killed.py append|merge INPUT OUT_DIR [JOB]

Prints the name of each load job, such as vehicle__options.insert_values, where it is committed in
the database and dlt is about to note that it is. With JOB the process kills itself (SIGKILL) at that
instant, at which any process may be killed.
"""
import os
import signal
import sys

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["LOAD__WORKERS"] = "1"

import dlt  # noqa: E402  (reads its settings from the environment)
import orjson  # noqa: E402
from dlt.common.storages.load_package import PackageStorage  # noqa: E402

disposition, source, out, *kill = sys.argv[1:]


def vehicles():
    with open(source, "rb") as lines:
        for line in lines:
            yield orjson.loads(line)


def watch_jobs(killed_at):
    note = PackageStorage.save_pending_transition

    def note_or_die(self, load_id, file_name, *state):
        table, _, _, kind = file_name.split(".")[:4]
        job = f"{table}.{kind}"
        print(job, flush=True)
        if job == killed_at:
            os.kill(os.getpid(), signal.SIGKILL)
        return note(self, load_id, file_name, *state)

    PackageStorage.save_pending_transition = note_or_die


watch_jobs(kill[0] if kill else None)
pipeline = dlt.pipeline("bench", pipelines_dir=f"{out}/pipelines", dataset_name="data",
                        destination=dlt.destinations.duckdb(f"{out}/vehicles.duckdb"))
pipeline.run(dlt.resource(vehicles(), name="vehicle", primary_key="vin",
                          write_disposition=disposition))
