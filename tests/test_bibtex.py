"""BibTeX: its syntax with all that people write instead, names, LaTeX, and what entries have from others."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.reading import bibtex_entries, bibtex_names, latex
from kg.reading.fields import Tally
from kg.reading.values import Values
from kg.source import Source
from kg.sources import bibtex

FOLDER = Path(__file__).parent / "samples" / "bibtex"


def read(text: str | bytes) -> tuple[list[Report], list[Problem]]:
    file = File.of("a.bib", text if isinstance(text, bytes) else text.encode())
    found: list[Any] = []
    for record in bibtex.records(file):
        found += [record] if isinstance(record, Problem) else bibtex.read(record)
    reports = [one for one in found if isinstance(one, Report)]
    return reports, [*(one for one in found if isinstance(one, Problem)), *file.notes]


def one(text: str) -> Report:
    (report,), problems = read(text)
    assert not problems
    return report


def titles(text: str) -> list[str | None]:
    return [report.title.raw if report.title else None for report in read(text)[0]]


def codes(text: str) -> list[str]:
    return [problem.code for problem in read(text)[1]]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (r"G{\"o}del, Erd\H os and {\'E}l{\"{\i}}as \v{S}\c{c}\~n", "Gödel, Erdős and Élïas Šçñ"),
        (r"Stra\ss e, {\ss}, \L{}uk, \O stergaard, \AA, {\ae}", "Straße, ß, Łuk, Østergaard, Å, æ"),
        (r"50\% of A\&B\_c \#1 {\$}5", "50% of A&B_c #1 $5"),
        ("100% of $5 and $6", "100% of $5 and $6"),
        (r"CO$_2$, $10^{-3}$, $\alpha \leq .05$, m\textsuperscript{2}", "CO₂, 10⁻³, α ≤ .05, m²"),
        ("pages 1--2 --- ``so'' a~b", "pages 1–2 — “so” a b"),
        (r"\emph{in vivo} {\it x} \textbf{\textit{y}} \unknown{z} \noopsort{1973}w", "in vivo x y z w"),
        (r"C:\Users", r"C:\Users"),
        (r"\{a\} {\{}b{\}}", "{a} {b}"),
        ("{{" * 500 + "x" + "}}" * 500, "x"),
        ("half { open and \\", "half open and \\"),
    ],
)
def test_latex_is_shown_as_a_reader_sees_it(raw: str, shown: str) -> None:
    assert latex.text(raw) == shown


@given(st.text())
def test_any_text_can_be_shown(text: str) -> None:
    shown = latex.text(text)
    assert shown == " ".join(shown.split())
    latex.verbatim(text)


@pytest.mark.parametrize(
    ("raw", "family", "given"),
    [
        ("Ada B. Okafor", "Okafor", "Ada B."),
        ("Bram van der Berg", "van der Berg", "Bram"),
        ("van der Berg, Bram", "van der Berg", "Bram"),
        ("{van der Berg}, Bram", "van der Berg", "Bram"),
        ("von Last, Jr., First", "von Last", "First"),
        ("Okafor, Ada, III", "Okafor", "Ada"),
        ("John Smith Jr.", "Smith", "John"),
        ("Smith AB", "Smith", "AB"),
        ("family=Lind, given=Per, prefix=af", "af Lind", "Per"),
        (r"Mu\~noz, Jos{\'e}", "Muñoz", "José"),
        (r"\L ukasz Kowalski", "Kowalski", "Łukasz"),
        ("{O'Neil and Sons}, Ada", "O'Neil and Sons", "Ada"),
        ("Ada~Okafor", "Okafor", "Ada"),
        ("Anna, Ann", "Anna", "Ann"),
        ("Plato", "Plato", None),
        ("{World Health Organization}", None, None),
        ("Ministry of Harbours", None, None),
        ("A, B, C, D", None, None),
    ],
)
def test_a_name_is_parted_as_bibtex_does(raw: str, family: str | None, given: str | None) -> None:
    ((printed, person),), cut = bibtex_names.people(Values(), raw, "/author")
    assert not cut
    assert (person.family.raw if person and person.family else None) == family
    assert (person.given.raw if person and person.given else None) == given
    for part in (person.family, person.given) if person else ():
        if part is not None:
            assert printed.raw[part.start - printed.start :].startswith(part.raw)
    if person and person.family and person.given:
        assert person.given.end <= person.family.start or person.family.end <= person.given.start


@pytest.mark.parametrize(
    ("raw", "names", "cut"),
    [
        ("Okafor, A. and Lind, P.", ["Okafor, A.", "Lind, P."], False),
        ("Okafor, A.\n  AND\n  Lind, P. and others", ["Okafor, A.", "Lind, P."], True),
        ("{Hand and Foot} and Lind, P.", ["Hand and Foot", "Lind, P."], False),
        ("{{Okafor, A. and Lind, P.}}"[1:-1], ["Okafor, A.", "Lind, P."], False),
        ("Okafor, A.; Lind, P.", ["Okafor, A.", "Lind, P."], False),
        ("Anderson, A. and and Lind, P.", ["Anderson, A.", "Lind, P."], False),
    ],
)
def test_names_are_joined_by_and(raw: str, names: list[str], cut: bool) -> None:
    people, others = bibtex_names.people(Values(), raw, "/author")
    assert [printed.raw for printed, _ in people] == names
    assert others == cut


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('@misc(a, title = "With ) and (y)", year = 2001)', ["With ) and (y)"]),
        ('@misc{a, title = "A {"}q{"} b"}', ['A "q" b']),
        ('@misc{a, title = "The "big" one", year = 2001}', ['The "big" one']),
        ("@misc\n{a,\ntitle={A}}@MISC { b , title={B}}", ["A", "B"]),
        ("words @misc{a, title={A}} and me@x{y} @misc{b,title={B}}", ["A", "B"]),
        ("@misc{title={A}}\n@misc{,title={B}}\n@misc{c d,title={C}}", ["A", "B", "C"]),
        ("@misc{a, title={A} year={2001} note={n}}", ["A"]),
        ("@comment{ @misc{x, title={X}} }\n@misc{a, title={A}}", ["A"]),
        ("@comment{ { \n@misc{a, title={A}}\n@comment{ {\n@misc{b, title={B}}", ["A", "B"]),
        ("@comment{\n@misc{x,\n title={X}}\n}\n@misc{a, title={A}}", ["A"]),
        ("% @misc{x, title={X}}\n@misc{a, % title={X},\n title={A}}", ["A"]),
        ("@misc{a, title={A \\} B}}\n@misc{b, title={B}}", ["A } B", "B"]),
        ("@misc{a, file={C:\\}, title={A}}\n@misc{b, title={B}}", ["A", "B"]),
        ("@misc{a, note={x\n@home is {good}\n}, title={A}}", ["A"]),
        ("@misc{a, title={" + "{" * 100_000 + "A" + "}" * 100_000 + "}}\n@misc{b, title={B}}", ["A", "B"]),
        ("@xdata{x, title={X}}\n@set{s, entryset={a}}\n@misc{a, title={A}}", ["A"]),
    ],
)
def test_entries_are_found_however_they_are_written(text: str, expected: list[str]) -> None:
    assert titles(text) == expected
    assert codes(text) == []


@pytest.mark.parametrize(
    ("text", "expected", "problems"),
    [
        (
            "@misc{a, title={A, year=2001 }\n\n@misc{b, title={B}}",
            [None, "B"],
            ["unbalanced-braces"],
        ),
        ("@misc{a,\n title={A,\n year=2001\n}\n@misc{b, title={B}}", [None, "B"], ["unbalanced-braces"]),
        ("@misc{a,\n note=1, title={A}\n@misc{b, title={B}}", ["A", "B"], ["unbalanced-braces"]),
        ('@misc{a, title="A, year=2001}\n@misc{b, title={B}}', [None, "B"], ["unbalanced-braces"]),
        ("@misc{a\n@misc{b, title={B}}", ["B"], ["unbalanced-braces"]),
        ("@misc{a, title={A}},\n year=2001}\n@misc{b, title={B}}", ["A", "B"], ["unread-line"]),
        ("@misc{a, junk,\n title={A}}\n@misc{b, title={B}}", ["A", "B"], ["unread-line"]),
        ("@misc{a, title={A\0}}", ["A\0"], ["nul-character"]),
        ("@misc{a, title=A # nothing}", ["Anothing"], ["macro", "macro"]),
    ],
)
def test_a_fault_is_one_problem_and_the_next_entry_is_read(
    text: str, expected: list[str], problems: list[str]
) -> None:
    assert titles(text) == expected
    assert codes(text) == problems


def test_an_entry_that_is_too_long_is_left_out() -> None:
    lines = "x" * 1_000_000 + "\n"
    reports, problems = read("@misc{a, title={" + lines * 17 + "}}\n@misc{b, title={B}}")
    assert [problem.code for problem in problems] == ["record-too-large"]
    assert [report.title.raw for report in reports if report.title] == ["B"]


def test_macros_are_put_in_wherever_they_are_defined() -> None:
    text = """@string{a = "Peer"}
    @misc{k, title = a # { } # B # " " # 7, month = "3~" # MAR, year = 1999}
    @string(b = {work})
    @string{a = "Other"}
    @misc{l, title = A}"""
    first, second = read(text)[0]
    assert first.title is not None
    assert first.issued is not None
    assert (first.title.raw, str(first.issued.value)) == ("Peer work 7", "1999-03-03")
    assert second.title is not None
    assert second.title.raw == "Other"


def test_macros_made_of_themselves_do_not_grow_without_bound() -> None:
    text = '@string{a = "xxxxxxxxxx"}\n' + "@string{a = a # a}\n" * 60 + "@misc{k, title = a}\n@string{b = b}"
    assert codes(text) == ["macro", "macro"]
    (title,) = titles(text)
    assert title is not None
    assert len(title) < bibtex_entries.LONGEST_MACRO


def test_an_entry_inherits_what_does_not_identify_its_book() -> None:
    text = """@inproceedings{a, title = {A}, crossref = {Book}, xdata = {x, y}}
    @proceedings{book, title = {Meeting}, editor = {Lind, P.}, doi = {10.5555/book}, year = 2001,
      crossref = {s}}
    @xdata{x, publisher = {House}, xdata = {y}} @xdata{y, abstract = {Common.}}
    @book{s, publisher = {Other}, volume = {7}, crossref = {Book}}"""
    report = read(text)[0][0]
    assert report.journal is not None
    assert (report.journal.name.raw, report.journal.name.where) == ("Meeting", "/crossref/title")
    assert [one.name_as_printed.raw for one in report.contributions] == ["Lind, P."]
    assert report.publisher is not None
    assert report.publisher.raw == "House"
    assert report.issued is not None
    assert report.volume is not None
    assert [section.text.raw for section in report.sections] == ["Common."]
    assert report.doi is None
    assert codes(text) == []


def test_an_entry_with_a_date_of_its_own_inherits_no_part_of_one() -> None:
    text = "@misc{a, title={A}, date={2019}, crossref={b}}\n@book{b, title={B}, year=2001, month=may}"
    issued = read(text)[0][0].issued
    assert issued is not None
    assert str(issued.value) == "2019"


@pytest.mark.parametrize(
    ("fields", "date"),
    [
        ("date = {2019-05-02}", "2019-05-02"),
        ("date = {2019-05-02/2019-05-04}", "2019-05"),
        ("date = {2019-05/2020-01}", "2019"),
        ("date = {2019~}, year = 2019, month = 5", "2019"),
        ("year = 2019, month = {May 2}", "2019-05-02"),
        ('year = 2019, month = "12~" # jan', "2019-01-12"),
        ("year = 2019, month = {--05--}, day = 2", "2019-05-02"),
        ("year = 2019, month = {Mar.}", "2019-03"),
        ("year = 2019, month = {JAN-FEB}", "2019"),
        ("year = 2019, month = 13", "2019"),
        ("year = 2019, month = feb, day = 30", "2019-02"),
        ("year = {c2019a}", "2019"),
        ("date = {spring}, year = 2019", "2019"),
    ],
)
def test_a_date_is_as_precise_as_it_is_true(fields: str, date: str) -> None:
    report = one(f"@misc{{a, title={{A}}, {fields}}}")
    assert report.issued is not None
    assert str(report.issued.value) == date


@pytest.mark.parametrize(
    ("fields", "doi", "pmid"),
    [
        ("doi = {https://doi.org/10.5555/A}", "10.5555/a", None),
        (r"doi = {10.5555/a\_b}", "10.5555/a_b", None),
        ("url = {https://dx.doi.org/10.5555/U}", "10.5555/u", None),
        ("note = {DOI: 10.5555/n. PMID: 123}", "10.5555/n", "123"),
        ("eprint = {321}, eprinttype = {pubmed}", None, "321"),
        ("url = {https://pubmed.ncbi.nlm.nih.gov/77/}", None, "77"),
        ("note = {10.5555/somebody-elses}", None, None),
    ],
)
def test_identifiers_are_found_where_people_write_them(
    fields: str, doi: str | None, pmid: str | None
) -> None:
    report = one(f"@misc{{a, title={{A}}, {fields}}}")
    assert (report.doi.value if report.doi else None) == doi
    assert (report.pmid.value if report.pmid else None) == pmid


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("declared", ["UTF-8", "windows-1252", "Cp1252"])
def test_the_bytes_decide_the_encoding_whatever_the_file_says(encoding: str, declared: str) -> None:
    text = f"% Encoding: {declared}\n\n@article{{a, title = {{Grüße an die Häfen}}, year = 2001}}\n"
    (report,), problems = read(text.encode(encoding))
    assert not problems
    assert report.title is not None
    assert report.title.raw == "Grüße an die Häfen"


def test_a_field_that_is_mapped_counts_and_one_that_is_known_does_not() -> None:
    changed, same = set[str](), set[str]()
    for path in sorted(FOLDER.glob("*.bib")):
        for record in bibtex.records(File.of(path.name, path.read_bytes())):
            if isinstance(record, Problem):
                continue
            entry, _ = bibtex.parts(record)
            for name, _ in entry.fields:
                less = [f"{field} = {{{raw}}}" for field, raw in entry.fields if field != name]
                data = f"@{entry.kind}{{{entry.key}, {', '.join(less)}}}".encode()
                context = () if name in {"crossref", "xdata"} else record.context
                without = replace(record, data=data, context=context)
                (same if values(record) == values(without) else changed).add(name)
    aside = {"entry type", "citation key"}
    assert sorted(changed & set(bibtex.FIELDS.known)) == []
    assert sorted(set(bibtex.FIELDS.mapped) - changed - aside) == []


def values(record: Source) -> list[str]:
    reports = [one for one in bibtex.read(record) if isinstance(one, Report)]
    return [re.sub(r"start=\d+", "", repr(report)) for report in reports]


def test_fields_that_are_not_known_are_counted() -> None:
    (record,) = bibtex.records(File.of("a.bib", b"@misc{a, title={A}, colour={blue}, empty={}, owner={me}}"))
    assert isinstance(record, Source)
    (tally,) = (one for one in bibtex.read(record) if isinstance(one, Tally))
    assert (tally.unknown, tally.known) == ({"colour": 1}, {"owner": 1})


@given(st.text(alphabet='@{}()",=# \\%\nabmisc', max_size=60))
def test_any_text_is_cut_and_read(text: str) -> None:
    """Whatever stands in front, the entry behind a blank line is found, and what is cut is in the file."""
    blocks = list(
        bibtex_entries.blocks(iter((text + "\n\n@misc{last, title={Z}}\n").splitlines(keepends=True)))
    )
    for block in blocks:
        bibtex_entries.parsed(block.text)
    assert "last" in "".join(block.text for block in blocks) or text.count("%") or '"' in text or "(" in text
