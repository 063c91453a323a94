"""What a page says of one thing: questions to the workers, and their answers arranged for a template."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from urllib.parse import urlencode

from flask import request
from markupsafe import Markup

from kg import formats, resources
from kg.identifiers import VOCABULARY
from kg.searching import Hit
from server import panels
from server.findings import PLACE, WORDS, Claim, Finding, Quote, claims, finding_questions, quotes_of
from server.links import shown
from server.panels import Panel
from server.service import Call
from server.tables import Labels, Row, Term, ask, iris

PK = f"{VOCABULARY}ontology#"
_RDFS_LABEL = "http://www.w3.org/2000/01/rdf-schema#label"
_SKOS = "http://www.w3.org/2004/02/skos/core#"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_SAME = ("http://www.w3.org/2002/07/owl#sameAs", "https://schema.org/sameAs")

_LISTED = 200
"""Works, studies or findings that a page lists; of more it says where all are."""
_READ = 2000
"""Statements read from a document that its page lists."""
_NAMED = 8
"""Authors that a citation names at most."""
INCOMING = 200
"""How many links to a thing its page shows."""

_OWL, _SSSOM = "http://www.w3.org/2002/07/owl#", "https://w3id.org/sssom/"
_REASONS = f"""SELECT DISTINCT ?other ?said ?score ?inputs ?tool ?by ?on ?candidate {{
    {{ ?row <{_OWL}annotatedTarget> <%(iri)s> ; <{_OWL}annotatedSource> ?other }} UNION
    {{ ?row <{_OWL}annotatedSource> <%(iri)s> ; <{_OWL}annotatedTarget> ?other }}
    ?row <{_SSSOM}confidence> ?score ; rdfs:comment ?said
    OPTIONAL {{ ?row <{_SSSOM}match_string> ?inputs }} OPTIONAL {{ ?row <{_SSSOM}mapping_tool> ?tool }}
    OPTIONAL {{ ?row <{_SSSOM}author_label> ?by }} OPTIONAL {{ ?row <{_SSSOM}mapping_date> ?on }}
    OPTIONAL {{ ?row a ?candidate FILTER(?candidate = <{_SSSOM}Mapping>) }}
    }} ORDER BY ?candidate DESC(?score) ?other ?said LIMIT {INCOMING}"""

KINDS = {
    "Finding": "finding",
    "Study": "study",
    "Report": "report",
    "SourceDocument": "source",
    "Person": "person",
    "Institution": "institution",
    "Journal": "series",
    "Conference": "series",
    "Programme": "programme",
    "Evidence": "evidence",
}
"""The classes with a page of their own, and its template. Concepts have one, all else shares one."""


@dataclass(slots=True)
class View:
    """Everything a page about a thing is made of."""

    iri: str
    kinds: list[str]
    template: str
    facts: list[tuple[str, list[Term]]]
    bridges: list[tuple[str, list[Term]]]
    incoming: list[tuple[str, list[Term]]]
    more_incoming: bool
    same: list[str]
    labels: Labels
    parts: dict[str, Any]
    reasons: list[Row]
    """Why records are this thing, and what may be it: the other, the reason, the score."""
    panels: dict[str, Panel]
    """The data of each part of the page, by the name of the question behind it."""

    def first(self, predicate: str) -> str | None:
        """The first value of a property given by its short name, such as `dcterms:title`."""
        values = self.all(predicate)
        return values[0].value if values else None

    def all(self, predicate: str) -> list[Term]:
        """All values of a property given by its short name."""
        prefix, _, local = predicate.partition(":")
        iri = formats.prefixes()[prefix] + local
        return next((values for one, values in (*self.facts, *self.bridges) if one == iri), [])


@cache
def _mapped() -> frozenset[str]:
    """The properties that the mapping emits: what is said in them is said in other vocabularies as well."""
    context = json.loads((resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8"))
    found: set[str] = set()

    def walk(node: Mapping[str, Any]) -> None:
        for key, value in node.items():
            if isinstance(value, dict):
                if isinstance(value.get("@id"), str) and "@context" not in value:
                    prefix, _, local = value["@id"].partition(":")
                    found.add(formats.prefixes().get(prefix, f"{prefix}:") + local)
                walk(value.get("@context", {}) if key != "@context" else value)

    walk(context)
    return frozenset(found)


def _is_own(predicate: str) -> bool:
    return predicate.startswith((PK, _SKOS)) or predicate in _mapped() or predicate in _SAME


_TITLES = {_RDFS_LABEL, f"{_SKOS}prefLabel", "https://schema.org/name", "http://xmlns.com/foaf/0.1/name"}
_SHOWN_APART = {_TYPE, f"{PK}evidencedBy", f"{PK}sourceText", *_TITLES}


def _grouped(rows: Iterable[Row], value: str) -> list[tuple[str, list[Term]]]:
    found: dict[str, set[Term]] = {}
    for row in rows:
        found.setdefault(row["p"].value, set()).add(row[value])
    return [
        (predicate, sorted(values, key=lambda one: (one.kind, one.language, one.value)))
        for predicate, values in sorted(found.items(), key=lambda item: (not item[0].startswith(PK), item[0]))
    ]


def view(call: Call, iri: str, base: str, languages: Iterable[str]) -> View | None:
    """What the page about the thing says; `None` where the release says nothing of it."""
    languages = tuple(languages)
    evidence = f"{base}graph/evidence"
    answers = ask(
        call,
        {
            "out": f"SELECT ?p ?o {{ <{iri}> ?p ?o }}",
            "in": f"SELECT ?p ?s {{ ?s ?p <{iri}> FILTER(isIRI(?s)) }} LIMIT {20 * INCOMING}",
            "evidence": f"SELECT ?p ?o {{ GRAPH <{evidence}> {{ <{iri}> ?p ?o }} }}",
            "reasons": _REASONS % {"iri": iri},
        },
    )
    out = answers["out"] + [row for row in answers["evidence"] if row["p"].value != f"{PK}sourceText"]
    if not out and not answers["in"]:
        return None
    kinds = [row["o"].value for row in out if row["p"].value == _TYPE]
    local = [kind.removeprefix(PK) for kind in kinds if kind.startswith(PK)]
    template = next((KINDS[kind] for kind in KINDS if kind in local), "")
    if not template:
        template = "concept" if f"{_SKOS}Concept" in kinds else "entity"
    facts = [row for row in out if row["p"].value not in _SHOWN_APART]
    own = [row for row in facts if _is_own(row["p"].value)]
    incoming = [row for row in answers["in"] if _is_own(row["p"].value)]
    parts = _PARTS.get(template, _nothing)(call, iri, evidence)
    rows = [value for value in parts.values() if isinstance(value, list)]
    more_incoming, incoming = len(incoming) > INCOMING, incoming[:INCOMING]
    wanted = {iri, *iris(out, incoming, answers["reasons"]), *_iris_of(rows)}
    return View(
        iri,
        sorted(kinds, key=lambda kind: (not kind.startswith(PK), kind)),
        template,
        _grouped(own, "o"),
        _grouped([row for row in facts if row not in own], "o"),
        _grouped(incoming, "s"),
        more_incoming,
        [value.value for one in _SAME for row in own if row["p"].value == one for value in (row["o"],)],
        Labels.of(call, wanted, languages),
        parts,
        answers["reasons"],
        panels.of({**answers, **parts.get("asked", parts)}, _DRAWN_AS),
    )


_DRAWN_AS = {"together": "graph", "places": "map"}
"""The questions whose answers pages draw, and as what."""


def _iris_of(value: object) -> set[str]:
    if isinstance(value, Term):
        return {value.value} if value.is_iri else set()
    if isinstance(value, Mapping):
        return {iri for one in value.values() for iri in _iris_of(one)}
    if isinstance(value, list | tuple):
        return {iri for one in value for iri in _iris_of(one)}
    if isinstance(value, Claim):
        return {iri for one in value.findings for iri in _iris_of(one)}
    if isinstance(value, Finding):
        named = (
            value.iri,
            value.outcome,
            value.direction,
            value.basis,
            value.whom,
            value.about,
            value.report,
        )
        return {iri for iri in named if iri} | _iris_of(value.citations) | _iris_of(value.quotes)
    if isinstance(value, Quote):
        return {value.source}
    return set()


def _nothing(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    del call, iri, evidence
    return {}


def _study(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    return inquiry(call, "study", iri, evidence)


def _report(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    return inquiry(call, "report", iri, evidence)


def inquiry(call: Call, given: str, iri: str, evidence: str) -> dict[str, Any]:
    """A study and the report of it, asked for together: people read them as one. `given` says which it is."""
    told = "?report pk:reportsStudy ?study ."
    # Each question begins with what it is about, bound: behind an OPTIONAL, Oxigraph reads all there is.
    both = f"VALUES ?{given} {{ <{iri}> }} OPTIONAL {{ {told} }}"
    report, study = (
        f"VALUES ?{given} {{ <{iri}> }} {told if wanted != given else ''}" for wanted in ("report", "study")
    )
    facets = " ".join(
        f"(pk:{name} {number})"
        for number, name in enumerate(
            ("studiesRole", "studiesPopulation", "inSetting", "usesMethod", "measuresOutcome")
        )
    )
    answers = ask(
        call,
        {
            "report": f"""SELECT ?report ?study ?title ?issued ?journal ?conference ?volume ?issue ?pages ?doi
                ?line ?source ?number {{ {both}
                OPTIONAL {{ ?report dcterms:title ?title }} OPTIONAL {{ ?report dcterms:issued ?issued }}
                OPTIONAL {{ ?report dcterms:isPartOf ?journal }}
                OPTIONAL {{ ?report pk:presentedAt ?conference }}
                OPTIONAL {{ ?report prism:volume ?volume }}
                OPTIONAL {{ ?report prism:issueIdentifier ?issue }}
                OPTIONAL {{ ?report prism:pageRange ?pages }} OPTIONAL {{ ?report prism:doi ?doi }}
                OPTIONAL {{ ?report dcterms:bibliographicCitation ?line }}
                OPTIONAL {{ ?report pk:abstractNumber ?number }}
                OPTIONAL {{ ?report pk:convertedFrom ?source }} }}""",
            "authors": f"""SELECT DISTINCT ?a ?position ?name ?person ?institution ?unit {{ {report}
                ?report pk:hasAuthorship ?a . ?a pk:authorPosition ?position ; pk:nameAsPrinted ?name .
                OPTIONAL {{ ?a pk:authorshipBy ?person }} OPTIONAL {{ ?a pk:authorshipAt ?institution }}
                OPTIONAL {{ ?a pk:authorshipUnit ?unit }} }}""",
            "facets": f"""SELECT DISTINCT ?rank ?concept {{ {study}
                VALUES (?p ?rank) {{ {facets} }} ?study ?p ?concept }}""",
            "report_facets": f"""SELECT DISTINCT ?concept ?kind {{ {report}
                ?report pk:reportFacet ?concept . ?concept a ?kind
                FILTER(STRSTARTS(STR(?kind), STR(pk:))) }}""",
            "groups": f"""SELECT DISTINCT ?group ?description ?size ?role ?population {{ {study}
                ?study pk:hasParticipantGroup ?group . ?group pk:groupDescription ?description .
                OPTIONAL {{ ?group pk:groupSize ?size }} OPTIONAL {{ ?group pk:groupRole ?role }}
                OPTIONAL {{ ?group pk:groupPopulation ?population }} }}""",
            "data": f"""SELECT DISTINCT ?data ?description ?count {{ {study}
                ?study pk:usesData ?data . ?data pk:dataDescription ?description .
                OPTIONAL {{ ?data pk:dataCount ?count }} }}""",
            "programmes": f"""SELECT DISTINCT ?programme ?role {{ {study}
                ?study pk:evaluatesProgramme ?programme .
                OPTIONAL {{ ?programme pk:programmeRole ?role }} }}""",
            "sections": f"""SELECT DISTINCT ?section ?kind ?heading ?text {{ {report}
                ?report pk:hasSection ?section . ?section pk:sectionText ?text .
                OPTIONAL {{ ?section pk:sectionKind ?kind }}
                OPTIONAL {{ ?section pk:sectionHeading ?heading }} }}""",
            "references": f"""SELECT DISTINCT ?c ?text ?position ?number ?work {{ {report}
                ?report pk:hasReference ?c . ?c pk:citationText ?text .
                OPTIONAL {{ ?c pk:citationPosition ?position }} OPTIONAL {{ ?c pk:citationNumber ?number }}
                OPTIONAL {{ ?c pk:citedWork ?work }} }}""",
            # First the documents, then their evidence: joined at once, Oxigraph begins with all evidence.
            "read_from": f"""SELECT ?source (COUNT(DISTINCT ?evidence) AS ?n) {{
                {{ SELECT DISTINCT ?source {{ {report} ?report pk:convertedFrom ?source }} }}
                GRAPH <{evidence}> {{ ?target oa:hasSource ?source . ?evidence oa:hasTarget ?target }} }}
                GROUP BY ?source ORDER BY ?source""",
            "citing": f"""SELECT DISTINCT ?citing {{ {report} ?citing cito:cites ?report }}
                LIMIT {INCOMING + 1}""",
            "keywords": f"""SELECT DISTINCT ?kind ?word {{ {report}
                VALUES (?p ?kind) {{ (pk:authorKeyword "author") (pk:keywordPlus "plus") }}
                ?report ?p ?word }}""",
            **finding_questions(
                f"{{ SELECT DISTINCT ?f {{ {report} ?report pk:statesFinding ?f }} }}", evidence
            ),
        },
    )
    kinds: dict[str, list[Row]] = {}
    for row in answers["facets"]:
        kinds.setdefault(row["rank"].value, []).append(row)
    of_report: dict[str, list[Term]] = {}
    for row in answers["report_facets"]:
        of_report.setdefault(row["kind"].value.removeprefix(PK), []).append(row["concept"])

    def number(row: Row, name: str) -> int:
        return int(row[name].value) if name in row else 10**9

    return {
        "about": answers["report"][:1],
        "authors": _authors(answers["authors"]),
        "facets": [[row["concept"] for row in kinds.get(str(rank), [])] for rank in range(5)],
        "report_facets": of_report,
        "groups": _by_thing(answers["groups"], "group"),
        "data": answers["data"],
        "programmes": _by_thing(answers["programmes"], "programme"),
        "sections": answers["sections"],
        "references": sorted(
            answers["references"], key=lambda row: (number(row, "position"), row["text"].value)
        ),
        "citing": answers["citing"][:INCOMING],
        "more_citing": len(answers["citing"]) > INCOMING,
        "read_from": [row for row in answers["read_from"] if "source" in row],
        "keywords": answers["keywords"],
        "claims": claims(answers),
        "asked": answers,
    }


def citation(parts: Mapping[str, Any], labels: Labels) -> str:
    """A report as a list of references has it: authors, year, title, where it stands, identifier."""
    about: Row = parts["about"][0] if parts["about"] else {}
    names = [author["name"][0].value for author in parts["authors"]]
    some = names if len(names) <= _NAMED else [*names[: _NAMED - 1], "et al."]

    def value(name: str) -> str:
        return about[name].value if name in about else ""

    journal, conference = (labels.get(value(name)) or "" for name in ("journal", "conference"))
    volume = value("volume") + (f"({value('issue')})" if value("issue") else "")
    place = ", ".join(part for part in (journal, volume, value("pages")) if part)
    doi = f"https://doi.org/{value('doi')}" if value("doi") else ""
    year = f"({value('issued')[:4]})" if value("issued") else ""
    sentences = ("; ".join(some), year, value("title"), place or conference, doi)
    return ". ".join(part.rstrip(".") for part in sentences if part)


def highwire(parts: Mapping[str, Any], labels: Labels) -> Markup:
    """The tags by which Zotero and Google Scholar know a work; its type shows in which of them there are."""
    about: Row = parts["about"][0] if parts["about"] else {}

    def value(name: str) -> str:
        return about[name].value if name in about else ""

    first, _, last = value("pages").partition("-")
    tags = [
        ("title", value("title")),
        *(("author", author["name"][0].value) for author in parts["authors"]),
        ("publication_date", value("issued").replace("-", "/")),
        ("journal_title", labels.get(value("journal")) or ""),
        ("conference_title", labels.get(value("conference")) or ""),
        ("volume", value("volume")),
        ("issue", value("issue")),
        ("firstpage", first),
        ("lastpage", last),
        ("doi", value("doi")),
    ]
    line = Markup('<meta name="citation_{}" content="{}">\n')
    return Markup().join(line.format(name, shown(" ".join(text.split()))) for name, text in tags if text)


def coins(row: Row, title: str) -> Markup:
    """A work of a list as Zotero finds it there: an OpenURL context object in a span (COinS)."""
    given = {name: term.value for name, term in row.items()}
    pairs = [
        ("ctx_ver", "Z39.88-2004"),
        ("rft_val_fmt", "info:ofi/fmt:kev:mtx:journal"),
        ("rft.genre", "article" if "journal" in given else "unknown"),
        ("rft.atitle", title),
        ("rft.au", given.get("name", "")),
        ("rft.date", given.get("issued", "")),
        ("rft_id", f"info:doi/{given['doi']}" if "doi" in given else given["report"]),
    ]
    written = urlencode([(name, shown(value)) for name, value in pairs if value])
    return Markup('<span class="Z3988" title="{}"></span>').format(written)


def coins_of(hit: Hit) -> Markup:
    """The same for a work that a search found, with what is shown beside its name: year and journal."""
    if hit.kind != "Report":
        return Markup()
    year, _, journal = hit.about.partition(", ")
    row = {"report": Term(hit.iri, "uri")}
    row |= {"issued": Term(year, "literal")} if year.isdecimal() else {}
    row |= {"journal": Term(journal, "literal")} if journal else {}
    return coins(row, hit.label)


def _by_thing(rows: Iterable[Row], name: str) -> list[dict[str, list[Term]]]:
    """Rows of one thing made one row of lists."""
    found: dict[str, dict[str, list[Term]]] = {}
    for row in rows:
        merged = found.setdefault(row[name].value, {})
        for key, value in row.items():
            values = merged.setdefault(key, [])
            if value not in values:
                values.append(value)
    return [found[key] for key in sorted(found)]


def _authors(rows: Iterable[Row]) -> list[dict[str, list[Term]]]:
    return sorted(_by_thing(rows, "a"), key=lambda author: int(author["position"][0].value))


def _finding(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    answers = ask(call, finding_questions(f"VALUES ?f {{ <{iri}> }}", evidence))
    return {"claims": claims(answers), "asked": answers}


_TELLING = {
    "outcome": "findingOutcome",
    "direction": "findingDirection",
    "basis": "findingBasis",
    "whom": "findingConcerns",
}
"""By which property a finding has a concept of a scheme."""


def _concept(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    below = f"{{ SELECT ?concept {{ ?concept skos:broader* <{iri}> }} }}"
    telling = _TELLING.get(iri.removeprefix(VOCABULARY).partition("/")[0])
    findings = f"{{ SELECT DISTINCT ?f {{ {below} ?f pk:{telling} ?concept }} LIMIT {_LISTED} }}"
    answers = ask(
        call,
        {
            "broader": f"SELECT ?concept {{ <{iri}> skos:broader+ ?concept }}",
            "narrower": f"SELECT ?concept {{ ?concept skos:broader <{iri}> }}",
            "studies": f"""SELECT DISTINCT ?study {{ {below}
                ?study pk:hasFacet ?concept . ?study a pk:Study }} LIMIT {_LISTED + 1}""",
            **(finding_questions(findings, evidence) if telling else {}),
        },
    )
    found = claims(answers) if telling else []
    return {
        "broader": answers["broader"],
        "narrower": answers["narrower"],
        "studies": answers["studies"][:_LISTED],
        "more_studies": len(answers["studies"]) > _LISTED,
        "claims": found,
        "more_claims": sum(len(claim.findings) for claim in found) == _LISTED,
        "asked": answers,
    }


def _person(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    del evidence
    return ask(
        call,
        {
            "works": f"""SELECT DISTINCT ?report ?issued ?doi ?journal ?position ?name ?institution {{
                ?a pk:authorshipBy <{iri}> ; pk:authorPosition ?position ; pk:nameAsPrinted ?name .
                ?report pk:hasAuthorship ?a .
                OPTIONAL {{ ?report dcterms:issued ?issued }} OPTIONAL {{ ?report prism:doi ?doi }}
                OPTIONAL {{ ?report dcterms:isPartOf ?journal }}
                OPTIONAL {{ ?a pk:authorshipAt ?institution }} }}
                ORDER BY DESC(STR(?issued)) ?report""",
            "with": f"""SELECT ?person (COUNT(DISTINCT ?report) AS ?works) {{
                ?report pk:hasAuthor <{iri}>, ?person FILTER(?person != <{iri}>) }}
                GROUP BY ?person ORDER BY DESC(?works) ?person LIMIT 100""",
            "together": f"""SELECT DISTINCT ?one ?other {{
                {{ SELECT DISTINCT ?one {{ ?by pk:hasAuthor <{iri}>, ?one }} ORDER BY ?one LIMIT {_DRAWN} }}
                {{ SELECT DISTINCT ?other {{ ?by pk:hasAuthor <{iri}>, ?other }}
                    ORDER BY ?other LIMIT {_DRAWN} }}
                ?report pk:hasAuthor <{iri}>, ?one, ?other . FILTER(STR(?one) < STR(?other)) }}
                ORDER BY ?one ?other""",
            "places": f"""SELECT DISTINCT ?institution ?lat ?long {{ ?a pk:authorshipBy <{iri}> ;
                pk:authorshipAt ?institution . {_PLACE} }} ORDER BY ?institution LIMIT 100""",
            "countries": f"""SELECT DISTINCT ?country ?report {{ ?a pk:authorshipBy <{iri}> ;
                pk:authorshipAt ?institution . ?report pk:hasAuthorship ?a .
                ?institution vcard:country-name ?country }} ORDER BY ?country ?report""",
        },
    )


_DRAWN = 40
"""People of whom a picture shows who wrote with whom."""
_PLACE = """?institution owl:sameAs|schema:sameAs ?known .
    ?known <http://www.w3.org/2003/01/geo/wgs84_pos#lat> ?lat ;
        <http://www.w3.org/2003/01/geo/wgs84_pos#long> ?long ."""
"""Where an institution is, as a register that it is known in says."""


def _series(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    """A journal, or a meeting: its works, and what they are about."""
    del evidence
    own = f"?report dcterms:isPartOf|pk:presentedAt <{iri}> ; a pk:Report"
    return ask(
        call,
        {
            "total": f"SELECT (COUNT(DISTINCT ?report) AS ?n) {{ {own} }}",
            "works": f"""SELECT ?report ?issued ?doi ?journal (COUNT(DISTINCT ?citing) AS ?cited) {{ {own} .
                BIND(<{iri}> AS ?journal)
                OPTIONAL {{ ?report dcterms:issued ?issued }} OPTIONAL {{ ?report prism:doi ?doi }}
                OPTIONAL {{ ?citing cito:cites ?report }} }}
                GROUP BY ?report ?issued ?doi ?journal
                ORDER BY DESC(STR(?issued)) ?report LIMIT {_LISTED}""",
            "concepts": f"""SELECT ?concept (COUNT(DISTINCT ?report) AS ?n) {{ {own} .
                ?report pk:reportsStudy? ?unit .
                ?unit pk:hasFacet|pk:reportFacet ?concept }}
                GROUP BY ?concept ORDER BY DESC(?n) ?concept LIMIT 40""",
        },
    )


def _programme(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    answers = ask(
        call,
        {
            "studies": f"""SELECT DISTINCT ?study ?issued {{ ?study pk:evaluatesProgramme <{iri}> .
                OPTIONAL {{ ?report pk:reportsStudy ?study ; dcterms:issued ?issued }} }}
                ORDER BY DESC(STR(?issued)) ?study LIMIT {_LISTED}""",
            **finding_questions(
                f"{{ SELECT DISTINCT ?f {{ ?study pk:evaluatesProgramme <{iri}> ; pk:hasFinding ?f }} "
                f"ORDER BY ?f LIMIT {_LISTED} }}",
                evidence,
            ),
        },
    )
    return {"studies": answers["studies"], "claims": claims(answers), "asked": answers}


def _institution(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    del evidence
    return ask(
        call,
        {
            "people": f"""SELECT DISTINCT ?person ?report {{
                ?a pk:authorshipAt|pk:authorshipUnit <{iri}> ; pk:authorshipBy ?person .
                ?report pk:hasAuthorship ?a }} ORDER BY ?person ?report LIMIT 500""",
            "units": f"SELECT ?unit {{ ?unit org:unitOf <{iri}> }} ORDER BY ?unit",
            "places": f"""SELECT DISTINCT ?institution ?lat ?long {{
                VALUES ?institution {{ <{iri}> }} {_PLACE} }} LIMIT 5""",
            # An authorship has all its addresses: those that name another institution are not this one's.
            "addresses": f"""SELECT DISTINCT ?address {{
                ?a pk:authorshipAt|pk:authorshipUnit <{iri}> ; pk:affiliationAsPrinted ?address .
                <{iri}> foaf:name|skos:altLabel ?name
                FILTER(CONTAINS(LCASE(?address), LCASE(?name))) }} LIMIT 50""",
        },
    )


def _source(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    chosen = request.args.get("quote", "")
    one = f"<{evidence.removesuffix('graph/evidence')}evidence/{chosen if chosen.isalnum() else ''}>"
    some = f"""{{ SELECT DISTINCT ?e {{
        {{ GRAPH <{evidence}> {{ {one} oa:hasTarget/oa:hasSource <{iri}> }} BIND({one} AS ?e) }} UNION
        {{ GRAPH <{evidence}> {{ ?target oa:hasSource <{iri}> . ?e oa:hasTarget ?target }} }} }}
        LIMIT {_READ + 1} }}"""
    answers = ask(
        call,
        {
            "reports": f"SELECT ?report {{ ?report pk:convertedFrom <{iri}> }} LIMIT {_LISTED}",
            "total": f"SELECT (COUNT(?report) AS ?n) {{ ?report pk:convertedFrom <{iri}> }}",
            "text": f"SELECT ?text {{ GRAPH <{evidence}> {{ <{iri}> pk:sourceText ?text }} }}",
            "read": f"""SELECT ?e ?source ?start ?end ?s ?p ?o {{ {some} {PLACE.format(evidence=evidence)}
                GRAPH <{evidence}> {{ ?e rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }} }}""",
            "words": f"SELECT ?e ?exact ?prefix ?suffix {{ {some} {WORDS.format(evidence=evidence)} }}",
            "passages": f"SELECT (COUNT(*) AS ?n) {{ {some} }}",
        },
    )
    read = [
        (quote, row["s"], row["p"], row["o"]) for row, quote in quotes_of(answers["read"], answers["words"])
    ]
    read.sort(key=lambda item: (item[0].start, -item[0].end, item[2].value, item[0].evidence))
    return {
        "reports": answers["reports"],
        "total": int(answers["total"][0]["n"].value),
        "text": answers["text"][0]["text"].value if answers["text"] else None,
        "read": read,
        "more": int(answers["passages"][0]["n"].value) > _READ,
        "asked": answers,
    }


def _evidence(call: Call, iri: str, evidence: str) -> dict[str, Any]:
    answers = ask(
        call,
        {
            "quotes": f"""SELECT ?e ?source ?start ?end {{
                VALUES ?e {{ <{iri}> }} {PLACE.format(evidence=evidence)} }}""",
            "words": f"""SELECT ?e ?exact ?prefix ?suffix {{
                VALUES ?e {{ <{iri}> }} {WORDS.format(evidence=evidence)} }}""",
            "statement": f"""SELECT ?s ?p ?o {{ GRAPH <{evidence}> {{
                <{iri}> rdf:subject ?s ; rdf:predicate ?p ; rdf:object ?o }} }}""",
        },
    )
    quotes = [quote for _, quote in quotes_of(answers["quotes"], answers["words"])]
    return {"quotes": quotes, "statement": answers["statement"], "asked": answers}


_PARTS = {
    "study": _study,
    "report": _report,
    "finding": _finding,
    "concept": _concept,
    "person": _person,
    "institution": _institution,
    "series": _series,
    "programme": _programme,
    "source": _source,
    "evidence": _evidence,
}
