"""Every statement read from text leads to its characters; a text policy decides how many are quoted."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode, Quad

from kg import evidence, iris, mapping
from kg.concepts import Vocabulary
from kg.conversion import Conversion, convert, convert_file, published, whole
from kg.evidence import OA, PK, RDF, Quoting, Sentences
from kg.mapping import DERIVED, Plan, Policy
from kg.model import Report
from kg.opening import File
from kg.problems import Problem
from kg.settings import POLICIES, Settings, SourceDetails, SourceList, TextPolicy
from kg.source import Source
from kg.sources import formats, is_stream
from tests.building import DOCUMENT, full_report, source_of

ROOT = Path(__file__).parent.parent
EXPECTED = (".expected.ttl", ".problems.txt")
DOCUMENTS = sorted(
    p
    for p in (*(ROOT / "tests" / "samples").glob("*/*"), *(ROOT / "seeds").glob("*.txt"))
    if p.is_file() and not p.name.endswith(EXPECTED)
)
PAGES = [p for p in DOCUMENTS if p.parent.name not in formats() or not is_stream(formats()[p.parent.name])]
"""The documents of one text; those of records have their quotes inside fields."""
PLAN = Plan.load()
BASE = Settings().base_iri

Node = dict[str, list[str]]


def settings_for(path: str, policy: TextPolicy) -> Settings:
    entry = SourceDetails(title="T", text=policy)
    return Settings(sources=SourceList({str(Path(path).absolute()): entry}))


def by_subject(quads: list[Quad]) -> dict[str, Node]:
    nodes: dict[str, Node] = defaultdict(lambda: defaultdict(list))
    for quad in quads:
        assert isinstance(quad.subject, NamedNode)
        assert isinstance(quad.object, NamedNode | Literal)
        nodes[quad.subject.value][quad.predicate.value].append(quad.object.value)
    return nodes


def pieces(conversion: Conversion) -> Iterator[tuple[Node, Node, int, int]]:
    """Each evidence, its quote selector, and where it starts and ends."""
    nodes = by_subject(conversion.evidence)
    for node in list(nodes.values()):
        if f"{RDF}Statement" in node[f"{RDF}type"]:
            (target,) = node[f"{OA}hasTarget"]
            assert nodes[target][f"{OA}hasSource"] == [f"{BASE}source/{conversion.source.id}"]
            quote, position = sorted(nodes[target][f"{OA}hasSelector"], reverse=True)
            (start,), (end,) = nodes[position][f"{OA}start"], nodes[position][f"{OA}end"]
            yield node, nodes[quote], int(start), int(end)


def made(policy: TextPolicy = "quotes", text: str = DOCUMENT) -> Conversion:
    return published(source_of(text), "hand", [full_report(text)], [], settings_for("doors.txt", policy))


@pytest.mark.parametrize("policy", POLICIES)
@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_every_quote_of_every_sample_is_at_its_place(path: Path, policy: TextPolicy) -> None:
    source = Source.from_bytes(str(path), path.read_bytes())
    conversion = convert(source, settings_for(str(path), policy), Vocabulary.load())
    facts = {quad.triple for quad in conversion.facts}
    number = 0
    for node, quote, start, end in pieces(conversion):
        number += 1
        assert 0 <= start < end <= len(source.text)
        if policy == "none":
            assert quote[f"{PK}quoteDigest"] == [hashlib.sha256(source.text[start:end].encode()).hexdigest()]
            assert f"{OA}exact" not in quote
            continue
        (exact,), (prefix,), (suffix,) = (quote[f"{OA}{part}"] for part in ("exact", "prefix", "suffix"))
        assert exact == mapping.legal(source.text[start:end])
        assert mapping.legal(source.text).startswith(prefix + exact + suffix, start - len(prefix))
        assert policy == "full" or len(prefix + exact + suffix) <= 300
        (subject,), (predicate,) = node[f"{RDF}subject"], node[f"{RDF}predicate"]
        assert any(str(t.subject)[1:-1] == subject and t.predicate.value == predicate for t in facts)
    assert number or not conversion.reports


def everything(conversion: Conversion) -> Iterator[str]:
    """Every word that a release could publish of a conversion."""
    for quad in (*conversion.facts, *conversion.evidence):
        yield from (
            term.value for term in (quad.subject, quad.object) if isinstance(term, NamedNode | Literal)
        )
    for entity in conversion.entities:
        yield from (entity.label, entity.name, *entity.keys, *entity.traits)
    for problem in conversion.problems:
        yield from (problem.message, problem.hint)


def runs(text: str, length: int) -> Iterator[str]:
    """Parts of the text; whatever holds `length` characters of it on end holds one."""
    half = length // 2
    yield from (text[start : start + half] for start in range(0, len(text) - half, half))


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_more_of_the_abstract_is_published_than_the_policy_says(path: Path) -> None:
    file = File.open(path, str(path))
    policies: tuple[TextPolicy, ...] = ("quotes", "none")
    quoted, withheld = (
        whole(convert_file(file, settings_for(str(path), policy), Vocabulary.load())) for policy in policies
    )
    passages = [section.text.raw for report in quoted.reports for section in report.sections]
    assert (
        max((len(word) for word in everything(quoted) if any(word in p for p in passages)), default=0) <= 300
    )
    published_words = "\0".join(everything(withheld))
    # A title or the name of a programme may stand in the abstract, too.
    assert [run for passage in passages for run in runs(passage, 100) if run in published_words] == []


def reified(conversion: Conversion) -> set[tuple[object, object, object]]:
    parts: dict[object, dict[str, object]] = defaultdict(dict)
    for quad in conversion.evidence:
        if quad.predicate.value in {f"{RDF}subject", f"{RDF}predicate", f"{RDF}object"}:
            parts[quad.subject][quad.predicate.value.removeprefix(RDF)] = quad.object
    return {(part["subject"], part["predicate"], part["object"]) for part in parts.values()}


@pytest.mark.parametrize("policy", POLICIES)
def test_evidence_is_about_statements_that_are_made(policy: TextPolicy) -> None:
    conversion = made(policy)
    assert reified(conversion) <= {(q.subject, q.predicate, q.object) for q in conversion.facts}


def test_every_value_read_has_evidence() -> None:
    conversion = made("full")
    node = iris.nodes(full_report(), BASE)
    evident = {(str(s), str(p)) for s, p, _ in reified(conversion)}
    for inner, within in mapping.described(node):
        for one in mapping.said(inner, Policy("full"), within):
            if one.place is not None:
                predicate = PLAN.row(inner.kind, one.term).predicate
                assert (f"<{inner.iri}>", str(predicate)) in evident


def test_without_evidence_are_only_links_types_names_and_what_follows() -> None:
    conversion = made("full")
    bare = {q.predicate for q in conversion.facts} - {predicate for _, predicate, _ in reified(conversion)}
    terms = [
        ("", "rdfsLabel"), ("", "schemaName"), ("", "evidencedBy"), ("", "convertedFrom"),
        ("Report", "study"), ("Report", "publicationYear"), ("Authorship", "position"),
        ("Contribution", "role"), ("Contribution", "position"), ("Citation", "position"),
        ("Citation", "status"), ("Citation", "note"), ("Section", "kind"), ("Section", "inferred"),
        ("Finding", "change"), ("Finding", "direction"), ("Finding", "basis"), ("Finding", "concerns"),
        *(("SourceDocument", term) for term in ("fileName", "sha256", "textLength", "textPolicy", "format")),
    ]  # fmt: skip
    assert bare == {mapping.RDF_TYPE, *(PLAN.row(*term).predicate for term in terms)}


def test_records_with_a_quote_lead_to_their_evidence() -> None:
    conversion = made()
    by = PLAN.row("", "evidencedBy").predicate
    leading = {quad.subject for quad in conversion.facts if quad.predicate == by}
    for kind, derived in DERIVED.items():
        if "evidencedBy" in derived:
            things = {q.subject for q in conversion.facts if q.object == PLAN.types[kind]}
            assert things
            assert things <= leading
    there = {quad.subject for quad in conversion.evidence}
    assert {quad.object for quad in conversion.facts if quad.predicate == by} <= there


def test_a_finding_of_a_study_has_evidence_for_both_its_links() -> None:
    conversion = made()
    finding = next(q.subject for q in conversion.facts if q.object == PLAN.types["Finding"])
    links = {predicate for _, predicate, value in reified(conversion) if value == finding}
    assert links == {PLAN.row("Report", "findings").predicate, PLAN.row("Study", "findings").predicate}


def quotes(conversion: Conversion) -> dict[str, tuple[str, str]]:
    found = {}
    for _, quote, _, _ in pieces(conversion):
        (exact,), (prefix,), (suffix,) = (quote[f"{OA}{part}"] for part in ("exact", "prefix", "suffix"))
        found[exact] = (prefix, suffix)
    return found


def test_a_quote_stands_in_its_sentence() -> None:
    found = quotes(made())
    assert found["9 peer hosts"] == ("Methods: We heard ", " of the Lantern service.")
    assert found["40"] == ("They kept ", " diaries of visits.")
    assert found["Hope"] == ("", " rose among guests (Vale, 2001).")


def test_an_entry_of_a_list_is_quoted_without_its_neighbours() -> None:
    found = quotes(made())
    assert found["Okafor"] == ("", ", Ada [1]")
    assert found["Lind"] == ("", ", Per")


def test_wrapped_prose_is_one_sentence() -> None:
    prose = "We heard of doors that were opened by hosts who had come through\nthem, and of Ada\nwho had not."
    first, last = Sentences.of(source_of(prose)).around(prose.index("Ada"), prose.index("Ada") + 3, 300)
    assert (first, last) == (0, len(prose))


def test_a_quote_never_runs_over_a_blank_line() -> None:
    found = quotes(made())
    assert found["cited"][1] == " 7"
    assert not any("\n\n" in part for parts in found.values() for part in parts)


def test_the_same_words_elsewhere_are_other_evidence() -> None:
    shifted = made(text="A line before.\n\n" + DOCUMENT)
    assert not {q.subject for q in shifted.evidence} & {q.subject for q in made().evidence}


def test_a_value_printed_twice_has_two_places() -> None:
    source = source_of("hosts\nhosts\n")
    report = Report(author_keywords=(source.span(0, 5), source.span(6, 11)))
    conversion = published(source, "hand", [report], [], settings_for("doors.txt", "quotes"))
    assert sorted(start for _, _, start, _ in pieces(conversion)) == [0, 6]


def test_a_place_between_sentences_has_no_sentence() -> None:
    text = "One.\n\n\n\nTwo."
    assert Sentences.of(source_of(text)).around(7, 8, 300) == (7, 8)


def test_evidence_keeps_its_iri_whatever_is_published_beside_it() -> None:
    one, other = made("quotes"), made("none")
    kept = {q.subject for q in one.evidence} & {q.subject for q in other.evidence}
    assert len(kept) > 100


def test_the_text_is_published_under_full_alone() -> None:
    text = PLAN.row("SourceDocument", "text").predicate
    published_text = {
        policy: [str(q.object) for q in made(policy).evidence if q.predicate == text] for policy in POLICIES
    }
    assert published_text == {"full": [str(Literal(DOCUMENT))], "quotes": [], "none": []}


def test_under_none_no_words_are_quoted_anywhere() -> None:
    conversion = made("none")
    literals = {
        q.object.value for q in (*conversion.facts, *conversion.evidence) if isinstance(q.object, Literal)
    }
    assert [one for one in literals if "diaries" in one or "Hope rose" in one] == []
    digest = hashlib.sha256(b"9 peer hosts").hexdigest()
    assert digest in literals


def test_under_none_a_problem_names_the_place_and_not_the_words() -> None:
    source = source_of(DOCUMENT)
    problem = Problem.at(source, source.span(0, 5), "odd-words", f"{DOCUMENT!r} is odd", hint=DOCUMENT)
    cases: list[tuple[TextPolicy, str]] = [
        ("none", ""),
        ("quotes", "Doors that open"),
        ("full", "Doors that open"),
    ]
    for policy, words in cases:
        settings = settings_for("doors.txt", policy)
        (told,) = published(source, "hand", [full_report()], [problem], settings).problems
        assert (told.code, told.line, told.start, told.end) == ("odd-words", 1, 0, 5)
        assert words in told.message
        assert len(told.message) <= 600
        assert policy != "none" or "Doors" not in told.message + told.hint


def test_a_passage_that_is_too_long_is_quoted_by_its_beginning() -> None:
    text = DOCUMENT.replace("Hope rose among guests", "Hope rose among guests" + ", and on" * 100)
    report = full_report(text)
    place = Source("x", text, "0" * 64).span(text.index("Hope rose"), text.index(" (Vale, 2001)"))
    report = replace(report, study=None, findings=(replace(report.findings[0], quote=place),))
    conversion = published(source_of(text), "hand", [report], [], settings_for("doors.txt", "quotes"))
    longest = max(pieces(conversion), key=lambda piece: piece[3] - piece[2])
    assert longest[3] - longest[2] == 300
    assert longest[1][f"{OA}exact"] == [place.raw[:300]]


@given(st.text(st.sampled_from("aB. \n!?;,1字。"), max_size=80), st.data())
def test_the_window_holds_the_value_and_no_blank_line_beside_it(text: str, data: st.DataObject) -> None:
    if not text.strip():
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    length = data.draw(st.integers(1, 40))
    first, last = Sentences.of(Source("x", text, "0" * 64)).around(start, end, length)
    assert 0 <= first <= start < end <= last <= len(text)
    assert (last - first) <= max(length, end - start)
    assert "\n\n" not in text[first:start]
    assert "\n\n" not in text[end:last]


def test_a_control_character_is_replaced_and_reported() -> None:
    text = DOCUMENT.replace("keyword one", "keyword\x0bone")
    report = replace(
        full_report(),
        author_keywords=(source_of(text).span(text.index("keyword"), text.index("keyword") + 11),),
    )
    conversion = published(source_of(text), "hand", [report], [], settings_for("doors.txt", "quotes"))
    keyword = PLAN.row("Report", "authorKeywords").predicate
    assert [q.object for q in conversion.facts if q.predicate == keyword] == [Literal("keyword\ufffdone")]
    assert "keyword\ufffdone" in quotes(conversion)
    (problem,) = conversion.problems
    assert (problem.code, problem.line) == ("forbidden-character", 8)


def test_quoting_is_made_once_for_a_document() -> None:
    quoting = Quoting.of(source_of(DOCUMENT), Policy(), BASE)
    assert quoting.graph.value == f"{BASE}graph/evidence"
    assert [one.iri for one in evidence.evidence(iris.nodes(full_report(), BASE), PLAN, quoting)]


def test_a_sentence_that_is_cut_is_cut_between_words() -> None:
    text = "alpha beta gamma delta VALUE epsilon zeta eta theta"
    start = text.index("VALUE")
    for length in range(5, len(text)):
        first, last = Sentences.of(source_of(text)).around(start, start + 5, length)
        assert first == 0 or not (text[first - 1].isalpha() and text[first].isalpha())
        assert last == len(text) or not (text[last - 1].isalpha() and text[last].isalpha())
