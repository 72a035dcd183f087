"""The whole courts job as one would write it in Python: lxml reads, Arrow holds, DuckDB stores.

    courts_python.py FOLDER DATABASE [--processes N]

Each file is parsed by a process of its own into Arrow files, one a table; then one transaction puts
what won into DuckDB. It makes what `weir courts load` makes: whole cases or none, the newest version
of each, permanent deletes, numbers of appearances, dates of all versions. It keeps no manifest, takes
no second run, and knows no geocoder.
"""
import argparse
import concurrent.futures
import datetime
import pathlib
import re
import shutil
import sys
import tempfile
import zipfile
from decimal import Decimal

import duckdb
import lxml.etree
import pyarrow as pa

NAMESPACE = "http://www.example.org/LandlordTenantExtractSchema"
MEMBER = "LandlordTenantExtract.xml"
BATCH_CASES = 5_000

AMOUNT = re.compile(r"[+-]?(\d{1,16})(\.\d{1,2})?", re.ASCII)
INTEGER = re.compile(r"[+-]?\d{1,10}", re.ASCII)
DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?", re.ASCII)


class Bad(ValueError):
    pass


def checked(pattern, text):
    text = text.strip()
    if not pattern.fullmatch(text):
        raise Bad(text)
    return text


def integer(text):
    value = int(checked(INTEGER, text))
    if not -2**31 <= value < 2**31:
        raise Bad(text)
    return value


def boolean(text):
    try:
        return {"true": True, "false": False, "1": True, "0": False}[text.strip()]
    except KeyError:
        raise Bad(text)


READERS = {
    "t": (pa.string(), lambda text: text),
    "d": (pa.date32(), lambda text: datetime.date.fromisoformat(checked(DATE, text))),
    "s": (pa.timestamp("us"), lambda text: datetime.datetime.fromisoformat(checked(TIME, text))),
    "n": (pa.decimal128(18, 2), lambda text: Decimal(checked(AMOUNT, text))),
    "i": (pa.int32(), integer),
    "b": (pa.bool_(), boolean),
}
LIST = pa.list_(pa.string())

# Of each table: the path to its rows, and its columns: name, kind, path where it is not the name.
TABLES = {
    "oca_index": ((), "court t, fileddate d, propertytype t, classification t, "
                  "specialtydesignationtypes a specialtydesignations/specialtydesignationtype, status t, "
                  "disposeddate d, disposedreason t disposedreasonnopersonallyidentifyinginfo, firstpaper t, "
                  "primaryclaimtotal n, dateofjurydemand d"),
    "oca_causes": (("primaryclaimcauseofactions", "primaryclaimcauseofaction"),
                   "causeofactiontype t, interestfromdate d, amount n"),
    "oca_addresses": (("propertyaddresses", "propertyaddress"),
                      "street1 t, street2 t, city t, state t, postalcode t"),
    "oca_parties": (("parties", "party"), "role t, partytype t, representationtype t, undertenant t"),
    "oca_events": (("events", "event"), "eventname t, fileddate d, feetype t, "
                   "filingpartiesroles a filingparties/filingparty/role, answertype t"),
    "oca_appearances": (("appearances", "appearance"), "appearancedatetime s, appearancepurpose t, "
                        "appearancereason t, appearancepart t, motionsequence i"),
    "oca_appearance_outcomes": (("appearanceoutcomes", "appearanceoutcome"),
                                "appearanceoutcometype t, outcomebasedontype t"),
    "oca_motions": (("motions", "motion"), "sequence i, motiontype t, primaryrelief t, fileddate d, "
                    "filingpartiesroles a filingparties/filingparty/role, motiondecision t, "
                    "motiondecisiondate d"),
    "oca_decisions": (("decisions", "decision"), "sequence i, resultof t, "
                      "highlight t highlightnopersonallyidentifyinginfo"),
    "oca_judgments": (("judgments", "judgment"), "sequence i, amendedfromjudgmentsequence i, judgmenttype t, "
                      "fileddate d, entereddatetime s, withpossession b, latestjudgmentstatus t, "
                      "latestjudgmentstatusdate d, totaljudgmentamount n, "
                      "creditorsroles a creditors/creditor/role, debtorsroles a debtors/debtor/role"),
    "oca_warrants": (("warrants", "warrant"), "sequence t, createdreason t, ordereddate d, issuancetype t, "
                     "issuancestayeddate d, issuancestayeddays i, issueddate d, executiontype t, "
                     "executionstayeddate d, executionstayeddays i, marshalrequestdate d, "
                     "marshalrequestrevieweddate d, enforcementagency t, enforcementofficerdocketnumber t, "
                     "propertiesonwarrantcities a propertiesonwarrant/propertyonwarrant/city, "
                     "propertiesonwarrantstates a propertiesonwarrant/propertyonwarrant/state, "
                     "propertiesonwarrantpostalcodes a propertiesonwarrant/propertyonwarrant/postalcode, "
                     "amendeddate d, vacateddate d, adultprotectiveservicesnumber t, returneddate d, "
                     "returnedreason t, executiondate d"),
}
# Columns that are no elements: filled by hand, before the others.
GIVEN = {"oca_appearances": ("appearanceid",), "oca_appearance_outcomes": ("appearanceid",),
         "oca_warrants": ("judgmentsequence",)}


def columns_of(text):
    for column in text.split(", "):
        name, kind, *path = column.split()
        yield name, kind, tuple((path[0] if path else name).split("/"))


COLUMNS = {table: list(columns_of(text)) for table, (_, text) in TABLES.items()}


def schema_of(table):
    fields = [pa.field("position", pa.int64()), pa.field("indexnumberid", pa.string())]
    fields += [pa.field(name, pa.int64() if name == "appearanceid" else pa.int32())
               for name in GIVEN.get(table, ())]
    fields += [pa.field(name, LIST if kind == "a" else READERS[kind][0]) for name, kind, _ in COLUMNS[table]]
    return pa.schema(fields)


SCHEMAS = {table: schema_of(table) for table in TABLES}
CASES = pa.schema([("position", pa.int64()), ("indexnumberid", pa.string()), ("deleted", pa.bool_())])

names = {}  # local names in lower case, by tag; None: of another namespace


def name_of(element):
    tag = element.tag
    try:
        return names[tag]
    except KeyError:
        if not isinstance(tag, str):
            return None  # a comment
        qualified = lxml.etree.QName(tag)
        names[tag] = qualified.localname.lower() if qualified.namespace == NAMESPACE else None
        return names[tag]


def text_of(element):
    text = element.text or ""
    for child in element:
        text += child.tail or ""
    return text if text.strip() else None


def below(element, path):
    """The elements that a path of names leads to, in the order of the document."""
    found = [element]
    for step in path:
        found = [child for parent in found for child in parent if name_of(child) == step]
    return found


def values_of(element, table):
    children = {}
    for child in element:
        children.setdefault(name_of(child), child)
    for _, kind, path in COLUMNS[table]:
        if kind == "a":
            yield [text_of(item) for item in below(element, path)] or None
            continue
        child = children.get(path[0])
        text = None if child is None else text_of(child)
        yield None if text is None else READERS[kind][1](text)


def rows_of(case, number, key):
    """All rows of a case: pairs of table and row."""
    yield "oca_index", (number, key, *values_of(case, "oca_index"))
    for table in ("oca_causes", "oca_addresses", "oca_parties", "oca_events", "oca_motions", "oca_decisions"):
        for element in below(case, TABLES[table][0]):
            yield table, (number, key, *values_of(element, table))
    for ordinal, element in enumerate(below(case, TABLES["oca_appearances"][0])):
        yield "oca_appearances", (number, key, ordinal, *values_of(element, "oca_appearances"))
        for outcome in below(element, TABLES["oca_appearance_outcomes"][0]):
            yield "oca_appearance_outcomes", (number, key, ordinal,
                                              *values_of(outcome, "oca_appearance_outcomes"))
    for element in below(case, TABLES["oca_judgments"][0]):
        judgment = (number, key, *values_of(element, "oca_judgments"))
        yield "oca_judgments", judgment
        for warrant in below(element, TABLES["oca_warrants"][0]):
            yield "oca_warrants", (number, key, judgment[2], *values_of(warrant, "oca_warrants"))


class Writers:
    """Rows of a file on their way to Arrow files, one a table."""

    def __init__(self, folder):
        folder.mkdir()
        self.schemas = {**SCHEMAS, "cases": CASES}
        self.writers = {table: pa.ipc.new_stream(str(folder / f"{table}.arrows"), schema)
                        for table, schema in self.schemas.items()}
        self.rows = {table: [] for table in self.schemas}

    def write(self):
        for table, rows in self.rows.items():
            if not rows:
                continue
            schema = self.schemas[table]
            arrays = [pa.array(values, field.type) for values, field in zip(zip(*rows), schema)]
            self.writers[table].write_batch(pa.record_batch(arrays, schema=schema))
            rows.clear()

    def close(self):
        self.write()
        for writer in self.writers.values():
            writer.close()


def parse(path, folder):
    """Rows of a file into `folder`; its run date, or None where the file is broken."""
    writers = Writers(folder)
    run_date, cases = None, 0
    try:
        with zipfile.ZipFile(path) as archive, archive.open(MEMBER) as member:
            tags = [f"{{{NAMESPACE}}}Index", f"{{{NAMESPACE}}}RunDate"]
            for _, element in lxml.etree.iterparse(member, tag=tags, huge_tree=True, resolve_entities=False):
                if element.tag == tags[1]:
                    run_date = run_date or (element.text or "").strip()
                    continue
                take_case(element, cases, writers)
                cases += 1
                if cases % BATCH_CASES == 0:
                    writers.write()
                element.clear()
                while element.getprevious() is not None:
                    del element.getparent()[0]
    except (zipfile.BadZipFile, KeyError, lxml.etree.XMLSyntaxError, EOFError, OSError) as error:
        print(f"{path.name}: {error}", file=sys.stderr)
        return None
    writers.close()
    return run_date or path.name[-14:-4]


def take_case(case, number, writers):
    try:
        keys = [text_of(child) for child in case if name_of(child) == "indexnumberid"]
        if not keys or keys[0] is None:
            raise Bad("no IndexNumberId")
        key = keys[0].strip()
        deleted = any(name_of(child) == "delete" for child in case)
        rows = [] if deleted else list(rows_of(case, number, key))
    except ValueError:
        return
    writers.rows["cases"].append((number, key, deleted))
    for table, row in rows:
        writers.rows[table].append(row)


PROMOTE = """
CREATE TABLE oca_metadata AS
  SELECT indexnumberid, min(run_date) AS initialdate, max(run_date) FILTER (NOT deleted) AS updatedate,
         max(run_date) FILTER (deleted) AS deletedate
  FROM all_cases GROUP BY indexnumberid;
CREATE TEMP TABLE winners AS
  SELECT file, position FROM all_cases
  WHERE indexnumberid NOT IN (SELECT indexnumberid FROM oca_metadata WHERE deletedate IS NOT NULL)
  QUALIFY row_number() OVER (PARTITION BY indexnumberid ORDER BY file DESC, position DESC) = 1;
"""
GEOCODED = ("status VARCHAR, house_number VARCHAR, street_name VARCHAR, borough_code VARCHAR, place_name VARCHAR, "
            "sname VARCHAR, hnum VARCHAR, boro VARCHAR, lat REAL, bin VARCHAR, bbl VARCHAR, cd VARCHAR, ct VARCHAR, "
            "council VARCHAR, grc VARCHAR, grc2 VARCHAR, msg VARCHAR, msg2 VARCHAR, lon REAL, zip_code VARCHAR")


def promote(connection, parsed):
    """`parsed`: folders and run dates, in the order of the files."""
    connection.execute("BEGIN")
    connection.execute("CREATE TEMP TABLE all_cases (file INTEGER, run_date DATE, position BIGINT, "
                       "indexnumberid VARCHAR, deleted BOOLEAN)")
    for file, (folder, run_date) in enumerate(parsed):
        cases = pa.ipc.open_stream(str(folder / "cases.arrows"))
        connection.execute(f"INSERT INTO all_cases SELECT {file}, DATE '{run_date}', * FROM cases")
    connection.execute(PROMOTE)
    last_id = 0
    for table in TABLES:
        made = False
        for file, (folder, _) in enumerate(parsed):
            rows = pa.ipc.open_stream(str(folder / f"{table}.arrows"))
            # Ordinals within a case become numbers that no other case has.
            chosen = ("* EXCLUDE (position) REPLACE (appearanceid + 1000 * position + "
                      f"{file} * 10000000000 AS appearanceid)"
                      if "appearanceid" in SCHEMAS[table].names else "* EXCLUDE (position)")
            query = (f"SELECT {chosen} FROM rows WHERE position IN "
                     f"(SELECT position FROM winners WHERE file = {file})")
            connection.execute(f"INSERT INTO {table} {query}" if made else f"CREATE TABLE {table} AS {query}")
            made = True
    for column in GEOCODED.split(", "):
        connection.execute(f"ALTER TABLE oca_addresses ADD COLUMN {column}")
    connection.execute("COMMIT")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=pathlib.Path)
    parser.add_argument("database")
    parser.add_argument("--processes", type=int, default=2)
    arguments = parser.parse_args()
    # As the job orders files: run date, Initial before Incr, name.
    files = sorted(arguments.folder.glob("*.zip"),
                   key=lambda path: (path.name[-14:-4], ".Incr." in path.name, path.name))
    work = pathlib.Path(tempfile.mkdtemp(dir=pathlib.Path(arguments.database).absolute().parent))
    try:
        folders = [work / str(number) for number in range(len(files))]
        with concurrent.futures.ProcessPoolExecutor(arguments.processes) as pool:
            dates = list(pool.map(parse, files, folders))
        connection = duckdb.connect(arguments.database)
        connection.execute("SET preserve_insertion_order = false")
        promote(connection, [(folder, date) for folder, date in zip(folders, dates) if date is not None])
        connection.close()
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
