"""The syntaxes peerkg writes: one row each for RDF and for the results of SPARQL queries.

Output is sorted and the same for the same statements, in whatever order they come; Oxigraph alone
writes prefixes in an order of chance. A new syntax is a new row.
"""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import TypeAlias, cast

from pyoxigraph import (
    BlankNode,
    DefaultGraph,
    Literal,
    NamedNode,
    Quad,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Triple,
    parse,
    serialize,
)

from kg import resources
from kg.problems import PeerkgError

Term: TypeAlias = NamedNode | BlankNode | Literal | Triple


class UnknownSyntaxError(PeerkgError):
    """No syntax has that name, media type or file extension."""


class NotExpressibleError(PeerkgError):
    """The syntax has no form for one of the statements or values."""


class SyntaxProblemError(PeerkgError):
    """The text is not in the syntax it is said to be in."""


@dataclass(frozen=True, slots=True)
class Syntax:
    """An RDF syntax: its short name, what HTTP and file systems call it, what Oxigraph calls it.

    `aliases` are media types that clients also use for it. `named_graphs`: whether it can hold them.
    """

    name: str
    title: str
    media_type: str
    charset: str
    extension: str
    form: RdfFormat
    named_graphs: bool
    aliases: tuple[str, ...] = ()
    other_extensions: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The value of `Content-Type`: with a charset where the media type takes one."""
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


@dataclass(frozen=True, slots=True)
class ResultFormat:
    """A format for the results of SELECT and ASK."""

    name: str
    title: str
    media_type: str
    charset: str
    extension: str
    form: QueryResultsFormat
    aliases: tuple[str, ...] = ()

    @property
    def content_type(self) -> str:
        """The value of `Content-Type`: with a charset where the media type takes one."""
        return f"{self.media_type}; charset={self.charset}" if self.charset else self.media_type


TURTLE = Syntax(
    "turtle", "Turtle", "text/turtle", "utf-8", "ttl", RdfFormat.TURTLE, named_graphs=False,
    aliases=("application/x-turtle",),
)  # fmt: skip
JSON_LD = Syntax(
    "jsonld", "JSON-LD", "application/ld+json", "", "jsonld", RdfFormat.JSON_LD, named_graphs=True,
    aliases=("application/json",), other_extensions=("json",),
)  # fmt: skip
N_TRIPLES = Syntax(
    "ntriples", "N-Triples", "application/n-triples", "", "nt", RdfFormat.N_TRIPLES, named_graphs=False,
    aliases=("text/plain",),
)  # fmt: skip
RDF_XML = Syntax(
    "rdfxml", "RDF/XML", "application/rdf+xml", "", "rdf", RdfFormat.RDF_XML, named_graphs=False,
    aliases=("application/xml", "text/xml"), other_extensions=("owl", "xml"),
)  # fmt: skip
N_QUADS = Syntax(
    "nquads", "N-Quads", "application/n-quads", "", "nq", RdfFormat.N_QUADS, named_graphs=True,
)  # fmt: skip
TRIG = Syntax(
    "trig", "TriG", "application/trig", "", "trig", RdfFormat.TRIG, named_graphs=True,
    aliases=("application/x-trig",),
)  # fmt: skip

SYNTAXES = (TURTLE, JSON_LD, N_TRIPLES, RDF_XML, N_QUADS, TRIG)
"""Every RDF syntax; where a client has no preference, the first that fits."""

CSV_EXCEL = ResultFormat(
    "csv-excel", "CSV for spreadsheets", "text/csv", "utf-8", "csv", QueryResultsFormat.CSV
)
"""Not the W3C's CSV: with a byte order mark, by which Excel knows UTF-8, and without formulas."""

RESULT_FORMATS = (
    ResultFormat(
        "json", "SPARQL results in JSON", "application/sparql-results+json", "", "srj",
        QueryResultsFormat.JSON, ("application/json",),
    ),
    ResultFormat(
        "xml", "SPARQL results in XML", "application/sparql-results+xml", "", "srx",
        QueryResultsFormat.XML, ("application/xml", "text/xml"),
    ),
    ResultFormat("csv", "CSV", "text/csv", "utf-8", "csv", QueryResultsFormat.CSV),
    ResultFormat("tsv", "TSV", "text/tab-separated-values", "utf-8", "tsv", QueryResultsFormat.TSV),
    CSV_EXCEL,
)  # fmt: skip
"""Every result format; where a client has no preference, the first."""


def by_name(name: str) -> Syntax:
    """The RDF syntax of that name; `UnknownSyntaxError` if there is none."""
    for syntax in SYNTAXES:
        if syntax.name == name:
            return syntax
    raise UnknownSyntaxError(f"no syntax is called {name!r} (known: {', '.join(s.name for s in SYNTAXES)})")


def by_media_type(media_type: str) -> Syntax:
    """The RDF syntax of a media type, parameters aside, its own name before an alias."""
    wanted = media_type.partition(";")[0].strip().lower()
    for syntax in SYNTAXES:
        if syntax.media_type == wanted:
            return syntax
    for syntax in SYNTAXES:
        if wanted in syntax.aliases:
            return syntax
    raise UnknownSyntaxError(f"{wanted!r} is no media type of RDF known here")


def by_path(path: Path | str) -> Syntax:
    """The RDF syntax of a file name such as `graph.ttl` or `graph.nq.gz`."""
    name = str(path).lower().removesuffix(".gz")
    for syntax in SYNTAXES:
        if any(name.endswith(f".{extension}") for extension in (syntax.extension, *syntax.other_extensions)):
            return syntax
    known = ", ".join(f".{syntax.extension}" for syntax in SYNTAXES)
    raise UnknownSyntaxError(
        f"{path}: the extension names no RDF syntax (known: {known}, each also with .gz)"
    )


def result_format(name: str) -> ResultFormat:
    """The result format of that name; `UnknownSyntaxError` if there is none."""
    for form in RESULT_FORMATS:
        if form.name == name:
            return form
    raise UnknownSyntaxError(
        f"no result format is called {name!r} (known: {', '.join(f.name for f in RESULT_FORMATS)})"
    )


def result_format_by_media_type(media_type: str) -> ResultFormat:
    """The result format of a media type, parameters aside, its own name before an alias."""
    wanted = media_type.partition(";")[0].strip().lower()
    for form in RESULT_FORMATS:
        if form.media_type == wanted:
            return form
    for form in RESULT_FORMATS:
        if wanted in form.aliases:
            return form
    raise UnknownSyntaxError(f"{wanted!r} is no media type of query results known here")


@cache
def prefixes() -> dict[str, str]:
    """Our prefixes, sorted: the published context's, and the standards' that only descriptions use."""
    context = json.loads((resources.folder("ontology") / "context.jsonld").read_text(encoding="utf-8"))
    ours = {
        name: iri
        for name, iri in context["@context"].items()
        if isinstance(iri, str) and iri.endswith(("#", "/"))
    }
    standards = {
        "dcat": "http://www.w3.org/ns/dcat#",
        "oa": "http://www.w3.org/ns/oa#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
        "sd": "http://www.w3.org/ns/sparql-service-description#",
        "sh": "http://www.w3.org/ns/shacl#",
        "spdx": "http://spdx.org/rdf/terms#",
        "void": "http://rdfs.org/ns/void#",
    }
    return dict(sorted((standards | ours).items()))


def short(term: Term) -> str:
    """A term for people to read: an IRI with a prefix of ours where one fits, a literal's text.

    >>> short(NamedNode("http://purl.org/dc/terms/title"))
    'dcterms:title'
    """
    if isinstance(term, NamedNode):
        return _compact(term.value, {}, frozenset())
    return term.value if isinstance(term, Literal) else str(term)


_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_STRING = "http://www.w3.org/2001/XMLSchema#string"


def order(statement: Triple | Quad) -> tuple[str, bool, str, str]:
    """The key that sorts statements by subject, with the type first, then by predicate and object."""
    predicate = statement.predicate
    return str(statement.subject), predicate != _TYPE, predicate.value, str(statement.object)


def write(statements: Iterable[Triple] | Iterable[Quad], syntax: Syntax) -> bytes:
    """The statements in the syntax, sorted, each once, with our prefixes.

    Quads keep their graphs where the syntax has named graphs; elsewhere the graphs are merged.
    `NotExpressibleError` says which statement has no form in the syntax.
    """
    merge = not syntax.named_graphs
    rows = {
        statement
        if isinstance(statement, Quad) and not (merge and statement.graph_name != DefaultGraph())
        else Quad(statement.subject, statement.predicate, statement.object)
        for statement in statements
    }
    if syntax is N_TRIPLES or syntax is N_QUADS:
        return b"".join(sorted(_serialised(rows, syntax).splitlines(keepends=True)))
    ordered = sorted(rows, key=lambda row: (_graph_order(row.graph_name), order(row)))
    if syntax is JSON_LD:
        return "".join(_json_ld(ordered)).encode()
    if syntax is RDF_XML:
        return _rdf_xml(ordered)
    return _turtle(ordered, syntax)


def read(data: bytes, syntax: Syntax, *, where: str, base: str | None = None) -> list[Quad]:
    """The statements in `data`; `where` names it in the message of a `SyntaxProblemError`."""
    try:
        return list(parse(io.BytesIO(data), format=syntax.form, base_iri=base))
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno else ""
        raise SyntaxProblemError(f"{where}{line}: not {syntax.title}: {error.msg}") from error


def read_file(path: Path, *, base: str | None = None) -> list[Quad]:
    """The statements in a file, whose name says the syntax (`.gz` is unpacked)."""
    syntax = by_path(path)
    try:
        data = path.read_bytes()
        if path.suffix.lower() == ".gz":
            data = gzip.decompress(data)
    except (OSError, EOFError) as error:
        raise SyntaxProblemError(f"{path}: cannot be read: {error}") from error
    return read(data, syntax, where=str(path), base=base)


def write_results(results: QuerySolutions | QueryBoolean, form: ResultFormat) -> bytes:
    """The results of a SELECT or ASK, complete; `NotExpressibleError` where XML cannot carry a character."""
    if form is CSV_EXCEL:
        return _for_spreadsheets(results)
    data = cast("bytes", results.serialize(format=form.form))
    if form.name == "xml":
        data = _xml_carriage_returns(data)
        _check_xml(data)
    return data


# What spreadsheets begin a formula with, in East Asian versions the wide forms too.
_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")


def _for_spreadsheets(results: QuerySolutions | QueryBoolean) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    if isinstance(results, QueryBoolean):
        writer.writerow(["true" if results else "false"])
    else:
        writer.writerow([variable.value for variable in results.variables])
        writer.writerows([[_cell(term) for term in row] for row in results])
    return text.getvalue().encode("utf-8-sig")


def _cell(term: Term | None) -> str:
    """The text of a term; an apostrophe before what a spreadsheet would take for a formula."""
    if term is None:
        return ""
    value = term.value if isinstance(term, NamedNode | Literal) else str(term)
    return f"'{value}" if _FORMULA.match(value) and not _NUMBER.fullmatch(value) else value


_PREFIX_LINE = re.compile(rb"@prefix [^\n]*\n")


def _graph_order(graph: NamedNode | BlankNode | DefaultGraph) -> str:
    return "" if isinstance(graph, DefaultGraph) else str(graph)


def _serialised(rows: Iterable[Quad], syntax: Syntax) -> bytes:
    statements = rows if syntax.named_graphs else (row.triple for row in rows)
    # Without an output, Oxigraph returns the bytes.
    return cast("bytes", serialize(statements, format=syntax.form, prefixes=prefixes()))


def _turtle(rows: list[Quad], syntax: Syntax) -> bytes:
    data = _serialised(rows, syntax)
    body = data[_end_of_header(data) :]
    # Line breaks inside literals are escaped, so a line that is not indented begins a subject or a graph.
    lines = [
        b"\n" + line if line and not line.startswith((b"\t", b"}")) else line for line in body.splitlines()
    ]
    used = {
        name
        for name in prefixes()
        if re.search(rb"(?:^|\s|\^\^)" + name.encode() + rb":", body, flags=re.MULTILINE)
    }
    head = [f"@prefix {name}: <{iri}> .".encode() for name, iri in prefixes().items() if name in used]
    text = b"\n".join([*head, *lines])
    return text.lstrip(b"\n") + b"\n" if text else b""


def _end_of_header(data: bytes) -> int:
    end = 0
    for match in _PREFIX_LINE.finditer(data):
        if match.start() != end:
            break
        end = match.end()
    return end


_LOCAL = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*")


@cache
def _names() -> dict[str, str]:
    return {namespace: name for name, namespace in prefixes().items()}


def _compact(iri: str, used: dict[str, str], schemes: Collection[str]) -> str:
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    name = _names().get(iri[:cut])
    if name is None or name in schemes or not _LOCAL.fullmatch(iri[cut:]):
        return iri
    used[name] = iri[:cut]
    return f"{name}:{iri[cut:]}"


def _node_id(term: NamedNode | BlankNode | Triple) -> str:
    return term.value if isinstance(term, NamedNode) else str(term)


def _schemes(rows: Iterable[Quad]) -> frozenset[str]:
    """The schemes of all IRIs: one that is also a prefix of ours cannot be one beside `<org:x>`."""
    terms = (term for row in rows for term in (row.subject, row.predicate, row.object, row.graph_name))
    iris = {term.value for term in terms if isinstance(term, NamedNode)}
    return frozenset(iri.partition(":")[0] for iri in iris)


def _json_value(term: Term, used: dict[str, str], schemes: Collection[str]) -> object:
    if not isinstance(term, Literal):
        return {"@id": _node_id(term)}
    if term.language:
        return {"@language": term.language, "@value": term.value}
    if term.datatype.value == _STRING:
        return term.value
    return {"@type": _compact(term.datatype.value, used, schemes), "@value": term.value}


def _json_ld(rows: list[Quad]) -> Iterator[str]:
    """A document whose context is the prefixes in use; one subject a line."""
    used: dict[str, str] = {}
    schemes = _schemes(rows)
    nodes: list[tuple[str, list[str]]] = []
    for graph, quads in groupby(rows, key=lambda row: _graph_order(row.graph_name)):
        subjects = []
        for _, about in groupby(quads, key=lambda row: str(row.subject)):
            properties: dict[str, list[object]] = {}
            for row in about:
                properties.setdefault("@id", [_node_id(row.subject)])
                if row.predicate == _TYPE and isinstance(row.object, NamedNode):
                    properties.setdefault("@type", []).append(_compact(row.object.value, used, schemes))
                else:
                    key = _compact(row.predicate.value, used, schemes)
                    properties.setdefault(key, []).append(_json_value(row.object, used, schemes))
            node = {key: values[0] if len(values) == 1 else values for key, values in properties.items()}
            subjects.append(json.dumps(node, ensure_ascii=False))
        nodes.append((graph, subjects))
    yield f'{{"@context": {json.dumps(dict(sorted(used.items())))},\n"@graph": [\n'
    yield ",\n".join(
        ",\n".join(subjects)
        if not graph
        else f'{{"@id": {json.dumps(graph.strip("<>"))}, "@graph": [\n' + ",\n".join(subjects) + "\n]}"
        for graph, subjects in nodes
    )
    yield "\n]}\n"


_XML_NAME_END = re.compile(r"[^\W\d][\w.\-·]*$")
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _rdf_xml(rows: list[Quad]) -> bytes:
    for row in rows:
        if not _XML_NAME_END.search(row.predicate.value):
            raise NotExpressibleError(
                f"RDF/XML cannot name the property {row.predicate.value}: "
                "its last part is no XML name; ask for Turtle"
            )
    data = _xml_carriage_returns(_serialised(rows, RDF_XML))
    _check_xml(data)
    start = data.index(b"<rdf:RDF") + len(b"<rdf:RDF")
    end = data.index(b">", start)
    declarations = sorted(
        name
        for name in data[start:end].split()
        if name.startswith(b"xmlns:rdf=") or b"<" + name[len(b"xmlns:") : name.index(b"=")] + b":" in data
    )
    return b"".join([data[:start], *(b"\n    " + name for name in declarations), data[end:]])


def _xml_carriage_returns(data: bytes) -> bytes:
    """XML 1.0, section 2.11: a parser turns a bare carriage return into a line feed."""
    return data.replace(b"\r", b"&#xD;")


def _check_xml(data: bytes) -> None:
    """XML 1.0, production 2, leaves out most control characters; Oxigraph writes them all the same."""
    match = _NOT_XML.search(data.decode())
    if match is not None:
        raise NotExpressibleError(
            f"XML cannot carry the character U+{ord(match.group()):04X} of a value; ask for JSON or Turtle"
        )
