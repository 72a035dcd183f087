#!/usr/bin/env python3
"""weir comics covers: comics of all kinds with real pictures, a database, and the covers of them."""
import contextlib
import io
import json
import os
import pathlib
import random
import signal
import sqlite3
import struct
import subprocess
import sys
import tarfile
import time
import unittest
import zipfile
import zlib

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1]))
import weir_cli
from weir_cli import weir

MIB = 1 << 20
RED, BLUE = (230, 20, 20), (20, 20, 230)
# The part of the library's database that covers look at.
TABLES = """
CREATE TABLE library (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);
CREATE TABLE comic (id INTEGER PRIMARY KEY, library_id INTEGER NOT NULL, path TEXT NOT NULL,
  path_bytes BLOB, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL, file_type TEXT);
CREATE TABLE publisher (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE series (id INTEGER PRIMARY KEY, imprint_id INTEGER, name TEXT NOT NULL);
CREATE TABLE volume (id INTEGER PRIMARY KEY, series_id INTEGER NOT NULL, number INTEGER);
CREATE TABLE story_arc (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE import_run (id INTEGER PRIMARY KEY, library_id INTEGER NOT NULL, covers_made INTEGER NOT NULL DEFAULT 0);
INSERT INTO import_run(library_id) VALUES (1);
"""


def png(width, height, colour, stated=None):
    """One colour; `stated` is another size, for the header."""
    def block(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
    rows = (b"\0" + bytes(colour) * width) * height
    return (b"\x89PNG\r\n\x1a\n"
            + block(b"IHDR", struct.pack(">IIBBBBB", *(stated or (width, height)), 8, 2, 0, 0, 0))
            + block(b"IDAT", zlib.compress(rows, 1)) + block(b"IEND", b""))


def vips(*arguments):
    done = subprocess.run(["vips", *map(str, arguments)], capture_output=True, text=True)
    if done.returncode != 0:
        raise AssertionError(f"vips {arguments}: {done.stderr} (Debian's package libvips-tools)")
    return done.stdout


def bmp(width, height, colour):
    row = bytes(colour[::-1]) * width
    row += bytes(-len(row) % 4)
    return (b"BM" + struct.pack("<IIIIiiHHIIIIII", 54 + len(row) * height, 0, 54, 40, width, height,
                                1, 24, 0, len(row) * height, 0, 0, 0, 0) + row * height)


def zip_of(members):
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(name, data)
    return file.getvalue()


def tar_of(members):
    file = io.BytesIO()
    with tarfile.open(fileobj=file, mode="w") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return file.getvalue()


def rar_of(members):
    """RAR 4, stored."""
    def block(kind, flags, body, extra=b""):
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + extra
    archive = b"Rar!\x1a\x07\x00" + block(0x73, 0, bytes(6))
    for name, data in members.items():
        body = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 20, 0x30,
                           len(name), 0o100644) + name.encode()
        archive += block(0x74, 0x8000, body, data)
    return archive + block(0x7B, 0x4000, b"")


def pdf_of(jpeg, width, height):
    """A page that a picture fills."""
    draw = b"q 600 0 0 900 0 0 cm /I Do Q"
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Count 1/Kids[3 0 R]>>",
               b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 600 900]/Contents 4 0 R"
               b"/Resources<</XObject<</I 5 0 R>>>>>>",
               b"<</Length %d>>stream\n%s\nendstream" % (len(draw), draw),
               b"<</Type/XObject/Subtype/Image/Width %d/Height %d/ColorSpace/DeviceRGB"
               b"/BitsPerComponent 8/Filter/DCTDecode/Length %d>>stream\n%s\nendstream"
               % (width, height, len(jpeg), jpeg)]
    file, table = b"%PDF-1.4\n", b"0000000000 65535 f \n"
    for number, content in enumerate(objects, 1):
        table += b"%010d 00000 n \n" % len(file)
        file += b"%d 0 obj%s endobj\n" % (number, content)
    return file + b"xref\n0 %d\n%strailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % (
        len(objects) + 1, table, len(objects) + 1, len(file))


class Covers(weir_cli.WeirTest):
    def setUp(self):
        super().setUp()
        self.library = self.folder / "library"
        self.library.mkdir()
        self.database = self.folder / "comics.db"
        self.out = self.folder / "comics.covers"
        self.sql(TABLES)
        self.sql("INSERT INTO library VALUES (1, ?)", str(self.library))

    def sql(self, text, *values):
        with contextlib.closing(sqlite3.connect(self.database)) as database:
            if ";" in text:
                database.executescript(text)
                return None
            rows = database.execute(text, values).fetchall()
            database.commit()
            return rows

    def add(self, name, data, comic=None):
        """A comic as the import would leave it; gives its id."""
        path = self.library / os.fsdecode(name)
        path.write_bytes(data)
        is_text = isinstance(name, str)
        text = name if is_text else name.decode(errors="replace")
        self.sql("INSERT OR REPLACE INTO comic VALUES ((SELECT id FROM comic WHERE path = ?2 UNION "
                 "ALL SELECT ?1 LIMIT 1), 1, ?2, ?3, ?4, ?5, '')", comic, text,
                 None if is_text else name, path.stat().st_size, path.stat().st_mtime_ns)
        return self.sql("SELECT id FROM comic WHERE path = ?", text)[0][0]

    def pages(self, kind, *arguments, size=(600, 900), colour=RED):
        """One picture in a format as vips names it."""
        if kind == "png" and not arguments:
            return png(*size, colour)
        if kind == "bmp":
            return bmp(*size, colour)
        source, target = self.folder / "page.png", self.folder / f"page.{kind}"
        source.write_bytes(png(*size, colour))
        vips("copy", source, f"{target}{''.join(arguments)}")
        return target.read_bytes()

    def covers(self, *arguments, status=0, **options):
        done = weir("comics", "covers", "--db", self.database, "--json", *arguments, **options)
        self.assertEqual(done.returncode, status, done.stderr)
        self.said = done.stderr
        return json.loads(done.stdout) if status == 0 else None

    def counts(self, *arguments, **options):
        report = self.covers(*arguments, **options)
        return {name: report[name] for name in ("made", "kept", "removed", "failed", "noted")
                if report[name] > 0}

    def files(self):
        return sorted(str(file.relative_to(self.out)) for file in self.out.rglob("*")
                      if file.is_file() and file.name != "weir_covers")

    def assert_colour(self, comic, colour, size=(320, 480), ending="webp"):
        file = self.out / str(comic // 1000) / f"{comic}.{ending}"
        shown = tuple(float(value) for value in vips("getpoint", file, 3, 3).split())
        for one, other in zip(shown, colour, strict=True):
            self.assertLess(abs(one - other), 60, (shown, colour))
        self.assertEqual(tuple(int(subprocess.check_output(["vipsheader", "-f", side, file]))
                               for side in ("width", "height")), size)

    def reasons(self):
        return dict(self.sql("SELECT comic_id, error FROM comic_cover WHERE error IS NOT NULL"))


class Making(Covers):
    def test_every_kind_of_comic_and_picture_gives_a_cover(self):
        first = {kind: self.pages(kind, *arguments) for kind, *arguments in (
            ("jpg", "[interlace]"), ("png",), ("gif",), ("webp",), ("jxl",), ("avif",), ("bmp",))}
        other = png(300, 300, BLUE)
        ids = {}
        for kind, page in first.items():
            members = {"10.png": other, f"2.{kind}": page, "note.txt": b"1", "__MACOSX/1.png": other}
            for ending, archive in ("cbz", zip_of), ("cbt", tar_of), ("cbr", rar_of):
                ids[kind, ending] = self.add(f"{kind}.{ending}", archive(members))
            for name, data in members.items():
                path = self.folder / "7z" / kind / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data)
            subprocess.run(["7z", "a", "-bso0", "-bsp0", self.folder / f"{kind}.7z", "."],
                           cwd=self.folder / "7z" / kind, check=True)
            data = (self.folder / f"{kind}.7z").read_bytes()
            ids[kind, "cb7"] = self.add(f"{kind}.cb7", data)
        ids["jpg", "pdf"] = self.add("a.pdf", pdf_of(first["jpg"], 600, 900))
        ids["not utf-8"] = self.add(b"\xff.cbz", zip_of({"1.png": first["png"]}))
        ids["shelf"] = self.add("shelf.cbz", zip_of({"1.png": first["png"]}), comic=123456)
        self.assertEqual(self.counts(), {"made": len(ids)}, self.reasons())
        for comic in ids.values():
            self.assert_colour(comic, RED)
        self.assertEqual(self.counts(), {"kept": len(ids)})
        self.assertIn("123/123456.webp", self.files())

    def test_the_page_that_is_marked_comes_first_and_pictures_are_never_enlarged(self):
        info = '<ComicInfo><Pages><Page Image="2" Type="FrontCover"/></Pages></ComicInfo>'
        comic = self.add("a.cbz", zip_of({
            "ComicInfo.xml": info.encode("utf-16"), "10.png": png(30, 20, RED),
            "9.png": png(30, 20, BLUE), "8.png": png(30, 20, BLUE)}))
        self.assertEqual(self.counts(), {"made": 1})
        self.assert_colour(comic, RED, (30, 20))

    def test_size_and_format_are_as_asked(self):
        comic = self.add("a.cbz", zip_of({"1.png": png(600, 900, RED)}))
        self.assertEqual(self.counts(), {"made": 1})
        self.assertEqual(self.counts("--size", "100x100", "--format", "jpeg"), {"made": 1})
        self.assert_colour(comic, RED, (67, 100), "jpeg")
        self.assertEqual(self.files(), [f"0/{comic}.jpeg"])
        self.assertEqual(self.counts("--size", "100x100", "--format", "jpeg"), {"kept": 1})


class UpToDate(Covers):
    def setUp(self):
        super().setUp()
        self.page = zip_of({"1.png": png(60, 90, RED)})
        self.comics = [self.add(f"{i}.cbz", self.page, comic=i * 600) for i in range(1, 6)]
        self.assertEqual(self.counts(), {"made": 5})

    def test_only_what_changed_is_made_again(self):
        self.add("1.cbz", zip_of({"1.png": png(60, 90, BLUE)}))
        self.sql("UPDATE comic SET mtime_ns = 7 WHERE id = 1200")
        self.sql("DELETE FROM comic_cover WHERE comic_id = 1800")
        (self.out / "2/2400.webp").unlink()
        self.assertEqual(self.counts(), {"made": 4, "kept": 1})
        self.assert_colour(600, BLUE, (60, 90))
        self.assertEqual(self.counts(), {"kept": 5})

    def test_what_is_gone_goes(self):
        self.sql("DELETE FROM comic WHERE id > 1300")
        self.sql("DELETE FROM comic_cover WHERE comic_id = 1800")  # a kill behind its file
        (self.out / "2/2400.webp").unlink()  # a kill before its row
        (self.out / "0/600.webp.part").write_bytes(b"a kill within its file")
        (self.out / "0/notes.txt").write_bytes(b"not ours")
        self.assertEqual(self.counts(), {"kept": 2, "removed": 3})
        self.assertEqual(self.files(), ["0/600.webp", "0/notes.txt", "1/1200.webp"])
        self.assertEqual(self.sql("SELECT count(*) FROM comic_cover"), [(2,)])
        self.assertEqual(sorted(path.name for path in self.out.iterdir()), ["0", "1", "weir_covers"])
        self.assertEqual(self.counts(), {"kept": 2})

    def test_a_run_that_is_killed_is_completed_by_the_next(self):
        for i in range(200):
            self.add(f"more{i}.cbz", self.page)
        wanted = 5 + 200
        chance = random.Random(7)
        kills = 0
        for _ in range(40):
            run = weir_cli.start("comics", "covers", "--db", self.database)
            time.sleep(chance.uniform(0.05, 0.25))
            run.send_signal(signal.SIGKILL)
            run.communicate()
            kills += run.returncode == -signal.SIGKILL
            if chance.random() < 0.5:
                self.sql("DELETE FROM comic WHERE id = (SELECT max(id) FROM comic)")
                wanted -= 1
        self.assertGreater(kills, 0)
        self.covers()
        self.assertEqual(self.counts(), {"kept": wanted})
        self.assertEqual(len(self.files()), wanted)

    def test_a_run_that_is_stopped_keeps_what_it_made(self):
        for i in range(300):
            self.add(f"more{i}.cbz", self.page)
        run = weir_cli.start("comics", "covers", "--db", self.database, "--threads", 1)
        while len(self.files()) < 30:
            time.sleep(0.005)
        run.send_signal(signal.SIGINT)
        run.communicate()
        self.assertEqual(run.returncode, 130)
        self.assertGreater(self.covers()["kept"], 5)


class Failing(Covers):
    def test_a_page_that_cannot_be_decoded_is_noted_and_left_alone_until_the_comic_changes(self):
        jpeg = self.pages("jpg")
        self.add("good.cbz", zip_of({"1.jpg": jpeg}))
        reasons = {
            self.add("cut.cbz", zip_of({"1.jpg": jpeg[:len(jpeg) // 2]})): "1.jpg: the JPEG picture "
            "cannot be decoded",
            self.add("text.cbz", zip_of({"1.jpg": b"<svg/>"})): "1.jpg: its bytes are none of JPEG",
            self.add("none.cbz", zip_of({"a.txt": b""})): "it has no pages",
            self.add("bomb.cbz", zip_of({"1.png": png(1, 1, RED, stated=(10000, 10001))})):
                "10000x10001 pixels are more than the 100 megapixels",
            self.add("damaged.cbz", b"PK\5\6"): "damaged.cbz",
            self.add("html.cbz", b"<html>"): "html.cbz",
            self.add("empty.cbz", b""): "empty.cbz",
            self.add("damaged.pdf", b"%PDF-1.4\n"): "poppler cannot read the PDF file",
            self.add("wide.pdf", pdf_of(jpeg, 20000, 20000)): "picture of 400 megapixels",
        }
        self.assertEqual(self.counts(), {"made": 1, "failed": len(reasons)})
        noted = self.reasons()
        self.assertEqual(noted.keys(), reasons.keys())
        for comic, reason in reasons.items():
            self.assertIn(reason, noted[comic])
        self.assertEqual(self.counts(), {"kept": 1, "noted": len(reasons)})
        self.assertIn(f"{len(reasons)} comics have no cover", weir(
            "comics", "covers", "--db", self.database).stderr)

        mended = self.add("cut.cbz", zip_of({"1.jpg": jpeg}))
        self.assertEqual(self.counts(), {"made": 1, "kept": 1, "noted": len(reasons) - 1})
        broken = self.add("good.cbz", zip_of({"1.jpg": b"no more"}))
        self.assertEqual(self.counts(), {"kept": 1, "failed": 1, "noted": len(reasons) - 1})
        self.assertEqual(self.files(), [f"0/{mended}.webp"])
        self.assertIn(broken, self.reasons())

    def test_a_comic_that_is_not_there_is_tried_again(self):
        self.add("a.cbz", zip_of({"1.png": png(60, 90, RED)}))
        self.assertEqual(self.counts(), {"made": 1})
        self.sql("UPDATE comic SET mtime_ns = 7")
        self.library.rename(self.folder / "away")
        self.assertEqual(self.counts(), {"failed": 1})
        self.assertEqual(self.reasons(), {})
        self.assertEqual(len(self.files()), 1)
        (self.folder / "away").rename(self.library)
        self.assertEqual(self.counts(), {"made": 1})


class Custom(Covers):
    def links(self):
        return {(kind, id_): pathlib.Path(path).name
                for kind, id_, path in self.sql("SELECT kind, id, path FROM cover")}

    def test_own_pictures_are_linked_by_kind_and_name(self):
        self.sql("""INSERT INTO publisher VALUES (1, 'Blue/Moon'), (2, 'Other');
                    INSERT INTO series VALUES (1, 1, 'Élan'), (2, 2, 'élan'), (3, 2, 'None');
                    INSERT INTO volume VALUES (1, 1, 2012), (2, 1, 2), (3, 3, NULL);
                    INSERT INTO story_arc VALUES (1, 'The End?');""")
        own = self.folder / "own"
        for name in ("publisher/blue_moon.jpg", "series/ÉLAN.png", "volume/Élan (2012).webp",
                     "volume/élan v2.jpg", "arc/the end?.jpg", "arc/unknown.jpg", "arc/notes.txt"):
            (own / name).parent.mkdir(parents=True, exist_ok=True)
            (own / name).write_bytes(b"")
        report = self.covers("--custom", own)
        self.assertEqual((report["linked"], report["unlinked"], report["unknown"]),
                         (6, 0, ["arc/unknown.jpg"]))
        self.assertEqual(self.links(), {
            ("publisher", 1): "blue_moon.jpg", ("series", 1): "ÉLAN.png", ("series", 2): "ÉLAN.png",
            ("volume", 1): "Élan (2012).webp", ("volume", 2): "élan v2.jpg", ("arc", 1): "the end?.jpg"})
        self.assertEqual(self.covers("--custom", own)["linked"], 0)

        self.sql("DELETE FROM story_arc")
        report = self.covers()
        self.assertEqual((report["linked"], report["unlinked"]), (0, 1))
        (own / "series/ÉLAN.png").rename(own / "series/other.png")
        (own / "publisher/Blue_Moon.jpg").write_bytes(b"")
        report = self.covers("--custom", own)
        self.assertEqual((report["linked"], report["unlinked"]), (1, 3))
        self.assertEqual(self.links()["publisher", 1], "Blue_Moon.jpg")


class Refused(Covers):
    def assert_refused(self, status, text, *arguments):
        self.covers(*arguments, status=status)
        self.assertIn(text, self.said)

    def test_what_makes_no_sense_is_wrong_usage(self):
        for size in ("320", "0x10", "10x", "x10", "10x10x10", "-1x5", "99999x1"):
            self.assert_refused(2, f'--size: "{size}" is not WxH', f"--size={size}")
        self.assert_refused(2, "webp", "--format", "png")
        done = weir("comics", "covers")
        self.assertEqual(done.returncode, 2)
        self.assertIn("--db FILE", done.stderr)
        self.sql("DROP TABLE comic")
        self.assert_refused(2, "holds no comics")
        self.database.unlink()
        self.assert_refused(1, str(self.database))
        self.assertFalse(self.database.exists())

    def test_a_folder_with_other_files_or_of_another_database_is_not_touched(self):
        other = self.folder / "photos"
        (other / "2023").mkdir(parents=True)
        (other / "2023/2023001.jpeg").write_bytes(b"a photo")
        self.assert_refused(1, "holds other files, such as 2023", "--out", other)
        self.assertEqual((other / "2023/2023001.jpeg").read_bytes(), b"a photo")
        self.covers()
        self.sql("DELETE FROM cover_key")
        self.assert_refused(1, "holds the covers of another database")

    def test_own_pictures_that_are_not_there_are_an_error(self):
        self.assert_refused(1, "nowhere", "--custom", self.folder / "nowhere")

    def test_without_the_module_its_package_is_named(self):
        alone = self.folder / "alone"
        alone.mkdir()
        (alone / "lib").mkdir()
        build = pathlib.Path(weir_cli.WEIR).parent
        for file in [build / "weir", *build.glob("lib/libweir.so*")]:
            (alone / file.relative_to(build)).write_bytes(file.read_bytes())
        (alone / "weir").chmod(0o755)
        done = subprocess.run([alone / "weir", "comics", "covers", "--db", self.database],
                              capture_output=True, text=True)
        self.assertEqual(done.returncode, 1)
        self.assertIn("libweir_media.so is not there; install the package weir-media", done.stderr)


class Memory(Covers):
    def peak(self, memory, *arguments):
        """Status and greatest resident size of a run, by the kernel."""
        run = weir_cli.start("comics", "covers", "--db", self.database, "--memory",
                             f"{memory}MiB", "--threads", 4, *arguments)
        run.stderr.read()
        _, status, usage = os.wait4(run.pid, 0)
        run.returncode = os.waitstatus_to_exitcode(status)
        run.stderr.close()
        self.assertEqual(run.returncode, 0)
        print(f"{memory} MiB: {usage.ru_maxrss / 1024:.1f} MiB at most")
        return usage.ru_maxrss * 1024

    def test_large_pages_stay_within_the_bound(self):
        size = (3000, 4500)
        noise = self.folder / "noise.v"
        vips("gaussnoise", noise, *size, "--sigma", 30, "--mean", 128)
        vips("cast", noise, self.folder / "gray.v", "uchar")
        gray = self.folder / "gray.v"
        vips("bandjoin", f"{gray} {gray} {gray}", self.folder / "rgb.v")
        made = 0
        for suffix in (".jpg", ".jpg[interlace]", ".png[compression=1]",
                       ".png[interlace,compression=1]", ".webp", ".gif[effort=1]",
                       ".jxl[effort=3]", ".avif[effort=0]"):
            page = self.folder / f"page{suffix.partition('[')[0]}"
            vips("copy", self.folder / "rgb.v", f"{page}{suffix[len(page.suffix):]}")
            data = page.read_bytes()
            for i in range(3):
                self.add(f"{suffix}{i}.cbz", zip_of({f"1{page.suffix}": data}))
                made += 1
            if suffix == ".jpg[interlace]":
                for i in range(3):
                    self.add(f"{i}.pdf", pdf_of(data, *size))
                    made += 1
        # So that the measure is known to tell: with room for all, more is taken.
        self.assertGreater(self.peak(8192, "--size", "200x200"), 160 * MIB)
        limit = 320
        self.assertLess(self.peak(limit), limit * MIB)
        self.assertEqual(self.counts("--memory", f"{limit}MiB"), {"kept": made}, self.reasons())

        # Within less some do not fit, and are made when there is more.
        limit = 128
        self.assertLess(self.peak(limit, "--size", "100x100"), limit * MIB)
        for reason in self.reasons().values():
            self.assertIn("give more --memory", reason)
        noted = len(self.reasons())
        self.assertGreater(noted, 0)
        self.assertEqual(self.counts("--memory", f"{limit}MiB", "--size", "100x100"),
                         {"kept": made - noted, "noted": noted})
        self.assertEqual(self.counts("--memory", "320MiB", "--size", "100x100"),
                         {"kept": made - noted, "made": noted})

    def test_a_budget_that_is_too_small_is_refused_with_one_that_does(self):
        self.add("a.cbz", zip_of({"1.png": png(600, 900, RED)}))
        self.covers("--memory", "40MiB", status=4)
        self.assertIn("40 MiB are too little for covers; give --memory", self.said)
        enough = self.said.partition("give --memory ")[2].strip().replace(" ", "")
        self.assertEqual(self.counts("--memory", enough), {"made": 1})


if __name__ == "__main__":
    unittest.main()
