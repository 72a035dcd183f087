#!/usr/bin/env python3
"""The README: a stranger who follows it to the letter sees what it shows."""
import datetime
import gzip
import json
import pathlib
import re
import sqlite3
import subprocess
import sys
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli

README = (weir_cli.CHECKOUT / "README.md").read_text()


def section(title):
    return README.partition(f"## {title}")[2].partition("\n## ")[0]


OWN_DATA = section("Your own data")
COMICS = section("Comics")


def orders():
    """The orders of the README, of which it shows the first."""
    for number in range(2_000):
        day = datetime.date(2026, 10, 28) + datetime.timedelta(days=number // 100)
        items = [{"sku": f"S{(17 + 7 * number + 3 * item) % 90}", "quantity": 1 + (number + item) % 4,
                  "price": round(9.91 + 0.37 * ((number + 5 * item) % 50), 2)}
                 for item in range(1 + number % 3)]
        yield {"id": number + 1, "customer": ("Ada", "Ben", "Cleo")[number % 3],
               "ordered": day.isoformat(), "items": items}


def commands_in(text):
    return [line.strip()[2:] for line in text.splitlines() if line.strip().startswith("$ ")]


def block_after(command, text=OWN_DATA):
    """What the README shows below `$ command`, without its indent."""
    lines = text.splitlines()
    at = next(i for i, line in enumerate(lines) if line.strip() == "$ " + command)
    indent = len(lines[at]) - len(lines[at].lstrip())
    shown = []
    for line in lines[at + 1:]:
        if line.strip() and len(line) - len(line.lstrip()) < indent:
            break
        if line.strip().startswith("$ "):
            break
        shown.append(line[indent:])
    return "\n".join(shown).strip("\n") + "\n"


class Readme(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        (self.folder / "build").mkdir()
        (self.folder / "build/weir").symlink_to(weir_cli.WEIR)
        with gzip.open(self.folder / "orders.ndjson.gz", "wt") as file:
            for order in orders():
                file.write(json.dumps(order, separators=(",", ":")) + "\n")

    def shell(self, command):
        return subprocess.run(command, shell=True, cwd=self.folder, capture_output=True, text=True,
                              env=weir_cli.environment(None))

    def test_the_first_order_is_the_one_shown(self):
        self.assertIn("\n    " + json.dumps(next(orders()), separators=(",", ":")) + "\n", OWN_DATA)

    def test_each_command_prints_what_is_shown(self):
        infer, cat, check, run, query = commands_in(OWN_DATA)
        self.assertEqual(self.shell(infer).returncode, 0)
        self.assertEqual(self.shell(cat).stdout, block_after(cat))

        declaration = self.folder / "orders.toml"
        good = declaration.read_text()
        declaration.write_text(good.replace('key   = ["id"]', 'key   = ["idd"]'))
        command = check.partition("#")[0].strip()
        self.assertEqual(self.shell(command).stdout, block_after(check))
        declaration.write_text(good)
        self.assertEqual(self.shell(command).returncode, 0)

        done = self.shell(run + " --progress none")
        self.assertEqual(done.returncode, 0, done.stderr)
        counts = lambda text: re.findall(r"[\d,]+ (?:records|created|rejected)", text)
        self.assertEqual(counts(done.stdout), counts(block_after(run)))
        self.assertEqual(done.stdout.count("\n"), block_after(run).count("\n"))

        # The query as it stands; sqlite3 may be another program's.
        text = re.search(r'"(.*)"', query).group(1)
        with sqlite3.connect(self.folder / "orders.db") as database:
            rows = database.execute(text).fetchall()
        self.assertEqual("".join(f"{name}|{total}\n" for name, total in rows), block_after(query))

        again = self.shell(run + " --json")
        self.assertTrue(json.loads(again.stdout)["up_to_date"])

    def comics(self, command):
        """A command of the section, with the comics that `make demo` draws."""
        return self.shell(command.replace("/srv/comics", "poems"))

    def test_the_commands_for_comics_do_what_is_said(self):
        subprocess.run([weir_cli.CHECKOUT / "tools/make_comics", "poems", self.folder / "poems"],
                       check=True, capture_output=True)
        imports, search, show, covers, watch = commands_in(COMICS)
        done = self.comics(imports)
        self.assertIn("10 created", done.stdout, done.stderr)
        self.assertEqual(self.comics(search).stdout, block_after(search, COMICS))
        self.assertIn("Edgar Allan Poe (Writer)", self.comics(show).stdout)
        self.assertIn("10 made", self.comics(covers).stdout)
        self.assertTrue((self.folder / "comics.covers/0/1.webp").exists())
        stopped = self.comics("timeout --preserve-status -s INT 2 " + watch)
        self.assertEqual(stopped.returncode, 130, stopped.stderr)

    def test_all_kinds_of_comics_that_the_demo_draws_are_read(self):
        subprocess.run([weir_cli.CHECKOUT / "tools/make_comics", "poems", self.folder / "poems"],
                       check=True, capture_output=True)
        weir_cli.weir("comics", "import", "poems", "--db", "comics.db", cwd=self.folder)
        with sqlite3.connect(self.folder / "comics.db") as library:
            kinds = library.execute("SELECT file_type, count(*) FROM comic WHERE page_count > 0 AND "
                                    "metadata_warning IS NULL AND title <> '' GROUP BY 1").fetchall()
        self.assertEqual(dict(kinds), {"CB7": 1, "CBT": 1, "CBZ": 7, "PDF": 1})

    def test_the_files_that_it_names_are_there(self):
        for link in re.findall(r"\]\(([^)#]+)\)", README):
            self.assertTrue((weir_cli.CHECKOUT / link).exists(), link)


if __name__ == "__main__":
    unittest.main()
