"""Reads parquet_sample/sample.parquet, which parquet_test wrote, with pyarrow and with DuckDB."""

import decimal
import sys

import duckdb
import pyarrow.parquet


def number(row):
    return row * 1_000_003 - 7


def check(name, found, expected):
    if found != expected:
        sys.exit(f"{name}: found {found!r}, expected {expected!r}")


def main():
    file = "parquet_sample/sample.parquet"
    table = pyarrow.parquet.read_table(file)
    check("rows", table.num_rows, 1001)
    types = {field.name: str(field.type) for field in table.schema}
    check("timestamp", types["timestamp"], "timestamp[us, tz=UTC]")
    check("datetime", types["datetime"], "timestamp[us]")
    check("date", types["date"], "date32[day]")
    check("list", types["list<string>"].split("<")[0], "list")
    check("large_decimal", types["large_decimal"], "decimal128(38, 10)")
    rows = table.to_pylist()
    check("null row", set(rows[1000].values()), {None})
    row = rows[5]
    check("int64", row["int64"], number(5) * 1_000_000_007)
    check("string", row["string"], str(number(5)))
    check("binary", row["binary"], b"\0\xff")
    check("list", row["list<string>"], ["item", "item", None])
    check("decimal", row["small_decimal"], decimal.Decimal(number(5)).scaleb(-2))

    statistics = pyarrow.parquet.ParquetFile(file).metadata.row_group(0).column(1).statistics
    check("least int32", statistics.min, number(0))
    check("greatest int32", statistics.max, number(999))

    found = duckdb.sql(
        f"""select count(*), sum(int32), min("date"), sum(len("list<string>")), sum(small_decimal)
            from read_parquet('{file}')"""
    ).fetchall()[0]
    check("count", found[0], 1001)
    check("sum", found[1], sum(number(i) for i in range(1000)))
    check("least date", str(found[2]), "0001-01-01")
    check("items", found[3], sum(i % 3 + 1 for i in range(1000)))
    check("decimals", found[4], decimal.Decimal(sum(number(i) for i in range(1000))).scaleb(-2))


main()
