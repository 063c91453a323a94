"""The twelve shapes of queries that endpoints are compared by, over the made-up reports of `synthetic.py`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import quote

from benchmarks import load, synthetic

PREFIXES = (
    "PREFIX pk: <https://w3id.org/peerkg/ontology#> PREFIX dct: <http://purl.org/dc/terms/> "
    "PREFIX foaf: <http://xmlns.com/foaf/0.1/> PREFIX cito: <http://purl.org/spar/cito/> "
    "PREFIX org: <http://www.w3.org/ns/org#> "
)
JSON = "application/sparql-results+json"
N_TRIPLES = "application/n-triples"


@dataclass(frozen=True, slots=True)
class Shape:
    """A query: `{n}` in it is the number of a report, another one each time."""

    name: str
    kind: str
    """`small`, `aggregate` or `large`."""
    text: str
    is_graph: bool = False

    def query(self, number: int, triples: int) -> str:
        """The query about one of the reports."""
        count = synthetic.reports(triples)
        text = self.text.replace("{n}", str(number * 7919 % count))
        text = text.replace("{person}", str(number * 7919 % synthetic.persons(count)))
        return PREFIXES + text.replace(
            "{institution}", str(1 + number * 7919 % (synthetic.institutions(count) - 1))
        )

    @property
    def accept(self) -> str:
        """The format of its answer."""
        return N_TRIPLES if self.is_graph else JSON

    def requests(self, address: str, path: str, triples: int, *, again: bool, salt: str) -> Iterator[bytes]:
        """Requests without end: always the same, or each in other words, so that no cache knows it."""
        number = 0
        while True:
            text = self.query(0 if again else number, triples) + ("" if again else f" #{salt}{number}")
            yield load.get(address, f"{path}?query={quote(text)}", self.accept)
            number += 1


BASE = synthetic.BASE
SHAPES = (
    Shape("point", "small", f"SELECT ?p ?o {{ <{BASE}report/r{{n}}> ?p ?o }}"),
    Shape("describe", "small", f"DESCRIBE <{BASE}study/s{{n}}>", is_graph=True),
    Shape(
        "star",
        "small",
        f"SELECT ?r ?title ?year ?study {{ ?r pk:hasAuthor <{BASE}person/p{{person}}> ; dct:title ?title ; "
        "dct:issued ?year ; pk:reportsStudy ?study }",
    ),
    Shape(
        "three hops",
        "small",
        f"SELECT DISTINCT ?outcome {{ ?r pk:hasAuthor <{BASE}person/p{{person}}> . ?r pk:reportsStudy ?s . "
        "?s pk:hasFinding ?f . ?f pk:findingOutcome ?outcome }",
    ),
    Shape(
        "path",
        "small",
        f"SELECT ?above {{ <{BASE}institution/i{{institution}}> org:subOrganizationOf+ ?above }}",
    ),
    Shape(
        "optional",
        "small",
        f"SELECT ?r ?title ?text {{ ?r pk:hasAuthor <{BASE}person/p{{person}}> ; dct:title ?title ; "
        "pk:reportsStudy ?s OPTIONAL { ?s dct:description ?text } }",
    ),
    Shape(
        "construct",
        "small",
        f"CONSTRUCT {{ ?f ?p ?o }} WHERE {{ <{BASE}study/s{{n}}> pk:hasFinding ?f . ?f ?p ?o }}",
        is_graph=True,
    ),
    Shape(
        "role x outcome",
        "aggregate",
        "SELECT ?role ?outcome (COUNT(DISTINCT ?s) AS ?studies) { ?s pk:studiesRole ?role ; "
        "pk:measuresOutcome ?outcome } GROUP BY ?role ?outcome",
    ),
    Shape("count", "aggregate", "SELECT ?p (COUNT(*) AS ?n) { ?s ?p ?o } GROUP BY ?p"),
    Shape(
        "order by",
        "aggregate",
        "SELECT ?r ?cited { ?r pk:timesCited ?cited } ORDER BY DESC(?cited) ?r LIMIT 20",
    ),
    Shape(
        "regex",
        "aggregate",
        'SELECT (COUNT(?r) AS ?n) { ?r dct:title ?title FILTER(REGEX(?title, "peer (support|hope)", "i")) }',
    ),
    Shape("100,000 rows", "large", "SELECT ?s ?o { ?s ?p ?o } LIMIT 100000"),
)
