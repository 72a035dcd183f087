"""comicbox reads the tags of comics: comicbox_read.py FOLDER COUNT OUT.jsonl

The first COUNT files of the folder, in the order of their paths, one after the other in one process.
Writes what it made of each, reduced to what the comparison asks for.
"""
import json
import pathlib
import sys

from comicbox.box import Comicbox

folder, count, out = sys.argv[1:]
paths = sorted(pathlib.Path(folder).rglob("*.cb[zt]"), key=lambda path: str(path).encode())[:int(count)]
with open(out, "w") as lines:
    for path in paths:
        with Comicbox(path) as comic:
            tags = comic.to_dict()["comicbox"]
        lines.write(json.dumps({
            "path": str(path.relative_to(folder)),
            "series": tags.get("series", {}).get("name"),
            "publisher": tags.get("publisher", {}).get("name"),
            "volume": tags.get("volume", {}).get("number"),
            "year": tags.get("date", {}).get("year"),
            "pages": tags.get("page_count"),
            "characters": sorted(tags.get("characters", {})),
            "persons": sorted(tags.get("credits", {})),
        }, ensure_ascii=False) + "\n")
