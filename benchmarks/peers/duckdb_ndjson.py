"""DuckDB reads NDJSON and writes it to Parquet as it stands: duckdb_ndjson.py INPUT OUT.parquet [MEMORY]"""
import sys

import duckdb

source, out, *memory = sys.argv[1:]
connection = duckdb.connect()
connection.execute(f"SET temp_directory = '{out}.tmp'")
if memory:
    connection.execute(f"SET memory_limit = '{memory[0]}'")
connection.execute(f"""COPY (SELECT * FROM read_json('{source}', format = 'newline_delimited'))
                       TO '{out}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1)""")
