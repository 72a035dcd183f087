#!/usr/bin/env python3
"""Cases that must be right: versions, deletes, failed cases, odd values, odd documents."""
import csv
import itertools
import pathlib
import sys
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import courts_cli
import weir_cli
from courts_cli import NAMESPACE, case, extract
from weir_cli import weir

BAD = "<FiledDate>2026-13-01</FiledDate>"


def status(text):
    return f"<Status>{text}</Status>"


class Cases(courts_cli.CourtsTest):
    def file(self, date, *records, kind="Incr", name=None, **options):
        name = name or f"LandlordTenant.{kind}.{date}.zip"
        return extract(self.folder / "in" / name, date, *records, **options)

    def statuses(self):
        return dict(self.rows("SELECT indexnumberid, status FROM oca_index ORDER BY 1"))

    def fresh(self, name):
        self.database = self.folder / f"{name}.duckdb"


class Versions(Cases):
    def test_the_newest_wins_in_any_order(self):
        files = [self.file("2026-03-01", case("A", status("old")), kind="Initial.FiledIn2026"),
                 self.file("2026-03-01", case("A", status("same day"))),
                 self.file("2026-03-08", case("A", status("first")), case("A", status("last")))]
        for number, order in enumerate(itertools.permutations(files)):
            self.fresh(number)
            for file in order:
                self.load(file)
            self.assertEqual(self.statuses(), {"A": "last"})
            self.assertEqual(self.rows("SELECT initialdate, updatedate, deletedate FROM oca_metadata"),
                             [["2026-03-01", "2026-03-08", None]])
        self.fresh("initial before incr")
        for file in (files[1], files[0]):
            self.load(file)
        self.assertEqual(self.statuses(), {"A": "same day"})

    def test_a_corrected_file_of_the_same_name_replaces(self):
        self.load(self.file("2026-03-01", case("A", status("wrong"))))
        self.load(self.file("2026-03-01", case("A", status("right"))))
        self.assertEqual(self.statuses(), {"A": "right"})

    def test_a_new_version_replaces_the_rows_of_all_tables(self):
        judgment = "<Judgments><Judgment><Sequence>1</Sequence></Judgment></Judgments>"
        appearance = ("<Appearances><Appearance><AppearanceOutcomes><AppearanceOutcome/></AppearanceOutcomes>"
                      "</Appearance></Appearances>")
        self.load(self.file("2026-03-01", case("A", judgment + appearance), case("B", appearance)))
        self.load(self.file("2026-03-08", case("A")))
        self.assertEqual(self.rows("SELECT (SELECT count(*) FROM oca_judgments), "
                                   "(SELECT count(*) FROM oca_appearances), "
                                   "(SELECT count(*) FROM oca_appearance_outcomes)"), [[0, 1, 1]])

    def test_numbers_of_appearances_are_never_given_again(self):
        two = "<Appearances><Appearance/><Appearance/></Appearances>"
        seen = set()
        for day in range(1, 5):
            self.load(self.file(f"2026-03-0{day}", case("A", two), case(f"B{day}", two)))
            numbers = {number for number, in self.rows("SELECT appearanceid FROM oca_appearances "
                                                       f"WHERE indexnumberid IN ('A', 'B{day}')")}
            self.assertEqual(len(numbers), 4)
            self.assertFalse(numbers & seen)
            seen |= numbers

    def test_a_delete_is_for_good_in_any_order(self):
        files = [self.file("2026-03-01", case("A", delete=True), case("C", delete=True)),
                 self.file("2026-03-08", case("A", status("later")), case("B")),
                 self.file("2026-03-15", case("A", delete=True), case("D", delete=True)),
                 self.file("2026-03-22", case("A", status("latest")), kind="Initial.FiledIn2026")]
        for number, order in enumerate(itertools.permutations(files)):
            self.fresh(number)
            if number % 2:
                self.load(*order)
            else:
                for file in order:
                    self.load(file)
            self.assertEqual(list(self.statuses()), ["B"])
            self.assertEqual(self.rows("SELECT * FROM oca_metadata ORDER BY 1"),
                             [["A", "2026-03-01", "2026-03-22", "2026-03-15"],
                              ["B", "2026-03-08", "2026-03-08", None], ["C", "2026-03-01", None, "2026-03-01"],
                              ["D", "2026-03-15", None, "2026-03-15"]])

    def test_a_purge_removes_what_other_tools_left(self):
        self.load(self.file("2026-03-01", case("A"), case("B")))
        other = ("import duckdb, sys; duckdb.connect(sys.argv[1]).execute("
                 "\"UPDATE oca_metadata SET deletedate = '2026-03-08' WHERE indexnumberid = 'A'\")")
        courts_cli.subprocess.run([courts_cli.PYTHON, "-c", other, self.database], check=True)
        done = weir("courts", "purge", "--db", self.database)
        self.assertIn("1 rows removed", done.stdout)
        self.assertEqual(list(self.statuses()), ["B"])
        self.assertIn(" 0 rows removed", weir("courts", "purge", "--db", self.database).stdout)


class Failed(Cases):
    def test_a_case_without_an_id_fails_without_one(self):
        self.load(self.file("2026-03-01", case(None), case(""), case(" \n\t"), case(" A ")), status=3)
        self.assertEqual(list(self.statuses()), ["A"])
        self.assertEqual(self.rows("SELECT key, row FROM weir_reject ORDER BY row"), [[None, 1], [None, 2], [None, 3]])

    def test_a_case_that_fails_in_the_newest_file_keeps_its_older_version(self):
        self.load(self.file("2026-03-01", case("A", status("good"))))
        self.load(self.file("2026-03-08", case("A", status("bad") + BAD), case("B")), status=3)
        self.assertEqual(self.statuses(), {"A": "good", "B": None})
        self.assertEqual(self.rows("SELECT updatedate FROM oca_metadata WHERE indexnumberid = 'A'"),
                         [["2026-03-01"]])

    def test_a_bad_value_in_the_last_row_leaves_nothing_of_the_case(self):
        party = "<Parties><Party><Role>Respondent</Role></Party></Parties>"
        warrant = ("<Judgments><Judgment><Warrants><Warrant><IssuanceStayedDays>many</IssuanceStayedDays>"
                   "</Warrant></Warrants></Judgment></Judgments>")
        for chunk in (1, 2, 100):
            self.fresh(chunk)
            self.load(self.file("2026-03-01", case("A", party), case("X", party + warrant), case("B", party)),
                      "--chunk-records", chunk, status=3)
            for table in courts_cli.TABLES:
                self.assertEqual(self.rows(f"SELECT count(*) FROM {table} WHERE indexnumberid = 'X'"), [[0]], table)
            self.assertEqual(self.rows("SELECT indexnumberid FROM oca_parties ORDER BY 1"), [["A"], ["B"]])

    def test_a_delete_takes_the_bytes_of_a_failed_case_as_well(self):
        self.load(self.file("2026-03-01", case("A", BAD), case("B", BAD)), status=3)
        self.load(self.file("2026-03-08", case("A", delete=True)))
        self.assertEqual(self.rows("SELECT key FROM weir_reject"), [["B"]])

    def test_a_file_that_fails_takes_none_of_its_cases_and_no_other_file(self):
        good = self.file("2026-03-01", case("A"))
        whole = case("B")
        around = f'<Extract xmlns="{NAMESPACE}"><RunDate>2026-03-08</RunDate><Indexes>{{}}</Indexes></Extract>'
        broken = {
            "cut": around.replace("</Indexes>", ""),
            "entities": '<!DOCTYPE Extract [<!ENTITY e "x">]>' + around,
            "deep": around.replace("{}", "{}" + "<a>" * 70 + "</a>" * 70),
            "date": around.replace("<RunDate>2026-03-08</RunDate>", ""),
        }
        files = [good]
        for name, text in broken.items():
            files.append(self.file(None, whole, around=text, name=f"LandlordTenant.{name}.zip"))
        files.append(self.file("2026-03-08", whole, member="other.xml", name="LandlordTenant.member.zip"))
        no_zip = self.folder / "in/LandlordTenant.none.zip"
        no_zip.write_text("no zip")
        empty = self.folder / "in/LandlordTenant.empty.zip"
        empty.write_bytes(b"")
        done = self.load(*files, no_zip, empty, status=3)
        self.assertEqual(list(self.statuses()), ["A"])
        self.assertEqual(len(done["failed"]), len(broken) + 3)
        self.assertEqual(self.rows("SELECT count(*) FROM weir_reject"), [[0]])
        self.assertEqual(self.rows("SELECT count(*), count(error) FROM weir_input WHERE status = 'failed'"),
                         [[len(broken) + 3, len(broken) + 3]])

    def test_a_case_that_is_larger_than_its_memory_is_rejected_and_the_file_goes_on(self):
        text = "x" * 1000
        huge = case("HUGE", "".join(f"<Decisions><Decision><HighlightNoPersonallyIdentifyingInfo>{text}"
                                    "</HighlightNoPersonallyIdentifyingInfo></Decision></Decisions>"
                                    for _ in range(30000)))
        self.load(self.file("2026-03-01", case("A"), huge, case("B")), "--memory", "160MiB", "--threads", 2, status=3)
        self.assertEqual(list(self.statuses()), ["A", "B"])
        ((reason, raw),) = self.rows("SELECT reason, octet_length(raw) FROM weir_reject")
        self.assertLess(raw, 100_000)
        self.assertTrue(reason)


class Values(Cases):
    ENTRIES = ["a,b", 'say "hi"', "{x}", "back\\slash", " lead", "NULL", "R&D <1>", "é\u2019漢"]

    def test_lists_are_exact_in_the_database_and_after_copy(self):
        escaped = [entry.replace("&", "&amp;").replace("<", "&lt;") for entry in self.ENTRIES]
        types = "".join(f"<SpecialtyDesignationType>{entry}</SpecialtyDesignationType>" for entry in [*escaped, ""])
        self.load(self.file("2026-03-01", case("A", f"<SpecialtyDesignations>{types}</SpecialtyDesignations>")),
                  "--csv", self.folder / "csv")
        self.assertEqual(self.rows("SELECT specialtydesignationtypes FROM oca_index"), [[[*self.ENTRIES, None]]])
        with open(self.folder / "csv/oca_index.csv", newline="", encoding="utf-8") as file:
            (row,) = csv.DictReader(file)
        self.assertEqual(row["specialtydesignationtypes"],
                         r'{"a,b","say \"hi\"","{x}","back\\slash"," lead","NULL","R&D <1>",é’漢,NULL}')

    def test_lists_of_warrants_stay_aligned(self):
        places = ("<PropertiesOnWarrant><PropertyOnWarrant><City>Troy</City><State/></PropertyOnWarrant>"
                  "<PropertyOnWarrant><City/><State>NY</State><PostalCode>12180</PostalCode></PropertyOnWarrant>"
                  "</PropertiesOnWarrant>")
        self.load(self.file("2026-03-01", case("A", "<Judgments><Judgment><Sequence>1</Sequence></Judgment><Judgment>"
                            f"<Warrants><Warrant><Sequence>A</Sequence>{places}</Warrant></Warrants>"
                            "<Sequence>2</Sequence></Judgment></Judgments>")))
        self.assertEqual(self.rows("SELECT judgmentsequence, sequence, propertiesonwarrantcities, "
                                   "propertiesonwarrantstates FROM oca_warrants"),
                         [[2, "A", ["Troy", None], [None, "NY"]]])

    def test_empty_elements_are_null(self):
        self.load(self.file("2026-03-01", case("A", "<DisposedDate/><SpecialtyDesignations/><Court> \n </Court>"
                                               "<PrimaryClaimTotal></PrimaryClaimTotal>")))
        self.assertEqual(self.rows("SELECT disposeddate, specialtydesignationtypes, court, primaryclaimtotal "
                                   "FROM oca_index"), [[None] * 4])

    def test_texts_are_exact(self):
        highlight = ("<Decisions><Decision><HighlightNoPersonallyIdentifyingInfo> first &amp; line\n<!-- no -->"
                     "<![CDATA[<second> & é]]>\n&#x2019;end </HighlightNoPersonallyIdentifyingInfo></Decision></Decisions>")
        self.load(self.file("2026-03-01", case("A", highlight)))
        self.assertEqual(self.rows("SELECT highlight FROM oca_decisions"), [[" first & line\n<second> & é\n’end "]])

    def test_only_the_forms_of_the_extract_are_values(self):
        fields = {"FiledDate": (["2026-02-28", " 2024-02-29 "], ["2026-02-29", "02/28/2026", "2026-2-28", "20260228"]),
                  "PrimaryClaimTotal": (["-1", "12.5", "+0.05", "9999999999999999.99"],
                                        ["1,000", "1e3", "0.001", "99999999999999999", "$1"])}
        for element, (good, bad) in fields.items():
            with self.subTest(element):
                self.fresh(element)
                records = [case(f"G{i}", f"<{element}>{value}</{element}>") for i, value in enumerate(good)]
                records += [case(f"X{i}", f"<{element}>{value}</{element}>") for i, value in enumerate(bad)]
                self.load(self.file("2026-03-01", *records), status=3)
                self.assertEqual(list(self.statuses()), [f"G{i}" for i in range(len(good))])


class Documents(Cases):
    def test_any_root_any_depth_any_prefix_and_nothing_of_other_namespaces(self):
        body = ('<lt:Index><lt:IndexNumberId>A</lt:IndexNumberId><lt:Unknown><lt:Status>no</lt:Status></lt:Unknown>'
                '<o:Status xmlns:o="urn:other">no</o:Status><lt:Status>first</lt:Status><lt:Status>second</lt:Status>'
                '</lt:Index>')
        around = f'<lt:Any xmlns:lt="{NAMESPACE}"><lt:RunDate>2026-03-01</lt:RunDate><lt:x><lt:y>{{}}</lt:y></lt:x></lt:Any>'
        self.load(self.file(None, body, around=around, name="LandlordTenant.x.zip", method=zipfile.ZIP_STORED))
        self.assertEqual(self.statuses(), {"A": "first"})

    def test_the_date_of_the_name_stands_in_for_that_of_the_document(self):
        nothing = f'<Extract xmlns="{NAMESPACE}"><RunDate>soon</RunDate>{{}}</Extract>'
        self.load(self.file("2026-03-01", case("A"), around=nothing))
        self.load(self.file("2026-04-01", case("B"), around=nothing.replace("soon", "2026-03-15")))
        self.assertEqual(self.rows("SELECT indexnumberid, updatedate FROM oca_metadata ORDER BY 1"),
                         [["A", "2026-03-01"], ["B", "2026-03-15"]])

    def test_an_extract_without_cases_is_loaded(self):
        done = self.load(self.file("2026-03-01"))
        self.assertEqual((done["records"], done["failed"]), (0, []))
        self.assertEqual(self.rows("SELECT status, records FROM weir_input"), [["loaded", 0]])
        self.assertTrue(self.load(self.folder / "in")["up_to_date"])


class Exports(Cases):
    def load_and_export(self):
        address = ("<PropertyAddresses><PropertyAddress><Street1>1 Main St</Street1><City>Troy</City><State>NY</State>"
                   "<PostalCode>12180</PostalCode></PropertyAddress></PropertyAddresses>")
        self.load(self.file("2026-03-01", case("A", address)), "--csv", self.folder / "csv")

    def test_public_addresses_have_no_streets(self):
        self.load_and_export()
        self.assertEqual((self.folder / "csv/oca_addresses.csv").read_text(),
                         "indexnumberid,city,state,postalcode\nA,Troy,NY,12180\n")
        self.assertIn("1 Main St", (self.folder / "csv/oca_addresses_private.csv").read_text())
        done = weir("courts", "export", "--db", self.database, "--csv", self.folder / "public", "--public")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(sorted(file.name for file in (self.folder / "public").iterdir()),
                         sorted([f"{table}.csv" for table in courts_cli.TABLES] + ["weir_run.txt"]))
        for file in (self.folder / "public").iterdir():
            self.assertNotIn("1 Main St", file.read_text())

    def test_a_folder_is_of_the_newest_run_even_where_a_process_died_before_it_was_published(self):
        self.load_and_export()
        self.load(self.file("2026-03-08", case("B")))
        self.assertNotIn("B", (self.folder / "csv/oca_index.csv").read_text())
        self.assertTrue(self.load(self.folder / "in", "--csv", self.folder / "csv")["up_to_date"])
        self.assertIn("B", (self.folder / "csv/oca_index.csv").read_text())
        self.assertEqual([path.name for path in self.folder.glob("csv*")], ["csv"])

    def test_what_cannot_be_exported_is_not_promoted(self):
        self.load(self.file("2026-03-01", case("A")))
        (self.folder / "mine").mkdir()
        (self.folder / "mine/file").write_text("x")
        done = weir("courts", "load", self.file("2026-03-08", case("B")), "--db", self.database, "--csv",
                    self.folder / "mine")
        self.assertEqual(done.returncode, 1)
        self.assertIn("it is no folder that an export wrote", done.stderr)
        done = weir("courts", "load", self.folder / "in", "--db", self.database, "--csv", "/proc/none/csv")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual(list(self.statuses()), ["A"])
        self.assertEqual((self.folder / "mine/file").read_text(), "x")


class Views(Cases):
    def test_are_made_and_answer(self):
        folder, _ = courts_cli.usual()
        self.load(folder, status=3)
        found = {name for name, in self.rows("SELECT view_name FROM duckdb_views() WHERE NOT internal")}
        self.assertEqual(len(found), 7)
        for view in found:
            self.assertGreater(self.rows(f"SELECT count(*) FROM {view}")[0][0], 0, view)
        self.assertEqual(self.rows("SELECT sum(cases) FROM filings_per_month"),
                         self.rows("SELECT count(*)::HUGEINT FROM oca_index"))
        self.assertEqual(self.rows("SELECT count(*) FROM open_cases"),
                         self.rows("SELECT count(*) FROM oca_index WHERE disposeddate IS NULL"))
        self.assertEqual(self.rows("SELECT count(*) FROM warrants_with_judgments"),
                         self.rows("SELECT count(*) FROM oca_warrants"))


if __name__ == "__main__":
    unittest.main()
