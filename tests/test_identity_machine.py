"""Releases of additions, changes, removals, returns and decisions: no IRI is lost or used again."""

from __future__ import annotations

from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from kg import iris, organisations, registry, ror
from kg.identifiers import PartialDate
from kg.linking import Entity, entities, identities
from kg.mapping import Policy
from kg.model import Affiliation, Authorship, Institution, Person, Report
from kg.registry import Row
from kg.source import Found
from tests.building import unplaced
from tests.test_ror import RECORDS

BASE = "https://example.org/kg/"
REGISTRY = organisations.Known(ror.Registry.of(RECORDS))
NAMES = [
    ("Okafor", "Ada", ""),
    ("Okafor", "A", ""),
    ("Okafor", "Ada", "0000-0002-1825-0097"),
    ("Lind", "Per", ""),
]


def work(
    *, title: str, year: int | None, doi: str, pmid: str, authors: list[tuple[str, str, str]], place: str,
    page: str, kind: str,
) -> Report:  # fmt: skip
    at = Institution(name=unplaced(place), city=unplaced("Tarnbury")) if place else None
    return Report(
        kind=kind,
        pages=unplaced(page) if page else None,
        title=unplaced(title),
        issued=Found(PartialDate(year), str(year), 0) if year else None,
        doi=unplaced(doi) if doi else None,
        pmid=unplaced(pmid) if pmid else None,
        authorships=tuple(
            Authorship(
                quote=unplaced(family),
                name_as_printed=unplaced(family),
                position=position,
                person=Person(
                    family=unplaced(family), given=unplaced(given), orcid=unplaced(orcid) if orcid else None
                ),
                affiliations=(Affiliation(printed=at.name, institution=at),) if at else (),
            )
            for position, (family, given, orcid) in enumerate(authors, start=1)
        ),
    )


works = st.builds(
    work,
    title=st.sampled_from(
        [
            "Doors that open in the houses",
            "Doors that opens in the houses",
            "Keys of all houses",
            "Erratum: Keys of all houses",
            "Editorial",
        ]
    ),
    year=st.sampled_from([2001, 2002, None]),
    doi=st.sampled_from(["10.5555/a", "10.5555/b", "", ""]),
    pmid=st.sampled_from(["1", "2", "", ""]),
    authors=st.lists(st.sampled_from(NAMES), min_size=1, max_size=2, unique=True),
    place=st.sampled_from(["House", "HOUSE", "Univ Tarnbury", "University of Tarnbury", ""]),
    page=st.sampled_from(["", "3", "44", "S3"]),
    kind=st.sampled_from(["Expression", "Expression", "Abstract"]),
)
documents = st.sampled_from(["one", "two", "three", "four"])


class Releases(RuleBasedStateMachine):
    """A folder of documents, what people decided, and the identities of the last release."""

    def __init__(self) -> None:
        super().__init__()
        self.folder: dict[str, Report] = {}
        self.gone: dict[str, Report] = {}
        self.apart: list[tuple[str, str]] = []
        self.together: list[tuple[str, str]] = []
        self.rows: tuple[Row, ...] = ()
        self.ever: dict[str, set[str]] = {}
        self.split: set[str] = set()
        self.has_registry = False

    def found(self) -> list[Entity]:
        found = [
            entity
            for name, report in sorted(self.folder.items())
            for entity in entities(self.node(name, report), Policy(), f"{BASE}source/{name}")
        ]
        return list(REGISTRY.keyed(found)) if self.has_registry else found

    def node(self, name: str, report: Report) -> iris.Node:
        plain = iris.nodes(report, BASE, printed=name)
        if name not in self.split:
            return plain
        return iris.nodes(report, BASE, printed=name, apart={plain.iri: f"split:{name}"})

    @rule(name=documents)
    def a_work_is_split_off_or_no_more(self, name: str) -> None:
        self.split ^= {name}
        self.release()

    @rule()
    def the_registry_is_known_or_no_more(self) -> None:
        self.has_registry = not self.has_registry
        self.release()

    @rule(name=documents, report=works)
    def a_document_comes_or_changes(self, name: str, report: Report) -> None:
        self.folder[name] = report
        self.release()

    @precondition(lambda self: self.folder)
    @rule(data=st.data())
    def a_document_goes(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.folder)))
        self.gone[name] = self.folder.pop(name)
        self.release()

    @precondition(lambda self: self.gone)
    @rule(data=st.data())
    def a_document_comes_back(self, data: st.DataObject) -> None:
        name = data.draw(st.sampled_from(sorted(self.gone)))
        self.folder[name] = self.gone[name]
        self.release()

    @precondition(lambda self: len(self.rows) > 1)
    @rule(data=st.data(), forbidden=st.booleans())
    def a_person_decides_about_two(self, data: st.DataObject, forbidden: bool) -> None:
        kind = data.draw(st.sampled_from(["Report", "Person", "Institution"]))
        known = [row.iri for row in self.rows if row.kind == kind]
        if len(known) > 1:
            one, other = sorted(
                data.draw(st.lists(st.sampled_from(known), min_size=2, max_size=2, unique=True))
            )
            (self.apart if forbidden else self.together).append((one, other))
            self.release()

    def release(self) -> None:
        before = {row.iri: row for row in self.rows}
        result = identities(self.found(), self.rows, self.apart, self.together)
        after = {row.iri: row for row in result.rows}
        assert before.keys() <= after.keys(), "an IRI is lost"
        for iri, row in before.items():
            now = after[iri]
            assert (now.kind, now.since) == (row.kind, row.since)
            assert row.state != "merged" or now.state == "merged", "what led elsewhere is a thing again"
            assert row.state == now.state or now.changed > row.changed
        live = {iri for iri, row in after.items() if row.state == "live"}
        assert live == set(result.final.values()), "what lives is what is there"
        for iri in live:
            keys = {key.rpartition("#")[2] for key in after[iri].keys}
            assert keys & self.ever.setdefault(iri, keys), "an IRI is used for another thing"
            self.ever[iri] |= keys
        for row in after.values():
            assert (row.state == "merged") is bool(row.target)
            assert not row.target or after[row.target].state != "merged", (
                "an IRI leads to one that leads away"
            )
        if not self.apart and not self.together:
            again = identities(self.found(), result.rows)
            assert (again.rows, again.final) == (result.rows, result.final), "nothing new is another release"
        self.rows = result.rows

    @invariant()
    def the_table_reads_back(self) -> None:
        assert tuple(registry.read(registry.write(self.rows), "identities.tsv")) == self.rows


TestReleases = Releases.TestCase
TestReleases.settings = settings(
    max_examples=60, stateful_step_count=10, deadline=None, derandomize=True, phases=[Phase.generate]
)
