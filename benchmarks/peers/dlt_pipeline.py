"""One dlt pipeline from records to Parquet files in a folder, as its documentation has it.

Telemetry is off. Its buffers hold 500 rows (by default 5,000), which is faster here and takes less
memory.
"""
import os

os.environ["RUNTIME__DLTHUB_TELEMETRY"] = "false"
os.environ["DATA_WRITER__BUFFER_MAX_ITEMS"] = "500"

import dlt  # noqa: E402  (reads its settings from the environment)


def load_to_parquet(records, table, key, out):
    out = os.path.abspath(out)
    pipeline = dlt.pipeline("bench", pipelines_dir=f"{out}/.pipelines", dataset_name="data",
                            destination=dlt.destinations.filesystem(f"file://{out}"))
    pipeline.run(dlt.resource(records, name=table, primary_key=key), loader_file_format="parquet")
