"""DOIs as reference lists print them, which a line may break."""

from __future__ import annotations

import re

from kg.identifiers import doi
from kg.source import Found

_DOI = re.compile(
    r"""(?:doi\s*:?\s*|doi\.org/\s{0,4})
    (10\.\S{1,200}
     (?: (?<=/)\s{1,8}(?=[\w.()-]{0,80}\d)(?!https?:)[\w.();:/-]{1,80}
       | (?<=[-_.])[ \t]{0,4}\r?\n\s{0,8}(?=[\w.()-]{0,80}\d)(?!https?:|PMID|PMC|Epub)[\w.();:/-]{1,80}
       | (?<=\w)[ \t]{0,4}\r?\n\s{0,8}\d[\d.-]{0,40}(?=\s{0,8}\Z)
     )?)""",
    re.VERBOSE | re.IGNORECASE,
)
"""A DOI goes on in the next line behind a slash, a hyphen or a stop, or with figures that end the entry."""


def printed_doi(text: Found[str], behind: int = 0) -> Found[str] | None:
    r"""The first DOI with its label or address from the offset `behind`, in lower case; `None` without one.

    >>> printed_doi(Found("", "doi:10.1080/\n02791072.2010.10400703", 0)).value
    '10.1080/02791072.2010.10400703'
    """
    match = _DOI.search(text.raw, behind)
    if match is None:
        return None
    printed = text.part(match.start(1), match.end(1)).stripped(".,;*_")
    value = doi("".join(printed.raw.split()))
    return None if value is None else printed.map(lambda _: value)
