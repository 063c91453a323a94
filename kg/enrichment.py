"""What web services know of the works in a folder, written as files into the folder.

The next build reads these files as it reads any export: each is a source of its own, with the request it
answers as its origin and the day it was retrieved. What a service answered is written as it came.

    FOLDER/enriched/<service>/<request>.json|xml     the answers, and a sources.toml about them
    FOLDER/.enrichment/<service>/                    the same by request, so that none is sent twice
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

import httpx
import orjson

from kg import collecting
from kg.asking import TIMEOUT, Answer, Asker, Cache, Question, written
from kg.concepts import Vocabulary
from kg.conversion import convert_file
from kg.opening import File
from kg.settings import Settings

FOLDER, CACHE = "enriched", ".enrichment"


@dataclass(frozen=True, slots=True)
class Service:
    """A web service: where it is, what it is asked for, and how often."""

    name: str
    title: str
    host: str
    identifiers: str
    """The kind of keys it is asked for (`kg.keys`)."""
    batch: int
    pause: float
    address: Callable[[tuple[str, ...]], str]
    """The path and query for some identifiers."""
    fits: Callable[[bytes], str]
    extension: str
    licence: str
    mail: str = "mailto"
    """The parameter that takes the mail address."""
    read_by: str = "build"
    """What reads its answers: `build` as documents, or `registry` (`peerkg build --ror`)."""


def _crossref(dois: tuple[str, ...]) -> str:
    if len(dois) == 1:
        return f"/works/{quote(dois[0], safe='')}"
    return "/works?" + urlencode({"filter": ",".join(f"doi:{doi}" for doi in dois), "rows": len(dois)})


def _openalex(dois: tuple[str, ...]) -> str:
    if len(dois) == 1:
        return f"/works/{quote(f'https://doi.org/{dois[0]}', safe='')}"
    return "/works?" + urlencode({"filter": f"doi:{'|'.join(dois)}", "per-page": len(dois)})


def _pubmed(pmids: tuple[str, ...]) -> str:
    query = {"db": "pubmed", "retmode": "xml", "tool": "peerkg", "id": ",".join(pmids)}
    return f"/entrez/eutils/efetch.fcgi?{urlencode(query)}"


def _ror(ids: tuple[str, ...]) -> str:
    return f"/v2/organizations/{ids[0]}"


_WORKS = """SELECT DISTINCT ?item ?doi ?pmid ?pmcid ?title ?issued ?precision {
  VALUES ?doi { %s }
  ?item wdt:P356 ?doi .
  OPTIONAL { ?item wdt:P698 ?pmid }
  OPTIONAL { ?item wdt:P932 ?pmcid }
  OPTIONAL { ?item wdt:P1476 ?title }
  OPTIONAL {
    ?item p:P577/psv:P577 ?date .
    ?date wikibase:timeValue ?issued ; wikibase:timePrecision ?precision
  }
}"""
"""Works by DOI (P356, in capital letters there), with PubMed and PMC id, title and date of publication."""


def _wikidata(dois: tuple[str, ...]) -> str:
    return _asked(_WORKS, (doi.upper() for doi in dois))


def _asked(query: str, ids: Iterable[str]) -> str:
    escaped = (one.replace("\\", "\\\\").replace('"', '\\"') for one in ids)
    values = " ".join(f'"{one}"' for one in escaped)
    return "/sparql?" + urlencode({"query": query % values, "format": "json"})


_PEOPLE = """SELECT DISTINCT ?item ?orcid ?isni {
  VALUES ?orcid { %s }
  ?item wdt:P496 ?orcid .
  OPTIONAL { ?item wdt:P213 ?isni }
}"""
"""People by ORCID iD (P496), with ISNI."""


def _wikidata_people(orcids: tuple[str, ...]) -> str:
    return _asked(_PEOPLE, orcids)


def _json_with(*keys: str) -> Callable[[bytes], str]:
    """Whether a body is a JSON object with one of these members."""

    def fits(body: bytes) -> str:
        try:
            found = orjson.loads(body)
        except orjson.JSONDecodeError:
            return "the answer is no JSON"
        if not isinstance(found, dict) or not any(key in found for key in keys):
            return f"the answer has none of {', '.join(keys)}"
        return ""

    return fits


def _xml_with(root: bytes) -> Callable[[bytes], str]:
    """Whether a body is a whole XML document with that root."""
    closing = b"</" + root + b">"

    def fits(body: bytes) -> str:
        whole = body.rstrip().endswith(closing) and b"<" + root in body
        return "" if whole else f"the answer is no whole {root.decode()}"

    return fits


SERVICES: Mapping[str, Service] = {
    one.name: one
    for one in (
        Service("crossref", "Crossref", "https://api.crossref.org", "doi", 20, 1.0, _crossref,
                _json_with("message"), "json",
                "bibliographic metadata are free, as Crossref says; abstracts are their owners'"),
        Service("openalex", "OpenAlex", "https://api.openalex.org", "doi", 40, 1.0, _openalex,
                _json_with("results", "id"), "json", "https://creativecommons.org/publicdomain/zero/1.0/"),
        Service("pubmed", "PubMed", "https://eutils.ncbi.nlm.nih.gov", "pmid", 100, 1.0, _pubmed,
                _xml_with(b"PubmedArticleSet"), "xml",
                "https://www.nlm.nih.gov/databases/download/terms_and_conditions.html", mail="email"),
        Service("wikidata", "Wikidata", "https://query.wikidata.org", "doi", 40, 1.0, _wikidata,
                _json_with("results"), "json", "https://creativecommons.org/publicdomain/zero/1.0/", mail=""),
        Service("wikidata-people", "Wikidata", "https://query.wikidata.org", "orcid", 40, 1.0,
                _wikidata_people, _json_with("results"), "json",
                "https://creativecommons.org/publicdomain/zero/1.0/", mail=""),
        Service("ror", "the Research Organization Registry", "https://api.ror.org", "ror", 1, 1.0, _ror,
                _json_with("names"), "json", "https://creativecommons.org/publicdomain/zero/1.0/",
                mail="", read_by="registry"),
    )
}  # fmt: skip
"""By name. Nothing else is ever asked."""

_PLAIN = re.compile(r"[A-Za-z0-9./_();:\-]+")
"""Identifiers that can stand in a list of some; others are asked for alone."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of one service."""

    service: str
    wanted: int
    """Identifiers in the folder."""
    asked: int
    """Requests that were sent and answered now."""
    known: int
    """Identifiers about which there is an answer, now or from before."""
    files: int
    problems: tuple[str, ...]
    is_out: bool


def identifiers(folder: Path, settings: Settings) -> dict[str, list[str]]:
    """The identifiers of the folder's works and institutions by kind; what services said does not count."""
    collected = collecting.collect([folder])
    settings = settings.with_sources(collected.details).with_curation(collected.curation)
    vocabulary = Vocabulary.load()
    found: dict[str, set[str]] = {}
    for document in collected.documents:
        if Path(document.inside).parts[0] == FOLDER:
            continue
        file = collecting.opened(document)
        if not isinstance(file, File):
            continue
        for conversion in convert_file(file, settings, vocabulary):
            for key in (key for entity in conversion.entities for key in entity.keys):
                kind, _, value = key.partition(":")
                if "#" not in key:
                    found.setdefault(kind, set()).add(value)
    return {kind: sorted(values) for kind, values in found.items()}


def questions(service: Service, wanted: Iterable[str]) -> Iterator[Question]:
    """The requests for some identifiers, as few as the service allows."""
    listed: list[str] = []
    alone: list[str] = []
    for value in wanted:
        (listed if _PLAIN.fullmatch(value) else alone).append(value)
    batches = [tuple(listed[at : at + service.batch]) for at in range(0, len(listed), service.batch)]
    for batch in [*batches, *((value,) for value in alone)]:
        yield Question(service.host + service.address(batch), batch)


def enrich(
    folder: Path,
    service: Service,
    wanted: Iterable[str],
    *,
    mail: str,
    offline: bool = False,
    make: Callable[..., Asker] = Asker,
    told: Callable[[str], None] = lambda _: None,
) -> Outcome:
    """Ask a service for what it has not answered yet, and write all of its answers into the folder."""
    cache = Cache(folder / CACHE / service.name)
    wanted = sorted(set(wanted))
    known = {value for answer, _ in cache.answers() for value in answer.asked}
    missing = [value for value in wanted if value not in known]
    asked, problems, is_out = 0, [], False
    if not offline and missing:
        with httpx.Client(timeout=TIMEOUT, headers=_headers(mail), follow_redirects=False) as client:
            sender = urlencode({service.mail: mail}) if service.mail and mail else ""
            asker = make(client, cache, service.host, service.pause, sender, service.fits)
            for question in questions(service, missing):
                if asker.ask(question) is not None:
                    asked += 1
                    known.update(question.asked)
                told(f"{service.name}: {len(known & set(wanted)):,} of {len(wanted):,}")
                if asker.is_out:
                    break
            problems, is_out = asker.problems, asker.is_out
    files = _write(folder, service, cache)
    there = len(known & set(wanted))
    return Outcome(service.name, len(wanted), asked, there, files, tuple(problems), is_out)


def _headers(mail: str) -> dict[str, str]:
    about = f" (mailto:{mail})" if mail else ""
    return {"User-Agent": f"peerkg/0.1{about}", "Accept": "application/json, application/xml;q=0.9"}


def _write(folder: Path, service: Service, cache: Cache) -> int:
    """Write the answers that say something as documents, and what is known of each; how many."""
    if service.read_by == "registry":
        return _write_registry(folder, cache)
    target = folder / FOLDER / service.name
    entries = []
    for answer, body in cache.answers():
        if answer.status != 200:
            continue
        target.mkdir(parents=True, exist_ok=True)
        name = f"{Question(answer.address, answer.asked).digest}.{service.extension}"
        if not (target / name).exists() or (target / name).read_bytes() != body:
            written(target / name, body)
        entries.append(_entry(service, answer, name))
    if entries:
        written(target / "sources.toml", "\n".join(entries).encode())
    return len(entries)


def _entry(service: Service, answer: Answer, name: str) -> str:
    """The entry of `sources.toml`: the request, when it was answered, and the day."""
    works = "1 identifier" if len(answer.asked) == 1 else f"{len(answer.asked)} identifiers"
    lines = {
        "path": name,
        "title": f"What {service.title} answered for {works} at {answer.time}",
        "origin": answer.address,
        "licence": service.licence,
        "text": "quotes",
    }
    said = "\n".join(f"{key} = {_string(value)}" for key, value in lines.items())
    return f"[[source]]\n{said}\nretrieved = {answer.time[:10]}\n"


def _string(text: str) -> str:
    """The text as a basic string of TOML."""
    return orjson.dumps(text).decode().replace("\x7f", "\\u007f")


def _write_registry(folder: Path, cache: Cache) -> int:
    """Write the organisations as one file in the form of the registry's dump."""
    found = [orjson.loads(body) for answer, body in cache.answers() if answer.status == 200]
    if found:
        written(folder / CACHE / "ror.json", orjson.dumps(found, option=orjson.OPT_INDENT_2))
    return int(bool(found))
