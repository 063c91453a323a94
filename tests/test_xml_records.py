from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree

from kg import conversion
from kg.concepts import Vocabulary
from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import xml_records
from kg.reading.fields import Fields
from kg.settings import Settings
from kg.source import Source
from kg.sources import formats, is_stream

SAMPLES = Path(__file__).parent / "samples"
FORMATS = sorted({path.parent.name for path in SAMPLES.glob("*/*.xml")})


def cut(data: bytes | str, *names: str) -> list[Source | Problem]:
    data = data.encode() if isinstance(data, str) else data
    return list(xml_records.records(File.of("a.xml", data), *(names or ("r",))))


def whole(data: bytes | str) -> list[str]:
    """The words of the records, and the codes of the problems."""
    found = []
    for one in cut(data):
        read = xml_records.parsed(one) if isinstance(one, Source) else one
        if isinstance(read, Problem):
            found.append(read.code)
        else:
            found += [xml_records.visible(read[0].node), *(problem.code for problem in read[1])]
    return found


def without(source: Source, path: str) -> Source | None:
    """The record without the elements or the attributes of a path; `None` if it has none."""
    node = etree.fromstring(source.data)
    *parts, last = path.split("/")
    if parts and parts[0] == etree.QName(node).localname:
        parts = parts[1:]
    steps = "".join(f"/*[local-name()='{part}']" for part in parts)
    if last.startswith("@"):
        elements = node.xpath(f"/*{steps}")
        keys = [
            (one, key) for one in elements for key in one.attrib if etree.QName(key).localname == last[1:]
        ]
        for one, key in keys:
            del one.attrib[key]
        return replace(source, data=etree.tostring(node)) if keys else None
    found = node.xpath(f"/*{steps}/*[local-name()='{last}']")
    if not found:
        return None
    for one in found:
        one.getparent().remove(one)
    return replace(source, data=etree.tostring(node))


def reports(form: str, source: Source) -> list[str]:
    """What is read of a record, without the places."""
    found = [one for one in formats()[form].read(source) if isinstance(one, Report)]
    return [re.sub(r"start=\d+|where='[^']*'|where=\"[^\"]*\"", "", repr(report)) for report in found]


@pytest.mark.parametrize("form", FORMATS)
def test_what_a_format_of_xml_says_of_its_fields_is_true(form: str) -> None:
    """A field said to be mapped changes the report when it is taken out; one said not to be does not."""
    module = formats()[form]
    assert is_stream(module)
    changed, same = set[str](), set[str]()
    for path in sorted((SAMPLES / form).glob("*.xml")):
        for source in conversion.records(module, File.of(path.name, path.read_bytes())):
            if isinstance(source, Problem):
                continue
            before = reports(form, source)
            for field in (*module.FIELDS.mapped, *module.FIELDS.known):
                other = without(source, field)
                if other is not None:
                    (same if reports(form, other) == before else changed).add(field)
    assert sorted(changed & set(module.FIELDS.known)) == []
    assert sorted(set(module.FIELDS.mapped) - changed) == [], "each is in a sample, and counts"


def test_each_record_has_its_xpath_its_line_and_its_bytes() -> None:
    first, second, third = cut("<?xml version='1.0'?>\n<s>\n <r a='1>2'>one</r><x><r/></x>\n <r>\n</r></s>")
    assert isinstance(first, Source)
    assert isinstance(second, Source)
    assert isinstance(third, Source)
    assert (first.where, first.first_line, first.data) == ("/s/r[1]", 3, b"<r a='1>2'>one</r>")
    assert (second.where, second.data) == ("/s/x[1]/r[1]", b"<r/>")
    assert (third.where, third.first_line, third.last_line) == ("/s/r[2]", 4, 5)
    assert [one.number for one in (first, second, third)] == [1, 2, 3]


def test_names_in_a_namespace_are_found_by_their_local_names() -> None:
    data = "<o:s xmlns:o='u:o'><o:r>one</o:r><r xmlns='u:r'><b>two</b></r></o:s>"
    found = [one for one in cut(data) if isinstance(one, Source)]
    tree = etree.fromstring(data)
    assert ["".join(tree.xpath(one.where)[0].itertext()) for one in found] == ["one", "two"]
    read = xml_records.parsed(found[1])
    assert not isinstance(read, Problem)
    inner = read[0].first("b")
    assert inner is not None
    assert tree.xpath(found[1].where + inner.where)[0].text == "two"


def test_the_place_of_one_of_several_elements_has_its_number() -> None:
    (source,) = cut("<r><a>1</a><b>x</b><a>2</a></r>")
    assert isinstance(source, Source)
    read = xml_records.parsed(source)
    assert not isinstance(read, Problem)
    assert [one.where for one in read[0].all("a", "b")] == ["/a[1]", "/b", "/a[2]"]
    first = read[0].first("a")
    assert first is not None
    assert first.where == "/a[1]"


def test_tags_in_comments_cdata_and_instructions_are_no_tags() -> None:
    assert whole("<s><!-- <r>no</r> --><r>one<!-- </r> --></r><r><![CDATA[</r>]]>two<?x </r>?></r></s>") == [
        "one",
        "</r>two",
    ]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("<s><r>one</r><r>two</r><r>th", ["one", "two", "cut-off"]),
        ("<s><r>one<r>two</r></s>", ["cut-off", "two"]),
        ("<s><r>one</b></r><r>two</r></s>", ["xml", "two"]),
        ("<s><r>one<!-- </r><r>two</r></s>", ["xml", "two"]),
        ("<s><r>one</r><!-- <r>two</r></s>", ["one", "xml"]),
        ("<s><r><a x='1</r><r>two</r></s>", ["xml", "two"]),
        (f"<s><r>{'<a>' * 300}{'</a>' * 300}</r><r>two</r></s>", ["xml", "two"]),
        (f"<s>{'<a>' * 300}<r>one</r></s>", ["too-deep"]),
        ("<s><r>caf\u00e9 &eacute; R&amp;D</r></s>", ["caf\u00e9 \u00e9 R&D"]),
        ("<s><r>R&D</r><r>two</r></s>", ["R&D", "xml-mended", "two"]),
        ("<s><r>a\0b&#11;c&#x0;d&#xD800;</r><r>two</r></s>", ["a b c d", "xml-mended", "two"]),
        ("<s><r><x:y>prefix</x:y></r></s>", ["prefix"]),
        ("<<<s>< <r>one</r></s></s></s>", ["one"]),
    ],
)
def test_one_bad_record_costs_no_other(data: str, expected: Sequence[str]) -> None:
    assert whole(data) == expected


def test_no_entity_is_expanded_and_nothing_is_fetched(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret")
    laughs = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 20))
    declared = f"<!ENTITY l0 'ha'>{laughs}<!ENTITY x SYSTEM '{secret.as_uri()}'>"
    assert whole(f"<!DOCTYPE s [{declared}]><s><r>&x;&l19;</r></s>") == ["&x;&l19;", "xml-mended"]


def test_a_doctype_is_passed_over() -> None:
    doctype = (
        '<!DOCTYPE s PUBLIC "-//X//DTD <r>//EN" "http://x.example/[.dtd" [<!-- <r> ]> --> <!ENTITY q "]>">]>'
    )
    assert whole(f"{doctype}<s><r>one</r></s>") == ["one"]


@pytest.mark.parametrize(
    ("declared", "codec", "word"),
    [
        ("UTF-16", "utf-16", "\u00fc\u0142"),
        ("UTF-8", "utf-8-sig", "\u00fc\u0142"),
        ("ISO-8859-2", "iso8859-2", "\u00fc\u0142"),
        ("windows-1251", "windows-1251", "\u0414\u0432\u0435\u0440\u044c"),
        ("ISO-8859-1", "utf-8", "\u00fc\u0142"),
        ("UTF-8", "windows-1252", "\u00fc\u2019"),
        ("UTF-16", "utf-8", "\u00fc"),
        ("no-such", "windows-1252", "\u00fc"),
    ],
)
def test_the_bytes_say_more_than_the_declared_encoding(declared: str, codec: str, word: str) -> None:
    data = f"<?xml version='1.0' encoding='{declared}'?>\n<s><r>{word} and doors</r></s>"
    assert whole(data.encode(codec)) == [f"{word} and doors"]


def test_a_damaged_byte_far_behind_is_read_as_windows_1252_and_said_once() -> None:
    data = "<s>" + "<r>\u00fc \u00f6</r>" * 10_000 + "</s>"
    damaged = b"<r>caf\xe9</r>\n<r>na\xefve</r></s>"
    assert whole(data.encode() + damaged)[-3:] == ["encoding", "caf\u00e9", "na\u00efve"]


def test_a_record_without_end_is_left_out_and_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_records, "LONGEST", 300_000)
    data = b"<s><r>one</r><r>" + b"x<b>" * 250_000 + b"</r><r>two</r><r>" + b"y" * 900_000
    assert whole(data) == ["one", "record-too-large", "two", "record-too-large"]


def test_what_never_ends_is_searched_once() -> None:
    for piece in (b"<![CDATA[", b"<!-- ", b"<? ", b"<a '", b"<!DOCTYPE x [", b"<"):
        assert len(cut(b"<s>" + piece * 100_000)) <= 1
        assert len(cut(b"<s><r>" + piece * 100_000 + b"</r></s>")) == 1


def test_words_are_those_a_reader_sees() -> None:
    data = (
        "<r>CO<sub>2</sub> <p>one</p><p>two</p><m:math xmlns:m='u:m'>x</m:math><tex-math>$x$</tex-math></r>"
    )
    assert whole(data) == ["CO2 one two x"]


def test_attributes_and_mixed_text_are_counted_by_their_paths() -> None:
    (source,) = cut("<r v='1'><a t='2'>x<b>y</b><c/></a><d u='3'/></r>")
    assert isinstance(source, Source)
    read = xml_records.parsed(source)
    assert not isinstance(read, Problem)
    tally = xml_records.tally(read[0], Fields(mapped={"a/b": "b"}, known={"@v": "v"}))
    assert (tally.mapped, tally.known) == ({"a/b": 1}, {"@v": 1})
    assert tally.examples == {"@v": "1", "a": "x", "a/@t": "2", "d": "3"}


def test_what_a_record_states_is_quoted_from_its_element() -> None:
    """A method read from a publication type, a population from a heading: their quotes have words."""
    path = SAMPLES / "pubmed_xml" / "article-with-everything.xml"
    file = File.of(path.name, path.read_bytes())
    made = conversion.whole(conversion.convert_file(file, Settings(), Vocabulary.load()))
    quotes = {str(quad.object) for quad in made.evidence if quad.predicate.value.endswith("oa#exact")}
    assert '"Randomized Controlled Trial"' in quotes
    assert '""' not in quotes


def test_a_record_without_any_element_is_no_xml() -> None:
    problem = xml_records.parsed(Source("a.xml", "", "", data=b" "))
    assert isinstance(problem, Problem)
    assert (problem.code, problem.severity) == ("xml", "error")
