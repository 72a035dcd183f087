"""dlt loads NDJSON into Parquet files, lists as child tables: dlt_ndjson.py INPUT OUT_DIR"""
import sys

import orjson

from dlt_pipeline import load_to_parquet


def vehicles(source):
    with open(source, "rb") as lines:
        for line in lines:
            yield orjson.loads(line)


source, out = sys.argv[1:]
load_to_parquet(vehicles(source), "vehicle", "vin", out)
