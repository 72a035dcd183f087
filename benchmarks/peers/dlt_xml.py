"""dlt loads a dictionary of characters in XML into Parquet files: dlt_xml.py INPUT OUT_DIR

The standard library's parser, one character at a time; eight lists of it are child tables.
"""
import sys

from kanjidic import characters

from dlt_pipeline import load_to_parquet

source, out = sys.argv[1:]
load_to_parquet(characters(source), "kanji", "literal", out)
