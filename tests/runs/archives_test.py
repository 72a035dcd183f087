#!/usr/bin/env python3
"""Records that are made of several documents of an archive."""
import io
import json
import pathlib
import sqlite3
import sys
import tarfile
import unittest
import zipfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

BOOKS = pathlib.Path(__file__).with_name("declarations") / "books.toml"
XML = ('<Book><Title>One</Title><Published year="2001"/><Words>10</Words><Tags>a;b</Tags>'
       '<Authors><Author role="text">Ann</Author></Authors>'
       '<Chapters><Chapter>I</Chapter><Chapter>II</Chapter></Chapters></Book>')
NOTES = json.dumps({"tool": "T", "notes/1": {
    "title": "Uno", "words": 12, "year": 1990, "tags": ["b", "c"], "authors": ["Bob", "Ann"],
    "chapters": ["only"]}})
# file, title, year, words, tags, by, oldest, common, what the warning says
WANTED = [
    ("both.zip", "One", 2001, 12, '["a","b","c"]', "T", 1990, 1990, None),
    ("broken.zip", "Uno", 1990, 12, '["b","c"]', "T", 1990, 1990, "publisher: byte "),
    ("comment.zip", "Uno", 1990, 12, '["b","c"]', "T", 1990, 1990, None),
    ("draft.zip", None, None, None, None, None, None, None, None),
    ("large.zip", None, None, None, None, None, None, None,
     "publisher: it is larger than its max_bytes"),
    ("tape.tar", "One", 2001, 10, '["a","b"]', None, 2001, 2001, None),
]


class Archives(weir_cli.WeirTest):
    def zip(self, name, members, comment=b""):
        with zipfile.ZipFile(self.folder / name, "w", zipfile.ZIP_DEFLATED) as file:
            for member, text in members.items():
                file.writestr(member, text)
            file.comment = comment

    def library(self):
        """Archives of all kinds; gives their paths."""
        self.zip("both.zip", {"x/Book.xml": XML, "notes.json": NOTES,
                              "catalogue.xml": "<Book><Year>1990</Year></Book>", "page.bin": "0" * 100_000})
        self.zip("broken.zip", {"book.xml": XML[:-5], "notes.json": NOTES})
        self.zip("comment.zip", {"page.bin": "0"}, NOTES.encode())
        self.zip("draft.zip", {"book.xml": XML.replace("<Title>", "<Draft/><Title>")})
        self.zip("large.zip", {"book.xml": XML.replace("</Book>", " " * 5_000 + "</Book>")})
        self.zip("bad_notes.zip", {"book.xml": XML, "notes.json": "{"})
        (self.folder / "cut.zip").write_bytes(b"PK\5\6 and no more")
        with tarfile.open(self.folder / "tape.tar", "w") as tape:
            member = tarfile.TarInfo("book.xml")
            member.size = len(XML)
            tape.addfile(member, io.BytesIO(XML.encode()))
        return sorted(self.folder.glob("*.zip")) + [self.folder / "tape.tar"]

    def test_documents_are_folded_by_the_policies_of_their_fields(self):
        url = weir_cli.target("sqlite", self.folder)
        self.load(BOOKS, *self.library(), to=url, status=3)
        with sqlite3.connect(weir_cli.path_of(url)) as database:
            books = database.execute("select * from book order by file").fetchall()
            self.assertEqual([row[:-1] for row in books], [row[:-1] for row in WANTED])
            for book, wanted in zip(books, WANTED):
                if wanted[-1] is None:
                    self.assertIsNone(book[-1])
                else:
                    self.assertIn(wanted[-1], book[-1])
            rows = lambda text: database.execute(text).fetchall()
            self.assertEqual(rows("select name, role from author where file = 'both.zip'"),
                             [("Ann", "text"), ("Bob", None)])
            self.assertEqual(rows("select heading from chapter where file = 'both.zip'"),
                             [("I",), ("II",)])
            self.assertEqual(rows("select heading from chapter where file = 'broken.zip'"),
                             [("only",)])
            failed = rows("select location, error from weir_input where status = 'failed'")
        self.assertEqual(self.rejects_by_reason(url), {"json_syntax": 1})
        self.assertEqual(len(failed), 1)
        self.assertTrue(failed[0][0].endswith("cut.zip"), failed)
        self.assertIn("no directory stands at its end", failed[0][1])

    def test_a_mark_or_blanks_around_a_document_are_no_part_of_it(self):
        for name, before, after in (("mark", "\ufeff", "\n"), ("blank", " \n", " ")):
            self.zip(f"{name}.zip", {"notes.json": before + NOTES + after})
            self.zip(f"{name}_xml.zip", {"book.xml": before.strip() + XML + after})
        url = weir_cli.target("sqlite", self.folder)
        self.load(BOOKS, *sorted(self.folder.glob("*.zip")), to=url)
        with sqlite3.connect(weir_cli.path_of(url)) as database:
            self.assertEqual(
                database.execute("select title, count(*) from book group by 1 order by 1").fetchall(),
                [("One", 2), ("Uno", 2)])

    def test_bytes_that_are_not_what_they_say_are_read_as_windows_1252(self):
        cafe = XML.replace("One", "Caf\xe9 \u20ac")
        declared = '<?xml version="1.0" encoding="{}"?>'
        self.zip("a_right.zip", {"book.xml": cafe.encode()})
        self.zip("b_stated.zip", {"book.xml": declared.format("windows-1252").encode() + cafe.encode("cp1252")})
        self.zip("c_wrong.zip", {"book.xml": declared.format("utf-8").encode() + cafe.encode("cp1252"),
                                 "notes.json": NOTES})
        self.zip("d_unstated.zip", {"book.xml": cafe.encode("cp1252")})
        self.zip("e_comment.zip", {}, NOTES.replace("Uno", "Caf\xe9 \u20ac").encode("cp1252"))
        self.zip("f_broken.zip", {"book.xml": cafe.encode("cp1252")[:-5]})
        self.zip("g_draft.zip", {"book.xml": cafe.replace("<Title>", "<Draft/><Title>").encode("cp1252")})
        self.zip("h_grows.zip", {"book.xml": (XML[:-7] + "\u20ac" * 2_000 + "</Book>").encode("cp1252")})
        url = weir_cli.target("sqlite", self.folder)
        self.load(BOOKS, *sorted(self.folder.glob("*.zip")), to=url)
        with sqlite3.connect(weir_cli.path_of(url)) as database:
            books = database.execute("select title, words, warning from book order by file").fetchall()
        wrong = "publisher: its bytes are not in the encoding that it states; read as Windows-1252"
        cafe = "Caf\xe9 \u20ac"
        self.assertEqual(books[:5], [(cafe, 10, None), (cafe, 10, None), (cafe, 12, wrong), (cafe, 10, wrong),
                                     (cafe, 12, wrong.replace("publisher", "notes"))])
        self.assertIn("publisher: byte ", books[5][2])
        self.assertEqual(books[6], (None, None, None))
        self.assertEqual(books[7], (None, None, "publisher: it is larger than its max_bytes, 4 KiB"))

    def test_targets_chunks_threads_and_order_make_no_difference(self):
        for number in range(100):
            self.zip(f"{number}.zip", {
                "book.xml": XML.replace("One", f"Book {number}").replace("Ann", f"A{number % 7}"),
                "notes.json": NOTES.replace("Bob", f"B{number % 3}")})
        inputs = self.library() + sorted(self.folder.glob("[0-9]*.zip"))
        wanted = None
        for seed, (kind, chunk, threads) in enumerate((
                ("sqlite", 100_000, 2), ("sqlite", 5, 8), ("csv", 5, 1), ("parquet", 3, 2))):
            with self.subTest(target=kind, chunk_records=chunk):
                url = weir_cli.target(kind, self.folder, f"target-{seed}")
                summary = self.load(BOOKS, *weir_cli.shuffled(inputs, seed), "--chunk-records",
                                    chunk, "--threads", threads, to=url, status=3)
                self.assertEqual(summary["chunks"] > 20, chunk < 100)
                wanted = wanted or weir_cli.digest(url)
                self.assertEqual(weir_cli.digest(url), wanted)

    def test_only_archives_that_changed_are_read_again(self):
        inputs = self.library()
        url = weir_cli.target("sqlite", self.folder)
        self.load(BOOKS, *inputs, to=url, status=3)
        self.zip("draft.zip", {"book.xml": XML})
        # The one that failed is tried again, and fails again.
        again = self.load(BOOKS, *inputs, to=url, status=3)
        self.assertEqual((again["created"], again["updated"]), (0, 1))
        with sqlite3.connect(weir_cli.path_of(url)) as database:
            self.assertEqual(database.execute(
                "select title from book where file = 'draft.zip'").fetchall(), [("One",)])


if __name__ == "__main__":
    unittest.main()
