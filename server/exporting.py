"""Works to take along: a set of reports as reference managers and bibliometric programs read them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import combinations

from flask import Blueprint, Response, g, request

from kg import exports, faceted
from kg.expert import SearchError, hits, lines_of
from kg.identifiers import PartialDate
from kg.model import Affiliation, Authorship, Citation, Institution, Journal, Person, Report, Text
from kg.quickstatements import Work, to_quickstatements
from kg.source import Found
from kg.wos_export import to_web_of_science
from server import choosing, expert
from server.links import words
from server.pages import released
from server.problem import Problem
from server.search import LONGEST
from server.selecting import arguments, selection
from server.service import Call
from server.tables import Labels, Row, ask, iris

blueprint = Blueprint("exporting", __name__)

MOST = 1000
"""Works that one file holds."""
_ITEMS = 500  # of a network; a picture of more shows nothing

WRITERS: Mapping[str, tuple[str, str, Callable[[Sequence[Report]], str]]] = {
    "ris": ("application/x-research-info-systems", "ris", exports.to_ris),
    "bibtex": ("application/x-bibtex", "bib", exports.to_bibtex),
    "csl-json": ("application/vnd.citationstyles.csl+json", "json", exports.to_csl_json),
    "wos": ("text/plain", "txt", to_web_of_science),
}
"""The formats of references: media type, extension, writer."""
NETWORKS = ("co-author", "co-citation", "role-outcome")
"""What `/export/vosviewer` draws: who writes together, what is cited together, which role and outcome."""


OTHERS = ("vosviewer", "quickstatements")


@blueprint.get("/export/<any({}):name>".format(", ".join(map(repr, (*WRITERS, *OTHERS)))))
def export(name: str) -> Response:
    """The works that are named, or those that state the findings that arguments choose, in one file."""
    call = released()
    reports = _chosen(call)
    if name == "vosviewer":
        kind = request.args.get("network") or NETWORKS[0]
        if kind not in NETWORKS:
            raise Problem("request", f"`network` is one of {', '.join(NETWORKS)}, not `{kind[:80]}`")
        text, media_type, extension = network(call, reports, kind), "application/json", "json"
    elif name == "quickstatements":
        text, media_type, extension = to_quickstatements(_proven(call, reports)), "text/plain", "txt"
    else:
        media_type, extension, write = WRITERS[name]
        text = write(read(call, reports))
    response = Response(text, content_type=f"{media_type}; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="works.{extension}"'
    return response


def _chosen(call: Call) -> list[str]:
    """The IRIs of the works; `Problem` where there are more than one file holds."""
    found = _meant(call)
    if len(found) > MOST:
        detail = f"more than {MOST:,} works are chosen, and one file holds no more: choose fewer, as by year"
        raise Problem("request", detail, {"limit": "works", "maximum": MOST})
    return found


def _meant(call: Call) -> list[str]:
    """The IRIs of the works, one more than a file holds where there are more."""
    named = request.args.getlist("report")
    if "lines" in request.args or "q" in request.args:
        found = _searched()
        if not found:
            raise Problem("not-found", "the search has no works")
        return found
    if named:
        if len(named) > MOST or not all(_is_name(one) for one in named):
            raise Problem("request", f"`report` is the last part of a report's address, {MOST} at most")
        wanted = " ".join(f"<{g.release.base}report/{one}>" for one in named)
        question = f"SELECT DISTINCT ?report {{ VALUES ?report {{ {wanted} }} ?report a pk:Report }}"
    else:
        where = " ".join(selection(dict(arguments())))
        question = f"SELECT DISTINCT ?report {{ {where} ?report pk:statesFinding ?f }}"
    rows = ask(call, {"reports": f"{question} ORDER BY ?report LIMIT {MOST + 1}"})["reports"]
    if not rows:
        raise Problem("not-found", "no work of this release is meant")
    return [row["report"].value for row in rows]


def _searched() -> list[str]:
    """The works that a search has, one more than a file holds where there are more."""
    if "lines" not in request.args:
        query = request.args["q"][:LONGEST]
        works = faceted.search(g.release.search, query, choosing.given(), limit=MOST + 1)
        return [hit.iri for hit in works.hits]
    given = lines_of(request.args["lines"])
    try:
        lines = expert.run(g.release, given)
    except SearchError as error:
        raise Problem("request", str(error), {"line": error.line, "column": error.column}) from None
    number = request.args.get("line", len(lines), type=int)
    if not 0 < number <= len(lines):
        raise Problem("request", f"there is no line {number}")
    return [hit.iri for hit in hits(g.release.search, lines[number - 1], limit=MOST + 1)]


def _is_name(text: str) -> bool:
    return 0 < len(text) <= 120 and text.replace("-", "").replace("_", "").isalnum() and text.isascii()


def read(call: Call, reports: Sequence[str]) -> list[Report]:
    """The works as records, with authors, journal and what they cite; in the order given."""
    values = f"VALUES ?report {{ {' '.join(f'<{one}>' for one in reports)} }}"
    answers = ask(
        call,
        {
            "about": f"""SELECT ?report ?p ?o {{ {values}
                VALUES ?p {{ rdf:type dcterms:title dcterms:issued prism:volume prism:issueIdentifier
                    prism:pageRange prism:doi fabio:hasPubMedId
                    pk:authorKeyword pk:keywordPlus pk:timesCited }}
                ?report ?p ?o }}""",
            "journals": f"""SELECT DISTINCT ?report ?name ?issn {{ {values}
                ?report dcterms:isPartOf ?journal .
                ?journal rdfs:label ?name . OPTIONAL {{ ?journal prism:issn ?issn }} }}""",
            "authors": f"""SELECT DISTINCT ?report ?a ?position ?name ?family ?given ?orcid ?address ?letters
                {{ {values} ?report pk:hasAuthorship ?a .
                ?a pk:authorPosition ?position ; pk:nameAsPrinted ?name .
                OPTIONAL {{ ?a pk:affiliationAsPrinted ?address }}
                OPTIONAL {{ ?a pk:isCorresponding ?letters }}
                OPTIONAL {{ ?a pk:authorshipBy ?person . ?person foaf:familyName ?family
                    OPTIONAL {{ ?person foaf:givenName ?given }}
                    OPTIONAL {{ ?person pk:orcid ?orcid }} }} }}""",
            "cited": f"""SELECT DISTINCT ?report ?c ?text ?position ?doi ?year ?first ?journal ?volume ?pages
                {{ {values} ?report pk:hasReference ?c . ?c pk:citationText ?text .
                OPTIONAL {{ ?c pk:citationPosition ?position }}
                OPTIONAL {{ ?c pk:citedWork ?work .
                    OPTIONAL {{ ?work prism:doi ?doi }} OPTIONAL {{ ?work dcterms:issued ?year }}
                    OPTIONAL {{ ?work dcterms:isPartOf/rdfs:label ?journal }}
                    OPTIONAL {{ ?work prism:volume ?volume }} OPTIONAL {{ ?work prism:pageRange ?pages }}
                    OPTIONAL {{ ?work pk:hasAuthorship ?one .
                        ?one pk:authorPosition 1 ; pk:nameAsPrinted ?first }} }} }}""",
        },
    )
    of: dict[str, dict[str, list[Row]]] = {one: {} for one in reports}
    for name, rows in answers.items():
        for row in rows:
            of[row["report"].value].setdefault(name, []).append(row)
    return [_report(of[one]) for one in reports]


def _proven(call: Call, reports: Sequence[str]) -> list[Work]:
    """The works with what identifiers say of them: only these make two things one (`owl:sameAs`)."""
    values = f"VALUES ?report {{ {' '.join(f'<{one}>' for one in reports)} }}"
    is_item = 'FILTER(STRSTARTS(STR(?said), "http://www.wikidata.org/entity/"))'
    answers = ask(
        call,
        {
            "items": f"SELECT DISTINCT ?report ?said {{ {values} ?report owl:sameAs ?said {is_item} }}",
            "dois": f"SELECT DISTINCT ?report ?said {{ {values} ?report prism:doi ?said }}",
            "pmcids": f"SELECT DISTINCT ?report ?said {{ {values} ?report fabio:hasPubMedCentralId ?said }}",
            "cited": f"""SELECT DISTINCT ?report ?said {{ {values} ?report cito:cites ?work .
                ?work owl:sameAs ?said {is_item} }}""",
        },
    )
    of: dict[str, dict[str, list[str]]] = {}
    for name, rows in answers.items():
        for row in rows:
            of.setdefault(row["report"].value, {}).setdefault(name, []).append(row["said"].value)
    return [
        Work(report, *(tuple(sorted(of.get(iri, {}).get(name, ()))) for name in answers))
        for iri, report in zip(reports, read(call, reports), strict=True)
    ]


def _found(row: Row, name: str) -> Text | None:
    return Found(row[name].value, row[name].value, 0) if name in row else None


def _said(text: str) -> Text:
    return Found(text, text, 0)


def _report(rows: Mapping[str, list[Row]]) -> Report:
    about: dict[str, list[str]] = {}
    for row in rows.get("about", ()):
        about.setdefault(row["p"].value.rpartition("/")[2].rpartition("#")[2], []).append(row["o"].value)

    def first(name: str) -> Text | None:
        return _said(min(about[name])) if name in about else None

    kinds = sorted(kind.rpartition("/")[2] for kind in about.get("type", ()) if "/spar/fabio/" in kind)
    issued = first("issued")
    cited = first("timesCited")
    journal = next(iter(sorted(rows.get("journals", ()), key=lambda row: row["name"].value)), None)
    issns = sorted({row["issn"].value for row in rows.get("journals", ()) if "issn" in row})
    return Report(
        kind=next((kind for kind in kinds if kind != "Expression"), "Expression"),
        title=first("title"),
        authorships=_authorships(rows.get("authors", ())),
        journal=Journal(name=_said(journal["name"].value), issn=tuple(map(_said, issns)))
        if journal
        else None,
        issued=issued.map(_date) if issued else None,
        volume=first("volume"),
        issue=first("issueIdentifier"),
        pages=first("pageRange"),
        doi=first("doi"),
        pmid=first("hasPubMedId"),
        author_keywords=tuple(map(_said, sorted(about.get("authorKeyword", ())))),
        keywords_plus=tuple(map(_said, sorted(about.get("keywordPlus", ())))),
        times_cited=cited.map(int) if cited else None,
        references=_references(rows.get("cited", ())),
    )


def _date(text: str) -> PartialDate:
    return PartialDate(*(int(part) for part in text[:10].split("-")))


def _authorships(rows: Iterable[Row]) -> tuple[Authorship, ...]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(row["a"].value, []).append(row)
    made = []
    for several in found.values():
        row = min(
            several, key=lambda one: (one["family"].value if "family" in one else "~", str(one.get("given")))
        )
        name = _said(row["name"].value)
        person = None
        if "family" in row:
            person = Person(
                family=_found(row, "family"), given=_found(row, "given"), orcid=_found(row, "orcid")
            )
        addresses = sorted({one["address"].value for one in several if "address" in one})
        writes = any("letters" in one and one["letters"].value == "true" for one in several)
        made.append(
            Authorship(
                quote=name,
                name_as_printed=name,
                position=int(row["position"].value),
                person=person,
                affiliations=tuple(map(_affiliation, addresses)),
                corresponding=Found(True, "", 0) if writes else None,
            )
        )
    return tuple(sorted(made, key=lambda one: one.position))


def _affiliation(address: str) -> Affiliation:
    return Affiliation(printed=_said(address), institution=Institution(name=_said(address)))


def _references(rows: Iterable[Row]) -> tuple[Citation, ...]:
    """The works cited, each in one line as Web of Science has it; as printed where nothing is known of it."""
    found: dict[str, Row] = {}
    for row in rows:
        found.setdefault(row["c"].value, row)

    def place(row: Row) -> tuple[int, str]:
        return int(row["position"].value) if "position" in row else 10**9, row["text"].value

    lines = []
    for row in sorted(found.values(), key=place):
        parts = {
            name: row[name].value
            for name in ("first", "year", "journal", "volume", "pages", "doi")
            if name in row
        }
        line = ", ".join(
            before + value
            for before, value in (
                ("", parts.get("first", "").replace(",", "")),
                ("", parts.get("year", "")[:4]),
                ("", parts.get("journal", "").upper()),
                ("V", parts.get("volume", "")),
                ("P", parts.get("pages", "").partition("-")[0]),
                ("DOI ", parts.get("doi", "")),
            )
            if value
        )
        known = "first" in parts and "year" in parts
        lines.append(Citation(quote=_said(line if known else row["text"].value), status="listed"))
    return tuple(lines)


def network(call: Call, reports: Sequence[str], kind: str) -> str:
    """The network in VOSviewer's JSON: what occurs in one work together, and in how many works."""
    values = f"VALUES ?report {{ {' '.join(f'<{one}>' for one in reports)} }}"
    thing = {
        "co-author": "?report pk:hasAuthor ?thing",
        "co-citation": "?report cito:cites ?thing",
        "role-outcome": (
            "?report pk:reportFacet ?thing . ?thing a ?kind VALUES ?kind { pk:PeerRole pk:Outcome }"
        ),
    }[kind]
    rows = ask(call, {"pairs": f"SELECT DISTINCT ?report ?thing ?kind {{ {values} {thing} }}"})["pairs"]
    labels = Labels.of(call, iris(rows), g.languages)
    of: dict[str, set[str]] = {}
    kinds: dict[str, str] = {}
    for row in rows:
        of.setdefault(row["report"].value, set()).add(row["thing"].value)
        kinds[row["thing"].value] = row["kind"].value.rpartition("#")[2] if "kind" in row else ""
    weight = Counter(thing for things in of.values() for thing in things)
    shown = {thing: number for number, (thing, _) in enumerate(_heaviest(weight), start=1)}
    together = Counter(
        pair
        for things in of.values()
        for pair in combinations(sorted(things & shown.keys()), 2)
        if kind != "role-outcome" or kinds[pair[0]] != kinds[pair[1]]
    )
    items = [
        {
            "id": number,
            "label": labels.get(thing) or words(thing),
            "url": thing,
            "weights": {"Documents": weight[thing]},
            **({"cluster": 1 if kinds[thing] == "PeerRole" else 2} if kinds[thing] else {}),
        }
        for thing, number in shown.items()
    ]
    links = [
        {"source_id": shown[one], "target_id": shown[other], "strength": strength}
        for (one, other), strength in sorted(together.items())
    ]
    return json.dumps({"network": {"items": items, "links": links}}, ensure_ascii=False, indent=1)


def _heaviest(weight: Counter[str]) -> list[tuple[str, int]]:
    return sorted(weight.items(), key=lambda item: (-item[1], item[0]))[:_ITEMS]
