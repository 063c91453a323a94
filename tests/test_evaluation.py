from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kg.commands.evaluate import evaluate as command
from kg.concepts import Vocabulary
from kg.evaluation import GoldError, Outcome, evaluate, fold, gold_for, scores
from kg.record_evaluation import evaluate_records

PAGE = """\
HSR&D Citation Abstract

Search | Search by Center | Search by Source | Keywords in Title

What Peer Mentors Learn.

Vale Q, Okafor A. What Peer Mentors Learn. Journal of doors. 2019 May 2; 12(3):45-51.

Abstract:

We interviewed 14 peer mentors about their work. Hope increased among clients. They spoke of joy.

Questions about the HSR website? Email the Web Team
"""
GOLD: dict[str, Any] = {
    "file": "page.txt",
    "title": "What Peer Mentors Learn",
    "authors": [
        {"family": "Vale", "initials": "Q", "affiliations": []},
        {"family": "Okafor", "initials": "A", "affiliations": []},
    ],
    "container": {"type": "journal", "name": "Journal of Doors"},
    "year": 2019,
    "date": "2019-05-02",
    "volume": "12",
    "issue": "3",
    "pages": "45-51",
    "abstract": {"first60": "We interviewed 14", "last60": "They spoke of joy."},
    "study": {
        "participants": [{"count": 14, "description": "peer mentors", "quote": "14 peer mentors"}],
        "peer_roles": [{"as_printed": "peer mentors", "quote": "14 peer mentors"}],
        "outcomes": [
            {"as_printed": "hope", "direction": "increase", "quote": "Hope increased among clients"}
        ],
    },
}


@pytest.fixture
def page(tmp_path: Path) -> Path:
    path = tmp_path / "page.txt"
    path.write_text(PAGE, encoding="utf-8")
    return path


def outcomes(page: Path, **changes: Any) -> list[Outcome]:
    return list(evaluate(page, {**GOLD, **changes}, Vocabulary.load()))


def levels(page: Path, field: str, **changes: Any) -> list[str]:
    return [o.level for o in outcomes(page, **changes) if o.field == field]


def test_a_document_read_as_annotated_has_no_miss(page: Path) -> None:
    assert [o for o in outcomes(page) if o.level == "missed"] == []
    assert levels(page, "title") == ["exact"]
    assert levels(page, "container") == ["normalised"]
    assert levels(page, "findings.direction") == ["exact"]


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("title", {"title": "What Guests Learn"}),
        ("volume", {"volume": "13"}),
        ("pages", {"pages": "45-52"}),
        ("authors", {"authors": list(reversed(GOLD["authors"]))}),
        ("abstract.end", {"abstract": {"first60": "We", "last60": "of sorrow."}}),
    ],
)
def test_a_wrong_value_is_a_miss_and_an_extra(field: str, changes: dict[str, Any], page: Path) -> None:
    assert {"missed", "extra"} <= set(levels(page, field, **changes))


def test_a_value_the_gold_denies_is_an_extra(page: Path) -> None:
    assert levels(page, "volume", volume=None) == ["extra"]


@pytest.mark.parametrize(
    ("key", "value", "field"),
    [
        (
            "participants",
            [{"count": 15, "description": "peer mentors", "quote": "14 peer mentors"}],
            "participants",
        ),
        ("peer_roles", [{"as_printed": "joy", "quote": "They spoke of joy."}], "roles"),
        (
            "outcomes",
            [{"as_printed": "hope", "direction": "decrease", "quote": "Hope increased"}],
            "findings.direction",
        ),
    ],
)
def test_a_wrong_fact_is_missed(key: str, value: object, field: str, page: Path) -> None:
    assert "missed" in levels(page, field, study={**GOLD["study"], key: value})


def test_one_finding_is_not_two_outcomes_of_its_sentence(page: Path) -> None:
    sentence = "Hope increased among clients"
    both = [
        {"as_printed": "hope", "direction": "increase", "quote": sentence},
        {"as_printed": "distress", "direction": "increase", "quote": sentence},
    ]
    study = {**GOLD["study"], "outcomes": both}
    assert levels(page, "findings", study=study)[:2] == ["normalised", "missed"]
    assert levels(page, "findings", study={**study, "outcomes": both[1:]})[0] == "partial"


def test_a_quote_that_the_document_does_not_hold_is_an_error(page: Path) -> None:
    with pytest.raises(GoldError, match="is not in the document"):
        levels(
            page,
            "findings",
            study={"outcomes": [{"as_printed": "x", "direction": "increase", "quote": "No."}]},
        )


def test_precision_and_recall_follow_from_the_counts() -> None:
    made = [Outcome("f", level, "", "") for level in ("exact", "partial", "missed", "extra", "elsewhere")]
    score = scores(made)["f"]
    assert (score.precision, score.recall, score.f1) == pytest.approx((2 / 3, 2 / 3, 2 / 3))


def test_folding_makes_typography_alike() -> None:
    assert fold("  \u201cPeer\u2019s\u201d\u2014work. ") == '"peer\'s"-work'


def test_a_document_without_gold_is_said_to_have_none(page: Path, tmp_path: Path) -> None:
    with pytest.raises(GoldError, match="0 gold annotations"):
        gold_for(page, tmp_path)


def test_the_command_prints_misses_and_the_table(page: Path, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps({**GOLD, "volume": "13"}), encoding="utf-8")
    done = CliRunner().invoke(command, ["--gold", str(tmp_path), str(page)])
    assert done.exit_code == 0
    assert "volume: missed: expected '13', got '12'" in done.output
    assert "findings.direction" in done.output


def test_the_command_gives_the_same_as_json(page: Path, tmp_path: Path) -> None:
    (tmp_path / "one.json").write_text(json.dumps(GOLD), encoding="utf-8")
    done = CliRunner().invoke(command, ["--gold", str(tmp_path), "--json", str(page)])
    assert json.loads(done.output)["fields"]["title"] == {
        "exact": 1,
        "precision": 1.0,
        "recall": 1.0,
        "f1": 1.0,
    }


RIS = """TY  - JOUR
TI  - Quiet Rooms
AU  - Doe, Ann
AU  - Roe, Bo C.
PY  - 2020
SP  - 12
EP  - 19
JO  - Rooms and Doors
DO  - 10.5555/quiet
ER  -

TY  - JOUR
TI  - Loud Rooms
ER  -
"""

RIS_GOLD: dict[str, Any] = {
    "kind": "ris",
    "file": "two.ris",
    "record_count": 2,
    "records": [
        {
            "index": 0,
            "title": "Quiet rooms",
            "authors": ["Doe, A", "Roe, BC"],
            "year": "2020",
            "pages": "12--19",
            "container": "Rooms and Doors",
            "doi": "10.5555/quiet",
            "pmid": None,
        },
        {"index": 1, "title": "Loud Rooms", "author": None, "year": None},
    ],
}


def of_records(folder: Path, record: dict[str, Any] | None = None, **changes: Any) -> list[Outcome]:
    document = folder / "two.ris"
    document.write_text(RIS, encoding="utf-8")
    records = [{**RIS_GOLD["records"][0], **(record or {})}, *RIS_GOLD["records"][1:]]
    return list(evaluate_records(document, {**RIS_GOLD, "records": records, **changes}))


def test_an_exchange_file_read_as_annotated_has_no_miss(tmp_path: Path) -> None:
    assert {o.level for o in of_records(tmp_path)} == {"exact", "normalised"}
    assert [o.got for o in of_records(tmp_path) if o.field == "authors"] == ["Doe, Ann", "Roe, Bo C."]


@pytest.mark.parametrize(
    ("field", "value", "levels"),
    [
        ("title", "Loud Rooms", ["missed", "extra"]),
        ("year", None, ["extra"]),
        ("pmid", "12345", ["missed"]),
        ("pages", "12-20", ["missed", "extra"]),
        ("authors", ["Roe, BC", "Doe, A"], ["missed", "missed", "extra", "extra"]),
        ("authors", "Doe, Ann and Roe, Bo C.", ["exact", "exact"]),
        ("authors", "Doe, Ann and Poe, Bo C.", ["exact", "extra", "missed"]),
        ("references", 1, ["missed", "extra"]),
        ("rors", ["https://ror.org/03cv38k47"], ["missed"]),
        ("ut", "WOS:000012345600001", ["missed"]),
        ("index", 2, ["missed"]),
    ],
)
def test_a_wrong_value_of_a_record_is_shown(
    field: str, value: object, levels: list[str], tmp_path: Path
) -> None:
    shown = [o for o in of_records(tmp_path, {field: value}) if o.field == field.replace("index", "record")]
    assert [o.level for o in shown if o.level != "exact" or field == "authors"] == levels


def test_a_wrong_count_of_records_and_a_file_that_is_not_read_are_misses(tmp_path: Path) -> None:
    (first, *_) = of_records(tmp_path, record_count=3)
    assert (first.field, first.level, first.expected, first.got) == ("record_count", "missed", "3", "2")
    (tmp_path / "two.ris").write_text("nothing at all", encoding="utf-8")
    (only,) = evaluate_records(tmp_path / "two.ris", RIS_GOLD)
    assert (only.field, only.level) == ("file", "missed")
    assert "no source format" in only.got


def test_the_command_tells_kinds_apart_and_passes_over_annotations(page: Path, tmp_path: Path) -> None:
    gold = tmp_path / "gold"
    gold.mkdir()
    (gold / "one.json").write_text(json.dumps(GOLD), encoding="utf-8")
    (gold / "two.json").write_text(json.dumps(RIS_GOLD), encoding="utf-8")
    of_records(tmp_path)
    (tmp_path / "more.txt").write_text("not annotated", encoding="utf-8")
    given = [page, tmp_path / "two.ris", gold / "one.json", tmp_path / "more.txt"]
    done = CliRunner().invoke(command, ["--gold", str(gold), "--json", *map(str, given)])
    assert done.exit_code == 0
    assert f"not compared: {tmp_path / 'more.txt'}" in done.stderr
    kinds = json.loads(done.stdout)["kinds"]
    assert kinds["ris"]["title"]["normalised"] == 1
    assert "findings" not in kinds["ris"]


def test_the_founding_documents_are_read_as_annotated(corpus: Path) -> None:
    """Bibliography and references without a fault; study facts and claims at 0.95 and better."""
    facts = {
        "participants",
        "data",
        "methods",
        "roles",
        "populations",
        "settings",
        "programmes",
        "findings",
        "claims",
    }
    made: list[Outcome] = []
    for path in sorted((Path(__file__).parent.parent / "seeds").glob("*.txt")):
        made += evaluate(path, gold_for(path, corpus / "gold"), Vocabulary.load())
    wrong = [o for o in made if o.level in {"missed", "extra"}]
    assert [o for o in wrong if o.field.split(".")[0] not in facts] == []
    judged = [o for o in made if o.field.split(".")[0] in facts]
    total = scores(Outcome("facts", o.level, "", "") for o in judged)["facts"]
    assert total.precision >= 0.95
    assert total.recall >= 0.95
