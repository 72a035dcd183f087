"""What the loaded outputs hold, as counts and sums that DuckDB takes from the Parquet files of each.

A vehicle that the feed delivers twice is one row for Weir, and two for tools that only append; of
those the newest is taken here, by the rule that the declaration states.
"""
import duckdb

NEWEST = "SELECT * FROM {source} QUALIFY row_number() OVER (PARTITION BY vin ORDER BY {updated} DESC) = 1"

VEHICLE = """
SELECT count(*) AS rows, count(DISTINCT vin) AS vehicles, sum({year}::BIGINT) AS model_years,
       sum({doors}::BIGINT) AS doors, sum({images}::BIGINT) AS images,
       sum({msrp}::DECIMAL(18,2)) AS msrp, sum({destination}::DECIMAL(18,2)) AS destination,
       sum({gears}::BIGINT) AS gears, count({eta}) AS etas, count({cylinders}) AS cylinders,
       sum(length(trim({description}))) AS description_characters,
       sum(epoch({updated}::TIMESTAMPTZ)::BIGINT) AS last_updated_s
FROM ({source})"""

NESTED_LISTS = ", sum(len(options)) AS options, round(sum(dealer.geo[1]), 2) AS latitudes FROM ("


def one_row(sql):
    result = duckdb.sql(sql)
    return dict(zip(result.columns, result.fetchall()[0]))


def files(pattern):
    return f"read_parquet('{pattern}')"


def money(text):
    return f"replace(ltrim({text}, '$'), ',', '')"


def vehicles_of_weir(folder):
    sql = VEHICLE.format(
        source=f"FROM {files(folder + '/*/vehicle/*.parquet')}", year="model_year", doors="doors",
        images="image_count", msrp="msrp", destination="destination_fee", gears="gears",
        eta="eta_date", cylinders="cylinders", description="description", updated="last_updated")
    return one_row(sql.replace("FROM (", ", sum(len(option_codes)) AS options, "
                                         "round(sum(latitude), 2) AS latitudes FROM (", 1))


def vehicles_of_nested(parquet):
    """Of a file that holds the feed's objects as they are: DuckDB's, Polars'."""
    sql = VEHICLE.format(
        source=NEWEST.format(source=files(parquet), updated="lastUpdated"),
        year="""trim(modelYear::VARCHAR, '"')""", doors="doors", images="imageCount",
        msrp=money("price.msrp"), destination="price.destination", gears="transmission.gears",
        eta="dates.eta", cylinders="engine.cylinders", description="description",
        updated="lastUpdated")
    return one_row(sql.replace("FROM (", NESTED_LISTS, 1))


def vehicles_of_dlt(folder):
    source = NEWEST.format(source=files(f"{folder}/data/vehicle/*.parquet"), updated="last_updated")
    sql = VEHICLE.format(
        source=source, year="model_year", doors="doors", images="image_count",
        msrp=money("price__msrp"), destination="price__destination", gears="transmission__gears",
        eta="dates__eta", cylinders="engine__cylinders", description="description",
        updated="last_updated")
    found = one_row(sql)
    child = "(SELECT {} FROM {} JOIN (" + source + ") AS v ON _dlt_parent_id = v._dlt_id{})"
    found["options"] = one_row("SELECT " + child.format(
        "count(*)", files(f"{folder}/data/vehicle__options/*.parquet"), "") + " AS n")["n"]
    found["latitudes"] = one_row("SELECT " + child.format(
        "round(sum(value), 2)", files(f"{folder}/data/vehicle__dealer__geo/*.parquet"),
        " WHERE _dlt_list_idx = 0") + " AS n")["n"]
    return found


# Tables of the dictionary: of Weir by name, and what is counted in each.
CHILDREN = {
    "kanji_codepoint": "length(code)", "kanji_reading": "n", "kanji_meaning": "length(meaning)",
    "kanji_meaning_en": "length(meaning)", "kanji_name_reading": "length(reading)",
    "kanji_query_code": "length(code)", "kanji_dictionary": "volume",
}


def dictionary(table_of):
    """`table_of`: name of a table -> what stands behind FROM."""
    found = one_row("SELECT count(*) AS kanji, sum(stroke_count) AS strokes, sum(radical) AS radicals, "
                    f"sum(length(literal)) AS literal_characters FROM {table_of('kanji')}")
    for table, measured in CHILDREN.items():
        row = one_row(f"SELECT count(*) AS n, sum({measured}) AS total FROM {table_of(table)}")
        found[table] = row["n"]
        found[f"{table}: {measured}"] = row["total"]
    found["kanji_pinyin"] = one_row(f"SELECT count(*) AS n FROM {table_of('kanji_pinyin')}")["n"]
    return {name: int(value) for name, value in found.items()}


def dictionary_of_weir(folder):
    return dictionary(lambda table: files(f"{folder}/*/{table}/*.parquet"))


def dictionary_of_dlt(folder):
    return dictionary(lambda table: files(
        f"{folder}/data/{table.replace('kanji_', 'kanji__', 1)}/*.parquet"))


def dictionary_of_sqlite(file):
    """Read by SQLite itself: DuckDB's extension for it is not part of its package."""
    import sqlite3
    connection = sqlite3.connect(f"file:{file}?mode=ro", uri=True)

    def numbers(sql):
        return connection.execute(sql).fetchone()

    names = ("kanji", "strokes", "radicals", "literal_characters")
    found = dict(zip(names, numbers("SELECT count(*), sum(stroke_count), sum(radical), "
                                    "sum(length(literal)) FROM kanji")))
    for table, measured in CHILDREN.items():
        found[table], found[f"{table}: {measured}"] = numbers(
            f"SELECT count(*), sum({measured}) FROM {table}")
    found["kanji_pinyin"] = numbers("SELECT count(*) FROM kanji_pinyin")[0]
    return found


def differences(name, found, other_name, expected):
    """Lines such as "weir: options is 7, of duckdb 8"; none where both agree."""
    return [f"{name}: {what} is {found.get(what)}, of {other_name} {value}"
            for what, value in expected.items() if found.get(what) != value]
