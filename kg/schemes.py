"""Identifiers that others have given: the ways each is written, and one key for all of them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from kg import identifiers

_WAYS: tuple[tuple[str, str], ...] = (
    ("pmid", r"(?:https?://)?(?:pubmed\.ncbi\.nlm\.nih\.gov|(?:www\.)?ncbi\.nlm\.nih\.gov/pubmed)/(\d{1,9})/?"),
    ("pmid", r"pmid\s*[:=]?\s*(\d{1,9})"),
    ("pmid", r"(\d{5,9})"),
    ("pmcid", r"(?:https?://)?(?:www\.ncbi\.nlm\.nih\.gov/pmc/articles|pmc\.ncbi\.nlm\.nih\.gov/articles)/(pmc\d+)/?"),
    ("pmcid", r"(?:pmcid\s*:?\s*)?(pmc\d{1,9})"),
    ("orcid", r"(?:(?:https?://)?orcid\.org/|orcid\s*:?\s*)?((?:\d{4}-){3}\d{3}[\dx])/?"),
    ("isni", r"(?:(?:https?://)?(?:www\.)?isni\.org/(?:isni/)?|isni\s*:?\s*)((?:\d{4}[ -]?){3}\d{3}[\dx])/?"),
    ("ror", r"(?:(?:https?://)?ror\.org/|ror\s*:\s*)?(0[a-hj-km-np-tv-z0-9]{6}\d\d)/?"),
    ("wikidata", r"(?:https?://(?:www\.)?wikidata\.org/(?:entity|wiki)/|wikidata:|wd:)?(q\d{1,12})"),
    ("openalex", r"(?:https?://(?:api\.)?openalex\.org/(?:works/|authors/|institutions/)?|openalex:)?([waisvcfp]\d{4,12})"),
    ("issn", r"(?:https?://portal\.issn\.org/resource/issn/|urn:issn:|e?issn\s*:?\s*)?(\d{4}-\d{3}[\dx])"),
    ("mesh", r"(?:https?://id\.nlm\.nih\.gov/mesh/|mesh:)([a-z]\d{6,9})"),
    ("nct", r"(?:https?://(?:www\.)?clinicaltrials\.gov/(?:study|ct2/show)/)?(nct\d{8})"),
)  # fmt: skip
_PATTERNS = tuple((scheme, re.compile(pattern, re.IGNORECASE)) for scheme, pattern in _WAYS)
_DOI = re.compile(r"(?:(?:https?://)?(?:dx\.)?doi\.org/|doi\s*[:=]?\s*)*\[?10\.\d{4,9}/\S+", re.IGNORECASE)
_BARE = re.compile(r"\d{5,9}")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\s<>\"{}|^`\\]+")

LONGEST = 2_000
"""Characters of the longest text that is looked at as an identifier."""


def keys(text: str) -> Iterator[str]:
    """The keys of the identifiers that the whole text may be, such as `doi:10.5555/x` or `ror:02qtvee93`.

    A web address that is none of them is its own key, after `iri:`.

    >>> list(keys("https://doi.org/10.5555/QP063"))
    ['doi:10.5555/qp063']
    >>> list(keys("PMID: 12345678"))
    ['pmid:12345678']
    >>> list(keys("peer support"))
    []
    """
    text = text.strip()
    if not text or len(text) > LONGEST:
        return
    if _DOI.fullmatch(text):
        found = identifiers.doi(text)
        if found is not None:
            yield f"doi:{found}"
        return
    known = False
    for scheme, pattern in _PATTERNS:
        match = pattern.fullmatch(text)
        if match is not None:
            known = True
            written = match[1].lower()
            yield f"{scheme}:{re.sub('[ -]', '', written) if scheme == 'isni' else written}"
    if not known and _IRI.fullmatch(text) is not None and "://" in text:
        yield f"iri:{text}"


def is_certain(text: str) -> bool:
    """Whether the text can be nothing but an identifier: a bare number may be anything."""
    return _BARE.fullmatch(text.strip()) is None
