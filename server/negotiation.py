"""Chooses a representation by the `Accept` header: RFC 9110, section 12.5.1."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice


@dataclass(frozen=True, slots=True, eq=False)
class Offer:
    """A representation: its name, and its media types, the canonical one first. It equals itself alone."""

    name: str
    media_types: tuple[str, ...]
    charset: str = ""

    def content_type(self, media_type: str) -> str:
        """The header for one of the media types: with the charset where the type takes one."""
        with_charset = self.charset and media_type.startswith("text/")
        return f"{media_type}; charset={self.charset}" if with_charset else media_type


@dataclass(frozen=True, slots=True)
class Chosen:
    """An offer, the media type to send it as, and how much the client wants it."""

    offer: Offer
    media_type: str
    quality: float

    @property
    def content_type(self) -> str:
        """The value of `Content-Type`."""
        return self.offer.content_type(self.media_type)


@dataclass(frozen=True, slots=True)
class _Range:
    type: str
    subtype: str
    parameters: int
    quality: float

    def precedence(self, media_type: str) -> int:
        """How exactly the range names the media type; 0 if it does not."""
        main, _, sub = media_type.partition("/")
        if (self.type, self.subtype) == (main, sub):
            return 3 + self.parameters
        if (self.type, self.subtype) == (main, "*"):
            return 2
        return 1 if (self.type, self.subtype) == ("*", "*") else 0


_SHORT = 300
"""Clients send the same few headers again and again; one of more characters is not remembered."""

_WORD = r"[!#$%&'*+\-.^_`|~0-9A-Za-z]+"
_RANGE = re.compile(rf"\s*({_WORD})/({_WORD})\s*((?:;[^;]*)*)", re.DOTALL)
_PARTS = re.compile(r'(?:[^,"]|"(?:[^"\\]|\\.)*"?)+', re.DOTALL)
_QUALITY = re.compile(r"0(?:\.[0-9]{0,3})?|1(?:\.0{0,3})?")


def _ranges(accept: str) -> list[_Range]:
    """The media ranges of the header, a hundred at most; what is none is passed over."""
    found = []
    for part in islice(_PARTS.finditer(accept), 100):
        match = _RANGE.fullmatch(part.group())
        if match is None:
            continue
        quality, parameters = 1.0, 0
        for parameter in match[3].split(";"):
            name, equals, value = parameter.partition("=")
            if name.strip().lower() == "q" and equals:
                # A quality that is none counts as nothing wanted less than something said clearly.
                quality = float(value) if _QUALITY.fullmatch(value := value.strip()) else 0.001
                break
            parameters += bool(name.strip()) and name.strip().lower() != "charset"
        found.append(_Range(match[1].lower(), match[2].lower(), parameters, quality))
    return found


_LANGUAGE = re.compile(r"\s*(\*|[A-Za-z]{1,8}(?:-[A-Za-z0-9]{1,8})*)\s*(?:;\s*q\s*=\s*([0-9.]*)\s*)?")


def languages(accept: str | None) -> tuple[str, ...]:
    """The languages of an `Accept-Language` header, the most wanted first; at most eight.

    >>> languages("fr;q=0.5, de-CH, *;q=0.1, es;q=0")
    ('de-ch', 'fr')
    """
    found = []
    for part in (accept or "").split(",")[:100]:
        match = _LANGUAGE.fullmatch(part)
        if match is None or match[1] == "*":
            continue
        said = match[2]
        quality = 1.0 if said is None else float(said) if _QUALITY.fullmatch(said) else 0.001
        if quality:
            found.append((-quality, match[1].lower()))
    wanted = [tag for _, tag in sorted(found, key=lambda one: one[0])]
    return tuple(dict.fromkeys(wanted))[:8]


def coding(accept: str | None, held: Sequence[str]) -> str:
    """The content coding to send (RFC 9110, section 12.5.3): of `held` the most wanted, the first of several.

    `identity` where none of them is wanted, or it is wanted more.

    >>> coding("gzip;q=0.5, zstd", ("gzip", "zstd"))
    'zstd'
    >>> coding("identity, gzip;q=0.5", ("gzip", "zstd"))
    'identity'
    """
    return _coding(accept, tuple(held)) if len(accept or "") <= _SHORT else _read_coding(accept, held)


@lru_cache(maxsize=1000)
def _coding(accept: str | None, held: tuple[str, ...]) -> str:
    return _read_coding(accept, held)


def _read_coding(accept: str | None, held: Sequence[str]) -> str:
    wanted: dict[str, float] = {}
    for part in (accept or "").lower().split(",")[:100]:
        name, _, rest = part.partition(";")
        said = re.fullmatch(r"\s*q\s*=\s*(\S*)\s*", rest)
        quality = 1.0 if said is None else float(said[1]) if _QUALITY.fullmatch(said[1]) else 0.001
        wanted[name.strip().removeprefix("x-")] = quality  # `x-gzip` is `gzip`: section 8.4.1.3
    others = wanted.get("*", 0.0)
    found, best = "identity", wanted.get("identity", 0.0)
    for name in held:
        quality = wanted.get(name, others)
        if quality > best or (quality == best and quality and found == "identity"):
            found, best = name, quality
    return found


def choose(accept: str | None, offers: Sequence[Offer]) -> Chosen | None:
    """The offer the client wants most, the first of several; `None` if it accepts none.

    The most specific range that names a media type decides about it. No header, or one without any
    media range, accepts everything.

    >>> offers = (Offer("json", ("application/json",)), Offer("csv", ("text/csv",)))
    >>> choose("text/*, application/json;q=0.5", offers).offer.name
    'csv'
    >>> choose("image/png", offers) is None
    True
    """
    return _remembered(accept, tuple(offers)) if len(accept or "") <= _SHORT else _choose(accept, offers)


@lru_cache(maxsize=1000)
def _remembered(accept: str | None, offers: tuple[Offer, ...]) -> Chosen | None:
    return _choose(accept, offers)


def _choose(accept: str | None, offers: Sequence[Offer]) -> Chosen | None:
    ranges = _ranges(accept) if accept is not None and accept.strip() else []
    if not ranges:
        ranges = [_Range("*", "*", 0, 1.0)] if not (accept or "").strip(" \t,") else []
    best: Chosen | None = None
    for offer in offers:
        for place, media_type in enumerate(offer.media_types):
            matching = [(one.precedence(media_type), one.quality) for one in ranges]
            precedence, quality = max(matching, default=(0, 0.0))
            if not precedence or not quality:
                continue
            if place and precedence < 3:
                continue  # a wildcard means the canonical type of an offer, not its aliases
            if best is None or quality > best.quality:
                best = Chosen(offer, media_type, quality)
    return best
