"""The syntaxes peerkg writes: one row each for RDF and for the results of SPARQL queries.

Output is sorted and the same for the same statements, in whatever order they come; Oxigraph alone
writes prefixes in an order of chance. A new syntax is a new row.
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

import orjson
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

from kg import compaction, packing, resources, result_files
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
    form: QueryResultsFormat | None
    """What Oxigraph calls it, where it writes it."""
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

XLSX = ResultFormat(
    "xlsx", "Excel workbook", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "", "xlsx",
    None,
)  # fmt: skip
PARQUET = ResultFormat("parquet", "Parquet", "application/vnd.apache.parquet", "", "parquet", None)

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
    XLSX,
    PARQUET,
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
    name = packing.without(str(path).lower())
    for syntax in SYNTAXES:
        if any(name.endswith(f".{extension}") for extension in (syntax.extension, *syntax.other_extensions)):
            return syntax
    known = ", ".join(f".{syntax.extension}" for syntax in SYNTAXES)
    raise UnknownSyntaxError(
        f"{path}: the extension names no RDF syntax (known: {known}, each also with .gz or .zst)"
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
        "altr": "http://www.w3.org/ns/dx/connegp/altr#",
        "dcat": "http://www.w3.org/ns/dcat#",
        "oa": "http://www.w3.org/ns/oa#",
        "owl": "http://www.w3.org/2002/07/owl#",
        "prof": "http://www.w3.org/ns/dx/prof/",
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
        cut = max(term.value.rfind("#"), term.value.rfind("/")) + 1
        name, local = _names().get(term.value[:cut]), term.value[cut:]
        return f"{name}:{local}" if name is not None and _LOCAL.fullmatch(local) else term.value
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
    graphs: dict[str, list[Triple]] = {}
    for statement in statements:
        if isinstance(statement, Quad):
            name = _graph_order(statement.graph_name) if syntax.named_graphs else ""
            graphs.setdefault(name, []).append(statement.triple)
        else:
            graphs.setdefault("", []).append(statement)
    lines = {name: _lines(triples) for name, triples in sorted(graphs.items())}
    if syntax is N_TRIPLES or syntax is N_QUADS:
        return b"".join(line + b"\n" for line in sorted(_quads(lines)))
    for some in lines.values():
        some.sort(key=_line_order)
    if syntax is JSON_LD:
        return b"".join(_json_ld(lines))
    if syntax is RDF_XML:
        return _rdf_xml(lines)
    return _turtle(lines, syntax)


def _lines(triples: list[Triple]) -> list[bytes]:
    """The triples as lines of N-Triples, sorted, each once.

    Lines are sorted instead of statements: terms are compared as bytes, which takes a tenth of the time.
    """
    # Without an output, Oxigraph returns the bytes.
    return sorted(set(cast("bytes", serialize(triples, format=RdfFormat.N_TRIPLES)).splitlines()))


_TYPE_IN_LINE = b" <" + _TYPE.value.encode() + b" "


def _line_order(line: bytes) -> bytes:
    """The key that sorts lines by subject, with the type first, then by predicate and object."""
    return line.replace(b"> ", b" ").replace(_TYPE_IN_LINE, b" \0", 1)


def _quads(lines: dict[str, list[bytes]]) -> Iterator[bytes]:
    """The lines by graph as lines of N-Quads."""
    for name, some in lines.items():
        if name:
            end = f"{name} .".encode()
            yield from (line[:-1] + end for line in some)
        else:
            yield from some


class Body(Protocol):
    """A document that is written piece by piece, each piece some whole subjects as lines of N-Triples.

    What stands before the pieces is known only when all of them are written.
    """

    def piece(self, lines: list[bytes]) -> bytes:
        """The next piece."""

    def document(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The whole document, when all pieces are made."""


class TurtleBody:
    """A document in Turtle, the same that `write` makes of all the lines together."""

    def __init__(self) -> None:
        self._used: set[str] = set()

    def piece(self, lines: list[bytes]) -> bytes:
        """The next piece."""
        return _turtle_body({"": sorted(lines, key=_line_order)}, TURTLE, self._used)

    def document(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The whole document."""
        head = _turtle_head(self._used)
        yield head
        for number, piece in enumerate(pieces):
            yield piece if number or head else piece.lstrip(b"\n")


class JsonLdBody:
    """A document in JSON-LD, the same that `write` makes of all the lines together.

    `schemes` are those of all IRIs in it.
    """

    def __init__(self, schemes: Collection[str]) -> None:
        self._writer = compaction.Writer(prefixes(), schemes)
        self._nodes = 0

    def piece(self, lines: list[bytes]) -> bytes:
        """The next piece."""
        nodes = [self._writer.node(one) for one in _expanded({"": sorted(lines, key=_line_order)})]
        before = b",\n" if self._nodes and nodes else b""
        self._nodes += len(nodes)
        return before + b",\n".join(map(orjson.dumps, nodes))

    def document(self, pieces: Iterable[bytes]) -> Iterator[bytes]:
        """The whole document."""
        return _json_document(self._writer.context(), pieces, is_alone=self._nodes == 1)


def read(data: bytes, syntax: Syntax, *, where: str, base: str | None = None) -> list[Quad]:
    """The statements in `data`; `where` names it in the message of a `SyntaxProblemError`."""
    try:
        return list(parse(io.BytesIO(data), format=syntax.form, base_iri=base))
    except SyntaxError as error:
        line = f":{error.lineno}" if error.lineno else ""
        raise SyntaxProblemError(f"{where}{line}: not {syntax.title}: {error.msg}") from error


def read_file(path: Path, *, base: str | None = None) -> list[Quad]:
    """The statements in a file, whose name says the syntax (`.gz` and `.zst` are unpacked)."""
    syntax = by_path(path)
    try:
        data = packing.read(path)
    except (OSError, packing.DamagedFileError) as error:
        raise SyntaxProblemError(f"{path}: cannot be read: {error}") from error
    return read(data, syntax, where=str(path), base=base)


def read_pieces(path: Path) -> Iterator[Quad]:
    """The statements in a packed file, one by one, however large it is."""
    syntax, way = by_path(path), packing.of(path)
    try:
        with path.open("rb") if way is None else way.opened(path) as stream:
            yield from parse(stream, format=syntax.form)
    except SyntaxError as error:
        raise SyntaxProblemError(f"{path}:{error.lineno}: not {syntax.title}: {error.msg}") from error
    except OSError as error:
        raise SyntaxProblemError(f"{path}: cannot be read: {error}") from error


def write_results(results: QuerySolutions | QueryBoolean, form: ResultFormat) -> bytes:
    """The results of a SELECT or ASK, complete; `NotExpressibleError` where the format cannot hold them."""
    if form is CSV_EXCEL:
        return _for_spreadsheets(results)
    if form.form is None:
        try:
            return result_files.WRITERS[form.name](*result_files.rows(results))
        except result_files.NotHeldError as error:
            raise NotExpressibleError(str(error)) from error
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
    """The text of a term."""
    if term is None:
        return ""
    return guarded(term.value if isinstance(term, NamedNode | Literal) else str(term))


def guarded(value: str) -> str:
    """The text for a cell of a CSV for spreadsheets, with an apostrophe before what would be a formula.

    >>> guarded("=1+1"), guarded("-2"), guarded("two")
    ("'=1+1", '-2', 'two')
    """
    return f"'{value}" if _FORMULA.match(value) and not _NUMBER.fullmatch(value) else value


_PREFIX_LINE = re.compile(rb"@prefix [^\n]*\n")


def _graph_order(graph: NamedNode | BlankNode | DefaultGraph) -> str:
    return "" if isinstance(graph, DefaultGraph) else str(graph)


def _serialised(lines: dict[str, list[bytes]], form: RdfFormat) -> bytes:
    text = b"\n".join(_quads(lines))
    # What Oxigraph wrote a moment ago need not be checked.
    quads = parse(text, format=RdfFormat.N_QUADS, lenient=True)
    return cast("bytes", serialize(quads, format=form, prefixes=prefixes()))


_USE = re.compile(rb"(?:^|\s|\^\^)([a-z]+):", flags=re.MULTILINE)


def _turtle(lines: dict[str, list[bytes]], syntax: Syntax) -> bytes:
    used: set[str] = set()
    body = _turtle_body(lines, syntax, used)
    return (_turtle_head(used) + body).lstrip(b"\n")


def _turtle_body(lines: dict[str, list[bytes]], syntax: Syntax, used: set[str]) -> bytes:
    """Each subject or graph behind an empty line; the prefixes in it are added to `used`."""
    data = _serialised(lines, syntax.form)
    body = data[_end_of_header(data) :]
    used.update(name.decode() for name in _USE.findall(body))
    # Line breaks inside literals are escaped, so a line that is not indented begins a subject or a graph.
    apart = [
        b"\n" + line if line and not line.startswith((b"\t", b"}")) else line for line in body.splitlines()
    ]
    return b"".join(line + b"\n" for line in apart)


def _turtle_head(used: Collection[str]) -> bytes:
    return b"".join(
        f"@prefix {name}: <{iri}> .\n".encode() for name, iri in prefixes().items() if name in used
    )


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


def _json_ld(lines: dict[str, list[bytes]]) -> Iterator[bytes]:
    """A document in the terms of the published context; one subject a line, a single one by itself."""
    context, nodes = compaction.compacted(_expanded(lines), prefixes())
    body = b",\n".join(_json_node(node) for node in nodes)
    is_alone = len(nodes) == 1 and "@graph" not in nodes[0]
    return _json_document(context, [body], is_alone=is_alone)


def _expanded(lines: dict[str, list[bytes]]) -> list[compaction.Node]:
    try:
        return cast("list[compaction.Node]", orjson.loads(_serialised(lines, RdfFormat.JSON_LD)))
    except OSError as error:
        raise NotExpressibleError(
            "JSON-LD cannot say a statement about a statement; ask for Turtle"
        ) from error


def _json_document(context: dict[str, Any], body: Iterable[bytes], *, is_alone: bool) -> Iterator[bytes]:
    yield b'{"@context": ' + orjson.dumps(context)
    if is_alone:
        yield b",\n" + b"".join(body)[1:] + b"\n"
        return
    yield b',\n"@graph": [\n'
    yield from body
    yield b"\n]}\n"


def _json_node(node: compaction.Node) -> bytes:
    if "@graph" not in node:
        return orjson.dumps(node)
    inside = b",\n".join(orjson.dumps(one) for one in node["@graph"])
    return b'{"@id":' + orjson.dumps(node["@id"]) + b',"@graph":[\n' + inside + b"\n]}"


_XML_NAME_END = re.compile(r"[^\W\d][\w.\-·]*$")
_RDF_XML_WORDS = re.compile(
    r"http://www\.w3\.org/1999/02/22-rdf-syntax-ns#(?:li|RDF|ID|about|parseType|resource|nodeID|datatype|"
    r"Description|aboutEach|aboutEachPrefix|bagID)"
)
"""What RDF/XML 1.1, section 5.1, takes as syntax where a property stands."""
_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def _rdf_xml(lines: dict[str, list[bytes]]) -> bytes:
    for predicate in sorted({line.split(b" ", 2)[1] for some in lines.values() for line in some}):
        iri = predicate.decode()[1:-1]
        if not _XML_NAME_END.search(iri):
            raise NotExpressibleError(
                f"RDF/XML cannot name the property {iri}: its last part is no XML name; ask for Turtle"
            )
        if _RDF_XML_WORDS.fullmatch(iri):
            raise NotExpressibleError(
                f"RDF/XML has a meaning of its own for the property {iri}; ask for Turtle"
            )
    data = _xml_carriage_returns(_serialised(lines, RdfFormat.RDF_XML))
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
