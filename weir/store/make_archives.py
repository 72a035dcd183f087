"""Real archives of every kind for the tests of this module: make_archives.py FOLDER.

All of them hold the same members, those of MEMBERS. 7z, bsdtar, zip and zstd must be installed; rar
archives, for which there is no free packer, are put together here from their formats' headers.
"""
import io
import os
import struct
import subprocess
import sys
import tarfile
import zipfile
import zlib

BIG = b"".join(b"<row><n>%d</n><s>%d</s></row>\n" % (i, i * i % 9973) for i in range(8000))
MEMBERS = {"a.xml": b"<a>one</a>", "dir/B.xml": BIG, "dir/empty.txt": b"", "\u00fcn\u00ef.xml": b"<u/>"}
UNSAFE = ("good.xml", "../up.xml", "/abs.xml", "a\\..\\..\\b.xml", "C:\\c.xml")
TIME = (2026, 1, 2, 3, 4, 6)


def zip_bytes(method=zipfile.ZIP_DEFLATED, members=MEMBERS, comment=b"", out=None, force_zip64=False):
    out = out or io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as z:
        if members is MEMBERS:
            z.writestr(zipfile.ZipInfo("dir/", TIME), b"")
        for name, data in members.items():
            info = zipfile.ZipInfo(name, TIME)
            info.compress_type = method
            with z.open(info, "w", force_zip64=force_zip64) as f:
                f.write(data)
        z.comment = comment
    return out.getvalue()


class Pipe(io.RawIOBase):
    """Cannot seek, so that zipfile writes sizes into the directory only."""

    def __init__(self):
        self.bytes = bytearray()

    def writable(self):
        return True

    def write(self, data):
        self.bytes += data
        return len(data)

    def getvalue(self):
        return bytes(self.bytes)


def rar4_bytes(members):
    def block(kind, flags, body, data=b""):
        head = struct.pack("<BHH", kind, flags, 7 + len(body)) + body
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head + data
    out = [b"Rar!\x1a\x07\x00", block(0x73, 0, bytes(6))]
    for name, data in members.items():
        raw = name.encode()
        body = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0x5C220000, 20, 0x30,
                           len(raw), 0o100644) + raw
        out.append(block(0x74, 0x8000, body, data))
    return b"".join(out) + block(0x7B, 0x4000, b"")


def vint(n):
    out = bytearray()
    while True:
        out.append(n & 127 | (128 if n > 127 else 0))
        n >>= 7
        if not n:
            return bytes(out)


def rar5_bytes(members):
    def block(kind, body, data=None):
        head = vint(kind) + (vint(0) if data is None else vint(2) + vint(len(data))) + body
        sized = vint(len(head)) + head
        return struct.pack("<I", zlib.crc32(sized)) + sized + (data or b"")
    out = [b"Rar!\x1a\x07\x01\x00", block(1, vint(0))]
    for name, data in members.items():
        raw = name.encode()
        body = (vint(4) + vint(len(data)) + vint(0o100644) + struct.pack("<I", zlib.crc32(data)) + vint(0)
                + vint(1) + vint(len(raw)) + raw)
        out.append(block(2, body, data))
    return b"".join(out) + block(5, vint(0))


def tar_bytes(form, members=MEMBERS):
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form) as t:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            t.addfile(info, io.BytesIO(data))
    return out.getvalue()


def unsafe_tar():
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as t:
        for name in ("good.xml", "../up.xml", "/abs.xml", "a/../../b.xml"):
            info = tarfile.TarInfo(name)
            info.size = 4
            t.addfile(info, io.BytesIO(b"<a/>"))
        link = tarfile.TarInfo("link.xml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        t.addfile(link)
    return out.getvalue()


def twice():
    """Two members of one name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as z:
        z.writestr("a.xml", b"old")
        z.writestr("A.XML", b"other")
    data = out.getvalue()
    return data.replace(b"A.XML", b"a.xml")


def lying_zip():
    """The sizes of a member in the directory are one less than those of its data."""
    data = bytearray(zip_bytes(members={"a.xml": b"x" * 1000}))
    at = data.index(b"PK\1\2")
    data[at + 24:at + 28] = struct.pack("<I", 999)
    return bytes(data)


def cut_around_stored_zip():
    """A zip whose first member is a whole zip, stored, cut right behind it."""
    inner = zip_bytes(members={"inner.xml": b"<inner/>"})
    outer = zip_bytes(zipfile.ZIP_STORED, {"inner.zip": inner, "b.xml": b"<b/>"})
    return outer[:outer.index(inner) + len(inner)]


def run(folder, *command):
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)


def packed_by_tools(out):
    tree = os.path.join(out, "tree")
    os.makedirs(os.path.join(tree, "dir"))
    for name, data in MEMBERS.items():
        with open(os.path.join(tree, name), "wb") as f:
            f.write(data)
    run(tree, "7z", "a", "-bd", "../lzma.7z", ".")
    run(tree, "7z", "a", "-bd", "-ms=off", "-m0=deflate", "../deflate.7z", ".")
    run(tree, "7z", "a", "-bd", "-psecret", "../encrypted.7z", ".")
    for name, option in (("bsd.tar", "-c"), ("tar.tar.gz", "-cz"), ("tar.tar.xz", "-cJ"), ("tar.tar.bz2", "-cj")):
        run(tree, "bsdtar", option, "-f", "../" + name, ".")
    run(out, "zstd", "-q", "bsd.tar", "-o", "tar.tar.zst")
    run(tree, "zip", "-q", "-r", "-P", "secret", "../encrypted.zip", ".")
    run(tree, "zip", "-q", "-r", "../info.zip", ".")


def main(out):
    os.makedirs(out, exist_ok=True)
    packed_by_tools(out)
    tiny = {"a.xml": b"<a>one</a>" * 3, "b.xml": b"<b/>"}
    files = {
        "deflated.zip": zip_bytes(),
        "stored.zip": zip_bytes(zipfile.ZIP_STORED),
        "streamed.zip": zip_bytes(out=Pipe()),
        "zip64.zip": zip_bytes(force_zip64=True),
        "comment.zip": zip_bytes(comment=(b"PK\5\6" + bytes(18)) * 2978 + b"the last 19 of them"),
        "program.zip": b"#!/bin/sh\nexit 1\n" + zip_bytes(),
        "many.zip": zip_bytes(members={f"{i}.txt": b"%d" % i for i in range(66000)}),
        "trailing.zip": zip_bytes() + b"\r\n",
        "bzip2.zip": zip_bytes(zipfile.ZIP_BZIP2),
        "unsafe.zip": zip_bytes(members=dict.fromkeys(UNSAFE, b"<a/>")),
        "twice.zip": twice(),
        "bomb.zip": zip_bytes(members={"a.xml": bytes(40 << 20)}),
        "latin.zip": zip_bytes(members={"X.xml": b"<x/>"}).replace(b"X.xml", b"\xe4.xml"),
        "none.zip": zip_bytes(members={}),
        "lying.zip": lying_zip(),
        "nested.zip": cut_around_stored_zip(),
        "tiny.zip": zip_bytes(members=tiny, comment=b"hi"),
        "tiny_stored.zip": zip_bytes(zipfile.ZIP_STORED, tiny),
        "tiny.rar4": rar4_bytes(tiny),
        "tiny.rar5": rar5_bytes(tiny),
        "tiny.tar": tar_bytes(tarfile.USTAR_FORMAT, tiny),
        "four.rar": rar4_bytes(MEMBERS),
        "five.rar": rar5_bytes(MEMBERS),
        "ustar.tar": tar_bytes(tarfile.USTAR_FORMAT),
        "gnu.tar": tar_bytes(tarfile.GNU_FORMAT, {**MEMBERS, "l" * 150 + ".xml": b"<l/>"}),
        "pax.tar": tar_bytes(tarfile.PAX_FORMAT, {**MEMBERS, "l" * 250 + ".xml": b"<l/>"}),
        "unsafe.tar": unsafe_tar(),
        "page.zip": b"<!DOCTYPE html><html><body>403 Forbidden</body></html>\n" * 20,
        "empty.zip": b"",
    }
    for name, data in files.items():
        with open(os.path.join(out, name), "wb") as f:
            f.write(data)
    os.makedirs(os.path.join(out, "small"))
    with open(os.path.join(out, "small", "a.xml"), "wb") as f:
        f.write(tiny["a.xml"])
    run(os.path.join(out, "small"), "7z", "a", "-bd", "../tiny.7z", ".")


main(sys.argv[1])
