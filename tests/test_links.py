from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.links import LinkError, concept_matches, institution_links, ror_is_valid

HEADER = "printed_name\tcity\tcountry\tror\tror_name\trelation\tby\ton\twhy"
ROW = "Univ Ottawa\tOttawa\tCanada\thttps://ror.org/03c4mmv16\tUOttawa\towl:sameAs\tme\t2026-11-22\tit"
MATCHES = """#curie_map:
#  role: https://w3id.org/peerkg/role/
#  mesh: http://id.nlm.nih.gov/mesh/
#  semapv: https://w3id.org/semapv/vocab/
#  skos: http://www.w3.org/2004/02/skos/core#
subject_id\tpredicate_id\tobject_id\tobject_label\tmapping_justification\tverified_in
"""
MATCH = "role:peer-worker\tskos:relatedMatch\tmesh:D010379\tPeer Group\tsemapv:ManualMappingCuration\ta file"


def table(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "table.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_our_own_links_hold() -> None:
    links = institution_links()
    assert len({link.ror for link in links}) == 5
    assert all(link.ror_name and link.by and link.why for link in links)


def test_a_link_says_what_who_when_and_why(tmp_path: Path) -> None:
    [link] = institution_links(table(tmp_path, f"# ours\n{HEADER}\n{ROW}\n"))
    assert link.printed_name == "Univ Ottawa"
    assert link.ror == "https://ror.org/03c4mmv16"
    assert link.relation == "http://www.w3.org/2002/07/owl#sameAs"
    assert link.on == date(2026, 11, 22)


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("03c4mmv16", "03c4mmv17", r"table\.tsv:3: .*is not a ROR id"),
        ("https://ror.org/", "ror.org/", "is not a ROR id"),
        ("owl:sameAs", "owl:samAs", r"table\.tsv:3: relation is owl:sameAs"),
        ("2026-11-22", "22.11.2026", r"table\.tsv:3: on is a day"),
        ("Ottawa\tCanada", "Ottawa Canada", r"table\.tsv:3: 8 cells where the header has 9"),
        ("\tme\t", "\t \t", r"table\.tsv:3: by may not be empty"),
        (ROW, f"{ROW}\n{ROW.replace('Univ', 'UNIV')}", r"table\.tsv:4: .*linked twice"),
        ("city", "town", r"table\.tsv:2: the header lacks city"),
        (HEADER, "", r"table\.tsv:3: the header lacks printed_name"),
    ],
)
def test_a_wrong_row_is_named_with_its_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    text = f"# ours\n{HEADER}\n{ROW}\n"
    assert before in text
    with pytest.raises(LinkError, match=message):
        institution_links(table(tmp_path, text.replace(before, after, 1)))


def test_a_match_is_written_with_prefixes(tmp_path: Path) -> None:
    [match] = concept_matches(table(tmp_path, f"{MATCHES}{MATCH}\n"))
    assert str(match.subject) == "role/peer-worker"
    assert match.relation == "http://www.w3.org/2004/02/skos/core#relatedMatch"
    assert match.object == "http://id.nlm.nih.gov/mesh/D010379"
    assert match.verified_in == "a file"


@pytest.mark.parametrize(
    ("before", "after", "message"),
    [
        ("skos:relatedMatch", "skos:related", r"table\.tsv:7: predicate_id is one of"),
        ("mesh:D010379", "MESH:D010379", r"table\.tsv:7: 'MESH:D010379' is not prefix:name"),
        ("mesh:D010379", "mesh:D0 10379", "is not prefix:name"),
        ("role:peer-worker", "mesh:D1", "subject_id: .*not the IRI of a peerkg concept"),
        ("a file", "", "verified_in may not be empty"),
        (MATCH, f"{MATCH}\n{MATCH.replace('related', 'exact')}", r"table\.tsv:8: .*matched twice"),
    ],
)
def test_a_wrong_match_is_named_with_its_line(tmp_path: Path, before: str, after: str, message: str) -> None:
    with pytest.raises(LinkError, match=message):
        concept_matches(table(tmp_path, (MATCHES + MATCH).replace(before, after, 1)))


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(LinkError, match=r"absent\.tsv: cannot be read \(No such file or directory\)"):
        institution_links(tmp_path / "absent.tsv")
    (tmp_path / "latin.tsv").write_bytes(b"caf\xe9")
    with pytest.raises(LinkError, match="byte 3 is not UTF-8"):
        institution_links(tmp_path / "latin.tsv")
    with pytest.raises(LinkError, match="the header line is missing"):
        institution_links(table(tmp_path, "# nothing\n"))


@given(
    st.sampled_from([link.ror for link in institution_links()]),
    st.integers(17, 24),
    st.sampled_from("0123456789abcdefghjkmnpqrstvwxyz"),
)
def test_one_wrong_character_makes_a_ror_id_invalid(ror: str, place: int, character: str) -> None:
    changed = ror[:place] + character + ror[place + 1 :]
    assert ror_is_valid(changed) == (changed == ror)
