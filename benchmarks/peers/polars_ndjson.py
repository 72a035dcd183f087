"""Polars reads NDJSON as a stream and writes it to Parquet as it stands: polars_ndjson.py INPUT OUT.parquet"""
import sys

import polars

source, out = sys.argv[1:]
polars.scan_ndjson(source, infer_schema_length=10_000).sink_parquet(
    out, compression="zstd", compression_level=1)
