"""Characters of a kanjidic2.xml as dictionaries: the tables of examples/kanjidic.toml, nested."""
import xml.etree.ElementTree as ElementTree


def number(text):
    return None if text is None else int(text)


def character(element):
    codes = {code.get("cp_type"): code.text for code in element.iterfind("codepoint/cp_value")}
    radicals = {radical.get("rad_type"): radical.text
                for radical in element.iterfind("radical/rad_value")}
    readings = [(reading.get("r_type"), reading.text)
                for reading in element.iterfind("reading_meaning/rmgroup/reading")]
    meanings = [(meaning.get("m_lang"), meaning.text)
                for meaning in element.iterfind("reading_meaning/rmgroup/meaning")]
    strokes = [stroke.text for stroke in element.iterfind("misc/stroke_count")]
    dictionary = {(ref.get("dr_type"), ref.text): ref
                  for ref in reversed(element.findall("dic_number/dic_ref"))}
    return {
        "literal": element.findtext("literal"),
        "ucs": codes["ucs"].upper(),
        "radical": number(radicals.get("classical")),
        "radical_nelson": number(radicals.get("nelson_c")),
        "grade": number(element.findtext("misc/grade")),
        "stroke_count": int(strokes[0]),
        "stroke_counts": ",".join(strokes),
        "frequency": number(element.findtext("misc/freq")),
        "jlpt": number(element.findtext("misc/jlpt")),
        "codepoint": [{"standard": code.get("cp_type"), "code": code.text}
                      for code in element.iterfind("codepoint/cp_value")],
        "reading": [{"n": n, "kind": kind, "reading": text}
                    for n, (kind, text) in enumerate(readings, 1)],
        "meaning": [{"n": n, "language": language or "en", "meaning": text}
                    for n, (language, text) in enumerate(meanings, 1)],
        "meaning_en": [{"meaning": text} for language, text in meanings if language is None],
        "name_reading": [{"reading": nanori.text}
                         for nanori in element.iterfind("reading_meaning/nanori")],
        "query_code": [{"system": code.get("qc_type"), "code": code.text,
                        "misclass": code.get("skip_misclass")}
                       for code in element.iterfind("query_code/q_code")],
        "dictionary": [{"dictionary": name, "number": text, "volume": number(ref.get("m_vol")),
                        "page": ref.get("m_page")}
                       for (name, text), ref in dictionary.items()],
        "pinyin": [{"pinyin": text}
                   for text in dict.fromkeys(text for kind, text in readings if kind == "pinyin")],
    }


def characters(path):
    events = ElementTree.iterparse(path, events=("start", "end"))
    _, root = next(events)
    for event, element in events:
        if event == "end" and element.tag == "character":
            yield character(element)
            root.clear()
