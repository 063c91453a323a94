"""The competency questions, asked over HTTP of the release that is built from the seeds."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import httpx
import pytest

ROOT = Path(__file__).parent.parent
QUERIES = sorted((ROOT / "docs" / "queries").glob("*.rq"))

pytestmark = pytest.mark.slow

PREFIXES = """
PREFIX pk: <https://w3id.org/peerkg/ontology#>
PREFIX outcome: <https://w3id.org/peerkg/outcome/>
PREFIX setting: <https://w3id.org/peerkg/setting/>
PREFIX basis: <https://w3id.org/peerkg/basis/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>
PREFIX dcterms: <http://purl.org/dc/terms/>
"""


def answer(server: str, query: str, accept: str = "text/csv") -> str:
    response = httpx.post(f"{server}/sparql", data={"query": query}, headers={"Accept": accept}, timeout=120)
    assert response.status_code == 200, response.text
    return response.text


def rows(server: str, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer(server, query))))


def asked(server: str, name: str) -> list[dict[str, str]]:
    (path,) = [path for path in QUERIES if path.stem[3:] == name]
    return rows(server, path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("path", QUERIES, ids=lambda path: path.stem)
def test_each_question_has_its_answer(path: Path, seed_server: str, *, accept: bool) -> None:
    got = answer(seed_server, path.read_text(encoding="utf-8")).replace("\r\n", "\n")
    expected = path.with_suffix(".csv")
    if accept:
        expected.write_text(got, encoding="utf-8")
    assert got.count("\n") > 1, "the question has no answer"
    assert got == expected.read_text(encoding="utf-8")


def test_every_question_begins_with_its_words() -> None:
    assert len(QUERIES) >= 12
    assert [path.name for path in QUERIES if not path.read_text(encoding="utf-8").startswith("# ")] == []


def test_the_roles_of_the_five_documents(seed_server: str) -> None:
    roles = {row["role"] for row in asked(seed_server, "roles-and-studies")}
    assert {
        "peer mentor",
        "peer technician",
        "vocational rehabilitation specialist",
        "youth peer support worker",
    } <= roles
    assert "peer navigator" in roles


def test_people_are_counted_and_log_entries_are_not_people(seed_server: str) -> None:
    sizes = {(row["size"], row["role"]) for row in asked(seed_server, "who-took-part") if row["size"]}
    assert {size for size, _ in sizes} == {"5", "8", "12", "16"}
    assert ("8", "peer mentor") in sizes
    assert ("16", "peer technician") in sizes
    assert ("12", "vocational rehabilitation specialist") in sizes
    data = rows(
        seed_server,
        PREFIXES + "SELECT ?n ?what { ?d a pk:StudyData ; pk:dataCount ?n ; pk:dataDescription ?what }",
    )
    assert [(row["n"], row["what"]) for row in data] == [("383", "contact log entries")]


def test_a_claim_on_anothers_word_is_no_result_of_a_study(seed_server: str) -> None:
    said = asked(seed_server, "outcomes-directions-and-whose-word")
    cited = {(row["outcome"], row["direction"]) for row in said if "cited" in row["basis"]}
    assert {
        ("hospital admission", "improved"),
        ("community tenure", "improved"),
        ("psychotic symptoms", "improved"),
        ("hope", "improved"),
        ("empowerment", "improved"),
        ("substance use", "improved"),
    } <= cited
    quotes = {row["words"] for row in said if "cited" in row["basis"]}
    assert len(quotes) >= 10
    own = rows(
        seed_server,
        PREFIXES + "SELECT ?f { ?s pk:hasFinding ?f . ?f pk:findingBasis basis:cited-from-other }",
    )
    assert own == []


def test_the_eleven_claims_of_the_slides_have_eleven_quotes(seed_server: str) -> None:
    quotes = rows(
        seed_server,
        PREFIXES + "SELECT DISTINCT ?q { ?f pk:findingBasis basis:cited-from-other ; pk:findingText ?q }",
    )
    assert len(quotes) == 11


def test_the_works_behind_reduced_hospital_admission(seed_server: str) -> None:
    assert [row["issued"] for row in asked(seed_server, "works-behind-a-claim")] == [
        "2001",
        "2005",
        "2007",
        "2012",
    ]


def test_one_citation_is_unresolved_and_the_misspelt_ones_say_how_they_differ(seed_server: str) -> None:
    (unresolved,) = asked(seed_server, "unresolved-citations")
    assert unresolved["citation"] == "Davidson, et al., 2006"
    differing = asked(seed_server, "citations-resolved-across-a-difference")
    for misspelt in ("Ochoka", "Jenson", "Puspokey"):
        (row,) = [row for row in differing if misspelt in row["citation"]]
        assert misspelt in row["difference"]


def test_results_about_the_peers_themselves(seed_server: str) -> None:
    words = " | ".join(row["words"] for row in asked(seed_server, "results-about-the-peers-themselves"))
    for said in (
        "self-efficacy",
        "self-care",
        "professional skills",
        "stigma",
        "personally rewarding",
        "challenges",
    ):
        assert said in words


def test_institutions_have_places_and_identifiers(seed_server: str) -> None:
    institutions = asked(seed_server, "institutions")
    known = {row["known_as"]: row["identifier"] for row in institutions if row["identifier"]}
    for name in (
        "University of Ottawa",
        "Carleton University",
        "University of Toronto",
        "George Mason University",
    ):
        assert known[name].startswith("https://ror.org/")
    assert any("Addiction and Mental Health" in name for name in known)
    assert len([row for row in institutions if row["institution"].startswith("COIN")]) == 1


@pytest.mark.parametrize(
    ("what", "pattern"),
    [
        ("smoking cessation as a result", "?s pk:hasFinding/pk:findingOutcome outcome:smoking-cessation"),
        ("smoking cessation as measured", "?s pk:measuresOutcome outcome:smoking-cessation"),
        ("citizenship as measured", "?s pk:measuresOutcome outcome:social-inclusion"),
        ("citizenship as a result", "?s pk:hasFinding/pk:findingOutcome outcome:social-inclusion"),
        ("the crisis line of the page's frame as a setting", "?s pk:inSetting setting:crisis-service"),
        ("a telephone as a setting", "?s pk:inSetting setting:telephone"),
        ("a study without a report", "?s a pk:Study FILTER NOT EXISTS { ?r pk:reportsStudy ?s }"),
        (
            "a slide deck that is a study",
            "?r a pk:Report ; pk:reportsStudy ?s ; dcterms:title 'Value of Peers, 2017'",
        ),
        ("a journal nobody printed", "?r pk:timesCited ?n ; dcterms:isPartOf ?journal"),
        ("a finding without evidence", "?f a pk:Finding FILTER NOT EXISTS { ?f pk:evidencedBy ?e }"),
    ],
)
def test_what_must_not_be_there(what: str, pattern: str, seed_server: str) -> None:
    assert rows(seed_server, f"{PREFIXES} SELECT * {{ {pattern} }} LIMIT 3") == [], what
