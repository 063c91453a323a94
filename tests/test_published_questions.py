"""The published questions are RDF that programs find, and each new release has answered them."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Store

from kg import formats, questions, release, resources
from kg.questions import Question
from kg.release import Release
from tests.releasing import BASE, content, facts, rows, written

QUERIES = resources.folder("queries")
SHAPE = """PREFIX sh: <http://www.w3.org/ns/shacl#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX schema: <https://schema.org/>
SELECT DISTINCT ?q ?comment ?text {
  ?q a sh:SPARQLExecutable, sh:SPARQLSelectExecutable ; rdfs:comment ?comment ; sh:select ?text ;
     schema:target <%ssparql> ; schema:keywords ?word ; sh:prefixes/sh:declare/sh:namespace ?namespace .
  FILTER(lang(?comment) = "en" && CONTAINS(?text, ?word))
} ORDER BY ?q"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return written(tmp_path_factory.mktemp("asked"))


def test_each_question_is_an_executable_in_the_description(made: Release) -> None:
    described = Store()
    described.extend(formats.read_file(made.description))
    found = rows(described, SHAPE % BASE)
    assert [row[0] for row in found] == [
        f"{BASE}queries#{path.stem}" for path in sorted(QUERIES.glob("*.rq"))
    ]
    for iri, comment, text in found:
        assert text == (QUERIES / f"{str(iri).rpartition('#')[2]}.rq").read_text(encoding="utf-8")
        assert str(comment).startswith(str(text).partition("\n")[0].removeprefix("# "))
        assert "Keywords" not in str(comment)


def test_the_prefixes_are_declared_with_their_namespaces(made: Release) -> None:
    described = Store()
    described.extend(formats.read_file(made.description))
    declared = rows(
        described,
        "PREFIX sh: <http://www.w3.org/ns/shacl#> SELECT ?p ?n (DATATYPE(?n) AS ?t) "
        f"{{ <{BASE}queries#prefixes> sh:declare [ sh:prefix ?p ; sh:namespace ?n ] }}",
    )
    assert ("pk", "https://w3id.org/peerkg/ontology#", "http://www.w3.org/2001/XMLSchema#anyURI") in declared


def test_a_release_says_how_many_rows_each_question_has(made: Release) -> None:
    manifest = json.loads((made.folder / "manifest.json").read_text(encoding="utf-8"))
    assert set(manifest["queries"]) == {path.stem for path in QUERIES.glob("*.rq")}
    assert manifest["queries"]["01-roles-and-studies"] == 0


@pytest.mark.slow
def test_the_seeds_have_as_many_rows_as_the_documents_say(seed_release: Path) -> None:
    for name, number in release.current(seed_release).manifest["queries"].items():
        with (QUERIES / f"{name}.csv").open(encoding="utf-8", newline="") as stream:
            assert number == sum(1 for _ in csv.reader(stream)) - 1 > 0, name


def test_a_question_that_cannot_be_asked_stops_the_release(
    made: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = questions.read("17-broken", "# Why?\n# Keywords: none\nSELECT ?x { ?x }\n")
    monkeypatch.setattr(questions, "published", lambda: (broken,))
    directory = made.folder.parent.parent
    with pytest.raises(
        questions.QuestionError, match=r"docs/queries/17-broken\.rq cannot be answered: .*4:1"
    ):
        written(directory, content(facts(title="Another")))
    assert release.current(directory).id == made.id


@pytest.mark.parametrize(
    ("text", "form", "number"),
    [
        ("ASK { ?s ?p ?o }", "ask", 1),
        ("ASK { ?s ?p 7 }", "ask", 0),
        ("CONSTRUCT { ?s ?p ?o } WHERE { ?s ?p ?o }", "construct", 1),
        ("DESCRIBE <https://example.org/s>", "describe", 1),
    ],
)
def test_every_form_of_query_can_be_a_question(text: str, form: str, number: int, tmp_path: Path) -> None:
    question = questions.read("q", f"# What?\n# Keywords: a, b\n{text}\n")
    assert (question.form, question.keywords) == (form, ("a", "b"))
    store = Store(str(tmp_path))
    s, p = NamedNode("https://example.org/s"), NamedNode("https://example.org/p")
    store.bulk_extend(formats.read(f"{s} {p} {Literal('o')} .".encode(), formats.TURTLE, where="test"))
    store.flush()
    del store
    assert questions.answered((question,), tmp_path) == {"q": number}
    (kind, _) = sorted(
        str(t.object)
        for t in questions.described((question,), BASE)
        if t.subject == NamedNode(f"{BASE}queries#q") and "#type" in t.predicate.value
    )
    assert form in kind.lower()


@pytest.mark.parametrize(
    "text", ["SELECT * {}", "# Why?\nSELECT * {}", "# Keywords: a\nSELECT * {}", "# Why?\n# Keywords: a\n"]
)
def test_a_question_without_its_parts_is_refused(text: str) -> None:
    with pytest.raises(questions.QuestionError, match="q: begins with its words"):
        questions.read("q", text)


def test_two_namespaces_of_one_prefix_are_refused() -> None:
    def asked(name: str, iri: str) -> Question:
        return questions.read(name, f"# Why?\n# Keywords: a\nPREFIX a: <{iri}>\nSELECT * {{}}\n")

    with pytest.raises(questions.QuestionError, match="two: the prefix a:"):
        list(
            questions.described(
                (asked("one", "https://a.example/"), asked("two", "https://b.example/")), BASE
            )
        )


def test_a_question_without_an_answer_in_time_is_named(made: Release) -> None:
    numbers = " ".join(map(str, range(2000)))
    text = f"SELECT (COUNT(*) AS ?n) {{ VALUES ?a {{ {numbers} }} VALUES ?b {{ {numbers} }} }}"
    question = questions.read("18-long", f"# How long?\n# Keywords: none\n{text}\n")
    with pytest.raises(questions.QuestionError, match=r"18-long\.rq has no answer after 0 seconds"):
        questions.answered((question,), made.index, seconds=0.0)
