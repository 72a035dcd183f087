#!/usr/bin/env python3
"""The three worked examples on the data of their packages: every count, in every target.

The numbers were counted with ElementTree and json from the packages' files, without Weir.
"""
import pathlib
import sqlite3
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

ROWS = {
    "kanjidic": {
        "kanji": 13108,
        "kanji_codepoint": 28959,
        "kanji_reading": 86498,
        "kanji_meaning": 48037,
        "kanji_meaning_en": 24773,
        "kanji_name_reading": 3460,
        "kanji_query_code": 29281,
        "kanji_dictionary": 67978,
        "kanji_pinyin": 14351,
        "pinyin": 1448,
        "dictionary": 24,
    },
    "cldr": {
        "locale": 803,
        "territory_name": 56113,
        "language_name": 67275,
        "territory": 294,
        "language": 657,
    },
    "iso_codes": {
        "country": 249,
        "subdivision": 5127,
        "subdivision_kind": 109,
        "iso_language": 7910,
        "currency": 181,
    },
}

# By example: a query, and what it gives.
SUMS = {
    "kanjidic": {
        "SELECT sum(stroke_count) FROM kanji": 169518,
        "SELECT sum(radical) FROM kanji": 1332347,
        "SELECT sum(json_array_length(stroke_counts)) FROM kanji": 13654,
        "SELECT count(*) FROM kanji WHERE json_array_length(stroke_counts) > 1": 525,
        "SELECT count(volume) FROM kanji_dictionary": 6220,
    },
    "cldr": {
        "SELECT count(*) FROM territory_name WHERE alt <> ''": 1459,
        "SELECT count(*) FROM territory_name WHERE locale = 'de'": 307,
    },
    "iso_codes": {
        "SELECT count(parent) FROM subdivision": 1412,
        "SELECT count(DISTINCT country) FROM subdivision": 200,
    },
}


class Examples(weir_cli.WeirTest):
    def loaded(self, name, kind):
        declaration = weir_cli.example(name, self.folder / f"{name}-{kind}")
        url = weir_cli.target(kind, declaration.parent)
        summary = self.load(declaration, to=url)
        self.assertEqual(summary["rejected"], 0)
        self.assertEqual(summary["failed"], [])
        return url

    def test_the_packages_are_those_that_were_counted(self):
        for package, version in weir_cli.PACKAGES.values():
            self.assertEqual(weir_cli.package_version(package), version,
                             f"{package} has other contents: count them again")

    def test_all_tables_have_the_rows_of_the_data_in_every_target(self):
        for name, wanted in ROWS.items():
            for kind in weir_cli.KINDS:
                with self.subTest(example=name, target=kind):
                    digests = weir_cli.digest(self.loaded(name, kind))
                    self.assertEqual({table: rows for table, (_, rows) in digests.items()}, wanted)

    def test_sums_of_columns_are_those_of_the_data(self):
        for name, queries in SUMS.items():
            database = sqlite3.connect(weir_cli.path_of(self.loaded(name, "sqlite")))
            for query, value in queries.items():
                with self.subTest(query):
                    self.assertEqual(database.execute(query).fetchone()[0], value)
            database.close()

    def test_digests_are_equal_in_all_targets(self):
        for name in ROWS:
            first = self.loaded(name, "sqlite")
            for kind in weir_cli.KINDS[1:]:
                with self.subTest(example=name, target=kind):
                    done = weir_cli.weir("digest", "--compare", first, self.loaded(name, kind))
                    self.assertEqual((done.returncode, done.stderr), (0, ""), done.stdout)


if __name__ == "__main__":
    unittest.main()
