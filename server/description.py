"""The SPARQL 1.1 Service Description. Written with relative IRIs: the endpoint is where it was asked."""

from __future__ import annotations

from kg import formats
from kg.release import Release
from server.limits import Limits

_HEAD = """\
@prefix sd: <http://www.w3.org/ns/sparql-service-description#> .
@prefix void: <http://rdfs.org/ns/void#> .
@prefix format: <http://www.w3.org/ns/formats/> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix schema: <https://schema.org/> .
@prefix dcterms: <http://purl.org/dc/terms/> .

<sparql> a sd:Service ;
    sd:endpoint <sparql> ;
    sd:supportedLanguage sd:SPARQL11Query ;
    sd:resultFormat {results} ;
    rdfs:comment "{limits}" ;
    schema:additionalProperty {figures} ;
{federation}"""

_FORMATS = {
    "json": "SPARQL_Results_JSON",
    "xml": "SPARQL_Results_XML",
    "csv": "SPARQL_Results_CSV",
    "tsv": "SPARQL_Results_TSV",
    "turtle": "Turtle",
    "ntriples": "N-Triples",
    "rdfxml": "RDF_XML",
    "jsonld": "JSON-LD",
    "trig": "TriG",
    "nquads": "N-Quads",
}


def _head(limits: Limits) -> str:
    names = [form.name for form in (*formats.RESULT_FORMATS, *formats.SYNTAXES)]
    results = ", ".join(f"format:{_FORMATS[name]}" for name in names if name in _FORMATS)
    said = (
        f"A query may take {limits.seconds:g} seconds, {limits.memory_bytes // 1_048_576} MiB of memory and "
        f"{limits.query_bytes // 1024} KiB of text; brackets nest {limits.nesting} deep. "
        + (
            f"SERVICE may name {', '.join(limits.federation)}, whose answers may have "
            f"{limits.federation_bytes // 1024} KiB."
            if limits.federation
            else "SERVICE is refused."
        )
    )
    if limits.client_budget:
        said += (
            f" A client may use {limits.client_budget:g} seconds of work in a minute and run "
            f"{limits.client_queries} queries at once."
        )
    figures = " ,\n".join(
        f'        [ a schema:PropertyValue ; schema:name "{name}" ; schema:value {value:g} ; '
        f'schema:unitText "{unit}" ]'
        for name, value, unit in _figures(limits)
    )
    federation = "    sd:feature sd:BasicFederatedQuery ;\n" if limits.federation else ""
    return _HEAD.format(results=results, limits=said, figures=figures.lstrip(), federation=federation)


def _figures(limits: Limits) -> list[tuple[str, float, str]]:
    """The limits a client can meet, for machines: name (as in a problem's `limit`), value, unit."""
    mebibyte = 1_048_576
    figures = [
        ("deadline", limits.seconds, "seconds"),
        ("memory", limits.memory_bytes // mebibyte, "MiB"),
        ("result-size", limits.result_bytes // mebibyte, "MiB"),
        ("size", limits.query_bytes // 1024, "KiB"),
        ("nesting", limits.nesting, "brackets"),
        ("queue", limits.queue, "queries"),
        ("queue-time", limits.queue_seconds, "seconds"),
    ]
    if limits.client_budget:
        figures.append(("client-budget", limits.client_budget, "seconds in a minute"))
        figures.append(("client-queries", limits.client_queries, "queries at once"))
    return figures


COUNTED = (
    "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }",
    "SELECT ?g (COUNT(*) AS ?n) { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
)
"""What is asked of files when they are opened: the statements of the default graph and of each named one."""
_LISTED = 1000
"""Named graphs of files that a description lists."""


def of_files(quads: int, counted: tuple[int, dict[str, int]] | None, limits: Limits) -> bytes:
    """The service over files as they are, with the statements of their graphs where they were counted."""
    said = f"RDF files as they are, {quads} statements"
    triples, graphs = counted or (None, {})
    if len(graphs) > _LISTED:
        said += f"; {len(graphs)} named graphs, of which {_LISTED} are listed here"
    named = "".join(
        f" ;\n        sd:namedGraph [ a sd:NamedGraph ; sd:name <{iri}> ; "
        f"sd:graph [ a sd:Graph ; void:triples {number} ] ]"
        for iri, number in list(graphs.items())[:_LISTED]
    )
    of_default = "" if triples is None else f" ; void:triples {triples}"
    text = _head(limits) + (
        f'    sd:defaultDataset [ a sd:Dataset ; rdfs:comment "{said}" ;\n'
        f"        sd:defaultGraph [ a sd:Graph{of_default} ]{named} ] .\n"
    )
    return text.encode()


def of_release(release: Release, limits: Limits) -> bytes:
    """The service over a release, with its graphs and their counts from the manifest, and its questions."""
    counts = release.manifest["counts"]
    named = ",\n".join(
        f"            [ a sd:NamedGraph ; sd:name <{iri}> ; sd:graph [ a sd:Graph ; void:triples {count} ] ]"
        for iri, count in sorted(counts.get("graphs", {}).items())
    )
    text = _head(limits) + (
        "    rdfs:seeAlso <queries> ;\n"
        f'    sd:defaultDataset [ a sd:Dataset ; dcterms:identifier "{release.id}" ;\n'
        f"        sd:defaultGraph [ a sd:Graph ; void:triples {counts['triples']} ]"
        + (f" ;\n        sd:namedGraph\n{named}" if named else "")
        + " ] .\n"
    )
    return text.encode()
