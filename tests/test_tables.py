"""The tables say what the graph says, and are the same bytes each time."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from pyarrow import parquet
from pyoxigraph import Literal, NamedNode, Quad, Store

from kg import release, store, tables
from kg.release import ENTITIES
from tests.releasing import BASE, LABEL, PK, TYPE, XSD, facts, quad


def default(*quads: Quad) -> Store:
    """An index of which the default graph merges the quads."""
    index = Store()
    index.extend(store.merged(quads, leave_out=release.apart(BASE)))
    return index


def read(folder: Path, name: str) -> list[dict[str, str]]:
    text = (folder / f"{name}.csv").read_bytes().decode()
    return list(csv.DictReader(io.StringIO(text, newline="")))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    tables.write(tmp_path, default(*facts()))
    return tmp_path


def test_there_is_a_table_for_works_persons_institutions_findings_and_groups(folder: Path) -> None:
    names = {"works", "persons", "institutions", "findings", "participant_groups"}
    assert {path.stem for path in folder.iterdir()} == names
    assert {table.name for table in tables.TABLES} == names
    assert names <= set(ENTITIES)


def test_authors_stand_in_the_order_of_the_paper(folder: Path) -> None:
    (work,) = read(folder, "works")
    assert work["iri"] == f"{BASE}report/a"
    assert work["title"] == "Doors that open: Zoë's 同伴支持 trial"
    assert work["authors"] == "Okafor, Ada | Lind, Per"
    assert (work["kinds"], work["page_count"], work["doi"]) == ("JournalArticle", "7", "")


def test_what_every_report_is_stands_only_where_nothing_else_is_known(tmp_path: Path) -> None:
    expression = NamedNode("http://purl.org/spar/fabio/Expression")
    more = [quad(name, TYPE, kind, "g") for name in ("report/a", "report/b") for kind in (expression, REPORT)]
    tables.write(tmp_path, default(*facts(), *more))
    assert [work["kinds"] for work in read(tmp_path, "works")] == ["JournalArticle", "Expression"]


REPORT = NamedNode(f"{PK}Report")


def test_parquet_has_lists_numbers_and_nothing(folder: Path) -> None:
    (work,) = parquet.read_table(folder / "works.parquet").to_pylist()
    assert work["authors"] == ["Okafor, Ada", "Lind, Per"]
    assert (work["page_count"], work["doi"], work["cites"]) == (7, None, [])
    (group,) = parquet.read_table(folder / "participant_groups.parquet").to_pylist()
    assert group["size"] == 9


def test_csv_and_parquet_have_the_same_columns_and_rows(folder: Path) -> None:
    for table in tables.TABLES:
        columns = ["iri", *(column.name for column in table.columns)]
        stored = parquet.read_table(folder / f"{table.name}.parquet")
        assert stored.column_names == columns
        header = (folder / f"{table.name}.csv").read_text().splitlines()[0]
        assert header == ",".join(columns)
        assert stored.num_rows == len(read(folder, table.name))


def test_an_empty_table_has_its_types(tmp_path: Path) -> None:
    tables.write(tmp_path / "empty", Store())
    schema = parquet.read_schema(tmp_path / "empty" / "works.parquet")
    assert [str(schema.field(name).type) for name in ("title", "page_count")] == ["string", "int64"]


def test_names_of_concepts_are_english_where_there_is_a_choice(tmp_path: Path) -> None:
    role = NamedNode("https://w3id.org/peerkg/role/peer-host")
    more = [
        quad("group/a", f"{PK}groupRole", role, "g"),
        *(
            quad("x", LABEL, Literal(text, language=language), "g")
            for text, language in (("同伴", "zh"), ("peer host", "en"))
        ),
    ]
    moved = {
        type(row)(role if str(row.subject) == f"<{BASE}x>" else row.subject, row.predicate, row.object)
        for row in more
    }
    tables.write(tmp_path, default(*facts(), *moved))
    (group,) = read(tmp_path, "participant_groups")
    assert (group["role"], group["role_label"]) == (role.value, "peer host")


def test_what_would_break_a_table_does_not(tmp_path: Path) -> None:
    title = 'a "b", c\r\n=d | e'
    huge = Literal("9" * 30, datatype=NamedNode(f"{XSD}integer"))
    rows = [row for row in facts(title=title) if not row.predicate.value.endswith(("groupSize", "Position"))]
    tables.write(tmp_path, default(*rows, quad("group/a", f"{PK}groupSize", huge, "g")))
    assert read(tmp_path, "works")[0]["title"] == title
    assert read(tmp_path, "participant_groups")[0]["size"] == "9" * 30
    (group,) = parquet.read_table(tmp_path / "participant_groups.parquet").to_pylist()
    assert group["size"] is None


def test_rows_of_any_length_are_taken_over(tmp_path: Path) -> None:
    limit = csv.field_size_limit()
    long = quad("person/b", "http://xmlns.com/foaf/0.1/name", "Ada " * 40_000, "g")
    index = default(*facts(), quad("person/b", TYPE, NamedNode(f"{PK}Person"), "g"), long)
    tables.write(tmp_path / "before", index)
    tables.write(tmp_path / "after", index, tables.Before(tmp_path / "before", frozenset()))
    for path in (tmp_path / "before").iterdir():
        assert (tmp_path / "after" / path.name).read_bytes() == path.read_bytes()
    assert csv.field_size_limit() == limit
