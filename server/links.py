"""IRIs as links, and text as it may be shown: what of the data reaches a page, and in which form."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from markupsafe import Markup

from kg import formats
from kg.identifiers import VOCABULARY

# Left-to-right marks and their kin change how the rest of a line is read; controls change nothing visible.
_HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b\u200e\u200f\u2028\u2029\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>\"{}|^`\\]+")
_SAFE_PATH = re.compile(r"[A-Za-z0-9_\-]+(?:/[A-Za-z0-9_\-]+)*")


def shown(value: object) -> object:
    """The value with characters that hide or reorder others written as `[U+202E]`; for every output."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    return _HIDDEN.sub(lambda match: f"[U+{ord(match[0]):04X}]", value) if _HIDDEN.search(value) else value


def is_iri(text: str) -> bool:
    """Whether the text is an absolute IRI that can stand between `<` and `>` in a query."""
    return _IRI.fullmatch(text) is not None


class Links:
    """Where a page's links lead: to this server for our own IRIs, out for `http` and `https`, else nowhere.

    `root` leads from the page to the root of the server, so that links hold wherever it is mounted.
    `at` is the path of an earlier release (`releases/<id>/`) whose things its pages lead to, else empty.
    """

    def __init__(self, base: str, root: str, at: str = "") -> None:
        self.base = base
        self.root = root
        self.at = at

    def path(self, iri: str) -> str | None:
        """The path on this server of one of our IRIs, with its fragment."""
        for start in (self.base, VOCABULARY):
            if iri.startswith(start):
                path, mark, fragment = iri.removeprefix(start).partition("#")
                if path in ("", "ontology") or _SAFE_PATH.fullmatch(path):
                    return path + mark + quote(fragment, safe="-._~/:")
        return None

    def href(self, iri: str) -> str | None:
        """The address for a link to the IRI, or `None` where there is none to offer."""
        path = self.path(iri)
        if path is not None:
            at = self.at if "/" in path else ""  # a thing: the terms of the ontology have no versions
            return (self.root + at + path) or "./"
        if iri.startswith((self.base, VOCABULARY)):
            return None
        if re.match(r"https?://[^/?#@\s]+(?:[/?#]|$)", iri) and is_iri(iri):
            return quote(iri, safe="!#$%&'()*+,/:;=?@[]~-._")
        return None

    def is_ours(self, iri: str) -> bool:
        """Whether the IRI is answered here."""
        return self.path(iri) is not None


def short(iri: str) -> str:
    """The IRI with a prefix where there is one (`cito:cites`), else itself."""
    cut = max(iri.rfind("#"), iri.rfind("/")) + 1
    names = {namespace: prefix for prefix, namespace in formats.prefixes().items()}
    prefix = names.get(iri[:cut])
    return f"{prefix}:{iri[cut:]}" if prefix and iri[cut:] else iri


_ELSEWHERE = {
    "https://doi.org/": "DOI",
    "https://pubmed.ncbi.nlm.nih.gov/": "PubMed",
    "https://orcid.org/": "ORCID",
    "https://ror.org/": "ROR",
    "http://www.wikidata.org/entity/": "Wikidata",
    "https://openalex.org/": "OpenAlex",
    "http://id.nlm.nih.gov/mesh/": "MeSH",
    "http://humanbehaviourchange.org/ontology/": "BCIO",
    "http://addictovocab.org/": "AddictO",
    "http://purl.obolibrary.org/obo/": "OBO",
    "http://www.ebi.ac.uk/efo/": "EFO",
}


def known_as(iri: str) -> str:
    """The IRI as people name it: an identifier with its system (`MeSH D010343`), else as `short` has it.

    >>> known_as("https://ror.org/02qtvee93")
    'ROR 02qtvee93'
    """
    for start, system in _ELSEWHERE.items():
        if iri.startswith(start) and iri != start:
            return f"{system} {iri.removeprefix(start)}"
    return short(iri)


def words(iri: str) -> str:
    """The last part of an IRI as words, for a thing without a label.

    >>> words("http://purl.org/dc/terms/bibliographicCitation")
    'bibliographic citation'
    """
    local = iri[max(iri.rfind("#"), iri.rfind("/")) + 1 :] or iri
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|[_\-]+", " ", local)
    return unicodedata.normalize("NFC", spaced).lower() if spaced.isascii() else spaced
